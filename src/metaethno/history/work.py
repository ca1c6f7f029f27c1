"""What Snakemake still has to do, and which results are not there."""

from __future__ import annotations

import re
from pathlib import Path

from metaethno import child, made
from metaethno.errors import Problem
from metaethno.history import pipeline

_NOTHING = "Nothing to be done"
_JOB = re.compile(r"^(\w+) +\d+$", re.M)
_NOT_RULES = {"total", "all", "review", "job"}
_MANY = 5
_DO = "Run `metaethno run` first."


def planned(root: Path, *targets: str) -> tuple[list[str], str]:
    """Return the rules that Snakemake would run (in its order, none if all is made), and what it said."""
    done = child.snakemake(root, *targets, "--dry-run", "--quiet", "rules")
    said = done.stdout + done.stderr
    if done.returncode == 0 and _NOTHING in said:
        return [], said
    rules = list(dict.fromkeys(name for name in _JOB.findall(said) if name not in _NOT_RULES))
    return rules or ["?"], said


def left(root: Path) -> list[Problem]:
    """Return a problem where Snakemake has work left or results were changed by hand: exit codes alone don't tell."""
    from metaethno.commands.run_ import runs_now

    if runs_now(root):
        return [
            Problem("ME0171", "a run is at work in this review", hint="Wait until it has ended, then run this again.")
        ]
    if edited := made.changed_by_hand(root):
        return [Problem("ME0181", "was changed by hand after it was made", path, hint=_DO) for path in edited]
    rules, said = planned(root)
    if not rules:
        return []
    if rules == ["?"]:
        return [Problem("ME0718", "what there is to do can't be found out: " + said.strip()[-600:], hint=_DO)]
    words = ", ".join(rule.replace("_", " ") for rule in rules)
    return [Problem("ME0717", f"the results are behind what people wrote; to be made anew: {words}", hint=_DO)]


def missing_outputs(root: Path) -> list[Problem]:
    """Return a problem per result of `dvc.yaml` that is not there."""
    import yaml

    stages = yaml.safe_load((root / pipeline.PATH).read_text(encoding="utf-8"))["stages"]
    paths = [path for stage in stages.values() for out in stage["outs"] for path in out]
    missing = [path for path in sorted(paths) if not (root / path).is_file()]
    if len(missing) > _MANY:
        return [Problem("ME0719", f"{len(missing)} results are missing, among them {missing[0]}", hint=_DO)]
    return [Problem("ME0719", "this result is missing", path, hint=_DO) for path in missing]
