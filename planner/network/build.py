"""The arcs that exist, and the refused ones counted by reason."""

from __future__ import annotations

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


def build_arcs(scenario: Scenario, county: County, demand: Demand) -> Arcs:
    """Test every cohort against every unit and keep the pairs that pass.

    Tests, in the order of ``REFUSALS``: may the unit's provision type meet the band, does the unit take the phase and the need, does it
    serve the area, is there a route, is it within the travel limit. The first that fails is counted as the reason.
    """
    units = county.table("units").sort_values("unit", ignore_index=True)
    areas = county.table("areas").sort_values("area", ignore_index=True)
    minutes, km = _journeys(scenario, county, areas, units)
    cohorts = demand.cohorts
    bands = list(county.table("bands")["band"])
    needs = sorted(set(cohorts["need"]))
    area_at = cohorts["area"].map({area: number for number, area in enumerate(areas["area"])}).to_numpy()
    need_at = cohorts["need"].map({need: number for number, need in enumerate(needs)}).to_numpy()
    phase_at = cohorts["phase"].map({phase: number for number, phase in enumerate(PHASES)}).to_numpy()
    band_at = cohorts["band"].map({band: number for number, band in enumerate(bands)}).to_numpy()
    kinds = list(dict.fromkeys(units["provision_type"]))
    kind_at = units["provision_type"].map({kind: number for number, kind in enumerate(kinds)}).to_numpy()
    may = np.zeros((len(bands), len(PHASES), len(kinds)), dtype=bool)
    for band, phase, kind in county.table("band_provision")[["band", "phase", "provision_type"]].itertuples(index=False, name=None):
        if kind in kinds:
            may[bands.index(band), PHASES.index(phase), kinds.index(kind)] = True
    takes_phase, takes_need, takes_band = (
        _member(units["phases"], list(PHASES)),
        _member(units["needs"], needs),
        _member(units["bands"], bands),
    )
    host = units["area"].map({area: number for number, area in enumerate(areas["area"])}).fillna(-1).astype(int).to_numpy()
    own = (units["serves"] == "own_area").to_numpy()
    limits, extra = _limits(scenario)
    far = minutes[area_at]
    base = (units["provision_type"] == "contact_base").to_numpy()
    tests = {
        "band": may[band_at, phase_at][:, kind_at] & takes_band[:, band_at].T,
        "phase": takes_phase[:, phase_at].T,
        "need": takes_need[:, need_at].T,
        "other_area": ~own[None, :] | (host[None, :] == area_at[:, None]),
        "no_route": ~np.isnan(far),
        "too_far": np.nan_to_num(far, nan=np.inf) <= (limits[phase_at] + extra)[:, None],
    }
    passed = np.ones(far.shape, dtype=bool)
    reason = np.full(far.shape, -1, dtype=np.int8)
    for number, name in enumerate(REFUSALS):
        reason[(reason < 0) & ~tests[name]] = number
        passed &= tests[name]
    passed[:, base] = False
    cohort, unit = (side.astype(np.int64) for side in np.nonzero(passed))
    helps = tests["phase"] & tests["need"] & tests["other_area"] & tests["no_route"] & tests["too_far"] & base[None, :]
    helps &= (demand.at_risk.max(axis=1) > 0)[:, None]
    help_cohort, help_unit = (side.astype(np.int64) for side in np.nonzero(helps))
    stock_area = area_at[demand.stock_cohort]
    return Arcs(
        units=units,
        cohort=cohort,
        unit=unit,
        minutes=far[cohort, unit],
        km=km[area_at[cohort], unit],
        over_limit_minutes=np.maximum(far[cohort, unit] - limits[phase_at[cohort]], 0.0) if extra else np.zeros(len(cohort)),
        help_cohort=help_cohort,
        help_unit=help_unit,
        stock_minutes=np.nan_to_num(minutes[stock_area, demand.stock_unit]),
        stock_km=np.nan_to_num(km[stock_area, demand.stock_unit]),
        refused=_refused(cohorts, areas, kinds, kind_at, area_at, np.where(base[None, :], -1, reason)),
    )


def _refused(
    cohorts: pd.DataFrame, areas: pd.DataFrame, kinds: list[str], kind_at: Ints, area_at: Ints, reason: np.ndarray
) -> pd.DataFrame:
    """Refused pairs counted by district, need, phase, band, provision type and reason."""
    keys = ["district", "need", "phase", "band"]
    labels = cohorts.assign(district=areas["district"].to_numpy()[area_at])[keys]
    groups = labels.groupby(keys, sort=True).ngroup().to_numpy()
    first = labels.assign(group=groups).drop_duplicates("group").set_index("group").sort_index()
    row, unit = np.nonzero(reason >= 0)
    codes = (groups[row] * len(kinds) + kind_at[unit]) * len(REFUSALS) + reason[row, unit]
    values, pairs = np.unique(codes, return_counts=True)
    frame = first.loc[values // (len(kinds) * len(REFUSALS))].reset_index(drop=True)
    frame["provision_type"] = [kinds[code] for code in values // len(REFUSALS) % len(kinds)]
    frame["reason"] = [REFUSALS[code] for code in values % len(REFUSALS)]
    frame["pairs"] = pairs
    return frame
