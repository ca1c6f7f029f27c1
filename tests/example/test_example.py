"""The worked example's exports: frozen bytes, the counts of the paper, and traps that hold."""

from __future__ import annotations

import csv
import hashlib
import io
import subprocess
import sys
from collections import defaultdict
from importlib.resources import files
from itertools import combinations
from pathlib import Path

import pandas as pd
import pytest

from metaethno.errors import UserError
from metaethno.example import build, links, truth, write
from metaethno.example.build import count_records, rows
from metaethno.example.entities import abbreviate, data_table, journals, title_key
from metaethno.example.people import Person, fold, team
from metaethno.example.prng import Stream
from metaethno.example.rows import Row, title_case

RUN1, RUN2 = "data/raw/2018-12-11", "data/raw/2020-05-22"
PUBLISHED = {"web_of_science.txt": 7443, "embase.ris": 5418, "psycinfo.ris": 2049, "cinahl.csv": 2874}
DOUBTFUL = ("doubtful-same", "doubtful-different")


@pytest.fixture(scope="module")
def made() -> dict[str, bytes]:
    return build()


@pytest.fixture(scope="module")
def shown() -> dict[str, list[Row]]:
    return rows()


@pytest.fixture(scope="module")
def known() -> pd.DataFrame:
    return truth()


# --- the generator's chance ---------------------------------------------------------------------------------------


def test_splitmix_gives_the_published_numbers() -> None:
    stream = Stream("any")
    stream._state = 1234567
    # Test vector of Rosetta Code's "Pseudo-random numbers/Splitmix64".
    assert [stream.next() for _ in range(3)] == [
        6457827717110365317,
        3203168211198807973,
        9817491932198370423,
    ]


def test_streams_depend_on_their_key_only() -> None:
    first, again, other = Stream("a", 1), Stream("a", 1), Stream("a", 2)
    draws = [first.below(1000) for _ in range(50)]
    assert draws == [again.below(1000) for _ in range(50)]
    assert draws != [other.below(1000) for _ in range(50)]
    assert sorted(Stream("s").shuffled(range(40))) == list(range(40))


def test_the_bytes_do_not_depend_on_the_hash_seed_of_python(made: dict[str, bytes]) -> None:
    code = (
        "import hashlib; from metaethno.example import build;print(hashlib.md5(b''.join(build().values())).hexdigest())"
    )
    out = subprocess.run(
        [sys.executable, "-c", code],
        env={"PYTHONHASHSEED": "7", "LC_ALL": "C"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert out.stdout.strip() == hashlib.md5(b"".join(made.values())).hexdigest()


# --- frozen files -------------------------------------------------------------------------------------------------


def test_files_are_the_golden_ones(made: dict[str, bytes]) -> None:
    golden = data_table("golden.csv")
    assert [row["file"] for row in golden] == list(made)
    for row in golden:
        content = made[row["file"]]
        assert hashlib.md5(content).hexdigest() == row["md5"], row["file"]
        assert len(content) == int(row["bytes"])
        assert count_records(row["file"], content) == int(row["rows"])


def test_counts_are_those_of_the_paper(made: dict[str, bytes], known: pd.DataFrame) -> None:
    counted = {
        "web_of_science.txt": made[f"{RUN1}/web_of_science.txt"].count(b"\nPT J\n"),
        "embase.ris": made[f"{RUN1}/embase.ris"].count(b"\nTY  - "),
        "psycinfo.ris": b"\n".join([b"", made[f"{RUN1}/psycinfo.ris"]]).count(b"\nTY  - "),
        "cinahl.csv": len(list(csv.reader(io.StringIO(made[f"{RUN1}/cinahl.csv"].decode())))) - 1,
    }
    assert counted == PUBLISHED
    assert sum(counted.values()) == 17_784
    first = known[known["file"].str.startswith(RUN1)]
    assert len(first) == 17_784
    assert first["entity"].nunique() == 10_941
    assert 38_000 < len(known) < 42_000


def test_truth_has_a_line_for_every_record(made: dict[str, bytes], known: pd.DataFrame) -> None:
    for path, group in known.groupby("file"):
        assert list(group["place"]) == list(range(1, count_records(str(path), made[str(path)]) + 1))


def test_full_texts_split_as_inferred(known: pd.DataFrame) -> None:
    entities = known.drop_duplicates("entity")
    counts = entities[entities["kind"] != "record"].groupby(["run", "route", "kind"]).size().to_dict()
    assert counts == {
        ("2018-12-11", "database", "article"): 11,
        ("2018-12-11", "database", "fulltext"): 118,
        ("2020-05-22", "database", "article"): 1,
        ("2020-05-22", "database", "fulltext"): 20,
        ("2020-05-22", "citation", "article"): 1,
        ("2020-05-22", "citation", "fulltext"): 2,
    }
    reasons = entities[entities["kind"] == "fulltext"]["reason_id"].value_counts().to_dict()
    printed = {"X1": 11, "X2": 9, "X3": 16, "X4": 13, "X5": 27, "X6": 8, "X7": 3, "X8": 45, "X9": 5, "X10": 2, "X11": 1}
    assert reasons == printed


def test_every_record_is_marked(made: dict[str, bytes], known: pd.DataFrame) -> None:
    for path, group in known.groupby("file"):
        content = made[str(path)]
        marks = content.count(b"stand-in record") + content.count(b"real article")
        assert marks == len(group)
        assert content.count(b"real article") == (group["kind"] == "article").sum()


def test_dois_of_stand_ins_have_the_test_prefix(shown: dict[str, list[Row]]) -> None:
    for row in (row for some in shown.values() for row in some):
        if row.doi and row.pub.kind != "article":
            assert row.doi.startswith("10.5555/")


def test_no_abstracts(made: dict[str, bytes]) -> None:
    for content in made.values():
        assert not any(tag in content for tag in (b"\nAB ", b"\nAB  - ", b"\nN2  - "))


# --- the real articles --------------------------------------------------------------------------------------------


def test_articles_are_shown_with_their_facts(shown: dict[str, list[Row]]) -> None:
    facts = {row["article_id"]: row for row in data_table("articles.csv")}
    found = defaultdict(list)
    for path, some in shown.items():
        for row in some:
            if row.pub.article_id:
                found[row.pub.article_id].append((path, row))
    assert sorted(found) == sorted(facts)
    for article_id, seen in found.items():
        fact = facts[article_id]
        for _, row in seen:
            assert row.doi in ("", fact["doi"])
            assert row.volume in ("", fact["volume"])
            assert row.pub.journal.title == fact["journal"]
            assert title_key(fact["title"])[:40] in title_key(row.title) or not fact["title"]
    assert {path for path, _ in found["A05"]} == {f"{RUN2}/citation_tracking.ris"}
    assert all(path.startswith(RUN2) for path, _ in found["A09"])
    assert found["A12"][0][1].title == "[title not found in the source] Warwick-Giles et al. 2017"


def test_mead_and_babbel_share_all_but_the_volume(shown: dict[str, list[Row]]) -> None:
    last = {}
    for row in (row for some in shown.values() for row in some):
        if row.pub.article_id in ("A05", "A10") and row.volume:
            last[row.pub.article_id] = row
    mead, babbel = last["A05"], last["A10"]
    for name in ("issue", "first"):
        assert getattr(mead, name) == getattr(babbel, name)
    assert (mead.volume, babbel.volume) == ("32", "29")


# --- duplicates and traps -----------------------------------------------------------------------------------------


def test_every_publication_hangs_together(shown: dict[str, list[Row]]) -> None:
    by_entity: dict[str, list[Row]] = defaultdict(list)
    for row in (row for some in shown.values() for row in some):
        by_entity[row.pub.ident].append(row)
    for some in by_entity.values():
        assert links.connected(some) is (some[0].pub.trap != "doubtful-same")


def test_no_two_publications_look_the_same_to_a_careful_rule(shown: dict[str, list[Row]]) -> None:
    blocks: dict[tuple[str, ...], list[Row]] = defaultdict(list)
    for row in (row for some in shown.values() for row in some):
        keys = {("title", row.key)}
        if row.doi:
            keys.add(("doi", row.doi.lower()))
        if row.volume and (row.first or row.number):
            keys.add(("place", row.pub.journal.title, row.volume, row.first, row.number))
        if row.accession:
            keys.add(("accession", row.source, row.accession))
        for key in keys:
            blocks[key].append(row)
    for block in blocks.values():
        for left, right in combinations(block, 2):
            assert left.pub is right.pub or not links.linked(left, right)


@pytest.mark.parametrize(
    "family",
    [
        "part",
        "men-women",
        "type-1-type-2",
        "erratum",
        "editorial",
        "elsewhere",
        "same-pages",
        "same-issue",
        "comment-reply",
    ],
)
def test_each_family_has_twenty_groups_in_both_runs(known: pd.DataFrame, family: str) -> None:
    for run in (RUN1, RUN2):
        some = known[known["file"].str.startswith(run) & (known["trap"] == family)]
        members = some.groupby("pair")["entity"].nunique()
        assert (members > 1).sum() >= 20


def test_doubtful_pairs(known: pd.DataFrame) -> None:
    pairs = known[known["trap"].isin(DOUBTFUL)].groupby(["trap", "pair"])
    assert 60 <= len(pairs) <= 120
    for (trap, _), some in pairs:
        assert some["entity"].nunique() == (1 if trap == "doubtful-same" else 2)
        assert some["accession"].nunique() == 2


# --- the rerun ----------------------------------------------------------------------------------------------------


def test_the_rerun_finds_most_again_and_shows_some_otherwise(shown: dict[str, list[Row]]) -> None:
    before = {(row.source, row.pub.ident, row.copy): row for path in shown for row in shown[path] if RUN1 in path}
    after = {(row.source, row.pub.ident, row.copy): row for path in shown for row in shown[path] if RUN2 in path}
    vanished = [key for key in before if key not in after]
    assert 40 <= len(vanished) <= 80
    both = [(before[key], after[key]) for key in before if key in after]
    assert sum(left.accession == right.accession for left, right in both) > 0.99 * len(both)
    assert sum(left.early and not right.early for left, right in both) > 100
    assert not any(right.early and not left.early for left, right in both)
    assert sum(not left.doi and bool(right.doi) for left, right in both) > 50
    assert sum(left.title != right.title for left, right in both) > 20
    assert sum(bool(right.notice) for _, right in both) > 5


def test_sources_lack_some_dois(shown: dict[str, list[Row]]) -> None:
    for some in shown.values():
        assert 0.12 < sum(not row.doi for row in some) / len(some) < 0.28


def test_accession_numbers_are_unique_and_in_order(shown: dict[str, list[Row]]) -> None:
    for path, some in shown.items():
        if "citation" in path:
            assert not any(row.accession for row in some)
        else:
            numbers = [row.accession for row in some]
            assert numbers == sorted(set(numbers), reverse=True)


# --- native syntax ------------------------------------------------------------------------------------------------


def test_web_of_science_is_chunked(made: dict[str, bytes]) -> None:
    text = made[f"{RUN1}/web_of_science.txt"].decode()
    assert text.startswith("\ufeffFN Clarivate Analytics Web of Science\nVR 1.0\nPT J\n")
    assert text.count("\ufeffFN ") == text.count("\nEF\n") == 15
    assert text.count("\nER\n") == 7443
    assert all(
        line == "" or line[:2].strip() == "" or line[2:3] in ("", " ")
        for line in text.split("\n")[1:]
        if "FN" not in line
    )


def test_ovid_numbers_its_records(made: dict[str, bytes]) -> None:
    text = made[f"{RUN1}/embase.ris"].decode()
    assert text.startswith("1. \nTY  - JOUR\nDB  - Embase\n")
    assert "\n5418. \nTY  - JOUR\n" in text
    assert text.count("\nER  -  \n\nhttps://resolver.example.org/?sid=OVID") == 5418


def test_ebsco_csv_has_the_real_header_and_escapes(made: dict[str, bytes]) -> None:
    text = made[f"{RUN1}/cinahl.csv"].decode()
    table = list(csv.reader(io.StringIO(text)))
    assert len(table[0]) == 18
    assert table[0][0] == "Article Title"
    assert table[0][-1] == "PLink"
    assert {len(line) for line in table} == {18}
    assert sum(line[5].startswith('="') for line in table) == 2874


def test_zotero_ends_lines_with_crlf(made: dict[str, bytes]) -> None:
    content = made[f"{RUN2}/citation_tracking.ris"]
    assert content.count(b"\n") == content.count(b"\r\n")


def test_the_readers_find_what_was_written(made: dict[str, bytes], shown: dict[str, list[Row]]) -> None:
    formats = pytest.importorskip("metaethno.formats")
    if not hasattr(formats, "read_bytes"):
        pytest.skip("no readers yet")
    for path, content in made.items():
        records = formats.read_bytes(content, path).records
        assert list(records["accession"]) == [row.accession for row in shown[path]]
        assert list(records["year"]) == [row.year for row in shown[path]]
        assert [doi.lower() for doi in records["doi"]] == [row.doi.lower() for row in shown[path]]


# --- writing ------------------------------------------------------------------------------------------------------


def test_write_fills_what_is_missing_and_refuses_what_differs(
    tmp_path: Path, made: dict[str, bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    # The package gives the name of the module to the function, so the module has to be looked up.
    monkeypatch.setattr(sys.modules["metaethno.example.build"], "build", lambda: made)
    assert write(tmp_path) == [tmp_path / name for name in made]
    assert write(tmp_path) == []
    lost, changed = tmp_path / RUN1 / "embase.ris", tmp_path / RUN1 / "cinahl.csv"
    lost.unlink()
    assert write(tmp_path) == [lost]
    lost.unlink()
    changed.write_bytes(b"something else")
    with pytest.raises(UserError) as caught:
        write(tmp_path)
    assert [problem.file for problem in caught.value.problems] == [f"{RUN1}/cinahl.csv"]
    assert changed.read_bytes() == b"something else"
    assert not lost.exists()
    assert not list(tmp_path.rglob("*.tmp"))


# --- small parts --------------------------------------------------------------------------------------------------


def test_title_case_keeps_small_words_and_hyphens() -> None:
    assert title_case("a study of low-income parents in north-east England: the role of class") == (
        "A Study of Low-Income Parents in North-East England: The Role of Class"
    )


def test_abbreviations() -> None:
    assert abbreviate("Journal of Health Equity Studies") == "J. Health Equity Stud."
    assert abbreviate("Sociology of Health & Illness") == "Sociol. Health Illn."


def test_names() -> None:
    assert fold("Łukasik-Sæther Weiß") == "Lukasik-Saether Weiss"
    assert Person("Moreau", "Marie-Claude B.").initials() == "MCB"
    people = team(Stream("people"), 6)
    assert len({person.family for person in people}) == 6


def test_journals_have_valid_and_distinct_issns() -> None:
    for journal in journals():
        digits = [10 if char == "X" else int(char) for char in journal.issn.replace("-", "")]
        assert sum(digit * weight for digit, weight in zip(digits, range(8, 0, -1), strict=True)) % 11 == 0
    assert len({journal.issn for journal in journals()}) == len(journals()) >= 75


def test_data_files_say_where_they_are_from() -> None:
    assert all(row["provenance"] for name in ("counts.csv", "fulltexts.csv") for row in data_table(name))
    header = files("metaethno.example").joinpath("articles.csv").read_text(encoding="utf-8").splitlines()[0].split(",")
    assert {f"{name}__prov" for name in header if not name.endswith("__prov")} - set(header) == {
        "article_id__prov",
        "study_id__prov",
    }
