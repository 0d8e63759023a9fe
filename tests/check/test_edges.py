"""The check at its edges: first years, closings that go on, exactly as many openings as are allowed, sums that hide two faults, and files."""

from __future__ import annotations

import shutil
from pathlib import Path

import pandas as pd
import pytest

from planner.check.replay import check_folder
from planner.run import RunResult
from tests.check import rich
from tests.check.rich import Written, answer
from tests.conftest import COUNTIES


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Written:
    return answer(tmp_path_factory.mktemp("edges"))


def rules(written: Written, **changed: pd.DataFrame) -> set[str]:
    report = written.check({**written.tables, **changed}, written.cost, written.broken)
    return {finding.rule for finding in report.findings}


def test_an_ehcp_avoided_in_the_first_year_is_refused(written: Written) -> None:
    """Nothing is avoided before an episode has had a year."""
    avoided = written.tables["avoided"]
    first = str(written.case.demand.years[1])
    assert first not in set(avoided["year"])
    more = pd.concat([avoided, avoided.iloc[[0]].assign(year=first, children=0.5)], ignore_index=True)
    assert "avoided" in rules(written, avoided=more)


def test_two_faults_in_present_values_that_cancel_are_both_named(written: Written) -> None:
    ledger = written.tables["ledger"].copy()
    same = ledger[ledger["line"] == ledger["line"].iloc[0]].index[:2]
    assert len(same) == 2
    ledger.loc[same, "present_value_gbp"] += [5.0, -5.0]
    report = written.check({**written.tables, "ledger": ledger}, written.cost, written.broken)
    assert sum(finding.rule == "ledger_present_value" for finding in report.findings) >= 2


def test_a_size_without_an_opening_before_the_first_year_is_refused(written: Written) -> None:
    table, options = written.tables["options"].copy(), written.case.programme.options
    late = options[options["earliest"] > 1].iloc[0]
    row = (table["option"] == late["option"]) & (table["year"] == str(written.case.demand.years[1]))
    assert row.sum() == 1
    table.loc[row, ["open", "blocks"]] = [0, 1]
    assert "first_year" in rules(written, options=table)


def test_a_unit_that_closes_in_the_middle_is_added_up_in_every_later_year(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rich, "SCENARIO", rich.SCENARIO.replace("years: 3", "years: 5"))
    long = answer(tmp_path)
    occupied = long.tables["occupancy"].query("unit == 'ind_south'")
    assert (occupied["children"].tail(3) > 0).all(), "children stay on after the closing"
    assert rules(long) == set()


@pytest.mark.parametrize(("most", "refused"), [(1, False), (0, True)])
def test_as_many_openings_as_are_allowed_and_one_more(most: int, refused: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """One chosen opening in the first year; the limit is moved afterwards."""
    text = """
title: One opening in the first year
county: tiny
base_year: 2024/25
years: 2
detail: {areas: area}
options: {offer: [open_rc_south], most_openings_per_year: 1}
units: {ind_south: {places: 2}, sp_north: {places: 5}}
solve: {gap: 0.0}
"""
    monkeypatch.setattr(rich, "SCENARIO", text)
    monkeypatch.setattr(rich, "county", lambda folder: shutil.copytree(COUNTIES / "tiny", folder / "tiny"))
    made = answer(tmp_path)
    opened = made.tables["options"].query("option == 'open_rc_south' and open > 0")
    assert opened["year"].iloc[0] == str(made.case.demand.years[1]), "it pays to open at once"
    loaded = made.case.loaded
    options = loaded.scenario.options.model_copy(update={"most_openings_per_year": most})
    scenario = loaded.scenario.model_copy(update={"options": options})
    case = made.case
    report = rich.check_tables(
        made.tables, scenario, case.county, case.demand, case.arcs, case.rates, case.programme, made.cost, made.broken
    )
    assert ("openings_per_year" in {finding.rule for finding in report.findings}) == refused


def test_files_are_read_back_and_a_table_in_another_order_of_columns_is_refused(tiny_run: RunResult, tmp_path: Path) -> None:
    copy = tmp_path / "tiny"
    shutil.copytree(tiny_run.folder, copy)
    assert check_folder(copy, COUNTIES).passed
    path = copy / "internal" / "tables" / "occupancy.csv"
    frame = pd.read_csv(path)
    frame[list(frame.columns[::-1])].to_csv(path, index=False)
    assert "tables" in {finding.rule for finding in check_folder(copy, COUNTIES).findings}


def test_a_table_of_the_county_that_changed_makes_the_results_stale(tiny_run: RunResult, tmp_path: Path) -> None:
    shutil.copytree(COUNTIES, tmp_path / "counties")
    path = tmp_path / "counties" / "tiny" / "sources.csv"
    path.write_text(path.read_text(encoding="utf-8").replace("\n", "\r\n"), encoding="utf-8", newline="")
    found = check_folder(tiny_run.folder, tmp_path / "counties").findings
    assert {(finding.rule, finding.where) for finding in found} == {("inputs", "data/tiny/sources.csv")}


CLOSING = """
title: A special school closes
county: tiny
base_year: 2024/25
years: 3
detail: {areas: area}
options: {fixed: {close_school: {year: 2026/27}}}
solve: {gap: 0.0}
"""


def closing(unit: str, more_units: str, folder: Path, monkeypatch: pytest.MonkeyPatch) -> Written:
    """The tiny county with one special school that closes in the second year planned; each of its places is paid for, filled or not."""

    def county(where: Path) -> None:
        shutil.copytree(COUNTIES / "tiny", where / "tiny")
        options, units = where / "tiny" / "options.csv", where / "tiny" / "units.csv"
        row = f"close_school,Close a school,close_unit,{unit},0,0,0,2026/27,1,1000,0,1,0,20,no,,0,,,,,yes,assumption,red\n"
        options.write_text(options.read_text(encoding="utf-8") + row, encoding="utf-8")
        units.write_text(units.read_text(encoding="utf-8") + more_units, encoding="utf-8")

    monkeypatch.setattr(rich, "SCENARIO", CLOSING)
    monkeypatch.setattr(rich, "county", county)
    return answer(folder)


def places_paid(written: Written, unit: str) -> list[float]:
    """Places of a unit that are paid for, by year planned."""
    ledger = written.tables["ledger"]
    mine = ledger[(ledger["unit"] == unit) & (ledger["line"] == "place_funding") & (ledger["quantity_unit"] == "places")]
    return [float(mine.loc[mine["academic_year"] == str(year), "quantity"].sum()) for year in written.case.demand.years[1:]]


def test_a_closing_school_is_paid_for_while_its_children_leave(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    written = closing("sp_north", "", tmp_path, monkeypatch)
    assert rules(written) == set()
    first, second, third = places_paid(written, "sp_north")
    assert first == 8
    assert 0 < third < second < first
    assert third / second == pytest.approx(second / first)
    ledger = written.tables["ledger"].copy()
    row = ledger.index[(ledger["unit"] == "sp_north") & (ledger["line"] == "place_funding") & (ledger["academic_year"] == "2026/27")][0]
    ledger.loc[row, ["quantity", "cash_gbp"]] = [8.0, 80_000.0]
    assert rules(written, ledger=ledger)


def test_a_closing_school_that_nobody_could_be_in_is_paid_for_until_it_closes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    school = "sp_empty,School that nobody needs,state_special,north,400500,328000,primary,MSI,*,5,,county,academy,no,assumption,red\n"
    written = closing("sp_empty", school, tmp_path, monkeypatch)
    assert rules(written) == set()
    assert places_paid(written, "sp_empty") == [5, 0, 0]
