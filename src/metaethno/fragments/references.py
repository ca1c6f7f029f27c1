"""The bibliography: CSL JSON of the included reports, from their records; what is not known is left out."""

from __future__ import annotations

import json
import re
from typing import Any

from metaethno.fragments import markdown as md
from metaethno.fragments.data import ReportData, rows, shown_title

_OTHERS = {"and others", "others", "et al", "et al."}
AS_IT_STANDS = '<span class="nocase">{}</span>'  # for citation styles that write titles with capitals


def references(data: ReportData) -> list[dict[str, Any]]:
    """Return a CSL item for every included report, in order of their ids."""
    records = data.report_records
    made = {}
    for row in rows(data.reports):
        record = records.get(row["record_id"], {})
        made[row["report_id"]] = item(row["report_id"], record, row["citation"])
    return [made[key] for key in sorted(made)]


def item(key: str, record: dict[str, Any], citation: str) -> dict[str, Any]:
    """Return one CSL item; a record without title or authors takes them from the short citation."""
    made: dict[str, Any] = {"id": key, "type": "article-journal" if record.get("container") else "document"}
    people = [name(author) for author in md.joined(record.get("authors", "")) if author.casefold() not in _OTHERS]
    lead, _, year = citation.rpartition(" ")
    if len(people) == 1 and "et al" in lead:  # a record that names the first of several authors
        people.append({"literal": "others"})  # which citation processors set as “et al.”
    made["author"] = people or [{"literal": md.plain(lead or citation)}]
    # The citation is what people call the report: a record of the print issue may have a later year.
    dated = year if re.fullmatch(r"\d{4}", year) else record.get("year")
    if dated:
        made["issued"] = {"date-parts": [[int(dated)]]}
    fields = {"title": "title", "container-title": "container", "volume": "volume", "issue": "issue", "page": "pages"}
    made |= {csl: plain_text(record[own]) for csl, own in fields.items() if record.get(own)}
    if record.get("title") and shown_title(record["title"]) != record["title"]:
        made["title"] = f"[{shown_title(record['title'])}]"
    if made.get("title", "").startswith("["):  # words about the title, not the title
        made["title"] = AS_IT_STANDS.format(made["title"])
    if "container-title" in made:
        made["container-title"] = md.lowered(made["container-title"])
    if record.get("doi"):
        made["DOI"] = md.joined(record["doi"])[0]
    return made


def name(author: str) -> dict[str, str]:
    """Return `Family, Given` as CSL; a name without a comma, a body for instance, as it stands."""
    family, comma, given = (part.strip() for part in author.partition(","))
    if not comma:
        return {"literal": plain_text(author)}
    return {"family": plain_text(family), "given": plain_text(given)} if given else {"family": plain_text(family)}


def plain_text(text: str) -> str:
    """Return a text for a CSL field: citation processors read HTML tags there, so their marks are told from them."""
    return md.plain(text).replace("<", "‹").replace(">", "›")


def as_json(data: ReportData) -> bytes:
    """Return the bibliography as the bytes of `references.json`."""
    return (json.dumps(references(data), ensure_ascii=False, indent=2, sort_keys=True) + "\n").encode()
