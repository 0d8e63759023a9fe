"""The check's rules about the ledger: every pound is worked out again from the allocation and the prices."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from planner.check.children import CHILD, Case
from planner.check.options import most_stay
from planner.check.report import Notes
from planner.names import WAITING

PENNY = 0.01

Key = tuple[str, str, str, str, str, str]
"""Line, unit, option, academic year, what is counted, Section 251 line."""


class _Sums:
    """Pounds by ledger row: cash and present value, worked out by hand."""

    def __init__(self, case: Case) -> None:
        self.case = case
        self.cash: dict[Key, float] = defaultdict(float)
        self.present: dict[Key, float] = defaultdict(float)
        self.quantity: dict[Key, float] = defaultdict(float)
        self.after = f"after {case.years[-1]}"
        self.sectors = [str(sector) for sector in case.arcs.units["sector"]]
        self.rates_of_year = {line: [float(rate) for rate in values] for line, values in case.rates.uprating.items()}
        self.discount = [float(factor) for factor in case.rates.discount]

    def key(self, line: str, unit: int | None, option: str, when: str, counted: str, phase: str = "") -> Key:
        """The ledger row of a line at a unit (None: at none); ``phase`` is that of the children paid for, if it is one."""
        sector = "" if unit is None else self.sectors[unit]
        kind, name = (WAITING, "") if unit is None else (self.case.kind(unit), self.case.unit_name(unit))
        return line, name, option, when, counted, self.case.rates.section_251.get((line, kind, sector, phase), "")

    def pay(
        self, line: str, unit: int | None, option: str, counted: str, year: int, amount: float, price: float, tail: float, phase: str = ""
    ) -> None:
        """So much of something in a year at a base-year price, with what follows the last year."""
        now = self.key(line, unit, option, self.case.years[year], counted, phase)
        self.quantity[now] += amount
        cash = amount * price * self.rates_of_year[line][year]
        self.cash[now] += cash
        self.present[now] += cash * self.discount[year]
        if year == len(self.case.years) - 1 and tail:
            later = self.key(line, unit, option, self.after, counted, phase)
            self.cash[later] += cash * tail
            self.present[later] += cash * tail * self.discount[year]


def _children(case: Case, sums: _Sums) -> None:
    rates, demand = case.rates, case.demand
    last = len(case.years) - 1
    for pair, entries in case.entered.items():
        arc = case.arc_of.get(pair)
        if arc is None:
            continue
        stay, here = case.stay(pair[0], case.kind(pair[1])), 0.0
        for year in range(1, last + 1):
            here = here * stay + entries[year]
            for line, price in rates.arc.items():
                if price[arc]:
                    phase = case.names[pair[0]][2]
                    sums.pay(line, pair[1], "", "children", year, here, float(price[arc]), float(rates.arc_tail[arc]), phase)
    for number, (cohort, unit, children) in enumerate(zip(demand.stock_cohort, demand.stock_unit, demand.stock_children, strict=True)):
        stay = case.stay(int(cohort), case.kind(int(unit)))
        for line, price in rates.stock.items():
            if price[number]:
                for year in range(1, last + 1):
                    sums.pay(
                        line,
                        int(unit),
                        "",
                        "children",
                        year,
                        float(children) * stay**year,
                        float(price[number]),
                        float(rates.stock_tail[number]),
                        case.names[int(cohort)][2],
                    )
    for cohort, waiting in case.waits.items():
        for line, price in rates.waiting.items():
            for year in range(1, last + 1):
                if waiting[year]:
                    sums.pay(line, None, "", "children", year, waiting[year], float(price[cohort]), float(rates.waiting_tail[cohort]))
    for (_, unit), given in case.given.items():
        for line, price in rates.episode.items():
            for year in range(1, last + 1):
                sums.pay(line, unit, "", "episodes", year, given[year], float(price[unit]), 0.0)


def _places(case: Case, sums: _Sums) -> None:
    rates, last = case.rates, len(case.years) - 1
    base = {unit: [0.0 if value != value else float(value)] * (last + 1) for unit, value in enumerate(case.arcs.units["places"])}
    for number, row in enumerate(case.option_rows):
        name, unit = str(row["option"]), case.units[str(row["unit"])]
        on, size = case.paths[(name, "open")], case.paths[(name, "blocks")]
        if row["kind"] == "close_unit":
            closed = [year for year in range(1, last + 1) if on[year]]
            whole, stay = base[unit][0], most_stay(case, unit) if closed else 0.0
            for year in range(closed[0] if closed else last + 1, last + 1):
                base[unit][year] -= whole * (1.0 - stay ** (year - closed[0] + 1))
            size = [0.0] * (last + 1)
        for year in range(1, last + 1):
            for line, price in rates.place.items():
                if price[unit] and size[year]:
                    sums.pay(
                        line,
                        unit,
                        name,
                        "places",
                        year,
                        size[year] * float(row["block_places"]),
                        float(price[unit]),
                        float(rates.option_tail[number]),
                    )
            for line, price in rates.option_running.items():
                if price[number] and on[year]:
                    sums.pay(line, unit, name, "options", year, 1.0, float(price[number]), float(rates.option_tail[number]))
            _capital(case, sums, number, row, year, bool(on[year] and not on[year - 1]), max(size[year] - size[year - 1], 0.0))
    for unit, places in base.items():
        for line, price in rates.place.items():
            if price[unit] and places[0]:
                for year in range(1, last + 1):
                    sums.pay(line, unit, "", "places", year, places[year], float(price[unit]), float(rates.unit_tail[unit]))


def _capital(case: Case, sums: _Sums, number: int, row: dict[Any, Any], year: int, opens: bool, grows: float) -> None:
    rates = case.rates
    pounds = (float(rates.capital_fixed[number]) if opens else 0.0) + grows * float(rates.capital_per_block[number])
    pounds *= float(rates.uprating["capital"][year])
    if not pounds:
        return
    unit, option = case.units[str(row["unit"])], str(row["option"])
    for back, share in enumerate(rates.capital_spread[number]):
        when = max(year - back, 0)
        if share:
            key = sums.key("capital", unit, option, case.years[when], "pounds of capital")
            sums.quantity[key] += float(share) * pounds
            sums.cash[key] += float(share) * pounds
            sums.present[key] += float(share) * pounds * float(rates.discount[when])
    credit = pounds * float(rates.capital_residual[number, year])
    if credit:
        key = sums.key("capital", unit, option, sums.after, "pounds of capital")
        sums.present[key] -= credit
        sums.cash[key] -= credit / float(rates.discount[-1])


def ledger_is_re_added(case: Case, notes: Notes, cost_gbp: float) -> None:
    """Every ledger row, cash, present value and quantity, and the ledger's total against the objective's cost."""
    sums = _Sums(case)
    _children(case, sums)
    _places(case, sums)
    cash: dict[Key, float] = defaultdict(float)
    present: dict[Key, float] = defaultdict(float)
    quantity: dict[Key, float] = defaultdict(float)
    for row in case.rows("ledger"):
        when, counted, code = str(row["academic_year"]), str(row["quantity_unit"]), _text(row["section_251"])
        key = (str(row["line"]), _text(row["unit"]), _text(row["option"]), when, counted, code)
        cash[key] += float(row["cash_gbp"])
        present[key] += float(row["present_value_gbp"])
        quantity[key] += float(row["quantity"])
    for key in {*cash, *sums.cash, *sums.present, *sums.quantity}:
        where = ", ".join(part for part in key if part)
        notes.compare("ledger_cash", "ledger", where, cash.get(key, 0.0), sums.cash.get(key, 0.0), PENNY, "pounds")
        notes.compare(
            "ledger_present_value",
            "ledger",
            where,
            present.get(key, 0.0),
            sums.present.get(key, 0.0),
            PENNY,
            "pounds",
        )
        notes.compare(
            "ledger_quantity",
            "ledger",
            where,
            quantity.get(key, 0.0),
            sums.quantity.get(key, 0.0),
            PENNY if key[0] == "capital" else CHILD,
            key[4],
        )
    notes.compare("ledger_is_objective", "ledger", "the total", sum(present.values()), cost_gbp, PENNY, "pounds")


def _text(value: object) -> str:
    return "" if value is None or value != value else str(value)
