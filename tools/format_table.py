"""Write the table of export formats in docs/formats.md: what was tried, how many records, which fields were found.

    python tools/format_table.py           writes it
    python tools/format_table.py --check   exit code 1 where it is out of date

Every row is a made-up export that copies the habits of a database or program; it is read when the table is made.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable
from pathlib import Path

REPO = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(REPO), str(REPO / "src")]

from tests.formats import fixtures, structured_fixtures  # noqa: E402

from metaethno.formats import RECORD_FIELDS, read_bytes  # noqa: E402 - the path comes first
from metaethno.formats.fields import PLACE_FIELDS  # noqa: E402

# Another list of made-up exports is a module with FIXTURES of the same form, named here.
MODULES = (fixtures, structured_fixtures)
DOCUMENT = REPO / "docs/formats.md"
START, END = "<!-- table: start -->\n", "<!-- table: end -->\n"


def rows() -> Iterable[tuple[str, str, int, int, str]]:
    """Yield of each made-up export its format, its habits, the records declared and found, and the fields found."""
    for module in MODULES:
        for fixture in module.FIXTURES:
            export = read_bytes(fixture.data, "made-up")
            fields = [name for name in RECORD_FIELDS if name not in PLACE_FIELDS]
            filled = [name for name in fields if (export.records[name] != "").any()]
            yield export.format, fixture.dialect, len(fixture.expected), len(export.records), ", ".join(filled)


def table() -> str:
    """Return the table in Markdown."""
    lines = ["| format | made-up export | declared | found | fields found |", "|---|---|---:|---:|---|"]
    lines += ["| " + " | ".join(str(cell).replace("|", "\\|") for cell in row) + " |" for row in sorted(rows())]
    return "\n".join(lines) + "\n"


def document() -> str:
    """Return docs/formats.md with the table as it is now."""
    before, _, rest = DOCUMENT.read_text(encoding="utf-8").partition(START)
    return before + START + table() + END + rest.partition(END)[2]


def main() -> int:
    """Write, or compare."""
    new = document()
    if "--check" in sys.argv:
        return int(new != DOCUMENT.read_text(encoding="utf-8"))
    DOCUMENT.write_text(new, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
