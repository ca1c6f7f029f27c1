"""What every report engine offers."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Rendered:
    """What a rendering made: the files, in the order of the pages, and by which engine."""

    name: str
    version: str
    outputs: tuple[Path, ...]


class Engine(ABC):
    """Turns a reports project into pages; `name` and `version` appear in every output."""

    name: str

    @property
    @abstractmethod
    def version(self) -> str:
        """The version of the engine, as it stands in the outputs."""

    @abstractmethod
    def render(
        self, reports: Path, out: Path | None = None, pages: list[str] | None = None, style: Path | None = None
    ) -> Rendered:
        """Render `pages` (all where none are named) of the project `reports` to `out` (its own output folder).

        `style` is a CSL file for the citations; without one they are set by author and year.

        The `review` page is also made as DOCX and PDF. Raises UserError with all problems at once; the outputs of
        the last good rendering then stay where they are.
        """
