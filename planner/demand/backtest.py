"""The forecast tried on the past: made with what was known in each January, and held against what then came.

One row of the result is one forecast of one series for one later January. Beside it stand the naive rivals: the last value, the last growth in children, the
last growth as a share, and a straight line through the last five Januaries.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from planner.demand.ages import estimate, factors_to_totals, follow
from planner.demand.history import FILE, History, phase_sums
from planner.demand.paths import simulate
from planner.demand.shares import provision_courses, provision_shares
from planner.demand.totals import LEAST_JANUARIES, central_path, growth, simulated_paths
from planner.errors import InputError, Problem
from planner.names import PHASES

Floats = npt.NDArray[np.float64]

RIVALS = ("last_value", "last_growth", "last_growth_share", "straight_line")
LINE_JANUARIES = 5
"""A straight line is drawn through so many Januaries, or as many as there are, but at least two."""
LEVELS = {"p10": 0.1, "p25": 0.25, "p50": 0.5, "p75": 0.75, "p90": 0.9}
"""The quantiles of the simulated paths that are kept."""
LEAST_CHILDREN = 20
"""A provision type that had never yet held so many children when the forecast is made is left out: its error says nothing."""

COLUMNS = ["group", "series", "made", "january", "horizon", "actual", "forecast", *LEVELS, *RIVALS]


@dataclass(frozen=True)
class Settings:
    """How a backtest is made: the growth kept each year, the number of simulated paths and the seed."""

    kept: float
    paths: int
    seed: int


def rival_forecasts(series: pd.Series, made: int, horizon: int) -> dict[str, float]:
    """What each naive rival says, from the series up to the January in which it is made; NaN where too little was known."""
    known = series[series.index <= made]
    last = float(known[made])
    before = float(known.get(made - 1, np.nan))
    line = known[known.index > made - LINE_JANUARIES]
    straight = np.nan
    if len(line) > 1:
        slope, level = np.polyfit(line.index.to_numpy(dtype=float) - made, line.to_numpy(dtype=float), 1)
        straight = float(level + slope * horizon)
    share = last * (last / before) ** horizon if before > 0 else np.nan
    return {"last_value": last, "last_growth": last + horizon * (last - before), "last_growth_share": share, "straight_line": straight}


def _row(group: str, name: str, series: pd.Series, made: int, horizon: int, forecast: float, course: Floats) -> dict[str, object]:
    levels = dict(zip(LEVELS, np.quantile(course, list(LEVELS.values())).tolist(), strict=True))
    return {
        "group": group,
        "series": name,
        "made": made,
        "january": made + horizon,
        "horizon": horizon,
        "actual": float(series[made + horizon]),
        "forecast": forecast,
        **levels,
        **rival_forecasts(series, made, horizon),
    }


def _rng(settings: Settings, made: int) -> np.random.Generator:
    return np.random.default_rng([settings.seed, made])


def _totals(history: History, made: int, actual: pd.Series, settings: Settings) -> list[dict[str, object]]:
    """Forecasts of all EHCPs made in one January."""
    later = [int(year) for year in actual.index if year > made]
    found = growth(history)
    horizon = max(later) - made
    centre = central_path(found, horizon, settings.kept)
    courses = simulated_paths(found, horizon, settings.kept, settings.paths, _rng(settings, made))
    return [_row("all", "all EHCPs", actual, made, year - made, float(centre[year - made]), courses[:, year - made]) for year in later]


def _provision(history: History, made: int, actual: pd.DataFrame, settings: Settings) -> list[dict[str, object]]:
    """Forecasts by provision type made in one January."""
    later = [int(year) for year in actual.index if year > made]
    horizon = max(later) - made
    rng = _rng(settings, made)
    found = growth(history)
    shares, error = provision_shares(history, horizon, settings.kept)
    centre = central_path(found, horizon, settings.kept)[:, None] * shares
    courses = provision_courses(simulated_paths(found, horizon, settings.kept, settings.paths, rng), shares, error, rng)
    rows = []
    known = history.by_provision().max()
    for at, name in enumerate(actual.columns):
        if known[name] >= LEAST_CHILDREN:
            rows += [
                _row("provision", name, actual[name], made, year - made, float(centre[year - made, at]), courses[:, year - made, at])
                for year in later
            ]
    return rows


def _phases(history: History, made: int, actual: pd.DataFrame, children: Floats, settings: Settings) -> list[dict[str, object]]:
    """Forecasts by phase, from the children followed by age, made in one January."""
    later = [int(year) for year in actual.index if year > made]
    horizon = max(later) - made
    rates = estimate(history, children[:, 1])
    found = growth(history)
    rng = _rng(settings, made)
    factors = factors_to_totals(rates, children, central_path(found, horizon, settings.kept))
    centre = phase_sums(np.moveaxis(follow(rates, children, factors).held.sum(axis=0), 0, -1))
    courses = simulate(rates, children, simulated_paths(found, horizon, settings.kept, settings.paths, rng), rng).by_phase
    return [
        _row("phase", name, actual[name], made, year - made, float(centre[year - made, at]), courses[:, at, year - made])
        for at, name in enumerate(actual.columns)
        for year in later
    ]


def children_known(children: Floats, back: int, horizon: int) -> Floats:
    """(26, H+1) children by age as far as they were known some Januaries before the base year: those born by then, aged back; later births as the youngest.

    Args:
        children: (26,) children by age in the base year.
        back: How many years before the base year.
        horizon: How many years on from then.

    """
    born = np.append(children[back:], np.full(back, children[-1]))
    known = np.zeros((len(children), horizon + 1))
    for year in range(horizon + 1):
        known[:, year] = np.concatenate([np.full(min(year, len(born)), born[0]), born[: max(len(born) - year, 0)]])
    return known


def _ages_known(history: History, made: int) -> bool:
    """Whether what the forecast by age needs had been published: held, new and ceased by age."""
    known = history.until(made)
    return all(known.by_age(measure, year) is not None for measure, year in (("held", made), ("new", made - 1), ("ceased", made - 1)))


def backtest(history: History, children: Floats, base_january: int, settings: Settings) -> pd.DataFrame:
    """Every forecast of every series from every January in which it could have been made.

    Args:
        history: All that is known today.
        children: (26,) all children of the county by age in the January of the base year.
        base_january: That January.
        settings: How it is made.

    Raises:
        InputError: if no forecast can be made and held against a later January.

    """
    totals, provision = history.totals(), history.by_provision()
    by_age = {int(year): history.by_age("held", int(year)) for year in totals.index}
    phases = pd.DataFrame({year: phase_sums(ages) for year, ages in by_age.items() if ages is not None}, index=list(PHASES)).T
    rows: list[dict[str, object]] = []
    for made in (int(year) for year in totals.index[:-1]):
        known = history.until(made)
        enough = all(made - back in totals.index for back in range(LEAST_JANUARIES))
        if not enough:
            continue
        rows += _totals(known, made, totals, settings)
        if {made, made - 1} <= set(provision.index) and made < provision.index[-1]:
            rows += _provision(known, made, provision, settings)
        if made in phases.index and made < phases.index[-1] and _ages_known(history, made):
            horizon = int(phases.index[-1]) - made
            rows += _phases(known, made, phases, children_known(children, base_january - made, horizon), settings)
    if not rows:
        wanted = f"at least {LEAST_JANUARIES + 1} Januaries in a row"
        raise InputError([Problem(FILE, 0, 0, "", "too few Januaries to try a forecast on the past", wanted, "Add the earlier Januaries.")])
    return pd.DataFrame(rows, columns=COLUMNS)


def _inside(judged: pd.DataFrame, low: str, high: str) -> float:
    """Share of the forecasts whose range held what came."""
    return float(((judged[low] <= judged["actual"]) & (judged["actual"] <= judged[high])).mean())


def accuracy(folds: pd.DataFrame, by: list[str]) -> pd.DataFrame:
    """Mean absolute error of the forecast and of each rival, in children, and how often the intervals held the truth.

    Only forecasts for which every rival that spoke at all in the group could speak are compared, so that all are judged on the same ones.
    """
    rows = []
    for key, part in folds.groupby(by, sort=False):
        speaks = [rival for rival in RIVALS if part[rival].notna().any()]
        judged = part.dropna(subset=speaks)
        errors = {name: float((judged[name] - judged["actual"]).abs().mean()) for name in ("forecast", *speaks)}
        best = min(speaks, key=lambda name: errors[name])
        rows.append(
            {
                **dict(zip(by, key if isinstance(key, tuple) else (key,), strict=True)),
                "forecasts": len(judged),
                **{f"error_{name}": errors.get(name, np.nan) for name in ("forecast", *RIVALS)},
                "error_share": float(((judged["forecast"] - judged["actual"]).abs() / judged["actual"].where(judged["actual"] > 0)).mean()),
                "bias": float((judged["forecast"] - judged["actual"]).mean()),
                "best_rival": best,
                "beats_best_rival": errors["forecast"] < errors[best],
                "inside_p10_p90": _inside(judged, "p10", "p90"),
                "inside_p25_p75": _inside(judged, "p25", "p75"),
            }
        )
    return pd.DataFrame(rows)
