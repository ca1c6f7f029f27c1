"""The readers, in the order in which they are asked. A new format is a module with a `READER`, and one line here."""

from __future__ import annotations

from typing import Final

from metaethno.formats import (
    bibtex,
    csl_json,
    ebsco_xml,
    endnote_xml,
    enw,
    nbib,
    ovid,
    ovid_xml,
    pubmed_xml,
    ris,
    table,
    wos,
    xlsx,
)
from metaethno.formats.model import Reader

READERS: Final[tuple[Reader, ...]] = (
    # Workbooks are no text; XML, JSON and BibTeX show by how they start.
    xlsx.READER,
    pubmed_xml.READER,
    ebsco_xml.READER,
    ovid_xml.READER,
    endnote_xml.READER,
    csl_json.READER,
    bibtex.READER,
    # Then tagged formats: their marks stand at the start of a line. A table is recognised by its header only,
    # and some tagged preambles hold commas.
    wos.READER,
    nbib.READER,
    ovid.READER,
    enw.READER,
    ris.READER,
    table.READER,
)
