"""Run every measurement."""

from bench import chain, dedupe, formats, formats_bibtex, history, screening

for part in (chain, dedupe, formats, formats_bibtex, history, screening):
    print(f"== {part.__name__.removeprefix('bench.')}")
    part.main()
