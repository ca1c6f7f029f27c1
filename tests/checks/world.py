"""A small sound review in phases 3 to 7, of invented content, whose selecting is taken as given."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from metaethno import config, tables
from metaethno.schemas import TABLES
from metaethno.shell import common, extraction, reports, synthesis, translation
from metaethno.stages import STAGES, report_checks
from tests.worlds import CONFIG, lay_out, write_rows

DAY = "2026-03-04"
SETTINGS: dict[str, Any] = CONFIG | {
    "extraction": {"columns": [{"name": "second_reader", "says": "who read it a second time"}]},
    "check_levels": {"Y16": "warning"},
}
STUDIES = {"SA": "Abel 2001", "SB": "Baker 2002", "SC": "Clark 2003"}
SAID = {
    "P1": ("RA", "Nurses spoke of holding the line against the night."),
    "P2": ("RA", "They called it keeping quiet for the sake of peace."),
    "P3": ("RB", "The wards were said to run on favours that nobody counts."),
    "P4": ("RB", "Staying late was a debt paid forward to the next shift."),
    "P5": ("RC", "Silence was held to be a way of looking after one another."),
    "P6": ("RC", "What is owed is remembered, and what is given is not."),
}
CONSTRUCTS = {  # study, passage, authors' term, concept
    "K1": ("SA", "P1", "holding the line", "C1"),
    "K2": ("SA", "P2", "keeping quiet", "C1"),
    "K3": ("SB", "P3", "favours that nobody counts", "C2"),
    "K4": ("SB", "P4", "a debt paid forward", "C2"),
    "K5": ("SC", "P5", "looking after one another", "C1"),
    "K6": ("SC", "P6", "", "C2"),
}


def rows() -> dict[str, list[dict[str, str]]]:
    """Return the rows of every table of decisions that a test may change."""
    when = {"entered_by": "ann", "entered_on": DAY}
    return {
        "studies": [
            {"study_id": s, "label": label, "country": "Norland", "second_reader": "ben"}
            for s, label in STUDIES.items()
        ],
        "report_studies": [
            {"report_id": f"R{s[1]}", "record_id": f"REC{s}", "study_id": s, "role": "main", "citation": label}
            for s, label in STUDIES.items()
        ],
        "passages": [
            {"passage_id": p, "report_id": r, "locator": "p. 3", "text": t, "speaker": "author", **when}
            for p, (r, t) in SAID.items()
        ],
        "constructs": [
            {"construct_id": k, "study_id": s, "authors_term": term, "label": f"Construct {k}", "meaning": "It is so.",
             "order": "2", "kind": "concept", "passage_ids": p, "status": "translatable", **when}
            for k, (s, p, term, _) in CONSTRUCTS.items()
        ],
        "groups": [{"group_id": "G1", "label": "All", "rationale": "They ask the same."}],
        "group_members": [{"group_id": "G1", "member_id": s, "primary": "yes"} for s in STUDIES],
        "readings": [
            {"reading_id": f"RD{i}", "study_id": s, "group_id": "G1", "pass": "1", "position": str(i),
             "outcome": "found", "readers": "ann", "read_on": DAY}
            for i, s in enumerate(STUDIES, 1)
        ],
        "concepts": [
            {"concept_id": "C1", "group_id": "G1", "label": "Silence as care", "definition": "d", "status": "settled"},
            {"concept_id": "C2", "group_id": "G1", "label": "Uncounted debts", "definition": "d", "status": "settled"},
        ],
        "translations": [
            {"translation_id": f"T{k[1]}", "group_id": "G1", "concept_id": c, "construct_id": k, "kind": "reciprocal",
             "wording": f"In these words {k}", "status": "accepted", "translators": "ann;ben", "mode": "together",
             "translated_on": DAY}
            for k, (_, _, _, c) in CONSTRUCTS.items()
        ],
        "refutation_checks": [
            {"check_id": "RC1", "group_id": "G1", "outcome": "none_found", "searched_by": "ben", "searched_on": DAY}
        ],
        "third_order": [
            {"third_order_id": "X1", "label": "An economy of quiet", "statement": "Care is owed and not said.",
             "source": "from_studies", "status": "settled"}
        ],
        "third_order_support": [{"third_order_id": "X1", "supported_by": c} for c in ("C1", "C2")],
        "line_of_argument": [{"step_id": "L1", "position": "1", "statement": "First they keep quiet."}],
        "line_of_argument_support": [{"step_id": "L1", "supported_by": "X1"}],
    }  # fmt: skip


def write(root: Path, given: dict[str, list[dict[str, str]]]) -> None:
    """Write tables of decisions; a column that the table doesn't have is added at its end."""
    import pandas as pd

    for name, found in given.items():
        extra = [c for c in dict.fromkeys(c for row in found for c in row) if c not in TABLES[name].names]
        if not extra:
            write_rows(root, name, found)
            continue
        frame = pd.DataFrame(found, columns=[*TABLES[name].names, *extra], dtype=str).fillna("")
        tables.write_bytes(root / TABLES[name].path, tables.to_csv(frame))


def found_review(folder: Path) -> Path:
    """Lay out the sound review; what phases 1 and 2 make is there, with three included studies."""
    import pandas as pd

    root = lay_out(folder, SETTINGS)
    write(root, rows())
    register = [{"row_id": f"REC{s}", "file_sha256": "a" * 16, "place": str(i), "source": "Alpha", "accession": str(i),
                 "fingerprint": ""} for i, s in enumerate(STUDIES, 1)]  # fmt: skip
    path = root / TABLES["rows"].path.replace("*", DAY)
    tables.write_bytes(path, tables.to_csv(pd.DataFrame(register, columns=TABLES["rows"].names, dtype=str)))
    for table in TABLES.values():
        if table.kind == "derived" and "*" not in table.path:
            tables.write(table, tables.empty(table), root / table.path)
    for stage in STAGES.values():
        for name in ("checks", "conflicts", "agreement"):
            path = root / stage.folder / f"{name}.csv"
            if not path.exists():
                tables.write(TABLES[name], tables.empty(TABLES[name]), path)
        if stage.number < 6:
            for name in stage.decisions:
                shape = common.checked_table(name)
                frame = pd.DataFrame({c: pd.Series(dtype=str) for c in shape.names})
                if name == "report_studies":
                    frame = pd.DataFrame(rows()[name], columns=shape.names, dtype=str).fillna("")
                tables.write(shape, frame, root / common.checked_path(name))
    included = [row | {"first_run": DAY, "origin": "databases"} for row in rows()["report_studies"]]
    table = TABLES["included_studies"]
    tables.write(table, pd.DataFrame(included)[table.names], root / table.path)
    return root


def make(root: Path, *, pages: bool = False) -> None:
    """Make phases 3 to 6 anew, and of phase 7 the checks alone, or everything (which takes a while)."""
    settings = config.load(root)
    for stage in (extraction, translation, synthesis):
        stage.check(root, settings)
        stage.make(root, settings)
    if pages:
        reports.make(root, settings)
    else:
        check_report(root)


def check_report(root: Path) -> None:
    """Make the checks of phase 7 anew."""
    given = {t.path: (root / t.path).read_bytes() for t in TABLES.values() if (root / t.path).is_file()}
    prose = {page.stem: page.read_text() for page in (root / "reports/pages").glob("*.qmd")}
    support, included = (common.derived(root, name) for name in ("support", "included_studies"))
    found = report_checks.check(prose, given, support, included, config.load(root).check_levels)
    common.write(root, "checks", found, "data/derived/9_reports/checks.csv")
