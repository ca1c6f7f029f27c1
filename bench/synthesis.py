"""How long stages 6 to 8 take: 200 studies, 10,000 constructs, 20,000 translations, 100 third-order constructs.

Each stage checks its decisions, writes their canonical copies, and makes its tables, in one process, as `metaethno
stage` does; time is the processor's. Twice the review shows how the cost grows.
"""

from __future__ import annotations

import random
import resource
import sys
import tempfile
import time
from pathlib import Path

import pandas as pd
import yaml

from metaethno import config, tables
from metaethno.schemas import DECISIONS, TABLES
from metaethno.shell import common, extraction, synthesis, translation

LIMIT = 20.0
STAGES = (extraction, translation, synthesis)


def frame(name: str, **columns: list[str] | str) -> pd.DataFrame:
    """Return a table of that schema; columns that are not given are empty."""
    length = max(len(c) for c in columns.values() if isinstance(c, list))
    full = dict.fromkeys(TABLES[name].names, "") | columns
    return pd.DataFrame({n: c if isinstance(c, list) else [c] * length for n, c in full.items()}, dtype=str)


def made_up(scale: float = 1.0, seed: int = 1) -> dict[str, pd.DataFrame]:
    """Return the decision tables of a made-up review, and its included studies."""
    chance = random.Random(seed)
    n_studies, n_constructs, n_translations = int(200 * scale), int(10_000 * scale), int(20_000 * scale)
    n_concepts, n_groups, n_third, n_steps = int(400 * scale), 8, int(100 * scale), max(1, int(12 * scale))
    studies = [f"S{i}" for i in range(n_studies)]
    reports = [f"R{i}" for i in range(n_studies)]
    group_of = [i % n_groups for i in range(n_studies)]
    constructs = [f"K{i}" for i in range(n_constructs)]
    owner = [chance.randrange(n_studies) for _ in constructs]
    passages = [f"P{i}" for i in range(n_constructs)]
    concepts = [f"C{i}" for i in range(n_concepts)]
    in_group: dict[int, list[str]] = {}
    for i, one in enumerate(concepts):
        in_group.setdefault(i % n_groups, []).append(one)
    pairs: dict[tuple[int, str], None] = dict.fromkeys((k, chance.choice(in_group[group_of[owner[k]]]))
                                                       for k in range(n_constructs))  # fmt: skip
    while len(pairs) < n_translations:
        k = chance.randrange(n_constructs)
        pairs[k, chance.choice(in_group[group_of[owner[k]]])] = None
    third = [f"T{i}" for i in range(n_third)]
    rests = {(t, c): None for t in third for c in chance.sample(concepts, 6)}
    steps = [f"L{i}" for i in range(n_steps)]
    argued = {(steps[i % n_steps], t): None for i, t in enumerate(third)}
    who = {"entered_by": "ann", "entered_on": "2024-01-01"}
    groups = [f"G{i}" for i in range(n_groups)]
    return {
        "studies": frame("studies", study_id=studies, label=[f"Study {i}" for i in range(n_studies)]),
        "report_studies": frame("report_studies", report_id=reports, record_id=reports, study_id=studies, role="main",
                                citation=[f"Author {i}" for i in range(n_studies)]),
        "included_studies": frame("included_studies", study_id=studies, report_id=reports, record_id=reports,
                                  role="main", citation=[f"Author {i}" for i in range(n_studies)],
                                  first_run="2024-01-01", origin="databases"),
        "passages": frame("passages", passage_id=passages, report_id=[reports[o] for o in owner],
                          locator=[f"p. {i % 30}" for i in range(n_constructs)], speaker="author",
                          text=[f"What was said in place {i}. " * 5 for i in range(n_constructs)], **who),
        "constructs": frame("constructs", construct_id=constructs, study_id=[studies[o] for o in owner],
                            label=[f"construct {i}" for i in range(n_constructs)], meaning="what it means", order="2",
                            kind="concept", passage_ids=passages, status="translatable", **who),
        "groups": frame("groups", group_id=groups, label=groups, rationale="alike"),
        "group_members": frame("group_members", group_id=[groups[g] for g in group_of], member_id=studies,
                               primary="yes"),
        "readings": frame("readings", reading_id=[f"RD{i}" for i in range(n_studies)], study_id=studies,
                          group_id=[groups[g] for g in group_of], position=[str(i + 1) for i in range(n_studies)],
                          outcome="fits", readers="ann", read_on="2024-01-01", **{"pass": "1"}),
        "concepts": frame("concepts", concept_id=concepts, group_id=[groups[i % n_groups] for i in range(n_concepts)],
                          label=[f"Concept {i}" for i in range(n_concepts)], definition="what it is", status="settled"),
        "translations": frame("translations", translation_id=[f"TR{i}" for i in range(len(pairs))],
                              group_id=[groups[group_of[owner[k]]] for k, _ in pairs],
                              concept_id=[c for _, c in pairs], construct_id=[constructs[k] for k, _ in pairs],
                              kind="reciprocal", wording="said in its terms", status="accepted", translators="ann",
                              mode="apart", translated_on="2024-01-01"),
        "refutation_checks": frame("refutation_checks", check_id=[f"X{g}" for g in groups], group_id=groups,
                                   outcome="none_found", searched_by="ann", searched_on="2024-01-01"),
        "third_order": frame("third_order", third_order_id=third, label=[f"Interpretation {i}" for i in range(n_third)],
                             statement="more than they say", source="from_studies", status="settled"),
        "third_order_support": frame("third_order_support", third_order_id=[t for t, _ in rests],
                                     supported_by=[c for _, c in rests]),
        "line_of_argument": frame("line_of_argument", step_id=steps, position=[str(i + 1) for i in range(n_steps)],
                                  statement=[f"Step {i}" for i in range(n_steps)]),
        "line_of_argument_support": frame("line_of_argument_support", step_id=[s for s, _ in argued],
                                          supported_by=[t for _, t in argued]),
    }  # fmt: skip


def lay_out(root: Path, made: dict[str, pd.DataFrame]) -> config.Config:
    """Write a review that stands after stage 5; return its configuration."""
    (root / "config").mkdir(parents=True)
    person = {"reviewers": ["ann"], "votes_per_record": 1}
    settings = {
        "review": {"title": "Made up", "question": "How fast?", "aims": "To know."},
        "team": {"ann": {"name": "Ann"}},
        "criteria": {"version": "c1", "criteria": [{"id": "I1", "kind": "include", "text": "any"}]},
        "exclusion_reasons": [{"id": "X1", "label": "none"}],
        "screening": person,
        "eligibility": person,
        "flow": {"views": [{"id": "pooled", "title": "All", "template": "prisma2020"}]},
    }
    (root / config.PATH).write_text(yaml.safe_dump(settings))
    for name, table in DECISIONS.items():
        if "*" not in table.path:
            tables.write_bytes(root / table.path, tables.to_csv(made.get(name, tables.empty(table))))
    records = frame("manual_records", manual_id=list(made["report_studies"]["record_id"]))
    tables.write_bytes(root / TABLES["manual_records"].path, tables.to_csv(records))
    common.write(root, "included_studies", made["included_studies"])
    common.write(root, "report_studies", made["report_studies"], common.checked_path("report_studies"))
    return config.load(root)


def measure(root: Path, settings: config.Config) -> dict[str, float]:
    """Return the seconds of processor time of each stage."""
    found = {}
    for stage in STAGES:
        start = time.process_time()
        stage.check(root, settings)
        stage.make(root, settings)
        found[stage.__name__.rpartition(".")[2]] = time.process_time() - start
    return found


def main() -> int:
    """Print the figures; exit code 1 where one is missed."""
    missed = False
    for scale in (1.0, 2.0):
        made = made_up(scale)
        with tempfile.TemporaryDirectory() as name:
            root = Path(name) / "review"
            settings = lay_out(root, made)
            took = measure(root, settings)
            edges = len(common.derived(root, "graph"))
            rows = len(common.derived(root, "trace"))
        total = sum(took.values())
        missed |= scale == 1.0 and total > LIMIT
        each = ", ".join(f"{stage} {seconds:.1f} s" for stage, seconds in took.items())
        print(f"x{scale:g}: {total:.1f} s ({each}); {edges:,} edges, {rows:,} paths; limit {LIMIT:g} s at x1")
    print(f"peak memory {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB")
    return int(missed)


if __name__ == "__main__":
    sys.exit(main())
