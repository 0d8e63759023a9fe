"""What a briefing says about several scenarios, from a comparison's pack: sentences, tables and charts."""

from __future__ import annotations

from typing import Any

from planner.publish.pack import LOW, Kind, PackTable
from planner.publish.rounding import NOISE
from planner.report.paper.charts import Picture, lines_chart
from planner.report.paper.figures import Figures, Said, is_number, largest
from planner.report.paper.run_part import Grid

MOST_FINDINGS, MOST_DIFFERENCES, MOST_ROWS, MOST_SCENARIOS = 4, 4, 12, 4
"""So many findings, differences and measures are shown, and so many scenarios named one by one; tables hold the rest."""

SIDE = "results_side_by_side"

LEAST_APART, SHARE_APART = 0.5, 0.01
"""Two plans leave as many children waiting if they differ by no more child-years than this, or by no more than this share of the fewest."""


def _few(figures: Figures, most: int) -> int:
    """So many where scenarios are few; two where they are many, so that the paper keeps to its two pages."""
    return most if len(figures.pack.scenarios) <= MOST_SCENARIOS else min(most, 2)


def _measure(figures: Figures, *words: str) -> dict[str, Any] | None:
    """The first row of the side-by-side results whose measure holds all these words."""
    return next((row for row in figures.rows(SIDE) if all(word in str(row["measure"]).lower() for word in words)), None)


def best(figures: Figures) -> tuple[list[str], list[str]]:
    """The scenarios with the least waiting and of those the least cost, and the scenarios with the least cost of all.

    Scenarios with no clear difference of cost stay together, and so do those that leave as many waiting but for what a search leaves open.
    """
    cost = _figures_of(figures, _measure(figures, "cost", "present value"))
    waiting = _figures_of(figures, _measure(figures, "waiting"))
    names = list(figures.pack.scenarios)
    if waiting:
        names = _fewest(waiting)
    return _least(figures, names, cost), _least(figures, list(figures.pack.scenarios), cost)


def _fewest(waiting: dict[str, float]) -> list[str]:
    """The scenarios that leave the fewest children waiting."""
    least = min(waiting.values())
    return [name for name, value in waiting.items() if value - least <= max(LEAST_APART, SHARE_APART * least)]


def _figures_of(figures: Figures, row: dict[str, Any] | None) -> dict[str, float]:
    """The numbers of a row by scenario; what rounds to 0 but is not 0 is taken to be 1."""
    if row is None:
        return {}
    values = {name: 1.0 if str(row[name]) == str(LOW) else row[name] for name in figures.pack.scenarios}
    return {name: float(value) for name, value in values.items() if is_number(value)}


def _least(figures: Figures, names: list[str], cost: dict[str, float]) -> list[str]:
    known = [name for name in names if name in cost]
    if not known:
        return names
    first = min(known, key=lambda name: cost[name])
    return [first, *(name for name in known if name != first and (cost[name] == cost[first] or _alike(figures, first, name)))]


def _alike(figures: Figures, one: str, other: str) -> bool:
    """Whether two scenarios show no clear difference of cost: as the pack says, or else as a finding does."""
    told = figures.pack.alike(one, other)
    if told is not None:
        return told
    titles = figures.titles()
    texts = [str(row.get("text", "")) for row in figures.rows("findings")]
    return any("no clear difference" in text and "cost" in text and titles[one] in text and titles[other] in text for text in texts)


def _named(figures: Figures, names: list[str]) -> str:
    titles = figures.titles()
    words = [titles[name] for name in names]
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"


def asked(figures: Figures) -> list[Said]:
    """What Schools Forum is asked to do: which scenario to consider, and what to note."""
    chosen, cheapest = best(figures)
    waiting = _figures_of(figures, _measure(figures, "waiting"))
    fewest = len(_fewest(waiting)) if waiting else 0
    asks = []
    if len(chosen) < len(figures.pack.scenarios):
        which = "which leaves the fewest children waiting" if len(chosen) == 1 else "which leave the fewest children waiting"
        if len(chosen) > 1:
            which += ", with no clear difference of cost between them"
        elif fewest > 1:
            which += " and, of those that do, costs least"
        asks.append(Said(f"consider {_named(figures, chosen)}, {which}", (SIDE,)))
    else:
        asks.append(Said("note that the figures shown do not tell the scenarios apart", (SIDE,)))
    if cheapest and set(cheapest) != set(chosen):
        words = "scenario is" if len(cheapest) == 1 else "scenarios, with no clear difference between them, are"
        asks.append(Said(f"note that the least costly {words} {_named(figures, cheapest)}", (SIDE,)))
    asks.append(Said("give its view before the council decides on any scheme"))
    return asks


def summary(figures: Figures) -> list[Said]:
    """The executive summary: the findings, then deficit and waiting of every scenario."""
    said = [
        Said(str(row["text"]).rstrip(".") + ".", ("findings",))
        for row in figures.rows("findings")[: _few(figures, MOST_FINDINGS)]
        if "text" in row
    ]
    for words, start in ((("cost", "present value"), "Public cost, present value"), (("deficit",), "Deficit of the grant at the end"), (("waiting",), "Child-years waiting")):  # fmt: skip
        row = _measure(figures, *words)
        if row is not None:
            said.append(Said(f"{start}: {_each(figures, SIDE, row)}.", (SIDE,)))
    return said


def _each(figures: Figures, name: str, row: dict[str, Any]) -> str:
    """The figure of every scenario; of many, that of the base, the lowest and the highest."""
    titles = figures.titles()
    names = [scenario for scenario in figures.pack.scenarios if scenario in row]
    if len(names) > MOST_SCENARIOS:
        known = [one for one in names if is_number(row[one])]
        low, high = (
            (min(known, key=lambda one: float(row[one])), max(known, key=lambda one: float(row[one]))) if known else (names[0], names[0])
        )
        names = list(dict.fromkeys([names[0], low, high]))
    return "; ".join(f"{titles[scenario]} {figures.text(name, row, scenario)}" for scenario in names)


def options_table(figures: Figures) -> Grid | None:
    """The results side by side: a column a scenario, or, where there are many, a row a scenario and the main measures."""
    if not figures.has(SIDE):
        return None
    titles = figures.titles()
    names = [name for name in figures.pack.scenarios if name in figures.pack.table(SIDE).frame.columns]
    caption = f"Options compared. Table {SIDE}."
    if len(names) > MOST_SCENARIOS:
        found = [
            _measure(figures, *words) for words in (("cost", "present value"), ("deficit",), ("waiting",), ("avoided",), ("independent",))
        ]
        rows = [row for row in found if row is not None][:4]
        body = [[titles[name], *(figures.text(SIDE, row, name) for row in rows)] for name in names]
        return caption, ["Scenario", *(str(row["measure"]) for row in rows)], body, SIDE
    rows = figures.rows(SIDE)[:MOST_ROWS]
    body = [[str(row["measure"]), *(figures.text(SIDE, row, name) for name in names)] for row in rows]
    return caption, ["Measure", *(titles[name] for name in names)], body, SIDE


def differences(figures: Figures) -> list[Said]:
    """What differs in the inputs."""
    titles = figures.titles()
    rows = figures.rows("input_differences")
    said = [Said(f"{titles.get(str(row['scenario']), str(row['scenario']))}: {_setting(str(row['setting']))} is {_words(str(row['value']))} (base: {_words(str(row['base_value']))}).", ("input_differences",)) for row in rows[: _few(figures, MOST_DIFFERENCES)]]  # fmt: skip
    if len(rows) > _few(figures, MOST_DIFFERENCES):
        said.append(Said("Other settings differ too; they are in the table.", ("input_differences",)))
    return said


def _words(code: str) -> str:
    return code.replace("_", " ")


def _setting(name: str) -> str:
    """A setting's name in words: ``options.most_openings_per_year`` is "most openings per year (options)"."""
    place, _, last = name.rpartition(".")
    return f"{_words(last)} ({_words(place).replace('.', ', ')})" if place else _words(last)


def _last_row(figures: Figures, name: str) -> dict[str, Any] | None:
    """The row of the last year of a table with a column a scenario; of totals where it has other labels."""
    years = figures.periods(name)
    if not years:
        return None
    table = figures.pack.table(name)
    column = next(one.name for one in table.columns if one.kind is Kind.YEAR)
    rows = figures.rows(name, **{column: years[-1]})
    return _one_label(table, rows)[-1] if rows else None


def _one_label(table: PackTable, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Of rows told apart by a label, those of the deficit or the total; all rows where there is no such label."""
    labels = [one.name for one in table.columns if one.kind in (Kind.TEXT, Kind.CODE) and one.name not in ("kind", "status")]
    for label in labels:
        for word in ("deficit", table.total.lower()):
            kept = [row for row in rows if word in str(row[label]).lower()]
            if kept:
                rows = kept
                break
    return rows


def children(figures: Figures) -> list[Said]:
    """Waiting, journeys and placements in every scenario."""
    said = []
    for name, words in (
        ("waiting_compared", "Children waiting"),
        ("ehcps_compared", "EHCPs"),
        ("journeys_compared", "Mean journey one way, minutes"),
    ):
        row = _last_row(figures, name)
        if row is not None and any(is_number(row.get(one)) for one in figures.pack.scenarios):
            year = next(str(row[one.name]) for one in figures.pack.table(name).columns if one.kind is Kind.YEAR)
            said.append(Said(f"{words} in {year}: {_each(figures, name, row)}.", (name,)))
    years = figures.periods("placements_compared")
    if years:
        for kind in ("Resource centre", "Independent or non-maintained special school"):
            for row in figures.rows("placements_compared", year=years[-1], provision_type=kind):
                said.append(
                    Said(f"{kind}, children in {years[-1]}: {_each(figures, 'placements_compared', row)}.", ("placements_compared",))
                )
    return said


def _shown_first(figures: Figures) -> list[str]:
    """The scenarios with the base first, then those that the paper recommends or calls the least costly, then the rest."""
    chosen, cheapest = best(figures)
    return list(dict.fromkeys([figures.pack.scenarios[0], *chosen, *cheapest, *figures.pack.scenarios]))


def money(figures: Figures) -> list[Said]:
    """Where the difference of cost comes from."""
    said = []
    titles = figures.titles()
    base = titles[figures.pack.scenarios[0]]
    for scenario in _shown_first(figures)[1 : 1 + _few(figures, MOST_SCENARIOS - 1)]:
        rows = figures.rows("bridge", scenario=scenario)
        total = [row for row in rows if str(row["cause"]) == "Total"]
        parts = [row for row in rows if str(row["cause"]) != "Total" and is_number(row["change_gbp"])]
        parts.sort(key=lambda row: -abs(float(row["change_gbp"])))
        if total and parts:
            causes = "; ".join(f"{str(row['cause']).lower()} {figures.text('bridge', row, 'change_gbp')}" for row in parts[:3])
            clear = ", which is no clear difference" if _alike(figures, figures.pack.scenarios[0], scenario) else ""
            said.append(Said(f"From {base} to {titles[scenario]} the cost changes by {figures.text('bridge', total[0], 'change_gbp')}{clear}. The largest causes: {causes}.", ("bridge",)))  # fmt: skip
    return said


def pictures(figures: Figures) -> tuple[Picture | None, Picture | None]:
    """Charts of EHCPs and of the deficit in every scenario."""
    return _compared(figures, "ehcps_compared", "EHCPs in each scenario"), _compared(figures, "dsg_compared", "Cumulative deficit of the dedicated schools grant")  # fmt: skip


def _compared(figures: Figures, name: str, title: str) -> Picture | None:
    years = figures.periods(name)
    if len(years) < 2:
        return None
    table = figures.pack.table(name)
    column = next(one.name for one in table.columns if one.kind is Kind.YEAR)
    rows = _one_label(table, figures.rows(name))
    by_year = {str(row[column]): row for row in rows}
    titles = figures.titles()
    names = [scenario for scenario in _shown_first(figures) if scenario in table.frame.columns]
    names = names[:MOST_SCENARIOS] if len(names) > MOST_SCENARIOS + 1 else names
    lines = {titles[scenario]: [by_year[year][scenario] if year in by_year else None for year in years] for scenario in names}
    if not any(is_number(value) for values in lines.values() for value in values):
        return None
    left = len(names) < len([one for one in figures.pack.scenarios if one in table.frame.columns])
    return lines_chart(title, table, years, lines, table.column(names[0]).kind, more=left)


def risks(figures: Figures) -> list[Said]:
    """What could change the answer: findings of no clear difference, and proven gaps."""
    said = [
        Said(str(row["text"]), ("findings",))
        for row in figures.rows("findings")[MOST_FINDINGS:]
        if "no clear difference" in str(row.get("text")) and len(figures.pack.scenarios) <= MOST_SCENARIOS
    ][:2]
    row = _measure(figures, "gap")
    known = {} if row is None else {name: value for name, value in row.items() if name not in figures.pack.scenarios or is_number(value)}
    if any(name in known for name in figures.pack.scenarios):
        said.append(Said(f"A plan may be dearer than the best there is by up to the proven gap: {_each(figures, SIDE, known)}.", (SIDE,)))
    return said


def equality(figures: Figures) -> list[Said]:
    """For each scenario the district and the need that wait longest."""
    said = []
    titles = figures.titles()
    for name, label in (("equity_by_district", "district"), ("equity_by_need", "need")):
        if not figures.has(name) or "waiting" not in figures.pack.table(name).frame.columns:
            continue
        parts = []
        for scenario in _shown_first(figures)[:MOST_SCENARIOS]:
            worst = largest(
                [row for row in figures.rows(name, scenario=scenario) if str(row.get(label)) != figures.pack.table(name).total], "waiting"
            )
            if worst and float(worst["waiting"]) >= NOISE:
                parts.append(f"{titles[scenario]} {worst[label]}, {figures.text(name, worst, 'waiting')} child-years")
        words = "; ".join(parts) + "." if parts else "nobody in any scenario, as far as figures can be shown."
        said.append(Said(f"Who waits longest by {label}: {words}", (name,)))
    return said
