"""Pairs that may be one publication: a sheet out, verdicts in; nobody types an id."""

import csv
import re
from pathlib import Path

import pandas as pd
import pytest
from tests.voting_world import RECORDS_, World, review

from metaethno import tables
from metaethno.exchange import workbook
from metaethno.exchange.pairs import VERDICTS
from metaethno.exchange.workbook import Field, Sheet
from metaethno.matching.verdicts import chained
from metaethno.schemas import DEDUPE_TO_DECIDE, DUPLICATES, MEMBERS

A1, A2, A3, A4, A5, A6 = (r["record_id"] for r in RECORDS_)


def to_decide(root: Path, *pairs: tuple[str, str]) -> None:
    """Write the list of doubtful pairs as de-duplication does, in this order."""
    rows = [
        dict.fromkeys(DEDUPE_TO_DECIDE.names, "")
        | {"left_row": a, "right_row": b, "score": 90 - n, "why": "agree: year"}
        for n, (a, b) in enumerate(pairs)
    ]
    frame = pd.DataFrame(rows, columns=DEDUPE_TO_DECIDE.names).astype({"score": "Int64"})
    tables.write(DEDUPE_TO_DECIDE, frame, root / DEDUPE_TO_DECIDE.path, keep_order=True)


@pytest.fixture(scope="module")
def template(tmp_path_factory) -> Path:
    root = review(tmp_path_factory.mktemp("pairs") / "review")
    # Best first: not the order of the ids.
    to_decide(root, (A4, A5), (A1, A2), (A2, A3))
    return root


@pytest.fixture
def world(tmp_path, template, monkeypatch, capsys):
    class Pairs(World):
        stage = "dedupe"

        def fill(self, path: Path, verdicts: dict[int, str], **more: dict[int, str]) -> Path:
            """Fill in rows of the sheet by their place, and save it as a spreadsheet program would."""
            grid = workbook.read(path, ("verdict",))
            for name, cells in {"verdict": verdicts, **more}.items():
                for n, text in cells.items():
                    grid.rows[n][grid.column(name.replace("_", " "))] = text
            out = path.with_name(f"filled-{path.name}")
            sheet = Sheet("Decide", [Field(n) for n in grid.header], grid.rows)
            out.write_bytes(workbook.to_xlsx([sheet]) if path.suffix == ".xlsx" else workbook.to_csv(sheet))
            return out

        def ledger(self) -> list[dict[str, str]]:
            with (self.root / DUPLICATES.path).open(newline="") as text:
                return list(csv.DictReader(text))

        def standing(self) -> dict[tuple[str, str], str]:
            gone = {r["supersedes"] for r in self.ledger()}
            return {(r["left_row"], r["right_row"]): r["verdict"] for r in self.ledger() if r["verdict_id"] not in gone}

    return Pairs(template, tmp_path, monkeypatch, capsys)


@pytest.mark.parametrize("form", ["xlsx", "csv"])
def test_a_sheet_of_pairs_is_filled_in_and_comes_back(world, form):
    path = world.todo("--to", form)
    assert world.root / path == world.root / f"worklists/dedupe-ann.{form}"
    grid = workbook.read(path, ("verdict",))
    assert list(zip(grid.texts("left title"), grid.texts("likeness"), strict=True))[:2] == [
        ("Editorial", "90"), (RECORDS_[0]["title"], "89"),
    ]  # fmt: skip
    assert grid.texts("right place")[0] == "Low, Bob. 2016. Journal of Tests. [Base1]"
    said = world.enter(world.fill(path, {0: "Not a duplicate", 1: "Same"}, note={1: "=cmd"}), "--date", "2020-05-06")
    assert "2 verdicts entered, 0 are there already, 1 row holds no decision yet" in said
    assert world.standing() == {(A4, A5): "different", (A1, A2): "same"}
    assert {(r["reviewer"], r["decided_on"]) for r in world.ledger()} == {("ann", "2020-05-06")}
    # What is decided is off the list at once, for everybody.
    assert workbook.read(world.todo(who="ben"), ("verdict",)).texts("left row") == [A2]


def test_the_same_sheet_twice_adds_nothing_and_a_changed_mind_supersedes(world):
    path = world.todo()
    first = world.fill(path, {0: "same"})
    world.enter(first)
    assert "0 verdicts entered, 1 is there already" in world.enter(first)
    world.enter(world.fill(path, {0: "different"}))
    assert world.standing() == {(A4, A5): "different"}
    assert "ME0480" in world.enter(world.fill(path, {0: "same"}), code=1)
    assert len(world.ledger()) == 2


def test_nobody_overrules_a_verdict_unseen(world):
    mine, theirs = world.todo(), world.todo(who="ben")
    world.enter(world.fill(theirs, {0: "same"}), who="ben")
    said = world.enter(world.fill(mine, {0: "different"}), code=1)
    assert "ME0486" in said
    assert "ben said 'same'" in said
    # The list of verdicts shows it, and there it can be changed.
    path = world.todo("--pairs", "decided")
    assert workbook.read(path, ("verdict",)).texts("verdict") == ["same"]
    world.enter(world.fill(path, {0: "different"}))
    assert world.standing() == {(A4, A5): "different"}
    assert [r["supersedes"] for r in world.ledger() if r["reviewer"] == "ann"] == [
        r["verdict_id"] for r in world.ledger() if r["reviewer"] == "ben"
    ]


def test_verdicts_that_contradict_each_other_by_a_detour_are_refused_together(world):
    world.enter(world.fill(world.todo(), {1: "same", 2: "same"}))
    path = world.todo("--pair", A1, A3)
    said = world.enter(world.fill(path, {0: "different"}), code=1)
    assert re.search(r"ME0324 \S*filled-\S+, line 2, column verdict: .* by line 2 of this sheet, but the same", said)
    assert "(line " not in said
    assert len(world.ledger()) == 2
    # So `why` doesn't advise it, but where there is no detour.
    duplicates, _ = tables.load_decisions(DUPLICATES, world.root)
    assert chained(duplicates, A1, A3)
    assert not chained(duplicates, A1, A2)


def test_what_the_rules_merged_can_be_parted_from_a_sheet(world):
    path = world.root / MEMBERS.path
    frame = tables.read(MEMBERS, path)
    at = frame["row_id"].eq(A2)
    frame.loc[at, ["record_id", "matched_with", "rule", "score"]] = [A1, A1, "doi", 91]
    tables.write(MEMBERS, frame, path)
    world.enter(world.fill(world.todo("--pairs", "merged"), {0: "different"}))
    assert world.standing() == {(A1, A2): "different"}


def test_everything_that_is_wrong_is_said_at_once_and_nothing_is_entered(world):
    path = world.todo("--to", "csv")
    sheet = world.fill(
        path, {0: "smae", 1: "same", 2: "same"}, left_title={1: "Another title"}, right_row={2: "RNOSUCHONE"}
    )
    said = world.enter(sheet, code=1)
    assert [code for code in ("ME0481", "ME0483") if code in said] == ["ME0481", "ME0483"]
    assert "Did you mean 'same'?" in said
    assert "sorted apart" in said
    assert "RNOSUCHONE" in said
    assert "ME0487" in world.enter(world.fill(path, {0: "same"}), who="ben", code=1)
    twice = world.fill(path, {0: "same", 1: "different"}, left_row={1: A4}, right_row={1: A5}, left_title={1: ""}
                       , right_title={1: ""})  # fmt: skip
    assert "ME0485" in world.enter(twice, code=1)
    assert world.ledger() == []


def test_wrong_usage_is_told(world):
    for words in (["--sample", "3"], ["--to", "rayyan"], ["--as", "adjudicator"], ["--pair", A1, A1]):
        assert world.run("todo", "dedupe", "--reviewer", "ann", *words)[0] == 2, words
    assert world.run("todo", "dedupe", "--reviewer", "ann", "--pair", A1, "RNOSUCHONE")[0] == 1
    assert world.run("todo", "screening", "--reviewer", "ann", "--pair", A1, A2)[0] == 2
    assert world.run("enter", "dedupe", "no.xlsx", "--reviewer", "ann")[0] == 1


def test_words_that_people_write():
    for word, means in {
        "Duplicate": "same",
        "dup": "same",
        "NO": "different",
        "?": "unsure",
        "companion": "related",
    }.items():
        assert VERDICTS.find(word) == means
