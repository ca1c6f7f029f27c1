"""`metaethno explain [CODE...]`: what a code means, with an example and what to do. Needs no review and no network."""

from __future__ import annotations

import argparse
import textwrap

from metaethno.commands import out
from metaethno.explain import Entry, entries, entry

_WIDTH = 100


def _shown(one: Entry) -> str:
    head = f"{one.code}  {one.title}" + (f" ({one.level})" if one.level else "")
    parts = [head]
    for name, text in (("What it means", one.means), ("For example", one.example), ("What to do", one.do)):
        # An example stands as the program prints it; prose is folded.
        folded = text if name == "For example" else textwrap.fill(text, _WIDTH - 4)
        parts.append(f"  {name}:\n{textwrap.indent(folded, '    ')}")
    return "\n\n".join(parts)


def main(arguments: argparse.Namespace) -> int:
    """Print the entries of the codes, or a list of all codes."""
    if arguments.codes:
        out.plain("\n\n".join(_shown(entry(code)) for code in arguments.codes))
        return 0
    family = ""
    for one in entries().values():
        if one.family != family:
            family = one.family
            out.plain(f"\n{family}")
        out.plain(f"  {one.code:<7} {one.title}")
    return 0
