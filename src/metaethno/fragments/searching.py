"""Fragments about the search and the selection: what was searched and how, reruns, duplicates, criteria, agreement."""

from __future__ import annotations

from collections import Counter

from metaethno.fragments import markdown as md
from metaethno.fragments.data import ReportData, rows

STAND_IN_NUMBER = "stand-in number"
KINDS = {
    "database": "database",
    "register": "register",
    "citation_backward": "reference lists",
    "citation_forward": "citing works",
    "hand_search": "hand search",
    "website": "website",
    "organisation": "organisation",
    "contact": "contact",
    "other": "other",
}


def stand_in_runs(data: ReportData) -> set[str]:
    """Return the runs whose counts the search log calls stand-in numbers."""
    notes = data.sources["note"].str.contains(STAND_IN_NUMBER, case=False, regex=False)
    return set(data.sources.loc[notes.astype(bool), "run"]) if len(data.sources) else set()


def run_label(data: ReportData, run: str) -> str:
    """Return a run's date, marked where its counts are stand-in numbers."""
    return f"{run} (stand-in numbers)" if run in stand_in_runs(data) else run


def search(data: ReportData) -> str:
    """Return the search log, one row per search, with what PRISMA-S asks for."""
    label, caption = "search", "The searches: where, when, by whom, and how many records they gave."
    if not len(data.sources):
        todo = "Put the exports of your databases under `data/raw/` with `metaethno import`; each will be a row here."
        return md.nothing_yet("Nothing has been searched yet.", todo, caption, label)
    body = []
    for row in rows(data.sources.drop_duplicates(["run", "search_id"])):
        where = ", ".join(md.escape(v) for v in (row["source"], row["platform"]) if v)
        kind = KINDS.get(row["kind"], md.escape(row["kind"]))
        scope = "in\u00a0full" if row["scope"] == "full" else "only what is new"
        run = "" if row["run"] == row["searched_on"] else f"run {row['run']}"
        when = ", ".join(v for v in (row["searched_on"], run, scope, md.escape(data.named(row["searched_by"]))) if v)
        limits = "; ".join(v for v in (row["limits"], row["limits_reason"], row["filters"]) if v)
        body.append([
            f"{where} ({kind})", when, md.escape(limits) or "none stated", md.number(row["hits"]),
            md.number(row["parsed_search"]), md.escape(row["note"]),
        ])  # fmt: skip
    headers = ["Source", "Searched", "Limits and filters", "Hits shown", "In the files", "Note"]
    return md.table(headers, body, caption, label, (6, 5, 5, 2, 2, 7), (3, 4))


def strategies(data: ReportData) -> str:
    """Return every query as it was run, with the file that holds it; the same words are printed once."""
    if not len(data.sources):
        return "The queries will stand here, exactly as they were run, once there is a search log.\n"
    uses: dict[str, list[str]] = {}
    lacking = []
    for row in rows(data.sources.drop_duplicates(["run", "search_id"])):
        name = f"{row['source']}, {row['searched_on']}"
        if row["query_file"]:
            uses.setdefault(f"data/raw/{row['run']}/{row['query_file']}", []).append(name)
        elif row["kind"] in ("database", "register"):
            lacking.append(name)
    by_text: dict[str, list[str]] = {}
    for path in uses:
        by_text.setdefault(data.queries.get(path, ""), []).append(path)
    parts = []
    for text, paths in by_text.items():
        names = "; ".join(n for path in paths for n in uses[path])
        files = ", ".join(md.escape(p) for p in paths)
        shown = [line for line in text.splitlines() if line.strip()]
        quoted = "\n".join(f"> {md.escape(line)}\\" for line in shown).rstrip("\\")
        parts += [f"**{md.escape(names)}** ({files})", quoted or "The text of the query is in the file named above."]
        parts += _odd(data, paths)
    if lacking:
        parts.append(f"No query file is named for: {md.escape('; '.join(lacking))}.")
    return md.lines(parts) if parts else "The search log names no query file.\n"


def _odd(data: ReportData, paths: list[str]) -> list[str]:
    """Return what stage 1 found odd in a query: the reader sees it beside the query, as it was run."""
    found = data.search_checks[data.search_checks["table"] == paths[0]]
    said = [md.escape(row["message"].removeprefix(f"{paths[0]}, ")) for row in rows(found)]
    return [f"What looks odd in this query, which is printed as it was run: {'; '.join(said)}."] if said else []


def rerun(data: ReportData) -> str:
    """Return what every later run found again, found changed, found new, and no longer found."""
    label, caption = "rerun", "What each later run found, source by source, against all runs before it."
    if not len(data.rerun):
        todo = "A rerun will be compared with it here."
        return md.nothing_yet("There has been one run so far.", todo, caption, label)
    counts = data.rerun.groupby(["run", "source", "state"]).size().unstack(fill_value=0)
    states = ["new", "known", "changed", "vanished"]
    body = []
    for (run, source), row in counts.reindex(columns=states, fill_value=0).iterrows():
        body.append([md.escape(run_label(data, run)), md.escape(source), *(md.number(row[s]) for s in states)])
    headers = ["Run", "Source", "New", "Found again", "Found again, changed", "No longer found"]
    return md.table(headers, body, caption, label, (4, 5, 2, 2, 2, 2), (2, 3, 4, 5))


def repeats(data: ReportData) -> str:
    """Return per run and source how many rows are the first of their record, and how the others repeat one."""
    label, caption = "repeats", "Exported rows by source: the first of their record, or how they repeat one."
    if not len(data.source_counts):
        return md.nothing_yet("No record has been read yet.", "", caption, label)
    counted = ["rows", "first", "within_source", "across_sources", "earlier_run"]
    body = [
        [md.escape(run_label(data, r["run"])), md.escape(r["source"]), *(md.number(r[c]) for c in counted)]
        for r in rows(data.source_counts)
    ]
    headers = ["Run", "Source", "Rows", "First", "Within the source", "Across sources", "In an earlier run"]
    return md.table(headers, body, caption, label, (4, 5, 2, 2, 2, 2, 2), range(2, 7))


def dedupe(data: ReportData) -> str:
    """Return by which rule or verdict rows were joined into records."""
    label, caption = "dedupe", "How exported rows became records: the rule or verdict that joined each row to another."
    if not len(data.members):
        return md.nothing_yet("No record has been read yet.", "", caption, label)
    counts = data.members.groupby(["rule", "run"])["rows"].sum().unstack(fill_value=0)
    runs = sorted(counts.columns)
    body = []
    for rule, row in counts.iterrows():
        name = _joined_by(str(rule)) if rule else "nothing: the earliest row of its record"
        body.append([name, *(md.number(row[r]) for r in runs), md.number(row.sum())])
    totals = [md.number(counts[r].sum()) for r in runs]
    body.append(["**All rows**", *totals, f"**{md.number(counts.to_numpy().sum())}**"])
    headers = ["Joined by", *(run_label(data, r) for r in runs), "All runs"]
    return md.table(headers, body, caption, label, [6, *[2] * (len(runs) + 1)], range(1, len(runs) + 2))


def _joined_by(rule: str) -> str:
    """Return a rule of de-duplication in words: `title, authors, year` is the same title, authors and year."""
    known = {
        "accession": "the same accession number",
        "doi": "the same DOI",
        "identical": "the same words in every field",
        "verdict": "the verdict of a reviewer",
    }
    first, _, last = rule.rpartition(", ")
    parts = f"the same {first} and {last}".replace("doi", "DOI") if first else rule
    return md.escape(known.get(rule, parts))


def criteria(data: ReportData) -> str:
    """Return the criteria with where each is from."""
    version = data.config.criteria.version
    label, caption = "criteria", f"Criteria of inclusion and exclusion, version {md.escape(version)}."
    words = {"include": "include", "exclude": "exclude", "no_limit": "no limit"}
    body = [[words[c.kind], md.escape(c.text), md.escape(c.provenance)]
            for c in data.config.criteria.criteria]  # fmt: skip
    if not body:
        return md.nothing_yet("There are no criteria yet.", "Write them in `config/review.yaml`.", caption, label)
    return md.table(["Kind", "Criterion", "Where it is from"], body, caption, label, (2, 7, 6))


def _coefficient(value: str) -> str:
    """Return a coefficient with two decimals and a minus sign; what is no number stands as it is."""
    try:
        return f"{float(value) + 0.0:.2f}".replace("-0.00", "0.00").replace("-", "−")
    except ValueError:
        return md.escape(value)


def _with_interval(row: dict[str, str], name: str) -> str:
    """Return a coefficient with its interval, as "0.62 (0.55 to 0.69)"."""
    said = _coefficient(row[name])
    if said and row[f"{name}_low"]:
        said += f" ({_coefficient(row[f'{name}_low'])}\u00a0to\u00a0{_coefficient(row[f'{name}_high'])})"
    return said


def agreement(data: ReportData) -> str:
    """Return how far reviewers agreed, from their first votes: per pair, and over all where there are several pairs."""
    label, caption = "agreement", "Agreement between reviewers, from first votes, with 95% intervals."
    if any(person.stand_in for person in data.config.team.values()):
        caption += " The votes are stand-ins, so these numbers say nothing about people."
    if not len(data.agreement):
        return md.nothing_yet("No record has two votes yet.", "", caption, label)
    names = {"screening": "title and abstract", "eligibility": "full text"}
    shown = data.agreement[data.agreement["run"].isin(["all", ""])]
    pairs = Counter((r["stage"], r["round"]) for r in rows(shown[shown["pair"] != "all"]))
    body = [
        [names[r["stage"]] + (", calibration" if r["round"] == "calibration" else ""),
         md.escape("all together" if r["pair"] == "all" else data.named(r["pair"]).replace("; ", " and ")),
         md.number(r["both"]),
         _coefficient(r["prevalence"]), _with_interval(r, "agreement"), _with_interval(r, "kappa"),
         _with_interval(r, "alpha")]
        for r in rows(shown)
        if r["pair"] != "all" or pairs[r["stage"], r["round"]] > 1
    ]  # fmt: skip
    headers = [
        "Stage",
        "Reviewers",
        "Both voted",
        "Share included",
        "Agreement",
        "Cohen's kappa",
        "Krippendorff's alpha",
    ]
    said = (
        "Where one answer is much more frequent than the other, κ and α are low even though people hardly ever "
        "differ; the share included says how far that is so here."
    )
    if "exclusions" in (data.config.screening.second_votes, data.config.eligibility.second_votes):
        said += (
            " Where the second reader only read what the first had left out, agreement is measured on these records "
            "alone and says nothing of the others."
        )
    return md.lines([md.table(headers, body, caption, label, (6, 7, 4, 4, 8, 8, 8), (2, 3, 4, 5, 6)), said])
