"""From the county's tables to demand by cohort and year, before anything is decided."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pandas as pd

from planner.county.county import County
from planner.county.detail import best_rows
from planner.demand import profiles
from planner.demand.by_age import Forecast, balancing_arrivals, forecast, uses_history
from planner.demand.demand import Demand, Floats, Ints
from planner.demand.population import by_age, by_phase, transfer_ages
from planner.demand.trend import spike_factors, trend_factors
from planner.errors import InputError, Problem
from planner.names import PHASE_AGES, PHASES, SITUATIONS
from planner.scenario.schema import Scenario

KEYS = ["area", "need", "phase", "band"]


def _cohorts(county: County, comes: pd.DataFrame) -> pd.DataFrame:
    """Every cohort that can ever hold a child: present, entering (``comes``: need, phase), moving up or escalating into."""
    areas = sorted(county.table("areas")["area"])
    bands = county.table("bands").sort_values("rank")
    mix = county.table("band_mix")
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
    cohorts: pd.DataFrame, county: County, factor: float, targets: tuple[Ints, Ints], longer: Floats, history: Forecast | None
) -> tuple[Floats, Floats, Floats, Floats]:
    """(C, S) stay, moves up, escalates, leaves. A forecast by age says how many leave and move up in place of the county's table."""
    up_to, escalates_to = targets
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
    leaves, moves_up, escalates = leaves[which], moves_up[which] * longer[:, None], escalates[which] * factor
    if history is not None and history.leaves is not None and history.moves_up is not None:
        at = _numbers(cohorts, history)
        leaves, moves_up = (np.repeat(chance[at][:, None], len(SITUATIONS), axis=1) for chance in (history.leaves, history.moves_up))
    moves_up = np.minimum(moves_up, np.maximum(1.0 - leaves, 0.0))
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


def _pupils_by_length(cohorts: pd.DataFrame, areas: list[str], transfer: Ints | None) -> Floats:
    """(C,) what the yearly chance of moving up is multiplied by where an area's phases are longer or shorter than usual."""
    factor = np.ones(len(cohorts))
    if transfer is None:
        return factor
    own = cohorts["area"].map(dict(zip(areas, transfer, strict=True))).to_numpy(dtype=float)
    (first, _), (usual, last) = PHASE_AGES["primary"], PHASE_AGES["secondary"]
    factor = np.where(cohorts["phase"] == "primary", (usual - first) / (own - first), factor)
    return np.where(cohorts["phase"] == "secondary", (last + 1 - usual) / (last + 1 - own), factor)


def project(scenario: Scenario, county: County) -> Demand:
    """Project demand for a county at the scenario's detail.

    By phase, new EHCPs of a cohort in a year are the county's rate for the need and phase (new EHCPs over children of the phase's ages in
    the base year) times the area's children, the band's share, the trend and any spike; arrivals follow the children without trend.
    By age, new EHCPs are rates by need and single year of age, from the published history, times the area's children of each age;
    arrivals make the EHCPs held by need and phase those that the ages give (``planner.demand.by_age``).

    Raises:
        InputError: if no row of transitions.csv says what happens to some children, if children are to come of ages at which
            nobody lives in the county, or if the scenario asks for the history and the county has none that serves.

    """
    wish, horizon = scenario.demand, scenario.years
    areas = sorted(county.table("areas")["area"])
    ages = by_age(county.table("population"), areas, horizon, wish.births_change_per_year, wish.net_moves_per_year)
    transfer = transfer_ages(county.table("areas"))
    children = by_phase(ages, transfer)
    history = forecast(scenario, county, ages) if uses_history(scenario) else None
    entrants = county.table("entrants")
    comes = entrants.loc[entrants["new_ehcps"] + entrants["arrivals"] > 0, ["need", "phase"]]
    cohorts = _cohorts(county, comes if history is None or history.new is None else history.kinds())
    up_to, escalates_to = _targets(cohorts, county)
    longer = _pupils_by_length(cohorts, areas, transfer)
    stay, moves_up, escalates, leaves = _chances(cohorts, county, wish.escalation_factor, (up_to, escalates_to), longer, history)
    area_at = cohorts["area"].map({area: number for number, area in enumerate(areas)}).to_numpy()
    phase_at = cohorts["phase"].map({phase: number for number, phase in enumerate(PHASES)}).to_numpy()
    county_base = children[:, :, 0].sum(axis=0)
    relative = children[area_at, phase_at] / np.where(county_base > 0, county_base, 1.0)[phase_at][:, None]
    share = _shares(cohorts, county)
    trend = history.trend if history is not None else trend_factors(wish.new_ehcps, scenario.horizon[0], horizon)
    if history is None or history.new is None:
        _check_somebody_lives_there(county, county_base)
        by_population = (_by_need_phase(cohorts, entrants, "new_ehcps") * share)[:, None] * relative
        arrivals = (_by_need_phase(cohorts, entrants, "arrivals") * share)[:, None] * relative
    else:
        here = children / np.where(children.sum(axis=0) > 0, children.sum(axis=0), 1.0)
        by_population, arrivals = _by_age(cohorts, county, history, area_at, share, here[area_at, phase_at])
    arrivals = arrivals * wish.arrivals_factor
    new = by_population * (trend * spike_factors(scenario))[None, :]
    growth = _growth(cohorts, by_population, new, scenario)
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


def _numbers(frame: pd.DataFrame, history: Forecast) -> tuple[Ints, Ints]:
    """The place of each row's need among the forecast's groups, and of its phase among the phases."""
    groups, phases = ({name: number for number, name in enumerate(names)} for names in (history.groups, PHASES))
    return frame["need"].map(groups).to_numpy(dtype=np.int64), frame["phase"].map(phases).to_numpy(dtype=np.int64)


def _by_age(cohorts: pd.DataFrame, county: County, history: Forecast, area_at: Ints, share: Floats, here: Floats) -> tuple[Floats, Floats]:
    """(C, H+1) new EHCPs at the rates of the base year, and arrivals, from the forecast by age.

    ``here`` (C, H+1) is the share of the county's children of the cohort's phase who live in its area.
    """
    assert history.new is not None and history.held is not None  # noqa: S101 - asked only by age
    assert history.leaves is not None and history.moves_up is not None  # noqa: S101 - asked only by age
    group_at, phase_at = _numbers(cohorts, history)
    entered = set(cohorts.loc[share > 0, ["need", "phase"]].itertuples(index=False, name=None))
    lost = [pair for pair in history.kinds().itertuples(index=False, name=None) if pair not in entered]
    if lost:
        wrong, expected = "no share says in which bands children enter", "shares that add to 1"
        raise InputError(Problem("band_mix.csv", 0, 0, f"need {need}, phase {phase}", wrong, expected) for need, phase in lost)
    by_population = history.new[area_at, group_at, phase_at] * share[:, None]
    stock = county.table("stock")
    start = np.zeros(history.leaves.shape)
    np.add.at(start, _numbers(stock, history), stock["children"].to_numpy(dtype=float))
    new = history.new.sum(axis=0) * history.trend
    balance = balancing_arrivals(history.held, start, new, history.leaves, history.moves_up)
    return by_population, balance[group_at, phase_at] * share[:, None] * here


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


def _growth(cohorts: pd.DataFrame, by_population: Floats, new: Floats, scenario: Scenario) -> pd.DataFrame:
    """How far new EHCPs differ from the base year because of more or fewer children, and because of the rate."""
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
