"""A picture drawn as SVG text: words stay words, every size is in picture units, nothing in it can run or be fetched."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

from markupsafe import Markup, escape

from planner.report.charts.style import MID_GREY, TEXT

FONT: Final = "Arial, 'Liberation Sans', Helvetica, sans-serif"
WIDE, NARROW = 720, 340
"""Every chart is drawn twice: for a page or a sheet of paper, and for a small screen."""

_NARROW_LETTERS: Final = frozenset("iljtfrI.,:;'|!()[] -/1")
_BROAD_LETTERS: Final = frozenset("mwMW%@")


def text_width(text: str, size: float, *, bold: bool = False) -> float:
    """About how wide a text is in Arial, in picture units; rather too wide than too narrow."""
    units = sum(
        0.30 if letter in _NARROW_LETTERS else 0.88 if letter in _BROAD_LETTERS else 0.69 if letter.isupper() else 0.56 for letter in text
    )
    return units * size * (1.08 if bold else 1.0)


def wrapped(text: str, width: float, size: float, *, bold: bool = False) -> list[str]:
    """A text broken between words into lines that are no wider than this; a word that is wider is broken too."""
    lines: list[str] = []
    for word in text.split():
        joined = f"{lines[-1]} {word}" if lines else word
        if lines and text_width(joined, size, bold=bold) <= width:
            lines[-1] = joined
            continue
        while text_width(word, size, bold=bold) > width and len(word) > 4:
            keep = next((end for end in range(len(word) - 1, 3, -1) if text_width(word[:end] + "-", size, bold=bold) <= width), 4)
            lines.append(word[:keep] + "-")
            word = word[keep:]
        lines.append(word)
    return lines or [""]


@dataclass
class Canvas:
    """One picture: a width, a height that may grow, and what has been drawn so far. ``name`` makes its ids its own."""

    width: float
    height: float
    name: str
    size: float = 14.0
    parts: list[Markup] = field(default_factory=list)
    hatches: dict[str, str] = field(default_factory=dict)

    def text(
        self,
        x: float,
        y: float,
        words: str,
        *,
        anchor: str = "start",
        size: float | None = None,
        fill: str = TEXT,
        bold: bool = False,
        halo: bool = False,
    ) -> None:
        """Write a line of text with its baseline at ``y``; a halo keeps it readable over lines and shapes."""
        weight = Markup(' font-weight="bold"') if bold else Markup("")
        edge = Markup(' stroke="#ffffff" stroke-width="4" stroke-linejoin="round" paint-order="stroke"') if halo else Markup("")
        self.parts.append(
            Markup('<text x="{}" y="{}" text-anchor="{}" font-size="{}" fill="{}"{}{}>{}</text>').format(
                _short(x), _short(y), anchor, _short(size or self.size), fill, weight, edge, words
            )
        )

    def lines_of_text(
        self, x: float, y: float, lines: list[str], *, size: float | None = None, anchor: str = "start", bold: bool = False
    ) -> float:
        """Write several lines below each other from the first baseline; returns the baseline after the last."""
        step = (size or self.size) * 1.2
        for at, line in enumerate(lines):
            self.text(x, y + at * step, line, size=size, anchor=anchor, bold=bold)
        return y + len(lines) * step

    def rect(self, x: float, y: float, width: float, height: float, fill: str, *, edge: str = "#ffffff", hatch: str = "") -> None:
        """A bar; one with negative sides is drawn from its other corner. ``hatch`` lays lines of that colour over white."""
        x, width = (x + width, -width) if width < 0 else (x, width)
        y, height = (y + height, -height) if height < 0 else (y, height)
        paint = f"url(#{self._hatch(hatch)})" if hatch else fill
        self.parts.append(
            Markup('<rect x="{}" y="{}" width="{}" height="{}" fill="{}" stroke="{}" stroke-width="1"/>').format(
                _short(x), _short(y), _short(width), _short(height), paint, hatch or edge
            )
        )

    def _hatch(self, colour: str) -> str:
        return self.hatches.setdefault(colour, f"{self.name}-hatch-{len(self.hatches)}")

    def line(self, points: list[tuple[float, float]], colour: str, *, width: float = 1.0, dash: str = "") -> None:
        """A line through points; ``dash`` is a pattern of lengths."""
        path = " ".join(f"{_short(x)},{_short(y)}" for x, y in points)
        dashed = Markup(' stroke-dasharray="{}"').format(dash) if dash else Markup("")
        self.parts.append(
            Markup('<polyline points="{}" fill="none" stroke="{}" stroke-width="{}"{}/>').format(path, colour, _short(width), dashed)
        )

    def shape(self, marker: str, x: float, y: float, radius: float, fill: str, *, edge: str = "#ffffff", width: float = 1.0) -> None:
        """A marker: ``o`` circle, ``s`` square, ``^`` triangle, ``v`` triangle on its point, ``D`` diamond, ``P`` plus, ``X`` cross, ``*`` star."""
        look = Markup(' fill="{}" stroke="{}" stroke-width="{}"/>').format(fill, edge, _short(width))
        if marker == "o":
            self.parts.append(Markup('<circle cx="{}" cy="{}" r="{}"').format(_short(x), _short(y), _short(radius)) + look)
            return
        corners = " ".join(f"{_short(x + radius * dx)},{_short(y + radius * dy)}" for dx, dy in _CORNERS.get(marker, _CORNERS["s"]))
        self.parts.append(Markup('<polygon points="{}"').format(corners) + look)

    def svg(self, label: str, *, kind: str = "") -> Markup:
        """The picture with the words that stand for it where it cannot be seen; ``kind`` is a class of the page."""
        patterns = Markup("").join(
            Markup(
                '<pattern id="{0}" width="7" height="7" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">'
                '<rect width="7" height="7" fill="#ffffff"/><rect width="3" height="7" fill="{1}"/></pattern>'
            ).format(name, colour)
            for colour, name in self.hatches.items()
        )
        given = Markup(' class="{}"').format(kind) if kind else Markup("")
        return (
            Markup(
                '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {0} {1}" width="{0}" height="{1}" role="img" aria-label="{2}" font-family="{3}"{4}>'
            ).format(_short(self.width), _short(self.height), label, FONT, given)
            + (Markup("<defs>") + patterns + Markup("</defs>") if patterns else Markup(""))
            + Markup("").join(self.parts)
            + Markup("</svg>")
        )


_P, _X = 0.38, 0.30
_CORNERS: Final[dict[str, tuple[tuple[float, float], ...]]] = {
    "s": ((-0.88, -0.88), (0.88, -0.88), (0.88, 0.88), (-0.88, 0.88)),
    "^": ((0, -1.1), (1.05, 0.85), (-1.05, 0.85)),
    "v": ((0, 1.1), (1.05, -0.85), (-1.05, -0.85)),
    "D": ((0, -1.2), (1.2, 0), (0, 1.2), (-1.2, 0)),
    "P": ((-_P, -1), (_P, -1), (_P, -_P), (1, -_P), (1, _P), (_P, _P), (_P, 1), (-_P, 1), (-_P, _P), (-1, _P), (-1, -_P), (-_P, -_P)),
    "X": (
        (0, -_X * 1.2), (0.65, -1), (1, -0.65), (_X * 1.2, 0), (1, 0.65), (0.65, 1),
        (0, _X * 1.2), (-0.65, 1), (-1, 0.65), (-_X * 1.2, 0), (-1, -0.65), (-0.65, -1),
    ),
    "*": ((0, -1.2), (0.28, -0.36), (1.14, -0.37), (0.45, 0.15), (0.7, 0.97), (0, 0.48), (-0.7, 0.97), (-0.45, 0.15), (-1.14, -0.37), (-0.28, -0.36)),
}  # fmt: skip
"""Corners of each marker about its middle, for a radius of 1."""


def _short(value: float) -> str:
    """A coordinate with at most one decimal; never a negative zero."""
    return f"{round(value, 1) + 0.0:.10g}"


def grown(canvas: Canvas, height: float) -> Canvas:
    """The canvas made high enough for what was drawn last."""
    canvas.height = max(canvas.height, height)
    return canvas


__all__ = ["FONT", "MID_GREY", "NARROW", "WIDE", "Canvas", "Markup", "escape", "grown", "text_width", "wrapped"]
