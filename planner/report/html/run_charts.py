"""The charts of children of one run's page, each made from one table of the pack it is given."""

from __future__ import annotations

from planner.names import PROVISION_TITLES, WAITING
from planner.publish.pack import Mark, PackTable
from planner.report.charts.style import BLUE, LOOKS
from planner.report.html.draw.bars import Bar, Row, level
from planner.report.html.draw.chart import PROVISION_LOOKS, Chart, Look, Series, fitting
from planner.report.html.draw.lines import columns, lines
from planner.report.html.figures import Figures
from planner.report.html.values import children_words, commas, counted, is_nothing, number, say, shown
from planner.report.html.views import plain, wide

CODES = {title: code for code, title in PROVISION_TITLES.items()}
"""The code of each kind of provision by its words."""

_NAMED = ("mainstream_support", "resource_centre", "state_special", "independent_special", "further_education")
"""Kinds of provision with a line of their own where anyone is in them; the rest are one line."""
_WAITING = PROVISION_TITLES[WAITING]


def source_of(table: PackTable) -> str:
    """The line under a chart that says where its figures come from."""
    return f"Source: {table.source}." if table.source else ""


def about(measure: str, figures: Figures, years: list[str]) -> str:
    """The line under a headline: measure, place and period."""
    period = f"{years[0]} to {years[-1]}" if len(years) > 1 and years[0] != years[-1] else "".join(years[:1])
    return ", ".join(part for part in (measure, figures.county, period) if part)


def provision_code(words: str) -> str:
    """The code of a kind of provision, given its words or its code."""
    return CODES.get(words, words)


def provision_look(words: str) -> Look:
    """The look of a kind of provision, the same in every chart."""
    return PROVISION_LOOKS.get(provision_code(words), Look(BLUE, "o"))


def short_provision(words: str) -> str:
    """The short name of a kind of provision, for labels."""
    look = LOOKS.get(provision_code(words))
    return look.name if look else say(words)


def placements(figures: Figures) -> Chart | None:
    """Where EHCPs are met by year: the chief kinds as lines, the rest together."""
    if not figures.has("placements", "year", "provision_type", "children"):
        return None
    table = figures.table("placements")
    years = figures.labels("placements", "year")
    kinds = [kind for kind in figures.labels("placements", "provision_type") if provision_code(kind) != WAITING]
    values = {kind: figures.along("placements", years, "children", provision_type=kind) for kind in kinds}
    kinds = [kind for kind in kinds if any(values[kind])]
    if not kinds:
        return None
    rest = [kind for kind in kinds if provision_code(kind) not in _NAMED]
    series = [Series(short_provision(kind), values[kind], provision_look(kind)) for kind in kinds if kind not in rest]
    if rest:
        sums = tuple(sum(values[kind][at] or 0.0 for kind in rest) for at in range(len(years)))
        series.append(Series("All other settings", sums, PROVISION_LOOKS["elsewhere"]))
    rises = {one.name: (one.values[-1] or 0.0) - (one.values[0] or 0.0) for one in series}
    most = max(rises, key=lambda name: rises[name], default="")
    ends = next(((one.values[0] or 0.0, one.values[-1] or 0.0) for one in series if one.name == most), (0.0, 0.0))
    headline = (
        f"{most}: the largest growth, from {counted(ends[0])} to {counted(ends[1])} EHCPs"
        if rises.get(most, 0.0) > 0
        else "No kind of provision grows"
    )
    alt = f"Line chart of EHCPs by where they are met, {years[0]} to {years[-1]}. " + " ".join(
        f"{one.name}: {counted(one.values[0] or 0.0)} to {counted(one.values[-1] or 0.0)}." for one in series
    )
    draw = lines(years, series, commas, "EHCPs")
    return Chart(
        "placements",
        headline,
        about("EHCPs by where they are met", figures, years),
        alt,
        wide(table, "provision_type", "year", "children"),
        draw,
        source_of(table),
        table.notes,
    )


def waiting(figures: Figures) -> Chart | None:
    """Children waiting by year; nothing if nobody waits."""
    if not figures.has("waiting_by_year", "year", "children"):
        return None
    table = figures.table("waiting_by_year")
    years = figures.labels("waiting_by_year", "year")
    values = figures.along("waiting_by_year", years, "children")
    cells = {year: figures.cell("waiting_by_year", "children", year=year) for year in years}
    most = max(years, key=lambda year: (number(cells[year]) or 0.0, isinstance(cells[year], Mark)), default="")
    if all(is_nothing(cell) for cell in cells.values()):
        return None
    headline = f"Waiting is highest in {most}: {children_words(cells[most])}"
    alt = f"Bar chart of children waiting by year, {years[0]} to {years[-1]}. {headline}."
    draw = columns(years, [Series("Waiting", values, Look(BLUE, "s"))], counted, "Children waiting for a place")
    return Chart(
        "waiting_by_year",
        headline,
        about("Children and young people with an EHCP who wait for a place", figures, years),
        alt,
        plain(table),
        draw,
        source_of(table),
        table.notes,
    )


def waiting_by_need(figures: Figures) -> Chart | None:
    """Child-years of waiting by need over all years; nothing if nobody waits."""
    name = "waiting_by_need"
    if not figures.has(name, "year", "need", "children"):
        return None
    table = figures.table(name)
    total = {need: figures.cell(name, "children", year=table.total, need=need) for need in figures.labels(name, "need")}
    shown_ones = {need: cell for need, cell in total.items() if number(cell) or isinstance(cell, Mark)}
    if not shown_ones:
        return None
    order = sorted(shown_ones, key=lambda need: -(number(shown_ones[need]) or 0.0))
    rows = [Row(say(need), (Bar(number(shown_ones[need]), _count(shown_ones[need])),)) for need in order]
    figure = f"{children_words(shown_ones[order[0]], 'child-years')} of waiting"
    most = ", the most of any need" if len(order) > 1 else ""
    headline = fitting(f"{say(order[0])}: {figure}{most}", f"{say(order[0])}: {figure}", f"At most {figure} for any need")
    if number(shown_ones[order[0]]) == 0:
        headline = "Very few child-years of waiting for any need"
    alt = "Bar chart of child-years waiting by need. " + " ".join(f"{row.name}: {row.bars[0].words}." for row in rows)
    return Chart(
        name,
        headline,
        about("Child-years of waiting by type of need", figures, [figures.fact("base_year"), figures.fact("last_year")]),
        alt,
        wide(table, "need", "year", "children"),
        level(rows),
        source_of(table),
        table.notes,
    )


def _count(cell: object) -> str:
    value = number(cell)
    return str(cell) if value is None or isinstance(cell, Mark) else counted(value)


def ehcps_by(figures: Figures, name: str, by: str) -> Chart | None:
    """EHCPs by district or need, the first year against the last."""
    if not figures.has(name, "year", by, "ehcps"):
        return None
    table = figures.table(name)
    years = figures.labels(name, "year")
    first, last = years[0], years[-1]
    pairs = {
        label: (figures.cell(name, "ehcps", **{"year": first, by: label}), figures.cell(name, "ehcps", **{"year": last, by: label}))
        for label in figures.labels(name, by)
    }
    order = sorted(pairs, key=lambda label: -(number(pairs[label][1]) or 0.0))
    rows = [
        Row(
            say(label),
            (
                Bar(number(pairs[label][0]), f"{_whole(pairs[label][0])} in {first}", pale=True),
                Bar(number(pairs[label][1]), f"{_whole(pairs[label][1])} in {last}"),
            ),
        )
        for label in order
    ]
    known = [label for label in order if number(pairs[label][0]) is not None and number(pairs[label][1]) is not None]
    rise = {label: (number(pairs[label][1]) or 0.0) - (number(pairs[label][0]) or 0.0) for label in known}
    most = max(rise, key=lambda label: rise[label], default="")
    headline = f"EHCPs by {by} are not shown" if not known else f"EHCPs do not rise in any {by}"
    if known and rise[most] > 0:
        more = f"{counted(rise[most])} more by {last}"
        headline = fitting(f"{say(most)} has the largest rise in EHCPs: {more}", f"Largest rise in EHCPs: {more}")
    alt = f"Bar chart of EHCPs in {first} and {last}. " + " ".join(f"{row.name}: {row.bars[0].words}, {row.bars[1].words}." for row in rows)
    return Chart(
        name,
        headline,
        about(f"EHCPs by {'type of need' if by == 'need' else by}", figures, [first, last]),
        alt,
        wide(table, by, "year", "ehcps"),
        level(rows),
        source_of(table),
        table.notes,
    )


def _whole(cell: object) -> str:
    value = number(cell)
    return str(cell) if value is None or isinstance(cell, Mark) else commas(value)


def journeys(figures: Figures) -> Chart | None:
    """Mean journey by district in the first and last year that is planned."""
    name = "journeys"
    if not figures.has(name, "district", "year", "mean_minutes"):
        return None
    table = figures.table(name)
    years = figures.labels(name, "year")
    first, last = years[0], years[-1]

    def minutes(district: str, year: str) -> tuple[float | None, str]:
        cell = figures.cell(name, "mean_minutes", district=district, year=year)
        if number(cell) is None:
            return None, f"{cell} in {year}"
        return number(cell), f"{shown(cell, table.column('mean_minutes').kind, figures.minute_digits)} minutes in {year}"

    districts = figures.labels(name, "district")
    ends = {district: (minutes(district, first), minutes(district, last)) for district in districts}
    order = sorted(districts, key=lambda district: -(ends[district][1][0] or 0.0))
    if not order:
        return None
    rows = [
        Row(district, (Bar(*ends[district][0], pale=True), Bar(*ends[district][1])))
        if first != last
        else Row(district, (Bar(*ends[district][1]),))
        for district in order
    ]
    far = ends[order[0]][1][0]
    headline = "Journeys are not shown"
    if far:
        long = f"{commas(far, figures.minute_digits)} minutes one way"
        headline = fitting(f"Journeys are longest from {order[0]}: {long}", f"The longest mean journey of a district: {long}")
    alt = f"Bar chart of mean journeys by district in {first} and {last}. " + " ".join(
        f"{row.name}: {', '.join(bar.words for bar in row.bars)}." for row in rows
    )
    return Chart(
        name,
        headline,
        about("Mean journey one way by district, children who travel to a unit", figures, [first, last]),
        alt,
        wide(table, "district", "year", "mean_minutes"),
        level(rows),
        source_of(table),
        table.notes,
    )
