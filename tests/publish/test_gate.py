"""The gate: nothing exact about children passes it, in cells, money, means, shares, differences, sentences or facts."""

from __future__ import annotations

import math

import pandas as pd
import pytest

from planner.errors import DisclosureError
from planner.publish import rounding
from planner.publish.comparison import comparison_pack
from planner.publish.contents import RunSource, run_pack
from planner.publish.gate import _refuse_exact, publish
from planner.publish.pack import CONFIDENTIAL, LOW, NOT_AVAILABLE, Audience, Column, Kind, Pack, PackTable
from planner.publish.words import safe_sentence, safe_words
from planner.run import RunResult
from planner.scenario.schema import Publish

RULES = Publish()
C, M, T = Kind.CHILDREN, Kind.MONEY, Kind.TEXT


def table(name: str, kinds: dict[str, Kind], rows: list[tuple[object, ...]], behind: tuple[float, ...] = ()) -> PackTable:
    columns = tuple(Column(column, column.capitalize(), kind) for column, kind in kinds.items())
    return PackTable(name, name, name, columns, pd.DataFrame(rows, columns=list(kinds)), behind=behind)


def published(one: PackTable, scenarios: tuple[str, ...] = ("plan",), **rules: object) -> PackTable:
    pack = Pack("plan", "A plan", Audience.INTERNAL, scenarios, {one.name: one}, {})
    return publish(pack, Publish(**rules)).table(one.name)


def shown(one: PackTable, column: str) -> list[str]:
    return [str(value) for value in one.frame[column]]


@pytest.mark.parametrize(
    ("exact", "public"),
    [(0, "0"), (1e-7, "0"), (0.3, "[low]"), (1, "[low]"), (2.49, "[low]"), (2.5, "5"), (4, "5"), (7.4, "5"), (7.5, "10"), (1203.2, "1205"),
     (-3, "-5"), (-1, "[low]"), (math.nan, "[x]"), (CONFIDENTIAL, "[c]"), (NOT_AVAILABLE, "[x]")],
)  # fmt: skip
def test_a_count_is_rounded_to_five_and_low_is_not_zero(exact: object, public: str) -> None:
    assert str(rounding.count(exact, RULES)) == public


def test_another_base_and_hidden_zeros_are_settings() -> None:
    assert rounding.count(14, Publish(round_to=10)) == 10
    assert rounding.count(4.9, Publish(round_to=10)) == LOW
    assert rounding.count(0, Publish(zeros="low")) == LOW


def test_totals_are_rounded_from_true_totals() -> None:
    rows = [("a", 3.0), ("b", 3.0), ("c", 3.0), ("Total", 9.0)]
    public = published(table("anything", {"district": T, "children": C}, rows))
    assert shown(public, "children") == ["5", "5", "5", "10"]
    assert any("may not add" in note for note in public.notes)


def test_money_for_few_children_is_left_out_and_the_rest_is_rounded() -> None:
    rows = [("a", 61_234.0), ("b", 1_234_567.0), ("c", 240_000.0), ("d", 0.0)]
    public = published(table("anything", {"line": T, "cost_gbp": M}, rows, behind=(3.0, 40.0, math.nan, 0.0)))
    assert shown(public, "cost_gbp") == ["[c]", "1200000", "200000", "0"]
    assert public.behind == ()


def test_money_for_an_unknown_number_of_children_is_left_out_when_small() -> None:
    rows = [(999_999.0, 45_400.0), (1_000_001.0, 12_345_678.0), (-2_349_999.0, 0.0)]
    public = published(table("anything", {"cost_gbp": M, "capital_gbp": M}, rows))
    assert shown(public, "cost_gbp") == ["[c]", "1000000", "-2300000"]
    assert shown(public, "capital_gbp") == ["45000", "12346000", "0"]


def test_balances_of_the_whole_county_stay_however_small() -> None:
    public = published(
        table("dsg_compared", {"financial_year": Kind.YEAR, "in_year_gbp": M}, [("2025/26", 312_000.0), ("2026/27", -20_000.0)])
    )
    assert shown(public, "in_year_gbp") == ["300000", "[low]"]


def test_means_about_few_children_are_left_out() -> None:
    rows = [("a", 17.4, 22.6), ("b", 17.5, 22.6), ("c", 1.0, 31.0), ("d", 250.0, 22.6)]
    public = published(table("journeys", {"district": T, "travelling": C, "mean_minutes": Kind.MINUTES}, rows))
    assert shown(public, "mean_minutes") == ["[c]", "23", "[c]", "23"]
    alone = published(table("journeys_compared", {"district": T, "mean_minutes": Kind.MINUTES}, [("a", 22.6)]))
    assert shown(alone, "mean_minutes") == ["[c]"]
    known = table(
        "journeys_compared", {"year": Kind.YEAR, "base": Kind.MINUTES}, [("2025/26", 22.6), ("2026/27", 21.2)], behind=(30.0, 19.0)
    )
    assert shown(published(known), "base") == ["23", "[c]"], "where nothing in the table says how many, the pack does"


def test_the_price_at_which_the_answer_turns_is_taken_between_rounded_amounts() -> None:
    rows = [("Fees", 24_398_778.35, 37_154_208.2, 1.5228), ("Small", 12_904_804.0, 159_374.0, 0.0123)]
    kinds = {"line": T, "apart_gbp": M, "even_gbp": M, "price_percent": Kind.PERCENT}
    public = published(table("switching_values", kinds, rows))
    assert shown(public, "price_percent") == ["1.52", "[c]"] and shown(public, "even_gbp") == ["37200000", "[c]"]


def test_shares_are_taken_between_rounded_counts() -> None:
    kinds = {"district": T, "waiting": C, "ehcps": C, "waiting_share": Kind.PERCENT}
    public = published(table("equity_by_district", kinds, [("a", 13.0, 41.0, 13 / 41), ("b", 2.0, 60.0, 2 / 60), ("c", 6.0, 16.0, 6 / 16)]))
    assert shown(public, "waiting_share") == ["0.38", "[c]", "[c]"]
    unknown = published(table("anything", {"district": T, "success_share": Kind.PERCENT}, [("a", 0.333)]))
    assert shown(unknown, "success_share") == ["[c]"]


def test_costs_per_child_are_taken_between_rounded_figures() -> None:
    kinds = {"scheme": T, "cost_gbp": M, "avoided": C, "cost_per_ehcp_avoided_gbp": M}
    rows = [("a", 2_449_000.0, 102.4, 23_916.0), ("b", 2_449_000.0, 12.0, 204_083.0)]
    public = published(table("anything", kinds, rows, behind=(102.4, 12.0)))
    assert shown(public, "cost_per_ehcp_avoided_gbp") == ["24000", "[c]"]


def test_rows_about_one_unit_or_option_keep_only_places_and_capital() -> None:
    kinds = {"option": Kind.CODE, "capital_gbp": M, "yearly_saving_gbp": M, "children": C, "payback_year": Kind.YEAR, "places": Kind.PLACES}
    rows = [("open_a", 208_400.0, 1_900_000.0, 7.0, "2031/32", 8.0), ("Total", 208_400.0, 1_900_000.0, 107.0, "2031/32", 8.0)]
    public = published(table("appraisal", kinds, rows))
    assert [str(value) for value in public.frame.iloc[0]] == ["open_a", "208000", "[c]", "[c]", "[c]", "8"]
    assert [str(value) for value in public.frame.iloc[1]] == ["Total", "208000", "1900000", "105", "2031/32", "8"]


@pytest.mark.parametrize("name", ["allocation", "occupancy", "ledger", "waiting"])
def test_tables_of_groups_are_never_published(name: str) -> None:
    pack = Pack("plan", "A plan", Audience.INTERNAL, ("plan",), {name: table(name, {"area": T, "children": C}, [("a", 100.0)])})
    assert publish(pack).tables == {}


def test_children_by_three_things_at_once_are_not_published() -> None:
    fine = table("cross", {"district": T, "need": T, "phase": T, "children": C}, [("a", "ASD", "Primary", 100.0)])
    assert publish(Pack("plan", "A plan", Audience.INTERNAL, ("plan",), {"cross": fine})).tables == {}


def test_differences_are_taken_between_rounded_figures() -> None:
    scenarios = ("base", "other")
    kinds = {"scenario": T, "year": Kind.YEAR, "children": C, "change": C}
    rows = [("base", "2025/26", 7.4, 0.0), ("other", "2025/26", 7.6, 0.2), ("base", "2026/27", 2.0, 0.0), ("other", "2026/27", 0.0, -2.0)]
    public = published(table("waiting_compared", kinds, rows), scenarios)
    assert shown(public, "change") == ["0", "5", "[low]", "[low]"]
    wide = {"year": Kind.YEAR, "base": C, "other": C, "change_other": C}
    public = published(table("waiting_compared", wide, [("2025/26", 12.6, 17.4, 4.8)]), scenarios)
    assert shown(public, "other") == ["15"]
    assert shown(public, "change_other") == ["0"]
    beside = {"setting": T, "children": C, "base_children": C, "change_children": C}
    public = published(table("anything", beside, [("a", 12.6, 7.4, 5.2)]), scenarios)
    assert shown(public, "change_children") == ["10"]


def test_rows_that_say_their_kind_are_treated_by_it() -> None:
    frame = pd.DataFrame(
        {"measure": ["EHCPs", "Waiting", "Cost", "Journey", "Places"], "kind": ["children", "children", "money", "minutes", "places"],
         "base": [8123.4, 3.2, 812_345_678.0, 17.42, 573.0], "other": [8123.4, 0.0, 400_000.0, 17.6, 577.0]}
    )  # fmt: skip
    pack = publish(comparison_pack("two", {"results_side_by_side": frame}, {}, ("base", "other")))
    public = pack.table("results_side_by_side")
    assert shown(public, "base") == ["8125", "5", "812300000", "17", "573"]
    assert shown(public, "other") == ["8125", "0", "[c]", "18", "577"]


@pytest.mark.parametrize(
    ("exact", "public"),
    [
        ("leaves 6.3 child-years waiting, 33% fewer", "leaves 5 child-years waiting, [c] fewer"),
        ("Three children wait in Moor until 2034/35", "5 children wait in Moor until 2034/35"),
        ("one child waits", "fewer than 5 children waits"),
        ("1,204 new EHCPs", "1,205 new EHCPs"),
        ("costs £12.34m less", "costs £12.3m less"),
        ("costs £312,455 more", "costs less than £1.0m more"),
        ("a ratio of 3.1 and 4.14", "a ratio of [c] and [c]"),
        ("12 units within 75 minutes, 1 place free", "12 units within 75 minutes, some places free"),
        ("10 units within 75 minutes, all full", "10 units within 75 minutes, all full"),
        ("no clear difference", "no clear difference"),
    ],
)
def test_figures_in_sentences_pass_the_gate_too(exact: str, public: str) -> None:
    assert safe_sentence(exact, RULES) == public
    assert safe_sentence(public.replace("[c]", "few"), RULES) == public.replace("[c]", "few")


def test_names_keep_their_numbers_and_lose_counts() -> None:
    assert safe_words("Resource centre, Cannock Chase 007, key stage 2", RULES) == "Resource centre, Cannock Chase 007, key stage 2"
    assert safe_words("Base for 3 waiting children", RULES) == "Base for 5 waiting children"


def test_a_sentence_about_few_children_is_left_out_and_small_reasons_are_put_together() -> None:
    rows = [("Full", "10 units, all full", 40.0), ("Full", "1 unit, full", 3.0), ("Full", "2 units, full", 4.0), ("Total", "", 47.0)]
    public = published(table("waiting_reasons", {"reason": T, "detail": T, "children": C}, rows))
    assert [tuple(map(str, row)) for row in public.frame.itertuples(index=False)] == [
        ("Full", "10 units, all full", "40"), ("Full", "[c]", "5"), ("Total", "", "45"),
    ]  # fmt: skip


def test_facts_are_rounded_and_a_gap_is_never_told_better_than_it_is() -> None:
    facts = {
        "gap_gbp": "1234567.8",
        "gap_gbp_base": "667532.74",
        "cost_pv_gbp": "812345678.9",
        "waiting_bound": "3.2",
        "base_year": "2024/25",
        "note": "4.14 wait",
    }
    public = publish(Pack("plan", "A plan", Audience.INTERNAL, ("plan",), {}, facts)).facts
    assert public["gap_gbp"] == "1300000"
    assert public["gap_gbp_base"] == "700000", "a scenario's gap is money too"
    assert public["cost_pv_gbp"] == "812300000"
    assert public["waiting_bound"] == "5"
    assert public["base_year"] == "2024/25"
    assert public["note"] == "[c] wait"
    assert public["round_to"] == "5"


def test_a_public_pack_in_which_an_exact_figure_stands_is_refused() -> None:
    exact = table("anything", {"district": T, "children": C}, [("a", 4.14)])
    inside = Pack("plan", "A plan", Audience.INTERNAL, ("plan",), {"anything": exact})
    with pytest.raises(DisclosureError, match="not rounded"):
        _refuse_exact(inside, inside, RULES)
    with pytest.raises(DisclosureError, match="names an exact count"):
        _refuse_exact(inside, Pack("plan", "4.14 wait", Audience.PUBLIC, ("plan",), {}), RULES)


def test_the_strictest_of_several_rules_counts() -> None:
    rules = rounding.strictest([Publish(round_to=10), Publish(rate_base=50, zeros="low")])
    assert (rules.round_to, rules.rate_base, rules.zeros) == (10, 50, "low")


def test_the_pack_of_a_run_adds_up_and_is_exact(tiny_run: RunResult) -> None:
    case = tiny_run.case
    pack = run_pack(
        RunSource(case.loaded, case.county, case.demand, case.arcs, case.programme, tiny_run.solution, tiny_run.check, 3_300_000.0)
    )
    assert pack.audience is Audience.INTERNAL
    held = pack.table("ehcps_by_year").frame.set_index("year")["ehcps"]
    for name, key, value in (
        ("ehcps_by_phase", "phase", "ehcps"), ("ehcps_by_need", "need", "ehcps"), ("ehcps_by_district", "district", "ehcps"),
        ("placements", "provision_type", "children"),
    ):  # fmt: skip
        frame = pack.table(name).frame
        parts = frame[frame[key] != "Total"].groupby("year")[value].sum()
        total = frame[frame[key] == "Total"].set_index("year")[value]
        for year in held.index:
            assert parts[year] == pytest.approx(held[year])
            assert total[year] == pytest.approx(held[year])
    paid = tiny_run.solution.table("ledger_financial_year").groupby("financial_year")["cash_gbp"].sum()
    for name in ("cost_by_fund", "cost_by_line"):
        frame = pack.table(name).frame
        total = frame[frame["fund"] == "Total"].set_index("financial_year")["cost_gbp"]
        assert total.to_dict() == pytest.approx(paid.to_dict())
        assert frame[frame["fund"] != "Total"].groupby("financial_year")["cost_gbp"].sum().to_dict() == pytest.approx(paid.to_dict())
        assert len(pack.table(name).behind) == len(frame)
    opened = pack.table("options").frame
    assert list(opened["option"]) == ["grow_sp_north"]
    assert list(opened["capital_gbp"]) == [pytest.approx(90_000.0)]
