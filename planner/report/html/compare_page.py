"""The page of a comparison: what differs in the inputs, results side by side, the bridge between scenarios, and fairness."""

from __future__ import annotations

from planner.publish.pack import Pack
from planner.report.html import compare_words
from planner.report.html.blocks import Block, Bullets, Card, Page, Section, Table, Terms, Words, figure
from planner.report.html.compare_charts import compare_charts, side_by_side, with_titles
from planner.report.html.draw.chart import Chart
from planner.report.html.figures import Figures
from planner.report.html.glossary import glossary
from planner.report.html.page import render
from planner.report.html.run_page import limits, made_from, warning_of
from planner.report.html.run_words import assumptions_that_matter, count_by_quality
from planner.report.html.scenarios import Scenarios
from planner.report.html.views import assumptions_view

_SHOWN = frozenset(
    {
        "input_differences", "results_side_by_side", "cost_by_fund_compared", "dsg_compared", "waiting_compared", "ehcps_compared",
        "placements_compared", "journeys_compared", "equity_by_district", "equity_by_need", "bridge", "bridge_ehcps", "bridge_waiting",
        "findings", "assumptions", "switching_values", "bridge_alone", "waiting_reasons_compared",
    }
)  # fmt: skip

_BRIDGED = {"bridge": "cost", "bridge_ehcps": "EHCPs", "bridge_waiting": "waiting"}

_CAUSES = (
    "Demand: how many children come to have an EHCP, before early help.",
    "Need mix: which needs, ages and bands they have.",
    "Provision mix: where they are placed, and how long children stay there.",
    "Price: what a child or a place costs on average. It changes when dearer children move in, as well as when a rate changes.",
    "Places built: places and bases that are paid for, full or not.",
    "Transport: what journeys cost for each child in a kind of school.",
    "Early help: EHCPs that it avoids, and what its sessions cost.",
    "Capital: buildings, less what is left of them at the end.",
)
"""What each cause of a bridge means."""


def _table(scenarios: Scenarios, name: str, *, folded: bool = False) -> tuple[Block, ...]:
    figures = scenarios.figures
    return (Table(with_titles(scenarios, figures.table(name)), folded),) if figures.has(name) else ()


def _inputs(scenarios: Scenarios) -> Section:
    base = scenarios.title(scenarios.base)
    lead = f"The base scenario is {base}. Everything that is not listed here is the same in all scenarios."
    if not scenarios.figures.has("input_differences"):
        return Section("inputs", "What differs in the inputs", (Words((lead, "Nothing differs in the inputs.")),))
    return Section("inputs", "What differs in the inputs", (Words((lead,)), *_table(scenarios, "input_differences")))


def _results(scenarios: Scenarios, charts: dict[str, Chart]) -> Section:
    blocks: list[Block] = [Table(side_by_side(scenarios))] if scenarios.figures.has("results_side_by_side") else []
    for name in ("waiting_compared", "dsg_compared", "ehcps_compared", "journeys_compared"):
        blocks += figure(charts[name]) if name in charts else _table(scenarios, name, folded=True)
    for name in ("cost_by_fund_compared", "placements_compared"):
        blocks += _table(scenarios, name, folded=True)
    return Section("results", "Results side by side", tuple(blocks))


def _bridges(scenarios: Scenarios, charts: dict[str, Chart]) -> tuple[Section, ...]:
    blocks: list[Block] = []
    for name in ("bridge", "bridge_ehcps", "bridge_waiting"):
        mine = [chart for key, chart in charts.items() if key.rsplit("-", 1)[0] == name]
        for chart in mine:
            blocks += figure(chart)
        if not mine:
            blocks += _table(scenarios, name, folded=True)
        labels = scenarios.figures.labels(name, "scenario") if mine else []
        same = [scenarios.title(scenarios.named(one)) for at, one in enumerate(labels) if f"{name}-{at}" not in charts]
        if name == "bridge" and mine:
            blocks += _table(scenarios, "bridge_alone", folded=True)
        if same:
            blocks.append(Words(tuple(f"{title}: no difference in {_BRIDGED[name]}." for title in same)))
    if not blocks:
        return ()
    words = (
        "Each difference is split by cause. A cause’s share is its mean over every order of the causes, so that no order decides the story."
    )
    return (Section("bridge", "Why the scenarios differ", (Words((words,)), Bullets(_CAUSES), *blocks)),)


def _switches(scenarios: Scenarios) -> tuple[Section, ...]:
    """How far each price would have to move before a scenario costs as much as the base."""
    if not scenarios.figures.has("switching_values"):
        return ()
    words = "Both plans are held as they are, and one price is changed at a time. A new run at that price may find a cheaper plan."
    said = compare_words.switches(scenarios)
    blocks: tuple[Block, ...] = (Words((words,)), *((Bullets(tuple(said)),) if said else ()))
    return (Section("switches", "What would turn the answer", (*blocks, *_table(scenarios, "switching_values", folded=True))),)


def _fairness(scenarios: Scenarios, charts: dict[str, Chart]) -> tuple[Section, ...]:
    said = compare_words.gains(scenarios)
    blocks: list[Block] = [Bullets(tuple(said))] if said else []
    for name in ("equity_by_district", "equity_by_need"):
        blocks += figure(charts[name]) if name in charts else _table(scenarios, name)
    blocks += _table(scenarios, "waiting_reasons_compared", folded=True)
    return (Section("fairness", "Who gains and who loses", tuple(blocks)),) if blocks else ()


def _method(scenarios: Scenarios) -> Section:
    cost = scenarios.cost()
    said = []
    for name in scenarios.names:
        gap = scenarios.gap(name)
        if gap is not None and cost is not None:
            said.append(f"{scenarios.title(name)}: no plan with as little waiting costs more than £{gap:,.0f} less.")
    words = "Two scenarios have no clear difference in cost where they differ by less than their proven gaps together."
    return Section("method", "Method and limits", (Words((words,)), Bullets((*said, *limits(scenarios.figures)))))


def comparison_html(pack: Pack) -> str:
    """The page of one comparison as the text of one HTML file. It shows what its pack holds, exact or rounded, and nothing else."""
    figures = Figures(pack)
    scenarios = Scenarios(figures)
    charts = compare_charts(scenarios)
    first = charts.pop("cost_against_base", None)
    found = compare_words.findings(figures)
    sections = [
        _inputs(scenarios),
        _results(scenarios, charts),
        *_bridges(scenarios, charts),
        *_switches(scenarios),
        *_fairness(scenarios, charts),
        _method(scenarios),
    ]
    if figures.has("assumptions"):
        sections.append(Section("assumptions", "Assumptions log", (Table(assumptions_view(figures.table("assumptions")), folded=True),)))
    others = tuple(block for name in pack.tables if name not in _SHOWN for block in _table(scenarios, name, folded=True))
    sections += [Section("more-tables", "More tables", others)] if others else []
    sections.append(Section("glossary", "Glossary", (Terms(glossary(compare=True)),)))
    card = Card(
        tuple(compare_words.compare_numbers(scenarios)),
        tuple(compare_words.compare_sentences(scenarios)),
        first,
        tuple(assumptions_that_matter(figures)),
        count_by_quality(figures),
        tuple(found),
    )
    period = (
        f"{figures.county}, {figures.fact('base_year')} to {figures.fact('last_year')}" if figures.fact("last_year") else figures.county
    )
    lead = (f"{len(scenarios.names)} scenarios. The base is {scenarios.title(scenarios.base)}.",)
    return render(Page(pack.title, period, figures.internal, card, tuple(sections), made_from(figures), warning_of(figures), lead))
