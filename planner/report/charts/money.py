"""Charts of money: cost by fund and by line, and the position of the dedicated schools grant. Each takes a frame and returns a figure."""

from __future__ import annotations

import textwrap
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter

from planner.names import FUND_TITLES, LINE_FUND, LINE_TITLES, LINES
from planner.report.charts.series import TOTAL
from planner.report.charts.style import BLUE, GREY, MID_GREY, NOTE, ORANGE, TURQUOISE, frame, house_style, label_lines, year_ticks

_FUND_LOOKS = {"high_needs_block": (BLUE, ""), "council_general_fund": (TURQUOISE, "//"), "capital": (ORANGE, "..")}


def _pounds(millions: float) -> str:
    if abs(millions) < 0.005:
        return "£0"
    digits = 0 if abs(millions) >= 100 else 1 if abs(millions) >= 1 else 2
    return f"-£{-millions:,.{digits}f}m" if millions < 0 else f"£{millions:,.{digits}f}m"


def _money_axis(axes: Any) -> None:
    low, high = axes.get_ylim()
    digits = 0 if high - low >= 5 else 1 if high - low >= 0.5 else 2
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"-£{-value:,.{digits}f}m" if value < 0 else f"£{value:,.{digits}f}m"))


@house_style
def cost_by_fund(data: pd.DataFrame, place: str, note: str) -> Figure:
    """Cost by fund and financial year, stacked: columns financial_year, fund, cash_gbp; rows ``Total`` are the total where they are there."""
    table = data.pivot_table(index="fund", columns="financial_year", values="cash_gbp", aggfunc="sum").fillna(0.0) / 1e6
    years = [str(year) for year in table.columns]
    total = table.loc[TOTAL] if TOTAL in table.index else table.sum()
    title = (
        f"Yearly cost goes from {_pounds(total.iloc[0])} to {_pounds(total.iloc[-1])} by {years[-1]}" if len(table) else "Nothing is paid"
    )
    figure, axes = frame(title, f"Cost by fund and financial year, {place}", note)
    under, ends = np.zeros(len(years)), []
    for fund, (colour, hatch) in _FUND_LOOKS.items():
        if fund not in table.index:
            continue
        values = table.loc[fund].to_numpy(dtype=float)
        axes.bar(range(len(years)), values, bottom=under, color=colour, hatch=hatch, edgecolor="white", width=0.75)
        ends.append((f"{FUND_TITLES[fund]}, {_pounds(values[-1])}", float(under[-1] + values[-1] / 2), colour))
        under += values
    axes.set_ylim(0, float(under.max(initial=0.0)) * 1.08 or 1.0)
    axes.set_xlim(-0.6, len(years) - 0.4)
    year_ticks(axes, years, 6)
    _money_axis(axes)
    label_lines(axes, ends, at=1 - 0.02 / max(len(years), 1))
    return figure


@house_style
def cost_by_line(data: pd.DataFrame, place: str, note: str) -> Figure:
    """Cost by line with its fund, in the first and last financial year: columns financial_year, fund, line, cash_gbp."""
    years = sorted(set(data["financial_year"]))
    table = data.pivot_table(index="line", columns="financial_year", values="cash_gbp", aggfunc="sum").fillna(0.0) / 1e6
    lines = [line for line in reversed(LINES) if line in table.index and table.loc[line].abs().max() > 1e-6]
    if not lines:
        return frame("Nothing is paid", f"Cost by line, {place}", note)[0]
    change = table.loc[lines, years[-1]] - table.loc[lines, years[0]]
    most = str(change.abs().idxmax())
    way = "rises" if change[most] > 0 else "falls"
    title = f"{LINE_TITLES[most]}: the line that {way} most, by {_pounds(abs(change[most]))}"
    if len(years) == 1 or abs(change[most]) < 1e-6:
        title = f"Cost by line in {years[-1]}"
    ends = [years[0], years[-1]] if len(years) > 1 else years
    figure, axes = frame(
        title, f"Cost by line and fund, {' and '.join(ends)}, {place}", note, size=(9.6, 2.4 + 0.62 * len(lines)), left=0.46, right=0.97
    )
    rows = np.arange(len(lines))
    for offset, year, colour, hatch in ((0.2, ends[0], TURQUOISE, "//"), (-0.2, ends[-1], BLUE, ""))[-len(ends) :]:
        values = [float(table.loc[line, year]) for line in lines]
        axes.barh(rows + offset, values, height=0.38, color=colour, hatch=hatch, edgecolor="white")
        for row, value in zip(rows, values, strict=True):
            axes.annotate(
                f"{_pounds(value)} in {year}",
                (max(value, 0.0), row + offset),
                xytext=(4, 0),
                textcoords="offset points",
                va="center",
                fontsize=9.5,
            )
    names = [f"{LINE_TITLES[line]} ({FUND_TITLES[LINE_FUND[line]].lower()})" if line != "capital" else "Capital" for line in lines]
    axes.set_yticks(rows, [textwrap.fill(name, 44) for name in names], fontsize=11)
    axes.tick_params(axis="y", length=0)
    axes.grid(visible=False)
    low, high = float(table.to_numpy().min()), float(table.to_numpy().max())
    axes.set_xlim(min(low * 1.1, 0.0), max(high * 1.42, 1e-6))
    axes.set_ylim(-0.6, len(lines) - 0.4)
    axes.set_xticks([])
    axes.spines["bottom"].set_visible(False)
    return figure


@house_style
def dsg_position(data: pd.DataFrame, place: str, note: str) -> Figure:
    """Block with transfers and cost as lines, cumulative deficit as bars: columns financial_year, status, block_gbp, cost_gbp, deficit_gbp.

    Published years stand first, their bars hatched; a blank is a figure that was not published.
    """
    years = [str(year) for year in data["financial_year"]]
    deficit = data["deficit_gbp"].to_numpy(dtype=float) / 1e6
    known = deficit[~np.isnan(deficit)]
    final = float(known[-1]) if len(known) else 0.0
    word = "deficit" if final >= 0 else "surplus"
    title = f"The cumulative high needs {word} reaches {_pounds(abs(final))} by {years[-1]}"
    figure, axes = frame(title, f"High needs block, cost to it and cumulative deficit, {place}, {years[0]} to {years[-1]}", note)
    at, published = np.arange(len(years)), (data["status"] == "published").to_numpy()
    axes.bar(at[~published], deficit[~published], color=GREY, width=0.7)
    axes.bar(at[published], deficit[published], color="white", edgecolor=MID_GREY, hatch="//", width=0.7)
    ends = [("Cumulative deficit (bars)", final, MID_GREY)]
    for name, column, colour, dash, marker in (
        ("Cost to the block", "cost_gbp", BLUE, "-", "o"),
        ("Block with transfers", "block_gbp", ORANGE, (0, (6, 2)), "s"),
    ):
        values = data[column].to_numpy(dtype=float) / 1e6
        axes.plot(at, values, color=colour, lw=2.4, ls=dash, marker=marker, ms=6)
        shown = values[~np.isnan(values)]
        if len(shown):
            ends.append((name, float(shown[-1]), colour))
    low, high = (
        min(0.0, float(known.min(initial=0.0))),
        float(np.nanmax([*known, *(data[["cost_gbp", "block_gbp"]].to_numpy(dtype=float) / 1e6).ravel(), 0.0])),
    )
    axes.set_ylim(low * 1.1, high * 1.12 or 1.0)
    axes.set_xlim(-0.6, len(years) - 0.4)
    if published.any() and not published.all():
        border = int(published.sum()) - 0.5
        axes.axvline(border, color=MID_GREY, lw=1)
        for side, x, word in (("right", -6, "Published"), ("left", 6, "Projected")):
            axes.annotate(
                word,
                (border, 1),
                xycoords=("data", "axes fraction"),
                xytext=(x, 0),
                textcoords="offset points",
                ha=side,
                va="top",
                color=NOTE,
                fontsize=11,
            )
    year_ticks(axes, years, 6)
    _money_axis(axes)
    label_lines(axes, ends, at=1 - 0.4 / len(years))
    return figure
