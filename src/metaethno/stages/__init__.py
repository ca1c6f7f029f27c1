"""The nine stages, in order: what each is called, which decisions it reads, and which settings concern it.

A stage is a module of this package with functions from tables to tables. `STAGES` is what the command line, the
engine hash and `dvc.yaml` are made from; paths stand in `metaethno.schemas` and, literally, in `workflow/rules/`.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Stage:
    """One stage: its noun, number, the decision tables it checks, and the sections of the configuration it sees.

    `team` is left out where it only serves to check who wrote a row: a new member can't make a good row bad, and
    should not run de-duplication again.
    """

    name: str
    number: int
    says: str
    decisions: tuple[str, ...]
    settings: tuple[str, ...]

    @property
    def folder(self) -> str:
        """Folder of its outputs, below the review's folder."""
        return f"data/derived/{self.number}_{self.name}"


STAGES: dict[str, Stage] = {
    s.name: s
    for s in (
        Stage("search", 1, "what was searched, and how much it gave", ("searches",), ("columns", "search")),
        Stage("records", 2, "every exported record, normalised", ("rows", "manual_records"), ("columns",)),
        Stage("dedupe", 3, "one record per publication", ("duplicates",), ("dedupe",)),
        Stage(
            "screening",
            4,
            "votes on title and abstract",
            ("screening",),
            ("criteria", "exclusion_reasons", "screening"),
        ),
        Stage(
            "eligibility",
            5,
            "full texts, and the flow",
            ("retrieval", "eligibility", "report_studies", "baseline"),
            ("check_levels", "criteria", "eligibility", "exclusion_reasons", "flow"),
        ),
        Stage(
            "extraction",
            6,
            "what the studies are and say",
            ("studies", "extraction_values", "sampling", "passages", "constructs", "links"),
            ("check_levels", "extraction"),
        ),
        Stage(
            "translation",
            7,
            "the studies translated into one another",
            (
                "groups",
                "group_members",
                "relations",
                "aspects",
                "readings",
                "concepts",
                "concept_changes",
                "translations",
                "refutations",
                "refutation_checks",
            ),
            ("check_levels",),
        ),
        Stage(
            "synthesis",
            8,
            "third-order constructs and the line of argument",
            (
                "third_order",
                "third_order_support",
                "line_of_argument",
                "line_of_argument_support",
                "reviewed",
                "memos",
                "statements",
            ),
            ("check_levels", "synthesis"),
        ),
        Stage(
            "reports",
            9,
            "tables, figures and checklists",
            (),
            (
                "check_levels",
                "criteria",
                "exclusion_reasons",
                "extraction",
                "flow",
                "reports",
                "review",
                "search",
                "synthesis",
                "team",
            ),
        ),
    )
}
