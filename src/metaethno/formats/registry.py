"""The readers, in the order in which they are asked. A new format is a module with a `READER`, and one line here."""

from __future__ import annotations

from typing import Final

from metaethno.formats import enw, nbib, ovid, ris, table, wos
from metaethno.formats.model import Reader

READERS: Final[tuple[Reader, ...]] = (
    # Tagged formats first: their marks stand at the start of a line. A table is recognised by its header only,
    # and some tagged preambles hold commas.
    wos.READER,
    nbib.READER,
    ovid.READER,
    enw.READER,
    ris.READER,
    table.READER,
)
