"""The house style of every chart: colours, sizes and the words around the picture."""

from __future__ import annotations

import io
import textwrap
from pathlib import Path
from typing import Any, Final

import matplotlib as mpl
import pandas as pd
from matplotlib.figure import Figure

from planner.report.write import write_bytes, write_table

BLUE, TURQUOISE, PLUM, ORANGE, DARK, LILAC = "#12436D", "#28A197", "#801650", "#F46A25", "#3D3D3D", "#A285D1"
GREY: Final = "#BFBFBF"
TEXT: Final = "#0B0C0C"
PALETTE: Final = (BLUE, TURQUOISE, PLUM, ORANGE, DARK, LILAC)
"""The Government Analysis Function's categorical palette, in its order."""

MARKERS: Final = ("o", "s", "^", "D", "v", "P")
DASHES: Final = ("-", (0, (6, 2)), (0, (2, 2)), (0, (8, 2, 2, 2)), "-", (0, (1, 1)))

SETTINGS: Final[Any] = {
    "font.family": "sans-serif",
    "font.sans-serif": ["Arial", "Liberation Sans", "DejaVu Sans"],
    "font.size": 11,
    "axes.edgecolor": "#6B7276",
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "axes.grid.axis": "y",
    "axes.axisbelow": True,
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


def frame(
    title: str, subtitle: str, note: str, *, size: tuple[float, float] = (9.6, 6.0), left: float = 0.09, right: float = 0.78
) -> tuple[Figure, Any]:
    """A figure with its headline, subtitle and note in place, and one set of axes.

    ``left`` and ``right`` are the sides of the axes as shares of the width; the space on the right is for labels beside lines.
    """
    with mpl.rc_context(SETTINGS):
        figure = Figure(figsize=size)
        axes = figure.add_axes((left, 0.17, right - left, 0.63))
        letters = int(size[0] * 8.4)
        head = textwrap.fill(title, letters)
        figure.text(0.02, 0.965, head, fontsize=15, fontweight="bold", va="top")
        figure.text(0.02, 0.955 - 0.055 * (head.count("\n") + 1), textwrap.fill(subtitle, int(size[0] * 11)), fontsize=11, va="top")
        figure.text(0.02, 0.015, textwrap.fill(note, int(size[0] * 13.5)), fontsize=9, va="bottom", color="#383F43")
    return figure, axes


def spread(values: list[float], least: float) -> list[float]:
    """Positions as near to the values as they can be with ``least`` between neighbours, in the order given."""
    order = sorted(range(len(values)), key=lambda number: values[number])
    placed = [values[number] for number in order]
    for number in range(1, len(placed)):
        placed[number] = max(placed[number], placed[number - 1] + least)
    shift = (sum(placed) - sum(values)) / max(len(values), 1)
    placed = [value - shift for value in placed]
    for number in range(1, len(placed)):
        placed[number] = max(placed[number], placed[number - 1] + least)
    result = [0.0] * len(values)
    for place, number in enumerate(order):
        result[number] = placed[place]
    return result


def label_lines(axes: Any, x: float, ends: list[tuple[str, float, str]], top: float) -> None:
    """Write the name of each line beside its end, in dark text with a stroke of the line's colour, without overlap."""
    heights = spread([value for _, value, _ in ends], top * 0.062)
    for (name, value, colour), height in zip(ends, heights, strict=True):
        axes.annotate(
            textwrap.fill(name, 24), xy=(x, value), xytext=(x + 0.35, height), fontsize=10, va="center", annotation_clip=False,
            arrowprops={"arrowstyle": "-", "color": colour, "lw": 1.2, "shrinkA": 0, "shrinkB": 2},
        )  # fmt: skip


def year_ticks(axes: Any, years: list[str]) -> None:
    """Academic or financial years along the bottom, every year if they fit and every other one if not."""
    step = 1 if len(years) <= 8 else 2
    axes.set_xticks(range(0, len(years), step), [years[number] for number in range(0, len(years), step)])


def save(folder: Path, name: str, figure: Figure, data: pd.DataFrame) -> None:
    """Write a chart as SVG and PNG with its data beside it as CSV."""
    write_table(folder / f"{name}.csv", data)
    with mpl.rc_context(SETTINGS):
        for kind in ("svg", "png"):
            buffer = io.BytesIO()
            figure.savefig(buffer, format=kind, dpi=150, metadata={"Date": None} if kind == "svg" else None)
            write_bytes(folder / f"{name}.{kind}", buffer.getvalue())
