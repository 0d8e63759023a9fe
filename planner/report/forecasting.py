"""What the forecasting commands write: the backtest's page, its tables and charts."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from planner.demand.backtest import RIVALS, accuracy
from planner.names import PROVISION_TITLES
from planner.report.charts.forecast import RIVAL_LOOKS, errors_by_horizon, past_forecasts
from planner.report.charts.style import save
from planner.report.write import write_table, write_text

if TYPE_CHECKING:
    from planner.demand.backtest import Settings
    from planner.demand.history import History

LONGEST = 8
"""The longest horizon, in years, that the page and the chart of errors show; the tables hold all."""
GROUP_TITLES = {"all": "All EHCPs", "phase": "By phase", "provision": "By provision type"}


def _title(series: str) -> str:
    return PROVISION_TITLES.get(series, series.replace("_", " ").capitalize().replace("All ehcps", "All EHCPs"))


def _years(count: float) -> str:
    return f"{count:.0f} year{'s' if count != 1 else ''}"


def _table(rows: pd.DataFrame, first: list[str]) -> list[str]:
    """The accuracy table in Markdown: one line for each row of ``rows``."""
    spoke = [rival for rival in RIVALS if rows[f"error_{rival}"].notna().any()]
    heads = [*(name.capitalize() for name in first), "Forecasts", "**Forecast**", *(RIVAL_LOOKS[rival][0] for rival in spoke), "Error, %"]
    heads += ["Bias", "In 8 of 10", "In 5 of 10", "Beats all rivals"]
    lines = [
        "| " + " | ".join(heads) + " |",
        "| " + " | ".join(["---"] * len(first) + ["---:"] * (len(heads) - len(first) - 1) + ["---"]) + " |",
    ]
    for row in rows.to_dict("records"):
        cells = [_years(row["horizon"]) if name == "horizon" else _title(str(row["series"])) for name in first]
        cells += [f"{row['forecasts']:.0f}", f"**{row['error_forecast']:,.0f}**"]
        cells += ["–" if pd.isna(row[f"error_{rival}"]) else f"{row[f'error_{rival}']:,.0f}" for rival in spoke]
        cells += [f"{100 * row['error_share']:.1f}", f"{row['bias']:+,.0f}", f"{row['inside_p10_p90']:.0%}", f"{row['inside_p25_p75']:.0%}"]
        cells.append("yes" if row["beats_best_rival"] else f"no: {RIVAL_LOOKS[row['best_rival']][0].lower()}")
        lines.append("| " + " | ".join(cells) + " |")
    return [*lines, ""]


def _verdict(totals: pd.DataFrame) -> list[str]:
    """The sentences that say how the forecast did one and three years ahead, and where it lost."""
    lines = []
    for horizon in (1, 3):
        rows = totals[totals["horizon"] == horizon]
        if rows.empty:
            continue
        row = rows.iloc[0]
        best = str(row["best_rival"])
        lines.append(
            f"- **{_years(horizon)} ahead**: mean absolute error {row['error_forecast']:,.0f} EHCPs ({row['error_share']:.1%}) over "
            f"{row['forecasts']:.0f} forecasts; the best naive rival ({RIVAL_LOOKS[best][0].lower()}) {row[f'error_{best}']:,.0f}. "
            + ("The forecast is closer." if row["beats_best_rival"] else "**The rival is closer.**")
        )
    lost = totals[~totals["beats_best_rival"].astype(bool)]
    if len(lost):
        lines.append(f"- All EHCPs: a naive rival is closer {', '.join(_years(years) for years in lost['horizon'])} ahead.")
    return lines


def backtest_page(history: History, folds: pd.DataFrame, place: str, command: str, settings: Settings) -> str:
    """The page: how the forecast would have done, where it loses, and how the table was made."""
    totals = accuracy(folds[folds["group"] == "all"], ["horizon"])
    first, last = int(folds["made"].min()), int(folds["january"].max())
    lines = [
        "# How the forecast did on the past",
        "",
        f"{place}: forecasts made with what had been published by each January from {first} to {last - 1}, held against what then came, up to January {last}.",
        f"Made by `{command}`. What is forecast and how is in [demand.md](demand.md).",
        "",
        *_verdict(totals),
        "",
        "![Forecasts made in earlier Januaries, and what came](backtest/past_forecasts.png)",
        "",
        "![Error by years ahead](backtest/errors_by_horizon.png)",
        "",
        "Errors are mean absolute errors in children. The rivals are: the last value; the last year's growth again, in children or as a share; a straight line",
        "through the last five Januaries. *Error, %* is of the forecast, as a share of what came; *bias* is forecast less what came. *In 8 of 10* is how often what",
        "came lay between the forecast's P10 and P90 (it should be near 80%), *in 5 of 10* between P25 and P75 (50%).",
        f"Ranges come from {settings.paths:,} simulated paths, seed {settings.seed}; {settings.kept:g} of a year's growth is kept by the next.",
        "",
        "## All EHCPs",
        "",
        *_table(totals[totals["horizon"] <= LONGEST], ["horizon"]),
    ]
    for group in ("phase", "provision"):
        part = folds[folds["group"] == group]
        if part.empty:
            continue
        made = sorted(int(year) for year in part["made"].unique())
        several = f"Januaries {made[0]} to {made[-1]}" if len(made) > 1 else f"January {made[0]} only"
        lines += [f"## {GROUP_TITLES[group]}", "", f"Forecasts made in {several}; earlier Januaries were not published so.", ""]
        table = accuracy(part, ["horizon", "series"])
        lines += _table(table[table["horizon"].isin([1, 3])], ["horizon", "series"])
        lines += ["All of these together:", "", *_table(accuracy(part, ["horizon"]), ["horizon"])]
    lines += [
        "## By need",
        "",
        _needs_sentence(history),
        "",
    ]
    return "\n".join(lines)


def _needs_sentence(history: History) -> str:
    years = [year for year in history.totals().index if history.by_need_and_age("held", int(year)) is not None]
    if len(years) < 2:
        return "No forecast by need can be tried: EHCPs held by need and age were published for one January only."
    return f"EHCPs by need were published for the Januaries {', '.join(str(year) for year in years)}; forecasts by need are not yet tried on them."


def write_backtest(history: History, folds: pd.DataFrame, place: str, command: str, settings: Settings, out: Path) -> Path:
    """Write ``backtest.md`` into a folder, with the tables and charts in ``backtest`` beside it; returns the page."""
    folder = out / "backtest"
    folder.mkdir(parents=True, exist_ok=True)
    all_of = folds[folds["group"] == "all"]
    table = accuracy(all_of, ["horizon"])
    note = "Source: the county's table ehcp_history. Each forecast used only what had been published by the January in which it is made."
    save(folder, "past_forecasts", past_forecasts(all_of, history.totals(), place, note), all_of)
    shown = table[table["horizon"] <= LONGEST]
    save(folder, "errors_by_horizon", errors_by_horizon(shown, place, note), shown)
    write_table(folder / "forecasts.csv", folds)
    write_table(
        folder / "accuracy.csv",
        pd.concat([accuracy(part, ["group", "horizon", "series"]) for _, part in folds.groupby("group", sort=False)]),
    )
    page = out / "backtest.md"
    write_text(page, backtest_page(history, folds, place, command, settings))
    return page
