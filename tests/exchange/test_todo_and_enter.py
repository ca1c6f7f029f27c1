"""Worklists out and decisions in, through the commands: what a reviewer does, and what goes wrong on the way."""

import csv
import io
import re
import zipfile
from pathlib import Path

import pytest
from tests.voting_world import (
    LATER,
    RECORDS_,
    RUN,
    World,
    filled,
    ledger_rows,
    record,
    review,
    standing,
    text_table,
    write_records,
)
from tests.worlds import CONFIG

from metaethno.exchange import workbook
from metaethno.exchange.words import decisions
from metaethno.schemas import PARTED

openpyxl = pytest.importorskip("openpyxl")

A1, A2, A3, A4, A5, A6 = (r["record_id"] for r in RECORDS_)


@pytest.fixture(scope="module")
def template(tmp_path_factory) -> Path:
    return review(tmp_path_factory.mktemp("voting") / "review")


@pytest.fixture
def world(tmp_path, template, monkeypatch, capsys):
    class Votes(World):
        def save(self, name: str, data: bytes | str) -> Path:
            path = self.root / name
            path.write_bytes(data if isinstance(data, bytes) else data.encode())
            return path

        def sheet(self, *rows: dict[str, str], name: str = "votes.csv") -> Path:
            return self.save(name, text_table(list(rows)))

    return Votes(template, tmp_path, monkeypatch, capsys)


# ---------------------------------------------------------------------------------------- the sheet


def test_the_next_command_can_be_copied_as_it_stands(world):
    _, said = world.run("todo", "screening", "--reviewer", "ann", "--to", "csv", "--out", "my list.csv")
    assert said.splitlines()[1] == "Then: metaethno enter screening 'my list.csv' --reviewer ann"
    _, said = world.run("todo", "screening", "--reviewer", "ann", "--to", "rayyan")
    assert "enter screening FILE --reviewer ann --from rayyan" in said
    assert "FILE: what Rayyan exports" in said


@pytest.mark.parametrize("note", ["two\nlines", "two\r\nlines", "two\rlines ", "=1+1", " x\u2028y", "''=a"])
def test_a_file_with_an_odd_note_adds_nothing_the_second_time(world, note):
    path = world.sheet({"record_id": A1, "title": RECORDS_[0]["title"], "decision": "include", "note": note})
    assert "1 vote entered" in world.enter(path)
    assert "0 votes entered, 1 is there already" in world.enter(path)
    (row,) = ledger_rows(world.root)
    assert row["supersedes"] == ""


def test_a_worklist_is_filled_in_and_comes_back(world):
    path = world.todo()
    assert path == world.root / "worklists/screening-ann.xlsx"
    book = openpyxl.load_workbook(path)
    assert book.sheetnames == ["Decide", "Criteria", "How to", "_lists"]
    assert "qualitative" in [c.value for c in book["Criteria"]["C"]]
    head = {c.value: c.column_letter for c in book["Decide"][1]}
    sheet = book["Decide"]
    assert sheet[f"{head['why']}2"].value == "never seen"
    # A person picks labels, never an id.
    sheet[f"{head['decision']}2"], sheet[f"{head['decision']}3"] = "include", "exclude"
    sheet[f"{head['reason']}3"], sheet[f"{head['further_reason']}3"] = "not qualitative", "repeats an included report"
    sheet[f"{head['note']}3"] = "=HYPERLINK(1)"
    sheet[f"{head['note']}3"].data_type = "s"
    book.save(path)
    said = world.enter(path, "--date", "2020-05-06")
    assert "2 votes entered, 0 are there already, 4 rows hold no decision yet" in said
    assert standing(world.root) == {A1: ("include", ""), A2: ("exclude", "X1;X3")}
    row = next(r for r in ledger_rows(world.root) if r["record_id"] == A2)
    assert (row["decided_on"], row["role"], row["round"], row["criteria_version"]) == (
        "2020-05-06",
        "reviewer",
        "main",
        "c1",
    )
    assert row["note"] == "'=HYPERLINK(1)"
    assert re.fullmatch(r"V[A-Z2-7]{12}", row["vote_id"])
    # What is decided is gone from the next list; the other reviewer still has all.
    left = workbook.read(world.todo("--to", "csv"), ("decision",))
    assert left.texts("record id") == [A3, A4, A5, A6]
    assert len(workbook.read(world.todo(who="ben"), ("decision",)).rows) == 6


def test_the_same_file_twice_adds_nothing_and_a_changed_vote_supersedes(world):
    path = world.todo()
    world.enter(filled(path, {A1: {"decision": "include"}}))
    before = (world.root / "data/decisions/screening/ann.csv").read_bytes()
    assert "0 votes entered, 1 is there already" in world.enter(filled(path, {A1: {"decision": "Y"}}))
    assert (world.root / "data/decisions/screening/ann.csv").read_bytes() == before
    said = world.enter(filled(path, {A1: {"decision": "exclude"}}))
    assert "1 vote entered, 1 of them replaces an earlier one" in said
    old, new = sorted(ledger_rows(world.root), key=lambda r: r["supersedes"])
    assert (new["supersedes"], new["decision"], old["decision"]) == (old["vote_id"], "exclude", "include")
    # The first file again would undo the change: that has to be said.
    said = world.enter(filled(path, {A1: {"decision": "include"}}), code=1)
    assert "ME0480" in said
    assert "1 of its votes were changed since" in said
    assert standing(world.root)[A1] == ("exclude", "")
    world.enter(filled(path, {A1: {"decision": "include"}}), "--again")
    assert standing(world.root)[A1] == ("include", "")


def test_a_dry_run_says_what_would_be_done_and_does_nothing(world):
    path = filled(world.todo(), {A1: {"decision": "include"}})
    assert "1 vote would be entered" in world.enter(path, "--dry-run")
    assert ledger_rows(world.root) == []


def test_all_that_people_write_is_understood(world):
    words = {"include": "Include|Y|1|ok|Ok| IN |Included", "exclude": "exclude|N|0|Excluded|-1|no", "unsure": "maybe|?"}
    for decision, said in words.items():
        for word in said.split("|"):
            assert decisions("screening").find(word) == decision, word
    assert decisions("screening").find("awaiting") is None
    assert decisions("eligibility").find("Awaiting classification") == "awaiting"
    world.enter(world.sheet({"record_id": A1, "decision": "Ok"}, {"record_id": A2, "decision": "0"}))
    assert standing(world.root) == {A1: ("include", ""), A2: ("exclude", "")}


def test_everything_that_is_wrong_is_said_at_once_and_nothing_is_entered(world):
    rows = [
        {"record_id": A1, "title": "", "decision": "include", "reason": ""},
        {"record_id": A2, "title": "", "decision": "perhpas not", "reason": ""},
        {"record_id": A3, "title": "", "decision": "exclude", "reason": "not qualitativ"},
        {"record_id": A4, "title": "", "decision": "", "reason": "not qualitative"},
        {"record_id": "RNOSUCHONE", "title": "", "decision": "include", "reason": ""},
        {"record_id": A5, "title": "Another title altogether, of another row", "decision": "include", "reason": ""},
        {"record_id": "=A1", "title": "", "decision": "include", "reason": ""},
        {"record_id": "1-Mar", "title": "", "decision": "include", "reason": ""},
        {"record_id": A6, "title": "", "decision": "#NAME?", "reason": ""},
        {"record_id": A1, "title": "", "decision": "exclude", "reason": ""},
        {"record_id": A3, "title": "", "decision": "include", "reason": "X1"},
    ]
    said = world.enter(world.sheet(*rows), code=1)
    found = [(m[1], int(m[2])) for m in re.finditer(r"^(ME\d{4}) \S+, line (\d+)", said, re.M)]
    assert found == [
        ("ME0481", 3),
        ("ME0482", 4),
        ("ME0489", 5),
        ("ME0483", 6),
        ("ME0483", 7),
        ("ME0473", 8),
        ("ME0473", 9),
        ("ME0473", 10),
        ("ME0485", 11),
        ("ME0485", 12),
        ("ME0489", 12),
    ]
    assert "Did you mean 'not qualitative'?" in said
    assert "were columns sorted apart?" in said
    assert "12 problems" not in said
    assert ledger_rows(world.root) == []


def test_a_sheet_by_a_european_spreadsheet_and_dates_in_three_orders(world):
    head = "﻿record_id;decision;reasons;decided_on;;\r\n"
    body = f"{A1};Include;;31/12/2020;;\r\n{A2};exclude;not qualitative|X3;05/04/2020;;\r\n"
    body += f"{A3};?;;2020-02-03;;\r\n;;;;;\r\n"
    world.enter(world.save("v.csv", head + body))
    days = {r["record_id"]: r["decided_on"] for r in ledger_rows(world.root)}
    assert days == {A1: "2020-12-31", A2: "2020-04-05", A3: "2020-02-03"}
    assert standing(world.root)[A2] == ("exclude", "X1;X3")
    either = world.sheet({"record_id": A4, "decision": "include", "decided_on": "05/04/2020"})
    assert "ME0491" in world.enter(either, code=1)
    world.enter(either, "--dates", "mdy")
    assert next(r for r in ledger_rows(world.root) if r["record_id"] == A4)["decided_on"] == "2020-05-04"


def test_a_sheet_of_ones_own_is_matched_by_title_and_a_generic_one_is_not_guessed(world):
    good = {"Title": "Being a nurse: an Ethnography.", "Year": "2015", "decision": "y"}
    world.enter(world.sheet(good))
    assert standing(world.root) == {A1: ("include", "")}
    # Two records are called "Editorial"; the year tells them apart, and without it nothing does.
    world.enter(world.sheet({"Title": "Editorial", "Year": "2016", "decision": "n"}, name="b.csv"))
    assert standing(world.root)[A5] == ("exclude", "")
    said = world.enter(world.sheet({"Title": "Editorial", "Year": "", "decision": "n"}, name="c.csv"), code=1)
    assert "ME0484" in said
    assert A4 in said
    assert A5 in said


def test_what_a_file_says_of_two_records_is_listed_and_the_others_may_be_entered(world):
    rows = [
        {"title": "Being a nurse: an ethnography", "doi": "10.1000/two", "decision": "include"},
        {"title": "Something nobody ever found", "doi": "", "decision": "include"},
        {"title": "Living with pain, part II: men, and how it ends", "doi": "10.1000/six", "decision": "include"},
        {"title": "", "doi": "https://doi.org/10.1000/THREE", "decision": "exclude"},
    ]
    path = world.sheet(*rows)
    said = world.enter(path, code=1)
    assert re.findall(r"^(ME\d{4}) \S+, line (\d+)", said, re.M) == [
        ("ME0484", "2"),
        ("ME0483", "3"),
        ("ME0484", "4"),
    ]
    said = world.enter(path, "--matched-only")
    assert "1 vote entered" in said
    assert "3 rows are left out (listed above)" in said
    assert standing(world.root) == {A3: ("exclude", "")}


def test_somebody_elses_worklist_is_never_entered_under_ones_own_name(world):
    path = filled(world.todo(who="ben"), {A1: {"decision": "include"}, A2: {"decision": "include"}})
    said = world.enter(path, code=1)
    assert "2 rows are from the worklist of ben" in said
    assert world.run("todo", "screening", "--reviewer", "bne")[0] == 2
    assert "Did you mean 'ben'?" in world.run("todo", "screening", "--reviewer", "bne")[1]


def test_a_worklist_never_covers_one_that_somebody_may_have_filled_in(world):
    assert world.todo().name == "screening-ann.xlsx"
    assert world.todo().name == "screening-ann-2.xlsx"
    assert "ME0494" in world.run("todo", "screening", "--reviewer", "ann", "--out", "worklists/screening-ann.xlsx")[1]


# ---------------------------------------------------------------------------------------- what is open


def vote(world, who: str, *more: str, **decisions: str) -> None:
    rows = [{"record_id": key, "decision": d} for key, d in decisions.items()]
    world.enter(world.sheet(*rows, name=f"{who}.csv"), "--again", *more, who=who)


def why(path: Path) -> dict[str, str]:
    grid = workbook.read(path, ("decision",))
    return dict(zip(grid.texts("record id"), grid.texts("why"), strict=True))


def test_a_partner_s_vote_shows_nowhere(world):
    alone = world.todo().read_bytes()
    vote(world, "ben", **{A1: "exclude", A2: "include"})
    assert world.todo().read_bytes() == alone


def test_a_conflict_goes_to_the_adjudicator_and_both_votes_stay(world):
    vote(world, "ann", **{A1: "include"})
    vote(world, "ben", **{A1: "exclude"})
    assert A1 not in why(world.todo())
    path = world.todo("--as", "adjudicator", who="ben")
    assert why(path) == {A1: "conflict"}
    # The worklist knows that it settles conflicts; nobody has to say so again.
    world.enter(filled(path, {A1: {"decision": "include"}}), who="ben")
    rows = ledger_rows(world.root, who="ben")
    assert sorted((r["role"], r["decision"], r["supersedes"]) for r in rows) == [
        ("adjudicator", "include", ""),
        ("reviewer", "exclude", ""),
    ]
    code, said = world.run("todo", "screening", "--reviewer", "ben", "--as", "adjudicator")
    assert (code, said) == (0, "Nothing in screening waits for ben.\n")


def test_a_record_that_changed_comes_back_to_who_saw_the_old_one(world):
    vote(world, "ann", **{A1: "include"})
    old = world.todo("--to", "csv", "--out", "old.csv")
    changed = (record(A1, "Being a nurse: an ethnography", "Another abstract", doi="10.1000/one"), *RECORDS_[1:])
    write_records(world.root, changed)
    assert why(world.todo())[A1] == "changed since you voted"
    # The same decision on the new text is a vote of its own, once.
    path = filled(world.todo(), {A1: {"decision": "include"}})
    assert "1 vote entered, 1 of them replaces" in world.enter(path)
    assert "0 votes entered" in world.enter(path)
    assert A1 not in why(world.todo())
    assert old.exists()


def test_the_half_of_a_record_that_nobody_voted_on_says_what_it_was_parted_from(world):
    vote(world, "ann", **{A1: "include"})
    row = {"verdict_id": "D1", "left_row": A1, "right_row": A2, "left_record": A1, "right_record": A2}
    parted = {**row, "verdict": "different", "reviewer": "ben", "decided_on": "2999-01-01", "joined_by": "rules"}
    (world.root / PARTED.path).write_text(",".join(parted) + "\n" + ",".join(parted.values()) + "\n")
    reasons = why(world.todo(who="ann"))
    assert reasons[A2] == "parted from a record that was voted on"
    assert reasons[A3] == "never seen"


def test_new_since_sample_and_calibration(world):
    assert set(why(world.todo("--new-since", RUN))) == {A6}
    code, said = world.run("todo", "screening", "--reviewer", "ann", "--new-since", LATER)
    assert (code, said) == (0, "Nothing in screening waits for ann.\n")
    assert world.run("todo", "screening", "--reviewer", "ann", "--new-since", "2020-01-03")[0] == 2
    sample = set(why(world.todo("--sample", "3", "--seed", "7")))
    assert len(sample) == 3
    vote(world, "ann", **{min(sample): "include"})
    # A calibration is the same for everybody, whatever each has voted on.
    mine = why(world.todo("--calibration", "--sample", "3", "--seed", "7"))
    theirs = world.todo("--calibration", "--sample", "3", "--seed", "7", who="ben")
    assert mine == why(theirs) == dict.fromkeys(sample, "calibration")
    world.enter(filled(theirs, {key: {"decision": "include"} for key in sample}), who="ben")
    assert {r["round"] for r in ledger_rows(world.root, who="ben")} == {"calibration"}
    # It counts for agreement only: the records are still open.
    assert len(why(world.todo(who="ben"))) == 6
    assert world.run("todo", "screening", "--reviewer", "ben", "--calibration")[0] == 2


def test_eligibility_asks_for_what_screening_sent_forward_and_an_exclusion_needs_a_reason(world):
    for who in ("ann", "ben"):
        vote(world, who, **{A1: "include", A2: "unsure", A3: "exclude"})
    path = world.todo(stage="eligibility")
    assert set(why(path)) == {A1, A2}
    bare = filled(path, {A1: {"decision": "exclude"}, A2: {"decision": "awaiting"}})
    assert "ME0488" in world.enter(bare, stage="eligibility", code=1)
    world.enter(
        filled(path, {A1: {"decision": "exclude", "reason": "X1"}, A2: {"decision": "awaiting"}}), stage="eligibility"
    )
    assert standing(world.root, "eligibility") == {A1: ("exclude", "X1"), A2: ("awaiting", "")}
    assert why(world.todo(stage="eligibility")) == {A2: "awaiting information"}


def asked_for(world) -> list[tuple[str, ...]]:
    """Return what stands in the ledger of full texts asked for, without what was replaced; sorted."""
    with (world.root / "data/decisions/retrieval.csv").open(newline="") as text:
        rows = list(csv.DictReader(text))
    gone = {r["supersedes"] for r in rows}
    live = [r for r in rows if r["retrieval_id"] not in gone]
    return sorted((r["record_id"], r["outcome"], r["route"], r["asked_on"], r["by"]) for r in live)


def test_what_came_of_asking_for_a_full_text_is_entered_with_the_worklist(world):
    for who in ("ann", "ben"):
        vote(world, who, **{A1: "include", A2: "include", A3: "include"})
    path = world.todo(stage="eligibility")
    day = "2020-03-04"
    said = {
        A1: {"obtained": "Requested", "asked_of": "library", "asked_on": day},
        A2: {"obtained": "requested", "asked_of": "library", "asked_on": "04/03/2020", "note": "by Jo"},
        A3: {"obtained": "obtained", "asked_on": day, "decision": "include"},
    }
    file = filled(path, said)
    assert "day" in world.enter(file, stage="eligibility", code=1)  # the third or the fourth month?
    assert asked_for(world) == []
    told = world.enter(file, "--dates", "dmy", stage="eligibility")
    assert "1 vote entered" in told
    assert "asking for 3 full texts noted" in told
    first = [(key, "requested", "library", day, "ann") for key in (A1, A2)] + [(A3, "obtained", "", day, "ann")]
    assert asked_for(world) == first
    assert "full texts" not in world.enter(file, "--dates", "dmy", stage="eligibility")
    # The answer to a request replaces it, with or without the route; another route is another time of asking.
    path = world.todo(stage="eligibility")
    later = {
        A1: {"obtained": "not obtained", "asked_on": "2020-05-06"},
        A2: {"obtained": "requested", "asked_of": "author", "asked_on": "2020-05-06"},
    }
    answer = filled(path, later)
    assert "asking for 2 full texts noted" in world.enter(answer, stage="eligibility")
    now = [(A1, "not_obtained", "library", "2020-05-06", "ann"), (A2, "requested", "author", "2020-05-06", "ann")]
    assert asked_for(world) == sorted([*now, *first[1:]])
    # What could not be obtained is decided; the older files change nothing.
    assert set(why(world.todo(stage="eligibility"))) == {A2}
    for old in (file, answer):
        world.enter(old, "--dates", "dmy", stage="eligibility")
    assert asked_for(world) == sorted([*now, *first[1:]])
    # It came in after all: a sheet of one's own.
    own = world.sheet({"record_id": A1, "title": "", "decision": "", "obtained": "yes", "asked_of": "author"})
    world.enter(own, "--date", "2020-07-08", stage="eligibility")
    assert (A1, "obtained", "author", "2020-07-08", "ann") in asked_for(world)
    assert A1 in why(world.todo(stage="eligibility"))


def test_what_is_wrong_about_a_full_text_asked_for_is_said_with_its_line(world):
    for who in ("ann", "ben"):
        vote(world, who, **{A1: "include", A2: "include"})
    path = world.todo(stage="eligibility")
    wrong = filled(path, {A1: {"obtained": "obtaned"}, A2: {"asked_of": "library", "decision": "include"}})
    told = world.enter(wrong, stage="eligibility", code=1)
    assert sum(line.startswith("ME0497 ") for line in told.splitlines()) == 2
    assert "Did you mean 'obtained'?" in told
    assert asked_for(world) == []
    assert ledger_rows(world.root, "eligibility") == []
    # Nobody's work is entered under another name.
    theirs = filled(path, {A1: {"obtained": "obtained"}})
    assert "ME0487" in world.enter(theirs, who="ben", stage="eligibility", code=1)
    assert asked_for(world) == []


def test_second_readers_check_exclusions(world):
    import yaml

    config = CONFIG | {"screening": {"reviewers": ["ann", "ben"], "second_votes": "exclusions"}}
    (world.root / "config/review.yaml").write_text(yaml.safe_dump(config, sort_keys=False))
    vote(world, "ann", **{A1: "include", A2: "exclude"})
    assert set(why(world.todo(who="ben"))) == {A2, A3, A4, A5, A6}


# ---------------------------------------------------------------------------------------- other tools, there and back


def tool_rayyan(rows: list[dict[str, str]], said: dict[str, tuple[str, str]]) -> bytes:
    """Return what Rayyan makes of our list: keys of its own, votes of two people in the notes."""
    words = {"include": "Included", "exclude": "Excluded", "unsure": "Maybe"}
    out = []
    for n, row in enumerate(rows):
        decision, reason = said.get(row["title"], ("", ""))
        note = row["notes"]
        if decision:
            note += f' | RAYYAN-INCLUSION: {{"Ann"=>"{words[decision]}", "Ben"=>"Included"}}'
        if reason:
            note += f' | RAYYAN-LABELS: a,b | RAYYAN-EXCLUSION-REASONS: {reason} | USER-NOTES: {{"Ann"=>["see p. 3"]}}'
        out.append(row | {"key": f"rayyan-{4000 + n}", "issn": '["1234-5678", "2345-6789"]', "notes": note})
    return text_table(out)


def tool_asreview(rows, said):
    labels = {"include": "1", "exclude": "0"}
    return text_table(
        [
            row
            | {
                "asreview_label": labels.get(said.get(row["title"], ("", ""))[0], ""),
                "asreview_time": "1591000000.5" if row["title"] in said else "",
                "asreview_note": "",
            }
            for row in rows
        ]
    )


def records_of(ris: bytes) -> list[list[str]]:
    return [
        [line for line in part.splitlines() if line] for part in re.split(r"ER  - \s*", ris.decode()) if part.strip()
    ]


DECIDED = {A1: "include", A2: "exclude", A3: "exclude"}


def titles(decided: dict[str, str], reason: str = "") -> dict[str, tuple[str, str]]:
    by_id = {r["record_id"]: r["title"] for r in RECORDS_}
    return {by_id[key]: (d, reason if d == "exclude" else "") for key, d in decided.items()}


@pytest.mark.parametrize(("tool", "back"), [("rayyan", tool_rayyan), ("asreview", tool_asreview)])
def test_there_and_back_by_table(world, tool, back):
    path = world.todo("--to", tool)
    with path.open(newline="", encoding="utf-8-sig") as text:
        rows = list(csv.DictReader(text))
    assert len(rows) == 6
    # Tools keep the text; the apostrophe that guards a formula is no part of it.
    rows = [{k: v.removeprefix("'") for k, v in row.items()} for row in rows]
    reason = "not qualitative" if tool == "rayyan" else ""
    export = world.save("export.csv", back(rows, titles(DECIDED, reason)))
    said = world.enter(export, "--from", tool)
    assert "3 votes entered" in said
    assert "3 rows hold no decision yet" in said
    why = "X1" if reason else ""
    assert standing(world.root) == {A1: ("include", ""), A2: ("exclude", why), A3: ("exclude", why)}
    assert "0 votes entered, 3 are there already" in world.enter(export, "--from", tool)
    if tool == "rayyan":
        assert {r["note"] for r in ledger_rows(world.root)} == {"", "see p. 3"}
    else:
        assert {r["decided_on"] for r in ledger_rows(world.root)} == {"2020-06-01"}
    # Without our mark and without its DOI, a row is known by its title.
    bare = [row | {"notes": "", "doi": ""} for row in rows]
    again = world.save("bare.csv", back(bare, titles(DECIDED, reason)))
    assert "0 votes entered, 3 are there already" in world.enter(again, "--from", tool)


@pytest.mark.parametrize(
    ("tool", "to", "mark"),
    [
        ("covidence", "covidence", "N1  - Exclusion reason: not qualitative; "),
        ("zotero", "ris", "KW  - exclude: not qualitative"),
        ("endnote", "ris", "C3  - Excluded (not qualitative)"),
        ("eppi", "ris", "U1  - EXCLUDE on not qualitative"),
        ("asreview", "ris", "N1  - ASReview_irrelevant"),
    ],
)
# With the mark it is the easier way: the long share.
@pytest.mark.parametrize(
    "marked", [pytest.param(True, marks=pytest.mark.soak), False], ids=["with our mark", "without it"]
)
def test_there_and_back_by_ris(world, tool, to, mark, marked):
    out = []
    for lines in records_of(world.todo("--to", to).read_bytes()):
        if not marked:
            lines = [line for line in lines if "metaethno:" not in line]
        if any("an ethnography" in line or "formulas in care" in line for line in lines):
            lines.append(mark)
        out.append("\r\n".join([*lines, "DB  - ", "ER  - ", ""]))
    export = world.save("export.ris", "\r\n".join(out))
    said = world.enter(export, "--from", tool)
    assert "2 votes entered" in said
    reason = "" if tool == "asreview" else "X1"
    assert standing(world.root) == {A1: ("exclude", reason), A2: ("exclude", reason)}
    assert "0 votes entered, 2 are there already" in world.enter(export, "--from", tool)


def test_covidence_exports_lists_and_the_list_is_the_decision(world):
    row = {
        "Title": "Being a nurse: an ethnography",
        "Published Year": "2015",
        "DOI": "10.1000/one",
        "Covidence #": "#7",
    }
    row |= {"Study": "Doe 2015", "Notes": "", "Tags": ""}
    path = world.save("included.csv", text_table([row]))
    assert "--decision include" in world.enter(path, "--from", "covidence", code=1)
    world.enter(path, "--from", "covidence", "--decision", "include")
    assert standing(world.root) == {A1: ("include", "")}
    odd = world.save("odd.csv", text_table([row | {"Notes": "Exclusion reason: not qualitative; "}]))
    assert "ME0489" in world.enter(odd, "--from", "covidence", "--decision", "include", code=1)


def test_whose_votes_in_rayyan_are_meant_has_to_be_clear(world):
    row = {
        "key": "rayyan-1",
        "title": "Being a nurse: an ethnography",
        "authors": "",
        "url": "",
        "abstract": "",
        "doi": "",
    }
    path = world.save(
        "r.csv", text_table([row | {"notes": 'RAYYAN-INCLUSION: {"Kim"=>"Included", "Lee"=>"Excluded"}'}])
    )
    said = world.enter(path, "--from", "rayyan", code=1)
    assert "ME0490" in said
    assert "Kim, Lee" in said
    world.enter(path, "--from", "rayyan", "--user", "lee")
    assert standing(world.root) == {A1: ("exclude", "")}
    # A partner's export is not one's own, even if it holds one person only, under whatever name.
    for name in ("Ben", "Benny67"):
        path = world.save("s.csv", text_table([row | {"notes": f'RAYYAN-INCLUSION: {{"{name}"=>"Included"}}'}]))
        said = world.enter(path, "--from", "rayyan", code=1)
        assert "ME0490" in said
        assert "--user" in said
    # Of several reasons the one that nobody knows is named; a file of another tool is told apart.
    why = 'RAYYAN-INCLUSION: {"Ann"=>"Excluded"} | RAYYAN-EXCLUSION-REASONS: not qualitative,wrong wine'
    path = world.save("t.csv", text_table([row | {"notes": why}]))
    assert "there is no reason 'wrong wine'" in world.enter(path, "--from", "rayyan", code=1)
    assert "--from rayyan" in world.enter(path, code=1)


# ---------------------------------------------------------------------------------------- Rayyan's log


def log_zip(*events: tuple[str, str, str, str, str]) -> bytes:
    """Return Rayyan's ZIP: articles with keys of its own, and a log of (time, who, article, key, value)."""
    articles = [
        {"key": f"rayyan-90{n}", "title": r["title"], "doi": r.get("doi", ""), "year": r["year"], "notes": ""}
        for n, r in enumerate(RECORDS_, 1)
    ]
    names = ["created_at", "user_id", "user_email", "article_id", "key", "value"]
    log = [dict(zip(names, (t, "7", who, a, k, v), strict=True)) for t, who, a, k, v in events]
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("export/articles.csv", text_table(articles))
        archive.writestr("export/customizations_log.csv", text_table(log))
    return out.getvalue()


EVENTS = (
    ("2020-01-03 10:00:00 UTC", "ann@example.org", "901", "included", "1"),
    ("2020-01-02 10:00:00 UTC", "ann@example.org", "901", "included", "0"),
    ("2020-01-04 10:00:00 UTC", "ann@example.org", "901", "included", "-1"),
    ("2020-01-04 10:00:05 UTC", "ann@example.org", "901", '"__EXR__not qualitative"', "1"),
    ("2020-01-04 10:00:00 UTC", "ben@example.org", "901", "included", "1"),
    ("2020-01-02 11:00:00 UTC", "ann@example.org", "902", "included", "-1"),
    ("2020-01-02 11:00:01 UTC", "ann@example.org", "902", '"__EXR__not qualitative"', "1"),
    ("2020-01-02 11:00:02 UTC", "ann@example.org", "902", '"__EXR__not qualitative"', "0"),
    ("2020-01-02 12:00:00 UTC", "ann@example.org", "903", "included", "1"),
    ("2020-01-02 12:00:09 UTC", "ann@example.org", "903", "included", "deleted"),
)


def chain(root: Path, key: str) -> list[tuple[str, str, str]]:
    rows = {r["supersedes"]: r for r in ledger_rows(root) if r["record_id"] == key}
    out, at = [], ""
    while at in rows:
        row = rows[at]
        out.append((row["decision"], row["reasons"], row["decided_on"]))
        at = row["vote_id"]
    assert len(out) == len(rows)
    return out


def test_the_log_brings_every_vote_in_order_and_no_partner_s(world):
    path = world.save("rayyan.zip", log_zip(*EVENTS))
    log = ("--from", "rayyan-log", "--user", "ann@example.org")
    said = world.enter(path, *log)
    assert "4 votes entered" in said
    assert "ME0496" in said
    assert chain(world.root, A1) == [
        ("unsure", "", "2020-01-02"),
        ("include", "", "2020-01-03"),
        ("exclude", "X1", "2020-01-04"),
    ]
    assert chain(world.root, A2) == [("exclude", "", "2020-01-02")]
    assert A3 not in standing(world.root)
    before = ledger_rows(world.root)
    assert "0 votes entered, 4 are there already" in world.enter(
        path, "--from", "rayyan-log", "--user", "ann@example.org"
    )
    assert ledger_rows(world.root) == before
    # A longer log adds what is new, behind what is there.
    more = ("2020-02-01 09:00:00 UTC", "ann@example.org", "901", "included", "1")
    path = world.save("later.zip", log_zip(*EVENTS, more))
    assert "1 vote entered" in world.enter(path, "--from", "rayyan-log", "--user", "ann@example.org")
    assert chain(world.root, A1)[-1] == ("include", "", "2020-02-01")


def test_a_log_without_its_articles_is_refused_and_a_folder_is_fine(world):
    folder = world.root / "export"
    folder.mkdir()
    with zipfile.ZipFile(io.BytesIO(log_zip(*EVENTS))) as archive:
        (folder / "customizations_log.csv").write_bytes(archive.read("export/customizations_log.csv"))
        log = folder / "customizations_log.csv"
        assert "ME0492" in world.enter(log, "--from", "rayyan-log", "--user", "ann@example.org", code=1)
        (folder / "articles.csv").write_bytes(archive.read("export/articles.csv"))
    assert "4 votes entered" in world.enter(folder, "--from", "rayyan-log", "--user", "ann@example.org")
    assert "0 votes entered" in world.enter(log, "--from", "rayyan-log", "--user", "ann@example.org")


def test_an_answer_to_two_requests_is_about_one_full_text(world):
    for who in ("ann", "ben"):
        vote(world, who, **{A1: "include"})
    for place, said in enumerate(("requested,2020-03-04", "requested,2020-04-05", "obtained,2020-05-06")):
        path = world.root / f"asked-{place}.csv"
        path.write_text(f"record_id,decision,obtained,asked_on,asked_of\n{A1},,{said},author\n")
        assert "what came of asking for 1 full text noted" in world.enter(path, stage="eligibility")
    # Each of the two times of asking has its answer.
    assert [row[1] for row in asked_for(world)] == ["obtained", "obtained"]
