"""Phase 5 as a form: the next study's constructs against the running set of concepts, and what comes back.

The sheets: *Reading* (what the reading did to the synthesis), *Translate* (a row for each construct, with quotation
and place), *Concepts* (the running set, to be renamed, reworded, split, merged, dropped, added to), *Refutations*, and
*Settle* (two translators' versions side by side, for who settles them). Nothing is judged here: every relation, every
outcome and every merge is a person's.
"""

from __future__ import annotations

import argparse
import re
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Final

from metaethno.cells import each_row
from metaethno.config import Config
from metaethno.errors import Problem, UserError
from metaethno.exchange import forms, voting, workbook
from metaethno.exchange.forms import SHOWN, Form, Line, Plan, names, plain, seen
from metaethno.exchange.workbook import Field, Options, Sheet
from metaethno.findings import split_ids
from metaethno.quoting import in_marks

_LIVE: Final = ("provisional", "accepted")
_NEW: Final = re.compile(r"new\s*:\s*(.*)", re.I | re.S)
_NEEDED: Final = (
    "studies",
    "sampling",
    "passages",
    "constructs",
    "report_studies",
    "groups",
    "group_members",
    "readings",
    "concepts",
    "concept_changes",
    "translations",
    "refutations",
    "refutation_checks",
)
_CONCEPT: Final = ("label", "definition", "status")
_TRANSLATION: Final = ("concept_id", "kind", "wording", "alternative_reading", "compared_with", "status", "reason")
_REFUTATION: Final = ("left_id", "right_id", "aspect", "explanation", "resolution")

OUTCOMES: Final = Options(
    {
        "fits": "fits",
        "extends": "extends",
        "refutes": "refutes",
        "new": "new",
        "found": "found",
        "nothing": "read, nothing there",
    },
    {"none": "nothing", "nothing there": "nothing", "refuted": "refutes", "extended": "extends"},
)
KINDS: Final = Options(
    {"reciprocal": "reciprocal", "refutational": "refutational"},
    {"refutes": "refutational", "refuting": "refutational"},
)
STATUSES: Final = Options({"provisional": "provisional", "accepted": "accepted", "rejected": "rejected"})
CHANGES: Final = Options(
    {word: word for word in ("reword", "rename", "split", "merge", "drop")},
    {"reworded": "reword", "renamed": "rename", "merged": "merge", "dropped": "drop"},
)
_FIRM: Final = Options({"provisional": "provisional", "settled": "settled"})
_CHECKED: Final = Options(
    {"found": "found", "none_found": "none found"}, {"none": "none_found", "nothing": "none_found"}
)
_KEEP: Final = Options({"yes": "yes", "no": "no"}, {"y": "yes", "n": "no", "keep": "yes", "reject": "no"})
_ASIDE: Final = {"not_translatable": "(not translatable)", "set_aside": "(set aside)"}
_ASIDE_OPTIONS: Final = Options(_ASIDE)


# ------------------------------------------------------------------------------------------------ columns


def _reading_fields(team: Options | None = None) -> list[Field]:
    return [
        Field("study", 24),
        Field("group", 24),
        Field("what the reading did", 20, "What this study did to the synthesis so far.", OUTCOMES, fill_in=True),
        Field("together with", 20, "Who read and translated it with you; several parted by ';'.", team, fill_in=True),
        Field(
            "refutation", 16, "Did you look for refutation in this group, and was there any?", _CHECKED, fill_in=True
        ),
        Field("note on the reading", 50, "Anything worth keeping: what surprised, what is unclear.", fill_in=True),
        Field("study id", hidden=True),
        Field("group id", hidden=True),
        Field("pass", hidden=True),
        Field("for", hidden=True),
    ]


def _translate_fields(concepts: Options | None = None, constructs: Options | None = None) -> list[Field]:
    return [
        Field("construct", 26),
        Field("authors' term", 20),
        Field("what it means", 34),
        Field("quotation", 50),
        Field("where", 22),
        Field(
            "translate into",
            28,
            "Pick a concept, or type NEW: and its name. Copy the whole row to translate the "
            "construct into a second one.",
            concepts,
            fill_in=True,
        ),
        Field("relation", 14, "Reciprocal, or does it refute the concept?", KINDS, fill_in=True),
        Field(
            "in the concept's terms",
            44,
            "The construct said in the terms of the concept. Of a new concept these are its first meaning.",
            fill_in=True,
        ),
        Field("another reading", 30, "Another way to read it that was weighed.", fill_in=True),
        Field("compared with", 28, "Constructs it was held against; several parted by ';'.", constructs, fill_in=True),
        Field("standing", 14, "Provisional, if nothing is picked.", STATUSES, fill_in=True),
        Field("why", 30, "Needed where it is rejected, not translatable or set aside.", fill_in=True),
        Field("group of studies", 20),
        Field("of study", 20),
        Field("construct id", hidden=True),
        Field("group id", hidden=True),
        Field("study id", hidden=True),
        Field("translation id", hidden=True),
        Field(SHOWN, hidden=True),
    ]


def _concept_fields(concepts: Options | None = None, groups: Options | None = None) -> list[Field]:
    return [
        Field("concept", 26),
        Field("its meaning so far", 44),
        Field("translated into it", 50),
        Field("change", 12, "What is to be done with the concept; nothing, if it stays.", CHANGES, fill_in=True),
        Field("new name", 24, "To rename it. In an empty row: the name of a concept that is new.", fill_in=True),
        Field("new meaning", 44, "To reword it, or what the new concept means.", fill_in=True),
        Field(
            "into",
            26,
            "To merge: the concept it goes into. To split: the concepts it becomes, parted by ';' (new "
            "ones stand in the empty rows below).",
            concepts,
            fill_in=True,
        ),
        Field("how firm", 14, "Provisional or settled.", _FIRM, fill_in=True),
        Field("why it changes", 36, "Needed for every change.", fill_in=True),
        Field("in group", 24, "The group it belongs to.", groups, fill_in=True),
        Field("concept id", hidden=True),
        Field(SHOWN, hidden=True),
    ]


def _refutation_fields(groups: Options | None = None, sides: Options | None = None) -> list[Field]:
    return [
        Field("refutation in", 24, "The group in which it is seen.", groups, fill_in=True),
        Field("one side", 36, "A construct or a whole study.", sides, fill_in=True),
        Field("other side", 36, "What it contradicts.", sides, fill_in=True),
        Field("about what", 36, "What the two differ about.", fill_in=True),
        Field("why they may differ", 36, "", fill_in=True),
        Field("how it is resolved", 36, "What the synthesis makes of it.", fill_in=True),
        Field("refutation id", hidden=True),
        Field(SHOWN, hidden=True),
    ]


def _settle_fields() -> list[Field]:
    return [
        Field("construct", 30),
        Field("translator", 14),
        Field("concept", 26),
        Field("relation", 14),
        Field("in the concept's terms", 50),
        Field("keep", 10, "yes: it stands (accepted); no: it is rejected, and kept as such.", _KEEP, fill_in=True),
        Field("why this one", 40, "What decided it.", fill_in=True),
        Field("group of studies", 20),
        Field("translation id", hidden=True),
        Field(SHOWN, hidden=True),
    ]


def marks() -> dict[str, tuple[str, list[Field]]]:
    """Return the sheets of the form: name → a heading that only it has, and its columns."""
    return {
        "Reading": ("what the reading did", _reading_fields()),
        "Translate": ("translate into", _translate_fields()),
        "Concepts": ("its meaning so far", _concept_fields()),
        "Refutations": ("refutation in", _refutation_fields()),
        "Settle": ("keep", _settle_fields()),
    }


# ------------------------------------------------------------------------------------------------ the running synthesis


class World:
    """The running synthesis as it stands, by ids; `plan` holds the tables."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.left_out = {r["study_id"] for r in plan.all("sampling") if r["sampled"] == "no"}
        cited = {
            r["study_id"]: r["citation"]
            for r in sorted(plan.all("report_studies"), key=lambda r: r["role"] != "main")[::-1]
        }
        self.studies = forms.unlike({r["study_id"]: r["label"] for r in plan.all("studies")}, cited)
        self.groups = forms.unlike({r["group_id"]: r["label"] for r in plan.all("groups")}, {})
        self.construct = {r["construct_id"]: r for r in plan.all("constructs")}
        said = {k: f"{self.study_of(k)}: {r['authors_term'] or r['label']}" for k, r in self.construct.items()}
        self.constructs = forms.unlike(said, {k: r["label"] for k, r in self.construct.items()})
        self.members: dict[str, list[str]] = {}
        for row in plan.all("group_members"):
            self.members.setdefault(row["group_id"], []).append(row["member_id"])
        superseded = {r["supersedes"] for r in plan.all("readings")}
        self.readings = [r for r in plan.all("readings") if r["reading_id"] not in superseded]
        citation = {r["report_id"]: r["citation"] for r in plan.all("report_studies")}
        self.places = {
            r["passage_id"]: (
                # A reviewer's own words about a place are no quotation.
                r["text"] if r["speaker"] == "review_author" else in_marks(r["text"]),
                ", ".join(p for p in (citation.get(r["report_id"], ""), r["locator"]) if p),
            )
            for r in plan.all("passages")
        }

    def study_of(self, construct: str) -> str:
        """Return the name of a construct's study."""
        study = self.construct[construct]["study_id"]
        return self.studies.get(study, study)

    def in_group(self, group: str, study: str) -> list[str]:
        """Return the constructs of a study that belong to a group: all of them, or those that are members."""
        inside = set(self.members.get(group, ()))
        own = [k for k, r in self.construct.items() if r["study_id"] == study and r["status"] == "translatable"]
        return sorted(k for k in own if study in inside or k in inside)

    def groups_of(self, study: str) -> list[str]:
        """Return the groups that a study, or a construct of it, is a member of."""
        own = {study, *(k for k, r in self.construct.items() if r["study_id"] == study)}
        return sorted(g for g, inside in self.members.items() if own & set(inside))

    def read_by(self, who: str, study: str, group: str) -> list[dict[str, str]]:
        """Return the standing readings of a study for a group by one person, or by anybody."""
        return [
            r
            for r in self.readings
            if r["study_id"] == study and r["group_id"] == group and (not who or who in split_ids(r["readers"]))
        ]

    def order(self) -> list[str]:
        """Return the studies in the order of reading: as somebody read them already, then by year of collection."""
        first: dict[str, int] = {}
        for r in self.readings:
            place = 1000 * int(r["pass"]) + int(r["position"])
            first[r["study_id"]] = min(place, first.get(r["study_id"], place))
        rows = {r["study_id"]: r for r in self.plan.all("studies") if r["study_id"] not in self.left_out}
        grouped = [s for s in rows if self.groups_of(s)]
        return sorted(
            grouped,
            key=lambda s: (first.get(s, 10**9), rows[s]["data_collection_start"] or "9999", rows[s]["label"], s),
        )

    def concepts_of(self, groups: Iterable[str]) -> list[dict[str, str]]:
        """Return the concepts that stand and belong to one of the groups or to none."""
        wanted = {*groups, ""}
        kept = [r for r in self.plan.all("concepts") if r["group_id"] in wanted and r["status"] != "dropped"]
        return sorted(kept, key=lambda r: (r["group_id"], plain(r["label"]), r["concept_id"]))

    def concept_names(self, concepts: Sequence[dict[str, str]]) -> dict[str, str]:
        """Return what the concepts are called in a pick-list."""
        groups = {r["concept_id"]: self.groups.get(r["group_id"], "all groups") for r in concepts}
        return forms.unlike({r["concept_id"]: r["label"] for r in concepts}, groups)

    def loose(self, who: str) -> list[tuple[str, str]]:
        """Return (group, construct) of studies that a person has read, which nothing stands for any more (or yet)."""
        live = {(r["group_id"], r["construct_id"]) for r in self.plan.all("translations") if r["status"] in _LIVE}
        out = []
        for study in self.order():
            for group in self.groups_of(study):
                if self.read_by(who, study, group):
                    out += [(group, k) for k in self.in_group(group, study) if (group, k) not in live]
        done = {k for _, k in live}
        return [(g, k) for g, k in out if k not in done]


def _chosen_study(world: World, said: str) -> str:
    options = Options(world.studies)
    found = options.find(said)
    if found is None:
        message = f"there is no study {said!r}.{options.near(said)}"
        raise UserError(Problem("ME0641", message, allowed=options.allowed[:800]))
    if not world.groups_of(found):
        hint = "Phase 4 comes first: metaethno todo relating --reviewer ID"
        raise UserError(Problem("ME0645", f"{world.studies[found]} is in no group yet", hint=hint))
    return found


# ------------------------------------------------------------------------------------------------ todo


def todo(root: Path, config: Config, stage: str, arguments: argparse.Namespace) -> voting.Made:
    """Write the form of the next study (in the order of reading), or of the one that was named."""
    voting.check_team(arguments.reviewer, config)
    forms.usable(arguments, stage, forms.TODO_OPTIONS)
    plan = Plan(forms.load(root, config, _NEEDED), arguments.reviewer, "")
    world = World(plan)
    if arguments.role == "adjudicator":
        return _todo_settle(root, stage, arguments, world)
    if not plan.all("group_members"):
        hint = "Phase 4 comes first: metaethno todo relating --reviewer ID"
        raise UserError(Problem("ME0645", "no study is in a group yet, so there is nothing to translate", hint=hint))
    who = arguments.reviewer
    study = ""
    if getattr(arguments, "study", ""):
        study = _chosen_study(world, arguments.study)
    else:
        waiting = (s for s in world.order() if any(not world.read_by(who, s, g) for g in world.groups_of(s)))
        study = next(waiting, "")
    loose = [(g, k) for g, k in world.loose(who) if world.construct[k]["study_id"] != study]
    if not study and not loose:
        return voting.Made(None, 0, {})
    sheets = sheets_of(world, config, who, study, loose)
    path = forms.write(root, stage, arguments, sheets)
    count = len(list(sheets[1].rows))
    why = {f"constructs of {world.studies[study]}": count - len(loose)} if study else {}
    return voting.Made(path, count, why | ({"of earlier studies without a translation": len(loose)} if loose else {}))


def sheets_of(world: World, config: Config, who: str, study: str, loose: Sequence[tuple[str, str]]) -> list[Sheet]:
    """Return the sheets of the form for one study (or none) and for constructs of earlier ones."""
    groups = sorted({*(world.groups_of(study) if study else ()), *(g for g, _ in loose)})
    concepts = world.concepts_of(groups)
    called = world.concept_names(concepts)
    inside = {k: world.constructs[k] for g in groups for s in world.order() for k in world.in_group(g, s)}
    others = Options({p: config.team[p].name or p for p in config.team if p != who})
    group_names = Options({g: world.groups[g] for g in groups})
    sides = Options({**inside, **{s: f"{world.studies[s]} (the whole study)" for s in world.order()}})
    reading = _reading_fields(others if others.labels else None)
    translate = _translate_fields(Options(called | _ASIDE), Options(inside))
    concept = _concept_fields(Options(called), group_names)
    refute = _refutation_fields(group_names, sides)
    rows = [_reading_row(world, who, study, g) for g in (world.groups_of(study) if study else ())]
    work = [
        row
        for g in (world.groups_of(study) if study else ())
        for k in world.in_group(g, study)
        for row in _construct_rows(world, who, g, k, called)
    ]
    work += [_construct_row(world, g, k, None, called) for g, k in loose]
    set_ = [_concept_row(world, r, called) for r in concepts]
    only = group_names.labels[groups[0]] if len(groups) == 1 else ""
    set_ += [["", "", "", "", "", "", "", "", "", only, "", ""] for _ in range(8)]
    against = [
        [
            world.groups[r["group_id"]],
            sides.labels.get(r["left_id"], r["left_id"]),
            sides.labels.get(r["right_id"], r["right_id"]),
            r["aspect"],
            r["explanation"],
            r["resolution"],
            r["refutation_id"],
            seen(r, _REFUTATION),
        ]
        for r in world.plan.all("refutations")
        if r["group_id"] in groups
    ]
    against += [[only, "", "", "", "", "", "", ""] for _ in range(4)]
    opening = [
        "First read the study. Then go through the sheets: Reading, Translate, Concepts, Refutations.",
        "Translate: pick a concept for each construct, or type NEW: and a name. One that can't be translated is "
        "“(not translatable)”, with a reason. Rows that you leave empty stay open.",
        "Concepts: what is renamed, reworded, split, merged or dropped, and why. New ones go into the empty rows.",
        "In the sheet So far stands what other studies say, concept by concept.",
        f"Save the file, then enter it: metaethno enter translation FILE --reviewer {who}",
    ]
    guide = workbook.help_sheet([*reading, *translate, *concept, *refute], opening)
    return [
        Sheet("Reading", reading, rows, 1),
        Sheet("Translate", translate, work, 1),
        Sheet("Concepts", concept, set_, 1),
        Sheet("Refutations", refute, against),
        so_far(world, groups, study),
        guide,
    ]


def _reading_row(world: World, who: str, study: str, group: str) -> list[str]:
    mine = world.read_by(who, study, group)
    pass_ = 1 + max((int(r["pass"]) for r in mine), default=0)
    return [world.studies[study], world.groups[group], "", "", "", "", study, group, str(pass_), who]


def _construct_rows(world: World, who: str, group: str, construct: str, called: dict[str, str]) -> list[list[str]]:
    """Return the rows of a construct: one for each translation of one's own, or an empty one."""
    own = [
        r
        for r in world.plan.all("translations")
        if (r["group_id"], r["construct_id"]) == (group, construct)
        and who in split_ids(r["translators"])
        and r["concept_id"] in called
    ]
    return [_construct_row(world, group, construct, r, called) for r in own] or [
        _construct_row(world, group, construct, None, called)
    ]


def _construct_row(
    world: World, group: str, construct: str, row: dict[str, str] | None, called: dict[str, str]
) -> list[str]:
    node = world.construct[construct]
    places = [world.places[p] for p in split_ids(node["passage_ids"]) if p in world.places]
    quoted, where = ("\n".join(dict.fromkeys(p[i] for p in places)) for i in (0, 1))
    filled = ["", "", "", "", "", "", ""]
    if row is not None:
        compared = "; ".join(world.constructs.get(k, k) for k in split_ids(row["compared_with"]))
        filled = [
            called[row["concept_id"]],
            KINDS.labels[row["kind"]],
            row["wording"],
            row["alternative_reading"],
            compared,
            row["status"],
            row["reason"],
        ]
    ids = [
        construct,
        group,
        node["study_id"],
        row["translation_id"] if row else "",
        seen(row, _TRANSLATION) if row else "",
    ]
    return [
        node["label"],
        node["authors_term"],
        node["meaning"],
        quoted,
        where,
        *filled,
        world.groups[group],
        world.study_of(construct),
        *ids,
    ]


def _said(world: World, row: dict[str, str]) -> str:
    """Return a translation in a few words: study, the authors' term, the words of the concept."""
    node = world.construct[row["construct_id"]]
    against = "refutes it: " if row["kind"] == "refutational" else ""
    return f"{world.study_of(row['construct_id'])}: {against}‘{node['authors_term'] or node['label']}’"


def _concept_row(world: World, concept: dict[str, str], called: dict[str, str]) -> list[str]:
    one = concept["concept_id"]
    live = [r for r in world.plan.all("translations") if r["concept_id"] == one and r["status"] in _LIVE]
    said = "\n".join(dict.fromkeys(_said(world, r) for r in live if r["construct_id"] in world.construct))
    group = world.groups.get(concept["group_id"], "")
    return [
        called[one],
        concept["definition"],
        said,
        "",
        "",
        "",
        "",
        concept["status"],
        "",
        group,
        one,
        seen(concept, _CONCEPT),
    ]


def so_far(world: World, groups: Sequence[str], study: str) -> Sheet:
    """Return the matrix so far, to read: concepts by the studies read before ("·": nothing there; "–": not read)."""
    read = [s for s in world.order() if s != study and any(world.read_by("", s, g) for g in groups)]
    cells: dict[tuple[str, str], list[str]] = {}
    for row in world.plan.all("translations"):
        if row["status"] in _LIVE and row["group_id"] in groups and row["construct_id"] in world.construct:
            node = world.construct[row["construct_id"]]
            against = "[refutes] " if row["kind"] == "refutational" else ""
            words = f": {row['wording']}" if row["wording"] else ""
            said = f"{against}‘{node['authors_term'] or node['label']}’{words}"
            cells.setdefault((row["concept_id"], node["study_id"]), []).append(said)
    rows = []
    for concept in world.concepts_of(groups):
        line = [world.groups.get(concept["group_id"], ""), concept["label"], concept["definition"]]
        for one in read:
            none = "·" if world.read_by("", one, concept["group_id"]) else "–"
            line.append("\n".join(dict.fromkeys(cells.get((concept["concept_id"], one), [none]))))
        rows.append(line)
    fields = [
        Field("group", 18),
        Field("concept", 24),
        Field("meaning", 36),
        *(Field(world.studies[s], 36) for s in read),
    ]
    return Sheet("So far", fields, rows, 2)


def _todo_settle(root: Path, stage: str, arguments: argparse.Namespace, world: World) -> voting.Made:
    """Write two translators' open differences side by side."""
    import pandas as pd

    from metaethno.schemas import CONSTRUCTS, TRANSLATIONS
    from metaethno.stages.comparing import differences

    plan = world.plan
    frames = [pd.DataFrame(plan.all(t.name), columns=t.names, dtype=str) for t in (TRANSLATIONS, CONSTRUCTS)]
    found = differences(*frames)
    open_ = found[found["state"].isin(["differ", "one_only"])]
    wanted = set(each_row(open_, "group_id", "construct_id"))
    called = {r["concept_id"]: r["label"] for r in plan.all("concepts")}
    rows = []
    for row in sorted(plan.all("translations"), key=lambda r: (r["group_id"], r["construct_id"], r["translators"])):
        if (row["group_id"], row["construct_id"]) in wanted and row["status"] in _LIVE:
            construct = world.constructs.get(row["construct_id"], row["construct_id"])
            rows.append(
                [
                    construct,
                    row["translators"],
                    called.get(row["concept_id"], row["concept_id"]),
                    row["kind"],
                    row["wording"],
                    "",
                    "",
                    world.groups[row["group_id"]],
                    row["translation_id"],
                    seen(row, _TRANSLATION),
                ]
            )
    if not rows:
        return voting.Made(None, 0, {})
    fields = _settle_fields()
    opening = [
        "What two translators, working apart, made of the same constructs. Say for each version whether it stands.",
        "A version that is not kept stays in the tables as rejected, with the reason.",
        f"Save the file, then enter it: metaethno enter translation FILE --reviewer {arguments.reviewer}",
    ]
    path = forms.write(root, stage, arguments, [Sheet("Settle", fields, rows, 1), workbook.help_sheet(fields, opening)])
    return voting.Made(path, len(rows), {"versions that differ": len(rows)})


# ------------------------------------------------------------------------------------------------ enter


def enter(root: Path, config: Config, stage: str, arguments: argparse.Namespace) -> voting.Entered:
    """Enter one form: readings, translations, new and changed concepts, refutations, all of it or nothing."""
    return forms.enter(root, config, stage, arguments, marks(), _NEEDED, work, "rows")


class _Concepts:
    """Finds concepts by name: as the form showed them, as they are called now, or as the form makes them."""

    def __init__(self, form: Form, plan: Plan, world: World) -> None:
        self.form, self.plan, self.world = form, plan, world
        self.shown: dict[str, str] = {}
        for line in form.sheets["Concepts"]:
            if line["concept id"]:
                self.shown[plain(line["concept"])] = line["concept id"]
        self.made: dict[tuple[str, str], str] = {}
        self.goes: dict[str, str] = {}  # merged: where to
        self.ended: dict[str, str] = {}  # split or dropped in this form

    def _now(self, name: str, group: str) -> str:
        """Return the concept that is called so now, in the group or in none."""
        kept = [r for r in self.plan.all("concepts") if r["status"] != "dropped" and plain(r["label"]) == plain(name)]
        own = [r["concept_id"] for r in kept if r["group_id"] == group]
        return (own or [r["concept_id"] for r in kept if not r["group_id"]] or [""])[0]

    def find(self, line: Line, cell: str, text: str, group: str, meaning: str, why: str) -> str:
        """Return the concept that a text means, made if it is new; nothing (and a problem) where there is none."""
        if match := _NEW.fullmatch(text):
            return self.make(line, cell, match[1].strip(), group, meaning, why)
        key = plain(text)
        found = self.shown.get(key) or self.made.get((group, key)) or self._now(text, group)
        if found:
            one = self.plan.get("concepts", found)
            if one is None or one["group_id"] not in ("", group):
                message = f"{text!r} is a concept of another group"
                self.form.problems.append(line.problem("ME0641", cell, message))
                return ""
            return found
        known = {r["label"]: r["label"] for r in self.world.concepts_of([group])}
        if any(plain(r["label"]) == key for r in self.plan.all("concepts") if r["status"] != "dropped"):
            message = f"{text!r} is a concept of another group"
            self.form.problems.append(line.problem("ME0641", cell, message, allowed=", ".join(known)))
            return ""
        near = Options(known).near(text)
        hint = "For a concept that is new, write NEW: before its name."
        message = f"there is no concept {text!r} here.{near}"
        self.form.problems.append(line.problem("ME0641", cell, message, hint=hint))
        return ""

    def make(self, line: Line, cell: str, name: str, group: str, meaning: str, why: str) -> str:
        """Return the new concept of that name; made once, whoever names it again in the form."""
        if not name:
            self.form.problems.append(line.problem("ME0642", cell, "a new concept needs a name: NEW: its name"))
            return ""
        key = (group, plain(name))
        if key in self.made:
            return self.made[key]
        if plain(name) in self.shown:
            hint = "Pick it from the list, or give the new one another name."
            self.form.problems.append(line.problem("ME0644", cell, f"there is a concept {name!r} already", hint=hint))
            return ""
        if found := self._now(name, group):
            by = [r["by"] for r in self.plan.all("concept_changes") if r["change"] == "make" and r["to_ids"] == found]
            if not any(self.plan.who in split_ids(b) for b in by):
                hint = "Write the form anew and look at it: pick it, or give yours another name."
                message = f"somebody made a concept {name!r} after the form was written"
                self.form.problems.append(line.problem("ME0643", cell, message, hint=hint))
            self.made[key] = found
            return found
        if not meaning:
            self.form.problems.append(
                line.problem(
                    "ME0642",
                    cell,
                    f"the new concept {name!r} needs a meaning",
                    hint="Say it in the concept's terms, or in an empty row of Concepts.",
                )
            )
        one = self.plan.new_id("concepts")
        row = {"concept_id": one, "group_id": group, "label": name, "definition": meaning, "status": "provisional"}
        self.plan.put("concepts", row)
        self.note("make", "", one, why, after=name)
        self.made[key] = one
        return one

    def note(self, change: str, before_ids: str, after_ids: str, why: str, before: str = "", after: str = "") -> None:
        """Add a row to the trail."""
        row = {
            "change_id": self.plan.new_id("concept_changes"),
            "change": change,
            "from_ids": before_ids,
            "to_ids": after_ids,
            "before": before,
            "after": after,
            "why": why,
            "by": self.plan.who,
            "changed_on": self.plan.today,
        }
        self.plan.put("concept_changes", row)

    def noted(self, change: str, before_ids: str, after_ids: str, why: str, after: str = "") -> bool:
        """Tell whether this person entered this very change before."""
        return any(
            (r["change"], r["from_ids"], r["to_ids"], r["why"], r["after"])
            == (change, before_ids, after_ids, why, after)
            and self.plan.who in split_ids(r["by"])
            for r in self.plan.all("concept_changes")
        )


def work(form: Form, plan: Plan, config: Config) -> None:
    """Put into the plan what a form says; what is wrong goes into the form's problems."""
    world = World(plan)
    for line in form.sheets["Reading"]:
        if line["for"] not in ("", plan.who):
            hint = "Nobody's work is entered under another name."
            message = f"this form was written for {line['for']}"
            form.problems.append(line.problem("ME0487", "study", message, hint=hint))
    concepts = _Concepts(form, plan, world)
    _new_concepts(form, world, concepts)
    _change_concepts(form, plan, world, concepts)
    readers = _readers(form, plan, config)
    given, fresh = _translate(form, plan, world, concepts, readers)
    _read(form, plan, world, readers, given, fresh)
    _refute(form, plan, world, readers)
    _settle(form, plan)


def _readers(form: Form, plan: Plan, config: Config) -> dict[str, list[str]]:
    """Return who worked on each group: the person whose form it is, and whom the sheet Reading names beside."""
    team = Options({p: config.team[p].name or p for p in config.team})
    out: dict[str, list[str]] = {}
    for line in form.sheets["Reading"]:
        others = [p for p in form.some_of(line, "together with", team) if p != plan.who]
        out[line["group id"]] = [plan.who, *others]
    return out


def _new_concepts(form: Form, world: World, concepts: _Concepts) -> None:
    """Make the concepts that stand in the empty rows of the sheet Concepts."""
    groups = Options(world.groups)
    for line in form.sheets["Concepts"]:
        if line["concept id"]:
            continue
        words = [line[c] for c in ("change", "new name", "new meaning", "into", "why it changes")]
        if not any(words):
            continue
        name = form.needs(line, "new name", "a new concept needs a name")
        group = form.one_of(line, "in group", groups, needed=True)
        if name and group:
            why = line["why it changes"] or "new"
            concepts.make(line, "new name", name, group, form.needs(line, "new meaning", "say what it means"), why)


def _change_concepts(form: Form, plan: Plan, world: World, concepts: _Concepts) -> None:
    """Rename, reword, split, merge and drop."""
    for line in form.sheets["Concepts"]:
        one = line["concept id"]
        if not one:
            continue
        row = plan.get("concepts", one)
        if row is None:
            form.problems.append(line.problem("ME0640", "concept", "this row has lost what it is about"))
            continue
        change, firm = form.one_of(line, "change", CHANGES), form.one_of(line, "how firm", _FIRM)
        if not change and (line["new name"] or line["new meaning"] or line["into"]):
            form.problems.append(line.problem("ME0642", "change", "say what is to be done", allowed=CHANGES.allowed))
            continue
        why = form.needs(line, "why it changes", f"say why: {change}") if change else ""
        if change in ("rename", "reword"):
            _reword(form, plan, concepts, line, row, change, why)
        elif change:
            _end(form, plan, concepts, line, row, change, why)
        row = plan.get("concepts", one) or row
        if firm and firm != row["status"] and row["status"] != "dropped" and not form.problems:
            problems = plan.unchanged(line, "how firm", row, _CONCEPT) if not change else []
            form.problems += problems
            plan.put("concepts", {**row, "status": firm})


def _reword(
    form: Form, plan: Plan, concepts: _Concepts, line: Line, row: dict[str, str], change: str, why: str
) -> None:
    """Give a concept another name, another meaning or both."""
    needed = {"rename": "new name", "reword": "new meaning"}[change]
    if not form.needs(line, needed, f"to {change} it, say the {needed}"):
        return
    one, shown = row["concept_id"], dict(row)
    for kind, cell, column in (("rename", "new name", "label"), ("reword", "new meaning", "definition")):
        if not line[cell]:
            continue
        if concepts.noted(kind, one, one, why, line[cell]):
            plan.same += 1
            continue
        taken = concepts._now(line[cell], row["group_id"]) if kind == "rename" else ""
        if taken not in ("", one):
            form.problems.append(line.problem("ME0644", cell, "another concept has this name", hint="Merge the two?"))
            continue
        form.problems += plan.unchanged(line, cell, shown, _CONCEPT)
        concepts.note(kind, one, one, why, row[column], line[cell])
        row = {**row, column: line[cell]}
        plan.put("concepts", row)


def _end(form: Form, plan: Plan, concepts: _Concepts, line: Line, row: dict[str, str], change: str, why: str) -> None:
    """Merge a concept into another, split it, or drop it; its translations go with it or are kept as rejected."""
    one, group = row["concept_id"], row["group_id"]
    into: list[str] = []
    if change != "drop":
        texts = names(form.needs(line, "into", f"to {change} it, say into what"))
        into = [concepts.find(line, "into", t, group, line["new meaning"], why) for t in texts]
        if not texts or not all(into):
            return
        right = len(into) == 1 and into[0] != one if change == "merge" else len(set(into)) > 1
        if not right:
            message = "is merged into exactly one other concept" if change == "merge" else "is split into two or more"
            form.problems.append(line.problem("ME0644", "into", f"a concept {message}"))
            return
    elif line["into"]:
        form.problems.append(line.problem("ME0644", "into", "a concept that is dropped goes into nothing"))
        return
    outlives = one in into
    if change == "merge":
        concepts.goes[one] = into[0]
    elif not outlives:
        concepts.ended[one] = change
    if concepts.noted(change, one, ";".join(into), why):
        plan.same += 1
        return
    form.problems += plan.unchanged(line, "change", row, _CONCEPT)
    concepts.note(change, one, ";".join(into), why)
    if outlives:
        return
    plan.put("concepts", {**row, "status": "dropped"})
    standing = {
        (r["group_id"], r["construct_id"], r["concept_id"], r["translators"])
        for r in plan.all("translations")
        if r["status"] in _LIVE
    }
    done = {"split": "split", "drop": "dropped", "merge": "merged"}[change]
    for moved in [r for r in plan.all("translations") if r["concept_id"] == one and r["status"] in _LIVE]:
        there = into and (moved["group_id"], moved["construct_id"], into[0], moved["translators"]) in standing
        if change == "merge" and not there:
            plan.put("translations", {**moved, "concept_id": into[0]})
        else:
            plan.put("translations", {**moved, "status": "rejected", "reason": f"the concept was {done}: {why}"})


def _translate(
    form: Form, plan: Plan, world: World, concepts: _Concepts, readers: dict[str, list[str]]
) -> tuple[dict[tuple[str, str], int], set[tuple[str, str]]]:
    """Enter the translations; returns how many rows stand for each group and study, and where any was new."""
    options = Options(world.constructs)
    fresh: set[tuple[str, str]] = set()
    given: dict[tuple[str, str], int] = {}
    done: dict[tuple[str, str, str], Line] = {}
    fill = [f.name for f in _translate_fields() if f.fill_in]
    for line in form.sheets["Translate"]:
        construct, group = line["construct id"], line["group id"]
        target = line["translate into"]
        if construct not in world.construct or group not in world.groups:
            if any(line[c] for c in fill):
                hint = "Copy a row whole, with its hidden columns: then the copy knows what it is about."
                form.problems.append(
                    line.problem("ME0640", "construct", "this row doesn't say what it is about", hint=hint)
                )
            continue
        if not target:
            if line["translation id"]:
                hint = "To take it back, pick “rejected” in the column standing and say why."
                form.problems.append(line.problem("ME0642", "translate into", "the concept was taken out", hint=hint))
            elif any(line[c] for c in fill):
                message = "say into which concept it is translated"
                form.problems.append(line.problem("ME0642", "translate into", message))
            else:
                plan.undecided += 1
            continue
        if aside := _ASIDE_OPTIONS.find(target):
            why = form.needs(line, "why", "say why it can't be translated, or is set aside")
            plan.put("constructs", {**world.construct[construct], "status": aside, "reason": why})
            continue
        node = world.construct[construct]
        why = f"first used for ‘{node['authors_term'] or node['label']}’ ({world.study_of(construct)})"
        found = concepts.find(line, "translate into", target, group, line["in the concept's terms"], why)
        kind = form.one_of(line, "relation", KINDS, needed=True)
        status = form.one_of(line, "standing", STATUSES) or "provisional"
        if status == "rejected":
            form.needs(line, "why", "say why it is rejected")
        compared = form.some_of(line, "compared with", options)
        found = concepts.goes.get(found, found)
        if found in concepts.ended:
            message = f"this concept was {concepts.ended[found]} in the sheet Concepts"
            form.problems.append(line.problem("ME0644", "translate into", message, hint="Pick what took its place."))
        if not found or not kind:
            continue
        if (group, construct, found) in done:
            first = done[group, construct, found]
            message = f"says of the same construct and concept what row {first.grid.lines[first.at]} says, too"
            form.problems.append(line.problem("ME0644", "translate into", message))
            continue
        done[group, construct, found] = line
        if status in _LIVE:
            given[group, node["study_id"]] = given.get((group, node["study_id"]), 0) + 1
        cells = {
            "group_id": group,
            "concept_id": found,
            "construct_id": construct,
            "kind": kind,
            "wording": line["in the concept's terms"],
            "compared_with": ";".join(compared),
            "alternative_reading": line["another reading"],
            "status": status,
            "reason": line["why"],
        }
        before = plan.added
        _put_translation(form, plan, concepts, line, cells, readers.get(group, [plan.who]))
        if plan.added > before:
            fresh.add((group, node["study_id"]))
    return given, fresh


def _put_translation(
    form: Form, plan: Plan, concepts: _Concepts, line: Line, cells: dict[str, str], readers: list[str]
) -> None:
    """Add a translation, or change one's own of the same construct and concept."""
    key = ("group_id", "construct_id", "concept_id")
    own = [
        r
        for r in plan.all("translations")
        if all(r[c] == cells[c] for c in key) and plan.who in split_ids(r["translators"])
    ]
    shown = plan.get("translations", line["translation id"]) if line["translation id"] else None
    if shown is not None and shown not in own and shown["status"] in _LIVE:
        # Translated into another concept now: the earlier translation is kept as rejected.
        form.problems += plan.unchanged(line, "translate into", shown, _TRANSLATION)
        to = plan.get("concepts", cells["concept_id"])
        instead = line["why"] or f"translated into “{to['label'] if to else ''}” instead"
        plan.put("translations", {**shown, "status": "rejected", "reason": instead})
    old = shown if shown in own else own[0] if own else None
    if old is None:
        mode = "together" if len(readers) > 1 else "apart"
        plan.put(
            "translations",
            {
                "translation_id": plan.new_id("translations"),
                **cells,
                "translators": ";".join(readers),
                "mode": mode,
                "translated_on": plan.today,
            },
        )
        return
    if all(plan_text(plan, cells[c]) == old[c] for c in cells):
        plan.same += 1
        return
    if old is shown:
        form.problems += plan.unchanged(line, "translate into", old, _TRANSLATION)
    plan.put("translations", {**old, **cells, "translated_on": plan.today})


def plan_text(plan: Plan, text: str) -> str:
    """Return a text as a register keeps it."""
    from metaethno import ledger
    from metaethno.schemas import TRANSLATIONS

    return ledger.as_kept(text, TRANSLATIONS)


def _read(
    form: Form,
    plan: Plan,
    world: World,
    readers: dict[str, list[str]],
    given: dict[tuple[str, str], int],
    fresh: set[tuple[str, str]],
) -> None:
    """Enter what the reading did, and that refutation was looked for."""
    for line in form.sheets["Reading"]:
        study, group, pass_ = line["study id"], line["group id"], line["pass"]
        if study not in world.studies or group not in world.groups or not pass_.isdecimal():
            form.problems.append(line.problem("ME0640", "study", "this row has lost what it is about"))
            continue
        outcome, checked = (
            form.one_of(line, "what the reading did", OUTCOMES),
            form.one_of(line, "refutation", _CHECKED),
        )
        count = given.get((group, study), 0)
        if not outcome:
            if (group, study) in fresh or line["note on the reading"]:
                message = f"say what reading {world.studies[study]} did to the synthesis"
                form.problems.append(line.problem("ME0642", "what the reading did", message, allowed=OUTCOMES.allowed))
            plan.undecided += not count
        elif outcome == "nothing" and count:
            message = f"nothing was there, but {count} constructs are translated"
            form.problems.append(line.problem("ME0644", "what the reading did", message))
        else:
            _put_reading(plan, world, line, outcome, readers[group])
        if checked:
            there = [
                r
                for r in plan.all("refutation_checks")
                if (r["group_id"], r["outcome"]) == (group, checked) and plan.who in split_ids(r["searched_by"])
            ]
            if there:
                plan.same += 1
            else:
                plan.put(
                    "refutation_checks",
                    {
                        "check_id": plan.new_id("refutation_checks"),
                        "group_id": group,
                        "outcome": checked,
                        "searched_by": ";".join(readers[group]),
                        "searched_on": plan.today,
                        "note": "",
                    },
                )


def _put_reading(plan: Plan, world: World, line: Line, outcome: str, readers: list[str]) -> None:
    study, group, pass_, note = line["study id"], line["group id"], line["pass"], line["note on the reading"]
    note = " / ".join(part.strip() for part in note.splitlines() if part.strip())
    standing = [r for r in world.read_by("", study, group) if r["pass"] == pass_]
    own = [r for r in standing if plan.who in split_ids(r["readers"])]
    if any(r["outcome"] == outcome and note in r["note"] and set(readers) <= set(split_ids(r["readers"])) for r in own):
        plan.same += 1
        return
    # A partner who read it apart and found the same: one reading by both. Another outcome stands beside it, for both.
    agreed = [r for r in standing if r not in own and r["outcome"] == outcome]
    replaced = next((r for r in own if set(split_ids(r["readers"])) <= set(readers)), agreed[0] if agreed else None)
    if replaced is not None and replaced in agreed:
        readers = list(dict.fromkeys([*split_ids(replaced["readers"]), *readers]))
        note = " / ".join(dict.fromkeys(n for n in (replaced["note"], note) if n))
    places = [int(r["position"]) for r in world.readings if r["group_id"] == group and r["pass"] == pass_]
    place = standing[0]["position"] if standing else str(1 + max(places, default=0))
    plan.put(
        "readings",
        {
            "reading_id": plan.new_id("readings"),
            "supersedes": replaced["reading_id"] if replaced else "",
            "study_id": study,
            "group_id": group,
            "pass": pass_,
            "position": place,
            "outcome": outcome,
            "readers": ";".join(readers),
            "read_on": plan.today,
            "note": note,
        },
    )


def _refute(form: Form, plan: Plan, world: World, readers: dict[str, list[str]]) -> None:
    """Enter the refutations: who against whom, about what, why, and how that is resolved."""
    whole = {s: f"{name} (the whole study)" for s, name in world.studies.items()}
    sides, groups = Options({**world.constructs, **whole}), Options(world.groups)
    for line in form.sheets["Refutations"]:
        one = line["refutation id"]
        texts = ("one side", "other side", "about what", "why they may differ", "how it is resolved")
        if not one and not any(line[c] for c in texts):
            continue
        group = form.one_of(line, "refutation in", groups, needed=True)
        left, right = (form.one_of(line, side, sides, needed=True) for side in texts[:2])
        aspect = form.needs(line, "about what", "say what the two differ about")
        if not (group and left and right and aspect):
            continue
        cells = {
            "group_id": group,
            "left_id": left,
            "right_id": right,
            "aspect": aspect,
            "explanation": line["why they may differ"],
            "resolution": line["how it is resolved"],
        }
        old = plan.get("refutations", one) if one else None
        if old is None:
            same = ("group_id", "left_id", "right_id", "aspect")
            old = next((r for r in plan.all("refutations") if all(r[c] == cells[c] for c in same)), None)
        if old is not None and all(plan_text(plan, cells[c]) == old[c] for c in cells):
            plan.same += 1
            continue
        if old is not None:
            form.problems += plan.unchanged(line, "about what", old, _REFUTATION)
        new = {"refutation_id": old["refutation_id"] if old else plan.new_id("refutations")}
        who = ";".join(readers.get(group, [plan.who]))
        plan.put("refutations", {**new, **cells, "judged_by": who, "judged_on": plan.today})


def _settle(form: Form, plan: Plan) -> None:
    """Enter which of two translators' versions stand."""
    for line in form.sheets["Settle"]:
        if not line["keep"]:
            plan.undecided += 1
            continue
        keep = form.one_of(line, "keep", _KEEP)
        row = plan.get("translations", line["translation id"])
        if row is None:
            form.problems.append(line.problem("ME0640", "construct", "this row has lost what it is about"))
            continue
        why = form.needs(line, "why this one", "say what decided it")
        status = "accepted" if keep == "yes" else "rejected"
        cells = {"status": status, "reason": f"settled by {plan.who}: {why}"}
        if all(plan_text(plan, cells[c]) == row[c] for c in cells):
            plan.same += 1
            continue
        form.problems += plan.unchanged(line, "keep", row, _TRANSLATION)
        plan.put("translations", {**row, **cells})
