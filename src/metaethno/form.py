"""The extraction form of a review: its fields, what a cell may hold, and the check that is made of it.

The form stands in `config/review.yaml`. From it come the worklist's columns and pick-lists, the pandera schema that
checks what was extracted, and the columns of Table 1.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, Final

from metaethno.cells import each_row
from metaethno.config import Extraction, FormField
from metaethno.errors import Problem
from metaethno.schemas import STUDIES

if TYPE_CHECKING:
    import pandas as pd
    import pandera.pandas as pa

# What every field takes: somebody has looked, and the study doesn't say.
NOT_REPORTED: Final = "not reported"
_NOTHING: Final = frozenset(
    ("not reported", "not stated", "not described", "unreported", "nr", "n.r", "n/r", "-", "–", "—")
)
_YES: Final = {**dict.fromkeys(("yes", "y", "true", "1"), "yes"), **dict.fromkeys(("no", "n", "false", "0"), "no")}
_THOUSANDS: Final = re.compile(r"-?\d{1,3}(?:[ ,\u00a0\u202f']\d{3})+(?:\.\d+)?")
_NUMBER: Final = re.compile(r"-?\d+(?:\.\d+)?")
_PATTERNS: Final = {"number": r"-?\d+(?:\.\d+)?", "year": r"\d{4}", "yes_no": "yes|no"}
_WORDS: Final = {
    "text": "text",
    "number": "a number",
    "year": "a year of four digits",
    "yes_no": "yes or no",
}

STANDARD: Final = (
    FormField(field="country", table1="Country and setting", help="Country or countries, parted by ';'."),
    FormField(field="setting", table1="Country and setting", help="Where it took place."),
    FormField(
        field="data_collection_start",
        width=3,
        type="year",
        table1="Data collected",
        help="First year of data collection.",
    ),
    FormField(
        field="data_collection_end", width=3, type="year", table1="Data collected", help="Last year of data collection."
    ),
    FormField(field="aim", width=5, table1="Aim", help="What the study set out to find."),
    FormField(field="sample", width=6, table1="Participants", help="Who took part."),
    FormField(
        field="participants_n",
        type="number",
        table1="Participants",
        show="(n\u00a0=\u00a0{})",
        help="How many people took part.",
    ),
    FormField(
        field="data_collection_method",
        width=6,
        table1="Data collection and analysis",
        help="Interviews, observation ...",
    ),
    FormField(field="analysis", table1="Data collection and analysis", help="How the authors analysed their data."),
)


def fields(settings: Extraction) -> tuple[FormField, ...]:
    """Return the fields of the form: the configured ones, or the standard ones and the review's own columns."""
    if settings.form:
        return tuple(settings.form)
    own = [FormField(field=c.name, table1=c.name.replace("_", " "), help=c.says) for c in settings.columns]
    return (*STANDARD, *own)


def allowed(field: FormField) -> str:
    """Return what a cell may hold, in words."""
    if field.choices:
        several = "one or more of" if field.type == "multi_choice" else "one of"
        return f"{several}: {', '.join(field.choices)}; or {NOT_REPORTED!r}"
    words = "a whole number" if field.field == "participants_n" and field.type == "number" else _WORDS[field.type]
    return f"{words}, or {NOT_REPORTED!r}"


def read(field: FormField, text: str) -> str | None:
    """Return what a cell says as it is kept, or None where it isn't of the field's type. Empty cells stay empty.

    Numbers lose the marks between thousands; choices are understood in any case; several choices are parted by ';'
    and come back in the order of the form.
    """
    text = text.strip()
    plain = " ".join(text.casefold().strip(" .").split())
    if not text or plain in _NOTHING or text in _NOTHING:
        return NOT_REPORTED if text else ""
    if field.type == "number":
        bare = re.sub(r"[ ,\u00a0\u202f']", "", text) if _THOUSANDS.fullmatch(text) else text
        if field.field == "participants_n":
            bare = re.sub(r"\.0+$", "", bare)  # a spreadsheet's way to keep a whole number
            return bare if bare.isdecimal() else None
        return bare if _NUMBER.fullmatch(bare) else None
    if field.type == "year":
        return text if re.fullmatch(r"[12]\d{3}", text) else None
    if field.type == "yes_no":
        return _YES.get(plain)
    if field.choices:
        return _choices(field, text)
    return text


def _choices(field: FormField, text: str) -> str | None:
    known = {_folded(choice): choice for choice in field.choices}
    if field.type == "choice":
        return known.get(_folded(text))
    found = set()
    for part in filter(None, map(str.strip, re.split(r"[;|\n]", text))):
        # A choice may hold a comma itself: the whole is tried before its parts.
        parts = [part] if _folded(part) in known else [p for p in part.split(",") if p.strip()]
        found |= {known.get(_folded(one)) for one in parts}
    return None if None in found or not found else "; ".join(c for c in field.choices if c in found)


def same(field: FormField, left: str, right: str) -> bool:
    """Tell whether two people's values say the same: numbers by value, texts without case, blanks and end marks."""
    if field.type == "number" and _NUMBER.fullmatch(left) and _NUMBER.fullmatch(right):
        return float(left) == float(right)
    return _folded(left) == _folded(right)


def _folded(text: str) -> str:
    return " ".join(text.casefold().split()).strip(" .;,")


def column(field: FormField) -> pa.Column:
    """Return the pandera column of a field; its check carries the sentence that a user reads."""
    import pandera.pandas as pa

    said = f"{field.heading} must be {allowed(field)}"
    checks: list[Any] = []
    if field.choices:
        checks.append(pa.Check(lambda s: s.map(lambda v: read(field, v) == v), error=said))
    elif field.type in _PATTERNS:
        checks.append(pa.Check.str_matches(rf"^(?:{_PATTERNS[field.type]}|{NOT_REPORTED})?\Z", error=said))
    return pa.Column(str, checks, nullable=False, required=False)


def schema(form: Iterable[FormField]) -> pa.DataFrameSchema:
    """Return the pandera schema of a table with one row per study and a column per field."""
    import pandera.pandas as pa

    return pa.DataFrameSchema({f.field: column(f) for f in form}, strict=False, name="extraction")


def value_problems(form: Iterable[FormField], values: pd.DataFrame) -> list[Problem]:
    """Return what is wrong with `values` (EXTRACTION_VALUES with `_file` and `_line`), by the schema of the form.

    Codes: ME0471 a field that the form doesn't have (any more), ME0476 a value that isn't of its field's type.
    """
    from metaethno.errors import did_you_mean

    known = {f.field: f for f in form}
    superseded = set(values["supersedes"].tolist()) - {""}
    # What was replaced may be of a form that has changed since.
    heads = values[~values["value_id"].isin(superseded)]
    problems = []
    for row in heads[~heads["field"].isin(known)].to_dict("records"):
        message = f"the extraction form has no field {row['field']!r}.{did_you_mean(row['field'], known)}"
        hint = (
            "Put the field back into `extraction: form` in config/review.yaml, or take out what was extracted for it."
        )
        problems.append(Problem("ME0471", message, row["_file"], int(row["_line"]), "field", row["field"], hint=hint))
    for name, rows in heads[heads["field"].isin(known)].groupby("field", sort=True):
        problems += _failures(known[str(name)], rows["value"].rename(str(name)), rows)
    return problems


def study_problems(form: Iterable[FormField], studies: pd.DataFrame) -> list[Problem]:
    """Return cells of `studies.csv` that the form doesn't allow (ME0476)."""
    found = []
    for field in form:
        if field.field in studies and field.field not in STUDIES.names:
            found += _failures(field, studies[field.field].fillna("").astype(str), studies, field.field)
        elif field.field in studies and field.choices:
            found += _failures(field, studies[field.field], studies, field.field)
    return found


def _right(field: FormField, value: str) -> bool:
    """Tell whether a kept value is of its field's type: what the field's pandera column says, too."""
    if field.choices:
        return read(field, value) == value
    pattern = _PATTERNS.get(field.type)
    return not pattern or value in ("", NOT_REPORTED) or re.fullmatch(pattern, value) is not None


def _failures(field: FormField, cells: pd.Series, rows: pd.DataFrame, where: str = "value") -> list[Problem]:
    # As in `holds`: nearly every cell is right, and loading pandera takes longer than looking at them.
    if all(isinstance(value, str) and _right(field, value) for value in cells.unique()):
        return []
    import pandera.errors
    import pandera.pandas as pa

    frame = cells.rename(field.field).to_frame()
    try:
        pa.DataFrameSchema({field.field: column(field)}).validate(frame, lazy=True)
    except pandera.errors.SchemaErrors as errors:
        out = []
        for at, case in each_row(errors.failure_cases, "index", "check"):
            row = rows.loc[at]
            value = str(frame.loc[at, field.field])
            place = (str(row["_file"]), int(row["_line"]))
            out.append(Problem("ME0476", str(case), *place, where, value, allowed(field)))
        return out
    return []
