"""Simulated courses of the children by age: what could happen to each phase and need, not only to the total."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from planner.demand.ages import AgeRates, older
from planner.demand.history import phase_sums

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Courses:
    """EHCPs held in each January of each simulated path: by phase (S, P, H+1), by need (S, N, H+1) and in all (S, H+1)."""

    by_phase: Floats
    by_need: Floats
    in_all: Floats


def simulate(rates: AgeRates, children: Floats, totals: Floats, rng: np.random.Generator) -> Courses:
    """Follow the children along each simulated course of the total.

    Each year every child stays or leaves by chance (binomial), arrivals come by chance (Poisson), and the new EHCPs that the course's total
    leaves room for are spread over needs and ages by shares that are themselves uncertain (Dirichlet, as strong as the pull of the new EHCPs by
    age). A course that falls faster than children leave has no new EHCPs in that year.

    Args:
        rates: The rates by age.
        children: (26, H+1) all children of the county by age and January.
        totals: (S, H+1) simulated EHCPs in all.
        rng: Where the chances come from.

    """
    paths, horizon = totals.shape[0], totals.shape[1] - 1
    needs, ages = rates.held.shape
    held = np.broadcast_to(rates.held, (paths, needs, ages)).copy()
    by_phase = np.zeros((paths, len(phase_sums(np.zeros(ages))), horizon + 1))
    by_need, in_all = np.zeros((paths, needs, horizon + 1)), np.zeros((paths, horizon + 1))
    for year in range(horizon + 1):
        if year:
            whole = np.rint(held).astype(np.int64)
            staying = held - np.minimum(rng.binomial(whole, rates.leaves), held)
            staying[:, :, -1] = 0.0
            held = older(staying) + older(rng.poisson(held * rates.arrives).astype(float))
            share = (rates.new * children[:, year]).ravel()
            if share.sum() > 0:
                weights = rng.standard_gamma(np.maximum(share / share.sum() * rates.strength["new by age"], 0.0), (paths, needs * ages))
                weights /= weights.sum(axis=1, keepdims=True)
                room = np.maximum(totals[:, year] - held.sum(axis=(1, 2)), 0.0)
                held = held + (weights * room[:, None]).reshape(held.shape)
        by_phase[:, :, year] = phase_sums(held.sum(axis=1))
        by_need[:, :, year] = held.sum(axis=2)
        in_all[:, year] = held.sum(axis=(1, 2))
    return Courses(by_phase, by_need, in_all)
