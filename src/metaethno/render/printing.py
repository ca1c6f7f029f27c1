"""Where wide tables and large pictures stand in a printed document: so that no page before them ends half empty."""

from __future__ import annotations

from pathlib import Path

from metaethno.render.floats import size_of
from metaethno.render.nodes import Node, iterate, node, plain

# Letters of text that may pass a wide part or a large picture: most of a page, a third of one.
PASS_WIDE, PASS_PICTURE = 2600, 1200
# With fewer letters between them, two wide parts become one: no upright page with a few lines on it.
BETWEEN_WIDE = 1100
_HIGH = 0.55  # a picture that is higher than this share of its width is a large one


def arrange(blocks: list[Node], form: str, root: Path) -> list[Node]:
    """Return the blocks of a page with its wide parts joined, and moved behind the text that follows them.

    Nothing passes another table or picture, so the numbers keep their order, nor a heading of the highest level. A part
    right after a heading stays: the heading would stand above nothing. In DOCX large pictures move as well, in Typst
    they float by themselves.
    """
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
