"""The charts of a comparison's page, each made from one table of the pack it is given."""

from __future__ import annotations

from dataclasses import replace

from planner.publish.pack import Kind, Mark, PackTable
from planner.publish.rounding import NOISE
from planner.report.html.draw.bars import Bar, Row, Step, bridge, level
from planner.report.html.draw.chart import SCENARIO_LOOKS, Chart, Series, fitting
from planner.report.html.draw.lines import lines
from planner.report.html.figures import Figures
from planner.report.html.run_charts import about, source_of
from planner.report.html.scenarios import Scenarios
from planner.report.html.values import MINUS, children_words, counted, is_some, number, say, short_pounds, without_noise
from planner.report.html.views import View, plain


def _period(figures: Figures) -> list[str]:
    return [year for year in (figures.fact("base_year"), figures.fact("last_year")) if year]


def signed(value: float, kind: Kind) -> str:
    """A change with its sign, in pounds or as a number."""
    text = short_pounds(abs(value)) if kind is Kind.MONEY else counted(abs(value))
    return ("+" if value > 0 else MINUS if value < 0 else "") + text if any(figure in text for figure in "123456789") else text


def cost(scenarios: Scenarios) -> Chart | None:
    """How much more or less than the base each scenario costs."""
    row = scenarios.cost()
    figures = scenarios.figures
    if row is None or row.value(scenarios.base) is None or not scenarios.others:
        return None
    table = figures.table("results_side_by_side")
    base = row.value(scenarios.base) or 0.0
    change = {name: (row.value(name) or 0.0) - base for name in scenarios.others if row.value(name) is not None}
    if not change:
        return None
    rows = []
    for name in sorted(change, key=lambda one: change[one]):
        tail = ", no clear difference" if scenarios.same(name, scenarios.base) else ""
        rows.append(Row(scenarios.title(name), (Bar(change[name], signed(change[name], Kind.MONEY) + tail),)))
    least = min(change, key=lambda one: change[one])
    if scenarios.same(least, scenarios.base) or change[least] == 0:
        headline = "No scenario is clearly cheaper than the base"
    elif change[least] < 0:
        less = f"costs {short_pounds(-change[least])} less than the base"
        headline = fitting(f"{scenarios.title(least)} {less}", f"The cheapest scenario {less}")
    else:
        headline = f"Every scenario costs at least {short_pounds(change[least])} more than the base"
    alt = f"Bar chart of cost against {scenarios.title(scenarios.base)}. " + " ".join(f"{one.name}: {one.bars[0].words}." for one in rows)
    subtitle = about(f"{row.measure}, less that of {scenarios.title(scenarios.base)}", figures, _period(figures))
    return Chart("cost_against_base", headline, subtitle, alt, side_by_side(scenarios), level(rows), source_of(table), table.notes)


def side_by_side(scenarios: Scenarios) -> View:
    """The results side by side with the base marked in its head."""
    table = scenarios.figures.table("results_side_by_side")
    columns = tuple(
        replace(column, title=scenarios.marked(column.name)) if column.name in scenarios.names else column for column in table.columns
    )
    view = plain(replace(table, columns=columns))
    head = (view.head[0], *(replace(cell, figure=True) for cell in view.head[1:]))
    return replace(view, head=head, rows=tuple((row[0], *(replace(cell, figure=True) for cell in row[1:])) for row in view.rows))


_LINES = {
    "waiting_compared": ("year", "Children and young people who wait for a place", "Children waiting"),
    "ehcps_compared": ("year", "Children and young people with an EHCP", "EHCPs"),
    "dsg_compared": ("financial_year", "Cumulative deficit of the high needs block", "Cumulative deficit at the end of the year"),
    "journeys_compared": ("year", "Mean journey one way", "Minutes"),
}


def by_year(scenarios: Scenarios, name: str) -> Chart | None:
    """One line for each scenario along the years of a table."""
    figures = scenarios.figures
    index, measure, unit = _LINES[name]
    value = "deficit_at_year_end_gbp" if name == "dsg_compared" else ""
    found = scenarios.across(name, index, value)
    if not found:
        return None
    table = figures.table(name)
    years = [year for year in figures.labels(name, index) if "/" in year]
    series = [
        Series(
            scenarios.marked(one),
            tuple(without_noise(number(found.get(one, {}).get(year))) for year in years),
            SCENARIO_LOOKS[at % len(SCENARIO_LOOKS)],
        )
        for at, one in enumerate(scenarios.names)
        if any(number(found.get(one, {}).get(year)) is not None for year in years)
    ]
    if not series or not years:
        return None
    say_it = short_pounds if name == "dsg_compared" else counted
    ends = {one.name: next((value for value in reversed(one.values) if value is not None), 0.0) for one in series}
    headline = _line_headline(name, ends, years, say_it)
    alt = f"Line chart by scenario, {years[0]} to {years[-1]}. " + " ".join(
        f"{one}: {say_it(value)} in {years[-1]}." for one, value in ends.items()
    )
    draw = lines(years, series, say_it, unit)
    return Chart(name, headline, about(measure, figures, years), alt, with_titles(scenarios, table), draw, source_of(table), table.notes)


def _line_headline(name: str, ends: dict[str, float], years: list[str], say_it: object) -> str:
    words = short_pounds if say_it is short_pounds else counted
    least, most = min(ends.values()), max(ends.values())
    what = {
        "waiting_compared": "Children waiting",
        "ehcps_compared": "EHCPs",
        "dsg_compared": "The cumulative deficit",
        "journeys_compared": "Mean journeys in minutes",
    }[name]
    if name == "waiting_compared" and not is_some(most):
        return f"Nobody, or very few, wait in {years[-1]} in any scenario"
    if words(least) == words(most):
        return f"{what} in {years[-1]}: {words(most)} in every scenario"
    return f"{what} in {years[-1]}: from {words(least)} to {words(most)}, by scenario"


def with_titles(scenarios: Scenarios, table: PackTable) -> View:
    """A table whose scenario columns are headed by the scenarios' titles."""
    columns = tuple(
        replace(column, title=scenarios.marked(column.name)) if column.name in scenarios.names else column for column in table.columns
    )
    frame = table.frame
    if "scenario" in frame.columns:
        titles = [scenarios.marked(scenarios.named(str(cell))) if scenarios.named(str(cell)) else cell for cell in frame["scenario"]]
        frame = frame.assign(scenario=titles)
    return plain(replace(table, columns=columns, frame=frame))


_BRIDGES = {
    "bridge": ("change_gbp", "Change of cost, present value", "cost"),
    "bridge_ehcps": ("change_ehcps", "Change of EHCPs", "EHCPs"),
    "bridge_waiting": ("change_child_years", "Change of child-years waiting", "waiting"),
}


def bridges(scenarios: Scenarios, name: str) -> list[Chart]:
    """One bridge for each scenario but the base: causes from zero to the whole difference."""
    figures = scenarios.figures
    if not figures.has(name, "cause"):
        return []
    table = figures.table(name)
    given, measure, noun = _BRIDGES[name]
    value = (
        given
        if given in table.frame.columns
        else next((column.name for column in table.columns if column.kind not in (Kind.TEXT, Kind.CODE, Kind.YEAR)), "")
    )
    if not value:
        return []
    kind = table.column(value).kind
    labels = figures.labels(name, "scenario") if "scenario" in table.frame.columns else [""]
    charts = []
    for at, label in enumerate(labels):
        rows = figures.rows(name, scenario=label) if label else figures.rows(name)
        chart = _one_bridge(scenarios, table, rows.to_dict("records"), label, value, kind, measure, noun, at)
        if chart is not None:
            charts.append(chart)
    return charts


def _words(cell: object, kind: Kind) -> str:
    return str(cell) if isinstance(cell, Mark) else signed(number(cell) or 0.0, kind)


def _one_bridge(
    scenarios: Scenarios,
    table: PackTable,
    rows: list[dict[str, object]],
    label: str,
    value: str,
    kind: Kind,
    measure: str,
    noun: str,
    at: int,
) -> Chart | None:
    steps = [
        Step(say(row["cause"]), number(row[value]) or 0.0, _words(row[value], kind)) for row in rows if str(row["cause"]) != table.total
    ]
    whole = next((row[value] for row in rows if str(row["cause"]) == table.total), None)
    total_value = sum(step.change for step in steps) if number(whole) is None else number(whole) or 0.0
    steps = [step for step in steps if abs(step.change) >= NOISE or step.words.startswith("[")]
    name = scenarios.named(label)
    title = scenarios.title(name) if name else say(label)
    base = scenarios.title(scenarios.base)
    total = Step("Whole difference", total_value, signed(total_value, kind))
    if not steps:
        return None
    largest = max(steps, key=lambda step: abs(step.change))
    way = "more" if total_value > 0 else "less"
    figure = short_pounds(abs(total_value))
    if kind is not Kind.MONEY:
        figure = counted(abs(total_value))
        way = f"{'more' if total_value > 0 else 'fewer'} {'child-years waiting' if noun == 'waiting' else noun}"
    if kind is Kind.MONEY and name and scenarios.same(name, scenarios.base):
        way += ", no clear difference"
    most = f"{figure} {way}; {largest.name[:1].lower()}{largest.name[1:]} changes it most"
    headline = fitting(f"{title}: {most}", f"{title}: {figure} {way} than the base", most)
    if not largest.change:
        headline = fitting(f"{title}: no difference that can be shown", "No difference that can be shown")
    alt = f"Bridge of {noun} from {base} to {title}. " + " ".join(f"{step.name}: {step.words}." for step in [*steps, total])
    subtitle = about(f"{measure} from {base} to {title} by cause", scenarios.figures, _period(scenarios.figures))
    frame = table.frame if not label else table.frame[table.frame["scenario"].astype(str) == label]
    view = with_titles(
        scenarios, replace(table, name=f"{table.name}-{at}", title=f"{table.title}: {title}", frame=frame.reset_index(drop=True))
    )
    return Chart(f"{table.name}-{at}", headline, subtitle, alt, view, bridge(steps, total), source_of(table), table.notes)


def equity(scenarios: Scenarios, name: str, index: str) -> Chart | None:
    """Child-years of waiting by district or need, one bar for each scenario; nothing if nobody waits anywhere."""
    figures = scenarios.figures
    found = scenarios.across(name, index, "waiting")
    if not found:
        return None
    table = figures.table(name)
    labels = figures.labels(name, index)
    rows = []
    most: tuple[float, str, str] = (0.0, "", "")
    for label in labels:
        cells = {one: found.get(one, {}).get(label) for one in scenarios.names}
        if not any(is_some(cell) for cell in cells.values()):
            continue
        bars = []
        for one in scenarios.names:
            cell = cells[one]
            figure = str(cell) if isinstance(cell, Mark) or cell is None else counted(number(cell) or 0.0)
            bars.append(Bar(number(cell), f"{scenarios.title(one)}: {figure}", pale=one == scenarios.base))
            most = max(most, (number(cell) or 0.0, say(label), scenarios.title(one)))
        rows.append(Row(say(label), tuple(bars)))
    if not rows:
        return None
    word = "district" if index == "district" else "need"
    figure = children_words(most[0], "child-years")
    headline = fitting(f"Waiting by {word}: most in {most[1]}, {figure}", f"Waiting by {word}: at most {figure}")
    if not most[0]:
        headline = f"Very few wait, in any {word}"
    alt = f"Bar chart of child-years waiting by {word} and scenario. " + " ".join(
        f"{row.name}: {'; '.join(bar.words for bar in row.bars)}." for row in rows
    )
    subtitle = about(f"Child-years of waiting by {word} and scenario", figures, _period(figures))
    notes = (*table.notes, f"A {word} where nobody waits in any scenario is left out.") if len(rows) < len(labels) else table.notes
    return Chart(name, headline, subtitle, alt, with_titles(scenarios, table), level(rows), source_of(table), notes)


def compare_charts(scenarios: Scenarios) -> dict[str, Chart]:
    """Every chart that a comparison's pack has the figures for, by name."""
    made: list[Chart | None] = [cost(scenarios)]
    made += [by_year(scenarios, name) for name in _LINES]
    made += [equity(scenarios, "equity_by_district", "district"), equity(scenarios, "equity_by_need", "need")]
    for name in _BRIDGES:
        made += bridges(scenarios, name)
    return {chart.name: chart for chart in made if chart is not None}
