"""The sheet in the shape of the DSG management plan: opening deficit, income, expenditure by line, gap and cumulative deficit."""

from __future__ import annotations

from planner.finance.plan import ALL_INCOME, ALL_SPENDING, CLOSING, IN_YEAR, INCOME_TITLES, LINE_OF, OPENING, SPENDING, SUPPORT
from planner.finance.position import other_high_needs_spend
from planner.names import FUND_TITLES, PROVISION_TITLES, Fund
from planner.report.finance_book.data import Money, Where
from planner.report.finance_book.inputs import narrow, year_headers
from planner.report.finance_book.kit import LABELS, TOTAL_COLUMN, UNCHANGED, Book, Sheet
from planner.report.finance_book.workings import FIRST, LEDGER_CASH, LEDGER_STEP

ROWS = (OPENING, *INCOME_TITLES, ALL_INCOME, *SPENDING, ALL_SPENDING, IN_YEAR, CLOSING)
_TOTALS = (ALL_INCOME, ALL_SPENDING, IN_YEAR, CLOSING)
_POSITION_ROW = {OPENING: 0, INCOME_TITLES[0]: 3, INCOME_TITLES[1]: 4, INCOME_TITLES[2]: 5}
"""The row of the sheet DSG position, from its first, that a row here repeats."""


def plan_sheet(book: Book, data: Money, where: Where) -> None:
    """The high needs block line by line: expenditure by setting added up from the ledger, the rest from the sheet DSG position."""
    sheet = book.sheet("DSG plan")
    where.sheets["DSG plan"] = sheet
    about = "High needs block in the line order of the DSG management plan, pounds; a gap or deficit is positive"
    sheet.heading("DSG plan", about, UNCHANGED)
    years = list(data.years[1:-1])
    sheet.headers(5, [*year_headers(data, "Line of the management plan")[:TOTAL_COLUMN], "", "", *years], year_from=TOTAL_COLUMN)
    written = data.plan.set_index(["line", "financial_year"])["amount_gbp"].to_dict()
    for offset, title in enumerate(ROWS):
        row = FIRST + offset
        sheet.text(row, 0, title, "total_label" if title in _TOTALS else "text")
        for step, year in enumerate(years, start=1):
            formula = _formula(data, where, title, step)
            style = "money_total" if title in _TOTALS else "money"
            sheet.formula(row, LABELS + step, formula, float(written[(title, year)]), style)
        where.row[("DSG plan", title)] = row
    _written(sheet, data, where, years)
    narrow(sheet, 1)
    sheet.sheet.freeze_panes(FIRST, 1)
    sheet.finish()


def _formula(data: Money, where: Where, title: str, step: int) -> str:
    sheet = where.sheets["DSG plan"]
    column = LABELS + step

    def at(name: str) -> str:
        return sheet.ref(FIRST + ROWS.index(name), column, columns_fixed=False).split("!")[1]

    if title in _POSITION_ROW:
        return f"={where.ref('DSG position', 'opening', column)}" if title == OPENING else _income(where, title, column)
    if title == ALL_INCOME:
        return f"=SUM({at(INCOME_TITLES[0])}:{at(INCOME_TITLES[-1])})"
    if title == ALL_SPENDING:
        return f"=SUM({at(SPENDING[0])}:{at(SPENDING[-1])})"
    if title == IN_YEAR:
        return f"={at(ALL_SPENDING)}-{at(ALL_INCOME)}"
    if title == CLOSING:
        return f"={at(OPENING)}+{at(IN_YEAR)}"
    spent = _spending(where, title, step)
    if title == SUPPORT and other_high_needs_spend(data.county):
        spent += f"+{where.sheets['DSG position'].ref(where.row[('DSG position', 'opening')] + 2, column)}"
    return f"={spent}"


def _income(where: Where, title: str, column: int) -> str:
    return f"={where.sheets['DSG position'].ref(where.row[('DSG position', 'opening')] + _POSITION_ROW[title], column)}"


def _spending(where: Where, title: str, step: int) -> str:
    """The autumn share of a year's ledger and the rest of the year before (the base year's before the first), for a line's settings."""
    funds, kinds, steps, cash = (where.block("Ledger", column) for column in (0, 3, LEDGER_STEP, LEDGER_CASH))
    base = [where.block("Base year", column) for column in (0, 2, 7)]
    fund = f'"{FUND_TITLES[Fund.HIGH_NEEDS]}"'
    settings = [PROVISION_TITLES[kind] for kind, line in LINE_OF.items() if line == title]
    if not settings:
        return "0"

    def year(number: int) -> str:
        return "+".join(f'SUMIFS({cash},{funds},{fund},{kinds},"{name}",{steps},{number})' for name in settings)

    def start() -> str:
        return "+".join(f'SUMIFS({base[2]},{base[0]},{fund},{base[1]},"{name}")' for name in settings)

    return f"Autumn_share*({year(step)})+(1-Autumn_share)*({year(step - 1) if step > 1 else start()})"


def _written(sheet: Sheet, data: Money, where: Where, years: list[str]) -> None:
    """What the run wrote in dsg_plan.csv, for the check."""
    row = FIRST + len(ROWS) + 1
    sheet.section(row, "As the run wrote it: dsg_plan.csv")
    written = data.plan.set_index(["line", "financial_year"])["amount_gbp"].to_dict()
    for title in ROWS:
        row += 1
        sheet.text(row, 0, title, "stored_text")
        for step, year in enumerate(years, start=1):
            sheet.number(row, LABELS + step, float(written[(title, year)]), "stored")
        where.row[("DSG plan", f"written {title}")] = row


def plan_check(data: Money, where: Where) -> str:
    """The formula of the check: expenditure by line against the plan's cost to the block, and the closing deficit."""
    sheet, position = where.sheets["DSG plan"], where.sheets["DSG position"]
    first, last = LABELS + 1, LABELS + len(data.years) - 2
    top, spent, closing = (
        where.row[("DSG position", "opening")],
        where.row[("DSG plan", ALL_SPENDING)],
        where.row[("DSG plan", CLOSING)],
    )
    cost = f"{position.span(top + 1, top + 1, first, last)}-{position.span(top + 2, top + 2, first, last)}"
    deficit = f"{sheet.span(closing, closing, first, last)}-{position.span(top + 7, top + 7, first, last)}"
    return f"=ROUND(SUMPRODUCT(ABS({sheet.span(spent, spent, first, last)}-{cost}))+SUMPRODUCT(ABS({deficit})),2)"


def plan_written(data: Money, where: Where) -> str:
    """The formula of the check against what the run wrote, every line and year."""
    sheet = where.sheets["DSG plan"]
    first, last = LABELS + 1, LABELS + len(data.years) - 2
    top, bottom = where.row[("DSG plan", ROWS[0])], where.row[("DSG plan", ROWS[-1])]
    start, end = where.row[("DSG plan", f"written {ROWS[0]}")], where.row[("DSG plan", f"written {ROWS[-1]}")]
    return f"=ROUND(SUMPRODUCT(ABS({sheet.span(top, bottom, first, last)}-{sheet.span(start, end, first, last)})),2)"
