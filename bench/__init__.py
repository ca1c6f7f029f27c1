"""Measurements: printed, never asserted. `make bench`, or `python -m bench.chain`."""
