"""The house style of every chart: colours, sizes and the words around the picture."""

from __future__ import annotations

import io
import textwrap
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import matplotlib as mpl
import pandas as pd
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter

from planner.report.write import write_bytes, write_table

BLUE, TURQUOISE, PLUM, ORANGE, DARK, LILAC = "#12436D", "#28A197", "#801650", "#F46A25", "#3D3D3D", "#A285D1"
PALETTE: Final = (BLUE, TURQUOISE, PLUM, ORANGE, DARK, LILAC)
"""The Government Analysis Function's categorical palette, in its order."""

GREY: Final = "#BFBFBF"
MID_GREY: Final = "#6B7276"
TEXT: Final = "#0B0C0C"
NOTE: Final = "#383F43"

SETTINGS: Final[Any] = {
    "font.family": "sans-serif",
    "font.sans-serif": ["Arial", "Liberation Sans", "DejaVu Sans"],
    "font.size": 12,
    "axes.edgecolor": MID_GREY,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "axes.grid.axis": "y",
    "axes.axisbelow": True,
    "axes.titlesize": 12,
    "axes.titleweight": "bold",
    "axes.titlelocation": "left",
    "grid.color": "#E3E5E6",
    "text.color": TEXT,
    "axes.labelcolor": TEXT,
    "xtick.color": TEXT,
    "ytick.color": TEXT,
    "text.parse_math": False,
    "svg.fonttype": "none",
    "svg.hashsalt": "planner",
    "figure.facecolor": "white",
    "savefig.facecolor": "white",
}

house_style = mpl.rc_context(SETTINGS)
"""Stands before every chart function: what it draws, it draws in these settings."""

_DASHED, _DOTTED, _DASH_DOT = (0, (6, 2)), (0, (2, 2)), (0, (8, 2, 2, 2))


@dataclass(frozen=True)
class Look:
    """How one kind of provision looks in every chart: its short name, colour, marker and line. All differ in grey too."""

    name: str
    colour: str
    marker: str
    line: Any


LOOKS: Final[dict[str, Look]] = {
    "mainstream_support": Look("Mainstream with support", BLUE, "o", "-"),
    "state_special": Look("State special schools", TURQUOISE, "s", _DASHED),
    "independent_special": Look("Independent special schools", PLUM, "^", _DOTTED),
    "resource_centre": Look("Resource centres", ORANGE, "D", "-"),
    "further_education": Look("Colleges", DARK, "v", _DASH_DOT),
    "elsewhere": Look("Other settings", LILAC, "P", _DASHED),
    "early_years_setting": Look("Early-years settings", LILAC, "P", _DASHED),
    "alternative_provision": Look("Alternative provision", MID_GREY, "*", _DOTTED),
    "educated_elsewhere": Look("Educated elsewhere", LILAC, "P", _DASH_DOT),
    "contact_base": Look("Contact bases", BLUE, "o", "-"),
    "waiting": Look("Waiting for a place", MID_GREY, "X", _DOTTED),
}
"""The look of each kind of provision, and of waiting."""

COMPRESSED: Final = 3
"""How hard PNG pictures are packed, of 9: harder takes several times as long and saves a few kilobytes."""

_HEAD_INCHES, _LINE_INCHES, _SUB_INCHES, _NOTE_INCHES, _TICKS_INCHES = 0.22, 0.29, 0.23, 0.16, 0.5


def frame(
    title: str, subtitle: str, note: str, *, size: tuple[float, float] = (9.6, 6.0), left: float = 0.09, right: float = 0.76
) -> tuple[Figure, Any]:
    """A figure with its headline, subtitle and note in place, and one set of axes in the room between them.

    ``size`` is in inches; ``left`` and ``right`` are the sides of the axes as shares of the width; the space on the right is for
    labels beside lines.
    """
    wide, high = size
    head = textwrap.fill(title, int(wide * 7.2))
    under = textwrap.fill(subtitle, int(wide * 10))
    small = textwrap.fill(note, int(wide * 12.6))
    figure = Figure(figsize=size)
    below_head = _HEAD_INCHES + _LINE_INCHES * (head.count("\n") + 1)
    below_sub = below_head + _SUB_INCHES * (under.count("\n") + 1)
    above_note = 0.14 + _NOTE_INCHES * (small.count("\n") + 1)
    figure.text(0.02, 1 - _HEAD_INCHES / high, head, fontsize=16, fontweight="bold", va="top")
    figure.text(0.02, 1 - below_head / high, under, fontsize=12, va="top")
    figure.text(0.02, 0.1 / high, small, fontsize=9.5, va="bottom", color=NOTE)
    bottom = above_note + _TICKS_INCHES
    top = high - below_sub - 0.5
    return figure, figure.add_axes((left, bottom / high, right - left, (top - bottom) / high))


def unit_label(axes: Any, text: str) -> None:
    """Write what the upright axis counts, level, above the axis."""
    axes.annotate(text, (0, 1), xycoords="axes fraction", xytext=(-34, 12), textcoords="offset points", fontsize=11, color=NOTE)


def thousands(axes: Any) -> None:
    """Numbers on the upright axis with commas."""
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:,.10g}"))


def spread(values: list[float], sizes: list[float]) -> list[float]:
    """Middles for things of these sizes as near to the values as they can be without overlap, in the order of the values.

    Neighbours that are too close are moved apart together about their own middle, so that nothing else moves.
    """
    order = sorted(range(len(values)), key=lambda number: values[number])
    groups: list[tuple[float, list[int]]] = []
    for number in order:
        start, members = values[number] - sizes[number] / 2, [number]
        while groups and groups[-1][0] + sum(sizes[one] for one in groups[-1][1]) > start:
            members = groups.pop()[1] + members
            below = [sum(sizes[one] for one in members[:place]) + sizes[member] / 2 for place, member in enumerate(members)]
            start = sum(values[member] - low for member, low in zip(members, below, strict=True)) / len(members)
        groups.append((start, members))
    result = [0.0] * len(values)
    for start, members in groups:
        for place, member in enumerate(members):
            result[member] = start + sum(sizes[one] for one in members[:place]) + sizes[member] / 2
    return result


def label_lines(axes: Any, ends: list[tuple[str, float, str]], at: float = 1.0) -> None:
    """Write a name beside the end of each line, without overlap: (name, height in the axis' units, colour).

    ``at`` is where the lines end, as a share of the width of the axes.
    """
    low, high = axes.get_ylim()
    inches = axes.figure.get_figheight() * axes.get_position().height
    wrapped = [textwrap.fill(name, 22) for name, _, _ in ends]
    per_inch = (high - low) / inches
    heights = spread([value for _, value, _ in ends], [per_inch * (0.185 * (text.count("\n") + 1) + 0.07) for text in wrapped])
    lift = max(0.0, low - min(heights, default=low))
    for text, (_, value, colour), height in zip(wrapped, ends, heights, strict=True):
        axes.annotate(
            text, xy=(at, value), xytext=(1.035, height + lift), xycoords=axes.get_yaxis_transform(), textcoords=axes.get_yaxis_transform(),
            fontsize=11, va="center", annotation_clip=False,
            arrowprops={"arrowstyle": "-", "color": colour, "lw": 1.2, "shrinkA": 1, "shrinkB": 4},
        )  # fmt: skip


def year_ticks(axes: Any, years: list[str], most: int = 8) -> None:
    """Academic or financial years along the bottom: every year if they fit, otherwise every second or third from the last."""
    step = max(-(-len(years) // most), 1)
    shown = list(range(len(years) - 1, -1, -step))[::-1]
    axes.set_xticks(shown, [years[number] for number in shown])


def save(folder: Path, name: str, figure: Figure, data: pd.DataFrame) -> None:
    """Write a chart as SVG and PNG with its data beside it as CSV."""
    write_table(folder / f"{name}.csv", data)
    with mpl.rc_context(SETTINGS):
        for kind in ("svg", "png"):
            buffer = io.BytesIO()
            more = {"metadata": {"Date": None}} if kind == "svg" else {"pil_kwargs": {"compress_level": COMPRESSED}}
            figure.savefig(buffer, format=kind, dpi=150, **more)
            write_bytes(folder / f"{name}.{kind}", buffer.getvalue())
