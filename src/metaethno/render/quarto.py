"""Renders with an installed Quarto, as a subprocess: its exit code and its outputs are both checked."""

from __future__ import annotations

import subprocess
from collections.abc import Mapping
from functools import cached_property
from pathlib import Path

from metaethno.errors import Problem, UserError
from metaethno.render.engine import Engine, Rendered
from metaethno.render.problems import Problems
from metaethno.render.project import ALSO_PRINTED, Entry, Project, choose_pages, read_project

SHOWN = 4000  # letters of Quarto's own words in an error; the cause stands at their end


class QuartoEngine(Engine):
    """The Quarto at `executable`, run with the environment `env`."""

    name = "quarto"

    def __init__(self, executable: Path, env: Mapping[str, str]) -> None:
        self.executable = executable
        self.env = dict(env)

    @cached_property
    def version(self) -> str:
        """What `quarto --version` says."""
        return self._run(["--version"], None).strip()

    def render(
        self, reports: Path, out: Path | None = None, pages: list[str] | None = None, style: Path | None = None
    ) -> Rendered:
        """Render the project, or the pages named; see `Engine.render`."""
        problems = Problems()
        project = read_project(reports, problems)
        chosen = choose_pages(project, pages, problems)
        problems.raise_if_any()
        target = (out or project.output).resolve()
        version = self.version
        to = ["--output-dir", str(target)] if out else []
        # Pandoc puts a description into the head of a page and the properties of a document.
        says = ["--metadata", f"description:Rendered by Quarto {version}"]
        says += ["--metadata", f"csl:{style.resolve()}"] if style else []
        whats = [str(project.root)] if pages is None else [str(project.root / e.path) for e in chosen]
        outputs = [target / path for entry in chosen for path in expected(entry)]
        before = {path: path.stat().st_mtime_ns for path in outputs if path.is_file()}
        for what in whats:
            self._run(["render", what, *to, *says], project.root)
        # One of an earlier rendering doesn't count.
        missing = [path for path in outputs if not path.is_file() or path.stat().st_mtime_ns == before.get(path)]
        if missing:
            raise UserError([_not_made(path, project) for path in missing])
        return Rendered(self.name, version, tuple(outputs))

    def _run(self, arguments: list[str], cwd: Path | None) -> str:
        """Run Quarto and return its output; a failure is a UserError with what it said."""
        command = [str(self.executable), *arguments]
        try:
            done = subprocess.run(
                command, cwd=cwd, env=self.env, capture_output=True, text=True, errors="replace", check=False
            )
        except OSError as error:
            raise UserError(Problem("ME0902", f"Quarto can't be run: {error}", file=str(self.executable))) from error
        if done.returncode:
            said = (done.stderr.strip() or done.stdout.strip())[-SHOWN:]
            message = f"`quarto {arguments[0]}` ended with {done.returncode}:\n{said}"
            hint = "mend what Quarto names, or choose the embedded engine"
            raise UserError(Problem("ME0903", message, file=str(self.executable), hint=hint))
        return done.stdout


def expected(entry: Entry) -> list[Path]:
    """Return the outputs that a page must have, as paths below the output folder."""
    suffixes = [".html", ".docx", ".pdf"] if entry.name == ALSO_PRINTED else [".html"]
    return [Path(entry.output(suffix)) for suffix in suffixes]


def _not_made(path: Path, project: Project) -> Problem:
    hint = f"see the formats in {project.root / '_quarto.yml'} and in the page's front matter"
    return Problem("ME0904", "Quarto ended well but didn't make this file", file=str(path), hint=hint)
