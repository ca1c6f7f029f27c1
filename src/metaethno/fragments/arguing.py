"""Fragments about phase 6: third-order constructs, the line of argument, what each rests on, what is to be reread."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from metaethno.fragments import markdown as md
from metaethno.fragments.data import ReportData, rows, texts
from metaethno.fragments.translating import names_of

_KINDS = {"concept": "concept", "third_order": "third-order construct", "step": "step of the argument"}
_MANY = {"concept": "concepts", "third_order": "third-order constructs", "step": "steps of the argument"}


def _named(data: ReportData) -> dict[str, str]:
    refuted = texts(data.refutations, "refutation_id", "aspect")
    concepts = texts(data.concepts, "concept_id", "label")
    groups = texts(data.groups, "group_id", "label")
    return groups | names_of(data) | refuted | concepts | texts(data.third_order, "third_order_id", "label")


def _rests_on(data: ReportData, frame: Any, key: str, target: str) -> str:
    names = _named(data)
    ids = list(frame.loc[frame[key] == target, "supported_by"])
    return "; ".join(f"{md.escape(names[i])}{md.beside(i)}" if names.get(i) else md.escape(i) for i in ids)


def _studies(data: ReportData, target: str) -> str:
    """Return how many studies an interpretation rests on, and which."""
    found = data.support[data.support["target_id"] == target]
    if not len(found):
        return md.MISSING
    row = rows(found)[0]
    names = texts(data.studies, "study_id", "label")
    which = md.listed(names.get(s, s) for s in md.joined(row["study_ids"]))
    return f"**{md.plural(int(row['studies']), 'study', 'studies')}:** {which}" if which else "no study"


def third_order(data: ReportData) -> str:
    """Return the third-order constructs with what they rest on, counted by study."""
    label, caption = "third-order", "Third-order constructs, and the studies each rests on."
    kept = data.third_order[data.third_order["status"] != "dropped"]
    if not len(kept):
        return md.nothing_yet("No third-order construct yet.", "They are the work of phase 6.", caption, label)
    source = {"from_studies": "from the studies", "brought_by_reviewer": "brought by the reviewer"}
    body = []
    for row in rows(kept):
        name = f"**{md.escape(row['label'])}**{md.beside(row['third_order_id'])}"
        name += "" if row["status"] == "settled" else ", provisional"
        origin = source[row["source"]] + (f". Theory: {md.escape(row['theory'])}" if row["theory"] else "")
        rests = _rests_on(data, data.third_order_support, "third_order_id", row["third_order_id"])
        body.append([f"{name}: {md.escape(row['statement'])}", origin, rests, _studies(data, row["third_order_id"])])
    headers = ["Third-order construct", "Where it comes from", "Rests on", "Studies"]
    return md.table(headers, body, caption, label, (7, 4, 8, 5))


def argument(data: ReportData) -> str:
    """Return the line of argument, step by step, with what each step rests on."""
    label, caption = "argument", "The line of argument, and what each step rests on."
    if not data.config.synthesis.line_of_argument:
        said = "This synthesis makes no line of argument; the configuration says so."
        return md.nothing_yet(said, "", caption, label)
    if not len(data.line_of_argument):
        return md.nothing_yet("No step of the argument is written yet.", "", caption, label)
    body = []
    for row in sorted(rows(data.line_of_argument), key=lambda r: (int(r["position"]), r["step_id"])):
        rests = _rests_on(data, data.line_of_argument_support, "step_id", row["step_id"])
        said = md.escape(row["statement"]) + (f" *({md.escape(row['theory'])})*" if row["theory"] else "")
        body.append([str(row["position"]), said, rests, _studies(data, row["step_id"])])
    headers = ["Step", "What it says (in italics: the theory)", "Rests on", "Studies"]
    return md.table(headers, body, caption, label, (1, 8, 6, 6), (0,))


def support(data: ReportData) -> str:
    """Return for every interpretation how many groups, studies, reports and constructs it rests on."""
    label, caption = "support", "What each interpretation rests on, counted by study."
    if not len(data.support):
        return md.nothing_yet("There is no interpretation yet.", "", caption, label)
    body = []
    for row in sorted(rows(data.support), key=lambda r: _order(data, r)):
        share = f"{round(100 * float(row['largest_share']))} %" if row["largest_share"] else ""
        numbers = [md.number(row[c]) for c in ("groups", "studies", "reports", "constructs")]
        body.append([_beside(data, row), md.escape(row["label"]), *numbers, share])
    headers = ["What", "Name or statement", "Groups", "Studies", "Reports", "Constructs", "Largest share of one study"]
    return md.table(headers, body, caption, label, (4, 9, 2, 2, 2, 2, 3), (2, 3, 4, 5, 6))


def leave_out(data: ReportData) -> str:
    """Return what the argument would lose without a single study."""
    label, caption = "leave-out", "What third-order constructs and steps would lose without one study."
    shown = data.leave_one_out[(data.leave_one_out["state"] != "holds") | (data.leave_one_out["lost_ids"] != "")]
    if not len(shown):
        said = "Without any one study, every third-order construct and step still rests on enough others."
        said = said if len(data.leave_one_out) else "There is no interpretation yet."
        return md.nothing_yet(said, "", caption, label)
    studies, names = texts(data.studies, "study_id", "label"), _named(data)
    words = {"holds": "holds", "falls_below": "rests on too few", "nothing_left": "rests on nothing"}
    body, last = [], ""
    for row in sorted(rows(shown), key=lambda r: (_order(data, r), r["study_id"])):
        share = f"{round(100 * float(row['share']))} %" if row["share"] else ""
        lost = md.listed(names.get(i, i) for i in md.joined(row["lost_ids"]))
        study = md.listed([studies.get(row["study_id"], row["study_id"])])
        numbers = [share, md.number(row["studies_left"])]
        what = _called(data, row, names)
        body.append([f"**{what}**" if what != last else " ", study, *numbers, lost, words[row["state"]]])
        last = what
    headers = ["What", "Without", "Share of constructs", "Studies left", "Lost altogether", "Then it"]
    return md.table(headers, body, caption, label, (4, 5, 2, 2, 7, 3), (2, 3))


def _steps(data: ReportData) -> dict[str, int]:
    return {row["step_id"]: int(row["position"]) for row in rows(data.line_of_argument)}


def _order(data: ReportData, row: dict[str, Any]) -> tuple[int, int, str]:
    """Return where an interpretation stands: the steps in their order, then third-order constructs, then concepts."""
    place = {"step": 0, "third_order": 1, "concept": 2}[row["target_kind"]]
    return place, _steps(data).get(row["target_id"], 0), row["target_id"]


def _called(data: ReportData, row: dict[str, Any], names: Mapping[str, str]) -> str:
    """Return the kind of an interpretation with its number, an id that people gave, or its name."""
    if row["target_kind"] == "step":
        return f"step {_steps(data).get(row['target_id'], md.escape(row['target_id']))}"
    one = row["target_id"]
    name = md.escape(one) if md.of_a_person(one) else f"“{md.escape(names.get(one, one))}”"
    return f"{_KINDS[row['target_kind']]} {name}"


def _beside(data: ReportData, row: dict[str, Any]) -> str:
    """Return the kind of an interpretation whose name stands beside it, with its number or an id of people."""
    own = row["target_kind"] == "step" or md.of_a_person(row["target_id"])
    return _called(data, row, {}) if own else _KINDS[row["target_kind"]]


def stale(data: ReportData) -> str:
    """Return the interpretations whose evidence changed since they were signed, and those never signed."""
    label, caption = "stale", "Interpretations to be read again, or not yet signed."
    if not len(data.stale):
        said = "Every interpretation has been read against its evidence as it is now."
        said = said if len(data.support) else "There is no interpretation yet."
        return md.nothing_yet(said, "", caption, label)
    names = _named(data)
    body = []
    unsigned: dict[str, list[str]] = {}
    for row in sorted(rows(data.stale), key=lambda r: _order(data, r)):
        if row["state"] == "stale":
            signed = f"{md.escape(data.named(row['signed_by']))}, {row['signed_on']}"
            name = f"{md.escape(row['label'])} ({_beside(data, row)})"
            body.append(
                [
                    _KINDS[row["target_kind"]],
                    name,
                    f"changed since it was signed: {md.escape(row['what_changed'])}",
                    signed,
                ]
            )
        else:
            name = _called(data, row, names).removeprefix(_KINDS[row["target_kind"]]).strip()
            unsigned.setdefault(row["target_kind"], []).append(name)
    for kind, called in unsigned.items():
        what = md.plural(len(called), _KINDS[kind], _MANY[kind])
        body.append([what, ", ".join(called), "not yet signed", ""])
    return md.table(["What", "Which", "State", "Last signed"], body, caption, label, (3, 8, 4, 3))


def memos(data: ReportData) -> str:
    """Return the memos."""
    label, caption = "memos", "Memos of the reviewers."
    if not len(data.memos):
        todo = "Reflexive memos, other readings and decisions of method stand here."
        return md.nothing_yet("No memo yet.", todo, caption, label)
    names = _named(data)
    body = []
    for row in sorted(rows(data.memos), key=lambda r: (r["written_on"], r["memo_id"])):
        about = md.escape(names.get(row["target_id"], row["target_id"])) or "the review"
        by = md.escape(data.named(row["author"]))
        body.append([row["written_on"], row["kind"], about, md.escape(row["text"]), by])
    return md.table(["Written on", "Kind", "About", "Memo", "By"], body, caption, label, (3, 2, 4, 9, 3))
