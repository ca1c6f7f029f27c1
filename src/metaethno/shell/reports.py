"""Stage 9: tables, figures and checklists."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path
from typing import TYPE_CHECKING

from metaethno import review, tables
from metaethno.config import Config
from metaethno.schemas import DECISIONS, TABLES
from metaethno.shell import common
from metaethno.stages import STAGES

_INCLUDE = re.compile(r"^\{\{<\s*include\s+(\S+\.qmd)\s*>\}\}\s*$", re.MULTILINE)

if TYPE_CHECKING:
    import pandas as pd

    from metaethno.flow import World


def evidence_hashes(root: Path) -> dict[str, str]:
    """Return path -> SHA-256 of every file that a checklist may name: only files that the rule has as inputs."""
    own = STAGES["reports"].folder
    paths = [p for p in review.listed(root, "data/derived/*/*") if not p.startswith(own)]
    paths += review.listed(root, "data/decisions/**/*.csv") + review.queries(root)
    return {path: hashlib.sha256((root / path).read_bytes()).hexdigest() for path in paths}


def prose(page: Path, depth: int = 5) -> str:
    """Return a page's text with the author's own partials in it (`{{< include _methods.qmd >}}`)."""

    def partial(match: re.Match[str]) -> str:
        path = (page.parent / match[1]).resolve()
        inside = path.is_relative_to(page.parent.resolve()) and path.suffix == ".qmd" and path.is_file()
        return prose(path, depth - 1) if inside and depth else match[0]

    return _INCLUDE.sub(partial, page.read_text("utf-8"))


def _world(root: Path, frames: dict[str, pd.DataFrame], members: pd.DataFrame) -> World:
    """Return the tables that the boxes of the flow are lists of."""
    from metaethno.flow import world

    return world(
        members,
        frames["unique"],
        frames["screened"],
        frames["assessed"],
        frames["excluded"],
        frames["included_studies"],
        frames["sources"],
        common.checked(root, "baseline"),
    )


def make(root: Path, config: Config) -> None:
    """Write every file of `9_reports/`."""
    import pandas as pd

    from metaethno.stages.reports import FRAMES, UNIQUE_COLUMNS, ReportData, count_members, count_votes, make_reports

    frames = {}
    members = common.derived(root, "members")
    votes = {stage: common.checked(root, stage) for stage in ("screening", "eligibility")}
    for name in FRAMES:
        if (stage := STAGES.get(name.removesuffix("_checks"))) and name.endswith("_checks"):
            frames[name] = common.derived(root, "checks", path=f"{stage.folder}/checks.csv")
        elif name == "unique":
            frames[name] = common.derived(root, name, list(UNIQUE_COLUMNS))
        elif name == "members":
            frames[name] = count_members(members)
        elif name == "votes_by_day":
            frames[name] = count_votes(votes)
        elif name == "constructs":
            frames[name] = common.derived(root, "extracted_constructs")
        elif name.endswith("_votes"):
            frames[name] = votes[name.removesuffix("_votes")]
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
        pages={Path(p).stem: prose(root / p) for p in review.page_files(root)},
        queries={p: (root / p).read_text(encoding="utf-8", errors="replace") for p in review.queries(root)},
        decisions={t.path: (root / t.path).read_bytes() for t in DECISIONS.values() if (root / t.path).is_file()},
        hashes=evidence_hashes(root),
        world=_world(root, frames, members),
    )
    for name, content in make_reports(data).items():
        tables.write_bytes(root / STAGES["reports"].folder / name, content)
