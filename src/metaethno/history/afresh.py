"""DVC without what it remembers of its own files: `python -m metaethno.history.afresh checkout …`.

DVC keeps an index of the tracked files outside the repository. Killed while it writes that index, DVC takes the part
that is there for the whole, removes files that the part doesn't name or doesn't push them, and says that all went well.
After a push that failed it also goes on sending files where they belonged then, whatever remote they have been given
since (seen with DVC 3.67). The index is quickly made again, so it is dropped before everything that relies on it.
"""

from __future__ import annotations

import sys


def main(arguments: list[str]) -> int:
    """Drop the index, then run DVC's command in the present folder; return DVC's exit code."""
    from dvc.cli import main as dvc

    drop()
    return int(dvc(arguments) or 0)


def drop() -> None:
    """Drop the index of the review in the present folder."""
    from dvc.repo import Repo

    with Repo() as repo, repo.lock:
        repo.drop_data_index()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
