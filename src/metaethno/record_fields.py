"""What a record says, whatever export it came in: the names of its text columns."""

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
    "isbn",
    "language",
    "pub_type",
    "keywords",
    "url",
    "abstract",
    "notes",
    "group_authors",
    "accessions",
    "status",
    "status_of",
)
