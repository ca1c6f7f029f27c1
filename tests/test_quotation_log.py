"""Quotations looked for where the texts are; a clone without them has the same results."""

from __future__ import annotations

import csv
import shutil
from pathlib import Path

import pytest

from metaethno.errors import UserError
from metaethno.schemas import QUOTATION_LOG
from metaethno.shell import fulltexts, quotations
from tests.extraction_world import ONE, review
from tests.test_fulltexts import add
from tests.worlds import write_rows

TEXT = b"Nobody came for a long while, and the notes were written up twice.\f We just get on with it. " * 2


@pytest.fixture(scope="module")
def template(tmp_path_factory) -> Path:
    root = review(tmp_path_factory.mktemp("quotations") / "review")
    fixed = {"report_id": "A1", "entered_by": "ann", "entered_on": "2020-01-02"}
    rows = [
        {"passage_id": "P1", "locator": "p. 2", "text": "We just get on with it", "speaker": "participant"},
        {"passage_id": "P2", "locator": "p. 2", "text": "We never get on with it", "speaker": "author"},
        {"passage_id": "P3", "locator": "p. 2", "text": "They carry on", "speaker": "review_author"},
    ]
    write_rows(root, "passages", [row | fixed for row in rows])
    return root


@pytest.fixture
def root(tmp_path, template) -> Path:
    return Path(shutil.copytree(template, tmp_path / "review"))


def store(root: Path, name: str = f"{ONE}.txt", text: bytes = TEXT) -> None:
    import hashlib

    add(root, name, text, md5=hashlib.md5(text).hexdigest())


def states(root: Path) -> dict[str, str]:
    with (root / QUOTATION_LOG.path).open(newline="") as text:
        return {row["passage_id"]: row["state"] for row in csv.DictReader(text)}


def test_nothing_is_looked_for_where_no_text_is_kept(root):
    assert quotations.refresh(root) == 0
    assert not (root / QUOTATION_LOG.path).exists()


def test_each_quotation_is_looked_for_once_until_it_or_the_text_changes(root, monkeypatch):
    store(root)
    assert quotations.refresh(root) == 2
    assert states(root) == {"P1": "found", "P2": "not_found"}
    before = (root / QUOTATION_LOG.path).read_bytes()
    monkeypatch.setattr("metaethno.fulltext_reader.read", lambda *_: pytest.fail("read again"))
    assert quotations.refresh(root) == 0
    # In a clone without the text the log stays, and says the same.
    (root / fulltexts.FOLDER / f"{ONE}.txt").unlink()
    assert quotations.refresh(root) == 0
    assert (root / QUOTATION_LOG.path).read_bytes() == before


def test_a_changed_passage_is_looked_for_again(root):
    store(root)
    quotations.refresh(root)
    path = root / "data/decisions/passages.csv"
    path.write_text(path.read_text().replace("We never", "We just"))
    assert quotations.refresh(root) == 1
    assert states(root) == {"P1": "found", "P2": "found"}


def test_a_text_that_is_not_the_one_that_was_added_is_not_looked_into(root):
    store(root)
    (root / fulltexts.FOLDER / f"{ONE}.txt").write_bytes(b"something else")
    assert quotations.refresh(root) == 0


def test_a_log_that_was_changed_by_hand_is_told(root):
    (root / QUOTATION_LOG.path).parent.mkdir(parents=True, exist_ok=True)
    (root / QUOTATION_LOG.path).write_text("passage_id,what\nP1,x\n")
    with pytest.raises(UserError, match="ME0439"):
        quotations.log(root)
