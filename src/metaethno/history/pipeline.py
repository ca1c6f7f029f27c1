"""`dvc.yaml`, made from the rules: one DVC stage per review stage, with all it reads and writes.

The rules are read through Snakemake's API, so there is one list of files, and it stands in the rules.
"""

from __future__ import annotations

from pathlib import Path

import yaml

from metaethno import config
from metaethno.errors import Problem, UserError
from metaethno.stages import STAGES

PATH = "dvc.yaml"


def rule_files(root: Path) -> dict[str, tuple[list[str], list[str]]]:
    """Return rule -> (inputs, outputs) as the rules say, whether or not the files are there."""
    from snakemake.api import SnakemakeApi
    from snakemake.settings.enums import Quietness
    from snakemake.settings.types import OutputSettings, ResourceSettings
    from snakemake_interface_common.exceptions import WorkflowError

    quiet = OutputSettings(quiet={Quietness.ALL})
    try:
        with SnakemakeApi(quiet) as api:
            # The public API runs rules, but doesn't list them; the version is pinned, and a test holds this.
            rules = api.workflow(ResourceSettings(cores=1), snakefile=root / "Snakefile", workdir=root)._workflow.rules
            return {r.name: (sorted(map(str, r.input)), sorted(map(str, r.output))) for r in rules}
    except WorkflowError as error:
        raise UserError(Problem("ME0170", f"the rules can't be read: {error}", "Snakefile")) from None


def text(root: Path) -> str:
    """Return `dvc.yaml` for the review in `root`."""
    files = rule_files(root)
    # DVC refuses a parameter that the file doesn't hold; a section that is left out has its defaults.
    present = set(yaml.safe_load((root / config.PATH).read_text(encoding="utf-8")))
    stages = {}
    for name, stage in STAGES.items():
        rules = [files[rule] for rule in (f"{name}_checked", name) if rule in files]
        outputs = {path for _, made in rules for path in made}
        # DVC takes no file of its own for a dependency, and stops altogether where one is named. Full texts are not on
        # every computer; what came of looking into them is, in quotations.csv.
        inputs = {path for read, _ in rules for path in read if not path.endswith(".dvc")} - outputs
        params: list[object] = [{"engine.lock": [f"stages.{name}"]}]
        if sections := sorted(present.intersection(stage.settings)):
            params.append({config.PATH: sections})
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
