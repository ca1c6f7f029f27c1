"""Fragments about how the review stands: what is open, what the checks say, who took part, what made the report."""

from __future__ import annotations

from collections.abc import Mapping

from metaethno.fragments import markdown as md
from metaethno.fragments.boxes import AS_2009, boxes_of, with_addends
from metaethno.fragments.data import ReportData, rows
from metaethno.fragments.provisional import MARK, marked_boxes, may_change, open_counts
from metaethno.places import Places, shown
from metaethno.statements import not_applicable, settle

STAGES_OF_CHECKS = {
    "search_checks": "search",
    "screening_checks": "screening",
    "eligibility_checks": "eligibility",
    "extraction_checks": "extraction",
    "translation_checks": "translation",
    "synthesis_checks": "synthesis",
    "prose_checks": "reports",
}
_LEVELS = ("error", "warning", "note")
_LISTED = 5  # failing checks that the banner prints; the page with the checks has all


def findings(data: ReportData) -> list[dict[str, str]]:
    """Return the findings of all stages as rows of schemas.FINDINGS, all cells text; the worst first."""
    places = Places(lambda path: data.decisions.get(path))
    found = []
    for name, stage in STAGES_OF_CHECKS.items():
        for row in rows(getattr(data, name)):
            file, line = places.of(row)
            said = {k: "" if v != v or v is None or str(v) == "<NA>" else str(v) for k, v in row.items()}
            found.append({**said, "stage": stage, "file": file, "line": str(line or "")})
    open_, settled = settle(found, rows(data.statements))
    every = [{**row, "state": "open"} for row in open_] + [{**row, "state": "settled"} for row in settled]
    order = list(STAGES_OF_CHECKS.values())
    return sorted(
        every,
        key=lambda r: (_LEVELS.index(r["level"]), order.index(r["stage"]), r["code"], r["ids"], r["message"]),
    )


def checks_of(data: ReportData) -> list[dict[str, str]]:
    """Return the findings that no signed statement settles, the worst first, each with its stage, file and line."""
    return [row for row in findings(data) if row["state"] == "open"]


def open_decisions(data: ReportData) -> str:
    """Return what is open, for whom, and what to do."""
    label, caption = "open", "Open decisions."
    n = open_counts(data)
    whom = "; ".join(sorted(set(data.screening_to_decide["for"]))) if n["screening"] else ""
    said = {
        "duplicates": ("pairs of records that may be one", "", "`metaethno todo dedupe`"),
        "screening": ("records to screen", whom, "`metaethno todo screening`"),
        "conflicts": ("conflicts between reviewers", "adjudicator", "`metaethno todo screening` or `eligibility`"),
        "eligibility": ("full texts to get or to assess", "", "`metaethno todo eligibility`"),
        "stale": ("interpretations whose evidence changed", "", "read them again, then `metaethno sign`"),
    }
    body = [[what, md.number(n[k]), md.escape(who and data.named(who)) or "any reviewer", todo]
            for k, (what, who, todo) in said.items() if n[k]]  # fmt: skip
    if not body:
        return md.lines([md.nothing_yet("No decision is open.", "", caption, label, "Open"), *unsigned(data)])
    made = md.table(["What", "How many", "Whose", "What to do"], body, caption, label, (5, 2, 3, 5), (1,))
    return md.lines([made, *unsigned(data)])


def unsigned(data: ReportData) -> list[str]:
    """Return a sentence on the interpretations that nobody has signed; they are no open decisions."""
    n = int((data.stale["state"] == "not_reviewed").sum())
    if not n:
        return []
    are = "interpretation has" if n == 1 else "interpretations have"
    return [
        f"Signing is counted apart from decisions: {n:,} {are} not been signed, which is not asked of a final version. "
        "`metaethno sign` takes a signature."
    ]


def banner(data: ReportData) -> str:
    """Return a warning that the numbers are provisional, or nothing where nothing is open and no check fails."""
    n = open_counts(data)
    errors = [row for row in checks_of(data) if row["level"] == "error"]
    words = {
        "duplicates": ("doubtful pair", "doubtful pairs"),
        "screening": ("record to screen", "records to screen"),
        "conflicts": ("conflict", "conflicts"),
        "eligibility": ("full text to assess", "full texts to assess"),
        "stale": ("interpretation to read again", "interpretations to read again"),
    }
    parts = [md.plural(n[k], *word) for k, word in words.items() if n[k]]
    if errors:
        parts.append(md.plural(len(errors), "check that fails", "checks that fail"))
    if not parts:
        return "\n"
    body = [
        f"Still open: {', '.join(parts)}. Numbers that rest on them carry the mark {MARK} and may change. The start "
        "page lists what is open, and whose it is."
    ]
    if errors:
        more = len(errors) - _LISTED
        body.append("\n".join(f"- {md.escape(row['message'])}" for row in errors[:_LISTED]))
        body += [f"and {md.plural(more, 'more check that fails', 'more checks that fail')}."] if more > 0 else []
    return md.callout("warning", "Provisional", "\n\n".join(body))


def checks(data: ReportData) -> str:
    """Return what the checks of all stages found."""
    label = "checks"
    caption = "What the checks found. A check can only find fault: passing one says nothing of quality."
    found = checks_of(data)
    if not found:
        return md.nothing_yet("The checks found nothing.", "", caption, label, "Found")
    body = [
        [row["level"], row["code"], md.escape(_where(row)), md.escape(row["message"]), md.with_code(row["hint"])]
        for row in found
    ]
    return md.table(["Level", "Check", "Where", "What was found", "What to do"], body, caption, label, (2, 2, 4, 8, 6))


def _where(row: dict[str, str]) -> str:
    return shown(row["file"], int(row["line"] or 0))


def statements(data: ReportData) -> str:
    """Return what people stated where a program cannot judge."""
    label, caption = "statements", "Signed statements: what a person says where a program cannot judge."
    found = [row for row in findings(data) if row["state"] == "settled"]
    body = [
        [f"{row['code']}: {md.escape(row['message'])}", md.escape(row["statement"]), _who(data, row)] for row in found
    ]
    for code, row in sorted(not_applicable(rows(data.statements)).items()):
        body.append([f"{md.escape(code)} does not apply", md.escape(row["text"]), _who(data, row)])
    if not body:
        todo = "`metaethno sign statement` lists what a person can settle."
        return md.nothing_yet("Nobody has stated anything yet.", todo, caption, label)
    return md.table(["About", "Statement", "By, on"], body, caption, label, (7, 9, 4))


def _who(data: ReportData, row: Mapping[str, str]) -> str:
    stand_in = ", a stand-in" if data.is_stand_in(row["stated_by"]) else ""
    return f"{md.escape(data.named(row['stated_by']))}{stand_in}, {md.escape(row['stated_on'])}"


def glance(data: ReportData) -> str:
    """Return the review in numbers."""
    label, caption = "glance", "The review in numbers; in brackets, by run."
    boxes = boxes_of(data.flow, data.config.flow.views[0])

    marked = marked_boxes(data, AS_2009)

    def n(box: str) -> str:
        counts = boxes.as_2009(box)
        said = with_addends(counts["all"], [v for k, v in sorted(counts.items()) if k != "all"])
        return said + (MARK if box in marked else "")

    def later(n: int, stage: str) -> str:
        return md.number(n) + (MARK if may_change(data, stage) else "")

    body = [
        ["Records identified", n("identified")],
        ["Records after duplicates were removed", n("after_duplicates")],
        ["Records excluded on title and abstract", n("screened_excluded")],
        ["Full texts", n("full_text")],
        ["Full texts left out", n("full_text_excluded")],
        ["Reports included", n("included_reports")],
        ["Studies included", n("included_studies")],
        ["Constructs of the studies", later(data.constructs["construct_id"].nunique(), "extraction")],
        ["Concepts they were translated into", later((data.concepts["status"] != "dropped").sum(), "translation")],
        ["Third-order constructs", later((data.third_order["status"] != "dropped").sum(), "synthesis")],
        ["Steps of the line of argument", later(len(data.line_of_argument), "synthesis")],
    ]
    return md.table(["What", "Number"], body, caption, label, (6, 3), (1,))


def team(data: ReportData) -> str:
    """Return who took part; a stand-in is called one."""
    body = [
        [
            md.escape(key),
            md.escape(person.name),
            md.escape(person.role),
            md.escape(person.standpoint),
            "stand-in, no real person" if person.stand_in else "person",
        ]
        for key, person in data.config.team.items()
    ]
    return md.table(["Id", "Name", "Part", "Standpoint", "Kind"], body, "The team.", "team", (3, 4, 5, 6, 3))


def engine(data: ReportData) -> str:
    """Return what made the report: the program; the engine that rendered a page stands at the foot of that page."""
    digest = data.hashes.get("engine.lock", "")
    lock = f" (SHA-256 `{digest[:16]}…`)" if digest else ""
    return (
        "Every table, figure and number was made by metaethno from the review’s own files; the program’s version and a "
        f"hash of the code of every stage stand in `engine.lock`{lock}. The engine that rendered this page, and its "
        "version, are named with the page.\n"
    )
