"""The sheet of the appraisal: each scheme's capital, of which optimism bias, its cost a year, and what it saves at the present mix."""

from __future__ import annotations

import math
from collections.abc import Hashable
from typing import Any

from planner.finance.appraisal import TOTAL
from planner.names import FUND_TITLES, OPTION_KIND_TITLES, Fund
from planner.report.finance_book.data import Money, Where
from planner.report.finance_book.kit import UNCHANGED, Book, Sheet
from planner.report.finance_book.workings import FIRST, LEDGER_CASH, LEDGER_PRESENT, LEDGER_STEP

COLUMNS = (
    "Option", "Name", "Kind", "Opens", "Places (the total without contact bases)", "Capital, £", "Of which optimism bias, £", "Capital, present value, £",
    "Left of buildings, present value, £", "Capital a place, £", "Running cost in the last year, £", "Children in its places",
    "EHCPs avoided", "Saving in the last year, at the present mix, £", "Payback year", "Net present value, at the present mix, £",
    "Cost of each EHCP avoided, £", "Capital as the run wrote it, £", "Its present value as the run wrote it, £",
)  # fmt: skip
CAPITAL, UPLIFT, PRESENT, CREDIT, WRITTEN, WRITTEN_PRESENT = 5, 6, 7, 8, 17, 18
NOTE = (
    "Capital is added up from the ledger and moves with prices. Savings, payback and net present value are what the run worked out at the prices "
    "of the plan: they hold each child against what children alike cost where they are placed in the base year. Compare two runs for what a programme saves."
)


def appraisal_sheet(book: Book, data: Money, where: Where) -> None:
    """One row a scheme that opens: capital from the ledger, the rest as the run worked it out."""
    sheet = book.sheet("Appraisal")
    where.sheets["Appraisal"] = sheet
    sheet.heading("Appraisal", "What each scheme costs and saves; the definitions are in docs/money.md", UNCHANGED)
    sheet.headers(5, list(COLUMNS), repeat=True)
    sheet.wide = True
    rows = [record for record in data.appraisal.to_dict("records") if record["option"] != TOTAL]
    for row, record in enumerate(rows, start=FIRST):
        _scheme(sheet, data, where, row, record)
    last = FIRST + len(rows)
    whole = [record for record in data.appraisal.to_dict("records") if record["option"] == TOTAL]
    if whole:
        _total(sheet, last, whole[0])
    else:
        sheet.text(FIRST, 0, "Nothing opens in this plan.", fit=False)
    where.span["Appraisal"] = (FIRST, max(last - 1, FIRST))
    sheet.text(last + 2, 0, NOTE, fit=False)
    sheet.widths.update({column: max(sheet.widths.get(column, 0.0), 15.0) for column in range(CAPITAL, len(COLUMNS))})
    sheet.sheet.freeze_panes(FIRST, 2)
    sheet.finish()


def _figure(record: dict[Hashable, Any], name: str) -> float:
    return float(record[name])


def _scheme(sheet: Sheet, data: Money, where: Where, row: int, record: dict[Hashable, Any]) -> None:
    at = row + 1
    funds, options, steps, cash, present = (where.block("Ledger", column) for column in (0, 6, LEDGER_STEP, LEDGER_CASH, LEDGER_PRESENT))
    mine = f'{funds},"{FUND_TITLES[Fund.CAPITAL]}",{options},$A{at},{steps}'
    after = len(data.years) - 1
    for column, text in enumerate((record["option"], record["name"], OPTION_KIND_TITLES.get(str(record["kind"]), ""), record["opens"])):
        sheet.text(row, column, text)
    sheet.number(row, 4, _figure(record, "places"), "quantity")
    amounts = {name: _figure(record, f"capital_{name}") for name in ("gbp", "uplift_gbp", "present_value_gbp", "credit_gbp")}
    sheet.formula(row, CAPITAL, f'=SUMIFS({cash},{mine},"<{after}")', amounts["gbp"], "pennies")
    sheet.formula(row, UPLIFT, f"=F{at}*Optimism_bias/(1+Optimism_bias)", amounts["uplift_gbp"], "pennies")
    sheet.formula(row, PRESENT, f'=SUMIFS({present},{mine},"<{after}")', amounts["present_value_gbp"], "pennies")
    sheet.formula(row, CREDIT, f"=-SUMIFS({present},{mine},{after})", amounts["credit_gbp"], "pennies")
    _rest(sheet, row, record)
    sheet.number(row, WRITTEN, amounts["gbp"], "stored")
    sheet.number(row, WRITTEN_PRESENT, amounts["present_value_gbp"], "stored")


def _rest(sheet: Sheet, row: int, record: dict[Hashable, Any]) -> None:
    """Capital a place as a formula, and what the run worked out as values."""
    at, places = row + 1, _figure(record, "places")
    if places and record["option"] != TOTAL:
        sheet.formula(row, 9, f"=F{at}/E{at}", _figure(record, "capital_gbp") / places, "pennies")
    elif places:
        sheet.number(row, 9, _figure(record, "cost_per_place_gbp"), "stored")
    values = (
        (10, "running_cost_gbp", "stored"), (11, "children", "quantity"), (12, "avoided", "quantity"), (13, "yearly_saving_gbp", "stored"),
        (15, "net_present_value_gbp", "stored"), (16, "cost_per_ehcp_avoided_gbp", "stored"),
    )  # fmt: skip
    for column, name, style in values:
        value = _figure(record, name)
        if not math.isnan(value):
            sheet.number(row, column, value, style)
    sheet.text(row, 14, record["payback_year"], "after")


def _total(sheet: Sheet, row: int, record: dict[Hashable, Any]) -> None:
    sheet.text(row, 0, "All schemes", "total_label")
    for column, name in ((CAPITAL, "capital_gbp"), (UPLIFT, "capital_uplift_gbp"), (PRESENT, "capital_present_value_gbp"),
                         (CREDIT, "capital_credit_gbp"), (WRITTEN, "capital_gbp"), (WRITTEN_PRESENT, "capital_present_value_gbp")):  # fmt: skip
        letter = "ABCDEFGHIJKLMNOPQRS"[column]
        sheet.formula(row, column, f"=SUM({letter}{FIRST + 1}:{letter}{row})", _figure(record, name), "pennies_total")
    sheet.number(row, 4, _figure(record, "places"), "quantity_total")
    _rest(sheet, row, record)


def appraisal_check(where: Where) -> str:
    """The formula of the check: capital of all schemes against the ledger's capital, those of the plan's own prices."""
    capital, present = where.block("Appraisal", CAPITAL), where.block("Appraisal", PRESENT)
    pairs = ((capital, where.block("Appraisal", WRITTEN)), (present, where.block("Appraisal", WRITTEN_PRESENT)))
    return f"=ROUND({'+'.join(f'SUMPRODUCT(ABS({mine}-{written}))' for mine, written in pairs)},2)"


def capital_check(data: Money, where: Where) -> str:
    """The formula of the check: capital of all schemes against all capital of the ledger."""
    funds, steps, cash = (where.block("Ledger", column) for column in (0, LEDGER_STEP, LEDGER_CASH))
    whole = f'SUMIFS({cash},{funds},"{FUND_TITLES[Fund.CAPITAL]}",{steps},"<{len(data.years) - 1}")'
    return f"=ROUND(SUM({where.block('Appraisal', CAPITAL)})-{whole},2)"
