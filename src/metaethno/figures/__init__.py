"""Figures of the reports, as SVG and PNG.

The same tables give the same bytes: no time, no random ids, fonts as outlines from the font that matplotlib ships.
Importing this package does not import matplotlib (over a second); drawing does.
"""

from metaethno.figures.argument import argument_of, argument_picture
from metaethno.figures.canvas import Picture
from metaethno.figures.contributions import contributions_of, contributions_picture
from metaethno.figures.flow import flow_picture, flow_sheet
from metaethno.figures.grid import matrix_picture
from metaethno.figures.progress import lines_of, progress_picture
from metaethno.figures.sources import overlap_of, overlap_picture
from metaethno.figures.years import collected_of, years_picture

__all__ = [
    "Picture", "argument_of", "argument_picture", "collected_of", "contributions_of", "contributions_picture",
    "flow_picture", "flow_sheet", "lines_of", "matrix_picture", "overlap_of", "overlap_picture", "progress_picture",
    "years_picture",
]  # fmt: skip
