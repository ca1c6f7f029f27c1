from __future__ import annotations

import pandas as pd
import pytest
from tests.worlds import add_run, call, lay_out, ris

from metaethno import prisma_s, schemas, tables
from metaethno.checklists import items
from metaethno.config import Search
from metaethno.errors import UserError
from metaethno.stages.search import check_search, looks_like, odd_sources, overlaps, seam, search

RUN = "2020-01-02"


def log(*rows: dict[str, str]) -> pd.DataFrame:
    base = dict.fromkeys(schemas.SEARCHES.names, "") | {
        "search_id": "S1", "source": "Embase", "kind": "database", "searched_on": RUN, "scope": "full", "run": RUN,
    }  # fmt: skip
    return pd.DataFrame([base | row for row in rows], dtype="str")


def read(*files: tuple[str, int], sha: str = "") -> pd.DataFrame:
    frame = pd.DataFrame(
        [
            {"run": RUN, "file": f, "format": "RIS", "parsed": n, "sha256": sha or f, "query_sha256": ""}
            for f, n in files
        ]
    )
    return frame.astype({"parsed": "Int64"})


def codes(error: pytest.ExceptionInfo[UserError]) -> list[str]:
    return sorted(p.code for p in error.value.problems)


def test_batches_of_one_search_are_added_up():
    found = search(
        log({"file": "a.ris", "hits": "5"}, {"file": "b.ris", "hits": "5"}), read(("a.ris", 2), ("b.ris", 3))
    )
    assert found["parsed"].tolist() == [2, 3]
    assert found["parsed_search"].tolist() == [5, 5]
    assert found["hits"].dtype == "Int64"
    assert found["accepted_count"].isna().all()
    schemas.SOURCES.pandera().validate(found)
    tables.canonical(schemas.SOURCES, found)


def test_counts_that_differ_name_both_numbers_and_say_what_to_do():
    with pytest.raises(UserError) as error:
        search(log({"file": "a.ris", "hits": "5"}), read(("a.ris", 3)))
    (problem,) = error.value.problems
    assert problem.code == "ME0303"
    assert "5 records" in problem.message
    assert "hold 3: 2 missing" in problem.message
    assert "accepted_count" in problem.hint


def test_an_accepted_count_with_a_note_is_taken():
    found = search(
        log({"file": "a.ris", "hits": "5", "accepted_count": "3", "note": "two were withdrawn"}), read(("a.ris", 3))
    )
    assert found["accepted_count"].tolist() == [3]


@pytest.mark.parametrize(
    ("row", "code"), [({"accepted_count": "3"}, "ME0304"), ({"accepted_count": "4", "note": "why"}, "ME0305")]
)
def test_an_accepted_count_needs_a_note_and_the_right_number(row, code):
    with pytest.raises(UserError) as error:
        search(log({"file": "a.ris", "hits": "5"} | row), read(("a.ris", 3)))
    assert codes(error) == [code]


def test_all_problems_come_at_once():
    logs = log(
        {"file": "gone.ris", "hits": "1"},
        {"search_id": "S2", "file": "b.ris", "hits": "2"},
        {"search_id": "S2", "file": "c.ris", "hits": "3"},
    )
    files = pd.concat([read(("b.ris", 1), ("c.ris", 1), sha="same"), read(("extra.ris", 1))], ignore_index=True)
    with pytest.raises(UserError) as error:
        search(logs, files)
    assert codes(error) == ["ME0301", "ME0302", "ME0306", "ME0307"]


def test_a_file_belongs_to_one_search():
    with pytest.raises(UserError) as error:
        search(
            log({"file": "a.ris", "hits": "1"}, {"search_id": "S2", "file": "a.ris", "hits": "1"}), read(("a.ris", 1))
        )
    assert codes(error) == ["ME0306"]


def test_the_same_search_id_in_another_run_is_another_search():
    logs = log({"file": "a.ris", "hits": "1"}, {"file": "a.ris", "hits": "2", "run": "2021-01-02"})
    files = pd.concat([read(("a.ris", 1)), read(("a.ris", 2), sha="b").assign(run="2021-01-02")], ignore_index=True)
    assert search(logs, files)["parsed_search"].tolist() == [1, 2]


def problem_of(logs: pd.DataFrame, files: pd.DataFrame, **told: list[object]):
    with pytest.raises(UserError) as error:
        search(logs, files.assign(**told))
    (found,) = error.value.problems
    return found


def test_a_missing_batch_is_suspected_where_the_others_are_full():
    logs = log({"file": "a.ris", "hits": "1234"}, {"file": "b.ris", "hits": "1234"})
    found = problem_of(logs, read(("a.ris", 500), ("b.ris", 500)))
    assert found.code == "ME0363"
    assert "a.ris: 500, b.ris: 500" in found.message
    assert "the records 1,001 to 1,234 missing?" in found.message


def test_full_batches_that_add_up_are_no_fault():
    logs = log({"file": "a.ris", "hits": "1000"}, {"file": "b.ris", "hits": "1000"})
    assert len(search(logs, read(("a.ris", 500), ("b.ris", 500)))) == 2


def test_a_file_that_breaks_off_is_named_with_its_place():
    found = problem_of(log({"file": "a.ris", "hits": "3"}), read(("a.ris", 2)), broken_off=["line 8: no end"])
    assert found.code == "ME0362"
    assert "a.ris, line 8: no end" in found.message


def test_joined_exports_and_repeated_records_are_named():
    found = problem_of(log({"file": "a.ris", "hits": "2"}), read(("a.ris", 4)), joined=["line 9"], repeated=[2])
    assert found.code == "ME0325"
    assert "a.ris, line 9" in found.message
    assert "2 records stand there a second time" in found.message


def test_a_batch_that_stands_there_twice_is_found_though_the_count_is_right():
    """The first batch exported again in place of the second: 1,000 hits, 1,000 records, 500 of them missing."""
    rows = ({"file": "a.ris", "hits": "1000"}, {"file": "b.ris", "hits": "1000"})
    files = read(("a.ris", 500), ("b.ris", 500))
    found = problem_of(log(*rows), files, repeated=[0, 500])
    assert (found.code, found.value) == ("ME0325", "b.ris")
    assert "500 of them stand there a second time" in found.message
    noted = log(rows[0], rows[1] | {"note": "the register numbers its records anew in each volume"})
    assert len(search(noted, files.assign(repeated=[0, 500]))) == 2
    assert len(search(log(*rows), files.assign(repeated=[0, 4]))) == 2
    cited = log(*(row | {"kind": "citation_forward"} for row in rows))
    assert len(search(cited, files.assign(repeated=[0, 500]))) == 2


def test_doubtful_places_are_said_with_a_count_that_differs():
    found = problem_of(log({"file": "a.ris", "hits": "3"}), read(("a.ris", 2)), doubtful=["line 5: no title"])
    assert found.code == "ME0303"
    assert "Doubtful: a.ris, line 5: no title." in found.message


def test_one_file_for_two_searches_says_that_it_is_of_another_search():
    logs = log({"file": "a.ris", "hits": "1"}, {"search_id": "S2", "file": "b.ris", "hits": "1"})
    found = problem_of(logs, read(("a.ris", 1), ("b.ris", 1), sha="same"))
    assert found.code == "ME0306"
    assert "the export of another search" in found.hint


def test_exports_without_records_may_be_alike():
    logs = log({"file": "a.ris", "hits": "0"}, {"search_id": "S2", "file": "b.ris", "hits": "0"})
    assert len(search(logs, read(("a.ris", 0), ("b.ris", 0), sha="same"))) == 2


def test_the_file_of_an_earlier_run_needs_a_note():
    files = pd.concat([read(("a.ris", 1), sha="x"), read(("b.ris", 1), sha="x").assign(run="2021-01-02")])
    rows = ({"file": "a.ris", "hits": "1"}, {"file": "b.ris", "hits": "1", "run": "2021-01-02"})
    found = problem_of(log(*rows), files)
    assert (found.code, found.file) == ("ME0328", "data/raw/2021-01-02/searches.csv")
    assert len(search(log(rows[0], rows[1] | {"note": "the same again"}), files)) == 2


def records(**files: tuple[str, list[str]]) -> pd.DataFrame:
    rows = [(RUN, search_id, name, number) for name, (search_id, numbers) in files.items() for number in numbers]
    return pd.DataFrame(rows, columns=["run", "search_id", "file", "mark"], dtype="str")


def test_two_searches_with_the_same_records_are_found_whatever_their_format():
    five = list("12345")
    assert overlaps(records(a=("S1", five), b=("S2", five[::-1]))).to_dict("records") == [
        {"run": RUN, "file": "b", "other": "a", "records": 5}
    ]
    assert overlaps(records(a=("S1", five), b=("S1", five))).empty
    assert overlaps(records(a=("S1", five), b=("S2", [*five, "6"]))).empty
    assert overlaps(records(a=("S1", ["1", "2"]), b=("S2", ["1", "2"]))).empty
    assert overlaps(records(a=("S1", [""] * 9), b=("S2", [""] * 9))).empty


def test_the_records_of_another_search_need_a_note():
    rows = ({"file": "a.ris", "hits": "5"}, {"search_id": "S2", "file": "b.ris", "hits": "5"})
    same = overlaps(records(**{"a.ris": ("S1", list("12345")), "b.ris": ("S2", list("12345"))}))
    files = read(("a.ris", 5), ("b.ris", 5))
    with pytest.raises(UserError) as error:
        search(log(*rows), files, same)
    assert codes(error) == ["ME0326"]
    assert len(search(log(rows[0], rows[1] | {"note": "both found these"}), files, same)) == 2


@pytest.mark.parametrize(
    ("numbers", "name"),
    [
        ([f"WOS:00012345678{n}" for n in range(6)], "Web of Science"),
        ([f"2-s2.0-850{n}" for n in range(6)], "Scopus"),
        ([f"L60012345{n}" for n in range(6)], "Embase"),
        ([f"CN-0123456{n}" for n in range(6)], "CENTRAL"),
        ([f"12345{n}" for n in range(6)], ""),
        (["WOS:1"], ""),
    ],
)
def test_accession_numbers_give_their_database_away(numbers, name):
    assert looks_like(pd.Series(numbers, dtype="str")) == name


def test_an_export_of_another_database_is_a_warning():
    files = read(("a.ris", 6)).assign(looks_like="Scopus")
    (found,) = odd_sources(log({"file": "a.ris", "hits": "6"}), files)
    assert found.code == "ME0327"
    assert odd_sources(log({"file": "a.ris", "hits": "6", "platform": "Scopus"}), files) == []
    assert odd_sources(log({"file": "a.ris", "hits": "6", "kind": "citation_forward"}), files) == []


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("Title,Authors,Year,DOI\na,b,c,d\nTitle,Authors,Year,DOI\ne,f,g,h\n", 3),
        ("FN Clarivate\nVR 1.0\nPT J\nER\nEF\n\ufeffFN Clarivate\nVR 1.0\n", 6),
        ("Title,Authors,Year,DOI\na,b,c,d\n", 0),
        ("TY  - JOUR\nER  - \nTY  - JOUR\nER  - \n", 0),
        ("1. \nTY  - JOUR\nER  - \n\n2. \nTY  - JOUR\nER  - \n\n1. \nTY  - JOUR\nER  - \n", 9),
        ("1. \nTY  - JOUR\nAB  - Two aims:\n1.\nCare\n2.\nCost\nER  - \n\n2. \nTY  - JOUR\nER  - \n", 0),
        ("Record #1 of 2\nID: CN-1\n\nRecord #2 of 2\nID: CN-2\n\nRecord #1 of 1\nID: CN-3\n", 7),
        ("<1>\nAccession Number\n  1\n\n<2>\nAccession Number\n  2\n\n<1>\nAccession Number\n  3\n", 9),
    ],
)
def test_a_second_header_is_found(text, line):
    assert seam(text) == line


def test_what_is_odd_in_a_query_that_was_run_is_a_warning_with_its_place():
    logs = log({"file": "a.ris", "hits": "1", "query_file": "q.txt"})
    found = check_search(logs, {f"data/raw/{RUN}/q.txt": '"care” or (cure'.encode()})
    assert found[["code", "level", "line", "ids"]].to_numpy().tolist() == [
        ["ME0351", "warning", 1, "S1"], ["ME0353", "warning", 1, "S1"],
    ]  # fmt: skip
    assert "line 1, column 6" in found["message"].iloc[0]
    tables.canonical(schemas.CHECKS, found)
    assert check_search(logs, {f"data/raw/{RUN}/q.txt": b"care"}).empty


# ------------------------------------------------------------------------------------------------ PRISMA-S


def prisma(*rows: dict[str, str], **settings: str) -> dict[int, tuple[str, str]]:
    logs = log(*({"file": f"{n}.ris", "hits": "1"} | row for n, row in enumerate(rows)))
    files = pd.concat([read((row["file"], 1)).assign(run=row["run"]) for row in logs.to_dict("records")])
    table = prisma_s.table(search(logs, files), Search(**settings))
    tables.canonical(schemas.SEARCH_PRISMA_S, table)
    assert table["item"].tolist() == list(range(1, 17))
    return {item: (state, note) for item, state, note in table[["item", "state", "note"]].itertuples(index=False)}


def test_a_bare_search_log_lists_what_is_missing():
    found = prisma({})
    missing = {n for n, (state, _) in found.items() if state == "not_answered"}
    assert missing == {1, 8, 9, 10, 11, 14, 16}
    assert all(note for n, (state, note) in found.items() if state != "answered")
    assert found[13][0] == found[15][0] == "answered"
    assert "column query_file" in found[8][1]


def test_a_full_search_log_and_settings_answer_all_that_applies():
    full = {"platform": "Ovid", "platform_group": "g", "query_file": "q.txt", "limits": "none", "filters": "none"}
    texts = {"prior_work": "none", "peer_review": "none", "deduplication": "by rules"}
    kinds = ("register", "website", "contact", "other", "citation_forward")
    others = [full | {"search_id": kind, "kind": kind, "seed_report_ids": "A1"} for kind in kinds]
    later = full | {"search_id": "S9", "run": "2021-01-02", "supersedes": "S1"}
    found = prisma(full, *others, later, **texts)
    assert {n: state for n, (state, _) in found.items() if state != "answered"} == {}


def test_what_some_searches_lack_is_said_by_name():
    found = prisma({"limits": "none"}, {"search_id": "S2"})
    assert found[9] == ("partly", f"Limits, or the word 'none' (column limits of searches.csv is empty for {RUN} S2).")


def test_citation_searching_needs_its_seeds():
    assert prisma({"kind": "citation_backward"})[5][0] == "partly"


def test_a_later_run_says_what_it_runs_again():
    assert prisma({}, {"run": "2021-01-02"})[12][0] == "partly"


def test_a_review_without_a_search_log_has_every_item_missing():
    table = prisma_s.table(tables.empty(schemas.SOURCES), Search())
    assert set(table["state"]) == {"not_answered"}


def test_the_items_have_the_names_of_the_checklist():
    assert prisma_s.names() == {item.number: item.name for item in items("prisma_s")}


def test_a_count_that_differs_carries_its_line_when_the_rule_finds_it(tmp_path):
    root = lay_out(tmp_path / "review")
    one, two = {"title": "Care", "year": "2001"}, {"title": "Cure", "year": "2002"}
    add_run(root, RUN, {"a.ris": (ris(one), "Alpha", 1), "b.ris": (ris(two), "Beta", 1)})
    call(root, "metaethno", "stage", "search", "check")
    (root / f"data/raw/{RUN}/b.ris").write_bytes(ris(one, two))
    done = call(root, "metaethno", "stage", "search", "make", check=False)
    assert done.returncode == 1
    assert f"ME0303 data/raw/{RUN}/searches.csv, line 3, column hits" in done.stderr
