"""The columns of a record as it comes out of an export file, whatever the format."""

from __future__ import annotations

from typing import Final

from metaethno.record_fields import TEXT_FIELDS as TEXT_FIELDS

"""All `str`, with an empty string for what the file does not say. `authors` and `keywords` are joined by "; ".

`group_authors` are those of `authors` that are an organisation or a study group, joined alike. `accessions` are all
numbers by which databases know the record, as "SOURCE:number" ("Embase:L2029880245; PMC:PMC7141302"), joined by "; ";
`accession` is the one of the database that the file comes from. `status` is one of `STATUS` or empty; `status_of` is
what a notice is about: DOI, PMID or citation as the source gives it. A reader may leave `status` empty: it is then
worked out from title, type, volume and pages.
"""

STATUS: Final = (
    "early view",
    "print",
    "retracted",
    "corrected",
    "retraction notice",
    "erratum",
    "expression of concern",
)
"""The state of publication: of an article (the first four), or what kind of notice about another one it is."""

PLACE_FIELDS: Final = ("place", "part", "byte_start", "byte_end")
"""Where a record stands: `place` is its ordinal in the file, starting at 1 (int64); `part` is the name of the file in
an archive ("" elsewhere); `byte_start` and `byte_end` (int64) are its first byte and the byte after its last, in the
file as it is (of an archive: in the unpacked part)."""

RECORD_FIELDS: Final = (*PLACE_FIELDS, *TEXT_FIELDS)
