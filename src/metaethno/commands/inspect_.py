"""`metaethno inspect FILE...`: what kind of export is this, and what is in it."""

from __future__ import annotations

import argparse
import json

from metaethno.commands import out


def main(arguments: argparse.Namespace) -> int:
    """Print what each file is and holds; exit code 1 where a file can't be read or something in it is doubtful."""
    from metaethno import formats

    found = formats.inspect(arguments.files)
    bad = any(entry["problems"] for entry in found)
    if arguments.json:
        out.plain(json.dumps(found, ensure_ascii=False, indent=2))
        return int(bad)
    columns = ("file", "format", "records", "with_title", "with_authors", "with_year", "with_doi", "with_abstract")
    heads = ("File", "Format", "Records", "Title", "Authors", "Year", "DOI", "Abstract", "Accession")
    out.table(heads, [[str(entry[c]) for c in (*columns, "with_accession")] for entry in found], right=set(range(2, 9)))
    for entry in found:
        if entry["about"]:
            out.plain(f"{entry['file']}: {entry['about']}.")
        for remark in entry["remarks"]:
            out.plain(f"{entry['file']}: {remark}")
        for problem in entry["problems"]:
            out.plain(str(problem))
    return int(bad)
