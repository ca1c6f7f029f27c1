"""Writes an answered checklist as a Word file (a real table whose header row is repeated) or as CSV."""

from __future__ import annotations

import csv
import io
import re
import tempfile
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from metaethno.checklists.items import SOURCES, items
from metaethno.fragments import markdown as md
from metaethno.fragments.lists import STATES
from metaethno.render import pandoc
from metaethno.render.reference import EPOCH, reference_docx
from metaethno.tables import escape

_HEADERS = ("Item", "What is asked (paraphrased)", "State", "What is missing, or why", "Passage", "Files (SHA-256)")
_WIDTHS = (2, 8, 3, 8, 6, 7)
_SECTION = re.compile(r"<w:sectPr\b.*?</w:sectPr>|<w:sectPr\b[^>]*/>", re.DOTALL)
_WIDTH = 16838 - 2 * 1304
_TURNED = '<w:pgSz w:w="16838" w:h="11906" w:orient="landscape"/>'


def _cells(name: str, answers: Sequence[Mapping[str, Any]]) -> list[list[str]]:
    """Return the rows as texts: item, part of the report, name, what is asked, state, note, passages, files, hashes."""
    rows = []
    for item, row in zip(items(name), answers, strict=True):
        part = f"phase {item.phase}" if item.phase else f"{item.part}: {item.section}" if item.part else ""
        rows.append(
            [
                item.item,
                part,
                item.name,
                item.asks,
                STATES[str(row["state"])],
                *(str(row[column]) for column in ("note", "passage", "evidence", "sha256")),
            ]
        )
    return rows


def as_csv(name: str, answers: Sequence[Mapping[str, Any]]) -> bytes:
    """Return the checklist as CSV, with what each item asks. `answers`: the rows of its derived table, in order."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(["item", "part", "name", "asks", "state", "note", "passage", "evidence", "sha256"])
    writer.writerows([escape(cell) for cell in row] for row in _cells(name, answers))
    return out.getvalue().encode()


def as_docx(name: str, answers: Sequence[Mapping[str, Any]], title: str) -> bytes:
    """Return the checklist as DOCX: the same bytes for the same answers. `title` is that of the review."""
    source = SOURCES[name]
    body = []
    for item, part, called, asks, state, note, passage, evidence, digests in _cells(name, answers):
        what = f"**{md.escape(called)}**{f' ({md.escape(part)})' if part else ''}: {md.escape(asks)}"
        files = "; ".join(md.escape(p) for p in md.joined(evidence) if not p.startswith("reports/pages/"))
        short = ", ".join(digest[:12] for digest in md.joined(digests))
        shown = "; ".join(md.escape(p.removeprefix("reports/pages/")) for p in md.joined(passage))
        kept = f"{files} ({short})" if files else ""
        body.append([md.escape(item), what, f"**{state}**", md.with_code(note), shown, kept])
    table = md.table(_HEADERS, body, "x", "x", _WIDTHS).rpartition("\n\n: ")[0]
    text = md.lines(
        [
            f'::: {{custom-style="Title"}}\n{md.escape(source.name)}\n:::',
            md.escape(title),
            f"The items are those of {md.escape(source.name)} ({source.reference}, doi {md.escape(source.doi)}); their "
            "wording here is a paraphrase. Filled by metaethno from the review’s own tables and prose. It can see that "
            "something is there, not that it is good.",
            table,
        ]
    )
    with tempfile.TemporaryDirectory() as folder:
        reference = Path(folder) / "reference.docx"
        reference.write_bytes(reference_docx())
        options = ["-f", pandoc.READER, "-t", "docx", "--reference-doc", str(reference), "-o", "-"]
        made = pandoc.run(options, text.encode(), None)[0]
    return _turned(made)


def _turned(made: bytes) -> bytes:
    """Return a DOCX with its pages turned sideways, small text in tables, whole rows, and no dates."""
    result = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(made)) as old, zipfile.ZipFile(result, "w", zipfile.ZIP_DEFLATED) as new:
        for part in sorted(old.namelist(), key=lambda n: (n != "[Content_Types].xml", n)):
            content = old.read(part)
            if part == "word/document.xml":
                content = _document(content.decode()).encode()
            elif part == "docProps/core.xml":
                content = re.sub(rb"<dcterms:(created|modified).*?</dcterms:\1>", b"", content)
            info = zipfile.ZipInfo(part, EPOCH)
            info.compress_type = zipfile.ZIP_DEFLATED
            new.writestr(info, content)
    return result.getvalue()


def _document(text: str) -> str:
    def section(match: re.Match[str]) -> str:
        found = match[0]
        if "<w:pgSz" in found:
            return re.sub(r"<w:pgSz\b[^>]*/>", _TURNED, found)
        return f"<w:sectPr>{_TURNED}</w:sectPr>"

    def table(match: re.Match[str]) -> str:
        columns = [int(w) for w in re.findall(r'<w:gridCol w:w="(\d+)"', match[0])]
        measures = iter([round(w * _WIDTH / max(sum(columns), 1)) for w in columns])
        styled = re.sub(
            r'<w:pStyle w:val="(?:Compact|BodyText|FirstParagraph)" ?/>',
            '<w:pStyle w:val="TableTextSmall"/>',
            match[0],
        )
        styled = re.sub(r'<w:gridCol w:w="\d+"', lambda _: f'<w:gridCol w:w="{next(measures)}"', styled)
        return styled.replace("<w:tr><w:trPr>", "<w:tr><w:trPr><w:cantSplit/>").replace(
            "<w:tr><w:tc>", "<w:tr><w:trPr><w:cantSplit/></w:trPr><w:tc>"
        )

    return _SECTION.sub(section, re.sub(r"<w:tbl>.*?</w:tbl>", table, text, flags=re.DOTALL))
