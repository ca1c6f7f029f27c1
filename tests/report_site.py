"""A rendered review in which every text is hostile: what stage 9 makes of it, put beside the pages of a new review."""

from __future__ import annotations

import os
import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd

from metaethno.flow import World, world
from metaethno.fragments.data import ReportData
from metaethno.render import choose_engine
from metaethno.render.html import theme
from metaethno.shell.pages import place
from metaethno.stages.reports import make_reports
from tests.report_world import R1, R2, frame, review
from tests.worlds import REPO, TEMPLATE

# What ends a script, a cell, a link or an attribute, and what a report's own language would act on.
HOSTILE = (
    "Care</script><script>alert(1)</script><img src=x onerror=alert(2)> | `a` {{< include /etc/passwd >}} [@A1] "
    "[x](javascript:alert(3)) ```{=html} ::: {.callout-note} @fig-flow-1 '\"&lt;b \u2028 "
    '$\\input{/etc/passwd}$ #read("/etc/passwd") \\include{x} -- -? ' + "Überlang" * 30 + " end"
)
# What a reader must see of it: white space is joined.
SHOWN = " ".join(HOSTILE.split())
BAD_DOI = "javascript:alert(4)"


def hostile_world() -> World:
    """Return 5 exported rows of 4 records (one found twice): 1 left out on title, 2 full texts left out, 1 included."""
    rows = [("a1", "a1", R1), ("a2", "a2", R1), ("a3", "a3", R1), ("a4", "a4", R2), ("b4", "a4", R2)]
    members = pd.DataFrame(rows, columns=["row_id", "record_id", "run"]).assign(source="Embase", kind="database")
    records = [("a1", R1), ("a2", R1), ("a3", R1), ("a4", R2)]
    base = [{"record_id": r, "first_run": run, "origin": "databases"} for r, run in records]
    outcomes = ("exclude", "forward", "forward", "forward")
    screened = [row | {"outcome": o, "decided_by": "ann", "votes": 1, "changed": "no"}
                for row, o in zip(base, outcomes, strict=True)]  # fmt: skip
    finals = ("exclude", "exclude", "include")
    assessed = [row | {"outcome": o, "decided_by": "ann", "asked": 0} for row, o in zip(base[1:], finals, strict=True)]
    excluded = [row | {"reason_id": "X1", "reason": "r", "box": "excluded"} for row in base[1:3]]
    included = base[3] | {"study_id": "S1", "report_id": "A1", "role": "main", "citation": "Müller 2015"}
    sources = [{"run": run, "source": "Embase", "kind": "database"} for run in (R1, R2)]
    return world(
        members, pd.DataFrame(base), frame("screened", *screened),
        frame("assessed", *assessed), frame("excluded", *excluded), frame("included_studies", included),
        pd.DataFrame(sources),
    )  # fmt: skip


def flow_of(data: ReportData, of: World) -> pd.DataFrame:
    """Return the table of the flow that belongs to a world: each number the length of its list."""
    from metaethno.flow import ALL, contents

    found: list[dict[str, Any]] = []
    for view in data.config.flow.views:
        for box in contents(of, view).values():
            for detail in ([""] if box.total else []) + list(box.details):
                for run in (*box.runs, ALL):
                    count = box.count(detail, run)
                    found.append({"view": view.id, "template": view.template, "box": box.name, "detail": detail,
                                  "run": run, "unit": box.unit, "count": count})  # fmt: skip
    return frame("flow", *found)


def hostile_review() -> ReportData:
    """Return a review in which titles, labels, statements and passages are hostile."""
    of = hostile_world()
    data = review(world=of)
    unique = pd.DataFrame([
        {"record_id": r, "first_run": R1, "origin": "databases", "sources": "Embase", "title": HOSTILE,
         "authors": f"{HOSTILE}; B", "year": "2015", "container": HOSTILE, "volume": "", "issue": "", "pages": "",
         "doi": BAD_DOI, "url": "", "language": "", "pub_type": ""} for r in ("a1", "a2", "a3", "a4")
    ])  # fmt: skip
    changed: dict[str, Any] = {"unique": unique, "flow": flow_of(data, of)}
    for name, columns in {
        "matrix": ("concept_label", "study_label", "group_label", "wording", "authors_term", "label"),
        "constructs": ("label", "authors_term", "text", "locator", "citation"),
        "line_of_argument": ("statement",),
        "third_order": ("label", "statement"),
        "concepts": ("label", "definition"),
        "studies": ("label",),
    }.items():
        table = getattr(data, name).copy()
        for column in columns:
            table[column] = [HOSTILE + " " * i for i in range(len(table))]
        changed[name] = table
    changed["matrix"]["construct_id"] = ["K1" if t == "T1" else "" for t in changed["matrix"]["translation_id"]]
    row = {"step_id": "L1", "third_order_id": "T1O", "concept_id": "C1", "translation_id": "T1", "construct_id": "K1",
           "passage_id": "P1", "report_id": "A1", "study_id": "S1"}  # fmt: skip
    return replace(data, **changed, trace=frame("trace", row))


def write_project(reports: Path, data: ReportData) -> dict[str, bytes]:
    """Write the project of a new review with what stage 9 makes of `data`; return that."""
    shutil.copytree(TEMPLATE / "reports/pages", reports / "pages")
    shutil.copy(REPO / "reports/_quarto.yml", reports / "_quarto.yml")
    made = make_reports(data)
    for name, content in made.items():
        if target := place(f"data/derived/9_reports/{name}"):
            path = reports.parent / target
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
    for name in ("interactive.js", "interactive.css"):
        (reports / "_generated" / name).write_text(theme(name))
    return made


PAGES = ("index", "flow", "included", "excluded", "translation", "argument", "audit")  # those that show the texts


def render(folder: Path, engine: str = "embedded") -> Path:
    """Render the hostile review below `folder`; return the folder of its pages."""
    reports = folder / "reports"
    reports.mkdir(parents=True)
    write_project(reports, hostile_review())
    choose_engine(engine, dict(os.environ)).render(reports, pages=list(PAGES))
    return reports / "_output/pages"
