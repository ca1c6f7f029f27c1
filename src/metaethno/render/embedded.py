"""The embedded engine: the same pages without Quarto, by pandoc and Typst from their wheels."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TypeVar

from metaethno.render import document, docx, html, pandoc, pdf
from metaethno.render.document import Built, Page
from metaethno.render.engine import Engine, Rendered
from metaethno.render.kept import KEPT, Kept
from metaethno.render.problems import Problems
from metaethno.render.project import ALSO_PRINTED, Entry, Project, choose_pages, read_project

THREADS = 4
Item = TypeVar("Item")
Result = TypeVar("Result")


class EmbeddedEngine(Engine):
    """Renders `reports/` to HTML, and its review page to DOCX and PDF as well."""

    name = "embedded"

    @property
    def version(self) -> str:
        """The versions of this program and of the two others that do the work."""
        from importlib.metadata import version

        own = version("metaethno")
        return f"{own} (pandoc {pandoc.version()}, Typst {version('typst')})"

    @property
    def made_by(self) -> str:
        """The line that stands in every output."""
        return f"metaethno, embedded engine {self.version}"

    def render(
        self, reports: Path, out: Path | None = None, pages: list[str] | None = None, style: Path | None = None
    ) -> Rendered:
        """Render the project; see `Engine.render`. Nothing is written unless everything could be rendered."""
        problems = Problems()
        project = read_project(reports, problems)
        project.style = style.resolve() if style else None
        chosen = choose_pages(project, pages, problems)
        problems.raise_if_any()
        target = (out or project.output).resolve()
        made = _Site(project, chosen, target, self.made_by, Kept(target / KEPT, self.made_by)).make()
        for path, content in made.items():
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
        outputs = tuple(p for p in made if p.suffix in (".html", ".docx", ".pdf") and p != target / "index.html")
        return Rendered(self.name, self.version, outputs)


class _Site:
    """One rendering: reads all pages (they refer to one another), then writes those that were chosen."""

    def __init__(self, project: Project, chosen: list[Entry], out: Path, made_by: str, kept: Kept) -> None:
        self.project, self.chosen, self.out, self.made_by, self.kept = project, chosen, out, made_by, kept
        self.pages: list[Page] = []

    def make(self) -> dict[Path, bytes]:
        """Return the content of every output by its path; problems of the chosen pages are raised together."""
        with ThreadPoolExecutor(THREADS) as pool:
            self.pages = _each(pool, lambda e: document.read(self.project, e), self.project.entries)
            ready, writing = [], []
            for built in self._build():  # pandoc writes one page while the next is built
                ready.append(built)
                if not built.page.source.problems:
                    writing.append(pool.submit(self._write, built))
            problems = Problems()
            for page in self.pages:
                if page.entry in self.chosen:
                    problems.extend(page.source.problems)
            if problems:
                pool.shutdown(cancel_futures=True)
            problems.raise_if_any()
            written = [future.result() for future in writing]
        order = {page.entry.path: i for i, page in enumerate(self.pages)}
        written.sort(key=lambda w: (order[w[0].page.entry.path], document.FORMS.index(w[0].form)))
        made: dict[Path, bytes] = {self.out / built.page.entry.output(s): c for built, s, c in written}
        for built in ready:
            if built.form == "html":
                for path in sorted(built.used):
                    made[self.out / path.relative_to(self.project.root)] = path.read_bytes()
        made |= html.site_files(self.project, self.out)
        made |= self.kept.files
        if not (self.project.root / "index.qmd").is_file():
            made[self.out / "index.html"] = html.write_start(self.project, self.pages[0], self.made_by)
        return made

    def _build(self) -> Iterator[Built]:
        """Yield what is to be written; the longest work, the printed documents, comes first."""
        paths = {page.entry.path for page in self.pages}
        site = {page.entry.path: document.build(page, "html") for page in self.pages}
        chosen = [page for page in self.pages if page.entry in self.chosen]
        for page in sorted(chosen, key=lambda page: page.entry.name != ALSO_PRINTED):
            forms = document.FORMS if page.entry.name == ALSO_PRINTED else ("html",)
            for form in reversed(forms):
                built = site[page.entry.path] if form == "html" else document.build(page, form)
                others = document.elsewhere(site, page, linked=form == "html")
                yield document.finish(built, others, self.project.root, paths)

    def _write(self, built: Built) -> tuple[Built, str, bytes]:
        """Return a built page with its suffix and content."""
        suffix = {"docx": ".docx", "typst": ".pdf"}.get(built.form, ".html")
        others = [(page.entry.path.as_posix(), page.short) for page in self.pages]
        return built, suffix, self.kept.get(built, self.project, others, lambda: self._make(built))

    def _make(self, built: Built) -> bytes:
        if built.form == "docx":
            return docx.write(built, self.project, self.made_by)
        if built.form == "typst":
            return pdf.write(built, self.project, self.made_by)
        return html.write(built, self.project, self.pages, self.made_by)


def _each(pool: ThreadPoolExecutor, work: Callable[[Item], Result], items: Iterable[Item]) -> list[Result]:
    return list(pool.map(work, items))
