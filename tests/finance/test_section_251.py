"""Every pound of the shipped county has its Section 251 line, or a reason why there is none."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import numpy as np
import pytest

from planner.case import Case
from planner.county.read import read_county
from planner.finance.ledger import build_ledger, section_251_of
from planner.names import LINES, NOT_IN_SECTION_251, SECTION_251_TITLES
from planner.results.presence import presence
from planner.run import RunResult, prepare
from tests import answers
from tests import five_children as five
from tests.conftest import ROOT


@pytest.fixture(scope="module")
def shipped() -> Case:
    """The scenario that offers most, prepared and not solved."""
    return prepare(ROOT / "scenarios" / "transformation.yaml", ROOT / "data", lambda text: None)


def test_no_price_of_the_shipped_county_lacks_its_line(shipped: Case) -> None:
    rates, arcs, demand = shipped.rates, shipped.arcs, shipped.demand
    kinds, phases = arcs.units["provision_type"].astype(str).to_numpy(), demand.cohorts["phase"].astype(str).to_numpy()
    wanted: set[tuple[str, str, int | None, str]] = {(line, "waiting", None, "") for line in rates.waiting}
    for prices, cohorts, units in ((rates.arc, arcs.cohort, arcs.unit), (rates.stock, demand.stock_cohort, demand.stock_unit)):
        for line, price in prices.items():
            paid = price != 0
            wanted |= {(line, kinds[unit], int(unit), phases[cohort]) for cohort, unit in set(zip(cohorts[paid].tolist(), units[paid].tolist(), strict=True))}  # fmt: skip
    for line, price in [*rates.place.items(), *rates.episode.items()]:
        wanted |= {(line, kinds[unit], int(unit), "") for unit in np.nonzero(price)[0]}
    unit_at = {str(unit): number for number, unit in enumerate(arcs.units["unit"])}
    for line, price in rates.option_running.items():
        hosts = [unit_at[str(unit)] for unit in shipped.programme.options["unit"][price != 0]]
        wanted |= {(line, kinds[host], host, "") for host in hosts}
    codes = {key: section_251_of(rates, arcs, key[0], key[1], key[2], key[3]) for key in wanted}
    assert {key[0] for key in codes} == {*LINES} - {*NOT_IN_SECTION_251}
    missing = sorted({key[:2] for key, code in codes.items() if code not in SECTION_251_TITLES})
    assert missing == []
    assert {code for key, code in codes.items() if key[0] == "transport"} == {"2.1.4", "2.1.6"}


def test_every_reason_is_of_a_line_and_says_why() -> None:
    assert set(NOT_IN_SECTION_251) == {"capital"}
    assert all(len(reason) > 20 for reason in NOT_IN_SECTION_251.values())


def test_codes_in_the_shipped_rates_are_lines_of_the_statement() -> None:
    rates = read_county(Path(ROOT / "data" / "staffordshire")).rates
    codes = {half for rate in rates for half in rate.section_251.split("|") if half}
    assert codes <= set(SECTION_251_TITLES) and len(codes) >= 8


def test_the_ledger_of_a_run_has_them_all(tiny_run: RunResult) -> None:
    ledger = tiny_run.solution.table("ledger")
    assert set(ledger.loc[ledger["section_251"] == "", "line"]) <= set(NOT_IN_SECTION_251)


def test_children_of_two_ages_at_one_unit_stand_under_two_lines() -> None:
    demand, arcs, programme = five.demand(), five.arcs(), five.programme()
    arcs = dataclasses.replace(arcs, units=arcs.units.assign(sector="maintained"))
    codes = {("mainstream_support", "mainstream_support", "maintained", "primary"): "1", ("mainstream_support", "mainstream_support", "maintained", "secondary"): "2"}  # fmt: skip
    rates = dataclasses.replace(five.rates(), section_251=codes)
    solution = answers.solution(entries=[("secondary", "light", "mainstream", "2025/26", 2.0)])
    frame = build_ledger(demand, arcs, rates, programme, solution, presence(solution, demand, arcs))
    mine = frame[(frame["line"] == "mainstream_support") & (frame["academic_year"] == "2025/26")].set_index("section_251")
    assert dict(mine["cash_gbp"]) == pytest.approx({"1": 3 * 5_000 * 0.6, "2": 10_000.0})
