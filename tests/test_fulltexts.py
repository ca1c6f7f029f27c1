"""The folder of full texts: files of a record, kept by DVC, there or not."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest
import yaml

from metaethno.shell import fulltexts
from tests.worlds import lay_out, write_rows

TEXT = b"%PDF-1.4 a text"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    root = lay_out(tmp_path / "review")
    (root / "data/raw/2020-01-02").mkdir(parents=True)
    (root / "data/raw/2020-01-02/rows.csv").write_text(
        "row_id,file_sha256,place,source,accession,fingerprint\nRAAA,x,1,Alpha,1,\n"
    )
    find = {"manual_id": "M.1", "run": "2020-01-02", "source": "a shelf", "kind": "hand_search", "title": "T"}
    write_rows(root, "manual_records", [find | {"found_by": "ann", "found_on": "2020-01-03"}])
    return root


def add(root: Path, name: str, text: bytes | None = TEXT, **pointer: object) -> None:
    """Put a text into the folder as `dvc add` does; None leaves the pointer only, as in a fresh clone."""
    folder = root / fulltexts.FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    out = {"md5": hashlib.md5(TEXT).hexdigest(), "size": len(TEXT), "hash": "md5", "path": name} | pointer
    (folder / f"{name}.dvc").write_text(yaml.safe_dump({"outs": [out]}))
    if text is not None:
        (folder / name).write_bytes(text)


def test_no_folder_is_no_problem(root):
    assert fulltexts.problems(root) == []
    assert len(fulltexts.kept(root)) == 0


def test_texts_are_found_by_record_there_or_not(root):
    for name, text in (("RAAA.pdf", TEXT), ("RAAA_appendix.v2.pdf", None), ("M.1.pdf", None)):
        add(root, name, text)
    assert fulltexts.problems(root) == []
    assert fulltexts.kept(root).values.tolist() == [
        ["M.1", "M.1.pdf"],
        ["RAAA", "RAAA.pdf"],
        ["RAAA", "RAAA_appendix.v2.pdf"],
    ]


@pytest.mark.parametrize(
    ("name", "text", "pointer", "code"),
    [
        ("smith2010.pdf", TEXT, {}, "ME0418"),
        ("RAAA2.pdf", None, {}, "ME0418"),
        ("RAAA.pdf", b"another", {}, "ME0419"),
        ("RAAA.pdf", None, {"path": "../../../etc/passwd"}, "ME0419"),
    ],
)
def test_what_is_wrong_is_said(root, name, text, pointer, code):
    add(root, name, text, **pointer)
    (problem,) = fulltexts.problems(root)
    assert problem.code == code
    assert name in problem.file


@pytest.mark.parametrize("damage", ["", "outs: [", "- 1", "outs: 3", "[" * 5000, "\xff" * 70_000])
def test_a_damaged_pointer_is_no_traceback(root, damage):
    add(root, "RAAA.pdf", None)
    (root / fulltexts.FOLDER / "RAAA.pdf.dvc").write_text(damage)
    assert [p.code for p in fulltexts.problems(root)] == ["ME0419"]
