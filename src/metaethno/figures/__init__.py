"""Figures of the reports: flow diagrams and the translation matrix, as SVG and PNG.

The same tables give the same bytes: no time, no random ids, fonts as outlines from the font that matplotlib ships.
Importing this package does not import matplotlib (over a second); drawing does.
"""

from metaethno.figures.canvas import Picture
from metaethno.figures.flow import flow_picture
from metaethno.figures.grid import matrix_picture

__all__ = ["Picture", "flow_picture", "matrix_picture"]
