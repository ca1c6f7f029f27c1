"""What is said, and kept, when the program itself made a mistake."""

from __future__ import annotations

import platform
import shlex
import tempfile
import time
import traceback
from collections.abc import Sequence
from pathlib import Path

from metaethno import __version__
from metaethno.errors import Problem


def report(error: Exception, argv: Sequence[str]) -> Problem:
    """Write the trace of `error` to a file; return what to tell the user: whose fault it is, where the file is."""
    lines = [
        f"metaethno {__version__}, Python {platform.python_version()}, {platform.platform()}",
        f"metaethno {shlex.join(argv)}",
        "",
        *traceback.format_exception(error),
    ]
    place = _written("\n".join(lines))
    said = f"{type(error).__name__}: {error}".strip()[:300]
    message = f"metaethno made a mistake ({said}). It is our fault, not yours; your decisions are as they were"
    hint = "Add --verbose to the command to see what went on, and report it."
    if place:
        hint = (
            f"What went on is in {place}. Please report it with this file; look it over first, it names your folders."
        )
    return Problem("ME0004", message, hint=f"{hint} How: metaethno explain ME0004.")


def _written(text: str) -> Path | None:
    """Write the trace among the review's logs, or where temporary files go; return its path, nothing where neither."""
    name = f"metaethno-mistake-{time.strftime('%Y%m%d-%H%M%S')}.txt"
    here = next((p for p in (Path.cwd(), *Path.cwd().parents) if (p / "config/review.yaml").is_file()), None)
    for folder in ([here / "logs"] if here else []) + [Path(tempfile.gettempdir())]:
        try:
            folder.mkdir(exist_ok=True)
            (folder / name).write_text(text, encoding="utf-8")
        except OSError:
            continue
        return folder / name
    return None
