"""EHCPs by need and single year of age: the rates that the history supports, and the children followed from January to January.

Every array by age is by age in January: index 0 to 25.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from planner.demand.history import AGES, COUNTY, ENGLAND, FILE, REGION, History, phase_sums
from planner.demand.shrinkage import beta_binomial, dirichlet_multinomial
from planner.errors import InputError, Problem
from planner.names import NEEDS, PHASE_AGES

if TYPE_CHECKING:
    from collections.abc import Callable

Floats = npt.NDArray[np.float64]

CEASED_AT_JANUARY_AGE = 0.5
"""Of the children whose EHCP ceased at an age, this share were of that age in the January before; the others a year younger (assumption)."""
MOST_LEAVE = 0.95
"""No more than this share of an age is taken to leave in a year, but for the last age, which all leave (assumption)."""


@dataclass(frozen=True)
class AgeRates:
    """What one January's history says of the children who hold an EHCP and of those who will.

    Attributes:
        january: The January.
        held: (N, 26) children who hold an EHCP by need and age.
        new: (N, 26) new EHCPs of the year to come for each child of the county, by need and age in the January after.
        leaves: (26,) chance that the EHCP ends or the child moves away before the next January, by age.
        arrives: (26,) children who arrive with an EHCP or are added by correction before the next January, for each child held of that age.
        strength: How much the parent weighed, by part: as so many children of the county.

    """

    january: int
    held: Floats
    new: Floats
    leaves: Floats
    arrives: Floats
    strength: dict[str, float]


@dataclass(frozen=True)
class Cohorts:
    """Children followed by need, age and January: (N, 26, H+1) each; of the flows, January 0 holds 0.

    The flows of a January came in the year before it and are by age in that January; ``left`` are by the age they would have had.
    """

    held: Floats
    new: Floats
    arrivals: Floats
    left: Floats


def older(ages: Floats) -> Floats:
    """Everyone a year older: the last age drops out, nobody is aged 0. The ages are on the last axis."""
    moved = np.zeros_like(ages)
    moved[..., 1:] = ages[..., :-1]
    return moved


def new_by_january_age(history: History, year: int, place: str) -> Floats | None:
    """(26,) new EHCPs of a calendar year by age in the January after it.

    The tables by need count new EHCPs by age in the January before; where there is none, age at the start stands for age in the January after,
    which it fits within a few per cent in England in 2024.
    """
    by_need = history.by_need_and_age("new", year, place)
    if by_need is not None:
        return older(by_need.sum(axis=0))
    return history.by_age("new", year, place)


def _ceased_by_january_age(history: History, year: int, place: str, held: Floats) -> Floats | None:
    """(26,) EHCPs that ceased in a year by age in the January before it; those counted as 20 and over by what is held at each age."""
    ceased = history.by_age("ceased", year, place)
    if ceased is None:
        return None
    mine = CEASED_AT_JANUARY_AGE * ceased
    mine[:-1] += (1 - CEASED_AT_JANUARY_AGE) * ceased[1:]
    last = slice(19, AGES)
    share = held[last] / held[last].sum() if held[last].sum() > 0 else 1 / (AGES - 19)
    mine[last] = mine[last].sum() * share
    return np.asarray(mine * ceased.sum() / mine.sum() if mine.sum() > 0 else mine, dtype=float)


def _exposed(history: History, year: int, place: str) -> Floats | None:
    """(26,) children held in the January before a year's flows, else in the January after."""
    for january in (year, year + 1):
        held = history.by_age("held", january, place)
        if held is not None:
            return held
    return None


def _parents(history: History, of: Callable[[str], Floats | None]) -> Floats | None:
    """The first of England and the region for which something was published."""
    return next((found for found in (of(place) for place in (ENGLAND, REGION)) if found is not None), None)


def _leaving(history: History, year: int) -> tuple[Floats, float]:
    """(26,) chances of leaving, pulled towards England's by age, and the strength of the pull."""

    def crude(place: str) -> Floats | None:
        held = _exposed(history, year, place)
        ceased = None if held is None else _ceased_by_january_age(history, year, place, held)
        if held is None or ceased is None:
            return None
        rates: Floats = np.divide(np.minimum(ceased, held), held, out=np.zeros(AGES), where=held > 0)
        return rates

    held = _exposed(history, year, COUNTY)
    ceased = None if held is None else _ceased_by_january_age(history, year, COUNTY, held)
    if held is None or ceased is None:
        raise _missing(year, "EHCPs that ceased by age", f"measure ceased, year {year}, by age")
    parent = _parents(history, crude)
    pooled = np.full(AGES, ceased.sum() / held.sum())
    pulled = beta_binomial(np.minimum(ceased, held), held, pooled if parent is None else parent)
    rates = np.minimum(pulled.rates, MOST_LEAVE)
    rates[-1] = 1.0
    return rates, pulled.strength


def _arriving(history: History, january: int, leaves: Floats) -> tuple[Floats, float]:
    """(26,) arrivals for each child held: by phase where two Januaries are known by age, else of all ages together.

    Arrivals are what the balance between two Januaries leaves over: moves in, corrections, and EHCPs counted at another age.
    """

    def over(place: str) -> tuple[Floats, Floats] | None:
        before, now = history.by_age("held", january - 1, place), history.by_age("held", january, place)
        new = new_by_january_age(history, january - 1, place)
        if before is None or now is None or new is None:
            return None
        ceased = _ceased_by_january_age(history, january - 1, place, before)
        if ceased is None:
            return None
        left = np.append((now - new)[1:], 0.0) - before + ceased
        left[-1] = 0.0
        return np.maximum(phase_sums(left), 0.0), phase_sums(before)

    mine = over(COUNTY)
    if mine is None:
        held, new, ceased = (history.totals(measure) for measure in ("held", "new", "ceased"))
        past = [year for year in ceased.index if {year, year + 1} <= set(held.index) and year in new.index]
        if not past:
            return np.zeros(AGES), 0.0
        rate = float(np.mean([(held[year + 1] - held[year] - new[year] + ceased[year]) / held[year] for year in past]))
        return np.full(AGES, float(np.clip(rate, 0.0, 1.0))), 0.0
    theirs = next((found for found in (over(place) for place in (ENGLAND, REGION)) if found is not None), None)
    parent = np.full(4, mine[0].sum() / mine[1].sum()) if theirs is None else theirs[0] / np.maximum(theirs[1], 1.0)
    pulled = beta_binomial(mine[0], mine[1], np.minimum(parent, 1.0))
    rates = np.zeros(AGES)
    for number, (first, last) in enumerate(PHASE_AGES.values()):
        rates[first : last + 1] = pulled.rates[number]
    return rates, pulled.strength


def _new_shares(history: History, year: int) -> tuple[Floats, float, float]:
    """(N, 26) shares of a year's new EHCPs by need and age in the January after; the strengths of the pulls by age and by need."""
    own = new_by_january_age(history, year, COUNTY)
    if own is None:
        raise _missing(year, "new EHCPs by age", f"measure new, year {year}, by age")
    parent = _parents(history, lambda place: new_by_january_age(history, year, place))
    by_age = dirichlet_multinomial(own[None, :], own / own.sum() if parent is None else parent / parent.sum())
    needs = history.by_need_and_age("new", year)
    if needs is None:
        needs = history.by_need_and_age("held", year + 1)
        needs = np.ones((len(NEEDS), AGES)) if needs is None else needs
        theirs = None
    else:
        needs = older(needs)
        theirs = _parents(history, lambda place: history.by_need_and_age("new", year, place))
    whole = needs.sum(axis=1) / needs.sum()
    prior = np.tile(whole, (AGES, 1))
    if theirs is not None:
        counts = older(theirs).T
        prior = (counts + whole) / (counts.sum(axis=1, keepdims=True) + 1.0)
    by_need = dirichlet_multinomial(needs.T, prior)
    return by_need.rates.T * by_age.rates[0], by_age.strength, by_need.strength


def _missing(year: int, what: str, expected: str) -> InputError:
    return InputError(
        [Problem(FILE, 0, 0, f"year {year}", f"no row gives {what}", expected, "Add the rows, or set demand.projection to by_phase.")]
    )


def estimate(history: History, children: Floats) -> AgeRates:
    """Rates by age from what had been published with the last January of the history.

    Args:
        history: What was known (``History.until``).
        children: (26,) all children of the county by age in the January after the last known one.

    Raises:
        InputError: if the EHCPs held, new and ceased in the last year were not published by age.

    """
    january = history.last_january
    held = history.by_need_and_age("held", january)
    if held is None:
        ages = history.by_age("held", january)
        if ages is None:
            raise _missing(january, "EHCPs held by age", f"measure held, year {january}, by age")
        held = np.zeros((len(NEEDS), AGES))
        held[-1] = ages
    leaves, leave_strength = _leaving(history, january - 1)
    arrives, arrive_strength = _arriving(history, january, leaves)
    shares, age_strength, need_strength = _new_shares(history, january - 1)
    count = float(history.totals("new")[january - 1])
    new = np.divide(shares * count, children, out=np.zeros_like(shares), where=children > 0)
    strength = {"leaving": leave_strength, "arriving": arrive_strength, "new by age": age_strength, "new by need": need_strength}
    return AgeRates(january, held, np.minimum(new, 1.0), leaves, arrives, strength)


def follow(rates: AgeRates, children: Floats, factors: Floats) -> Cohorts:
    """Follow the children from January to January.

    Args:
        rates: The rates by age.
        children: (26, H+1) all children of the county by age in each January; the first is the January of the rates.
        factors: (H+1,) what the new-EHCP rates of each January are multiplied by.

    """
    horizon = children.shape[1] - 1
    held, new, arrivals, left = (np.zeros((*rates.held.shape, horizon + 1)) for _ in range(4))
    held[:, :, 0] = rates.held
    for year in range(1, horizon + 1):
        before = held[:, :, year - 1]
        left[:, :, year] = older(before * rates.leaves)
        arrivals[:, :, year] = older(before * rates.arrives)
        new[:, :, year] = rates.new * children[:, year] * factors[year]
        held[:, :, year] = older(before) - left[:, :, year] + arrivals[:, :, year] + new[:, :, year]
    return Cohorts(held, new, arrivals, left)


def factors_to_totals(rates: AgeRates, children: Floats, totals: Floats) -> Floats:
    """(H+1,) what the new-EHCP rates must be multiplied by for the EHCPs held to add to these totals in each January; never below 0.

    The first total is not used: it is what is held.
    """
    horizon = children.shape[1] - 1
    factors = np.ones(horizon + 1)
    held = rates.held
    for year in range(1, horizon + 1):
        staying = older(held * (1.0 - rates.leaves + rates.arrives))
        new = rates.new * children[:, year]
        factors[year] = max((totals[year] - staying.sum()) / new.sum(), 0.0) if new.sum() > 0 else 0.0
        held = staying + new * factors[year]
    return factors
