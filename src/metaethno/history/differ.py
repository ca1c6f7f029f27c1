"""What differs between two versions of the review: records, decisions, the flow, the settings, the interpretations."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from metaethno import config
from metaethno.errors import UserError
from metaethno.history.git import Change, Repository
from metaethno.history.rows import Delta, Reader, Row, key_of, table_of
from metaethno.history.store import Store
from metaethno.history.version import NOW, Version
from metaethno.schemas import ALIASES, ASSESSED, FLOW, RERUN, SCREENED, STALE, UNIQUE

# The tables of phases 3 to 6: what people wrote about what the studies mean.
INTERPRETATIONS = (
    *("constructs", "concepts", "translations", "refutations", "relations"),
    *("third_order", "third_order_support", "line_of_argument", "line_of_argument_support"),
)
_LABELS = ("label", "statement", "wording", "aspect", "supported_by", "authors_term", "evidence")


@dataclass(frozen=True)
class Record:
    """A record that is new, other than it was, or no longer there; `note` says what became of it."""

    id: str
    title: str
    note: str = ""


@dataclass
class Table:
    """What differs in one table of decisions: counts of new rows by what they say, and each change in words."""

    added: dict[str, int] = field(default_factory=dict)
    changed: list[str] = field(default_factory=list)
    removed: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Pair:
    """One thing before and after, as text."""

    name: str
    before: str
    after: str


@dataclass
class Difference:
    """What differs between two versions. Parts that can't be told (results not at hand) stand in `untold`."""

    before: str
    after: str
    records: dict[str, list[Record]] = field(default_factory=dict)
    decisions: dict[str, Table] = field(default_factory=dict)
    outcomes: list[Pair] = field(default_factory=list)
    flow: list[Pair] = field(default_factory=list)
    settings: list[Pair] = field(default_factory=list)
    interpretations: dict[str, Table] = field(default_factory=dict)
    stale: dict[str, list[str]] = field(default_factory=dict)
    untold: list[str] = field(default_factory=list)


def diff(root: Path, before: str, after: str) -> Difference:
    """Return what differs between two versions, each named by tag, number or `now`."""
    repo, store = Repository(root), Store(root)
    with repo.blobs() as blobs:
        reader = Reader(repo, blobs)
        old, new = (
            Version(repo, store, reader, NOW if name == NOW else repo.resolve(name)) for name in (before, after)
        )
        found = Difference(before, after)
        _records(old, new, found)
        _decisions(repo, reader, old, new, found)
        _outcomes(old, new, found)
        _flow(old, new, found)
        _settings(old, new, found)
        _stale(old, new, found)
    found.untold = list(dict.fromkeys(found.untold))
    return found


def _records(old: Version, new: Version, found: Difference) -> None:
    columns = ["record_id", "title", "first_run", "content_hash"]
    before, after = old.records(UNIQUE.path, columns), new.records(UNIQUE.path, columns)
    if before is None or after is None:
        found.untold.append("records")
        return
    was, now = ({r["record_id"]: [r[c] for c in columns] for r in some} for some in (before, after))
    into = {row["alias_id"]: row["record_id"] for row in new.rows(ALIASES.path) or []}
    gone = sorted(was.keys() - now.keys())
    found.records = {
        "new": [Record(i, now[i][1], f"run {now[i][2]}") for i in sorted(now.keys() - was.keys())],
        "changed": [
            Record(i, now[i][1], f"title or abstract; was {was[i][1]!r}" if was[i][1] != now[i][1] else "abstract")
            for i in sorted(was.keys() & now.keys())
            if was[i][3] != now[i][3]
        ],
        "merged": [Record(i, was[i][1], f"into {into[i]}") for i in gone if i in into],
        "gone": [Record(i, was[i][1]) for i in gone if i not in into],
    }
    lost = [
        {(r["run"], r["source"], r["record_id"]) for r in v.rows(RERUN.path) or [] if r["state"] == "vanished"}
        for v in (old, new)
    ]
    titles = {i: row[1] for i, row in {**was, **now}.items()}
    found.records["not found again"] = [
        Record(i, titles.get(i, ""), f"by {source} in run {run}") for run, source, i in sorted(lost[1] - lost[0])
    ]


def _decisions(repo: Repository, reader: Reader, old: Version, new: Version, found: Difference) -> None:
    import re

    every = re.compile(r"data/(decisions|raw)/.*\.csv")
    before, after = old.refs(every), new.refs(every)
    changes = [
        Change(path, before.get(path, ""), after.get(path, ""))
        for path in sorted(before.keys() | after.keys())
        if before.get(path) != after.get(path) and table_of(path)
    ]
    for delta in reader.deltas(changes):
        table = _table(delta)
        if not (table.added or table.changed or table.removed):
            continue
        where = found.interpretations if delta.table.name in INTERPRETATIONS else found.decisions
        where[delta.table.name] = table


def _table(delta: Delta) -> Table:
    """Return a table's differences in words. A row of a ledger that supersedes another changes what that one said."""
    name, key = delta.table.name, delta.table.key[0]
    made: Counter[str] = Counter()
    changed = []
    for row in delta.added:
        c = row.cells
        if c.get("supersedes") and "reviewer" in c:
            why = f" ({c['note']})" if c.get("note") else ""
            said = c.get("decision") or c.get("verdict") or ""
            about = c.get("record_id") or f"{c.get('left_row')} and {c.get('right_row')}"
            changed.append(f"{about}: {c['reviewer']} now says {said}{why}; replaces {c['supersedes']}")
        elif name in ("screening", "eligibility", "duplicates"):
            made[f"{c.get('reviewer', '?')}: {c.get('decision') or c.get('verdict') or '?'}"] += 1
        elif name in INTERPRETATIONS:
            made[_named(row, key)] += 1
        elif name == "rows":
            made[f"{row.file.split('/')[2]}: {c.get('source', '?')}"] += 1
        else:
            made["rows"] += 1
    for before, after in delta.changed:
        names = [n for n in delta.table.names if before.cells.get(n, "") != after.cells.get(n, "")]
        cells = "; ".join(f"{n}: {before.cells.get(n, '')!r} became {after.cells.get(n, '')!r}" for n in names)
        changed.append(f"{' '.join(key_of(delta.table, after.cells)).strip()}: {cells}")
    removed = [" ".join(key_of(delta.table, row.cells)).strip() for row in delta.removed]
    return Table(dict(sorted(made.items())), changed, removed)


def _named(row: Row, key: str) -> str:
    label = next((row.cells[n] for n in _LABELS if row.cells.get(n)), "")
    return f"{row.cells.get(key, '?')}: {label}" if label else row.cells.get(key, "?")


def _outcomes(old: Version, new: Version, found: Difference) -> None:
    for table, name in ((SCREENED, "title and abstract"), (ASSESSED, "full text")):
        before, after = old.rows(table.path), new.rows(table.path)
        if before is None or after is None:
            found.untold.append(f"outcomes on {name}")
            continue
        was = {row["record_id"]: row["outcome"] for row in before}
        moved = Counter(
            (was.get(row["record_id"], "not there"), row["outcome"])
            for row in after
            if was.get(row["record_id"], "not there") != row["outcome"]
        )
        found.outcomes += [
            Pair(f"{name}: {n:,}", a.replace("_", " "), b.replace("_", " ")) for (a, b), n in sorted(moved.items())
        ]


def _flow(old: Version, new: Version, found: Difference) -> None:
    before, after = old.rows(FLOW.path), new.rows(FLOW.path)
    if before is None or after is None:
        found.untold.append("the flow")
        return
    was, now = (
        {" ".join(r[c] for c in ("view", "box", "detail") if r[c]): r["count"] for r in some if r["run"] == "all"}
        for some in (before, after)
    )
    found.flow = [
        Pair(name, was.get(name, ""), now.get(name, ""))
        for name in dict.fromkeys([*now, *was])
        if was.get(name) != now.get(name)
    ]


def _flat(value: Any, name: str = "") -> dict[str, str]:
    """Return every setting by its path; items of a list go by their id, where they have one."""
    if isinstance(value, dict):
        parts = {f"{name}.{key}" if name else str(key): inner for key, inner in value.items()}
    elif isinstance(value, list) and all(isinstance(i, dict) and "id" in i for i in value):
        parts = {f"{name}.{item['id']}": {k: v for k, v in item.items() if k != "id"} for item in value}
        return {f"{name} (order)": ", ".join(str(i["id"]) for i in value)} | _merged(parts)
    elif isinstance(value, list):
        return {name: ", ".join(map(str, value))}
    else:
        return {name: str(value)}
    return _merged(parts)


def _merged(parts: dict[str, Any]) -> dict[str, str]:
    return {path: text for name, inner in parts.items() for path, text in _flat(inner, name).items()}


def _settings(old: Version, new: Version, found: Difference) -> None:
    import yaml

    sides = []
    for version in (old, new):
        try:
            sides.append(_flat(yaml.safe_load(version.data(config.PATH) or b"") or {}))
        except yaml.YAMLError:
            found.untold.append("settings")
            return
    was, now = sides
    found.settings = [
        Pair(name, was.get(name, ""), now.get(name, ""))
        for name in dict.fromkeys([*was, *now])
        if was.get(name) != now.get(name)
    ]


def _stale(old: Version, new: Version, found: Difference) -> None:
    try:
        before, after = old.rows(STALE.path), new.rows(STALE.path)
    except UserError:
        before = after = None
    if before is None or after is None:
        found.untold.append("what is out of date")
        return
    was, now = ({f"{r['target_id']}: {r['label']}": r["state"] for r in rows} for rows in (before, after))
    found.stale = {
        "out of date now": sorted(n for n, s in now.items() if s == "stale" and was.get(n) != "stale"),
        "no longer out of date": sorted(n for n, s in was.items() if s == "stale" and now.get(n) != "stale"),
        "not yet reviewed": sorted(n for n, s in now.items() if s == "not_reviewed" and was.get(n) != "not_reviewed"),
    }
