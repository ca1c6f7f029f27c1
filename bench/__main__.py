"""Run every measurement."""

from bench import chain, dedupe

for part in (chain, dedupe):
    print(f"== {part.__name__.removeprefix('bench.')}")
    part.main()
