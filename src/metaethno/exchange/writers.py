"""Records written for other programs: RIS, CSV, BibTeX, CSL JSON and EndNote XML.

Each function takes a table with any of the columns `FIELDS` (missing ones count as empty) and returns the bytes of a
file that `metaethno.formats` reads back as the same records. Fields that a format has no place for (accession numbers
of several databases, state of publication) go where other programs keep what they don't know.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Final

from metaethno.formats.fields import TEXT_FIELDS
from metaethno.formats.model import OWN

if TYPE_CHECKING:
    import pandas as pd

FIELDS: Final = ("record_id", *TEXT_FIELDS)

Row = dict[str, str]
_ENTITY_LIKE: Final = re.compile(r"&(?=(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[a-zA-Z][a-zA-Z0-9]{1,31});)")
# A line of an abstract that a reader of RIS would take for a tag, or for the start of another file.
_TAG_LIKE: Final = re.compile(r"^\W{0,10}[A-Z0-9]{2,6} {0,4}-|^\W{0,10}(?:PT|FN|VR|EF|ER) ?|^\W{0,10}[@%<]")
_INDENT: Final = " " * 12
# What a type is called in words, and what RIS, BibTeX, CSL and EndNote call it. The first that fits counts.
_KINDS: Final = (
    (re.compile(r"chapter|book section|incollection|\bchap\b", re.I),
     ("CHAP", "incollection", "chapter", "Book Section", "5")),
    (re.compile(r"thes[ie]s|dissertation|\bthes\b", re.I), ("THES", "phdthesis", "thesis", "Thesis", "32")),
    (re.compile(r"conference|proceeding|\bcpaper\b|\bconf\b", re.I),
     ("CPAPER", "inproceedings", "paper-conference", "Conference Paper", "47")),
    (re.compile(r"report|\brprt\b", re.I), ("RPRT", "techreport", "report", "Report", "27")),
    (re.compile(r"\bbook\b|monograph", re.I), ("BOOK", "book", "book", "Book", "6")),
    (re.compile(r"web|blog|\belec\b", re.I), ("ELEC", "misc", "webpage", "Web Page", "12")),
)  # fmt: skip
_ARTICLE: Final = ("JOUR", "article", "article-journal", "Journal Article", "17")


def _rows(records: pd.DataFrame) -> Iterator[Row]:
    names = [name for name in FIELDS if name in records.columns]
    columns = [records[name].fillna("").astype(str).tolist() for name in names]
    blank = dict.fromkeys(FIELDS, "")
    for number, values in enumerate(zip(*columns, strict=True), start=1):
        row = {**blank, **dict(zip(names, values, strict=True))}
        row["record_id"] = row["record_id"] or f"r{number}"
        yield row


def _kind(row: Row, column: int) -> str:
    said = row["pub_type"]
    return next((kinds[column] for pattern, kinds in _KINDS if pattern.search(said)), _ARTICLE[column])


def _list(text: str) -> list[str]:
    return [part for part in text.split("; ") if part]


def _kept(text: str) -> str:
    """Return text in which nothing will be taken for an HTML entity and decoded."""
    return _ENTITY_LIKE.sub("&amp;", text) if "&" in text else text


# ------------------------------------------------------------------------------------------------ RIS

_RIS: Final = (
    ("TI", "title"), ("PY", "year"), ("T2", "container"), ("VL", "volume"), ("IS", "issue"), ("SP", "pages"),
    ("PM", "pmid"), ("AN", "accession"), ("LA", "language"), ("M3", "pub_type"), ("AB", "abstract"), ("N1", "notes"),
    ("C1", "accessions"), ("C2", "status"), ("C3", "status_of"),
)  # fmt: skip


def ris(records: pd.DataFrame) -> bytes:
    """Return RIS: UTF-8, CRLF, one tag per author, keyword, DOI and ISSN."""
    lines: list[str] = []
    for row in _rows(records):
        groups = set(_list(row["group_authors"]))
        lines += [f"TY  - {_kind(row, 0)}", f"DP  - {OWN}", f"ID  - {row['record_id']}"]
        lines += [f"AU  - {_kept(name)}{',' if name in groups else ''}" for name in _list(row["authors"])]
        for tag, name in _RIS:
            if row[name]:
                first, *more = _kept(row[name]).split("\n")
                lines.append(f"{tag}  - {first}")
                lines += [_INDENT + line if _TAG_LIKE.match(line) else line for line in more]
        for tag, values in (
            ("DO", row["doi"].split(";10.")), ("SN", row["issn"].split(";")), ("BN", row["isbn"].split(";")),
            ("KW", _list(row["keywords"])), ("UR", [row["url"]]),
        ):  # fmt: skip
            values = [f"10.{v}" if tag == "DO" and i else v for i, v in enumerate(values)]
            lines += [f"{tag}  - {_kept(value)}" for value in values if value]
        lines += ["ER  - ", ""]
    return "\r\n".join(lines).encode("utf-8")


# ------------------------------------------------------------------------------------------------ CSV


def csv(records: pd.DataFrame) -> bytes:
    """Return CSV for spreadsheets: UTF-8 with a byte-order mark; cells that would be run as formulas are made text."""
    import pandas as pd

    from metaethno import tables

    # A second escaping, as with entities in the others: the reader decodes them in every text.
    frame = pd.DataFrame([{name: _kept(row[name]) for name in FIELDS} for row in _rows(records)], columns=list(FIELDS))
    return b"\xef\xbb\xbf" + tables.to_csv(frame.astype("str"))


# ------------------------------------------------------------------------------------------------ BibTeX

_LATEX: Final = str.maketrans({
    "\\": r"\textbackslash{}", "{": r"\textbraceleft{}", "}": r"\textbraceright{}", "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}", "$": r"\$", "&": r"\&", "%": r"\%", "#": r"\#", "_": r"\_",
})  # fmt: skip
_RUNS: Final = re.compile(r"(?<=-)-|(?<=`)`|(?<=')'")
_BIBTEX: Final = (
    ("title", "title"), ("year", "year"), ("volume", "volume"), ("number", "issue"), ("pages", "pages"),
    ("doi", "doi"), ("pmid", "pmid"), ("issn", "issn"), ("isbn", "isbn"), ("language", "language"),
    ("type", "pub_type"), ("url", "url"), ("abstract", "abstract"), ("note", "notes"),
    ("accession-number", "accession"), ("accessions", "accessions"), ("status", "status"), ("status-of", "status_of"),
)  # fmt: skip
_KEY: Final = re.compile(r"[^A-Za-z0-9:._-]")


def _latex(text: str) -> str:
    text = _kept(text).translate(_LATEX)
    return _RUNS.sub(r"{}\g<0>", text).replace("\n", "\n\n")


def _bibtex_name(name: str, *, group: bool) -> str:
    parts = name.split(", ")
    if group:
        return f"{{{_latex(name)}}}"
    if len(parts) == 1:  # not to be turned about; a second pair of braces tells it from a group
        return f"{{{{{_latex(name)}}}}}"
    if len(parts) == 3 and all(parts):
        parts = [parts[0], parts[2], parts[1]]
    shown = (f"{{{_latex(part)}}}" if re.search(r"(?:^|\s)and(?:\s|$)", part, re.I) else _latex(part) for part in parts)
    return ", ".join(shown)


def bibtex(records: pd.DataFrame) -> bytes:
    """Return BibTeX: UTF-8, with what TeX would take for commands escaped."""
    out: list[str] = []
    for row in _rows(records):
        groups = set(_list(row["group_authors"]))
        kind = _kind(row, 1)
        lines = [f"@{kind}{{{_KEY.sub('-', row['record_id'])}"]
        if row["authors"]:
            names = (_bibtex_name(name, group=name in groups) for name in _list(row["authors"]))
            lines.append(f"  author = {{{' and '.join(names)}}}")
        if row["container"]:
            place = "journal" if kind in ("article", "misc", "phdthesis", "techreport") else "booktitle"
            lines.append(f"  {place} = {{{_latex(row['container'])}}}")
        lines += [f"  {field} = {{{_latex(row[name])}}}" for field, name in _BIBTEX if row[name]]
        if row["keywords"]:
            # Without a semicolon, commas would part it.
            lines.append(f"  keywords = {{{_latex(row['keywords'] + ';')}}}")
        lines.append(f"  source = {{{OWN}}}")
        out.append(",\n".join(lines) + "\n}\n")
    return "\n".join(out).encode("utf-8")


# ------------------------------------------------------------------------------------------------ CSL JSON

_CSL: Final = (
    ("title", "title"), ("container-title", "container"), ("volume", "volume"), ("issue", "issue"), ("page", "pages"),
    ("DOI", "doi"), ("PMID", "pmid"), ("ISSN", "issn"), ("ISBN", "isbn"), ("language", "language"),
    ("genre", "pub_type"), ("URL", "url"), ("abstract", "abstract"), ("note", "notes"),
    ("archive_location", "accession"),
)  # fmt: skip


def csl_json(records: pd.DataFrame) -> bytes:
    """Return CSL JSON: UTF-8, one record per line."""
    import json

    items = []
    for row in _rows(records):
        item: dict[str, object] = {"id": row["record_id"], "type": _kind(row, 2), "source": OWN}
        groups = set(_list(row["group_authors"]))
        people = []
        for name in map(_kept, _list(row["authors"])):
            family, _, given = name.partition(", ")
            if name in groups:
                people.append({"literal": name})
            else:
                people.append({"family": family, "given": given} if given else {"family": family})
        if people:
            item["author"] = people
        if row["year"]:
            item["issued"] = {"date-parts": [[int(row["year"])]]} if row["year"].isdecimal() else {"raw": row["year"]}
        item |= {field: _kept(row[name]) for field, name in _CSL if row[name]}
        if row["keywords"]:
            item["keyword"] = _kept(row["keywords"] + ";")
        own = {name: row[name] for name in ("accessions", "status", "status_of") if row[name]}
        if own:
            item["custom"] = own
        items.append(json.dumps(item, ensure_ascii=False))
    return ("[\n" + ",\n".join(items) + "\n]\n").encode("utf-8")


# ------------------------------------------------------------------------------------------------ EndNote XML


def _xml(text: str) -> str:
    text = _kept(text).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace('"', "&quot;")
    return text.replace("\n", "&#xD;")


def _element(path: str, text: str) -> str:
    """Return nested elements around a run of text; nothing, where there is none."""
    if not text:
        return ""
    names = path.split("/")
    opening = "".join(f"<{name}>" for name in names)
    closing = "".join(f"</{name}>" for name in reversed(names))
    return f'{opening}<style face="normal" font="default" size="100%">{_xml(text)}</style>{closing}'


def _elements(path: str, name: str, texts: list[str]) -> str:
    inside = "".join(_element(name, text) for text in texts)
    names = path.split("/")
    return "".join(f"<{n}>" for n in names) + inside + "".join(f"</{n}>" for n in reversed(names)) if inside else ""


_ENDNOTE: Final = (
    ("pages", "pages"), ("volume", "volume"), ("number", "issue"), ("dates/year", "year"),
    ("accession-num", "accession"), ("abstract", "abstract"), ("notes", "notes"), ("work-type", "pub_type"),
    ("language", "language"), ("electronic-resource-num", "doi"), ("urls/related-urls/url", "url"),
    ("custom1", "pmid"), ("custom3", "accessions"), ("custom4", "status"), ("custom5", "status_of"),
)  # fmt: skip


def endnote_xml(records: pd.DataFrame) -> bytes:
    """Return EndNote XML: one record per line; a group's name is closed by a comma, as EndNote wants it."""
    out = ['<?xml version="1.0" encoding="UTF-8" ?>', "<xml><records>"]
    for number, row in enumerate(_rows(records), start=1):
        groups = set(_list(row["group_authors"]))
        names = [f"{name}," if name in groups else name for name in _list(row["authors"])]
        numbers = "\n".join(filter(None, (row["issn"], row["isbn"])))
        titles = _element("title", row["title"]) + _element("secondary-title", row["container"])
        out.append(
            f'<record><source-app name="{OWN}">{OWN}</source-app><rec-number>{number}</rec-number>'
            f'<ref-type name="{_kind(row, 3)}">{_kind(row, 4)}</ref-type>'
            + _elements("contributors/authors", "author", names)
            + (f"<titles>{titles}</titles>" if titles else "")
            + _elements("keywords", "keyword", _list(row["keywords"]))
            + _element("isbn", numbers)
            + _element("label", row["record_id"])
            + "".join(_element(path, f"PMID: {row[n]}" if n == "pmid" and row[n] else row[n]) for path, n in _ENDNOTE)
            + "</record>"
        )
    return "\n".join([*out, "</records></xml>", ""]).encode("utf-8")


WRITERS: Final[dict[str, Callable[[pd.DataFrame], bytes]]] = {
    "ris": ris,
    "csv": csv,
    "bibtex": bibtex,
    "csl-json": csl_json,
    "endnote-xml": endnote_xml,
}
