"""Charts of a briefing: small line charts from a pack's tables, readable in grey, each with words for those who cannot see it."""

from __future__ import annotations

import io
import textwrap
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import matplotlib as mpl
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter

from planner.publish.pack import Kind, PackTable
from planner.report.charts.style import LOOKS, PALETTE, SETTINGS, spread, year_ticks
from planner.report.paper.figures import numbers, show
from planner.report.paper.kit import WIDTH_CM

MOST_LINES = 5
MOST_LETTERS = 30
"""A line's name is broken after so many letters, so that it ends within the page."""
CM_PER_INCH = 2.54
LABEL_CM = 0.46
"""Height of a line's name with the room around it."""


@dataclass(frozen=True)
class Picture:
    """A chart ready to set: the picture, its headline, its words, and the table that it was drawn from."""

    data: bytes
    title: str
    alt: str
    source: str
    height_cm: float


def lines_chart(
    title: str,
    table: PackTable,
    years: Sequence[str],
    lines: Mapping[str, Sequence[Any]],
    kind: Kind,
    height_cm: float = 4.2,
    *,
    more: bool = False,
) -> Picture:
    """A line for each name over the years, the scale from 0, each line named at its end.

    The first ``MOST_LINES`` are drawn. The words say what is drawn and the first and last figure of each line, as the table prints them.
    """
    kept = dict(list(lines.items())[:MOST_LINES])
    with mpl.rc_context({**SETTINGS, "font.size": 9}):
        figure = Figure(figsize=(WIDTH_CM / CM_PER_INCH, height_cm / CM_PER_INCH))
        axes = figure.add_axes((0.085, 0.13, 0.6, 0.8))
        styles = list(LOOKS.values())
        ends = []
        for number, (whole, values) in enumerate(kept.items()):
            name = textwrap.fill(whole, MOST_LETTERS)
            look = styles[number % len(styles)]
            colour = PALETTE[number % len(PALETTE)]
            drawn = numbers(values)
            axes.plot(range(len(years)), drawn, color=colour, linestyle=look.line, marker=look.marker, markersize=4, lw=2)
            ends.append((name, next((value for value in reversed(drawn) if value == value), 0.0), colour))
        lowest = min((value for values in kept.values() for value in numbers(values) if value == value), default=0.0)
        axes.set_ylim(bottom=min(0.0, lowest * 1.1))
        axes.set_ylim(top=axes.get_ylim()[1] * (1.04 if len(kept) == 1 else 1.12))
        axes.set_xlim(-0.2, len(years) - 0.8)
        axes.yaxis.set_major_formatter(FuncFormatter(_axis(kind)))
        year_ticks(axes, list(years))
        _names(axes, ends, len(years) - 1, height_cm)
        buffer = io.BytesIO()
        figure.savefig(buffer, format="png", dpi=200)
    said = "; ".join(
        f"{name}: {show(values[0], kind)} in {years[0]}, {show(values[-1], kind)} in {years[-1]}" for name, values in kept.items()
    )
    left = " Other lines are in the table only." if more or len(lines) > len(kept) else ""
    return Picture(buffer.getvalue(), title, f"Line chart. {title}. {said}.", f"{table.measure}. Table {table.name}.{left}", height_cm)


def _names(axes: Any, ends: list[tuple[str, float, str]], last: int, height_cm: float) -> None:
    """Each line's name beside its end, none over another."""
    low, high = axes.get_ylim()
    step = (high - low) * LABEL_CM / (height_cm * axes.get_position().height)
    heights = spread([value for _, value, _ in ends], [step * (1 + 0.8 * name.count("\n")) for name, _, _ in ends])
    move = min(0.0, high - max(heights)) or max(0.0, low - min(heights))
    for (name, value, colour), height in zip(ends, heights, strict=True):
        axes.annotate(
            name, xy=(last, value), xytext=(1.04, height + move), xycoords="data", textcoords=axes.get_yaxis_transform(), fontsize=9.5, va="center",
            annotation_clip=False, arrowprops={"arrowstyle": "-", "color": colour, "lw": 1.0, "shrinkA": 1, "shrinkB": 4},
        )  # fmt: skip


def _axis(kind: Kind) -> Any:
    if kind is Kind.MONEY:
        return lambda value, _: f"£{value / 1e6:,.10g}m"
    return lambda value, _: f"{value:,.10g}"
