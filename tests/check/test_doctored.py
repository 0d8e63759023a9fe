"""A right answer passes the check; the same answer, doctored in one place, never does."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from planner.check.replay import check_folder
from planner.run import RunResult
from tests.conftest import COUNTIES

Doctor = Callable[[pd.DataFrame], pd.DataFrame]


def bump(column: str, by: float, row: int = 0) -> Doctor:
    def change(frame: pd.DataFrame) -> pd.DataFrame:
        frame[column] = pd.to_numeric(frame[column], errors="coerce")
        frame.loc[frame.index[row], column] += by
        return frame

    return change


def put(column: str, value: object, row: int = 0) -> Doctor:
    def change(frame: pd.DataFrame) -> pd.DataFrame:
        frame[column] = frame[column].astype(object)
        frame.loc[frame.index[row], column] = value
        return frame

    return change


def drop(row: int = 0) -> Doctor:
    return lambda frame: frame.drop(index=frame.index[row])


def twice(row: int = 0) -> Doctor:
    return lambda frame: pd.concat([frame, frame.iloc[[row]]])


def where(column: str, value: str, then: Doctor) -> Doctor:
    """Doctor the first row in which a column holds a value."""

    def change(frame: pd.DataFrame) -> pd.DataFrame:
        first = int(np.nonzero((frame[column] == value).to_numpy())[0][0])
        frame = pd.concat([frame.iloc[[first]], frame.drop(index=frame.index[first])], ignore_index=True)
        return then(frame)

    return change


CASES: list[tuple[str, str, Doctor]] = [
    ("one child more enters", "allocation", bump("children", 1.0)),
    ("a thousandth of a child more", "allocation", bump("children", 0.001, 3)),
    ("an entry is lost", "allocation", drop(2)),
    ("an entry stands twice", "allocation", twice(4)),
    ("an entry is negative", "allocation", put("children", -0.5)),
    ("an entry is not a number", "allocation", put("children", "many")),
    ("an entry in another year", "allocation", put("entry_year", "2026/27")),
    ("an entry in a year that is not planned", "allocation", put("entry_year", "2031/32")),
    ("an unknown unit", "allocation", put("unit", "ms_west")),
    ("an unknown area", "allocation", put("area", "west")),
    ("an unknown band", "allocation", put("band", "extra")),
    ("another need", "allocation", put("need", "SEMH")),
    ("a child in another area's school", "allocation", where("unit", "ms_east", put("unit", "ms_south"))),
    ("a specialist child in mainstream", "allocation", where("band", "specialist", put("unit", "ms_south"))),
    ("a child in a base that is shut", "allocation", where("band", "enhanced", put("unit", "rc_south"))),
    ("the wrong provision type", "allocation", put("provision_type", "state_special")),
    (
        "children waiting are invented",
        "waiting",
        lambda frame: pd.DataFrame([("east", "ASD", "primary", "support", "2025/26", 2.0)], columns=frame.columns),
    ),
    (
        "episodes are invented",
        "early_help",
        lambda frame: pd.DataFrame([("east", "ASD", "primary", "support", "cb_east", "2025/26", 1.0)], columns=frame.columns),
    ),
    (
        "avoided EHCPs are invented",
        "avoided",
        lambda frame: pd.DataFrame([("east", "ASD", "primary", "support", "2026/27", 1.0)], columns=frame.columns),
    ),
    ("an option opens too early", "options", where("option", "grow_sp_north", put("open", 1))),
    ("an option closes", "options", lambda frame: frame.assign(open=0)),
    ("an option has no blocks", "options", lambda frame: frame.assign(blocks=0)),
    ("an option has half a block", "options", lambda frame: frame.assign(blocks=frame["blocks"] * 0.75)),
    ("an option is too large", "options", lambda frame: frame.assign(blocks=frame["blocks"] * 3, places=frame["places"] * 3)),
    ("an option has other places", "options", lambda frame: frame.assign(places=frame["places"] + 1)),
    ("an option is unknown", "options", put("option", "grow_moon")),
    ("an option misses a year", "options", drop(1)),
    ("occupancy is one more", "occupancy", bump("children", 1.0, 1)),
    ("places are one more", "occupancy", where("unit", "sp_north", bump("places", 1.0))),
    ("an occupancy row is lost", "occupancy", where("unit", "ind_south", drop(0))),
    ("EHCPs are one more", "ehcps", bump("children", 1.0)),
    ("an EHCP row is lost", "ehcps", drop(3)),
    ("EHCPs in another district", "ehcps", put("district", "Elsewhere")),
    ("entries are one more", "entries", bump("children", 1.0)),
    ("a pound is missing", "ledger", bump("cash_gbp", -1.0)),
    ("two pence are missing", "ledger", bump("cash_gbp", -0.02, 5)),
    ("a pound of present value is added", "ledger", bump("present_value_gbp", 1.0)),
    ("a ledger row is lost", "ledger", drop(6)),
    ("a ledger row stands twice", "ledger", twice(6)),
    ("a line is moved to another fund", "ledger", put("fund", "council_general_fund")),
    ("a line is called another", "ledger", where("line", "top_up", put("line", "independent_fees"))),
    ("a line is moved to another year", "ledger", where("academic_year", "2025/26", put("academic_year", "2026/27"))),
    ("money moves to another unit", "ledger", where("unit", "sp_north", put("unit", "ind_south"))),
    ("the financial year is a pound short", "ledger_financial_year", bump("cash_gbp", -1.0)),
    ("a clock is a pound short", "clock_reconciliation", bump("academic_years_gbp", -1.0)),
    ("the rest of the base year is left out", "clock_reconciliation", where("line", "top_up", put("plus_base_year_gbp", 0.0))),
    ("a clock's line is lost", "clock_reconciliation", drop(1)),
    ("a line of the plan is a pound more", "dsg_plan", where("part", "expenditure", bump("amount_gbp", 1.0))),
    ("the plan starts with another deficit", "dsg_plan", where("part", "balance", bump("amount_gbp", 1.0))),
    ("a child more by setting", "dsg_placements_by_setting", bump("ehcps", 1.0)),
    ("half a child by age", "dsg_placements_by_age", put("ehcps", 0.5)),
    ("the total by need is one more", "dsg_placements_by_need", where("need", "Total", bump("ehcps", 1.0))),
    ("a scheme's capital is a pound less", "appraisal", bump("capital_gbp", -1.0)),
    ("an uplift that the scenario does not have", "appraisal", bump("capital_uplift_gbp", 5.0)),
    ("the deficit is a pound less", "dsg_position", bump("deficit_at_year_end_gbp", -1.0, -1)),
    ("the block is a pound more", "dsg_position", bump("high_needs_block_gbp", 1.0, -1)),
    ("the cost to the block is a pound more", "dsg_position", bump("high_needs_cost_gbp", 1.0, -1)),
    (
        "a broken limit is invented",
        "slacks",
        lambda frame: pd.DataFrame(
            [("over_capacity", "sp_north", "", "2025/26", 1.0, "children", 150000.0, 150000.0)], columns=frame.columns
        ),
    ),
    ("a column has another name", "ledger", lambda frame: frame.rename(columns={"cash_gbp": "cash"})),
]


@pytest.fixture(scope="module")
def folder(tiny_run: RunResult) -> Path:
    return tiny_run.folder


def test_the_answer_as_written_passes(folder: Path) -> None:
    report = check_folder(folder, COUNTIES)
    assert report.passed, report.findings
    assert sum(report.tested.values()) > 500
    assert len(report.tested) > 20


@pytest.mark.parametrize(("name", "table", "doctor"), CASES, ids=[case[0] for case in CASES])
def test_a_doctored_answer_is_refused(name: str, table: str, doctor: Doctor, folder: Path, tmp_path: Path) -> None:
    copy = tmp_path / "answer"
    shutil.copytree(folder, copy)
    path = copy / "internal" / "tables" / f"{table}.csv"
    doctor(pd.read_csv(path, keep_default_na=False)).to_csv(path, index=False)
    report = check_folder(copy, COUNTIES)
    assert not report.passed, name
    assert report.findings


def test_a_missing_table_is_refused(folder: Path, tmp_path: Path) -> None:
    copy = tmp_path / "answer"
    shutil.copytree(folder, copy)
    (copy / "internal" / "tables" / "ledger.csv").unlink()
    assert not check_folder(copy, COUNTIES).passed


def test_inputs_that_changed_make_results_stale(folder: Path, tmp_path: Path) -> None:
    shutil.copytree(COUNTIES, tmp_path / "counties")
    prices = tmp_path / "counties" / "tiny" / "rates" / "prices.yaml"
    prices.write_text(prices.read_text(encoding="utf-8") + "# a note\n", encoding="utf-8")
    report = check_folder(folder, tmp_path / "counties")
    assert any("stale" in finding.wrong for finding in report.findings)
