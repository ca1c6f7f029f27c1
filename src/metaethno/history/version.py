"""One version of the review, kept or present: every file that people wrote and every result, by path."""

from __future__ import annotations

import io
import re
from collections.abc import Iterable
from functools import cached_property
from typing import Any

from metaethno import tables
from metaethno.history import lock
from metaethno.history.git import Repository
from metaethno.history.rows import Reader
from metaethno.history.store import Store

NOW = "now"
_ESCAPED = re.compile(r"^'+[=+\-@\t\r]")


class Version:
    """A snapshot (by the id of its commit), or the files as they are now (`now`)."""

    def __init__(self, repo: Repository, store: Store, reader: Reader, commit: str) -> None:
        self.repo, self.store, self.reader, self.commit = repo, store, reader, commit

    @cached_property
    def held(self) -> dict[str, str]:
        """Path -> blob id of every file that Git keeps of this version; empty for the present."""
        return {} if self.commit == NOW else self.repo.files(self.commit)

    @cached_property
    def results(self) -> dict[str, str]:
        """Path -> MD5 of every result, as `dvc.lock` has it; empty where there is none."""
        blob = self.held.get(lock.PATH)
        if not blob:
            return {}
        stages = lock.stages(self.reader.bytes_of(blob))
        return {path: md5 for stage in stages.values() for path, md5 in stage.outs.items()}

    def refs(self, pattern: re.Pattern[str]) -> dict[str, str]:
        """Return path -> reference (for `Reader`) of the files that people wrote whose path matches."""
        if self.commit == NOW:
            from metaethno.history.rows import written

            return {path: f"file:{path}" for path in written(self.repo.root) if pattern.fullmatch(path)}
        return {path: blob for path, blob in self.held.items() if pattern.fullmatch(path)}

    def data(self, path: str) -> bytes | None:
        """Return the bytes of a file of this version; nothing where it has none, or none are kept."""
        if self.commit == NOW:
            file = self.repo.root / path
            return file.read_bytes() if file.is_file() else None
        if path in self.held:
            return self.reader.bytes_of(self.held[path])
        return self.store.read(self.results[path]) if path in self.results else None

    def rows(self, path: str) -> list[dict[str, str]] | None:
        """Return the rows of a result that is a CSV table; nothing where it isn't at hand."""
        data = self.data(path)
        return None if data is None else result_rows(data, path)

    def records(self, path: str, columns: list[str], **cells: str) -> list[dict[str, Any]] | None:
        """Return columns of a result that is a Parquet table, of the rows whose cells are as named.

        Nothing where it isn't at hand. Read without pandas, which alone takes longer to load than all the rest.
        """
        data = self.data(path)
        if data is None:
            return None
        import pyarrow.parquet as parquet

        wanted = [(name, "=", cell) for name, cell in cells.items()] or None
        found: list[dict[str, Any]] = parquet.read_table(io.BytesIO(data), columns=columns, filters=wanted).to_pylist()
        return found


def result_rows(data: bytes, path: str) -> list[dict[str, str]]:
    """Return the rows of a derived CSV table; cells that were made harmless for spreadsheets are as they were."""
    header, rows, _, _ = tables.parse_rows(data, path)
    return [{n: c[1:] if _ESCAPED.match(c) else c for n, c in zip(header, row, strict=False)} for row in rows]


def only(rows: Iterable[dict[str, str]], **cells: str) -> list[dict[str, str]]:
    """Return the rows whose cells are as named."""
    return [row for row in rows if all(row.get(name, "") == cell for name, cell in cells.items())]
