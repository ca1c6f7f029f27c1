"""The notes that mark made-up records, in a field that each database's export has."""

from __future__ import annotations

STANDIN_NOTE = "stand-in record, made by a generator"
ARTICLE_NOTE = "real article, accession number made up by a generator"
REFERENCE_NOTE = "real article"
