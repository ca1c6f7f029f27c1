"""What a program that we start needs to know: where our own commands are, which the rules call by name."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

# Set for what we start ourselves: then nobody reads what Snakemake would say in the end.
QUIET = "METAETHNO_STARTED_THIS"


def environment() -> dict[str, str]:
    """Return this process's environment with the folder of its own interpreter first on PATH."""
    own = str(Path(sys.executable).parent)
    return os.environ | {"PATH": os.pathsep.join(filter(None, [own, os.environ.get("PATH", "")])), QUIET: "1"}


def snakemake(root: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run Snakemake in the review's folder, to its end and without a terminal; return what it said."""
    return subprocess.run(
        [sys.executable, "-m", "snakemake", *arguments],
        cwd=root,
        env=environment(),
        capture_output=True,
        text=True,
        check=False,
        stdin=subprocess.DEVNULL,
    )
