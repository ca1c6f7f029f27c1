"""The faults that were seen in a public meta-ethnography kept in spreadsheets, copied into invented content.

Each is reported with its file and line, none twice, and nothing else is reported; the same review without them reports
nothing. What is no table at all is refused at the door (part one); what can be read is found by the checks (part two).
"""

from __future__ import annotations

import copy

import pytest

from metaethno import cli, config
from metaethno.errors import UserError
from metaethno.places import Places
from metaethno.schemas import TABLES
from metaethno.shell import common, final, synthesis
from metaethno.state import read_state
from tests.checks import world

NEW = "The studies describe quiet or debts; that the two are one economy is ours."


@pytest.fixture(scope="module")
def sound(tmp_path_factory):
    """The review without faults, made, with a statement on what is new, and signed."""
    root = world.found_review(tmp_path_factory.mktemp("faults") / "review")
    world.make(root)
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(root)
        assert cli.main(["sign", "statement", "1", "--reviewer", "ann", "--text", NEW, "--on", world.DAY]) == 0
        assert cli.main(["sign", "C1", "C2", "X1", "L1", "--reviewer", "ben", "--on", world.DAY]) == 0
    world.make(root, pages=True)
    return root


@pytest.fixture
def review(sound, tmp_path):
    import shutil

    return shutil.copytree(sound, tmp_path / "review")


def found(root):
    """Return code, file and line of everything the checks report."""
    return sorted((row["code"], row["file"], row["line"]) for row in read_state(root).checks)


def test_the_review_without_faults_reports_nothing(sound):
    state = read_state(sound)
    assert (state.checks, state.open) == ([], [])
    (said,) = state.settled
    assert (said["code"], said["statement"], said["stated_by"]) == ("Y22", NEW, "ann")
    final.check(sound, config.load(sound))
    report = (sound / "data/derived/9_reports/tables/statements.md").read_text()
    assert "that the two are one economy is ours" in report
    assert "Ann, 2026" in report


def test_what_is_no_table_is_refused_at_the_door(review):
    bad = copy.deepcopy(world.rows())
    bad["translations"][1]["status"] = "Accepted"  # beside `accepted`: line 3
    bad["constructs"][0]["construct_id"] = ""  # a missing id: line 2
    bad["constructs"][3]["construct_id"] = "K3"  # a repeated one: line 5
    bad["constructs"][4]["passage_ids"] = "P55"  # a dangling one: line 6
    bad["constructs"][5]["passage_ids"] = "6.0"  # read as a float: line 7
    world.write(review, {name: bad[name] for name in ("translations", "constructs")})
    votes = {"vote_id": "V1", "record_id": "RECSA", "record_hash": "h", "reviewer": "ann", "role": "reviewer",
             "round": "main", "criteria_version": "c1", "decided_on": world.DAY}  # fmt: skip
    two = votes | {"decision": "exclude", "reasons": "X1, X2"}  # two reasons in one cell: line 2
    world.write_rows(review, "eligibility", [two], "ann")
    settings = config.load(review)
    problems = [
        p for s in ("eligibility", "extraction", "translation") for p in common.check_stage(review, settings, s)[1]
    ]
    decisions = "data/decisions/"
    said = sorted((p.code, p.file.removeprefix(decisions), p.line, p.column) for p in problems)
    assert said == [
        ("ME0110", "constructs.csv", 2, "construct_id"),
        ("ME0110", "constructs.csv", 7, "passage_ids"),
        ("ME0110", "eligibility/ann.csv", 2, "reasons"),
        ("ME0110", "translations.csv", 3, "status"),
        ("ME0111", "constructs.csv", 5, "construct_id"),
        ("ME0112", "constructs.csv", 6, "passage_ids"),
        # Translations of the two constructs whose ids are gone now lead nowhere.
        ("ME0112", "translations.csv", 2, "construct_id"),
        ("ME0112", "translations.csv", 5, "construct_id"),
    ]


def test_what_can_be_read_is_found_by_the_checks(review):
    bad = copy.deepcopy(world.rows())
    for row in bad["studies"]:
        row["second_reader"] = ""  # a second reviewer's column that is empty in every row
    unused = [{**bad["passages"][0], "passage_id": f"P{n}", "text": f"Unused {n}."} for n in (7, 8, 9)]
    bad["passages"] += unused  # never cited: lines 8 to 10
    bad["constructs"][2]["passage_ids"] = "P4"  # what it quotes stands in P3: line 4
    bad["constructs"][3]["passage_ids"] = "P4;P3"
    bad["readings"][1]["note"] = "=SUM(B2:B14)"  # a formula in a comment: line 3
    bad["translations"][1]["wording"] = "In quite other words"  # changed since it was signed: line 3
    bad["translations"][4]["wording"] = "In other words again"  # line 6
    names = ("studies", "passages", "constructs", "readings", "translations")
    world.write(review, {name: bad[name] for name in names})
    readings = review / TABLES["readings"].path
    # The program's own writer makes a formula text; a spreadsheet doesn't.
    readings.write_text(readings.read_text().replace("'=SUM", "=SUM") + ",,,,,,,,,\n,,,,,,,,,\n")
    world.make(review)
    decisions = "data/decisions/"
    assert found(review) == sorted(
        [
            ("Y8", f"{decisions}constructs.csv", "4"),
            *[("Y16", f"{decisions}passages.csv", line) for line in ("8", "9", "10")],
            ("Y23", f"{decisions}readings.csv", "5"),
            ("Y24", f"{decisions}readings.csv", "3"),
            ("Y25", f"{decisions}studies.csv", "1"),
        ]
    )
    assert {r["level"] for r in read_state(review).checks if r["code"] == "Y16"} == {"warning"}, (
        "the review's own level"
    )
    # What was signed and changed is work for a person, and each change is named.
    (waiting,) = read_state(review).open
    assert waiting.what == "interpretations whose evidence changed"
    changes = common.derived(review, "changes")
    places = Places(lambda path: (review / path).read_bytes())
    at = {
        places.of({"table": "translations", "ids": one, "line": ""})
        for one in changes.loc[changes["item_kind"] == "translation", "item_id"]
    }
    assert at == {(f"{decisions}translations.csv", 3), (f"{decisions}translations.csv", 6)}


def test_final_fails_on_an_error_and_names_file_and_line(review):
    page = review / "reports/pages/review.qmd"
    page.write_text(page.read_text() + "\n## Found {#sec-found}\n\nThere were eleven included studies.\n")
    world.check_report(review)
    with pytest.raises(UserError) as failed:
        final.check(review, config.load(review))
    (problem,) = failed.value.problems
    line = len(page.read_text().splitlines())
    assert (problem.code, problem.file, problem.line) == ("Y12", "reports/pages/review.qmd", line)


def test_what_a_statement_settles_is_open_again_when_something_else_is_found(review, monkeypatch, capsys):
    monkeypatch.chdir(review)
    given = world.rows()
    world.write(review, {"third_order_support": given["third_order_support"][:1]})
    more = {"third_order_id": "X2", "label": "A debt", "statement": "s", "source": "from_studies", "status": "settled"}
    world.write(review, {"third_order": [*given["third_order"], more]})
    world.make(review)
    codes = [row["code"] for row in read_state(review).checks]
    assert codes.count("Y22") == 1, "there is a third-order construct that nobody has spoken of"
    assert cli.main(["sign", "statement", "Y22", "--reviewer", "ben"]) == 2, "a statement needs words"
    assert cli.main(["sign", "statement", "Y8", "--reviewer", "ben", "--text", "so"]) == 1, "no such finding"
    assert cli.main(["sign", "statement", "Y22", "--reviewer", "nobody", "--text", "so"]) == 2
    assert cli.main(["sign", "statement", "Y22", "--reviewer", "ben", "--text", "This is new"]) == 0
    capsys.readouterr()
    assert cli.main(["sign", "statement"]) == 0
    assert "stated by ben, counts after `metaethno run`: This is new" in capsys.readouterr().out
    assert cli.main(["sign", "statement", "1", "99", "--reviewer", "ben", "--text", "Newer"]) == 1, "all or none"
    capsys.readouterr()
    assert cli.main(["sign", "statement", "Y22", "--reviewer", "ben", "--text", "This is newer"]) == 0
    assert "in place of: This is new" in capsys.readouterr().out
    synthesis.check(review, config.load(review))
    assert "Y22" not in [row["code"] for row in read_state(review).checks]
    capsys.readouterr()
