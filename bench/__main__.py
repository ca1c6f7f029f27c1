"""Run every measurement."""

from bench import chain, dedupe, formats, formats_bibtex

for part in (chain, dedupe, formats, formats_bibtex):
    print(f"== {part.__name__.removeprefix('bench.')}")
    part.main()
