"""Fragments about phases 4 and 5: groups, relations, concepts, the translation matrix, refutations."""

from __future__ import annotations

from metaethno.figures.grid import WORDS, Panel, panels_of
from metaethno.fragments import markdown as md
from metaethno.fragments.data import ReportData, rows, texts
from metaethno.quoting import in_marks

MARKS = {"reciprocal": "●", "refutational": "×", "nothing_there": "·", "not_read": "–"}
_TODO = "Concepts and translations come with phase 5; the sheets of `metaethno todo translation` take them."


def names_of(data: ReportData) -> dict[str, str]:
    """Return the names of studies and constructs by id."""
    return (
        texts(data.constructs, "construct_id", "label")
        | texts(data.characteristics, "study_id", "label")
        | texts(data.studies, "study_id", "label")
    )


def groups(data: ReportData) -> str:
    """Return the groups with their members and the reason for each."""
    label, caption = "groups", "Groups of studies that were translated together."
    if bool((data.group_members["primary"] != "yes").any()):
        caption += " “Also” marks a member whose main group is another one."
    if not len(data.groups):
        return md.nothing_yet("The studies are not grouped yet.", "Phase 4 comes first.", caption, label)
    names = names_of(data)
    body = []
    for row in rows(data.groups):
        members = data.group_members[data.group_members["group_id"] == row["group_id"]]
        said = [
            md.listed([names.get(m["member_id"], m["member_id"])]) + ("" if m["primary"] == "yes" else " (also)")
            for m in rows(members)
        ]
        body.append([f"**{md.escape(row['label'])}**", md.escape(row["rationale"]), "; ".join(said)])
    return md.table(["Group", "Why these belong together", "Members"], body, caption, label, (3, 5, 6))


def relations(data: ReportData) -> str:
    """Return how studies or constructs relate, with who judged it."""
    label, caption = "relations", "How the studies relate to one another."
    if not len(data.relations):
        return md.nothing_yet("No relation is recorded yet.", "", caption, label)
    names = names_of(data)
    kinds = {"line_of_argument": "parts of one argument"}
    body = []
    for row in rows(data.relations):
        members = _members(data, md.joined(row["member_ids"]), names)
        who = f"{md.escape(data.named(row['judged_by']))}, {row['judged_on']}"
        body.append([members, kinds.get(row["kind"], row["kind"]), md.escape(row["evidence"]), who])
    return md.table(["Studies or constructs", "How they relate", "What shows it", "Judged by, on"], body, caption,
                    label, (5, 3, 6, 3))  # fmt: skip


def _members(data: ReportData, ids: list[str], names: dict[str, str]) -> str:
    """Return who stands in a relation: a whole group and all studies by that name, others one by one."""
    if len(ids) > 2 and set(ids) == set(data.studies["study_id"]):
        return f"all {len(ids)} studies"
    for group in rows(data.groups) if len(ids) > 2 else ():
        inside = data.group_members.loc[data.group_members["group_id"] == group["group_id"], "member_id"]
        if set(ids) == set(inside):
            return f"the {len(ids)} members of the group “{md.escape(group['label'])}”"
    return md.listed(names.get(m, m) for m in ids)


def matrix_figure(data: ReportData) -> str:
    """Return the picture of the matrix."""
    panels = panels_of(data.matrix)
    concepts, studies = sum(len(p.concepts) for p in panels), len({s for p in panels for s, _ in p.studies})
    alt = (
        f"A grid of {concepts} concepts by {studies} studies in {len(panels)} groups; a filled cell is a translation. "
        "The table of the matrix holds the same marks as text."
        if panels
        else "An empty grid: nothing is translated yet."
    )
    caption = (
        "The translation matrix: concepts by studies, in the order of reading. At the right, the number of studies."
    )
    return f'![{caption}](../_generated/matrix){{#fig-matrix fig-alt="{md.attribute(alt)}"}}\n'


def matrix_order(data: ReportData) -> tuple[list[Panel], list[str], dict[str, str]]:
    """Return the table of the matrix as (its groups, its studies in the order of reading, the studies' names)."""
    place: dict[str, tuple[int, str]] = {}
    for row in rows(data.matrix):
        position = row["position"]
        at = 10**6 if position != position or position is None else int(position)
        place[row["study_id"]] = min((at, row["study_label"]), place.get(row["study_id"], (10**6, "\uffff")))
    studies = sorted(place, key=lambda s: (place[s][0], s))
    return panels_of(data.matrix), studies, {s: place[s][1] for s in studies}


def matrix(data: ReportData) -> str:
    """Return Table 2 over all groups: concepts by studies, as marks."""
    label, caption = "matrix", "The translation matrix: concepts by studies."
    panels, studies, names = matrix_order(data)
    if not panels:
        return md.nothing_yet("Nothing is translated yet.", _TODO, caption, label)
    body = []
    for panel in panels:
        inside = {s for s, _ in panel.studies}
        for i, (concept, name) in enumerate(panel.concepts):
            marks = [MARKS[panel.cells.get((concept, s), "not_read")] if s in inside else " " for s in studies]
            group = f"**{md.escape(panel.label)}**" if i == 0 else " "
            body.append([group, md.escape(name), *marks, str(panel.supporting(concept))])
    # Columns are narrow: they are headed by the ids that people gave, or else numbered in the order of reading.
    own = all(md.of_a_person(s) for s in studies)
    heads = {s: md.escape(s) if own else str(n) for n, s in enumerate(studies, 1)}
    key = "; ".join(f"{heads[s]}: {md.listed([names[s]])}" for s in studies)
    headers = ["Group", "Concept", *heads.values(), "Studies"]
    shares, last = [5, 9, *[2] * len(studies), 2], len(studies) + 2
    made = md.table(headers, body, caption, label, shares, [last], marks=range(2, last))
    used = {cell for panel in panels for cell in panel.cells.values()}
    signs = "; ".join(f"{MARKS[cell]} {words}" for cell, words in WORDS.items() if cell in used)
    signs = f"{signs}; an empty cell: the study is not a member of this group."
    return md.landscape(md.lines([made, signs, key + "."]))


def matrix_groups(data: ReportData) -> str:
    """Return the translations of each group: construct, wording, kind, where it stands."""
    translated = data.matrix[data.matrix["cell"] == "translation"]
    if not len(translated):
        return md.nothing_yet("Nothing is translated yet.", _TODO, "Translations, concept by concept.", "matrix-1")
    parts = []
    for i, (_, part) in enumerate(translated.groupby("group_id", sort=True), 1):
        name = md.escape(part["group_label"].iloc[0])
        body, before = [], ""
        for row in rows(part):
            term = md.escape(in_marks(row["authors_term"]))
            concept = f"**{md.escape(row['concept_label'])}**" if row["concept_id"] != before else " "
            before = row["concept_id"]
            said = row["kind"] + ("" if row["status"] == "accepted" else f", {row['status']}")
            body.append([
                concept, md.listed([row["study_label"]]), md.escape(row["label"]), term, md.escape(row["wording"]),
                said,
                md.escape("; ".join(v for v in (row["citations"], row["locators"]) if v)),
            ])  # fmt: skip
        headers = ["Concept", "Study", "Construct", "Authors’ term", "In the concept’s terms", "Kind", "Where"]
        caption = f"Translations in the group “{name}”."
        made = md.table(headers, body, caption, f"matrix-{i}", (5, 4, 6, 4, 6, 3, 5))
        parts.append(md.landscape(made))  # on the pages of the matrix
    return md.lines(parts)


def concepts(data: ReportData) -> str:
    """Return the concepts with the constructs that were translated into them, and where those stand."""
    label = "concepts"
    caption = (
        "Concepts, with the constructs that were translated into them; in quotation marks, the authors’ own terms."
    )
    if not len(data.concepts):
        return md.nothing_yet("No concept yet.", _TODO, caption, label)
    support = {r["target_id"]: r for r in rows(data.support)}
    body = []
    for row in rows(data.concepts):
        part = data.matrix[(data.matrix["concept_id"] == row["concept_id"]) & (data.matrix["cell"] == "translation")]
        said = []
        for t in rows(part):
            term = md.escape(in_marks(t["authors_term"]) or t["label"])
            said.append((f"{term} ({md.escape(t['citations'])})" if t["citations"] else term, t["locators"]))
        studies = support.get(row["concept_id"], {}).get("studies", part["study_id"].nunique())
        status = "" if row["status"] == "settled" else f" ({row['status']})"
        body.append([f"**{md.escape(row['label'])}**{status}", md.escape(row["definition"]),
                     "; ".join(term for term, _ in said), md.listed(dict.fromkeys(where for _, where in said if where)),
                     md.number(studies)])  # fmt: skip
    headers = ["Concept", "What it means", "Constructs", "Where they stand", "Studies"]
    return md.wide(md.table(headers, body, caption, label, (5, 7, 7, 6, 1), (4,)), len(headers))


def concepts_brief(data: ReportData) -> str:
    """Return the concepts with the studies that were translated into each, for the page of a manuscript."""
    label, caption = "concepts-brief", "Concepts, and the studies that were translated into each."
    kept = data.concepts[data.concepts["status"] != "dropped"]
    if not len(kept):
        return md.nothing_yet("No concept yet.", _TODO, caption, label)
    translated = data.matrix[(data.matrix["cell"] == "translation") & (data.matrix["status"] != "rejected")]
    body = []
    for row in rows(kept):
        names = list(dict.fromkeys(translated.loc[translated["concept_id"] == row["concept_id"], "study_label"]))
        which = md.listed(names)
        body.append([f"**{md.escape(row['label'])}**", md.escape(row["definition"]), which, str(len(names))])
    return md.table(["Concept", "What it means", "Studies", "Number"], body, caption, label, (5, 7, 7, 1), (3,))


def refutations(data: ReportData) -> str:
    """Return where accounts contradict one another, and that it was looked for in each group."""
    label, caption = "refutations", "Refutation: where it was looked for, and what was found."
    if not len(data.refutation_checks) and not len(data.refutations):
        return md.nothing_yet("Refutation has not been looked for yet.", "", caption, label)
    names, labels = names_of(data), texts(data.groups, "group_id", "label")
    body = []
    for row in rows(data.refutations):
        pair = " against ".join(md.escape(names.get(row[side], row[side])) for side in ("left_id", "right_id"))
        said = "; ".join(md.escape(v) for v in (row["aspect"], row["explanation"], row["resolution"]) if v)
        who = f"{md.escape(data.named(row['judged_by']))}, {row['judged_on']}"
        body.append([md.escape(labels.get(row["group_id"], row["group_id"])), pair, said, who])
    words = {"found": "looked for and found", "none_found": "looked for, none found"}
    for row in rows(data.refutation_checks):
        who = f"{md.escape(data.named(row['searched_by']))}, {row['searched_on']}"
        group = md.escape(labels.get(row["group_id"], row["group_id"]))
        body.append([group, words[row["outcome"]], md.escape(row["note"]), who])
    headers = ["Group", "What", "About what, and how it is resolved", "Judged by, on"]
    return md.table(headers, body, caption, label, (4, 5, 7, 3))


def aspects(data: ReportData) -> str:
    """Return the grid that studies were compared in: what each says on each aspect."""
    label, caption = "aspects", "What the studies were compared on, and what each says."
    if not len(data.aspects):
        todo = "The grid of studies and aspects is filled in a sheet: `metaethno todo relating`."
        return md.nothing_yet("The studies are not compared in a grid yet.", todo, caption, label)
    names = names_of(data)
    said = {(r["study_id"], r["aspect"]): r["says"] for r in rows(data.aspects)}
    which = sorted({aspect for _, aspect in said})
    studies = sorted({study for study, _ in said}, key=lambda s: (names.get(s, s), s))
    body = [[f"**{md.listed([names.get(s, s)])}**", *(md.escape(said.get((s, a), "")) for a in which)] for s in studies]
    headers = ["Study", *(md.escape(a) for a in which)]
    return md.wide(md.table(headers, body, caption, label, (3, *[6] * len(which))), len(headers))


def matrix_by_study(data: ReportData) -> str:
    """Return the matrix the other way round, group by group: studies by concepts, as marks."""
    panels = panels_of(data.matrix)
    if not panels:
        return md.nothing_yet("Nothing is translated yet.", _TODO, "Studies by concepts.", "studies-1")
    parts = []
    for i, panel in enumerate(panels, 1):
        body = [
            [f"**{md.listed([name])}**", *(MARKS[panel.cells.get((c, study), "not_read")] for c, _ in panel.concepts)]
            for study, name in panel.studies
        ]
        headers = ["Study", *(str(n) for n in range(1, len(panel.concepts) + 1))]
        caption = f"Studies by concepts in the group “{md.escape(panel.label)}”."
        shares = [5, *[1] * len(panel.concepts)]
        made = md.table(headers, body, caption, f"studies-{i}", shares, marks=range(1, len(shares)))
        key = "; ".join(f"{n}: {md.escape(name)}" for n, (_, name) in enumerate(panel.concepts, 1))
        parts.append(md.landscape(md.lines([made, f"{key}."])))
    return md.lines(parts)


_EVENTS = {
    "made": "made",
    "first_translated": "first translated into",
    "renamed": "renamed",
    "reworded": "reworded",
    "split": "split into",
    "came_of_split": "came of the split of",
    "merged": "merged into",
    "took_in": "took in",
    "dropped": "dropped",
}


def trail(data: ReportData) -> str:
    """Return what became of each concept: made, renamed, reworded, split, merged, dropped."""
    label, caption = "trail", "What became of the concepts: by whom, when and why."
    changed = data.trail[data.trail["event"] != "first_translated"]
    if not len(changed):
        said = "No concept was noted as made, changed or dropped." if len(data.concepts) else "No concept yet."
        return md.nothing_yet(said, "", caption, label)
    body, before = [], ""
    for row in rows(changed.sort_values(["concept_label", "concept_id", "position"], kind="stable")):
        name = f"**{md.escape(row['concept_label'])}**" if row["concept_id"] != before else " "
        before = row["concept_id"]
        words = " → ".join(md.escape(in_marks(row[c])) for c in ("before", "after") if row[c])
        event = _EVENTS[row["event"]]
        said = " ".join(p for p in (event, md.escape(row["others"])) if p) + (f": {words}" if words else "")
        body.append([name, said, md.escape(row["why"]), f"{md.escape(data.named(row['by']))}, {row['changed_on']}"])
    return md.table(["Concept", "What happened", "Why", "By, on"], body, caption, label, (5, 8, 6, 3))


def alternatives(data: ReportData) -> str:
    """Return the translations that were rejected, and other readings that were weighed."""
    label, caption = "alternatives", "Translations that were rejected, and other readings that were weighed."
    wanted = data.translations[
        data.translations["status"].eq("rejected") | data.translations["alternative_reading"].ne("")
    ]
    if not len(wanted):
        said = "No translation was rejected, and no other reading is noted."
        return md.nothing_yet(said if len(data.translations) else "Nothing is translated yet.", "", caption, label)
    names, concepts = names_of(data), texts(data.concepts, "concept_id", "label")
    body = []
    for row in rows(wanted.sort_values(["concept_id", "construct_id", "translation_id"], kind="stable")):
        rejected = row["status"] == "rejected"
        said = f"rejected: {md.escape(row['reason'])}" if rejected else "stands"
        body.append(
            [
                md.escape(names.get(row["construct_id"], row["construct_id"])),
                md.escape(concepts.get(row["concept_id"], row["concept_id"])),
                md.escape(row["wording"]),
                md.escape(row["alternative_reading"]),
                said,
                f"{md.escape(data.named(row['translators']))}, {row['translated_on']}",
            ]
        )
    headers = ["Construct", "Concept", "In the concept’s terms", "Another reading", "What became of it", "By, on"]
    return md.wide(md.table(headers, body, caption, label, (5, 5, 6, 6, 6, 3)), len(headers))


def differences(data: ReportData) -> str:
    """Return where two translators who worked apart differ, and what was settled."""
    label, caption = "differences", "Two translators’ versions, side by side, where they differ."
    found = data.differences
    agreed = int(found["state"].eq("agree").sum())
    shown = found[found["state"] != "agree"]
    if not len(shown):
        said = "No study was translated by two persons apart."
        said = (
            f"All {agreed} constructs that two persons translated apart went into the same concepts."
            if agreed
            else said
        )
        return md.nothing_yet(said, "", caption, label)
    names, concepts = names_of(data), texts(data.concepts, "concept_id", "label")
    words = {"differ": "open", "one_only": "open: one of the two only", "settled": "settled"}
    body = []
    for row in rows(shown):
        sides = []
        for side in ("left", "right"):
            into = md.listed(concepts.get(c, c) for c in md.joined(row[f"{side}_concepts"])) or md.MISSING
            wording = f": {md.escape(row[f'{side}_wording'])}" if row[f"{side}_wording"] else ""
            sides.append(f"{md.escape(data.named(row[side]))}: {into}{wording}")
        body.append([md.escape(names.get(row["construct_id"], row["construct_id"])), *sides, words[row["state"]]])
    made = md.table(["Construct", "One", "The other", "State"], body, caption, label, (5, 8, 8, 3))
    return md.lines([made, f"On {md.plural(agreed, 'other construct', 'other constructs')} the two agree."])
