"""Stage 5: full texts, and the flow."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from metaethno.config import Config
from metaethno.errors import Problem
from metaethno.findings import with_levels
from metaethno.schemas import ALIASES, ELIGIBILITY, RETRIEVAL
from metaethno.shell import common, fulltexts
from metaethno.shell.screening import vote_problems
from metaethno.votes import checks_frame

if TYPE_CHECKING:
    import pandas as pd


def checks(root: Path, config: Config) -> tuple[dict[str, pd.DataFrame], list[Problem]]:
    """Load retrieval, votes on full texts and the link of reports to studies, with everything wrong with them."""
    frames, problems = common.check_stage(root, config, "eligibility")
    if not problems:
        problems = vote_problems(root, config, "eligibility", frames["eligibility"])
    if not problems and (root / ALIASES.path).is_file():
        from metaethno.stages.eligibility import check_retrieval

        found = check_retrieval(frames["retrieval"], common.derived(root, "aliases"))
        # As with votes: records may have been parted since, and a check says so.
        problems = [problem for problem in found if problem.code != "ME0403"]
    return frames, problems + fulltexts.problems(root)


def check(root: Path, config: Config) -> None:
    """Write the canonical decisions on full texts."""
    common.write_checked(root, *checks(root, config))


def make(root: Path, config: Config) -> None:
    """Write what came of every report, Appendix B, the included studies, the flow and its checks."""
    import pandas as pd

    from metaethno import carry, related
    from metaethno.flow import flow
    from metaethno.stages.eligibility import assess

    unique, screened = common.derived(root, "unique"), common.derived(root, "screened")
    done = assess(
        unique,
        common.derived(root, "aliases"),
        screened,
        common.checked(root, "retrieval"),
        common.checked(root, "eligibility"),
        common.checked(root, "report_studies"),
        config.eligibility,
        config.exclusion_reasons,
        fulltexts.kept(root),
    )
    counted = flow(
        common.derived(root, "members"),
        unique,
        screened,
        done.assessed,
        done.excluded,
        done.studies,
        common.derived(root, "sources"),
        config.flow.views,
        common.checked(root, "baseline"),
        config.exclusion_reasons,
    )
    aliases, parted = common.derived(root, "aliases"), common.derived(root, "parted")
    links = common.checked(root, "report_studies")
    pairs = related.related_reports(
        common.derived(root, "related"), screened, done.assessed, links, aliases, unique[["record_id", "title"]]
    )
    common.write(root, "related_reports", pairs)
    found = related.checks(pairs, done.assessed, common.derived(root, "rerun"))
    sought = set(done.assessed["record_id"].tolist())
    found += carry.checks("eligibility", ELIGIBILITY, common.checked(root, "eligibility"), aliases, parted, sought)
    asked = common.checked(root, "retrieval").rename(columns={"asked_on": "decided_on"})
    found += carry.checks("retrieval", RETRIEVAL, asked, aliases, parted, sought)
    done = replace(done, checks=pd.concat([done.checks, checks_frame(found)], ignore_index=True))
    folder = "data/derived/5_eligibility"
    common.write(root, "assessed", done.assessed)
    common.write(root, "excluded", done.excluded)
    common.write(root, "included_studies", done.studies)
    common.write(root, "conflicts", done.conflicts, f"{folder}/conflicts.csv")
    common.write(root, "agreement", done.agreement, f"{folder}/agreement.csv")
    common.write(root, "flow", counted.flow)
    every = with_levels(pd.concat([done.checks, counted.checks], ignore_index=True), config.check_levels)
    common.write(root, "checks", every, f"{folder}/checks.csv")
    common.write(root, "prisma2020", counted.prisma2020, keep_order=True)
    common.write(root, "chased", counted.chased)
