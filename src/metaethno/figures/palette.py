"""Colours of the figures: told apart with any colour vision (Okabe and Ito 2008), the text on them always readable."""

from __future__ import annotations

from typing import Any

# Okabe and Ito's colours, those that are dark enough for a line on white first.
LINES = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#8c6d00", "#56b4e9", "#4d4d4d")
# Lines of different people lie over one another and are printed in grey: the dashes tell them apart, too.
DASHES: tuple[Any, ...] = ("-", (0, (5, 2)), (0, (1, 1.5)), (0, (6, 2, 1, 2)))
DARK = "#1f4e79"
LIGHT = "#a9c1d9"
RULE = "#c3ccd5"
MUTED = "#52606d"


def tint(share: float) -> tuple[str, str]:
    """Return a blue for a share from 0 to 1, and the colour of letters that can be read on it (contrast over 4.5).

    The middle of the scale, on which neither black nor white can be read, is left out.
    """
    share = min(max(share, 0.0), 1.0)
    dark = share > 0.5
    share = 0.66 + (share - 0.5) * 0.68 if dark else share * 0.96
    parts = [round(a + (b - a) * share) for a, b in zip((0xD3, 0xE2, 0xF1), (0x12, 0x3F, 0x6B), strict=True)]
    return "#{:02x}{:02x}{:02x}".format(*parts), "#ffffff" if dark else "#1b2733"
