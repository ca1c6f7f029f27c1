"""Files as Windows and its spreadsheets save them: read, or refused with what to do. Never half-understood."""

from __future__ import annotations

import importlib

import pytest

from metaethno import cli, config, review, tables
from metaethno.history.rows import Reader
from metaethno.schemas import GROUPS, SCREENED, SEARCHES
from metaethno.shell.common import checked_path
from tests.worlds import add_run, lay_out, ris, write_rows

RUN = "2020-01-02"
LOG = f"data/raw/{RUN}/searches.csv"
RECORDS = [
    {"title": "Wärme im Wartezimmer", "author": "Böll, Änne", "year": "2015", "journal": "Wards", "volume": "3"},
    {"title": "What nurses say of night shifts", "author": "Low, Bea", "year": "2016", "journal": "Homes"},
]


def excel(data: bytes, *, mark: bool, semicolon: bool = True) -> bytes:
    """Return a table as Excel saves it on a Windows of a country with a decimal comma; `mark`: as 'CSV UTF-8'."""
    text = data.decode().replace("\n", "\r\n")
    text = text.replace(",", ";") if semicolon else text
    return b"\xef\xbb\xbf" + text.encode() if mark else text.encode("cp1252")


@pytest.fixture
def root(tmp_path, monkeypatch):
    place = lay_out(tmp_path / "r")
    add_run(place, RUN, {"beta.ris": (ris(*RECORDS), "Bücherei", 2)}, {"beta.ris": {"note": "geprüft"}})
    monkeypatch.chdir(place)
    return place


def make(root, *stages):
    for stage in stages:
        shell = importlib.import_module(f"metaethno.shell.{stage}")
        shell.check(root, config.load(root))
        shell.make(root, config.load(root))


def test_a_search_log_with_semicolons_is_read_from_import_to_the_records(root, capsys):
    path = root / LOG
    path.write_bytes(excel(path.read_bytes(), mark=True))
    assert cli.main(["import", RUN]) == 0
    assert "2 rows registered" in capsys.readouterr().out
    # What the rules ask for is what the log names.
    assert review.exports(root) == [f"data/raw/{RUN}/beta.ris"]
    make(root, "search", "records", "dedupe", "screening")
    screened = tables.read(SCREENED, root / SCREENED.path)
    assert len(screened) == 2
    sources = (root / "data/derived/1_search/sources.csv").read_text()
    assert "Bücherei" in sources
    assert "geprüft" in sources
    assert cli.main(["check"]) == 0


def test_a_further_file_joins_such_a_log_and_the_log_stays_readable(root):
    path = root / LOG
    path.write_bytes(excel(path.read_bytes(), mark=True))
    (root.parent / "neu.ris").write_bytes(ris({"title": "A third one", "year": "2017"}))
    told = ["--source", "Gamma", "--searched-on", RUN, "--hits", "1", "--note", "für alle; auch: später"]
    assert cli.main(["import", RUN, str(root.parent / "neu.ris"), *told]) == 0
    frame, problems = tables.load_decisions(SEARCHES, root)
    assert (problems, sorted(frame["source"])) == ([], ["Bücherei", "Gamma"])
    assert "für alle; auch: später" in set(frame["note"])


@pytest.mark.parametrize("command", [["import", RUN], ["check"]])
def test_a_search_log_in_a_windows_alphabet_is_refused_with_what_to_do(root, command, capsys):
    path = root / LOG
    saved = excel(path.read_bytes(), mark=False)
    path.write_bytes(saved)
    assert cli.main(command) == 1
    said = capsys.readouterr().err
    assert f"ME0101 {LOG}, line 2: is not UTF-8 text" in said
    assert "CSV UTF-8" in said
    assert path.read_bytes() == saved
    assert not (root / f"data/raw/{RUN}/rows.csv").exists()


ROWS = [
    {"group_id": "G1", "label": "Wärme", "rationale": "Wer; was, wie – “so”"},
    {"group_id": "G2", "label": "zwei\nZeilen", "rationale": "=SUM(A1)"},
]


def semicolons(root):
    """Save the table of groups as a spreadsheet would: quotation marks where a cell holds a semicolon."""
    import csv
    import io

    out = io.StringIO()
    csv.writer(out, delimiter=";", lineterminator="\r\n").writerows([GROUPS.names, *[list(r.values()) for r in ROWS]])
    return out.getvalue()


def test_decisions_with_semicolons_come_to_the_same_canonical_copy(root):
    path = write_rows(root, "groups", ROWS)
    importlib.import_module("metaethno.shell.translation").check(root, config.load(root))
    plain = (root / checked_path("groups")).read_bytes()
    path.write_bytes(b"\xef\xbb\xbf" + semicolons(root).encode())
    importlib.import_module("metaethno.shell.translation").check(root, config.load(root))
    assert (root / checked_path("groups")).read_bytes() == plain


def test_decisions_in_a_windows_alphabet_are_refused_with_what_to_do(root, capsys):
    path = root / GROUPS.path
    path.write_bytes(semicolons(root).encode("cp1252"))
    assert cli.main(["check"]) == 1
    said = capsys.readouterr().err
    assert f"ME0101 {GROUPS.path}, line 2: is not UTF-8 text" in said
    assert "CSV UTF-8" in said


def test_a_worklist_saved_by_a_windows_spreadsheet_comes_in(root, capsys):
    assert cli.main(["import", RUN]) == 0
    make(root, "search", "records", "dedupe", "screening")
    assert cli.main(["todo", "screening", "--reviewer", "ann", "--to", "csv"]) == 0
    (sheet,) = (root / "worklists").glob("screening-ann*.csv")
    import csv
    import io

    rows = list(csv.reader(io.StringIO(sheet.read_text("utf-8-sig"), newline="")))
    at = {name: rows[0].index(name) for name in ("decision", "note")}
    for row in rows[1:]:
        row[at["decision"]], row[at["note"]] = "include", "geprüft – später"
    out = io.StringIO()
    csv.writer(out, delimiter=";", lineterminator="\r\n").writerows(rows)
    sheet.write_bytes(out.getvalue().encode("cp1252"))
    assert cli.main(["enter", "screening", str(sheet), "--reviewer", "ann"]) == 0, capsys.readouterr().err
    votes = (root / "data/decisions/screening/ann.csv").read_bytes().decode()
    assert votes.count("geprüft – später") == 2
    assert "\r" not in votes


def test_settings_saved_by_notepad(root, capsys):
    path = root / config.PATH
    text = path.read_text().replace("A tiny review", "Müdigkeit").replace("\n", "\r\n")
    path.write_bytes(b"\xef\xbb\xbf" + text.encode())
    assert config.load(root).review.title == "Müdigkeit"
    path.write_bytes(text.encode("cp1252"))
    assert cli.main(["check"]) == 1
    assert "Save it as UTF-8" in capsys.readouterr().err


def test_windows_itself_is_told_to_use_wsl(monkeypatch, capsys):
    monkeypatch.setattr("sys.platform", "win32")
    assert cli.main(["status"]) == 1
    said = capsys.readouterr().err
    assert "wsl --install" in said
    assert "Traceback" not in said


def test_the_history_reads_such_tables(root):
    text = "group_id;label;rationale\nG1;Wärme;nah, sehr nah\n"
    header, line, _ = text.encode().split(b"\n")
    (row,) = Reader._taken_apart(None, header, [line], GROUPS.path)  # type: ignore[arg-type]
    assert row.cells == {"group_id": "G1", "label": "Wärme", "rationale": "nah, sehr nah"}
