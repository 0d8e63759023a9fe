"""The county model as an ordinary analyst writes it in PuLP: loops, dictionaries, one variable a decision, ``lpSum``.

Written from docs/model.md and the prepared case alone; nothing of ``planner.model`` or ``planner.solve`` is used. Its optimum is tested to
equal the program's. The objective, in thousands of pounds, is cost plus a weight on waiting.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pulp

from benchmarks.common import WAITING_GBP
from planner.county.county import County
from planner.county.programme import Programme
from planner.demand.demand import Demand
from planner.names import LINE_FUND, LINES, SITUATIONS, Year
from planner.network.arcs import Arcs
from planner.network.stays import unit_most_stay, unit_situations
from planner.rates.rates import Rates
from planner.scenario.schema import Scenario

WAITING = len(SITUATIONS) - 1
THOUSAND = 1000.0
OVER_PLACES_COUNTS = 2.0
"""A child above a unit's places counts as so many children waiting (docs/model.md)."""


@dataclass
class Plain:
    """The data in plain lists, the problem and its variables by name and index."""

    scenario: Scenario
    county: County
    demand: Demand
    arcs: Arcs
    rates: Rates
    programme: Programme
    problem: Any = field(init=False)
    v: dict[tuple[Any, ...], Any] = field(default_factory=dict)
    terms: list[Any] = field(default_factory=list)
    settled: float = 0.0
    """Pounds that no decision changes, left out of the problem's objective."""

    def __post_init__(self) -> None:
        """Turn arrays into lists and look up what is used again and again."""
        demand, arcs = self.demand, self.arcs
        self.problem = pulp.LpProblem("county", pulp.LpMinimize)
        self.H = demand.horizon
        self.years = range(1, self.H + 1)
        self.stay = demand.stay.tolist()
        self.pairs = list(zip(arcs.cohort.tolist(), arcs.unit.tolist(), strict=True))
        self.kind = unit_situations(arcs).tolist()
        self.helps = list(zip(arcs.help_cohort.tolist(), arcs.help_unit.tolist(), strict=True))
        self.places = arcs.units["places"].astype(float).tolist()
        self.per_place = [0.0 if np.isnan(value) else value for value in arcs.units["episodes_per_place"].astype(float)]
        self.is_base = (arcs.units["provision_type"] == "contact_base").tolist()
        self.options = self.programme.options.to_dict("records")
        names = {name: number for number, name in enumerate(arcs.units["unit"])}
        self.unit_of = [names[row["unit"]] for row in self.options]
        self.closes = [row["kind"] == "close_unit" for row in self.options]
        self.returns = [bool(row["may_close"]) and not closes for row, closes in zip(self.options, self.closes, strict=True)]
        self.block = [0.0 if closes else float(row["block_places"]) for row, closes in zip(self.options, self.closes, strict=True)]
        self.most_stay = unit_most_stay(demand, arcs).tolist()
        self.stock = list(zip(demand.stock_cohort.tolist(), demand.stock_unit.tolist(), demand.stock_children.tolist(), strict=True))
        self.first_open = [0 if np.isnan(places) or places > 0 else self.H + 1 for places in self.places]
        for o, j in enumerate(self.unit_of):
            if not self.closes[o] and self.options[o]["most_blocks"] > 0:
                self.first_open[j] = min(self.first_open[j], int(self.options[o]["earliest"]))
        self.limited = [not np.isnan(places) for places in self.places]
        for o, j in enumerate(self.unit_of):
            self.limited[j] = self.limited[j] or not self.closes[o]

    def new(self, name: str, *index: Any, lower: float = 0.0, upper: float | None = None, whole: bool = False) -> Any:
        """A new decision."""
        text = "_".join([name, *map(str, index)])
        variable = self.problem.add_variable(text, lower, upper, "Integer" if whole else "Continuous")
        self.v[(name, *index)] = variable
        return variable

    def row(self, terms: list[Any], sense: str, limit: float) -> None:
        """A new row: the terms are equal to, at most or at least the limit."""
        total = pulp.lpSum(terms)
        self.problem += total == limit if sense == "=" else total <= limit if sense == "<" else total >= limit

    def places_or_none(self, j: int) -> float:
        """Places of a unit in the base year, none where no limit is known."""
        return 0.0 if np.isnan(self.places[j]) else self.places[j]

    def opening(self, o: int, t: int) -> Any:
        """1 in the year in which an option opens, else 0."""
        if self.returns[o]:
            return self.v["opened", o, t]
        return self.v["open", o, t] - (self.v["open", o, t - 1] if t > 1 else 0)

    def gone(self, o: int, start: int, t: int) -> float:
        """Share of a unit's places that is gone in year t when it closed in year ``start``."""
        return 1.0 - self.most_stay[self.unit_of[o]] ** (t - start + 1) if t >= start else 0.0

    def price(self, line: str, t: int) -> float:
        """Present value of a pound of a line in year t."""
        return float(self.rates.discount[t] * self.rates.uprating[line][t])


def plain_model(scenario: Scenario, county: County, demand: Demand, arcs: Arcs, rates: Rates, programme: Programme) -> Plain:
    """The whole model of a prepared case as a PuLP problem."""
    model = Plain(scenario, county, demand, arcs, rates, programme)
    _decisions(model)
    _everyone_is_placed(model)
    _early_help(model)
    _capacity(model)
    _capacity_by_phase(model)
    _closing_and_occupancy(model)
    _programme(model)
    _limits(model)
    _child_costs(model)
    _place_and_option_costs(model)
    _slack_costs(model)
    model.problem.setObjective(pulp.lpSum(model.terms) * (1.0 / THOUSAND))
    return model


def _decisions(m: Plain) -> None:
    for a, (_, j) in enumerate(m.pairs):
        for t in range(max(1, m.first_open[j]), m.H + 1):
            m.new("enter", a, t)
    reached = {(c, m.kind[j]) for c, j in m.pairs} | {(c, m.kind[j]) for c, j, _ in m.stock}
    for c in range(len(m.stay)):
        for t in m.years:
            m.new("wait", c, t)
    for c, k in sorted(reached):
        if m.demand.moves_up[c, k] > 0 or m.demand.escalates[c, k] > 0:
            for t in m.years:
                m.new("there", c, k, t)
    for g, (_, j) in enumerate(m.helps):
        for t in range(max(1, m.first_open[j]), m.H + 1):
            m.new("episodes", g, t)
    known = {row["option"] for row in m.options}
    for o, row in enumerate(m.options):
        for t in m.years:
            on = t >= row["earliest"]
            if row["decided"]:
                m.new("open", o, t, lower=float(on), upper=float(on), whole=True)
                size = float(row["fixed_blocks"]) * on
                m.new("blocks", o, t, lower=size, upper=size, whole=True)
            else:
                may = on and (not row["requires"] or row["requires"] in known)
                m.new("open", o, t, upper=float(may), whole=True)
                m.new("blocks", o, t, upper=float(row["most_blocks"]) * may, whole=True)
            if m.returns[o]:
                m.new("opened", o, t, upper=1.0, whole=True)
                m.new("shut", o, t, upper=1.0, whole=True)
                m.new("grown", o, t)
                m.new("shrunk", o, t)


def _everyone_is_placed(m: Plain) -> None:
    """Rows ``in_place`` and ``placed``."""
    entering: dict[tuple[int, int], list[int]] = defaultdict(list)
    by_cohort: dict[int, list[int]] = defaultdict(list)
    for a, (c, j) in enumerate(m.pairs):
        entering[c, m.kind[j]].append(a)
        by_cohort[c].append(a)
    base: dict[tuple[int, int], float] = defaultdict(float)
    for c, j, children in m.stock:
        base[c, m.kind[j]] += children
    for name, *index in list(m.v):
        if name == "there":
            c, k, t = index
            terms = [m.v["there", c, k, t], *(-m.v["enter", a, t] for a in entering[c, k] if ("enter", a, t) in m.v)]
            if t > 1:
                terms.append(-m.stay[c][k] * m.v["there", c, k, t - 1])
            m.row(terms, "=", m.stay[c][k] * base[c, k] if t == 1 else 0.0)
    coming: dict[int, list[tuple[int, Any]]] = defaultdict(list)
    for target, chance in ((m.demand.up_to, m.demand.moves_up.tolist()), (m.demand.escalates_to, m.demand.escalates.tolist())):
        for c, into in enumerate(target.tolist()):
            if into >= 0:
                coming[into].append((c, chance[c]))
    helped: dict[int, list[int]] = defaultdict(list)
    for g, (c, _) in enumerate(m.helps):
        helped[c].append(g)
    for c in range(len(m.stay)):
        for t in m.years:
            terms = [m.v["wait", c, t], *(m.v["enter", a, t] for a in by_cohort[c] if ("enter", a, t) in m.v)]
            limit = float(m.demand.new[c, t] + m.demand.arrivals[c, t])
            if t > 1:
                terms.append(-m.stay[c][WAITING] * m.v["wait", c, t - 1])
            for source, chance in coming[c]:
                if t == 1:
                    limit += sum(chance[k] * base[source, k] for k in range(WAITING) if (source, k) in base)
                    continue
                terms += [-chance[k] * m.v["there", source, k, t - 1] for k in range(WAITING) if ("there", source, k, t - 1) in m.v]
                terms.append(-chance[WAITING] * m.v["wait", source, t - 1])
            terms += _avoided(m, c, helped[c], t)
            m.row(terms, "=", limit)


def _avoided(m: Plain, c: int, helped: list[int], t: int) -> list[Any]:
    effect = m.demand.effect[c]
    return [
        float(effect[t - s]) * m.v["episodes", g, s] for g in helped for s in range(1, t) if effect[t - s] and ("episodes", g, s) in m.v
    ]


def _early_help(m: Plain) -> None:
    """Rows ``avoided_most``, ``at_risk`` and ``episode_capacity``."""
    by_cohort: dict[int, list[int]] = defaultdict(list)
    by_unit: dict[int, list[int]] = defaultdict(list)
    for g, (c, j) in enumerate(m.helps):
        by_cohort[c].append(g)
        by_unit[j].append(g)
    for c, helped in by_cohort.items():
        for t in m.years:
            m.row(_avoided(m, c, helped, t), "<", float(m.demand.avoidable[c, t]))
            m.row([m.v["episodes", g, t] for g in helped if ("episodes", g, t) in m.v], "<", float(m.demand.at_risk[c, t]))
    for j, base in enumerate(m.is_base):
        if base and m.first_open[j] <= m.H:
            for t in m.years:
                terms = [m.v["episodes", g, t] for g in by_unit[j] if ("episodes", g, t) in m.v]
                for o in _of_unit(m, j):
                    gone = m.places[j] * m.v["open", o, t] if m.closes[o] else -m.block[o] * m.v["blocks", o, t]
                    terms.append(m.per_place[j] * gone)
                m.row(terms, "<", m.per_place[j] * m.places_or_none(j))


def _of_unit(m: Plain, j: int) -> list[int]:
    return [o for o, unit in enumerate(m.unit_of) if unit == j]


def _there(m: Plain, arcs: list[int], t: int) -> list[Any]:
    """Children who entered by some arcs up to year t and are still there."""
    terms = []
    for a in arcs:
        c, j = m.pairs[a]
        stay = m.stay[c][m.kind[j]]
        for s in range(1, t + 1):
            left = stay ** (t - s)
            if left and ("enter", a, s) in m.v:
                terms.append(left * m.v["enter", a, s])
    return terms


def _arcs_of_units(m: Plain) -> dict[int, list[int]]:
    found: dict[int, list[int]] = defaultdict(list)
    for a, (_, j) in enumerate(m.pairs):
        found[j].append(a)
    return found


def _base_children(m: Plain, keep: Any) -> list[float]:
    """Children placed in the base year, among those to keep, who are still there in each year."""
    left = [0.0] * (m.H + 1)
    for c, j, children in m.stock:
        if keep(c, j):
            for t in range(m.H + 1):
                left[t] += children * m.stay[c][m.kind[j]] ** t
    return left


def _base_by_unit(m: Plain) -> list[list[float]]:
    left = [[0.0] * (m.H + 1) for _ in m.kind]
    for c, j, children in m.stock:
        for t in range(m.H + 1):
            left[j][t] += children * m.stay[c][m.kind[j]] ** t
    return left


def _capacity(m: Plain) -> None:
    """Row ``capacity``."""
    arcs, base = _arcs_of_units(m), _base_by_unit(m)
    for j, limited in enumerate(m.limited):
        if not limited or m.is_base[j] or (m.first_open[j] > m.H and not any(base[j][1:])):
            continue
        for t in m.years:
            terms = [*_there(m, arcs[j], t), -m.new("over", j, t)]
            for o in _of_unit(m, j):
                if m.closes[o]:
                    terms += [m.places[j] * m.gone(o, s, t) * m.opening(o, s) for s in range(1, t + 1)]
                else:
                    terms.append(-m.block[o] * m.v["blocks", o, t])
            m.row(terms, "<", m.places_or_none(j) - base[j][t])


def _capacity_by_phase(m: Plain) -> None:
    """Row ``capacity_phase``."""
    table = m.county.tables.get("unit_phase_places")
    names = {name: number for number, name in enumerate(m.arcs.units["unit"])}
    phases = m.demand.cohorts["phase"].tolist()
    for p, row in enumerate([] if table is None else table.to_dict("records")):
        unit, phase = names[row["unit"]], row["phase"]
        arcs = [a for a, (c, j) in enumerate(m.pairs) if j == unit and phases[c] == phase]
        base = _base_children(m, lambda c, j, unit=unit, phase=phase: j == unit and phases[c] == phase)
        for t in m.years:
            terms = [*_there(m, arcs, t), -m.new("over_phase", p, t)]
            terms += [-m.block[o] * m.v["blocks", o, t] for o in _of_unit(m, unit) if not m.closes[o]]
            m.row(terms, "<", float(row["places"]) - base[t])


def _closing_and_occupancy(m: Plain) -> None:
    """Rows ``closing`` and ``least_occupancy``."""
    arcs, base = _arcs_of_units(m), _base_by_unit(m)
    for o, row in enumerate(m.options):
        j = m.unit_of[o]
        if m.closes[o]:
            anyone = float(m.demand.new.sum() + m.demand.arrivals.sum() + m.demand.stock_children.sum())
            for t in m.years:
                entering = [m.v["enter", a, t] for a in arcs[j] if ("enter", a, t) in m.v]
                m.row([*entering, anyone * m.v["open", o, t]], "<", anyone)
            continue
        least = float(row["least_occupancy"])
        if not least > 0:
            continue
        wanted = least * m.block[o] * (m.per_place[j] if m.is_base[j] else 1.0)
        for t in m.years:
            under, ramped = m.new("under", o, t), t - int(row["ramp_years"])
            if ramped < 1:
                continue
            if m.is_base[j]:
                terms = [m.v["episodes", g, t] for g, (_, unit) in enumerate(m.helps) if unit == j and ("episodes", g, t) in m.v]
            else:
                terms = _there(m, arcs[j], t)
            terms += [under, -wanted * m.v["blocks", o, ramped]]
            if m.returns[o]:
                most = wanted * float(row["most_blocks"])
                terms += [most * m.v["shut", o, since] for since in range(ramped + 1, t + 1)]
            m.row(terms, ">", -base[j][t])


def _programme(m: Plain) -> None:
    """Rows on sizes, staying open, exclusion, need of another option and openings a year."""
    v, groups = m.v, defaultdict(list)
    names = {row["option"]: o for o, row in enumerate(m.options)}
    for o, row in enumerate(m.options):
        if row["exclusive_group"]:
            taken = [v["opened", o, t] for t in m.years] if m.returns[o] else [v["open", o, m.H]]
            groups[row["exclusive_group"]] += taken
        if m.returns[o]:
            _returns(m, o, float(row["most_blocks"]))
        if row["decided"]:
            continue
        for t in m.years:
            m.row([float(row["least_blocks"]) * v["open", o, t], -v["blocks", o, t]], "<", 0.0)
            m.row([v["blocks", o, t], -float(row["most_blocks"]) * v["open", o, t]], "<", 0.0)
            if t > 1 and not m.returns[o]:
                m.row([v["open", o, t - 1], -v["open", o, t]], "<", 0.0)
                m.row([v["blocks", o, t - 1], -v["blocks", o, t]], "<", 0.0)
            if row["requires"] in names:
                m.row([v["open", o, t], -v["open", names[row["requires"]], t]], "<", 0.0)
    for taken in groups.values():
        m.row(taken, "<", 1.0)
    most = m.scenario.options.most_openings_per_year
    chosen = [o for o, row in enumerate(m.options) if not row["decided"] and not m.closes[o]]
    if most is not None and chosen:
        for t in m.years:
            m.row([m.opening(o, t) for o in chosen], "<", float(most))


def _returns(m: Plain, o: int, most: float) -> None:
    """Row ``keeps_size``: an option that may close opens once and keeps its size."""
    v = m.v
    for t in m.years:
        before_open, before_blocks = (v["open", o, t - 1], v["blocks", o, t - 1]) if t > 1 else (0, 0)
        m.row([v["open", o, t], -1 * before_open, -v["opened", o, t], v["shut", o, t]], "=", 0.0)
        m.row([v["blocks", o, t], -1 * before_blocks, -v["grown", o, t], v["shrunk", o, t]], "=", 0.0)
        m.row([v["grown", o, t], -most * v["opened", o, t]], "<", 0.0)
        m.row([v["shrunk", o, t], -most * v["shut", o, t]], "<", 0.0)
        m.row([v["opened", o, t], v["shut", o, t]], "<", 1.0)
    m.row([v["opened", o, t] for t in m.years], "<", 1.0)


def _capital_terms(m: Plain, o: int, t: int, weight: float) -> list[Any]:
    """Capital of what opens and grows in year t, each pound weighted."""
    terms = [float(m.rates.capital_fixed[o]) * weight * m.opening(o, t)]
    if not m.closes[o]:
        grows = m.v["grown", o, t] if m.returns[o] else m.v["blocks", o, t] - (m.v["blocks", o, t - 1] if t > 1 else 0)
        terms.append(float(m.rates.capital_per_block[o]) * weight * grows)
    return terms


def _limits(m: Plain) -> None:
    """Rows ``capital_limit`` and ``high_needs_limit``, in thousands of pounds."""
    base, spread = m.demand.years[0], m.rates.capital_spread
    for text, limit in m.scenario.limits.capital_gbp_by_year.items():
        f = Year.parse(text) - base
        terms = [-THOUSAND * m.new("over_capital", f)]
        for o in range(len(m.options)):
            for t in m.years:
                share = sum(float(spread[o, back]) for back in range(spread.shape[1]) if max(t - back, 0) == f)
                if share:
                    terms += _capital_terms(m, o, t, share * float(m.rates.uprating["capital"][t]))
        m.row(terms, "<", limit)
    autumn = m.scenario.money.autumn_share
    for text, limit in m.scenario.limits.high_needs_gbp_by_year.items():
        f = Year.parse(text) - base
        now, settled = _year_cost(m, f)
        before, settled_before = _year_cost(m, f - 1) if f else ([], settled)
        terms = [autumn * pulp.lpSum(now), (1 - autumn) * pulp.lpSum(before), -THOUSAND * m.new("over_high_needs", f)]
        m.row(terms, "<", limit - autumn * settled - (1 - autumn) * settled_before)


def _year_cost(m: Plain, f: int) -> tuple[list[Any], float]:
    """High needs revenue of one academic year in that year's money: terms, and what is settled."""
    terms: list[Any] = []
    settled = 0.0
    for line in (line for line in LINES if LINE_FUND[line] == "high_needs_block"):
        price = float(m.rates.uprating[line][f])
        if line in m.rates.stock:
            for rate, (c, j, children) in zip(m.rates.stock[line].tolist(), m.stock, strict=True):
                settled += price * rate * children * m.stay[c][m.kind[j]] ** f
        if line in m.rates.place:
            settled += sum(price * rate * m.places_or_none(j) for j, rate in enumerate(m.rates.place[line].tolist()))
        if not f:
            continue
        for rate, a in zip(m.rates.arc[line].tolist() if line in m.rates.arc else [], range(len(m.pairs)), strict=False):
            terms += [price * rate * term for term in (_there(m, [a], f) if rate else [])]
        if line in m.rates.waiting:
            terms += [price * rate * m.v["wait", c, f] for c, rate in enumerate(m.rates.waiting[line].tolist())]
        if line in m.rates.episode:
            terms += [
                price * float(m.rates.episode[line][j]) * m.v["episodes", g, f]
                for g, (_, j) in enumerate(m.helps)
                if ("episodes", g, f) in m.v
            ]
        if line in m.rates.option_running:
            terms += [price * rate * m.v["open", o, f] for o, rate in enumerate(m.rates.option_running[line].tolist())]
        if line in m.rates.place:
            for o, j in enumerate(m.unit_of):
                rate = price * float(m.rates.place[line][j])
                if m.closes[o]:
                    terms += [-rate * m.places[j] * m.gone(o, s, f) * m.opening(o, s) for s in range(1, f + 1)]
                else:
                    terms.append(rate * m.block[o] * m.v["blocks", o, f])
    return terms, settled


def _worth(m: Plain, stay: float, tail: float, yearly: list[float]) -> list[float]:
    """What a stay that starts in each year costs over all its years, and after the last of them."""
    worth = [0.0] * (m.H + 1)
    worth[m.H] = yearly[m.H] * (1.0 + tail)
    for t in range(m.H - 1, 0, -1):
        worth[t] = yearly[t] + stay * worth[t + 1]
    return worth


def _child_costs(m: Plain) -> None:
    """Children in places, waiting and given early help."""
    rates, weight = m.rates, [{line: m.price(line, t) for line in LINES} for t in range(m.H + 1)]
    tails, over = rates.arc_tail.tolist(), rates.arc_over_limit.tolist()
    by_arc = {line: values.tolist() for line, values in rates.arc.items()}
    places = m.scenario.money.slack_prices.over_capacity_gbp_per_child_year
    steep = 1.0 + WAITING_GBP * OVER_PLACES_COUNTS / places
    for a, (c, j) in enumerate(m.pairs):
        own = [(line, values[a]) for line, values in by_arc.items() if values[a]]
        yearly = [sum(weight[t][line] * value for line, value in own) + over[a] * steep * float(rates.discount[t]) for t in range(m.H + 1)]
        worth = _worth(m, m.stay[c][m.kind[j]], tails[a], yearly)
        m.terms += [worth[t] * m.v["enter", a, t] for t in m.years if ("enter", a, t) in m.v]
    for k, (c, j, children) in enumerate(m.stock):
        yearly = [sum(weight[t][line] * float(values[k]) for line, values in rates.stock.items()) for t in range(m.H + 1)]
        stay = m.stay[c][m.kind[j]]
        m.settled += children * stay * _worth(m, stay, float(rates.stock_tail[k]), yearly)[1]
    for c in range(len(m.stay)):
        for t in m.years:
            last = 1.0 + (float(rates.waiting_tail[c]) if t == m.H else 0.0)
            pounds = sum(weight[t][line] * float(values[c]) for line, values in rates.waiting.items()) * last
            m.terms.append((pounds + WAITING_GBP) * m.v["wait", c, t])
    for g, (_, j) in enumerate(m.helps):
        for t in m.years:
            if ("episodes", g, t) in m.v:
                m.terms.append(sum(weight[t][line] * float(values[j]) for line, values in rates.episode.items()) * m.v["episodes", g, t])


def _place_and_option_costs(m: Plain) -> None:
    """Places, running costs and capital."""
    rates = m.rates
    for line, rate in rates.place.items():
        price = [m.price(line, t) for t in range(m.H + 1)]
        for j, pounds in enumerate(rate.tolist()):
            m.settled += pounds * m.places_or_none(j) * (sum(price[1:]) + float(rates.unit_tail[j]) * price[m.H])
        for o, j in enumerate(m.unit_of):
            tail = float(rates.unit_tail[j] if m.closes[o] else rates.option_tail[o])
            year = [price[t] * (1.0 + (tail if t == m.H else 0.0)) for t in range(m.H + 1)]
            for t in m.years:
                if m.closes[o]:
                    saved = float(rate[j]) * m.places[j] * sum(m.gone(o, t, later) * year[later] for later in range(t, m.H + 1))
                    m.terms.append(-saved * m.opening(o, t))
                else:
                    m.terms.append(float(rate[j]) * m.block[o] * year[t] * m.v["blocks", o, t])
    for line, rate in rates.option_running.items():
        for o, pounds in enumerate(rate.tolist()):
            for t in m.years:
                last = 1.0 + (float(rates.option_tail[o]) if t == m.H else 0.0)
                m.terms.append(pounds * m.price(line, t) * last * m.v["open", o, t])
    for o in range(len(m.options)):
        for t in m.years:
            spent = sum(float(share) * float(rates.discount[max(t - back, 0)]) for back, share in enumerate(rates.capital_spread[o]))
            weight = (spent - float(rates.capital_residual[o, t])) * float(rates.uprating["capital"][t])
            m.terms += _capital_terms(m, o, t, weight)


def _slack_costs(m: Plain) -> None:
    """Broken limits at their price; each also counts as waiting, in proportion to its price (docs/model.md)."""
    prices = m.scenario.money.slack_prices
    steep = 1.0 + WAITING_GBP * OVER_PLACES_COUNTS / prices.over_capacity_gbp_per_child_year
    price = {
        "over": prices.over_capacity_gbp_per_child_year,
        "over_phase": prices.over_capacity_gbp_per_child_year,
        "under": prices.under_occupancy_gbp_per_child_year,
        "over_capital": prices.over_capital_gbp_per_gbp * THOUSAND,
        "over_high_needs": prices.over_high_needs_gbp_per_gbp * THOUSAND,
    }
    m.terms += [price[key[0]] * steep * variable for key, variable in m.v.items() if key[0] in price]
