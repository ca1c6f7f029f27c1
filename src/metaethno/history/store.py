"""What DVC keeps: the cache on this machine, and the remotes. Files are named by the MD5 of their bytes."""

from __future__ import annotations

import configparser
import hashlib
import json
import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

from metaethno.errors import Problem, UserError

FOLDER = ".dvc"
# What DVC does by its index of tracked files (see `afresh`); `commit`, because a snapshot says anew which remote a file
# belongs to, and the next `dvc push` would still send it where the index says.
_AFRESH = ("checkout", "commit", "fetch", "push", "pull")


def md5_of(path: Path) -> str:
    """Return the MD5 of a file."""
    with path.open("rb") as data:
        return hashlib.file_digest(data, lambda: hashlib.md5(usedforsecurity=False)).hexdigest()


class Store:
    """What DVC keeps of the review in `root`. Raises UserError where the review isn't kept with DVC."""

    def __init__(self, root: Path) -> None:
        self.root = root
        if not (root / FOLDER).is_dir():
            hint = "Run `dvc init` in the review's folder, or make the review with `metaethno new`."
            raise UserError(
                Problem("ME0706", "this review is not kept with DVC, so its results have no history", hint=hint)
            )

    # ------------------------------------------------------------------------------------------------ cache

    @cached_property
    def _settings(self) -> list[tuple[Path, configparser.ConfigParser]]:
        home = Path(os.environ.get("XDG_CONFIG_HOME") or Path.home() / ".config")
        found = []
        for path in (home / "dvc/config", self.root / FOLDER / "config", self.root / FOLDER / "config.local"):
            parser = configparser.ConfigParser(interpolation=None, strict=False)
            try:
                parser.read(path, encoding="utf-8")
            except configparser.Error:
                continue
            found.append((path, parser))
        return found

    @cached_property
    def cache(self) -> Path:
        """The folder of the cache."""
        folder = self.root / FOLDER / "cache"
        for path, parser in self._settings:
            if parser.has_option("cache", "dir"):
                folder = path.parent / parser.get("cache", "dir").strip("'\"")
        return folder / "files/md5"

    @cached_property
    def remotes(self) -> list[str]:
        """The names of the remotes, in the order they were set up."""
        names = [s.strip("'\"") for _, parser in self._settings for s in parser.sections()]
        return list(dict.fromkeys(n.removeprefix('remote "').rstrip('"') for n in names if n.startswith("remote ")))

    def path(self, md5: str) -> Path:
        """Return where the cache keeps the file with this MD5."""
        return self.cache / md5[:2] / md5[2:]

    def has(self, md5: str) -> bool:
        """Tell whether the cache has a file of this name (its bytes may still be damaged)."""
        return self.path(md5).is_file()

    def is_whole(self, md5: str) -> bool:
        """Recompute the hash of a file in the cache."""
        return md5_of(self.path(md5)) == md5.removesuffix(".dir")

    def members(self, md5: str) -> list[str]:
        """Return the MD5s of the files of a folder that is kept as one (`….dir`); nothing where that can't be read."""
        try:
            return [str(entry["md5"]) for entry in json.loads(self.path(md5).read_bytes())]
        except (OSError, ValueError, KeyError, TypeError):
            return []

    # ------------------------------------------------------------------------------------------------ remotes

    @cached_property
    def _repo(self) -> Any:
        from dvc.repo import Repo

        return Repo(str(self.root))

    def read(self, md5: str, *, remote: bool = True) -> bytes | None:
        """Return the bytes that are kept under this MD5, from the cache or else (where `remote`) from a remote."""
        if self.has(md5):
            return self.path(md5).read_bytes()
        for name in self.remotes if remote else ():
            odb = self._repo.cloud.get_remote_odb(name, hash_name="md5")
            place = odb.oid_to_path(md5)
            if odb.fs.exists(place):
                found: bytes = odb.fs.cat_file(place)
                return found
        return None

    def remote_hash(self, remote: str, md5: str) -> str | None:
        """Return the MD5 of what `remote` keeps under this name; nothing where it keeps none.

        Raises UserError where the remote can't be reached.
        """
        try:
            odb = self._repo.cloud.get_remote_odb(remote, hash_name="md5")
            place = odb.oid_to_path(md5)
            if not odb.fs.exists(place):
                return None
            digest = hashlib.md5(usedforsecurity=False)
            with odb.fs.open(place, "rb") as data:
                while part := data.read(1 << 20):
                    digest.update(part)
            return digest.hexdigest()
        except Exception as error:  # every kind of remote has errors of its own
            hint = "Is it mounted, or the network there? `dvc remote list` shows where it is."
            raise UserError(Problem("ME0707", f"the remote {remote!r} can't be read: {error}", hint=hint)) from None

    # ------------------------------------------------------------------------------------------------ DVC itself

    def dvc(self, *arguments: str, check: bool = True) -> subprocess.CompletedProcess[str]:
        """Run DVC; raises UserError with its own words where it fails and `check`."""
        program = "metaethno.history.afresh" if arguments[0] in _AFRESH else "dvc"
        command = [sys.executable, "-m", program, *arguments]
        done = subprocess.run(
            command, cwd=self.root, capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL
        )
        if check and done.returncode:
            said = [line for line in done.stderr.strip().splitlines() if line.strip()]
            words = " ".join(said[-6:]).removeprefix("ERROR: ")
            hint = "Nothing was lost. Mend this, then run the same command again."
            raise UserError(Problem("ME0708", f"DVC could not do its part ({arguments[0]}): {words}", hint=hint))
        return done

    def is_clean(self) -> bool:
        """Tell whether DVC finds every file as it was recorded."""
        return self.dvc("status", "--quiet", check=False).returncode == 0


def batches(items: Sequence[str], size: int = 200) -> Iterator[Sequence[str]]:
    """Return `items` in parts that fit on a command line."""
    for at in range(0, len(items), size):
        yield items[at : at + size]
