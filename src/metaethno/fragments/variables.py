"""Inline numbers and texts of the pages: what `{{< var a.b >}}` stands for. Every value is Markdown."""

from __future__ import annotations

import re
from datetime import date
from typing import Any

import yaml

from metaethno.fragments import markdown as md
from metaethno.fragments.boxes import AS_2009, Boxes, boxes_of, with_addends
from metaethno.fragments.data import ReportData
from metaethno.fragments.provisional import MARK, marked_boxes, may_change, open_counts
from metaethno.fragments.standing import checks_of

_TEXTS = ("title", "notice", "gap", "context", "aims", "question", "method_rationale", "search_rationale")
_MONTHS = ("January", "February", "March", "April", "May", "June", "July", "August", "September", "October",
           "November", "December")  # fmt: skip
# Variables that are named otherwise than the box they count, and the stage that decides the other numbers.
_BOX_OF = {"not_retrieved": "dbr_notretrieved_reports", "assessed": "dbr_assessed", "excluded": "dbr_excluded",
           "citations": "citations_results"}  # fmt: skip
_MADE_BY = {
    "dedupe": ("records",),
    "eligibility": ("reports", "studies", "excluded"),
    "extraction": ("constructs", "studies_with_constructs", "passages", "links"),
    "translation": ("groups", "relations", "concepts", "translations", "refutations"),
    "synthesis": ("third_order", "steps"),
}
_UNWRITTEN = "*Not written yet:* `review: {name}` in `config/review.yaml`."


def variables(data: ReportData) -> dict[str, Any]:
    """Return all variables. The keys do not depend on the data, so that no page breaks in a new review."""
    views = data.config.flow.views
    pooled = next((v for v in views if v.template == "prisma2020"), views[0])
    return {
        "title": md.escape(_typeset(data.config.review.title)),
        "notice": md.escape(_typeset(data.config.review.notice)),
        "authors": md.escape(", ".join(map(data.named, data.config.review.authors))),
        "review": {name: _text(data, name) for name in _TEXTS},
        "flow": _flow(data, boxes_of(data.flow, views[0])),
        "pooled": _flow(data, boxes_of(data.flow, pooled)),
        "n": _numbers(data),
        "open": {k: md.number(v) for k, v in open_counts(data).items()}
        | {
            "total": md.number(sum(open_counts(data).values())),
            "unsigned": md.number((data.stale["state"] == "not_reviewed").sum()),
        },
        "checks": {
            f"{level}s": md.number(sum(row["level"] == level for row in checks_of(data)))
            for level in ("error", "warning", "note")
        },
        "search": _search(data),
        "selection": {
            "screening_votes": md.number(data.config.screening.votes_per_record),
            "eligibility_votes": md.number(data.config.eligibility.votes_per_record),
            "criteria_version": md.escape(data.config.criteria.version),
            "min_studies": md.number(data.config.synthesis.min_studies),
        },
    }


def _text(data: ReportData, name: str) -> str:
    return md.escape(_typeset(getattr(data.config.review, name))) or _UNWRITTEN.format(name=name)


def _typeset(text: str) -> str:
    """Return the author's own words with the apostrophes of print."""
    return re.sub(r"(?<=\w)'", "’", text)


def _in_words(day: str) -> str:
    """Return an ISO date as it stands in a sentence: `22 May 2020`."""
    try:
        found = date.fromisoformat(day)
    except ValueError:
        return day
    return f"{found.day}\u00a0{_MONTHS[found.month - 1]}\u00a0{found.year}"


def _flow(data: ReportData, boxes: Boxes) -> dict[str, str]:
    """Return the boxes of the 2009 form as numbers with addends (`full_text`) and without (`full_text_total`).

    A number that may still change carries the mark of provisional numbers.
    """
    made = {}
    for box in AS_2009:
        counts = boxes.as_2009(box)
        addends = [n for run, n in sorted(counts.items()) if run != "all"]
        made[box] = md.escape(with_addends(counts["all"], addends))
        made[f"{box}_total"] = md.number(counts["all"])
    removed = boxes.as_2009("identified")["all"] - boxes.as_2009("after_duplicates")["all"]
    made["duplicates"] = md.number(boxes.total("duplicates") if boxes.has("duplicates") else removed)
    made["not_retrieved"] = md.number(
        boxes.total("dbr_notretrieved_reports") + boxes.total("other_notretrieved_reports")
    )
    assessed = boxes.total("dbr_assessed") + boxes.total("other_assessed")
    excluded = boxes.total("dbr_excluded") + boxes.total("other_excluded")
    made["assessed"] = md.number(assessed or boxes.as_2009("full_text")["all"])
    made["excluded"] = md.number(excluded or boxes.as_2009("full_text_excluded")["all"])
    made["citations"] = md.number(boxes.total("citations_results"))
    marked = marked_boxes(data, [*made, *_BOX_OF.values()])
    return {key: said + (MARK if _BOX_OF.get(key, key.removesuffix("_total")) in marked else "")
            for key, said in made.items()}  # fmt: skip


def _numbers(data: ReportData) -> dict[str, str]:
    counts = {
        "rows": int(data.members["rows"].sum()) if len(data.members) else 0,
        "records": len(data.unique),
        "searches": len(data.sources.drop_duplicates(["run", "search_id"])),
        "runs": data.sources["run"].nunique(),
        "sources": data.sources["source"].nunique(),
        "reports": data.reports["report_id"].nunique(),
        "studies": data.reports["study_id"].nunique(),
        "excluded": len(data.excluded),
        "constructs": data.constructs["construct_id"].nunique(),
        "studies_with_constructs": data.constructs["study_id"].nunique(),
        "passages": data.constructs.loc[data.constructs["passage_id"] != "", "passage_id"].nunique(),
        "links": len(data.links),
        "groups": len(data.groups),
        "relations": len(data.relations),
        "concepts": int((data.concepts["status"] != "dropped").sum()),
        "translations": int((data.matrix["cell"] == "translation").sum()),
        "refutations": len(data.refutations),
        "third_order": int((data.third_order["status"] != "dropped").sum()),
        "steps": len(data.line_of_argument),
        "memos": len(data.memos),
    }
    doubtful = {name for stage, names in _MADE_BY.items() if may_change(data, stage) for name in names}
    return {name: md.number(n) + (MARK if name in doubtful else "") for name, n in counts.items()}


def _search(data: ReportData) -> dict[str, str]:
    """Return what the prose says of the searches; a dash where there are none."""
    runs = sorted(set(data.sources["run"]))
    databases = data.sources[data.sources["kind"].isin(["database", "register"])]
    names = list(dict.fromkeys(databases["source"]))
    listed = ", ".join(names[:-1]) + " and " + names[-1] if len(names) > 1 else "".join(names)
    return {
        "databases": md.escape(listed) or md.MISSING,
        "first_run": _in_words(runs[0]) if runs else md.MISSING,
        "last_run": _in_words(runs[-1]) if runs else md.MISSING,
        "runs": md.escape(", ".join(map(_in_words, runs))) or md.MISSING,
    }


def as_yaml(data: ReportData) -> bytes:
    """Return the variables as the bytes of `variables.yml`."""
    text: str = yaml.safe_dump(variables(data), allow_unicode=True, sort_keys=True, width=10**6)
    return text.encode()
