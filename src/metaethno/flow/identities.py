"""What must hold between the boxes of a flow diagram, and what a review may declare where it doesn't.

I1 to I13 are those of the PRISMA 2020 form, P1 to P4 those of the 2009 form. While decisions are open, the boxes
`undecided_screening` and `undecided_full_text` stand in the sums as a term of their own, so that the identities hold
at any time. Not among them: I11 and I12 (updated-review template, drawn from a released version), and P5, since
nothing is pooled in numbers in a meta-ethnography.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from metaethno.config import Adjustment, View
from metaethno.errors import did_you_mean
from metaethno.flow.boxes import ALL, Box

Boxes = Mapping[str, Box]
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
# Parts of a box that must add up to the whole: each id has exactly one detail.
SPLITS = ("duplicates", "undecided_screening", "undecided_full_text", "citations_results")


def identities(template: str) -> tuple[Identity, ...]:
    """Return the identities of a form."""
    return PRISMA2020 if template == "prisma2020" else PRISMA2009


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


TERMS = {"full_texts_of_later_runs": full_texts_of_later_runs}


def _words(terms: str) -> str:
    shown = ""
    for term in terms.split():
        box, _, detail = term.removeprefix("-").partition("/")
        name = f"sum of {box}" if detail == SUM else f"{box} ({detail})" if detail else box
        sign = "-" if term.startswith("-") else "+"
        name = name.replace("_", " ")
        shown += f" {sign} {name}" if shown else name
    return shown


def _behind(identity: Identity, boxes: Boxes) -> str:
    """Return the ids that stand on one side only, as far as both sides count the same kind of thing."""
    sides: list[dict[str, int]] = []
    for terms in (identity.left, identity.right):
        tally: dict[str, int] = {}
        for term in terms.split():
            box, _, detail = term.removeprefix("-").partition("/")
            step = -1 if term.startswith("-") else 1
            parts = boxes[box].parts
            ids = parts["id"].tolist() if detail == SUM and parts is not None else boxes[box].listing(detail)
            for one in ids:
                tally[one] = tally.get(one, 0) + step
        sides.append(tally)
    odd = sorted(i for i in set(sides[0]) | set(sides[1]) if sides[0].get(i, 0) != sides[1].get(i, 0))
    return ", ".join(odd[:10]) + (f" and {len(odd) - 10} more" if len(odd) > 10 else "")


def _row(code: str, level: str, view: View, message: str, hint: str = "") -> dict[str, str]:
    return {"code": code, "level": level, "table": "flow", "ids": view.id, "message": message, "hint": hint}


def verify(view: View, boxes: Boxes) -> list[dict[str, str]]:
    """Return rows of CHECKS: identities that break, adjustments that account for them, and those that don't."""
    known = identities(view.template)
    rows = []
    for declared in view.adjustments:
        if declared.identity not in {i.id for i in known if i.kind != "inequality"}:
            names = sorted({i.id for i in known if i.kind != "inequality"})
            message = f"an adjustment of {declared.identity!r}, which is no identity of the form {view.template}."
            message += did_you_mean(declared.identity, names)
            rows.append(_row("ME0420", "error", view, message, f"Name one of: {', '.join(names)}."))
    for identity in known:
        declared_here = [a for a in view.adjustments if a.identity == identity.id]
        rows += _verify_one(view, identity, boxes, declared_here)
    for name in SPLITS:
        box = boxes.get(name)
        if box is not None and box.parts is not None and box.parts_count() != box.count():
            message = f"the parts of {name} make {box.parts_count()}, the box {box.count()}"
            rows.append(_row("ME0421", "error", view, message, "This is a fault of the program: please report it."))
    return rows


def _verify_one(view: View, identity: Identity, boxes: Boxes, declared: list[Adjustment]) -> list[dict[str, str]]:
    found = difference(identity, boxes)
    sign = ">=" if identity.kind == "inequality" else "="
    left, right = _value(identity.left, boxes, ALL), _value(identity.right, boxes, ALL)
    formula = f"{_words(identity.left)} {sign} {_words(identity.right)}"
    if identity.kind == "inequality":
        return [_row(identity.id, "warning", view, f"{formula}: {left} against {right}")] if found else []
    amounts = [len(TERMS[a.term](boxes)) for a in declared]
    if not declared:
        if not found:
            return []
        message = f"{formula} does not hold: {left} against {right}"
        return [_row(identity.id, "error", view, message, f"What stands on one side only: {_behind(identity, boxes)}.")]
    words = "; ".join(
        f"{amount} ({a.term.replace('_', ' ')}): {a.reason}" for a, amount in zip(declared, amounts, strict=True)
    )
    if found == sum(amounts) and all(amounts):
        return [_row(identity.id, "note", view, f"{formula} is adjusted by {words}")]
    message = f"{formula}: the difference is {found}, and the declared adjustment accounts for {sum(amounts)}"
    hint = "Take the adjustment out of config/review.yaml, or find what else stands on one side only."
    return [_row(identity.id, "error", view, message, hint)]
