"""A difference as a page of HTML that stands alone: no scripts, nothing fetched, every text escaped."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape

from metaethno.history.differ import Difference

Section = tuple[str, tuple[str, ...], list[tuple[str, ...]]]

STYLE = """
body{font:16px/1.5 system-ui,sans-serif;max-width:62rem;margin:2rem auto;padding:0 1rem;color:#1b1b1b;background:#fff}
h1{font-size:1.6rem}h2{font-size:1.15rem;margin-top:2rem}
table{border-collapse:collapse;width:100%;font-size:.92rem}
th,td{text-align:left;vertical-align:top;padding:.3rem .6rem;border-bottom:1px solid #ddd;overflow-wrap:anywhere}
th{border-bottom:2px solid #888}.none{color:#555}
@media print{body{font-size:10pt;margin:0}}
"""


def sections(found: Difference) -> list[Section]:
    """Return the parts of a difference as tables: title, heads, rows; empty parts too."""
    records: list[tuple[str, ...]] = [
        (kind, r.id, r.title, r.note) for kind, some in found.records.items() for r in some
    ]
    parts: list[Section] = [("Records", ("", "Record", "Title", ""), records)]
    for title, tables in (("Decisions", found.decisions), ("Interpretations", found.interpretations)):
        rows: list[tuple[str, ...]] = []
        for name, table in tables.items():
            shown = name.replace("_", " ")
            rows += [(shown, "added", what, "" if n == 1 else f"{n:,}") for what, n in table.added.items()]
            rows += [(shown, "changed", what, "") for what in table.changed]
            rows += [(shown, "taken out", what, "") for what in table.removed]
        parts.append((title, ("Table", "", "What", "How many"), rows))
    stale: list[tuple[str, ...]] = [(state, what) for state, some in found.stale.items() for what in some]
    parts.append(("Signed interpretations", ("", "What"), stale))
    for title, pairs in (
        ("Outcomes", found.outcomes),
        ("Flow, box by box", found.flow),
        ("Criteria and settings", found.settings),
    ):
        parts.append((title, ("", "Before", "After"), [(p.name, p.before, p.after) for p in pairs]))
    return parts


def table(heads: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    """Return a table as HTML."""
    head = "".join(f'<th scope="col">{escape(h)}</th>' for h in heads)
    body = "".join("<tr>" + "".join(f"<td>{escape(c)}</td>" for c in row) + "</tr>\n" for row in rows)
    return f"<table><thead><tr>{head}</tr></thead>\n<tbody>{body}</tbody></table>\n"


def page(found: Difference) -> str:
    """Return the difference as a page."""
    title = f"What differs between {found.before} and {found.after}"
    parts = [
        f"<h2>{escape(name)}</h2>\n" + (table(heads, rows) if rows else '<p class="none">No difference.</p>\n')
        for name, heads, rows in sections(found)
    ]
    if found.untold:
        parts.append(f"<p>Not told, as the results are not at hand: {escape(', '.join(found.untold))}.</p>\n")
    return (
        f'<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        f'<meta name="viewport" content="width=device-width,initial-scale=1"><title>{escape(title)}</title>'
        f"<style>{STYLE}</style></head>\n<body><main><h1>{escape(title)}</h1>\n{''.join(parts)}</main></body></html>\n"
    )
