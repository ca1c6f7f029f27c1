"""Records in XML, whatever the dialect: a hostile or damaged file is refused, and every record has its line.

`defusedxml` does the parsing and refuses entity definitions and external entities. What exports get wrong is mended
before: character references that XML forbids (EndNote writes `&#x2;`), names that only HTML knows (`&nbsp;`), bare
ampersands, and several documents in one file.
"""

from __future__ import annotations

import html.entities
import re
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any, Final

from metaethno.errors import Problem, UserError
from metaethno.formats import clean
from metaethno.formats.check import WITHOUT_YEAR, line_numbers
from metaethno.formats.model import Parsed, Record, Source
from metaethno.formats.spans import byte_spans

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element, TreeBuilder

_DEEPEST: Final = 200
_STEP: Final = 1 << 20
_DOCUMENT: Final = re.compile(r"<\?xml\s+version\s*=")
_REFERENCE: Final = re.compile(r"&(#[0-9]{1,7};|#[xX][0-9a-fA-F]{1,6};|[A-Za-z][A-Za-z0-9]{0,31};)?")
_XML_NAMES: Final = frozenset({"amp;", "lt;", "gt;", "quot;", "apos;"})
_HIDDEN: Final = re.compile(r"<!--.*?(?:-->|\Z)|<!\[CDATA\[.*?(?:\]\]>|\Z)", re.DOTALL)


def is_xml(source: Source) -> bool:
    """Say whether a file starts like XML."""
    return source.head.lstrip()[:1] == "<"


def parse(source: Source, kind: str, names: tuple[str, ...], to_record: Callable[[Element], Record]) -> Parsed:
    """Read every element called one of `names` as a record; `to_record` says what is in it.

    Raises UserError (ME0208) where the file defines entities or is nested without end. Where the XML is damaged or
    breaks off, the line is doubtful.
    """
    parsed = Parsed(kind, [], [], [])
    starts, spans = _apparent(source.text, names)
    parsed.start_lines = line_numbers(source.text, starts)
    for element, line in _elements(source, parsed, names):
        record = to_record(element)
        parsed.records.append(record)
        parsed.lines.append(line)
        if not record.get("year"):
            parsed.note(*WITHOUT_YEAR, len(parsed.records), line)
    if len(spans) == len(parsed.records):
        parsed.spans = byte_spans(source, "<", ">", spans)
    return parsed


def _apparent(text: str, names: tuple[str, ...]) -> tuple[list[int], list[tuple[int, int]]]:
    """Find the records without an XML parser: where their tags are, outside comments and literal sections."""
    if "<!" in text:
        text = _HIDDEN.sub(lambda match: re.sub(r"[^\n]", " ", match.group()), text)
    some = "|".join(names)
    starts = [match.start() for match in re.finditer(rf"<(?:\w+:)?(?:{some})(?=[\s/>])", text)]
    ends = [match.end() for match in re.finditer(rf"</(?:\w+:)?(?:{some})\s*>", text)]
    return starts, list(zip(starts, ends, strict=True)) if len(starts) == len(ends) else []


def _elements(source: Source, parsed: Parsed, names: tuple[str, ...]) -> Iterator[tuple[Element, int]]:
    from xml.etree.ElementTree import ParseError

    from defusedxml.common import DefusedXmlException
    from defusedxml.ElementTree import DefusedXMLParser

    text = source.text
    cuts = [match.start() for match in _DOCUMENT.finditer(text)]
    if not cuts or text[: cuts[0]].strip():
        cuts = [0, *cuts]
    for start, end in zip(cuts, [*cuts[1:], len(text)], strict=True):
        before = text.count("\n", 0, start)
        collector = _Collector(names)
        parser: Any = DefusedXMLParser(target=collector, encoding="utf-8", forbid_entities=True, forbid_external=True)
        collector.parser = parser.parser
        try:
            for piece in _pieces(text, start, end):
                parser.feed(piece)
                yield from ((element, before + line) for element, line in collector.take())
            parser.close()
        except DefusedXmlException:
            hint = "no database writes such a file; export it again, and ask where this one comes from"
            message = "The file defines entities of its own, by which a small file can grow without end."
            raise UserError(Problem("ME0208", message, source.name, hint=hint)) from None
        except _TooDeep as error:
            message = f"Elements stand in one another more than {_DEEPEST} deep."
            raise UserError(Problem("ME0208", message, source.name, before + error.line)) from None
        except ParseError as error:
            yield from ((element, before + line) for element, line in collector.take())
            line = before + error.position[0]
            parsed.doubtful.append((line, f"The XML is damaged or breaks off here ({str(error).split(':')[0]})."))


def _pieces(text: str, at: int, end: int) -> Iterator[bytes]:
    """Yield the XML piece by piece, with references that the parser would refuse made harmless; line ends stay."""
    while at < end:
        cut = min(at + _STEP, end)
        reference = text.rfind("&", max(at + 1, cut - 40), cut) if cut < end else -1
        if reference > 0:  # not through the middle of a reference
            cut = reference
        piece = text[at:cut]
        if "&" in piece:
            piece = _REFERENCE.sub(_reference, piece)
        yield piece.encode("utf-8", errors="replace")
        at = cut


def _reference(match: re.Match[str]) -> str:
    name = match[1]
    if not name:
        return "&amp;"
    if name in _XML_NAMES:
        return match.group()
    if name[0] == "#":
        code = int(name[2:-1], 16) if name[1] in "xX" else int(name[1:-1])
        allowed = code in (9, 10, 13) or 0x20 <= code < 0xD800 or 0xE000 <= code < 0xFFFE or 0x10000 <= code < 0x110000
        return match.group() if allowed else " "
    known = html.entities.html5.get(name)
    # A name that is none is defined in this file, or it is text: the parser refuses the one, and we keep the other.
    return known if known else f"&amp;{name}"


class _TooDeep(Exception):
    def __init__(self, line: int) -> None:
        super().__init__(line)
        self.line = line


class _Collector:
    """Builds the elements that are records, one at a time, and forgets everything else."""

    def __init__(self, names: tuple[str, ...]) -> None:
        self._names = frozenset(names)
        self._builder: TreeBuilder | None = None
        self._depth = self._at = self._starts_on = 0
        self._found: list[tuple[Element, int]] = []
        self.parser: Any = None

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        self._depth += 1
        if self._depth > _DEEPEST:
            raise _TooDeep(self.parser.CurrentLineNumber)
        tag = tag.rpartition("}")[2]
        if self._builder is None and tag in self._names:
            from xml.etree.ElementTree import TreeBuilder

            self._builder, self._at, self._starts_on = TreeBuilder(), self._depth, self.parser.CurrentLineNumber
        if self._builder is not None:
            self._builder.start(tag, attributes)

    def data(self, text: str) -> None:
        if self._builder is not None:
            self._builder.data(text)

    def end(self, tag: str) -> None:
        if self._builder is not None:
            self._builder.end(tag.rpartition("}")[2])
            if self._depth == self._at:
                self._found.append((self._builder.close(), self._starts_on))
                self._builder = None
        self._depth -= 1

    def close(self) -> None:
        """Is called at the end of the document."""

    def take(self) -> list[tuple[Element, int]]:
        """Return the records that were completed since the last call."""
        found, self._found = self._found, []
        return found


def text_of(element: Element | None) -> str:
    """Return all text in an element, with the runs that it is made of put together as they stand."""
    if element is None:
        return ""
    if not len(element):
        text = element.text or ""
    else:
        text = "".join(element.itertext())
    return clean.sound(text)


def first(record: Element, *paths: str) -> str:
    """Return the text of the first element with any, path by path."""
    for path in paths:
        for element in record.iterfind(path):
            if (text := text_of(element)).strip():
                return text
    return ""


def every(record: Element, *paths: str) -> list[str]:
    """Return the texts of all elements at the paths that have any."""
    texts = (text_of(element) for path in paths for element in record.iterfind(path))
    return [text for text in texts if text.strip()]
