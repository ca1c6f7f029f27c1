"""The items of the checklists, from the tables beside this module, and where the checklists are published."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources


@dataclass(frozen=True)
class Source:
    """A published checklist."""

    name: str
    reference: str
    doi: str


SOURCES: dict[str, Source] = {
    "emerge": Source("eMERGe", "France and colleagues 2019", "10.1186/s12874-018-0600-0"),
    "entreq": Source("ENTREQ", "Tong and colleagues 2012", "10.1186/1471-2288-12-181"),
    "prisma_s": Source("PRISMA-S", "Rethlefsen and colleagues 2021", "10.1186/s13643-020-01542-z"),
    "prisma_2020": Source("PRISMA 2020", "Page and colleagues 2021", "10.1136/bmj.n71"),
}


@dataclass(frozen=True)
class Item:
    """One item: its place, what the checklist calls it (`13a`), its name, what it asks (our paraphrase).

    phase: of Noblit and Hare (eMERGe only). part: of the report or the abstract, section: of it (PRISMA 2020 only).
    """

    number: int
    name: str
    asks: str
    phase: int | None = None
    kind: str = ""
    item: str = ""
    part: str = ""
    section: str = ""


@lru_cache(maxsize=8)
def items(checklist: str) -> tuple[Item, ...]:
    """Return the items of one of SOURCES, in order."""
    # What stage 1 writes lies beside its code, so that a change here is a change of that stage.
    package, name = ("metaethno.prisma_s", "items") if checklist == "prisma_s" else ("metaethno.checklists", checklist)
    text = resources.files(package).joinpath(f"{name}.csv").read_text(encoding="utf-8")
    return tuple(
        Item(
            int(row.get("position") or row["item"]),
            row["name"],
            row["asks"],
            int(row["phase"]) if row.get("phase") else None,
            row.get("kind", ""),
            row["item"],
            row.get("part", ""),
            row.get("section", ""),
        )
        for row in csv.DictReader(io.StringIO(text))
    )


def key(checklist: str, item: Item) -> str:
    """Return what a section, a note or a statement calls an item: `emerge-13`, `prisma-2020-13a`."""
    return f"{checklist.replace('_', '-')}-{item.item}"


def keys() -> list[str]:
    """Return the keys of all items of all checklists, in order."""
    return [key(name, item) for name in SOURCES for item in items(name)]
