"""What must hold between the boxes of a flow diagram, and what a review may declare where it doesn't.

I1 to I13 are those of the PRISMA 2020 forms (I11 and I12 of the updated review only), P1 to P4 those of the 2009
form. While decisions are open, the boxes `undecided_screening` and `undecided_full_text` stand in the sums as a term
of their own, so that the identities hold at any time; and so does `new_reports_of_previous_studies` in an updated
review. Not among them is P5, since nothing is pooled in numbers in a meta-ethnography.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from metaethno.config import Adjustment, View
from metaethno.errors import did_you_mean
from metaethno.flow.boxes import ALL, Box

Boxes = Mapping[str, Box]
_SHOWN = 10
SUM = "*"  # as a detail: all parts of a box together


@dataclass(frozen=True)
class Identity:
    """left = right, or left >= right; both are sums of terms `box`, `box/detail` or `box/*`, each with `-` or not.

    kind: hard (an error where it breaks) | soft (may be adjusted) | inequality (a warning).
    """

    id: str
    kind: str
    left: str
    right: str


PRISMA2020 = (
    Identity("I1", "hard", "database_specific_results/*", "database_results"),
    Identity("I1", "hard", "register_specific_results/*", "register_results"),
    Identity(
        "I2",
        "hard",
        "database_results register_results -duplicates -excluded_automatic -excluded_other",
        "records_screened",
    ),
    Identity("I3", "soft", "records_screened -records_excluded -undecided_screening/databases", "dbr_sought_reports"),
    Identity(
        "I4", "hard", "dbr_sought_reports -dbr_notretrieved_reports -undecided_full_text/databases", "dbr_assessed"
    ),
    Identity("I5", "hard", "dbr_assessed -dbr_excluded/*", "new_reports/databases"),
    Identity("I6", "inequality", "website_results organisation_results citations_results", "other_sought_reports"),
    Identity(
        "I7", "hard", "other_sought_reports -other_notretrieved_reports -undecided_full_text/other", "other_assessed"
    ),
    Identity("I8", "hard", "other_assessed -other_excluded/*", "new_reports/other"),
    Identity("I9", "hard", "new_reports/databases new_reports/other", "new_reports"),
    Identity("I10", "inequality", "new_reports", "new_studies"),
    Identity("I13", "hard", "dbr_excluded/* other_excluded/*", "dbr_excluded other_excluded"),
)
PRISMA2009 = (
    Identity("P1", "hard", "identified/* -duplicates", "after_duplicates"),
    Identity("P2", "hard", "after_duplicates", "screened"),
    Identity("P3", "hard", "screened -screened_excluded -undecided_screening", "full_text undecided_full_text"),
    Identity("P4", "hard", "full_text -full_text_excluded/*", "included_reports"),
)
_OLD = "-new_reports_of_previous_studies"
UPDATE = (
    *(i for i in PRISMA2020 if i.id not in ("I5", "I8", "I9", "I10")),
    Identity("I5", "hard", f"dbr_assessed -dbr_excluded/* {_OLD}/databases", "new_reports/databases"),
    Identity("I8", "hard", f"other_assessed -other_excluded/* {_OLD}/other", "new_reports/other"),
    Identity("I9", "hard", "new_reports/databases new_reports/other", "new_reports"),
    Identity("I11", "hard", "previous_studies new_studies", "total_studies"),
    Identity("I12", "hard", "previous_reports new_reports", "total_reports"),
)
# Parts of a box that must add up to the whole: each id has exactly one detail.
SPLITS = (
    "duplicates",
    "undecided_screening",
    "undecided_full_text",
    "citations_results",
    "new_reports_of_previous_studies",
)


def identities(template: str) -> tuple[Identity, ...]:
    """Return the identities of a form."""
    return {"prisma2020": PRISMA2020, "prisma2020_update": UPDATE, "prisma2009": PRISMA2009}[template]


def _value(terms: str, boxes: Boxes, run: str) -> int:
    total = 0
    for term in terms.split():
        box, _, detail = term.removeprefix("-").partition("/")
        count = boxes[box].parts_count(run) if detail == SUM else boxes[box].count(detail, run)
        total += -count if term.startswith("-") else count
    return total


def difference(identity: Identity, boxes: Boxes, run: str = ALL) -> int:
    """Return right − left of an identity; for an inequality what is too much on the right, else 0."""
    found = _value(identity.right, boxes, run) - _value(identity.left, boxes, run)
    return max(found, 0) if identity.kind == "inequality" else found


def full_texts_of_later_runs(boxes: Boxes) -> list[str]:
    """Return the reports among the full texts whose record is not one of those that the upper boxes sent forward."""
    if "full_text" in boxes:
        reports = boxes["full_text"].listing() + boxes["undecided_full_text"].listing()
        upper = boxes["screened"].listing()
    else:
        reports = boxes["dbr_sought_reports"].listing()
        upper = boxes["records_screened"].listing()
    known = set(upper)
    return sorted(r for r in reports if r not in known)


def _box(studies: str, reports: str) -> Callable[[Boxes, str], list[str]]:
    """Return what lists a box that has a name for studies (in I11) and one for reports (in I12)."""
    return lambda boxes, identity: boxes[studies if identity == "I11" else reports].listing()


_BOTH_UPDATE = ("I11", "I12")
_MORE = "new_reports_of_previous_studies"
# Each term of a declared adjustment: how it is found, whether it adds or takes away, and where it may stand.
TERMS: dict[str, tuple[Callable[[Boxes, str], list[str]], int, tuple[str, ...]]] = {
    "full_texts_of_later_runs": (lambda boxes, _: full_texts_of_later_runs(boxes), 1, ("I3", "P3")),
    "dropped_since_release": (_box("dropped_studies", "dropped_reports"), -1, _BOTH_UPDATE),
    "added_from_earlier_runs": (_box("late_studies", "late_reports"), 1, _BOTH_UPDATE),
    _MORE: (_box(_MORE, _MORE), 1, ("I12",)),
}


def _words(terms: str) -> str:
    shown = ""
    for term in terms.split():
        box, _, detail = term.removeprefix("-").partition("/")
        name = f"sum of {box}" if detail == SUM else f"{box} ({detail})" if detail else box
        sign = "-" if term.startswith("-") else "+"
        name = name.replace("_", " ")
        shown += f" {sign} {name}" if shown else name
    return shown


def sides(identity: Identity, boxes: Boxes) -> tuple[list[str], list[str]]:
    """Return the ids that stand more often on the left, and those that stand more often on the right."""
    tally: dict[str, int] = {}
    for terms, side in ((identity.left, 1), (identity.right, -1)):
        for term in terms.split():
            box, _, detail = term.removeprefix("-").partition("/")
            step = -side if term.startswith("-") else side
            parts = boxes[box].parts
            ids = parts["id"].tolist() if detail == SUM and parts is not None else boxes[box].listing(detail)
            for one in ids:
                tally[one] = tally.get(one, 0) + step
    return sorted(i for i, n in tally.items() if n > 0), sorted(i for i, n in tally.items() if n < 0)


def _behind(view: View, identity: Identity, boxes: Boxes) -> str:
    """Return in words what an identity breaks on, and what may be declared about it."""
    said = []
    for where, odd in zip(("left", "right"), sides(identity, boxes), strict=True):
        if odd:
            more = f" and {len(odd) - _SHOWN} more" if len(odd) > _SHOWN else ""
            said.append(f"only on the {where}: {', '.join(odd[:_SHOWN])}{more}")
    text = f"Standing {'; '.join(said)}. `metaethno flow explain {identity.id} --view {view.id}` lists them all."
    fits = [name for name, (found, _, where) in TERMS.items() if identity.id in where and found(boxes, identity.id)]
    if fits:
        text += (
            f" If that is as it should be, declare it as an adjustment of this view, with a reason: {', '.join(fits)}."
        )
    return text


def _row(code: str, level: str, view: View, message: str, hint: str = "") -> dict[str, str]:
    return {"code": code, "level": level, "table": "flow", "ids": view.id, "message": message, "hint": hint}


def verify(view: View, boxes: Boxes) -> list[dict[str, str]]:
    """Return rows of CHECKS: identities that break, adjustments that account for them, and those that don't."""
    known = identities(view.template)
    rows = []
    for declared in view.adjustments:
        names = sorted({i.id for i in known} & set(TERMS[declared.term][2]))
        if declared.identity not in names:
            message = (
                f"an adjustment of {declared.identity!r} by {declared.term}, which has no place in the form "
                f"{view.template}.{did_you_mean(declared.identity, names)}"
            )
            hint = f"Name one of: {', '.join(names)}." if names else "Take it out of config/review.yaml."
            rows.append(_row("ME0420", "error", view, message, hint))
    for identity in known:
        declared_here = [a for a in view.adjustments if a.identity == identity.id and identity.id in TERMS[a.term][2]]
        rows += _verify_one(view, identity, boxes, declared_here)
    for name in SPLITS:
        box = boxes.get(name)
        if box is not None and box.parts is not None and box.parts_count() != box.count():
            message = f"the parts of {name} make {box.parts_count()}, the box {box.count()}"
            rows.append(_row("ME0421", "error", view, message, "This is a fault of the program: please report it."))
    return rows


def formula(identity: Identity) -> str:
    """Return an identity in words."""
    sign = ">=" if identity.kind == "inequality" else "="
    return f"{_words(identity.left)} {sign} {_words(identity.right)}"


def _verify_one(view: View, identity: Identity, boxes: Boxes, declared: list[Adjustment]) -> list[dict[str, str]]:
    found = difference(identity, boxes)
    left, right = _value(identity.left, boxes, ALL), _value(identity.right, boxes, ALL)
    said_as = formula(identity)
    if identity.kind == "inequality":
        return [_row(identity.id, "warning", view, f"{said_as}: {left} against {right}")] if found else []
    if not declared:
        # What was dropped and what came instead can cancel out; both have to be declared all the same.
        hidden = identity.id in _BOTH_UPDATE and any(sides(identity, boxes))
        if not found and not hidden:
            return []
        said = "does not hold" if found else "holds only because what is missing and what is new are as many"
        message = f"{said_as} {said}: {left} against {right}"
        return [_row(identity.id, "error", view, message, _behind(view, identity, boxes))]
    amounts = []
    for adjustment in declared:
        find, sign_of, _ = TERMS[adjustment.term]
        amounts.append(sign_of * len(find(boxes, identity.id)))
    words = "; ".join(
        f"{amount} ({a.term.replace('_', ' ')}): {a.reason}" for a, amount in zip(declared, amounts, strict=True)
    )
    if found == sum(amounts) and all(amounts):
        return [_row(identity.id, "note", view, f"{said_as} is adjusted by {words}")]
    message = f"{said_as}: the difference is {found}, and the declared adjustment accounts for {sum(amounts)}"
    hint = "Take the adjustment out of config/review.yaml, or find what else is behind it. "
    hint += _behind(view, identity, boxes)
    return [_row(identity.id, "error", view, message, hint)]
