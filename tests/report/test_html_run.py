"""The page of a run: what it says, how it is built, and that it says only what its pack holds."""

from __future__ import annotations

import base64
import hashlib
import itertools
import json
import re
from dataclasses import replace

import lxml.html
import pandas as pd
import pytest

from planner.publish.pack import CONFIDENTIAL, LOW, NOT_AVAILABLE, Audience, Column, Kind, Pack
from planner.report.html import report_html, run_charts, standalone
from planner.report.html.figures import Figures
from planner.report.html.run_words import chief_reason, five_numbers, method, three_sentences, waiting_sentence
from planner.report.html.values import children_words, commas, data_value, pounds, say, short_pounds, shown, worded_pounds
from planner.report.html.views import assumptions_view, plain, wide
from planner.run import RunResult
from tests import packs as made

BOTH = [Audience.INTERNAL, Audience.PUBLIC]


def page(pack: Pack) -> lxml.html.HtmlElement:
    return lxml.html.document_fromstring(report_html(pack))


def changed(pack: Pack, name: str, frame: pd.DataFrame) -> Pack:
    return replace(pack, tables={**pack.tables, name: replace(pack.tables[name], frame=frame)})


# Values


@pytest.mark.parametrize(
    ("cell", "kind", "digits", "words"),
    [
        (1234.0, Kind.CHILDREN, 0, "1,234"),
        (0.25, Kind.CHILDREN, 1, "0.2"),
        (0.01, Kind.CHILDREN, 1, "[low]"),
        (-0.0, Kind.CHILDREN, 1, "0.0"),
        (LOW, Kind.CHILDREN, 0, "[low]"),
        (CONFIDENTIAL, Kind.MONEY, 0, "[c]"),
        (None, Kind.CHILDREN, 0, "[x]"),
        (float("nan"), Kind.MONEY, 0, "[x]"),
        (-1234.5, Kind.MONEY, 2, "\u2212£1,234.50"),
        (0.256, Kind.PERCENT, 1, "25.6%"),
        (True, Kind.TEXT, 0, "yes"),
        ("state_special", Kind.TEXT, 0, "State special school"),
        ("open_oak", Kind.CODE, 0, "open_oak"),
        ("expand_special", Kind.TEXT, 0, "expand_special"),
    ],
)
def test_a_cell_is_shown(cell: object, kind: Kind, digits: int, words: str) -> None:
    assert shown(cell, kind, digits) == words


def test_pounds_have_three_lengths() -> None:
    assert pounds(-1_234_567.891, 2) == "\u2212£1,234,567.89"
    assert [short_pounds(value) for value in (248_012_345.0, 48_712_345.0, 2_450_000.0, 9_000_000.0, 518_400.0, 75.0, -83_200.0)] == [
        "£248m", "£48.7m", "£2.45m", "£9m", "£518k", "£75", "\u2212£83k",
    ]  # fmt: skip
    assert [worded_pounds(value) for value in (2_343_418_634.89, 120_000.5, 1_250.0)] == ["£2,343.4 million", "£120,000", "£1,200"]
    assert commas(-0.0001, 1) == "0.0"


def test_children_are_said_in_words() -> None:
    assert [children_words(cell) for cell in (8.0, 1.0, 0.0, 2.25, LOW, CONFIDENTIAL)] == [
        "8 children", "1 child", "no children", "2.2 children", "very few children", "a number of children that is not shown",
    ]  # fmt: skip
    assert say("need_mix") == "Need mix" and say("Fir School") == "Fir School"


def test_a_machine_reads_the_whole_figure() -> None:
    assert data_value(9_123_456.78) == "9123456.78" and data_value(5.0) == "5" and data_value(LOW) is None and data_value("x") is None


# Views


def test_a_long_table_turns_with_years_across() -> None:
    table = made.run_pack().table("cost_by_fund")
    view = wide(table, "financial_year", "fund", "cost_gbp")
    assert [cell.text for cell in view.head] == ["Financial year", "High needs block", "Council general fund", "Capital", "Total"]
    assert [cell.text for cell in view.rows[0]] == ["2025/26", "9.12", "1.25", "0.60", "10.97"]
    assert view.rows[0][1].value == "9123456.78" and "£ million" in view.measure


def test_totals_come_last_and_are_marked() -> None:
    view = wide(made.run_pack().table("ehcps_by_district"), "district", "year", "ehcps")
    assert view.rows[-1][0].text == "Total" and view.totals == {3}


def test_a_pair_that_comes_twice_is_shown_as_it_is() -> None:
    table = made.run_pack().table("ehcps_by_district")
    double = replace(table, frame=pd.concat([table.frame, table.frame.head(1)], ignore_index=True))
    assert len(wide(double, "district", "year", "ehcps").rows) == len(double.frame)


def test_shorthand_is_explained_under_its_table() -> None:
    view = plain(made.run_pack(Audience.PUBLIC).table("waiting_by_need"))
    assert view.marks == (("[low]", "rounds to 0 but is not 0"),)


def test_the_least_certain_assumptions_come_first() -> None:
    view = assumptions_view(made.run_pack().table("assumptions"))
    quality = [row[2].text for row in view.rows]
    assert quality == ["red"] * 6 + ["amber"] * 6 + ["green"] * 6
    assert view.rows[0][1].text == "0.0 (0 to 1)"


# Sentences


def test_sentences_of_the_card() -> None:
    assert three_sentences(Figures(made.run_pack())) == [
        "EHCPs rise from 615 in 2024/25 to 824 in 2028/29, 34% more.",
        "5.8 children wait for a place in 2028/29; the most in any year. The chief reason: every unit in reach is full.",
        "It costs £48.1 million in present value, proven to be within £120,000 (0.25%) of the least that is possible with so little waiting.",
    ]


def test_sentences_of_a_public_page_come_from_rounded_figures() -> None:
    public = made.run_pack(Audience.PUBLIC)
    assert three_sentences(Figures(public))[:2] == [
        "EHCPs rise from 615 in 2024/25 to 825 in 2028/29, 34% more.",
        "5 children wait for a place in 2028/29; the most in any year. The chief reason: every unit in reach is full.",
    ]
    text = page(public).text_content()
    assert "5.8" not in re.sub(r"\d\.\d\d", "", text) and "INTERNAL" not in text


def test_five_numbers() -> None:
    facts = five_numbers(Figures(made.run_pack()))
    assert [(fact.label, fact.figure) for fact in facts] == [
        ("EHCPs in 2028/29", "824"),
        ("Most children waiting in a year", "5.8"),
        ("Public cost, present value", "£48.1m"),
        ("Cumulative high needs deficit", "£6.9m"),
        ("EHCPs avoided by early help", "35"),
    ]


def test_nobody_waits() -> None:
    pack = made.run_pack()
    frame = pack.table("waiting_by_year").frame.assign(children=0.0)
    figures = Figures(changed(pack, "waiting_by_year", frame))
    assert waiting_sentence(figures) == "Every child with an EHCP has a place in every year: nobody waits."
    assert "waiting_by_year" not in run_charts(figures.pack), "nothing but noughts is no chart"
    rounding = changed(pack, "waiting_by_year", frame.assign(children=1e-5))
    assert "waiting_by_year" not in run_charts(rounding), "nor is the search's rounding"
    said = report_html(figures.pack)
    assert "nobody waits" in said and f">{pack.table('waiting_by_year').title}<" in said


def test_very_few_wait_is_said_in_words() -> None:
    pack = made.run_pack(Audience.PUBLIC)
    frame = pack.table("waiting_by_year").frame
    cells = pd.Series([0.0, 0.0, 0.0, 0.0, LOW, LOW], dtype=object)
    figures = Figures(changed(pack, "waiting_by_year", frame.assign(children=cells)))
    assert waiting_sentence(figures).startswith("Very few children wait for a place in 2028/29; nobody waits in any other year.")


def test_the_chief_reason_has_most_child_years() -> None:
    pack = made.run_pack()
    frame = pack.table("waiting_reasons").frame.copy()
    frame.loc[1, "children"] = 100.0
    assert chief_reason(Figures(changed(pack, "waiting_reasons", frame))) == "The units in reach have not opened yet"


@pytest.mark.parametrize(
    ("outcome", "words"),
    [
        ("proven optimal", "no plan does better"),
        ("within gap", "close enough"),
        ("stopped with a plan", "stopped with a plan before"),
        ("odd", "ended: odd"),
    ],
)
def test_the_outcome_is_said_in_words(outcome: str, words: str) -> None:
    pack = replace(made.run_pack(), facts={**made.FACTS, "outcome": outcome})
    assert words in method(Figures(pack))[0]


def test_the_exact_cost_is_on_the_internal_page_only() -> None:
    assert "£48,123,456.78" in page(made.run_pack()).text_content()
    assert "48,123,456" not in page(made.run_pack(Audience.PUBLIC)).text_content()


def test_a_failed_check_warns_first() -> None:
    pack = replace(made.run_pack(), facts={**made.FACTS, "check": "failed: 3 findings"})
    tree = page(pack)
    assert "Do not use these results" in tree.xpath("//header//p[@class='warning']")[0].text_content()
    assert not page(made.run_pack()).xpath("//p[@class='warning']")


# Charts


@pytest.mark.parametrize("audience", BOTH)
def test_headlines_and_subtitles_keep_the_house_style(audience: Audience) -> None:
    charts = run_charts(made.run_pack(audience))
    assert len(charts) == 14
    for chart in charts.values():
        assert 3 <= len(chart.headline.split()) <= 15, chart.headline
        assert not chart.headline.endswith(".") and "Testshire" in chart.subtitle and re.search(r"20\d\d/\d\d", chart.subtitle), (
            chart.subtitle
        )
        assert len(chart.alt) > 20 and chart.source.startswith("Source: ")


def test_charts_know_only_their_pack() -> None:
    pack = made.run_pack()
    frame = pack.table("placements").frame.copy()
    frame.loc[(frame["provision_type"] == "Resource centre") & (frame["year"] == "2028/29"), "children"] = 4321.0
    other = run_charts(changed(pack, "placements", frame))["placements"]
    assert "Resource centres" in other.headline and "4,321" in other.headline and "4,321" in other.alt


def test_bars_are_in_proportion_from_zero() -> None:
    chart = run_charts(made.run_pack())["waiting_by_need"]
    tree = lxml.html.fromstring(str(chart.picture(720)))
    widths = [float(rect.get("width")) for rect in tree.xpath("//rect")]
    assert len(widths) == 2 and widths[0] / widths[1] == pytest.approx(6.75 / 1.25, rel=0.01)
    assert len({rect.get("x") for rect in tree.xpath("//rect")}) == 1


def test_the_map_is_drawn_from_coordinates() -> None:
    chart = run_charts(made.run_pack())["map_units"]
    tree = lxml.html.fromstring(str(chart.picture(720)))
    names = {text.text: (float(text.get("x")), float(text.get("y"))) for text in tree.xpath("//text[@font-weight='bold']")}
    north, east, south = (names[name] for name in made.DISTRICTS)
    assert north[1] < east[1] < south[1] and south[0] < north[0] < east[0]
    assert "1 unit outside the map" in " ".join(chart.notes)


def test_all_charts_have_text_as_text_and_ids_of_their_own() -> None:
    tree = page(made.run_pack())
    ids = tree.xpath("//@id")
    assert len(ids) == len(set(ids))
    for svg in tree.xpath("//*[local-name()='svg']"):
        assert svg.get("role") == "img" and len(svg.get("aria-label")) > 20 and svg.xpath(".//*[local-name()='text']")
    used = set(re.findall(r"url\(#([^)]+)\)", report_html(made.run_pack())))
    assert used and used <= set(ids)


def test_a_chart_stands_alone_with_its_words() -> None:
    text = standalone(run_charts(made.run_pack())["cost_by_fund"])
    tree = lxml.etree.fromstring(text.encode())
    words = " ".join(tree.itertext())
    assert "Yearly cost" in words and "Source: Testshire tables" in words and len(tree.xpath("//*[@role='img']")) == 1


# The page


@pytest.mark.parametrize("audience", BOTH)
def test_structure(audience: Audience) -> None:
    tree = page(made.run_pack(audience))
    assert tree.get("lang") == "en-GB" and tree.xpath("//title")[0].text
    assert tree.xpath("//body/a[1]")[0].get("href") == "#main" and tree.xpath("//main[@id='main']")
    assert [len(tree.xpath(f"//{mark}")) for mark in ("main", "header", "footer", "h1", "nav")] == [1] * 5
    levels = [int(head.tag[1]) for head in tree.xpath("//h1|//h2|//h3|//h4")]
    assert levels[0] == 1 and all(after - before <= 1 for before, after in itertools.pairwise(levels))
    for link in tree.xpath("//a/@href"):
        assert link.startswith("#") and tree.xpath(f"//*[@id='{link[1:]}']"), link
    for table in tree.xpath("//table"):
        assert table.xpath("./caption") and table.xpath("./thead/tr/th[@scope='col']")
        heads = len(table.xpath("./thead/tr/th"))
        assert all(len(row) == heads and row[0].get("scope") == "row" for row in table.xpath("./tbody/tr"))
    for figure in tree.xpath("//figure"):
        assert len(figure.xpath(".//details//table")) == 1 and figure.xpath(".//h3")
    assert not tree.xpath("//*[@style]|//*[starts-with(name(@*), 'on')]")


def test_the_card_is_the_first_thing_said() -> None:
    first = page(made.run_pack()).xpath("//main/*")[0]
    assert first.get("class") == "card" and len(first.xpath(".//dl/div")) == 5
    assert len(first.xpath(".//div[@class='sentences']/p")) == 3 and len(first.xpath(".//figure")) == 1 and len(first.xpath(".//li")) == 4


def test_the_page_tells_who_may_read_it() -> None:
    assert len(page(made.run_pack()).xpath("//p[@class='banner']")) == 2
    assert not page(made.run_pack(Audience.PUBLIC)).xpath("//p[@class='banner']")


def test_nothing_is_fetched_and_only_our_script_runs() -> None:
    text = report_html(made.run_pack())
    tree = lxml.html.document_fromstring(text)
    policy = tree.xpath("//meta[@http-equiv='Content-Security-Policy']/@content")[0]
    script = tree.xpath("//script")
    assert policy.startswith("default-src 'none'; style-src 'unsafe-inline'; img-src data:;") and len(script) == 1
    inside = text[text.index("<script>") + 8 : text.rindex("</script>")]
    digest = hashlib.sha256(inside.encode()).digest()
    assert f"'sha256-{base64.b64encode(digest).decode()}'" in policy
    assert not tree.xpath("//link|//img|//iframe|//object|//embed|//*[@src]")
    assert "http" not in re.sub(r'http-equiv|xmlns="http://www.w3.org/2000/svg"', "", text)


def test_every_figure_of_every_table_is_on_the_page() -> None:
    pack = made.run_pack()
    values = {float(value) for value in page(pack).xpath("//data/@value")}
    for name, column in (
        ("cost_by_fund", "cost_gbp"),
        ("cost_by_line", "cost_gbp"),
        ("placements", "children"),
        ("waiting_by_district", "children"),
    ):
        missing = [cell for cell in pack.table(name).frame[column] if round(cell, 6) not in values]
        assert not missing, (name, missing)


def test_hostile_names_are_text() -> None:
    text = report_html(made.run_pack(hostile=True))
    tree = lxml.html.document_fromstring(text)
    assert len(tree.xpath("//script")) == 1 and not tree.xpath("//img") and "{{ 7*7 }}" in text and "49" not in tree.xpath("//h1")[0].text
    assert "<script>alert(1)</script>" in tree.text_content() and tree.xpath("//h1")[0].text == "Test <script>alert(1)</script>"


def test_a_table_nobody_knows_is_shown_too() -> None:
    pack = made.run_pack()
    new = replace(pack.table("journeys"), name="something_new", title="Something new")
    tree = page(replace(pack, tables={**pack.tables, "something_new": new}))
    assert any("Something new" in caption.text_content() for caption in tree.xpath("//section[@aria-labelledby='more-tables']//caption"))


@pytest.mark.parametrize("gone", sorted(made.run_pack().tables))
def test_a_pack_without_a_table_still_makes_a_page(gone: str) -> None:
    pack = made.run_pack()
    tree = page(replace(pack, tables={name: table for name, table in pack.tables.items() if name != gone}))
    assert len(tree.xpath("//h2")) >= 7


def test_an_empty_pack_makes_a_page() -> None:
    assert len(page(Pack("empty", "Empty", Audience.PUBLIC, ("empty",), {})).xpath("//h1")) == 1


def test_a_column_of_marks_is_no_trouble() -> None:
    pack = made.run_pack(Audience.PUBLIC)
    for name, table in pack.tables.items():
        frame = table.frame.copy()
        for column in table.columns:
            if column.kind in (Kind.CHILDREN, Kind.MONEY, Kind.MINUTES):
                frame[column.name] = pd.Series([NOT_AVAILABLE, *[CONFIDENTIAL] * (len(frame) - 1)], dtype=object)
        pack = changed(pack, name, frame)
    assert "[c]" in report_html(pack)


def test_extra_columns_have_their_kind() -> None:
    table = made.run_pack().table("journeys")
    share = replace(table, columns=(*table.columns, Column("share", "Share", Kind.PERCENT)), frame=table.frame.assign(share=0.125))
    assert plain(share).rows[0][-1].text == "12.5%"


def test_sentences_are_short() -> None:
    tree = page(made.run_pack())
    text = " ".join(node.text_content() for node in tree.xpath("//main//p[not(@class)]|//main//li|//main//dd"))
    lengths = [len(sentence.split()) for sentence in re.split(r"[.;:!?](?:\s|$)", text) if len(sentence.split()) > 2]
    assert sum(lengths) / len(lengths) <= 18 and sum(length > 25 for length in lengths) / len(lengths) < 0.1


# A whole run


def test_a_run_writes_both_pages_to_the_penny(tiny_run: RunResult) -> None:
    internal, public = (tiny_run.folder / audience / "report.html" for audience in ("internal", "public"))
    tree = lxml.html.document_fromstring(internal.read_text(encoding="utf-8"))
    assert tree.xpath("//p[@class='banner']") and not lxml.html.document_fromstring(public.read_text(encoding="utf-8")).xpath(
        "//p[@class='banner']"
    )
    paid = tiny_run.solution.table("ledger_financial_year")["cash_gbp"].sum()
    table = next(one for one in tree.xpath("//table") if one.xpath("./caption")[0].text_content().startswith("Cost by fund"))
    assert table.xpath("./thead/tr/th")[-1].text == "Total"
    shown = sum(float(row.xpath("./td[last()]/data/@value")[0]) for row in table.xpath("./tbody/tr"))
    assert shown == pytest.approx(paid, abs=0.005)
    cost = json.loads((tiny_run.folder / "manifest.json").read_text(encoding="utf-8"))["solve"]["cost_gbp"]
    ledger = tiny_run.solution.table("ledger")["present_value_gbp"].sum()
    assert cost == pytest.approx(ledger, abs=0.005) and f"£{cost:,.2f}" in tree.text_content()


def test_a_public_page_holds_no_exact_count(tiny_run: RunResult) -> None:
    tree = lxml.html.document_fromstring((tiny_run.folder / "public" / "report.html").read_text(encoding="utf-8"))
    exact = {round(float(value), 2) for value in tiny_run.solution.table("ehcps").groupby("year")["children"].sum()}
    exact = {value for value in exact if value % 5}
    assert exact and not exact & {round(float(value), 2) for value in tree.xpath("//data/@value")}
