"""The sheets that add up: academic years, Section 251 lines, financial years and the position of the grant."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd
from xlsxwriter.utility import xl_col_to_name

from planner.names import FUND_TITLES, LINE_FUND, LINE_TITLES, NOT_IN_SECTION_251, SECTION_251_TITLES, Fund
from planner.report.finance_book.data import Floats, Money, Where
from planner.report.finance_book.inputs import narrow, year_headers
from planner.report.finance_book.kit import LABELS, TOTAL_COLUMN, UNCHANGED, Book, Sheet
from planner.report.finance_book.workings import FIRST, LEDGER_CASH, LEDGER_STEP

Cells = Callable[[str, int, int], tuple[str, float]]
"""The formula and the value of a line in a row and a year's step."""


def _fund_rows(sheet: Sheet, data: Money, where: Where, steps: range, cell: Cells, style: str = "money") -> None:
    """Lines grouped by fund, each fund's total and the grand total, over columns of years; the column before them is the sum."""
    first, last = xl_col_to_name(LABELS + steps.start), xl_col_to_name(LABELS + steps.stop - 1)
    row, totals, grand = FIRST, [], np.zeros(len(data.years))
    for fund in dict.fromkeys(LINE_FUND[line] for line in data.lines):
        lines = [line for line in data.lines if LINE_FUND[line] == fund]
        top, sums = row, np.zeros(len(data.years))
        for line in lines:
            sheet.text(row, 0, LINE_TITLES[line])
            for step in steps:
                formula, value = cell(line, row, step)
                sheet.formula(row, LABELS + step, formula, value, style)
                sums[step] += value
                where.value[(sheet.name, f"{line} {step}")] = value
            mine = sum(where.value[(sheet.name, f"{line} {step}")] for step in steps)
            sheet.formula(row, TOTAL_COLUMN, f"=SUM({first}{row + 1}:{last}{row + 1})", mine, style)
            where.row[(sheet.name, line)] = row
            row += 1
        _total_row(sheet, where, row, f"{FUND_TITLES[fund]}, total", fund, steps, sums, f"SUM({{0}}{top + 1}:{{0}}{row})", style)
        totals.append(row)
        grand += sums
        row += 2
    adding = "+".join(f"{{0}}{total + 1}" for total in totals) or "0"
    _total_row(sheet, where, row, "All funds, total", "all", steps, grand, adding, style)
    where.row[(sheet.name, "next")] = row + 2


def _total_row(sheet: Sheet, where: Where, row: int, title: str, key: str, steps: range, values: Floats, adding: str, style: str) -> None:
    sheet.text(row, 0, title, "total_label")
    for column in (TOTAL_COLUMN, *(LABELS + step for step in steps)):
        value = float(values[list(steps)].sum()) if column == TOTAL_COLUMN else float(values[column - LABELS])
        sheet.formula(row, column, "=" + adding.format(xl_col_to_name(column)), value, f"{style}_total")
    where.row[(sheet.name, key)] = row
    where.value[(sheet.name, key)] = values


def academic_sheet(book: Book, data: Money, where: Where) -> None:
    """Cash by fund, line and academic year, added up from the ledger, and its present value."""
    sheet = book.sheet("Academic years")
    where.sheets["Academic years"] = sheet
    sheet.heading("Academic years", "Cash of the plan by fund, line and academic year, pounds; added up from the ledger", UNCHANGED)
    sheet.headers(5, [*year_headers(data, "Fund and line")[:TOTAL_COLUMN], "Total, £", *data.years], year_from=TOTAL_COLUMN)
    lines, steps_at, cash_at = where.block("Ledger", 1), where.block("Ledger", LEDGER_STEP), where.block("Ledger", LEDGER_CASH)
    cash: dict[tuple[str, int], float] = where.value[("ledger", "cash")]

    def cell(line: str, row: int, step: int) -> tuple[str, float]:
        return f"=SUMIFS({cash_at},{lines},$A{row + 1},{steps_at},{step})", cash.get((line, step), 0.0)

    steps = range(len(data.years))
    _fund_rows(sheet, data, where, steps, cell)
    row, all_row = where.row[("Academic years", "next")], where.row[("Academic years", "all")]
    totals = where.value[("Academic years", "all")]
    sheet.text(row, 0, "Discount factor")
    sheet.text(row + 1, 0, "Present value, all funds", "total_label")
    for step in steps:
        letter = xl_col_to_name(LABELS + step)
        sheet.formula(row, LABELS + step, f"={where.ref('Timing', 'discount', LABELS + step)}", float(data.discount[step]), "factor")
        sheet.formula(row + 1, LABELS + step, f"={letter}{all_row + 1}*{letter}{row + 1}", float(totals[step] * data.discount[step]), "money_total")  # fmt: skip
    first, last = xl_col_to_name(LABELS), xl_col_to_name(LABELS + len(data.years) - 1)
    present = float(totals @ data.discount)
    sheet.formula(row + 1, TOTAL_COLUMN, f"=SUM({first}{row + 2}:{last}{row + 2})", present, "money_total")
    where.row[("Academic years", "present")] = row + 1
    where.value[("Academic years", "present")] = present
    note = f"{data.years[-1]}: what the horizon-end rule counts after the last year, less the credit for what is left of buildings."
    sheet.text(row + 3, 0, note, fit=False)
    narrow(sheet, 1)
    sheet.widths[TOTAL_COLUMN] = 17.0
    sheet.sheet.freeze_panes(FIRST, 1)
    sheet.finish()


def section_251_sheet(book: Book, data: Money, where: Where) -> None:
    """Cash by Section 251 line and academic year."""
    sheet = book.sheet("Section 251")
    where.sheets["Section 251"] = sheet
    sheet.heading("Section 251", "Cash of the plan by Section 251 line and academic year, pounds; added up from the ledger", UNCHANGED)
    sheet.headers(5, [*year_headers(data, "Section 251 line", "Title")[:TOTAL_COLUMN], "Total, £", *data.years], year_from=TOTAL_COLUMN)
    codes, steps_at, cash_at = where.block("Ledger", 2), where.block("Ledger", LEDGER_STEP), where.block("Ledger", LEDGER_CASH)
    sums = data.ledger.groupby(["section_251", "academic_year"])["cash_gbp"].sum().to_dict()
    first, last = xl_col_to_name(LABELS), xl_col_to_name(LABELS + len(data.years) - 1)
    row = FIRST
    for code in sorted({str(code) for code in data.ledger["section_251"]}):
        if code:
            sheet.text(row, 0, code)
            sheet.text(row, 1, SECTION_251_TITLES.get(code, ""), fit=False)
        else:
            missing = sorted({str(line) for line in data.ledger.loc[data.ledger["section_251"] == "", "line"]})
            sheet.text(row, 0, "None")
            sheet.text(
                row,
                1,
                "; ".join(NOT_IN_SECTION_251.get(line, f"{LINE_TITLES[line]}: no code in the county's rates") for line in missing),
                fit=False,
            )
        wanted = f"$A{row + 1}" if code else '""'
        for step, year in enumerate(data.years):
            formula = f"=SUMPRODUCT(--({codes}={wanted}),--({steps_at}={step}),{cash_at})"
            sheet.formula(row, LABELS + step, formula, float(sums.get((code, year), 0.0)), "money")
        total = float(sum(sums.get((code, year), 0.0) for year in data.years))
        sheet.formula(row, TOTAL_COLUMN, f"=SUM({first}{row + 1}:{last}{row + 1})", total, "money")
        row += 1
    sheet.text(row, 0, "Total", "total_label")
    for column in range(TOTAL_COLUMN, LABELS + len(data.years)):
        letter = xl_col_to_name(column)
        amounts = data.ledger if column == TOTAL_COLUMN else data.ledger[data.ledger["academic_year"] == data.years[column - LABELS]]
        sheet.formula(row, column, f"=SUM({letter}{FIRST + 1}:{letter}{row})", float(amounts["cash_gbp"].sum()), "money_total")
    where.row[("Section 251", "all")] = row
    narrow(sheet, 2)
    sheet.widths[1] = 62.0
    sheet.widths[TOTAL_COLUMN] = 17.0
    sheet.sheet.freeze_panes(FIRST, 1)
    sheet.finish()


def financial_sheet(book: Book, data: Money, where: Where) -> None:
    """Academic years turned into financial years: the autumn share of one and the rest of the one before; capital as it is spent."""
    sheet = book.sheet("Financial years")
    where.sheets["Financial years"] = sheet
    about = "Cash by fund, line and financial year, pounds: the autumn share of an academic year and the rest of the one before"
    sheet.heading("Financial years", about, UNCHANGED)
    names = [*year_headers(data, "Fund and line")[:TOTAL_COLUMN], "Total, £", f"Academic year {data.years[0]}", *data.years[1:-1]]
    sheet.headers(5, names, year_from=TOTAL_COLUMN)
    share, academic = data.scenario.money.autumn_share, where.sheets["Academic years"].name
    lines, cash_at = where.block("Base year", 1), where.block("Base year", 7)

    def cell(line: str, row: int, step: int) -> tuple[str, float]:
        letter, before = xl_col_to_name(LABELS + step), xl_col_to_name(LABELS + step - 1)
        source = where.row[("Academic years", line)] + 1
        now = float(where.value[("Academic years", f"{line} {step}")])
        if LINE_FUND[line] == Fund.CAPITAL:
            return f"='{academic}'!{letter}{source}", now
        earlier = f"${before}{row + 1}" if step == 1 else f"'{academic}'!{before}{source}"
        last = float(where.value.get(("base", line), 0.0)) if step == 1 else float(where.value[("Academic years", f"{line} {step - 1}")])
        return f"=Autumn_share*'{academic}'!{letter}{source}+(1-Autumn_share)*{earlier}", share * now + (1.0 - share) * last

    _fund_rows(sheet, data, where, range(1, len(data.years) - 1), cell)
    for line in data.lines:
        row = where.row[("Financial years", line)]
        if LINE_FUND[line] != Fund.CAPITAL:
            value = float(where.value.get(("base", line), 0.0))
            sheet.formula(row, LABELS, f"=SUMIFS({cash_at},{lines},$A{row + 1})", value, "money")
    _written(sheet, data, where)
    narrow(sheet, 1)
    sheet.widths[TOTAL_COLUMN] = 17.0
    sheet.sheet.freeze_panes(FIRST, 1)
    sheet.finish()


def _written(sheet: Sheet, data: Money, where: Where) -> None:
    """What the run wrote in ledger_financial_year.csv, for the checks."""
    row = where.row[("Financial years", "next")]
    sheet.section(row, "As the run wrote it: ledger_financial_year.csv")
    written = data.financial_years.groupby(["line", "financial_year"])["cash_gbp"].sum().to_dict()
    row += 1
    where.row[("Financial years", "written first")] = row
    for line in data.lines:
        sheet.text(row, 0, LINE_TITLES[line], "stored_text")
        for step in range(1, len(data.years) - 1):
            sheet.number(row, LABELS + step, float(written.get((line, data.years[step]), 0.0)), "stored")
        where.row[("Financial years", f"written {line}")] = row
        row += 1


def _series(position: pd.DataFrame, column: str) -> dict[str, float]:
    values = position.set_index("financial_year")[column] if column in position.columns else pd.Series(dtype=float)
    return {str(year): float(value) for year, value in values.items() if pd.notna(value)}


def position_sheet(book: Book, data: Money, where: Where) -> None:
    """The grant year by year as a corkscrew: opening balance, cost less income, closing balance."""
    sheet = book.sheet("DSG position")
    where.sheets["DSG position"] = sheet
    sheet.heading(
        "DSG position",
        "High needs block: deficit at the start, the year's cost less income, deficit at the end; pounds, a deficit is positive",
        UNCHANGED,
    )
    years = list(data.years[1:-1])
    sheet.headers(5, [*year_headers(data, "Deficit of the dedicated schools grant")[:TOTAL_COLUMN], "", "", *years], year_from=TOTAL_COLUMN)
    rows = ("Opening deficit", "High needs cost of the plan", "Other high needs spend, not in the model", "High needs block",
            "Transfers in", "Other income", "Gap in the year", "Closing deficit")  # fmt: skip
    for offset, title in enumerate(rows):
        sheet.text(FIRST + offset, 0, title, "total_label" if offset >= 6 else "text")
    closing = _opening(data)
    block, cost, transfer = (_series(data.position, f"{name}_gbp") for name in ("high_needs_block", "high_needs_cost", "transfer_in"))
    other_income = _series(data.position, "other_income_gbp")
    plan = where.value.get(("Financial years", Fund.HIGH_NEEDS.value), np.zeros(len(data.years)))
    paid = ("Financial years", Fund.HIGH_NEEDS.value) in where.row
    for step, year in enumerate(years, start=1):
        letter, before = xl_col_to_name(LABELS + step), xl_col_to_name(LABELS + step - 1)
        at = [f"{letter}{FIRST + offset + 1}" for offset in range(len(rows))]
        other = _other_spend(data, where)
        values = [closing, float(plan[step]), other[1], block.get(year, 0.0), transfer.get(year, 0.0), other_income.get(year, 0.0)]
        gap = values[1] + values[2] - values[3] - values[4] - values[5]
        closing = values[0] + gap
        formulas = [
            f"={before}{FIRST + 8}" if step > 1 else _opening_cell(data, where),
            f"={where.ref('Financial years', Fund.HIGH_NEEDS.value, LABELS + step, columns_fixed=False)}" if paid else "=0",
            other[0],
            _block_cell(where, year, before, step),
            _given(where, "transfer_in", year),
            _given(where, "other_income", year),
            f"={at[1]}+{at[2]}-{at[3]}-{at[4]}-{at[5]}",
            f"={at[0]}+{at[6]}",
        ]
        for offset, (formula, value) in enumerate(zip(formulas, [*values, gap, closing], strict=True)):
            sheet.formula(FIRST + offset, LABELS + step, formula, value, "money_total" if offset >= 6 else "money")
    where.row[("DSG position", "opening")], where.row[("DSG position", "gap")] = FIRST, FIRST + 6
    where.row[("DSG position", "closing")] = FIRST + 7
    _position_written(sheet, data, where, years, FIRST + 10, cost)
    narrow(sheet, 1)
    sheet.sheet.freeze_panes(FIRST, 1)
    sheet.finish()


def _position_written(sheet: Sheet, data: Money, where: Where, years: list[str], row: int, cost: dict[str, float]) -> None:
    """What the run wrote in dsg_position.csv: the checked columns, then any others, such as the unmitigated position."""
    sheet.section(row, "As the run wrote it: dsg_position.csv")
    titles = {
        "high_needs_cost_gbp": "High needs cost with other spend",
        "in_year_gbp": "Gap in the year",
        "deficit_at_year_end_gbp": "Closing deficit",
    }
    known = {"financial_year", "status", "high_needs_block_gbp", "transfer_in_gbp", "other_income_gbp", *titles}
    others = {name: name.removesuffix("_gbp").replace("_", " ").capitalize() for name in data.position.columns if name not in known}
    for name, title in {**titles, **others}.items():
        values = _series(data.position, name) if pd.api.types.is_numeric_dtype(data.position[name]) else {}
        row += 1
        sheet.text(row, 0, title, "stored_text")
        for step, year in enumerate(years, start=1):
            if year in values:
                sheet.number(row, LABELS + step, values[year], "stored")
        where.row[("DSG position", f"written {name}")] = row


def _published(data: Money, measure: str) -> dict[str, float]:
    table = data.county.table("finance")
    part = table[(table["measure"] == measure) & table["value_gbp"].notna()]
    return dict(zip(part["financial_year"].astype(str), part["value_gbp"].astype(float), strict=True))


def _opening(data: Money) -> float:
    known = {year: value for year, value in _published(data, "deficit_at_year_end").items() if year <= data.years[0]}
    return known[max(known)] if known else 0.0


def _opening_cell(data: Money, where: Where) -> str:
    known = [year for year in _published(data, "deficit_at_year_end") if year <= data.years[0]]
    return f"={where.ref('Inputs', f'deficit_at_year_end {max(known)}', 1)}" if known else "=0"


def _other_spend(data: Money, where: Where) -> tuple[str, float]:
    table = data.county.table("finance").sort_values("financial_year", kind="stable")
    part = table[table["measure"] == "other_high_needs_spend"].dropna(subset=["value_gbp"])
    if part.empty:
        return "=0", 0.0
    last = part.iloc[-1]
    key = f"other_high_needs_spend {last['financial_year']}"
    return f"={where.ref('Inputs', key, 1)}", float(last["value_gbp"])


def _given(where: Where, measure: str, year: str) -> str:
    key = ("Inputs", f"{measure} {year}")
    return f"={where.ref('Inputs', key[1], 1)}" if key in where.row else "=0"


def _block_cell(where: Where, year: str, before: str, step: int) -> str:
    if ("Inputs", f"high_needs_block {year}") in where.row:
        return _given(where, "high_needs_block", year)
    earlier = [key for sheet, key in where.row if sheet == "Inputs" and key.startswith("high_needs_block ") and key.split()[1] < year]
    start = f"{before}{FIRST + 4}" if step > 1 else where.ref("Inputs", max(earlier), 1) if earlier else "0"
    return f"={start}*(1+Block_growth)"
