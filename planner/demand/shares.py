"""Where children with an EHCP are: the shares of the provision types in the years to come, as the published history goes on.

This is what would follow if nothing were decided otherwise. The plan itself decides where children are placed and does not use it; the backtest does, because
places by provision type are what was published for the most years.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from planner.demand.history import ENGLAND, REGION, History

Floats = npt.NDArray[np.float64]

WINDOW = 3
"""Years of change that count: the last three (assumption)."""
_LITTLE = 0.5
"""Children added to every count, so that a type without any can be put on a log scale."""
LEAST_ERROR = 0.02
"""A share is never taken to be surer than this (log) a year ahead (assumption)."""


def _changes(counts: pd.DataFrame) -> pd.DataFrame:
    """Yearly change of each type's share (natural log), for the years whose year before is known."""
    shares = np.log((counts + _LITTLE).div((counts + _LITTLE).sum(axis=1), axis=0))
    found = shares.diff()
    return found[[year - 1 in counts.index for year in counts.index]]


def _drift(own: pd.DataFrame, parent: pd.DataFrame, year: int) -> Floats:
    """Yearly drift of each type's share expected after a January: the parent's; the county's own only where there is no parent.

    Three years of one county's shares scatter too much to say how far it departs from England.
    """
    years = range(year - WINDOW + 1, year + 1)
    for changes in (parent, own):
        known = [past for past in years if past in changes.index]
        if known:
            return np.asarray(changes.loc[known].mean(), dtype=float)
    return np.zeros(own.shape[1])


def _carried(shares: Floats, drift: Floats, horizon: int, kept: float) -> Floats:
    """(H+1, K) shares after each year of drift, of which each year keeps a part."""
    steps = np.concatenate([[0.0], np.cumsum(kept ** np.arange(horizon))])
    raw = shares[None, :] * np.exp(steps[:, None] * drift[None, :])
    carried: Floats = raw / raw.sum(axis=1, keepdims=True)
    return carried


def provision_shares(history: History, horizon: int, kept: float) -> tuple[Floats, Floats]:
    """(H+1, K) shares of the provision types in each January from the last known on, and (K,) their usual error a year ahead (log).

    The types are the columns of ``history.by_provision()``.
    """
    counts = history.by_provision()
    parent = next(
        (found for found in (history.by_provision(place=place) for place in (ENGLAND, REGION)) if len(found) > 1), counts.iloc[:0]
    )
    own, theirs = _changes(counts), _changes(parent)
    last = int(counts.index[-1])
    shares = counts.loc[last].to_numpy(dtype=float) / float(counts.loc[last].sum())
    past = [year for year in own.index if year - 1 in own.index]
    errors = np.array([own.loc[year].to_numpy(dtype=float) - _drift(own, theirs, year - 1) for year in past])
    changes = own.to_numpy(dtype=float)
    error = (
        np.sqrt((errors**2).mean(axis=0))
        if len(errors)
        else np.sqrt((changes**2).mean(axis=0))
        if len(changes)
        else np.zeros(counts.shape[1])
    )
    return _carried(shares, _drift(own, theirs, last), horizon, kept), np.maximum(error, LEAST_ERROR)


def provision_courses(totals: Floats, shares: Floats, error: Floats, rng: np.random.Generator) -> Floats:
    """(S, H+1, K) children by provision type along simulated courses of the total, their shares wandering by the usual error each year."""
    paths, horizon = totals.shape[0], totals.shape[1] - 1
    steps = rng.standard_normal((paths, horizon, shares.shape[1])) * error
    wander = np.concatenate([np.zeros((paths, 1, shares.shape[1])), np.cumsum(steps, axis=1)], axis=1)
    raw = shares[None] * np.exp(wander)
    courses: Floats = totals[:, :, None] * raw / raw.sum(axis=2, keepdims=True)
    return courses
