"""The chart of what a cost hangs on: a bar for each assumption, from its low to its high, the longest on top."""

from __future__ import annotations

import textwrap
from typing import Final

import pandas as pd
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, MaxNLocator

from planner.report.charts.style import BLUE, DARK, ORANGE, frame, house_style

LOOKS: Final = {"low": (BLUE, ""), "high": (ORANGE, "//")}
"""Colour and hatching of the low and the high of an assumption; the shorter of two bars that point the same way is drawn over the longer."""

MOST_BARS: Final = 12
"""At most so many assumptions are drawn, the ones that matter most; the table holds all."""


def _pounds(millions: float) -> str:
    """Millions of pounds with their sign."""
    if abs(millions) < 0.005:
        return "£0"
    digits = 0 if abs(millions) >= 100 else 1 if abs(millions) >= 1 else 2
    text = f"£{abs(millions):,.{digits}f}m"
    return f"{'-' if millions < 0 else '+'}{text}"


@house_style
def tornado(data: pd.DataFrame, place: str, note: str) -> Figure:
    """How far each assumption moves the cost: columns label, low, high, cost_change_low_gbp, cost_change_high_gbp, largest_change_gbp."""
    rows = data.sort_values("largest_change_gbp", ascending=False).head(MOST_BARS).to_dict("records")
    title = (
        f"The cost hangs most on {str(rows[0]['label'])[:1].lower()}{str(rows[0]['label'])[1:]}" if rows else "No assumption moves the cost"
    )
    if rows and str(rows[0]["label"])[:4] == "EHCP":
        title = f"The cost hangs most on {rows[0]['label']}"
    subtitle = f"Change in public cost, present value, when each assumption goes to its low and to its high, {place}"
    high = 3.2 + 0.52 * max(len(rows), 1)
    figure, axes = frame(title, subtitle, note, size=(9.6, high), left=0.34, right=0.97)
    for place_down, row in enumerate(rows):
        ends = [(row[f"cost_change_{end}_gbp"], *look) for end, look in LOOKS.items() if pd.notna(row[f"cost_change_{end}_gbp"])]
        for change, colour, hatch in sorted(ends, key=lambda one: -abs(one[0])):
            axes.barh(place_down, change / 1e6, color=colour, hatch=hatch, edgecolor="white", height=0.62)
    axes.axvline(0, color=DARK, lw=1.2)
    axes.set_yticks(range(len(rows)), [textwrap.fill(str(row["label"]), 32) for row in rows], fontsize=11)
    axes.set_ylim(len(rows) - 0.4 if rows else 0.6, -0.6)
    axes.grid(True, axis="x")
    axes.grid(False, axis="y")
    changes = [float(row[f"cost_change_{end}_gbp"]) / 1e6 for row in rows for end in LOOKS if pd.notna(row[f"cost_change_{end}_gbp"])]
    low, most = min(changes, default=0.0), max(changes, default=0.0)
    room = 0.18 * (max(most, 0.0) - min(low, 0.0) or 1.0)
    axes.set_xlim(min(low, 0.0) - room, max(most, 0.0) + room)
    _name_ends(axes, rows)
    axes.xaxis.set_major_locator(MaxNLocator(5))
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: _pounds(value)))
    axes.annotate(
        "Blue: at its low.  Orange, hatched: at its high.  The figure beside a bar is the value it stands for.",
        (0, 1), xycoords="axes fraction", xytext=(-0.32 * 9.6 * 72, 8), textcoords="offset points", fontsize=11,
    )  # fmt: skip
    return figure


def _name_ends(axes: object, rows: list[dict[str, object]]) -> None:
    """Write the value that each bar stands for beside it; where both bars point the same way, the longer one's stands outermost."""
    for place_down, row in enumerate(rows):
        named: dict[bool, list[tuple[float, str]]] = {True: [], False: []}
        for end in ("low", "high"):
            change = row[f"cost_change_{end}_gbp"]
            if isinstance(change, float) and change == change and change != 0.0:
                named[change > 0].append((change / 1e6, f"{row[end]:.3g}"))
        for right, ends in named.items():
            if not ends:
                continue
            far = max(ends, key=lambda one: abs(one[0]))[0]
            text = ", ".join(value for _, value in sorted(ends, key=lambda one: abs(one[0])))
            axes.annotate(  # type: ignore[attr-defined]
                text, (far, place_down), xytext=(5 if right else -5, 0), textcoords="offset points", fontsize=11,
                va="center", ha="left" if right else "right",
            )  # fmt: skip
