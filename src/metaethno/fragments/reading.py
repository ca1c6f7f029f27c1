"""Fragments about phase 3: the studies (Table 1), their reports, constructs with passages, links, order of reading."""

from __future__ import annotations

from typing import Any

from metaethno import form
from metaethno.config import FormField
from metaethno.fragments import markdown as md
from metaethno.fragments.data import ReportData, rows, shown_title, texts
from metaethno.quoting import in_marks

SPEAKERS = {
    "participant": "participant",
    "author": "study author",
    "review_author": "review author, about the study",
    "": "",
}


def included(data: ReportData) -> str:
    """Return Table 1: the included studies by year of data collection."""
    label, caption = "included", "Included studies, by year of data collection."
    if not len(data.characteristics):
        todo = "Each study stands here, by year of data collection, once a full text is included and read."
        return md.nothing_yet("No study is included yet.", todo, caption, label)
    reports: dict[str, list[str]] = {}
    for row in rows(data.reports):
        reports.setdefault(row["study_id"], []).append(md.cite(row["report_id"], bare=True))
    columns = _columns(data)
    body = []
    for row in rows(data.characteristics.sort_values("position", kind="stable")):
        body.append([
            f"**{md.listed([row['label']])}**",
            "; ".join(reports.get(row["study_id"], [])) or md.escape(row["reports"]),
            *(_cell(row, fields) for fields in columns.values()),
        ])  # fmt: skip
    shares = (4, 5, *(max(field.width for field in fields) for fields in columns.values()))
    made = md.table(["Study", "Reports", *columns], body, caption, label, shares)
    note = "A dash stands for what was not found. Studies whose years are not known stand last, by name."
    return md.wide(md.lines([made, note]), len(shares))


def _columns(data: ReportData) -> dict[str, list[FormField]]:
    """Return the headings of Table 1 with the fields of the form that stand under each, in the order of the form."""
    columns: dict[str, list[FormField]] = {}
    for field in form.fields(data.config.extraction):
        if field.table1 is not False and field.field in data.characteristics:
            heading = field.table1 if isinstance(field.table1, str) else field.heading
            columns.setdefault(heading, []).append(field)
    return columns


def _cell(row: dict[str, Any], fields: list[FormField]) -> str:
    """Return a cell of Table 1: years as a span, what has a form of its own beside the rest, the others parted."""
    said = ""
    for field in fields:
        value = row[field.field]
        text = md.number(value) if field.field == "participants_n" else "" if value is None else str(value)
        if not text or text in (md.MISSING, form.NOT_REPORTED):
            continue
        if field.show != "{}":
            # Hard blanks keep a value and what belongs to it on one line.
            text, mark = "\u00a0".join(map(md.escape, field.show.replace("{}", text).split("\u00a0"))), " "
        else:
            text, mark = md.escape(text), "–" if field.type == "year" else "; "
        if not (field.type == "year" and said.endswith(text)):
            said += (mark if said else "") + text
    return said


def reports(data: ReportData) -> str:
    """Return the reports of every study, with the run each was first found in."""
    label, caption = "reports", "The reports of the included studies."
    if not len(data.reports):
        return md.nothing_yet("No report is included yet.", "", caption, label)
    labels = texts(data.characteristics, "study_id", "label") | texts(data.studies, "study_id", "label")
    titles = data.report_records
    origin = {"databases": "databases", "other": "other methods"}
    body = []
    for row in rows(data.reports):
        record = titles.get(row["record_id"], {})
        body.append([
            md.listed([labels.get(row["study_id"], row["study_id"])]), md.cite(row["report_id"], bare=True),
            _title(record.get("title", "")), row["role"], row["first_run"], origin[row["origin"]],
        ])  # fmt: skip
    headers = ["Study", "Report", "Title", "Role", "Found in run", "Found by"]
    return md.table(headers, body, caption, label, (4, 4, 8, 3, 3, 3))


def _title(title: str) -> str:
    said = shown_title(title)
    return md.escape(said) if said == title else f"*{said}*"


def provenance(data: ReportData) -> str:
    """Return where the cells of Table 1 are from."""
    label, caption = "provenance", "Where the cells of Table 1 are from."
    frame = data.characteristics
    if not len(frame) or not bool((frame["provenance"] != "").any()):
        todo = "The column `provenance` of `studies.csv` is printed here."
        return md.nothing_yet("Nothing is noted about the sources of these cells.", todo, caption, label)
    body = [[md.listed([r["label"]]), md.escape(r["provenance"])] for r in rows(frame.sort_values("position"))]
    return md.table(["Study", "Where the cells are from"], body, caption, label, (2, 7))


def constructs(data: ReportData) -> str:
    """Return all constructs with the authors' terms, the passages and where they stand."""
    label, caption = "constructs", "Constructs of the studies, with the passages they rest on."
    if not len(data.constructs):
        todo = "First- and second-order constructs stand here as they are taken out of the studies."
        return md.nothing_yet("No construct yet.", todo, caption, label)
    labels = texts(data.characteristics, "study_id", "label") | texts(data.studies, "study_id", "label")
    status = {"translatable": "", "not_translatable": " (not translatable)", "set_aside": " (set aside)"}
    body = []
    ordered = data.constructs.sort_values(["study_id", "construct_id", "passage_id"], kind="stable")
    for row in rows(ordered):
        term = md.escape(in_marks(row["authors_term"]))
        body.append([
            md.listed([labels.get(row["study_id"], row["study_id"])]), md.escape(row["construct_id"]),
            md.escape(row["label"]) + status[row["status"]], term, row["order"], md.escape(row["text"]),
            SPEAKERS[row["speaker"]], md.escape(row["locator"]), md.escape(row["citation"]),
        ])  # fmt: skip
    headers = ["Study", "Id", "Construct", "Authors’ term", "Order", "Passage", "Whose words", "Where", "Report"]
    return md.landscape(md.table(headers, body, caption, label, (4, 2, 6, 4, 2, 8, 3, 5, 4)))


def links(data: ReportData) -> str:
    """Return the relations between constructs that passages state."""
    label, caption = "links", "Relations between constructs, as their passages state them."
    if not len(data.links):
        return md.nothing_yet("No link between constructs is recorded.", "", caption, label)
    names = texts(data.constructs, "construct_id", "label")
    words = {"part_of": "is part of", "leads_to": "leads to"}
    body = []
    for row in rows(data.links):
        ends = [f"{md.escape(names.get(row[e], ''))} ({md.escape(row[e])})" for e in ("from_id", "to_id")]
        body.append([ends[0], words.get(row["relation"], row["relation"]), ends[1], md.escape(row["passage_id"])])
    headers = ["Construct", "Relation", "To the construct", "Passage"]
    return md.landscape(md.table(headers, body, caption, label, (6, 2, 6, 2)))  # on the page of the constructs


def readings(data: ReportData) -> str:
    """Return which study was read in which order for which group, and what came of it."""
    label, caption = "readings", "The order of reading, and what each study did to the running synthesis."
    if not len(data.readings):
        return md.nothing_yet("No study has been read for a group yet.", "", caption, label)
    studies = texts(data.studies, "study_id", "label")
    groups = texts(data.groups, "group_id", "label")
    heads = data.readings[~data.readings["reading_id"].isin(set(data.readings["supersedes"]) - {""})]
    body = []
    for row in sorted(rows(heads), key=lambda r: (r["group_id"], int(r["pass"]), int(r["position"]), r["study_id"])):
        body.append([
            md.escape(groups.get(row["group_id"], row["group_id"])), str(row["pass"]), str(row["position"]),
            md.listed([studies.get(row["study_id"], row["study_id"])]), row["outcome"],
            f"{md.escape(data.named(row['readers']))}, {row['read_on']}", md.escape(row["note"]),
        ])  # fmt: skip
    headers = ["Group", "Pass", "Place", "Study", "Outcome", "Read by, on", "Note"]
    return md.wide(md.table(headers, body, caption, label, (5, 1, 1, 5, 2, 4, 7), (1, 2)), len(headers))
