"""A sheet to draw on, measured in points from the top left: boxes with wrapped text, arrows, bars, notes."""

from __future__ import annotations

import io
import re
import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import pairwise
from typing import Any

from metaethno.fragments.markdown import plain

INK = "#1b2733"
LINE = "#52606d"
PAPER = "#ffffff"
_FONT = "DejaVu Sans"
# Outlines instead of letters: the picture looks the same where the font is not installed.
_SETTINGS: dict[Any, Any] = {
    "svg.hashsalt": "metaethno",
    "svg.fonttype": "path",
    "font.family": _FONT,
    "hatch.linewidth": 0.7,
}
_DOTS = 220
TIE = "\ue000"  # a space at which no line is broken
LOOSE = "\ue001"  # a space at which a line is broken only if what it joins is wider than the line


@lru_cache(maxsize=2)
def _font(bold: bool) -> Any:
    from matplotlib.font_manager import FontProperties, findfont, get_font

    font = get_font(findfont(FontProperties(family=_FONT, weight="bold" if bold else "normal")))
    font.set_size(100, 72)
    return font


@lru_cache(maxsize=4096)
def _advance(letter: str, bold: bool) -> float:
    """Return how far a letter moves the pen, at a size of one point; a letter the font lacks is drawn as a box."""
    from matplotlib.ft2font import LoadFlags

    font = _font(bold)
    glyph = font.load_glyph(font.get_char_index(ord(letter)), flags=LoadFlags.NO_HINTING)
    return float(glyph.linearHoriAdvance) / 65536 / 100


def text_width(text: str, size: float, bold: bool) -> float:
    """Return the width of a text in points: the sum of its letters, which is quicker than to set it."""
    return size * sum(_advance(letter, bold) for letter in text)


def wrap(text: str, width: float, size: float, bold: bool = False) -> list[str]:
    """Return `text` in lines no wider than `width` points; a word that is too long is cut."""
    found: list[str] = []
    line = ""
    for word in _words(text, width, size, bold):
        while text_width(word, size, bold) > width and len(word) > 1:
            n = next(n for n in range(len(word) - 1, 0, -1) if n == 1 or text_width(word[:n], size, bold) <= width)
            if line:
                found.append(line)
                line = ""
            found.append(word[:n])
            word = word[n:]
        longer = f"{line} {word}".strip()
        if text_width(longer, size, bold) <= width:
            line = longer
        else:
            found.append(line)
            line = word
    return [*found, line] if line or not found else found


def _words(text: str, width: float, size: float, bold: bool) -> list[str]:
    """Return what a line may be broken between."""
    found: list[str] = []
    for word in plain(text).split(" "):
        whole = word.replace(TIE, " ").replace(LOOSE, " ")
        fits = text_width(whole, size, bold) <= width
        found += [whole] if fits else [part.replace(TIE, " ") for part in word.split(LOOSE)]
    return found


def shortened(text: str, width: float, size: float, lines: int, bold: bool = False) -> list[str]:
    """Return `text` in at most so many lines, the last of them cut with an ellipsis where there would be more."""
    parts = wrap(text, width, size, bold)
    if len(parts) <= lines:
        return parts
    last = parts[lines - 1]
    while last and text_width(last + "…", size, bold) > width:
        last = last[:-1]
    return [*parts[: lines - 1], last.rstrip(" ,;:.–-") + "…"]


# Letters that are joined or set from right to left need more than one outline after the other.
_JOINED = re.compile("[\u0590-\u08ff\u0900-\u109f\u1780-\u17ff\ufb1d-\ufdff\ufe70-\ufeff]")


def drawable(text: str) -> bool:
    """Tell whether the font of the figures has every letter of a text, and setting them one by one is right."""
    if text.isascii():
        return True
    font = _font(False)
    return not _JOINED.search(text) and all(c.isspace() or font.get_char_index(ord(c)) for c in plain(text))


def name_of(label: str, identifier: str) -> str:
    """Return a name for a figure: the label, or the id where the font of the figures lacks its letters."""
    return label if drawable(label) else identifier


@dataclass(frozen=True)
class Line:
    """One line of text in a box, before wrapping; `indent` in points, `of` what its number counts (box, detail)."""

    text: str
    bold: bool = False
    indent: float = 0.0
    of: tuple[str, str] | None = None


@dataclass(frozen=True)
class Box:
    """A box with text, at `x`, `width` points wide; it is as high as its text needs."""

    lines: tuple[Line, ...]
    x: float
    width: float
    size: float = 8.0
    fill: str = PAPER
    pad: float = 6.0

    @property
    def wrapped(self) -> list[Line]:
        """The lines as they are set."""
        room = self.width - 2 * self.pad
        return [
            Line(part, line.bold, line.indent + (4.0 if i else 0.0) * bool(line.indent), line.of)
            for line in self.lines
            for i, part in enumerate(wrap(line.text, room - line.indent - 4 * bool(line.indent), self.size, line.bold))
        ]

    @property
    def height(self) -> float:
        """Height in points."""
        return len(self.wrapped) * self.size * 1.32 + 2 * self.pad - 1


@dataclass(frozen=True)
class Place:
    """Where a box stands on its sheet, and from where to where (top, bottom) each of its numbers; all in points."""

    x: float
    y: float
    width: float
    height: float
    numbers: Mapping[tuple[str, str], tuple[float, float]]


@dataclass(frozen=True)
class Picture:
    """A finished figure as SVG and as PNG."""

    svg: bytes
    png: bytes


def _named(svg: bytes, title: str, words: str) -> bytes:
    """Return an SVG with a title and a description, which a screen reader reads out for the whole picture."""
    from xml.sax.saxutils import escape

    start = svg.index(b"<svg")
    end = svg.index(b">", start)
    names = f"<title id='title'>{escape(plain(title))}</title><desc id='desc'>{escape(plain(words))}</desc>"
    role = b' role="img" aria-labelledby="title desc"'
    return svg[:end] + role + b">\n" + names.encode() + svg[end + 1 :]


def _smooth(points: Sequence[tuple[float, float]]) -> tuple[list[tuple[float, float]], list[int]]:
    """Return the corners and codes of a path (matplotlib's) that leaves and reaches every point level."""
    corners, codes = [points[0]], [1]
    for (x0, y0), (x1, y1) in pairwise(points):
        middle = (x0 + x1) / 2
        corners += [(middle, y0), (middle, y1), (x1, y1)]
        codes += [4, 4, 4]
    return corners, codes


def _png(figure: Any) -> bytes:
    """Return a figure as PNG with a palette, a third of the size: the figures have few colours."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from PIL import Image

    figure.set_dpi(_DOTS)
    canvas: Any = FigureCanvasAgg(figure)
    canvas.draw()
    whole = Image.frombuffer("RGBA", canvas.get_width_height(), bytes(canvas.buffer_rgba())).convert("RGB")
    reduced = whole.quantize(96, method=Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE)
    result = io.BytesIO()
    reduced.save(result, "png", dpi=(_DOTS, _DOTS))
    return result.getvalue()


@dataclass
class Sheet:
    """What is drawn, in the order it is drawn; `picture` makes the files."""

    width: float
    said: list[str] = field(default_factory=list)  # the words of each box, for those who don't see it
    places: list[Place] = field(default_factory=list)  # of the boxes that count something
    _drawn: list[tuple[str, tuple[Any, ...], dict[str, Any]]] = field(default_factory=list)
    bottom: float = 0.0

    def rectangle(self, x: float, y: float, width: float, height: float, **style: Any) -> None:
        """Draw a rectangle from its top left corner."""
        self._drawn.append(("rectangle", (x, y, width, height), style))
        self.bottom = max(self.bottom, y + height)

    def text(self, x: float, y: float, text: str, size: float, **style: Any) -> None:
        """Set one line of text with its baseline at `y`."""
        self._drawn.append(("text", (x, y, plain(text)), {"fontsize": size, "color": INK, **style}))
        self.bottom = max(self.bottom, y + 0.3 * size)

    def line(self, points: Sequence[tuple[float, float]], **style: Any) -> None:
        """Draw a line through the points."""
        self._drawn.append(("line", tuple(points), {"color": LINE, "linewidth": 0.9, **style}))
        self.bottom = max(self.bottom, *(y for _, y in points))

    def curve(self, points: Sequence[tuple[float, float]], **style: Any) -> None:
        """Draw a smooth line from left to right, level in each of its points."""
        self._drawn.append(("curve", tuple(points), {"edgecolor": LINE, "linewidth": 0.9, **style}))

    def dot(self, x: float, y: float, radius: float, colour: str = INK) -> None:
        """Draw a filled circle around a point."""
        self._drawn.append(("dot", (x, y, radius), {"facecolor": colour, "edgecolor": "none"}))

    def paragraph(self, x: float, y: float, width: float, text: str, size: float, **style: Any) -> float:
        """Set wrapped text with its top at `y`; return its bottom."""
        for part in wrap(text, width, size, style.get("fontweight") == "bold"):
            y += size * 1.32
            self.text(x, y - 0.32 * size, part, size, **style)
        return y

    def arrow(self, *points: tuple[float, float]) -> None:
        """Draw a line through the points, with a head at its end."""
        self._drawn.append(("arrow", points, {}))

    def box(self, box: Box, y: float, height: float = 0.0, bare: bool = False) -> float:
        """Draw a box with its top at `y`, with `bare` only its words; return its bottom."""
        words = [plain(line.text).replace(TIE, " ").replace(LOOSE, " ") for line in box.lines]
        self.said.append(words[0] if len(words) == 1 else f"{words[0].rstrip(':')}: {'; '.join(words[1:])}")
        height = max(height, box.height)
        if not bare:
            self.rectangle(box.x, y, box.width, height, facecolor=box.fill, edgecolor=LINE, linewidth=0.9)
        top = y + (height - box.height) / 2 + box.pad
        numbers: dict[tuple[str, str], tuple[float, float]] = {}
        for i, line in enumerate(box.wrapped):
            above = top + box.size * 1.32 * i
            weight = "bold" if line.bold else "normal"
            self.text(box.x + box.pad + line.indent, above + 0.92 * box.size, line.text, box.size, fontweight=weight)
            if line.of:
                numbers[line.of] = (numbers.get(line.of, (above,))[0], above + 1.32 * box.size)
        if numbers:
            self.places.append(Place(box.x, y, box.width, height, numbers))
        return y + height

    def bar(self, x: float, y: float, height: float, label: str, fill: str, width: float = 17.0) -> None:
        """Draw a side bar with its label turned upwards, in smaller letters where the bar is short."""
        self.rectangle(x, y, width, height, facecolor=fill, edgecolor=LINE, linewidth=0.9)
        size = 8.0
        while size > 5 and text_width(label, size, True) > height - 4:
            size -= 0.5
        style = {"rotation": 90, "ha": "center", "va": "center", "fontweight": "bold"}
        self.text(x + width / 2, y + height / 2, label, size, **style)

    def notes(self, notes: list[str], x: float, y: float, width: float, size: float = 7.0) -> float:
        """Set paragraphs of small text; return the bottom of the last line."""
        for note in notes:
            for part in wrap(note, width, size):
                y += size * 1.38
                self.text(x, y, part, size)
            y += size * 0.5
        return y

    @property
    def height(self) -> float:
        """Height of the whole sheet."""
        return self.bottom + 5

    def picture(self, title: str = "") -> Picture:
        """Return the figure as files; with a title the SVG names and describes itself to a screen reader."""
        import matplotlib

        with matplotlib.rc_context(_SETTINGS), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            figure = self._figure()
            svg = io.BytesIO()
            figure.savefig(svg, format="svg", metadata={"Date": None, "Creator": None})
            png = _png(figure)
        said = self.said or [place[2] for kind, place, _ in self._drawn if kind == "text"]
        named = _named(svg.getvalue(), title, ". ".join(said)) if title else svg.getvalue()
        return Picture(named, png)

    def _figure(self) -> Any:
        from matplotlib.figure import Figure
        from matplotlib.lines import Line2D
        from matplotlib.patches import Ellipse, FancyArrowPatch, PathPatch, Rectangle
        from matplotlib.path import Path

        height = self.height
        figure = Figure(figsize=(self.width / 72, height / 72), facecolor=PAPER)
        axes = figure.add_axes((0, 0, 1, 1))
        axes.set_xlim(0, self.width)
        axes.set_ylim(height, 0)
        axes.set_axis_off()
        for kind, place, style in self._drawn:
            if kind == "rectangle":
                axes.add_patch(Rectangle(place[:2], *place[2:], **style))
            elif kind == "text":
                axes.text(*place, **{"va": "baseline", **style}, parse_math=False)
            elif kind == "line":
                axes.add_line(Line2D(*zip(*place, strict=True), solid_capstyle="butt", **style))
            elif kind == "curve":
                axes.add_patch(PathPatch(Path(*_smooth(place)), facecolor="none", **style))
            elif kind == "dot":
                axes.add_patch(Ellipse(place[:2], 2 * place[2], 2 * place[2], **style))
            else:
                arrow: dict[str, Any] = {"arrowstyle": "-|>", "mutation_scale": 8, "linewidth": 0.9, "color": LINE}
                axes.add_patch(FancyArrowPatch(path=Path(place), joinstyle="miter", **arrow))
        return figure
