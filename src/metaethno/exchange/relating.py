"""Phase 4 as a form: the grid of studies and aspects, the groups, and how the studies relate.

The sheets: *Grid* (a row for each study, a column for each aspect, its groups), *Groups* (their names and why these
studies belong together), *Relations* (reciprocal, refutational, parts of one argument: as people judged, never
inferred).
"""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from metaethno.config import Config
from metaethno.errors import Problem, UserError
from metaethno.exchange import forms, voting, workbook
from metaethno.exchange.forms import SHOWN, Form, Line, Plan, names, plain, seen
from metaethno.exchange.translating import World, plan_text
from metaethno.exchange.workbook import Field, Options, Sheet
from metaethno.findings import split_ids

_NEEDED: Final = (
    "studies",
    "sampling",
    "passages",
    "constructs",
    "report_studies",
    "groups",
    "group_members",
    "relations",
    "aspects",
    "readings",
)
FIRST_ASPECTS: Final = ("Focus", "Setting and people", "Main concepts", "Explanation or theory")
KINDS: Final = Options(
    {"reciprocal": "reciprocal", "refutational": "refutational", "line_of_argument": "parts of one argument"},
    {"line of argument": "line_of_argument", "argument": "line_of_argument"},
)
_FIXED: Final = ("study", "what it is about", "main group", "further groups", "study id", SHOWN)
_RELATION: Final = ("group_id", "member_ids", "kind", "evidence")


def _grid_fields(aspects: list[str] | None = None, groups: Options | None = None) -> list[Field]:
    says = "What this study says on it. To compare the studies on something else, add a column with its heading."
    return [
        Field("study", 24),
        Field("what it is about", 40),
        *(Field(a, 34, says if i == 0 else "", fill_in=True) for i, a in enumerate(aspects or ())),
        Field(
            "main group",
            24,
            "The group it is translated in first; new groups need a row in the sheet Groups.",
            groups,
            fill_in=True,
        ),
        Field("further groups", 28, "Other groups that it bears on, parted by ';'.", groups, fill_in=True),
        Field("study id", hidden=True),
        Field(SHOWN, hidden=True),
    ]


def _group_fields() -> list[Field]:
    return [
        Field("group", 30),
        Field("its members", 60),
        Field("name of the group", 30, "To rename it; in an empty row, the name of a new group.", fill_in=True),
        Field("why these belong together", 60, "What holds the group together.", fill_in=True),
        Field("group id", hidden=True),
        Field(SHOWN, hidden=True),
    ]


def _relation_fields(
    members: Options | None = None, groups: Options | None = None, team: Options | None = None
) -> list[Field]:
    return [
        Field(
            "who relates",
            50,
            "Studies or constructs, parted by ';'. The name of a group stands for its members.",
            members,
            fill_in=True,
        ),
        Field("how they relate", 20, "As you judge it.", KINDS, fill_in=True),
        Field("in the group", 24, "The group it is seen in, if it is one.", groups, fill_in=True),
        Field("what shows it", 60, "What in the studies shows it.", fill_in=True),
        Field("judged together with", 20, "Who judged it with you.", team, fill_in=True),
        Field("relation id", hidden=True),
        Field(SHOWN, hidden=True),
    ]


def marks() -> dict[str, tuple[str, list[Field]]]:
    """Return the sheets of the form: name → a heading that only it has, and its columns."""
    return {
        "Grid": ("main group", _grid_fields()),
        "Groups": ("why these belong together", _group_fields()),
        "Relations": ("who relates", _relation_fields()),
    }


def _state(plan: Plan, study: str) -> dict[str, str]:
    """Return what the tables say of a study: its aspects, and its groups as main and further ones."""
    out = {f"aspect {r['aspect']}": r["says"] for r in plan.all("aspects") if r["study_id"] == study}
    for kind, word in (("yes", "main"), ("no", "further")):
        own = [r["group_id"] for r in plan.all("group_members") if r["member_id"] == study and r["primary"] == kind]
        out[word] = ";".join(sorted(own))
    return out


def _digest(state: Mapping[str, str]) -> str:
    return seen({"all": repr(sorted(state.items()))}, ["all"])


# ------------------------------------------------------------------------------------------------ todo


def todo(root: Path, config: Config, stage: str, arguments: argparse.Namespace) -> voting.Made:
    """Write the form with all studies that are in the synthesis."""
    voting.check_team(arguments.reviewer, config)
    forms.usable(arguments, stage, forms.TODO_OPTIONS | {"role": "--as", "study": "--study"})
    plan = Plan(forms.load(root, config, _NEEDED), arguments.reviewer, "")
    world = World(plan)
    studies = [r for r in plan.all("studies") if r["study_id"] not in world.left_out]
    if not studies:
        hint = "Phase 3 comes first: metaethno todo extraction --reviewer ID"
        raise UserError(Problem("ME0645", "there is no study yet to relate", hint=hint))
    studies.sort(key=lambda r: (r["data_collection_start"] or "9999", r["label"], r["study_id"]))
    aspects = list(dict.fromkeys(r["aspect"] for r in sorted(plan.all("aspects"), key=lambda r: r["aspect"])))
    aspects = aspects or list(FIRST_ASPECTS)
    groups = Options(world.groups)
    rows = []
    for study in studies:
        one = study["study_id"]
        state = _state(plan, one)
        cells = [state.get(f"aspect {a}", "") for a in aspects]
        own = ["; ".join(groups.labels[g] for g in split_ids(state[w])) for w in ("main", "further")]
        about = "; ".join(p for p in (study["aim"], study["setting"], study["sample"]) if p)
        rows.append([world.studies[one], about, *cells, *own, one, _digest(state)])
    grid = Sheet("Grid", _grid_fields(aspects, groups if groups.labels else None), rows, 1)
    sheets = [grid, *_others(world, config, arguments.reviewer)]
    path = forms.write(root, stage, arguments, sheets)
    lonely = sum(not _state(plan, r["study_id"])["main"] for r in studies)
    why = {"studies in the grid": len(studies)} | ({"of them without a main group": lonely} if lonely else {})
    return voting.Made(path, len(studies), why)


def _others(world: World, config: Config, who: str) -> list[Sheet]:
    plan = world.plan
    everything = _members(world)
    named = []
    for row in sorted(plan.all("groups"), key=lambda r: r["label"]):
        inside = "; ".join(everything.labels.get(m, m) for m in sorted(world.members.get(row["group_id"], ())))
        named.append(
            [
                world.groups[row["group_id"]],
                inside,
                row["label"],
                row["rationale"],
                row["group_id"],
                seen(row, ("label", "rationale")),
            ]
        )
    related = [
        [
            "; ".join(everything.labels.get(m, m) for m in split_ids(r["member_ids"])),
            KINDS.labels[r["kind"]],
            world.groups.get(r["group_id"], ""),
            r["evidence"],
            "; ".join(p for p in split_ids(r["judged_by"]) if p != who),
            r["relation_id"],
            seen(r, _RELATION),
        ]
        for r in sorted(plan.all("relations"), key=lambda r: r["relation_id"])
    ]
    team = Options({p: config.team[p].name or p for p in config.team if p != who})
    relation = _relation_fields(
        everything, Options(world.groups) if world.groups else None, team if team.labels else None
    )
    opening = [
        "Grid: what each study says on each aspect, and its groups. Groups: why these studies belong together.",
        "Relations: how studies (or single constructs) relate, and what shows it. Nothing is inferred from the grid.",
        f"Save the file, then enter it: metaethno enter relating FILE --reviewer {who}",
    ]
    guide = workbook.help_sheet([*_grid_fields(["an aspect"]), *_group_fields(), *relation], opening)
    return [
        Sheet("Groups", _group_fields(), [*named, *([""] * 6 for _ in range(6))], 1),
        Sheet("Relations", relation, [*related, *([""] * 7 for _ in range(8))]),
        guide,
    ]


def _members(world: World) -> Options:
    return Options({**world.studies, **world.constructs}, {f"all of {name}": g for g, name in world.groups.items()})


# ------------------------------------------------------------------------------------------------ enter


def enter(root: Path, config: Config, stage: str, arguments: argparse.Namespace) -> voting.Entered:
    """Enter one form: aspects, groups, members and relations, all of it or nothing."""
    return forms.enter(root, config, stage, arguments, marks(), _NEEDED, work, "rows")


def work(form: Form, plan: Plan, config: Config) -> None:
    """Put into the plan what a form says; what is wrong goes into the form's problems."""
    world = World(plan)
    made = _groups(form, plan, world)
    groups = Options({r["group_id"]: r["label"] for r in plan.all("groups")}, made)
    shown = {plain(line["group"]): line["group id"] for line in form.sheets["Groups"] if line["group id"]}
    for line in form.sheets["Grid"]:
        _study(form, plan, world, line, groups, shown)
    _relations(form, plan, World(plan), config)


def _groups(form: Form, plan: Plan, world: World) -> dict[str, str]:
    """Enter names and reasons of the groups; returns name → id of all that the form names."""
    made: dict[str, str] = {}
    for line in form.sheets["Groups"]:
        one, name, why = line["group id"], line["name of the group"], line["why these belong together"]
        if not one and not name and not why:
            continue
        if not name:
            form.problems.append(line.problem("ME0642", "name of the group", "a group needs a name"))
            continue
        form.needs(line, "why these belong together", "say what holds the group together")
        taken = [r["group_id"] for r in plan.all("groups") if plain(r["label"]) == plain(name) and r["group_id"] != one]
        if one and taken:
            form.problems.append(line.problem("ME0644", "name of the group", "another group has this name"))
            continue
        one = one or (taken[0] if taken else "")
        row = plan.get("groups", one) if one else None
        if one and row is None:
            form.problems.append(line.problem("ME0640", "group", "this row has lost what it is about"))
            continue
        cells = {"label": name, "rationale": why}
        if row is not None and any(plan_text(plan, cells[c]) != row[c] for c in cells):
            form.problems += plan.unchanged(line, "name of the group", row, ("label", "rationale"))
        one = one or plan.new_id("groups")
        plan.put("groups", {**(row or {}), "group_id": one, **cells})
        made[name] = one
    return made


def _study(form: Form, plan: Plan, world: World, line: Line, groups: Options, shown: Mapping[str, str]) -> None:
    """Enter the row of one study: its aspects and its groups."""
    study = line["study id"]
    if study not in world.studies:
        if any(line.grid.rows[line.at]):
            form.problems.append(line.problem("ME0640", "study", "this row doesn't say what study it is about"))
        return
    now = _state(plan, study)
    known = {plain(r["aspect"]): r["aspect"] for r in plan.all("aspects")}
    titles = dict(zip(line.grid.header, line.grid.titles or line.grid.header, strict=False))
    fixed = {workbook.heading(f) for f in _FIXED}
    wanted: dict[str, str] = {}
    for heading, title in titles.items():
        if heading and heading not in fixed and (text := line[heading]):
            wanted[f"aspect {known.get(plain(title), title)}"] = plan_text(plan, text)
    for cell, word in (("main group", "main"), ("further groups", "further")):
        found = _group_ids(form, line, cell, groups, shown)
        if word == "main" and len(found) > 1:
            form.problems.append(line.problem("ME0644", cell, "only one group can be the main one"))
        wanted[word] = ";".join(sorted(found))
    if both := set(split_ids(wanted["main"])) & set(split_ids(wanted["further"])):
        names_ = ", ".join(groups.labels[g] for g in sorted(both))
        form.problems.append(line.problem("ME0644", "further groups", f"{names_} is its main group already"))
    if now == wanted:
        plan.same += 1
        return
    if line[SHOWN] and _digest(now) != line[SHOWN]:
        hint = "Write the form anew, and look at what it says now. Nothing was entered."
        form.problems.append(
            line.problem(
                "ME0643", "study", "somebody changed what is said of this study after the form was written", hint=hint
            )
        )
        return
    who = {"entered_by": plan.who, "entered_on": plan.today}
    for key in sorted({*now, *wanted}):
        if not key.startswith("aspect ") or now.get(key) == wanted.get(key):
            continue
        aspect = key.removeprefix("aspect ")
        if key in wanted:
            plan.put("aspects", {"study_id": study, "aspect": aspect, "says": wanted[key], **who})
        else:
            plan.take("aspects", study, aspect)
    kept = {g: word for word, g_ in (("no", wanted["further"]), ("yes", wanted["main"])) for g in split_ids(g_)}
    for row in [r for r in plan.all("group_members") if r["member_id"] == study and r["group_id"] not in kept]:
        plan.take("group_members", row["group_id"], study)
    for group, primary in kept.items():
        plan.put("group_members", {"group_id": group, "member_id": study, "primary": primary})


def _group_ids(form: Form, line: Line, cell: str, groups: Options, shown: Mapping[str, str]) -> list[str]:
    """Return the groups that a cell names: as the form showed them, or as they are called now."""
    if plain(line[cell]) in shown:
        return [shown[plain(line[cell])]]
    parts = names(line[cell])
    if parts and all(plain(p) in shown for p in parts):
        return list(dict.fromkeys(shown[plain(p)] for p in parts))
    found, unknown = groups.find_all(line[cell])
    for one in unknown:
        hint = "A group that is new needs a row in the sheet Groups, with what holds it together."
        message = f"there is no group {one!r}.{groups.near(one)}"
        form.problems.append(line.problem("ME0641", cell, message, value=one, allowed=groups.allowed, hint=hint))
    return found


def _relations(form: Form, plan: Plan, world: World, config: Config) -> None:
    """Enter the relations."""
    everything, groups = _members(world), Options(world.groups)
    team = Options({p: config.team[p].name or p for p in config.team})
    by_name = {plain(name): g for g, name in world.groups.items()}
    for line in form.sheets["Relations"]:
        one = line["relation id"]
        if not one and not any(line[f.name] for f in _relation_fields() if f.fill_in):
            continue
        group = form.one_of(line, "in the group", groups)
        kind = form.one_of(line, "how they relate", KINDS, needed=True)
        evidence = form.needs(line, "what shows it", "say what shows it")
        text = form.needs(line, "who relates", "say which studies or constructs")
        if named := by_name.get(plain(text).removeprefix("all of ")):
            found = sorted(world.members.get(named, ()))
            group = group or named
        else:
            found = form.some_of(line, "who relates", everything)
        if text and len(found) < 2 and not form.problems:
            form.problems.append(line.problem("ME0644", "who relates", "a relation is between two or more"))
        if not (kind and evidence and found):
            continue
        cells = {"group_id": group, "member_ids": ";".join(found), "kind": kind, "evidence": evidence}
        old = plan.get("relations", one) if one else None
        if old is None:
            old = next(
                (r for r in plan.all("relations") if all(r[c] == plan_text(plan, cells[c]) for c in cells)), None
            )
        if old is not None and all(plan_text(plan, cells[c]) == old[c] for c in cells):
            plan.same += 1
            continue
        if old is not None:
            form.problems += plan.unchanged(line, "who relates", old, _RELATION)
        who = [plan.who, *(p for p in form.some_of(line, "judged together with", team) if p != plan.who)]
        new = {"relation_id": old["relation_id"] if old else plan.new_id("relations")}
        plan.put("relations", {**new, **cells, "judged_by": ";".join(who), "judged_on": plan.today})
