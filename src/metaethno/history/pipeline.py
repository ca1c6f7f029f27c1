"""`dvc.yaml`, made from the rules: one DVC stage per review stage, with all it reads and writes.

The rules are asked through `snakemake --detailed-summary`, so there is one list of files, and it stands in the rules.
"""

from __future__ import annotations

import csv
import io
import subprocess
import sys
from pathlib import Path

import yaml

from metaethno.errors import Problem, UserError
from metaethno.stages import STAGES

PATH = "dvc.yaml"


def rule_files(root: Path) -> dict[str, tuple[list[str], list[str]]]:
    """Return rule -> (inputs, outputs), as Snakemake has them for `all`, the stages' rules only."""
    command = [sys.executable, "-m", "snakemake", "--detailed-summary", "--nolock", "--quiet", "all", "--", "all"]
    done = subprocess.run(command, cwd=root, capture_output=True, text=True, check=False)
    if done.returncode:
        said = (done.stderr.strip() or done.stdout.strip())[-2000:]
        raise UserError(Problem("ME0170", f"the rules can't be read:\n{said}", "Snakefile"))
    start = done.stdout.index("output_file\t")
    files: dict[str, tuple[set[str], set[str]]] = {}
    for row in csv.DictReader(io.StringIO(done.stdout[start:]), delimiter="\t", quoting=csv.QUOTE_NONE):
        inputs, outputs = files.setdefault(row["rule"], (set(), set()))
        inputs |= {name for name in row["input-file(s)"].split(",") if name and name != "-"}
        outputs.add(row["output_file"])
    return {rule: (sorted(i), sorted(o)) for rule, (i, o) in files.items()}


def text(root: Path) -> str:
    """Return `dvc.yaml` for the review in `root`."""
    files = rule_files(root)
    stages = {}
    for name, stage in STAGES.items():
        rules = [files[rule] for rule in (f"{name}_checked", name) if rule in files]
        outputs = {path for _, made in rules for path in made}
        inputs = {path for read, _ in rules for path in read} - outputs
        params: list[object] = [{"engine.lock": [f"stages.{name}"]}]
        if stage.settings:
            params.append({"config/review.yaml": sorted(stage.settings)})
        stages[name] = {
            "desc": stage.says,
            "cmd": f"snakemake {name}",
            "deps": sorted(inputs),
            "params": params,
            # Snakemake decides what is made anew; DVC must not delete the rest first.
            "outs": [{path: {"persist": True}} for path in sorted(outputs)],
        }
    head = "# Written by `metaethno lock` from the rules in workflow/rules. Not to be edited.\n"
    return head + yaml.safe_dump({"stages": stages}, sort_keys=False, width=120, allow_unicode=True)
