"""The sheets around the workings: cover, contents, summary, checks, charts and the log of changes."""

from __future__ import annotations

from typing import Any

from planner.finance.detail import UNPRICED
from planner.names import FUND_TITLES, LINE_FUND, LINE_TITLES, Fund
from planner.report.finance_book import clocks, plan, worth
from planner.report.finance_book.data import Money, Where
from planner.report.finance_book.inputs import CHANGED, EFFECT, GAP
from planner.report.finance_book.kit import LABELS, TOTAL_COLUMN, UNCHANGED, Book, Sheet
from planner.report.finance_book.workings import FIRST, LEDGER_CASH, LEDGER_GAP, LEDGER_PRESENT

ALT_CHECKS = 5
"""The row of headers on the sheet Checks."""

_KEY = (
    ("input_left", "Input", "Blue on pale yellow with a border: may be changed here"),
    ("quantity", "Model quantity", "Plum: what the model decided or projected; a value, not to be changed"),
    ("pennies", "Calculation", "Black: a formula"),
    ("stored", "Kept for comparison", "Grey: what the run wrote in its own tables"),
    ("check", "Check", "Bold with a border: must be 0.00"),
)


def cover_sheet(sheet: Sheet, data: Money) -> None:
    """What this is, who may read it, and how to use it."""
    manifest = data.manifest
    sheet.heading(f"Finance workbook: {data.scenario.title}", f"{data.county.title}, {data.years[1]} to {data.years[-2]}")
    solve, check = manifest.get("solve", {}), manifest.get("check") or {}
    facts = [
        ("Audience", "Internal. It holds exact figures, small numbers of children among them."),
        ("Scenario", str(manifest.get("scenario_name", ""))),
        ("Made", str(manifest.get("created", ""))),
        ("Version of the planner", str(manifest.get("planner_version", ""))),
        ("How the search ended", str(solve.get("outcome", ""))),
        ("Check by separate code", "passed" if check.get("passed") else "FAILED: do not use" if check else "not made"),
        ("Prices", f"Pounds at the prices of {data.years[0]} unless the sheet Inputs lets a line grow"),
    ]
    for row, (name, text) in enumerate(facts, start=4):
        sheet.text(row, 0, name, "bold")
        sheet.text(row, 1, text, "wrap")
    row = 12
    sheet.formula(row, 0, f'=IF(Price_switch="{CHANGED}","Prices are changed. Placements are as optimised; re-run for a new plan.","{UNCHANGED}")', UNCHANGED, "banner", fit=False)  # fmt: skip
    sheet.section(row + 2, "How to use it")
    steps = (
        "Look at Checks first: every difference is 0.00.",
        "Follow a total back: Financial years, Academic years, Ledger, Cost, Quantities and Unit prices. Each is a formula on the one before.",
        f"To try another price, write it in the column Changed price of the sheet Unit prices and set the switch on the sheet Inputs to {CHANGED}.",
        "Quantities do not move when prices do. Placements are as optimised; re-run the scenario for a new plan.",
        "A price of 0 in the book is not listed, because nothing was paid at it; change it in the book and run again.",
    )
    for number, text in enumerate(steps, start=1):
        sheet.text(row + 2 + number, 0, f"Step {number}", "text")
        sheet.text(row + 2 + number, 1, text, "wrap")
    row += 9
    sheet.section(row, "What the styles mean")
    for style, name, text in _KEY:
        row += 1
        sheet.text(row, 0, name, style)
        sheet.text(row, 1, text, "wrap")
    sheet.widths.update({0: 30.0, 1: 100.0})
    sheet.finish()


def contents_sheet(sheet: Sheet, book: Book) -> None:
    """Every sheet with a link and what it shows."""
    sheet.heading("Contents", "Every sheet of this workbook, in order")
    sheet.headers(4, ["Sheet", "What it shows"])
    for row, other in enumerate(book.sheets, start=5):
        sheet.sheet.write_url(row, 0, f"internal:'{other.name}'!A1", book.formats["link"], other.name)
        sheet._fit(0, other.name)
        sheet.text(row, 1, other.about, "wrap")
    sheet.widths.update({0: 22.0, 1: 110.0})
    sheet.finish()


def _checks(data: Money, where: Where) -> list[tuple[str, str, float, bool, str]]:
    """Every check: name, formula of the difference, its value, whether it holds at the plan's prices only, and what it compares."""
    present, cash = where.block("Ledger", LEDGER_PRESENT), where.block("Ledger", LEDGER_CASH)
    gaps, prices = where.block("Ledger", LEDGER_GAP), where.sheets["Unit prices"]
    total_row = where.row[("Unit prices", "Total")]
    effect = prices.ref(total_row, EFFECT)
    stored_present = where.block("Ledger", LEDGER_GAP - 1)
    end = LABELS + len(data.years)
    all_academic = where.ref("Academic years", "all", TOTAL_COLUMN)
    funds = "+".join(where.ref("Academic years", fund, TOTAL_COLUMN) for fund in dict.fromkeys(LINE_FUND[line] for line in data.lines))
    objective = float(data.manifest["solve"]["cost_gbp"])
    return [
        ("Ledger and the search", f"=ROUND(SUM({present})-{effect}-Objective,2)", float(data.ledger["present_value_gbp"].sum()) - objective, False,
         "Present value of the ledger, less what changed prices add, against the public cost that the search reported"),
        ("Ledger and Cost, cash", f"=ROUND(SUM({cash})-SUM({where.block('Cost', TOTAL_COLUMN)}),2)", 0.0, False, "Cash of the ledger against the rows of the sheet Cost"),
        ("Ledger and Cost, present value", f"=ROUND(SUM({present})-SUM({where.block('Cost', end)}),2)", 0.0, False, "Present value of the ledger against the rows of the sheet Cost"),
        ("Academic years", f"=ROUND({all_academic}-SUM({cash}),2)", 0.0, False, "Total of the sheet Academic years against the ledger"),
        ("Funds", f"=ROUND({funds}-SUM({cash}),2)", 0.0, False, "Totals of the funds against the ledger"),
        ("Present value by year", f"=ROUND({where.ref('Academic years', 'present', TOTAL_COLUMN)}-SUM({present}),2)", 0.0, False, "Present value by academic year against the ledger"),
        ("Section 251", f"=ROUND({where.ref('Section 251', 'all', TOTAL_COLUMN)}-SUM({cash}),2)", 0.0, False, "Total by Section 251 line against the ledger"),
        ("Two clocks", _clocks(data, where), 0.0, False, "Financial years against academic years: the base year's rest, whole years, and the last year's autumn share"),
        ("Two clocks, by line", clocks.clocks_check(where), 0.0, False, "Each line's financial years against its academic years, on the sheet Clock reconciliation"),
        ("Management plan", plan.plan_check(data, where), 0.0, False, "Expenditure and closing deficit of the sheet DSG plan against the sheet DSG position"),
        ("Capital of schemes", worth.capital_check(data, where), 0.0, False, "Capital on the sheet Appraisal against all capital of the ledger"),
        ("Unit price x quantity", f"=ROUND(SUMPRODUCT(ABS({where.block('Unit prices', GAP)})),2)", 0.0, False, "Each price times its indexed quantity against its cash"),
        ("Grant", _corkscrew(data, where), 0.0, False, "Closing deficit against the opening one and the gaps of all years"),
        ("No price left out", f'=ROUND(SUMPRODUCT(--({where.block("Cost", 5)}="{UNPRICED}"),ABS({where.block("Cost", TOTAL_COLUMN)})),2)', _unpriced(data), False,
         "Cash that no unit price explains"),
        ("Ledger, cash by row", f"=ROUND(SUMPRODUCT(ABS({gaps})),2)", 0.0, True, "Each row's cash against ledger.csv"),
        ("Ledger, present value", f"=ROUND(SUM({present})-SUM({stored_present}),2)", 0.0, True, "Present value against ledger.csv"),
        ("Financial years", _financial(data, where), 0.0, True, "Each line and year against ledger_financial_year.csv"),
        ("Clocks as written", clocks.clocks_written(where), 0.0, True, "Each line's financial years against clock_reconciliation.csv"),
        ("Management plan as written", plan.plan_written(data, where), 0.0, True, "Each line and year against dsg_plan.csv"),
        ("Appraisal as written", worth.appraisal_check(where), 0.0, True, "Each scheme's capital against appraisal.csv"),
        ("Deficit", _position(data, where), 0.0, True, "Cost, gap and closing deficit of each year against dsg_position.csv"),
    ]  # fmt: skip


def _unpriced(data: Money) -> float:
    rows = data.detail.rows[data.detail.rows["price"] == UNPRICED]
    return float(rows[list(data.years)].sum(axis=1).abs().sum())


def _clocks(data: Money, where: Where) -> str:
    """Financial years less what they should hold of the academic years."""
    first, last = LABELS + 1, LABELS + len(data.years) - 2
    revenue = [fund for fund in dict.fromkeys(LINE_FUND[line] for line in data.lines) if fund != Fund.CAPITAL]
    terms = []
    for fund in revenue:
        year, academic = where.row[("Financial years", fund)], where.row[("Academic years", fund)]
        lines = [where.row[("Financial years", line)] for line in data.lines if LINE_FUND[line] == fund]
        start = where.sheets["Financial years"].span(lines[0], lines[-1], LABELS)
        whole = where.sheets["Academic years"].span(academic, academic, first, last)
        ending = where.sheets["Academic years"].ref(academic, last)
        terms.append(f"SUM({where.sheets['Financial years'].span(year, year, first, last)})-(1-Autumn_share)*SUM({start})-SUM({whole})+(1-Autumn_share)*{ending}")  # fmt: skip
    if any(LINE_FUND[line] == Fund.CAPITAL for line in data.lines):
        spans = [where.sheets[name].span(where.row[(name, "capital")], where.row[(name, "capital")], first, last) for name in ("Financial years", "Academic years")]  # fmt: skip
        terms.append(f"SUM({spans[0]})-SUM({spans[1]})")
    return f"=ROUND({'+'.join(terms)},2)"


def _corkscrew(data: Money, where: Where) -> str:
    sheet, last = where.sheets["DSG position"], LABELS + len(data.years) - 2
    gap = where.row[("DSG position", "gap")]
    closing, opening = (
        sheet.ref(where.row[("DSG position", "closing")], last),
        sheet.ref(where.row[("DSG position", "opening")], LABELS + 1),
    )
    return f"=ROUND({closing}-{opening}-SUM({sheet.span(gap, gap, LABELS + 1, last)}),2)"


def _financial(data: Money, where: Where) -> str:
    first, last = LABELS + 1, LABELS + len(data.years) - 2
    sheet = where.sheets["Financial years"]
    terms = []
    for line in data.lines:
        mine, written = where.row[("Financial years", line)], where.row[("Financial years", f"written {line}")]
        terms.append(f"SUMPRODUCT(ABS({sheet.span(mine, mine, first, last)}-{sheet.span(written, written, first, last)}))")
    return f"=ROUND({'+'.join(terms)},2)"


def _position(data: Money, where: Where) -> str:
    first, last = LABELS + 1, LABELS + len(data.years) - 2
    sheet = where.sheets["DSG position"]
    top = where.row[("DSG position", "opening")]
    pairs = (
        (sheet.span(top + 6, top + 6, first, last), "in_year_gbp"),
        (sheet.span(top + 7, top + 7, first, last), "deficit_at_year_end_gbp"),
    )
    terms = []
    for mine, name in pairs:
        row = where.row[("DSG position", f"written {name}")]
        terms.append(f"SUMPRODUCT(ABS({mine}-{sheet.span(row, row, first, last)}))")
    row = where.row[("DSG position", "written high_needs_cost_gbp")]
    both = f"{sheet.span(top + 1, top + 1, first, last)}+{sheet.span(top + 2, top + 2, first, last)}"
    terms.append(f"SUMPRODUCT(ABS({both}-{sheet.span(row, row, first, last)}))")
    return f"=ROUND({'+'.join(terms)},2)"


def checks_sheet(sheet: Sheet, book: Book, data: Money, where: Where) -> None:
    """Every check with its difference, which must be 0.00, and in words whether it ties."""
    where.sheets["Checks"] = sheet
    sheet.heading("Checks", "Every difference must be 0.00", UNCHANGED)
    sheet.headers(ALT_CHECKS, ["Check", "Difference, £", "Result", "What is compared"])
    row = ALT_CHECKS + 1
    first = row
    for name, formula, value, plan_only, about in _checks(data, where):
        sheet.text(row, 0, name)
        at = row + 1
        stored = round(value, 2) + 0.0
        result = "Ties" if abs(stored) < 0.005 else "DIFFERENCE"
        plain = f'IF(ABS(B{at})<0.005,"Ties","DIFFERENCE")'
        if plan_only:
            sheet.formula(row, 1, f'=IF(Price_switch="{CHANGED}",0,{formula[1:]})', stored, "check")
            sheet.formula(row, 2, f'=IF(Price_switch="{CHANGED}","Only at the prices of the plan",{plain})', result, "status")
        else:
            sheet.formula(row, 1, formula, stored, "check")
            sheet.formula(row, 2, f"={plain}", result, "status")
        sheet.text(row, 3, about, "wrap")
        where.value[("check", name)] = stored
        row += 1
    span = f"B{first + 1}:B{row}"
    wrong = sum(abs(where.value[key]) >= 0.005 for key in where.value if key[0] == "check")
    words = "Every check ties." if not wrong else f"{wrong} checks do not tie."
    sheet.text(row + 1, 0, "All checks", "bold")
    count = f"SUMPRODUCT(--(ABS({span})>=0.005))"
    sheet.formula(row + 1, 1, f'=IF({count}=0,"Every check ties.",{count}&" checks do not tie.")', words, "status", fit=False)
    book.name("All_checks", sheet, row + 1, 1)
    where.row[("Checks", "all")] = row + 1
    sheet.section(row + 3, "What the search reported")
    sheet.text(row + 4, 0, "Public cost, present value")
    sheet.number(row + 4, 1, float(data.manifest["solve"]["cost_gbp"]), "stored")
    sheet.text(row + 4, 3, "solve.cost_gbp in manifest.json", "wrap")
    book.name("Objective", sheet, row + 4, 1)
    sheet.text(row + 5, 0, "Price of broken limits")
    sheet.number(row + 5, 1, float(data.manifest["solve"].get("broken_limits_gbp", 0.0)), "stored")
    sheet.text(row + 5, 3, "In no cost here; see slacks.csv", "wrap")
    sheet.widths.update({0: 34.0, 1: 22.0, 2: 32.0, 3: 76.0})
    sheet.finish()


def summary_sheet(sheet: Sheet, book: Book, data: Money, where: Where) -> None:
    """The plan's totals beside those at the prices in use, and money by fund and financial year."""
    sheet.heading("Summary", "Totals of the plan as optimised, and at the prices in use", UNCHANGED)
    where.sheets["Summary"] = sheet
    sheet.text(4, 0, "Checks", "bold")
    sheet.formula(4, 1, "=All_checks", str(where.value.get(("check", "words"), "Every check ties.")), "bold", fit=False)
    sheet.headers(6, ["Total", "As optimised, £", "At the prices in use, £", "Difference, £"], year_from=1)
    years = data.years[1:-1]
    last = LABELS + len(data.years) - 2
    position = data.position[data.position["financial_year"] == years[-1]]
    planned = data.ledger[data.ledger["academic_year"] != data.years[-1]].groupby("fund")["cash_gbp"].sum()
    rows: list[tuple[str, float, str]] = [
        ("Public cost, present value", float(data.manifest["solve"]["cost_gbp"]), f"=SUM({where.block('Ledger', LEDGER_PRESENT)})")
    ]
    for fund in dict.fromkeys(LINE_FUND[line] for line in data.lines):
        row = where.row[("Academic years", fund)]
        span = where.sheets["Academic years"].span(row, row, LABELS, last)
        rows.append((f"{FUND_TITLES[fund]}, cash to {years[-1]}", float(planned.get(fund, 0.0)), f"=SUM({span})"))
    if len(position):
        rows.append((f"Deficit of the grant, end of {years[-1]}", float(position["deficit_at_year_end_gbp"].iloc[0]), f"={where.ref('DSG position', 'closing', last)}"))  # fmt: skip
    for row, (name, value, formula) in enumerate(rows, start=7):
        sheet.text(row, 0, name)
        sheet.number(row, 1, value, "stored")
        sheet.formula(row, 2, formula, value, "pennies")
        sheet.formula(row, 3, f"=C{row + 1}-B{row + 1}", 0.0, "pennies")
    _summary_years(sheet, data, where, 8 + len(rows))
    sheet.widths.update({0: 50.0, 1: 22.0, 2: 22.0, 3: 20.0})
    sheet.finish()


def _summary_years(sheet: Sheet, data: Money, where: Where, row: int) -> None:
    """Money by financial year and fund, down the page, and the deficit."""
    sheet.section(row, "By financial year, pounds")
    funds = list(dict.fromkeys(LINE_FUND[line] for line in data.lines))
    sheet.headers(
        row + 1, ["Financial year", *(FUND_TITLES[fund] for fund in funds), "All funds", "Deficit at the end of the year"], year_from=1
    )
    deficits = dict(zip(data.position["financial_year"], data.position["deficit_at_year_end_gbp"], strict=True))
    for step, year in enumerate(data.years[1:-1], start=1):
        at, column = row + 1 + step, LABELS + step
        sheet.text(at, 0, year)
        for number, fund in enumerate([*funds, "all"], start=1):
            value = float(where.value[("Financial years", fund)][step])
            sheet.formula(at, number, f"={where.ref('Financial years', fund, column)}", value, "money")
        deficit = float(deficits.get(year, 0.0))
        sheet.formula(at, len(funds) + 2, f"={where.ref('DSG position', 'closing', column)}", deficit, "money")
    where.span["Summary years"] = (row + 2, row + len(data.years) - 1)
    sheet.widths[len(funds) + 1], sheet.widths[len(funds) + 2] = 18.0, 18.0


TOP, CHART_ROWS = 19, 28
"""The row of the first chart on the sheet Charts, and the rows from one chart to the next."""

_COLOURS = ("#12436D", "#28A197", "#801650")


def charts_sheet(book: Book, data: Money, where: Where) -> None:
    """Native charts of the cost lines, the funds and the deficit, each with words for those who cannot see it."""
    sheet = book.sheet("Charts")
    sheet.heading("Charts", "Cost by line, by fund, and the deficit; drawn from the sheets Financial years and DSG position", UNCHANGED)
    years = data.years[1:-1]
    sheet.headers(5, ["Line", years[0], years[-1]], year_from=1)
    lines = sorted(data.lines, key=lambda line: float(where.value[("Financial years", f"{line} {len(years)}")]))
    for row, line in enumerate(lines, start=FIRST):
        sheet.text(row, 0, LINE_TITLES[line])
        for column, step in ((1, 1), (2, len(years))):
            value = float(where.value[("Financial years", f"{line} {step}")])
            sheet.formula(row, column, f"={where.ref('Financial years', line, LABELS + step)}", value, "money")
    last = FIRST + len(lines) - 1
    first_year, last_year = (float(where.value[("Financial years", "all")][step]) for step in (1, len(years)))
    bars = book.workbook.add_chart({"type": "bar"})
    for column, colour in ((1, "#F46A25"), (2, _COLOURS[0])):
        bars.add_series({"name": f"{years[0] if column == 1 else years[-1]}", "categories": f"={sheet.span(FIRST, last, 0)}",
                         "values": f"={sheet.span(FIRST, last, column)}", "fill": {"color": colour}, "gap": 60})  # fmt: skip
    _dress(bars, f"Cost by line, {years[0]} and {years[-1]}", flat=True)
    alt = f"Bar chart of cost by line in {years[0]} and {years[-1]}, largest at the top. All lines: £{first_year / 1e6:,.1f} million and £{last_year / 1e6:,.1f} million. The figures are in the table on this sheet."
    sheet.sheet.insert_chart(TOP, 0, bars, {"description": alt, "object_position": 2})
    _fund_chart(book, sheet, data, where)
    sheet.sheet.set_h_pagebreaks([TOP, TOP + CHART_ROWS, TOP + 2 * CHART_ROWS])
    sheet.widths.update({0: 50.0, 1: 18.0, 2: 18.0})
    sheet.finish()


def _fund_chart(book: Book, sheet: Sheet, data: Money, where: Where) -> None:
    years, summary = data.years[1:-1], where.sheets["Summary"]
    first, last = where.span["Summary years"]
    funds = list(dict.fromkeys(LINE_FUND[line] for line in data.lines))
    columns = book.workbook.add_chart({"type": "column", "subtype": "stacked"})
    for number, fund in enumerate(funds, start=1):
        columns.add_series({"name": FUND_TITLES[fund], "categories": f"={summary.span(first, last, 0)}", "values": f"={summary.span(first, last, number)}",
                            "fill": {"color": _COLOURS[number - 1]}, "border": {"color": "#FFFFFF"}, "gap": 40})  # fmt: skip
    _dress(columns, "Cost by fund and financial year")
    alt = f"Stacked column chart of cost by fund, {years[0]} to {years[-1]}. The figures are on the sheet Summary."
    sheet.sheet.insert_chart(TOP + CHART_ROWS, 0, columns, {"description": alt, "object_position": 2})
    line = book.workbook.add_chart({"type": "line"})
    line.add_series({"name": "Deficit at the end of the year", "categories": f"={summary.span(first, last, 0)}",
                     "values": f"={summary.span(first, last, len(funds) + 2)}", "line": {"color": _COLOURS[0], "width": 2.5},
                     "marker": {"type": "circle", "size": 6, "fill": {"color": _COLOURS[0]}, "border": {"color": _COLOURS[0]}}})  # fmt: skip
    _dress(
        line, "Deficit of the dedicated schools grant at the end of each year", lowest=float(data.position["deficit_at_year_end_gbp"].min())
    )
    line.set_legend({"none": True})
    alt = f"Line chart of the deficit at the end of each financial year, {years[0]} to {years[-1]}. The figures are on the sheet Summary."
    sheet.sheet.insert_chart(TOP + 2 * CHART_ROWS, 0, line, {"description": alt, "object_position": 2})


def _dress(chart: Any, title: str, *, flat: bool = False, lowest: float = 0.0) -> None:
    """The house style of a native chart: plain title, zero-based scale in millions unless figures are below 0, light grid, names at the top."""
    font = {"name": "Arial", "size": 10, "color": "#0B0C0C", "bold": False}
    chart.set_title({"name": title, "name_font": {**font, "size": 13, "bold": True}, "overlay": False})
    scale = {
        "num_format": '£#,##0,,"m"',
        "num_font": font,
        "major_gridlines": {"visible": True, "line": {"color": "#D9D9D9"}},
        "line": {"none": True},
        **({"min": 0} if lowest >= 0 else {}),
    }
    names = {"num_font": {**font, "rotation": 0} if flat else {**font, "rotation": -45}, "label_position": "low", "text_axis": True,
             "major_gridlines": {"visible": False}}  # fmt: skip
    chart.set_x_axis(scale if flat else names)
    chart.set_y_axis(names if flat else scale)
    chart.set_legend({"position": "top", "font": font})
    chart.set_chartarea({"border": {"none": True}})
    chart.set_size({"width": 860, "height": 480})


def changes_sheet(book: Book, data: Money) -> None:
    """The version of this workbook, what it was made from, and room for those who change it."""
    sheet = book.sheet("Changes")
    sheet.heading("Changes", "Version, the files this was made from with their fingerprints, and a log for those who change it")
    sheet.headers(4, ["Date", "Who", "Sheet and cell", "What was changed, and why"])
    made = str(data.manifest.get("created", ""))
    sheet.text(5, 0, made[:10])
    sheet.text(5, 2, "All")
    sheet.text(5, 3, f"Made by the planner, version {data.manifest.get('planner_version', '')}, from the scenario {data.manifest.get('scenario_name', '')}.", "wrap")  # fmt: skip
    for row in range(6, 12):
        for column in range(4):
            sheet.sheet.write_blank(row, column, None, book.formats["input_left"])
    sheet.section(13, "Files this was made from")
    sheet.headers(14, ["File", "", "", "SHA-256"])
    for row, (name, digest) in enumerate(sorted(dict(data.manifest.get("inputs", {})).items()), start=15):
        sheet.text(row, 0, name)
        sheet.text(row, 3, digest)
    sheet.widths.update({0: 46.0, 1: 18.0, 2: 20.0, 3: 72.0})
    sheet.finish()
