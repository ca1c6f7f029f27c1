"""Phase 6 as a form: third-order constructs and the line of argument, each with what it rests on.

A thing that rests on several stands in several rows: the rows below it, without a name of their own, go on with what
it rests on. The names in the pick-lists are those of concepts, constructs, refutations and third-order constructs.
"""

from __future__ import annotations

import argparse
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

from metaethno.config import Config
from metaethno.errors import Problem, UserError
from metaethno.exchange import forms, voting, workbook
from metaethno.exchange.forms import SHOWN, Form, Line, Plan, plain, seen
from metaethno.exchange.translating import World, plan_text
from metaethno.exchange.workbook import Field, Options, Sheet

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
    "translations",
    "refutations",
    "third_order",
    "third_order_support",
    "line_of_argument",
    "line_of_argument_support",
)
SOURCES: Final = Options(
    {"from_studies": "from the studies", "brought_by_reviewer": "brought by the reviewer"},
    {"studies": "from_studies", "reviewer": "brought_by_reviewer"},
)
_FIRM: Final = Options({"provisional": "provisional", "settled": "settled", "dropped": "dropped"})
_THIRD: Final = ("label", "statement", "source", "theory", "status")
_STEP: Final = ("position", "statement", "theory")


def _third_fields(under: Options | None = None) -> list[Field]:
    return [
        Field(
            "third-order construct",
            30,
            "Your name for it. The rows below it without a name go on with what it rests on.",
            fill_in=True,
        ),
        Field("what it says", 60, "Your interpretation, beyond what any one study says.", fill_in=True),
        Field("where it is from", 20, "Drawn from the studies, or brought by you.", SOURCES, fill_in=True),
        Field("theory it leans on", 24, "If any.", fill_in=True),
        Field("how firm", 14, "Provisional, if nothing is picked.", _FIRM, fill_in=True),
        Field(
            "it rests on",
            44,
            "A concept, construct or refutation; one a row, or several parted by ';'.",
            under,
            fill_in=True,
        ),
        Field("third order id", hidden=True),
        Field(SHOWN, hidden=True),
    ]


def _step_fields(under: Options | None = None) -> list[Field]:
    return [
        Field(
            "step",
            8,
            "Its place in the argument: 1, 2, 3 ... The rows below it without a number go on with what it rests on.",
            fill_in=True,
        ),
        Field("what the step says", 70, "", fill_in=True),
        Field("theory that orders it", 26, "If any.", fill_in=True),
        Field(
            "the step rests on",
            44,
            "A third-order construct (or a concept, construct or refutation).",
            under,
            fill_in=True,
        ),
        Field("step id", hidden=True),
        Field(SHOWN, hidden=True),
    ]


def marks() -> dict[str, tuple[str, list[Field]]]:
    """Return the sheets of the form: name → a heading that only it has, and its columns."""
    return {
        "Third-order constructs": ("it rests on", _third_fields()),
        "Line of argument": ("the step rests on", _step_fields()),
    }


def _under(world: World) -> dict[str, str]:
    """Return the names of everything that a third-order construct can rest on, dropped concepts left out."""
    plan = world.plan
    concepts = world.concept_names([r for r in plan.all("concepts") if r["status"] != "dropped"])
    against = {r["refutation_id"]: f"refutation: {r['aspect']}" for r in plan.all("refutations")}
    return forms.unlike({**concepts, **against, **world.constructs}, {})


def _links(plan: Plan, table: str, key: str, one: str) -> list[str]:
    return sorted(r["supported_by"] for r in plan.all(table) if r[key] == one)


def _digest(row: Mapping[str, str], columns: Sequence[str], links: Sequence[str]) -> str:
    return seen({**row, "links": ";".join(links)}, [*columns, "links"])


# ------------------------------------------------------------------------------------------------ todo


def todo(root: Path, config: Config, stage: str, arguments: argparse.Namespace) -> voting.Made:
    """Write the form with what there is, and empty rows."""
    voting.check_team(arguments.reviewer, config)
    forms.usable(arguments, stage, forms.TODO_OPTIONS | {"role": "--as", "study": "--study"})
    plan = Plan(forms.load(root, config, _NEEDED), arguments.reviewer, "")
    world = World(plan)
    under = _under(world)
    if not under:
        hint = "Phase 5 comes first: metaethno todo translation --reviewer ID"
        raise UserError(Problem("ME0645", "there is nothing yet that a synthesis could rest on", hint=hint))
    above = forms.unlike({**_third_names(plan), **under}, {})
    thirds: list[list[str]] = []
    for row in sorted(plan.all("third_order"), key=lambda r: (r["status"] == "dropped", r["third_order_id"])):
        one = row["third_order_id"]
        links = _links(plan, "third_order_support", "third_order_id", one)
        cells = [row["label"], row["statement"], SOURCES.labels[row["source"]], row["theory"], row["status"]]
        thirds += _rows(cells, [under.get(k, k) for k in links], one, _digest(row, _THIRD, links))
    steps: list[list[str]] = []
    for row in sorted(plan.all("line_of_argument"), key=lambda r: (int(r["position"]), r["step_id"])):
        one = row["step_id"]
        links = _links(plan, "line_of_argument_support", "step_id", one)
        cells = [row["position"], row["statement"], row["theory"]]
        steps += _rows(cells, [above.get(k, k) for k in links], one, _digest(row, _STEP, links))
    third, step = _third_fields(Options(under)), _step_fields(Options(above))
    opening = [
        "Third-order constructs: your own interpretations, and what each rests on. Line of argument: its steps.",
        "One row names the thing; in the rows below, without a name, stands what else it rests on. To take a support "
        "away, empty its cell. The sheet What there is lists everything by name.",
        f"Save the file, then enter it: metaethno enter synthesis FILE --reviewer {arguments.reviewer}",
    ]
    empty = 40 if arguments.to == "xlsx" else 6
    sheets = [Sheet("Third-order constructs", third, [*thirds, *([""] * 8 for _ in range(empty))], 1)]
    if config.synthesis.line_of_argument:
        sheets.append(Sheet("Line of argument", step, [*steps, *([""] * 6 for _ in range(empty))], 1))
    sheets += [_there_is(world, under), workbook.help_sheet([*third, *step], opening)]
    path = forms.write(root, stage, arguments, sheets)
    used = {r["supported_by"] for r in [*plan.all("third_order_support"), *plan.all("line_of_argument_support")]}
    free = [r for r in plan.all("concepts") if r["status"] != "dropped" and r["concept_id"] not in used]
    return voting.Made(path, len(free), {"concepts that nothing rests on yet": len(free)})


def _rows(cells: list[str], links: list[str], one: str, digest: str) -> list[list[str]]:
    first = [[*cells, links[0] if links else "", one, digest]]
    return first + [[*[""] * len(cells), link, one, ""] for link in links[1:]]


def _third_names(plan: Plan) -> dict[str, str]:
    return {r["third_order_id"]: r["label"] for r in plan.all("third_order") if r["status"] != "dropped"}


def _there_is(world: World, under: Mapping[str, str]) -> Sheet:
    """Return a sheet to read: every concept with its meaning, and how many studies are translated into it."""
    plan = world.plan
    rows = []
    for row in sorted(plan.all("concepts"), key=lambda r: (r["group_id"], plain(r["label"]))):
        if row["concept_id"] not in under:
            continue
        live = [
            r["construct_id"]
            for r in plan.all("translations")
            if r["concept_id"] == row["concept_id"] and r["status"] != "rejected"
        ]
        studies = sorted({world.study_of(k) for k in live if k in world.construct})
        rows.append(
            [
                under[row["concept_id"]],
                world.groups.get(row["group_id"], ""),
                row["definition"],
                str(len(studies)),
                "; ".join(studies),
            ]
        )
    for row in plan.all("refutations"):
        said = "; ".join(p for p in (row["explanation"], row["resolution"]) if p)
        rows.append([under[row["refutation_id"]], world.groups.get(row["group_id"], ""), said, "", ""])
    fields = [Field("name", 36), Field("in", 24), Field("meaning", 60), Field("studies", 8), Field("which", 50)]
    return Sheet("What there is", fields, rows, 1)


# ------------------------------------------------------------------------------------------------ enter


def enter(root: Path, config: Config, stage: str, arguments: argparse.Namespace) -> voting.Entered:
    """Enter one form: third-order constructs, steps, and what they rest on, all of it or nothing."""
    return forms.enter(root, config, stage, arguments, marks(), _NEEDED, work, "rows")


def work(form: Form, plan: Plan, config: Config) -> None:
    """Put into the plan what a form says; what is wrong goes into the form's problems."""
    under = _under(World(plan))
    _thirds(form, plan, Options(under))
    above = forms.unlike({**_third_names(plan), **under}, {})
    _steps(form, plan, Options(above))


def _blocks(form: Form, sheet: str, name: str, key: str) -> list[list[Line]]:
    """Return the rows of a sheet, each thing with the rows below that go on with it."""
    out: list[list[Line]] = []
    for line in form.sheets[sheet]:
        fill = [f.name for f in marks()[sheet][1] if f.fill_in]
        if not any(line[c] for c in fill) and not line[key]:
            continue
        goes_on = not line[name] and out and line[key] in ("", out[-1][0][key])
        if goes_on:
            out[-1].append(line)
        else:
            out.append([line])
    return out


def _support(form: Form, block: Sequence[Line], cell: str, under: Options) -> list[str]:
    found: dict[str, None] = {}
    for line in block:
        found |= dict.fromkeys(form.some_of(line, cell, under))
    return sorted(found)


def _strays(form: Form, block: Sequence[Line], cells: Sequence[str]) -> None:
    """Keep a problem for a row that goes on with another, but says something of its own."""
    for line in block[1:]:
        for cell in cells:
            if line[cell]:
                hint = "Give the row a name (or number) of its own, or empty this cell."
                form.problems.append(
                    line.problem("ME0644", cell, "this row only goes on with the one above", hint=hint)
                )


def _put(
    form: Form,
    plan: Plan,
    line: Line,
    name: str,
    table: str,
    key: str,
    cells: Mapping[str, str],
    old: Mapping[str, str] | None,
    links: Sequence[str],
) -> None:
    """Add or change one thing with its links."""
    one = old[key] if old else plan.new_id(table)
    now = _links(plan, f"{table}_support", key, one)
    if old and now == list(links) and all(plan_text(plan, cells[c]) == old[c] for c in cells):
        plan.same += 1
        return
    columns = list(cells)
    if old and line[SHOWN] and _digest(old, columns, now) != line[SHOWN]:
        hint = "Write the form anew, and look at what it says now. Nothing was entered."
        form.problems.append(
            line.problem("ME0643", name, "somebody changed this after the form was written", hint=hint)
        )
        return
    plan.put(table, {**(old or {}), key: one, **cells})
    for link in now:
        if link not in links:
            plan.take(f"{table}_support", one, link)
    for link in links:
        if link not in now:
            plan.put(f"{table}_support", {key: one, "supported_by": link})


def _thirds(form: Form, plan: Plan, under: Options) -> None:
    done: set[str] = set()
    for block in _blocks(form, "Third-order constructs", "third-order construct", "third order id"):
        line = block[0]
        _strays(form, block, ("what it says", "where it is from", "theory it leans on", "how firm"))
        label = form.needs(line, "third-order construct", "give it a name")
        says = form.needs(line, "what it says", "say what it says")
        source = form.one_of(line, "where it is from", SOURCES, needed=True)
        status = form.one_of(line, "how firm", _FIRM) or "provisional"
        dropped = status == "dropped"
        links = _support(form, block, "it rests on", under) if not dropped else None
        if not (label and says and source):
            continue
        if plain(label) in done:
            form.problems.append(line.problem("ME0644", "third-order construct", "this name stands there twice"))
            continue
        done.add(plain(label))
        one = line["third order id"]
        old = plan.get("third_order", one) if one else None
        if one and old is None:
            form.problems.append(line.problem("ME0640", "third-order construct", "this row has lost what it is about"))
            continue
        old = old or next((r for r in plan.all("third_order") if plain(r["label"]) == plain(label)), None)
        cells = {
            "label": label,
            "statement": says,
            "source": source,
            "theory": line["theory it leans on"],
            "status": status,
        }
        if links is None:
            # What was dropped keeps its links: they say what it rested on.
            links = _links(plan, "third_order_support", "third_order_id", old["third_order_id"]) if old else []
        _put(form, plan, line, "third-order construct", "third_order", "third_order_id", cells, old, links)


def _steps(form: Form, plan: Plan, above: Options) -> None:
    done: dict[str, Line] = {}
    for block in _blocks(form, "Line of argument", "step", "step id"):
        line = block[0]
        _strays(form, block, ("what the step says", "theory that orders it"))
        place = form.needs(line, "step", "give the step its place: 1, 2, 3 ...")
        says = form.needs(line, "what the step says", "say what the step says")
        links = _support(form, block, "the step rests on", above)
        if place and not place.isdecimal():
            form.problems.append(line.problem("ME0641", "step", "is no place in the argument", allowed="1, 2, 3 ..."))
            continue
        if not (place and says):
            continue
        if place in done:
            form.problems.append(line.problem("ME0644", "step", "two steps have this place"))
            continue
        done[place] = line
        one = line["step id"]
        old = plan.get("line_of_argument", one) if one else None
        if one and old is None:
            form.problems.append(line.problem("ME0640", "step", "this row has lost what it is about"))
            continue
        cells = {"position": place, "statement": says, "theory": line["theory that orders it"]}
        old = old or next((r for r in plan.all("line_of_argument") if r["statement"] == plan_text(plan, says)), None)
        _put(form, plan, line, "what the step says", "line_of_argument", "step_id", cells, old, links)
