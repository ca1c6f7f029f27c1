"""Runs pandoc, the one of the `pypandoc-binary` wheel."""

from __future__ import annotations

import json
import os
import re
import subprocess
from functools import cache
from pathlib import Path
from typing import Any

from metaethno.errors import Problem, UserError
from metaethno.render.nodes import Node
from metaethno.render.shortcodes import Source

# Nothing that a page or a fragment holds may reach an output as code.
READER = "markdown-raw_html-raw_attribute-raw_tex-latex_macros-native_divs-native_spans"
_WARNING = re.compile(r"^\[WARNING\] (.*(?:\n(?!\[).*)*)", re.MULTILINE)
_AT = re.compile(r"line (\d+) column \d+")


@cache
def binary() -> str:
    """Return the path of the wheel's own pandoc, so that another one on the PATH never changes the reports."""
    import pypandoc

    inside = Path(str(pypandoc.__file__)).parent / "files" / ("pandoc.exe" if os.name == "nt" else "pandoc")
    return str(inside) if inside.is_file() else str(pypandoc.get_pandoc_path())


@cache
def version() -> str:
    """Return pandoc's version."""
    return run(["--version"], b"", None)[0].decode().split()[1]


def run(arguments: list[str], text: bytes, cwd: Path | None) -> tuple[bytes, str]:
    """Run pandoc on `text`; return what it writes and what it says. A failure is a UserError with its words."""
    env = {**os.environ, "SOURCE_DATE_EPOCH": "0", "LC_ALL": "C.UTF-8"}
    done = subprocess.run([binary(), *arguments], input=text, capture_output=True, cwd=cwd, env=env, check=False)
    said = done.stderr.decode("utf-8", "replace").strip()
    if done.returncode:
        raise UserError(Problem("ME0950", f"pandoc ended with {done.returncode}: {said}"))
    return done.stdout, said


def read(source: Source) -> list[Node]:
    """Return the blocks of a page; whatever pandoc warns of is a problem, with the line where it was written."""
    out, said = run(["-f", READER, "-t", "json", "--sandbox"], source.text.encode(), None)
    for warning in _WARNING.findall(said):
        at = _AT.search(warning)
        where = source.at(int(at[1])) if at else {"file": source.file}
        message = re.sub(r"(?: at)?(?: input)? line \d+ column \d+", "", " ".join(warning.split()))
        source.problems.add("ME0922", message, **where)
    blocks: list[Node] = json.loads(out)["blocks"]
    return blocks


def write(blocks: list[Node], form: str, meta: dict[str, Any], options: list[str], cwd: Path) -> bytes:
    """Return the blocks in a format; `meta` holds plain texts."""
    texts = {key: {"t": "MetaString", "c": value} for key, value in meta.items()}
    tree = {"pandoc-api-version": [1, 23, 1], "meta": texts, "blocks": blocks}
    return run(["-f", "json", "-t", form, *options], json.dumps(tree).encode(), cwd)[0]
