"""`snakemake audit`: the audit report. Nothing depends on it, and history is never an input of the review's graph."""

from __future__ import annotations

from pathlib import Path

from metaethno.config import Config


def make(root: Path, config: Config) -> None:
    """Write reports/_output/audit.html and audit.pdf."""
    from metaethno.history.audit import write

    write(root)
