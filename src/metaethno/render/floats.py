"""Figures and tables: brings Quarto's ways of writing them into one form, checks them, and gives columns widths."""

from __future__ import annotations

import re
from pathlib import Path, PurePosixPath
from typing import Any

from metaethno.render.nodes import Node, Replacement, cells, iterate, node, pairs, plain, rewrite, words
from metaethno.render.shortcodes import Source

EXTENSIONS = {"html": (".svg", ".png"), "docx": (".png", ".svg"), "typst": (".svg", ".png")}
# Letters that fit beside one another in the body of a page, at the size of a table's text.
CAPACITY = {"docx": 98, "typst": 104}
LANDSCAPE = 1.55
PAGE_WIDTH, PAGE_HEIGHT = 6.4, 8.5  # inches that a figure may take, its caption not counted
_WORD, _NAME = 16, 12  # letters of a word that is kept whole; of a name in a citation
_BREAKS = re.compile(r"(?:[^\S\u00a0]|[/-])+")
PADDING = 3.5  # of a cell, both sides, in letters
SHRINK = {"normal": 1.0, "small": 1.12, "tiny": 1.3}  # smaller letters: more of them in a line


def unify(blocks: list[Node], source: Source) -> list[Node]:
    """Return the blocks with `::: {#tbl-x}` and `::: {#fig-x}` as plain captioned tables and figures."""

    def change(item: Node) -> Replacement:
        if item["t"] == "Figure":
            _identify(item)
            return None
        if item["t"] != "Div" or not item["c"][0][0].startswith(("tbl-", "fig-")):
            return None
        (key, classes, keyed), content = item["c"]
        kind = "Table" if key.startswith("tbl-") else "Figure"
        content = _as_figures(content) if kind == "Figure" else content
        inner = [b for b in content if b["t"] == kind]
        if len(inner) != 1:
            message = f"`#{key}` must hold exactly one {kind.lower()}, and holds {len(inner)}"
            source.problems.add("ME0921", message, **source.find(rf"#{re.escape(key)}\b"))
            return None
        found = inner[0]
        own, caption = found["c"][0], found["c"][1]
        found["c"][0] = [key, [*classes, *own[1]], [*keyed, *own[2]]]
        last = content[-1]
        if not caption[1] and last is not found and last["t"] == "Para":
            caption[1] = [node("Plain", last["c"])]
            content = content[:-1]
        return content

    changed: list[Node] = rewrite(blocks, change)
    return changed


def _as_figures(content: list[Node]) -> list[Node]:
    """Return the blocks of a `::: {#fig-x}` with its image as a figure; without one, all but the caption is one."""
    if any(item["t"] in ("Image", "Figure") for item in iterate(content)) or len(content) < 2:
        return [_as_figure(b) for b in content]
    return [node("Figure", [["", [], []], [None, []], content[:-1]]), content[-1]]


def _as_figure(block: Node) -> Node:
    """Return a paragraph that is one image as a figure without caption."""
    if block["t"] in ("Para", "Plain") and len(block["c"]) == 1 and block["c"][0]["t"] == "Image":
        return node("Figure", [["", [], []], [None, []], [node("Plain", block["c"])]])
    return block


def _identify(figure: Node) -> None:
    """Take an identifier that stands on the image alone to the figure."""
    images = [n for n in iterate(figure["c"][2]) if n["t"] == "Image"]
    if not figure["c"][0][0] and len(images) == 1:
        figure["c"][0][0], images[0]["c"][0][0] = images[0]["c"][0][0], ""


def dress_images(blocks: list[Node], form: str, root: Path, source: Source, used: set[Path]) -> list[Node]:
    """Return the blocks with every image found on the disk, and described in words.

    An image without extension takes the first that is there of those the format likes. Typst's paths begin at the
    root, the others are relative to it or, for HTML, to the page. The files go into `used`.
    """
    page = PurePosixPath(source.file)

    def change(item: Node) -> Replacement:
        if item["t"] != "Image":
            return None
        attributes, caption, (target, _) = item["c"]
        keyed = pairs(attributes)
        where = source.find(re.escape(f"]({target}"))
        alt = (keyed.pop("fig-alt", "") or keyed.pop("alt", "")).strip()
        if not alt:
            hint = '![Caption](file){#fig-x fig-alt="what the figure shows, in words"}'
            message = "a figure needs a text for those who can't see it"
            source.problems.add("ME0940", message, value=target, hint=hint, **where)
        path = local_file(target, root, source, EXTENSIONS[form])
        if path is None:
            return words(plain(caption))
        used.add(path)
        shown = path.relative_to(root).as_posix()
        if form == "html":
            shown = "../" * (len(page.parts) - 1) + shown
        elif form == "typst":
            shown = "/" + shown
        if form == "typst" and alt:
            keyed["alt"] = alt
        keyed = {k: v for k, v in keyed.items() if not k.startswith("fig-")}
        if form != "html" and not {"width", "height"} & set(keyed):
            keyed |= _fitted(path)
        return [node("Image", [[*attributes[:2], [list(p) for p in keyed.items()]], words(alt), [shown, ""]])]

    changed: list[Node] = rewrite(blocks, change)
    return changed


def _fitted(path: Path) -> dict[str, str]:
    """Return the height of an image that would be higher than a page with its caption, as an attribute."""
    width, height = size_of(path)
    return {"height": f"{PAGE_HEIGHT}in"} if width and min(width, PAGE_WIDTH) * height / width > PAGE_HEIGHT else {}


def size_of(path: Path) -> tuple[float, float]:
    """Return the width and the height of a PNG, or of an SVG that says them in points, in inches; else zeros."""
    head = path.read_bytes()[:4096] if path.is_file() else b""
    if head.startswith(b"\x89PNG"):
        at = head.find(b"pHYs") + 4
        per_inch = int.from_bytes(head[at : at + 4]) * 0.0254 if at > 3 else 96
        return int.from_bytes(head[16:20]) / per_inch, int.from_bytes(head[20:24]) / per_inch
    tag = re.search(rb"<svg\b[^>]*>", head)
    sides = [re.search(rb'\b%s="([\d.]+)pt"' % side, tag[0]) if tag else None for side in (b"width", b"height")]
    width, height = (float(side[1]) / 72 if side else 0.0 for side in sides)
    return (width, height) if width and height else (0.0, 0.0)


def local_file(target: str, root: Path, source: Source, extensions: tuple[str, ...] = ()) -> Path | None:
    """Return the file a page points at; one that is elsewhere, outside the reports folder or absent is a problem."""
    from urllib.parse import unquote

    where = source.find(re.escape(target))
    if re.match(r"[a-zA-Z][\w+.-]*:|//", target):
        message = "images come from the reports folder, not from elsewhere"
        source.problems.add("ME0941", message, value=target, **where)
        return None
    name = unquote(target.partition("#")[0].partition("?")[0])
    base = root if name.startswith("/") else (root / source.file).parent
    path = (base / name.lstrip("/")).resolve()
    if not path.is_relative_to(root):
        source.problems.add("ME0912", "a file must stay in the reports folder", value=target, **where)
        return None
    tried = [path] if path.suffix else [path.with_name(path.name + ext) for ext in extensions] or [path]
    for candidate in tried:
        if candidate.is_file():
            return candidate
    hint = "run the review first, so that the figures are made" if "_generated" in path.parts else ""
    allowed = ", ".join(c.name for c in tried)
    source.problems.add("ME0941", "the file isn't there", value=target, allowed=allowed, hint=hint, **where)
    return None


def take_widths(table: Node, source: Source) -> list[float] | None:
    """Return the columns' shares that the author gave, and take `tbl-colwidths` off the table.

    They are given by `tbl-colwidths`, or by dashes of different number below the header; dashes that are all alike
    (`|---|---|`) say nothing.
    """
    identifier, classes, keyed = table["c"][0]
    given = dict(keyed).get("tbl-colwidths", "")
    table["c"][0] = [identifier, classes, [p for p in keyed if not p[0].startswith("tbl-")]]
    numbers = [float(n) for n in re.findall(r"\d+(?:\.\d+)?", given)]
    if given and given not in ("auto", "true", "false"):
        if len(numbers) == len(table["c"][2]) and sum(numbers) > 0:
            return [n / sum(numbers) for n in numbers]
        where = source.find(r"tbl-colwidths")
        allowed = f"[{', '.join(['…'] * len(table['c'][2]))}]"
        source.problems.add("ME0921", "needs one number for each column", value=given, allowed=allowed, **where)
        return None
    dashes: list[float] = [column[1].get("c", 0.0) for column in table["c"][2]]
    if min(dashes) <= 0 or max(dashes) <= 1.02 * min(dashes):
        return None
    return [d / sum(dashes) for d in dashes]


def wants(table: Node) -> tuple[list[float], list[float], list[float]]:
    """Return for each column the letters it would like, the least it needs (its longest word), and its longest cell."""
    count = len(table["c"][2])
    want, least, longest = [1.0] * count, [1.0] * count, [1.0] * count
    for column, cell in cells(table):
        if cell[3] == 1 and column < count:
            text = plain(cell[4])
            # Beyond some length a column grows less than its text: twice the text isn't twice the width.
            liked = len(text) if len(text) <= 16 else 16 * (len(text) / 16) ** 0.6
            word = max(min(len(part), _WORD) for part in _BREAKS.split(text))
            if any(item["t"] == "Cite" for item in iterate(cell[4])):  # a key as yet; an author's name in the end
                word = max(word, _NAME)
            want[column] = max(want[column], liked)
            least[column] = max(least[column], word)
            longest[column] = max(longest[column], len(text))
    return [max(a, b) for a, b in zip(want, least, strict=True)], least, longest


def widths(table: Node, form: str, landscape: bool, given: list[float] | None) -> list[float] | None:
    """Return the columns' shares of the line, or None where all of the table fits as it is.

    What the author gave holds as far as the longest word of every column has room.
    """
    want, least, longest = wants(table)
    capacity = _capacity(len(want), form, landscape)
    floor = [(n + PADDING) / capacity for n in least]
    if sum(floor) >= 1:
        return [f / sum(floor) for f in floor]
    if given:
        short = {i for i, (g, f) in enumerate(zip(given, floor, strict=True)) if g < f}
        room = 1 - sum(floor[i] for i in short)
        rest = sum(g for i, g in enumerate(given) if i not in short)
        shares = [floor[i] if i in short else g * room / rest for i, g in enumerate(given)]
        if all(s >= f - 0.001 for s, f in zip(shares, floor, strict=True)):
            return shares
    if sum(longest) + 4 * len(want) < 0.8 * capacity:
        return None
    spare = 1 - sum(floor)
    over = [max(w - n, 0.01) for w, n in zip(want, least, strict=True)]
    return [f + spare * o / sum(over) for f, o in zip(floor, over, strict=True)]


def tight(table: Node, form: str, landscape: bool) -> bool:
    """Tell whether the longest words of all columns don't fit beside one another, so that words must be hyphenated."""
    _, least, _ = wants(table)
    return sum(n + PADDING for n in least) >= _capacity(len(least), form, landscape)


def _capacity(columns: int, form: str, landscape: bool) -> float:
    """Return how many letters fit in a line of a table."""
    return CAPACITY[form] * (LANDSCAPE if landscape else 1) * SHRINK[text_size(columns, landscape)]


def set_widths(table: Node, shares: list[float] | None) -> None:
    """Write the columns' widths into a table."""
    for i, column in enumerate(table["c"][2]):
        column[1] = node("ColWidth", round(shares[i], 4)) if shares else node("ColWidthDefault")


def text_size(columns: int, landscape: bool) -> str:
    """Return `normal`, `small` or `tiny`: the size of a table's text, by how many columns share the line."""
    limit = 1.5 if landscape else 1.0
    return "normal" if columns <= 4 * limit else "small" if columns <= 7 * limit else "tiny"


def cut(value: Any) -> Any:
    """Return cells in which a browser may break words of more than 40 letters, so that none makes its column huge."""

    def change(item: Node) -> Replacement:
        if item["t"] != "Str" or len(item["c"]) <= 40:
            return None
        parts = [node("Str", part) for part in re.findall(r".{1,20}", item["c"])]
        return [made for part in parts for made in (part, node("RawInline", ["html", "<wbr>"]))][:-1]

    return rewrite(value, change)


def spread(value: Any) -> Any:
    """Return cells in which long words may break (zero-width spaces), so that nothing leaves its column."""

    def change(item: Node) -> Replacement:
        if item["t"] == "Str" and len(item["c"]) > 14:
            text = re.sub(r"([/._:;,=&?+@-])(?=\w)", "\\1\u200b", item["c"])
            return [node("Str", re.sub(r"(\w{14})(?=\w{4})", "\\1\u200b", text))]
        return None

    return rewrite(value, change)
