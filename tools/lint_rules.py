"""`snakemake --lint`, less the one lint that does not apply here.

Snakemake asks for a conda environment or container per rule, so that software is pinned. Here one environment serves
every rule, and `requirements.lock` pins it with hashes. Everything else that the linter finds fails.
"""

from __future__ import annotations

import re
import subprocess
import sys

NOT_HERE = "Specify a conda environment or container for each rule."
FOUND = re.compile(r"^(Lints for .*?):$|^    \* (.*?):$")


def main() -> int:
    """Print what the linter finds; return 1 where that is anything, or where it could not run."""
    command = [sys.executable, "-m", "snakemake", "--lint"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    said = done.stdout + done.stderr
    place, kept, seen = "", [], 0
    for line in said.splitlines():
        if match := FOUND.match(line):
            place = match[1] or place
            if match[2]:
                seen += 1
                kept += [f"{place}: {match[2]}"] if match[2] != NOT_HERE else []
    if kept or (done.returncode and not seen):
        print("\n".join(kept) or said)
        return 1
    print("snakemake --lint: nothing to mend")
    return 0


if __name__ == "__main__":
    sys.exit(main())
