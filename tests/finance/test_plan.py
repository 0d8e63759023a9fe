"""The high needs block in the shape of the management plan, the income that a scenario sets, and the mitigated position beside the unmitigated."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from planner.errors import InputError
from planner.finance import plan
from planner.finance.clock import base_year_by_provision, base_year_costs, by_financial_year, reconcile_clocks
from planner.finance.plan import (
    CLOSING,
    IN_YEAR,
    LINE_OF,
    SPENDING,
    dsg_plan,
    mitigated_against,
    mitigated_folders,
    spending_by_line,
    with_unmitigated,
)
from planner.finance.position import dsg_position, opening_deficit, scenario_income
from planner.finance.written import read_table
from planner.names import LINE_FUND, LINES, PROVISION_TYPES, WAITING, Year
from planner.run import RunResult
from planner.scenario.schema import Money, Scenario
from tests import five_children as five
from tests.finance.test_clocks import PUBLISHED, county, spent

YEARS = tuple(Year(2024 + step) for step in range(4))
POUNDS = st.floats(-1e7, 1e8)


def ledger(rows: list[tuple[str, str, str, float]]) -> pd.DataFrame:
    return pd.DataFrame(
        [(LINE_FUND[line], line, kind, year, pounds) for line, kind, year, pounds in rows],
        columns=["fund", "line", "provision_type", "academic_year", "cash_gbp"],
    )


# Two clocks


@given(
    st.dictionaries(st.tuples(st.sampled_from(LINES), st.integers(0, 3)), POUNDS, max_size=20),
    st.dictionaries(st.sampled_from([line for line in LINES if line != "capital"]), POUNDS, max_size=4),
    st.floats(0, 1),
)
def test_the_clocks_reconcile_whatever_the_autumn_share(paid: dict[tuple[str, int], float], base: dict[str, float], share: float) -> None:
    rows = [(line, "state_special", str(YEARS[step]), pounds) for (line, step), pounds in paid.items() if step or line == "capital"]
    table = ledger([*rows, ("capital", "state_special", "after 2027/28", -5e6), ("top_up", "state_special", "after 2027/28", 7e6)])
    years = by_financial_year(table, base, YEARS, share)
    found = reconcile_clocks(table, years, base, YEARS, share)
    assert found["difference_gbp"].abs().max() < 0.005
    assert found["financial_years_gbp"].sum() == pytest.approx(years["cash_gbp"].sum(), abs=1e-3)
    inside = table[~table["academic_year"].str.startswith("after")]["cash_gbp"].sum()
    assert found["academic_years_gbp"].sum() == pytest.approx(inside, abs=1e-3)


def test_a_pound_lost_between_the_clocks_shows() -> None:
    table = ledger([("top_up", "state_special", "2025/26", 1200.0), ("capital", "state_special", "2024/25", 50.0)])
    years = by_financial_year(table, {"top_up": 600.0}, YEARS, 7 / 12)
    found = reconcile_clocks(table, years, {"top_up": 600.0}, YEARS, 7 / 12).set_index("line")
    assert list(found.loc["top_up", ["academic_years_gbp", "less_after_gbp", "plus_base_year_gbp", "financial_years_gbp"]]) == pytest.approx([1200, 0, 250, 1450])  # fmt: skip
    assert list(found.loc["capital", ["academic_years_gbp", "less_before_gbp", "financial_years_gbp"]]) == [50.0, 50.0, 0.0]
    years.loc[years["line"] == "top_up", "cash_gbp"] -= 1.0
    lost = reconcile_clocks(table, years, {"top_up": 600.0}, YEARS, 7 / 12)
    assert lost["difference_gbp"].abs().sum() == pytest.approx(3.0)


def test_the_base_year_by_provision_adds_to_the_base_year_by_line() -> None:
    by_kind = base_year_by_provision(five.demand(), five.arcs(), five.rates())
    assert by_kind[("top_up", "state_special")] == 20_000 and by_kind[("mainstream_support", "mainstream_support")] == 15_000
    for line, pounds in base_year_costs(five.demand(), five.arcs(), five.rates()).items():
        assert sum(amount for (name, _), amount in by_kind.items() if name == line) == pytest.approx(pounds)


# Income


def test_a_scenario_sets_income_in_place_of_the_county() -> None:
    money = Money(
        high_needs_block_gbp_by_year={"2026/27": 300.0},
        transfer_in_gbp_by_year={"2025/26": -4.0},
        other_income_gbp_by_year={"2027/28": 9.0},
    )
    rows = [*PUBLISHED, ("2025/26", "transfer_in", 7.0), ("2026/27", "other_income", 2.0)]
    ahead = dsg_position(county(rows), spent([170.0, 170.0, 170.0]), YEARS, 0.10, scenario_income(money)).iloc[2:]
    assert list(ahead["high_needs_block_gbp"]) == pytest.approx([110, 300, 330])
    assert list(ahead["transfer_in_gbp"]) == [-4.0, 0.0, 0.0] and list(ahead["other_income_gbp"]) == [0.0, 2.0, 9.0]
    assert list(ahead["in_year_gbp"]) == pytest.approx([200 - 110 + 4, 200 - 300 - 2, 200 - 330 - 9])


def test_income_outside_the_years_planned_is_refused() -> None:
    with pytest.raises(ValueError, match="transfer_in_gbp_by_year names 2024/25"):
        five.scenario(money={"transfer_in_gbp_by_year": {"2024/25": 5.0}})
    assert Scenario.model_validate(five.scenario(money={"other_income_gbp_by_year": {"2027/28": 5.0}}).model_dump())


# The plan


def test_every_setting_has_its_line() -> None:
    assert set(LINE_OF) == {*PROVISION_TYPES, WAITING}
    assert set(LINE_OF.values()) <= set(SPENDING) and plan.THERAPIES not in LINE_OF.values()


def small_plan(pounds: float) -> tuple[pd.DataFrame, pd.DataFrame]:
    """A position and its plan: top-up in special schools in every year, transport that the block does not pay."""
    table = ledger(
        [("top_up", "state_special", str(year), pounds) for year in YEARS[1:]] + [("transport", "state_special", "2025/26", 9e9)]
    )
    base = {("top_up", "state_special"): 60.0, ("transport", "state_special"): 8e9}
    by_year = by_financial_year(table, {"top_up": 60.0, "transport": 8e9}, YEARS, 0.5)
    position = dsg_position(county(PUBLISHED), by_year, YEARS, 0.0)
    return position, dsg_plan(position, spending_by_line(table, base, YEARS, 0.5), 30.0)


def test_the_plan_is_the_position_line_by_line() -> None:
    position, found = small_plan(80.0)
    wide = found.pivot(index="line", columns="financial_year", values="amount_gbp")
    assert list(wide.loc[plan.SPECIAL]) == [70.0, 80.0, 80.0]
    assert list(wide.loc[plan.SUPPORT]) == [30.0, 30.0, 30.0]
    assert list(wide.loc[plan.OPENING]) == [20.0, 20.0, 30.0]
    ahead = position[position["status"] == "projected"]
    assert list(wide.loc[IN_YEAR]) == pytest.approx(list(ahead["in_year_gbp"]))
    assert list(wide.loc[CLOSING]) == pytest.approx(list(ahead["deficit_at_year_end_gbp"])) == [20.0, 30.0, 40.0]
    order = found.drop_duplicates("line")["line"].tolist()
    assert order == [plan.OPENING, *plan.INCOME_TITLES, plan.ALL_INCOME, *SPENDING, plan.ALL_SPENDING, IN_YEAR, CLOSING]


def test_mitigated_against_unmitigated_is_a_saving_line_by_line() -> None:
    (base_position, base), (position, mine) = small_plan(80.0), small_plan(50.0)
    table = mitigated_against(base, mine).set_index(["line", "financial_year"])
    assert list(table.loc[plan.SPECIAL]["saving_gbp"]) == [15.0, 30.0, 30.0]
    assert list(table.loc[CLOSING]["saving_gbp"]) == [15.0, 45.0, 75.0]
    assert list(table.loc[plan.OPENING]["saving_gbp"]) == [0.0, 15.0, 45.0]
    assert (table.loc[plan.ALL_INCOME]["saving_gbp"] == 0.0).all()
    both = with_unmitigated(position, base_position)
    assert list(both["unmitigated_deficit_at_year_end_gbp"])[2:] == [20.0, 30.0, 40.0]
    assert opening_deficit(both) == 20.0


def test_more_income_is_a_saving() -> None:
    base = small_plan(80.0)[1]
    better = base.copy()
    better.loc[better["line"] == plan.INCOME_TITLES[1], "amount_gbp"] += 10.0
    table = mitigated_against(base, better)
    assert list(table.loc[table["line"] == plan.INCOME_TITLES[1], "saving_gbp"]) == [10.0, 10.0, 10.0]


def test_plans_of_other_years_are_refused() -> None:
    base = small_plan(80.0)[1]
    with pytest.raises(InputError, match="base_year and years"):
        mitigated_against(base[base["financial_year"] != "2027/28"], base)


def test_a_written_run_reads_back_as_it_was(tiny_run: RunResult) -> None:
    written, made = read_table(tiny_run.folder, "dsg_plan"), tiny_run.solution.table("dsg_plan")
    pd.testing.assert_frame_equal(written, made, check_dtype=False)
    unchanged = mitigated_folders(tiny_run.folder, tiny_run.folder)
    assert (unchanged["saving_gbp"] == 0).all() and len(unchanged) == len(made)
    ledger = read_table(tiny_run.folder, "ledger")
    assert set(ledger["section_251"]) >= {"1.0.2", "1.2.2"} and (ledger["option"] == "").any()
    with pytest.raises(InputError, match="there is no such table"):
        read_table(Path(tiny_run.folder), "nothing")
