"""The flow in the shape of the template of the PRISMA2020 R package, so that its users can draw with it.

Haddaway et al. 2022, Campbell Systematic Reviews 18:e1230. The package looks a row up by `data` (titles by `box`),
parts lists at semicolons and commas, and reads numbers as they are. `PRISMA_data(read.csv("prisma2020.csv"))`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from metaethno.flow.boxes import Box
from metaethno.schemas import PRISMA2020

if TYPE_CHECKING:
    import pandas as pd

ABSENT = "NA"
_A, _B = "databases and registers", "other methods"
# data, node, box, text of the box, where it stands. Texts are those of the PRISMA 2020 form (Page et al. 2021).
_ROWS = (
    (ABSENT, "node4", "prevstud", "Previous studies", "title"),
    ("previous_studies", "node5", "box1", "Studies included in previous version of review", ""),
    ("previous_reports", ABSENT, "box1", "Reports of studies included in previous version of review", ""),
    (ABSENT, "node6", "newstud", "Identification of new studies via databases and registers", "title"),
    ("database_results", "node7", "box2", "Databases", "Records identified from"),
    ("database_specific_results", ABSENT, "box2", "Specific Databases", "Records identified from"),
    ("register_results", ABSENT, "box2", "Registers", "Records identified from"),
    ("register_specific_results", ABSENT, "box2", "Specific Registers", "Records identified from"),
    (ABSENT, "node16", "othstud", "Identification of new studies via other methods", "title"),
    ("website_results", "node17", "box11", "Websites", "Records identified from"),
    ("organisation_results", ABSENT, "box11", "Organisations", "Records identified from"),
    ("citations_results", ABSENT, "box11", "Citation searching", "Records identified from"),
    ("duplicates", "node8", "box3", "Duplicate records", ""),
    ("excluded_automatic", ABSENT, "box3", "Records marked as ineligible by automation tools", ""),
    ("excluded_other", ABSENT, "box3", "Records removed for other reasons", ""),
    ("records_screened", "node9", "box4", "Records screened", _A),
    ("records_excluded", "node10", "box5", "Records excluded", _A),
    ("dbr_sought_reports", "node11", "box6", "Reports sought for retrieval", _A),
    ("dbr_notretrieved_reports", "node12", "box7", "Reports not retrieved", _A),
    ("other_sought_reports", "node18", "box12", "Reports sought for retrieval", _B),
    ("other_notretrieved_reports", "node19", "box13", "Reports not retrieved", _B),
    ("dbr_assessed", "node13", "box8", "Reports assessed for eligibility", _A),
    ("dbr_excluded", "node14", "box9", "Reports excluded", _A),
    ("other_assessed", "node20", "box14", "Reports assessed for eligibility", _B),
    ("other_excluded", "node21", "box15", "Reports excluded", _B),
    ("new_studies", "node15", "box10", "New studies included in review", ""),
    ("new_reports", ABSENT, "box10", "Reports of new included studies", ""),
    ("total_studies", "node22", "box16", "Total studies included in review", ""),
    ("total_reports", ABSENT, "box16", "Reports of total included studies", ""),
    ("identification", "node1", "identification", "Identification", "title"),
    ("screening", "node2", "screening", "Screening", "title"),
    ("included", "node3", "included", "Included", "title"),
    ("total_studies_ma", "node23", "box17", "Total studies included in meta-analysis", ""),
    ("total_reports_ma", ABSENT, "box17", "Reports of total included studies in meta-analysis", ""),
)
LISTS = ("database_specific_results", "register_specific_results", "dbr_excluded", "other_excluded")
FIELDS = tuple(data for data, *_ in _ROWS if data != ABSENT)


def export(boxes: Mapping[str, Box], labels: Mapping[str, str]) -> pd.DataFrame:
    """Return the pooled boxes as a frame of schema PRISMA2020; without rows where there are no boxes.

    labels: reason id -> words, in the order in which reasons are listed. Labels lose their commas and semicolons, at
    which the package parts lists. What the form doesn't have, and empty lists, are NA, as in R.
    """
    import pandas as pd

    rank = {name: n for n, name in enumerate(labels)}
    rows = []
    for data, node, place, text, where in _ROWS if boxes else ():
        box = boxes.get(data)
        value = "0" if where == "title" else ABSENT
        if box is not None and data in LISTS:
            details = sorted(box.details, key=lambda d: (rank.get(d, len(rank)), d))
            said = [(labels.get(d, d).replace(",", " /").replace(";", " /"), box.count(d)) for d in details]
            value = "; ".join(f"{label}, {n}" for label, n in said) or ABSENT
        elif box is not None:
            value = str(box.count())
        before = f"{where}: {text}" if where.startswith("Records") else ""
        after = f"{text} ({where})" if where in (_A, _B) else f"{text} (title)" if where == "title" else text
        described = before or after
        tooltip = described if node != ABSENT else ABSENT
        rows.append([data, node, place, described, text, tooltip, ABSENT, value])
    return pd.DataFrame(rows, columns=PRISMA2020.names, dtype=str)
