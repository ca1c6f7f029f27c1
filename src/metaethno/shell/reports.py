"""Stage 9: tables, figures and checklists."""

from __future__ import annotations

import hashlib
from pathlib import Path

from metaethno import review
from metaethno.config import Config
from metaethno.schemas import DECISIONS, TABLES
from metaethno.shell import common
from metaethno.stages import STAGES
from metaethno.tables import write_bytes


def evidence_hashes(root: Path) -> dict[str, str]:
    """Return path -> SHA-256 of every file that a checklist may name: only files that the rule has as inputs."""
    own = STAGES["reports"].folder
    paths = [p for p in review.listed(root, "data/derived/*/*") if not p.startswith(own)]
    paths += review.listed(root, "data/decisions/**/*.csv") + review.queries(root)
    return {path: hashlib.sha256((root / path).read_bytes()).hexdigest() for path in paths}


def make(root: Path, config: Config) -> None:
    """Write every file of `9_reports/`."""
    import pandas as pd

    from metaethno.stages.reports import FRAMES, UNIQUE_COLUMNS, ReportData, count_members, make_reports

    frames = {}
    for name in FRAMES:
        if (stage := STAGES.get(name.removesuffix("_checks"))) and name.endswith("_checks"):
            frames[name] = common.derived(root, "checks", path=f"{stage.folder}/checks.csv")
        elif name == "unique":
            frames[name] = common.derived(root, name, list(UNIQUE_COLUMNS))
        elif name == "members":
            frames[name] = count_members(common.derived(root, name))
        elif name == "constructs":
            frames[name] = common.derived(root, "extracted_constructs")
        elif TABLES[name].kind == "derived":
            frames[name] = common.derived(root, name)
        else:
            frames[name] = common.checked(root, name)
    conflicts = f"{STAGES['eligibility'].folder}/{{}}.csv"
    for name in ("conflicts", "agreement"):
        later = common.derived(root, name, path=conflicts.format(name))
        frames[name] = pd.concat([frames[name], later], ignore_index=True)
    data = ReportData(
        config=config,
        **frames,
        pages={Path(p).stem: (root / p).read_text("utf-8") for p in review.listed(root, "reports/pages/*.qmd")},
        queries={p: (root / p).read_text(encoding="utf-8", errors="replace") for p in review.queries(root)},
        decisions={t.path: (root / t.path).read_bytes() for t in DECISIONS.values() if (root / t.path).is_file()},
        hashes=evidence_hashes(root),
    )
    for name, content in make_reports(data).items():
        write_bytes(root / STAGES["reports"].folder / name, content)
