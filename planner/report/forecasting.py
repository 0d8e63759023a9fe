"""What the forecasting commands write: the backtest's page, its tables and charts."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from planner.demand.backtest import LEVELS, RIVALS, accuracy
from planner.names import NEED_TITLES, PHASES, PROVISION_TITLES
from planner.report.charts.forecast import RIVAL_LOOKS, errors_by_horizon, fan, past_forecasts
from planner.report.charts.style import save
from planner.report.write import write_table, write_text

if TYPE_CHECKING:
    from planner.demand.backtest import Settings
    from planner.demand.calibrate import Calibration
    from planner.demand.history import History
    from planner.demand.outlook import Outlook

LONGEST = 8
"""The longest horizon, in years, that the page and the chart of errors show; the tables hold all."""
READING = (
    "How to read it: a child's band is not published. It is read off the published provision type, by the shares of bands that the county's stock has in each.",
    "So a child who goes from a special school to a college at 16 looks like a child whose band fell, which the model does not have, and a child who comes to be",
    "educated elsewhere some years after the EHCP looks like a way into the band for that, which it does not have either. Gaps in those cells stay. The factors of",
    "early years and post-16 rest on few children. *By year of start* are children who hold an EHCP issued in that year; moves soon after the EHCP was issued, more",
    "than a steady yearly chance gives, show as gaps in the latest years.",
)
"""What a reader of the calibration must know."""

GROUP_TITLES = {"all": "All EHCPs", "phase": "By phase", "provision": "By provision type"}


def _title(series: str) -> str:
    return PROVISION_TITLES.get(series, series.replace("_", " ").capitalize().replace("All ehcps", "All EHCPs"))


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:]


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


def _verdict(totals: pd.DataFrame, folds: pd.DataFrame) -> list[str]:
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
        years = [f"{horizon:.0f}" for horizon in lost["horizon"]]
        listed = years[0] if len(years) == 1 else f"{', '.join(years[:-1])} and {years[-1]}"
        made = int(folds.loc[folds["horizon"].isin(lost["horizon"]), "made"].max())
        lines.append(
            f"- **Where it loses**: {listed} years ahead a naive rival is closer. Those forecasts were all made in January {made} or earlier. The forecast lets "
            "growth fade, and before the reforms of 2014 had shown in the counts no method knew of the growth to come; a rival that goes on for ever with "
            "one year's growth gains from it. The ranges are too narrow for such a break: past five years, do not lean on them."
        )
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
        *_verdict(totals, folds[folds["group"] == "all"]),
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


def forecast_page(outlook: Outlook, totals: pd.Series, place: str, scenario: str, command: str) -> str:
    """The page: the range of EHCPs held in the years to come, and what the scenario plans with."""
    table = outlook.table
    every = table[table["group"] == "all"]
    last = every.iloc[-1]
    lines = [
        "# EHCPs in the years to come",
        "",
        f"{place}, scenario {scenario}. Made by `{command}`. How it is worked out is in [demand.md](demand.md).",
        "",
        f"- Growth expected in the first year: {np.expm1(outlook.growth.first):.1%}, of which the county's own figures count {outlook.growth.own_weight:.0%} and",
        f"  England's the rest; the usual error of such a forecast one year ahead was {outlook.growth.sd:.1%}.",
        f"- By January {last['january']:.0f}, 8 of 10 paths lie between {last['p10']:,.0f} and {last['p90']:,.0f}. The scenario plans with {last['planned']:,.0f}, before any early help.",
        f"- At most {outlook.apart:.1%} lies between what the scenario plans with in a January and the forecast whose path it takes.",
        "",
        "![EHCPs held and in the years to come](forecast/fan.png)",
        "",
    ]
    for group, title in (("all", "All EHCPs"), ("phase", "By phase"), ("need", "By need, at the end")):
        part = table[table["group"] == group]
        part = part[part["january"] == part["january"].max()] if group == "need" else part
        lines += [
            f"## {title}",
            "",
            "| January | Series | P10 | P25 | P50 | P75 | P90 | Planned |",
            "| --- | --- | ---: | ---: | ---: | ---: | ---: | ---: |",
        ]
        for row in part.to_dict("records"):
            numbers = ["–" if pd.isna(row[name]) else f"{row[name]:,.0f}" for name in (*LEVELS, "planned")]
            lines.append(
                "| " + " | ".join([str(row["january"]), NEED_TITLES.get(str(row["series"]), _title(str(row["series"]))), *numbers]) + " |"
            )
        lines.append("")
    return "\n".join(lines)


def write_forecast(outlook: Outlook, totals: pd.Series, place: str, scenario: str, command: str, out: Path) -> Path:
    """Write ``forecast.md`` into a folder, with its table and chart in ``forecast`` beside it; returns the page."""
    folder = out / "forecast"
    folder.mkdir(parents=True, exist_ok=True)
    note = "Source: the county's table ehcp_history. The ranges are those of simulated paths; they do not know of changes of law."
    every = outlook.table[outlook.table["group"] == "all"]
    save(folder, "fan", fan(every, totals, place, note), every)
    write_table(folder / "ranges.csv", outlook.table)
    page = out / "forecast.md"
    write_text(page, forecast_page(outlook, totals, place, scenario, command))
    return page


def calibration_page(found: Calibration, place: str, command: str) -> str:
    """The page: what fits, what does not, and what is proposed."""
    cells = found.misfit
    lines = [
        "# How escalation and first placement fit what was published",
        "",
        f"{place}. Made by `{command}`. Nothing in the county's tables was changed: the proposed tables are in the folder `calibration`.",
        "",
        "## What is proposed",
        "",
        "| Phase | Escalation times | " + " | ".join(f"First placed: {band}" for band in found.bands) + " |",
        "| --- | ---: |" + " ---: |" * len(found.bands),
    ]
    for at, phase in enumerate(PHASES):
        shares = " | ".join(f"{share:.1%}" for share in found.first[at])
        lines.append(f"| {_title(phase)} | {found.factors[at]:.2f} | {shares} |")
    lines += [
        "",
        "## The misfit in all",
        "",
        "| Cells | Children published | Misfit with the county's tables | Misfit with the proposal |",
        "| --- | ---: | ---: | ---: |",
    ]
    for name, part in cells.groupby("cell", sort=False):
        sums = [part["published"].sum(), part["gap_with_tables"].abs().sum(), part["gap_with_proposal"].abs().sum()]
        lines.append(f"| {str(name).capitalize().replace('ehcps', 'EHCPs')} | " + " | ".join(f"{value:,.0f}" for value in sums) + " |")
    lines += ["", "Misfit is the sum of the gaps of all cells, up or down, in children.", "", *READING, "", "## Cell by cell", ""]
    lines += [
        "| Cells | Year | Phase | Band | Published | County's tables | Proposal | Gap now | Gap proposed |",
        "| --- | --- | --- | --- | ---: | ---: | ---: | ---: | ---: |",
    ]
    for row in cells.to_dict("records"):
        numbers = [f"{row[name]:,.0f}" for name in ("published", "with_tables", "with_proposal")]
        numbers += [f"{row[name]:+,.0f}" for name in ("gap_with_tables", "gap_with_proposal")]
        head = [_sentence(str(row["cell"])), str(row["year"]), _title(str(row["phase"])), str(row["band"])]
        lines.append("| " + " | ".join([*head, *numbers]) + " |")
    return "\n".join(lines) + "\n"


def write_calibration(found: Calibration, proposals: dict[str, pd.DataFrame], place: str, command: str, out: Path) -> Path:
    """Write ``calibration.md`` into a folder, with the misfit and the proposed tables in ``calibration`` beside it; returns the page."""
    folder = out / "calibration"
    folder.mkdir(parents=True, exist_ok=True)
    write_table(folder / "misfit.csv", found.misfit)
    for name, table in proposals.items():
        write_table(folder / f"{name}.csv", table)
    page = out / "calibration.md"
    write_text(page, calibration_page(found, place, command))
    return page
