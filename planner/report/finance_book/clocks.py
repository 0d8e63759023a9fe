"""The sheet on which the two clocks meet: academic years, financial years, and what lies between them, line by line."""

from __future__ import annotations

from xlsxwriter.utility import xl_col_to_name

from planner.names import LINE_FUND, LINE_TITLES, Fund
from planner.report.finance_book.data import Money, Where
from planner.report.finance_book.kit import LABELS, TOTAL_COLUMN, UNCHANGED, Book
from planner.report.finance_book.workings import FIRST

COLUMNS = (
    "Line", "Academic years, all cash to the last year planned, £", "Less: before the first financial year, £",
    "Less: rest of the last academic year, £", "Plus: rest of the base year, £", "Comes to, £", "Financial years, £", "Difference, £",
    "Financial years as the run wrote them, £",
)  # fmt: skip
COMES_TO, SHOWN, LEFT, WRITTEN = 5, 6, 7, 8


def clocks_sheet(book: Book, data: Money, where: Where) -> None:
    """Each line from the academic years of the ledger to the financial years, with a difference that must be 0.00."""
    sheet = book.sheet("Clock reconciliation")
    where.sheets["Clock reconciliation"] = sheet
    sheet.heading(
        "Clock reconciliation", "From academic years to financial years, line by line, pounds; every difference is 0.00", UNCHANGED
    )
    sheet.headers(5, list(COLUMNS), repeat=True)
    share, last = data.scenario.money.autumn_share, len(data.years) - 2
    academic, financial = where.sheets["Academic years"], where.sheets["Financial years"]
    written = data.clocks.set_index("line")["financial_years_gbp"].to_dict()
    sums = [0.0] * len(COLUMNS)
    for row, line in enumerate(data.lines, start=FIRST):
        at, mine, source = row + 1, where.row[("Academic years", line)], where.row[("Financial years", line)]
        cash = [float(where.value[("Academic years", f"{line} {step}")]) for step in range(last + 1)]
        shown = sum(float(where.value[("Financial years", f"{line} {step}")]) for step in range(1, last + 1))
        capital = LINE_FUND[line] == Fund.CAPITAL
        after = 0.0 if capital else (1.0 - share) * cash[-1]
        plus = 0.0 if capital else (1.0 - share) * float(where.value.get(("base", line), 0.0))
        comes_to = sum(cash) - cash[0] - after + plus
        cells: list[tuple[str, float]] = [
            (f"=SUM({academic.span(mine, mine, LABELS, LABELS + last)})", sum(cash)),
            (f"={academic.ref(mine, LABELS)}", cash[0]),
            ("=0" if capital else f"=(1-Autumn_share)*{academic.ref(mine, LABELS + last)}", after),
            ("=0" if capital else f"=(1-Autumn_share)*{financial.ref(source, LABELS)}", plus),
            (f"=B{at}-C{at}-D{at}+E{at}", comes_to),
            (f"={financial.ref(source, TOTAL_COLUMN)}", shown),
            (f"=ROUND(F{at}-G{at},2)", round(comes_to - shown, 2)),
        ]
        sheet.text(row, 0, LINE_TITLES[line])
        for column, (formula, value) in enumerate(cells, start=1):
            sheet.formula(row, column, formula, value, "pennies")
            sums[column] += value
        sheet.number(row, WRITTEN, float(written.get(line, 0.0)), "stored")
        sums[WRITTEN] += float(written.get(line, 0.0))
    total = FIRST + len(data.lines)
    sheet.text(total, 0, "Total", "total_label")
    for column in range(1, len(COLUMNS)):
        letter = xl_col_to_name(column)
        sheet.formula(total, column, f"=SUM({letter}{FIRST + 1}:{letter}{total})", sums[column], "pennies_total")
    where.span["Clock reconciliation"] = (FIRST, total - 1)
    sheet.widths.update({0: 52.0, **dict.fromkeys(range(1, len(COLUMNS)), 20.0)})
    sheet.sheet.freeze_panes(FIRST, 1)
    sheet.finish()


def clocks_check(where: Where) -> str:
    """The formula of the check: every line's difference."""
    return f"=ROUND(SUMPRODUCT(ABS({where.block('Clock reconciliation', LEFT)})),2)"


def clocks_written(where: Where) -> str:
    """The formula of the check against what the run wrote."""
    return f"=ROUND(SUMPRODUCT(ABS({where.block('Clock reconciliation', SHOWN)}-{where.block('Clock reconciliation', WRITTEN)})),2)"
