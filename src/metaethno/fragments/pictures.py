"""Fragments that show a figure: its caption, and the words for those who don't see it, with the figure's numbers.

Where there is nothing to draw a sentence stands under the same label, so that a page that refers to it holds.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from metaethno.figures import Picture
from metaethno.figures.argument import KINDS, Argument, argument_of, argument_picture, counted, drawn_of
from metaethno.figures.contributions import Contributions, contributions_of, contributions_picture
from metaethno.figures.progress import TITLES, Line, lines_of, progress_picture
from metaethno.figures.sources import Overlap, overlap_of, overlap_picture
from metaethno.figures.years import UNKNOWN, Collected, collected_of, years_picture
from metaethno.fragments import markdown as md
from metaethno.fragments.data import ReportData


def _figure(name: str, label: str, caption: str, alt: str) -> str:
    """Return a figure; caption is Markdown, alt plain text."""
    return f'![{caption}](../_generated/{name}){{#fig-{label} fig-alt="{md.attribute(alt)}"}}\n'


def _sentence(label: str, caption: str, sentence: str) -> str:
    """Return what stands in a figure's place while there is nothing to draw."""
    return f"::: {{#fig-{label}}}\n\n{sentence}\n\n{caption}\n\n:::\n"


def _listed(parts: Iterable[str], most: int) -> str:
    """Return `a; b; c`; of many, the first and how many more there are."""
    found = list(parts)
    return "; ".join([*found[:most], f"and {len(found) - most:,} more"] if len(found) > most else found)


def _counted(counts: Mapping[str, int], most: int) -> str:
    """Return `a (5); b (2)`."""
    return _listed((f"{name.replace('; ', ' / ')} ({n:,})" for name, n in counts.items()), most)


def sources(data: ReportData) -> str:
    """Return the figure of records by source and overlap."""
    caption = "Records by source, and how the sources overlap. A record is counted once, after duplicates were joined."
    found = overlap_of(data.unique)
    if not found.records:
        return _sentence("sources", caption, "No record has come in yet: `metaethno import` brings them.")
    return _figure("sources", "sources", caption, _sources_alt(found))


def _sources_alt(found: Overlap) -> str:
    by_source = (f"{s} {n:,}, of these {alone:,} in no other" for s, (n, alone) in found.sources.items())
    together = [(names, n) for names, n in found.sets.items() if len(names) > 1]
    said = f"{found.records:,} records by source: {_listed(by_source, 14)}."
    if together:
        most = _counted({" with ".join(sorted(names)): n for names, n in together}, 4)
        said += f" In several sources at once: {sum(n for _, n in together):,}, most often {most}."
    else:
        said += " No record stands in several sources."
    return said


def progress(data: ReportData) -> str:
    """Return the figure of the screening over time."""
    caption = "Progress of the screening: records with at least one vote, by reviewer and day."
    lines = lines_of(data.votes_by_day)
    if not lines:
        return _sentence(
            "progress", caption, "No vote has come in yet: `metaethno todo screening` gives out the sheets."
        )
    if any(data.is_stand_in(line.reviewer) for line in lines):
        whose = "Days and votes" if all(data.is_stand_in(line.reviewer) for line in lines) else "Some days and votes"
        caption += f" {whose} are stand-ins: they show what the figure looks like, not how anybody worked."
    return _figure("progress", "progress", caption, _progress_alt(lines, data))


def _progress_alt(lines: list[Line], data: ReportData) -> str:
    names, asked = _people(data), _asked(data)
    parts = []
    for stage, title in TITLES.items():
        own = [
            f"{names.get(line.reviewer, line.reviewer)}{', settling,' if line.role == 'adjudicator' else ''} "
            f"{line.sums[-1]:,} from {line.days[0]} to {line.days[-1]}"
            for line in lines
            if line.stage == stage
        ]
        if own:
            parts.append(f"{title}, {asked.get(stage, 0):,} to be decided: {_listed(own, 8)}.")
    return "Records with a vote over time. " + " ".join(parts)


def _people(data: ReportData) -> dict[str, str]:
    return {key: data.named(key) for key in data.config.team}


def _asked(data: ReportData) -> dict[str, int]:
    """Return how many records there are to decide: all records; the full texts that were obtained."""
    retrieved = ~data.assessed["outcome"].isin(["not_retrieved", "not_yet_retrieved"])
    return {"screening": len(data.screened), "eligibility": int(retrieved.sum())}


def years(data: ReportData) -> str:
    """Return the figure of the studies by country and years of data collection."""
    caption = "Studies by country and years of data collection."
    found = collected_of(data.characteristics)
    if not found.studies:
        return _sentence(
            "years", caption, "No study is described yet: `metaethno todo extraction` gives out the sheet."
        )
    if len(found.spans) or sum(found.by_country.values()) > found.studies:
        caption += " A study that collected data in several years or countries counts in each."
    return _figure("years", "years", caption, _years_alt(found))


def _years_alt(found: Collected) -> str:
    named = {c: "country not reported" if c == UNKNOWN else c for c in found.countries}
    by_country = _counted({named[c]: found.by_country[c] for c in found.countries}, 24)
    dated = found.studies - found.undated
    said = f"{md.plural(found.studies, 'study', 'studies')} by country: {by_country}."
    if not found.spans:
        return f"{said} None reports its years of data collection."
    whole = f"{found.spans[0][0]} to {found.spans[-1][1]}"
    return f"{said} {dated} of {found.studies} report years of data collection, from {whole}."


def contributions(data: ReportData) -> str:
    """Return the heat map of what each study gave to each concept."""
    caption = "Constructs that were translated into each concept, by study. Studies in the order of reading."
    found = contributions_of(data.matrix)
    if not found.cells:
        return _sentence("contributions", caption, "Nothing is translated yet.")
    return _figure("contributions", "contributions", caption, _contributions_alt(found))


def _contributions_alt(found: Contributions) -> str:
    by_study = {found.studies[s]: found.of_study(s) for s in found.studies}
    first = sorted(by_study, key=lambda s: (-by_study[s], s))
    none = [s for s in first if not by_study[s]]
    rich = {found.concepts[c]: found.of_concept(c) for c in found.concepts}
    top = sorted(rich, key=lambda c: (-rich[c], c))
    said = (
        f"A heat map of {md.plural(len(found.concepts), 'concept')} by "
        f"{md.plural(len(found.studies), 'study', 'studies')}: {md.plural(sum(found.cells.values()), 'construct')}. "
        f"By study: {_counted({s: by_study[s] for s in first if by_study[s]}, 12)}. "
        f"The concepts with most: {_counted({c: rich[c] for c in top[:3]}, 3)}."
    )
    return said + (f" Without any: {_listed(none, 6)}." if none else "")


def argument_map(data: ReportData) -> str:
    """Return the map of the argument."""
    caption = "The argument, and what it rests on: from the steps at the left to the studies at the right."
    found = argument_of(data, contributions_of(data.matrix))
    if not _has_argument(found):
        return _sentence("argument-map", caption, "There is no concept and no step of an argument yet.")
    caption += " In brackets, the constructs that a study gives; colours go by third-order construct."
    return _figure("argument", "argument-map", caption, _argument_alt(found))


def _has_argument(found: Argument) -> bool:
    return any(found.nodes[kind] for kind in KINDS[:3])


def _argument_alt(found: Argument) -> str:
    third = {n.key: n.label for n in found.nodes["third_order"]}
    under = {label: sum(a == key for a, _ in found.edges) for key, label in third.items()}
    steps = [
        f"step {n.label.partition('.')[0]} on {' and '.join(_below(found, n.key, third))}"
        for n in found.nodes["step"]
        if _below(found, n.key, third)
    ]
    said = f"A map of {counted(found.nodes)}, joined by {md.plural(len(found.edges), 'line')}."
    said += f" Steps rest on third-order constructs: {_listed(steps, 14)}." if steps else ""
    said += f" Third-order constructs, and how many things each rests on: {_counted(under, 14)}." if under else ""
    drawn = drawn_of(found)
    left = {kind: len(found.nodes[kind]) - len(drawn.nodes[kind]) for kind in KINDS}
    if sum(left.values()):
        said += " Not all are drawn: " + counted({kind: range(n) for kind, n in left.items()}) + " are left out."
    return said


def _below(found: Argument, key: str, names: dict[str, str]) -> list[str]:
    return [names[b] for a, b in sorted(found.edges) if a == key and b in names]


def drawn(data: ReportData) -> dict[str, Picture]:
    """Return the pictures by name: those of this module's fragments."""
    given = contributions_of(data.matrix)
    return {
        "argument": argument_picture(argument_of(data, given)),
        "contributions": contributions_picture(given),
        "progress": progress_picture(lines_of(data.votes_by_day), _people(data), _asked(data)),
        "sources": overlap_picture(overlap_of(data.unique)),
        "years": years_picture(collected_of(data.characteristics)),
    }


__all__ = ["argument_map", "contributions", "drawn", "progress", "sources", "years"]
