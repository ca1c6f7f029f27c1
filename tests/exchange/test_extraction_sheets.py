"""Extraction through the commands: sheets out, values, passages and constructs in, and what goes wrong on the way."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from tests.extraction_world import FREE, cells, fill, review, rows, standing
from tests.voting_world import command, text_table

from metaethno import tables
from metaethno.exchange.workbook import sheet_name
from metaethno.schemas import ASSESSED

openpyxl = pytest.importorskip("openpyxl")


@pytest.fixture(scope="module")
def template(tmp_path_factory) -> Path:
    return review(tmp_path_factory.mktemp("extraction") / "review")


@pytest.fixture(scope="module")
def double(tmp_path_factory) -> Path:
    return review(tmp_path_factory.mktemp("extraction") / "double", extractors_per_study=2)


class World:
    def __init__(self, root: Path, monkeypatch, capsys) -> None:
        self.root, self.patch, self.caps = root, monkeypatch, capsys

    def run(self, *words: object, code: int = 0) -> str:
        self.caps.readouterr()
        got = command(self.root, *map(str, words), monkeypatch=self.patch)
        told = self.caps.readouterr()
        assert got == code, told.out + told.err
        return told.out + told.err

    def todo(self, *words: str, who: str = "ann") -> Path:
        return Path(self.run("todo", "extraction", "--reviewer", who, *words).split(": ")[0])

    def enter(self, path: Path, *words: str, who: str = "ann", code: int = 0) -> str:
        return self.run("enter", "extraction", path, "--reviewer", who, *words, code=code)

    def save(self, name: str, *lines: dict[str, str]) -> Path:
        path = self.root / name
        path.write_bytes(text_table(list(lines)))
        return path


@pytest.fixture
def world(tmp_path, template, monkeypatch, capsys):
    return World(Path(shutil.copytree(template, tmp_path / "review")), monkeypatch, capsys)


@pytest.fixture
def two(tmp_path, double, monkeypatch, capsys):
    return World(Path(shutil.copytree(double, tmp_path / "review")), monkeypatch, capsys)


# ---------------------------------------------------------------------------------------- the form


def test_the_sheet_has_the_form_with_pick_lists_and_help(world):
    path = world.todo()
    book = openpyxl.load_workbook(path)
    assert book.sheetnames == ["Studies", "Constructs", "Reports", "How to", "_lists"]
    heads = [c.value for c in book["Studies"][1]]
    form = ["country", "How many", "How many: page", "data collection start", "Stance", "Methods", "Ethics stated"]
    assert heads[2:9] == form
    assert [row["study"] for row in cells(path, "Studies")] == ["Doe 2015", "Roe 2016"]
    assert cells(path, "Studies")[1]["reports"] == "Roe 2016a; Roe 2017"
    lists = {str(v.sqref): v.formula1 for v in book["Studies"].data_validations.dataValidation}
    assert set(lists) == {"G2:G3", "I2:I3"}  # stance and ethics
    told = {row["column"]: row for row in cells(path, "How to")}
    assert told["country"]["what it is"].startswith("Countries. Required.")
    assert told["Stance"]["what may stand in it"] == "realist, constructivist, not reported"


def test_values_are_read_by_their_type_and_entered_once(world):
    path = fill(
        world.todo(),
        "Studies",
        {
            2: {
                "country": "Wales", "How many": "1,024", "How many: page": "p. 3", "data collection start": "1999",
                "Stance": "Realist", "Methods": "diaries; Interviews", "Ethics stated": "Y",
            },
            3: {"country": "NR"},
        },
    )  # fmt: skip
    assert "7 rows and values entered" in world.enter(path)
    assert standing(world.root) == {
        ("S1", "country", "ann"): "Wales",
        ("S1", "participants_n", "ann"): "1024",
        ("S1", "data_collection_start", "ann"): "1999",
        ("S1", "stance", "ann"): "realist",
        ("S1", "methods", "ann"): "interviews; diaries",
        ("S1", "ethics", "ann"): "yes",
        ("S2", "country", "ann"): "not reported",
    }
    before = (world.root / "data/decisions/extraction_values.csv").read_bytes()
    assert "0 rows and values entered" in world.enter(path)
    # Saved anew by the spreadsheet, the same sheet is another file, and still says nothing new.
    path.with_name("again.xlsx").write_bytes(path.read_bytes() + b"")
    world.enter(fill(path.with_name("again.xlsx"), "Studies", {}))
    assert (world.root / "data/decisions/extraction_values.csv").read_bytes() == before
    assert {r["locator"] for r in rows(world.root, "extraction_values")} == {"", "p. 3"}


def test_every_wrong_cell_is_named_at_once_and_nothing_is_entered(world):
    path = fill(
        world.todo(),
        "Studies",
        {
            2: {"How many": "about ten", "data collection start": "19", "Stance": "realistic", "country": "Wales"},
            3: {"Methods": "interviews; tea", "Ethics stated": "perhaps", "How many: page": "p. 4"},
        },
    )
    said = world.enter(path, code=1)
    assert said.count("ME0476 worklists") == 5
    assert "ME0478 worklists" in said  # a page without a value
    assert "(cell D2)" in said
    assert "one or more of: interviews, observation, diaries; or 'not reported'" in said
    assert rows(world.root, "extraction_values") == []


def test_a_changed_value_replaces_the_earlier_one_which_stays(world):
    first = fill(world.todo(), "Studies", {2: {"country": "Wales"}})
    world.enter(first)
    second = fill(world.todo(), "Studies", {2: {"country": "Scotland"}})
    assert "1 of them replaces an earlier one" in world.enter(second)
    assert standing(world.root)["S1", "country", "ann"] == "Scotland"
    assert [r["value"] for r in sorted(rows(world.root, "extraction_values"), key=lambda r: r["supersedes"])] == [
        "Wales",
        "Scotland",
    ]
    # The first sheet again would undo the change: it says so instead.
    assert "ME0480" in world.enter(first, code=1)
    assert "1 rows and values entered" in world.enter(first, "--again")


def test_a_sheet_that_was_not_touched_changes_nothing_though_others_did(world):
    old = world.todo()
    world.enter(fill(world.todo(), "Studies", {2: {"country": "Wales"}}))
    world.enter(fill(old, "Studies", {3: {"country": "Malta"}}))
    assert standing(world.root) == {("S1", "country", "ann"): "Wales", ("S2", "country", "ann"): "Malta"}


def test_an_emptied_cell_takes_nothing_back(world):
    world.enter(fill(world.todo(), "Studies", {2: {"country": "Wales"}}))
    world.enter(fill(world.todo(), "Studies", {2: {"country": None}}))
    assert standing(world.root) == {("S1", "country", "ann"): "Wales"}


def test_a_table_of_ones_own_with_labels_or_citations_works(world):
    doe = {"Study": "doe 2015", "Country": "Wales", "Stance": ""}
    path = world.save("mine.csv", doe, {"Study": "Roe 2017", "Country": "Malta", "Stance": "realist"})
    world.enter(path)
    assert standing(world.root)["S2", "country", "ann"] == "Malta"
    wrong = world.save("bad.csv", {"Study": "Do 2015", "Country": "x"}, {"Study": "Doe 2015", "Country": "=1+1"})
    said = world.enter(wrong, code=1)
    assert "Did you mean 'Doe 2015'?" in said
    assert "holds a formula" in said


def test_nobodys_work_is_entered_under_another_name(world):
    path = fill(world.todo(), "Studies", {2: {"country": "Wales"}})
    assert "ME0487" in world.enter(path, who="ben", code=1)


def test_the_configuration_is_refused_where_the_form_makes_no_sense(world):
    path = world.root / "config/review.yaml"
    for bad, said in (
        ("{field: a, type: choice}", "needs `choices`"),
        ("{field: participants_n}", "is of the type number"),
        ("{field: quotation}", "the program uses itself"),
        ("{field: a}, {field: a}", "stands there twice"),
        ("{field: a, tpye: text}", "Did you mean 'type'?"),
    ):
        text = path.read_text().split("\nextraction:")[0]
        text = "\n".join(line for line in text.splitlines())
        (world.root / "config/review.yaml").write_text(text + f"\nextraction:\n  form: [{bad}]\n")
        assert said in world.run("todo", "extraction", "--reviewer", "ann", code=1)


def test_a_value_that_the_form_no_longer_allows_stops_the_run(world):
    from metaethno import config
    from metaethno.shell import extraction

    world.enter(fill(world.todo(), "Studies", {2: {"Stance": "realist"}}))
    path = world.root / "config/review.yaml"
    path.write_text(path.read_text().replace("realist", "idealist"))
    (problem,) = extraction.checks(world.root, config.load(world.root))[1]
    assert (problem.code, problem.line, problem.value) == ("ME0476", 2, "realist")


# ---------------------------------------------------------------------------------------- two people


def test_two_people_differ_until_somebody_settles_it(two):
    ann = fill(two.todo(), "Studies", {2: {"country": "Wales", "How many": "12"}})
    two.enter(ann)
    ben = two.todo(who="ben")
    assert cells(ben, "Studies")[0]["country"] == ""  # a partner's values are not shown
    two.enter(
        fill(ben, "Studies", {2: {"country": "England", "How many": "twelve", "How many: page": "2"}}),
        who="ben",
        code=1,
    )
    two.enter(fill(ben, "Studies", {2: {"How many": "12"}}), who="ben")
    path = two.todo("--as", "adjudicator", who="ben")
    (line,) = cells(path, "Settle")
    assert (line["study"], line["what"], line["first"], line["second"]) == (
        "Doe 2015", "country", "Wales (ann)", "England (ben)",
    )  # fmt: skip
    two.enter(fill(path, "Settle", {2: {"settled value": "Second", "note": "page 2 says so"}}), who="ben")
    assert standing(two.root)["S1", "country", "consensus"] == "England"
    assert "0 rows and values entered" in two.enter(path, who="ben")
    assert "Nothing in extraction waits" in two.run("todo", "extraction", "--reviewer", "ben", "--as", "adjudicator")
    # A value that was settled is open again as soon as one of the two changes.
    two.enter(fill(two.todo(), "Studies", {2: {"country": "Ireland"}}))
    assert "Ireland (ann)" in cells(two.todo("--as", "adjudicator", who="ben"), "Settle")[0]["first"]
    assert "ME0486" in two.enter(fill(path, "Settle", {2: {"settled value": "first"}}), who="ben", code=1)


def test_a_settled_value_may_be_a_third_one_of_the_right_type(two):
    for who, year in (("ann", "2001"), ("ben", "2002")):
        two.enter(fill(two.todo(who=who), "Studies", {2: {"data collection start": year}}), who=who)
    path = two.todo("--as", "adjudicator")
    assert "ME0476" in two.enter(fill(path, "Settle", {2: {"settled value": "later"}}), code=1)
    two.enter(fill(path, "Settle", {2: {"settled value": "2003"}}))
    assert standing(two.root)["S1", "data_collection_start", "consensus"] == "2003"


# ---------------------------------------------------------------------------------------- reports and constructs


def test_reports_are_given_their_studies_and_a_near_name_is_pointed_out(world):
    path = world.todo()
    line, *linked = cells(path, "Reports")
    assert (line["citation"], line["study"]) == ("Poe et al. 2018", "")
    assert [row["study"] for row in linked] == ["Doe 2015", "Roe 2016", "Roe 2016"]
    said = world.enter(fill(path, "Reports", {2: {"study": "Roe 2018", "role": ""}}))
    assert "Did you mean 'Roe 2016'?" in said
    (new,) = [r for r in rows(world.root, "studies") if r["label"] == "Roe 2018"]
    (link,) = [r for r in rows(world.root, "report_studies") if r["record_id"] == FREE]
    assert (link["study_id"], link["role"], link["citation"]) == (new["study_id"], "main", "Poe et al. 2018")
    world.enter(path)
    assert len(rows(world.root, "studies")) == 3
    # The study that was named a moment ago is asked for at once, without a run in between.
    assert "Roe 2018" in [row["study"] for row in cells(world.todo(), "Studies")]


def test_a_report_that_repeats_another_is_linked_on_the_sheet_too(world):
    path = world.root / ASSESSED.path
    assessed = tables.read(ASSESSED, path)
    free = assessed["record_id"].eq(FREE)
    assessed.loc[free, ["outcome", "reason_id"]] = ["exclude", "X3"]
    tables.write(ASSESSED, assessed, path)
    line, *linked = cells(world.todo(), "Reports")
    assert (line["record id"], line["study"], line["role"]) == (FREE, "", "only repeats another report")
    assert len(linked) == 3
    world.enter(fill(world.todo(), "Reports", {2: {"study": "Roe 2016"}}))
    (link,) = [r for r in rows(world.root, "report_studies") if r["record_id"] == FREE]
    assert (link["study_id"], link["role"]) == ("S2", "redundant")
    again = [row for row in cells(world.todo(), "Reports") if row["record id"] == FREE]
    assert [(row["study"], row["role"]) for row in again] == [("Roe 2016", "only repeats another report")]
    # What was left out for another reason is no report of any study.
    assessed.loc[free, "reason_id"] = "X1"
    tables.write(ASSESSED, assessed, path)
    assert FREE not in [row["record id"] for row in cells(world.todo(), "Reports")]


FIRST = {
    "study": "Doe 2015",
    "page": "p. 3",
    "speaker": "participant",
    "quotation": "“We just get on with it.”",
    "construct": "Getting on with it",
    "order": "participants' own (first order)",
    "kind": "concept",
    "meaning": "Work goes on whatever happens",
}


def test_constructs_and_passages_come_in_by_name_and_only_once(world):
    again = {"study": "Doe 2015", "page": 4, "speaker": "study author", "quotation": "They carried on.",
             "construct": "getting on with it"}  # fmt: skip
    path = fill(world.todo(), "Constructs", {2: FIRST, 3: again})
    assert "3 rows and values entered" in world.enter(path)
    (construct,) = rows(world.root, "constructs")
    passages = {p["passage_id"]: p for p in rows(world.root, "passages")}
    assert construct["study_id"] == "S1"
    assert construct["status"] == "translatable"
    assert (construct["order"], construct["entered_by"]) == ("1", "ann")
    assert [passages[i]["locator"] for i in construct["passage_ids"].split(";")] == ["p. 3", "p. 4"]
    assert {p["report_id"] for p in passages.values()} == {"A1"}
    before = [rows(world.root, name) for name in ("constructs", "passages")]
    world.enter(path)
    world.enter(world.todo())
    assert [rows(world.root, name) for name in ("constructs", "passages")] == before


def test_a_construct_is_changed_in_its_row_and_a_stale_sheet_is_refused(world):
    world.enter(fill(world.todo(), "Constructs", {2: FIRST}))
    old, new = world.todo(), world.todo()
    world.enter(fill(new, "Constructs", {2: {"construct": "Carrying on", "page": "p. 5"}}))
    (construct,), (passage,) = rows(world.root, "constructs"), rows(world.root, "passages")
    assert (construct["label"], passage["locator"]) == ("Carrying on", "p. 5")
    assert "ME0486" in world.enter(fill(old, "Constructs", {2: {"meaning": "something else"}}), code=1)


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"study": "Do 2015"}, "ME0483"),
        ({"study": "Roe 2016"}, "ME0483"),  # two reports: which?
        ({"page": ""}, "ME0478"),
        ({"speaker": ""}, "ME0478"),
        ({"speaker": "a bystander"}, "ME0477"),
        ({"order": ""}, "ME0478"),
        ({"quotation": ""}, "ME0478"),
        ({"construct": ""}, "ME0478"),
    ],
)
def test_what_a_row_lacks_is_said(world, change, code):
    assert code in world.enter(fill(world.todo(), "Constructs", {2: FIRST | change}), code=1)
    assert rows(world.root, "constructs") == []


def test_two_meanings_for_one_construct_are_a_contradiction(world):
    other = FIRST | {"page": "p. 9", "meaning": "Giving up"}
    assert "ME0485" in world.enter(fill(world.todo(), "Constructs", {2: FIRST, 3: other}), code=1)


def test_what_is_left_out_needs_a_reason_at_once_and_a_corrected_sheet_goes_in(world):
    path = fill(world.todo(), "Constructs", {2: FIRST | {"status": "set aside"}})
    assert "needs a reason" in world.enter(path, code=1)
    assert rows(world.root, "constructs") == []
    world.enter(fill(path, "Constructs", {2: {"reason": "about another question"}}))
    # On a sheet that shows the construct it is the same.
    path = fill(world.todo(), "Constructs", {2: {"status": "can't be translated", "reason": ""}})
    assert "ME0478" in world.enter(path, code=1)
    world.enter(fill(path, "Constructs", {2: {"reason": "a word of the authors only"}}))
    world.enter(fill(path, "Constructs", {2: {"reason": "a word that only the authors use"}}))
    (construct,) = rows(world.root, "constructs")
    assert (construct["status"], construct["reason"]) == ("not_translatable", "a word that only the authors use")


def test_rows_that_were_typed_in_can_be_corrected_in_the_same_sheet(world):
    again = {"study": "Doe 2015", "page": "p. 4", "speaker": "study author", "quotation": "They carried on.",
             "construct": "getting on with it"}  # fmt: skip
    path = fill(world.todo(), "Constructs", {2: FIRST, 3: again})
    world.enter(path)
    world.enter(fill(path, "Constructs", {2: {"meaning": "Work goes on", "page": "p. 33"}}))
    (construct,) = rows(world.root, "constructs")
    assert construct["meaning"] == "Work goes on"
    found = {p["passage_id"]: p["locator"] for p in rows(world.root, "passages")}
    assert [found[i] for i in construct["passage_ids"].split(";")] == ["p. 33", "p. 4"], "corrected, not added"
    # An empty cell takes nothing back, and the same once more changes nothing.
    assert " 0 rows and values entered" in world.enter(path)
    assert rows(world.root, "constructs") == [construct]
    # Two rows that now contradict each other are told, not entered in turn.
    path = fill(path, "Constructs", {2: {"meaning": "One"}, 3: {"meaning": "Two"}})
    assert "ME0485" in world.enter(path, code=1)


def test_a_typed_row_corrects_nothing_that_somebody_else_changed(world):
    path = fill(world.todo(), "Constructs", {2: FIRST})
    world.enter(path)
    world.enter(fill(world.todo(who="ben"), "Constructs", {2: {"meaning": "Ben's reading"}}), who="ben")
    assert "ME0486" in world.enter(fill(path, "Constructs", {2: {"meaning": "Mine"}}), code=1)
    assert rows(world.root, "constructs")[0]["meaning"] == "Ben's reading"


def test_lines_that_moved_correct_nothing(world):
    other = FIRST | {"construct": "waiting", "quotation": "We wait.", "meaning": "Nothing happens"}
    path = fill(world.todo(), "Constructs", {2: FIRST, 3: other})
    world.enter(path)
    before = [rows(world.root, name) for name in ("constructs", "passages")]
    assert " 0 rows and values entered" in world.enter(fill(path, "Constructs", {2: other, 3: FIRST}))
    assert [rows(world.root, name) for name in ("constructs", "passages")] == before


def links(root: Path) -> list[tuple[str, str, str]]:
    """Return citation, study's label and role of every link."""
    labels = {r["study_id"]: r["label"] for r in rows(root, "studies")}
    return sorted((r["citation"], labels[r["study_id"]], r["role"]) for r in rows(root, "report_studies"))


def test_a_report_of_several_studies_names_them_all_and_a_study_may_have_several_reports(world):
    old = world.todo()
    path = fill(world.todo(), "Reports", {2: {"study": "Poe wards; Poe homes"}, 3: {"study": "Doe 2015; Doe clinics"}})
    world.enter(path)
    assert links(world.root) == [
        ("Doe and Roe 2015", "Doe 2015", "main"),
        ("Doe and Roe 2015", "Doe clinics", "main"),
        ("Poe et al. 2018", "Poe homes", "main"),
        ("Poe et al. 2018", "Poe wards", "main"),
        ("Roe 2016a", "Roe 2016", "main"),
        ("Roe 2017", "Roe 2016", "companion"),
    ]
    found = rows(world.root, "report_studies")
    assert len({r["report_id"] for r in found if r["record_id"] == FREE}) == 1, "one report, two studies"
    # A second time nothing is added; an older sheet that was not touched undoes nothing.
    world.enter(path)
    world.enter(old)
    assert rows(world.root, "report_studies") == found
    (line,) = [row for row in cells(world.todo(), "Reports") if row["record id"] == FREE]
    assert line["study"].split("; ") == ["Poe homes", "Poe wards"]
    # Leaving a name out takes nothing back; who means it is told where.
    said = world.enter(fill(world.todo(), "Reports", {2: {"study": "Doe 2015"}}), code=1)
    assert "ME0486" in said
    assert rows(world.root, "report_studies") == found


def test_a_further_report_of_a_study_is_a_companion_unless_it_says_otherwise(world):
    world.enter(fill(world.todo(), "Reports", {2: {"study": "Doe 2015"}}))
    assert ("Poe et al. 2018", "Doe 2015", "companion") in links(world.root)
    path = fill(world.todo(), "Reports", {3: {"role": "only repeats another report", "citation": "Poe 2018"}})
    world.enter(path)
    wanted = {r["citation"]: r["role"] for r in rows(world.root, "report_studies")}
    assert list(wanted.values()).count("redundant") == 1
    assert "Poe 2018" in wanted


# ---------------------------------------------------------------------------------------- a sheet for each study


def test_a_sheet_for_each_study_says_and_takes_the_same(world):
    path = world.todo("--layout", "sheets")
    book = openpyxl.load_workbook(path)
    assert book.sheetnames == ["Doe 2015", "Roe 2016", "Constructs", "Reports", "How to", "_lists"]
    page = cells(path, "Doe 2015")
    assert [row["question"] for row in page] == [
        "country", "How many", "data collection start", "Stance", "Methods", "Ethics stated"
    ]  # fmt: skip
    picks = {str(v.sqref) for v in book["Doe 2015"].data_validations.dataValidation}
    assert picks == {"B5", "B7"}  # stance and ethics
    one = {2: {"answer": "Norland"}, 3: {"answer": "1,200", "page": "p. 7"}, 5: {"answer": "Realist"}}
    fill(path, "Doe 2015", one)
    assert "4 rows and values entered" in world.enter(fill(path, "Roe 2016", {2: {"answer": "Westland"}}))
    assert standing(world.root) == {
        ("S1", "country", "ann"): "Norland",
        ("S1", "participants_n", "ann"): "1200",
        ("S1", "stance", "ann"): "realist",
        ("S2", "country", "ann"): "Westland",
    }
    (many,) = [r for r in rows(world.root, "extraction_values") if r["field"] == "participants_n"]
    assert many["locator"] == "p. 7"
    before = rows(world.root, "extraction_values")
    world.enter(path)
    world.enter(world.todo())
    world.enter(world.todo("--layout", "sheets"))
    assert rows(world.root, "extraction_values") == before
    assert [row["answer"] for row in cells(world.todo("--layout", "sheets"), "Doe 2015")][:2] == ["Norland", "1200"]


def test_what_is_wrong_on_a_studys_own_sheet_is_told_with_its_cell(world):
    path = world.todo("--layout", "sheets")
    fill(path, "Doe 2015", {3: {"answer": "many"}, 4: {"page": "p. 2"}})
    said = world.enter(fill(path, "Roe 2016", {5: {"answer": "=A1"}}), code=1)
    assert "cell B3" in said
    assert "ME0476" in said
    assert "ME0473" in said
    assert "sheets" in world.run("todo", "extraction", "--reviewer", "ann", "--layout", "sheets", "--to", "csv", code=2)


def test_studies_of_nearly_one_name_have_sheets_of_their_own():
    used: set[str] = set()
    long = "A study with a label that is longer than thirty-one letters"
    made = [sheet_name(name, used) for name in (long, long + " too", "Reports", "a/b", "A:B", "")]
    assert len({m.casefold() for m in made}) == len(made)
    assert all(0 < len(m) <= 31 and not set(m) & set("[]:*?/\\'") for m in made)
    assert "reports" not in {m.casefold() for m in made}
