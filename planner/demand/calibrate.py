"""Escalation and first placement held against what was published, and values that fit better.

Children of the January before the base year are followed for one year by age and band, and children who came to hold an EHCP in each earlier year are
followed up to the base year. Where a child is (the published provision type) says which band it is in, by the shares that the county's stock has.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.optimize import least_squares

from planner.county.detail import best_rows
from planner.demand.ages import AgeRates, estimate, new_by_january_age, older
from planner.demand.history import COUNTY, FILE, History, phase_sums
from planner.errors import InputError, Problem
from planner.names import PHASE_AGES, PHASES, PROVISION_TYPES

if TYPE_CHECKING:
    from planner.county.county import County

Floats = npt.NDArray[np.float64]

LEAST_FACTOR, MOST_FACTOR = 0.1, 4.0
"""Between these a phase's escalation may be multiplied."""
PRIOR_SD = 0.7
"""How far (log) the published figures may pull a factor from 1: two thirds of the values lie between half and twice (assumption)."""


@dataclass(frozen=True)
class Picture:
    """What the county's tables say, and what was published, by band.

    B bands in order of rank, P phases, T provision types.

    Attributes:
        bands: Names.
        within: (T, P, B) share of the children of a provision type and phase who are in each band, from the stock.
        first: (P, B) share of those who enter a phase who are in each band, from the band mix and the entrants.
        escalates: (P, B) yearly chance of escalating, from the transitions, as the stock is spread.
        above: (B,) the band above; -1 where there is none.
        before: (B, 26) children by band and age in the January before the base year.
        now: (B, 26) the same in the January of the base year.
        entered: (P, B) published new EHCPs of the year between by phase and band.
        started: Published share of each year's new EHCPs by band, (B,) by year.
        held: Published share by band of the children who came in a year, (B,) by year, and their number.

    """

    bands: tuple[str, ...]
    within: Floats
    first: Floats
    escalates: Floats
    above: npt.NDArray[np.int64]
    before: Floats
    now: Floats
    entered: Floats
    started: dict[int, Floats]
    held: dict[int, tuple[Floats, float]]


@dataclass(frozen=True)
class Calibration:
    """The fit: the factor of each phase's escalation, the share of each band at first placement, and the misfit cell by cell."""

    bands: tuple[str, ...]
    factors: Floats
    first: Floats
    misfit: pd.DataFrame


def _of_phase(values: Floats) -> Floats:
    """(..., 26) the value of each age's phase; phases on the last axis of ``values``."""
    return np.concatenate(
        [np.repeat(values[..., [p]], last - first + 1, axis=-1) for p, (first, last) in enumerate(PHASE_AGES.values())], axis=-1
    )


def _shares(values: Floats) -> Floats:
    """Rows that add to 1; a row without any is even."""
    total = values.sum(axis=-1, keepdims=True)
    return np.where(total > 0, values / np.where(total > 0, total, 1.0), 1.0 / values.shape[-1])


def _within(county: County, bands: tuple[str, ...]) -> Floats:
    stock = county.table("stock").merge(county.table("units")[["unit", "provision_type"]], on="unit")
    grid = np.zeros((len(PROVISION_TYPES), len(PHASES), len(bands)))
    at = [
        stock[name].map({key: n for n, key in enumerate(keys)})
        for name, keys in (("provision_type", PROVISION_TYPES), ("phase", PHASES), ("band", bands))
    ]
    np.add.at(grid, tuple(at), stock["children"].to_numpy(dtype=float))
    general = _shares(grid.sum(axis=1))
    return np.where(grid.sum(axis=2, keepdims=True) > 0, _shares(grid), general[:, None, :])


def _first(county: County, bands: tuple[str, ...]) -> Floats:
    entrants, mix = county.table("entrants"), county.table("band_mix")
    wanted = entrants.merge(pd.DataFrame({"band": bands}), how="cross")
    row = best_rows(mix, ["need", "phase", "band"], wanted)
    share = np.where(row >= 0, mix["share"].to_numpy(dtype=float)[np.maximum(row, 0)], 0.0)
    grid = wanted.assign(children=wanted["new_ehcps"] * share).pivot_table(index="phase", columns="band", values="children", aggfunc="sum")
    return _shares(grid.reindex(index=list(PHASES), columns=list(bands)).fillna(0.0).to_numpy(dtype=float))


def _escalates(county: County, bands: tuple[str, ...]) -> Floats:
    stock = county.table("stock").merge(county.table("units")[["unit", "provision_type"]], on="unit")
    stock = stock.groupby(["need", "phase", "band", "provision_type"], as_index=False)["children"].sum()
    table = county.table("transitions")
    row = best_rows(table, ["need", "phase", "band", "provision_type"], stock)
    chance = np.where(row >= 0, table["escalates_per_year"].to_numpy(dtype=float)[np.maximum(row, 0)], 0.0)
    going = stock.assign(going=chance * stock["children"]).groupby(["phase", "band"])[["going", "children"]].sum()
    rate = (going["going"] / going["children"]).unstack("band")
    return rate.reindex(index=list(PHASES), columns=list(bands)).fillna(0.0).to_numpy(dtype=float)


def picture(county: County, history: History) -> Picture:
    """What the county's tables and the history say, brought to bands.

    Raises:
        InputError: if EHCPs held by age and provision type are not published for the base January and the one before, or new EHCPs for the year between.

    """
    january = history.last_january
    table = county.table("bands").sort_values("rank")
    bands = tuple(table["band"])
    above = np.array([bands.index(name) if name else -1 for name in table["escalates_to"]], dtype=np.int64)
    found = {
        ("held", january - 1): history.by_provision_and_age("held", january - 1),
        ("held", january): history.by_provision_and_age("held", january),
        ("new", january - 1): history.by_provision_and_age("new", january - 1),
    }
    absent = [key for key, value in found.items() if value is None]
    if absent:
        expected = "rows by age and provision type"
        raise InputError(Problem(FILE, 0, 0, f"measure {m}, year {y}", "no counts by age and provision type", expected) for m, y in absent)
    within = _within(county, bands)
    before, now, entered = (np.einsum("tpb,tpa->ba", within, _split(value)) for value in found.values() if value is not None)
    general = np.einsum("tpb,tp->tb", within, phase_sums(found[("held", january)]))  # type: ignore[arg-type]
    general = _shares(general)
    started = {
        int(year): _shares(counts.to_numpy(dtype=float)[None, :] @ general)[0] for year, counts in history.by_provision("new").iterrows()
    }
    held: dict[int, tuple[Floats, float]] = {}
    years = county.tables.get("ehcp_years_held")
    if years is not None:
        mine = years[(years["place"] == COUNTY) & (years["january"] == january) & (years["least_years"] == years["most_years"])]
        for back, part in mine.groupby("least_years"):
            counts = part.groupby("provision_type")["children"].sum().reindex(list(PROVISION_TYPES)).fillna(0.0).to_numpy(dtype=float)
            held[january - int(back)] = (_shares((counts @ general)[None, :])[0], float(counts.sum()))
    return Picture(
        bands, within, _first(county, bands), _escalates(county, bands), above, before, now, phase_sums(entered).T, started, held
    )


def _split(ages: Floats | None) -> Floats:
    """(T, P, 26) children by provision type, phase and age."""
    assert ages is not None  # noqa: S101 - the caller has looked
    phase = _of_phase(np.eye(len(PHASES)))
    return ages[:, None, :] * phase[None]


def _a_year(children: Floats, rates: AgeRates, escalates: Floats, above: npt.NDArray[np.int64], arrivals: bool) -> Floats:
    """(B, 26) children by band and age a year later: some leave, some escalate, arrivals are spread as those who are there."""
    gone = children * rates.leaves
    stay = children - gone + (children * rates.arrives if arrivals else 0.0)
    moving = stay * _of_phase(escalates.T)
    moving[above < 0] = 0.0
    stay = stay - moving
    for band in np.flatnonzero(above >= 0):
        stay[above[band]] += moving[band]
    return older(stay)


def _predicted(seen: Picture, rates: AgeRates, new: Floats, factors: Floats, first: Floats) -> tuple[Floats, dict[int, Floats]]:
    """(P, B) children in the base January by phase and band, and the share by band of those who came in each earlier year."""
    escalates = np.minimum(seen.escalates * factors[:, None], 1.0)
    after = _a_year(seen.before, rates, escalates, seen.above, arrivals=True) + new * _of_phase(first.T)
    course: dict[int, Floats] = {}
    usual = _shares(phase_sums(new)[None, :] @ first)[0]
    for year in sorted(set(seen.held) & set(seen.started)):
        lean = np.divide(seen.started[year], usual, out=np.ones_like(usual), where=usual > 0)
        children = new * _of_phase(_shares(first * lean).T)
        for _ in range(rates.january - 1 - year):
            children = _a_year(children, rates, escalates, seen.above, arrivals=False)
        course[year] = _shares(children.sum(axis=1)[None, :])[0]
    return phase_sums(after).T, course


def _cells(seen: Picture, rates: AgeRates, new: Floats, factors: Floats, first: Floats) -> pd.DataFrame:
    """Every published cell with what the tables give: columns cell, phase, band, year, published, modelled."""
    stocks, course = _predicted(seen, rates, new, factors, first)
    entered = seen.entered.sum(axis=1, keepdims=True) * first
    rows = []
    observed = phase_sums(seen.now).T
    for p, phase in enumerate(PHASES):
        for b, band in enumerate(seen.bands):
            rows.append(("held in January", phase, band, rates.january, observed[p, b], stocks[p, b]))
            rows.append(("new EHCPs", phase, band, rates.january - 1, seen.entered[p, b], entered[p, b]))
    for year, shares in course.items():
        published, count = seen.held[year]
        rows += [
            ("held, by year of start", "all", band, year, published[b] * count, shares[b] * count) for b, band in enumerate(seen.bands)
        ]
    frame = pd.DataFrame(rows, columns=["cell", "phase", "band", "year", "published", "modelled"])
    return frame.sort_values(["cell", "year", "phase", "band"], key=_in_order, kind="stable", ignore_index=True)


def _in_order(column: pd.Series) -> pd.Series:
    return column.map({phase: at for at, phase in enumerate(PHASES)}).fillna(9) if column.name == "phase" else column


def calibrate(county: County, history: History, children: Floats) -> Calibration:
    """Fit each phase's escalation to the published stock and years held, and first placement to the published new EHCPs.

    First placement is what was published, brought to bands. Escalation of each phase is multiplied by the factor that brings the children held in January by
    phase and band, and those who came in each earlier year by band, nearest to what was published (least squares, each cell weighed by its usual chance
    error), with the county's own values as the starting belief.

    Args:
        county: The county, at its own detail.
        history: Its history up to the January of the base year.
        children: (26,) all children of the county by age in that January.

    Raises:
        InputError: if what the fit needs is not published.

    """
    seen = picture(county, history)
    january = history.last_january
    known = estimate(history.until(january), children)
    published = history.by_provision_and_age("held", january - 1)
    new = new_by_january_age(history, january - 1, COUNTY)
    assert published is not None and new is not None  # noqa: S101 - estimate and picture have looked
    first = _shares(seen.entered)
    first = np.where(seen.entered.sum(axis=1, keepdims=True) > 0, first, seen.first)

    observed = phase_sums(seen.now).T

    def distance(logs: Floats) -> Floats:
        stocks, course = _predicted(seen, known, new, np.exp(logs), first)
        wanted = np.concatenate([observed.ravel(), *(seen.held[year][0] * seen.held[year][1] for year in course)])
        given = np.concatenate([stocks.ravel(), *(shares * seen.held[year][1] for year, shares in course.items())])
        return np.concatenate([(given - wanted) / np.sqrt(np.maximum(wanted, 1.0)), logs / PRIOR_SD])

    bounds = (np.log(LEAST_FACTOR), np.log(MOST_FACTOR))
    fitted = least_squares(distance, np.zeros(len(PHASES)), bounds=bounds)
    factors = np.exp(fitted.x)
    now = _cells(seen, known, new, np.ones(len(PHASES)), seen.first)
    then = _cells(seen, known, new, factors, first)
    misfit = now.rename(columns={"modelled": "with_tables"}).assign(with_proposal=then["modelled"])
    for name in ("with_tables", "with_proposal"):
        misfit[f"gap_{name}"] = misfit[name] - misfit["published"]
    return Calibration(seen.bands, factors, first, misfit)


def proposed_transitions(county: County, found: Calibration) -> pd.DataFrame:
    """The county's transitions with each phase's escalation multiplied by its factor, never above what leaving and moving up leave room for."""
    table = county.table("transitions").copy()
    phases = [found.factors[[p for p, name in enumerate(PHASES) if phase in ("*", name)]].mean() for phase in table["phase"]]
    room = 1.0 - table["leaves_per_year"] - table["moves_up_per_year"]
    table["escalates_per_year"] = np.minimum(table["escalates_per_year"] * phases, np.maximum(room, 0.0)).round(4)
    return table


def proposed_band_mix(county: County, found: Calibration) -> pd.DataFrame:
    """The county's band mix leaned so that those who enter each phase are in the bands in which they were first placed."""
    table = county.table("band_mix").copy()
    current = _first(county, found.bands)
    lean = np.divide(found.first, current, out=np.ones_like(current), where=current > 0)
    number = {band: at for at, band in enumerate(found.bands)}
    factor = [
        float(np.mean([lean[p, number[band]] for p, name in enumerate(PHASES) if phase in ("*", name)]))
        for phase, band in zip(table["phase"], table["band"], strict=True)
    ]
    table["share"] = table["share"] * factor
    table["share"] = table["share"] / table.groupby(["need", "phase"])["share"].transform("sum")
    return table
