"""What a scheme costs and saves, worked by hand for five children; a scenario against its base, from written tables."""

from __future__ import annotations

import dataclasses
import math
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from planner.case import Case
from planner.errors import InputError
from planner.finance.appraisal import NO_CAPITAL, Scheme, appraisal, payback_year, present_mix, schemes
from planner.finance.appraise import NEEDED, appraise, appraise_folders, appraise_years
from planner.finance.ledger import build_ledger
from planner.finance.written import read_tables
from planner.rates.build import build_rates
from planner.rates.rates import Rates
from planner.results.presence import presence
from planner.run import RunResult, run_scenario
from tests import answers
from tests import five_children as five
from tests.conftest import COUNTIES, TINY

ALL_YEARS = ("2024/25", *answers.YEARS)


def found(rates: Rates | None = None, **answer: object) -> list[Scheme]:
    demand, programme = five.demand(), five.programme()
    arcs = dataclasses.replace(five.arcs(), units=five.arcs().units.assign(sector="maintained"))
    solution = answers.solution(**answer)  # type: ignore[arg-type]
    here, prices = presence(solution, demand, arcs), rates or five.rates()
    ledger = build_ledger(demand, arcs, prices, programme, solution, here)
    return schemes(demand, arcs, prices, programme, solution, here, ledger)


# The present mix


def test_the_present_mix_is_what_children_alike_cost_now() -> None:
    mix, stay = present_mix(five.demand(), five.arcs(), five.rates())
    cost = sum(mix.values())
    assert list(cost) == [5_000, 30_000, 5_000, 30_000]  # nobody of secondary age is placed, so the band counts
    assert stay == pytest.approx([0.6, 0.7, 0.6, 0.7])


# One scheme


def test_a_resource_centre_is_held_against_the_present_mix() -> None:
    one = found(entries=[("primary", "light", "centre", "2025/26", 1.0)], opened={"open_centre": (1, 1, 1)})[0]
    stay = np.array([1.0, 0.6, 0.36])
    assert one.children[1:] == pytest.approx(stay)
    assert one.running[1:] == pytest.approx([20_700.0] * 3)
    assert one.saving[1:] == pytest.approx(stay * (5_000 - 2_000) - 20_700)
    assert one.capital.sum() == 9_000 and one.opens == "2025/26"


def test_an_expansion_has_its_share_of_the_school() -> None:
    one = found(opened={"grow_special": (0, 1, 1)})[0]
    held = 0.7 ** np.array([2, 3])
    assert one.children[2:] == pytest.approx(held / 2)  # two places of four
    assert one.running[2:] == pytest.approx([20_000.0, 20_000.0])
    assert one.saving[2:] == pytest.approx(held / 2 * 10_000 - 20_000)
    assert list(one.capital) == [0.0, 24_000.0, 24_000.0, 0.0]


def test_a_contact_base_saves_what_the_children_it_spares_would_cost() -> None:
    one = found(episodes=[("base_help", "2025/26", 3.0)], opened={"open_help": (1, 1, 1)})[0]
    assert list(one.avoided) == [0.0, 0.0, 0.75, 0.375]
    assert one.running[1:] == pytest.approx([2_600, 2_300, 2_300])
    assert one.saving[1:] == pytest.approx([-2_600, 0.75 * 5_000 - 2_300, (0.6 * 0.75 + 0.375) * 5_000 - 2_300])
    row = appraisal([one], five.rates().discount, 0.0, ALL_YEARS).iloc[0]
    assert row["cost_per_ehcp_avoided_gbp"] == pytest.approx((1_500 + 2_600 + 2_300 + 2_300) / 1.125)
    assert row["net_present_value_gbp"] == pytest.approx(-1_500 + one.saving.sum())


def test_a_unit_that_closes_has_no_saving_of_its_own() -> None:
    table = appraisal(found(opened={"close_special": (0, 1, 1)}), five.rates().discount, 0.0, ALL_YEARS)
    assert math.isnan(table["yearly_saving_gbp"].iloc[0]) and table["payback_year"].iloc[0] == ""


def test_all_schemes_together_are_their_sum() -> None:
    several = found(
        entries=[("primary", "light", "centre", "2025/26", 1.0)], opened={"open_centre": (1, 1, 1), "open_help": (1, 1, 1), "grow_special": (0, 1, 1)}
    )  # fmt: skip
    table = appraisal(several, five.rates(0.1).discount, 0.25, ALL_YEARS)
    total, rows = table.iloc[-1], table.iloc[:-1]
    assert total["option"] == "Total" and len(rows) == 3
    for name in (
        "capital_gbp",
        "capital_uplift_gbp",
        "capital_present_value_gbp",
        "running_cost_gbp",
        "children",
        "yearly_saving_gbp",
        "net_present_value_gbp",
    ):
        assert total[name] == pytest.approx(rows[name].sum()), name
    assert total["capital_uplift_gbp"] == pytest.approx(total["capital_gbp"] * 0.2)
    homes = rows[rows["kind"] != "contact_base"]
    assert total["places"] == homes["places"].sum() == 4.0
    assert total["cost_per_place_gbp"] == pytest.approx(homes["capital_gbp"].sum() / 4)


def test_nothing_opens_and_there_is_no_row() -> None:
    assert appraisal(found(), five.rates().discount, 0.0, ALL_YEARS).empty


# Payback


def test_payback_is_the_first_year_that_covers_all_capital() -> None:
    discount = 1.1 ** -np.arange(4.0)
    capital = np.array([100.0, 0.0, 0.0, 0.0])
    assert payback_year(np.array([0.0, 60, 60, 60]), capital, discount, ALL_YEARS) == "2026/27"
    assert payback_year(np.array([0.0, 50, 50, 50]), capital, discount, ALL_YEARS) == "2027/28"
    assert payback_year(np.array([0.0, 30, 30, 30]), capital, discount, ALL_YEARS) == "not by 2027/28"
    assert payback_year(np.array([0.0, 30, 30, 30]), capital * 0, discount, ALL_YEARS) == NO_CAPITAL


@given(st.lists(st.floats(-100, 100), min_size=4, max_size=4), st.floats(1, 300), st.floats(0, 0.2))
def test_before_payback_savings_do_not_cover_capital_and_at_it_they_do(saving: list[float], spent: float, rate: float) -> None:
    discount = (1 + rate) ** -np.arange(4.0)
    year = payback_year(np.array(saving), np.array([spent, 0, 0, 0]), discount, ALL_YEARS)
    to_date = np.cumsum(np.array(saving) * discount) - spent
    if year in ALL_YEARS:
        at = ALL_YEARS.index(year)
        assert to_date[at] >= -0.01 and (to_date[:at] < 0).all()
    else:
        assert (to_date < 0).all()


# Optimism bias: one place


def test_the_uplift_is_on_capital_and_on_nothing_else(tiny_case: Case) -> None:
    scenario = tiny_case.loaded.scenario
    raised = scenario.model_copy(update={"money": scenario.money.model_copy(update={"optimism_bias": 0.24})})
    rates = build_rates(raised, tiny_case.county, tiny_case.demand, tiny_case.arcs, tiny_case.programme)
    for name in ("capital_fixed", "capital_per_block"):
        assert getattr(rates, name) == pytest.approx(1.24 * getattr(tiny_case.rates, name)), name
    for line, price in tiny_case.rates.arc.items():
        assert (rates.arc[line] == price).all()
    assert scenario.money.optimism_bias == 0.0


# A scenario against its base


@pytest.fixture(scope="module")
def pair(tmp_path_factory: pytest.TempPathFactory) -> tuple[RunResult, RunResult]:
    """A base in which nothing opens, and a scenario that opens one of each, with capital uplifted by a quarter."""
    folder = tmp_path_factory.mktemp("pair")
    text = TINY.read_text(encoding="utf-8").replace("years: 2", "years: 5") + "money: {optimism_bias: 0.25}\n"
    offer = "  offer: [resource_centre, contact_base, expand_special]"
    fixed = "  fixed:\n    open_rc_south: {year: 2026/27, blocks: 1}\n    open_cb_east: {year: 2025/26, blocks: 1}\n    grow_sp_north: {year: 2026/27, blocks: 1}"
    (folder / "base.yaml").write_text(text.replace(offer, "  offer: []"), encoding="utf-8")
    (folder / "open.yaml").write_text(text.replace(offer, fixed), encoding="utf-8")
    base, opened = (run_scenario(folder / f"{name}.yaml", COUNTIES, folder / "out") for name in ("base", "open"))
    return base, opened


def test_a_scenario_against_its_base(pair: tuple[RunResult, RunResult]) -> None:
    base, opened = (run.solution.table("ledger") for run in pair)
    row = appraise_folders(pair[0].folder, pair[1].folder).iloc[0]
    assert row["capital_gbp"] == pytest.approx(1.25 * (9_000 + 50_000 + 32_000))
    assert row["capital_uplift_gbp"] == pytest.approx(0.25 * 91_000)
    assert row["net_present_value_gbp"] == pytest.approx(base["present_value_gbp"].sum() - opened["present_value_gbp"].sum(), abs=0.01)
    assert (row["places"], row["cost_per_place_gbp"]) == (6.0, pytest.approx(1.25 * 82_000 / 6))
    whole = pair[1].solution.table("appraisal").set_index("option")
    assert row["cost_per_ehcp_avoided_gbp"] == pytest.approx(whole.loc["open_cb_east", "cost_per_ehcp_avoided_gbp"])
    assert row["avoided"] == pytest.approx(whole.loc["Total", "avoided"]) and row["avoided"] > 5


def test_the_years_of_an_appraisal_add_to_it(pair: tuple[RunResult, RunResult]) -> None:
    base, opened = (read_tables(run.folder, NEEDED) for run in pair)
    years, row = appraise_years(base, opened), appraise(base, opened).iloc[0]
    assert list(years["year"]) == ["2024/25", "2025/26", "2026/27", "2027/28", "2028/29", "2029/30"]
    assert years["saving_gbp"].iloc[-1] == pytest.approx(row["yearly_saving_gbp"])
    assert years["balance_gbp"].iloc[-1] == pytest.approx(row["net_present_value_years_gbp"])
    assert years["capital_present_value_gbp"].sum() == pytest.approx(row["capital_present_value_gbp"])
    against = appraise(opened, base).iloc[0]
    assert against["net_present_value_gbp"] == pytest.approx(-row["net_present_value_gbp"])
    assert against["payback_year"] == NO_CAPITAL


def test_a_scenario_of_other_years_is_refused(pair: tuple[RunResult, RunResult], tiny_run: RunResult) -> None:
    with pytest.raises(InputError, match="base_year and years"):
        appraise_folders(tiny_run.folder, pair[1].folder)


def test_the_same_plan_saves_nothing(pair: tuple[RunResult, RunResult]) -> None:
    row = appraise_folders(pair[1].folder, pair[1].folder).iloc[0]
    assert row["net_present_value_gbp"] == 0 and row["payback_year"] == NO_CAPITAL and math.isnan(row["cost_per_place_gbp"])


def test_the_pack_says_nothing_of_one_scheme_but_its_places_and_capital(pair: tuple[RunResult, RunResult]) -> None:
    files = sorted(Path(pair[1].folder / "public" / "tables").glob("appraisal*.csv"))
    table = pd.read_csv(files[0], dtype=str, keep_default_na=False)
    single = table[table["option"] != "Total"]
    guarded = [
        name for name in table.columns if any(word in name for word in ("saving", "present_value", "running", "avoided", "children"))
    ]
    assert guarded and all(set(single[name]) <= {"c", "z"} for name in guarded if "capital" not in name)
