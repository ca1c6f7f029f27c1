"""A whole review under real Git and DVC: every question asked, every kind of tampering seen, nothing else touched."""

from __future__ import annotations

import csv
import io
import json
import shutil
import subprocess
from pathlib import Path

import pytest

from metaethno.cli import main
from metaethno.errors import Problem, UsageError, UserError
from metaethno.history import lock, mutex, pages, snapshot
from metaethno.history.differ import diff
from metaethno.history.git import Repository
from metaethno.history.life import life
from metaethno.history.overview import overview
from metaethno.history.reproduce import content_difference
from metaethno.history.restore import restore
from metaethno.history.store import Store
from metaethno.history.verify import verify
from tests.history_world import FIVE, FOUR, ONE, THREE, dvc_here, ids, keep, live
from tests.worlds import call

pytestmark = pytest.mark.xdist_group("history")


@pytest.fixture(scope="module")
def lived(tmp_path_factory) -> Path:
    return live(tmp_path_factory.mktemp("lived") / "review")


@pytest.fixture
def review(lived, tmp_path) -> Path:
    """A copy to tamper with."""
    root = tmp_path / "review"
    shutil.copytree(lived, root, symlinks=True)
    return root


def codes(root: Path) -> dict[str, str]:
    """Return code -> file of what `verify` finds."""
    return {p.code: f"{p.file} {p.message}" for p in verify(root).problems}


def commit(root: Path, *paths: str) -> None:
    """Commit by Git alone, as somebody would who goes round the program."""
    call(root, "git", "add", "--", *paths)
    call(root, "git", "commit", "-qm", "a small correction")


def edit(root: Path, path: str, old: str, new: str) -> str:
    file = root / path
    text = file.read_text()
    assert old in text
    file.write_text(text.replace(old, new))
    return path


# ------------------------------------------------------------------------------------------------ the questions


def test_history_lists_every_snapshot_with_votes_and_counts(lived):
    lines = overview(lived)
    assert [line.subject for line in lines][:2] == ["Search of December 2018", "First sitting of ann"]
    assert [line.tags for line in lines if line.tags] == [("search-2018",), ("search-2020",), ("v1",)]
    assert all(line.by_snapshot for line in lines)
    assert [line.votes for line in lines[1:5]] == [{"ann": 2}, {"ann": 2}, {"ben": 2}, {"ben": 2}]
    assert lines[1].inputs == {"screening": ["screening/ann.csv"]}
    assert lines[-1].inputs["screening"] == ["settings: criteria"]
    release = next(line for line in lines if line.name == "v1")
    # Ben's corrected vote, and one new vote of each on the record of 2020; one full text voted on by Ann.
    assert (release.votes, release.corrected) == ({"ann": 2, "ben": 2}, 1)
    # Five rows were found in 2018 and three in 2020; one study is in.
    assert [lines[0].counts.found, release.counts.found, release.counts.included] == [5, 8, 1]


def test_history_of_a_record_under_any_of_its_ids(lived):
    three = ids(lived)[THREE["title"]]
    found = life(lived, three)
    assert found.kind == "record"
    other = next(one for one in found.ids if one != three)
    said = [(e.table, e.what, e.snapshot) for e in found.events]
    assert said.count(("rows", "added", "search-2018")) == 2
    assert ("rows", "added", "search-2020") in said
    merged = [e for e in found.events if e.what == "merged" and e.row != three]
    assert {e.said for e in merged} >= {f"{e.row} belongs to record {three}" for e in merged}
    votes = [e for e in found.events if e.table == "screening"]
    assert [(e.by, e.said.split()[0]) for e in votes] == [
        *(("ann", "exclude"), ("ann", "exclude"), ("ben", "exclude"), ("ben", "include"), ("ben", "exclude")),
    ]
    assert "replaces Vben4, which said include: read it again" in votes[-1].said
    assert "under criteria c1" in votes[-1].said
    assert any(e.table == "duplicates" and "same: printed twice" in e.said for e in found.events)
    now = dict(found.now)
    assert now["title and abstract"].startswith("exclude (2 votes")
    assert "verdict" in now[f"row {other}"] or "D1" in now[f"row {other}"] or "joined with" in now[f"row {other}"]
    assert life(lived, other).ids == found.ids


def test_history_of_an_included_record_leads_to_its_study(lived):
    now = life(lived, ids(lived)[ONE["title"]]).now
    assert ("study", "S1") in now
    assert ("full text", "include") in now


def test_history_of_a_construct_shows_each_wording(lived):
    found = life(lived, "C1")
    assert found.kind == "constructs"
    assert ("meaning", "time is taken from you") in found.now
    assert found.events[-1].what == "changed"
    assert found.events[-1].said == "meaning: 'time stands still' became 'time is taken from you'"


def test_an_id_that_never_was(lived):
    with pytest.raises(UserError, match="ME0730"):
        life(lived, "nothing like it")


def test_an_id_that_is_nearly_one(lived):
    record = ids(lived)[ONE["title"]]
    with pytest.raises(UserError, match=f"Did you mean '{record}'"):
        life(lived, record[:-1] + "9")
    with pytest.raises(UserError, match="Did you mean 'C1'"):
        life(lived, "C11")


def test_diff_of_the_release_and_the_first_search(lived):
    found = diff(lived, "search-2018", "v1")
    assert [r.title for r in found.records["new"]] == [FIVE["title"]]
    assert [(r.title, r.note) for r in found.records["merged"]] in (
        [(FOUR["title"], f"into {ids(lived)[THREE['title']]}")],
        [(THREE["title"], f"into {ids(lived).get(FOUR['title'])}")],
    )
    assert found.records["gone"] == found.records["changed"] == []
    assert found.decisions["screening"].added == {
        **{"ann: exclude": 4, "ann: include": 1},
        **{"ben: exclude": 3, "ben: include": 2},
    }
    assert any("ben now says exclude (read it again)" in line for line in found.decisions["screening"].changed)
    assert found.decisions["duplicates"].added == {"ann: same": 1}
    boxes = {pair.name: (pair.before, pair.after) for pair in found.flow}
    assert boxes["pooled database_results"] == ("5", "8")
    assert boxes["pooled new_studies"] == ("0", "1")
    assert found.settings == found.interpretations.get("concepts", []) == []
    assert found.interpretations["constructs"].added == {"C1: waiting": 1}


def test_diff_of_the_update_shows_criteria_and_interpretation(lived):
    found = diff(lived, "v1", "now")
    assert ("criteria.version", "c1", "c2") in [(p.name, p.before, p.after) for p in found.settings]
    assert found.interpretations["constructs"].changed == [
        "C1: meaning: 'time stands still' became 'time is taken from you'"
    ]
    assert found.records == {kind: [] for kind in found.records}
    assert "baseline" in found.decisions


def test_diff_as_a_page_escapes_what_people_typed(review):
    edit(review, "data/decisions/constructs.csv", "time is taken from you", "<script>alert(1)</script>")
    page = pages.page(diff(review, "v1", "now"))
    assert "<script>" not in page
    assert "&lt;script&gt;alert(1)" in page


def test_the_release_wrote_the_baseline(lived):
    rows = list(csv.DictReader((lived / "data/decisions/baseline.csv").open()))
    assert {r["release"] for r in rows} == {"v1"}
    counts = {(r["box"], r["detail"]): r["count"] for r in rows}
    assert counts["previous_studies", ""] == counts["previous_reports", ""] == "1"
    assert (counts["released_run", "2018-12-11"], counts["released_run", "2020-05-22"]) == ("5", "3")
    assert counts["previous_studies", "S1"] == "1"


def test_commands_speak_to_people_and_programs(lived, monkeypatch, capsys):
    monkeypatch.chdir(lived)
    for command in (["history", "--json"], ["history", "C1", "--json"], ["diff", "v1", "--json"], ["verify", "--json"]):
        assert main(command) == 0
        json.loads(capsys.readouterr().out)
    assert main(["history", "--csv"]) == 0
    table = list(csv.DictReader(io.StringIO(capsys.readouterr().out)))
    assert table[0]["snapshot"] == "search-2018"
    assert main(["diff", "search-2018", "v1"]) == 0
    assert "Flow, box by box" in capsys.readouterr().out
    assert main(["diff", "serach-2018"]) == 1
    assert "Did you mean 'search-2018'?" in capsys.readouterr().err
    assert main(["verify"]) == 0
    assert "nothing was altered" in capsys.readouterr().out


# ------------------------------------------------------------------------------------------------ tampering

ANN = "data/decisions/screening/ann.csv"


def test_an_untouched_review_is_proved(lived):
    done = verify(lived)
    assert done.problems == []
    assert (done.states, done.notes) == (9, [])


@pytest.mark.parametrize("committed", [True, False])
def test_an_edited_vote_is_seen(review, committed):
    path = edit(review, ANN, ",include,", ",exclude,")
    if committed:
        commit(review, path)
    found = codes(review)
    assert "Vann1: decision: 'include' became 'exclude'" in found["ME0720"]
    assert ("a small correction" in found["ME0720"]) == committed


@pytest.mark.parametrize("committed", [True, False])
def test_a_deleted_vote_is_seen(review, committed):
    lines = (review / ANN).read_text().splitlines(keepends=True)
    (review / ANN).write_text("".join(line for line in lines if not line.startswith("Vann2")))
    if committed:
        commit(review, ANN)
    assert "vote_id=Vann2" in codes(review)["ME0721"]


def test_a_deleted_file_of_votes_is_seen(review):
    call(review, "git", "rm", "-q", "data/decisions/screening/ben.csv")
    call(review, "git", "commit", "-qm", "gone")
    assert sum(p.code == "ME0721" for p in verify(review).problems) == 6


def test_a_change_that_was_undone_later_is_seen_all_the_same(review):
    before = (review / ANN).read_text()
    commit(review, edit(review, ANN, ",include,", ",exclude,"))
    (review / ANN).write_text(before)
    commit(review, ANN)
    assert sum(p.code == "ME0720" for p in verify(review).problems) == 2


def test_a_deleted_id_of_a_register_is_seen(review):
    path = review / "data/decisions/constructs.csv"
    path.write_text(path.read_text().splitlines()[0] + "\n")
    commit(review, "data/decisions/constructs.csv")
    assert "the id C1 was deleted" in codes(review)["ME0722"]


def test_a_reworded_register_and_a_file_saved_by_a_spreadsheet_are_no_faults(review):
    edit(review, "data/decisions/constructs.csv", "time is taken", "time is stolen")
    text = (review / ANN).read_text()
    (review / ANN).write_bytes(b"\xef\xbb\xbf" + text.replace(",", ";").replace("\n", "\r\n").encode())
    assert verify(review).problems == []


def test_an_edited_export_is_seen(review):
    export = "data/raw/2018-12-11/alpha.ris"
    (review / export).chmod(0o644)
    edit(review, export, "north", "south")
    assert export in codes(review)["ME0728"]
    dvc_here(Store(review), "add", "--quiet", export)
    commit(review, f"{export}.dvc")
    assert export in codes(review)["ME0723"]


def test_an_export_taken_out_is_seen(review):
    call(review, "git", "rm", "-q", "data/raw/2018-12-11/beta.ris.dvc")
    call(review, "git", "commit", "-qm", "gone")
    assert "data/raw/2018-12-11/beta.ris" in codes(review)["ME0724"]


def test_a_row_of_the_register_of_rows_is_seen(review):
    commit(review, edit(review, "data/raw/2018-12-11/rows.csv", ",Beta,", ",Alpha,"))
    assert "source: 'Beta' became 'Alpha'" in codes(review)["ME0720"]


@pytest.mark.parametrize("how", ["flipped", "truncated", "gone"])
def test_a_damaged_kept_file_is_seen(review, how):
    kept = lock.stages((review / "dvc.lock").read_bytes())["screening"].outs
    path = Store(review).path(kept["data/derived/4_screening/screened.csv"])
    path.chmod(0o644)
    data = path.read_bytes()
    if how == "gone":
        path.unlink()
    else:
        path.write_bytes(data[:-1] + bytes([data[-1] ^ 1]) if how == "flipped" else data[: len(data) // 2])
    assert "4_screening/screened.csv" in codes(review)["ME0726" if how == "gone" else "ME0725"]


def test_results_of_other_decisions_are_seen(review):
    """A commit that is dressed up as a snapshot, with decisions that its results were not made from."""
    edit(review, "data/decisions/studies.csv", "Ash 2015", "Ash 2016")
    call(review, "git", "add", "data/decisions/studies.csv")
    call(review, "git", "commit", "-qm", f"Sneaky\n\n{snapshot.TRAILER}: yes, metaethno 0")
    assert "studies.csv" in codes(review)["ME0727"]


def test_merging_two_clones_is_no_tampering(review):
    call(review, "git", "checkout", "-qb", "other", "HEAD~1")
    other = review / "data/decisions/memos.csv"
    other.write_text(other.read_text() + "M1,,decision,ann,2020-07-01,we agreed\n")
    commit(review, "data/decisions/memos.csv")
    call(review, "git", "stash", "-q")
    call(review, "git", "checkout", "-q", "main")
    call(review, "git", "merge", "-q", "--no-edit", "other")
    assert verify(review).problems == []
    (memo,) = [e for e in life(review, "M1").events if e.table == "memos"]
    assert memo.what == "added"


# ------------------------------------------------------------------------------------------------ snapshot itself


def again(root: Path, message: str = "Again", **more: object) -> snapshot.Taken:
    return keep(root, message, "extraction", **more)


def test_what_is_not_the_reviews_is_never_touched(review):
    (review / "letter.txt").write_text("staged\n")
    call(review, "git", "add", "letter.txt")
    (review / "letter.txt").write_text("staged, then changed\n")
    (review / "other.txt").write_text("untracked\n")
    edit(review, "data/decisions/studies.csv", "Ash 2015", "Ash (2015)")
    taken = again(review)
    assert taken.commit
    names = call(review, "git", "show", "--name-only", "--format=", taken.commit).stdout.split()
    assert "data/decisions/studies.csv" in names
    assert not {"letter.txt", "other.txt"} & set(names)
    assert call(review, "git", "status", "--porcelain").stdout.splitlines() == ["AM letter.txt", "?? other.txt"]
    assert call(review, "git", "show", ":letter.txt").stdout == "staged\n"
    assert verify(review).problems == []


def test_nothing_changed_makes_no_snapshot_and_a_tag_can_follow(review):
    again(review)
    head = Repository(review).head()
    assert again(review, tag="paper").commit == ""
    assert Repository(review).tags()["paper"] == head


@pytest.mark.parametrize(
    ("tamper", "code"),
    [
        (lambda r: (r / "data/raw/2020-05-22/late.ris").write_text("TY  - JOUR\n"), "ME0714"),
        (lambda r: (r / "data/raw/2020-05-22/alpha.ris").unlink(), "ME0301"),
        (lambda r: call(r, "git", "checkout", "-q", "--detach"), "ME0712"),
        (lambda r: (r / ".git/MERGE_HEAD").write_text(""), "ME0712"),
        (lambda r: (r / "engine.lock").write_text("stages: {}\nversion: 0\n"), "ME0161"),
        (lambda r: (r / "data/derived/4_screening/screened.csv").unlink(), "ME0719"),
    ],
)
def test_a_snapshot_is_refused(review, tamper, code):
    head = Repository(review).head()
    tamper(review)
    with pytest.raises(UserError, match=code):
        # What is wrong with results is only looked at once nothing else is in the way.
        again(review) if code == "ME0719" else snapshot.take(review, "x", work_left=lambda _: [])
    assert Repository(review).head() == head


def test_two_who_took_snapshots_are_told_how_to_merge_them(review):
    for branch, who in (("side", "Bea"), ("", "Ann")):
        if branch:
            call(review, "git", "checkout", "-qb", branch)
        (review / "dvc.lock").write_text(f"schema: '2.0'\n# {who}\n")
        (review / "notes.md").write_text(f"{who}\n")
        commit(review, "dvc.lock", "notes.md")
        if branch:
            call(review, "git", "checkout", "-q", "-")
            call(review, "git", "reset", "-q", "--hard", "side~1")
    assert call(review, "git", "merge", "-q", "--no-edit", "side", check=False).returncode
    (problem,) = snapshot.git_problems(Repository(review))
    assert problem.code == "ME0712"
    assert "Two versions of notes.md differ" in problem.hint
    call(review, "git", "checkout", "--ours", "notes.md")
    call(review, "git", "add", "notes.md")
    (problem,) = snapshot.git_problems(Repository(review))
    assert "notes.md" not in problem.hint
    # What it says, word for word, ends the merge.
    for said in problem.hint.split("`")[1:4:2]:
        for command in said.split(" && "):
            call(review, *command.split())
    assert snapshot.git_problems(Repository(review)) == []


def test_a_snapshot_is_refused_while_work_is_left(review):
    with pytest.raises(UserError, match="ME0717"):
        keep(review, "x", "extraction", left=[Problem("ME0717", "behind")])


def test_tags_are_names_and_stay(review):
    for tag in ("-x", "a b", "../x", "now", "x.lock"):
        with pytest.raises(UsageError):
            snapshot.take(review, "x", tag)
    with pytest.raises(UserError, match="already names another"):
        snapshot.take(review, "x", "v1")
    with pytest.raises(UsageError):
        snapshot.take(review, "x", release=True)


def test_one_at_a_time(review):
    with mutex.alone(review / ".git"), pytest.raises(UserError, match="ME0710"):
        snapshot.take(review, "x")


def test_what_a_kill_left_behind_is_cleared(review):
    import time

    git = review / ".git"
    mutex.note(git, command="snapshot", started=time.time())
    (git / "index.lock").touch()
    (git / "refs/heads/main.lock").touch()
    (git / f"{snapshot._SCRATCH}old").touch()
    (review / "dvc.lock").write_bytes((review / "dvc.lock").read_bytes()[:500])
    edit(review, "data/decisions/studies.csv", "Ash 2015", "Ash (2015)")
    assert again(review).commit
    assert not list(git.glob("*.lock.lock")) + list(git.glob("index.lock")) + list(git.glob(f"{snapshot._SCRATCH}*"))
    assert verify(review).problems == []


def test_a_lock_of_somebody_elses_git_is_left_alone(review):
    (review / ".git/index.lock").touch()
    edit(review, "data/decisions/studies.csv", "Ash 2015", "Ash (2015)")
    again(review)
    assert (review / ".git/index.lock").exists()


def test_a_truncated_file_of_the_cache_is_kept_anew(review):
    kept = lock.stages((review / "dvc.lock").read_bytes())["screening"].outs
    path = Store(review).path(kept["data/derived/4_screening/screened.csv"])
    path.chmod(0o644)
    path.write_bytes(path.read_bytes()[:10])
    again(review)
    assert verify(review).problems == []


def test_exports_are_marked_for_the_private_remote(review, tmp_path):
    store = Store(review)
    for name in ("public", "private"):
        dvc_here(store, "remote", "add", *(["--default"] if name == "public" else []), name, str(tmp_path / name))
    again(review)
    store = Store(review)
    store.dvc("push", "--quiet")
    kept = {
        name: {p.parent.name + p.name for p in (tmp_path / name).rglob("*") if p.is_file()} for name in store.remotes
    }
    exports = {m for p in review.glob("data/**/*.dvc") for m in lock.tracked(p.read_bytes(), p.name).values()}
    assert kept["private"] == exports
    assert kept["public"]
    assert not kept["public"] & exports
    # Everything is gone here, and is proved from the remotes.
    shutil.rmtree(review / ".dvc/cache/files")
    assert [p for p in verify(review).problems if p.code == "ME0725" or p.file.startswith("data/raw")] == []


# ------------------------------------------------------------------------------------------------ going back


def test_restore_refuses_what_would_be_lost(review):
    edit(review, "data/decisions/studies.csv", "Ash 2015", "Ash (2015)")
    with pytest.raises(UserError, match=r"ME0731 data/decisions/studies.csv"):
        restore(review, "v1")
    assert Repository(review).branch() == "main"


def test_exports_of_a_later_run_go_and_come_back(review, monkeypatch):
    """Git leaves what it doesn't track: the later export would lie about, and be taken for one that nobody imported."""
    monkeypatch.setattr("metaethno.history.restore._snakemake", lambda *_: subprocess.CompletedProcess([], 0, "", ""))
    monkeypatch.setattr("metaethno.history.work.planned", lambda *_: ([], ""))
    exports = {p: p.read_bytes() for p in review.glob("data/raw/*/*.ris")}
    later = {p for p in exports if p.parent.name != "2018-12-11"}
    assert later
    first = call(review, "git", "rev-list", "--max-parents=0", "HEAD").stdout.strip()
    restore(review, first)
    assert {p for p in exports if p.exists()} == exports.keys() - later
    # What is no export of any state is somebody's: it stays, and is said.
    (review / "data/raw/2018-12-11/mine.ris").write_text("mine")
    with pytest.raises(UserError, match=r"ME0714 data/raw/2018-12-11/mine.ris"):
        restore(review, "latest")
    (review / "data/raw/2018-12-11/mine.ris").unlink()
    # A copy that lies there already, as before this was mended, is no hindrance.
    one = min(later)
    one.parent.mkdir(exist_ok=True)
    one.write_bytes(exports[one])
    restore(review, "latest")
    assert {p: p.read_bytes() for p in exports} == exports
    assert Repository(review).branch() == "main"


def test_content_is_compared_where_bytes_differ():
    assert content_difference("a.csv", b"x,y\n1,2\n", b"x,y\r\n1,2\r\n") == ""
    assert content_difference("a.csv", b"x,y\n1,2\n", b"x,y\n1,3\n") == "row 1, y: '2' became '3'"
    assert content_difference("a.csv", b"x\n1\n", b"x\n1\n2\n") == "1 rows became 2"


def test_the_audit_of_a_long_review_stays_on_two_pages():
    import io

    from pypdf import PdfReader

    from metaethno.history.audit import Audit, pdf_of

    heads = tuple("abcdef")
    rows = [("what people write when they have much to say of a paper " * 4,) * len(heads)] * 300
    parts = [(f"Part {n}", heads, rows) for n in range(6)]
    months = {f"r{n}": {"2018-01": 3, "2020-03": 9} for n in range(6)}
    assert len(PdfReader(io.BytesIO(pdf_of(Audit("Long", [("Proof", "none")], parts, months)))).pages) <= 2
