"""The charts of money and of openings of one run's page."""

from __future__ import annotations

from planner.finance.switching import early_help_switch
from planner.names import FUND_TITLES, LINE_FUND, LINE_TITLES, Fund
from planner.publish.pack import Mark
from planner.report.charts.style import BLUE, DARK, ORANGE, TURQUOISE
from planner.report.html.draw.bars import Bar, Row, level
from planner.report.html.draw.chart import Chart, Look, Series, fitting
from planner.report.html.draw.lines import columns, lines
from planner.report.html.draw.timeline import Openings, timeline
from planner.report.html.figures import Figures
from planner.report.html.run_charts import about, provision_look, source_of
from planner.report.html.values import counted, number, say, short_pounds, worded_pounds
from planner.report.html.views import plain, wide

_FUND_LOOKS = {
    FUND_TITLES[Fund.HIGH_NEEDS]: Look(BLUE, "o"),
    FUND_TITLES[Fund.GENERAL]: Look(TURQUOISE, "s", "4 2"),
    FUND_TITLES[Fund.CAPITAL]: Look(ORANGE, "^"),
}
_KIND_LOOKS = {
    "Open a resource centre": ("Resource centres open", "resource_centre"),
    "Open a contact base": ("Contact bases open", "contact_base"),
    "Expand a special school": ("Special schools expand", "state_special"),
    "Build a special school": ("Special schools are built", "state_special"),
    "Buy a block of independent places": ("Blocks of independent places", "independent_special"),
    "Close a unit to new children": ("Units close to new children", "elsewhere"),
}
APPRAISAL_LEFT_OUT = ("option", "kind", "capital_present_value_gbp", "capital_credit_gbp", "running_cost_gbp")
"""Columns of the appraisal that the page leaves to the tables and the workbook, so that it fits a sheet of paper."""

_NPV = ("net_present_value_gbp", "npv_gbp", "net_present_value")


def _pounds_words(cell: object) -> str:
    value = number(cell)
    return str(cell) if value is None or isinstance(cell, Mark) else short_pounds(value)


def cost_by_fund(figures: Figures) -> Chart | None:
    """Cost by fund and financial year, stacked."""
    name = "cost_by_fund"
    if not figures.has(name, "financial_year", "fund", "cost_gbp"):
        return None
    table = figures.table(name)
    years = figures.labels(name, "financial_year")
    series = [
        Series(say(fund), figures.along(name, years, "cost_gbp", "financial_year", fund=fund), _FUND_LOOKS.get(say(fund), Look(DARK, "D")))
        for fund in sorted(
            figures.labels(name, "fund"), key=lambda fund: list(_FUND_LOOKS).index(say(fund)) if say(fund) in _FUND_LOOKS else 9
        )
    ]
    series = [one for one in series if any(one.values)]
    if not series:
        return None
    totals = [number(figures.cell(name, "cost_gbp", financial_year=year, fund=table.total)) for year in years]
    sums = [sum(one.values[at] or 0.0 for one in series) for at in range(len(years))]
    ends = [sums[at] if totals[at] is None else totals[at] or 0.0 for at in (0, -1)]
    way = "rises" if ends[1] > ends[0] else "falls"
    headline = f"Yearly cost {way} from {short_pounds(ends[0])} to {short_pounds(ends[1])} by {years[-1]}"
    if len(years) == 1 or abs(ends[0] - ends[1]) < 0.5:
        headline = f"Yearly cost is {short_pounds(ends[-1])} in {years[-1]}"
    alt = f"Stacked bar chart of cost by fund. {headline}. " + " ".join(
        f"{one.name} in {years[-1]}: {short_pounds(one.values[-1] or 0.0)}." for one in series
    )
    draw = columns(years, series, short_pounds, "Cost in the financial year")
    return Chart(
        name,
        headline,
        about("Cost by fund and financial year", figures, years),
        alt,
        wide(table, "financial_year", "fund", "cost_gbp"),
        draw,
        source_of(table),
        table.notes,
    )


def cost_by_line(figures: Figures) -> Chart | None:
    """Cost by line, the first financial year against the last."""
    name = "cost_by_line"
    if not figures.has(name, "financial_year", "line", "cost_gbp"):
        return None
    table = figures.table(name)
    years = figures.labels(name, "financial_year")
    first, last = years[0], years[-1]
    funds = {LINE_TITLES[code]: FUND_TITLES[fund] for code, fund in LINE_FUND.items()}
    pairs = {
        line: (
            figures.cell(name, "cost_gbp", financial_year=first, line=line),
            figures.cell(name, "cost_gbp", financial_year=last, line=line),
        )
        for line in figures.labels(name, "line")
    }
    order = sorted(pairs, key=lambda line: -max(number(cell) or 0.0 for cell in pairs[line]))
    rows = []
    for line in order:
        words = say(line, "line")
        fund = funds.get(words, "")
        label = f"{words} ({fund.lower()})" if fund and fund != words else words
        bars = tuple(
            Bar(number(cell), f"{_pounds_words(0 if cell is None else cell)} in {year}", pale)
            for cell, year, pale in ((pairs[line][0], first, True), (pairs[line][1], last, False))
        )
        rows.append(Row(label, bars if first != last else bars[1:]))
    change = {line: (number(pairs[line][1]) or 0.0) - (number(pairs[line][0]) or 0.0) for line in order}
    if not any(number(cell) for pair in pairs.values() for cell in pair):
        return None
    most = max(change, key=lambda line: abs(change[line]))
    way = f"{'rises' if change[most] > 0 else 'falls'} most, by {short_pounds(abs(change[most]))}"
    headline = fitting(f"{say(most, 'line')} {way}", f"One line {way}")
    if not change[most]:
        headline = f"No line changes by {last}"
    alt = f"Bar chart of cost by line in {first} and {last}. " + " ".join(
        f"{row.name}: {', '.join(bar.words for bar in row.bars)}." for row in rows
    )
    view = wide(table, "line", "financial_year", "cost_gbp")
    return Chart(
        name,
        headline,
        about("Cost by line in the first and last financial year", figures, [first, last]),
        alt,
        view,
        level(rows),
        source_of(table),
        table.notes,
    )


def dsg_position(figures: Figures) -> Chart | None:
    """The cumulative deficit of the high needs block, with this plan and, where the pack has it, with nothing done."""
    name = "dsg_position"
    if not figures.has(name, "financial_year", "deficit_at_year_end_gbp"):
        return None
    table = figures.table(name)
    years = figures.labels(name, "financial_year")
    series = [Series("With this plan", figures.along(name, years, "deficit_at_year_end_gbp", "financial_year"), Look(BLUE, "o"))]
    other = next((str(column) for column in table.frame.columns if "unmitigated" in str(column) and "deficit" in str(column)), "")
    if other:
        series.append(
            Series("Unmitigated: nothing more is done", figures.along(name, years, other, "financial_year"), Look(DARK, "s", "8 4"))
        )
    final = next((value for value in reversed(series[0].values) if value is not None), None)
    if final is None:
        return None
    word = "deficit" if final >= 0 else "surplus"
    headline = f"The cumulative high needs {word} reaches {short_pounds(abs(final))} by {years[-1]}"
    alt = f"Line chart of the cumulative deficit by financial year. {headline}."
    if other and series[1].values[-1] is not None:
        alt += f" If nothing more is done it reaches {worded_pounds(series[1].values[-1])}."
    draw = lines(years, series, short_pounds, "Cumulative deficit at the end of the year")
    return Chart(
        name,
        headline,
        about("Cumulative deficit of the high needs block at the end of the financial year", figures, years),
        alt,
        plain(table),
        draw,
        source_of(table),
        table.notes,
    )


def openings(figures: Figures) -> Chart | None:
    """What opens by year and kind, one mark for each scheme."""
    if not figures.has("options", "opens", "kind"):
        return None
    table = figures.table("options")
    found = sorted(figures.labels("options", "opens"))
    opens = [year for year in found if "/" in year]
    if not opens:
        return None
    start, end = int(opens[0][:4]), int(opens[-1][:4])
    years = [f"{year}/{(year + 1) % 100:02d}" for year in range(start, end + 1)]
    counts = table.frame.groupby([table.frame["kind"].astype(str), table.frame["opens"].astype(str)]).size()
    kinds = []
    for kind in figures.labels("options", "kind"):
        words, code = _KIND_LOOKS.get(say(kind, "kind"), (say(kind, "kind"), "elsewhere"))
        kinds.append(Openings(words, provision_look(code), tuple(int(counts.get((kind, year), 0)) for year in years)))
    kinds.sort(key=lambda one: -sum(one.counts))
    total = sum(sum(one.counts) for one in kinds)
    busiest = max(range(len(years)), key=lambda at: sum(one.counts[at] for one in kinds))
    most = sum(one.counts[busiest] for one in kinds)
    headline = f"{total} schemes open or grow by {years[-1]}, most of them in {years[busiest]} ({most})"
    if total == 1:
        headline = f"One scheme opens or grows, in {years[0]}"
    alt = "Timeline of openings. " + " ".join(
        f"{one.name}: {', '.join(f'{count} in {year}' for count, year in zip(one.counts, years, strict=True) if count)}." for one in kinds
    )
    leave = ("option",)
    return Chart(
        "openings",
        headline,
        about("Schemes that open or grow by academic year", figures, years),
        alt,
        plain(table, leave),
        timeline(years, kinds),
        source_of(table),
        table.notes,
    )


def appraisal(figures: Figures) -> Chart | None:
    """Net present value of each option, where the pack has it; the 15 largest."""
    if not figures.has("appraisal"):
        return None
    table = figures.table("appraisal")
    value = next((column for column in _NPV if column in table.frame.columns), "")
    names = next((name for name in ("name", "option_name", "option", "scenario") if name in table.frame.columns), "")
    if not value or not names:
        return None
    found = [
        (str(name), cell)
        for name, cell in zip(table.frame[names], table.frame[value], strict=True)
        if number(cell) is not None and str(name) != table.total
    ]
    found.sort(key=lambda pair: -abs(number(pair[1]) or 0.0))
    rows = [Row(say(name), (Bar(number(cell), _pounds_words(cell)),)) for name, cell in found[:15]]
    if not rows:
        return None
    better = sum((number(cell) or 0.0) > 0 for _, cell in found)
    headline = f"{better} of {len(found)} schemes save more than they cost at the present mix"
    alt = "Bar chart of net present value by option. " + " ".join(f"{row.name}: {row.bars[0].words}." for row in rows)
    notes = (*table.notes, *(("The 15 largest are drawn; the table holds all.",) if len(found) > 15 else ()))
    return Chart(
        "appraisal",
        headline,
        about("Net present value by option", figures, [figures.fact("base_year"), figures.fact("last_year")]),
        alt,
        plain(table, APPRAISAL_LEFT_OUT),
        level(rows),
        source_of(table),
        notes,
    )


def early_help_pays(figures: Figures) -> str:
    """How many EHCPs contact bases must avoid to pay for themselves; nothing where the pack has no figures of single schemes."""
    if not figures.has("appraisal", "option", "avoided", "net_present_value_gbp", "cost_per_ehcp_avoided_gbp"):
        return ""
    found = early_help_switch(figures.rows("appraisal"))
    if found is None:
        return ""
    avoided, needed = found
    times = needed / avoided
    than = f"{times:.1f} times as many as in this plan" if times >= 1 else f"{100 * times:.0f}% of those in this plan"
    return f"Early help pays for itself, against the present mix of places, if it avoids at least {counted(needed)} EHCPs: {than}."
