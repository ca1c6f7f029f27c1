"""The configuration of a review: `config/review.yaml`, typed and closed to unknown keys.

It is about the review, never about machines. Every section is a model below; a stage sees only its own sections, so
that a new team member doesn't run de-duplication again.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError, model_validator

from metaethno.check_codes import KNOWN
from metaethno.errors import Problem, UserError, did_you_mean
from metaethno.record_fields import TEXT_FIELDS
from metaethno.schemas import ID, STUDIES

PATH = "config/review.yaml"
_DEEPEST = 50  # sections within sections
Id = Annotated[str, StringConstraints(pattern=rf"^{ID}$")]


class _Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Review(_Section):
    """What the review is about (eMERGe items 1 to 5)."""

    title: str
    authors: list[str] = []
    notice: str = ""  # printed at the top of every page
    gap: str = ""
    context: str = ""
    aims: str = ""
    question: str = ""
    method_rationale: str = ""
    search_rationale: str = ""
    first_run_label: str = ""


class Person(_Section):
    """One member of the team."""

    name: str
    role: str = ""
    # From where this person looks at the matter: profession, experience, views (eMERGe item 18).
    standpoint: str = ""
    stand_in: bool = False


class Search(_Section):
    """What no row of the search log can say of the searches (PRISMA-S items 11, 14 and 16), in a sentence or two."""

    prior_work: str = ""
    peer_review: str = ""
    deduplication: str = ""


class Criterion(_Section):
    """One criterion of inclusion or exclusion."""

    id: Id
    kind: Literal["include", "exclude", "no_limit"]
    text: str
    provenance: str = ""


class Criteria(_Section):
    """The criteria, as one version."""

    version: Id
    criteria: list[Criterion]


class Reason(_Section):
    """One reason for leaving a full text out. The order of the list decides which of several is counted.

    also: other words for it, such as the label of a screening tool; decisions that come from there are understood.
    """

    id: Id
    label: str
    box: Literal["excluded", "not_retrieved", "redundant_report"] = "excluded"
    also: list[str] = []
    provenance: str = ""


class Dedupe(_Section):
    """De-duplication: likeness in per cent from which a pair without contradiction is shown to a person."""

    doubtful_from: Annotated[int, Field(ge=50, le=100)] = 88


class Voting(_Section):
    """Who votes on what: the settings that screening and eligibility share.

    votes_per_record: how many people vote on a record (1: single, 2: double). second_votes says which records get
    more than one vote: `all`, a random `share` of them in per cent (drawn by `seed`, for ever the same records), or
    only the `exclusions` of whoever read a record first. assign: `open` shows a record to everybody until enough
    have voted; `shared` shares the records out among the reviewers. adjudicators settle conflicts; where nobody is
    named, any member of the team may.
    """

    reviewers: Annotated[list[Id], Field(min_length=1)]
    votes_per_record: Annotated[int, Field(ge=1, le=5)] = 2
    second_votes: Literal["all", "share", "exclusions"] = "all"
    share: Annotated[int, Field(ge=1, le=99)] = 20
    seed: int = 1
    assign: Literal["open", "shared"] = "open"
    adjudicators: list[Id] = []


class Screening(Voting):
    """Screening on title and abstract; and where `unsure` goes."""

    unsure: Literal["forward", "conflict"] = "forward"


class Eligibility(Voting):
    """Assessment of full texts."""


class Adjustment(_Section):
    """A declared adjustment: an identity of the flow that does not hold as it stands, with what accounts for it.

    `term` names the derived number that accounts for the difference; it is computed, never typed.
    """

    identity: Id
    term: Literal[
        "full_texts_of_later_runs",
        "dropped_since_release",
        "added_from_earlier_runs",
        "new_reports_of_previous_studies",
    ]
    reason: str


class View(_Section):
    """One way to draw the flow. `records_of` says whose records the upper boxes count: all runs or the first run's.

    `prisma2020_update` is the form of an updated review: its first column is the released version in `baseline.csv`.
    """

    id: Id
    title: str
    template: Literal["prisma2020", "prisma2020_update", "prisma2009"]
    records_of: Literal["all_runs", "first_run"] = "all_runs"
    adjustments: list[Adjustment] = []
    note: str = ""

    @model_validator(mode="after")
    def _an_update_counts_what_is_new(self) -> View:
        if self.template == "prisma2020_update" and self.records_of == "first_run":
            raise ValueError(f"view {self.id!r}: an updated review counts the runs after the release, never the first")
        return self


class Flow(_Section):
    """The flow diagrams that are drawn."""

    views: Annotated[list[View], Field(min_length=1)]


class ExtraColumn(_Section):
    """A column that this review adds to `studies.csv` and Table 1."""

    name: Id
    says: str


class FormField(_Section):
    """One field of the extraction form: a column of the worklist, and of Table 1.

    field: what the program calls it; those of `studies.csv` (country, aim ...) keep their place there. label: its
    heading. page: also ask where the study says it. table1: `true` for a column of its own under its label, a text for
    a column under that heading (fields with the same one share it), `false` to leave it out. show: how the value is
    put there, `{}` standing for it. width: how wide that column is beside the others.
    """

    field: Id
    label: str = ""
    type: Literal["text", "number", "year", "choice", "multi_choice", "yes_no"] = "text"
    choices: list[str] = []
    help: str = ""
    required: bool = False
    page: bool = False
    table1: bool | str = True
    show: str = "{}"
    width: Annotated[int, Field(ge=1, le=20)] = 4

    @property
    def heading(self) -> str:
        """The heading of its column in a worklist."""
        return self.label or self.field.replace("_", " ")

    @model_validator(mode="after")
    def _choices_belong_to_choices(self) -> FormField:
        name, picks = self.field, self.type in ("choice", "multi_choice")
        if picks and len(self.choices) < 2:
            raise ValueError(f"{name}: a field of the type {self.type} needs `choices`, two or more")
        if self.choices and not picks:
            raise ValueError(f"{name}: only fields of the type choice or multi_choice have `choices`")
        folded = [choice.strip().casefold() for choice in self.choices]
        if len(set(folded)) < len(folded) or "" in folded:
            raise ValueError(f"{name}: a choice is empty or stands there twice")
        if self.type == "multi_choice" and any(";" in choice for choice in self.choices):
            raise ValueError(f"{name}: a choice can't hold ';', which parts several")
        fixed = FIXED_TYPES.get(name)
        if fixed and self.type != fixed:
            raise ValueError(f"{name}: is of the type {fixed}, as studies.csv has it")
        for word in (self.field, self.heading):
            if word.strip().casefold().replace("_", " ") in RESERVED_FIELDS:
                raise ValueError(f"{word!r} is a name that the program uses itself: take another")
        if self.show.count("{}") != 1:
            raise ValueError(f"{name}: `show` holds {{}} once, where the value goes")
        return self


# Fields whose column in studies.csv or Table 1 is typed, and names that stand for something else there.
FIXED_TYPES = {"data_collection_start": "year", "data_collection_end": "year", "participants_n": "number"}
RESERVED_FIELDS = frozenset(
    (
        *("study", "study id", "label", "provenance", "position", "report", "reports", "reviewer", "seen"),
        *("construct", "quotation", "record id", "settled value"),
    )
)


class Extraction(_Section):
    """Extraction: who reads for it, the form, and what stands in Table 1.

    reviewers: who extracts (empty: anyone in the team). extractors_per_study: 2 for double extraction; what two people
    say differently then waits until a person settles it. adjudicators: who may (empty: anyone in the team). form: the
    fields; the standard ones of `studies.csv`, where it is empty. columns: texts beyond them, without a form.
    """

    reviewers: list[Id] = []
    extractors_per_study: Annotated[int, Field(ge=1, le=3)] = 1
    adjudicators: list[Id] = []
    form: list[FormField] = []
    columns: list[ExtraColumn] = []

    @property
    def extra(self) -> list[str]:
        """The fields that `studies.csv` has no column for of its own; they stand in Table 1 after the others."""
        names = [f.field for f in self.form] or [c.name for c in self.columns]
        return [name for name in names if name not in STUDIES.names]

    @model_validator(mode="after")
    def _fields_differ(self) -> Extraction:
        if self.form and self.columns:
            raise ValueError("extraction: give either `form` or `columns`; a form has every field")
        for what, words in {
            "field": [f.field for f in self.form],
            "label": [f.heading.casefold() for f in self.form],
        }.items():
            for twice in sorted({w for w in words if words.count(w) > 1}):
                raise ValueError(f"extraction: form: the {what} {twice!r} stands there twice")
        if self.reviewers and self.extractors_per_study > len(self.reviewers):
            raise ValueError(f"extraction: {self.extractors_per_study} extractors per study need as many reviewers")
        return self


class Synthesis(_Section):
    """Phase 6: whether a line of argument is made, and how many studies a third-order construct should rest on."""

    line_of_argument: bool = True
    min_studies: Annotated[int, Field(ge=1)] = 2


class Reports(_Section):
    """Reports: the engine (`auto` takes Quarto where it is installed) and what is said where a number needs saying."""

    engine: str = "auto"
    citation_style: str = ""  # a CSL file in the review's folder; without one, author and year (Chicago)
    checklist_notes: dict[str, str] = {}


class Config(_Section):
    """The whole of `config/review.yaml`."""

    review: Review
    team: Annotated[dict[Id, Person], Field(min_length=1)]
    criteria: Criteria
    exclusion_reasons: Annotated[list[Reason], Field(min_length=1)]
    search: Search = Search()
    dedupe: Dedupe = Dedupe()
    screening: Screening
    eligibility: Eligibility
    flow: Flow
    extraction: Extraction = Extraction()
    synthesis: Synthesis = Synthesis()
    # Another level for a check of phases 3 to 6, by its code: `Y4: note`.
    check_levels: dict[str, Literal["error", "warning", "note"]] = {}
    # For tables whose headings say nothing to us: search id -> field of a record -> heading of its column.
    columns: dict[Id, dict[str, str]] = {}
    reports: Reports = Reports()

    @model_validator(mode="after")
    def _people_and_ids(self) -> Config:
        for code in self.check_levels:
            if code not in KNOWN:
                raise ValueError(f"check_levels: there is no check {code!r}.{did_you_mean(code, KNOWN)}")
        for section in ("screening", "eligibility", "extraction"):
            settings = getattr(self, section)
            for person in [*settings.reviewers, *settings.adjudicators]:
                if person not in self.team:
                    raise ValueError(f"{section}: {person!r} is not in `team`.{did_you_mean(person, self.team)}")
        for section in ("screening", "eligibility"):
            settings = getattr(self, section)
            if settings.votes_per_record > len(settings.reviewers):
                raise ValueError(
                    f"{section}: {settings.votes_per_record} votes per record need as many reviewers. Who has left "
                    "stays in `reviewers`, so that the votes given still count: add who takes over, or lower "
                    "`votes_per_record`"
                )
            if settings.second_votes != "all" and settings.votes_per_record == 1:
                raise ValueError(f"{section}: second_votes: {settings.second_votes} needs votes_per_record: 2 or more")
        for search, mapping in self.columns.items():
            for field in mapping:
                if field not in TEXT_FIELDS:
                    raise ValueError(f"columns: {search}: no record has a {field!r}.{did_you_mean(field, TEXT_FIELDS)}")
        for name, ids in {
            "exclusion_reasons": [r.id for r in self.exclusion_reasons],
            "criteria": [c.id for c in self.criteria.criteria],
            "flow views": [v.id for v in self.flow.views],
        }.items():
            for twice in sorted({i for i in ids if ids.count(i) > 1}):
                raise ValueError(f"{name}: the id {twice!r} stands there twice")
        return self


def _line_of(node: yaml.Node | None, path: tuple[Any, ...]) -> int | None:
    """Return the line (from 1) of the key or item at `path`, or of the nearest thing above it that exists."""
    line = node.start_mark.line + 1 if node else None
    for step in path:
        if isinstance(node, yaml.MappingNode):
            pair = next(((k, v) for k, v in node.value if k.value == str(step)), None)
            if pair is None:
                return line
            line, node = pair[0].start_mark.line + 1, pair[1]
        elif isinstance(node, yaml.SequenceNode) and isinstance(step, int) and step < len(node.value):
            node = node.value[step]
            line = node.start_mark.line + 1
        else:
            return line
    return line


def _keys_at(path: tuple[Any, ...]) -> list[str]:
    """Return the keys that the model at `path` knows."""
    model: Any = Config
    for step in path:
        if isinstance(step, int):
            continue  # an item of a list, whose model is known by now
        if isinstance(model, type) and issubclass(model, BaseModel):
            known = model.model_fields.get(str(step))
            model = known.annotation if known else None
        if model is None:
            return []
        while hasattr(model, "__metadata__") or getattr(model, "__args__", None):
            model = model.__origin__ if hasattr(model, "__metadata__") else model.__args__[-1]
    return list(model.model_fields) if isinstance(model, type) and issubclass(model, BaseModel) else []


def _double_keys(tree: yaml.Node | None) -> list[Problem]:
    """Find keys that stand twice in one section: YAML would silently take the last."""
    problems: list[Problem] = []
    todo = [tree] if tree else []
    seen: set[int] = set()
    while todo:
        node = todo.pop()
        if id(node) in seen:
            continue
        seen.add(id(node))
        if isinstance(node, yaml.MappingNode):
            first: dict[str, int] = {}
            for key, value in node.value:
                line = key.start_mark.line + 1
                if key.value in first:
                    message = f"the key {key.value!r} already stands in line {first[key.value]}"
                    problems.append(Problem("ME0157", message, PATH, line, hint="Take one of the two out."))
                first.setdefault(key.value, line)
                todo.append(value)
        elif isinstance(node, yaml.SequenceNode):
            todo += node.value
    return sorted(problems, key=lambda p: p.line or 0)


def _composed(text: str) -> tuple[yaml.Node | None, Any]:
    """Return the tree of a YAML text, which knows the lines, and its values; RecursionError where it is too deep."""
    # In C, where there is such a loader: ten times as fast. But what is nested without end would crash it.
    kind = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    depth = 0
    for event in yaml.parse(text, kind):
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        if depth > _DEEPEST:
            raise RecursionError
    loader = kind(text)
    try:
        tree = loader.get_single_node()
        return tree, loader.construct_document(tree) if tree else None
    finally:
        loader.dispose()


def load(root: Path) -> Config:
    """Read and check `config/review.yaml`; raises UserError with every problem at once, each with its line."""
    path = root / PATH
    try:
        text = path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        hint = "Is this the folder of a review? Change to it, or make one with `metaethno new`."
        raise UserError(Problem("ME0151", "the file is missing", PATH, hint=hint)) from None
    except UnicodeDecodeError:
        hint = "Save it as UTF-8: in Notepad, 'Save as', then 'Encoding'."
        raise UserError(Problem("ME0152", "is not UTF-8 text", PATH, hint=hint)) from None
    try:
        tree, data = _composed(text)
    except RecursionError:
        raise UserError(Problem("ME0153", "is nested too deeply to be a configuration", PATH)) from None
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = min(mark.line, text.rstrip().count("\n")) + 1 if mark else None
        said = getattr(error, "problem", None) or "can't be read"
        raise UserError(
            Problem(
                "ME0153", f"is not YAML: {said}", PATH, line, hint="Look at the indentation and at quotation marks."
            )
        ) from None
    if not isinstance(data, dict):
        raise UserError(Problem("ME0153", "must be a list of sections, such as `review:` and `team:`", PATH, 1))
    if twice := _double_keys(tree):
        raise UserError(twice)
    try:
        return Config.model_validate(data)
    except ValidationError as errors:
        raise UserError([_problem(tree, e) for e in errors.errors()]) from None


def _problem(tree: yaml.Node | None, error: Any) -> Problem:
    path = tuple(step for step in error["loc"] if step != "[key]")
    line = _line_of(tree, path)
    where = ".".join(str(step) for step in path)
    if error["type"] == "extra_forbidden":
        known = _keys_at(path[:-1])
        message = f"there is no key {str(path[-1])!r} here.{did_you_mean(str(path[-1]), known)}"
        return Problem("ME0154", message, PATH, line, where, allowed=", ".join(known))
    if error["type"] == "missing":
        return Problem("ME0155", f"the key {str(path[-1])!r} is missing", PATH, line, where)
    message = str(error["msg"]).removeprefix("Value error, ")
    value = "" if isinstance(error["input"], dict | list | BaseModel) else str(error["input"])
    return Problem("ME0156", message, PATH, line, where, value)
