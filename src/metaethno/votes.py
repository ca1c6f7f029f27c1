"""What both voting stages share: which votes count, and what they come to.

A ledger of votes only grows. A vote that another one supersedes no longer counts; the others are heads. Heads of the
main round decide about a record; a head of an adjudicator decides alone. Two heads of one person about one record
(two clones merged, or two records that turned out to be one) count once where they say the same, and are a conflict
where they don't: never an accident of the order of rows. Since a new vote replaces one vote only, two heads are
settled by superseding each that says something else (`metaethno enter` does so), or by an adjudicator.

Frames are pandas frames of text ("" for missing), as `metaethno.tables` gives them.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from metaethno import tables
from metaethno.among import among
from metaethno.carry import overruled, standing
from metaethno.carry import resolve as resolve
from metaethno.cells import each_row
from metaethno.errors import Problem, did_you_mean
from metaethno.schemas import CHECKS, SCREENING

if TYPE_CHECKING:
    import pandas as pd

    from metaethno.config import Voting

CONTRADICTION = "conflict"
UNDECIDED = "undecided"


def split_ids(cells: pd.Series) -> pd.Series:
    """Return one row per id of a cell with several, parted by ';'; the index says which row of `cells` it is from."""
    parts = cells[cells.ne("")].str.split(";").explode().str.strip()
    return parts[parts.ne("")]


def checks_frame(rows: Sequence[Mapping[str, Any]]) -> pd.DataFrame:
    """Return a frame of schema CHECKS from `rows`, which may leave out what is empty."""
    import pandas as pd

    if not rows:
        return tables.empty(CHECKS)
    frame = pd.DataFrame([{c: row.get(c, "") for c in CHECKS.names} for row in rows])
    frame["line"] = pd.to_numeric(frame["line"].replace("", None)).astype("Int64")
    for name in CHECKS.names:
        if name != "line":
            frame[name] = frame[name].astype(str)
    return frame.drop_duplicates(list(CHECKS.key)).reset_index(drop=True)


# ------------------------------------------------------------------------------------------------ rules of a ledger


def _problem(code: str, message: str, row: Any, column: str = "", allowed: str = "", hint: str = "") -> Problem:
    """Return a Problem at the place of `row`, where the frame says which place that is."""
    line = row.get("_line")
    value = str(row[column]) if column else ""
    return Problem(
        code, message, str(row.get("_file", "")), None if line is None else int(line), column, value, allowed, hint
    )


def _place(row: Any, key: str) -> str:
    at = f" ({row['_file']}, line {row['_line']})" if "_file" in row else ""
    return f"{row[key]}{at}"


def _rows(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """Return the rows of `frame` as dictionaries: `itertuples` would rename `_file` and `_line`."""
    found: list[dict[str, Any]] = frame.to_dict("records") if len(frame) else []
    return found


def circles(ledger: pd.DataFrame, key: str) -> list[str]:
    """Return the ids of rows that, followed along `supersedes`, lead back to themselves."""
    linked = ledger[ledger["supersedes"].ne("")]
    after = dict(zip(linked[key].tolist(), linked["supersedes"].tolist(), strict=True))
    done: set[str] = set()
    found: list[str] = []
    for start in after:
        path: list[str] = []
        at = start
        while at in after and at not in done:
            done.add(at)
            path.append(at)
            at = after[at]
        if at in path:
            found += path[path.index(at) :]
    return found


def chain_problems(ledger: pd.DataFrame, key: str, same: Mapping[str, tuple[str, str]]) -> list[Problem]:
    """Return what is wrong with `supersedes`: circles, and rows that replace a row about something else.

    `same` maps each column in which both rows must agree to (code, what to say). An id that doesn't exist is found
    by `metaethno.tables` when the table is read, and passed over here.
    """
    in_circle = set(circles(ledger, key))
    hint = "A row replaces an earlier one: name the row that was there before, or leave the cell empty."
    problems = [
        _problem("ME0401", "supersedes itself, directly or by way of other rows", row, "supersedes", hint=hint)
        for row in _rows(ledger[ledger[key].isin(in_circle)])
    ]
    linked = ledger[ledger["supersedes"].ne("") & ~ledger[key].isin(in_circle)]
    pairs = linked.merge(
        ledger.drop_duplicates(key), left_on="supersedes", right_on=key, suffixes=("", "_old"), how="inner"
    )
    for column, (code, said) in same.items():
        for row in _rows(pairs[pairs[column].ne(pairs[f"{column}_old"])]):
            message = f"replaces a row {said} ({row[f'{column}_old']!r} there, {row[column]!r} here)"
            hint = "Leave `supersedes` empty, or name the row that this one really replaces."
            problems.append(_problem(code, message, row, "supersedes", hint=hint))
    return problems


def check(
    votes: pd.DataFrame,
    aliases: pd.DataFrame,
    *,
    stage: str,
    reviewers: Sequence[str],
    reasons: Sequence[str],
    records: Iterable[str] | None = None,
) -> list[Problem]:
    """Return everything in a ledger of votes that breaks a rule beyond its schema, all at once.

    votes: schema SCREENING or ELIGIBILITY, with `_file` and `_line` where it was read from files. `record_id` may be
    any row id of the record. stage: screening | eligibility. reasons: configured ids, in order. records: ids of the
    records there are, where they are known.
    """
    key = "vote_id"
    votes = votes.assign(_record=resolve(votes["record_id"], aliases))
    same = {
        "reviewer": ("ME0402", "of another person"),
        "_record": ("ME0403", "about another record"),
        "role": ("ME0408", "in another role"),
        "round": ("ME0408", "of another round"),
    }
    problems = chain_problems(votes, key, same)
    given = split_ids(votes["reasons"])
    allowed = ", ".join(reasons)
    for index, reason in given[~given.isin(set(reasons))].items():
        message = f"there is no reason {reason!r} in `exclusion_reasons`.{did_you_mean(str(reason), reasons)}"
        problems.append(_problem("ME0405", message, votes.loc[index], "reasons", allowed))
    if stage == "eligibility":
        bare = votes["decision"].eq("exclude") & votes["reasons"].eq("")
        for row in _rows(votes[bare]):
            message = "a full text is excluded without a reason"
            problems.append(_problem("ME0406", message, row, "reasons", allowed, "Give at least one reason."))
    stranger = votes["role"].eq("reviewer") & ~votes["reviewer"].isin(set(reviewers))
    for row in _rows(votes[stranger]):
        message = (
            f"{row['reviewer']!r} is not one of the reviewers of {stage}.{did_you_mean(row['reviewer'], reviewers)}"
        )
        hint = (
            f"Add the person to `{stage}.reviewers` in config/review.yaml (who has left stays there: the votes count), "
            "or give the role adjudicator."
        )
        problems.append(_problem("ME0407", message, row, "reviewer", ", ".join(reviewers), hint))
    if records is not None:
        for row in _rows(votes[~among(votes["_record"], records)]):
            hint = "Was an export taken out of data/raw? Put it back: votes are never thrown away."
            problems.append(_problem("ME0409", "a vote on a record that is not there", row, "record_id", hint=hint))
    return sorted(problems, key=lambda p: (p.file, p.line or 0, p.code, p.message))


# ------------------------------------------------------------------------------------------------ who has to vote

NEVER, SECOND, CONFLICT, CHANGED = "never seen", "second vote", "conflict", "changed since you voted"
PARTED = "parted from a record that was voted on"
OWN, UNSURE, AWAITING = "your own votes differ", "you were unsure", "awaiting information"
# Why a record is open for one person: of several reasons the first is named.
WHY = (CONFLICT, OWN, NEVER, PARTED, SECOND, CHANGED, UNSURE, AWAITING)
ADJUDICATOR = "adjudicator"


def _draw(*parts: object) -> float:
    """Return a number from 0 to 1 that depends on `parts` alone: whatever else changes, a draw stays what it was."""
    digest = hashlib.sha256("\x1f".join(map(str, parts)).encode()).digest()
    return int.from_bytes(digest[:8], "big") / 2**64


def needed(records: Sequence[str], votes: pd.DataFrame, settings: Voting) -> pd.Series:
    """Return how many people have to vote on each of `records`, as far as is known now; indexed by record_id.

    votes: from `counting`. Of a random share the others need one vote; where second readers check exclusions, a
    record needs more than one vote as soon as somebody would not include it.
    """
    import pandas as pd

    index = pd.Index(records, name="record_id", dtype=str)
    most = settings.votes_per_record
    if settings.second_votes == "share":
        several = [_draw(settings.seed, record) * 100 < settings.share for record in records]
    elif settings.second_votes == "exclusions":
        several = index.isin(set(votes.loc[~votes["verdict"].isin(["forward", "include"]), "record_id"].tolist()))
    else:
        several = [True] * len(index)
    return pd.Series([most if yes else 1 for yes in several], index, dtype="int64")


def open_votes(
    outcome: pd.Series,
    votes: pd.DataFrame,
    content_hash: pd.Series,
    settings: Voting,
    waiting: Sequence[str] = (),
    halves: Iterable[str] = (),
) -> pd.DataFrame:
    """Return who has to vote on what: record_id, for (a reviewer, or `adjudicator` for a conflict), why (of `WHY`).

    outcome: indexed by record_id; `conflict`, `undecided` and the outcomes in `waiting` are open. votes: from
    `counting`. content_hash: indexed by record_id. Who comes first, votes: a record with fewer votes than needed is
    open for every reviewer who hasn't voted on it, or, where records are shared out, for as many as are needed.
    halves: records parted from one that was voted on (`carry.unseen_halves`).
    """
    import pandas as pd

    voted = votes[["record_id", "reviewer"]].drop_duplicates()
    people = voted.groupby("record_id").size()
    open_ids = outcome.index[outcome.isin([UNDECIDED, *waiting])]
    missing = needed(list(open_ids), votes, settings) - people.reindex(open_ids).fillna(0).astype(int)
    missing = missing[missing > 0]
    todo = pd.DataFrame({"record_id": missing.index, "missing": missing.to_numpy()})
    todo = todo.merge(pd.DataFrame({"for": list(settings.reviewers)}), how="cross")
    seen = set(each_row(voted, "record_id", "reviewer"))
    new = [pair not in seen for pair in each_row(todo, "record_id", "for")]
    todo = todo[pd.Series(new, todo.index, dtype=bool)]
    if settings.assign == "shared" and len(todo):
        # Rendezvous hashing: who joins or leaves moves no record between the others.
        rank = [_draw(settings.seed, *pair) for pair in each_row(todo, "record_id", "for")]
        place = pd.Series(rank, todo.index).groupby(todo["record_id"]).rank(method="first")
        todo = todo[place <= todo["missing"]]
    todo = todo.assign(why=among(todo["record_id"], people.index).map({True: SECOND, False: NEVER}))
    todo.loc[todo["why"].eq(NEVER) & among(todo["record_id"], halves), "why"] = PARTED
    parts = [todo[["record_id", "for", "why"]]]

    def add(rows: pd.DataFrame, why: str, who: str = "") -> None:
        rows = rows[["record_id", "reviewer"]].drop_duplicates().rename(columns={"reviewer": "for"}).assign(why=why)
        parts.append(rows.assign(**{"for": who}).drop_duplicates() if who else rows)

    torn = among(votes["record_id"], outcome.index[outcome.eq(CONTRADICTION)])
    own = votes.groupby(["record_id", "reviewer"])["verdict"].transform("nunique").gt(1) if len(votes) else torn
    add(votes[torn & own], OWN)
    # Where one person says two things, that person is asked first; between people somebody else decides.
    alone = among(votes["record_id"], votes.loc[torn & own, "record_id"])
    add(votes[torn & ~alone], CONFLICT, ADJUDICATOR)
    add(votes[outdated(votes, content_hash)], CHANGED)
    still = among(votes["record_id"], open_ids)
    add(votes[still & votes["decision"].eq("unsure")], UNSURE)
    add(votes[still & votes["decision"].eq("awaiting")], AWAITING)
    out = pd.concat(parts, ignore_index=True).astype(str)
    out = out.assign(rank=out["why"].map({why: i for i, why in enumerate(WHY)})).sort_values("rank", kind="stable")
    out = out.drop_duplicates(["record_id", "for"]).drop(columns="rank")
    return out.sort_values(["record_id", "for"], ignore_index=True)


def double_heads(votes: pd.DataFrame, aliases: pd.DataFrame) -> list[dict[str, str]]:
    """Return rows of CHECKS: two votes of one person on one record that contradict each other, neither replaced.

    It comes from two clones that were merged, or from two records that turned out to be one.
    """
    live = standing(SCREENING, votes, aliases).assign(record_id=lambda f: resolve(f["record_id"], aliases))
    subject = ["record_id", "reviewer", "role", "round"]
    live = live[live.duplicated(subject, keep=False)].sort_values([*subject, "decided_on", "vote_id"])
    rows = []
    for (record, who, _, _), group in live.groupby(subject):
        if group["decision"].nunique() > 1:
            said = ", ".join(f"{d} ({day})" for d, day in each_row(group, "decision", "decided_on"))
            hint = "The next worklist of this person asks again; what is entered then replaces both."
            message = f"{who} has voted in two ways on {record}: {said}"
            ids = f"{record};{';'.join(group['vote_id'])}"
            rows.append({"code": "ME0404", "level": "warning", "ids": ids, "message": message, "hint": hint})
    return rows


# ------------------------------------------------------------------------------------------------ outcomes


def counting(votes: pd.DataFrame, aliases: pd.DataFrame, meaning: Mapping[str, str]) -> pd.DataFrame:
    """Return the votes that count: heads of the main round; where an adjudicator voted, only those of adjudicators.

    Adds `verdict` (the decision by `meaning`) and `written` (the id voted on), and makes `record_id` the id of the
    record. `metaethno.carry` says what counts where records were joined or parted since.
    """
    live = standing(SCREENING, votes, aliases)
    live = live[live["round"].eq("main")]
    live = live.assign(
        written=live["record_id"],
        record_id=resolve(live["record_id"], aliases),
        verdict=live["decision"].map(meaning),
    )
    return live[~overruled(live)]


def joined(keys: pd.Series, values: pd.Series) -> pd.Series:
    """Return the different `values` of each of `keys`, in their order, parted by ';'; indexed by key."""
    import pandas as pd

    # A dictionary is ten times faster here than a groupby with a function of its own per group.
    found: dict[str, dict[str, None]] = {}
    for key, value in zip(keys.tolist(), values.tolist(), strict=True):
        found.setdefault(key, {})[value] = None
    return pd.Series({key: ";".join(parts) for key, parts in found.items()}, dtype=str)


def outcomes(
    votes: pd.DataFrame,
    content_hash: pd.Series,
    needed: int | pd.Series,
    closing: Sequence[str],
    waiting: Sequence[str] = (),
) -> pd.DataFrame:
    """Return per record what its votes come to, indexed by record_id.

    votes: from `counting`. content_hash: indexed by record_id, what a reviewer would see now. needed: votes per
    record (from `needed`, or one number for all); an adjudicator's one is enough. closing: verdicts
    that decide; two different ones are a conflict, and so is any verdict that is in neither list. waiting: verdicts
    that leave a record open, the strongest first.

    Columns: outcome (one of `closing`, one of `waiting`, conflict or undecided), decided_by and decided_on (empty
    while nobody has voted; decided_by only once it is decided), votes (people whose vote counts), changed (yes | no:
    a vote that counts was given on another title or abstract).
    """
    import pandas as pd

    code, records = pd.factorize(votes["record_id"], sort=True)
    index = pd.Index(records, name="record_id", dtype=str)

    def any_of(votes_there: pd.Series) -> pd.Series:
        hit = pd.Series(False, range(len(index)))
        hit.iloc[code[votes_there.to_numpy(bool)]] = True
        return hit.set_axis(index)

    verdict, judge = votes["verdict"], votes["role"].eq("adjudicator")
    people = votes.drop_duplicates(["record_id", "reviewer"]).groupby("record_id").size().reindex(index)
    enough = (people >= (needed if isinstance(needed, int) else needed.reindex(index))) | any_of(judge)
    # One person who says both: votes of two records that were merged, or of two clones.
    own = votes[verdict.isin(closing)].drop_duplicates(["record_id", "reviewer", "verdict"])
    torn = index.isin(own.loc[own.duplicated(["record_id", "reviewer"]), "record_id"])
    kinds = pd.DataFrame({v: any_of(verdict.eq(v)) for v in closing}, index=index)
    outcome = pd.Series(UNDECIDED, index, dtype=str)
    for name in closing:
        outcome = outcome.mask(kinds[name] & enough, name)
    for name in reversed(waiting):
        # One person who waits for the authors is reason enough to wait; a doubt counts once all have voted.
        outcome = outcome.mask(any_of(verdict.eq(name)) & (enough | (name != UNDECIDED)), name)
    several = (kinds.sum(axis=1) > 1) | any_of(~verdict.isin([*closing, *waiting]))
    outcome = outcome.mask(torn | (enough & several), CONTRADICTION)
    ranked = votes.sort_values("reviewer", kind="stable")
    voters = joined(ranked["record_id"], ranked["reviewer"]).reindex(index)
    day, days = pd.factorize(votes["decided_on"], sort=True)
    last = pd.Series(days.take(pd.Series(day).groupby(code).max()), index, dtype=str)
    return pd.DataFrame(
        {
            "outcome": outcome,
            "decided_by": voters.where(outcome.isin(closing), ""),
            "decided_on": last,
            "votes": people.astype("Int64"),
            "changed": any_of(outdated(votes, content_hash)).map({True: "yes", False: "no"}).astype(str),
        },
        index=index,
    )


def outdated(votes: pd.DataFrame, content_hash: pd.Series) -> pd.Series:
    """Return for each vote whether it was given on another title or abstract than the record has now."""
    now = votes["record_id"].map(content_hash).fillna("")
    return votes["record_hash"].ne("") & votes["record_hash"].ne(now)


def conflict_rows(votes: pd.DataFrame, outcome: pd.Series, titles: pd.Series, stage: str) -> pd.DataFrame:
    """Return a frame of schema CONFLICTS: who voted what, and why, for each record whose outcome is a conflict."""
    import pandas as pd

    torn = votes[among(votes["record_id"], outcome.index[outcome.eq(CONTRADICTION)])]
    torn = torn.sort_values(["record_id", "reviewer", "decided_on", "vote_id"], kind="stable")
    said = torn["reviewer"] + ": " + torn["decision"]
    why = torn["reasons"].where(torn["note"].eq(""), torn["reasons"] + " " + torn["note"]).str.strip()
    said = said.where(why.eq(""), said + " (" + why + ")")
    # Two votes of one person that say the same are one answer.
    once = said.groupby([torn["record_id"], torn["reviewer"], said]).head(1)
    lines = once.groupby(torn["record_id"]).agg("; ".join)
    out = pd.DataFrame({"stage": stage, "record_id": lines.index, "votes": lines.to_numpy()})
    out["title"] = out["record_id"].map(titles).fillna("")
    return out.astype(str)
