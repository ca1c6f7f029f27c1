"""Nothing is lost: random histories of entering, undoing, adjudicating, merging by Git, reruns and kills.

Every vote that was ever accepted stands in the ledger once, whatever happened since.
"""

import csv
import os
import random
import shutil
import subprocess
from pathlib import Path

import pandas as pd
import pytest

from metaethno import config, ledger, tables
from metaethno import votes as ballot
from metaethno.exchange import ballots
from metaethno.exchange.said import Said
from metaethno.schemas import ALIASES, SCREENING
from metaethno.stages import screening
from tests.test_who_votes import unique
from tests.worlds import die_at_call

RECORDS = [f"r{i}" for i in range(6)]
WHO = ("ann", "ben")
GIT = ["git", "-c", "user.name=t", "-c", "user.email=t@example.org", "-c", "commit.gpgsign=false"]


def bare(root: Path) -> Path:
    """Lay out as much of a review as votes need, in a repository of its own."""
    for who in WHO:
        tables.write_bytes(root / SCREENING.path.replace("*", who), tables.to_csv(tables.empty(SCREENING)))
    (root / ".gitattributes").write_text(ledger.gitattributes())
    git(root, "init", "-q", "-b", "main")
    return root


def git(root: Path, *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([*GIT, *words], cwd=root, capture_output=True, text=True, check=False)


def rows(root: Path, who: str) -> list[dict[str, str]]:
    with (root / f"data/decisions/screening/{who}.csv").open(newline="") as text:
        return list(csv.DictReader(text))


def joined(home: dict[str, str]) -> pd.DataFrame:
    """Return schema ALIASES of records that turned out to be one: id -> the id that it belongs to."""
    return pd.DataFrame({"alias_id": [*home], "record_id": [*home.values()]}, dtype=str)


def enter(
    root: Path, who: str, said: dict[str, str], role: str = "reviewer", hashes=None, home: dict[str, str] | None = None
) -> dict[str, str]:
    """Enter votes as the command does, below its reading of files; return vote id -> decision of what was added."""
    voter = ballots.Voter("screening", who, role, "main", "c1", "2020-01-02")
    matched = [(Said(n, decision=d), key) for n, (key, d) in enumerate(said.items(), 2)]
    with ledger.entering(root) as book:
        votes, problems = tables.load_decisions(SCREENING, root)
        assert problems == []
        own = votes[votes["reviewer"].eq(who)]
        own = own.assign(record_id=ballot.resolve(own["record_id"], joined(home or {})))
        made = ballots.cast("f", matched, own, hashes or {}, voter, ledger.id_maker("V", votes["vote_id"]))
        assert made.problems == []
        book.put(SCREENING, made.rows, who)
        book.commit()
    return {row["vote_id"]: row["decision"] for row in made.rows}


def killed_while(root: Path, dice: random.Random, who: str, said: dict[str, str], home: dict[str, str]) -> None:
    """Enter in a process that dies at one of its calls to the disk."""
    moment = dice.randint(1, 25)
    child = os.fork()
    if child == 0:
        try:
            die_at_call(moment, ("replace", "fsync", "link", "unlink", "open"))
            enter(root, who, said, home=home)
        finally:
            os._exit(0)
    os.waitpid(child, 0)


def kept(root: Path, accepted: dict[str, str]) -> dict[str, str]:
    """Hold the ledger to what was ever accepted; return its votes."""
    ledger.settle(root)
    found = [row for who in WHO for row in rows(root, who)]
    ids = {row["vote_id"]: row["decision"] for row in found}
    assert accepted.items() <= ids.items()
    return ids


def undo(root: Path, dice: random.Random, who: str, home: dict[str, str]) -> dict[str, str]:
    """Go back to what somebody said before the last change of some record; return what was added."""
    mine = rows(root, who)
    by_id = {row["vote_id"]: row for row in mine}
    gone = {row["supersedes"] for row in mine}
    changed = [row for row in mine if row["vote_id"] not in gone and row["supersedes"] in by_id]
    if not changed:
        return {}
    last = dice.choice(changed)
    before = by_id[last["supersedes"]]["decision"]
    record = home.get(last["record_id"], last["record_id"])
    added = enter(root, who, {record: before}, last["role"], home=home)
    now = rows(root, who)
    assert last in now
    assert all(row in now for row in mine)
    return added


def check(root: Path, accepted: dict[str, str], home: dict[str, str] | None = None) -> None:
    """Hold the ledger to what was ever accepted and to its rules, and the outcomes to the identity of the flow."""
    ids = kept(root, accepted)
    votes, problems = tables.load_decisions(SCREENING, root)
    assert problems == []
    assert sorted(votes["vote_id"]) == sorted(ids)
    plain = votes.drop(columns=["_file", "_line"])
    home = home or {}
    left = [key for key in RECORDS if key not in home]
    aliases = joined(home)
    assert ballot.check(votes, aliases, stage="screening", reviewers=WHO, reasons=["X1"], records=left) == []
    settings = config.Screening(reviewers=list(WHO))
    got = screening.screen(unique(*left), aliases, plain, settings, "c1").screened
    # Screened = forward + excluded + conflict + undecided; every record once.
    assert got["record_id"].tolist() == sorted(left)
    assert set(got["outcome"]) <= {"forward", "exclude", "conflict", "undecided"}


def history(folder: Path, seed: int, steps: int) -> None:
    dice = random.Random(seed)
    one, two = folder / "one", folder / "two"
    bare(one)
    git(one, "add", ".")
    git(one, "commit", "-qm", "start")
    subprocess.run([*GIT, "clone", "-q", str(one), str(two)], check=True, capture_output=True)
    accepted: dict[Path, dict[str, str]] = {one: {}, two: {}}
    home: dict[str, str] = {}
    for _ in range(steps):
        root = dice.choice([one, two])
        who = dice.choice(WHO)
        left = [key for key in RECORDS if key not in home]
        some = dice.sample(left, dice.randint(1, min(4, len(left))))
        said = {key: dice.choice(["include", "exclude", "unsure"]) for key in some}
        act = dice.random()
        if act < 0.4:
            role = dice.choice(["reviewer", "reviewer", "adjudicator"])
            accepted[root] |= enter(root, who, said, role, home=home)
        elif act < 0.5:
            # A rerun changed an abstract: the same vote on the new text.
            accepted[root] |= enter(root, who, said, hashes={key: f"h{dice.randint(1, 3)}" for key in said}, home=home)
        elif act < 0.57:
            accepted[root] |= undo(root, dice, who, home)
        elif act < 0.62 and len(left) > 2:
            # Two records turn out to be one: the votes on both stay, and belong to the one that is left.
            gone, stays = dice.sample(left, 2)
            home |= {gone: stays} | {key: stays for key, at in home.items() if at == gone}
        elif act < 0.75:
            before = rows(root, who)
            killed_while(root, dice, who, said, home)
            ledger.settle(root)
            now = rows(root, who)
            # Before or after, never in between: some of the new votes without the others.
            assert all(row in now for row in before)
            added = {row["vote_id"]: row["decision"] for row in now if row not in before}
            new = {row["record_id"] for row in now if row not in before}
            assert not added or new | {home.get(r["record_id"], r["record_id"]) for r in before} >= set(said)
            accepted[root] |= added
        else:
            merge(root, one if root is two else two, accepted)
        kept(root, accepted[root])
    # In both orders: each takes over what the other has, and both hold everything.
    merge(one, two, accepted)
    merge(two, one, accepted)
    for root in (one, two):
        check(root, accepted[one] | accepted[two], home)
        # What two clones said differently is two heads: a conflict, never an accident of the order of rows.
        votes, _ = tables.load_decisions(SCREENING, root)
        double = ballot.double_heads(votes, joined(home))
        assert all(row["code"] == "ME0404" for row in double)
    same = [sorted(r["vote_id"] for who in WHO for r in rows(root, who)) for root in (one, two)]
    assert same[0] == same[1]


def merge(into: Path, other: Path, accepted: dict[Path, dict[str, str]]) -> None:
    for root in (into, other):
        git(root, "add", "data/decisions")
        git(root, "commit", "-qm", "votes")
    done = git(into, "pull", "-q", "--no-rebase", "--no-edit", str(other), "main")
    assert done.returncode == 0, done.stderr
    accepted[into] |= accepted[other]


@pytest.mark.parametrize("seed", range(4))
def test_a_few_random_histories_lose_nothing(seed, tmp_path):
    history(tmp_path, seed, 8)


@pytest.mark.soak
def test_a_thousand_random_histories_lose_nothing(tmp_path):
    for seed in range(1000, 2000):
        history(tmp_path / str(seed), seed, 20)
        shutil.rmtree(tmp_path / str(seed))


def test_two_clones_that_vote_differently_are_a_conflict_in_both_orders_and_one_new_vote_settles_it(tmp_path):
    one, two = tmp_path / "one", tmp_path / "two"
    bare(one)
    enter(one, "ann", {"r0": "include"})
    git(one, "add", ".")
    git(one, "commit", "-qm", "start")
    subprocess.run([*GIT, "clone", "-q", str(one), str(two)], check=True, capture_output=True)
    enter(one, "ann", {"r0": "exclude", "r1": "include"})
    enter(two, "ann", {"r0": "unsure", "r2": "include"})
    heads = []
    for into, other in ((one, two), (two, one)):
        merge(into, other, {one: {}, two: {}})
        votes, problems = tables.load_decisions(SCREENING, into)
        assert problems == []
        live = tables.heads(SCREENING, votes)
        heads.append(sorted(live.loc[live["record_id"].eq("r0"), "decision"]))
        assert len(votes) == 5
        assert [row["code"] for row in ballot.double_heads(votes, tables.empty(ALIASES))] == ["ME0404"]
    assert heads == [["exclude", "unsure"]] * 2
    added = enter(one, "ann", {"r0": "include"})
    # One row for each vote that said something else.
    assert len(added) == 2
    votes, _ = tables.load_decisions(SCREENING, one)
    assert ballot.double_heads(votes, tables.empty(ALIASES)) == []
    live = tables.heads(SCREENING, votes)
    assert set(live.loc[live["record_id"].eq("r0"), "decision"]) == {"include"}


def test_the_same_vote_that_came_by_two_ways_stands_there_once(tmp_path):
    one, two = tmp_path / "one", tmp_path / "two"
    bare(one)
    git(one, "add", ".")
    git(one, "commit", "-qm", "start")
    subprocess.run([*GIT, "clone", "-q", str(one), str(two)], check=True, capture_output=True)
    accepted = enter(one, "ann", {"r0": "include", "r1": "exclude"})
    # Sent by mail and put in by hand, before something else of one's own.
    shutil.copy(one / "data/decisions/screening/ann.csv", two / "data/decisions/screening/ann.csv")
    accepted |= enter(two, "ann", {"r2": "include"})
    merge(one, two, {one: {}, two: {}})
    check(one, accepted)
    enter(one, "ann", {"r3": "include"})
    ids = [row["vote_id"] for row in rows(one, "ann")]
    assert len(ids) == len(set(ids)) == 4
