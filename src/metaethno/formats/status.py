"""The state of publication of a record, as far as its source says it."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from metaethno.formats.columns import column, filled, mapped, matches, replaced
from metaethno.formats.model import Record

if TYPE_CHECKING:
    from metaethno.formats.columns import Columns

# A word alone tells no notice: "Withdrawn adolescents", "Withdrawal of treatment", "Correction-based feedback" and
# "Retraction of consent" begin titles of studies. A mark behind it does, or that it names what it is about.
_ERRATUM: Final = re.compile(
    r"^(?:published |publisher |author )?"
    r"(?:(?:erratum|errata|corrigendum|corrigenda|addendum)\b(?=\s*(?:[:.\[(\u2014]|- |to\b|for\b|$))"
    r"|(?:publisher |author )?correction\b"
    r"(?=\s*(?:[:.\[(\u2014]|- |to\b|for (?:[\"\u201c\u2018']|.{1,80}\bet al\b)|$)))",
    re.IGNORECASE,
)
_RETRACTED: Final = re.compile(
    r"^\W{0,2}(?:retracted|withdrawn)(?: (?:article|chapter|paper|publication|study))?\s*(?:[:.\])]|[-\u2013\u2014] )"
    r"|^\W{0,2}(?:retracted (?:article|chapter|paper|publication)\b|(?-i:RETRACTED|WITHDRAWN)\b(?-i:.*[a-z]))",
    re.IGNORECASE,
)
# Web of Science puts it behind the title: "A ward (Retracted article. See vol. 3, pg. 1, 2020)".
_RETRACTED_BEHIND: Final = re.compile(
    r"[\[(](?:retracted|withdrawn)(?:[ \w]{0,20}|(?: \w{1,20})?[.,:;][^()\[\]]{0,120})[\])]", re.IGNORECASE
)
_RETRACTION: Final = re.compile(
    r"^(?:notice of (?:retraction|withdrawal)\b|(?:retraction|withdrawal) (?:note|notice|statement)\b"
    r"|retraction\s*(?:[:.\[(\u2014]|to\b|of\s*(?:[:\"\u201c\u2018']|.{1,80}\bet al\b|.*\b10\.\d{4})|$)"
    r"|(?-i:WITHDRAWAL):(?-i:.*[a-z]))",
    re.IGNORECASE,
)
_CONCERN: Final = re.compile(r"^(?:editorial )?expression of concern\b", re.IGNORECASE)
# Most titles are none; this tells it fast.
_MAY_BE_NOTICE: Final = re.compile(
    r"\W{0,2}(?:publi|author|errat|corr|addend|retract|withdr|notice|editorial|expression)", re.IGNORECASE
)
# The same for a column of titles, by Arrow; it lets through a few more, since only Python knows all letters.
_MAY_BE_NOTICE_THERE: Final = (
    r"(?i:^\W{0,2}(?:publ|author|errat|corr|addend|retract|w.thdr|not.ce|ed.tor|express))"
    r"|etract|ETRACT|ithdraw|ITHDRAW"
)
_SAID: Final = ("etract", "ETRACT", "ithdraw", "ITHDRAW")
_NOTICES: Final = ("erratum", "retraction notice", "expression of concern")
_EARLY: Final = (
    "in press",
    "early access",
    "early view",
    "ahead of print",
    "aheadofprint",
    "online first",
    "epub ahead",
)
_OF_DOI: Final = re.compile(r"\b10\.\d{4,9}/[^\s\])>,;]+")


def publication_status(record: Record) -> None:
    """Fill `status` and `status_of` from type, title, volume and pages, where the reader has not.

    What the type says goes before what the title says. An article counts as printed where it has a volume, an issue or
    pages, and as early view where its source calls it so. `status_of` of a notice: the first DOI in its title, else
    what its title names.
    """
    title, kind = record.get("title", ""), record.get("pub_type", "").casefold()
    status = _of_kind(kind)
    if not status and _may_be_notice(title):
        status = _of_title(title)
    if status in _NOTICES and not record.get("status_of"):
        found = _OF_DOI.search(title)
        record["status_of"] = found.group().rstrip(".").lower() if found else _after(title)
    if not status:
        if kind and _is_early(kind):
            status = "early view"
        elif record.get("volume") or record.get("issue") or record.get("pages"):
            status = "print"
    if status:
        record["status"] = status


def publication_states(columns: Columns) -> Columns:
    """Return the columns `status` and `status_of`, filled as `publication_status` does for each record without one.

    What a reader took for an early view may be a notice all the same, or have been retracted since.
    """
    import numpy as np
    import pyarrow as pa
    import pyarrow.compute as pc

    status, about, kind = columns["status"], columns["status_of"], columns["pub_type"]
    early = pc.equal(status, "early view").to_numpy(zero_copy_only=False)
    without = ~filled(status) | early
    # Of most records only the type counts, and whether there is an issue: each such pair is looked at once.
    issued = filled(columns["volume"]) | filled(columns["issue"]) | filled(columns["pages"])
    marks = pa.array(["", "1"], kind.type).take(pa.array(issued.astype(np.int8)))
    of_pair = mapped(pc.binary_join_element_wise(marks, kind, pa.scalar("\n", kind.type)), _of_pair)
    notices = pc.is_in(of_pair, pa.array(_NOTICES, kind.type)).to_numpy(zero_copy_only=False)
    maybe = without & ~notices & matches(columns["title"], _MAY_BE_NOTICE_THERE)
    maybe[maybe] = [_may_be_notice(title) for title in columns["title"].filter(pa.array(maybe)).to_pylist()]
    notices = notices & without | maybe
    status = pc.if_else(pa.array(without), of_pair, status)
    if notices.any():
        names = ("title", "pub_type", "status_of", "volume", "issue", "pages")
        records = pa.table({name: columns[name].filter(pa.array(notices)) for name in names}).to_pylist()
        for record in records:
            publication_status(record)
        status = replaced(status, notices, column([record.get("status", "") for record in records]))
        about = replaced(about, notices, column([record["status_of"] for record in records]))
    if early.any():
        unsaid = pc.is_in(status, pa.array(["", "print"], kind.type)).to_numpy(zero_copy_only=False)
        status = pc.if_else(pa.array(early & unsaid), "early view", status)
    return {"status": status, "status_of": about}


def _of_pair(pair: str) -> str:
    issue, _, kind = pair.partition("\n")
    record = {"pub_type": kind, "issue": issue}
    publication_status(record)
    return record.get("status", "")


def _may_be_notice(title: str) -> bool:
    return bool(_MAY_BE_NOTICE.match(title)) or any(word in title for word in _SAID)


@lru_cache(maxsize=4096)
def _of_kind(kind: str) -> str:
    if "retract" in kind or "withdrawn" in kind:
        if "notice" in kind or "retraction of" in kind or kind.endswith("retraction"):
            return "retraction notice"
        return "retracted"
    if "erratum" in kind or "corrigendum" in kind or kind == "correction":
        return "erratum"
    return "expression of concern" if "expression of concern" in kind else ""


@lru_cache(maxsize=4096)
def _is_early(kind: str) -> bool:
    return any(word in kind for word in _EARLY)


def _of_title(title: str) -> str:
    start = title[:200]
    for pattern, status in (
        (_RETRACTED, "retracted"),
        (_RETRACTION, "retraction notice"),
        (_ERRATUM, "erratum"),
        (_CONCERN, "expression of concern"),
    ):
        if pattern.search(start):
            return status
    return "retracted" if _RETRACTED_BEHIND.search(title[-200:]) else ""


def _after(title: str) -> str:
    """Return the title that a notice is about: "Erratum to: A ward" is about "A ward"."""
    parts = re.split(r":\s+|\s+to\s+", title, maxsplit=1)
    return parts[1].strip() if len(parts) > 1 else ""
