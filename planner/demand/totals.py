"""All EHCPs of a county in the years to come: growth from the published history, and paths about it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from planner.demand.history import ENGLAND, FILE, REGION, History
from planner.demand.shrinkage import pulled_difference
from planner.errors import InputError, Problem

Floats = npt.NDArray[np.float64]

WINDOW = 5
"""Years of growth that count: the county's and its parent's over the last five years (assumption)."""
LEAST_JANUARIES = 3
"""A forecast needs counts of so many Januaries in a row: two years of growth."""
PERSISTENCE = 0.5
"""Share of one year's surprise in growth that lasts into the next year (assumption, between none and all)."""
LEAST_DEGREES = 3
"""However few past errors there are, the tails of the paths are those of at least so many degrees of freedom."""
QUANTILES = {"low": 0.1, "central": 0.5, "high": 0.9}
"""What the named paths are: one path in ten is below low, one in ten above high."""


@dataclass(frozen=True)
class Growth:
    """How all EHCPs of a county grow from one January on.

    ``first`` is the growth of the first year (natural log), ``own_weight`` how far the county's own figures count (the rest is the
    parent's), ``sd`` the usual error of such a forecast one year ahead (log) and ``degrees`` how many past errors it was found from.
    """

    january: int
    held: float
    first: float
    own_weight: float
    sd: float
    degrees: int


def _growths(series: pd.Series) -> pd.Series:
    """Log growth by year, where the year before is known too."""
    years = [year for year in series.index if year - 1 in series.index and series[year - 1] > 0 and series[year] > 0]
    return pd.Series({year: float(np.log(series[year] / series[year - 1])) for year in years}, dtype=float)


def _parent(history: History) -> pd.Series:
    """Yearly growth of England, else of the region, else nothing."""
    for place in (ENGLAND, REGION):
        growths = _growths(history.totals(place=place))
        if len(growths) >= LEAST_JANUARIES - 1:
            return growths
    return pd.Series(dtype=float)


def _first(own: pd.Series, parent: pd.Series, year: int) -> tuple[float, float, Floats]:
    """Growth expected after a January, the weight of the county's own figures, and the yearly gaps to the parent."""
    window = [past for past in range(year - WINDOW + 1, year + 1) if past in own.index]
    both = [past for past in window if past in parent.index]
    if len(both) < LEAST_JANUARIES - 1 or both[-1] != year:
        mine = own[window].to_numpy(dtype=float)
        return float(mine.mean()), 1.0, mine - mine.mean()
    mine, theirs = own[both].to_numpy(dtype=float), parent[both].to_numpy(dtype=float)
    gap, weight = pulled_difference(mine, theirs)
    return float(parent[year]) + gap, weight, mine - theirs


def growth(history: History) -> Growth:
    """The growth that the history supports, with the error that such forecasts made so far.

    Growth of the coming year is the parent's (England's) in the last year plus how far the county ran from it over the last five
    years, the latter pulled towards nothing as far as its yearly figures scatter. Only what had been published counts.

    Raises:
        InputError: if fewer than three Januaries in a row are known.

    """
    series = history.totals()
    own, parent = _growths(series), _parent(history)
    last = int(series.index[-1]) if len(series) else 0
    if not {last, last - 1} <= set(own.index):
        raise InputError(
            [
                Problem(
                    FILE,
                    0,
                    0,
                    f"January {last}" if last else "",
                    f"only {len(series)} counts of all EHCPs, of which too few follow each other",
                    f"counts (place county, measure held, ages 0 to 25) of at least {LEAST_JANUARIES} Januaries in a row",
                    "Add the earlier Januaries.",
                )
            ]
        )
    first, weight, gaps = _first(own, parent, last)
    errors = np.array(
        [own[year + 1] - _first(own, parent, year)[0] for year in own.index if year + 1 in own.index and year - 1 in own.index]
    )
    sd = float(np.sqrt((errors**2).mean())) if len(errors) else float(gaps.std(ddof=1))
    return Growth(last, float(series[last]), first, weight, sd, max(len(errors), LEAST_DEGREES))


def central_path(found: Growth, horizon: int, kept: float) -> Floats:
    """(H+1,) EHCPs in each January from the last known on; each year keeps a share ``kept`` of the growth of the year before."""
    steps = found.first * kept ** np.arange(horizon)
    path: Floats = found.held * np.exp(np.concatenate([[0.0], np.cumsum(steps)]))
    return path


def simulated_paths(found: Growth, horizon: int, kept: float, paths: int, rng: np.random.Generator) -> Floats:
    """(paths, H+1) possible courses of all EHCPs about the central path.

    Each year's growth is off by a surprise of the usual error, half of which lasts into the next year; the size of the error itself
    is uncertain (it was found from few years), so each path draws its own, as Student's t does.
    """
    scale = found.sd * np.sqrt(found.degrees / rng.chisquare(found.degrees, size=(paths, 1)))
    fresh = rng.standard_normal((paths, horizon)) * scale
    surprise = np.zeros((paths, horizon))
    for year in range(horizon):
        earlier = surprise[:, year - 1] if year else 0.0
        share = np.sqrt(1 - PERSISTENCE**2) if year else 1.0
        surprise[:, year] = PERSISTENCE * earlier + share * fresh[:, year]
    ups = np.concatenate([np.zeros((paths, 1)), np.cumsum(surprise, axis=1)], axis=1)
    courses: Floats = central_path(found, horizon, kept)[None, :] * np.exp(ups)
    return courses


def quantile_path(found: Growth, horizon: int, kept: float, quantile: float, paths: int, seed: int) -> Floats:
    """(H+1,) the total below which a share ``quantile`` of the simulated paths lies in each January; the median is the central path itself."""
    centre = central_path(found, horizon, kept)
    if quantile == QUANTILES["central"]:
        return centre
    courses = simulated_paths(found, horizon, kept, paths, np.random.default_rng(seed))
    spread: Floats = np.quantile(courses / centre[None, :], quantile, axis=0)
    return np.asarray(centre * spread, dtype=float)
