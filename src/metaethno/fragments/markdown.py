"""Text as Markdown: the one place where what people or databases wrote becomes part of a report.

Titles hold HTML, pipes, backticks, shortcodes, citations and line breaks; all of that is data. `escape` makes a text
that pandoc and Quarto show as it is; `table` makes pipe tables of such texts.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence

from tabulate import tabulate

_ALWAYS = set("\\`*_{}[]<>#|~^$@&\"'=+%!")
# Marks that change the order in which letters are shown would reach beyond the text they stand in.
_TURNING = re.compile("[\u202a-\u202e\u2066-\u2069]")
_NO_TEXT = ("Cc", "Cs", "Cn")
_LABEL_LIKE = re.compile(r"(fig|tbl|sec|eq|lst|thm|lem|cor|prp|cnj|def|exm|exr|sol|rem|alg|nte|tip|wrn|imp|cau|vid)-")
_CODE = re.compile(r"(`[A-Za-z0-9_][A-Za-z0-9_ ./:=-]*`)")
MISSING = "–"
_UPRIGHT = 7  # columns of a table of texts that a page can hold upright
_SMALL = {"A", "AN", "AND", "DE", "FOR", "IN", "OF", "ON", "THE", "TO"}
_IN_ATTRIBUTES = {ord(a): b for a, b in {'"': "”", "'": "’", "{": "(", "}": ")", "<": "‹", ">": "›"}.items()}


def plain(text: object) -> str:
    """Return `text` on one line: white space joined to single spaces, control and turning marks left out."""
    said = "" if text is None or text != text else str(text)
    joined = " ".join(said.split())
    if joined.isprintable():  # then there is no control mark, and nearly all texts are so
        return joined
    kept = "".join(c for c in joined if unicodedata.category(c) not in _NO_TEXT)
    return " ".join(_TURNING.sub("", kept).split())


def escape(text: object) -> str:
    """Return `text` as Markdown that reads as the same plain text, on one line, whatever it holds.

    Every mark that could mean something gets a backslash; `-`, `.`, `:` and brackets only where they could.
    """
    said = plain(text)
    parts = []
    for i, c in enumerate(said):
        before, after = said[i - 1 : i], said[i + 1 : i + 2]
        if c in _ALWAYS or (c in "-.:()" and _means_something(c, before, after, " " in said[:i])):
            parts.append("\\")
        parts.append(c)
    return "".join(parts)


def _means_something(c: str, before: str, after: str, later: bool) -> bool:
    """Tell whether a mark can be Markdown here; `later` is false in the first word, where lists begin."""
    between = before.isalnum() and after.isalnum()
    if c in "-.":
        return not between
    if c == ":":
        return not (before.isalnum() and after == " " and later)
    return not later or not (before == " " or before.isalnum() or after in ("", " "))


def attribute(text: object) -> str:
    """Return `text` for a quoted attribute (`fig-alt="…"`): without the marks that would end it or mean something."""
    swapped = plain(text).translate(_IN_ATTRIBUTES)
    return re.sub(r"[\\`&]", " ", swapped).strip()


def lowered(text: str) -> str:
    """Return a journal's name that a database writes all in capitals in the usual form; acronyms stay as they are."""
    if not text.isupper() or not any(len(word) > 4 for word in text.split()):
        return text
    words = [w.lower() if w in _SMALL else w if len(w) < 4 else w.capitalize() for w in text.split()]
    return " ".join(["The" if words[0] == "the" else words[0], *words[1:]])


def lines(texts: Iterable[str]) -> str:
    """Return Markdown blocks as one text, parted by blank lines, ending with one line feed."""
    return "\n\n".join(t.strip("\n") for t in texts if t.strip()) + "\n"


def cite(report_id: str, *, bare: bool = False) -> str:
    """Return a citation of a report: `[@A01]`, or `@A01` within a sentence.

    An id that would be read as a cross reference is shown as text.
    """
    if _LABEL_LIKE.match(report_id):
        return escape(report_id)
    key = report_id if re.fullmatch(r"[A-Za-z][A-Za-z0-9]*", report_id) else "{" + report_id + "}"
    return f"@{key}" if bare else f"[@{key}]"


def callout(kind: str, title: str, body: str) -> str:
    """Return a callout; title and body are Markdown already."""
    return f'::: {{.callout-{kind} title="{attribute(title)}"}}\n{body.strip()}\n:::\n'


def landscape(body: str) -> str:
    """Return a wide part for a page turned sideways."""
    return f"::: {{.landscape}}\n\n{body.strip()}\n\n:::\n"


def wide(body: str, columns: int) -> str:
    """Return a part with a table, turned sideways where a page can't hold its columns upright.

    A turned page leaves the one before it as it is, which may be half empty.
    """
    return landscape(body) if columns > _UPRIGHT else body


def number(value: object) -> str:
    """Return a count with thousands parted by commas; what is not a number stands as a dash."""
    try:
        return f"{int(str(value)):,}"
    except ValueError:
        return MISSING


def with_code(text: object) -> str:
    """Return a sentence of the program as Markdown: a command or a name between backticks is code, all else is text."""
    parts = _CODE.split(plain(text))
    return "".join(part if i % 2 else escape(f"x{part}x")[1:-1] for i, part in enumerate(parts))


def plural(n: int, one: str, many: str = "") -> str:
    """Return `1 study`, `2 studies`."""
    return f"{n:,} {one if n == 1 else many or one + 's'}"


def table(
    headers: Sequence[str],
    rows: Iterable[Sequence[str]],
    caption: str,
    label: str,
    widths: Sequence[int] = (),
    numbers: Sequence[int] = (),
    kind: str = "",
    marks: Sequence[int] = (),
) -> str:
    """Return a captioned pipe table; cells, headers and caption are Markdown already.

    widths: relative widths of the columns. numbers: columns (from 0) that are set flush right.
    kind: a class for the look of the table. marks: columns that are centred.
    """
    body = [[cell or MISSING for cell in row] for row in rows]
    made = tabulate(body, headers=list(headers), tablefmt="pipe", disable_numparse=True, stralign=None).split("\n")
    shares = list(widths) or [1] * len(headers)
    total = sum(shares)
    dashes = [max(3, round(120 * share / total)) for share in shares]
    rules = [
        f"{'-' if i in numbers else ':'}{'-' * (n - 2)}{':' if i in numbers or i in marks else '-'}"
        for i, n in enumerate(dashes)
    ]
    made[1] = f"|{'|'.join(rules)}|"
    return "\n".join(made) + f"\n\n: {caption} {{#tbl-{label}{kind and f' .{kind}'}}}\n"


def nothing_yet(what: str, todo: str, caption: str, label: str, head: str = "Nothing yet") -> str:
    """Return what stands in a table's place while there is nothing to show, under the same label."""
    return table([head], [[f"{what} {todo}".strip()]], caption, label, kind="nothing")


def listed(names: Iterable[str]) -> str:
    """Return names as one list parted by `;`, escaped; a `;` inside a name becomes `/`, so that they can be counted."""
    return "; ".join(escape(name.replace("; ", " / ")) for name in names)


def joined(cell: object, sep: str = ";") -> list[str]:
    """Return the parts of a cell that holds several values."""
    return [p.strip() for p in str(cell or "").split(sep) if p.strip()]


def of_a_person(identifier: str) -> bool:
    """Tell whether people gave this id, such as S07 or C-12: readers may meet those, and not the program's own."""
    return re.fullmatch(r"[A-Za-z]{1,3}[-_.]?\d{1,4}[a-z]?", identifier) is not None


def beside(identifier: str) -> str:
    """Return an id in brackets, to stand behind a name; nothing where it is the program's own."""
    return f" ({escape(identifier)})" if of_a_person(identifier) else ""
