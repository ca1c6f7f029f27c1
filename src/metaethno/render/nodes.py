"""Small helpers for pandoc's syntax tree, as `pandoc -t json` writes it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

Node = dict[str, Any]
Replacement = list[Node] | None


def node(kind: str, content: Any = None) -> Node:
    """Return a node; kinds without content (Space, Null) take none."""
    return {"t": kind} if content is None else {"t": kind, "c": content}


def attr(identifier: str = "", classes: list[str] | None = None, **pairs: str) -> list[Any]:
    """Return an attribute triple; `_` in a key stands for `-`."""
    return [identifier, list(classes or []), [[key.replace("_", "-"), value] for key, value in pairs.items()]]


def words(text: str) -> list[Node]:
    """Return a text as inlines."""
    parts: list[Node] = []
    for i, word in enumerate(text.split(" ")):
        parts += ([node("Space")] if i else []) + ([node("Str", word)] if word else [])
    return parts


def div(content: list[Node], attributes: list[Any]) -> Node:
    """Return a Div."""
    return node("Div", [attributes, content])


def raw(form: str, text: str) -> Node:
    """Return a raw block; only this package makes them, pages can't."""
    return node("RawBlock", [form, text])


def pairs(attributes: list[Any]) -> dict[str, str]:
    """Return the key-value part of an attribute triple."""
    return dict(attributes[2])


def iterate(value: Any) -> Iterator[Node]:
    """Yield all nodes below `value`, from the outside in, in the order of the text.

    What is done to a node while it is visited decides what is visited below it.
    """
    waiting = [value]
    while waiting:
        item = waiting.pop()
        if isinstance(item, list):
            waiting.extend(reversed(item))
        elif isinstance(item, dict):
            if "t" in item:
                yield item
            content = item.get("c")
            if isinstance(content, list | dict):
                waiting.append(content)


def rewrite(value: Any, change: Callable[[Node], Replacement], *, outside_in: bool = False) -> Any:
    """Return `value` with each node replaced by what `change` gives (None: as it is; a list: these instead).

    From the inside out, or from the outside in: there what `change` gives is visited in its turn.
    """
    if isinstance(value, dict):
        content = value.get("c")
        if not isinstance(content, list | dict):
            return value
        return {**value, "c": rewrite(content, change, outside_in=outside_in)}
    if not isinstance(value, list):
        return value
    result: list[Any] = []
    for item in value:
        if not isinstance(item, list | dict):
            result.append(item)
        elif isinstance(item, list) or "t" not in item:
            result.append(rewrite(item, change, outside_in=outside_in))
        elif outside_in:
            given = change(item)
            if given is None:
                result.append(rewrite(item, change, outside_in=True))
            else:
                result += rewrite(given, change, outside_in=True)
        else:
            item = rewrite(item, change)
            given = change(item)
            if given is None:
                result.append(item)
            else:
                result += given
    return result


def plain(value: Any) -> str:
    """Return the text of inlines or blocks, blocks parted by a space."""
    parts = []
    for item in iterate(value):
        kind = item["t"]
        if kind == "Str":
            parts.append(item["c"])
        elif kind in ("Space", "SoftBreak", "LineBreak", "Para", "Plain", "Cell"):
            parts.append(" ")
        elif kind in ("Code", "Math", "CodeBlock"):
            parts.append(item["c"][1])
    return " ".join("".join(parts).split())


def cells(table: Node) -> Iterator[tuple[int, list[Any]]]:
    """Yield (column, cell) of a table, the header's rows first; spans are counted across, not down."""
    _, _, _, head, bodies, foot = table["c"]
    rows = list(head[1])
    for body in bodies:
        rows += body[2] + body[3]
    for row in rows + foot[1]:
        column = 0
        for cell in row[1]:
            yield column, cell
            column += cell[3]
