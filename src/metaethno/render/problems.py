"""The codes of what can be wrong with the reports, and a collector that gathers problems without repeating any."""

from __future__ import annotations

from metaethno.errors import Problem, UserError

CODES: dict[str, str] = {
    "ME0901": "A file of the reports project is missing or can't be read.",
    "ME0902": "Quarto was asked for and isn't there.",
    "ME0903": "Quarto ended with an error.",
    "ME0904": "Quarto ended well, but an expected output isn't there.",
    "ME0905": "A page was asked for that the project doesn't have.",
    "ME0906": "The front matter of a page, or a YAML file of the project, can't be read.",
    "ME0907": "The citation style of the configuration can't be used.",
    "ME0910": "A shortcode that the embedded engine doesn't know, or that isn't closed.",
    "ME0911": "An included file doesn't exist.",
    "ME0912": "A path leaves the reports folder.",
    "ME0913": "Files include one another in a circle.",
    "ME0914": "A variable or a metadata key isn't there, or isn't a single value.",
    "ME0920": "An executable cell, or raw output for one format: reports hold neither.",
    "ME0921": "A Quarto construct that the embedded engine doesn't know.",
    "ME0922": "The Markdown isn't well formed, and text would have been lost.",
    "ME0930": "A cross reference to something that isn't there.",
    "ME0931": "The same label twice on a page.",
    "ME0932": "A cross reference of a kind the embedded engine doesn't know.",
    "ME0933": "A citation whose key isn't in the bibliography.",
    "ME0940": "A figure without alternative text.",
    "ME0941": "An image or a linked file that isn't there.",
    "ME0950": "Pandoc or Typst couldn't make the output.",
}


class Problems:
    """Gathers problems in the order they were found; the same one (met again in another format) counts once."""

    def __init__(self) -> None:
        self._found: dict[Problem, None] = {}

    def add(self, code: str, message: str, **where: str | int | None) -> None:
        """Add one problem; `where` takes the other fields of `Problem`."""
        self._found.setdefault(Problem(code=code, message=message, **where))  # type: ignore[arg-type]

    def extend(self, other: Problems) -> None:
        """Add all problems of another collector."""
        self._found.update(other._found)

    def __bool__(self) -> bool:
        return bool(self._found)

    def raise_if_any(self) -> None:
        """Raise one UserError that carries everything found, sorted by file and line."""
        if self._found:
            raise UserError(sorted(self._found, key=lambda p: (p.file, p.line or 0)))
