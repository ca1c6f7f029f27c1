"""Phase 3: what the included studies are (Table 1) and what they say (constructs with their passages).

Fails on nothing: what is missing or contradictory in the decisions becomes a row of the checks.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from metaethno import form, tables
from metaethno.cells import each_row
from metaethno.config import Extraction, FormField
from metaethno.findings import Findings, long_ids, split_ids, where
from metaethno.quotes import STATES
from metaethno.quoting import Stored
from metaethno.quoting import quoted as quoted_words
from metaethno.schemas import (
    CHARACTERISTICS,
    COMPARISON,
    EXTRACTED_CONSTRUCTS,
    EXTRACTION_VALUES,
    QUOTATION_LOG,
    QUOTATIONS,
    STUDIES,
)


@dataclass(frozen=True)
class Extracted:
    """Outcome of the stage: tables characteristics, comparison, quotations, extracted_constructs and checks."""

    characteristics: pd.DataFrame
    comparison: pd.DataFrame
    quotations: pd.DataFrame
    constructs: pd.DataFrame
    checks: pd.DataFrame


def extract(
    studies: pd.DataFrame,
    sampling: pd.DataFrame,
    passages: pd.DataFrame,
    constructs: pd.DataFrame,
    links: pd.DataFrame,
    report_studies: pd.DataFrame,
    included_studies: pd.DataFrame,
    extraction_values: pd.DataFrame | None = None,
    settings: Extraction | None = None,
    sought: pd.DataFrame | None = None,
    looked: pd.DataFrame | None = None,
    levels: Mapping[str, str] | None = None,
) -> Extracted:
    """Return Table 1, the comparison of what was extracted, the constructs with their passages, and what is wrong.

    `extraction_values` (schema EXTRACTION_VALUES): where a value stands for a cell, it counts before `studies`.
    `settings`: the extraction form; its fields beyond the standard ones go into Table 1 after them.
    `sought`: quotations with the stored texts to look in (passage_id, passage_hash, file, file_hash); `looked`: what
    came of it (schema QUOTATION_LOG). `levels`: code of a check → level, where it isn't the usual one.
    """
    settings = settings or Extraction()
    values = tables.empty(EXTRACTION_VALUES) if extraction_values is None else extraction_values
    compared = compare(values, studies, included_studies, settings)
    quoted = quotations(passages, report_studies, sought, looked)
    return Extracted(
        characteristics(studies_with(studies, compared), included_studies, settings.extra),
        compared,
        quoted,
        with_passages(constructs, passages, report_studies),
        _checks(studies, sampling, passages, constructs, links, report_studies, included_studies, levels, quoted),
    )


def compare(
    values: pd.DataFrame, studies: pd.DataFrame, included_studies: pd.DataFrame, settings: Extraction
) -> pd.DataFrame:
    """Return what was extracted per study and field (schema COMPARISON), with what stands.

    Fields that people say differently have no standing value until one of them is settled; what was settled is open
    again as soon as one of the rows it was settled over is replaced. A required field that is empty is listed.
    """
    fields = {f.field: f for f in form.fields(settings)}
    heads = tables.heads(EXTRACTION_VALUES, values)
    heads = heads[heads["field"].isin(fields)]
    known = {str(row["study_id"]): row for row in studies.to_dict("records")}
    by_cell: dict[tuple[str, str], list[dict[str, str]]] = {}
    for row in heads.sort_values(["reviewer", "value_id"], kind="stable").to_dict("records"):
        by_cell.setdefault((row["study_id"], row["field"]), []).append(row)
    included = list(dict.fromkeys(included_studies["study_id"]))
    cells = {*by_cell, *((s, f.field) for s in included for f in fields.values() if f.required)}
    rows = []
    for study, name in sorted(cells):
        given = known.get(study, {})
        row = _compared(by_cell.get((study, name), []), fields[name], settings.extractors_per_study)
        if row["state"] == "missing" and str(given.get(name) or ""):
            continue
        label = str(given.get("label") or study)
        rows.append({"study_id": study, "study": label, "field": name, "heading": fields[name].heading, **row})
    if not rows:
        return tables.empty(COMPARISON)
    empty = dict.fromkeys(COMPARISON.names, "")
    return tables.canonical(COMPARISON, pd.DataFrame([empty | row for row in rows], dtype=str))


def _compared(rows: list[dict[str, str]], field: FormField, needed: int) -> dict[str, str]:
    """Return how the values of one cell stand to each other, and which of them counts."""
    own = [row for row in rows if row["role"] == "extractor"]
    settled = [row for row in rows if row["role"] == "consensus"]
    out = {"state": "missing", "value": "", "over": ";".join(sorted(row["value_id"] for row in own))}
    for place, row in zip(("first", "second"), own, strict=False):
        out |= {f"{place}_{name}": row[name] for name in ("reviewer", "value", "locator")}
    out["further"] = " | ".join(f"{row['reviewer']}: {row['value']}" for row in own[2:])
    # A settlement counts for the values it was made over, and for no others.
    live = [row for row in settled if sorted(filter(None, row["over"].split(";"))) == sorted(out["over"].split(";"))]
    if live and all(form.same(field, live[0]["value"], row["value"]) for row in live):
        last = max(live, key=lambda row: (row["decided_on"], row["value_id"]))
        return out | {"state": "settled", "value": last["value"], "settled_by": last["reviewer"],
                      "settled_on": last["decided_on"]}  # fmt: skip
    if not own:
        return out
    if len(live) > 1 or any(not form.same(field, own[0]["value"], row["value"]) for row in own[1:]):
        return out | {"state": "differ"}
    people = len({row["reviewer"] for row in own})
    state = "waiting" if people < needed else "single" if people == 1 else "agree"
    return out | {"state": state, "value": own[0]["value"]}


def studies_with(studies: pd.DataFrame, compared: pd.DataFrame) -> pd.DataFrame:
    """Return `studies` with what was extracted in its cells; where people still differ, a cell is empty."""
    out = studies.copy()
    if not len(compared) or not len(studies):
        return out
    told = compared[compared["state"] != "missing"]
    typed = {c.name for c in STUDIES.columns if c.kind != "text"}
    for name, rows in told.groupby("field", sort=True):
        column = str(name)
        by_study = dict(each_row(rows, "study_id", "value"))
        # "Not reported" is no year and no number; in Table 1 both are a dash.
        blank = form.NOT_REPORTED if column in typed else None
        by_study = {study: "" if value == blank else value for study, value in by_study.items()}
        before = out[column] if column in out else pd.Series("", index=out.index)
        out[column] = [by_study.get(s, old) for s, old in zip(out["study_id"].tolist(), before, strict=True)]
    return out


def characteristics(
    studies: pd.DataFrame, included_studies: pd.DataFrame, extra_columns: Sequence[str] = ()
) -> pd.DataFrame:
    """Return Table 1: included studies by first year of data collection (unknown last), then by label.

    An included study without a row in `studies` stands there under its id: it must not be missing from the table.
    """
    order = included_studies["role"].map({"main": 0, "companion": 1, "redundant": 2})
    reports = included_studies.assign(_order=order).sort_values(["study_id", "_order", "citation"], kind="stable")
    kept = reports[reports["_order"] < 2]
    # A redundant report is named only where a study has no other.
    kept = pd.concat([kept, reports[~reports["study_id"].isin(kept["study_id"])]])
    cited = kept.groupby("study_id", sort=True)["citation"].agg(lambda s: "; ".join(dict.fromkeys(s))).rename("reports")
    frame = cited.reset_index().merge(studies, on="study_id", how="left")
    text = [c for c in [*STUDIES.names, *extra_columns] if c != "study_id"]
    for name in extra_columns:
        if name not in frame:
            frame[name] = ""
    frame[text] = frame[text].fillna("").astype(str)
    frame["label"] = frame["label"].where(frame["label"] != "", frame["study_id"])
    frame["_unknown"] = frame["data_collection_start"] == ""
    frame = frame.sort_values(["_unknown", "data_collection_start", "label", "study_id"], kind="stable")
    frame["position"] = pd.array(range(1, len(frame) + 1), dtype="Int64")
    return tables.canonical(CHARACTERISTICS, frame[[*CHARACTERISTICS.names, *extra_columns]])


def quotations(
    passages: pd.DataFrame,
    report_studies: pd.DataFrame,
    sought: pd.DataFrame | None = None,
    looked: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """Return every quotation with what came of looking for it (schema QUOTATIONS); of several texts, the best."""
    quoted = passages[passages["speaker"] != "review_author"]
    if not len(quoted):
        return tables.empty(QUOTATIONS)
    keys = ["passage_id", "passage_hash", "file", "file_hash"]
    citation = report_studies.drop_duplicates("report_id").set_index("report_id")["citation"]
    out = quoted[["passage_id", "report_id", "locator"]].copy()
    out["citation"] = out["report_id"].map(citation)
    told = ["state", "file", "page", "page_by", "similarity", "nearest"]
    if sought is None or not len(sought):
        best = pd.DataFrame(columns=["passage_id", *told], dtype=str)
    else:
        log = tables.empty(QUOTATION_LOG) if looked is None else looked
        best = sought[keys].merge(log, on=keys, how="left")
        best["state"] = best["state"].fillna("not_checked")
        rank = {state: n for n, state in enumerate((*STATES, "not_checked"))}
        best = best.assign(_rank=best["state"].map(rank)).sort_values(["passage_id", "_rank", "file"], kind="stable")
        best = best.drop_duplicates("passage_id")[["passage_id", *told]]
    out = out.merge(best, on="passage_id", how="left")
    out["state"] = out["state"].fillna("no_file")
    return tables.canonical(QUOTATIONS, out[QUOTATIONS.names].fillna("").astype(str))


def _check_quotations(found: Findings, quoted: pd.DataFrame) -> None:
    """Y8 (words that are not in the text), Y31 (another page), Y32 (texts that can't be looked into)."""

    def nearest(row: dict[str, str]) -> str:
        place = f", on page {row['page']}," if row["page"] else ""
        return (
            f" The nearest place{place} is {row['similarity']} % alike: {row['nearest']!r}." if row["nearest"] else ""
        )

    found.rows(
        "Y8",
        "passages",
        quoted[quoted["state"] == "not_found"],
        lambda r: [r["passage_id"]],
        lambda r: f"The words of this passage do not stand in {r['file']} ({r['citation']}).{nearest(r)}",
        "Compare it with the text. Put [...] where you left words out, and [brackets] round words of your own.",
    )
    found.rows(
        "Y31",
        "passages",
        quoted[quoted["state"] == "other_page"],
        lambda r: [r["passage_id"]],
        lambda r: f"The words stand on page {r['page']} of {r['file']}, not where the passage says ({r['locator']}).",
        "Correct the page.",
    )
    for state, what, hint in (
        ("no_text", "has no text layer (is it a scan?)", "Add a PDF with text (OCR), or compare it yourself."),
        ("unreadable", "can't be read", "Add it again in another form, or compare it yourself."),
        (
            "not_checked",
            "was not looked into yet",
            "Run `metaethno run` where the texts are (`dvc pull` fetches them).",
        ),
    ):
        for file, rows in quoted[quoted["state"] == state].groupby("file", sort=True):
            why = next((f": {said}" for said in rows["nearest"] if said and state == "unreadable"), "")
            message = f"{file} {what}{why}; {len(rows)} quotations of it are unchecked."
            found.add("Y32", "passages", rows["passage_id"], message, hint)


def with_passages(constructs: pd.DataFrame, passages: pd.DataFrame, report_studies: pd.DataFrame) -> pd.DataFrame:
    """Return one row per construct and passage; a construct without a passage has one row with empty cells."""
    cited = long_ids(constructs[["construct_id", "passage_ids"]], "passage_ids").drop_duplicates()
    cited = cited.rename(columns={"passage_ids": "passage_id"})
    places = passages[["passage_id", "report_id", "locator", "text", "speaker"]]
    citation = report_studies.drop_duplicates("report_id").set_index("report_id")["citation"]
    frame = constructs.merge(cited, on="construct_id", how="left").merge(places, on="passage_id", how="left")
    frame["citation"] = frame["report_id"].map(citation)
    return tables.canonical(EXTRACTED_CONSTRUCTS, frame[EXTRACTED_CONSTRUCTS.names].fillna("").astype(str))


def _checks(
    studies: pd.DataFrame,
    sampling: pd.DataFrame,
    passages: pd.DataFrame,
    constructs: pd.DataFrame,
    links: pd.DataFrame,
    report_studies: pd.DataFrame,
    included_studies: pd.DataFrame,
    levels: Mapping[str, str] | None,
    quoted: pd.DataFrame,
) -> pd.DataFrame:
    found = Findings(levels)
    checked = {"sampling": sampling, "passages": passages, "constructs": constructs, "links": links}
    found.references(checked, {"studies": studies, "report_studies": report_studies})
    found.one_meaning({"studies": studies["study_id"], "constructs": constructs["construct_id"]})
    self_links = links[links["from_id"] == links["to_id"]]
    found.rows("Y1", "links", self_links, lambda r: [r["from_id"]], lambda r: "A construct is linked to itself.")
    _check_studies(found, studies, report_studies, included_studies)
    label = dict(studies[["study_id", "label"]].to_numpy().tolist())
    cited = dict(report_studies[["report_id", "citation"]].to_numpy().tolist())
    _check_constructs(found, constructs, passages, report_studies, label, cited)
    _check_quotations(found, quoted)
    _check_quoted(found, constructs, passages)
    used = {*long_ids(constructs, "passage_ids")["passage_ids"], *links["passage_id"]}
    found.rows(
        "Y16",
        "passages",
        passages[~passages["passage_id"].isin(used)],
        lambda r: [r["passage_id"]],
        lambda r: (
            f"No construct or link cites this passage of {cited.get(r['report_id']) or r['report_id']} "
            f"({r['locator']})."
        ),
        "Name its construct on the sheet of `metaethno todo extraction`, or leave it as a mark for later.",
    )
    return found.frame()


def _check_studies(
    found: Findings, studies: pd.DataFrame, report_studies: pd.DataFrame, included_studies: pd.DataFrame
) -> None:
    """Y2: included studies and rows of studies.csv are the same."""
    included = included_studies.drop_duplicates("study_id")
    found.rows(
        "Y2",
        "studies",
        included[~included["study_id"].isin(studies["study_id"])].drop(columns="_line", errors="ignore"),
        lambda r: [r["study_id"]],
        lambda r: f"The study {r['study_id']} ({r['citation']}) is included, but has no row here.",
        "Add a row with its characteristics to studies.csv.",
    )
    # Of a study whose reports are left out, the stage before has said so.
    known = {*report_studies["study_id"], *included["study_id"]}
    found.rows(
        "Y2",
        "studies",
        studies[~studies["study_id"].isin(known)],
        lambda r: [r["study_id"]],
        lambda r: f"{r['label']} has no report in report_studies.csv.",
        "Add its reports to report_studies.csv, or take the study out.",
    )


def _check_constructs(
    found: Findings,
    constructs: pd.DataFrame,
    passages: pd.DataFrame,
    report_studies: pd.DataFrame,
    label: Mapping[str, str],
    citation: Mapping[str, str],
) -> None:
    """Y3 (a reason where a construct isn't translated) and Y8 (passages, with locators, in its own reports)."""
    unreasoned = constructs[(constructs["status"] != "translatable") & (constructs["reason"] == "")]
    found.rows(
        "Y3",
        "constructs",
        unreasoned,
        lambda r: [r["construct_id"]],
        lambda r: (
            f"The construct {r['label']!r} of {label.get(r['study_id']) or r['study_id']} is "
            f"{r['status'].replace('_', ' ')}, without a reason."
        ),
        "Say why, in the column reason of its sheet: `metaethno todo extraction` writes it.",
    )
    found.rows(
        "Y33",
        "constructs",
        constructs[constructs["meaning"] == ""],
        lambda r: [r["construct_id"]],
        lambda r: f"The construct {r['label']!r} does not say what it means in its study.",
        "Fill it in: `metaethno todo extraction` writes the sheet.",
    )
    cited = long_ids(constructs, "passage_ids").merge(
        passages[["passage_id", "report_id", "locator"]], left_on="passage_ids", right_on="passage_id"
    )
    found.rows(
        "Y8",
        "constructs",
        constructs[constructs["passage_ids"] == ""],
        lambda r: [r["construct_id"]],
        lambda r: f"The construct {r['label']!r} has no passage.",
        "Add its quotation on the sheet of `metaethno todo extraction`.",
    )
    found.rows(
        "Y8",
        "passages",
        passages[passages["locator"] == ""],
        lambda r: [r["passage_id"]],
        lambda r: f"The passage in {citation.get(r['report_id']) or r['report_id']} has no locator.",
        "Say on the sheet of `metaethno todo extraction` on which page or in which section it stands.",
    )
    own = set(each_row(report_studies, "report_id", "study_id"))
    pairs = each_row(cited, "report_id", "study_id")
    foreign = where(cited, (pair not in own for pair in pairs))
    found.rows(
        "Y8",
        "constructs",
        foreign,
        lambda r: [r["construct_id"], r["passage_id"]],
        lambda r: (
            f"A passage of the construct {r['label']!r} stands in "
            f"{citation.get(r['report_id']) or r['report_id']}, which is no report of "
            f"{label.get(r['study_id']) or r['study_id']}."
        ),
        "Correct the study, or name this study too in the sheet Reports of `metaethno todo extraction`.",
    )


def _check_quoted(found: Findings, constructs: pd.DataFrame, passages: pd.DataFrame) -> None:
    """Y8: what a construct quotes doesn't stand in another passage than those it cites."""
    stored = Stored(each_row(passages, "passage_id", "text"))
    for row in constructs.to_dict("records"):
        cited = split_ids(row["passage_ids"])
        if not stored.holds_all(cited):
            continue
        for words in quoted_words([row["authors_term"]], [row["meaning"]]):
            elsewhere = stored.elsewhere(words, cited)
            if elsewhere:
                said = f"{words!r} stands in the passage {elsewhere}, not in what is cited ({', '.join(cited)})."
                hint = "Cite the passage that holds these words, or correct the words."
                found.add("Y8", "constructs", [row["construct_id"], elsewhere], said, hint, row.get("_line"))
                break
