"""`python -m metaethno` is the command `metaethno`."""

import sys

from metaethno.cli import main

sys.exit(main())
