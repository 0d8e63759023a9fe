"""``planner forecast``, ``planner backtest`` and ``planner calibrate``: ranges of demand, the forecast tried on the past, and the county's rates held against what was published."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from planner.commands.talk import EXIT_DONE, Commands, add_data, data_root, say


def add(commands: Commands) -> None:
    """Add the commands of this module to the parser."""
    backtest = commands.add_parser("backtest", help="try the forecast on the past: what it would have said in each January, and what came")
    backtest.add_argument("county", type=Path, metavar="DATA/COUNTY", help="the county's folder")
    backtest.add_argument("--out", type=Path, default=None, help="folder for the page, its tables and charts (default: outputs/COUNTY)")
    backtest.add_argument("--paths", type=int, default=None, help="simulated paths (default: as demand.simulated_paths)")
    backtest.add_argument("--seed", type=int, default=0, help="seed of the simulated paths (default: 0)")
    calibrate = commands.add_parser(
        "calibrate", help="hold escalation and first placement against what was published, and propose tables that fit better"
    )
    calibrate.add_argument("county", type=Path, metavar="DATA/COUNTY", help="the county's folder")
    calibrate.add_argument("--out", type=Path, default=None, help="folder for the page and the proposed tables (default: outputs/COUNTY)")
    forecast = commands.add_parser("forecast", help="the range of EHCPs in the years to come, and what a scenario plans with")
    forecast.add_argument("scenario", type=Path, metavar="SCENARIO.yaml")
    forecast.add_argument("--out", type=Path, default=None, help="folder for the page, its table and chart (default: outputs/COUNTY)")
    add_data(forecast)
    forecast.set_defaults(work=_forecast)
    backtest.set_defaults(work=_backtest)
    calibrate.set_defaults(work=_calibrate)


def _out(arguments: argparse.Namespace, about: Path, county: str) -> tuple[Path, str]:
    """The folder to write into, and the command as it would be typed again."""
    words = f"planner {arguments.command} {about.as_posix()}"
    if arguments.out is None:
        return Path("outputs") / county, words
    return arguments.out, f"{words} --out {arguments.out.as_posix()}"


def _backtest(arguments: argparse.Namespace) -> int:
    from planner.county.read import read_county
    from planner.demand.backtest import Settings, accuracy, backtest
    from planner.demand.history import History
    from planner.demand.population import of_county
    from planner.report.forecasting import write_backtest
    from planner.scenario.schema import Demand, NewEhcpTrend

    county = read_county(arguments.county)
    history = History.of(county)
    paths = arguments.paths if arguments.paths is not None else Demand().simulated_paths
    settings = Settings(NewEhcpTrend().growth_kept_per_year, paths, arguments.seed)
    children = of_county(county.table("population"))
    folds = backtest(history, children, history.last_january, settings)
    out, command = _out(arguments, arguments.county, county.name)
    page = write_backtest(history, folds, county.title, command, settings, out)
    for row in accuracy(folds[folds["group"] == "all"], ["horizon"]).head(3).to_dict("records"):
        best = row["best_rival"]
        say(
            f"  {row['horizon']} year{'s' if row['horizon'] > 1 else ''} ahead: mean error {row['error_forecast']:,.0f} EHCPs"
            f" ({row['error_share']:.1%}); best naive rival ({best.replace('_', ' ')}) {row[f'error_{best}']:,.0f}"
        )
    sys.stdout.write(f"{page}\n")
    return EXIT_DONE


def _calibrate(arguments: argparse.Namespace) -> int:
    from planner.county.read import read_county
    from planner.demand.calibrate import calibrate, proposed_band_mix, proposed_transitions
    from planner.demand.history import History
    from planner.demand.population import of_county
    from planner.report.forecasting import write_calibration

    county = read_county(arguments.county)
    found = calibrate(county, History.of(county), of_county(county.table("population")))
    proposals = {"transitions": proposed_transitions(county, found), "band_mix": proposed_band_mix(county, found)}
    out, command = _out(arguments, arguments.county, county.name)
    page = write_calibration(found, proposals, county.title, command, out)
    for cell, part in found.misfit.groupby("cell", sort=False):
        now, then = (part[name].abs().sum() for name in ("gap_with_tables", "gap_with_proposal"))
        say(
            f"  {cell}: {part['published'].sum():,.0f} children published, misfit {now:,.0f} with the county's tables, {then:,.0f} with the proposal"
        )
    sys.stdout.write(f"{page}\n")
    return EXIT_DONE


def _forecast(arguments: argparse.Namespace) -> int:
    from planner.demand.history import History
    from planner.demand.outlook import outlook
    from planner.report.forecasting import write_forecast
    from planner.run import prepare

    case = prepare(arguments.scenario, data_root(arguments.data, arguments.scenario), lambda text: None)
    found = outlook(case.loaded.scenario, case.county, case.demand)
    out, command = _out(arguments, arguments.scenario, case.county.name)
    totals = History.of(case.county).totals()
    page = write_forecast(found, totals[totals.index <= found.growth.january], case.county.title, case.loaded.scenario.title, command, out)
    last = found.table[found.table["group"] == "all"].iloc[-1]
    say(
        f"  January {last['january']}: 8 of 10 paths between {last['p10']:,.0f} and {last['p90']:,.0f} EHCPs; this scenario plans with {last['planned']:,.0f}"
    )
    sys.stdout.write(f"{page}\n")
    return EXIT_DONE
