"""Charts of places: what opens when, and a map drawn from coordinates."""

from __future__ import annotations

import textwrap
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from planner.names import PROVISION_TITLES
from planner.report.charts.style import BLUE, DARK, GREY, ORANGE, PLUM, TURQUOISE, frame

_SHAPES = {
    "state_special": ("s", BLUE, "State special school"),
    "independent_special": ("D", PLUM, "Independent special school"),
    "resource_centre": ("^", TURQUOISE, "Resource centre"),
    "contact_base": ("o", ORANGE, "Contact base"),
}


def openings(data: pd.DataFrame, years: list[str], place: str, note: str) -> Figure:
    """What opens when: columns option_name, kind, year, places, decided; one row an option and year in which it is open."""
    first = data.groupby("option_name", sort=False)["year"].min()
    names = sorted(first.index, key=lambda name: (first[name], name))
    count = len(names)
    title = f"{count} schemes open or grow by {years[-1]}" if count else "Nothing opens in this scenario"
    height = max(4.2, 1.9 + 0.27 * count)
    figure, axes = frame(title, f"Places added by each scheme, by academic year, {place}", note, size=(9.6, height), left=0.46, right=0.97)
    box = axes.get_position()
    pad = 1.35 / height
    axes.set_position((box.x0, 0.85 / height, box.width, 1.0 - pad - 0.85 / height - 0.1 / height))
    for row, name in enumerate(reversed(names)):
        mine = data[data["option_name"] == name].set_index("year")["places"]
        start = years.index(str(first[name]))
        axes.barh(
            row,
            len(years) - start,
            left=start,
            height=0.68,
            color=BLUE if not data.loc[data["option_name"] == name, "decided"].iloc[0] else DARK,
        )
        sizes = [float(mine.get(year, 0.0)) for year in years]
        for at in range(start, len(years)):
            if at == start or sizes[at] != sizes[at - 1]:
                axes.annotate(f"{sizes[at]:,.0f}", (at + 0.12, row), va="center", color="white", fontsize=9, fontweight="bold")
    axes.set_yticks(range(count), [textwrap.shorten(name, 58, placeholder=" ...") for name in reversed(names)], fontsize=8.5)
    axes.set_xticks(np.arange(len(years)) + 0.5, [year[2:] for year in years], fontsize=9)
    axes.set_xlim(0, len(years))
    axes.set_ylim(-0.6, max(count, 1) - 0.4)
    axes.grid(visible=False, axis="y")
    return figure


def county_map(areas: pd.DataFrame, units: pd.DataFrame, place: str, note: str) -> Figure:
    """A map from coordinates: areas as grey dots sized by children, units by shape, those that open filled and labelled.

    ``areas`` has area_name, easting_m, northing_m, children; ``units`` has unit_name, provision_type, easting_m, northing_m, opens (year or empty).
    """
    opens = units[units["opens"] != ""]
    title = f"{len(opens)} bases and schools open or grow" if len(opens) else "Where children live and where the places are"
    figure, axes = frame(
        title, f"Areas by children aged 0 to 25, and units by kind, {place}", note, size=(9.0, 10.4), left=0.03, right=0.97
    )
    axes.set_position((0.03, 0.10, 0.94, 0.74))
    axes.set_axis_off()
    axes.set_aspect("equal")
    axes.scatter(
        areas["easting_m"],
        areas["northing_m"],
        s=areas["children"] / areas["children"].max() * 420 + 20,
        color=GREY,
        alpha=0.75,
        linewidths=0,
    )
    handles = []
    for kind, (shape, colour, name) in _SHAPES.items():
        mine = units[units["provision_type"] == kind]
        if mine.empty:
            continue
        new = mine["opens"] != ""
        axes.scatter(
            mine.loc[~new, "easting_m"],
            mine.loc[~new, "northing_m"],
            s=46,
            marker=shape,
            facecolor="white",
            edgecolor=colour,
            linewidths=1.6,
            zorder=3,
        )
        axes.scatter(
            mine.loc[new, "easting_m"],
            mine.loc[new, "northing_m"],
            s=74,
            marker=shape,
            color=colour,
            edgecolor="white",
            linewidths=0.6,
            zorder=4,
        )
        handles.append((shape, colour, name))
    _label_openings(axes, opens)
    _key(figure, handles)
    _scale(axes, areas)
    return figure


def _label_openings(axes: Any, opens: pd.DataFrame) -> None:
    """Number the openings on the map; the names stand in the table beside the chart."""
    taken: list[tuple[float, float]] = []
    for number, row in enumerate(opens.sort_values(["northing_m"], ascending=False).to_dict("records"), start=1):
        x, y = float(row["easting_m"]), float(row["northing_m"])
        for dx, dy in ((900, 500), (-2300, 500), (900, -1300), (-2300, -1300), (900, 1600), (-2300, 1600), (2300, 0), (-3700, 0)):
            if all(abs(x + dx - a) > 1700 or abs(y + dy - b) > 1100 for a, b in taken):
                break
        taken.append((x + dx, y + dy))
        axes.text(x + dx, y + dy, str(number), fontsize=9, fontweight="bold", zorder=5)


def _key(figure: Figure, handles: list[tuple[str, str, str]]) -> None:
    axes = figure.add_axes((0.02, 0.055, 0.96, 0.045))
    axes.set_axis_off()
    axes.set_xlim(0, 1)
    axes.set_ylim(0, 1)
    for number, (shape, colour, name) in enumerate(handles):
        at = 0.01 + number * 0.25
        axes.scatter([at], [0.5], s=52, marker=shape, facecolor="white", edgecolor=colour, linewidths=1.6)
        axes.scatter([at + 0.022], [0.5], s=62, marker=shape, color=colour)
        axes.text(at + 0.04, 0.5, name, va="center", fontsize=9.5)


def _scale(axes: Any, areas: pd.DataFrame) -> None:
    x, y = float(areas["easting_m"].min()), float(areas["northing_m"].min())
    axes.plot([x, x + 10_000], [y, y], color=DARK, lw=2)
    axes.text(x, y + 700, "10 km", fontsize=9)


def map_units(units: pd.DataFrame, options: pd.DataFrame) -> pd.DataFrame:
    """The units for the map with the year in which an option first opens or grows each; candidates that never open are left out."""
    first = options[options["open"] == 1].groupby("unit")["year"].min()
    frame_ = units[["unit", "unit_name", "provision_type", "easting_m", "northing_m", "places", "illustrative"]].copy()
    frame_["opens"] = frame_["unit"].map(first).fillna("")
    shown = frame_["provision_type"].isin(PROVISION_TITLES) & frame_["provision_type"].isin(_SHAPES) & frame_["easting_m"].notna()
    shown &= (frame_["places"] > 0) | (frame_["opens"] != "")
    return frame_[shown].reset_index(drop=True)
