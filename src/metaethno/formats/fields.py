"""The columns of a record as it comes out of an export file, whatever the format."""

from __future__ import annotations

from typing import Final

TEXT_FIELDS: Final = (
    "accession",
    "title",
    "authors",
    "year",
    "container",
    "volume",
    "issue",
    "pages",
    "doi",
    "pmid",
    "issn",
    "language",
    "pub_type",
    "keywords",
    "url",
    "abstract",
    "notes",
)
"""All `str`, with an empty string for what the file does not say. `authors` and `keywords` are joined by "; "."""

RECORD_FIELDS: Final = ("place", *TEXT_FIELDS)
"""`place` is the ordinal of the record in its file, starting at 1 (int64)."""
