"""A second review, of real export files and 7,159 real records, from import to reports.

The files belong to their publishers and are not shipped: without them this is skipped. What is expected was counted in
the files, or read by eye, never by the program's own readers.
"""

from __future__ import annotations

import csv
import hashlib
import json
import re
from collections import Counter, defaultdict
from html.parser import HTMLParser
from itertools import groupby
from pathlib import Path

import pandas as pd
import pytest

from tests.worlds import SHARED, add_run, call, lay_out, ris, write_rows

FORMATS = SHARED / "formats"
DIGITAL = SHARED / "dedupe/digital_work"

pytestmark = [
    pytest.mark.xdist_group("real"),
    pytest.mark.skipif(not FORMATS.is_dir(), reason="the real exports in ../shared/formats are absent"),
    pytest.mark.skipif(not DIGITAL.is_dir(), reason="the real records in ../shared/dedupe are absent"),
]

FIRST, SECOND = "2024-07-01", "2025-01-10"
# File -> database, as a team would have it: Embase three times over, and what four tools made of it.
EXPORTS = {
    FIRST: {
        "RIS/_baseline_embase.ris": "Embase",
        "RIS/_baseline_cinahl.ris": "Academic Search",
        "RIS/_baseline_psychInfo_ovid.ris": "APA PsycInfo",
        "RIS/_baseline_eric_ovid.ris": "ERIC",
        "RIS/_baseline_cochrane_refman.ris": "CENTRAL",
        "RIS/_baseline_webofscience.ris": "Web of Science",
        "CSV/_baseline_pubmed.csv": "PubMed",
    },
    SECOND: {
        "CSV/_baseline_embase.csv": "Embase",
        "CSV/_baseline_excel.csv": "Embase",
        "CSV/_baseline_cinahl.csv": "Academic Search",
        "CSV/_baseline_covidence.csv": "Covidence",
        "RIS/_baseline_covidence_endnote.ris": "Covidence",
        "RIS/_baseline_covidence_mendeley.ris": "Covidence",
        "CSV/_baseline_rayyan.csv": "Rayyan",
        "RIS/_baseline_endnote.ris": "EndNote",
        "RIS/_baseline_zotero.ris": "Zotero",
    },
}
# Every file has ten records, but for these two.
FEWER = {"_baseline_cinahl.ris": 9, "_baseline_cochrane_refman.ris": 3}
# The five sources of the digital-work records, and the run of each; exported in batches of 1,000.
SOURCES = {"s0": FIRST, "s1": FIRST, "s2": FIRST, "s3": FIRST, "s4": SECOND}
BATCH = 1000

# Read in the files: 64 different titles, of which "Spinosaurus is not an aquatic dinosaur" and "Spinosaurusis not …"
# (Web of Science lost the space behind italics) are one article.
PUBLICATIONS = 63
# Title -> DOI and in how many rows it is found, by `grep -il` over the files.
KNOWN = {
    "How to verify fossil tracks: the first record of dinosaurs from Palestine.": ("10.1080/08912963.2022.2069020", 2),
    "Spinosaurus is not an aquatic dinosaur": ("10.7554/elife.80092", 2),
    "Cellular structure of dinosaur scales reveals retention of reptile-type skin during the evolutionary transition "
    "to feathers": ("10.1038/s41467-024-48400-3", 9),
    "A remarkable assemblage of petroglyphs and dinosaur footprints in Northeast Brazil": (
        "10.1038/s41598-024-56479-3",
        9,
    ),
    "Erratum: Author Correction: A remarkable assemblage of petroglyphs and dinosaur footprints in Northeast Brazil "
    "(Scientific reports (2024) 14 1 DOI: 10.1038/s41598-024-56479-3)": ("10.1038/s41598-024-65283-y", 9),
    "The rise of feathered dinosaurs: Kulindadromeus zabaikalicus, the oldest dinosaur with 'feather-like' "
    "structures": ("10.7717/peerj.6239", 1),
    "Clues from the Past.": ("", 1),
}
# Titles with what means something to Markdown, Quarto, TeX or HTML, and in other scripts.
ODD = {
    "r0445": "Working in the digitized economy: HRM theory & practice",
    "r0990": "零工工作者感知算法控制： 概念化、测量与服务绩效影响验证.",
    "r1229": "Revisiting the Impact of Goals on Affect and Effort*",
    "r1249": "Responding--or Not--to Information Technology Project Risks: An Integrative Model",
    "r1299": "Crowdworker*innen zwischen Autonomie und Kontrolle: Die Stabilisierung von Arbeitsteilung durch "
    "algorithmisches Management.",
    "r1604": "'Best' for whom? - the tension between 'best practice' ERP packages and diverse epistemic cultures in a "
    "university context",
    "r2178": "Optimization of an M / M / ∞ Queueing System with Free Experience Service",
    "r2191": "24 × 7 @ full speed - accelerated time to market",
    "r2912": 'Erratum to "Leveraging IT resources and capabilities at the housing and development board" [J. Strategic '
    "Inf. Syst. 12(2003) 229-249]",
    "r4344": "플랫폼 노동시장의 구직기간 단축 결정요인: 웹크롤링과 생존모형을 이용한 분석.",
    "r4846": "ЗАЙНЯТІСТЬ І МОТИВАЦІЯ ПРАЦІ В ІНФОРМАЦІЙНІЙ ЕКОНОМІЦІ: ТРАНСФОРМАЦІЯ І ВЗАЄМОЗВ'ЯЗОК",
    "r4921": "Redesigning Human Systems - Enid Mumford; Information Science Publishing, Hershey, PA, 2003, 303 pages, "
    "ISBN 1-59140-118-6 (US$79.95)",
    "r5616": "25th anniversary edition",
    "r6333": "Twenty years of the {E}uropean {I}nformation {S}ystems {A}cademy at {ECIS} - emergent trends and "
    "research topics",
    "r6512": "\"An iron hand in a velvet glove'' - the embodiment of the platform logic in the emergency sector",
    "r6715": "OFFICETECH® - a new paradigm in office services?",
}
# These become studies, so that they stand in tables, in references and in text.
INCLUDED = {
    "r2191": ODD.pop("r2191"),
    "r4846": ODD.pop("r4846"),
    "r5953": 'Corrigendum to "Joint collaborative planning as a governance mechanism to strengthen the chain of IT '
    'value co-creation" [J. Strategic Inf. Syst. 21(3) (2012) 182-200]',
    "r6140": "Special Issue: Information Systems Design-- Theory and Methodology",
    "r6715": ODD.pop("r6715"),
}
VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}
HOSTILE = '<script>alert("x")</script><img src=x onerror=alert(1)> {{< include /etc/hostname >}} | @tbl-9 $x$ \\write18'


def counted(path: Path) -> int:
    """Count the records of a file without the readers: lines that open a RIS record, or rows below the header."""
    data = path.read_bytes()
    if path.suffix == ".ris":
        return len(re.findall(rb"(?:^|[\r\n]|\xef\xbb\xbf)TY {2}- ", data))
    lines = data.decode("utf-8-sig").splitlines()
    top = next(n for n, line in enumerate(lines) if re.search(r"\btitle\b", line, re.IGNORECASE))
    text = "\n".join(lines[top:])
    return sum(any(row) for row in csv.reader(text.splitlines(), delimiter=";" if ";" in lines[top] else ",")) - 1


def digital() -> dict[str, list[dict[str, str]]]:
    """Return file -> rows of the digital-work records."""
    with (DIGITAL / "records.csv").open(encoding="utf-8", newline="") as text:
        rows = sorted(csv.DictReader(text), key=lambda row: row["source"])
    return {
        f"digital_{source}_{n // BATCH + 1}.ris": of[n : n + BATCH]
        for source, of in ((s, list(g)) for s, g in groupby(rows, key=lambda row: row["source"]))
        for n in range(0, len(of), BATCH)
    }


def as_ris(rows: list[dict[str, str]]) -> bytes:
    types = {"article": "JOUR", "inproceedings": "CONF", "incollection": "CHAP", "book": "BOOK"}
    records: list[dict[str, str | list[str]]] = []
    for row in rows:
        first, _, last = row["pages"].partition("--")
        cells: dict[str, str | list[str]] = {
            "type": types.get(row["entry_type"], "GEN"), "title": row["title"], "author": row["author"].split(" and "),
            "year": row["year"], "journal": row["journal"], "volume": row["volume"], "issue": row["number"],
            "start": first, "end": last, "doi": row["doi"], "issn": row["isbn"],
        }  # fmt: skip
        records.append({name: value for name, value in cells.items() if value and value != [""]})
    return ris(*records)


def hits(file: str, batches: dict[str, list[dict[str, str]]]) -> int:
    """Return what the database would have displayed for the search that `file` belongs to."""
    if file not in batches:
        return FEWER.get(file, 10)
    stem = file.rsplit("_", 1)[0]
    return sum(len(rows) for name, rows in batches.items() if name.startswith(stem))


def row_id(root: Path, run: str, file: str, place: int) -> str:
    """Return the id that import gave to a row."""
    sha = hashlib.sha256((root / "data/raw" / run / file).read_bytes()).hexdigest()[:16]
    with (root / "data/raw" / run / "rows.csv").open(newline="") as text:
        return next(r["row_id"] for r in csv.DictReader(text) if (r["file_sha256"], r["place"]) == (sha, str(place)))


def decide(root: Path, batches: dict[str, list[dict[str, str]]]) -> None:
    """Send the odd titles forward, leave all but one out with a reason: so that they stand on the pages."""
    at = {row["id"]: (file, n) for file, rows in batches.items() for n, row in enumerate(rows, 1)}
    rows = {}
    for name in [*ODD, *INCLUDED]:
        file, place = at[name]
        rows[name] = row_id(root, SOURCES[file.split("_")[1]], file, place)
    # The last record of Web of Science's file has italics in its title.
    rows["italics"] = row_id(root, FIRST, "_baseline_webofscience.ris", 10)
    rows["hostile"] = "M1"
    write_rows(root, "manual_records", [{
        "manual_id": "M1", "run": FIRST, "source": "a colleague", "kind": "contact", "title": HOSTILE,
        "authors": "O'Hara <b>, X.", "year": "2020", "doi": "10.5555/x", "found_by": "ann", "found_on": FIRST,
    }])  # fmt: skip
    vote = {"role": "reviewer", "round": "main", "criteria_version": "c1", "decided_on": "2025-02-01"}
    for who in ("ann", "ben"):
        votes = [{"vote_id": f"V-{who}-{n}", "record_id": r, "reviewer": who, "decision": "include"}
                 for n, r in enumerate(rows.values())]  # fmt: skip
        write_rows(root, "screening", [v | vote for v in votes], who)
    full = [
        {"vote_id": f"F-{name}", "record_id": r, "reviewer": "ann"}
        | ({"decision": "include"} if name in INCLUDED else {"decision": "exclude", "reasons": "X1"})
        for name, r in rows.items()
    ]
    write_rows(root, "eligibility", [v | vote for v in full], "ann")
    asked = {"asked_on": "2025-02-01", "outcome": "obtained", "by": "ann"}
    write_rows(root, "retrieval", [{"retrieval_id": f"G-{n}", "record_id": r} | asked for n, r in rows.items()])
    studies = [{"study_id": f"S-{n}", "label": t, "country": "<i>Germany</i> | UK"} for n, t in INCLUDED.items()]
    write_rows(root, "studies", studies)
    reports = [
        {"report_id": f"P-{n}", "record_id": rows[n], "study_id": f"S-{n}", "role": "main", "citation": t}
        for n, t in INCLUDED.items()
    ]
    write_rows(root, "report_studies", reports)


@pytest.fixture(scope="module")
def batches() -> dict[str, list[dict[str, str]]]:
    return digital()


@pytest.fixture(scope="module")
def made(tmp_path_factory, batches) -> Path:
    root = lay_out(tmp_path_factory.mktemp("real") / "review")
    for run, files in EXPORTS.items():
        exports = {Path(n).name: ((FORMATS / n).read_bytes(), source, 10) for n, source in files.items()}
        own = {f: rows for f, rows in batches.items() if SOURCES[f.split("_")[1]] == run}
        exports |= {f: (as_ris(rows), f"Digital {f.split('_')[1]}", 0) for f, rows in own.items()}
        exports = {f: (data, source, hits(f, batches)) for f, (data, source, _) in exports.items()}
        cells = {f: {"search_id": f.rsplit("_", 1)[0]} for f in own}
        cells |= {Path(n).name: {"note": "The same ten records, out of another tool."} for n in files}
        add_run(root, run, exports, cells)
        said = call(root, "metaethno", "import", run).stdout
        rows = sum(FEWER.get(Path(n).name, 10) for n in files) + sum(map(len, own.values()))
        assert f"{run}: {rows:,} rows registered, {rows:,} of them new." in said
    decide(root, batches)
    call(root, "metaethno", "run")
    return root


def derived(root: Path, path: str) -> pd.DataFrame:
    path = f"data/derived/{path}"
    return pd.read_parquet(root / path) if path.endswith("parquet") else pd.read_csv(root / path, dtype=str).fillna("")


@pytest.fixture(scope="module")
def rows(made, batches) -> pd.DataFrame:
    """Every exported row with the record it became; `digital`: its id among the digital-work records."""
    frame = derived(made, "2_records/records.parquet")
    frame = frame.merge(derived(made, "3_dedupe/members.parquet")[["row_id", "record_id"]], on="row_id")
    at = {(file, n): row["id"] for file, of in batches.items() for n, row in enumerate(of, 1)}
    frame["digital"] = [at.get(key, "") for key in zip(frame["file"], frame["place"], strict=True)]
    return frame


def page_text(path: Path) -> str:
    """Return what a reader sees; fail where tags are not closed in order, or where a page would run something."""

    class Reader(HTMLParser):
        def __init__(self) -> None:
            super().__init__()
            self.open: list[str] = []
            self.text: list[str] = []

        def handle_starttag(self, tag, attributes):
            assert not [a for a, value in attributes if a.startswith("on") or "alert" in (value or "")], (path, tag)
            ours = tag == "script" and (dict(attributes).get("src") or "").startswith("../_generated/")
            assert ours or tag not in ("script", "iframe", "object"), path
            if tag not in VOID:
                self.open.append(tag)

        def handle_endtag(self, tag):
            if tag in self.open:
                while self.open.pop() != tag:
                    pytest.fail(f"{path}: </{tag}> closes something else")

        def handle_data(self, data):
            if not {"style", "title"} & set(self.open):
                self.text.append(data)

    reader = Reader()
    reader.feed(path.read_text(encoding="utf-8"))
    reader.close()
    assert not [t for t in reader.open if t not in ("p", "li")], path
    return " ".join("".join(reader.text).split())


# ------------------------------------------------------------------------------------------------ counts


def test_the_files_hold_what_is_expected_of_them(batches):
    for name in (n for files in EXPORTS.values() for n in files):
        assert counted(FORMATS / name) == FEWER.get(Path(name).name, 10), name
    assert sum(map(len, batches.values())) == 7159
    present = {f"{p.parent.name}/{p.name}" for p in FORMATS.glob("*/*")}
    assert present == {name for files in EXPORTS.values() for name in files}


def test_sources_has_the_right_count_for_every_file(made, batches):
    sources = derived(made, "1_search/sources.csv")
    found = dict(zip(sources["file"], sources["parsed"].astype(int), strict=True))
    for run in EXPORTS:
        for path in (made / "data/raw" / run).iterdir():
            if path.suffix in (".ris", ".csv") and path.name not in ("searches.csv", "rows.csv"):
                assert found.pop(path.name) == counted(path), path.name
    assert found == {}
    s1 = sources[sources["search_id"] == "digital_s1"]
    assert len(s1) == 7
    assert set(s1["hits"]) == set(s1["parsed_search"]) == {"6308"}


def test_every_row_is_a_record_and_none_is_empty(rows):
    assert len(rows) == 152 + 7159 + 1
    assert (rows["title"] != "").all()
    assert rows["row_id"].is_unique


def test_inspect_counts_every_real_file(tmp_path):
    names = [str(FORMATS / name) for files in EXPORTS.values() for name in files]
    found = json.loads(call(tmp_path, "metaethno", "inspect", "--json", *names).stdout)
    assert {f["file"]: f["records"] for f in found} == {n: FEWER.get(Path(n).name, 10) for n in names}
    assert all(f["with_title"] == f["with_year"] == f["records"] and not f["problems"] for f in found)
    # One book of ERIC's file has no author; Covidence's table has no accession numbers.
    assert sum(f["records"] - f["with_authors"] for f in found) == 1
    assert [Path(f["file"]).name for f in found if f["with_accession"] < f["records"]] == ["_baseline_covidence.csv"]


def test_identified_less_duplicates_is_what_is_screened(made):
    flow = derived(made, "5_eligibility/flow.csv")
    flow = flow[(flow["view"] == "pooled") & (flow["run"] == "all")]
    box = {b: int(n) for b, d, n in zip(flow["box"], flow["detail"], flow["count"], strict=True) if not d}
    assert box["database_results"] == 152 + 7159
    assert box["citations_results"] == 1
    unique = derived(made, "3_dedupe/unique.parquet")
    assert box["database_results"] - box["duplicates"] == box["records_screened"] == len(unique) - 1
    assert box["dbr_sought_reports"] == box["dbr_assessed"] == len(ODD) + len(INCLUDED) + 1
    split = flow[flow["box"] == "database_specific_results"].set_index("detail")["count"].astype(int)
    assert split["Embase"] == split["Covidence"] == 30
    assert split["Academic Search"] == 19
    assert split["Digital s1"] == 6308
    assert split.sum() == box["database_results"]
    sums = flow[flow["detail"] != ""].assign(count=lambda f: f["count"].astype(int)).groupby("box")["count"].sum()
    assert sums["dbr_excluded"] == len(ODD) + 1
    checks = derived(made, "5_eligibility/checks.csv")
    assert "error" not in set(checks["level"])


# ------------------------------------------------------------------------------------------------ duplicates


@pytest.mark.parametrize("title", KNOWN)
def test_known_articles_have_their_doi_and_all_their_rows(rows, title):
    records = set(rows.loc[rows["title"].str.casefold() == title.casefold(), "record_id"])
    assert len(records) == 1
    cluster = rows[rows["record_id"].isin(records)]
    doi, found = KNOWN[title]
    assert len(cluster) == found
    assert set(cluster["doi"]) == {doi}


def test_overlapping_exports_become_63_publications(rows):
    real = rows[rows["file"].str.startswith("_baseline")]
    assert real["record_id"].nunique() == PUBLICATIONS
    by_record: dict[str, set[str]] = defaultdict(set)
    by_doi: dict[str, set[str]] = defaultdict(set)
    for doi, record in zip(real["doi"], real["record_id"], strict=True):
        by_record[record].add(doi)
        by_doi[doi].add(record)
    assert all(len(dois) == 1 for dois in by_record.values())
    assert all(len(records) == 1 for doi, records in by_doi.items() if doi)
    assert not set(real["record_id"]) & set(rows.loc[rows["digital"] != "", "record_id"])


def test_few_of_the_labelled_records_are_lost(rows):
    with (DIGITAL / "truth.csv").open(newline="") as text:
        group = {row["id"]: row["group"] for row in csv.DictReader(text)}
    real = rows[rows["digital"] != ""]
    group_of = real["digital"].map(group)
    # A record that holds n publications loses n - 1 of them.
    assert (group_of.groupby(real["record_id"]).nunique() - 1).sum() <= 5
    truly = sum(n * (n - 1) // 2 for n in Counter(group_of).values())
    together = sum(n * (n - 1) // 2 for n in Counter(zip(group_of, real["record_id"], strict=True)).values())
    assert truly == 570
    assert together >= 0.95 * truly


def test_the_second_run_knows_what_the_first_brought(made, rows):
    rerun = derived(made, "3_dedupe/rerun.csv")
    states = Counter(rerun.loc[rerun["source"] == "Embase", "state"])
    assert sum(states.values()) >= 10
    unique = derived(made, "3_dedupe/unique.parquet").set_index("record_id")
    embase = rows.loc[rows["file"] == "_baseline_embase.ris", "record_id"]
    assert set(unique.loc[embase, "first_run"]) == {FIRST}
    assert set(unique.loc[embase, "last_run"]) == {SECOND}


# ------------------------------------------------------------------------------------------------ reports


def test_every_page_is_there_and_whole(made):
    pages = sorted((made / "reports/_output/pages").glob("*.html"))
    assert {p.stem for p in pages} == {p.stem for p in (made / "reports/pages").glob("*.qmd")}
    for page in pages:
        assert len(page_text(page)) > 500
    assert (made / "reports/_output/pages/review.docx").is_file()
    assert (made / "reports/_output/pages/review.pdf").read_bytes().startswith(b"%PDF")


def test_odd_titles_stand_in_appendix_b_as_they_are(made):
    text = page_text(made / "reports/_output/pages/excluded.html")
    italics = "The rise of feathered dinosaurs: Kulindadromeus zabaikalicus, the oldest dinosaur with 'feather-like'"
    assert [t for t in [*ODD.values(), italics, HOSTILE] if t not in text] == []


def test_odd_studies_stand_in_table_1_as_they_are(made):
    for page in ("included", "review"):
        text = page_text(made / f"reports/_output/pages/{page}.html")
        assert [t for t in [*INCLUDED.values(), "<i>Germany</i> | UK"] if t not in text] == []


def test_odd_studies_stand_in_word_and_pdf(made):
    import docx
    import pypdf

    document = docx.Document(str(made / "reports/_output/pages/review.docx"))
    cells = {" ".join(c.text.split()) for t in document.tables for r in t.rows for c in r.cells}
    assert [t for t in [*INCLUDED.values(), "<i>Germany</i> | UK"] if t not in cells] == []
    pages = pypdf.PdfReader(made / "reports/_output/pages/review.pdf").pages
    text = re.sub(r"[\s\u00ad\u2010-]+", "", "".join(page.extract_text() for page in pages))
    assert [t for t in INCLUDED.values() if re.sub(r"[\s-]+", "", t) not in text] == []


# ------------------------------------------------------------------------------------------------ wrong counts


def test_a_wrong_count_is_refused_with_declared_and_found(tmp_path):
    root = lay_out(tmp_path / "review")
    file = "_baseline_cinahl.ris"
    add_run(root, FIRST, {file: ((FORMATS / "RIS" / file).read_bytes(), "Academic Search", 10)})
    log, register = root / f"data/raw/{FIRST}/searches.csv", root / f"data/raw/{FIRST}/rows.csv"
    for command in (("metaethno", "import", FIRST), ("metaethno", "run", "search")):
        done = call(root, *command, check=False)
        assert done.returncode == 1
        assert re.search(rf"data/raw/{FIRST}/searches\.csv,( line 2,)? column hits", done.stderr)
        assert "the database displayed 10 records" in done.stderr
        assert f"{file}) hold 9: 1 missing" in done.stderr
        assert "Traceback" not in done.stderr
        if "import" in command:
            assert not register.exists()
            log.write_text(log.read_text().replace(",10,", ",9,"))
            call(root, *command)
            log.write_text(log.read_text().replace(",9,", ",10,"))
    assert not (root / "data/derived/1_search/sources.csv").exists()
