"""A small review for the tests of stage 9: two runs, three studies in four reports, two groups, one argument."""

from __future__ import annotations

from typing import Any

import pandas as pd

from metaethno import tables
from metaethno.config import Config
from metaethno.fragments.data import ReportData
from metaethno.schemas import TABLES

R1, R2 = "2020-01-31", "2021-06-30"
HOSTILE = 'A <script>alert(1)</script> | `x` {{< include /etc/passwd >}} [@A99] @fig-1\n\n# title "q" \\'
_TABLE = {"constructs": "extracted_constructs"}


def settings(**changes: Any) -> Config:
    """Return a configuration; `changes` replace whole sections."""
    base: dict[str, Any] = {
        "review": {"title": "A review", "question": "What?", "aims": "To see", "gap": "Unknown", "context": "Here"},
        "team": {"ann": {"name": "Ann"}, "stand": {"name": "Stand-in", "stand_in": True}},
        "criteria": {"version": "c1", "criteria": [{"id": "I1", "kind": "include", "text": "In depth"}]},
        "exclusion_reasons": [
            {"id": "X1", "label": "Not qualitative"},
            {"id": "X2", "label": "No access", "box": "not_retrieved"},
        ],
        "screening": {"reviewers": ["ann", "stand"]},
        "eligibility": {"reviewers": ["ann", "stand"]},
        "flow": {
            "views": [
                {
                    "id": "published",
                    "title": "As published",
                    "template": "prisma2009",
                    "records_of": "first_run",
                    "adjustments": [{"identity": "P3", "term": "full_texts_of_later_runs", "reason": "Two intakes."}],
                    "note": "A note of the view.",
                },
                {"id": "pooled", "title": "Pooled", "template": "prisma2020"},
            ]
        },
    }
    return Config.model_validate(base | changes)


def frame(name: str, *rows: dict[str, Any]) -> pd.DataFrame:
    """Return rows as a table of the schema; cells that are not given are empty."""
    table = TABLES[_TABLE.get(name, name)]
    if not rows:
        return tables.empty(table)
    made = pd.DataFrame([{c: row.get(c, "") for c in table.names} for row in rows], dtype=object)
    return tables.canonical(table, made) if table.kind == "derived" else made.astype(str)


def flow_rows() -> pd.DataFrame:
    """Return the boxes of both views: 100 and 50 rows; 6 + 2 full texts; 4 reports of 3 studies."""
    rows: list[dict[str, Any]] = []

    def add(
        view: str, template: str, box: str, first: int, later: int = 0, detail: str = "", unit: str = "record"
    ) -> None:
        for run, n in ((R1, first), (R2, later), ("all", first + later)):
            rows.append(dict(zip(("view", "template", "box", "detail", "run", "unit", "count"),
                                 (view, template, box, detail, run, unit, n), strict=True)))  # fmt: skip

    p, q = ("published", "prisma2009"), ("pooled", "prisma2020")
    add(*p, "identified", 100)
    add(*p, "identified", 60, detail="Embase")
    add(*p, "identified", 40, detail="CINAHL")
    for box, n in (("duplicates", 20), ("after_duplicates", 80), ("screened", 80), ("screened_excluded", 74)):
        add(*p, box, n)
    add(*p, "full_text", 6, 2, unit="report")
    add(*p, "full_text_excluded", 3, 1, unit="report")
    add(*p, "full_text_excluded", 2, 1, "X1", "report")
    add(*p, "full_text_excluded", 1, 0, "X2", "report")
    add(*p, "included_reports", 3, 1, unit="report")
    add(*p, "included_studies", 2, 1, unit="study")
    add(*q, "database_specific_results", 60, 30, "Embase")
    add(*q, "database_specific_results", 40, 20, "CINAHL")
    for box, first, later in (
        ("database_results", 100, 50), ("duplicates", 20, 45), ("records_screened", 80, 5),
        ("records_excluded", 74, 4), ("dbr_sought_reports", 6, 1), ("dbr_notretrieved_reports", 1, 0),
        ("dbr_assessed", 5, 1), ("citations_results", 0, 9), ("other_sought_reports", 0, 1),
        ("other_notretrieved_reports", 0, 0), ("other_assessed", 0, 1), ("other_excluded", 0, 1),
        ("new_studies", 2, 1), ("new_reports", 3, 1),
    ):  # fmt: skip
        add(*q, box, first, later)
    add(*q, "dbr_excluded", 2, 0)
    add(*q, "dbr_excluded", 2, 0, "X1", "report")
    add(*q, "other_excluded", 0, 1, "X1", "report")
    return frame("flow", *rows)


def _selection() -> dict[str, Any]:
    source = {
        "file": "a.ris",
        "scope": "full",
        "format": "ris",
        "sha256": "a",
        "searched_by": "stand",
        "limits": "none",
    }
    included = [
        ("S1", "A1", "main", R1),
        ("S1", "A2", "companion", R1),
        ("S2", "A3", "main", R1),
        ("S3", "A4", "main", R2),
        ("S3", "A5", "redundant", R2),
    ]
    assessed = [{"record_id": f"r{i}", "first_run": R1, "origin": "databases", "outcome": "include",
                 "decided_by": "ann; stand"} for i in range(4)]  # fmt: skip
    return {
        "sources": frame(
            "sources",
            source | {"run": R1, "search_id": "s1", "source": "Embase", "platform": "Ovid", "kind": "database",
                      "searched_on": R1, "hits": "60", "query_file": "q.txt", "parsed": "60", "parsed_search": "60"},
            source | {"run": R2, "search_id": "s2", "source": "Citing", "kind": "citation_forward", "searched_on": R2,
                      "hits": "9", "note": "Stand-in number.", "parsed": "9", "parsed_search": "9"},
        ),
        "members": pd.DataFrame([{"run": R1, "source": "Embase", "kind": "database", "rule": "", "rows": 60}]),
        "source_counts": pd.DataFrame(
            [{"run": R1, "source": "Embase", "kind": "database", "rows": 60, "first": 50, "within_source": 4,
              "across_sources": 6, "earlier_run": 0}]
        ),
        "rerun": frame("rerun", {"run": R2, "source": "Embase", "record_id": "r1", "state": "known"}),
        "unique": pd.DataFrame([
            {"record_id": f"r{i}", "first_run": R1, "origin": "databases", "sources": "Embase", "title": HOSTILE,
             "authors": "Müller, Ann; and others; WHO", "year": "2015", "container": "J | K", "volume": "1",
             "issue": "", "pages": "1-9", "doi": "10.1000/x", "url": "", "language": "", "pub_type": ""}
            for i in range(1, 4)
        ]),
        "screened": frame("screened", {"record_id": "r1", "first_run": R1, "origin": "databases", "outcome": "forward",
                                       "decided_by": "ann;stand", "votes": 2, "changed": "no"}),
        "assessed": frame("assessed", *[a | {"decided_by": "ann;stand", "asked": 0} for a in assessed]),
        "excluded": frame("excluded", *[
            {"record_id": f"x{i}", "first_run": R1, "reason_id": "X1", "reason": "Not qualitative", "box": "excluded",
             "authors": "Doe, J", "year": "2011", "title": HOSTILE, "container": "Journal", "doi": "10.1000/y"}
            for i in range(3)
        ]),
        "included_studies": frame("included_studies", *[
            {"study_id": s, "report_id": a, "record_id": f"r{a[1:]}", "role": role, "citation": f"Müller et al. 201{i}",
             "first_run": run, "origin": "databases"} for i, (s, a, role, run) in enumerate(included)
        ]),
        "flow": flow_rows(),
    }  # fmt: skip


def _matrix_row(group: str, concept: str, study: str, cell: str, **more: str) -> dict[str, Any]:
    return {"group_id": group, "group_label": f"Group {group}", "concept_id": concept, "study_id": study, "cell": cell,
            "concept_label": f"Concept {concept}", "study_label": f"Study {study}", "position": int(study[1]),
            **more}  # fmt: skip


def _synthesis() -> dict[str, Any]:
    translated = {"kind": "reciprocal", "status": "accepted"}
    constructs = [
        {"construct_id": f"K{i}", "study_id": f"S{i}", "authors_term": "a | term", "label": f"Construct {i}",
         "meaning": "m", "order": "2", "kind": "concept", "status": "translatable", "passage_id": f"P{i}",
         "report_id": f"A{i}", "citation": "Müller", "locator": "p. 3", "text": HOSTILE, "speaker": "author"}
        for i in (1, 2, 3)
    ]  # fmt: skip
    support = {"reports": "2", "constructs": "2", "groups": "1", "study_ids": "S1;S2", "largest_share": "0.5"}
    return {
        "studies": frame("studies", *[{"study_id": f"S{i}", "label": f"Study {i}"} for i in (1, 2, 3)]),
        "characteristics": frame("characteristics", *[
            {"position": i, "study_id": f"S{i}", "label": HOSTILE if i == 1 else f"Study {i}", "reports": "r",
             "country": "UK", "data_collection_start": "2006" if i == 1 else "", "data_collection_end": "2010",
             "aim": "a", "sample": "s", "data_collection_method": "interviews", "analysis": "thematic"}
            for i in (1, 2, 3)
        ]),
        "constructs": frame("constructs", *constructs),
        "groups": frame("groups", {"group_id": "G1", "label": "Group G1", "rationale": "alike"}),
        "group_members": frame("group_members", {"group_id": "G1", "member_id": "S1", "primary": "yes"}),
        "concepts": frame("concepts", {"concept_id": "C1", "label": "Concept C1", "definition": "d",
                                       "status": "settled"}),
        "translations": frame("translations", {"translation_id": "T1", "group_id": "G1", "concept_id": "C1",
                                               "construct_id": "K1", "translators": "stand", **translated}),
        "matrix": frame(
            "matrix",
            _matrix_row("G1", "C1", "S1", "translation", translation_id="T1", label="Construct 1", **translated),
            _matrix_row("G1", "C1", "S2", "nothing_there"),
            _matrix_row("G1", "C2", "S1", "not_read"),
            _matrix_row("G1", "C2", "S2", "translation", translation_id="T2", kind="refutational", status="accepted"),
            _matrix_row("G2", "C3", "S3", "translation", translation_id="T3", kind="reciprocal", status="rejected"),
        ),
        "third_order": frame("third_order", {"third_order_id": "T1O", "label": "Third", "statement": "says",
                                             "source": "from_studies", "status": "settled"}),
        "third_order_support": frame("third_order_support", {"third_order_id": "T1O", "supported_by": "C1"}),
        "line_of_argument": frame("line_of_argument", {"step_id": "L1", "position": "1", "statement": "First this"}),
        "line_of_argument_support": frame("line_of_argument_support", {"step_id": "L1", "supported_by": "T1O"}),
        "support": frame("support", *[
            {"target_kind": kind, "target_id": t, "label": t, "studies": 2, "evidence_hash": "h", **support}
            for kind, t in (("concept", "C1"), ("third_order", "T1O"), ("step", "L1"))
        ]),
        "stale": frame("stale", {"target_kind": "step", "target_id": "L1", "label": "First this",
                                 "state": "not_reviewed", "evidence_hash": "h"}),
    }  # fmt: skip


def review(**changes: Any) -> ReportData:
    """Return the small review; `changes` replace its parts."""
    parts: dict[str, Any] = {"config": settings(), **_selection(), **_synthesis()}
    return ReportData(**(parts | changes))
