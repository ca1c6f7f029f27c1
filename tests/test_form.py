"""What a cell of the extraction form may hold."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from metaethno import form
from metaethno.config import Extraction, FormField

FIELDS = {
    "text": FormField(field="a"),
    "number": FormField(field="a", type="number"),
    "year": FormField(field="a", type="year"),
    "yes_no": FormField(field="a", type="yes_no"),
    "choice": FormField(field="a", type="choice", choices=["Red", "Dark blue"]),
    "multi_choice": FormField(field="a", type="multi_choice", choices=["Red", "Dark blue", "Green"]),
}


@pytest.mark.parametrize(
    ("kind", "text", "kept"),
    [
        ("text", "  words ", "words"),
        ("text", "N.R.", form.NOT_REPORTED),
        ("number", "12", "12"),
        ("number", "1,024", "1024"),
        ("number", "1 024.5", "1024.5"),
        ("number", "1,5", None),
        ("number", "ca. 12", None),
        ("year", "1999", "1999"),
        ("year", "99", None),
        ("year", "not reported", form.NOT_REPORTED),
        ("yes_no", "TRUE", "yes"),
        ("yes_no", "n", "no"),
        ("yes_no", "maybe", None),
        ("choice", "dark blue", "Dark blue"),
        ("choice", "red; green", None),
        ("multi_choice", "green; RED", "Red; Green"),
        ("multi_choice", "green, red", "Red; Green"),
        ("multi_choice", "green; pink", None),
    ],
)
def test_cells_are_read_by_type(kind, text, kept):
    assert form.read(FIELDS[kind], text) == kept


def test_how_many_took_part_is_a_whole_number_however_a_spreadsheet_writes_it():
    many = form.FormField(field="participants_n", type="number")
    assert [form.read(many, t) for t in ("15.0", "1,024", "15.5", "-3")] == ["15", "1024", None, None]
    assert form.allowed(many).startswith("a whole number")


@settings(deadline=None, max_examples=50)
@given(st.sampled_from(sorted(FIELDS)), st.text(max_size=30))
def test_what_was_read_reads_as_itself_and_passes_the_schema(kind, text):
    import pandas as pd

    field = FIELDS[kind]
    kept = form.read(field, text)
    if kept is not None:
        assert form.read(field, kept) == kept
        form.schema([field]).validate(pd.DataFrame({"a": [kept]}, dtype=str))


def test_without_a_form_the_standard_fields_and_the_reviews_own_columns_stand():
    settings = Extraction(columns=[{"name": "theory", "says": "what it leans on"}])
    assert [f.field for f in form.fields(settings)][-2:] == ["analysis", "theory"]
    assert settings.extra == ["theory"]
