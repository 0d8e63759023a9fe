"""The page of a comparison: inputs first, results side by side, the answer card, the bridge, and 'no clear difference'."""

from __future__ import annotations

import re
from dataclasses import replace

import lxml.html
import pandas as pd
import pytest

from planner.publish.pack import NOT_APPLICABLE, Audience, Kind, Pack
from planner.report.html import comparison_html
from planner.report.html.compare_charts import compare_charts
from planner.report.html.compare_words import cheapest, compare_numbers, compare_sentences, listed, pays_back, where_and_why, who_waits
from planner.report.html.figures import Figures
from planner.report.html.scenarios import Scenarios
from tests import packs as made

BOTH = [Audience.INTERNAL, Audience.PUBLIC]


def scenarios(pack: Pack | None = None) -> Scenarios:
    return Scenarios(Figures(pack or made.comparison_pack()))


def with_results(**rows: tuple[object, object, object]) -> Pack:
    """The comparison with some results replaced: the measure's first word names the row."""
    pack = made.comparison_pack()
    table = pack.table("results_side_by_side")
    frame = table.frame.copy()
    for word, values in rows.items():
        at = next(index for index, measure in enumerate(frame["measure"]) if measure.startswith(word))
        for name, value in zip(made.SCENARIOS, values, strict=True):
            frame.at[at, name] = value
    return replace(pack, tables={**pack.tables, "results_side_by_side": replace(table, frame=frame)})


def test_no_clear_difference_within_the_sum_of_gaps() -> None:
    # 47,500,000 and 47,550,000 lie 50,000 apart; their gaps add to 100,000.
    assert cheapest(scenarios()) == (
        "There is no clear difference in cost between Transformation and Special school expansion: about £47.5 million in present value."
    )


def test_the_cheapest_beyond_the_gaps_is_named() -> None:
    pack = with_results(Public=(50_000_000.0, 47_500_000.0, 47_600_001.0))
    assert (
        cheapest(scenarios(pack)) == "Transformation is the cheapest, at £47.5 million in present value, £2.5 million less than Baseline."
    )


def test_the_base_may_be_the_cheapest() -> None:
    pack = with_results(Public=(40_000_000.0, 47_500_000.0, 47_600_001.0))
    assert cheapest(scenarios(pack)) == "Baseline is the cheapest, at £40.0 million in present value. It is the base."
    assert compare_charts(scenarios(pack))["cost_against_base"].headline == "Every scenario costs at least £7.5m more than the base"


@pytest.mark.parametrize(("apart", "same"), [(100_000.0, True), (100_000.02, False)])
def test_the_border_of_no_clear_difference(apart: float, same: bool) -> None:
    pack = with_results(Public=(50_000_000.0, 47_500_000.0, 47_500_000.0 + apart))
    assert scenarios(pack).same("transformation", "special_expansion") is same


@pytest.mark.parametrize(("apart", "same"), [(300_000.0, True), (400_000.0, False)])
def test_rounding_never_makes_a_difference_clear(apart: float, same: bool) -> None:
    # The rounded gaps are 0 and 100,000; each of the four figures may be 50,000 off, so 200,000 more is no clear difference.
    pack = made.rounded(with_results(Public=(50_000_000.0, 47_500_000.0, 47_500_000.0 + apart)))
    assert scenarios(pack).same("transformation", "special_expansion") is same


def test_without_gaps_only_equal_costs_are_alike() -> None:
    pack = with_results(Public=(1.0, 2.0, 2.0), Proven=(NOT_APPLICABLE, NOT_APPLICABLE, NOT_APPLICABLE))
    found = scenarios(pack)
    assert found.same("transformation", "special_expansion") is True and found.same("baseline", "transformation") is None


def test_who_waits() -> None:
    assert who_waits(scenarios()) == (
        "Children still wait in 2 of 3 scenarios: Baseline, 22.5 child-years; Transformation, 8 child-years. Nobody waits in Special school expansion."
    )
    assert where_and_why(scenarios()) == (
        "In Baseline the longest waiting is in Northvale (15 child-years) and for Social, emotional and mental health (20 child-years)."
    )
    for least in (0.0, 1e-5):
        pack = with_results(**{"Child-years": (least, 0.0, 0.0)})
        assert who_waits(scenarios(pack)) == "Nobody waits for a place in any scenario."
        assert where_and_why(scenarios(pack)) == "", "nowhere is waiting longest where nobody waits"


def test_the_search_s_rounding_is_drawn_as_nobody_waiting() -> None:
    charts = []
    for least in (0.0, 1e-5):
        pack = made.comparison_pack()
        rows = [(name, year, least) for name in made.SCENARIOS for year in made.YEARS]
        table = made.table("waiting_compared", "Waiting", ["scenario", "year", "children"], rows)
        charts.append(compare_charts(scenarios(replace(pack, tables={**pack.tables, "waiting_compared": table})))["waiting_compared"])
    assert charts[0].headline == charts[1].headline == f"Nobody, or very few, wait in {made.YEARS[-1]} in any scenario"
    assert charts[0].picture(640) == charts[1].picture(640)


def test_why_is_told_where_the_pack_gives_a_reason() -> None:
    pack = made.comparison_pack()
    rows = [("baseline", "Every unit in reach is full", 20.0), ("baseline", "Too far", 2.5), ("transformation", "Too far", 8.0)]
    reasons = made.table("waiting_reasons_compared", "Why children wait", ["scenario", "reason", "children"], rows)
    pack = replace(pack, tables={**pack.tables, "waiting_reasons_compared": reasons})
    assert where_and_why(scenarios(pack)).endswith("The chief reason: every unit in reach is full.")


def test_when_it_pays_back() -> None:
    assert pays_back(scenarios()) == "Pays back: Transformation in 2028/29."
    pack = with_results(Payback=(NOT_APPLICABLE, "2028/29", "2027/28"))
    assert pays_back(scenarios(pack)) == "Pays back: Special school expansion in 2027/28; Transformation in 2028/29."
    never = with_results(Payback=(NOT_APPLICABLE, "not within the years planned", "2027/28"))
    assert pays_back(scenarios(never)) == (
        "Pays back: Special school expansion in 2027/28. Transformation does not pay back within the years planned."
    )


def test_public_sentences_come_from_rounded_figures() -> None:
    text = " ".join(compare_sentences(scenarios(made.comparison_pack(Audience.PUBLIC))))
    assert "22.5" not in text and "Transformation, 10 child-years" in text and "Northvale (15 child-years)" in text


def test_numbers_of_the_card() -> None:
    facts = compare_numbers(scenarios())
    assert [(fact.label, fact.figure) for fact in facts] == [
        ("Least public cost, present value", "£47.5m"),
        ("Waiting, child-years", "0 to 22.5"),
        ("EHCPs at the end", "824 to 840"),
        ("EHCPs avoided", "0 to 35"),
        ("High needs deficit at the end", "£6.5m to £9m"),
    ]


def test_lists_of_names() -> None:
    assert [listed(names) for names in ([], ["A"], ["A", "B"], ["A", "B", "C"])] == ["", "A", "A and B", "A, B and C"]


@pytest.mark.parametrize("audience", BOTH)
def test_the_bridge_runs_from_zero_to_the_whole_difference(audience: Audience) -> None:
    pack = made.comparison_pack(audience)
    chart = compare_charts(scenarios(pack))["bridge-0"]
    tree = lxml.html.fromstring(str(chart.picture(720)))
    bars = [(float(bar.get("x")), float(bar.get("width"))) for bar in tree.xpath("//*[local-name()='svg']/*[local-name()='rect']")]
    changes = [-200_000, -2_900_000, 350_000, -450_000, 300_000, 500_000, -100_000]
    zero, scale = bars[0][0] + bars[0][1], bars[-1][1] / 2_500_000
    at = 0.0
    if audience is Audience.INTERNAL:
        for (x, width), change in zip(bars, changes, strict=False):
            assert width == pytest.approx(abs(change) * scale, abs=0.3)
            assert x == pytest.approx(zero + min(at, at + change) * scale, abs=0.5)
            at += change
    assert bars[-1][0] == pytest.approx(zero - 2_500_000 * scale, abs=0.5)
    assert "−£2.5m" in chart.alt and [cell.text for cell in chart.view.rows[-1]][1:2] == ["Total"]


def test_a_bridge_of_children_speaks_of_children() -> None:
    charts = compare_charts(scenarios())
    assert charts["bridge_ehcps-0"].headline == "Transformation: 16 fewer EHCPs; early help changes it most"
    assert "bridge_ehcps-1" not in charts  # nothing differs, so there is nothing to draw


def test_shapes_with_a_row_for_each_scenario_are_read_too() -> None:
    pack = made.comparison_pack()
    rows = [(name, year, float(at * order)) for order, name in enumerate(made.SCENARIOS) for at, year in enumerate(made.YEARS)]
    pack = replace(
        pack, tables={**pack.tables, "waiting_compared": made.table("waiting_compared", "Waiting", ["scenario", "year", "children"], rows)}
    )
    found = scenarios(pack).across("waiting_compared", "year")
    assert found["special_expansion"]["2028/29"] == 8.0
    assert "from 0 to 8" in compare_charts(scenarios(pack))["waiting_compared"].headline


def test_a_number_of_scenarios_as_it_comes() -> None:
    names = [f"scenario_{at}" for at in range(9)]
    columns = ["measure", "kind", *names]
    kinds = {name: (name, Kind.TEXT) for name in names}
    rows = [("Public cost, present value", "money", *(1e6 * (9 - at) for at in range(9)))]
    table = made.table("results_side_by_side", "Results", columns, rows, kinds)
    pack = Pack("many", "Many", Audience.INTERNAL, tuple(names), {table.name: table})
    assert cheapest(Scenarios(Figures(pack))).startswith("Scenario 8 is the cheapest, at £1.0 million")
    assert "<h1>Many</h1>" in comparison_html(pack)


@pytest.mark.parametrize("audience", BOTH)
def test_inputs_come_first_and_the_base_is_marked(audience: Audience) -> None:
    tree = lxml.html.document_fromstring(comparison_html(made.comparison_pack(audience)))
    sections = [section.get("aria-labelledby") for section in tree.xpath("//main/section")]
    assert sections[:4] == ["answer", "inputs", "results", "bridge"]
    heads = [head.text for head in tree.xpath("//section[@aria-labelledby='results']//table")[0].xpath("./thead//th")]
    assert heads == ["Measure", "Baseline (base)", "Transformation", "Special school expansion"]
    assert "special_expansion.yaml:3" in tree.xpath("//section[@aria-labelledby='inputs']")[0].text_content()
    assert "no clear difference" in tree.xpath("//section[@class='card']")[0].text_content()


@pytest.mark.parametrize("audience", BOTH)
def test_headlines_keep_to_15_words(audience: Audience) -> None:
    pack = made.comparison_pack(audience)
    long = {f"title_{name}": f"{name} " + "with a very long name indeed " * 3 for name in made.SCENARIOS}
    for facts in (pack.facts, {**pack.facts, **long}):
        charts = compare_charts(Scenarios(Figures(replace(pack, facts=facts))))
        assert len(charts) >= 8
        for chart in charts.values():
            assert 3 <= len(chart.headline.split()) <= 15, chart.headline


def test_hostile_names_are_text() -> None:
    tree = lxml.html.document_fromstring(comparison_html(made.comparison_pack(hostile=True)))
    assert len(tree.xpath("//script")) == 1 and not tree.xpath("//img")
    assert made.HOSTILE_IMAGE in tree.text_content()


@pytest.mark.parametrize("gone", sorted(made.comparison_pack().tables))
def test_a_comparison_without_a_table_still_makes_a_page(gone: str) -> None:
    pack = made.comparison_pack()
    text = comparison_html(replace(pack, tables={name: table for name, table in pack.tables.items() if name != gone}))
    assert len(re.findall("<h2", text)) >= 5


def test_an_empty_table_is_no_trouble() -> None:
    pack = made.comparison_pack()
    empty = {name: replace(table, frame=pd.DataFrame(columns=table.frame.columns)) for name, table in pack.tables.items()}
    text = comparison_html(replace(pack, tables=empty))
    assert "Nothing differs in the inputs." in text
