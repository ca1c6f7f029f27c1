"""Looking for quotations in the stored full texts: done where the texts are, and written down in a log.

The texts are licensed and large, so a clone may have their pointers only. The log (in Git) names what was looked for
in which text by hashes; stage 6 reads the log, never the texts, and gives the same results everywhere.
"""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import TYPE_CHECKING

from metaethno import tables
from metaethno.carry import resolve
from metaethno.cells import each_row
from metaethno.errors import Problem, UserError
from metaethno.schemas import ALIASES, PASSAGES, QUOTATION_LOG, REPORT_STUDIES
from metaethno.shell import fulltexts

if TYPE_CHECKING:
    import pandas as pd


def passage_hash(text: str, locator: str) -> str:
    """Return the hash that a passage is known by in the log."""
    return hashlib.sha256(f"{text}\x1f{locator}".encode()).hexdigest()[:16]


def wanted(root: Path, passages: pd.DataFrame, report_studies: pd.DataFrame) -> pd.DataFrame:
    """Return every quotation and stored text to look in: passage_id, passage_hash, file, file_hash, text, locator.

    What the review's own authors say about a study is no quotation.
    """
    kept = fulltexts.pointed(root)
    there = (root / ALIASES.path).is_file() and len(kept)
    aliases = tables.read(ALIASES, root / ALIASES.path) if there else tables.empty(ALIASES)
    kept = kept.assign(record_id=resolve(kept["record_id"], aliases))
    reports = report_studies[["report_id", "record_id"]].drop_duplicates("report_id")
    reports = reports.assign(record_id=resolve(reports["record_id"], aliases))
    quoted = passages.loc[passages["speaker"].ne("review_author"), ["passage_id", "report_id", "locator", "text"]]
    out = quoted.merge(reports, on="report_id").merge(kept, on="record_id")
    hashes = [passage_hash(t, at) for t, at in each_row(out, "text", "locator")]
    return out.assign(passage_hash=hashes).astype(str).sort_values(["file", "passage_id"], ignore_index=True)


def log(root: Path) -> pd.DataFrame:
    """Open the log; a frame without rows where there is none yet. Raises UserError where it was changed by hand."""
    path = root / QUOTATION_LOG.path
    if not path.is_file():
        return tables.empty(QUOTATION_LOG)
    try:
        return tables.read(QUOTATION_LOG, path).drop_duplicates(list(QUOTATION_LOG.key))
    except (UserError, ValueError):
        hint = "Delete it: `metaethno run` writes it anew where the full texts are."
        raise UserError(Problem("ME0439", "is not as the program wrote it", QUOTATION_LOG.path, hint=hint)) from None


def refresh(root: Path) -> int:
    """Look for what the log doesn't know yet in the texts that are here; return how many quotations were looked for.

    Never raises for what a text holds. Problems of the tables are left to the checks.
    """
    if not fulltexts.pointed(root).size:
        return 0
    import pandas as pd

    passages, bad = tables.load_decisions(PASSAGES, root)
    links, worse = tables.load_decisions(REPORT_STUDIES, root)
    if bad or worse or not len(passages):
        return 0
    sought = wanted(root, passages, links)
    keys = ["passage_id", "passage_hash", "file", "file_hash"]
    before = log(root)
    known = set(before[keys].itertuples(index=False, name=None))
    now = list(sought[keys].itertuples(index=False, name=None))
    new = sought[[key not in known for key in now]]
    rows = []
    for name, group in new.groupby("file", sort=True):
        rows += _look(root / fulltexts.FOLDER / str(name), group)
    standing = before[[key in set(now) for key in before[keys].itertuples(index=False, name=None)]]
    if rows or len(standing) != len(before):
        frame = pd.concat([standing, pd.DataFrame(rows, columns=QUOTATION_LOG.names, dtype=str)], ignore_index=True)
        tables.write(QUOTATION_LOG, frame, root / QUOTATION_LOG.path)
    return len(rows)


def _look(path: Path, group: pd.DataFrame) -> list[dict[str, str]]:
    """Look for some quotations in one text; nothing where it isn't here, or isn't the one that was added."""
    from metaethno import quotes
    from metaethno.fulltext_reader import read

    if not path.is_file() or fulltexts.md5_of(path) != group["file_hash"].iloc[0]:
        return []
    text = read(path)
    ready = quotes.prepare(quotes.Pages(text.texts, text.labels, text.paged)) if not text.error else None
    out = []
    for row in group.to_dict("records"):
        if ready is None:
            told = quotes.Result("unreadable", nearest=text.error)
        else:
            told = quotes.look(row["text"], row["locator"], ready)
        keys = ("passage_id", "passage_hash", "file", "file_hash")
        out.append({key: str(row[key]) for key in keys} | {k: str(v) for k, v in vars(told).items()})
    return out
