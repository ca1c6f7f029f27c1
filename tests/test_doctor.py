"""`metaethno doctor`: what it finds, and that it leaves a sound review alone."""

from __future__ import annotations

import json

import pytest

from metaethno import cli, doctor, ledger
from metaethno.schemas import CONSTRUCTS, DUPLICATES, MANUAL_RECORDS, MEMOS, STUDIES
from tests.worlds import add_run, call, lay_out, ris, write_rows

STUDY = {"study_id": "S1", "label": "Ash 2014", "country": "Österreich", "setting": "“wards”", "participants_n": "18"}
MEMO = {"memo_id": "M1", "kind": "reflexive", "author": "ann", "written_on": "2024-05-06"}


@pytest.fixture
def sound(tmp_path):
    root = lay_out(tmp_path / "r")
    write_rows(root, "studies", [STUDY])
    write_rows(root, "memos", [MEMO | {"text": "On 3/4/2024 I saw 1.5E+10 cells; Ça va — naïve, 5 Mar"}])
    return root


def tables_of(root):
    return [f for f in doctor.spreadsheets(root) if f.level != "fine"]


def test_a_sound_review_has_no_damage(sound):
    assert tables_of(sound) == []


@pytest.mark.parametrize(
    ("table", "row", "said", "level"),
    [
        (STUDIES, STUDY | {"study_id": "1.23E+15"}, "a number that a spreadsheet has rounded", "error"),
        (STUDIES, STUDY | {"study_id": "2-Mar"}, "something that was made a date", "error"),
        (STUDIES, STUDY | {"participants_n": "01.02.2024"}, "something that was made a date", "error"),
        (MEMOS, MEMO | {"text": "x", "written_on": "6/5/2024"}, "a date in a form of its own", "error"),
        (STUDIES, STUDY | {"country": "Ã–sterreich"}, "wrong alphabet", "error"),
        (STUDIES, STUDY | {"setting": "the patientâ€™s home"}, "wrong alphabet", "error"),
        (STUDIES, STUDY | {"aim": "#NAME?"}, "a formula's error", "error"),
        (MEMOS, MEMO | {"text": "a" * 32_767}, "Excel has cut off", "error"),
        (DUPLICATES, {"verdict_id": "D1", "left_row": "Mar-21"}, "something that was made a date", "error"),
        (CONSTRUCTS, {"construct_id": "4,5E+11"}, "rounded", "error"),
        (MANUAL_RECORDS, {"manual_id": "H1", "doi": "1.01E+05"}, "rounded", "error"),
    ],
)
def test_what_a_spreadsheet_does_to_a_cell_is_named(sound, table, row, said, level):
    write_rows(sound, table.name, [row])
    (found,) = tables_of(sound)
    assert (found.level, found.file) == (level, f"{table.path}, line 2")
    assert said in found.what
    assert found.hint


def test_a_whole_column_of_it_is_one_finding(sound):
    write_rows(sound, "studies", [STUDY | {"study_id": f"{n}-Mar"} for n in range(1, 29)])
    (found,) = tables_of(sound)
    assert "and 27 more" in found.what


@pytest.mark.parametrize(
    ("change", "said", "level"),
    [
        (lambda b: b"\xef\xbb\xbf" + b, "BOM", "note"),
        (lambda b: b.replace(b"\n", b"\r\n"), "Windows line ends", "note"),
        (lambda b: b.replace(b",", b";"), "parted by ';'", "note"),
        (lambda b: b.decode().encode("cp1252", "replace"), "is not UTF-8 text", "error"),
        (lambda b: b.decode().encode("utf-16"), "UTF-16", "error"),
    ],
)
def test_how_a_spreadsheet_saved_a_file(sound, change, said, level):
    path = sound / STUDIES.path
    path.write_bytes(change(path.read_bytes()))
    (found,) = tables_of(sound)
    assert (found.level, found.file) == (level, STUDIES.path)
    assert said in found.what


def test_git_large_files_exports_merges_and_the_hook(sound, monkeypatch):
    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", "/dev/null")
    for name in ("AUTHOR", "COMMITTER"):
        monkeypatch.setenv(f"GIT_{name}_NAME", "Ann")
        monkeypatch.setenv(f"GIT_{name}_EMAIL", "ann@example.org")
    add_run(sound, "2020-01-02", {"a.ris": (ris({"title": "One"}), "Alpha", 1)})
    (sound / "reports/scan.pdf").write_bytes(b"0" * (6 << 20))
    call(sound, "git", "init", "-q", "-b", "main")
    call(sound, "git", "add", "-A")
    found = {(f.file, f.about): f for f in doctor.git(sound) if f.level != "fine"}
    assert "6 MB" in found["reports/scan.pdf", "large files"].what
    assert "an export that Git keeps" in found["data/raw/2020-01-02/a.ris", "large files"].what
    assert found[".gitattributes", "Git"].level == "warning"
    assert "upgrade" in found["", "Git"].hint
    (sound / ".gitattributes").write_text(ledger.gitattributes())
    (sound / ".git/hooks/pre-commit").write_text("")
    call(sound, "git", "rm", "-q", "--cached", "reports/scan.pdf", "data/raw/2020-01-02/a.ris")
    assert [f for f in doctor.git(sound) if f.level != "fine"] == []


def test_without_git_and_dvc_it_says_so(sound):
    assert [f.level for f in doctor.git(sound)] == ["warning"]
    assert [f.level for f in doctor.dvc(sound, 1)] == ["warning"]


def test_remotes_that_are_there_away_or_silent(sound, tmp_path, monkeypatch):
    (tmp_path / "here/files/md5").mkdir(parents=True)
    (sound / ".dvc").mkdir()
    text = "[core]\n    analytics = false\n    no_scm = true\n"
    text += "".join(f"['remote \"{name}\"']\n    url = {tmp_path / name}\n" for name in ("here", "away"))
    (sound / ".dvc/config").write_text(text)
    here, away = doctor.dvc(sound, 60)
    assert (here.level, away.level) == ("fine", "warning")
    assert "'away' is not there" in away.what
    monkeypatch.setattr(doctor, "_REACH", "import time; time.sleep(60)")
    (silent,) = doctor._reach(sound, "here", 0.2)
    assert "did not answer within 0.2 seconds" in silent.what


@pytest.mark.parametrize("where", ["/mnt/c/Users/ann/review", "/home/ann/OneDrive - Uni/review", "/home/ann/Dropbox/r"])
def test_a_place_where_others_write_too(where):
    from pathlib import Path

    assert [f.level for f in doctor.place(Path(where))] == ["warning"]
    assert list(doctor.place(Path("/home/ann/reviews/mnt"))) == []


def test_the_command_says_all_of_it_and_its_code_is_that_of_errors(sound, monkeypatch, capsys):
    monkeypatch.chdir(sound)
    assert cli.main(["doctor"]) == 0
    said = capsys.readouterr().out
    assert "pages: rendered by embedded" in said
    assert "0 errors" in said
    write_rows(sound, "studies", [STUDY | {"study_id": "1.23E+15"}])
    assert cli.main(["doctor", "--json"]) == 1
    assert [f["file"] for f in json.loads(capsys.readouterr().out) if f["level"] == "error"] == [
        f"{STUDIES.path}, line 2"
    ]


def test_settings_that_cannot_be_read_do_not_stop_it(sound, monkeypatch, capsys):
    (sound / "config/review.yaml").write_text("review: [")
    monkeypatch.chdir(sound)
    assert cli.main(["doctor"]) == 1
    said = capsys.readouterr().out
    assert "ME0153" in said
    assert "tables show no sign of damage" in said
