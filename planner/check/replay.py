"""The check: a written answer, re-added from its tables and the inputs alone."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from planner.check import children, labels, money, options, plan, slacks, years
from planner.check.children import Case, Tables
from planner.check.report import CheckReport, Notes
from planner.county.county import County
from planner.county.detail import at_detail
from planner.county.programme import Programme, build_programme
from planner.county.read import file_hash, read_county
from planner.demand.demand import Demand
from planner.demand.project import project
from planner.errors import InputError, Problem
from planner.folders.swap import manifest_of, put_right
from planner.network.arcs import Arcs
from planner.network.build import build_arcs
from planner.rates.build import build_rates
from planner.rates.rates import Rates
from planner.results.solution import TABLE_COLUMNS
from planner.scenario.schema import Scenario

NEEDED = (
    "allocation",
    "waiting",
    "early_help",
    "options",
    "slacks",
    "avoided",
    "occupancy",
    "occupancy_phase",
    "ehcps",
    "entries",
    "ledger",
    "ledger_financial_year",
    "dsg_position",
    *plan.NEEDED,
)


def check_tables(
    tables: Tables,
    scenario: Scenario,
    county: County,
    demand: Demand,
    arcs: Arcs,
    rates: Rates,
    programme: Programme,
    cost_gbp: float,
    broken_gbp: float,
) -> CheckReport:
    """Re-add every row of the model and every pound from tables.

    ``county`` is at the scenario's detail. ``cost_gbp`` is the public cost that the search reported, ``broken_gbp`` the price of
    broken limits. The rules are in ``labels``, ``children``, ``options``, ``slacks``, ``money``, ``years`` and ``plan``; none of them uses the model or a
    solver. Where a row does not say what it is about, nothing is added up and only that is reported.
    """
    notes = Notes()
    case = Case(tables, scenario, county, demand, arcs, rates, programme)
    children.number_labels(case)
    if not labels.every_row_says_what_it_is(case, notes):
        return notes.report()
    children.age_children(case, notes)
    options.read_options(case, notes)
    case.places = options.places_by_hand(case)
    children.everyone_is_placed_or_waiting(case, notes)
    children.early_help_is_possible(case, notes)
    children.ehcps_are_re_added(case, notes)
    options.options_are_possible(case, notes)
    options.units_hold_what_they_may(case, notes)
    options.bases_are_used(case, notes)
    slacks.broken_limits_are_priced(case, notes, broken_gbp)
    money.ledger_is_re_added(case, notes, cost_gbp)
    years.years_add_up(case, notes)
    plan.clocks_reconcile(case, notes)
    plan.plan_is_the_position(case, notes)
    plan.placements_are_whole(case, notes)
    plan.appraisal_is_the_ledger(case, notes)
    return notes.report()


def read_tables(folder: Path, notes: Notes) -> Tables | None:
    """The written tables; None with findings if one is missing or has other columns."""
    tables: Tables = {}
    for name in NEEDED:
        path = folder / "internal" / "tables" / f"{name}.csv"
        if not path.is_file():
            notes.add("tables", name, path.name, "the table is missing")
            continue
        try:
            numbers = _number_columns(name)
            kinds = {column: str for column in TABLE_COLUMNS[name] if column not in numbers}
            frame = pd.read_csv(path, keep_default_na=False, dtype=kinds, na_values={column: ["", "nan"] for column in numbers})
        except (ValueError, UnicodeDecodeError) as error:
            notes.add("tables", name, path.name, f"the table cannot be read: {error}")
            continue
        wanted = list(TABLE_COLUMNS[name])
        if list(frame.columns) != wanted:
            notes.add("tables", name, path.name, f"the columns are {', '.join(frame.columns)} and not {', '.join(wanted)}")
            continue
        bad = [column for column in _number_columns(name) if len(frame) and frame[column].dtype.kind not in "iufb"]
        if bad:
            notes.add("tables", name, path.name, f"column {bad[0]} holds something that is not a number")
            continue
        tables[name] = frame
    return tables if len(tables) == len(NEEDED) else None


def _number_columns(table: str) -> list[str]:
    counted = (
        "children",
        "places",
        "episodes",
        "amount",
        "gbp",
        "quantity",
        "minutes",
        "blocks",
        "over_places",
        "ehcps",
        "avoided",
        "open",
        "order",
    )
    text = ("amount_unit", "quantity_unit", "opens")
    return [column for column in TABLE_COLUMNS[table] if any(word in column for word in counted) and column not in text]


def check_folder(folder: Path, data_root: Path) -> CheckReport:
    """Check a finished output folder against its own manifest and the county's tables as they are now.

    Raises:
        InputError: if the folder holds no manifest.

    """
    put_right(folder)
    manifest = manifest_of(folder)
    if manifest is None:
        raise InputError(
            [Problem(str(folder), 0, 0, "", "there is no finished manifest.json in this folder", "the folder of a finished run")]
        )
    notes = Notes()
    tables = read_tables(folder, notes)
    if tables is None:
        return notes.report()
    scenario = Scenario.model_validate(manifest["scenario"])
    whole = read_county(data_root / scenario.county)
    for name, digest in manifest["inputs"].items():
        if name.startswith("data/"):
            file = data_root / Path(name).relative_to("data")
            notes.require(
                "inputs",
                "manifest",
                name,
                file.is_file() and file_hash(file) == digest,
                "the file has changed since the run; the results are stale",
            )
    county = at_detail(whole, scenario)
    demand = project(scenario, county)
    arcs = build_arcs(scenario, county, demand)
    programme = build_programme(scenario, county)
    rates = build_rates(scenario, county, demand, arcs, programme)
    solve = manifest["solve"]
    report = check_tables(
        tables, scenario, county, demand, arcs, rates, programme, float(solve["cost_gbp"]), float(solve["broken_limits_gbp"])
    )
    return CheckReport((*notes.findings, *report.findings), {**notes.tested, **report.tested}, report.worst)
