"""Why rows are one record, why two records are not, and where the fields of a record are from.

What the derived tables of de-duplication say is quoted; what they don't keep (how a pair of rows compares) is worked
out again for the rows concerned, by the same rules.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from metaethno.cells import each_row
from metaethno.errors import Problem, UserError, did_you_mean
from metaethno.matching.explain import Explanation, best, least, pairwise
from metaethno.schemas import DUPLICATES, RECORD_COLUMNS
from metaethno.tables import heads

if TYPE_CHECKING:
    import pandas as pd

_IDENTICAL: Final = "both say exactly the same"
_ALL_PAIRS: Final = 60  # rows of one record of which all pairs are compared
_FIELDS: Final = tuple(c.name for c in RECORD_COLUMNS)
_NEVER: Final = (
    "The two were never compared: nothing brings them together (no DOI, PubMed id or accession number in common, and "
    "neither titles that begin, end or read alike, nor volume or year with page, nor a first author with the year or "
    "words of the title)."
)


@dataclass(frozen=True)
class World:
    """The tables that answers come from, each of the schema of its name; `duplicates` with `_line` where it has one."""

    records: pd.DataFrame
    members: pd.DataFrame
    unique: pd.DataFrame
    field_sources: pd.DataFrame
    to_decide: pd.DataFrame
    related: pd.DataFrame
    parted: pd.DataFrame
    duplicates: pd.DataFrame
    doubtful_from: int

    def record_of(self, wanted: str) -> str:
        """Return the record that an id stands for: of a record, of one of its rows, or an alias.

        Raises UserError (ME0375) where there is no such id.
        """
        found = self.members.loc[self.members["row_id"] == wanted, "record_id"]
        if len(found):
            return str(found.iloc[0])
        known = self.members["row_id"]
        near = did_you_mean(wanted, known) or did_you_mean(wanted.upper(), known)
        hint = (
            "Ids stand in data/raw/*/rows.csv, in data/decisions/manual_records.csv and in every worklist. A place in "
            "the argument has a name (`step 2`, a concept's name), a passage its words; put them in quotation marks."
        )
        raise UserError(
            Problem("ME0375", f"there is no row, record or place in the argument {wanted!r}.{near}", hint=hint)
        )

    def rows_of(self, record: str) -> pd.DataFrame:
        """Return the rows of a record with what they say and why they are in it, the earliest first."""
        mine = self.members.loc[self.members["record_id"] == record, ["row_id", "matched_with", "rule", "score"]]
        return mine.merge(self.records, on="row_id").sort_values("order", ignore_index=True)

    def verdicts(self, left: set[str], right: set[str]) -> list[dict[str, Any]]:
        """Return the verdicts that count and stand between rows of `left` and rows of `right`."""
        live = heads(DUPLICATES, self.duplicates)
        there = live["left_row"].isin(left) & live["right_row"].isin(right)
        there |= live["left_row"].isin(right) & live["right_row"].isin(left)
        return list(live[there].to_dict("records"))


@dataclass(frozen=True)
class Compared:
    """Two values of a field, side by side; `says`: agree, differ or silent, as the rules see it ("" if they don't)."""

    field: str
    left: str
    right: str
    says: str


def say_verdict(row: dict[str, Any]) -> str:
    """Return a verdict in words, with its line."""
    at = f", line {row['_line']}" if "_line" in row else ""
    note = f": {row['note']}" if row["note"] else ""
    pair = f"{row['left_row']} and {row['right_row']} {row['verdict']}"
    return f"{row['reviewer']} called {pair} on {row['decided_on']} ({row['verdict_id']}{at}){note}"


def field_rows(world: World, record: str) -> list[tuple[str, str, str]]:
    """Return (field, value, row it is from) of every field of a record that isn't empty."""
    values = world.unique.loc[world.unique["record_id"] == record].iloc[0]
    known = world.field_sources.loc[world.field_sources["record_id"] == record]
    origin = known.iloc[0] if len(known) else dict.fromkeys(_FIELDS, record)
    return [(name, values[name], origin[name]) for name in _FIELDS if values[name]]


def side_by_side(left: dict[str, Any], right: dict[str, Any], explained: Explanation) -> list[Compared]:
    """Return every field that one of two rows has, and how the rules see it."""
    marks = (("agree", explained.agreed), ("differ", explained.differed), ("silent", explained.silent))
    words = {"journal": "container", "first page": "pages", "DOI": "doi", "PubMed id": "pmid"}
    words["accession number"] = "accession"
    seen: dict[str, str] = {}
    for mark, names in marks:
        for name in names:
            head = name.split(" (")[0]
            field = words.get(head, "title" if "title" in head else head)
            # A title may agree and yet differ in a number: what differs tells more.
            seen[field] = mark if field not in seen or mark == "differ" else seen[field]
    found = []
    for name in ("source", "accession", *_FIELDS):
        if left[name] or right[name]:
            says = "" if name in ("notes", "url", "keywords", "abstract") else seen.get(name, "")
            # Two sources number the same record each in their own way.
            says = "" if name == "accession" and left["source"] != right["source"] else says
            found.append(Compared(name, left[name], right[name], says))
    return found


def _edges(world: World, rows: pd.DataFrame) -> list[tuple[str, str, str, int]]:
    """Return what holds the rows of a record together: left, right, in words, score; the rules' best first."""
    ids = set(rows["row_id"].tolist())
    found = [(v["left_row"], v["right_row"], f"verdict: {say_verdict(v)}", 1000) for v in world.verdicts(ids, ids)
             if v["verdict"] == "same"]  # fmt: skip
    found += [
        (r["row_id"], r["matched_with"], _IDENTICAL, 100)
        for r in rows.to_dict("records")
        if r["matched_with"] and r["rule"] == "identical"
    ]
    at = list(range(len(rows)))
    if len(rows) <= _ALL_PAIRS:
        pairs = np.array(list(combinations(at, 2)), dtype=np.int64).reshape(-1, 2)
    else:
        place = {row: n for n, row in enumerate(rows["row_id"].tolist())}
        linked = rows[rows["matched_with"] != ""]
        pairs = np.array([(place[a], place[b]) for a, b in each_row(linked, "matched_with", "row_id")])
    for e in pairwise(rows, pairs[:, 0], pairs[:, 1], world.doubtful_from):
        if e.outcome == "merged":
            found.append((e.left, e.right, f"rule '{e.rule}': {e.says} ({e.score} % alike)", e.score))
    return sorted(found, key=lambda edge: -edge[3])


def path(world: World, left: str, right: str) -> list[tuple[str, str, str]]:
    """Return the shortest way through the rows of one record from `left` to `right`: row, row, what joins them."""
    rows = world.rows_of(world.record_of(left))
    ways: dict[str, list[tuple[str, str]]] = {}
    for a, b, says, _ in _edges(world, rows):
        ways.setdefault(a, []).append((b, says))
        ways.setdefault(b, []).append((a, says))
    before: dict[str, tuple[str, str]] = {left: ("", "")}
    todo = deque([left])
    while todo:
        now = todo.popleft()
        for other, says in ways.get(now, ()):
            if other not in before:
                before[other] = (now, says)
                todo.append(other)
    steps: list[tuple[str, str, str]] = []
    while right in before and right != left:
        now, says = before[right]
        steps.append((now, right, says))
        right = now
    return steps[::-1]


def _compared_at_all(rows: pd.DataFrame, split: int) -> bool:
    """Tell whether any of the first `split` rows shares a block with any of the others."""
    from metaethno.matching.block import candidates
    from metaethno.matching.normalise import normalise

    left, right = candidates(normalise(rows))
    return bool(((left < split) & (right >= split)).any())


def why_one(world: World, wanted: str) -> Iterator[tuple[str, str, str]]:
    """Yield (row, in words what joins it to the record, with which row) for every row of a record but the first."""
    record = world.record_of(wanted)
    for row in world.rows_of(record)["row_id"]:
        if row != record:
            steps = path(world, record, row)
            yield (row, steps[-1][2], steps[-1][0]) if steps else (row, "by way of other rows", "")


@dataclass(frozen=True)
class Answer:
    """What there is to say about two records, or two rows of one: `together`, sentences, the pair that was compared."""

    together: bool
    left_record: str
    right_record: str
    sentences: tuple[str, ...]
    pair: Explanation | None
    fields: tuple[Compared, ...]
    verdict_ids: tuple[str, ...] = ()


def why_two(world: World, left: str, right: str) -> Answer:
    """Say why two ids stand for one record or for two. Raises UserError where there is no such id."""
    import pandas as pd

    a, b = world.record_of(left), world.record_of(right)
    together = a == b
    if left == right:
        return Answer(True, a, b, (f"{left} was given twice.",), None, ())
    mine, theirs = world.rows_of(a), world.rows_of(b)
    if together:
        mine, theirs = mine[mine["row_id"] == left], theirs[theirs["row_id"] == right]
    verdicts = world.verdicts(set(mine["row_id"].tolist()), set(theirs["row_id"].tolist()))
    said = [say_verdict(v) + "." for v in verdicts]
    if together:
        said += [f"{x} and {y}: {says}." for x, y, says in path(world, left, right)]
    rows = pd.concat([mine, theirs], ignore_index=True)
    n, m = len(mine), len(theirs)
    pairs = pairwise(rows, np.repeat(np.arange(n), m), np.tile(np.arange(n, n + m), n), world.doubtful_from)
    shown = best(pairs)
    if not together:
        said += _why_apart(world, rows, n, a, b, pairs, bool(said))
    by_id = rows.drop_duplicates("row_id").set_index("row_id", drop=False)
    fields = side_by_side(by_id.loc[shown.left].to_dict(), by_id.loc[shown.right].to_dict(), shown)
    return Answer(together, a, b, tuple(said), shown, tuple(fields), tuple(v["verdict_id"] for v in verdicts))


def _why_apart(
    world: World, rows: pd.DataFrame, split: int, a: str, b: str, pairs: list[Explanation], judged: bool
) -> list[str]:
    """Return the reasons why two records are two, besides verdicts between them."""
    shown = best(pairs)
    if not _compared_at_all(rows, split):
        return [_NEVER]
    said = []
    records = world.members.set_index("row_id")["record_id"]
    waiting = world.to_decide[world.to_decide["left_row"].map(records).isin([a, b])]
    waiting = waiting[waiting["right_row"].map(records).isin([a, b])]
    if len(waiting):
        said.append(f"Doubtful: the pair waits for a person in data/derived/3_dedupe/to_decide.csv "
                    f"({waiting['why'].iloc[0]}).")  # fmt: skip
    if shown.outcome == "merged":
        against = least(pairs)
        said.append(f"By the rule '{shown.rule}' {shown.left} and {shown.right} would be one ({shown.says}).")
        if not judged and against.outcome != "merged":
            differ = f"differ in {', '.join(against.differed)}" if against.differed else f"don't fit: {against.says}"
            said.append(f"Kept apart because {against.left} and {against.right} {differ}.")
        elif not judged:
            said.append("Kept apart because a verdict, or another row of the two records, contradicts.")
    else:
        nearest = {"distinct": "keeps them apart", "related": "calls them related, not the same",
                   "doubtful": "leaves them to a person"}[shown.outcome]  # fmt: skip
        said.append(f"The nearest rule, '{shown.rule}', {nearest}: {shown.says} ({shown.score} % alike).")
    there = world.related[world.related["left_record"].isin([a, b]) & world.related["right_record"].isin([a, b])]
    ends = {"study": "perhaps reports of one study", "notice": "one is a notice about the other"}
    said += [f"They are listed as related ({r['relation']}): {ends[r['concerns']]}." for r in there.to_dict("records")]
    return said
