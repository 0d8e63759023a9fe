"""Charts over the years: EHCPs, places, cost, the DSG position, new EHCPs and journeys. Each takes a frame and returns a figure."""

from __future__ import annotations

import textwrap
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter

from planner.names import LINE_TITLES, LINES, PROVISION_TITLES
from planner.report.charts.style import BLUE, DASHES, MARKERS, ORANGE, PALETTE, TURQUOISE, frame, label_lines, year_ticks

_SHORT = {
    "mainstream_support": "Mainstream with support",
    "state_special": "State special schools",
    "independent_special": "Independent special",
    "further_education": "Colleges",
    "resource_centre": "Resource centres",
    "elsewhere": "Early years, alternative provision and elsewhere",
    "waiting": "Waiting",
}


def _thousands(axes: Any) -> None:
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:,.0f}"))


def _millions(axes: Any) -> None:
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"-£{-value:,.0f}m" if value < 0 else f"£{value:,.0f}m"))


def ehcps_by_provision(data: pd.DataFrame, place: str, note: str) -> Figure:
    """EHCPs and where they are met by year: columns year, situation, children."""
    table = data.pivot_table(index="situation", columns="year", values="children", aggfunc="sum").fillna(0.0)
    years = [str(year) for year in table.columns]
    total = table.sum()
    title = f"EHCPs go from {total.iloc[0]:,.0f} to {total.iloc[-1]:,.0f} by {years[-1]}"
    figure, axes = frame(title, f"Children and young people with an EHCP by where they are met, {place}, {years[0]} to {years[-1]}", note)
    top = float(table.to_numpy().max()) * 1.08 or 1.0
    order = table.iloc[:, -1].sort_values(ascending=False).index
    ends = []
    for number, kind in enumerate(order):
        colour = PALETTE[number % len(PALETTE)]
        axes.plot(
            range(len(years)), table.loc[kind], color=colour, lw=2.4, ls=DASHES[number % 6], marker=MARKERS[number % 6], ms=5, markevery=2
        )
        ends.append((_SHORT.get(str(kind), str(kind)), float(table.loc[kind].iloc[-1]), colour))
    axes.set_ylim(0, top)
    axes.set_xlim(0, max(len(years) - 1, 1))
    year_ticks(axes, years)
    _thousands(axes)
    axes.set_ylabel("Children and young people")
    label_lines(axes, len(years) - 1, ends, top)
    return figure


def grouped_situations(ehcps: pd.DataFrame) -> pd.DataFrame:
    """EHCPs by year and situation, the small kinds of provision taken together."""
    small = {"early_years_setting": "elsewhere", "alternative_provision": "elsewhere", "educated_elsewhere": "elsewhere"}
    frame_ = ehcps.assign(situation=ehcps["situation"].replace(small))
    return frame_.groupby(["year", "situation"], as_index=False)["children"].sum()


def places_against_demand(data: pd.DataFrame, place: str, note: str) -> Figure:
    """Places and children in them, one small panel a provision type: columns provision_type, year, children, places."""
    kinds = [kind for kind in PROVISION_TITLES if kind in set(data["provision_type"])]
    years = sorted(set(data["year"]))
    last = data[data["year"] == years[-1]].groupby("provision_type")[["children", "places"]].sum()
    full = [kind for kind in kinds if last.loc[kind, "places"] and last.loc[kind, "children"] >= 0.97 * last.loc[kind, "places"]]
    title = "No kind of provision is full" if not full else f"{_listed([_SHORT[kind] for kind in full])} full in {years[-1]}"
    figure, first = frame(title, f"Places and children in them, provision with limited places, {place}", note, right=0.97)
    box = first.get_position()
    figure.delaxes(first)
    width = box.width / max(len(kinds), 1)
    for number, kind in enumerate(kinds):
        axes = figure.add_axes((box.x0 + number * width + 0.01, box.y0, width - 0.05, box.height - 0.05))
        mine = data[data["provision_type"] == kind].set_index("year").reindex(years)
        axes.bar(range(len(years)), mine["children"], color=BLUE, width=0.8)
        axes.step(np.arange(len(years) + 1) - 0.5, [*mine["places"], mine["places"].iloc[-1]], where="post", color=ORANGE, lw=2.6)
        axes.set_title(textwrap.fill(_SHORT[kind], 22), fontsize=11, loc="left", fontweight="bold")
        axes.set_xticks([0, len(years) - 1], [years[0], years[-1]])
        axes.set_ylim(0, max(float(mine[["children", "places"]].max().max()) * 1.18, 1.0))
        _thousands(axes)
        if number == 0:
            axes.annotate("places", (0, mine["places"].iloc[0]), xytext=(0, 4), textcoords="offset points", fontsize=10)
            axes.annotate(
                "children", (len(years) / 2, mine["children"].iloc[len(years) // 2] * 0.5), color="white", ha="center", fontsize=10
            )
    return figure


def _listed(names: list[str]) -> str:
    lowered = [names[0], *(name[0].lower() + name[1:] for name in names[1:])]
    text = lowered[0] if len(lowered) == 1 else f"{', '.join(lowered[:-1])} and {lowered[-1]}"
    return f"{text} are" if len(names) > 1 or text.endswith("s") else f"{text} is"


def cost_by_line(data: pd.DataFrame, place: str, note: str) -> Figure:
    """Cost by line, funds apart, in the first and last financial year: columns financial_year, fund, line, cash_gbp."""
    years = sorted(set(data["financial_year"]))
    table = data.pivot_table(index="line", columns="financial_year", values="cash_gbp", aggfunc="sum").fillna(0.0) / 1e6
    lines = [line for line in reversed(LINES) if line in table.index and table.loc[line].abs().max() > 0.005]
    before, after = float(table[years[0]].sum()), float(table[years[-1]].sum())
    digits = 0 if max(before, after) >= 10 else 1
    title = f"Yearly cost goes from £{before:,.{digits}f}m to £{after:,.{digits}f}m by {years[-1]}"
    figure, axes = frame(
        title, f"Cost by line, {years[0]} and {years[-1]}, constant prices, £ million, {place}", note, left=0.42, right=0.95
    )
    rows = np.arange(len(lines))
    for offset, year, colour, hatch in ((0.2, years[0], TURQUOISE, "//"), (-0.2, years[-1], BLUE, "")):
        values = [float(table.loc[line, year]) for line in lines]
        axes.barh(rows + offset, values, height=0.38, color=colour, hatch=hatch, edgecolor="white")
        for row, value in zip(rows, values, strict=True):
            axes.annotate(
                f"{year}: £{value:,.1f}m",
                (max(value, 0.0), row + offset),
                xytext=(4, 0),
                textcoords="offset points",
                va="center",
                fontsize=8.5,
            )
    funds = {"transport": "council general fund"}
    names = [LINE_TITLES[line] if line == "capital" else f"{LINE_TITLES[line]} ({funds.get(line, 'high needs block')})" for line in lines]
    axes.set_yticks(rows, [textwrap.fill(name, 46) for name in names], fontsize=9.5)
    axes.grid(visible=False, axis="y")
    axes.set_xlim(0, float(table.to_numpy().max()) * 1.28 or 1.0)
    axes.set_xticks([])
    axes.spines["bottom"].set_visible(False)
    return figure


def dsg_position(data: pd.DataFrame, place: str, note: str) -> Figure:
    """Block and cost as lines, the cumulative deficit as bars: columns financial_year, block_gbp, cost_gbp, deficit_gbp."""
    years = list(data["financial_year"])
    final = float(data["deficit_gbp"].iloc[-1]) / 1e6
    word = "deficit" if final >= 0 else "surplus"
    title = f"Without further action the cumulative {word} is £{abs(final):,.0f}m by {years[-1]}"
    figure, axes = frame(title, f"High needs block, cost and cumulative deficit, constant prices, {place}", note)
    axes.bar(range(len(years)), data["deficit_gbp"] / 1e6, color="#BFBFBF", width=0.7)
    ends = [("Cumulative deficit (bars)", final, "#6B7276")]
    for name, column, colour, dash, marker in (
        ("Cost to the block", "cost_gbp", BLUE, "-", "o"),
        ("High needs block", "block_gbp", ORANGE, (0, (6, 2)), "s"),
    ):
        values = data[column] / 1e6
        axes.plot(range(len(years)), values, color=colour, lw=2.4, ls=dash, marker=marker, ms=5)
        ends.append((name, float(values.iloc[-1]), colour))
    low, high = min(0.0, float(data["deficit_gbp"].min()) / 1e6), max(value for _, value, _ in ends)
    axes.set_ylim(low * 1.1, high * 1.1 or 1.0)
    axes.set_xlim(-0.6, len(years) - 0.4)
    year_ticks(axes, years)
    _millions(axes)
    label_lines(axes, len(years) - 0.5, ends, high * 1.1)
    return figure


def journeys(data: pd.DataFrame, place: str, note: str) -> Figure:
    """Mean journey one way by provision type and year: columns provision_type, year, mean_minutes."""
    table = data.pivot_table(index="provision_type", columns="year", values="mean_minutes")
    years = [str(year) for year in table.columns]
    longest = table.iloc[:, -1].idxmax() if len(table) else ""
    title = (
        f"The longest journeys are to {_SHORT.get(str(longest), str(longest))[0].lower()}{_SHORT.get(str(longest), str(longest))[1:]}"
        if len(table)
        else "No journeys are counted"
    )
    figure, axes = frame(title, f"Mean journey one way, minutes, by kind of provision, {place}", note)
    top = (float(np.nanmax(table.to_numpy())) * 1.15 if len(table) else 1.0) or 1.0
    ends = []
    for number, kind in enumerate(table.index):
        colour = PALETTE[number % len(PALETTE)]
        axes.plot(range(len(years)), table.loc[kind], color=colour, lw=2.4, ls=DASHES[number % 6], marker=MARKERS[number % 6], ms=5)
        final = table.loc[kind].dropna()
        ends.append((_SHORT.get(str(kind), PROVISION_TITLES[str(kind)]), float(final.iloc[-1]) if len(final) else 0.0, colour))
    axes.set_ylim(0, top)
    axes.set_xlim(0, max(len(years) - 1, 1))
    year_ticks(axes, years)
    axes.set_ylabel("Minutes one way")
    label_lines(axes, max(len(years) - 1, 1), ends, top)
    return figure


def new_ehcps(data: pd.DataFrame, place: str, note: str) -> Figure:
    """New EHCPs by year, as the base year, what the number of children adds and what the rate adds: columns year, base, population, rate."""
    years = list(data["year"])
    total = data["base"] + data["population"] + data["rate"]
    title = f"New EHCPs a year go from {data['base'].iloc[0]:,.0f} to {total.iloc[-1]:,.0f}, mostly by the {'rate' if abs(data['rate'].iloc[-1]) >= abs(data['population'].iloc[-1]) else 'number of children'}"
    figure, axes = frame(title, f"New EHCPs a year before early help, and why they change, {place}", note)
    at = range(len(years))
    axes.bar(at, data["base"], color="#BFBFBF", width=0.75)
    up = data["base"].to_numpy(dtype=float)
    ends = [("As in the base year", float(up[-1]) / 2, "#6B7276")]
    for name, column, colour, hatch in (
        ("Because the rate changes", "rate", BLUE, ""),
        ("Because the number of children changes", "population", ORANGE, "//"),
    ):
        values = data[column].to_numpy(dtype=float)
        axes.bar(at, values, bottom=np.where(values >= 0, up, up), color=colour, hatch=hatch, edgecolor="white", width=0.75)
        ends.append((name, float(up[-1] + values[-1] / 2), colour))
        up = up + values
    top = float(max((data["base"] + data["population"].clip(lower=0) + data["rate"].clip(lower=0)).max(), 1.0)) * 1.1
    axes.set_ylim(0, top)
    axes.set_xlim(-0.6, len(years) - 0.4)
    year_ticks(axes, years)
    _thousands(axes)
    axes.set_ylabel("New EHCPs a year")
    label_lines(axes, len(years) - 0.5, ends, top)
    return figure
