"""The ledger: every pound of a plan by fund, line, unit, option and year, from the same rates as the objective."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from planner.county.programme import Programme
from planner.demand.demand import Demand
from planner.names import LINE_FUND
from planner.network.arcs import Arcs
from planner.network.stays import unit_most_stay
from planner.rates.rates import Floats, Rates
from planner.results.presence import Ints, Presence, closed_places, option_matrix
from planner.results.solution import TABLE_COLUMNS, Solution


def section_251_of(rates: Rates, arcs: Arcs, line: str, kind: str, unit: int | None, phase: str = "") -> str:
    """The Section 251 line of what is paid at a unit (None: at none) for children of a phase; "" where there is none."""
    sector = str(arcs.units["sector"].iloc[unit]) if unit is not None else ""
    return rates.section_251.get((line, kind, sector, phase), "")


def child_codes(demand: Demand, arcs: Arcs, rates: Rates, line: str, cohort: Ints, unit: Ints) -> npt.NDArray[np.object_]:
    """(n,) the Section 251 line of what a line pays for children of cohorts in units."""
    phases = demand.cohorts["phase"].to_numpy(dtype=object)[cohort]
    kinds = arcs.units["provision_type"].to_numpy(dtype=object)
    known: dict[tuple[int, str], str] = {}
    for number, phase in set(zip(unit.tolist(), phases.tolist(), strict=True)):
        known[(number, phase)] = section_251_of(rates, arcs, line, str(kinds[number]), number, str(phase))
    return np.array([known[pair] for pair in zip(unit.tolist(), phases.tolist(), strict=True)], dtype=object)


class _Book:
    """Collects ledger rows."""

    def __init__(self, demand: Demand, arcs: Arcs, rates: Rates) -> None:
        self.demand, self.arcs, self.rates = demand, arcs, rates
        self.after = f"after {demand.years[-1]}"
        self.rows: list[tuple[object, ...]] = []

    def add(
        self,
        line: str,
        kind: str,
        unit: int | None,
        option: str,
        year: int | None,
        quantity: float,
        quantity_unit: str,
        cash: float,
        present: float,
        code: str | None = None,
    ) -> None:
        if cash == 0.0 and present == 0.0 and quantity == 0.0:
            return
        name = str(self.arcs.units["unit"].iloc[unit]) if unit is not None else ""
        if code is None:
            code = section_251_of(self.rates, self.arcs, line, kind, unit)
        when = self.after if year is None else str(self.demand.years[year])
        self.rows.append((LINE_FUND[line], line, code, kind, name, option, when, quantity, quantity_unit, cash, present))

    def yearly(
        self, line: str, kind: str, unit: int | None, option: str, quantity: Floats, price: float, quantity_unit: str, tail: float
    ) -> None:
        """Rows of one price for quantities (H+1,) in years 1..H, and the tail after the last year."""
        uprated = price * self.rates.uprating[line]
        for year in range(1, len(quantity)):
            cash = uprated[year] * quantity[year]
            self.add(line, kind, unit, option, year, quantity[year], quantity_unit, cash, cash * self.rates.discount[year])
        last = uprated[-1] * quantity[-1] * tail
        if last:
            self.add(line, kind, unit, option, None, 0.0, quantity_unit, last, last * self.rates.discount[-1])


def _child_rows(book: _Book, here: Presence) -> None:
    """Costs of children in places, summed over cohorts by line, Section 251 line, unit and year."""
    demand, arcs, rates = book.demand, book.arcs, book.rates
    cohort = np.concatenate([arcs.cohort[here.arc], demand.stock_cohort])
    unit = np.concatenate([arcs.unit[here.arc], demand.stock_unit])
    children = np.concatenate([here.in_arc, here.in_stock])
    tails = np.concatenate([rates.arc_tail[here.arc], rates.stock_tail])
    for line in sorted({*rates.arc, *rates.stock}):
        none = (np.zeros(len(arcs.cohort)), np.zeros(len(demand.stock_cohort)))
        price = np.concatenate([rates.arc.get(line, none[0])[here.arc], rates.stock.get(line, none[1])])
        codes = child_codes(demand, arcs, rates, line, cohort, unit)
        for code in sorted(set(codes)):
            paid = (price != 0) & (codes == code)
            _line_rows(book, line, str(code), unit[paid], children[paid], price[paid], tails[paid])


def _line_rows(book: _Book, line: str, code: str, unit: Ints, children: Floats, price: Floats, tails: Floats) -> None:
    """Rows of one line and Section 251 line for children (n, H+1) in units at their prices, and what follows the last year."""
    count, uprating, discount = len(book.arcs.units), book.rates.uprating[line], book.rates.discount
    quantity = np.zeros((count, children.shape[1]))
    pounds = np.zeros_like(quantity)
    np.add.at(quantity, unit, children)
    np.add.at(pounds, unit, children * price[:, None])
    after = np.zeros(count)
    np.add.at(after, unit, children[:, -1] * price * tails)
    for number in np.nonzero(quantity.any(axis=1))[0].tolist():
        kind = str(book.arcs.units["provision_type"].iloc[number])
        for year in range(1, children.shape[1]):
            cash = pounds[number, year] * uprating[year]
            present = cash * discount[year]
            book.add(line, kind, int(number), "", year, quantity[number, year], "children", cash, present, code)
        cash = after[number] * uprating[-1]
        book.add(line, kind, int(number), "", None, 0.0, "children", cash, cash * discount[-1], code)


def _waiting_rows(book: _Book, here: Presence) -> None:
    rates = book.rates
    for line, price in rates.waiting.items():
        pounds = price @ here.waiting
        children = here.waiting.sum(axis=0)
        after = float((price * rates.waiting_tail) @ here.waiting[:, -1]) * rates.uprating[line][-1]
        for year in range(1, len(children)):
            cash = pounds[year] * rates.uprating[line][year]
            book.add(line, "waiting", None, "", year, children[year], "children", cash, cash * rates.discount[year])
        book.add(line, "waiting", None, "", None, 0.0, "children", after, after * rates.discount[-1])


def _place_rows(book: _Book, programme: Programme, solution: Solution, here: Presence) -> None:
    """Places of the base year less those closed, places that options add, episodes and running costs."""
    demand, arcs, rates, options = book.demand, book.arcs, book.rates, programme.options
    names, years = list(options["option"]), tuple(str(year) for year in demand.years)
    added = option_matrix(solution, names, years, "places")
    opened = option_matrix(solution, names, years, "open")
    unit_at = {unit: number for number, unit in enumerate(arcs.units["unit"])}
    option_unit = [unit_at[unit] for unit in options["unit"]]
    kinds = [str(kind) for kind in arcs.units["provision_type"]]
    base = np.repeat(np.nan_to_num(arcs.units["places"].to_numpy(dtype=float))[:, None], len(years), axis=1)
    most = unit_most_stay(demand, arcs)
    for row, unit in enumerate(option_unit):
        if options["kind"].iloc[row] == "close_unit":
            base[unit] -= closed_places(float(base[unit, 0]), opened[row], float(most[unit]))
    for line, price in rates.place.items():
        for unit in np.nonzero((price != 0) & (base[:, 0] > 0))[0].tolist():
            book.yearly(line, kinds[unit], int(unit), "", base[unit], float(price[unit]), "places", float(rates.unit_tail[unit]))
        for row, unit in enumerate(option_unit):
            if price[unit] and added[row].any():
                book.yearly(line, kinds[unit], unit, names[row], added[row], float(price[unit]), "places", float(rates.option_tail[row]))
    for line, price in rates.option_running.items():
        for row in np.nonzero(price)[0].tolist():
            book.yearly(
                line,
                kinds[option_unit[row]],
                option_unit[row],
                names[row],
                opened[row],
                float(price[row]),
                "options",
                float(rates.option_tail[row]),
            )
    episodes = np.zeros((len(arcs.units), len(years)))
    np.add.at(episodes, arcs.help_unit[here.help_arc], here.episodes)
    for line, price in rates.episode.items():
        for unit in np.nonzero((price != 0) & episodes.any(axis=1))[0].tolist():
            book.yearly(line, kinds[unit], int(unit), "", episodes[unit], float(price[unit]), "episodes", 0.0)


def _capital_rows(book: _Book, programme: Programme, solution: Solution) -> None:
    """Capital by the financial year it is spent in, and the credit for what is left of its life after the last year."""
    demand, rates, options = book.demand, book.rates, programme.options
    names, years = list(options["option"]), tuple(str(year) for year in demand.years)
    opened = option_matrix(solution, names, years, "open")
    blocks = option_matrix(solution, names, years, "blocks")
    unit_at = {unit: number for number, unit in enumerate(book.arcs.units["unit"])}
    for row, name in enumerate(names):
        unit = unit_at[options["unit"].iloc[row]]
        kind = str(book.arcs.units["provision_type"].iloc[unit])
        starts = np.maximum(np.diff(opened[row]), 0.0)
        grows = np.maximum(np.diff(blocks[row]), 0.0) if options["kind"].iloc[row] != "close_unit" else np.zeros(demand.horizon)
        pounds = (starts * rates.capital_fixed[row] + grows * rates.capital_per_block[row]) * rates.uprating["capital"][1:]
        spent = np.zeros(demand.horizon + 1)
        credit = 0.0
        for year in np.nonzero(pounds)[0] + 1:
            for back, share in enumerate(rates.capital_spread[row]):
                spent[max(int(year) - back, 0)] += share * pounds[year - 1]
            credit += pounds[year - 1] * rates.capital_residual[row, year]
        for year in np.nonzero(spent)[0]:
            book.add(
                "capital", kind, unit, name, int(year), spent[year], "pounds of capital", spent[year], spent[year] * rates.discount[year]
            )
        if credit:
            book.add("capital", kind, unit, name, None, 0.0, "pounds of capital", -credit / rates.discount[-1], -credit)


def build_ledger(demand: Demand, arcs: Arcs, rates: Rates, programme: Programme, solution: Solution, here: Presence) -> pd.DataFrame:
    """Every cost of a plan, one row a fund, line, Section 251 line, provision type, unit, option and academic year.

    Years 1..H; ``after <last year>`` holds what the horizon-end rule counts after them (children and places until stays end, less the
    credit for buildings). Capital stands in the year whose September starts in the financial year it is spent in. The
    present values add to the objective's cost, priced slacks apart.
    """
    book = _Book(demand, arcs, rates)
    _child_rows(book, here)
    _waiting_rows(book, here)
    _place_rows(book, programme, solution, here)
    _capital_rows(book, programme, solution)
    frame = pd.DataFrame(book.rows, columns=list(TABLE_COLUMNS["ledger"]))
    keys = ["fund", "line", "provision_type", "unit", "section_251", "option", "academic_year", "quantity_unit"]
    return frame.sort_values(keys, kind="stable", ignore_index=True)
