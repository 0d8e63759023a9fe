"""Charts of places: what opens when, and a map drawn from coordinates."""

from __future__ import annotations

import textwrap
from typing import Any, Final

import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from matplotlib.transforms import Bbox

from planner.report.charts.style import BLUE, DARK, GREY, LOOKS, MID_GREY, NOTE, frame, house_style

_ON_MAP: Final = ("state_special", "independent_special", "resource_centre", "contact_base")
_NUMBER_STEPS: Final = tuple(
    (reach * dx, reach * dy)
    for reach in (10, 15, 22, 30, 40)
    for dx, dy in ((1, 0.4), (-1, 0.4), (0.6, 1), (-0.6, 1), (0.6, -1), (-0.6, -1), (1, -0.6), (-1, -0.6))
)
"""Where a number may stand beside its opening, in points, the nearest first."""
_NAME_STEPS: Final = tuple((0.0, float(up)) for up in (0, 14, -14, 26, -26, 38, -38, 52, -52))
"""Where a district's name may stand about the middle of its areas, in points."""
_SAME_PLACE_METRES: Final = 400.0
"""Units nearer to each other than about this are drawn side by side."""
_APART_POINTS: Final = 6.5


@house_style
def openings(data: pd.DataFrame, years: list[str], place: str, note: str) -> Figure:
    """What opens when: columns option, option_name, year, places, decided; one row an option and year in which it is open.

    Bars of decided schemes are dark, of schemes that the model chose blue with hatching; the number on a bar is places.
    """
    first = data.groupby("option")["year"].min()
    titles = data.drop_duplicates("option").set_index("option")["option_name"].astype(str)
    names = sorted(first.index, key=lambda name: (first[name], titles[name], name))
    count = len(names)
    title = (
        f"{count} scheme{'s' if count != 1 else ''} open or grow by {years[-1]}"
        if count != 1
        else f"One scheme opens or grows by {years[-1]}"
    )
    title = title if count else "Nothing opens in this scenario"
    size = (11.0, 3.0 + 0.32 * max(count, 2))
    subtitle = (
        f"Places in use or ready by scheme and academic year, {place}, {years[0]} to {years[-1]}. Dark: decided. Blue: chosen by the model."
    )
    figure, axes = frame(title, subtitle, note, size=size, left=0.49, right=0.98)
    bars: list[tuple[int, int, str]] = []
    for row, name in enumerate(reversed(names)):
        mine = data[data["option"] == name].set_index("year")
        colour = DARK if mine["decided"].iloc[0] else BLUE
        sizes = mine["places"].reindex(years).tolist()
        for at, places in enumerate(sizes):
            if np.isnan(places):
                continue
            bars.append((row, at, colour))
            if at == 0 or sizes[at - 1] != places:
                axes.annotate(f"{places:,.0f}", (at + 0.1, row), va="center", color="white", fontsize=10, fontweight="bold")
    if bars:
        rows, lefts, colours = zip(*bars, strict=True)
        axes.barh(rows, 1, left=lefts, height=0.7, color=colours, align="center")
    axes.set_yticks(
        range(count),
        [textwrap.fill(textwrap.shorten(titles[name], 124, placeholder=" ..."), 74) for name in reversed(names)],
        fontsize=9,
        linespacing=0.95,
    )
    axes.tick_params(axis="y", length=0)
    axes.set_xticks(np.arange(len(years)) + 0.5, [year[2:] for year in years], fontsize=11)
    axes.set_xlim(0, len(years))
    axes.set_ylim(-0.6, max(count, 1) - 0.4)
    axes.grid(visible=False, axis="y")
    return figure


@house_style
def county_map(areas: pd.DataFrame, units: pd.DataFrame, place: str, note: str) -> Figure:
    """A map from coordinates: areas as grey dots sized by children, units by shape, those that open filled, numbered and listed.

    ``areas`` has district, easting_m, northing_m (metres, EPSG:27700) and children; ``units`` is as ``map_units`` gives it.
    """
    opens = units[units["number_on_map"] > 0].sort_values("number_on_map")
    kept = len(units) - len(opens)
    title = "Where children live and where the places are"
    if len(opens):
        title = (
            f"{len(opens)} bases and schools open or grow; {kept} stay as they are"
            if len(opens) > 1
            else f"One base or school opens or grows; {kept} stay as they are"
        )
    size = (12.0, max(9.4, 3.2 + 0.185 * len(opens)))
    subtitle = (
        f"Areas (grey) by children and young people aged 0 to 25; units by kind, filled and numbered where they open or grow, {place}"
    )
    figure, axes = frame(title, subtitle, note, size=size, left=0.02, right=0.63 if len(opens) else 0.98)
    box = axes.get_position()
    key = 0.45 / size[1]
    axes.set_position((box.x0, box.y0 + key - 0.35 / size[1], box.width, box.height - key + 0.45 / size[1]))
    axes.set_axis_off()
    axes.set_aspect("equal", adjustable="datalim")
    axes.scatter(
        areas["easting_m"],
        areas["northing_m"],
        s=areas["children"] / max(areas["children"].max(), 1.0) * 420 + 20,
        color=GREY,
        alpha=0.75,
        linewidths=0,
    )
    axes.scatter(units["easting_m"], units["northing_m"], s=0)
    axes.margins(0.06)
    axes.apply_aspect()
    at = _side_by_side(axes, units)
    for kind in _ON_MAP:
        look, mine = LOOKS[kind], (units["provision_type"] == kind).to_numpy()
        new = (units["number_on_map"] > 0).to_numpy()
        axes.scatter(*at[mine & ~new].T, s=46, marker=look.marker, facecolor="white", edgecolor=look.colour, linewidths=1.6, zorder=3)
        axes.scatter(*at[mine & new].T, s=80, marker=look.marker, color=look.colour, edgecolor="white", linewidths=0.7, zorder=4)
    _write_names(axes, areas, units, at)
    _scale(axes)
    _key(figure, [kind for kind in _ON_MAP if (units["provision_type"] == kind).any()], (box.y0 - 0.42 / size[1], key))
    if len(opens):
        _list(figure, opens, box)
    return figure


def _side_by_side(axes: Any, units: pd.DataFrame) -> np.ndarray:
    """(n, 2) where each unit is drawn, metres: its coordinates, or on a small ring about them where several units stand in one place."""
    at = units[["easting_m", "northing_m"]].to_numpy(dtype=float)
    corner, step = axes.transData.inverted().transform([(0.0, 0.0), (_APART_POINTS * axes.figure.dpi / 72, 0.0)])
    apart = float(step[0] - corner[0])
    same = units.groupby([(units[name] / _SAME_PLACE_METRES).round() for name in ("easting_m", "northing_m")])
    place, many = same.cumcount().to_numpy(), same["unit"].transform("size").to_numpy()
    angle = 2 * np.pi * place / many
    return at + np.where(many > 1, apart, 0.0)[:, None] * np.column_stack([np.cos(angle), np.sin(angle)])


def _write_names(axes: Any, areas: pd.DataFrame, units: pd.DataFrame, at: np.ndarray) -> None:
    """Write the districts' names and the openings' numbers, each in the nearest spot clear of units and of one another."""
    scale = axes.figure.dpi / 72
    pixels = axes.transData.transform(at) if len(at) else np.zeros((0, 2))
    taken = [(x - 4 * scale, y - 4 * scale, x + 4 * scale, y + 4 * scale) for x, y in pixels.tolist()]

    def best(point: np.ndarray, steps: tuple[tuple[float, float], ...], wide: float, high: float) -> tuple[float, float]:
        middles = np.asarray(point) + np.array(steps) * scale
        half = np.array([wide, high]) * scale / 2
        boxes, others = np.hstack([middles - half, middles + half]), np.array(taken).reshape(-1, 4)
        low = np.maximum(boxes[:, None, :2], others[None, :, :2])
        high_ends = np.minimum(boxes[:, None, 2:], others[None, :, 2:])
        chosen = int(np.argmin((low <= high_ends).all(axis=2).sum(axis=1)))
        taken.append(tuple(boxes[chosen].tolist()))
        return steps[chosen]

    for district, middle in areas.groupby("district")[["easting_m", "northing_m"]].mean().iterrows():
        where = best(axes.transData.transform(tuple(middle)), _NAME_STEPS, 5.0 * len(str(district)), 10)
        axes.annotate(
            str(district), tuple(middle), xytext=where, textcoords="offset points", ha="center", va="center", fontsize=9, color=NOTE
        )
    for point, spot, number in zip(pixels, at, units["number_on_map"], strict=True):
        if number == 0:
            continue
        where = best(point, _NUMBER_STEPS, 6.5 * len(str(number)), 9)
        line = {"arrowstyle": "-", "color": MID_GREY, "lw": 0.7, "shrinkA": 0} if max(abs(where[0]), abs(where[1])) > 15 else None
        axes.annotate(
            str(number), tuple(spot), xytext=where, textcoords="offset points", ha="center", va="center", fontsize=10, fontweight="bold",
            zorder=5, arrowprops=line,
        )  # fmt: skip


def _key(figure: Figure, kinds: list[str], at: tuple[float, float]) -> None:
    axes = figure.add_axes((0.02, at[0], 0.96, at[1]))
    axes.set_axis_off()
    axes.set_xlim(0, 1)
    axes.set_ylim(0, 1)
    for number, kind in enumerate(kinds):
        look, x = LOOKS[kind], 0.008 + number * 0.235
        axes.scatter([x], [0.5], s=52, marker=look.marker, facecolor="white", edgecolor=look.colour, linewidths=1.6)
        axes.scatter([x + 0.02], [0.5], s=70, marker=look.marker, color=look.colour)
        axes.text(x + 0.036, 0.5, look.name, va="center", fontsize=11)


def _list(figure: Figure, opens: pd.DataFrame, box: Bbox) -> None:
    """The names of the openings beside the map."""
    axes = figure.add_axes((0.645, box.y0, 0.345, box.height))
    axes.set_axis_off()
    axes.set_xlim(0, 1)
    axes.set_ylim(0, 1)
    inches = box.height * figure.get_figheight()
    step = min(0.21, inches / len(opens)) / inches
    for number, row in enumerate(opens.to_dict("records")):
        y = 1 - number * step
        look = LOOKS[str(row["provision_type"])]
        axes.scatter([0.0], [y - step * 0.33], s=34, marker=look.marker, color=look.colour, clip_on=False)
        axes.text(0.085, y, str(row["number_on_map"]), ha="right", va="top", fontsize=9, fontweight="bold")
        axes.text(0.105, y, f"{row['opens'][2:]}  {textwrap.shorten(str(row['unit_name']), 58, placeholder=' ...')}", va="top", fontsize=9)


def _scale(axes: Any) -> None:
    """A bar of a round length, about a fifth of the map's width, in its lower left corner."""
    low, high = axes.get_xlim()
    bottom, top = axes.get_ylim()
    metres = next((length for length in (50_000, 20_000, 10_000, 5_000, 2_000, 1_000) if length <= (high - low) / 4), 500)
    x, y = low + (high - low) * 0.02, bottom + (top - bottom) * 0.015
    axes.plot([x, x + metres], [y, y], color=DARK, lw=2.2, scalex=False, scaley=False)
    axes.annotate(f"{metres / 1000:g} km", (x, y), xytext=(0, 5), textcoords="offset points", fontsize=10)


def map_units(units: pd.DataFrame, options: pd.DataFrame) -> pd.DataFrame:
    """The units for the map: candidates that never open are left out, and openings are numbered from north to south.

    Adds ``opens`` (the first year in which an option opens or grows the unit, or empty) and ``number_on_map`` (0 for no opening).
    """
    grows = options[(options["open"] == 1) & (options["kind"] != "close_unit")]
    first = grows.groupby("unit")["year"].min()
    names = ["unit", "unit_name", "provision_type", "easting_m", "northing_m", "places", "illustrative"]
    found = units[names].assign(opens=[first.get(unit, "") for unit in units["unit"]])
    shown = found["provision_type"].isin(_ON_MAP) & found["easting_m"].notna() & ((found["places"] > 0) | (found["opens"] != ""))
    found = found[shown].sort_values("northing_m", ascending=False, kind="stable").reset_index(drop=True)
    opening = found["opens"] != ""
    found["number_on_map"] = opening.cumsum().where(opening, 0).astype(int)
    return found
