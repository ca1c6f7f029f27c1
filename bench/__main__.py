"""Run every measurement."""

from bench import chain, dedupe, history

for part in (chain, dedupe, history):
    print(f"== {part.__name__.removeprefix('bench.')}")
    part.main()
