"""Rates from small numbers, pulled towards those of a larger place as far as the numbers are too few to speak for themselves."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import scipy  # its parts are read in when they are first used: they take long, and few scenarios use them

Floats = npt.NDArray[np.float64]

_WEAKEST, _STRONGEST = 1.0, 1e6
"""The strength of a parent lies between the weight of one child and that of a million."""
_NEAR = 1e-6


@dataclass(frozen=True)
class Pulled:
    """Rates after the pull, and the strength of it: the parent counts as much as so many children of the county."""

    rates: Floats
    strength: float


def _strongest_fit(likelihood: object) -> float:
    """The strength at which the counts are likeliest, looked for on a log scale."""
    found = scipy.optimize.minimize_scalar(
        lambda log: -float(likelihood(float(np.exp(log)))),  # type: ignore[operator]
        bounds=(np.log(_WEAKEST), np.log(_STRONGEST)),
        method="bounded",
        options={"xatol": 1e-3},
    )
    return float(np.exp(found.x))


def beta_binomial(events: Floats, children: Floats, parent: Floats) -> Pulled:
    """Chances of an event in each cell, pulled towards the parent's chance for that cell.

    Each cell's count is taken as beta-binomial about the parent's rate with one strength for all cells, estimated by maximum likelihood
    (empirical Bayes). A cell's rate is then (events + strength x parent) / (children + strength), so it lies between its own and the parent's.

    Args:
        events: Children of each cell to whom it happened.
        children: Children of each cell to whom it could have happened; a cell without any has the parent's rate.
        parent: The parent's rate for each cell, from 0 to 1.

    """
    events, children = np.minimum(events, children), np.asarray(children, dtype=float)
    parent = np.asarray(parent, dtype=float)
    inside = np.clip(parent, _NEAR, 1 - _NEAR)
    used = children > 0

    def likelihood(strength: float) -> float:
        first, second = strength * inside[used], strength * (1 - inside[used])
        betaln = scipy.special.betaln
        terms = betaln(events[used] + first, children[used] - events[used] + second) - betaln(first, second)
        return float(terms.sum())

    strength = _strongest_fit(likelihood) if used.any() else _STRONGEST
    return Pulled(np.clip((events + strength * parent) / (children + strength), 0.0, 1.0), strength)


def dirichlet_multinomial(counts: Floats, parent: Floats) -> Pulled:
    """Shares of each row over its columns, pulled towards the parent's shares of that row.

    The same as ``beta_binomial`` for more than two outcomes. A row without children has the parent's shares; every row of the result
    adds to 1.

    Args:
        counts: (R, K) children.
        parent: (R, K) or (K,) the parent's shares; each row adds to 1.

    """
    counts = np.asarray(counts, dtype=float)
    shares = np.broadcast_to(np.asarray(parent, dtype=float), counts.shape)
    used = counts.sum(axis=1) > 0
    held, prior = counts[used], np.clip(shares[used], _NEAR, None)

    def likelihood(strength: float) -> float:
        weights = strength * prior
        gammaln = scipy.special.gammaln
        whole = gammaln(weights.sum(axis=1)) - gammaln(weights.sum(axis=1) + held.sum(axis=1))
        return float(whole.sum() + (gammaln(held + weights) - gammaln(weights)).sum())

    strength = _strongest_fit(likelihood) if used.any() else _STRONGEST
    return Pulled((counts + strength * shares) / (counts.sum(axis=1, keepdims=True) + strength), strength)


def pulled_difference(own: Floats, parent: Floats) -> tuple[float, float]:
    """How far the county runs from its parent, pulled towards no difference, and the weight of its own figures (0 to 1).

    The yearly differences are taken as normal about their mean; the variance between places is what the mean's square has over its
    own error (method of moments), so that a difference no larger than its error counts for nothing.
    """
    gap = np.asarray(own, dtype=float) - np.asarray(parent, dtype=float)
    if len(gap) < 2:
        return 0.0, 0.0
    error = float(gap.var(ddof=1)) / len(gap)
    between = max(float(gap.mean()) ** 2 - error, 0.0)
    weight = between / (between + error) if between + error > 0 else 1.0
    return weight * float(gap.mean()), weight
