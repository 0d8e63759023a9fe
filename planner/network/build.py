"""The arcs that exist, and the refused ones counted by reason."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from planner.county.county import County
from planner.demand.demand import Demand
from planner.names import PHASES
from planner.network.arcs import REFUSALS, Arcs, Floats, Ints
from planner.network.travel import from_coordinates, from_matrix
from planner.scenario.schema import Scenario

WALKING_KM_DEFAULT = 3.2187
"""Two miles in kilometres: the shorter statutory walking distance, used for the pick-up time."""


def _journeys(scenario: Scenario, county: County, areas: pd.DataFrame, units: pd.DataFrame) -> tuple[Floats, Floats]:
    if scenario.travel.matrix is not None:
        return from_matrix(county, areas, units, scenario.travel.matrix)
    return from_coordinates(areas, units, scenario.travel, WALKING_KM_DEFAULT)


def _member(values: pd.Series, known: list[str]) -> np.ndarray:
    """(units, known) whether each unit's list holds each value."""
    at = {value: number for number, value in enumerate(known)}
    flags = np.zeros((len(values), len(known)), dtype=bool)
    for row, listed in enumerate(values):
        for value in listed:
            if value in at:
                flags[row, at[value]] = True
    return flags


def _limits(scenario: Scenario) -> tuple[Floats, float]:
    limits = np.array([scenario.travel.limit_minutes.of(phase) for phase in PHASES])
    extra = scenario.travel.most_over_limit_minutes if scenario.travel.limit == "priced" else 0.0
    return limits, extra


@dataclass(frozen=True)
class _Ground:
    """What is the same for all children of an area and phase: C cohorts, J units, N areas, P phases.

    Attributes:
        minutes, km: (N, J) journeys.
        passes: (P, N, J) whether area, route and travel limit let a child in.
        reason: (P, N, J) number of the first of these tests that fails, as in ``REFUSALS``; -1 where none does.
        area_at: (C,) area of each cohort.

    """

    minutes: Floats
    km: Floats
    passes: np.ndarray
    reason: np.ndarray
    area_at: Ints


def build_arcs(scenario: Scenario, county: County, demand: Demand) -> Arcs:
    """Test every cohort against every unit and keep the pairs that pass.

    Tests, in the order of ``REFUSALS``: may the unit's provision type meet the band, does the unit take the phase and the need, does it
    serve the area, is there a route, is it within the travel limit. The first that fails is counted as the reason.

    Cohorts of one need, phase and band are tested together, for all areas at once, so that memory grows with the arcs and not with
    cohorts times units.
    """
    units = county.table("units").sort_values("unit", ignore_index=True)
    areas = county.table("areas").sort_values("area", ignore_index=True)
    ground = _ground(scenario, county, areas, units, demand.cohorts)
    takes, cohorts_of = _takes(county, units, demand.cohorts)
    base = (units["provision_type"] == "contact_base").to_numpy()
    at_risk = demand.at_risk.max(axis=1) > 0
    counts = _Refusals(areas, units, ground)
    enter: list[tuple[Ints, Ints]] = []
    helps: list[tuple[Ints, Ints]] = []
    for (_, phase, _), (test, members) in cohorts_of.items():
        by_band, by_phase, by_need = (flags[:, number] for flags, number in zip(takes, test, strict=True))
        step = PHASES.index(phase)
        enter.append(_pairs(ground, step, members, by_band & by_phase & by_need & ~base))
        helps.append(_pairs(ground, step, members[at_risk[members]], by_phase & by_need & base))
        counts.add(step, members, (by_band, by_phase, by_need), ~base)
    cohort, unit = _in_order(enter)
    help_cohort, help_unit = _in_order(helps)
    area_at = ground.area_at
    limits, extra = _limits(scenario)
    phase_at = demand.cohorts["phase"].map({phase: number for number, phase in enumerate(PHASES)}).to_numpy()
    minutes = ground.minutes[area_at[cohort], unit]
    stock_area = area_at[demand.stock_cohort]
    return Arcs(
        units=units,
        cohort=cohort,
        unit=unit,
        minutes=minutes,
        km=ground.km[area_at[cohort], unit],
        over_limit_minutes=np.maximum(minutes - limits[phase_at[cohort]], 0.0) if extra else np.zeros(len(cohort)),
        help_cohort=help_cohort,
        help_unit=help_unit,
        stock_minutes=np.nan_to_num(ground.minutes[stock_area, demand.stock_unit]),
        stock_km=np.nan_to_num(ground.km[stock_area, demand.stock_unit]),
        refused=counts.frame(list(cohorts_of)),
    )


def _ground(scenario: Scenario, county: County, areas: pd.DataFrame, units: pd.DataFrame, cohorts: pd.DataFrame) -> _Ground:
    minutes, km = _journeys(scenario, county, areas, units)
    limits, extra = _limits(scenario)
    number = {area: place for place, area in enumerate(areas["area"])}
    host = units["area"].map(number).fillna(-1).astype(int).to_numpy()
    within = pd.factorize(areas["within"] if "within" in areas else areas["area"])[0]
    own = (units["serves"] == "own_area").to_numpy()
    serves = ~own[None, :] | ((within[host][None, :] == within[:, None]) & (host >= 0)[None, :])
    route = ~np.isnan(minutes)
    near = np.nan_to_num(minutes, nan=np.inf)[None, :, :] <= (limits + extra)[:, None, None]
    reason = np.full(near.shape, -1, dtype=np.int8)
    for name, passes in (("other_area", serves[None]), ("no_route", route[None]), ("too_far", near)):
        reason[(reason < 0) & ~np.broadcast_to(passes, near.shape)] = REFUSALS.index(name)
    area_at = cohorts["area"].map(number).to_numpy(dtype=np.int64)
    return _Ground(minutes, km, reason < 0, reason, area_at)


def _takes(
    county: County, units: pd.DataFrame, cohorts: pd.DataFrame
) -> tuple[tuple[np.ndarray, np.ndarray, np.ndarray], dict[tuple[str, str, str], tuple[tuple[int, int, int], Ints]]]:
    """Say which units pass each of the first three tests, and which cohorts have each need, phase and band.

    Returns:
        Three arrays of (J, values) flags: band and phase together, phase, need; and for each need, phase and band its
        column in each of the three with its cohorts.

    """
    bands, needs = list(county.table("bands")["band"]), sorted(set(cohorts["need"]))
    may = {name: np.zeros(len(units), dtype=bool) for name in ((band, phase) for band in bands for phase in PHASES)}
    kind = units["provision_type"].to_numpy(dtype=object)
    for band, phase, name in county.table("band_provision")[["band", "phase", "provision_type"]].itertuples(index=False, name=None):
        may[band, phase] |= kind == name
    by_band = _member(units["bands"], bands)
    both = np.stack([may[band, phase] & by_band[:, bands.index(band)] for band in bands for phase in PHASES], axis=1)
    takes = both, _member(units["phases"], list(PHASES)), _member(units["needs"], needs)
    members = cohorts.groupby(["need", "phase", "band"], sort=True).indices
    return takes, {
        (str(need), str(phase), str(band)): (
            (bands.index(band) * len(PHASES) + PHASES.index(phase), PHASES.index(phase), needs.index(need)),
            np.asarray(rows, dtype=np.int64),
        )
        for (need, phase, band), rows in members.items()
    }


def _pairs(ground: _Ground, phase: int, members: Ints, units: np.ndarray) -> tuple[Ints, Ints]:
    """Cohorts and units that pass every test, among some cohorts of a phase and the units that take them."""
    which = np.nonzero(units)[0]
    row, column = np.nonzero(ground.passes[phase][np.ix_(ground.area_at[members], which)])
    return members[row], which[column]


def _in_order(pairs: list[tuple[Ints, Ints]]) -> tuple[Ints, Ints]:
    """All pairs as two arrays, in the order of cohorts and, within a cohort, of units."""
    nothing = np.zeros(0, dtype=np.int64)
    cohort, unit = (np.concatenate([nothing, *(pair[side] for pair in pairs)]).astype(np.int64) for side in (0, 1))
    order = np.lexsort((unit, cohort))
    return cohort[order], unit[order]


class _Refusals:
    """Counts refused pairs by district, need, phase, band, provision type and reason."""

    def __init__(self, areas: pd.DataFrame, units: pd.DataFrame, ground: _Ground) -> None:
        self.area_at, self.reason = ground.area_at, ground.reason
        self.district_of, self.districts = pd.factorize(areas["district"], sort=True)
        self.kind_of, self.kinds = pd.factorize(units["provision_type"])
        self.found: list[np.ndarray] = []

    def add(self, phase: int, members: Ints, tests: tuple[np.ndarray, np.ndarray, np.ndarray], counted: np.ndarray) -> None:
        """Count the pairs of some cohorts of one phase with the units ``counted``; ``tests`` are the first three, by unit."""
        shape = (len(self.districts), len(self.kinds), len(REFUSALS))
        table = np.zeros(shape, dtype=np.int64)
        area = self.area_at[members]
        many = np.bincount(self.district_of[area], minlength=shape[0])
        left = counted.copy()
        for number, passes in enumerate(tests):
            units = np.bincount(self.kind_of[left & ~passes], minlength=shape[1])
            table[:, :, number] = many[:, None] * units[None, :]
            left &= passes
        which = np.nonzero(left)[0]
        reason = self.reason[phase][np.ix_(area, which)]
        row, column = np.nonzero(reason >= 0)
        np.add.at(table, (self.district_of[area[row]], self.kind_of[which[column]], reason[row, column]), 1)
        self.found.append(table)

    def frame(self, children: list[tuple[str, str, str]]) -> pd.DataFrame:
        """The counts above 0 as a frame, sorted by district, need, phase and band; ``children`` names what was added, in order."""
        counts = np.stack(self.found, axis=1) if self.found else np.zeros((0, 0, 0, 0), dtype=np.int64)
        district, child, kind, reason = np.nonzero(counts)
        frame = pd.DataFrame({"district": np.asarray(self.districts, dtype=object)[district]})
        for place, name in enumerate(("need", "phase", "band")):
            frame[name] = np.array([labels[place] for labels in children], dtype=object)[child]
        frame["provision_type"] = np.asarray(self.kinds, dtype=object)[kind]
        frame["reason"] = np.array(REFUSALS, dtype=object)[reason]
        frame["pairs"] = counts[district, child, kind, reason]
        return frame
