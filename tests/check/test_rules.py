"""The same right answer under other rules: each rule that it breaks is named, and no other."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest

from planner.case import Case
from planner.check.report import CheckReport, Notes
from planner.county.programme import Programme
from tests.check.rich import Written, answer


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Written:
    return answer(tmp_path_factory.mktemp("rich"))


def under(written: Written, change: Callable[[Case], Case], tables: dict[str, pd.DataFrame] | None = None) -> CheckReport:
    return dataclasses.replace(written, case=change(written.case)).check(tables or written.tables, written.cost, written.broken)


def options(**columns: dict[str, Any]) -> Callable[[Case], Case]:
    """Other values in the table of options."""

    def change(case: Case) -> Case:
        frame = case.programme.options.set_index("option")
        for column, values in columns.items():
            frame[column] = frame[column].astype(object)
            for option, value in values.items():
                frame.loc[option, column] = value
        return dataclasses.replace(case, programme=Programme(frame.reset_index()))

    return change


def scenario(**changes: Any) -> Callable[[Case], Case]:
    """Other keys of the scenario."""

    def change(case: Case) -> Case:
        keys = case.loaded.scenario.model_dump(mode="json")
        for key, value in changes.items():
            part, _, name = key.partition("__")
            keys[part][name] = value
        return dataclasses.replace(case, loaded=dataclasses.replace(case.loaded, scenario=type(case.loaded.scenario).model_validate(keys)))

    return change


def arrays(part: str, name: str, by: float) -> Callable[[Case], Case]:
    """An array of demand or rates multiplied."""

    def change(case: Case) -> Case:
        inside = getattr(case, part)
        return dataclasses.replace(case, **{part: dataclasses.replace(inside, **{name: getattr(inside, name) * by})})

    return change


def prices(name: str, line: str, by: float) -> Callable[[Case], Case]:
    """One line's price multiplied."""

    def change(case: Case) -> Case:
        inside = getattr(case.rates, name)
        return dataclasses.replace(case, rates=dataclasses.replace(case.rates, **{name: {**inside, line: inside[line] * by}}))

    return change


def finance(measure: str, pounds: float) -> Callable[[Case], Case]:
    """A published figure changed."""

    def change(case: Case) -> Case:
        frame = case.county.table("finance")
        frame = frame.assign(value_gbp=np.where(frame["measure"] == measure, pounds, frame["value_gbp"]))
        return dataclasses.replace(case, county=dataclasses.replace(case.county, tables={**case.county.tables, "finance": frame}))

    return change


def kept_places(by: float) -> Callable[[Case], Case]:
    """Fewer places kept for a phase."""

    def change(case: Case) -> Case:
        frame = case.county.table("unit_phase_places")
        frame = frame.assign(places=frame["places"] * by)
        return dataclasses.replace(case, county=dataclasses.replace(case.county, tables={**case.county.tables, "unit_phase_places": frame}))

    return change


def unlimited(case: Case) -> Case:
    """The school's places without a limit."""
    units = case.arcs.units
    units = units.assign(places=units["places"].where(units["unit"] != "sp_north"))
    return dataclasses.replace(case, arcs=dataclasses.replace(case.arcs, units=units))


DECIDED = {"decided": {"open_rc_south": False, "open_cb_east": False, "close_ind": False}}
RULES: list[tuple[str, Callable[[Case], Case], set[str]]] = [
    ("one of a group", options(exclusive_group={"open_rc_south": "g", "open_cb_east": "g"}), {"exclusive"}),
    ("an option that needs one not open", options(requires={"grow_sp_north": "close_elsewhere"}), {"requires"}),
    ("an option that needs one opened later", options(requires={"open_rc_south": "grow_sp_north"}, decided={"open_rc_south": False}), {"requires", "words"}),
    ("no openings in a year", scenario(options__most_openings_per_year=0), {"openings_per_year"}),
    ("a first year that is later", options(earliest={"grow_sp_north": 9}), {"first_year"}),
    ("a decided size that is another", options(fixed_blocks={"open_rc_south": 1}), {"decided"}),
    ("a decided year that is earlier", options(earliest={"close_ind": 2}), {"decided"}),
    ("a least size that is larger", options(least_blocks={"grow_sp_north": 9}), {"size"}),
    ("a most that is smaller", options(most_blocks={"grow_sp_north": 0}), {"size"}),
    ("blocks of another size", options(block_places={"open_rc_south": 5.0}), {"option_places"}),
    ("children who stay longer", arrays("demand", "stay", 1.01), {"placed", "ehcps", "occupancy", "capacity"}),
    ("more new EHCPs", arrays("demand", "new", 1.001), {"placed"}),
    ("more arrivals", arrays("demand", "arrivals", 1.01), {"placed"}),
    ("more who move up", arrays("demand", "moves_up", 1.01), {"placed"}),
    ("more who escalate", arrays("demand", "escalates", 1.01), {"placed"}),
    ("a stronger effect", arrays("demand", "effect", 1.01), {"avoided", "placed"}),
    ("fewer at risk", arrays("demand", "at_risk", 0.01), {"at_risk"}),
    ("fewer avoidable", arrays("demand", "avoidable", 0.001), {"avoided_most"}),
    ("other children in the base year", arrays("demand", "stock_children", 1.001), {"placed", "ehcps", "occupancy"}),
    ("another discount", arrays("rates", "discount", 0.999), {"ledger_present_value", "over_travel_limit"}),
    ("longer tails of entries", arrays("rates", "arc_tail", 1.001), {"ledger_cash", "ledger_present_value", "over_travel_limit"}),
    ("longer tails of the base year", arrays("rates", "stock_tail", 1.001), {"ledger_cash", "ledger_present_value"}),
    ("longer tails of those waiting", arrays("rates", "waiting_tail", 1.001), {"ledger_cash", "ledger_present_value"}),
    ("longer tails of units", arrays("rates", "unit_tail", 1.001), {"ledger_cash", "ledger_present_value"}),
    ("longer tails of options", arrays("rates", "option_tail", 1.001), {"ledger_cash", "ledger_present_value"}),
    ("dearer openings", arrays("rates", "capital_fixed", 1.001), {"ledger_cash", "ledger_present_value", "ledger_quantity"}),
    ("dearer blocks", arrays("rates", "capital_per_block", 1.001), {"ledger_cash", "ledger_present_value", "ledger_quantity"}),
    ("buildings worth more at the end", arrays("rates", "capital_residual", 1.001), {"ledger_cash", "ledger_present_value"}),
    ("capital spread another way", arrays("rates", "capital_spread", 0.999), {"ledger_cash", "ledger_present_value", "ledger_quantity"}),
    ("a dearer minute over the limit", arrays("rates", "arc_over_limit", 1.001), {"over_travel_limit"}),
    ("dearer support", prices("arc", "mainstream_support", 1.001), {"ledger_cash", "ledger_present_value"}),
    ("dearer support in the base year", prices("stock", "mainstream_support", 1.001), {"ledger_cash", "ledger_present_value", "financial_year"}),
    ("dearer waiting", prices("waiting", "interim_tuition", 1.001), {"ledger_cash", "ledger_present_value"}),
    ("dearer places", prices("place", "place_funding", 1.001), {"ledger_cash", "ledger_present_value", "financial_year"}),
    ("dearer episodes", prices("episode", "early_help", 1.001), {"ledger_cash", "ledger_present_value"}),
    ("dearer running", prices("option_running", "running_cost", 1.001), {"ledger_cash", "ledger_present_value"}),
    ("prices that rise faster", prices("uprating", "top_up", 1.001), {"ledger_cash", "ledger_present_value"}),
    ("another autumn share", scenario(money__autumn_share=0.5), {"financial_year"}),
    ("a block that grows", scenario(money__block_growth_per_year=0.01), {"dsg_position"}),
    ("another block", finance("high_needs_block", 550_001.0), {"dsg_position"}),
    ("another deficit", finance("deficit_at_year_end", 40_001.0), {"dsg_position"}),
    ("other spending", finance("other_high_needs_spend", 100_001.0), {"dsg_position"}),
    ("a lower limit on capital", scenario(limits__capital_gbp_by_year={"2025/26": 50.0}), {"capital_limit"}),
    ("a limit on capital in another year", scenario(limits__capital_gbp_by_year={"2026/27": 5.0}), {"capital_limit"}),
    ("a lower limit on the block", scenario(limits__high_needs_gbp_by_year={"2025/26": 149_000.0}), {"high_needs_limit"}),
    ("fewer places kept for a phase", kept_places(0.9), {"capacity_phase", "occupancy_phase"}),
    ("a fuller base", options(least_occupancy={"open_rc_south": 1.0}, ramp_years={"open_rc_south": 0}), {"least_occupancy"}),
    ("places without a limit", unlimited, {"occupancy"}),
]  # fmt: skip


@pytest.mark.parametrize(("name", "change", "rules"), RULES, ids=[rule[0] for rule in RULES])
def test_the_rule_that_is_broken_is_named(name: str, change: Callable[[Case], Case], rules: set[str], written: Written) -> None:
    found = {finding.rule for finding in under(written, change).findings}
    assert found & rules, f"{name}: found {found}"


def resized(written: Written, sizes: list[int]) -> CheckReport:
    """The growing school as one that may close again, with these blocks in the three years."""
    frame = written.tables["options"].copy()
    mine = frame["option"] == "grow_sp_north"
    frame.loc[mine, "blocks"] = sizes
    frame.loc[mine, "open"] = [int(size > 0) for size in sizes]
    frame.loc[mine, "places"] = [2.0 * size for size in sizes]
    return under(written, options(may_close={"grow_sp_north": True}, earliest={"grow_sp_north": 1}), {**written.tables, "options": frame})


@pytest.mark.parametrize(
    ("sizes", "bad"), [([1, 1, 1], False), ([1, 1, 0], False), ([0, 2, 0], False), ([1, 2, 2], True), ([2, 1, 1], True), ([1, 0, 1], True)]
)
def test_what_may_close_opens_once_and_keeps_its_size(sizes: list[int], bad: bool, written: Written) -> None:
    rules = {finding.rule for finding in resized(written, sizes).findings}
    assert ("keeps_size" in rules) == bad
    assert "stays_open" not in rules


def test_findings_of_one_rule_are_shown_only_so_often_and_say_both_figures() -> None:
    notes = Notes(most_per_rule=3)
    for _ in range(5):
        notes.compare("one", "table", "row 2", 1.0, 2.5, 0.1, "pounds")
        notes.at_most("other", "table", "row 3", 3.0, 2.0, 0.5, "children")
    assert [finding.rule for finding in notes.report().findings] == ["one", "other"] * 3
    assert str(notes.findings[0]) == "table: row 2: £1.00 where £2.50 was expected (rule one)"
    assert str(notes.findings[1]) == "table: row 3: 3.0000 children where at most 2.0000 children is allowed (rule other)"
    assert notes.report().tested == {"one": 5, "other": 5}


def test_the_largest_difference_that_was_accepted_is_kept_and_nothing_missing_is_accepted() -> None:
    notes = Notes()
    notes.compare("one", "t", "w", 1.0, 1.5, 0.5, "children")
    notes.compare("one", "t", "w", 1.0, 1.25, 0.5, "children")
    notes.at_most("two", "t", "w", 2.5, 2.0, 0.5, "children")
    notes.at_most("two", "t", "w", 1.0, 2.0, 0.5, "children")
    assert notes.report().worst == {"one": 0.5, "two": 0.5}
    assert notes.report().passed
    notes.compare("one", "t", "w", float("nan"), 1.5, 0.5, "children")
    notes.at_most("two", "t", "w", float("nan"), 2.0, 0.5, "children")
    assert [finding.rule for finding in notes.report().findings] == ["one", "two"]
    assert not notes.report().passed
    assert not Notes().report().passed
