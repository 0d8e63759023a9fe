"""From the county's tables to demand by cohort and year, before anything is decided."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pandas as pd

from planner.county.county import County
from planner.county.detail import best_rows
from planner.demand import profiles
from planner.demand.demand import Demand, Floats, Ints
from planner.demand.population import by_age, by_phase
from planner.errors import InputError, Problem
from planner.names import PHASE_AGES, PHASES, SITUATIONS, Year
from planner.scenario.schema import NewEhcpTrend, Scenario

KEYS = ["area", "need", "phase", "band"]


def trend_factors(trend: NewEhcpTrend, base: Year, horizon: int) -> Floats:
    """(H+1,) the new-EHCP rate of each year over that of the base year.

    continue: (1 + g)^t. level_off: growth in year t is g (U + 1 - t) / U until it is nothing after year U, the year ``until``.
    fall: the same, then (1 - fall) a year.
    """
    until = Year.parse(trend.until) - base
    factors = np.ones(horizon + 1)
    for year in range(1, horizon + 1):
        growth = trend.growth_per_year
        if trend.shape != "continue":
            growth *= max(0.0, (until + 1 - year) / until)
        if trend.shape == "fall" and year > until:
            growth = -trend.fall_per_year
        factors[year] = factors[year - 1] * (1.0 + growth)
    return factors


def spike_factors(scenario: Scenario) -> Floats:
    """(H+1,) what a temporary rise multiplies new EHCPs by."""
    factors = np.ones(scenario.years + 1)
    spike = scenario.demand.spike
    if spike is not None:
        base = Year.parse(scenario.base_year)
        factors[Year.parse(spike.first_year) - base : Year.parse(spike.last_year) - base + 1] = spike.factor
    return factors


def _cohorts(county: County) -> pd.DataFrame:
    """Every cohort that can ever hold a child: present, entering, moving up or escalating into."""
    areas = sorted(county.table("areas")["area"])
    bands = county.table("bands").sort_values("rank")
    mix = county.table("band_mix")
    entrants = county.table("entrants")
    comes = entrants.loc[entrants["new_ehcps"] + entrants["arrivals"] > 0, ["need", "phase"]]
    entering = comes.merge(mix[mix["share"] > 0][["need", "phase", "band"]], on=["need", "phase"])
    stock = county.table("stock")
    kinds = pd.concat([entering, stock.loc[stock["children"] > 0, ["need", "phase", "band"]]]).drop_duplicates()
    above = dict(zip(bands["band"], bands["escalates_to"], strict=True))
    reached = set(kinds.itertuples(index=False, name=None))
    queue = list(reached)
    while queue:
        need, phase, band = queue.pop()
        step = PHASES.index(phase) + 1
        for further in ((need, PHASES[step], band) if step < len(PHASES) else None, (need, phase, above[band]) if above[band] else None):
            if further is not None and further not in reached:
                reached.add(further)
                queue.append(further)
    needs, ranks = sorted({item[0] for item in reached}), list(bands["band"])
    ordered = sorted(reached, key=lambda item: (needs.index(item[0]), PHASES.index(item[1]), ranks.index(item[2])))
    frame = pd.DataFrame([(area, *item) for area in areas for item in ordered], columns=KEYS)
    return frame


def _targets(cohorts: pd.DataFrame, county: County) -> tuple[Ints, Ints]:
    position = {key: number for number, key in enumerate(cohorts.itertuples(index=False, name=None))}
    above = dict(zip(county.table("bands")["band"], county.table("bands")["escalates_to"], strict=True))
    following = dict(pairwise(PHASES))
    up, higher = [], []
    for area, need, phase, band in cohorts.itertuples(index=False, name=None):
        up.append(position.get((area, need, following.get(phase, ""), band), -1))
        higher.append(position.get((area, need, phase, above[band]), -1))
    return np.array(up, dtype=np.int64), np.array(higher, dtype=np.int64)


def _chances(
    cohorts: pd.DataFrame, county: County, factor: float, up_to: Ints, escalates_to: Ints
) -> tuple[Floats, Floats, Floats, Floats]:
    """(C, S) stay, moves up, escalates, leaves."""
    table = county.table("transitions")
    kinds = cohorts[["need", "phase", "band"]].drop_duplicates(ignore_index=True)
    wanted = kinds.merge(pd.DataFrame({"provision_type": SITUATIONS}), how="cross")
    row = best_rows(table, ["need", "phase", "band", "provision_type"], wanted)
    if (row < 0).any():
        first = wanted[row < 0].iloc[0]
        raise InputError(
            [
                Problem(
                    "transitions.csv",
                    0,
                    0,
                    f"phase {first['phase']}, band {first['band']}",
                    "no row says what happens to these children in a year",
                    "a row with these values or *",
                )
            ]
        )
    shape = (len(kinds), len(SITUATIONS))
    leaves, moves_up, escalates = (
        table[name].to_numpy(dtype=float)[row].reshape(shape) for name in ("leaves_per_year", "moves_up_per_year", "escalates_per_year")
    )
    number = {key: place for place, key in enumerate(kinds.itertuples(index=False, name=None))}
    which = np.array([number[key] for key in cohorts[["need", "phase", "band"]].itertuples(index=False, name=None)], dtype=np.int64)
    leaves, moves_up, escalates = leaves[which], moves_up[which], escalates[which] * factor
    stuck = up_to < 0
    leaves = np.where(stuck[:, None], leaves + moves_up, leaves)
    moves_up = np.where(stuck[:, None], 0.0, moves_up)
    escalates = np.where((escalates_to < 0)[:, None], 0.0, np.minimum(escalates, np.maximum(1.0 - leaves - moves_up, 0.0)))
    return np.maximum(1.0 - leaves - moves_up - escalates, 0.0), moves_up, escalates, leaves


def _shares(cohorts: pd.DataFrame, county: County) -> Floats:
    """(C,) share of those entering a need and phase who are in the cohort's band."""
    mix = county.table("band_mix").set_index(["need", "phase", "band"])["share"]
    keys = pd.MultiIndex.from_frame(cohorts[["need", "phase", "band"]])
    return np.asarray(mix.reindex(keys).fillna(0.0), dtype=float)


def _by_need_phase(cohorts: pd.DataFrame, table: pd.DataFrame, column: str) -> Floats:
    values = table.set_index(["need", "phase"])[column]
    return np.asarray(values.reindex(pd.MultiIndex.from_frame(cohorts[["need", "phase"]])).fillna(0.0), dtype=float)


def _check_somebody_lives_there(county: County, county_base: Floats) -> None:
    """New EHCPs of a phase are spread over the children of its ages, so there must be some."""
    entrants = county.table("entrants")
    coming = (entrants["new_ehcps"] + entrants["arrivals"]).groupby(entrants["phase"]).sum()
    found = [
        Problem(
            "population.csv",
            0,
            0,
            f"ages {PHASE_AGES[phase][0]} to {PHASE_AGES[phase][1]}",
            f"nobody lives in the county at these ages, but entrants.csv has {coming[phase]:g} coming in {phase}",
            "children of these ages, or no entrants in this phase",
        )
        for phase, children in zip(PHASES, county_base, strict=True)
        if children <= 0 and coming.get(phase, 0.0) > 0
    ]
    if found:
        raise InputError(found)


def project(scenario: Scenario, county: County) -> Demand:
    """Project demand for a county at the scenario's detail.

    New EHCPs of a cohort in a year: the county's rate for the need and phase (new EHCPs over children of the phase's ages in the base
    year) times the area's children, the band's share, the trend and any spike. Arrivals follow the children without trend.

    Raises:
        InputError: if no row of transitions.csv says what happens to some children, or if children are to come of ages at which
            nobody lives in the county.

    """
    wish, horizon = scenario.demand, scenario.years
    cohorts = _cohorts(county)
    up_to, escalates_to = _targets(cohorts, county)
    stay, moves_up, escalates, leaves = _chances(cohorts, county, wish.escalation_factor, up_to, escalates_to)
    areas = sorted(county.table("areas")["area"])
    children = by_phase(by_age(county.table("population"), areas, horizon, wish.births_change_per_year, wish.net_moves_per_year))
    area_at = cohorts["area"].map({area: number for number, area in enumerate(areas)}).to_numpy()
    phase_at = cohorts["phase"].map({phase: number for number, phase in enumerate(PHASES)}).to_numpy()
    county_base = children[:, :, 0].sum(axis=0)
    _check_somebody_lives_there(county, county_base)
    relative = children[area_at, phase_at] / np.where(county_base > 0, county_base, 1.0)[phase_at][:, None]
    share = _shares(cohorts, county)
    rate_effect = trend_factors(wish.new_ehcps, scenario.horizon[0], horizon) * spike_factors(scenario)
    base_new = _by_need_phase(cohorts, county.table("entrants"), "new_ehcps") * share
    new = base_new[:, None] * relative * rate_effect[None, :]
    arrivals = (_by_need_phase(cohorts, county.table("entrants"), "arrivals") * share)[:, None] * relative * wish.arrivals_factor
    growth = _growth(cohorts, base_new, relative, new, scenario)
    new[:, 0] = arrivals[:, 0] = 0.0
    at_risk, avoidable, effect = _early_help(scenario, cohorts, county, share, relative, new)
    stock = county.table("stock")
    stock = stock[stock["children"] > 0]
    position = {key: number for number, key in enumerate(cohorts.itertuples(index=False, name=None))}
    unit_at = {unit: number for number, unit in enumerate(sorted(county.table("units")["unit"]))}
    return Demand(
        years=scenario.horizon,
        cohorts=cohorts,
        up_to=up_to,
        escalates_to=escalates_to,
        new=new,
        arrivals=arrivals,
        at_risk=at_risk,
        avoidable=avoidable,
        effect=effect,
        stay=stay,
        moves_up=moves_up,
        escalates=escalates,
        leaves=leaves,
        stock_cohort=np.array([position[key] for key in stock[KEYS].itertuples(index=False, name=None)], dtype=np.int64),
        stock_unit=np.array([unit_at[unit] for unit in stock["unit"]], dtype=np.int64),
        stock_children=stock["children"].to_numpy(dtype=float),
        growth=growth,
    )


def _early_help(
    scenario: Scenario, cohorts: pd.DataFrame, county: County, share: Floats, relative: Floats, new: Floats
) -> tuple[Floats, Floats, Floats]:
    """(C, H+1) children who could be reached, EHCPs that could be avoided, and the effect by lag.

    Children on SEN support of an area, need and phase are split over the bands that early help reaches by the bands' shares of
    those who enter.
    """
    settings = scenario.demand.early_help
    reached = cohorts["band"].isin(settings.bands).to_numpy()
    among = (
        pd.Series(np.where(reached, share, 0.0)).groupby([cohorts["area"], cohorts["need"], cohorts["phase"]]).transform("sum").to_numpy()
    )
    part = np.divide(share, among, out=np.zeros_like(share), where=reached & (among > 0))
    pool = _by_need_phase(cohorts, county.table("sen_support"), "children")
    at_risk = (pool * part)[:, None] * relative * settings.reachable_share
    at_risk[:, 0] = 0.0
    avoidable = np.where(reached[:, None], new * settings.most_avoidable_share, 0.0)
    shape = settings.effect * profiles.weights(
        settings.profile, settings.lag_years, settings.spread_years, settings.fade_per_year, scenario.years
    )
    effect = np.where(reached[:, None], shape[None, :], 0.0)
    return at_risk, avoidable, effect


def _growth(cohorts: pd.DataFrame, base_new: Floats, relative: Floats, new: Floats, scenario: Scenario) -> pd.DataFrame:
    """How far new EHCPs differ from the base year because of more or fewer children, and because of the rate."""
    by_population = base_new[:, None] * relative
    base = by_population[:, :1]
    frames = []
    for year in range(1, scenario.years + 1):
        frame = cohorts[["phase", "need"]].assign(
            year=str(scenario.horizon[year]),
            new_ehcps=new[:, year],
            children_population_effect=by_population[:, year] - base[:, 0],
            children_rate_effect=new[:, year] - by_population[:, year],
        )
        frames.append(frame.groupby(["year", "phase", "need"], as_index=False).sum())
    columns = ["year", "phase", "need", "new_ehcps", "children_population_effect", "children_rate_effect"]
    return pd.concat(frames, ignore_index=True)[columns]
