"""The page of one run: the answer first, then children and families, what opens, money, the map, and what it rests on."""

from __future__ import annotations

from collections.abc import Callable

from planner.publish.pack import Pack
from planner.report.html import run_charts as people
from planner.report.html import run_map, run_money, run_words
from planner.report.html.blocks import Block, Bullets, Card, Page, Section, Table, Terms, Words, figure
from planner.report.html.draw.chart import Chart
from planner.report.html.figures import Figures
from planner.report.html.glossary import glossary
from planner.report.html.page import render
from planner.report.html.values import say
from planner.report.html.views import assumptions_view, plain, wide

_CHARTS: dict[str, Callable[[Figures], Chart | None]] = {
    "placements": people.placements,
    "waiting_by_year": people.waiting,
    "waiting_by_need": people.waiting_by_need,
    "ehcps_by_district": lambda figures: people.ehcps_by(figures, "ehcps_by_district", "district"),
    "ehcps_by_need": lambda figures: people.ehcps_by(figures, "ehcps_by_need", "need"),
    "journeys": people.journeys,
    "openings": run_money.openings,
    "cost_by_fund": run_money.cost_by_fund,
    "cost_by_line": run_money.cost_by_line,
    "dsg_position": run_money.dsg_position,
    "appraisal": run_money.appraisal,
    "map_units": run_map.units,
    "map_openings": run_map.openings,
    "map_waiting": run_map.waiting,
}
_SHOWN = frozenset(
    {
        "ehcps_by_year", "ehcps_by_phase", "ehcps_by_need", "ehcps_by_district", "placements", "waiting_by_year", "waiting_by_district",
        "waiting_by_need", "waiting_reasons", "cost_by_fund", "cost_by_line", "dsg_position", "clock_reconciliation", "dsg_plan", "options", "appraisal", "journeys", "units",
        "districts", "assumptions", "scenario_changes", "dsg_placements_by_setting", "dsg_placements_by_age", "dsg_placements_by_need",
    }
)  # fmt: skip
_FACTS = (
    ("county_title", "County"),
    ("base_year", "Base year"),
    ("last_year", "Last year"),
    ("outcome", "How the search ended"),
    ("check", "Check"),
    ("created", "Made on"),
    ("planner_version", "Version of the planner"),
    ("schema_version", "Version of the scenario’s keys"),
    ("county_hash", "County data, SHA-256"),
    ("scenario_hash", "Scenario, SHA-256"),
)


def run_charts(pack: Pack) -> dict[str, Chart]:
    """Every chart that a run's pack has the figures for, by name, in the order of the page."""
    figures = Figures(pack)
    made = {name: build(figures) for name, build in _CHARTS.items()}
    return {name: chart for name, chart in made.items() if chart is not None}


def _words(*paragraphs: str) -> tuple[Block, ...]:
    kept = tuple(text for text in paragraphs if text)
    return (Words(kept),) if kept else ()


def _table(figures: Figures, name: str, *, folded: bool = False, leave_out: tuple[str, ...] = ()) -> tuple[Block, ...]:
    return (Table(plain(figures.table(name), leave_out), folded),) if figures.has(name) else ()


def _long(figures: Figures, name: str, down: str, value: str, across: str = "year") -> tuple[Block, ...]:
    """A long table turned so that years run across, folded."""
    return (Table(wide(figures.table(name), down, across, value), folded=True),) if figures.has(name, down, across, value) else ()


def _families(figures: Figures, charts: dict[str, Chart]) -> Section:
    nobody = "waiting_by_need" not in charts
    blocks: list[Block] = [Bullets(tuple(run_words.families(figures)))]
    if "placements" not in charts:
        blocks += _table(figures, "placements", folded=True)
    blocks += figure(charts.get("waiting_by_year")) or _table(figures, "waiting_by_year", folded=True)
    blocks += figure(charts.get("waiting_by_need")) or _table(figures, "waiting_by_need", folded=True)
    blocks += _table(figures, "waiting_reasons") if not nobody else ()
    blocks += _long(figures, "waiting_by_district", "district", "children")
    for name in ("journeys", "ehcps_by_district", "ehcps_by_need"):
        blocks += figure(charts.get(name)) or _table(figures, name, folded=True)
    blocks += _long(figures, "ehcps_by_phase", "phase", "ehcps")
    blocks += _table(figures, "ehcps_by_year", folded=True)
    return Section("families", "What it means for children and families", tuple(blocks))


def _options(charts: dict[str, Chart]) -> Section:
    chart = charts.get("openings")
    title = "What opens, year by year"
    return Section("options", title, figure(chart) if chart is not None else _words("Nothing opens or grows in this plan."))


def _money(figures: Figures, charts: dict[str, Chart]) -> Section:
    blocks: list[Block] = [*_words(run_words.funds_sentence(figures))]
    for name in ("cost_by_fund", "cost_by_line", "dsg_position"):
        blocks += figure(charts.get(name)) or _table(figures, name, folded=True)
    blocks += _table(figures, "clock_reconciliation", folded=True)
    blocks += _long(figures, "dsg_plan", "line", "amount_gbp", "financial_year")
    for name, down in (("setting", "setting"), ("age", "age_group"), ("need", "need")):
        blocks += _long(figures, f"dsg_placements_by_{name}", down, "ehcps")
    return Section("money", "Money", tuple(blocks))


def _appraisal(figures: Figures, charts: dict[str, Chart]) -> tuple[Section, ...]:
    chart = charts.get("appraisal")
    blocks = figure(chart) if chart is not None else _table(figures, "appraisal", leave_out=run_money.APPRAISAL_LEFT_OUT)
    said = run_money.early_help_pays(figures)
    first = (Words((said,)),) if said else ()
    return (Section("appraisal", "What each scheme costs and saves", (*first, *blocks)),) if blocks else ()


def _map(charts: dict[str, Chart]) -> tuple[Section, ...]:
    blocks = tuple(block for name in ("map_units", "map_openings", "map_waiting") for block in figure(charts.get(name)))
    return (Section("map", "Map", blocks),) if blocks else ()


def _others(figures: Figures) -> tuple[Section, ...]:
    """Tables that the pack holds beyond those the page knows by name, each as it is."""
    blocks = tuple(block for name in figures.pack.tables if name not in _SHOWN for block in _table(figures, name, folded=True))
    return (Section("more-tables", "More tables", blocks),) if blocks else ()


def made_from(figures: Figures) -> tuple[tuple[str, str], ...]:
    """What a page was made from, for its foot."""
    return tuple((title, say(figures.fact(name))) for name, title in _FACTS if figures.fact(name))


def rounding(figures: Figures) -> str:
    """What was done to the figures of this page."""
    if figures.internal:
        return "These are exact figures for internal use. Years to come are expected numbers, so a figure may hold part of a child."
    step, pounds = figures.fact("round_to"), figures.fact_number("money_round_to_gbp")
    rounded = f"to the nearest {step}" if step else "so that no child can be made out"
    money = f" Money is rounded to the nearest £{pounds:,.0f}." if pounds else ""
    return f"Counts of children are rounded {rounded}; parts may not add to totals.{money} Differences are worked out from rounded figures."


def limits(figures: Figures) -> tuple[str, ...]:
    """What the answer does not say."""
    return (
        "The plan is the best that the program found under the assumptions below; it is not a decision.",
        "Years after the base year are a projection, not a promise.",
        "Hosts of new bases are illustrative unless a scheme is marked as decided: no school has been chosen.",
        "No study gives a causal figure for early help; test the plan with other values.",
        rounding(figures),
    )


def warning_of(figures: Figures) -> str:
    """The warning of a page whose check did not pass; nothing if it did."""
    check = figures.fact("check")
    return "" if not check or check.startswith("passed") else f"The check did not pass: {check}. Do not use these results."


def report_html(pack: Pack) -> str:
    """The page of one run as the text of one HTML file. It shows what its pack holds, exact or rounded, and nothing else."""
    figures = Figures(pack)
    charts = run_charts(pack)
    first = charts.get("placements")
    method: list[Block] = [Bullets(tuple(run_words.method(figures)))]
    method.append(Words(("What this does not say:",)))
    method.append(Bullets(limits(figures)))
    sections = [_families(figures, charts), _options(charts), _money(figures, charts), *_appraisal(figures, charts), *_map(charts)]
    if figures.has("scenario_changes"):
        sections.append(Section("changes", "What this scenario changes", _table(figures, "scenario_changes")))
    sections.append(Section("method", "Method and limits", tuple(method)))
    log = (
        *_words(run_words.count_by_quality(figures)),
        *((Table(assumptions_view(figures.table("assumptions")), folded=True),) if figures.has("assumptions") else ()),
    )
    sections += [Section("assumptions", "Assumptions log", log)] if log else []
    sections += [*_others(figures), Section("glossary", "Glossary", (Terms(glossary()),))]
    card = Card(
        tuple(run_words.five_numbers(figures)),
        tuple(run_words.three_sentences(figures)),
        first,
        tuple(run_words.assumptions_that_matter(figures)),
        run_words.count_by_quality(figures),
    )
    period = (
        f"{figures.county}, {figures.fact('base_year')} to {figures.fact('last_year')}" if figures.fact("last_year") else figures.county
    )
    description = figures.fact("scenario_description") or figures.fact("description")
    lead = (description,) if description else ()
    return render(Page(pack.title, period, figures.internal, card, tuple(sections), made_from(figures), warning_of(figures), lead))
