"""Fragments about the flow: the diagrams, their numbers as tables, the reasons, Appendix B."""

from __future__ import annotations

from metaethno.config import View
from metaethno.fragments import markdown as md
from metaethno.fragments.boxes import AS_2009, PER_SOURCE, Boxes, boxes_of, under_figure, with_addends
from metaethno.fragments.data import ReportData, rows, texts
from metaethno.fragments.provisional import MARK, marked_boxes

LABELS = {
    "previous_studies": "Studies in the previous version",
    "previous_reports": "Reports of these studies",
    "identified": "Records identified",
    "database_results": "Records identified from databases",
    "register_results": "Records identified from registers",
    "website_results": "Records identified from websites",
    "organisation_results": "Records identified from organisations",
    "citations_results": "Records identified by citation searching",
    "duplicates": "Duplicates removed before screening",
    "excluded_automatic": "Marked as ineligible by automation tools",
    "excluded_other": "Removed before screening for other reasons",
    "undecided_screening": "Records still undecided on title and abstract",
    "after_duplicates": "Records after duplicates removed",
    "screened": "Records screened",
    "screened_excluded": "Records excluded",
    "full_text": "Full texts assessed for eligibility",
    "full_text_excluded": "Full texts excluded",
    "records_screened": "Records screened",
    "records_excluded": "Records excluded",
    "dbr_sought_reports": "Reports sought for retrieval (databases)",
    "dbr_notretrieved_reports": "Reports not retrieved (databases)",
    "dbr_assessed": "Reports assessed (databases)",
    "dbr_excluded": "Reports excluded (databases)",
    "other_sought_reports": "Reports sought for retrieval (other methods)",
    "other_notretrieved_reports": "Reports not retrieved (other methods)",
    "other_assessed": "Reports assessed (other methods)",
    "other_excluded": "Reports excluded (other methods)",
    "undecided_full_text": "Full texts still undecided",
    "included_reports": "Reports included",
    "included_studies": "Studies included",
    "new_reports": "Reports included",
    "new_studies": "Studies included",
    "new_reports_of_previous_studies": "New reports of studies of the previous version",
    "total_reports": "Reports in total",
    "total_studies": "Studies in total",
    "dropped_studies": "Studies of the previous version that are no longer included",
    "dropped_reports": "Reports of the previous version that are no longer included",
    "late_studies": "Studies found by the previous version and included only now",
    "late_reports": "Reports found by the previous version and included only now",
}
_SPLIT = {**PER_SOURCE, **{b: b for b in ("identified", "duplicates", "full_text_excluded", "dbr_excluded",
                                          "other_excluded")}}  # fmt: skip
_DUPLICATES = {
    "within_source": "within one source",
    "across_sources": "across sources",
    "earlier_run": "seen in an earlier run",
}
_TODO = "Counts come with `metaethno import` and the votes of the reviewers."


def reason_labels(data: ReportData) -> dict[str, str]:
    """Return the exclusion reasons by id, in the order of the configuration."""
    return {r.id: r.label for r in data.config.exclusion_reasons}


def figures(data: ReportData) -> str:
    """Return the diagram of every view."""
    return md.lines(figure(data, view, i) for i, view in enumerate(data.config.flow.views, 1))


def figure(data: ReportData, view: View, place: int) -> str:
    """Return the diagram of one view; its label is `fig-flow-` and its place among the views."""
    boxes = boxes_of(data.flow, view)
    name = view.title or "Flow of records, reports and studies"
    caption = md.escape(name if name.endswith(".") else f"{name}.")
    return f'![{caption}](../_generated/flow_{view.id}){{#fig-flow-{place} fig-alt="{_alt(boxes)}"}}\n'


def _alt(boxes: Boxes) -> str:
    if not boxes.drawn:
        return "Flow diagram; all of its boxes are still empty."
    n = {}
    for box in AS_2009:
        counts = boxes.as_2009(box)
        n[box] = with_addends(counts["all"], [v for run, v in sorted(counts.items()) if run != "all"])
    said = (
        f"Flow diagram: {n['identified']} records identified, {n['after_duplicates']} after duplicates were removed, "
        f"{n['screened_excluded']} excluded on title and abstract, {n['full_text']} full texts, "
        f"{n['full_text_excluded']} of them left out, {n['included_reports']} reports of {n['included_studies']} "
        "studies included. The table of this flow holds every number."
    )
    return md.attribute(said)


def tables(data: ReportData) -> str:
    """Return the numbers of every view."""
    return md.lines(numbers(data, view, i) for i, view in enumerate(data.config.flow.views, 1))


def numbers(data: ReportData, view: View, place: int) -> str:
    """Return the numbers of one view, box by box and run by run, with what was declared about them."""
    boxes = boxes_of(data.flow, view)
    title = view.title or view.id
    label, caption = f"flow-{place}", f"Every number of the diagram “{md.escape(title.rstrip('.'))}”, by run."
    if not boxes.counts:
        return md.nothing_yet("Nothing has been counted for this view yet.", _TODO, caption, label)
    runs = boxes.runs
    listed = box_rows(boxes, reason_labels(data))
    marked = marked_boxes(data, [box for box, _, _ in listed])
    body = []
    for box, detail, said in listed:
        name = f"– {md.escape(said)}" if detail else f"**{said}**"
        label_of, *counts = _row(boxes, box, detail, name, runs)
        mark = MARK if box in marked else ""
        body.append([label_of, *(n if n == md.MISSING else n + mark for n in counts)])
    headers = ["Box", *runs, "All runs"]
    made = md.table(headers, body, caption, label, [6, *[2] * (len(runs) + 1)], range(1, len(runs) + 2))
    return md.lines([made, *(md.escape(t) for t in [*under_figure(boxes), view.note])])


def box_rows(boxes: Boxes, reasons: dict[str, str]) -> list[tuple[str, str, str]]:
    """Return the rows of a view's table: the box, what it is split by (or nothing), and what the row is called."""
    labels = reasons | _DUPLICATES
    is_update = boxes.has("previous_studies")
    found = []
    for box in [b for b in LABELS if boxes.has(b)]:
        if box.startswith(("undecided", "dropped", "late", "new_reports_of")) and not boxes.total(box):
            continue
        said = LABELS[box].replace("Reports inc", "Reports of new studies inc") if is_update else LABELS[box]
        found.append((box, "", said.replace("Studies inc", "New studies inc") if is_update else said))
        split = _SPLIT.get(box, "")
        details = sorted(boxes.details(split), key=lambda d: (_rank(labels, d), d)) if split else []
        found += [(split, d, labels.get(d, d)) for d in details]
    return found


def _rank(labels: dict[str, str], detail: str) -> int:
    return list(labels).index(detail) if detail in labels else len(labels)


def _row(boxes: Boxes, box: str, detail: str, label: str, runs: list[str]) -> list[str]:
    per_run = boxes.per_run(box, detail)
    return [label, *(md.number(per_run.get(run)) for run in runs), md.number(boxes.total(box, detail))]


def reasons(data: ReportData) -> str:
    """Return why full texts were left out, with counts by run."""
    label, caption = "reasons", "Full texts left out, by the reason that is counted."
    excluded = data.excluded
    if not len(excluded):
        todo = "Reasons are given with each vote."
        return md.nothing_yet("No full text has been left out yet.", todo, caption, label)
    runs = sorted(set(excluded["first_run"]))
    body = []
    for reason in data.config.exclusion_reasons:
        part = excluded[excluded["reason_id"] == reason.id]
        per_run = [int((part["first_run"] == run).sum()) for run in runs]
        counted = {"excluded": "excluded", "not_retrieved": "not retrieved", "redundant_report": "redundant report"}
        body.append([md.escape(reason.label), counted[reason.box], *map(md.number, per_run), md.number(len(part))])
    total = [md.number((excluded["first_run"] == run).sum()) for run in runs]
    body.append(["**All**", " ", *total, f"**{md.number(len(excluded))}**"])
    headers = ["Reason", "Counted as", *runs, "All runs"]
    shares = [6, 2, *[2] * (len(runs) + 1)]
    return md.table(headers, body, caption, label, shares, range(2, len(runs) + 3))


def excluded(data: ReportData) -> str:
    """Return Appendix B: every full text left out, by reason, with its citation and the run it came with."""
    label, caption = "excluded", "Full texts left out, each with the one reason that is counted."
    if not len(data.excluded):
        todo = "Each one will stand here with its citation and its reason."
        return md.nothing_yet("No full text has been left out yet.", todo, caption, label)
    order = list(reason_labels(data))
    labels = texts(data.studies, "study_id", "label")

    def key(row: dict[str, str]) -> tuple[int, str, str, str]:
        place = order.index(row["reason_id"]) if row["reason_id"] in order else len(order)
        return place, row["authors"].casefold(), row["year"], row["record_id"]

    body = []
    for i, row in enumerate(sorted(rows(data.excluded), key=key), 1):
        said = md.escape(row["reason"])
        if row["study_id"]:
            said += f" ({md.listed([labels.get(row['study_id'], row['study_id'])])})"
        body.append([str(i), citation(row), said, row["first_run"], md.escape(row["record_id"])])
    headers = ["No.", "Citation", "Reason", "Found in run", "Record id"]
    return md.table(headers, body, caption, label, (1, 13, 6, 3, 3), (0,))


def citation(row: dict[str, str]) -> str:
    """Return a record as a citation: authors (year). Title. *Journal*. DOI, whatever of it is known."""
    names = md.joined(row.get("authors", ""))
    people = "; ".join(names[:3]) + (" and others" if len(names) > 3 else "")
    year = f"({md.escape(row['year'])})" if row.get("year") else "(no year)"
    parts = [f"{md.escape(people) or 'No author'} {year}."]
    title = md.escape(row.get("title", "")) or "No title"
    parts.append(title if title[-1:] in ".?!" else f"{title}.")
    if row.get("container"):
        parts.append(f"*{md.escape(md.lowered(row['container']))}*.")
    if row.get("doi"):
        parts.append("doi " + md.escape(md.joined(row["doi"])[0]))
    return " ".join(parts)
