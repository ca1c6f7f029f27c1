"""The command `metaethno`, also as `python -m metaethno`."""

import os
import sys


def main() -> int:
    """Do a command; a step of a run is handed over to the process on standby, where there is one."""
    if sys.argv[1:2] == ["stage"] and "METAETHNO_STANDBY" in os.environ:
        from metaethno.handover import hand_over

        code = hand_over(sys.argv[1:])
        if code is not None:
            return code
    from metaethno import cli

    return cli.main()


if __name__ == "__main__":
    sys.exit(main())
