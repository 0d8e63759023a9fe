"""Charts of forecasts and of how they did on the past. Each takes a frame and returns a figure."""

from __future__ import annotations

import pandas as pd
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from planner.report.charts.style import (
    BLUE,
    DARK,
    LILAC,
    MID_GREY,
    ORANGE,
    PLUM,
    TURQUOISE,
    frame,
    house_style,
    label_lines,
    thousands,
    unit_label,
)

RIVAL_LOOKS = {
    "last_value": ("Last value", MID_GREY, "s", (0, (2, 2))),
    "last_growth": ("Last growth, children", PLUM, "^", (0, (6, 2))),
    "last_growth_share": ("Last growth, share", LILAC, "P", (0, (8, 2, 2, 2))),
    "straight_line": ("Straight line, five years", TURQUOISE, "D", (0, (4, 2))),
}
"""The look of each naive rival: its name, colour, marker and line. All differ in grey too."""

SHOWN_YEARS = 3
"""How many years of each past forecast are drawn."""


@house_style
def past_forecasts(folds: pd.DataFrame, totals: pd.Series, place: str, note: str) -> Figure:
    """All EHCPs held, and what the forecast made in each January said of the next three: rows of the backtest for all EHCPs."""
    shown = folds[folds["horizon"] <= SHOWN_YEARS]
    share = ((shown["p10"] <= shown["actual"]) & (shown["actual"] <= shown["p90"])).mean()
    title = f"{share:.0%} of the past forecasts' ranges held what then came"
    figure, axes = frame(
        title, f"EHCPs held in January, {place}, and forecasts of up to {SHOWN_YEARS} years made in earlier Januaries", note
    )
    for made, part in shown.groupby("made"):
        known = float(totals[made])
        years = [made, *part["january"]]
        axes.fill_between(years, [known, *part["p10"]], [known, *part["p90"]], color=ORANGE, alpha=0.13, lw=0)
        axes.plot(years, [known, *part["forecast"]], color=ORANGE, lw=1.6, marker="D", ms=3.5, markevery=slice(1, None))
    axes.plot(totals.index, totals, color=BLUE, lw=2.6, marker="o", ms=6, clip_on=False)
    axes.set_ylim(0, float(max(totals.max(), shown["p90"].max())) * 1.05)
    axes.set_xlim(float(totals.index[0]), float(max(totals.index[-1], shown["january"].max())))
    axes.xaxis.set_major_locator(MaxNLocator(integer=True))
    thousands(axes)
    unit_label(axes, "Children and young people")
    last = shown[shown["january"] == shown["january"].max()].sort_values("horizon").iloc[0]
    label_lines(axes, [("Held", float(totals.iloc[-1]), BLUE), ("Forecasts, with 8 in 10 paths", float(last["p90"]), ORANGE)])
    return figure


@house_style
def errors_by_horizon(table: pd.DataFrame, place: str, note: str) -> Figure:
    """Mean absolute error by years ahead, of the forecast and its naive rivals: the accuracy table of all EHCPs."""
    wins = table[table["beats_best_rival"]]["horizon"]
    best = f"for {len(wins)} of {len(table)} horizons" if len(wins) < len(table) else "at every horizon shown"
    title = f"The forecast is closer than every naive rival {best}"
    figure, axes = frame(title, f"Mean absolute error in children by years ahead, all EHCPs, {place}", note)
    ends = [("Forecast", float(table["error_forecast"].iloc[-1]), BLUE)]
    axes.plot(table["horizon"], table["error_forecast"], color=BLUE, lw=3, marker="o", ms=7, clip_on=False)
    for name, (label, colour, marker, line) in RIVAL_LOOKS.items():
        axes.plot(table["horizon"], table[f"error_{name}"], color=colour, lw=2, ls=line, marker=marker, ms=5.5, clip_on=False)
        ends.append((label, float(table[f"error_{name}"].iloc[-1]), colour))
    axes.set_ylim(0, float(table[[name for name in table if name.startswith("error_") and name != "error_share"]].max().max()) * 1.08)
    axes.set_xlim(float(table["horizon"].min()), float(table["horizon"].max()))
    axes.set_xticks(table["horizon"].tolist(), [f"{years:.0f} year{'s' if years != 1 else ''}" for years in table["horizon"]])
    thousands(axes)
    unit_label(axes, "Children")
    label_lines(axes, ends)
    return figure


@house_style
def fan(table: pd.DataFrame, totals: pd.Series, place: str, note: str) -> Figure:
    """All EHCPs held so far and in the years to come, with the range of the simulated paths: columns january, p10, p25, p50, p75, p90, planned."""
    last = table.iloc[-1]
    title = f"EHCPs go from {totals.iloc[-1]:,.0f} to between {last['p10']:,.0f} and {last['p90']:,.0f} by {last['january']:.0f} in 8 of 10 paths"
    figure, axes = frame(title, f"EHCPs held in January, {place}; no early help counted", note)
    axes.fill_between(table["january"], table["p10"], table["p90"], color=BLUE, alpha=0.15, lw=0)
    axes.fill_between(table["january"], table["p25"], table["p75"], color=BLUE, alpha=0.22, lw=0)
    axes.plot(totals.index, totals, color=BLUE, lw=2.6, marker="o", ms=5)
    axes.plot(table["january"], table["p50"], color=BLUE, lw=2, ls=(0, (6, 2)))
    axes.plot(table["january"], table["planned"], color=DARK, lw=1.8, ls=(0, (2, 2)), marker="s", ms=4)
    axes.set_ylim(0, float(table["p90"].max()) * 1.05)
    axes.set_xlim(float(totals.index[0]), float(last["january"]))
    axes.xaxis.set_major_locator(MaxNLocator(integer=True))
    thousands(axes)
    unit_label(axes, "Children and young people")
    ends = [("8 in 10 paths, upper end", float(last["p90"]), BLUE), ("Middle of the paths", float(last["p50"]), BLUE)]
    ends += [("In this scenario's plan", float(last["planned"]), DARK), ("8 in 10 paths, lower end", float(last["p10"]), BLUE)]
    label_lines(axes, ends)
    return figure
