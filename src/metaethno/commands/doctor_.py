"""`metaethno doctor`: look for what often goes wrong, and say of each what to do."""

from __future__ import annotations

import argparse
import json
from dataclasses import asdict

from metaethno import review
from metaethno.commands import out

_MARKS = {"fine": "ok  ", "note": "note", "warning": "WARN", "error": "BAD "}


def main(arguments: argparse.Namespace) -> int:
    """Print what was looked at; exit code 1 where something is wrong that results could suffer from."""
    from metaethno.doctor import by_level, examine

    found = examine(review.find_root(), arguments.timeout)
    counts = by_level(found)
    if arguments.json:
        out.plain(json.dumps([asdict(f) for f in found], ensure_ascii=False, indent=2))
        return 1 if counts["error"] else 0
    for one in found:
        where = f"{one.file}: " if one.file else ""
        out.plain(f"{_MARKS[one.level]}  {one.about}: {where}{one.what}")
        if one.hint and one.level != "fine":
            out.plain(f"        to do: {one.hint}")
    bad = ", ".join(f"{counts[v]:,} {v}{'' if counts[v] == 1 else 's'}" for v in ("error", "warning", "note"))
    out.plain(f"{bad}." if sum(counts.values()) > counts["fine"] else "Nothing is wrong.")
    return 1 if counts["error"] else 0
