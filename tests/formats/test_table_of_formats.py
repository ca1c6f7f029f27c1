"""The table in docs/formats.md is what the readers find today."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

REPO = Path(__file__).resolve().parents[2]


def test_the_table_of_formats_is_up_to_date() -> None:
    command = [sys.executable, "tools/format_table.py", "--check"]
    assert subprocess.run(command, cwd=REPO, check=False).returncode == 0, "run python tools/format_table.py"


def test_declared_and_found_agree_in_every_row() -> None:
    text = (REPO / "docs/formats.md").read_text(encoding="utf-8")
    rows = [line.split(" | ") for line in text.split("<!-- table: start -->")[1].split("\n") if line.startswith("| ")]
    assert len(rows) > 25
    assert all(row[2] == row[3] for row in rows[1:])
