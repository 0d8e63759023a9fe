"""The county model written with linopy, in its own way: labelled arrays, masks, shifts and sums over groups.

Only the row families that the shipped county's scenarios use: options that close units or may close again, places kept for a
phase, limits on money and priced journeys are refused. Its optimum is tested to equal the program's.
"""

from __future__ import annotations

import warnings
from typing import Any

import linopy
import numpy as np
import pandas as pd
import xarray as xr

from benchmarks.common import WAITING_GBP
from benchmarks.plain_model import OVER_PLACES_COUNTS, THOUSAND, WAITING
from planner.county.county import County
from planner.county.programme import Programme
from planner.demand.demand import Demand
from planner.names import LINES, SITUATIONS
from planner.network.arcs import Arcs
from planner.network.stays import unit_situations
from planner.rates.rates import Rates
from planner.rates.stays import stay_weights
from planner.scenario.schema import Scenario

# Absent variables count as nothing here, which is how linopy reads them unless told otherwise; it warns of that in many words.
warnings.filterwarnings("ignore", message="(?s).*absent slots")


class _Linopy:
    def __init__(self, scenario: Scenario, county: County, demand: Demand, arcs: Arcs, rates: Rates, programme: Programme) -> None:
        self.scenario, self.demand, self.arcs, self.rates = scenario, demand, arcs, rates
        self.options = options = programme.options
        limits = scenario.limits
        if (
            options["may_close"].any() or (options["kind"] == "close_unit").any() or "unit_phase_places" in county.tables
            or limits.capital_gbp_by_year or limits.high_needs_gbp_by_year or arcs.over_limit_minutes.any()
        ):  # fmt: skip
            raise ValueError("this scenario uses a part of the model that the linopy peer does not have")
        self.H = demand.horizon
        self.model = linopy.Model()
        self.kind = unit_situations(arcs)
        self.stay = demand.stay[arcs.cohort, self.kind[arcs.unit]]
        self.is_base = (arcs.units["provision_type"] == "contact_base").to_numpy()
        self.places = arcs.units["places"].to_numpy(dtype=float)
        self.per_place = np.nan_to_num(arcs.units["episodes_per_place"].to_numpy(dtype=float))
        names = {name: number for number, name in enumerate(arcs.units["unit"])}
        self.unit_of = np.array([names[name] for name in options["unit"]], dtype=np.int64)
        self.block = options["block_places"].to_numpy(dtype=float)
        self.first_open = np.where(np.isnan(self.places) | (self.places > 0), 0, self.H + 1)
        opens = options["most_blocks"].to_numpy() > 0
        np.minimum.at(self.first_open, self.unit_of[opens], options["earliest"].to_numpy(dtype=np.int64)[opens])
        self.limited = ~np.isnan(self.places)
        self.limited[self.unit_of] = True
        self.index = {
            "year": pd.RangeIndex(1, self.H + 1, name="year"),
            "arc": pd.RangeIndex(len(arcs.cohort), name="arc"),
            "cohort": pd.RangeIndex(len(demand.cohorts), name="cohort"),
            "situation": pd.RangeIndex(len(SITUATIONS), name="situation"),
            "help": pd.RangeIndex(len(arcs.help_cohort), name="help"),
            "option": pd.RangeIndex(len(options), name="option"),
            "unit": pd.RangeIndex(len(arcs.units), name="unit"),
        }

    def on(self, values: Any, *dims: str) -> xr.DataArray:
        """Values with labels."""
        return xr.DataArray(np.asarray(values), coords=[self.index[dim] for dim in dims], dims=dims)

    def variable(self, name: str, exists: np.ndarray, *dims: str, **bounds: Any) -> Any:
        """A family of decisions where they exist."""
        lower = bounds.pop("lower", 0.0)
        return self.model.add_variables(
            lower=lower, coords=[self.index[dim] for dim in dims], name=name, mask=self.on(exists, *dims), **bounds
        )

    def grouped(self, expression: Any, dim: str, groups: np.ndarray, into: str) -> Any:
        """The sum over the members of each group, for every label of the dimension it goes into."""
        key = xr.DataArray(groups, coords=[expression.indexes[dim]], dims=dim, name=into)
        return expression.groupby(key).sum().reindex({into: self.index[into]})


def linopy_model(scenario: Scenario, county: County, demand: Demand, arcs: Arcs, rates: Rates, programme: Programme) -> tuple[Any, float]:
    """The whole model of a prepared case with linopy, and the pounds that no decision changes.

    Raises:
        ValueError: if the scenario uses a part of the model that is not written here.

    """
    m = _Linopy(scenario, county, demand, arcs, rates, programme)
    _decisions(m)
    _placement(m)
    _early_help(m)
    _capacity(m)
    _programme(m)
    return m.model, _objective(m)


def _decisions(m: _Linopy) -> None:
    years, demand = np.arange(1, m.H + 1)[None, :], m.demand
    m.variable("enter", years >= m.first_open[m.arcs.unit][:, None], "arc", "year")
    m.variable("wait", np.ones((len(demand.cohorts), m.H), dtype=bool), "cohort", "year")
    reached = np.zeros(demand.stay.shape, dtype=bool)
    reached[m.arcs.cohort, m.kind[m.arcs.unit]] = True
    reached[demand.stock_cohort, m.kind[demand.stock_unit]] = True
    reached[:, WAITING] = False
    reached &= (demand.moves_up > 0) | (demand.escalates > 0)
    m.reached = np.repeat(reached[:, :, None], m.H, axis=2)
    m.variable("there", m.reached, "cohort", "situation", "year")
    m.variable("episodes", years >= m.first_open[m.arcs.help_unit][:, None], "help", "year")
    options = m.options
    on = years >= options["earliest"].to_numpy(dtype=np.int64)[:, None]
    decided = options["decided"].to_numpy(dtype=bool)[:, None]
    known = options["requires"].isin(["", *options["option"]]).to_numpy()[:, None]
    may = on & (known | decided)
    size = np.where(decided, options["fixed_blocks"].to_numpy(float)[:, None], options["most_blocks"].to_numpy(float)[:, None])
    every = np.ones((len(options), m.H), dtype=bool)
    lower, upper = m.on((on & decided) * 1.0, "option", "year"), m.on(may * 1.0, "option", "year")
    m.variable("open", every, "option", "year", lower=lower, upper=upper, integer=True)
    m.variable("blocks", every, "option", "year", lower=m.on(size * (on & decided), "option", "year"),
               upper=m.on(size * may, "option", "year"), integer=True)  # fmt: skip


def _placement(m: _Linopy) -> None:
    """Rows ``in_place`` and ``placed``."""
    v, demand = m.model.variables, m.demand
    enter, there, wait = 1 * v["enter"], v["there"], v["wait"]
    stock = np.zeros(demand.stay.shape)
    np.add.at(stock, (demand.stock_cohort, m.kind[demand.stock_unit]), demand.stock_children)
    arc_kind = m.kind[m.arcs.unit]
    for k in np.unique(np.nonzero(m.reached.any(axis=2))[1]).tolist():
        here = there.sel(situation=k, drop=True)
        stay = m.on(demand.stay[:, k], "cohort")
        of_kind = np.nonzero(arc_kind == k)[0]
        came = m.grouped(enter.isel(arc=of_kind), "arc", m.arcs.cohort[of_kind], "cohort")
        settled = np.zeros((len(stay), m.H))
        settled[:, 0] = demand.stay[:, k] * stock[:, k]
        m.model.add_constraints(
            1 * here - stay * here.shift(year=1) - came == m.on(settled, "cohort", "year"),
            name=f"in_place_{SITUATIONS[k]}",
            mask=m.on(m.reached[:, k], "cohort", "year"),
        )
    terms = m.grouped(enter, "arc", m.arcs.cohort, "cohort") + 1 * wait
    terms = terms - m.on(demand.stay[:, WAITING], "cohort") * wait.shift(year=1)
    limit = (demand.new + demand.arrivals)[:, 1:].copy()
    for target, chance in ((demand.up_to, demand.moves_up), (demand.escalates_to, demand.escalates)):
        source = np.nonzero(target >= 0)[0]
        np.add.at(limit[:, 0], target[source], (chance * stock)[source].sum(axis=1))
        moving = (m.on(chance, "cohort", "situation") * there.shift(year=1)).sum("situation")
        moving = moving + m.on(chance[:, WAITING], "cohort") * wait.shift(year=1)
        terms = terms - m.grouped(moving.isel(cohort=source), "cohort", target[source], "cohort")
    if len(m.arcs.help_cohort):
        terms = terms + _avoided(m)
    m.model.add_constraints(terms == m.on(limit, "cohort", "year"), name="placed")


def _avoided(m: _Linopy) -> Any:
    episodes, parts = m.model.variables["episodes"], []
    for lag in range(1, m.H):
        effect = m.demand.effect[m.arcs.help_cohort, lag]
        if effect.any():
            parts.append(m.grouped(m.on(effect, "help") * episodes.shift(year=lag), "help", m.arcs.help_cohort, "cohort"))
    return sum(parts[1:], parts[0]) if parts else 0 * m.model.variables["wait"]


def _early_help(m: _Linopy) -> None:
    """Rows ``avoided_most``, ``at_risk`` and ``episode_capacity``."""
    if not len(m.arcs.help_cohort):
        return
    v, demand, cohorts = m.model.variables, m.demand, np.unique(m.arcs.help_cohort)
    given = 1 * v["episodes"]
    m.model.add_constraints(
        _avoided(m).isel(cohort=cohorts) <= m.on(demand.avoidable[:, 1:], "cohort", "year").isel(cohort=cohorts), name="avoided_most"
    )
    by_cohort = m.grouped(given, "help", m.arcs.help_cohort, "cohort").isel(cohort=cohorts)
    m.model.add_constraints(by_cohort <= m.on(demand.at_risk[:, 1:], "cohort", "year").isel(cohort=cohorts), name="at_risk")
    bases = np.nonzero(m.is_base & (m.first_open <= m.H))[0]
    places = m.grouped(m.on(m.per_place[m.unit_of] * m.block, "option") * v["blocks"], "option", m.unit_of, "unit")
    terms = m.grouped(given, "help", m.arcs.help_unit, "unit") - places
    limit = m.on(m.per_place * np.nan_to_num(m.places), "unit")
    m.model.add_constraints(terms.isel(unit=bases) <= limit.isel(unit=bases), name="episode_capacity")


def _occupancy(m: _Linopy, arcs: np.ndarray) -> Any:
    """Children who entered by some arcs and are still there, by unit and year."""
    enter = m.model.variables["enter"].isel(arc=arcs)
    parts = []
    for lag in range(m.H):
        stayed = xr.DataArray(m.stay[arcs] ** lag, coords=[enter.indexes["arc"]], dims="arc")
        parts.append(m.grouped(stayed * enter.shift(year=lag), "arc", m.arcs.unit[arcs], "unit"))
    return linopy.merge(parts)


def _capacity(m: _Linopy) -> None:
    """Rows ``capacity`` and ``least_occupancy``."""
    v, demand = m.model.variables, m.demand
    used = m.limited & ~m.is_base & (m.first_open <= m.H)
    units = np.nonzero(used)[0]
    over = m.variable("over", np.repeat(used[:, None], m.H, axis=1), "unit", "year")
    stays = demand.stay[demand.stock_cohort, m.kind[demand.stock_unit]]
    base = np.zeros((len(m.places), m.H + 1))
    np.add.at(base, demand.stock_unit, demand.stock_children[:, None] * stays[:, None] ** np.arange(m.H + 1)[None, :])
    there = _occupancy(m, np.nonzero(used[m.arcs.unit])[0])
    added = m.grouped(m.on(m.block, "option") * v["blocks"], "option", m.unit_of, "unit")
    limit = m.on(np.nan_to_num(m.places)[:, None] - base[:, 1:], "unit", "year")
    m.model.add_constraints((there - added - 1 * over).isel(unit=units) <= limit.isel(unit=units), name="capacity")
    least = np.nan_to_num(m.options["least_occupancy"].to_numpy(dtype=float))
    under = m.variable("under", np.repeat((least > 0)[:, None], m.H, axis=1), "option", "year")
    ramp = m.options["ramp_years"].to_numpy(dtype=np.int64)
    episodes = m.grouped(1 * v["episodes"], "help", m.arcs.help_unit, "unit") if len(m.arcs.help_unit) else None
    for option in np.nonzero(least > 0)[0].tolist():
        unit, after = int(m.unit_of[option]), int(ramp[option])
        wanted = least[option] * m.block[option] * (m.per_place[unit] if m.is_base[unit] else 1.0)
        inside = episodes if m.is_base[unit] else there
        blocks = v["blocks"].sel(option=option, drop=True).shift(year=after)
        terms = inside.sel(unit=unit, drop=True) + 1 * under.sel(option=option, drop=True) - wanted * blocks
        late = {"year": slice(after, None)}
        limit = xr.DataArray(-base[unit, 1:], coords=[m.index["year"]], dims="year")
        m.model.add_constraints(terms.isel(late) >= limit.isel(late), name=f"least_occupancy_{option}")


def _programme(m: _Linopy) -> None:
    """Rows on sizes, staying open, exclusion, need of another option and openings a year."""
    options, v = m.options, m.model.variables
    free = np.nonzero(~options["decided"].to_numpy(dtype=bool))[0]
    if not len(free):
        return
    opens, blocks = v["open"].isel(option=free), v["blocks"].isel(option=free)
    least, most = (
        xr.DataArray(options[name].to_numpy(dtype=float)[free], coords=[opens.indexes["option"]], dims="option")
        for name in ("least_blocks", "most_blocks")
    )
    m.model.add_constraints(least * opens - blocks <= 0, name="size_least")
    m.model.add_constraints(1 * blocks - most * opens <= 0, name="size_most")
    for name, family in (("open", opens), ("blocks", blocks)):
        before, now = family.shift(year=1), 1 * family
        m.model.add_constraints((1 * before - now).isel(year=slice(1, None)) <= 0, name=f"stays_{name}")
    for group, members in options[options["exclusive_group"] != ""].groupby("exclusive_group"):
        taken = (1 * v["open"]).isel(option=members.index.to_numpy(), year=-1).sum()
        m.model.add_constraints(taken <= 1, name=f"exclusive_{group}")
    position = {name: number for number, name in enumerate(options["option"])}
    for option in free.tolist():
        needed = options["requires"].iloc[option]
        if needed in position:
            both = 1 * v["open"].isel(option=option, drop=True) - 1 * v["open"].isel(option=position[needed], drop=True)
            m.model.add_constraints(both <= 0, name=f"requires_{option}")
    limit = m.scenario.options.most_openings_per_year
    if limit is not None:
        m.model.add_constraints((1 * opens - 1 * opens.shift(year=1)).sum("option") <= float(limit), name="openings_per_year")


def _objective(m: _Linopy) -> float:
    """Set the objective in thousands of pounds; return the pounds that no decision changes."""
    v, rates, demand = m.model.variables, m.rates, m.demand
    yearly = {line: rates.discount * rates.uprating[line] for line in LINES}
    stays = demand.stay[demand.stock_cohort, m.kind[demand.stock_unit]]
    enter = sum(values[:, None] * stay_weights(m.stay, yearly[line], rates.arc_tail) for line, values in rates.arc.items())
    settled = sum(
        float((values * demand.stock_children * stays) @ stay_weights(stays, yearly[line], rates.stock_tail)[:, 1])
        for line, values in rates.stock.items()
    )
    last = np.zeros(m.H + 1)
    last[-1] = 1.0
    wait = sum(values[:, None] * (yearly[line] * (1.0 + last * rates.waiting_tail[:, None])) for line, values in rates.waiting.items())
    help_unit = m.arcs.help_unit
    given = sum((values[help_unit][:, None] * yearly[line][None, :] for line, values in rates.episode.items()), np.zeros((1, m.H + 1)))
    opens, blocks = np.zeros((len(m.options), m.H + 1)), np.zeros((len(m.options), m.H + 1))
    option_year = {line: yearly[line] * (1.0 + last * rates.option_tail[:, None]) for line in LINES}
    for line, values in rates.place.items():
        unit_year = yearly[line] * (1.0 + last * rates.unit_tail[:, None])
        settled += float((values * np.nan_to_num(m.places)) @ unit_year[:, 1:].sum(axis=1))
        blocks += (values[m.unit_of] * m.block)[:, None] * option_year[line]
    for line, values in rates.option_running.items():
        opens += values[:, None] * option_year[line]
    back = np.maximum(np.arange(m.H + 1)[None, :] - np.arange(rates.capital_spread.shape[1])[:, None], 0)
    weight = (rates.capital_spread @ rates.discount[back] - rates.capital_residual) * rates.uprating["capital"]
    for costs, pounds in ((opens, rates.capital_fixed), (blocks, rates.capital_per_block)):
        step = pounds[:, None] * weight
        costs += step
        costs[:, :-1] -= step[:, 1:]
    prices = m.scenario.money.slack_prices
    steep = 1.0 + WAITING_GBP * OVER_PLACES_COUNTS / prices.over_capacity_gbp_per_child_year
    total = [
        (m.on(np.broadcast_to(enter, (len(m.stay), m.H + 1))[:, 1:], "arc", "year") * v["enter"]).sum(),
        (m.on((wait + WAITING_GBP)[:, 1:], "cohort", "year") * v["wait"]).sum(),
        (m.on(np.broadcast_to(given, (len(help_unit), m.H + 1))[:, 1:], "help", "year") * v["episodes"]).sum(),
        (m.on(opens[:, 1:], "option", "year") * v["open"]).sum(),
        (m.on(blocks[:, 1:], "option", "year") * v["blocks"]).sum(),
        (prices.over_capacity_gbp_per_child_year * steep * v["over"]).sum(),
        (prices.under_occupancy_gbp_per_child_year * steep * v["under"]).sum(),
    ]
    m.model.add_objective(sum(total[1:], total[0]) * (1.0 / THOUSAND))
    return settled
