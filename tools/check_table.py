"""Write the table of checks in docs/checks.md: code, level, what must hold, what to do, and who can settle it.

python tools/check_table.py           writes it
python tools/check_table.py --check   exit code 1 where it is out of date
"""

from __future__ import annotations

import sys
from pathlib import Path

REPO = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(REPO / "src")]

from metaethno.check_codes import BY_STATEMENT, KNOWN, TO_DO  # noqa: E402 - the path comes first

DOCUMENT = REPO / "docs/checks.md"
START, END = "<!-- table: start -->\n", "<!-- table: end -->\n"


def table() -> str:
    """Return the table in Markdown."""
    lines = ["| Check | Level | What must hold | What to do | By statement |", "|---|---|---|---|---|"]
    for code, (level, says) in sorted(KNOWN.items(), key=lambda item: int(item[0][1:])):
        stated = "yes" if code in BY_STATEMENT else ""
        lines.append(f"| {code} | {level} | {says} | {TO_DO.get(code, '')} | {stated} |")
    return "\n".join(lines) + "\n"


def main(arguments: list[str]) -> int:
    """Write or check the document."""
    old = DOCUMENT.read_text(encoding="utf-8")
    before, rest = old.split(START, 1)
    new = f"{before}{START}{table()}{END}{rest.split(END, 1)[1]}"
    if arguments == ["--check"]:
        return int(new != old)
    DOCUMENT.write_text(new, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
