"""What answers an item: findings about tables, settings and prose, and how several of them make one state."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from metaethno.checklists.items import items
from metaethno.checklists.items import key as key_of
from metaethno.checklists.prose import Section, sections, shown_at
from metaethno.fragments.data import ReportData, rows
from metaethno.schemas import TABLES
from metaethno.statements import not_applicable

YES, PARTLY, NO, NOT_APPLICABLE = "answered", "partly", "not_answered", "not_applicable"
_CONFIG = "config/review.yaml"
STAND_IN_NUMBER = "stand-in number"
# Which fragment of the report shows a table.
_SHOWN_BY = {
    "sources": ("search",),
    "screened": ("agreement", "glance"),
    "agreement": ("agreement",),
    "assessed": ("reasons", "excluded"),
    "flow": ("all_flow_figures", "first_flow_figure"),
    "excluded": ("excluded", "reasons"),
    "members": ("dedupe",),
    "extracted_constructs": ("constructs",),
    "passages": ("constructs",),
    "readings": ("readings",),
    "included_studies": ("reports", "included"),
    "characteristics": ("included",),
    "groups": ("groups",),
    "aspects": ("aspects",),
    "group_members": ("groups",),
    "relations": ("relations",),
    "translations": ("matrix", "matrix_figure"),
    "matrix": ("matrix_figure", "matrix"),
    "refutation_checks": ("refutations",),
    "memos": ("memos",),
    "third_order": ("third_order",),
    "third_order_support": ("third_order", "support"),
    "line_of_argument": ("argument",),
    "statements": ("statements",),
}
_SETTINGS_SHOWN = {"criteria": "criteria.md", "team": "team.md", "review.title": "title"}
_FRAGMENTS = {TABLES[name].path: fragments for name, fragments in _SHOWN_BY.items()}


@dataclass(frozen=True)
class Finding:
    """One thing that an item needs: how far it is there, what shows it, that file's hash, and what is missing."""

    state: str
    evidence: str = ""
    sha256: str = ""
    missing: str = ""


class Reader:
    """Looks for what items need in one review."""

    def __init__(self, data: ReportData) -> None:
        self.data = data
        self.sections: dict[str, Section] = sections(data.pages)

    def hash_of(self, path: str) -> str:
        """Return the hash of an evidence file, or nothing where it was not given."""
        return self.data.hashes.get(path, "")

    def setting(self, name: str, what: str) -> Finding:
        """Look for one of the texts under `review:` in the configuration; the hash is that of the text alone."""
        text = str(getattr(self.data.config.review, name)).strip()
        if text:
            return Finding(YES, f"{_CONFIG}: review.{name}", sha256(text.encode()).hexdigest())
        return Finding(NO, missing=f"{what} (`review: {name}` in {_CONFIG})")

    def text(self, key: str, text: str) -> Finding | None:
        """Take a text of the configuration as evidence, where there is one."""
        said = text.strip()
        return Finding(YES, f"{_CONFIG}: {key}", sha256(said.encode()).hexdigest()) if said else None

    def prose(self, key: str, what: str) -> Finding:
        """Look for a section that answers an item in prose, or says that it does not apply."""
        section = self.sections.get(key)
        if section is None:
            return Finding(NO, missing=f"{what} (a section with the id #sec-{key})")
        if section.not_applicable:
            return Finding(NOT_APPLICABLE, section.place, section.sha256, section.text)
        return Finding(YES, section.place, section.sha256)

    def table(self, name: str, frame: Any, what: str) -> Finding:
        """Look for rows in a table."""
        path = TABLES[name].path
        return Finding(YES, path, self.hash_of(path)) if len(frame) else Finding(NO, missing=what)

    def left_out(self, what: str) -> Finding:
        """Look for the full texts that were left out; where every one is included, there is nothing to list."""
        if len(self.data.assessed) and self.data.assessed["outcome"].eq("include").all():
            return Finding(NOT_APPLICABLE, missing="no full text was left out")
        return self.table("excluded", self.data.excluded, what)

    def filled(self, name: str, frame: Any, columns: Sequence[str], what: str) -> Finding:
        """Look how many cells of some columns are filled: all, some or none."""
        path = TABLES[name].path
        cells = [(c, str(v)) for c in columns if c in frame for v in frame[c]]
        empty = [c for c, v in cells if v in ("", "<NA>", "nan")]
        if not cells or len(empty) == len(cells):
            return Finding(NO, missing=what)
        if not empty:
            return Finding(YES, path, self.hash_of(path))
        where = ", ".join(f"{c.replace('_', ' ')} {empty.count(c)}" for c in dict.fromkeys(empty))
        note = f"{what}: {len(empty)} of {len(cells)} cells are empty ({where})"
        return Finding(PARTLY, path, self.hash_of(path), note)

    def people(self, name: str, frame: Any, column: str, what: str) -> Finding:
        """Look whether a table says who; stand-ins answer in part only."""
        found = self.filled(name, frame, [column], what)
        if found.state == NO or not any(self.data.is_stand_in(str(v)) for v in set(frame[column])):
            return found
        said = f"{what}: the reviewers are stand-ins, not the people who did the work"
        return Finding(PARTLY, found.evidence, found.sha256, said)

    def standpoints(self) -> Finding:
        """Look whether every member of the team says their part and from where they look at the matter."""
        what = "the part and the standpoint of every member of the team"
        people = self.data.config.team
        lacks = [name for name, person in people.items() if not (person.role.strip() and person.standpoint.strip())]
        said = "|".join(f"{name}|{person.role}|{person.standpoint}" for name, person in people.items())
        where, digest = f"{_CONFIG}: team", sha256(said.encode()).hexdigest()
        if not lacks:
            return Finding(YES, where, digest)
        whom = ", ".join(map(self.data.named, lacks))
        missing = f"{what} (`role` and `standpoint` in `team` of {_CONFIG}; missing for {whom})"
        return Finding(NO if len(lacks) == len(people) else PARTLY, where, digest, missing)

    def criteria(self) -> Finding:
        """Look for criteria in the configuration."""
        if self.data.config.criteria.criteria:
            digest = sha256(self.data.config.criteria.model_dump_json().encode()).hexdigest()
            return Finding(YES, f"{_CONFIG}: criteria", digest)
        return Finding(NO, missing="criteria of inclusion and exclusion")

    def settled(self, name: str, frame: Any, column: str, open_values: Iterable[str]) -> Finding:
        """Look whether every row of a table of outcomes is decided."""
        path = TABLES[name].path
        n = int(frame[column].isin(list(open_values)).sum()) if len(frame) else 0
        if n:
            return Finding(PARTLY, path, self.hash_of(path), f"{n:,} decisions are open in {name}")
        return Finding(YES if len(frame) else NO, path if len(frame) else "", self.hash_of(path))

    def stand_in_numbers(self) -> Finding | None:
        """Say which runs hold counts that the search log calls stand-in numbers."""
        sources = self.data.sources
        hit = (
            sources[sources["note"].str.contains(STAND_IN_NUMBER, case=False, regex=False)] if len(sources) else sources
        )
        if not len(hit):
            return None
        path = TABLES["sources"].path
        said = f"the counts of {', '.join(sorted(set(hit['run'])))} are stand-in numbers"
        return Finding(PARTLY, path, self.hash_of(path), said)


def combine(findings: Sequence[Finding | None]) -> Finding:
    """Return one finding: answered where all are, not answered where none is at all, else partly."""
    said = [f for f in findings if f is not None]
    apply = [f for f in said if f.state != NOT_APPLICABLE]
    if said and not apply:
        states = {NOT_APPLICABLE}
    else:
        states = {f.state for f in apply}
    state = states.pop() if len(states) == 1 else PARTLY
    shown: dict[str, str] = {f.evidence: f.sha256 for f in said if f.evidence}
    hashes = list(dict.fromkeys(h for h in shown.values() if h))
    missing = list(dict.fromkeys(f.missing for f in said if f.missing))
    return Finding(state, "; ".join(shown), "; ".join(hashes), "; ".join(missing))


def as_rows(checklist: str, data: ReportData, answers: dict[int, list[Finding | None]]) -> list[dict[str, Any]]:
    """Return the rows of a checklist.

    A note in the configuration keeps an item at 'partly' at most. An item that the review doesn't answer does not apply
    where a person states so; what is answered stays answered.
    """
    made = []
    shown = shown_at(data.pages)
    stated = not_applicable(rows(data.statements))
    for item in items(checklist):
        answer = combine(answers[item.number])
        name = key_of(checklist, item)
        note = data.config.reports.checklist_notes.get(name, "").strip()
        state = PARTLY if note and answer.state == YES else answer.state
        if name in stated and state in (NO, PARTLY):
            answer, state, note = _waived(data, stated[name]), NOT_APPLICABLE, ""
        said = " ".join(_sentence(n) for n in (answer.missing, note) if n)
        row: dict[str, Any] = {
            "item": item.number,
            "name": item.name,
            "state": state,
            "evidence": answer.evidence,
            "sha256": answer.sha256,
            "passage": "; ".join(passages(answer.evidence, shown)),
            "note": said,
        }
        if item.phase is not None:
            row["phase"] = item.phase
        if item.part:
            row |= {"position": item.number, "item": item.item, "part": item.part, "section": item.section}
        made.append(row)
    return made


def _waived(data: ReportData, statement: Mapping[str, Any]) -> Finding:
    """Return the finding that a person makes by stating that an item does not apply."""
    path = TABLES["statements"].path
    name = data.named(statement["stated_by"])
    said = f"{name} states on {statement['stated_on']} that this does not apply: {statement['text']}"
    return Finding(NOT_APPLICABLE, path, data.hashes.get(path, ""), said)


def passages(evidence: str, shown: Mapping[str, str]) -> list[str]:
    """Return the passages of the report that show what is named as evidence; `shown` as prose.shown_at gives it."""
    found = []
    for one in evidence.split("; "):
        if one.startswith("reports/pages/"):
            found.append(one)
        elif one.startswith(f"{_CONFIG}: "):
            setting = one.removeprefix(f"{_CONFIG}: ")
            found.append(shown.get(_SETTINGS_SHOWN.get(setting, setting), ""))
        else:
            places = (shown.get(f"{fragment}.md", "") for fragment in _FRAGMENTS.get(one, ()))
            found.append(next(filter(None, places), ""))
    return [one for one in dict.fromkeys(found) if one]


def _sentence(text: str) -> str:
    first = text.partition(" ")[0]
    begun = text if first != first.lower() else text[:1].upper() + text[1:]  # a name such as eMERGe keeps its form
    return begun + ("" if text.endswith((".", "?", "!")) else ".")


def databases(data: ReportData) -> Any:
    """Return the search log's rows about databases and registers."""
    return data.sources[data.sources["kind"].isin(["database", "register"])]


def open_outcomes() -> tuple[str, ...]:
    """Return the outcomes of screening and assessment that are no decision yet."""
    return ("undecided", "conflict", "awaiting", "not_yet_retrieved")
