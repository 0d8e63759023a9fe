"""A plan found by trying everything: every opening year and size of every option, each with its own linear program.

Written apart from the model on purpose, in yearly head counts (one per cohort, unit and year of entry, aged by hand), with
``scipy.optimize.linprog`` and dictionaries. It is slow and only for counties that fit on a page. Options may not close again, and
limits on money are not in it.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass

import numpy as np
from scipy.optimize import linprog

from planner.model.layout import Inputs
from planner.names import SITUATIONS

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
    sizes = range(1, 2) if closes else range(int(row["least_blocks"]), int(row["most_blocks"]) + 1)
    found = {tuple([0] * horizon)}
    for opens in range(int(row["earliest"]), horizon + 1):
        for growth in itertools.combinations_with_replacement(sizes, horizon - opens + 1):
            found.add((*([0] * (opens - 1)), *growth))
    return sorted(found)


def allowed(inputs: Inputs, programme: tuple[tuple[int, ...], ...]) -> bool:
    """Whether a programme keeps to exclusions, needs and openings a year."""
    names = list(inputs.options["option"])
    groups: dict[str, int] = {}
    for option, path in enumerate(programme):
        group, needed = inputs.options["exclusive_group"].iloc[option], inputs.options["requires"].iloc[option]
        if group and any(path):
            groups[group] = groups.get(group, 0) + 1
        if needed and any(path):
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

    def column(self, *name: object) -> int:
        return self.names.setdefault(name, len(self.names))

    def discount(self, line: str, year: int) -> float:
        return float(self.inputs.rates.discount[year] * self.inputs.rates.uprating[line][year])

    def open_from(self, unit: int) -> int:
        places = self.inputs.places[unit]
        if np.isnan(places) or places > 0:
            return 0
        years = [
            year
            for option, path in enumerate(self.programme)
            for year in range(1, self.inputs.horizon + 1)
            if self.inputs.option_unit[option] == unit and path[year - 1]
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
                    for line, rate in inputs.rates.arc.items():
                        tail = 1.0 + (inputs.rates.arc_tail[arc] if year == inputs.horizon else 0.0)
                        self.costs[here] = self.costs.get(here, 0.0) + float(rate[arc]) * self.discount(line, year) * tail
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
                    tail = 1.0 + (inputs.rates.waiting_tail[cohort] if year == inputs.horizon else 0.0)
                    self.costs[here] = self.costs.get(here, 0.0) + float(rate[cohort]) * self.discount(line, year) * tail

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
                        self.costs[column] = sum(
                            float(rate[unit]) * self.discount(line, year) for line, rate in inputs.rates.episode.items()
                        )
                elif inputs.limited[unit] and (self.open_from(unit) <= inputs.horizon or inputs.unit_stock[unit, 1:].any()):
                    here = [
                        index
                        for name, index in self.names.items()
                        if name[0] == "x" and inputs.arcs.unit[name[1]] == unit and name[3] == year
                    ]
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

    def settled(self) -> float:
        """What is paid whatever is decided about children: places, running costs, capital and base-year children."""
        inputs, rates, horizon = self.inputs, self.inputs.rates, self.inputs.horizon
        total = 0.0
        for year in range(1, horizon + 1):
            last = year == horizon
            for line, rate in rates.stock.items():
                tails = 1.0 + (rates.stock_tail if last else 0.0)
                total += float((rate * inputs.stock_left[:, year] * tails).sum()) * self.discount(line, year)
            for line, rate in rates.place.items():
                for unit in range(len(rate)):
                    base = float(np.nan_to_num(inputs.places[unit]))
                    own = [option for option in range(len(self.programme)) if inputs.option_unit[option] == unit]
                    shut = [option for option in own if inputs.closes[option]]
                    added = {
                        option: float(inputs.block_places[option]) * self.programme[option][year - 1]
                        for option in own
                        if option not in shut
                    }
                    remaining = self.places(unit, year) - sum(added.values()) if shut else base
                    total += float(rate[unit]) * remaining * self.discount(line, year) * (1.0 + (rates.unit_tail[unit] if last else 0.0))
                    for option, places in added.items():
                        total += (
                            float(rate[unit]) * places * self.discount(line, year) * (1.0 + (rates.option_tail[option] if last else 0.0))
                        )
            for option, path in enumerate(self.programme):
                if path[year - 1]:
                    for line, rate in rates.option_running.items():
                        total += float(rate[option]) * self.discount(line, year) * (1.0 + (rates.option_tail[option] if last else 0.0))
                before = path[year - 2] if year > 1 else 0
                spent = (rates.capital_fixed[option] if path[year - 1] and not before else 0.0) + rates.capital_per_block[option] * (
                    0 if inputs.closes[option] else path[year - 1] - before
                )
                for back, share in enumerate(rates.capital_spread[option]):
                    total += float(spent * share * rates.uprating["capital"][year] * rates.discount[max(year - back, 0)])
                total -= float(spent * rates.uprating["capital"][year] * rates.capital_residual[option, year])
        return total

    def best(self) -> float:
        self.children()
        self.balances()
        self.capacities()
        count = len(self.names)
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
        return float(answer.fun) * 1000.0 + self.settled() if answer.status == 0 else HEAVY


def best_by_trying_all(inputs: Inputs) -> Truth:
    """The least cost (with the price of broken limits) over every programme, pounds of present value."""
    every = itertools.product(*(paths(inputs, option) for option in range(len(inputs.options))))
    results = [_Programme(inputs, programme).best() for programme in every if allowed(inputs, programme)]
    return Truth(min(results), len(results))
