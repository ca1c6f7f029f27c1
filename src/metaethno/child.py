"""What a program that we start needs to know: where our own commands are, which the rules call by name."""

from __future__ import annotations

import os
import sys
from pathlib import Path


def environment() -> dict[str, str]:
    """Return this process's environment with the folder of its own interpreter first on PATH."""
    own = str(Path(sys.executable).parent)
    return os.environ | {"PATH": os.pathsep.join(filter(None, [own, os.environ.get("PATH", "")]))}
