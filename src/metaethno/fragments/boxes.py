"""The boxes of a flow diagram as numbers and as words: totals, addends by run, reasons, declared adjustments."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from metaethno.config import View
from metaethno.fragments.data import rows

# Box names of a PRISMA 2009 diagram, and what they are the sum of in PRISMA 2020's.
AS_2009: dict[str, tuple[str, ...]] = {
    "identified": ("database_results", "register_results"),
    "after_duplicates": ("records_screened",),
    "screened": ("records_screened",),
    "screened_excluded": ("records_excluded",),
    "full_text": ("dbr_sought_reports", "other_sought_reports"),
    "full_text_excluded": ("dbr_notretrieved_reports", "dbr_excluded", "other_notretrieved_reports", "other_excluded"),
    "included_reports": ("new_reports",),
    "included_studies": ("new_studies",),
}
PER_SOURCE = {"database_results": "database_specific_results", "register_results": "register_specific_results"}


@dataclass(frozen=True)
class Boxes:
    """The boxes of one view, from the rows of `flow.csv`."""

    view: View
    counts: dict[tuple[str, str], dict[str, int]]

    @property
    def drawn(self) -> bool:
        """Tell whether there is anything to draw: any count above nothing."""
        return any(n for by_run in self.counts.values() for n in by_run.values())

    @property
    def runs(self) -> list[str]:
        """The runs that any box is split by, in order."""
        return sorted({run for by_run in self.counts.values() for run in by_run} - {"all"})

    def per_run(self, box: str, detail: str = "") -> dict[str, int]:
        """Return the count of each run, in order of the runs."""
        if (box, detail) in self.counts:
            return {r: n for r, n in sorted(self.counts[box, detail].items()) if r != "all"}
        summed: dict[str, int] = {}
        if not detail:
            for (name, _), by_run in self.counts.items():
                for run, n in by_run.items() if name == box else ():
                    summed[run] = summed.get(run, 0) + n
        return {r: n for r, n in sorted(summed.items()) if r != "all"}

    def total(self, box: str, detail: str = "") -> int:
        """Return the count of a box over all runs; 0 where it has none."""
        pooled = self.counts.get((box, detail), {}).get("all")
        return pooled if pooled is not None else sum(self.per_run(box, detail).values())

    def has(self, box: str) -> bool:
        """Tell whether the view counts this box at all."""
        return any(name == box for name, _ in self.counts)

    def details(self, box: str) -> list[str]:
        """Return the details (sources, reasons) that a box is split by."""
        return list(dict.fromkeys(d for name, d in self.counts if name == box and d))

    def as_2009(self, box: str) -> dict[str, int]:
        """Return a box of the 2009 form by run, under `all` its total, whatever the view's own form."""
        names = (box,) if self.view.template == "prisma2009" else AS_2009[box]
        summed = {"all": sum(self.total(n) for n in names)}
        for name in names:
            for run, n in self.per_run(name).items():
                summed[run] = summed.get(run, 0) + n
        return summed

    def text(self, box: str, detail: str = "") -> str:
        """Return a count with its addends by run: `153 [129 + 24]`."""
        return with_addends(self.total(box, detail), list(self.per_run(box, detail).values()))


def with_addends(total: int, addends: Sequence[int]) -> str:
    """Return `153 [129 + 24]`, or `153` where only one run adds to it."""
    several = [n for n in addends if n]
    if len(several) < 2 or sum(several) != total:
        return f"{total:,}"
    return f"{total:,} [{' + '.join(f'{n:,}' for n in addends)}]"


def boxes_of(flow: Any, view: View) -> Boxes:
    """Return the boxes of `view` from `flow.csv`."""
    counts: dict[tuple[str, str], dict[str, int]] = {}
    for row in rows(flow[flow["view"] == view.id]):
        counts.setdefault((row["box"], row["detail"]), {})[row["run"]] = int(row["count"])
    return Boxes(view, counts)


def later_full_texts(boxes: Boxes) -> int:
    """Return the full texts that runs after the first brought: the term of a declared adjustment."""
    runs = sorted({run for by_run in boxes.counts.values() for run in by_run} - {"all"})
    by_run = boxes.as_2009("full_text")
    return sum(by_run.get(run, 0) for run in runs[1:])


# The terms of an updated review: the box of studies, the box of reports, and how it is said.
_UPDATE_TERMS = {
    "dropped_since_release": ("dropped_studies", "dropped_reports", "no longer included since the released version"),
    "added_from_earlier_runs": ("late_studies", "late_reports", "found before the release and included only since"),
    "new_reports_of_previous_studies": (
        "",
        "new_reports_of_previous_studies",
        "added to studies that the released version already had",
    ),
}


def adjustment_texts(boxes: Boxes) -> list[str]:
    """Return a plain sentence for each declared adjustment of the view, its numbers derived."""
    said = []
    term, assessed = later_full_texts(boxes), boxes.as_2009("full_text")["all"]
    for adjustment in boxes.view.adjustments:
        start = "Declared adjustment:"
        if adjustment.term in _UPDATE_TERMS:
            studies, reports, words = _UPDATE_TERMS[adjustment.term]
            of_studies = adjustment.identity == "I11"
            n = boxes.total(studies if of_studies else reports)
            if n:
                unit = ("study" if n == 1 else "studies") if of_studies else ("report" if n == 1 else "reports")
                said.append(f"{start} {n:,} {unit} {words}. {adjustment.reason}")
        elif term:
            later = f"the {term:,} are full texts of later runs."
            said.append(f"{start} {assessed - term:,} + {term:,} = {assessed:,}; {later} {adjustment.reason}")
    return said


def under_figure(boxes: Boxes) -> list[str]:
    """Return what has to be said beside a view's numbers: declared adjustments, and what is still undecided."""
    waiting = {
        what: boxes.total(box)
        for box, what in (("undecided_screening", "records to screen"), ("undecided_full_text", "full texts to assess"))
    }
    still = " and ".join(f"{n:,} {what}" for what, n in waiting.items() if n)
    said = [f"Provisional: there are still {still}, so these numbers may change."] if still else []
    return [*adjustment_texts(boxes), *said]
