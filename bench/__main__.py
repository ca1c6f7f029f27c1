"""Run every measurement."""

from bench import chain, dedupe, formats, formats_bibtex, history

for part in (chain, dedupe, formats, formats_bibtex, history):
    print(f"== {part.__name__.removeprefix('bench.')}")
    part.main()
