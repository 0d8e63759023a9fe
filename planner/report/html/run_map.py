"""The maps of one run's page, drawn from coordinates in the pack: units by kind, openings by year, who waits."""

from __future__ import annotations

import math
from dataclasses import replace

from planner.publish.pack import LOW
from planner.report.html.draw.chart import Chart, Look, fitting
from planner.report.html.draw.maps import Circle, Extent, Name, Point, circles_map, extent_about, openings_by_year, units_map
from planner.report.html.figures import Figures
from planner.report.html.run_charts import about, provision_code, provision_look, short_provision, source_of
from planner.report.html.values import children_words, counted, number
from planner.report.html.views import plain

_LARGEST_CIRCLE = 34.0
_NO_BOUNDARIES = "Drawn from coordinates (British National Grid); the data hold no boundaries. A name stands at the middle of its district."


def _places(figures: Figures, name: str) -> list[dict[str, object]]:
    return [
        {str(key): value for key, value in row.items()}
        for row in figures.rows(name).to_dict("records")
        if number(row.get("easting")) is not None and number(row.get("northing")) is not None
    ]


def _spot(row: dict[str, object]) -> tuple[float, float]:
    return number(row["easting"]) or 0.0, number(row["northing"]) or 0.0


def _opens(row: dict[str, object]) -> str:
    text = str(row.get("opens"))
    return text if "/" in text and not text.startswith("[") else ""


def _extent(figures: Figures) -> Extent | None:
    districts, units = _places(figures, "districts"), _places(figures, "units")
    if districts:
        about = extent_about([_spot(row) for row in districts], 0.45)
        near = [spot for spot in (_spot(row) for row in units) if about.holds(*spot)]
        return extent_about([*(_spot(row) for row in districts), *near], 0.06)
    return extent_about([_spot(row) for row in units], 0.08) if units else None


def _names(figures: Figures) -> list[Name]:
    return [Name(str(row["district"]), *_spot(row)) for row in _places(figures, "districts")]


def _key(rows: list[dict[str, object]], *, both: bool) -> list[tuple[str, Look, bool]]:
    """The key: each kind that is there, hollow where it stands already, filled where it opens."""
    kinds = sorted({str(row["provision_type"]) for row in rows})
    key = []
    for kind in kinds:
        mine = [row for row in rows if str(row["provision_type"]) == kind]
        name = short_provision(kind)
        if any(not _opens(row) for row in mine) and both:
            key.append((f"{name}, there already", provision_look(kind), False))
        if any(_opens(row) for row in mine):
            key.append((f"{name}, opens or grows", provision_look(kind), True))
    return key


def units(figures: Figures) -> Chart | None:
    """Units by kind: shape and colour for the kind, filled where the plan opens or grows it."""
    extent = _extent(figures)
    rows = _places(figures, "units")
    if extent is None or not rows:
        return None
    table = figures.table("units")
    points = [Point(*_spot(row), provision_look(str(row["provision_type"])), bool(_opens(row))) for row in rows]
    opening = sum(bool(_opens(row)) for row in rows)
    outside = sum(not extent.holds(*_spot(row)) for row in rows)
    headline = f"{opening} of {len(rows)} units open or grow in this plan" if opening else f"{len(rows)} units; none opens or grows"
    counts = {
        kind: sum(provision_code(str(row["provision_type"])) == kind for row in rows)
        for kind in {provision_code(str(row["provision_type"])) for row in rows}
    }
    alt = f"Map of {len(rows)} units. " + " ".join(f"{short_provision(kind)}: {count}." for kind, count in sorted(counts.items()))
    notes = (
        *table.notes,
        _NO_BOUNDARIES,
        *((f"{outside} unit{'s' if outside > 1 else ''} outside the map: see the table.",) if outside else ()),
    )
    draw = units_map(points, _names(figures), extent, _key(rows, both=True))
    leave = ("unit", "easting", "northing")
    return Chart(
        "map_units",
        headline,
        about("Schools and bases with places, and those that open", figures, [figures.fact("base_year"), figures.fact("last_year")]),
        alt,
        plain(table, leave),
        draw,
        source_of(table),
        notes,
    )


def openings(figures: Figures) -> Chart | None:
    """One small map for each year in which something opens."""
    extent = _extent(figures)
    rows = [row for row in _places(figures, "units") if _opens(row)]
    if extent is None or not rows:
        return None
    table = figures.table("units")
    panels = []
    for year in sorted({_opens(row) for row in rows}):
        now = [Point(*_spot(row), provision_look(str(row["provision_type"])), filled=True) for row in rows if _opens(row) == year]
        before = [
            Point(*_spot(row), provision_look(str(row["provision_type"])), filled=False, radius=4.0) for row in rows if _opens(row) < year
        ]
        panels.append((f"{year}: {len(now)}", before + now))
    headline = f"Openings spread over the county from {panels[0][0][:7]} to {panels[-1][0][:7]}"
    if len(panels) == 1:
        headline = f"Everything that opens does so in {panels[0][0][:7]}"
    alt = "Small maps, one a year. Openings and growth: " + ", ".join(f"{title[9:]} in {title[:7]}" for title, _ in panels) + "."
    frame = table.frame[[bool("/" in str(value) and not str(value).startswith("[")) for value in table.frame["opens"]]]
    order = frame.assign(_order=frame["opens"].astype(str)).sort_values(["_order", "name"], kind="stable").drop(columns="_order")
    listed = replace(table, name="map_openings", title="Units that open or grow, by year", frame=order.reset_index(drop=True))
    view = plain(listed, ("unit", "easting", "northing"))
    notes = ("Filled: opens or grows in the year. Hollow: opened in an earlier year of the plan.",)
    subtitle = about("Units that open or grow by academic year", figures, sorted({_opens(row) for row in rows}))
    return Chart(
        "map_openings", headline, subtitle, alt, view, openings_by_year(panels, extent, _key(rows, both=False)), source_of(table), notes
    )


def waiting(figures: Figures) -> Chart | None:
    """Where children wait: one circle a district with an area in proportion to its figure."""
    extent = _extent(figures)
    rows = _places(figures, "districts")
    if extent is None or not rows or not figures.has("districts", "waiting"):
        return None
    table = figures.table("districts")
    values = {str(row["district"]): row["waiting"] for row in rows}
    most = max((number(cell) or 0.0 for cell in values.values()), default=0.0)
    circles = []
    for row in rows:
        cell = row["waiting"]
        value = number(cell)
        radius = _LARGEST_CIRCLE * math.sqrt(value / most) if value and most else 5.0 if cell == LOW else 0.0
        said = counted(value) if value is not None and cell != LOW else str(cell)
        circles.append(Circle(*_spot(row), radius, f"{row['district']}: {said}"))
    if most:
        where = max(values, key=lambda district: number(values[district]) or 0.0)
        figure = children_words(values[where], "child-years")
        headline = fitting(f"Waiting is longest in {where}: {figure}", f"Waiting is longest in one district: {figure}")
    elif any(number(cell) is None for cell in values.values()):
        headline = "Waiting by district is not shown"
    else:
        headline = "Very few children wait, in any district" if LOW in values.values() else "Nobody waits in any district"
    alt = "Map of waiting by district, child-years. " + " ".join(f"{circle.words}." for circle in circles)
    period = [figures.fact("base_year"), figures.fact("last_year")]
    subtitle = about("Child-years of waiting by district, all years of the plan", figures, period)
    notes = (*table.notes, _NO_BOUNDARIES)
    return Chart(
        "map_waiting", headline, subtitle, alt, plain(table, ("easting", "northing")), circles_map(circles, extent), source_of(table), notes
    )
