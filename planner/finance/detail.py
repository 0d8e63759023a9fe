"""The ledger split until every row is a quantity times one unit price, with the prices and where each comes from."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from planner.county.county import RATE_BASES, County
from planner.county.programme import Programme
from planner.demand.demand import Demand
from planner.finance.ledger import child_codes, section_251_of
from planner.names import FUND_TITLES, LINE_FUND, LINE_TITLES, NEEDS, OPTION_KIND_TITLES, PROVISION_TITLES
from planner.network.arcs import Arcs
from planner.rates.build import children_at, journeys_paid
from planner.rates.lookup import book as rates_frame
from planner.rates.lookup import find, find_rows
from planner.rates.rates import Floats, Rates
from planner.results.presence import Presence, option_matrix
from planner.results.solution import Solution
from planner.scenario.schema import Scenario

GROUP = ["fund", "line", "section_251", "provision_type", "unit", "option", "quantity_unit"]
"""What a row of the ledger is told by, its year apart."""

UNPRICED = "none"
"""The price of a row that no unit price explains: a quantity in pounds at 1 pound each. There should be none."""

PENNY = 0.005

_COUNTED = {
    "child_year": "children",
    "place_year": "places",
    "waiting_year": "children waiting",
    "episode": "episodes",
    "journey_year_fixed": "shared journeys, years",
    "journey_year_km": "shared journeys, years x km one way",
    "option_year": "years open",
    "opening": "openings",
    "place_built": "places built",
    UNPRICED: "pounds",
}
_BASES = {**RATE_BASES, "option_year": "one year open", "opening": "one opening", "place_built": "one place built", UNPRICED: "one pound"}


@dataclass(frozen=True)
class MoneyDetail:
    """A plan's ledger by unit price.

    Attributes:
        prices: One row a unit price in use: ``price`` (an id), line, per, counted, what, value_gbp (base-year prices, before the
            scenario's factor), factor, price_year, source, source_title, quality, place (file and line).
        rows: One row a ledger row (its year apart), a unit price and an index year: the columns of ``GROUP``, price, counted,
            index_year, and a column a year with the quantity: the base year (only what is in the plan: capital spent early),
            every year planned, and ``after <last year>``. Cash is ``quantity * value_gbp * factor * uprating[line]``, the uprating
            of ``index_year`` or, where that is empty, of the column's year (the last year for what follows it).
        base: What the base year cost before anything was decided: fund, line, provision_type, price, counted, quantity.
        years: The columns of quantities, in order.

    """

    prices: pd.DataFrame
    rows: pd.DataFrame
    base: pd.DataFrame
    years: tuple[str, ...]


@dataclass
class _Book:
    """Gathers quantities by ledger row, price and index year."""

    county: County
    demand: Demand
    arcs: Arcs
    rates: Rates
    factors: dict[str, float]
    frame: pd.DataFrame
    options: dict[tuple[str, int | str], list[str]] = field(default_factory=dict)
    prices: dict[tuple[str, int | str], dict[str, object]] = field(default_factory=dict)
    found: dict[tuple[object, ...], Floats] = field(default_factory=dict)
    base: dict[tuple[str, str, str], float] = field(default_factory=dict)

    def rate(self, number: int) -> str:
        """The id of a price of the county's book."""
        key = ("rate", number)
        if key not in self.prices:
            rate = self.county.rates[number]
            words = [f"{name}: {PROVISION_TITLES.get(value, value)}" for name in ("provision_type", "phase", "need", "band", "unit")
                     if (value := getattr(rate, name)) != "*"]  # fmt: skip
            average = " (average of a group of needs, weighted by children with an EHCP)" if rate.need not in ("*", *NEEDS) else ""
            what = ", ".join(words).replace("provision_type: ", "").replace("_", " ") or "every setting"
            place = f"{rate.file}:{rate.row}"
            self.prices[key] = self._price(rate.line, rate.per, what + average, rate.value_gbp, place, rate)
        return str(self.prices[key]["price"])

    def own(self, per: str, line: str, value: float, row: pd.Series) -> str:
        """The id of a price of the options table, one for all options of a kind with the same price and source.

        ``value`` holds the scenario's factor already.
        """
        factor = self.factors.get(line, 1.0)
        book = value / factor if factor else 0.0
        key = (per, f"{row['kind']} {book!r} {row.get('source', '')} {row.get('quality', '')}")
        name = str(row["option"])
        if key not in self.prices:
            self.prices[key] = self._price(line, per, OPTION_KIND_TITLES[str(row["kind"])], book, "", row)
        mine = self.options.setdefault(key, [])
        if name not in mine:
            mine.append(name)
        place = name if len(mine) == 1 else f"{len(mine)} options, {mine[0]} and others"
        self.prices[key]["place"] = f"options.csv: {place}"
        return str(self.prices[key]["price"])

    def _price(self, line: str, per: str, what: str, value: float, place: str, row: object) -> dict[str, object]:
        number = len(self.prices) + 1
        return {
            "price": f"P{number:03d}", "line": line, "per": per, "counted": _COUNTED.get(per, per), "basis": _BASES.get(per, per),
            "what": what, "value_gbp": float(value), "factor": self.factors.get(line, 1.0),
            "price_year": str(getattr(row, "price_year", "")), "source": str(getattr(row, "source", "")),
            "quality": str(getattr(row, "quality", "")), "place": place,
        }  # fmt: skip

    def add(self, line: str, code: str, unit: str, option: str, counted: str, price: str, index_year: str, amounts: Floats) -> None:
        """Quantities (H+2,) of base year, years planned and after, for a ledger row: line, Section 251 line, unit, option, unit of count."""
        key = (line, code, unit, option, counted, price, index_year)
        self.found[key] = self.found.get(key, 0.0) + amounts

    def add_base(self, line: str, price: str, kind: str, quantity: float) -> None:
        """A quantity of the base year."""
        key = (line, kind, price)
        self.base[key] = self.base.get(key, 0.0) + quantity


def _summed(number: np.ndarray, unit: np.ndarray, amounts: Floats, count: int) -> Iterable[tuple[int, int, Floats]]:
    """Amounts added up by price and unit."""
    code = number * count + unit
    kinds, inverse = np.unique(code, return_inverse=True)
    total = np.zeros((len(kinds), amounts.shape[1]))
    np.add.at(total, inverse, amounts)
    for kind, row in zip(kinds.tolist(), total, strict=True):
        yield kind // count, kind % count, row


def _child_rows(book: _Book, here: Presence) -> None:
    """Children in places: each line of a child, and journeys in their two parts."""
    demand, arcs, rates = book.demand, book.arcs, book.rates
    cohort = np.concatenate([arcs.cohort[here.arc], demand.stock_cohort])
    unit = np.concatenate([arcs.unit[here.arc], demand.stock_unit])
    km = np.concatenate([arcs.km[here.arc], arcs.stock_km])
    children = np.concatenate([here.in_arc, here.in_stock])
    tail = np.concatenate([rates.arc_tail[here.arc], rates.stock_tail])
    amounts = np.hstack([children, (children[:, -1] * tail)[:, None]])
    amounts[:, 0] = 0.0
    stock = np.concatenate([np.zeros(len(here.arc)), demand.stock_children])
    wanted = children_at(demand, arcs, cohort, unit)
    journeys = journeys_paid(book.frame, wanted, km)
    one = np.ones(len(unit))
    for line in sorted({*rates.arc, *rates.stock}):
        codes = child_codes(demand, arcs, rates, line, cohort, unit)
        parts = (("journey_year_fixed", journeys), ("journey_year_km", journeys * km)) if line == "transport" else (("child_year", one),)
        for per, weight in parts:
            number = find_rows(book.frame, line, per, wanted)
            paid = (number >= 0) & (find(book.frame, line, per, wanted) != 0) & (weight != 0)
            both = np.hstack([amounts, stock[:, None]]) * weight[:, None]
            for code in sorted(set(codes[paid])):
                mine = paid & (codes == code)
                for rate, at, row in _summed(number[mine], unit[mine], both[mine], len(arcs.units)):
                    name, kind = str(arcs.units["unit"].iloc[at]), str(arcs.units["provision_type"].iloc[at])
                    price = book.rate(rate)
                    book.add(line, str(code), name, "", "children", price, "", row[:-1])
                    if row[-1]:
                        book.add_base(line, price, kind, float(row[-1]))


def _waiting_rows(book: _Book, here: Presence) -> None:
    rates = book.rates
    wanted = book.demand.cohorts[["phase", "need", "band"]].assign(provision_type="waiting", unit="")
    amounts = np.hstack([here.waiting, (here.waiting[:, -1] * rates.waiting_tail)[:, None]])
    for line in rates.waiting:
        number = find_rows(book.frame, line, "waiting_year", wanted)
        paid = (number >= 0) & (amounts != 0).any(axis=1)
        for rate, _, row in _summed(number[paid], np.zeros(int(paid.sum()), dtype=np.int64), amounts[paid], 1):
            book.add(line, section_251_of(rates, book.arcs, line, "waiting", None), "", "", "children", book.rate(rate), "", row)


def _place_rows(book: _Book, programme: Programme, ledger: pd.DataFrame) -> None:
    """Places, episodes and years open, whose ledger rows have one price each; what follows the last year is a multiple of the last."""
    arcs, rates, options = book.arcs, book.rates, programme.options
    unit_at = {str(unit): number for number, unit in enumerate(arcs.units["unit"])}
    option_at = {str(name): number for number, name in enumerate(options["option"])}
    years = [str(year) for year in book.demand.years]
    wanted = arcs.units.assign(phase="", need="", band="")
    number_at = {
        (line, per): find_rows(book.frame, line, per, wanted)
        for line, per in {*((line, "place_year") for line in rates.place), *((line, "episode") for line in rates.episode)}
    }
    mine = ledger[ledger["quantity_unit"].isin(["places", "episodes", "options"])]
    for (line, code, unit, option, counted), part in mine.groupby(["line", "section_251", "unit", "option", "quantity_unit"], sort=False):
        quantity = part.set_index("academic_year")["quantity"].reindex([*years, "after"], fill_value=0.0).to_numpy(dtype=float).copy()
        at = unit_at[str(unit)]
        if counted == "episodes":
            tail = 0.0
        else:
            tail = float(rates.option_tail[option_at[str(option)]] if option else rates.unit_tail[at])
        quantity[-1] = quantity[-2] * tail
        if counted == "options":
            row = options.iloc[option_at[str(option)]]
            value = float(rates.option_running[str(line)][option_at[str(option)]])
            price = book.own("option_year", str(line), value, row)
        else:
            number = int(number_at[(str(line), "episode" if counted == "episodes" else "place_year")][at])
            if number < 0:
                continue
            price = book.rate(number)
        book.add(str(line), str(code), str(unit), str(option), str(counted), price, "", quantity)
    places = arcs.units["places"].fillna(0.0).to_numpy(dtype=float)
    for line, paid in rates.place.items():
        for at in np.nonzero((paid != 0) & (places > 0))[0].tolist():
            number = int(number_at[(line, "place_year")][at])
            if number >= 0:
                book.add_base(line, book.rate(number), str(arcs.units["provision_type"].iloc[at]), float(places[at]))


def _capital_rows(book: _Book, programme: Programme, solution: Solution) -> None:
    """Openings and places built, by the year of opening, which sets their price, spread over the years in which they are paid for."""
    rates, options, horizon = book.rates, programme.options, book.demand.horizon
    names, years = list(options["option"]), tuple(str(year) for year in book.demand.years)
    opened = option_matrix(solution, names, years, "open")
    blocks = option_matrix(solution, names, years, "blocks")
    unit_at = {str(unit): number for number, unit in enumerate(book.arcs.units["unit"])}
    kinds, hosts = book.arcs.units["provision_type"].astype(str), [unit_at[str(unit)] for unit in options["unit"]]
    codes = [section_251_of(rates, book.arcs, "capital", kinds.iloc[host], host) for host in hosts]
    for at, name in enumerate(names):
        row = options.iloc[at]
        per_block = float(row["block_places"])
        value = float(rates.capital_per_block[at])
        grows = np.maximum(np.diff(blocks[at]), 0.0) if row["kind"] != "close_unit" else np.zeros(horizon)
        parts = (
            ("opening", float(rates.capital_fixed[at]), np.maximum(np.diff(opened[at]), 0.0)),
            ("place_built", value / per_block if per_block else value, grows * (per_block or 1.0)),
        )
        for kind, price, amount in parts:
            for year in (np.nonzero(amount)[0] + 1).tolist() if price else []:
                spent = np.zeros(horizon + 2)
                for back, share in enumerate(rates.capital_spread[at]):
                    spent[max(year - back, 0)] += share * amount[year - 1]
                spent[-1] = -amount[year - 1] * rates.capital_residual[at, year] / rates.discount[-1]
                ident = book.own(kind, "capital", price, row)
                book.add("capital", codes[at], str(row["unit"]), str(name), "pounds of capital", ident, years[year], spent)


def _rows(book: _Book, ledger: pd.DataFrame, years: list[str]) -> pd.DataFrame:
    """The detail in the order of the ledger, with what no unit price explains as rows of their own."""
    keys = ["line", "section_251", "unit", "option", "quantity_unit"]
    labels = ledger.drop_duplicates(keys).set_index(keys)[["fund", "provision_type"]]
    paid = ledger.pivot_table(index=keys, columns="academic_year", values="cash_gbp", aggfunc="sum").reindex(columns=years).fillna(0.0)
    value = {str(price["price"]): float(price["value_gbp"]) * float(price["factor"]) for price in book.prices.values()}  # type: ignore[arg-type]
    explained: dict[tuple[str, ...], np.ndarray] = {}
    rows: list[tuple[object, ...]] = []
    counted = {str(price["price"]): price["counted"] for price in book.prices.values()}
    for (line, code, unit, option, unit_of_count, price, index_year), amounts in book.found.items():
        key = (str(line), str(code), str(unit), str(option), str(unit_of_count))
        if not amounts.any() or key not in labels.index:
            continue
        index = uprating(book.rates, str(line), str(index_year), years)
        explained[key] = explained.get(key, np.zeros(len(years))) + amounts * value[str(price)] * index
        rows.append((*key, price, counted[str(price)], index_year, *amounts))
    for key, cash in zip(paid.index, paid.to_numpy(), strict=True):
        left = cash - explained.get(tuple(str(part) for part in key), 0.0)
        if np.abs(left).max() > PENNY:
            rows.append((*key, UNPRICED, "pounds", years[0], *left))
    frame = pd.DataFrame(rows, columns=[*keys, "price", "counted", "index_year", *years])
    joined = frame.join(labels, on=keys)
    return joined[[*GROUP, "price", "counted", "index_year", *years]]


def uprating(rates: Rates, line: str, index_year: str, years: list[str] | tuple[str, ...]) -> Floats:
    """(H+2,) the price index of a line for the base year, every year planned and after; of one year throughout where one is named."""
    index = np.append(rates.uprating[line], rates.uprating[line][-1])
    return np.full(len(index), index[list(years).index(index_year)]) if index_year else index


def money_detail(
    scenario: Scenario,
    county: County,
    demand: Demand,
    arcs: Arcs,
    rates: Rates,
    programme: Programme,
    solution: Solution,
    here: Presence,
    ledger: pd.DataFrame,
) -> MoneyDetail:
    """Split a ledger by unit price.

    Children, journeys and capital are counted again from the answer; places, episodes and years open are the ledger's
    own. What the prices do not explain stands in rows priced ``UNPRICED``, so that the detail always adds up to the ledger.
    """
    factors = {line: float(scenario.money.price_factor.get(line, 1.0)) for line in LINE_FUND}  # type: ignore[call-overload]
    factors["capital"] *= 1.0 + scenario.money.optimism_bias
    book = _Book(county, demand, arcs, rates, factors, rates_frame(county.rates))
    ledger = ledger.assign(**{name: ledger[name].fillna("").astype(str) for name in ("unit", "option", "section_251")})
    years = [*(str(year) for year in demand.years), f"after {demand.years[-1]}"]
    steps: tuple[Callable[[], None], ...] = (
        lambda: _child_rows(book, here),
        lambda: _waiting_rows(book, here),
        lambda: _place_rows(book, programme, ledger),
        lambda: _capital_rows(book, programme, solution),
    )
    for step in steps:
        step()
    rows = _rows(book, ledger, years)
    prices = list(book.prices.values())
    if (rows["price"] == UNPRICED).any():
        prices.append({**book._price("", UNPRICED, "Costs that no unit price explains", 1.0, "", None), "price": UNPRICED, "factor": 1.0})
    named = _named(county, prices)
    ids = {str(old): f"P{number:03d}" for number, old in enumerate(named["price"], start=1) if old != UNPRICED} | {UNPRICED: UNPRICED}
    return MoneyDetail(
        named.assign(price=named["price"].map(ids)),
        _in_order(rows, ids, [*GROUP, "price", "index_year"]),
        _in_order(_base(book), ids, ["fund", "line", "provision_type", "price"]),
        tuple(years),
    )


def _named(county: County, prices: list[dict[str, object]]) -> pd.DataFrame:
    names = ["price", "line", "per", "counted", "basis", "what", "value_gbp", "factor", "price_year", "source", "quality", "place"]
    frame = pd.DataFrame(prices, columns=names)
    titles = dict(zip(county.table("sources")["source"], county.table("sources")["title"], strict=True))
    frame["source_title"] = [str(titles.get(source, "Assumption" if source == "assumption" else source)) for source in frame["source"]]
    frame["line_title"] = [LINE_TITLES.get(line, "") for line in frame["line"]]
    frame["fund"] = [FUND_TITLES.get(LINE_FUND.get(line, ""), "") for line in frame["line"]]
    order = {line: number for number, line in enumerate(LINE_FUND)}
    return (
        frame.assign(order=frame["line"].map(order).fillna(99))
        .sort_values(["order", "per", "price"], kind="stable", ignore_index=True)
        .drop(columns="order")
    )


def _base(book: _Book) -> pd.DataFrame:
    counted = {str(price["price"]): price["counted"] for price in book.prices.values()}
    rows = [(LINE_FUND[line], line, kind, price, counted[price], amount) for (line, kind, price), amount in book.base.items()]
    names = ["fund", "line", "provision_type", "price", "counted", "quantity"]
    return pd.DataFrame(rows, columns=names)


def _in_order(frame: pd.DataFrame, ids: dict[str, str], keys: list[str]) -> pd.DataFrame:
    """A frame with prices renumbered and its rows in order."""
    return frame.assign(price=frame["price"].map(ids)).sort_values(keys, kind="stable", ignore_index=True)
