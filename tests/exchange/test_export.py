"""`metaethno export`: which records, where to, and what is refused."""

from __future__ import annotations

import pandas as pd
import pytest
from tests.worlds import lay_out

from metaethno import cli, tables
from metaethno.exchange.select import SETS, select
from metaethno.formats import read
from metaethno.schemas import ASSESSED, SCREENED, UNIQUE

OUTCOMES = {"R1": "forward", "R2": "exclude", "R3": "undecided"}


def frame(table, rows: list[dict[str, object]]) -> pd.DataFrame:
    blank = {c.name: 1 if c.kind == "count" else "" for c in table.columns}
    return pd.DataFrame([blank | row for row in rows])


@pytest.fixture
def root(tmp_path, monkeypatch):
    root = lay_out(tmp_path / "review")
    monkeypatch.chdir(root)
    day = {"first_run": "2020-01-02", "last_run": "2020-01-02", "origin": "databases"}
    common = day | {"sources": "Alpha", "content_hash": "abc", "rows": 1}
    unique = [common | {"record_id": one, "title": f"Title {one}", "doi": f"10.5555/{one.lower()}"} for one in OUTCOMES]
    tables.write(UNIQUE, frame(UNIQUE, unique), root / UNIQUE.path)
    screened = [day | {"record_id": k, "outcome": v, "votes": 1, "changed": "no"} for k, v in OUTCOMES.items()]
    tables.write(SCREENED, frame(SCREENED, [{k: v for k, v in r.items() if k != "last_run"} for r in screened]),
                 root / SCREENED.path)  # fmt: skip
    assessed = [{"record_id": "R1", "outcome": "include", "first_run": "2020-01-02", "origin": "databases"}]
    tables.write(ASSESSED, frame(ASSESSED, assessed), root / ASSESSED.path)
    return root


def titles(path) -> list[str]:
    return [title.removeprefix("Title ") for title in read(path).records["title"]]


@pytest.mark.parametrize(
    ("of", "expected"),
    [
        ("all", ["R1", "R2", "R3"]),
        ("undecided", ["R3"]),
        ("screened", ["R1"]),
        ("screened-out", ["R2"]),
        ("included", ["R1"]),
    ],
)
def test_which_records_are_meant(root, of, expected) -> None:
    assert cli.main(["export", "out.bib", "--of", of]) == 0
    assert titles(root / "out.bib") == expected


@pytest.mark.parametrize("to", ["ris", "csv", "bibtex", "csl-json", "endnote-xml"])
def test_every_format_is_read_back(root, to) -> None:
    assert cli.main(["export", "some.where", "--to", to]) == 0
    assert titles(root / "some.where") == ["R1", "R2", "R3"]


def test_nothing_is_overwritten_unless_asked(root, capsys) -> None:
    (root / "mine.ris").write_text("mine")
    assert cli.main(["export", "mine.ris"]) == 1
    assert "ME0022" in capsys.readouterr().err
    assert (root / "mine.ris").read_text() == "mine"
    assert cli.main(["export", "mine.ris", "--force"]) == 0
    assert titles(root / "mine.ris") == ["R1", "R2", "R3"]


def test_never_among_the_data_of_the_review(root, capsys) -> None:
    target = root / UNIQUE.path
    before = target.read_bytes()
    assert cli.main(["export", str(target), "--to", "ris", "--force"]) == 1
    assert cli.main(["export", "reports/../data/raw/x.ris", "--force"]) == 1
    assert "own data" in capsys.readouterr().err
    assert target.read_bytes() == before


def test_an_empty_set_and_an_unknown_ending_are_said(root, capsys) -> None:
    assert cli.main(["export", "out.ris", "--of", "excluded"]) == 1
    assert "ME0023" in capsys.readouterr().err
    assert cli.main(["export", "out.docx"]) == 1
    assert "ME0021" in capsys.readouterr().err
    assert not list(root.glob("out.*"))


def test_every_set_is_told_by_outcomes_that_its_table_knows() -> None:
    for _, table, outcomes in SETS.values():
        assert not outcomes or outcomes <= set(table["outcome"].choices)
    unique = pd.DataFrame({"record_id": ["b", "a"]})
    assert list(select(unique, "all", None)["record_id"]) == ["a", "b"]


def test_a_checklist_is_a_word_table_with_a_header_row_and_shows_hostile_words_as_text(root, capsys) -> None:
    import csv
    import re
    import zipfile

    from tests.report_world import HOSTILE, review, settings

    from metaethno.checklists import items
    from metaethno.schemas import PRISMA_2020
    from metaethno.stages.reports import checklists

    notes = {"reports": {"checklist_notes": {"prisma-2020-12": HOSTILE}}}
    tables.write(PRISMA_2020, checklists(review(config=settings(**notes)))["prisma_2020"], root / PRISMA_2020.path)
    assert cli.main(["export", "checklist", "prisma-2020"]) == 0
    first = (root / "prisma_2020.docx").read_bytes()
    with zipfile.ZipFile(root / "prisma_2020.docx") as made:
        words = made.read("word/document.xml").decode()
    assert words.count("<w:tbl>") == 1
    assert len(re.findall(r"<w:tr\b", words)) == len(items("prisma_2020")) + 1
    assert words.count("<w:tblHeader") == 1
    assert "landscape" in words
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in re.sub(r"</w:t>.*?<w:t[^>]*>", "", words)
    assert "w:hyperlink" not in words
    assert cli.main(["export", "checklist", "prisma-2020"]) == 1, "the file is there"
    assert cli.main(["export", "checklist", "prisma-2020", "--force"]) == 0
    assert (root / "prisma_2020.docx").read_bytes() == first
    assert cli.main(["export", "checklist", "prisma_2020", "--csv"]) == 0
    with (root / "prisma_2020.csv").open(newline="", encoding="utf-8") as made:
        assert len(list(csv.reader(made))) == 1 + len(items("prisma_2020"))
    assert cli.main(["export", "checklist", "prism"]) == 2
    assert "emerge" in capsys.readouterr().err
