"""Identity over the life of a review: whatever happens, no decision is lost or attached to another work.

A machine does to a small review what people and new versions do to it: runs, late files, renamed files, other readers,
other rules, verdicts, votes. What must hold is worked out from the list of what was done, not by the program.
"""

from __future__ import annotations

import datetime
import hashlib
import os
from dataclasses import replace
from unittest import mock

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from metaethno import schemas, tables, votes
from metaethno.config import Screening
from metaethno.errors import UserError
from metaethno.formats.fields import RECORD_FIELDS
from metaethno.matching import match as matching
from metaethno.matching.rules import DOUBTFUL, MERGE, RULE_NAMES
from metaethno.register import register
from metaethno.stages.dedupe import dedupe
from metaethno.stages.records import records
from metaethno.stages.screening import screen

WORKS = [
    ("Living with chronic pain in Leeds: an ethnography", "Smith, John A.; Okafor, Ada", "2010", "454-481"),
    ("Waiting for a kidney in Oslo: stories of hope", "Berg, Anna; Lund, Kari", "2012", "7-19"),
    ("How farm workers speak about insulin", "Brown, Gordon; Diaz, Eva", "2014", "101-120"),
    ("Bread, rain and rent: food banks in Porto", "Costa, Rui; Alves, Inês", "2016", "33-52"),
]
# How one work may be exported: what a source leaves out or writes otherwise.
FORMS: list[dict[str, str]] = [
    {},
    {"doi": ""},
    {"volume": "", "issue": "", "pages": "", "doi": ""},
    {"abstract": "We lived there for a year."},
    {"doi": "", "authors": "", "pages": ""},
]
TEAM = ("ann", "ben")
SETTINGS = Screening(reviewers=list(TEAM), votes_per_record=2)
FORWARD = {"include": "forward", "exclude": "exclude"}
Entry = tuple[int, int, bool]  # work, form, and whether the first reader passes over it


def record_of(entry: Entry, source: str, reader: int) -> dict[str, str]:
    """What a reader of a version makes of an entry: later ones write titles otherwise."""
    work, form, _ = entry
    title, authors, year, pages = WORKS[work]
    found = dict.fromkeys(RECORD_FIELDS, "") | {
        "title": title if reader < 2 else title.upper(), "authors": authors, "year": year, "pages": pages,
        "container": "Sociology of Health and Illness", "volume": str(20 + work), "issue": "4",
        "doi": f"10.5555/w{work}", "notes": f"work {work}",
    }  # fmt: skip
    found["accession"] = f"{source}-{work}" if source == "Embase" else ""
    return found | FORMS[form]


class Review(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.files: list[tuple[str, str, str, list[Entry]]] = []  # run, name, source, entries
        self.rows: dict[str, pd.DataFrame] = {}
        self.reader = 0
        self.strict = False
        self.day = datetime.date(2020, 1, 1)
        self.verdicts: list[dict[str, str]] = []
        self.votes: list[dict[str, str]] = []
        self.row_works: dict[str, str] = {}
        self.once_records: set[str] = set()
        self.splits: list[dict[str, str]] = []
        self.state: dict[str, object] = {}
        self.home: dict[str, str] = {}

    # -------------------------------------------------------------- what the program would do

    def today(self) -> str:
        self.day += datetime.timedelta(days=1)
        return self.day.isoformat()

    def exports(self, run: str) -> pd.DataFrame:
        found = []
        for of, name, source, entries in self.files:
            if of != run:
                continue
            sha = hashlib.sha256(repr((of, source, entries)).encode()).hexdigest()[:16]
            read = [e for e in entries if self.reader > 0 or not e[2]]
            found += [
                record_of(e, source, self.reader)
                | {"run": of, "file": name, "file_sha256": sha, "source": source, "place": str(n)}
                for n, e in enumerate(read, 1)
            ]
        return pd.DataFrame(found, columns=["run", "file", "file_sha256", "source", *RECORD_FIELDS], dtype="str")

    def take_in(self, run: str) -> None:
        """Import a run; what was registered before stays as it was."""
        before = self.rows.get(run, tables.empty(schemas.ROWS))
        now = register(run, self.exports(run), before)
        pd.testing.assert_frame_equal(now.iloc[: len(before)].reset_index(drop=True), before.reset_index(drop=True))
        self.rows[run] = now

    def decide(self, pairs, doubtful_from):
        """Rules of a stricter version: only what shares a DOI is merged without asking."""
        decided = self.plain_decide(pairs, doubtful_from)
        weak = (decided.outcome == MERGE) & (decided.rule != RULE_NAMES.index("doi"))
        return replace(decided, outcome=np.where(weak, DOUBTFUL, decided.outcome)) if self.strict else decided

    plain_decide = staticmethod(matching.decide)

    def ledger(self) -> pd.DataFrame:
        return pd.DataFrame(self.votes, columns=schemas.SCREENING.names, dtype="str").fillna("")

    def duplicates(self) -> pd.DataFrame:
        return pd.DataFrame(self.verdicts, columns=schemas.DUPLICATES.names, dtype="str").fillna("")

    def compute(self) -> None:
        log = pd.DataFrame(
            [{"run": r, "file": n, "search_id": n[:2], "source": s, "kind": "database", "scope": "full",
              "strategy_version": "v1"} for r, n, s, _ in self.files]
        )  # fmt: skip
        rows = pd.concat([frame.assign(run=run) for run, frame in sorted(self.rows.items())], ignore_index=True)
        every = pd.concat([self.exports(run) for run in self.rows], ignore_index=True)
        read = records(rows, log, every.drop(columns="source"), tables.empty(schemas.MANUAL_RECORDS))
        with mock.patch.object(matching, "decide", self.decide):
            found = dedupe(read, self.duplicates(), 88, log)
        screened = screen(found.unique, found.aliases, self.ledger(), SETTINGS, "c1", found.parted)
        self.state = {"records": read, "found": found, "screened": screened}
        self.home = dict(zip(found.members["row_id"], found.members["record_id"], strict=True))
        for row, work in zip(read["row_id"], read["notes"], strict=True):
            assert self.row_works.setdefault(row, work) == work, "an id stands for another work than before"

    # -------------------------------------------------------------- what happens to a review

    def entries(self) -> st.SearchStrategy[list[Entry]]:
        one = st.tuples(
            st.integers(0, len(WORKS) - 1), st.integers(0, len(FORMS) - 1), st.sampled_from([False] * 4 + [True])
        )
        return st.lists(one, min_size=1, max_size=3)

    def put(self, run: str, data) -> None:
        source = data.draw(st.sampled_from(["Embase", "CINAHL"]))
        entries = data.draw(self.entries())
        if any((run, source, entries) == (r, s, e) for r, _, s, e in self.files):
            return  # the same bytes twice in one run: refused, and tested elsewhere
        self.files.append((run, f"f{len(self.files)}.ris", source, entries))
        self.take_in(run)
        self.compute()

    @initialize(data=st.data())
    def begin(self, data) -> None:
        self.put(self.today(), data)

    @rule(data=st.data())
    def another_run(self, data) -> None:
        self.put(self.today(), data)

    @rule(data=st.data())
    def a_late_file(self, data) -> None:
        self.put(data.draw(st.sampled_from(sorted(self.rows))), data)

    @rule(data=st.data())
    def the_same_found_again(self, data) -> None:
        """A later export of a search: the same entries in another order, and perhaps from another source."""
        _, _, source, entries = data.draw(st.sampled_from(self.files))
        run = self.today()
        again = data.draw(st.permutations(entries))
        self.files.append(
            (run, f"f{len(self.files)}.ris", data.draw(st.sampled_from([source, "PsycINFO"])), list(again))
        )
        self.take_in(run)
        self.compute()

    @rule()
    def files_renamed_and_read_in_another_order(self) -> None:
        before = dict(self.home)
        self.files = [(run, f"x{name}", source, entries) for run, name, source, entries in reversed(self.files)]
        for run in self.rows:
            self.take_in(run)
        self.compute()
        assert self.home == before

    @rule()
    def another_reader(self) -> None:
        """A version that reads what it passed over before, then one that writes titles otherwise."""
        if self.reader < 2:
            self.reader += 1
            for run in self.rows:
                self.take_in(run)
            self.compute()

    @rule()
    def other_rules(self) -> None:
        self.strict = not self.strict
        self.compute()

    @rule(data=st.data(), verdict=st.sampled_from(["same", "different", "different", "unsure"]))
    def a_verdict(self, data, verdict) -> None:
        ids = sorted(self.home)
        if len(ids) < 2:
            return
        together = [(a, b) for a in ids for b in ids if a < b and self.home[a] == self.home[b]]
        every = [(a, b) for a in ids for b in ids if a < b]
        left, right = data.draw(st.sampled_from(together if together and verdict == "different" else every))
        live = tables.heads(schemas.DUPLICATES, self.duplicates())
        old = live[live["left_row"].eq(left) & live["right_row"].eq(right)]["verdict_id"].tolist()
        row = dict.fromkeys(schemas.DUPLICATES.names, "") | {
            "verdict_id": f"d{len(self.verdicts)}", "supersedes": old[0] if old else "", "left_row": left,
            "right_row": right, "verdict": verdict, "reviewer": "ann", "decided_on": self.today(),
        }  # fmt: skip
        was_one = self.home[left] == self.home[right]
        self.verdicts.append(row)
        try:
            self.compute()
        except UserError as error:
            refused = {p.code for p in error.problems}
        else:
            refused = set()
        if refused:
            # It contradicts what others said before: the person has to think again.
            assert refused == {"ME0324"}
            self.verdicts.pop()
            self.compute()
            return
        if verdict == "different" and was_one:
            self.splits.append(row)

    @rule(data=st.data(), who=st.sampled_from(TEAM), decision=st.sampled_from(["include", "exclude"]))
    def a_vote(self, data, who, decision) -> None:
        self.vote(data, who, "reviewer", decision)

    @rule(data=st.data(), decision=st.sampled_from(["include", "exclude"]))
    def an_adjudication(self, data, decision) -> None:
        screened = self.state["screened"].screened
        torn = screened.loc[screened["outcome"].eq("conflict"), "record_id"].tolist()
        if torn:
            self.vote(data, "eve", "adjudicator", decision, data.draw(st.sampled_from(torn)))
            outcome = self.state["screened"].screened.set_index("record_id")["outcome"]
            assert set(outcome) <= {"forward", "exclude", "conflict", "undecided"}

    def vote(self, data, who: str, role: str, decision: str, record: str = "") -> None:
        if not self.home:
            return
        record = record or data.draw(st.sampled_from(sorted(set(self.home.values()))))
        # Sheets name the record; a ledger may also name one of its rows.
        written = data.draw(st.sampled_from([record, record, *sorted(r for r, h in self.home.items() if h == record)]))
        own = [v for v in self.standing(record) if v["reviewer"] == who]
        content = self.state["found"].unique.set_index("record_id")["content_hash"]
        self.votes.append(
            dict.fromkeys(schemas.SCREENING.names, "") | {
                "vote_id": f"v{len(self.votes)}", "supersedes": own[-1]["vote_id"] if own else "", "record_id": written,
                "record_hash": content[record], "reviewer": who, "role": role, "round": "main", "decision": decision,
                "criteria_version": "c1", "decided_on": self.today(),
            }
        )  # fmt: skip
        self.compute()

    # -------------------------------------------------------------- what must hold, from what was done

    def standing(self, record: str) -> list[dict[str, str]]:
        """The votes on a record that no later vote on the same record replaces, directly or by way of others."""
        by_id = {v["vote_id"]: v for v in self.votes}
        gone = set()
        for vote in self.votes:
            old = by_id.get(vote["supersedes"])
            while old and self.home[old["record_id"]] != self.home[vote["record_id"]]:
                old = by_id.get(old["supersedes"])
            if old:
                gone.add(old["vote_id"])
        return [v for v in self.votes if self.home[v["record_id"]] == record and v["vote_id"] not in gone]

    @invariant()
    def rows_keep_their_ids(self) -> None:
        assert set(self.row_works) == set(self.home)

    @invariant()
    def records_keep_their_ids(self) -> None:
        if not self.state:
            return
        order = self.state["records"].set_index("row_id")["order"]
        for record in set(self.home.values()):
            assert order[record] == min(order[row] for row, home in self.home.items() if home == record)
        self.once_records |= set(self.home.values())
        found = self.state["found"]
        assert self.once_records <= set(found.unique["record_id"]) | set(found.aliases["alias_id"])

    @invariant()
    def no_work_is_taken_for_another(self) -> None:
        if self.state and not any(v["verdict"] == "same" for v in self.verdicts):
            for record in set(self.home.values()):
                assert len({self.row_works[row] for row, home in self.home.items() if home == record}) == 1

    @invariant()
    def no_decision_is_lost_or_counts_elsewhere(self) -> None:
        if not self.state:
            return
        table = self.state["screened"].screened.set_index("record_id")
        assert {self.home[v["record_id"]] for v in self.votes} <= set(table.index)
        for record, outcome in table["outcome"].items():
            live = self.standing(record)
            said = {FORWARD[v["decision"]] for v in live}
            judges = {FORWARD[v["decision"]] for v in live if v["role"] == "adjudicator"}
            people = {v["reviewer"] for v in live}
            if not live:
                assert outcome == "undecided"
            elif judges:
                assert outcome in judges | {"conflict"}
                assert len(judges) == 1 or outcome == "conflict"
            elif len(said) > 1:
                assert outcome == "conflict"
            else:
                assert outcome == (said.pop() if len(people) == 2 else "undecided")

    @invariant()
    def a_half_without_a_decision_is_flagged(self) -> None:
        if not self.state or self.strict:
            return
        live = set(tables.heads(schemas.DUPLICATES, self.duplicates())["verdict_id"])
        parted = set(self.state["found"].parted["verdict_id"])
        flagged = set(self.state["screened"].checks.query("code == 'ME0464'")["ids"].str.split(";").str[0])
        todo = self.state["screened"].to_decide
        for split in self.splits:
            halves = [self.home[split["left_row"]], self.home[split["right_row"]]]
            if split["verdict_id"] not in live & parted:
                continue
            for voted, unseen in (halves, halves[::-1]):
                mine = self.standing(voted)
                if mine and min(v["decided_on"] for v in mine) <= split["decided_on"] and not self.standing(unseen):
                    assert unseen in flagged
                    whys = set(todo.loc[todo["record_id"].eq(unseen), "why"])
                    assert whys == {"parted from a record that was voted on"}

    @invariant()
    def the_ledger_can_always_be_read(self) -> None:
        if not self.state:
            return
        found = votes.check(
            self.ledger(), self.state["found"].aliases, stage="screening", reviewers=list(TEAM), reasons=[]
        )
        assert {p.code for p in found} <= {"ME0403"}


def play(examples: int, steps: int, *phases: Phase) -> None:
    profile = settings(
        max_examples=examples, stateful_step_count=steps, deadline=None, derandomize="SOAK_SEED" not in os.environ,
        suppress_health_check=list(HealthCheck), print_blob=True, database=None,
        phases=[Phase.generate, *phases],
    )  # fmt: skip
    run_state_machine_as_test(Review, settings=profile)


def test_no_decision_is_lost_or_attached_to_another_work():
    play(6, 9)


@pytest.mark.soak
def test_no_decision_is_lost_in_a_long_life():
    play(400, 40, Phase.shrink)
