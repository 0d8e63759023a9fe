"""The check's rules about money: every pound is worked out again from the allocation and the prices."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from planner.check.children import Case
from planner.check.options import most_stay, slack
from planner.check.report import Notes
from planner.names import LINE_FUND

PENNY = 0.01

Key = tuple[str, str, str, str, str]
"""Line, unit, option, academic year, what is counted."""


def _within(expected: float) -> float:
    return PENNY + 1e-9 * abs(expected)


class _Sums:
    """Pounds by ledger row: cash and present value, worked out by hand."""

    def __init__(self, case: Case) -> None:
        self.case = case
        self.cash: dict[Key, float] = defaultdict(float)
        self.present: dict[Key, float] = defaultdict(float)
        self.after = f"after {case.years[-1]}"

    def pay(self, line: str, unit: str, option: str, counted: str, year: int, amount: float, tail: float) -> None:
        """A yearly cost at base-year prices, with what follows the last year."""
        rates = self.case.rates
        cash = amount * float(rates.uprating[line][year])
        self.cash[(line, unit, option, self.case.years[year], counted)] += cash
        self.present[(line, unit, option, self.case.years[year], counted)] += cash * float(rates.discount[year])
        if year == len(self.case.years) - 1 and tail:
            self.cash[(line, unit, option, self.after, counted)] += cash * tail
            self.present[(line, unit, option, self.after, counted)] += cash * tail * float(rates.discount[year])


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
                    sums.pay(line, case.unit_name(pair[1]), "", "children", year, here * float(price[arc]), float(rates.arc_tail[arc]))
    for number, (cohort, unit, children) in enumerate(zip(demand.stock_cohort, demand.stock_unit, demand.stock_children, strict=True)):
        stay = case.stay(int(cohort), case.kind(int(unit)))
        for line, price in rates.stock.items():
            if price[number]:
                for year in range(1, last + 1):
                    sums.pay(
                        line,
                        case.unit_name(int(unit)),
                        "",
                        "children",
                        year,
                        float(children) * stay**year * float(price[number]),
                        float(rates.stock_tail[number]),
                    )
    for cohort, waiting in case.waits.items():
        for line, price in rates.waiting.items():
            for year in range(1, last + 1):
                if waiting[year]:
                    sums.pay(line, "", "", "children", year, waiting[year] * float(price[cohort]), float(rates.waiting_tail[cohort]))
    for (_, unit), given in case.given.items():
        for line, price in rates.episode.items():
            for year in range(1, last + 1):
                sums.pay(line, case.unit_name(unit), "", "episodes", year, given[year] * float(price[unit]), 0.0)


def _places(case: Case, sums: _Sums) -> None:
    rates, last = case.rates, len(case.years) - 1
    table = case.tables["options"]
    base = {unit: [0.0 if value != value else float(value)] * (last + 1) for unit, value in enumerate(case.arcs.units["places"])}
    for number, row in enumerate(case.programme.options.to_dict("records")):
        name, unit = str(row["option"]), case.units[str(row["unit"])]
        mine = table[table["option"] == name].set_index("year")
        on = [0.0] + [float(mine["open"].get(year, 0)) for year in case.years[1:]]
        size = [0.0] + [float(mine["blocks"].get(year, 0)) for year in case.years[1:]]
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
                        case.unit_name(unit),
                        name,
                        "places",
                        year,
                        size[year] * float(row["block_places"]) * float(price[unit]),
                        float(rates.option_tail[number]),
                    )
            for line, price in rates.option_running.items():
                if price[number] and on[year]:
                    sums.pay(line, case.unit_name(unit), name, "options", year, float(price[number]), float(rates.option_tail[number]))
            _capital(case, sums, number, row, year, bool(on[year] and not on[year - 1]), max(size[year] - size[year - 1], 0.0))
    for unit, places in base.items():
        for line, price in rates.place.items():
            if price[unit] and places[0]:
                for year in range(1, last + 1):
                    sums.pay(
                        line, case.unit_name(unit), "", "places", year, places[year] * float(price[unit]), float(rates.unit_tail[unit])
                    )


def _capital(case: Case, sums: _Sums, number: int, row: dict[Any, Any], year: int, opens: bool, grows: float) -> None:
    rates = case.rates
    pounds = (float(rates.capital_fixed[number]) if opens else 0.0) + grows * float(rates.capital_per_block[number])
    pounds *= float(rates.uprating["capital"][year])
    if not pounds:
        return
    key = (str(row["unit"]), str(row["option"]))
    for back, share in enumerate(rates.capital_spread[number]):
        when = max(year - back, 0)
        if share:
            sums.cash[("capital", *key, case.years[when], "pounds of capital")] += float(share) * pounds
            sums.present[("capital", *key, case.years[when], "pounds of capital")] += float(share) * pounds * float(rates.discount[when])
    credit = pounds * float(rates.capital_residual[number, year])
    if credit:
        sums.present[("capital", *key, sums.after, "pounds of capital")] -= credit
        sums.cash[("capital", *key, sums.after, "pounds of capital")] -= credit / float(rates.discount[-1])


def ledger_is_re_added(case: Case, notes: Notes, cost_gbp: float) -> None:
    """Every ledger row, the ledger's total against the objective's cost, and the fund of every line."""
    sums = _Sums(case)
    _children(case, sums)
    _places(case, sums)
    cash: dict[Key, float] = defaultdict(float)
    present: dict[Key, float] = defaultdict(float)
    for number, row in enumerate(case.tables["ledger"].to_dict("records"), start=2):
        key = (str(row["line"]), _text(row["unit"]), _text(row["option"]), str(row["academic_year"]), str(row["quantity_unit"]))
        notes.require(
            "fund",
            "ledger",
            f"row {number}",
            LINE_FUND.get(key[0]) == row["fund"],
            f"line {key[0]} does not belong to fund {row['fund']}",
        )
        cash[key] += float(row["cash_gbp"])
        present[key] += float(row["present_value_gbp"])
    for key in {*cash, *sums.cash, *sums.present}:
        where = ", ".join(part for part in key if part)
        notes.compare(
            "ledger_cash", "ledger", where, cash.get(key, 0.0), sums.cash.get(key, 0.0), _within(sums.cash.get(key, 0.0)), "pounds"
        )
        notes.compare(
            "ledger_present_value",
            "ledger",
            where,
            present.get(key, 0.0),
            sums.present.get(key, 0.0),
            _within(sums.present.get(key, 0.0)),
            "pounds",
        )
    notes.compare("ledger_is_objective", "ledger", "the total", sum(present.values()), cost_gbp, PENNY, "pounds")


def _text(value: object) -> str:
    return "" if value is None or value != value else str(value)


def years_add_up(case: Case, notes: Notes) -> None:
    """Tables ``ledger_financial_year`` and ``dsg_position``."""
    rates, share = case.rates, case.scenario.money.autumn_share
    yearly: dict[tuple[str, str], float] = defaultdict(float)
    for row in case.tables["ledger"].to_dict("records"):
        yearly[(str(row["line"]), str(row["academic_year"]))] += float(row["cash_gbp"])
    base: dict[str, float] = defaultdict(float)
    for line, price in rates.stock.items():
        base[line] += sum(float(value) * float(children) for value, children in zip(price, case.demand.stock_children, strict=True))
    for line, price in rates.place.items():
        base[line] += sum(
            float(value) * float(places) for value, places in zip(price, case.arcs.units["places"], strict=True) if places == places
        )
    high_needs: dict[str, float] = defaultdict(float)
    for row in case.tables["ledger_financial_year"].to_dict("records"):
        line, year = str(row["line"]), str(row["financial_year"])
        at = case.years.index(year)
        before = base[line] if at == 1 else yearly[(line, case.years[at - 1])]
        expected = yearly[(line, year)] if line == "capital" else share * yearly[(line, year)] + (1.0 - share) * before
        notes.compare(
            "financial_year",
            "ledger_financial_year",
            f"{line} in {year}",
            float(row["cash_gbp"]),
            expected,
            _within(expected),
            "pounds",
        )
        if row["fund"] == "high_needs_block":
            high_needs[year] += float(row["cash_gbp"])
    _position(case, notes, high_needs)
    _limits(case, notes, yearly, high_needs)


def _position(case: Case, notes: Notes, high_needs: dict[str, float]) -> None:
    table = case.county.table("finance")
    other = table.loc[table["measure"] == "other_high_needs_spend", "value_gbp"]
    rest = float(other.iloc[-1]) if len(other) else 0.0
    owed: float | None = None
    for row in case.tables["dsg_position"].to_dict("records"):
        deficit, year = float(row["deficit_at_year_end_gbp"]), str(row["financial_year"])
        if row["status"] == "published":
            owed = deficit if deficit == deficit else owed
            continue
        cost = high_needs[year] + rest
        gap = cost - float(row["high_needs_block_gbp"]) - float(row["transfer_in_gbp"]) - float(row["other_income_gbp"])
        owed = (owed or 0.0) + gap
        notes.compare("dsg_position", "dsg_position", year, float(row["high_needs_cost_gbp"]), cost, _within(cost), "pounds")
        notes.compare("dsg_position", "dsg_position", year, float(row["in_year_gbp"]), gap, _within(cost), "pounds")
        notes.compare("dsg_position", "dsg_position", year, deficit, owed, _within(cost) * 20, "pounds")


def _limits(case: Case, notes: Notes, yearly: dict[tuple[str, str], float], high_needs: dict[str, float]) -> None:
    """Rows ``capital_limit`` and ``high_needs_limit``: money within its limits, or the excess is written as broken."""
    limits = case.scenario.limits
    for year, limit in limits.capital_gbp_by_year.items():
        allowed = limit + slack(case, "over_capital", "", year)
        notes.at_most("capital_limit", "ledger", year, yearly[("capital", year)], allowed, 1.0, "pounds")
    for year, limit in limits.high_needs_gbp_by_year.items():
        if year in high_needs:
            allowed = limit + slack(case, "over_high_needs", "", year)
            notes.at_most("high_needs_limit", "ledger_financial_year", year, high_needs[year], allowed, 1.0, "pounds")
