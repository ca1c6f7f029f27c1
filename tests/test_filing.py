"""Full texts are filed under the records they are of, by what they show; where that doesn't agree, nothing is."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from metaethno import cli, fulltext_reader
from metaethno.exchange import papers
from metaethno.fulltext_reader import Text
from metaethno.schemas import UNIQUE
from metaethno.shell import filing, fulltexts
from tests.extraction_world import review
from tests.voting_world import _frame, record

NURSE = "Being a nurse: an ethnography of the ward"
RECORDS = (
    record("R1", NURSE, doi="10.1000/one", authors="Doe, Jane; Roe, Rick", year="2015"),
    record("R2", "Nursing at night in hospitals", doi="10.1000/two", authors="Roe, Rick", year="2016"),
    record("R3", "Nursing at night in hospitals, again", doi="10.1000/two2", authors="Roe, Rick", year="2017"),
    record("R4", "Editorial", doi="10.1000/four", authors="Poe, Ann", year="2018"),
    record("R5", "Same title of two works by one", authors="Low, Bob", year="2019"),
    record("R6", "Same title of two works by one", authors="Low, Bob", year="2020"),
    record("R7", "Silence as care & waiting", authors="Li, Wei", year="2012"),
)
REST = "\nAbstract. " + "Nurses spoke of what they do when nobody looks. " * 8


SHELF = papers.shelf(_frame(UNIQUE, RECORDS), _frame(UNIQUE, RECORDS[:1]))


@pytest.fixture
def shelf() -> papers.Shelf:
    return SHELF


def told(shelf, page: str, name: str = "download.pdf", about: str = "") -> tuple[str, tuple[str, ...]]:
    found = papers.find(name, Text((page,), ("1",), about=about), shelf)
    assert bool(found.record) != bool(found.why)
    return found.record, found.choices


@pytest.mark.parametrize(
    ("page", "name", "record"),
    [
        (f"{NURSE}\nJane Doe\nhttps://doi.org/10.1000/one.{REST}", "x.pdf", "R1"),
        # A title over several lines, with a hyphen and a ligature's letters; no DOI.
        (f"Being a nurse: an ethno-\ngraphy of\nthe ward\nJ. Doe and R. Roe{REST}", "x.pdf", "R1"),
        # The longer title is meant, not the one inside it; a DOI that goes on is another DOI.
        (f"Nursing at night in hospitals, again. R. Roe. doi:10.1000/two2{REST}", "x.pdf", "R3"),
        (f"Nursing at night in hospitals. R. Roe. doi:10.1000/two).{REST}", "x.pdf", "R2"),
        # A short title counts where the DOI names its record.
        (f"Editorial\nAnn Poe\n10.1000/FOUR{REST}", "x.pdf", "R4"),
        # A title that a scan spoilt.
        (f"Belng a nurse: an ethnography of lhe ward. Doe. 10.1000/one{REST}", "x.pdf", "R1"),
        # Two works of one title: the name says which.
        (f"Same title of two works by one. Bob Low{REST}", "Low - 2020 - Same title of two works.pdf", "R6"),
        (f"Silence as care and waiting\nWei Li{REST}", "x.pdf", "R7"),
        # A scan without text: author, year and title in the name, as reference managers write it.
        ("", "Doe and Roe - 2015 - Being a nurse an ethnography.pdf", "R1"),
        ("", "doe_2015_being_a_nurse (1).pdf", "R1"),
    ],
)
def test_what_agrees_is_found(shelf, page, name, record):
    assert told(shelf, page, name)[0] == record


@pytest.mark.parametrize(
    ("page", "name", "choices"),
    [
        # DOI and title of two records.
        (f"{NURSE}. Jane Doe. 10.1000/two{REST}", "x.pdf", ("R1", "R2")),
        # The name says another record than the page.
        (f"{NURSE}. Jane Doe. 10.1000/one{REST}", "Roe 2016 Nursing at night.pdf", ("R1", "R2")),
        # Not the work itself.
        (f"Correction to: {NURSE}. Jane Doe. doi 10.1000/one{REST}", "x.pdf", ("R1",)),
        (f"Erratum\n{NURSE}\nJane Doe{REST}", "x.pdf", ("R1",)),
        # Its title, but not its author; its title, but another DOI.
        (f"{NURSE}. Some Body{REST}", "x.pdf", ("R1",)),
        (f"{NURSE}. Jane Doe. https://doi.org/10.1101/preprint{REST}", "x.pdf", ("R1",)),
        # A DOI that is only cited.
        (f"On other things. See 10.1000/one{REST}", "x.pdf", ("R1",)),
        # Two works of one title.
        (f"Same title of two works by one. Bob Low{REST}", "x.pdf", ("R5", "R6")),
        # Author and year are not enough; a short word is no author's name inside another word.
        ("", "doe2015.pdf", ("R1",)),
        ("", "Doe 2016.pdf", ()),
        ("", "Silent lives 2012.pdf", ()),
        # A name that the page doesn't bear out.
        (f"A study of something else altogether{REST}", "Doe 2015 Being a nurse.pdf", ("R1",)),
        # A generic title alone says nothing.
        (f"Editorial\nAnn Poe{REST}", "x.pdf", ()),
    ],
)
def test_nothing_is_guessed(shelf, page, name, choices):
    assert told(shelf, page, name) == ("", choices)


def test_the_doi_in_a_files_own_metadata_counts_without_a_title(shelf):
    assert told(shelf, "", about="doi:10.1000/two")[0] == "R2"


def test_a_cover_page_is_passed_over(shelf):
    text = Text(("This copy is for your personal use only.", f"{NURSE}\nJane Doe{REST}"), ("", ""))
    assert papers.find("x.pdf", text, shelf).record == "R1"


@pytest.mark.parametrize(
    ("words", "found"),
    [("being a NURSE", ("R1",)), ("10.1000/two2", ("R3",)), ("nursing at night", ("R2", "R3")), ("R4", ("R4",)),
     ("Nursing at night in hospitals", ("R2",)), ("nowhere", ()), ("", ()), ("...", ())],
)  # fmt: skip
def test_a_person_names_a_record_by_words_of_its_title(shelf, words, found):
    assert papers.named_by(words, shelf) == found


@given(st.text(max_size=300), st.text(max_size=60), st.text(max_size=100))
def test_whatever_a_file_shows_there_is_a_record_or_a_reason(page, name, about):
    found = papers.find(name, Text((page,), ("",), about=about), SHELF)
    assert bool(found.record) != bool(found.why)


# ------------------------------------------------------------------------------------------------ the command


@pytest.fixture(scope="module")
def template(tmp_path_factory) -> Path:
    root = review(tmp_path_factory.mktemp("filing") / "review")
    subprocess.run(["git", "init", "-q"], cwd=root, check=True)
    subprocess.run([sys.executable, "-m", "dvc", "init", "-q"], cwd=root, check=True)
    return root


@pytest.fixture
def root(tmp_path, template, monkeypatch) -> Path:
    root = Path(shutil.copytree(template, tmp_path / "review", symlinks=True))
    monkeypatch.chdir(root)
    return root


def in_folder(root: Path) -> set[str]:
    folder = root / fulltexts.FOLDER
    return {p.name for p in folder.iterdir()} - {".gitignore"} if folder.is_dir() else set()


def pdf(path: Path, title: str, more: str = "") -> Path:
    typst = pytest.importorskip("typst")
    source = path.with_suffix(".typ")
    source.write_text(f"= {title}\nJane Doe\n\n{more}\n\n{'The nurses spoke of it. ' * 20}")
    typst.compile(str(source), output=str(path))
    source.unlink()
    return path


def test_pdfs_are_filed_once_and_the_rest_is_listed(root, tmp_path, capsys):
    given_ = tmp_path / "papers"
    given_.mkdir()
    pdf(given_ / "a.pdf", "Being a nurse: an ethnography")
    (given_ / "b.txt").write_text("A report that nobody has given a study. Poe, Low, Fox 2018." + REST)
    (given_ / "c.pdf").write_bytes(b"%PDF-1.7\n" + b"\xff\x00" * 5000)
    (given_ / "d.html").write_text(f"<p>Nothing of ours{REST}")
    (given_ / "notes.xyz").write_bytes(b"\0\1")
    assert cli.main(["fulltext", "add", str(given_)]) == 1
    said = capsys.readouterr()
    wanted = {"RAAAAAAAAA1.pdf", "RAAAAAAAAA1.pdf.dvc", "RAAAAAAAAA4.txt", "RAAAAAAAAA4.txt.dvc"}
    assert in_folder(root) == wanted
    assert said.err.count("ME0431") == 3  # c, d and the line that names the code
    assert "c.pdf" in said.err
    assert "damaged" in said.err
    assert "d.html" in said.err
    assert fulltexts.problems(root) == []
    # The same again changes nothing, whatever the files are called now.
    before = {p.name: p.stat().st_mtime_ns for p in (root / fulltexts.FOLDER).iterdir()}
    shutil.move(given_ / "a.pdf", given_ / "renamed.pdf")
    assert cli.main(["fulltext", "add", str(given_ / "renamed.pdf"), str(given_ / "b.txt")]) == 0
    assert "there already" in capsys.readouterr().out
    assert {p.name: p.stat().st_mtime_ns for p in (root / fulltexts.FOLDER).iterdir()} == before
    assert cli.main(["fulltext", "list"]) == 0
    said = capsys.readouterr().out
    assert "RAAAAAAAAA1.pdf" in said
    assert "Nursing at night" in said


def test_by_hand_further_texts_and_what_is_refused(root, tmp_path, capsys, monkeypatch):
    calls: list[tuple[str, ...]] = []

    class Store:
        def __init__(self, _: Path) -> None: ...

        def dvc(self, *words: str) -> None:
            calls.append(words)

    monkeypatch.setattr("metaethno.history.store.Store", Store)
    (tmp_path / "scan.txt").write_text("nothing to see")
    add = ["fulltext", "add", str(tmp_path / "scan.txt")]
    assert cli.main(add) == 1
    assert "ME0431" in capsys.readouterr().err
    assert cli.main([*add, "--for", "nursing at night"]) == 0  # the whole title of one, and a part of another's
    assert in_folder(root) == {"RAAAAAAAAA2.txt"}
    assert cli.main([*add, "--for", "at night"]) == 1
    said = capsys.readouterr().err
    assert "ME0432" in said
    assert "Nursing at night, again" in said
    assert cli.main([*add, "--for", "at nihgt"]) == 1
    assert "ME0431" in capsys.readouterr().err
    # The same text for another record is refused; again for its own it is there.
    assert cli.main([*add, "--for", "being a nurse"]) == 1
    assert "ME0434" in capsys.readouterr().err
    assert cli.main([*add, "--for", "nursing at night"]) == 0
    # A text that was copied before DVC failed is given to it again.
    assert calls == [("add", "--quiet", f"{fulltexts.FOLDER}/RAAAAAAAAA2.txt")] * 2
    (tmp_path / "scan.txt").write_text("the appendix")
    assert cli.main([*add, "--for", "nursing at night"]) == 1
    assert "ME0434" in capsys.readouterr().err
    assert cli.main([*add, "--for", "nursing at night", "--also"]) == 0
    assert in_folder(root) == {"RAAAAAAAAA2.txt", "RAAAAAAAAA2-2.txt"}
    assert (root / fulltexts.FOLDER / "RAAAAAAAAA2.txt").read_text() == "nothing to see"
    (tmp_path / "bad.doc").write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 100)
    assert cli.main(["fulltext", "add", str(tmp_path / "bad.doc"), "gone.pdf"]) == 1
    said = capsys.readouterr().err
    assert "ME0433" in said
    assert "ME0470" in said
    assert cli.main(["fulltext", "add"]) == 2


def test_two_files_for_one_record_are_not_told_apart_by_chance(root, tmp_path, capsys, monkeypatch):
    monkeypatch.setattr("metaethno.history.store.Store", lambda _: type("S", (), {"dvc": lambda *_: None})())
    for name, more in (("a.txt", "The article"), ("b.txt", "The supplement")):
        (tmp_path / name).write_text(f"Being a nurse: an ethnography\nDoe\n{more}{REST}")
    shutil.copy(tmp_path / "a.txt", tmp_path / "a (1).txt")
    files = [str(tmp_path / n) for n in ("a.txt", "b.txt", "a (1).txt")]
    assert cli.main(["fulltext", "add", *files]) == 1
    assert in_folder(root) == set()
    assert "a.txt" in capsys.readouterr().err
    assert cli.main(["fulltext", "add", files[0], files[2]]) == 0
    assert in_folder(root) == {"RAAAAAAAAA1.txt"}


def test_a_file_is_never_written_over_even_in_a_race(tmp_path):
    (tmp_path / "a").write_text("new")
    (tmp_path / "b").write_text("old")
    with pytest.raises(FileExistsError):
        filing._copy(tmp_path / "a", tmp_path / "b")
    assert (tmp_path / "b").read_text() == "old"
    assert sorted(p.name for p in tmp_path.iterdir()) == ["a", "b"]


def test_only_the_first_pages_are_read_and_what_a_pdf_says_of_itself(tmp_path):
    typst = pytest.importorskip("typst")
    source = '#set document(title: "Being 10.1000/one")\nOne\n#pagebreak()\nTwo\n#pagebreak()\nThree'
    (tmp_path / "a.typ").write_text(source)
    typst.compile(str(tmp_path / "a.typ"), output=str(tmp_path / "a.pdf"))
    text = fulltext_reader.read(tmp_path / "a.pdf", 20, 2)
    assert [t.strip() for t in text.texts] == ["One", "Two"]
    assert "10.1000/one" in text.about
    assert len(fulltext_reader.read(tmp_path / "a.pdf", 20).texts) == 3
