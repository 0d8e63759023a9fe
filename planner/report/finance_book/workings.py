"""The sheets that turn quantities into pounds: quantities, cost, the base year and the ledger."""

from __future__ import annotations

import numpy as np
import pandas as pd
from xlsxwriter.utility import xl_col_to_name

from planner.finance.detail import GROUP, uprating
from planner.names import FUND_TITLES, LINE_TITLES, PROVISION_TITLES
from planner.report.finance_book.data import Money, Where
from planner.report.finance_book.inputs import IN_USE, price_effects
from planner.report.finance_book.kit import LABELS, TOTAL_COLUMN, UNCHANGED, Book, Sheet

FIRST = 6
"""The row of the first figures on every sheet of workings; the same row is the same cost on the sheets Quantities and Cost."""

PRICE_AT = 5
LEDGER_COLUMNS = (
    "Fund", "Line", "Section 251 line", "Provision", "Unit", "Name of the unit", "Option", "Academic year", "Year column",
    "Quantity", "What is counted", "Unit prices", "Price in use, £, or average of several", "Cash, £", "Discount factor",
    "Present value, £", "Cash in ledger.csv, £", "Present value in ledger.csv, £", "Cash less ledger.csv, £",
)  # fmt: skip
LEDGER_CASH, LEDGER_PRESENT, LEDGER_STEP, LEDGER_GAP = 13, 15, 8, 18


def quantities_sheet(book: Book, data: Money, where: Where) -> None:
    """What the plan uses, as values: children, places, episodes, journeys, openings and places built."""
    sheet = book.sheet("Quantities")
    where.sheets["Quantities"] = sheet
    sheet.heading(
        "Quantities",
        "What the plan uses, from the model: child-years, places, episodes, journeys, openings. Values, not formulas",
        UNCHANGED,
    )
    names = ["Fund", "Line", "Provision", "Unit", "Option", "Unit price", "What is counted", "Total", *data.years, "Priced as in"]
    sheet.headers(5, names, year_from=TOTAL_COLUMN, repeat=True)
    sheet.wide = True
    years = list(data.years)
    last = xl_col_to_name(LABELS + len(years) - 1)
    for row, record in enumerate(data.detail.rows.to_dict("records"), start=FIRST):
        _labels(sheet, row, record)
        sheet.text(row, 6, record["counted"])
        amounts = [float(record[year]) for year in years]
        sheet.formula(row, TOTAL_COLUMN, f"=SUM({xl_col_to_name(LABELS)}{row + 1}:{last}{row + 1})", sum(amounts), "count")
        for column, amount in enumerate(amounts, start=LABELS):
            sheet.number(row, column, amount, "quantity")
        sheet.text(row, LABELS + len(years), record["index_year"] or "the year itself", "after")
    where.span["Quantities"] = (FIRST, FIRST + max(len(data.detail.rows) - 1, 0))
    _finish(sheet)


def _labels(sheet: Sheet, row: int, record: dict[str, object]) -> None:
    labels = (FUND_TITLES, LINE_TITLES, {**PROVISION_TITLES, "waiting": PROVISION_TITLES["waiting"]})
    for column, (titles, name) in enumerate(zip(labels, ("fund", "line", "provision_type"), strict=True)):
        sheet.text(row, column, titles.get(str(record[name]), str(record[name])))
    for column, name in enumerate(("unit", "option", "price"), start=3):
        sheet.text(row, column, record.get(name, ""))


def _finish(sheet: Sheet, columns: int = 3) -> None:
    sheet.sheet.freeze_panes(FIRST, columns)
    sheet.finish()


def cost_sheet(book: Book, data: Money, where: Where) -> None:
    """Quantity times price times index, row by row as on the sheet Quantities, and the weights of the prices."""
    sheet = book.sheet("Cost")
    where.sheets["Cost"] = sheet
    sheet.heading("Cost", "Pounds: quantity x price in use x price index, each row as on the sheet Quantities", UNCHANGED)
    years = list(data.years)
    end = LABELS + len(years)
    extra = ["Present value, £", "Quantity, discounted and indexed", "Quantity, indexed"]
    names = ["Fund", "Line", "Provision", "Unit", "Option", "Unit price", "Price in use, £", "Total, £", *years, *extra]
    sheet.headers(5, names, year_from=TOTAL_COLUMN, repeat=True)
    sheet.wide = True
    discount = data.discount
    weights: dict[str, tuple[float, float, float]] = {}
    for row, record in enumerate(data.detail.rows.to_dict("records"), start=FIRST):
        _labels(sheet, row, record)
        price, line, fixed = str(record["price"]), str(record["line"]), str(record["index_year"])
        value = where.value[("price", price)]
        sheet.formula(row, 6, f"={where.ref('Unit prices', price, IN_USE)}", value, "pennies")
        amounts = np.array([float(record[year]) for year in years])
        index = uprating(data.rates, line, fixed, data.years)
        cash = amounts * value * index
        where.value[("cash", str(row))] = cash
        first, last = xl_col_to_name(LABELS), xl_col_to_name(end - 1)
        quantities = f"'Quantities'!{first}{row + 1}:{last}{row + 1}"
        factors = where.sheets["Timing"].span(where.row[("Timing", "discount")], where.row[("Timing", "discount")], LABELS, end - 1)
        prices = _indices(data, where, line, fixed, end)
        for step, pounds in enumerate(cash.tolist()):
            letter = xl_col_to_name(LABELS + step)
            formula = f"='Quantities'!{letter}{row + 1}*$G{row + 1}*{_index(data, where, line, fixed, step)}"
            sheet.formula(row, LABELS + step, formula, pounds, "money")
        sheet.formula(row, TOTAL_COLUMN, f"=SUM({first}{row + 1}:{last}{row + 1})", float(cash.sum()), "money")
        sheet.formula(row, end, f"=SUMPRODUCT({first}{row + 1}:{last}{row + 1},{factors})", float(cash @ discount), "money")
        both = f"=SUMPRODUCT({quantities},{factors}){prices}" if fixed else f"=SUMPRODUCT({quantities},{factors},{prices})"
        alone = f"=SUM({quantities}){prices}" if fixed else f"=SUMPRODUCT({quantities},{prices})"
        sheet.formula(row, end + 1, both, float((amounts * index) @ discount), "count")
        sheet.formula(row, end + 2, alone, float((amounts * index).sum()), "count")
        old = weights.get(price, (0.0, 0.0, 0.0))
        new = (float((amounts * index) @ discount), float((amounts * index).sum()), float(cash.sum()))
        weights[price] = (old[0] + new[0], old[1] + new[1], old[2] + new[2])
    where.span["Cost"] = (FIRST, FIRST + max(len(data.detail.rows) - 1, 0))
    where.value[("cost", "columns")] = (PRICE_AT, end + 1, end + 2, TOTAL_COLUMN)
    _finish(sheet)
    price_effects(data, where, weights, (PRICE_AT, end + 1, end + 2, TOTAL_COLUMN))


def _index(data: Money, where: Where, line: str, fixed: str, step: int) -> str:
    """The cell of the price index for a line in a year, or in the one year that sets the price."""
    if ("Timing", line) not in where.row:
        return "1"
    column = data.column(fixed) if fixed else LABELS + step
    return where.ref("Timing", line, column, columns_fixed=bool(fixed))


def _indices(data: Money, where: Where, line: str, fixed: str, end: int) -> str:
    """The indices of a line over all years, or the one that sets the price as a factor."""
    row = where.row[("Timing", line)]
    return f"*{where.ref('Timing', line, data.column(fixed))}" if fixed else where.sheets["Timing"].span(row, row, LABELS, end - 1)


def base_year_sheet(book: Book, data: Money, where: Where) -> None:
    """What the children and places of the census cost, which the first financial year needs the rest of."""
    sheet = book.sheet("Base year")
    where.sheets["Base year"] = sheet
    about = f"What {data.years[0]} costs before anything is decided; part of the first financial year and of no total of the plan"
    sheet.heading("Base year", about, UNCHANGED)
    sheet.headers(5, ["Fund", "Line", "Provision", "Unit price", "What is counted", "Quantity", "Price in use, £", "Cash, £"], repeat=True)
    row = FIRST
    for record in data.detail.base.to_dict("records"):
        price, quantity = str(record["price"]), float(record["quantity"])
        sheet.text(row, 0, FUND_TITLES[str(record["fund"])])
        sheet.text(row, 1, LINE_TITLES[str(record["line"])])
        sheet.text(row, 2, PROVISION_TITLES.get(str(record["provision_type"]), ""))
        sheet.text(row, 3, price)
        sheet.text(row, 4, record["counted"])
        sheet.number(row, 5, quantity, "quantity")
        value = where.value[("price", price)]
        sheet.formula(row, 6, f"={where.ref('Unit prices', price, IN_USE)}", value, "pennies")
        sheet.formula(row, 7, f"=F{row + 1}*G{row + 1}", quantity * value, "pennies")
        key = ("base", str(record["line"]))
        where.value[key] = where.value.get(key, 0.0) + quantity * value
        row += 1
    where.span["Base year"] = (FIRST, max(row - 1, FIRST))
    _finish(sheet)


def ledger_sheet(book: Book, data: Money, where: Where) -> None:
    """Every row of ledger.csv: its cash added up from the rows of the sheet Cost, discounted, beside what the run wrote."""
    sheet = book.sheet("Ledger")
    where.sheets["Ledger"] = sheet
    sheet.heading(
        "Ledger", "One row for each row of ledger.csv: cash from the sheet Cost, then discounted; the run's own figures in grey", UNCHANGED
    )
    sheet.headers(5, list(LEDGER_COLUMNS), repeat=True)
    sheet.wide = True
    groups = _groups(data)
    rows = data.ledger.to_dict("records")
    cash_by: dict[tuple[str, int], float] = {}
    for row, record in enumerate(rows, start=FIRST):
        step = data.years.index(str(record["academic_year"]))
        cash = _ledger_row(sheet, data, where, row, record, step, groups[tuple(str(record[name]) for name in GROUP)])
        key = (str(record["line"]), step)
        cash_by[key] = cash_by.get(key, 0.0) + cash
    where.value[("ledger", "cash")] = cash_by
    where.span["Ledger"] = (FIRST, FIRST + max(len(rows) - 1, 0))
    sheet.sheet.autofilter(5, 0, FIRST + max(len(rows) - 1, 0), len(LEDGER_COLUMNS) - 1)
    _finish(sheet, 2)


def _groups(data: Money) -> dict[tuple[str, ...], tuple[int, int, list[str]]]:
    """For each ledger row, its year apart: first and last row on the sheet Cost, and its prices."""
    groups: dict[tuple[str, ...], tuple[int, int, list[str]]] = {}
    keys = data.detail.rows[GROUP].astype(str)
    for number, (key, price) in enumerate(zip(keys.itertuples(index=False, name=None), data.detail.rows["price"].astype(str), strict=True)):
        first, _, prices = groups.get(key, (number, number, []))
        groups[key] = (first, number, prices if price in prices else [*prices, price])
    return groups


def _ledger_row(
    sheet: Sheet, data: Money, where: Where, row: int, record: dict[str, object], step: int, group: tuple[int, int, list[str]]
) -> float:
    first, last, prices = group
    at, letter = row + 1, xl_col_to_name(LABELS + step)
    cash = float(sum(where.value[("cash", str(FIRST + number))][step] for number in range(first, last + 1)))
    discount = float(data.discount[step])
    titles = (FUND_TITLES[str(record["fund"])], LINE_TITLES[str(record["line"])], record["section_251"], PROVISION_TITLES.get(str(record["provision_type"]), ""))  # fmt: skip
    for column, text in enumerate((*titles, record["unit"], data.unit_names.get(str(record["unit"]), ""), record["option"], record["academic_year"])):  # fmt: skip
        sheet.text(row, column, text)
    sheet.number(row, LEDGER_STEP, step, "number")
    quantity = float(record["quantity"])  # type: ignore[arg-type]
    sheet.number(row, 9, quantity, "quantity")
    sheet.text(row, 10, record["quantity_unit"], "after")
    sheet.text(row, 11, " ".join(prices) if len(prices) <= 6 else f"{len(prices)} prices, see Cost", fit=len(prices) <= 2)
    if len(prices) == 1:
        sheet.formula(row, 12, f"={where.ref('Unit prices', prices[0], IN_USE)}", where.value[("price", prices[0])], "pennies")
    else:
        sheet.formula(row, 12, f"=IF(J{at}=0,0,N{at}/J{at})", cash / quantity if quantity else 0.0, "pennies")
    sheet.formula(row, LEDGER_CASH, f"=SUM('Cost'!{letter}{FIRST + first + 1}:{letter}{FIRST + last + 1})", cash, "pennies")
    sheet.formula(row, 14, f"={where.ref('Timing', 'discount', LABELS + step)}", discount, "factor")
    sheet.formula(row, LEDGER_PRESENT, f"=N{at}*O{at}", cash * discount, "pennies")
    sheet.number(row, 16, float(record["cash_gbp"]), "stored")  # type: ignore[arg-type]
    sheet.number(row, 17, float(record["present_value_gbp"]), "stored")  # type: ignore[arg-type]
    sheet.formula(row, LEDGER_GAP, f"=N{at}-Q{at}", cash - float(record["cash_gbp"]), "pennies")  # type: ignore[arg-type]
    return cash


def plain(ledger: pd.DataFrame) -> pd.DataFrame:
    """The ledger with its empty labels as empty text."""
    return ledger.assign(**{name: ledger[name].fillna("").astype(str) for name in ("unit", "option", "section_251", "provision_type")})
