"""What a code means: the entries of `explanations.toml`, for `metaethno explain` and the reference pages."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib import resources

from metaethno.check_codes import KNOWN
from metaethno.errors import Problem, UserError, did_you_mean

FILE = "explanations.toml"
# The families of codes, by how a code begins: what they are about, for whoever looks through all of them.
FAMILIES = {
    "ME00": "How a command was called",
    "ME01": "Tables, configuration and the state of the results",
    "ME02": "Export files",
    "ME03": "Searches, records and duplicates",
    "ME04": "Votes, worklists, full texts and the flow",
    "ME05": "New reviews and their care",
    "ME06": "Reading, translation and signatures",
    "ME07": "Snapshots and history",
    "ME08": "Exchange with other programs",
    "ME09": "The pages of the report",
    "I": "Sums of the PRISMA 2020 flow diagram",
    "P": "Sums of the PRISMA 2009 flow diagram",
    "Y": "Checks of phases 3 to 6",
}


@dataclass(frozen=True)
class Entry:
    """One code: what it is called, what it means, an example as the program prints it, and what to do.

    level: how bad a check of phases 3 to 6 is unless the configuration says otherwise; empty for everything else.
    """

    code: str
    title: str
    means: str
    example: str
    do: str
    level: str = ""

    @property
    def family(self) -> str:
        """The name of its family."""
        return FAMILIES[self.code[:4] if self.code.startswith("ME") else self.code[0]]


@cache
def entries() -> dict[str, Entry]:
    """Return every entry by its code, in the order of the file. Nothing is looked up anywhere else."""
    from metaethno.render.problems import CODES

    text = resources.files("metaethno").joinpath(FILE).read_text(encoding="utf-8")
    found = {}
    for code, said in tomllib.loads(text).items():
        level, holds = KNOWN.get(code, ("", ""))
        title = said.pop("title", "") or (holds or CODES[code]).rstrip(".")
        found[code] = Entry(code, title, level=level, **said)
    return found


def entry(code: str) -> Entry:
    """Return the entry of a code, however it is typed (`me0101`); raises UserError where there is none."""
    every = entries()
    wanted = code.strip().strip("[]().:,").upper()
    if wanted not in every:
        hint = "`metaethno explain` without a code lists all of them."
        raise UserError(Problem("ME0005", f"there is no code {code!r}.{did_you_mean(wanted, every)}", hint=hint))
    return every[wanted]
