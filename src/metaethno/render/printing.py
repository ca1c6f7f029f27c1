"""Where wide tables and large pictures stand in a printed document: so that no page before them ends half empty."""

from __future__ import annotations

import copy
import re
from pathlib import Path
from typing import Any

from metaethno.render.floats import size_of
from metaethno.render.nodes import Node, Replacement, iterate, node, plain, rewrite, words

# Letters of text that may pass a wide part or a large picture: most of a page, a third of one.
PASS_WIDE, PASS_PICTURE = 2600, 1200
# With fewer letters between them, two wide parts become one: no upright page with a few lines on it.
BETWEEN_WIDE = 1100
# Columns of a table on paper; of one that is cut, those that every part begins and ends with.
COLUMNS, FIRST, LAST = 26, 2, 1
_LONG = 36  # letters of a word that a line may have to break
_HIGH = 0.55  # a picture that is higher than this share of its width is a large one


def arrange(blocks: list[Node], form: str, root: Path) -> list[Node]:
    """Return the blocks of a page with its wide parts joined, and moved behind the text that follows them.

    A table with more columns than a page can hold becomes several, which share the first columns and the last.

    Nothing passes another table or picture, so the numbers keep their order, nor a heading of the highest level. A part
    right after a heading stays: the heading would stand above nothing. In DOCX large pictures move as well, in Typst
    they float by themselves.
    """
    blocks = rewrite(blocks, lambda item: _parts(item) if item["t"] == "Table" else None)
    top = min((b["c"][0] for b in blocks if b["t"] == "Header"), default=1)
    blocks = _joined(blocks)
    result: list[Node] = []
    waiting = list(blocks)
    while waiting:
        block = waiting.pop(0)
        limit = PASS_WIDE if _is_wide(block) else PASS_PICTURE if form == "docx" and _is_large(block, root) else 0
        if limit and not (result and result[-1]["t"] == "Header"):
            n = _passing(waiting, limit, top)
            result += waiting[:n]
            del waiting[:n]
        result.append(block)
    return result


def _parts(table: Node) -> Replacement:
    """Return a table with too many columns as several, each with its part of them and its part of the rows' cells.

    A table with cells that span columns or rows stays as it is.
    """
    attributes, caption, columns, head, bodies, foot = table["c"]
    rows = [*head[1], *(row for body in bodies for part in body[2:] for row in part), *foot[1]]
    if len(columns) <= COLUMNS or any(len(row[1]) != len(columns) for row in rows):
        return None
    inner = range(FIRST, len(columns) - LAST)
    count = -(-len(inner) // (COLUMNS - FIRST - LAST))
    wide = -(-len(inner) // count)
    parts = []
    for i in range(count):
        own = [*range(FIRST), *inner[i * wide : (i + 1) * wide], *range(len(columns) - LAST, len(columns))]

        def cut(some: list[Any], own: list[int] = own) -> list[Any]:
            return [[row[0], [row[1][k] for k in own]] for row in some]

        made = [[body[0], body[1], cut(body[2]), cut(body[3])] for body in bodies]
        said = [caption[0], [*caption[1][:-1], *_continued(caption[1][-1:], i + 1, count)]]
        own_columns = [[columns[k][0], node("ColWidthDefault")] for k in own]
        named = attributes if i == 0 else ["", *attributes[1:]]
        parts.append(node("Table", [named, said, own_columns, [head[0], cut(head[1])], made, [foot[0], cut(foot[1])]]))
    return copy.deepcopy(parts)


def _continued(last: list[Node], part: int, count: int) -> list[Node]:
    """Return the last block of a caption with `(part 1 of 3)` behind it."""
    said = words(f"(part {part} of {count})")
    return [node(b["t"], [*b["c"], node("Space"), *said]) for b in last if b["t"] in ("Plain", "Para")]


def breakable(value: Any, at_signs: bool = True) -> Any:
    """Return text in which overlong words may break (zero-width spaces), so that none runs off the page.

    at_signs: also addresses, after their signs; else only what has no sign for long.
    """

    def change(item: Node) -> Replacement:
        if item["t"] == "Str" and len(item["c"]) > _LONG:
            text = re.sub(r"([/._:;,=&?+@-])(?=\w)", "\\1\u200b", item["c"]) if at_signs else item["c"]
            return [node("Str", re.sub(r"(\w{18})(?=\w{4})", "\\1\u200b", text))]
        return None

    return rewrite(value, change)


def _is_wide(block: Node) -> bool:
    return block["t"] == "Div" and "landscape" in block["c"][0][1]


def _is_large(block: Node, root: Path) -> bool:
    """Tell whether a block is a picture that takes about half a page or more."""
    if block["t"] != "Figure":
        return False
    for image in iterate(block["c"][2]):
        if image["t"] == "Image":
            width, height = size_of(root / image["c"][2][0])
            return height > _HIGH * width
    return False


def _passing(following: list[Node], limit: int, top: int) -> int:
    """Return how many of the blocks that follow may come first: paragraphs and lists, with headings that have text."""
    letters, n = 0, 0
    for i, block in enumerate(following):
        if block["t"] == "Header":
            if block["c"][0] <= top:
                break
            continue
        if block["t"] not in ("Para", "Plain", "BulletList", "OrderedList", "BlockQuote"):
            break
        letters += len(plain([block]))
        if letters > limit:
            break
        n = i + 1
    return n


def _joined(blocks: list[Node]) -> list[Node]:
    """Return the blocks with a few lines between two wide parts taken into one wide part with both."""
    result: list[Node] = []
    for block in blocks:
        last = next((i for i in range(len(result) - 1, -1, -1) if _is_wide(result[i])), None)
        if _is_wide(block) and last is not None:
            between = result[last + 1 :]
            if len(plain(between)) <= BETWEEN_WIDE and not any(b["t"] == "Figure" for b in between):
                attributes, content = result[last]["c"]
                wide = node("Div", [attributes, [*content, *between, *block["c"][1]]])
                result[last:] = [wide]
                continue
        result.append(block)
    return result
