"""The sheets that a finance officer may change: inputs, unit prices and the clock."""

from __future__ import annotations

import numpy as np

from planner.finance.detail import UNPRICED
from planner.finance.position import scenario_income
from planner.names import LINE_TITLES, Line
from planner.report.finance_book.data import Money, Where
from planner.report.finance_book.kit import LABELS, UNCHANGED, Book, Sheet

PLAN, CHANGED = "Plan", "Changed"
PRICE_COLUMNS = (
    "Unit price", "Line", "What is paid for", "Paid for each", "Price in the book, £", "Changed price, £", "Scenario's factor",
    "Price of the plan, £", "Price in use, £", "Quantity, indexed and discounted", "Effect of the change, present value, £",
    "Quantity, indexed", "Cash, £", "Quantity x price less cash, £", "Price year", "Source", "Quality", "File and line", "Comment",
)  # fmt: skip
BOOK, NEW, FACTOR, OF_PLAN, IN_USE, WEIGHT, EFFECT, INDEXED, CASH, GAP = 4, 5, 6, 7, 8, 9, 10, 11, 12, 13

_PUBLISHED = {
    "high_needs_block": "High needs block",
    "transfer_in": "Transfer in",
    "other_income": "Other income",
    "other_high_needs_spend": "Other high needs spend, not in the model",
    "in_year_overspend": "In-year overspend",
    "deficit_at_year_end": "Deficit at the end of the year",
    "capital_programme": "Capital programme",
}


def _setting(book: Book, where: Where, sheet: Sheet, row: int, name: str, what: str, value: float | str, style: str, note: str) -> None:
    sheet.text(row, 0, what, "wrap")
    if isinstance(value, str):
        sheet.text(row, 1, value, style)
    else:
        sheet.number(row, 1, value, style)
    sheet.text(row, 2, note, "wrap")
    book.name(name, sheet, row, 1)
    where.row[("Inputs", name)] = row


def _steady(values: np.ndarray) -> float | None:
    """The yearly growth of an index that starts at 1 and grows at one rate; None if it does not."""
    rate = float(values[1] / values[0] - 1.0) if len(values) > 1 else 0.0
    return rate if np.allclose(values, (1.0 + rate) ** np.arange(len(values)), rtol=1e-12, atol=0) else None


def inputs_sheet(book: Book, data: Money, where: Where) -> None:
    """The switch, rates of change, and the published figures of the grant."""
    sheet = book.sheet("Inputs")
    where.sheets["Inputs"] = sheet
    sheet.heading("Inputs", "What may be changed here: the switch, rates of change, and published figures of the grant", UNCHANGED)
    money = data.scenario.money
    sheet.headers(5, ["Input", "Value", "Comment"])
    switch = f"Write {CHANGED} to use the changed prices of the sheet Unit prices, {PLAN} to go back to the prices of the plan."
    _setting(book, where, sheet, 6, "Price_switch", "Prices to use", PLAN, "input_text", switch)
    sheet.sheet.data_validation(6, 1, 6, 1, {"validate": "list", "source": [PLAN, CHANGED]})
    _setting(book, where, sheet, 7, "Discount_rate", "Discount rate, a year", money.discount_rate, "input_percent", "The Green Book's rate in real terms is 3.5%.")  # fmt: skip
    autumn = "Share of an academic year in the financial year it starts in: September to March, 7 of 12 months, unless the scenario says otherwise."
    _setting(book, where, sheet, 8, "Autumn_share", "Autumn share of an academic year", money.autumn_share, "input_share", autumn)
    growth = "Growth of the high needs block after the last published block."
    _setting(book, where, sheet, 9, "Block_growth", "Growth of the high needs block, a year", money.block_growth_per_year, "input_percent", growth)  # fmt: skip
    bias = "Uplift of capital for estimates that are too low; it is in every price of capital of the plan."
    _setting(book, where, sheet, 10, "Optimism_bias", "Optimism bias on capital", money.optimism_bias, "input_percent", bias)
    sheet.section(12, "Lines: factor of the scenario and growth of prices")
    sheet.headers(13, ["Line", "Scenario's factor", "Growth of prices a year"])
    row = 14
    for line in data.lines:
        sheet.text(row, 0, LINE_TITLES[line])
        sheet.number(row, 1, float(money.price_factor.get(line, 1.0)), "input_share")  # type: ignore[call-overload]
        steady = _steady(data.rates.uprating[line])
        if steady is not None:
            sheet.number(row, 2, steady, "input_percent")
        else:
            sheet.text(row, 2, "by year, on the sheet Timing")
        where.row[("Inputs", line)] = row
        row += 1
    _published(data, where, sheet, row + 1)
    sheet.widths[0], sheet.widths[1], sheet.widths[2] = 44.0, 22.0, 52.0
    sheet.finish()


def _published(data: Money, where: Where, sheet: Sheet, row: int) -> None:
    sheet.section(row, "Figures of the high needs block, published and set in the scenario")
    sheet.headers(row + 1, ["What", "Pounds", "Financial year", "Status", "Source"])
    row += 2
    sources = dict(zip(data.county.table("sources")["source"], data.county.table("sources")["title"], strict=True))
    for record in [*data.county.table("finance").to_dict("records"), *_set_here(data)]:
        sheet.text(row, 0, _PUBLISHED.get(str(record["measure"]), str(record["measure"]).replace("_", " ")))
        sheet.number(row, 1, float(record["value_gbp"]), "input_pounds")
        sheet.text(row, 2, record["financial_year"], "after")
        sheet.text(row, 3, record["status"])
        source = str(record["source"])
        sheet.text(row, 4, {"assumption": "Assumption", "scenario": "The scenario"}.get(source) or sources.get(source, source), "wrap")
        where.row[("Inputs", f"{record['measure']} {record['financial_year']}")] = row
        row += 1


def _set_here(data: Money) -> list[dict[str, object]]:
    """Income that the scenario sets, which counts in place of the published figure of that year."""
    return [
        {"measure": measure, "value_gbp": amount, "financial_year": year, "status": "set in the scenario", "source": "scenario"}
        for measure, by_year in scenario_income(data.scenario.money).items()
        for year, amount in sorted(by_year.items())
    ]


def prices_sheet(book: Book, data: Money, where: Where) -> None:
    """Every unit price in use, with room for a changed one and what the change comes to.

    Columns that need the sheet Cost are written by ``price_effects`` when it stands.
    """
    sheet = book.sheet("Unit prices")
    where.sheets["Unit prices"] = sheet
    sheet.heading(
        "Unit prices", "Every price in use at base-year prices; write a changed price and set the switch on the sheet Inputs", UNCHANGED
    )
    sheet.headers(5, list(PRICE_COLUMNS), repeat=True)
    sheet.wide = True
    inputs = where.sheets["Inputs"]
    first = row = 6
    for price in data.detail.prices.to_dict("records"):
        value = float(price["value_gbp"]) * float(price["factor"])
        for column, name in enumerate(("price", "line_title", "what", "basis")):
            sheet.text(row, column, price[name], "wrap" if column > 1 else "text")
        sheet.number(row, BOOK, float(price["value_gbp"]), "input_pounds")
        sheet.sheet.write_blank(row, NEW, None, book.formats["input_pounds"])
        line_row = where.row.get(("Inputs", str(price["line"])))
        if line_row is None:
            sheet.number(row, FACTOR, float(price["factor"]), "factor")
        else:
            uplift = "*(1+Optimism_bias)" if price["line"] == Line.CAPITAL else ""
            sheet.formula(row, FACTOR, f"={inputs.ref(line_row, 1)}{uplift}", float(price["factor"]), "factor")
        at = row + 1
        sheet.formula(row, OF_PLAN, f"=E{at}*G{at}", value, "pennies")
        sheet.formula(row, IN_USE, f'=IF(AND(Price_switch="{CHANGED}",ISNUMBER(F{at})),F{at},E{at})*G{at}', value, "pennies")
        for column, name in enumerate(("price_year", "source_title", "quality", "place"), start=GAP + 1):
            sheet.text(row, column, price[name], "wrap")
        sheet.text(row, GAP + 5, "" if price["price"] != UNPRICED else "No price explains this; see the sheet Checks.", "wrap")
        where.row[("Unit prices", str(price["price"]))] = row
        where.value[("price", str(price["price"]))] = value
        row += 1
    where.span["Unit prices"] = (first, max(row - 1, first))
    sheet.sheet.freeze_panes(6, 3)


def price_effects(
    data: Money, where: Where, weights: dict[str, tuple[float, float, float]], cost_columns: tuple[int, int, int, int]
) -> None:
    """What one pound on each price comes to: discounted and indexed quantities, added up from the sheet Cost.

    ``weights`` holds each price's discounted quantity, indexed quantity and cash; ``cost_columns`` are the columns of price,
    discounted quantity, indexed quantity and cash on the sheet Cost.
    """
    sheet = where.sheets["Unit prices"]
    key, discounted, indexed, cash = (where.block("Cost", column) for column in cost_columns)
    first, last = where.span["Unit prices"]
    for price in data.detail.prices["price"].astype(str):
        row, at = where.row[("Unit prices", price)], where.row[("Unit prices", price)] + 1
        one, two, three = weights.get(price, (0.0, 0.0, 0.0))
        sheet.formula(row, WEIGHT, f"=SUMIFS({discounted},{key},$A{at})", one, "count")
        sheet.formula(row, EFFECT, f"=(I{at}-H{at})*J{at}", 0.0, "pennies")
        sheet.formula(row, INDEXED, f"=SUMIFS({indexed},{key},$A{at})", two, "count")
        sheet.formula(row, CASH, f"=SUMIFS({cash},{key},$A{at})", three, "pennies")
        sheet.formula(row, GAP, f"=I{at}*L{at}-M{at}", two * where.value[("price", price)] - three, "pennies")
    total = last + 1
    sheet.text(total, 0, "Total", "total_label")
    for column in (EFFECT, CASH):
        letter = "KM"[column == CASH]
        value = 0.0 if column == EFFECT else sum(weight[2] for weight in weights.values())
        sheet.formula(total, column, f"=SUM({letter}{first + 1}:{letter}{last + 1})", value, "pennies_total")
    book_total = where.sheets["Unit prices"]
    where.row[("Unit prices", "Total")] = total
    book_total.widths.update({2: 46.0, 3: 26.0, 15: 44.0, 18: 30.0})
    book_total.finish()


def timing_sheet(book: Book, data: Money, where: Where) -> None:
    """Year numbers, discount factors and price indices, in the columns in which those years stand everywhere."""
    sheet = book.sheet("Timing")
    where.sheets["Timing"] = sheet
    sheet.heading(
        "Timing", "Discount factors and price indices by academic year; what follows the last year stands in that year's money", UNCHANGED
    )
    sheet.headers(5, year_headers(data, "Clock"), year_from=LABELS)
    sheet.text(6, 0, "Year number")
    sheet.text(7, 0, "Discount factor")
    last = len(data.years) - 2
    letter = sheet.ref
    for step in range(len(data.years)):
        column = LABELS + step
        number = min(step, last)
        sheet.number(6, column, number, "number")
        sheet.formula(7, column, f"=(1+Discount_rate)^-{letter(6, column, columns_fixed=False)}", float(data.discount[step]), "factor")
    where.row[("Timing", "number")], where.row[("Timing", "discount")] = 6, 7
    sheet.section(9, "Price index by line")
    row = 10
    for line in data.lines:
        sheet.text(row, 0, LINE_TITLES[line])
        index, steady = data.index(line), _steady(data.rates.uprating[line])
        growth = where.ref("Inputs", line, 2)
        for step in range(len(data.years)):
            column = LABELS + step
            if steady is None:
                sheet.number(row, column, float(index[step]), "input_share")
            else:
                sheet.formula(row, column, f"=(1+{growth})^{letter(6, column, columns_fixed=False)}", float(index[step]), "factor")
        where.row[("Timing", line)] = row
        row += 1
    narrow(sheet, 1)
    sheet.finish()


def year_headers(data: Money, *labels: str) -> list[str]:
    """Headers of a sheet with years across: labels, empty to the column of totals, then the years."""
    return [*labels, *([""] * (LABELS - len(labels))), *data.years]


def narrow(sheet: Sheet, first: int) -> None:
    """Make the label columns that a sheet does not use narrow, so that years stay in the same column."""
    for column in range(first, LABELS):
        sheet.widths[column] = 1.5
