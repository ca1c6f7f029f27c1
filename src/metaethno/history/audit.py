"""The audit report: what an examiner needs on two pages, as PDF, and the same in full as a page of HTML.

Snapshots as a timeline, votes over time, decisions that were changed and why, the criteria and what was decided under
each version, the proof that nothing was altered, and the software.
"""

from __future__ import annotations

import json
import platform
from collections import Counter
from dataclasses import dataclass
from html import escape
from importlib import metadata
from pathlib import Path
from typing import Any

from metaethno import __version__, config, tables
from metaethno.errors import Problem, UserError
from metaethno.history import rows
from metaethno.history.overview import Line, overview
from metaethno.history.pages import STYLE, Section, table
from metaethno.history.verify import Verified, verify
from metaethno.schemas import ELIGIBILITY, SCREENING

FOLDER = "reports/_output"
SOFTWARE = ("snakemake", "dvc", "pandas", "pyarrow", "pandera", "rapidfuzz", "matplotlib", "typst")
# So many rows of a long table go into the two pages; all of them stand in the page of HTML.
# (and so many letters of a cell); a longer review gets fewer, until it fits.
_ON_PAPER = ((16, 140), (12, 90), (8, 70), (4, 50), (4, 30))
_PAGES = 2
_STAGES = {"screening": "title and abstract", "eligibility": "full text"}


@dataclass(frozen=True)
class Audit:
    """What the report holds: facts (name, text), tables with a title, and votes per reviewer and month."""

    title: str
    facts: list[tuple[str, str]]
    sections: list[Section]
    months: dict[str, dict[str, int]]


def _votes(root: Path) -> list[tuple[str, dict[str, str]]]:
    found = []
    for stage, kind in (("screening", SCREENING), ("eligibility", ELIGIBILITY)):
        for path in tables.files_of(kind, root):
            header, cells, _, _ = tables.parse_rows(path.read_bytes(), path.name)
            found += [(stage, rows.cells(header, row)) for row in cells]
    return found


def _timeline(lines: list[Line]) -> list[tuple[str, ...]]:
    shown: list[tuple[str, ...]] = []
    for line in lines:
        votes = ", ".join(f"{who} {n:,}" for who, n in sorted(line.votes.items()))
        counts = line.counts
        how = "" if line.by_snapshot else " (by Git alone)"
        numbers = (f"{counts.found:,}", f"{counts.included:,}", f"{counts.excluded:,}") if counts else ("", "", "")
        shown.append((line.name, line.when[:10], line.who, line.subject + how, votes, *numbers))
    return shown


def _changed(votes: list[tuple[str, dict[str, str]]]) -> list[tuple[str, ...]]:
    """Return every vote that replaced another: on what, by whom, from what to what, and why."""
    known = {v.get("vote_id", ""): v for _, v in votes}
    found: list[tuple[str, ...]] = []
    for stage, v in votes:
        old = known.get(v.get("supersedes", ""))
        if old is not None:
            change = f"{old.get('decision', '')} became {v.get('decision', '')}"
            why = v.get("note", "") or v.get("reasons", "") or "no reason was noted"
            found.append(
                (v.get("decided_on", ""), v.get("reviewer", ""), v.get("record_id", ""), _STAGES[stage], change, why)
            )
    return sorted(found)


def _criteria(root: Path, votes: list[tuple[str, dict[str, str]]]) -> list[tuple[str, ...]]:
    """Return each version of the criteria with its span and its votes; the present one with its text."""
    now = config.load(root).criteria
    count = Counter(v.get("criteria_version", "?") for _, v in votes)
    found: list[tuple[str, ...]] = []
    for version in sorted({*count, now.version}):
        days = sorted(v["decided_on"] for _, v in votes if v.get("criteria_version") == version and v.get("decided_on"))
        text = "; ".join(f"{c.id} {c.text}" for c in now.criteria) if version == now.version else "see its snapshots"
        found.append((version, f"{count[version]:,}", f"{days[0]} to {days[-1]}" if days else "", text))
    return found


def _proof(proved: Verified) -> str:
    looked = f"{proved.states:,} states, {proved.rows:,} rows, {proved.files:,} kept files looked at"
    if not proved.problems:
        return f"Nothing was altered, nothing is missing ({looked})."
    return f"{len(proved.problems):,} findings ({looked}); listed in the page of HTML and by `metaethno verify`."


def gather(root: Path) -> Audit:
    """Return what the report holds. Raises UserError where the review isn't kept with Git and DVC."""
    settings = config.load(root)
    lines, proved, votes = overview(root), verify(root), _votes(root)
    months: dict[str, dict[str, int]] = {}
    for _, v in votes:
        if month := v.get("decided_on", "")[:7]:
            person = months.setdefault(v.get("reviewer", "?"), {})
            person[month] = person.get(month, 0) + 1
    versions = ", ".join(f"{name} {_version(name)}" for name in SOFTWARE)
    last = lines[-1] if lines else None
    kept = sum(line.by_snapshot for line in lines)
    facts = [
        (
            "Snapshots",
            f"{kept:,} (and {len(lines) - kept:,} states by Git alone)",
        ),
        ("Last", f"{last.name}, {last.when[:10]}: {last.subject}" if last else "none"),
        ("Proof", _proof(proved)),
        ("Software", f"metaethno {__version__}, Python {platform.python_version()}, {versions}"),
    ]
    people = sorted({*months})
    head = ("Reviewer", "Votes", "First", "Last", "Votes changed")
    changed = _changed(votes)
    by_person: list[tuple[str, ...]] = []
    for who in people:
        days = sorted(v["decided_on"] for _, v in votes if v.get("reviewer") == who and v.get("decided_on"))
        n = sum(row[1] == who for row in changed)
        by_person.append((who, f"{sum(months[who].values()):,}", days[0], days[-1], f"{n:,}"))
    findings: list[tuple[str, ...]] = [(p.code, p.file, p.message) for p in proved.problems]
    sections: list[Section] = [
        (
            "Timeline",
            ("Snapshot", "Day", "By", "What", "Votes added", "Found", "Included", "Excluded"),
            _timeline(lines),
        ),
        ("Votes by reviewer", head, by_person),
        ("Decisions that were changed, and why", ("Day", "By", "Record", "On", "Change", "Why"), changed),
        ("Criteria", ("Version", "Votes under it", "From and to", "Text"), _criteria(root, votes)),
        ("What was found altered, missing or damaged", ("Code", "File", "What"), findings),
        ("Programs that made the results", ("From snapshot", "Stages whose program changed"), _programs(lines)),
    ]
    return Audit(f"Audit: {settings.review.title}", facts, sections, months)


def _programs(lines: list[Line]) -> list[tuple[str, ...]]:
    found: list[tuple[str, ...]] = []
    for line in lines:
        stages = [stage for stage, names in line.inputs.items() if "the program" in names]
        if stages:
            found.append((f"{line.name} ({line.when[:10]})", ", ".join(stages)))
    return found


def _version(name: str) -> str:
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return "absent"


# ------------------------------------------------------------------------------------------------ the picture

_COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9")
_DASHES = ("", "6 3", "2 2", "8 2 2 2", "4 4", "1 3")


def chart(months: dict[str, dict[str, int]]) -> str:
    """Return votes over time as SVG: one step line per reviewer, told apart by colour and by dashes."""
    every = sorted({m for of in months.values() for m in of})
    if not every:
        return ""
    first, last = _index(every[0]), _index(every[-1])
    span, top = max(last - first, 1), max(sum(of.values()) for of in months.values())
    width, height, left, low = 680, 150, 48, 120
    right = width - 90
    lines = [f'<line x1="{left}" y1="{low}" x2="{right}" y2="{low}" stroke="#555"/>']
    for text, at, anchor in ((every[0], left, "start"), (every[-1], right, "end")):
        lines.append(f'<text x="{at}" y="{low + 16}" font-size="11" text-anchor="{anchor}">{text}</text>')
    lines.append(f'<text x="{left - 6}" y="14" font-size="11" text-anchor="end">{top:,}</text>')
    for i, (who, of) in enumerate(sorted(months.items())):
        x, y, total = float(left), float(low), 0
        points = [f"{x:.1f},{y:.1f}"]
        for month in sorted(of):
            x = left + (right - left) * (_index(month) - first) / span
            points.append(f"{x:.1f},{y:.1f}")
            total += of[month]
            y = low - (low - 10) * total / top
            points.append(f"{x:.1f},{y:.1f}")
        colour, dash = _COLOURS[i % len(_COLOURS)], _DASHES[i % len(_DASHES)]
        lines.append(
            f'<polyline points="{" ".join(points)}" fill="none" stroke="{colour}" stroke-width="2" '
            f'stroke-dasharray="{dash}"/>'
        )
        lines.append(
            f'<text x="{width - 86}" y="{14 + 14 * i}" font-size="11" fill="{colour}">{escape(who)} {total:,}</text>'
        )
    said = "; ".join(f"{who}: {sum(of.values()):,} votes" for who, of in sorted(months.items()))
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" role="img" font-family="sans-serif">'
        f"<title>Votes over time. {escape(said)}</title>{''.join(lines)}</svg>"
    )


def _index(month: str) -> int:
    year, _, rest = month.partition("-")
    return int(year) * 12 + int(rest)


# ------------------------------------------------------------------------------------------------ pages and paper


def page(audit: Audit) -> str:
    """Return the report in full as a page of HTML that stands alone."""
    facts = "".join(f"<dt>{escape(n)}</dt><dd>{escape(t)}</dd>" for n, t in audit.facts)
    parts = [f"<h2>Votes over time</h2>{chart(audit.months)}"]
    for name, heads, some in audit.sections:
        body = table(heads, some) if some else '<p class="none">None.</p>\n'
        parts.append(f"<h2>{escape(name)}</h2>\n{body}")
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        f'<meta name="viewport" content="width=device-width,initial-scale=1"><title>{escape(audit.title)}</title>'
        f"<style>{STYLE}</style></head>\n<body><main><h1>{escape(audit.title)}</h1>\n<dl>{facts}</dl>"
        f"{''.join(parts)}</main></body></html>\n"
    )


def _quoted(text: str) -> str:
    """Return a text as a string of Typst, which has JSON's quoting for all but control characters."""
    clean = "".join(c if c.isprintable() else " " for c in text)
    return json.dumps(clean, ensure_ascii=False)


def paper(audit: Audit, most: int = _ON_PAPER[0][0], letters: int = _ON_PAPER[0][1]) -> str:
    """Return the report in short as Typst, `most` rows of each table; long ones end with how much more there is."""
    parts = [
        '#set page(paper: "a4", margin: 1.5cm, numbering: "1 / 1")\n#set text(size: 7.5pt, lang: "en")\n',
        "#set table(stroke: none, inset: 2.5pt)\n#show heading: set block(above: 0.9em, below: 0.5em)\n",
        f"#heading(level: 1, {_quoted(audit.title)})\n",
    ]
    for name, text in audit.facts:
        parts.append(f"#strong({_quoted(name + ': ')})#text({_quoted(text)})\n\n")
    if picture := chart(audit.months):
        parts.append(
            '#heading(level: 2, "Votes over time")\n'
            f'#image(bytes({json.dumps(picture, ensure_ascii=False)}), format: "svg", height: 3.2cm)\n'
        )
    for name, heads, some in audit.sections:
        parts.append(f"#heading(level: 2, {_quoted(name)})\n")
        if not some:
            parts.append("None.\n")
            continue
        # The first and the last snapshots say most; of what was changed, the latest.
        shown = some if len(some) <= most else [*some[: most // 4], *some[-(most - most // 4) :]]
        cells = [f"strong({_quoted(h)})" for h in heads]
        cells += [f"text({_quoted(c if len(c) <= letters else c[: letters - 1] + '…')})" for row in shown for c in row]
        parts.append(f"#table(columns: {len(heads)}, {', '.join(cells)})\n")
        if len(some) > len(shown):
            left = f"{len(some) - len(shown):,} more after the first {most // 4}: see the page of HTML."
            parts.append(f"#emph({_quoted(left)})\n")
    return "".join(parts)


def pdf_of(audit: Audit) -> bytes:
    """Return the report in short as PDF, on two pages however long the review is."""
    import typst

    compiler: Any = typst.compile
    try:
        for most, letters in _ON_PAPER:
            text = paper(audit, most, letters).encode()
            pages = compiler(text, format="svg", ignore_system_fonts=True)
            if not isinstance(pages, list) or len(pages) <= _PAGES:
                break
        return bytes(compiler(text, format="pdf", timestamp=0, ignore_system_fonts=True))
    except (typst.TypstError, RuntimeError) as error:
        raise UserError(Problem("ME0750", f"the PDF of the audit could not be made: {error}")) from error


def write(root: Path) -> list[Path]:
    """Write the audit report of the review in `root`; return the files."""
    audit = gather(root)
    pdf = pdf_of(audit)
    made = [root / FOLDER / "audit.html", root / FOLDER / "audit.pdf"]
    tables.write_bytes(made[0], page(audit).encode())
    tables.write_bytes(made[1], pdf)
    return made
