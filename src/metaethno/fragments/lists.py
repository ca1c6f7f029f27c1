"""Fragments of the reporting checklists."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from metaethno.checklists import SOURCES, items
from metaethno.fragments import markdown as md

STATES = {
    "answered": "answered",
    "partly": "partly answered",
    "not_answered": "not answered",
    "not_applicable": "does not apply",
}


def checklist(name: str, answers: list[dict[str, Any]], headings: Mapping[str, str]) -> str:
    """Return one checklist as a table; answers: the rows of its derived table; headings: as of `prose.headings`."""
    source = SOURCES[name]
    body = []
    for item, row in zip(items(name), answers, strict=True):
        phase = f" (phase {item.phase})" if item.phase else f" ({item.part}, {item.section})" if item.part else ""
        asked = f"**{md.escape(item.name)}**{phase}: {md.escape(item.asks)}"
        shown = evidence("; ".join(filter(None, [row["passage"], row["evidence"]])), headings)
        body.append([md.escape(item.item), asked, f"**{STATES[row['state']]}**", md.with_code(row["note"]), shown])
    headers = ["Item", "What is asked (paraphrased)", "State", "What is missing, or why", "Where it is answered"]
    caption = f"{source.name}: how far each item is answered."
    made = md.table(headers, body, caption, name.replace("_", "-"), (1, 6, 2, 8, 6))
    note = (
        f"The items are those of {source.name} ({source.reference}, "
        f"[doi {source.doi}](https://doi.org/{source.doi})), paraphrased. "
        f"`data/derived/9_reports/{name}.csv` has the paths and hashes of the tables named here."
    )
    return md.lines([made, note])


def evidence(paths: str, headings: Mapping[str, str]) -> str:
    """Return evidence as text: a section of a page as a link to it, a table by its name, a setting by its key."""
    parts: list[str] = []
    before = ""
    for path in dict.fromkeys(md.joined(paths)):
        page, _, anchor = path.removeprefix("reports/pages/").partition("#")
        file, _, key = path.partition(": ")
        if path.startswith("reports/pages/") and page.endswith(".qmd"):
            named = headings.get(path, "") or _section(anchor)
            said = f"“{named}”" if named else "the whole page"
            lead = "" if page == before else f"page {page.removesuffix('.qmd')}: "  # said once for all of its sections
            parts.append(f"{lead}[{md.escape(said)}]({page}{'#' + anchor if anchor else ''})")
            before = page
            continue
        before = ""
        parts.append(f"setting {md.escape(key)}" if key else md.escape(file.rpartition("/")[2]))
    return "; ".join(dict.fromkeys(parts))


def _section(anchor: str) -> str:
    """Return a name for a section whose heading is no plain text: `section for eMERGe item 9`."""
    key, _, number = anchor.removeprefix("sec-").replace("-abstract-", "-abstract ").rpartition("-")
    source = SOURCES.get(key.replace("-", "_"))
    if source and number:
        return f"section for {source.name} item {number}"
    return anchor.removeprefix("sec-")


def summary(answers: dict[str, list[dict[str, Any]]]) -> str:
    """Return how many items of each checklist are in each state."""
    body = []
    for name, rows in answers.items():
        counts = [sum(row["state"] == state for row in rows) for state in STATES]
        body.append([SOURCES[name].name, *map(str, counts), str(len(rows))])
    headers = ["Checklist", "Answered", "Partly", "Not answered", "Does not apply", "Items"]
    caption = "How far the reporting checklists are answered."
    return md.table(headers, body, caption, "checklists", (3, 2, 2, 2, 2, 2), (1, 2, 3, 4, 5))
