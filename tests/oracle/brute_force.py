"""A plan found by trying everything: every opening year and size of every option, each with its own linear program.

Written apart from the model on purpose, in yearly head counts (one per cohort, unit and year of entry, aged by hand), with
``scipy.optimize.linprog`` and dictionaries. It is slow and only for counties that fit on a page.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass

import numpy as np
from scipy.optimize import linprog

from planner.model.layout import Inputs
from planner.names import LINE_FUND, SITUATIONS, Year

WAITING = len(SITUATIONS) - 1
HEAVY = 1e9


@dataclass(frozen=True)
class Truth:
    """The best cost found, and how many programmes were tried."""

    cost: float
    tried: int


def paths(inputs: Inputs, option: int) -> list[tuple[int, ...]]:
    """Every way an option may grow: its size in each year 1..H, 0 while it is shut; for a closure 1 once closed."""
    row = inputs.options.iloc[option]
    horizon = inputs.horizon
    if bool(row["decided"]):
        return [tuple(int(row["fixed_blocks"]) if year >= row["earliest"] else 0 for year in range(1, horizon + 1))]
    closes = row["kind"] == "close_unit"
    if bool(row["may_close"]) and not closes:
        return _spells(int(row["earliest"]), horizon, range(int(row["least_blocks"]), int(row["most_blocks"]) + 1))
    sizes = range(1, 2) if closes else range(int(row["least_blocks"]), int(row["most_blocks"]) + 1)
    found = {tuple([0] * horizon)}
    for opens in range(int(row["earliest"]), horizon + 1):
        for growth in itertools.combinations_with_replacement(sizes, horizon - opens + 1):
            found.add((*([0] * (opens - 1)), *growth))
    return sorted(found)


def _spells(earliest: int, horizon: int, sizes: range) -> list[tuple[int, ...]]:
    """Never open, or open once for some years on end, at one size."""
    found = {tuple([0] * horizon)}
    for opens in range(earliest, horizon + 1):
        for last in range(opens, horizon + 1):
            for size in sizes:
                found.add(tuple(size if opens <= year <= last else 0 for year in range(1, horizon + 1)))
    return sorted(found)


def allowed(inputs: Inputs, programme: tuple[tuple[int, ...], ...]) -> bool:
    """Whether a programme keeps to exclusions, needs and openings a year."""
    names = list(inputs.options["option"])
    groups: dict[str, int] = {}
    for option, path in enumerate(programme):
        group, needed = inputs.options["exclusive_group"].iloc[option], inputs.options["requires"].iloc[option]
        if group and any(path):
            groups[group] = groups.get(group, 0) + 1
        if needed and any(path) and not inputs.options["decided"].iloc[option]:
            if needed not in names:
                return False
            if any(mine and not theirs for mine, theirs in zip(path, programme[names.index(needed)], strict=True)):
                return False
    limit = inputs.scenario.options.most_openings_per_year
    for year in range(inputs.horizon):
        opened = sum(
            1
            for option, path in enumerate(programme)
            if path[year] and not (year and path[year - 1]) and not inputs.closes[option] and not inputs.options["decided"].iloc[option]
        )
        if limit is not None and opened > limit:
            return False
    return max(groups.values(), default=0) <= 1


class _Programme:
    """The linear program of one programme, filled in by hand."""

    def __init__(self, inputs: Inputs, programme: tuple[tuple[int, ...], ...]) -> None:
        self.inputs, self.programme = inputs, programme
        self.names: dict[tuple[object, ...], int] = {}
        self.costs: dict[int, float] = {}
        self.equal: list[tuple[dict[int, float], float]] = []
        self.most: list[tuple[dict[int, float], float]] = []
        span = inputs.horizon + 1
        self.high: list[dict[int, float]] = [{} for _ in range(span)]
        self.high_settled = [0.0] * span
        self.capital = [0.0] * span

    def pay(self, column: int, line: str, year: int, pounds: float, tail: float) -> None:
        """What one unit of a column costs in a year: towards the total, and towards the year's high needs spending."""
        self.costs[column] = self.costs.get(column, 0.0) + pounds * self.discount(line, year) * (
            1.0 + (tail if year == self.inputs.horizon else 0.0)
        )
        if LINE_FUND[line] == "high_needs_block":
            self.high[year][column] = self.high[year].get(column, 0.0) + pounds * float(self.inputs.rates.uprating[line][year])

    def settle(self, line: str, year: int, pounds: float, tail: float) -> float:
        """The same for what no column decides; gives back what counts towards the total."""
        if LINE_FUND[line] == "high_needs_block":
            self.high_settled[year] += pounds * float(self.inputs.rates.uprating[line][year])
        return pounds * self.discount(line, year) * (1.0 + (tail if year == self.inputs.horizon else 0.0))

    def column(self, *name: object) -> int:
        return self.names.setdefault(name, len(self.names))

    def discount(self, line: str, year: int) -> float:
        return float(self.inputs.rates.discount[year] * self.inputs.rates.uprating[line][year])

    def open_from(self, unit: int) -> int:
        """The first year in which children may be in a unit, if need be over its places: the first in which it could have one."""
        places = self.inputs.places[unit]
        if np.isnan(places) or places > 0:
            return 0
        options = self.inputs.options
        years = [
            int(options["earliest"].iloc[option])
            for option in range(len(self.programme))
            if self.inputs.option_unit[option] == unit and not self.inputs.closes[option] and options["most_blocks"].iloc[option] > 0
        ]
        return min(years, default=self.inputs.horizon + 1)

    def children(self) -> None:
        """Head counts: x[arc, entry year, year] = stay * x[arc, entry year, year before], and what they cost."""
        inputs = self.inputs
        for arc in range(len(inputs.arcs.cohort)):
            for entry in range(max(1, self.open_from(int(inputs.arcs.unit[arc]))), inputs.horizon + 1):
                enter = self.column("x", arc, entry, entry)
                for year in range(entry + 1, inputs.horizon + 1):
                    here, before = self.column("x", arc, entry, year), self.column("x", arc, entry, year - 1)
                    self.equal.append(({here: 1.0, before: -float(inputs.arc_stay[arc])}, 0.0))
                for year in range(entry, inputs.horizon + 1):
                    here = self.column("x", arc, entry, year)
                    tail = float(inputs.rates.arc_tail[arc])
                    for line, rate in inputs.rates.arc.items():
                        self.pay(here, line, year, float(rate[arc]), tail)
                    over = float(inputs.rates.arc_over_limit[arc] * inputs.rates.discount[year])
                    self.costs[here] = self.costs.get(here, 0.0) + over * (1.0 + (tail if year == inputs.horizon else 0.0))
                assert enter >= 0

    def present(self, cohort: int, situation: int, year: int) -> tuple[dict[int, float], float]:
        """Children of a cohort in a situation in a year: columns, and the base-year children still there."""
        inputs = self.inputs
        terms: dict[int, float] = {}
        if situation == WAITING:
            return ({self.column("wait", cohort, year): 1.0} if year else {}), 0.0
        for arc in np.nonzero((inputs.arcs.cohort == cohort) & (inputs.arc_situation == situation))[0]:
            for entry in range(1, year + 1):
                if ("x", int(arc), entry, year) in self.names:
                    terms[self.names["x", int(arc), entry, year]] = 1.0
        stock = (inputs.demand.stock_cohort == cohort) & (inputs.stock_situation == situation)
        return terms, float(inputs.stock_left[stock, year].sum())

    def balances(self) -> None:
        """Everyone who needs a place enters one or waits; waiting costs; early help avoids some."""
        inputs, demand = self.inputs, self.inputs.demand
        for cohort in range(len(demand.cohorts)):
            for year in range(1, inputs.horizon + 1):
                row: dict[int, float] = {self.column("wait", cohort, year): 1.0}
                right = float(demand.new[cohort, year] + demand.arrivals[cohort, year])
                if year > 1:
                    row[self.column("wait", cohort, year - 1)] = -float(demand.stay[cohort, WAITING])
                for arc in np.nonzero(inputs.arcs.cohort == cohort)[0]:
                    if ("x", int(arc), year, year) in self.names:
                        row[self.names["x", int(arc), year, year]] = 1.0
                for source in range(len(demand.cohorts)):
                    for target, chance in ((demand.up_to, demand.moves_up), (demand.escalates_to, demand.escalates)):
                        if target[source] != cohort:
                            continue
                        for situation in range(len(SITUATIONS)):
                            terms, settled = self.present(source, situation, year - 1)
                            right += float(chance[source, situation]) * settled
                            for column, value in terms.items():
                                row[column] = row.get(column, 0.0) - float(chance[source, situation]) * value
                avoided = self.avoided(cohort, year)
                for column, value in avoided.items():
                    row[column] = row.get(column, 0.0) + value
                if avoided:
                    self.most.append((avoided, float(demand.avoidable[cohort, year])))
                self.equal.append((row, right))
                here = self.column("wait", cohort, year)
                for line, rate in inputs.rates.waiting.items():
                    self.pay(here, line, year, float(rate[cohort]), float(inputs.rates.waiting_tail[cohort]))

    def avoided(self, cohort: int, year: int) -> dict[int, float]:
        inputs, terms = self.inputs, {}
        for arc in np.nonzero(inputs.arcs.help_cohort == cohort)[0]:
            for given in range(1, year):
                if self.open_from(int(inputs.arcs.help_unit[arc])) <= given:
                    terms[self.column("help", int(arc), given)] = float(inputs.demand.effect[cohort, year - given])
        return terms

    def places(self, unit: int, year: int) -> float:
        total = float(np.nan_to_num(self.inputs.places[unit]))
        for option, path in enumerate(self.programme):
            if self.inputs.option_unit[option] != unit:
                continue
            if self.inputs.closes[option]:
                closed = [step for step in range(1, year + 1) if path[step - 1]]
                if closed:
                    total -= float(self.inputs.places[unit]) * (1.0 - float(self.inputs.unit_most_stay[unit]) ** len(closed))
            else:
                total += float(self.inputs.block_places[option]) * path[year - 1]
        return total

    def capacities(self) -> None:
        inputs = self.inputs
        price = inputs.scenario.money.slack_prices.over_capacity_gbp_per_child_year
        for unit in range(len(inputs.arcs.units)):
            for year in range(1, inputs.horizon + 1):
                if inputs.is_base[unit]:
                    terms = {
                        self.column("help", int(arc), year): 1.0
                        for arc in np.nonzero(inputs.arcs.help_unit == unit)[0]
                        if self.open_from(unit) <= year
                    }
                    self.most.append((terms, float(inputs.arcs.units["episodes_per_place"].iloc[unit]) * self.places(unit, year)))
                    for column in terms:
                        for line, rate in inputs.rates.episode.items():
                            self.pay(column, line, year, float(rate[unit]), 0.0)
                elif inputs.limited[unit] and (self.open_from(unit) <= inputs.horizon or inputs.unit_stock[unit, 1:].any()):
                    here = self.inside(unit, year)
                    over = self.column("over", unit, year)
                    self.costs[over] = price
                    self.most.append(
                        ({**dict.fromkeys(here, 1.0), over: -1.0}, self.places(unit, year) - float(inputs.unit_stock[unit, year]))
                    )
        for cohort in set(inputs.arcs.help_cohort.tolist()):
            for year in range(1, inputs.horizon + 1):
                terms = {
                    self.names["help", int(arc), year]: 1.0
                    for arc in np.nonzero(inputs.arcs.help_cohort == cohort)[0]
                    if ("help", int(arc), year) in self.names
                }
                self.most.append((terms, float(inputs.demand.at_risk[cohort, year])))
        for option, path in enumerate(self.programme):
            if inputs.closes[option]:
                unit = inputs.option_unit[option]
                for year in [step for step in range(1, inputs.horizon + 1) if path[step - 1]]:
                    here = [
                        index
                        for name, index in self.names.items()
                        if name[0] == "x" and inputs.arcs.unit[name[1]] == unit and name[2] == name[3] == year
                    ]
                    self.most.append((dict.fromkeys(here, 1.0), 0.0))

    def inside(self, unit: int, year: int, phase: str = "") -> list[int]:
        """Columns of the children who are in a unit in a year, of one phase if one is named."""
        cohorts = self.inputs.demand.cohorts["phase"]
        return [
            index
            for name, index in self.names.items()
            if name[0] == "x"
            and self.inputs.arcs.unit[name[1]] == unit
            and name[3] == year
            and phase in ("", cohorts.iloc[self.inputs.arcs.cohort[name[1]]])
        ]

    def kept_places(self) -> None:
        """Places kept for a phase, and children who must be there once a base has had time to fill."""
        inputs, prices = self.inputs, self.inputs.scenario.money.slack_prices
        units = list(inputs.arcs.units["unit"])
        table = inputs.county.tables.get("unit_phase_places")
        for row in [] if table is None else table.to_dict("records"):
            unit = units.index(row["unit"])
            stock = [
                number
                for number, at in enumerate(inputs.demand.stock_unit)
                if at == unit and inputs.demand.cohorts["phase"].iloc[inputs.demand.stock_cohort[number]] == row["phase"]
            ]
            for year in range(1, inputs.horizon + 1):
                added = sum(
                    float(inputs.block_places[option]) * path[year - 1]
                    for option, path in enumerate(self.programme)
                    if inputs.option_unit[option] == unit and not inputs.closes[option]
                )
                over = self.column("over", unit, row["phase"], year)
                self.costs[over] = prices.over_capacity_gbp_per_child_year
                terms = {**dict.fromkeys(self.inside(unit, year, str(row["phase"])), 1.0), over: -1.0}
                self.most.append((terms, float(row["places"]) + added - float(inputs.stock_left[stock, year].sum())))
        for option, path in enumerate(self.programme):
            row = inputs.options.iloc[option]
            unit, least, ramp = int(inputs.option_unit[option]), float(row["least_occupancy"]), int(row["ramp_years"])
            if inputs.closes[option] or not least > 0:
                continue
            for year in range(ramp + 1, inputs.horizon + 1):
                if not path[year - 1]:
                    continue
                base = bool(inputs.is_base[unit])
                wanted = least * float(row["block_places"]) * path[year - 1 - ramp]
                wanted *= float(inputs.arcs.units["episodes_per_place"].iloc[unit]) if base else 1.0
                here = [
                    index
                    for name, index in self.names.items()
                    if name[0] == "help" and inputs.arcs.help_unit[name[1]] == unit and name[2] == year
                ]
                under = self.column("under", option, year)
                self.costs[under] = prices.under_occupancy_gbp_per_child_year
                terms = {**dict.fromkeys(here if base else self.inside(unit, year), -1.0), under: -1.0}
                self.most.append((terms, float(inputs.unit_stock[unit, year]) - wanted))

    def money_limits(self) -> float:
        """Limits on money: the price of capital over its limits, and rows for the high needs block."""
        inputs, prices = self.inputs, self.inputs.scenario.money.slack_prices
        limits, share = inputs.scenario.limits, inputs.scenario.money.autumn_share
        broken = 0.0
        for text, limit in limits.capital_gbp_by_year.items():
            step = Year.parse(text) - inputs.demand.years[0]
            broken += max(self.capital[step] - limit, 0.0) * prices.over_capital_gbp_per_gbp
        for text, limit in limits.high_needs_gbp_by_year.items():
            step = Year.parse(text) - inputs.demand.years[0]
            over = self.column("over high needs", step)
            self.costs[over] = prices.over_high_needs_gbp_per_gbp * 1000.0
            terms = {over: -1.0}
            for year, part in ((step, share), (max(step - 1, 0), 1.0 - share)):
                for column, pounds in self.high[year].items():
                    terms[column] = terms.get(column, 0.0) + part * pounds / 1000.0
            settled = share * self.high_settled[step] + (1.0 - share) * self.high_settled[max(step - 1, 0)]
            self.most.append((terms, (limit - settled) / 1000.0))
        return broken

    def settled(self) -> float:
        """What is paid whatever is decided about children: places, running costs, capital and base-year children."""
        inputs, rates, horizon = self.inputs, self.inputs.rates, self.inputs.horizon
        total = 0.0
        for line, rate in rates.stock.items():
            self.settle(line, 0, float((rate * inputs.stock_left[:, 0]).sum()), 0.0)
        for line, rate in rates.place.items():
            self.settle(line, 0, float((rate * np.nan_to_num(inputs.places)).sum()), 0.0)
        for year in range(1, horizon + 1):
            for line, rate in rates.stock.items():
                for number in range(len(rate)):
                    total += self.settle(line, year, float(rate[number] * inputs.stock_left[number, year]), float(rates.stock_tail[number]))
            for line, rate in rates.place.items():
                for unit in range(len(rate)):
                    total += self._unit_places(line, rate, unit, year)
            for option, path in enumerate(self.programme):
                if path[year - 1]:
                    for line, rate in rates.option_running.items():
                        total += self.settle(line, year, float(rate[option]), float(rates.option_tail[option]))
                total += self._capital(option, path, year)
        return total

    def _unit_places(self, line: str, rate: np.ndarray, unit: int, year: int) -> float:
        """What a unit's places cost in a year: those of the base year less those closed, and those that options add."""
        inputs, rates = self.inputs, self.inputs.rates
        own = [option for option in range(len(self.programme)) if inputs.option_unit[option] == unit and not inputs.closes[option]]
        added = {option: float(inputs.block_places[option]) * self.programme[option][year - 1] for option in own}
        total = self.settle(line, year, float(rate[unit]) * (self.places(unit, year) - sum(added.values())), float(rates.unit_tail[unit]))
        for option, places in added.items():
            total += self.settle(line, year, float(rate[unit]) * places, float(rates.option_tail[option]))
        return total

    def _capital(self, option: int, path: tuple[int, ...], year: int) -> float:
        """Capital of opening and of growing in a year, where it falls, less what is left of it after the last year."""
        inputs, rates = self.inputs, self.inputs.rates
        before = path[year - 2] if year > 1 else 0
        grown = 0 if inputs.closes[option] else max(path[year - 1] - before, 0)
        spent = (float(rates.capital_fixed[option]) if path[year - 1] and not before else 0.0) + float(
            rates.capital_per_block[option]
        ) * grown
        spent *= float(rates.uprating["capital"][year])
        total = -spent * float(rates.capital_residual[option, year])
        for back, share in enumerate(rates.capital_spread[option]):
            self.capital[max(year - back, 0)] += spent * float(share)
            total += spent * float(share) * float(rates.discount[max(year - back, 0)])
        return total

    def best(self) -> float:
        self.children()
        self.balances()
        self.capacities()
        self.kept_places()
        settled = self.settled()
        settled += self.money_limits()
        count = len(self.names)
        if not count:
            return settled
        costs = np.zeros(count)
        for column, value in self.costs.items():
            costs[column] = value / 1000.0
        matrices = []
        for rows in (self.equal, self.most):
            matrix, right = np.zeros((len(rows), count)), np.zeros(len(rows))
            for number, (terms, limit) in enumerate(rows):
                right[number] = limit
                for column, value in terms.items():
                    matrix[number, column] = value
            matrices.append((matrix, right))
        (a_eq, b_eq), (a_ub, b_ub) = matrices
        answer = linprog(costs, A_ub=a_ub, b_ub=b_ub, A_eq=a_eq, b_eq=b_eq, bounds=(0, None), method="highs")
        return float(answer.fun) * 1000.0 + settled if answer.status == 0 else HEAVY


def best_by_trying_all(inputs: Inputs) -> Truth:
    """The least cost (with the price of broken limits) over every programme, pounds of present value."""
    every = itertools.product(*(paths(inputs, option) for option in range(len(inputs.options))))
    results = [_Programme(inputs, programme).best() for programme in every if allowed(inputs, programme)]
    return Truth(min(results), len(results))
