"""Two small exports to try things with (`metaethno new --example`). Every record in them is made up, and says so."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final

RUN: Final = "2024-03-01"
QUERY: Final = "query.txt"
NOTE: Final = "Invented for practice"


@dataclass(frozen=True)
class Search:
    """One search: its export, where it is said to be from, and how many records the file holds."""

    file: str
    source: str
    platform: str
    hits: int


SEARCHES: Final = (
    Search("medline.nbib", "MEDLINE", "PubMed", 11),
    Search("cinahl.ris", "CINAHL", "EBSCOhost", 9),
)


def read(name: str) -> bytes:
    """Return one of the files that ship with the program."""
    return (Path(__file__).parent / "template/example" / name).read_bytes()
