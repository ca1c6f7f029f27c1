"""What the commands print: plain lines and tables, coloured only for a person at a terminal (NO_COLOR is heeded)."""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from pathlib import Path


def plain(text: str) -> None:
    """Print one text as it is."""
    sys.stdout.write(text + "\n")


def count(n: int, noun: str) -> str:
    """Return a number with its noun, in the plural unless there is one."""
    return f"{n:,} {noun}" if n == 1 else f"{n:,} {noun}s"


def shown(path: Path) -> str:
    """Return a path as it is typed from the present folder, where it lies in it."""
    return str(path.relative_to(Path.cwd()) if path.is_relative_to(Path.cwd()) else path)


def table(
    heads: Sequence[str],
    rows: Sequence[Sequence[str]],
    right: Collection[int] = (),
    styles: Mapping[str, str] | None = None,
) -> None:
    """Print a table; columns in `right` hold numbers. `styles`: how a cell that holds just this word is shown."""
    from rich import box
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    # What goes into a file or another program is not folded to the width of a screen that isn't there.
    folded = sys.stdout.isatty() or "COLUMNS" in os.environ
    console = Console(highlight=False, width=None if folded else 200)
    grid = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for i, head in enumerate(heads):
        grid.add_column(head, justify="right" if i in right else "left", overflow="fold", no_wrap=i in right)
    for row in rows:
        # Cells hold users' text: never read as markup.
        grid.add_row(*(Text(cell, style=(styles or {}).get(cell, "")) for cell in row))
    console.print(grid)


@contextlib.contextmanager
def working(text: str) -> Iterator[Callable[[str], None]]:
    """Show what is being done, and that it goes on, while the block runs; yields what changes the text.

    Only for a person at a terminal: to a file or another program nothing is written. The block must not ask anything.
    """
    if not sys.stderr.isatty():
        yield lambda _: None
        return
    from rich.console import Console
    from rich.markup import escape
    from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

    console = Console(stderr=True, highlight=False)
    columns = (SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn())
    with Progress(*columns, console=console, transient=True) as shown:
        task = shown.add_task(escape(text), total=None)
        yield lambda now: shown.update(task, description=escape(now))
