"""Files of decisions that could be read in two ways, and what a list that went through another tool still knows."""

from __future__ import annotations

import csv
from pathlib import Path
from xml.etree import ElementTree

import pytest
from tests.voting_world import RECORDS_, World, ledger_rows, record, review, standing, text_table, write_records

from metaethno.exchange import workbook
from metaethno.exchange.said import Said, marked
from metaethno.exchange.xlsx import _covered as covered

openpyxl = pytest.importorskip("openpyxl")

A1, A2, A3, A4, A5, A6 = (r["record_id"] for r in RECORDS_)
NURSE = "Being a nurse: an ethnography"


@pytest.fixture(scope="module")
def template(tmp_path_factory) -> Path:
    return review(tmp_path_factory.mktemp("doubtful") / "review")


@pytest.fixture
def world(tmp_path, template, monkeypatch, capsys) -> World:
    return World(template, tmp_path, monkeypatch, capsys)


def save(world: World, name: str, rows: list[dict[str, str]] | str) -> Path:
    path = world.root / name
    path.write_bytes(rows.encode() if isinstance(rows, str) else text_table(rows))
    return path


class Book:
    """A worklist opened in a spreadsheet program: `put` fills cells in by heading, `save` gives the path."""

    def __init__(self, path: Path) -> None:
        self.path, self.book = path, openpyxl.load_workbook(path)
        self.sheet = self.book["Decide"]

    def column(self, heading: str) -> int:
        return [cell.value for cell in self.sheet[1]].index(heading) + 1

    def put(self, row: int, **cells: str) -> Book:
        for heading, text in cells.items():
            self.sheet.cell(row, self.column(heading)).value = text
        return self

    def save(self) -> Path:
        self.book.save(self.path)
        return self.path


# ---------------------------------------------------------------------------------------- through another tool


def through_rayyan(path: Path, said: str, *keys: str) -> Path:
    """Return what Rayyan gives back of a list when Ann said the same of the records `keys`."""
    with path.open(newline="", encoding="utf-8-sig") as text:
        rows = list(csv.DictReader(text))
    for row in rows:
        if any(key in row["notes"] for key in keys):
            row["notes"] += f' | RAYYAN-INCLUSION: {{"Ann"=>"{said}"}}'
        row["title"] = row["title"].removeprefix("'")
    back = path.with_name("back.csv")
    back.write_bytes(text_table(rows))
    return back


def test_what_a_mark_says():
    for text, expected in {
        "metaethno:RA1 | more": ("RA1", "", "", ""),
        "old; metaethno:RA1 seen:ab12 calibration | more": ("RA1", "ab12", "", "calibration"),
        "metaethno:RA1 seen:ab12 adjudicator": ("RA1", "ab12", "adjudicator", ""),
        "metaethno:RA1 adjudicators said": ("RA1", "", "", ""),
        "metaethno: RA1 seen: before": ("RA1", "", "", ""),
        "nothing": ("", "", "", ""),
    }.items():
        said = Said(1)
        marked(said, text)
        assert (said.record, said.seen, said.role, said.round) == expected, text


@pytest.mark.parametrize("tool", ["rayyan", "asreview", "ris"])
def test_a_calibration_in_another_tool_stays_one_though_nobody_says_so(world, tool):
    path = world.todo("--calibration", "--sample", "2", "--to", tool)
    if tool == "rayyan":
        back = through_rayyan(path, "Included", "metaethno:")
    elif tool == "asreview":
        with path.open(newline="", encoding="utf-8-sig") as text:
            rows = [{k: v.removeprefix("'") for k, v in row.items()} for row in csv.DictReader(text)]
        # A table that was written by a program for statistics has whole numbers with a point.
        back = save(world, "back.csv", [row | {"asreview_label": "1.0"} for row in rows])
    else:
        back = save(world, "back.ris", path.read_text().replace("ER  - ", "KW  - include\r\nER  - "))
    source = {"ris": "zotero"}.get(tool, tool)
    assert "2 votes entered" in world.enter(back, "--from", source)
    assert {(r["decision"], r["round"]) for r in ledger_rows(world.root)} == {("include", "calibration")}


def test_conflicts_that_are_settled_in_another_tool_are_an_adjudicator_s_votes(world):
    world.enter(save(world, "a.csv", [{"record_id": A1, "decision": "include"}]))
    world.enter(save(world, "b.csv", [{"record_id": A1, "decision": "exclude"}]), who="ben")
    path = world.todo("--as", "adjudicator", "--to", "rayyan")
    world.enter(through_rayyan(path, "Excluded", A1), "--from", "rayyan")
    assert sorted((r["role"], r["decision"]) for r in ledger_rows(world.root)) == [
        ("adjudicator", "exclude"),
        ("reviewer", "include"),
    ]


def test_a_decision_in_another_tool_knows_which_text_it_was_made_on(world):
    early = world.todo("--to", "rayyan", "--out", "early.csv")
    world.enter(through_rayyan(early, "Included", A1), "--from", "rayyan")
    new = record(A1, NURSE, "Another abstract", doi="10.1000/one", pmid="101")
    write_records(world.root, (new, *RECORDS_[1:]))
    late = world.todo("--to", "rayyan", "--out", "late.csv")
    # Once more the same, on the present text: a vote of its own, and the record is not asked for again.
    assert "1 of them replaces" in world.enter(through_rayyan(late, "Included", A1), "--from", "rayyan")
    assert A1 not in world.todo("--to", "csv").read_text(encoding="utf-8-sig")
    # What was decided on the old text says so, even if it comes in afterwards: it is asked for once more.
    world.enter(through_rayyan(early, "Excluded", A1), "--from", "rayyan")
    rows = csv_rows(world.todo("--to", "csv"))
    assert [row["why"] for row in rows if row["record_id"] == A1] == ["changed since you voted"]


def csv_rows(path: Path) -> list[dict[str, str]]:
    with path.open(newline="", encoding="utf-8-sig") as text:
        return list(csv.DictReader(text))


def test_a_project_that_holds_a_record_before_and_after_a_rerun_counts_what_was_said_of_the_present_text(world):
    early = csv_rows(world.todo("--to", "rayyan", "--out", "early.csv"))
    new = record(A1, NURSE, "Another abstract", doi="10.1000/one", pmid="101")
    write_records(world.root, (new, *RECORDS_[1:]))
    late = csv_rows(world.todo("--to", "rayyan", "--out", "late.csv"))
    rows = [row for row in (*early, *late) if A1 in row["notes"]]
    for row, said in zip(rows, ("Included", "Excluded"), strict=True):
        row["notes"] += f' | RAYYAN-INCLUSION: {{"Ann"=>"{said}"}}'
    world.enter(save(world, "both.csv", rows), "--from", "rayyan")
    assert standing(world.root) == {A1: ("exclude", "")}
    # Of rows that don't say what they were made on, none is preferred.
    for row in rows:
        row["notes"] = row["notes"].replace(" seen:", " saw:")
    assert "ME0485" in world.enter(save(world, "bare.csv", rows), "--from", "rayyan", code=1)


def test_the_same_event_of_a_log_twice_is_one_vote_and_another_s_at_the_same_time_is_none_of_mine(world):
    folder = world.root / "export"
    folder.mkdir()
    (folder / "articles.csv").write_bytes(text_table([{"key": "rayyan-7", "title": NURSE, "notes": ""}]))
    names = ["created_at", "user_email", "article_id", "key", "value"]
    cast = dict(zip(names, ("2020-01-03 10:00:00 UTC", "ann@example.org", "7", "included", "1"), strict=True))
    log = folder / "customizations_log.csv"
    log.write_bytes(text_table([cast, cast]))
    world.enter(folder, "--from", "rayyan-log", "--user", "ann@example.org")
    assert len(ledger_rows(world.root)) == 1
    # A second event within the same second is another vote.
    log.write_bytes(text_table([cast, cast, cast | {"value": "-1"}]))
    assert "1 vote entered" in world.enter(folder, "--from", "rayyan-log", "--user", "ann@example.org")
    assert standing(world.root) == {A1: ("exclude", "")}


def test_the_usual_code_of_a_reviewing_program_for_an_inclusion_needs_no_reason(world):
    ris = "TY  - JOUR\nTI  - {}\nDO  - {}\nPY  - 2015\nKW  - {}\nER  - \n"
    path = save(world, "e.ris", ris.format(NURSE, "10.1000/one", "INCLUDE on title & abstract"))
    world.enter(path, "--from", "eppi")
    assert standing(world.root) == {A1: ("include", "")}
    path = save(world, "f.ris", ris.format(NURSE, "10.1000/one", "EXCLUDE on title & abstract"))
    assert "ME0482" in world.enter(path, "--from", "eppi", code=1)
    path = save(world, "g.ris", ris.format(NURSE, "10.1000/one", "include: not qualitative"))
    assert "ME0489" in world.enter(path, "--from", "eppi", code=1)


def test_what_nobody_saw_is_no_exclusion_however_the_number_is_written(world):
    row = {"title": NURSE, "year": "2015", "doi": "10.1000/one"}
    for number in ("-1", "-1.0"):
        path = save(world, "a.csv", [row | {"asreview_label": number}])
        assert "0 votes entered" in world.enter(path, "--from", "asreview")


# ---------------------------------------------------------------------------------------- sheets


def test_whole_numbers_with_a_point_are_decisions(world):
    rows = zip((A1, A2, A3), ("1.0", "0.0", "1,0"), strict=True)
    world.enter(save(world, "v.csv", [{"record_id": r, "decision": d} for r, d in rows]))
    assert standing(world.root) == {A1: ("include", ""), A2: ("exclude", ""), A3: ("include", "")}


def test_decisions_on_a_copy_of_the_sheet_are_found_and_on_two_sheets_refused(world):
    book = Book(world.todo())
    book.book.copy_worksheet(book.sheet).title = "Mine"
    book.sheet = book.book["Mine"]
    path = book.put(2, decision="include").save()
    assert "1 vote entered" in world.enter(path)
    book.sheet = book.book["Decide"]
    said = world.enter(book.put(3, decision="exclude").save(), code=1)
    assert "ME0498" in said
    assert "several sheets hold decisions: Decide, Mine" in said


def test_two_columns_of_one_heading_are_refused_where_both_say_something(world):
    book = Book(world.todo())
    book.sheet.cell(1, book.sheet.max_column + 1).value = "Decision"
    book.put(2, decision="include")
    world.enter(book.save())
    book.put(3, Decision="exclude")
    said = world.enter(book.save(), code=1)
    assert "2 columns are called 'decision', and more than one is filled in" in said


def test_a_column_of_reasons_under_another_heading_is_understood_or_refused(world):
    row = {"record_id": A1, "decision": "exclude"}
    world.enter(save(world, "a.csv", [row | {"Reason for exclusion": "not qualitative"}]))
    assert standing(world.root) == {A1: ("exclude", "X1")}
    said = world.enter(save(world, "b.csv", [row | {"my_reasoning": "not qualitative"}]), code=1)
    assert "ME0498" in said
    assert "'my reasoning' holds reasons" in said
    world.enter(save(world, "c.csv", [row | {"record_id": A2, "my_reasoning": ""}]))


def test_merged_cells_are_told_one_by_one(world):
    book = Book(world.todo())
    at = book.column("decision")
    book.put(2, decision="exclude")
    book.sheet.merge_cells(start_row=2, end_row=4, start_column=at, end_column=at)
    said = world.enter(book.save(), code=1)
    assert said.count("is merged with the cell above it") == 2
    assert "line 3" in said
    assert "line 4" in said
    # A heading over two columns is nothing to complain about.
    book.sheet.unmerge_cells(start_row=2, end_row=4, start_column=at, end_column=at)
    book.sheet.merge_cells(start_row=2, end_row=2, start_column=2, end_column=3)
    assert "1 vote entered" in world.enter(book.save())


def test_merged_cells_without_end_fill_no_memory():
    place = ElementTree.fromstring('<worksheet><mergeCells><mergeCell ref="A1:XFD1048576"/></mergeCells></worksheet>')
    assert len(covered(place, "")) < 2_000_000


def test_a_sheet_whose_header_is_gone_or_that_is_hidden_says_so(world):
    book = Book(world.todo())
    book.put(2, decision="exclude").sheet.cell(1, book.column("decision")).value = "What Ann says"
    said = world.enter(book.save(), code=1)
    assert "no sheet has a column 'decision', and record_id or a title beside it" in said
    book = Book(world.todo())
    book.put(2, decision="exclude").sheet.sheet_state = "hidden"
    book.book.active = 1
    assert "Hidden sheets are not read" in world.enter(book.save(), code=1)


def test_a_list_without_its_hidden_columns_is_still_what_it_was(world):
    book = Book(world.todo("--calibration", "--sample", "2"))
    for row in (2, 3):
        book.put(row, decision="include")
    book.sheet.delete_cols(book.column("seen"), 4)
    world.enter(book.save())
    assert {r["round"] for r in ledger_rows(world.root)} == {"calibration"}
    world.enter(save(world, "b.csv", [{"record_id": A1, "decision": "exclude"}]), who="ben")
    world.enter(save(world, "a.csv", [{"record_id": A1, "decision": "include"}]))
    book = Book(world.todo("--as", "adjudicator"))
    book.put(2, decision="exclude").sheet.delete_cols(book.column("seen"), 4)
    world.enter(book.save())
    assert [r["decision"] for r in ledger_rows(world.root) if r["role"] == "adjudicator"] == ["exclude"]


def test_a_list_of_the_main_round_is_no_calibration(world):
    path = Book(world.todo()).put(2, decision="include").save()
    said = world.enter(path, "--calibration", code=1)
    assert "ME0487" in said
    assert "this row was made for the main round" in said


def test_a_row_with_too_many_cells_is_refused(world):
    path = save(world, "v.csv", f"record_id,decision,note\n{A1},include,a note, with a comma\n")
    assert "has 4 cells where the header has 3" in world.enter(path, code=1)
    world.enter(save(world, "w.csv", f"record_id,decision,note\n{A1},include,a note,,\n"))


def test_two_rows_that_agree_keep_both_notes(world):
    rows = [{"record_id": A1, "decision": "include", "note": note} for note in ("first", "second", "first")]
    path = save(world, "v.csv", rows)
    world.enter(path)
    assert [r["note"] for r in ledger_rows(world.root)] == ["first; second"]
    assert "0 votes entered" in world.enter(path)


def test_nobody_has_decided_tomorrow(world):
    rows = [{"record_id": A1, "decision": "include", "decided_on": "2999-01-01"}]
    said = world.enter(save(world, "v.csv", rows), code=1)
    assert "is a day still to come" in said


def test_nobody_says_that_it_was_decided_tomorrow(world):
    path = save(world, "v.csv", [{"record_id": A1, "decision": "include"}])
    said = world.enter(path, "--date", "2999-01-01", code=2)
    assert "ME0491 2999-01-01 is a day still to come" in said
    assert ledger_rows(world.root) == []
    world.enter(path, "--date", "2020-02-01")
    assert [r["decided_on"] for r in ledger_rows(world.root)] == ["2020-02-01"]


def test_what_an_adjudicator_decides_though_it_is_no_conflict_is_counted(world):
    votes = {A1: ("include", "exclude"), A2: ("include", "include"), A3: ("exclude", "")}
    for place, who in enumerate(("ann", "ben")):
        rows = [{"record_id": key, "decision": said[place]} for key, said in votes.items() if said[place]]
        world.enter(save(world, f"{who}.csv", rows), who=who)
    path = save(world, "all.csv", [{"record_id": key, "decision": "exclude"} for key in (A1, A2, A3, A4, A6)])
    # A1 is a conflict; on A2 two say the same, on A3 one has voted; A4 and A6 nobody has seen.
    expected = (
        "An adjudicator's vote decides alone; among these are 2 records that no reviewer has voted on and "
        "2 records that no reviewers differ on.\n"
    )
    assert expected in world.enter(path, "--as", "adjudicator", "--dry-run", who="ben")
    assert expected in world.enter(path, "--as", "adjudicator", who="ben")
    assert "decides alone" not in world.enter(path, "--as", "adjudicator", who="ben")


def test_a_settled_conflict_is_nothing_to_speak_of(world):
    for who, decision in (("ann", "include"), ("ben", "exclude")):
        world.enter(save(world, f"{who}.csv", [{"record_id": A1, "decision": decision}]), who=who)
    for decision in ("include", "exclude"):
        path = save(world, "v.csv", [{"record_id": A1, "decision": decision}])
        assert "decides alone" not in world.enter(path, "--as", "adjudicator", who="ben")


def test_a_title_and_abstract_is_not_left_out_for_want_of_the_full_text(world):
    book = openpyxl.load_workbook(world.todo())
    lists = [[cell.value for cell in column if cell.value] for column in book["_lists"].iter_cols()]
    assert ["not qualitative", "repeats an included report"] in lists
    assert "could not be obtained" not in {cell.value for row in book["Criteria"] for cell in row}
    grid = workbook.read(world.root / "worklists/screening-ann.xlsx", ("decision",))
    assert grid.column("reason") is not None
