"""What a briefing says about one scenario, from a run's pack: sentences, tables and charts, each with the table behind it."""

from __future__ import annotations

from planner.names import PROVISION_TITLES
from planner.publish.pack import Kind
from planner.publish.rounding import NOISE
from planner.report.charts.style import LOOKS
from planner.report.paper.charts import Picture, lines_chart
from planner.report.paper.figures import Figures, Said, is_number, largest

MOST_OPTIONS, MOST_RISKS = 4, 3
_SHORT = {title: LOOKS[code].name for code, title in PROVISION_TITLES.items() if code in LOOKS}
_FIRST = [
    PROVISION_TITLES[kind]
    for kind in ("mainstream_support", "further_education", "state_special", "independent_special", "resource_centre")
]
"""Provision that is drawn first; the rest is in the table."""

Grid = tuple[str, list[str], list[list[str]], str]
"""Caption, header, rows and the name of the table behind them."""


def asked(figures: Figures) -> list[Said]:
    """What Schools Forum is asked to do."""
    asks = []
    ehcps, deficits = _ends(figures, "ehcps_by_year"), _projected(figures)
    if ehcps:
        (first, last), table = ehcps, "ehcps_by_year"
        asks.append(Said(f"note that EHCPs are projected to go from {figures.text(table, first, 'ehcps')} in {first['year']} to {figures.text(table, last, 'ehcps')} in {last['year']} under this scenario", (table,)))  # fmt: skip
    if deficits:
        last = deficits[-1]
        asks.append(Said(f"note a cumulative deficit of the dedicated schools grant of {figures.text('dsg_position', last, 'deficit_at_year_end_gbp')} by the end of {last['financial_year']}", ("dsg_position",)))  # fmt: skip
    if figures.has("options"):
        asks.append(Said("give its view on the schemes in this paper, before the council decides on any of them", ("options",)))
    else:
        asks.append(Said("give its view on a plan in which no new scheme opens"))
    return asks


def _ends(figures: Figures, name: str) -> tuple[dict[str, object], dict[str, object]] | None:
    rows = [row for row in figures.rows(name) if str(row["year"]) != figures.pack.table(name).total]
    return (rows[0], rows[-1]) if len(rows) > 1 else None


def _projected(figures: Figures) -> list[dict[str, object]]:
    return [row for row in figures.rows("dsg_position") if str(row.get("status", "projected")) == "projected"]


def summary(figures: Figures) -> list[Said]:
    """The executive summary."""
    said = []
    ends, waits, early = _ends(figures, "ehcps_by_year"), waiting(figures), _ends(figures, "ehcps_by_year")
    if ends:
        first, last = ends
        said.append(Said(f"EHCPs: {figures.text('ehcps_by_year', first, 'ehcps')} in {first['year']} and {figures.text('ehcps_by_year', last, 'ehcps')} in {last['year']}.", ("ehcps_by_year",)))  # fmt: skip
    said += waits[:1]
    if early and "avoided" in early[1]:
        avoided = early[1]["avoided"]
        words = "Early help avoids no EHCP in the plan." if is_number(avoided) and float(avoided) == 0 else f"Early help: {figures.text('ehcps_by_year', early[1], 'avoided')} new EHCPs avoided in {early[1]['year']}."  # type: ignore[arg-type]  # fmt: skip
        said.append(Said(words, ("ehcps_by_year",)))
    said += money(figures)[:1]
    deficits = _projected(figures)
    if deficits:
        first, last = deficits[0], deficits[-1]
        said.append(Said(f"Deficit of the grant: {figures.text('dsg_position', first, 'deficit_at_year_end_gbp')} at the end of {first['financial_year']} and {figures.text('dsg_position', last, 'deficit_at_year_end_gbp')} at the end of {last['financial_year']}.", ("dsg_position",)))  # fmt: skip
    return said


def waiting(figures: Figures) -> list[Said]:
    """Who waits, and why."""
    name = "waiting_by_year"
    if not figures.has(name):
        return []
    total = figures.rows(name, year=figures.pack.table(name).total)
    if total and is_number(total[0]["children"]) and float(total[0]["children"]) < NOISE:
        return [Said("Nobody waits for a place in any year.", (name,))]
    said = []
    if total:
        last = [row for row in figures.rows(name) if str(row["year"]) != figures.pack.table(name).total][-1]
        said.append(Said(f"Waiting for a place: {figures.text(name, total[0], 'children')} child-years over the whole plan, {figures.text(name, last, 'children')} children in {last['year']}.", (name,)))  # fmt: skip
    reasons = [row for row in figures.rows("waiting_reasons") if str(row["reason"]) != figures.pack.table("waiting_reasons").total]
    worst = largest(reasons, "children")
    if worst:
        said.append(Said(f"Most waiting is for one reason: {_lower(str(worst['reason']))} ({figures.text('waiting_reasons', worst, 'children')} child-years).", ("waiting_reasons",)))  # fmt: skip
    return said


def _lower(text: str) -> str:
    return text[:1].lower() + text[1:]


def options_table(figures: Figures) -> Grid | None:
    """The options: their appraisal where there is one, otherwise the largest that open."""
    if figures.has("appraisal"):
        return _grid(figures, "appraisal", "Options compared: the largest by capital", "capital_gbp", MOST_OPTIONS)
    if figures.has("options"):
        return _grid(figures, "options", "What opens or grows: the largest by capital", "capital_gbp", MOST_OPTIONS, ("name", "district", "opens", "places", "capital_gbp"))  # fmt: skip
    return None


def _grid(figures: Figures, name: str, caption: str, by: str, most: int, only: tuple[str, ...] = ()) -> Grid:
    table = figures.pack.table(name)
    columns = [column for column in table.columns if column.kind is not Kind.CODE and (not only or column.name in only)][:6]
    rows = figures.rows(name)
    if by in table.frame.columns:
        rows.sort(key=lambda row: -float(row[by]) if is_number(row[by]) else 1.0)
    rows = [row for row in rows if str(row[columns[0].name]) != table.total]
    rest = "; the others are in the table" if len(rows) > most else ""
    body = [[figures.text(name, row, column.name) for column in columns] for row in rows[:most]]
    return f"{caption}{rest}. Table {name}.", [column.title for column in columns], body, name


def placements_table(figures: Figures) -> Grid | None:
    """Where EHCPs are met in the first and the last year."""
    years = figures.periods("placements")
    if len(years) < 2:
        return None
    first, last = years[0], years[-1]
    body = []
    for row in figures.rows("placements", year=first):
        then = figures.rows("placements", year=last, provision_type=str(row["provision_type"]))
        if then:
            body.append([str(row["provision_type"]), figures.text("placements", row, "children"), figures.text("placements", then[0], "children"), figures.text("placements", then[0], "places")])  # fmt: skip
    header = ["Provision", f"EHCPs, {first}", f"EHCPs, {last}", f"Places, {last}"]
    return "Where EHCPs are met. Table placements.", header, body, "placements"


def children(figures: Figures) -> list[Said]:
    """What it means for children and families, beside the table of placements."""
    said = waiting(figures)[1:]
    years = figures.periods("journeys")
    if years:
        last = years[-1]
        rows = figures.rows("journeys", year=last)
        total = figures.pack.table("journeys").total
        mean = [row for row in rows if str(row["district"]) == total]
        by_district = [row for row in rows if str(row["district"]) != total]
        longest, shortest = largest(by_district, "mean_minutes"), largest(by_district, "mean_minutes", smallest=True)
        if mean and longest and shortest:
            said.append(Said(f"Children who travel to a unit have a mean journey of {figures.text('journeys', mean[0], 'mean_minutes')} minutes one way in {last}: {figures.text('journeys', shortest, 'mean_minutes')} in {shortest['district']}, {figures.text('journeys', longest, 'mean_minutes')} in {longest['district']}.", ("journeys",)))  # fmt: skip
    return said


def money(figures: Figures) -> list[Said]:
    """Cost by fund, and what the block pays."""
    said = []
    years = figures.periods("cost_by_fund")
    if years:
        table = figures.pack.table("cost_by_fund")
        first, last = (figures.rows("cost_by_fund", financial_year=year, fund=table.total) for year in (years[0], years[-1]))
        if first and last:
            said.append(Said(f"Cost, all funds: {figures.text('cost_by_fund', first[0], 'cost_gbp')} in {years[0]} and {figures.text('cost_by_fund', last[0], 'cost_gbp')} in {years[-1]}.", ("cost_by_fund",)))  # fmt: skip
        parts = [f"{row['fund']} {figures.text('cost_by_fund', row, 'cost_gbp')}" for row in figures.rows("cost_by_fund", financial_year=years[-1]) if str(row["fund"]) != table.total]  # fmt: skip
        if parts:
            said.append(Said(f"In {years[-1]}: {'; '.join(parts)}.", ("cost_by_fund",)))
    lines = figures.periods("cost_by_line")
    if lines:
        table = figures.pack.table("cost_by_line")
        top = largest(
            [row for row in figures.rows("cost_by_line", financial_year=lines[-1]) if str(row["line"]) != table.total], "cost_gbp"
        )
        if top:
            said.append(Said(f"The largest line in {lines[-1]} is {_lower(str(top['line']))}: {figures.text('cost_by_line', top, 'cost_gbp')}.", ("cost_by_line",)))  # fmt: skip
    return said


def pictures(figures: Figures) -> tuple[Picture | None, Picture | None]:
    """A chart of EHCPs by where they are met, and one of the deficit."""
    first = second = None
    years = figures.periods("placements")
    if len(years) > 1:
        table = figures.pack.table("placements")
        known = [kind for kind in dict.fromkeys(str(kind) for kind in table.frame["provision_type"]) if kind != table.total]
        kinds = [kind for kind in _FIRST if kind in known] + [kind for kind in known if kind not in _FIRST]
        lines = {}
        for kind in kinds:
            by_year = {str(row["year"]): row["children"] for row in figures.rows("placements", provision_type=kind)}
            lines[_SHORT.get(kind, kind)] = [by_year.get(year) for year in years]
        first = lines_chart("Where EHCPs are met", table, years, lines, Kind.CHILDREN)
    rows = [row for row in _projected(figures) if is_number(row["deficit_at_year_end_gbp"])]
    if len(rows) > 1:
        table = figures.pack.table("dsg_position")
        lines = {"This scenario": [row["deficit_at_year_end_gbp"] for row in rows]}
        other = next((column.name for column in table.columns if "unmitigated" in column.name and "deficit" in column.name), None)
        if other and all(is_number(row[other]) for row in rows):
            lines["Unmitigated"] = [row[other] for row in rows]
        second = lines_chart("Cumulative deficit of the dedicated schools grant", table, [str(row["financial_year"]) for row in rows], lines, Kind.MONEY)  # fmt: skip
    return first, second


def risks(figures: Figures) -> list[Said]:
    """The least certain assumptions and what they change."""
    red = [row for row in figures.rows("assumptions") if str(row.get("quality")) == "red"]
    red.sort(key=lambda row: (not (_stated(row.get("low")) and _stated(row.get("high"))), ".csv" in str(row["value"])))
    said = []
    for row in red[:MOST_RISKS]:
        unit = f" {row['unit']}" if _stated(row.get("unit")) else ""
        ends = f", from {row['low']} to {row['high']}" if _stated(row.get("low")) and _stated(row.get("high")) else ""
        words = f"{str(row['what']).rstrip('.')}: {row['value']}{unit}{ends}. It changes: {_lower(str(row['effect']).rstrip('.'))}."
        said.append(Said(words, ("assumptions",)))
    return said


def _stated(value: object) -> bool:
    """Whether a cell says something: not empty, not a mark."""
    return str(value) not in ("", "None", "nan") and not str(value).startswith("[")


def equality(figures: Figures) -> list[Said]:
    """Who is affected differently: districts and needs."""
    said = []
    for name, label, words in (("waiting_by_district", "district", "districts"), ("waiting_by_need", "need", "types of need")):
        if not figures.has(name):
            continue
        table = figures.pack.table(name)
        rows = [row for row in figures.rows(name, year=table.total) if str(row[label]) != table.total]
        worst = largest(rows, "children")
        if worst and float(worst["children"]) >= NOISE:
            said.append(Said(f"Of the {words}, waiting is longest in {worst[label]}: {figures.text(name, worst, 'children')} child-years.", (name,)))  # fmt: skip
        elif rows:
            some = [str(row[label]) for row in rows if not is_number(row["children"])]
            said.append(Said(f"Waiting by {label} is too small to publish in {', '.join(some)} and nought elsewhere." if some else f"Nobody waits in any of the {words}.", (name,)))  # fmt: skip
    return said
