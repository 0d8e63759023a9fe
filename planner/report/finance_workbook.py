"""The finance workbook: one run as a workbook with live formulas that ties every pound, for use inside the council."""

from __future__ import annotations

import datetime
import io
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from planner.county.county import County
from planner.county.programme import Programme
from planner.demand.demand import Demand
from planner.finance.detail import money_detail
from planner.network.arcs import Arcs
from planner.rates.rates import Rates
from planner.report.finance_book import clocks, control, inputs, plan, totals, workings, worth
from planner.report.finance_book.data import Money, Where
from planner.report.finance_book.kit import Book, new_book
from planner.report.write import write_bytes
from planner.results.presence import presence
from planner.results.solution import Solution
from planner.scenario.schema import Scenario


def write_finance(
    folder: Path,
    scenario: Scenario,
    county: County,
    demand: Demand,
    arcs: Arcs,
    rates: Rates,
    programme: Programme,
    solution: Solution,
    manifest: Mapping[str, Any],
) -> None:
    """Write ``finance.xlsx`` into a folder for inside the council, from a finished run; ``manifest`` is its manifest as plain data.

    Raises:
        WriteError: if it cannot be written.

    """
    money = run_money(scenario, county, demand, arcs, rates, programme, solution, manifest)
    write_bytes(folder / "finance.xlsx", finance_workbook(money))


def run_money(
    scenario: Scenario,
    county: County,
    demand: Demand,
    arcs: Arcs,
    rates: Rates,
    programme: Programme,
    solution: Solution,
    manifest: Mapping[str, Any],
) -> Money:
    """What the workbook is made from: the run's tables, and its ledger split by unit price."""
    ledger = solution.table("ledger")
    detail = money_detail(scenario, county, demand, arcs, rates, programme, solution, presence(solution, demand, arcs), ledger)
    names = dict(zip(arcs.units["unit"].astype(str), arcs.units["unit_name"].astype(str), strict=True))
    return Money(
        scenario=scenario,
        county=county,
        rates=rates,
        detail=detail,
        ledger=ledger,
        financial_years=solution.table("ledger_financial_year"),
        position=solution.table("dsg_position"),
        clocks=solution.table("clock_reconciliation"),
        plan=solution.table("dsg_plan"),
        appraisal=solution.table("appraisal"),
        manifest=manifest,
        unit_names=names,
    )


def finance_workbook(money: Money) -> bytes:
    """One run as an Excel workbook: inputs, quantities, cost, ledger, totals, grant, checks, charts.

    Every pound is a formula on quantities and unit prices, with its value stored beside it. Text stays text. The file is the
    same for the same run, byte for byte.
    """
    money = _plain(money)
    buffer = io.BytesIO()
    book = new_book(buffer)
    where = Where()
    front = {name: book.sheet(name) for name in ("Cover", "Contents", "Summary", "Checks")}
    inputs.inputs_sheet(book, money, where)
    inputs.prices_sheet(book, money, where)
    inputs.timing_sheet(book, money, where)
    workings.quantities_sheet(book, money, where)
    workings.cost_sheet(book, money, where)
    workings.base_year_sheet(book, money, where)
    workings.ledger_sheet(book, money, where)
    totals.academic_sheet(book, money, where)
    totals.section_251_sheet(book, money, where)
    totals.financial_sheet(book, money, where)
    totals.position_sheet(book, money, where)
    clocks.clocks_sheet(book, money, where)
    plan.plan_sheet(book, money, where)
    worth.appraisal_sheet(book, money, where)
    control.checks_sheet(front["Checks"], book, money, where)
    control.summary_sheet(front["Summary"], book, money, where)
    control.charts_sheet(book, money, where)
    control.changes_sheet(book, money)
    control.cover_sheet(front["Cover"], money)
    control.contents_sheet(front["Contents"], book)
    _properties(book, money)
    front["Cover"].sheet.activate()
    book.workbook.close()
    return buffer.getvalue()


def _plain(money: Money) -> Money:
    return Money(**{**vars(money), "ledger": workings.plain(money.ledger)})


def _properties(book: Book, money: Money) -> None:
    created = str(money.manifest.get("created", ""))
    try:
        when = datetime.datetime.fromisoformat(created).replace(tzinfo=None)
    except ValueError:
        when = datetime.datetime(2000, 1, 1)  # the file's own date has no zone
    book.workbook.set_properties(
        {
            "title": f"INTERNAL finance workbook: {money.scenario.title}",
            "subject": f"{money.county.title}: cost of a plan by ledger row, with live formulas",
            "category": "INTERNAL",
            "keywords": "INTERNAL, not for publication",
            "comments": "Exact figures for use inside the council. Do not publish.",
            "created": when,
        }
    )
    book.workbook.set_custom_property("Audience", "INTERNAL")
    book.workbook.set_custom_property("Language", "en-GB")
