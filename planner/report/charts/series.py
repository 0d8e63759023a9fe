"""Charts over the years: EHCPs, places, new EHCPs and journeys. Each takes a frame and returns a figure."""

from __future__ import annotations

import textwrap

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from planner.names import PROVISION_TITLES, WAITING
from planner.report.charts.style import (
    BLUE,
    GREY,
    LOOKS,
    MID_GREY,
    NOTE,
    ORANGE,
    TEXT,
    frame,
    house_style,
    label_lines,
    thousands,
    unit_label,
    year_ticks,
)

TOTAL = "Total"
"""The label of rows that hold the total of the others, where the total is not their sum because each is rounded."""

FULL = 0.97
"""Provision with this share of its places taken is called full."""


def _table(data: pd.DataFrame, rows: str, values: str) -> pd.DataFrame:
    return data.pivot_table(index=rows, columns="year", values=values, aggfunc="sum")


@house_style
def ehcps_by_provision(data: pd.DataFrame, place: str, note: str) -> Figure:
    """EHCPs and where they are met by year: columns year, situation, children; rows ``Total`` are taken for the total where they are there."""
    table = _table(data, "situation", "children").fillna(0.0)
    years = [str(year) for year in table.columns]
    total = table.loc[TOTAL] if TOTAL in table.index else table.sum()
    table = table.drop(index=TOTAL, errors="ignore")
    table = table[(table.max(axis=1) >= 0.05) | (table.index != WAITING)]
    title = f"EHCPs go from {total.iloc[0]:,.0f} to {total.iloc[-1]:,.0f} by {years[-1]}" if len(table) else "No child holds an EHCP"
    span = f"{years[0]} to {years[-1]}" if years else "no year"
    figure, axes = frame(title, f"Children and young people with an EHCP by where they are met, {place}, {span}", note)
    axes.set_ylim(0, float(np.nan_to_num(table.to_numpy(dtype=float)).max(initial=0.0)) * 1.08 or 1.0)
    axes.set_xlim(0, max(len(years) - 1, 1))
    ends = []
    for kind in table.index:
        look = LOOKS[str(kind)]
        axes.plot(range(len(years)), table.loc[kind], color=look.colour, lw=2.4, ls=look.line, marker=look.marker, ms=6, clip_on=False)
        ends.append((look.name, float(table.loc[kind].iloc[-1]), look.colour))
    year_ticks(axes, years, 6)
    thousands(axes)
    unit_label(axes, "Children and young people")
    label_lines(axes, ends)
    return figure


def grouped_situations(ehcps: pd.DataFrame) -> pd.DataFrame:
    """EHCPs by year and situation, the small kinds of provision taken together."""
    small = {"early_years_setting": "elsewhere", "alternative_provision": "elsewhere", "educated_elsewhere": "elsewhere"}
    frame_ = ehcps.assign(situation=ehcps["situation"].replace(small))
    return frame_.groupby(["year", "situation"], as_index=False)["children"].sum()


def _places_title(data: pd.DataFrame, kinds: list[str], year: str) -> str:
    last = data[data["year"] == year].groupby("provision_type")[["children", "places"]].sum()
    full = [kind for kind in kinds if last.loc[kind, "places"] > 0 and last.loc[kind, "children"] >= FULL * last.loc[kind, "places"]]
    if not full:
        return f"Every kind of provision has places free in {year}"
    names = [LOOKS[kind].name for kind in full]
    names = [names[0], *(name[0].lower() + name[1:] for name in names[1:])]
    listed = names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
    return f"{listed} are full in {year}"


@house_style
def waiting(data: pd.DataFrame, place: str, note: str) -> Figure:
    """Children waiting by year: columns year, children and shown, the words above each bar."""
    years, children = [str(year) for year in data["year"]], data["children"].to_numpy(dtype=float)
    most = int(np.argmax(children))
    title = f"Most children wait in {years[most]}: about {children[most]:,.0f}"
    span = f"{years[0]} to {years[-1]}"
    figure, axes = frame(title, f"Children and young people with an EHCP who wait for a place, {place}, {span}", note, right=0.98)
    axes.bar(range(len(years)), children, color=BLUE, width=0.75)
    for at, (value, shown) in enumerate(zip(children, data["shown"], strict=True)):
        axes.annotate(shown, (at, value), xytext=(0, 3), textcoords="offset points", ha="center", fontsize=10)
    axes.set_ylim(0, float(children.max(initial=0.0)) * 1.12 or 1.0)
    axes.set_xlim(-0.6, len(years) - 0.4)
    year_ticks(axes, years, 11)
    thousands(axes)
    unit_label(axes, "Children and young people")
    return figure


@house_style
def places_against_demand(data: pd.DataFrame, place: str, note: str) -> Figure:
    """Places and children in them, one small panel a provision type: columns provision_type, year, children, places."""
    kinds = [kind for kind in PROVISION_TITLES if kind in set(data["provision_type"])]
    years = sorted(set(data["year"]))
    title = _places_title(data, kinds, years[-1]) if kinds else "No provision has limited places"
    span = f", {years[0]} to {years[-1]}" if years else ""
    figure, first = frame(
        title, f"Places (line) and children in them (bars), provision with limited places, {place}{span}", note, right=0.98
    )
    box = first.get_position()
    figure.delaxes(first)
    width = box.width / max(len(kinds), 1)
    for number, kind in enumerate(kinds):
        axes = figure.add_axes((box.x0 + number * width, box.y0, width - 0.06, box.height - 0.06))
        mine = data[data["provision_type"] == kind].groupby("year")[["children", "places"]].sum().reindex(years).fillna(0.0)
        axes.bar(range(len(years)), mine["children"], color=BLUE, width=0.75)
        axes.step(np.arange(len(years) + 1) - 0.5, [*mine["places"], mine["places"].iloc[-1]], where="post", color=ORANGE, lw=2.8)
        axes.set_title(textwrap.fill(LOOKS[kind].name, 20), pad=26)
        final = mine.iloc[-1]
        axes.annotate(
            f"{final['children']:,.0f} children, {final['places']:,.0f} places in {years[-1]}",
            (0, 1), xycoords="axes fraction", xytext=(0, 10), textcoords="offset points", fontsize=9.5, color=NOTE,
        )  # fmt: skip
        axes.set_xticks([0, len(years) - 1][: len(years)], [years[0], years[-1]][: len(years)])
        axes.set_xlim(-0.6, len(years) - 0.4)
        axes.set_ylim(0, max(float(mine.to_numpy().max()) * 1.08, 1.0))
        thousands(axes)
    return figure


@house_style
def journeys(data: pd.DataFrame, place: str, note: str) -> Figure:
    """Mean journey one way by provision type and year: columns provision_type, year, mean_minutes."""
    table = _table(data, "provision_type", "mean_minutes")
    years = [str(year) for year in table.columns]
    if len(table):
        longest = LOOKS[str(table.iloc[:, -1].fillna(0.0).idxmax())].name
        title = f"The longest journeys are to {longest[0].lower()}{longest[1:]}"
        span = f", {years[0]} to {years[-1]}"
    else:
        title, span = "No journeys are counted", ""
    figure, axes = frame(title, f"Mean journey one way by kind of provision, {place}{span}", note)
    axes.set_ylim(0, float(np.nan_to_num(table.to_numpy(dtype=float)).max(initial=0.0)) * 1.12 or 1.0)
    axes.set_xlim(0, max(len(years) - 1, 1))
    ends = []
    for kind in table.index:
        look = LOOKS[str(kind)]
        axes.plot(range(len(years)), table.loc[kind], color=look.colour, lw=2.4, ls=look.line, marker=look.marker, ms=6, clip_on=False)
        ends.append((look.name, float(table.loc[kind].dropna().iloc[-1]), look.colour))
    year_ticks(axes, years, 6)
    unit_label(axes, "Minutes one way")
    label_lines(axes, ends)
    return figure


@house_style
def new_ehcps(data: pd.DataFrame, place: str, note: str) -> Figure:
    """New EHCPs by year and why they change: columns year, new_ehcps, base, population, rate (children; the last three add to the first)."""
    years = [str(year) for year in data["year"]]
    first, last = float(data["new_ehcps"].iloc[0]), float(data["new_ehcps"].iloc[-1])
    why = "rates" if abs(data["rate"].iloc[-1]) >= abs(data["population"].iloc[-1]) else "numbers of children"
    steady = abs(last - first) < 0.005 * max(first, 1.0)
    title = (
        f"New EHCPs stay near {last:,.0f} a year"
        if steady
        else f"New EHCPs go from {first:,.0f} to {last:,.0f} a year, mostly because of {why}"
    )
    figure, axes = frame(
        title, f"New EHCPs a year before early help, and why they differ from the base year, {place}, {years[0]} to {years[-1]}", note
    )
    at = np.arange(len(years))
    axes.bar(at, data["base"], color=GREY, width=0.75)
    above, below = data["base"].to_numpy(dtype=float).copy(), np.zeros(len(years))
    ends = [("As in the base year", float(above[-1]) / 2, MID_GREY)]
    for name, column, colour, hatch in (
        ("Because rates change", "rate", BLUE, ""),
        ("Because numbers of children change", "population", ORANGE, "//"),
    ):
        values = data[column].to_numpy(dtype=float)
        start = np.where(values >= 0, above, below)
        axes.bar(at, values, bottom=start, color=colour, hatch=hatch, edgecolor="white", width=0.75)
        if np.abs(values).max() > 0:
            ends.append((name, float(start[-1] + values[-1] / 2), colour))
        above, below = above + values.clip(min=0), below + values.clip(max=0)
    axes.plot(at, data["new_ehcps"], color=TEXT, marker="D", ms=5, ls="none", clip_on=False)
    ends.append(("All new EHCPs", last, TEXT))
    low = float(below.min())
    axes.set_ylim(low * 1.15, max(float(above.max()) * 1.08, 1.0))
    axes.axhline(0, color=MID_GREY, lw=0.8)
    axes.set_xlim(-0.6, len(years) - 0.4)
    year_ticks(axes, years, 6)
    thousands(axes)
    unit_label(axes, "New EHCPs a year")
    label_lines(axes, ends, at=1 - 0.02 / len(years))
    return figure
