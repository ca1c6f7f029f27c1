"""Memos where they belong: under the table of the concepts, constructs, studies or steps that they are about."""

from __future__ import annotations

from metaethno.fragments import markdown as md
from metaethno.fragments.data import ReportData, rows, texts

# Table of what a memo is about, its key, and what it is called.
_NAMED = {
    "concepts": ("concept_id", "label"),
    "constructs": ("construct_id", "label"),
    "groups": ("group_id", "label"),
    "line_of_argument": ("step_id", "statement"),
    "studies": ("study_id", "label"),
    "third_order": ("third_order_id", "label"),
}


def beside(data: ReportData, *names: str) -> str:
    """Return the memos about the rows of some tables as paragraphs, each after a blank line; nothing without any."""
    called: dict[str, str] = {}
    for name in names:
        key, label = _NAMED[name]
        called |= texts(getattr(data, name), key, label)
    found = [row for row in rows(data.memos) if row["target_id"] in called]
    said = []
    for row in sorted(found, key=lambda r: (called[r["target_id"]], r["written_on"], r["memo_id"])):
        who = md.escape(data.named(row["author"]))
        about = f"**Memo on {md.escape(called[row['target_id']])}**"
        said.append(f"{about} ({row['kind']}, {who}, {md.escape(row['written_on'])}): {md.escape(row['text'])}")
    return "".join(f"\n{text}\n" for text in said)
