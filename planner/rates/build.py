"""Prices of everything in a scenario, as arrays: what the objective and the ledger both read."""

from __future__ import annotations

import itertools
from typing import Final

import numpy as np
import pandas as pd

from planner.county.county import County
from planner.county.programme import Programme
from planner.demand.demand import Demand
from planner.errors import InputError, Problem
from planner.names import LINES, PHASES, PROVISION_TYPES, SITUATIONS, WAITING
from planner.network.arcs import Arcs
from planner.network.stays import unit_most_stay, unit_situations
from planner.rates.lookup import book, find
from planner.rates.rates import Floats, Rates
from planner.scenario.schema import Scenario

CHILD_LINES: Final = ("place_funding", "top_up", "independent_fees", "mainstream_support", "other_placements")
"""Lines paid for a child in a place."""


def children_at(demand: Demand, arcs: Arcs, cohort: np.ndarray, unit: np.ndarray) -> pd.DataFrame:
    """What a price may depend on, for cohorts in units: phase, need, band, provision type and unit."""
    frame = demand.cohorts.iloc[cohort][["phase", "need", "band"]].reset_index(drop=True)
    frame["provision_type"] = arcs.units["provision_type"].to_numpy()[unit]
    frame["unit"] = arcs.units["unit"].to_numpy()[unit]
    return frame


def transport_rate(rates: pd.DataFrame, children: pd.DataFrame, km: Floats) -> Floats:
    """(n,) pounds for carrying one child for a year.

    Beyond the walking distance of the phase a share of children is carried: ``share (fixed + per km x km) (1 + solo share
    (solo factor - 1))``; within it none.
    """
    shared = find(rates, "transport", "journey_year_fixed", children) + find(rates, "transport", "journey_year_km", children) * km
    return journeys_paid(rates, children, km) * shared


def journeys_paid(rates: pd.DataFrame, children: pd.DataFrame, km: Floats) -> Floats:
    """(n,) shared journeys paid for one child: the share carried, a journey alone counted at its solo factor; 0 within walking distance."""
    part = {name: find(rates, "transport", f"journey_{name}", children) for name in ("share_carried", "share_solo", "solo_factor")}
    walking = find(rates, "transport", "walking_km", children)
    solo = 1.0 + part["share_solo"] * (np.where(part["solo_factor"] > 0, part["solo_factor"], 1.0) - 1.0)
    paid: Floats = np.where(km > walking, part["share_carried"] * solo, 0.0)
    return paid


def _per_child(rates: pd.DataFrame, children: pd.DataFrame, km: Floats, factors: dict[str, float]) -> dict[str, Floats]:
    lines = {line: find(rates, line, "child_year", children) * factors[line] for line in CHILD_LINES}
    lines["transport"] = transport_rate(rates, children, km) * factors["transport"]
    return {line: values for line, values in lines.items() if values.any()}


def _check_priced(rates: pd.DataFrame, arcs: Arcs, children: pd.DataFrame, priced: dict[str, Floats], place: dict[str, Floats]) -> None:
    total = sum((np.abs(values) for values in priced.values()), np.zeros(len(children)))
    per_place = sum((np.abs(values) for values in place.values()), np.zeros(len(arcs.units)))
    free = (total == 0) & (per_place[arcs.unit] == 0)
    named = rates.loc[rates["per"].isin(["child_year", "place_year"]) & (rates["line"] != "running_cost"), "provision_type"]
    allowed_free = set(named) | ({*PROVISION_TYPES} if (named == "*").any() else set())
    missing = children[free & ~children["provision_type"].isin(allowed_free)].drop_duplicates(["provision_type", "phase", "band"])
    if len(missing):
        raise InputError(
            Problem(
                "rates",
                0,
                0,
                f"{row['provision_type']}, {row['phase']}, {row['band']}",
                "no price says what these children cost",
                "a rate for this provision type",
                "Add it to a file in rates; write 0 if it is free.",
            )
            for row in missing.head(20).to_dict("records")
        )


def _tail(stay: Floats, scenario: Scenario) -> Floats:
    """The rest of a stay after the last year, as a multiple of the last year: q / (1 - q) with q = stay / (1 + r)."""
    if scenario.money.horizon_end == "none":
        return np.zeros(stay.shape)
    q = stay / (1.0 + scenario.money.discount_rate)
    if (q >= 1.0).any():
        raise InputError(
            [
                Problem(
                    "transitions.csv",
                    0,
                    0,
                    "leaves_per_year",
                    "some children never leave, so the costs after the last year have no end",
                    "chances of leaving above 0",
                    "Give a discount rate above 0, or money.horizon_end: none.",
                )
            ]
        )
    tail: Floats = q / (1.0 - q)
    return tail


def _unit_stays(demand: Demand, arcs: Arcs) -> Floats:
    """(J,) largest chance of staying of the children of each unit; for a contact base, of those it helps, in mainstream."""
    most = unit_most_stay(demand, arcs)
    np.maximum.at(most, arcs.help_unit, demand.stay[arcs.help_cohort, SITUATIONS.index("mainstream_support")])
    return most


def _section_251(rates: pd.DataFrame, arcs: Arcs) -> dict[tuple[str, str, str, str], str]:
    """Section 251 line by line, provision type, sector and phase; a code written ``1.2.1|1.2.2`` is for maintained schools | others.

    The code of a line is that of the rate that names the provision type and phase most closely, the last of those that do; a line that
    no rate prices at a provision type takes its last code.
    """
    codes: dict[tuple[str, str, str, str], str] = {}
    sectors = sorted({*arcs.units["sector"], ""})
    coded = rates.loc[rates["section_251"] != "", ["line", "provision_type", "phase", "section_251"]].to_numpy(dtype=object)
    for line in LINES:
        part = [row for row in coded if row[0] == line]
        for kind, phase in itertools.product((*SITUATIONS, ""), (*PHASES, "")):
            fitting = [row for row in part if row[1] in (kind, "*") and row[2] in (phase, "*")]
            named = [int(row[1] != "*") + int(row[2] != "*") for row in fitting]
            closest = [row for row, count in zip(fitting, named, strict=True) if count == max(named)] or part
            code = str(closest[-1][3]) if closest else ""
            halves = code.split("|")
            for sector in sectors:
                codes[(line, kind, sector, phase)] = halves[0] if sector == "maintained" or len(halves) == 1 else halves[1]
    return codes


def _capital(scenario: Scenario, programme: Programme, discount: Floats, factor: float) -> dict[str, Floats]:
    """Capital of every option with the scenario's optimism bias in it: the one place where the uplift is added."""
    factor *= 1.0 + scenario.money.optimism_bias
    options, horizon = programme.options, scenario.years
    widest = max((len(spread) for spread in options["capital_spread"]), default=1)
    spread = np.zeros((len(options), widest))
    for row, shares in enumerate(options["capital_spread"]):
        spread[row, : len(shares)] = shares
    left = np.zeros((len(options), horizon + 1))
    if scenario.money.horizon_end == "run_out_with_residual" and len(options):
        used = horizon - np.arange(horizon + 1) + 1
        life = options["asset_life_years"].to_numpy(dtype=float)[:, None]
        left = np.maximum(0.0, 1.0 - used[None, :] / life) * discount[-1]
    block = options["block_places"].to_numpy(dtype=float) * options["capital_gbp_per_place"].to_numpy(dtype=float)
    return {
        "capital_fixed": options["capital_fixed_gbp"].to_numpy(dtype=float) * factor,
        "capital_per_block": block * factor,
        "capital_residual": left,
        "capital_spread": spread,
    }


def build_rates(scenario: Scenario, county: County, demand: Demand, arcs: Arcs, programme: Programme) -> Rates:
    """Every price of a scenario, from the county's rates, as arrays over arcs, cohorts, units and options.

    Raises:
        InputError: if a provision type that children may enter has no price at all.

    """
    money, horizon = scenario.money, scenario.years
    rates = book(county.rates)
    factors = {line: money.price_factor.get(line, 1.0) for line in LINES}  # type: ignore[call-overload]
    years = np.arange(horizon + 1, dtype=float)
    discount = (1.0 + money.discount_rate) ** -years
    uprating = {line: (1.0 + money.uprating_per_year.get(line, 0.0)) ** years for line in LINES}  # type: ignore[call-overload]
    children = children_at(demand, arcs, arcs.cohort, arcs.unit)
    arc = _per_child(rates, children, arcs.km, factors)
    stock = _per_child(rates, children_at(demand, arcs, demand.stock_cohort, demand.stock_unit), arcs.stock_km, factors)
    units = arcs.units.assign(phase="", need="", band="")
    place = {line: find(rates, line, "place_year", units) * factors[line] for line in ("place_funding", "early_help", "independent_fees")}
    place = {line: values for line, values in place.items() if values.any()}
    _check_priced(rates, arcs, children, arc, place)
    waiting = demand.cohorts[["phase", "need", "band"]].assign(provision_type=WAITING, unit="")
    unit_of = {name: number for number, name in enumerate(arcs.units["unit"])}
    option_unit = np.array([unit_of[name] for name in programme.options["unit"]], dtype=np.int64)
    kind_at = unit_situations(arcs)
    unit_tail = _tail(_unit_stays(demand, arcs), scenario)
    priced = scenario.travel.over_limit_gbp_per_minute_year if scenario.travel.limit == "priced" else 0.0
    return Rates(
        discount=discount,
        uprating=uprating,
        arc=arc,
        stock=stock,
        waiting={"interim_tuition": find(rates, "interim_tuition", "waiting_year", waiting) * factors["interim_tuition"]},
        place=place,
        episode={"early_help": find(rates, "early_help", "episode", units) * factors["early_help"]},
        option_running={"running_cost": programme.options["running_gbp_per_year"].to_numpy(dtype=float) * factors["running_cost"]},
        arc_over_limit=arcs.over_limit_minutes * priced,
        arc_tail=_tail(demand.stay[arcs.cohort, kind_at[arcs.unit]], scenario),
        stock_tail=_tail(demand.stay[demand.stock_cohort, kind_at[demand.stock_unit]], scenario),
        waiting_tail=_tail(demand.stay[:, SITUATIONS.index(WAITING)], scenario),
        unit_tail=unit_tail,
        option_tail=unit_tail[option_unit],
        section_251=_section_251(rates, arcs),
        **_capital(scenario, programme, discount, factors["capital"]),
    )
