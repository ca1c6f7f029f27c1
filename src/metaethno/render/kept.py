"""Outputs of earlier renderings, kept by the hash of all they were made from: only what changed is rendered again."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Sequence
from functools import cache
from pathlib import Path

from metaethno.render.document import Built
from metaethno.render.project import Project

KEPT = ".kept"  # below the output folder, which is made anew from nothing whenever it is deleted


@cache
def _program() -> str:
    """Return a hash over this package: another program makes other outputs."""
    digest = hashlib.sha256()
    for path in sorted(Path(__file__).parent.rglob("*")):
        if path.is_file() and path.suffix != ".pyc":
            digest.update(path.name.encode() + b"\0" + hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()


class Kept:
    """The kept outputs in a folder; `files` are those to be kept from now on."""

    def __init__(self, folder: Path, made_by: str) -> None:
        self.folder, self.made_by = folder, made_by
        self.files: dict[Path, bytes] = {}
        self.made = 0

    def get(self, built: Built, project: Project, pages: Sequence[tuple[str, str]], make: Callable[[], bytes]) -> bytes:
        """Return the output of a built page: the kept one where nothing it is made from has changed, else a new one."""
        path = self.folder / f"{'-'.join(built.page.entry.path.parts)}-{built.form}.kept"
        key = self._key(built, project, pages)
        content = _read(path, key)
        if content is None:
            content = make()
            self.made += 1
            self.files[path] = key + content
        return content

    def _key(self, built: Built, project: Project, pages: Sequence[tuple[str, str]]) -> bytes:
        """Return a hash over what a page is made from: its text, the files it shows, the navigation, the program."""
        used = [built.page.bibliography, project.style]
        used += sorted(built.used) if built.form != "html" else []  # a page of HTML only names its figures
        parts = [
            _program(), self.made_by, built.form, built.title, built.lang, project.title, str(built.page.entry.path),
            pages, built.front, built.blocks, built.page.source.meta, bool(project.scripted),
            [hashlib.sha256(p.read_bytes()).hexdigest() if p else "" for p in used],
        ]  # fmt: skip
        text = json.dumps(parts, sort_keys=True, ensure_ascii=False, default=str)
        return hashlib.sha256(text.encode()).digest()


def _read(path: Path, key: bytes) -> bytes | None:
    try:
        content = path.read_bytes()
    except OSError:
        return None
    return content[len(key) :] if content.startswith(key) else None
