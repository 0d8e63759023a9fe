"""``planner backtest``: forecasts from the published history, tried on the past."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from planner.commands.talk import EXIT_DONE, Commands, say


def add(commands: Commands) -> None:
    """Add the commands of this module to the parser."""
    backtest = commands.add_parser("backtest", help="try the forecast on the past: what it would have said in each January, and what came")
    backtest.add_argument("county", type=Path, metavar="DATA/COUNTY", help="the county's folder")
    backtest.add_argument("--out", type=Path, default=None, help="folder for the page, its tables and charts (default: outputs/COUNTY)")
    backtest.add_argument("--paths", type=int, default=None, help="simulated paths (default: as demand.simulated_paths)")
    backtest.add_argument("--seed", type=int, default=0, help="seed of the simulated paths (default: 0)")
    backtest.set_defaults(work=_backtest)


def _backtest(arguments: argparse.Namespace) -> int:
    from planner.county.read import read_county
    from planner.demand.backtest import Settings, accuracy, backtest
    from planner.demand.history import History
    from planner.report.forecasting import write_backtest
    from planner.scenario.schema import Demand, NewEhcpTrend

    county = read_county(arguments.county)
    history = History.of(county)
    paths = arguments.paths if arguments.paths is not None else Demand().simulated_paths
    settings = Settings(NewEhcpTrend().growth_kept_per_year, paths, arguments.seed)
    children = county.table("population").groupby("age")["children"].sum().reindex(range(26), fill_value=0.0).to_numpy(dtype=float)
    folds = backtest(history, children, history.last_january, settings)
    out = arguments.out if arguments.out is not None else Path("outputs") / county.name
    command = f"planner backtest {arguments.county.as_posix()}" + (
        f" --out {arguments.out.as_posix()}" if arguments.out is not None else ""
    )
    page = write_backtest(history, folds, county.title, command, settings, out)
    for row in accuracy(folds[folds["group"] == "all"], ["horizon"]).head(3).to_dict("records"):
        best = row["best_rival"]
        say(
            f"  {row['horizon']} year{'s' if row['horizon'] > 1 else ''} ahead: mean error {row['error_forecast']:,.0f} EHCPs"
            f" ({row['error_share']:.1%}); best naive rival ({best.replace('_', ' ')}) {row[f'error_{best}']:,.0f}"
        )
    sys.stdout.write(f"{page}\n")
    return EXIT_DONE
