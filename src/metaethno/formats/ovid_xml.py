"""Ovid's XML: `<record>` with a field `<F C="UI" L="Unique Identifier">` for each tag, its values in `<D>`."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from metaethno.formats import ovid
from metaethno.formats.model import Parsed, Reader, Record, Source, Tags
from metaethno.formats.xml_records import is_xml, parse, text_of

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

_MARK: Final = re.compile(r"<record(?=[\s>])")
_OWN: Final = re.compile(r"<F\s[^>]*?\b[CL]=[\"']")
# Some databases call a field otherwise in XML than in the tagged format.
_CODES: Final = {"DI": "DO", "JT": "JN", "VI": "VO", "SH": "MH", "LA": "LG"}


def _recognise(source: Source) -> bool:
    return is_xml(source) and _MARK.search(source.head) is not None and _OWN.search(source.head) is not None


def _parse(source: Source) -> Parsed:
    return parse(source, "Ovid XML", ("record",), _to_record)


def _to_record(record: Element) -> Record:
    tags: Tags = {}
    for field in record.iter("F"):
        label = ovid.LABELS.get(field.get("L", "").strip().lower(), "")
        code = field.get("C", "").strip().upper()
        tag = label or _CODES.get(code, code)
        values = [text for value in field.iterfind("D") if (text := text_of(value)).strip()]
        if not values and (text := text_of(field)).strip():
            values = [text]
        tags.setdefault(tag, []).extend(values)
    if len(tags.get("AB", ())) > 1:  # the sections of an abstract
        tags["AB"] = ["\n".join(tags["AB"])]
    return ovid.to_record(tags)


READER: Final = Reader(
    "Ovid XML (.xml)",
    _recognise,
    _parse,
    looks=re.compile(r"<(?:F C=|D type=)"),
    about="Ovid's XML (MEDLINE, Embase, APA PsycInfo and others on Ovid): Export > XML",
)
