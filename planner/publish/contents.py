"""The internal pack of a run: its tables as people see them, exact."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

import planner
from planner.check.report import CheckReport
from planner.county.county import County
from planner.county.programme import Programme
from planner.county.register import unsigned
from planner.demand.demand import Demand
from planner.network.arcs import Arcs
from planner.publish import frames
from planner.publish.catalogue import RUN_TABLES, Entry, column_of
from planner.publish.pack import Audience, Pack, PackTable
from planner.results.solution import Solution
from planner.scenario.load import LoadedScenario

TAKEN_AS_THEY_ARE = (
    "clock_reconciliation",
    "dsg_plan",
    "appraisal",
    "dsg_placements_by_setting",
    "dsg_placements_by_age",
    "dsg_placements_by_need",
)
"""Tables of a solution that go into the pack under their own names where they are there."""


@dataclass(frozen=True)
class RunSource:
    """A finished run, as its pack is made from it. ``cost_gbp`` is the public cost, present value; ``created`` a date and time."""

    loaded: LoadedScenario
    county: County
    demand: Demand
    arcs: Arcs
    programme: Programme
    solution: Solution
    check: CheckReport
    cost_gbp: float
    created: str = ""


def run_pack(source: RunSource) -> Pack:
    """Everything that may be shown about one run, exact: the INTERNAL pack, from which ``gate.publish`` makes the public one."""
    made = _frames(source)
    years = [str(year) for year in source.demand.years]
    place = f"{source.county.title}, {years[0]} to {years[-1]}"
    where = f"{source.county.title} tables and the scenario '{source.loaded.scenario.title}'"
    tables = {
        name: build_table(name, frame, entry, place, where, behind=behind)
        for name, entry in RUN_TABLES.items()
        if name in made
        for frame, behind in [made[name]]
    }
    scenario = source.loaded.scenario
    return Pack(source.loaded.path.stem, scenario.title, Audience.INTERNAL, (source.loaded.path.stem,), tables, run_facts(source))


def _frames(source: RunSource) -> dict[str, tuple[pd.DataFrame, tuple[float, ...]]]:
    """Every frame of a run's pack with the children behind the money of each row (empty where there is no money)."""
    solution, county, demand = source.solution, source.county, source.demand
    years = tuple(str(year) for year in demand.years)
    share = source.loaded.scenario.money.autumn_share
    lines, line_children = frames.cost_by_line(solution, years, share)
    funds, fund_children = frames.cost_by_fund(solution, years, share)
    block, block_children = frames.dsg_position(solution, years, share)
    options = frames.options(source.programme, county, source.arcs, solution)
    made = {
        "ehcps_by_year": frames.ehcps_by_year(solution, years),
        "ehcps_by_phase": frames.ehcps_by(solution, years, "phase", frames.PHASE_TITLES),
        "ehcps_by_need": frames.ehcps_by(solution, years, "need", {}),
        "ehcps_by_district": frames.ehcps_by(solution, years, "district", None),
        "placements": frames.placements(solution, years),
        "waiting_by_year": frames.waiting_by_year(solution, years),
        "waiting_by_district": frames.waiting_by(solution, years, "district", None),
        "waiting_by_need": frames.waiting_by(solution, years, "need", {}),
        "waiting_reasons": frames.waiting_reasons(solution),
        "options": options,
        "journeys": frames.journeys(solution, years),
        "units": frames.units(source.arcs, county, solution),
        "districts": frames.districts(solution, county, years),
        "scenario_changes": frames.scenario_changes(source.loaded),
        "assumptions": frames.assumptions(county),
        **{name: frames.as_they_are(solution.tables[name]) for name in TAKEN_AS_THEY_ARE if name in solution.tables},
    }
    result: dict[str, tuple[pd.DataFrame, tuple[float, ...]]] = {name: (frame, ()) for name, frame in made.items()}
    result["cost_by_line"], result["cost_by_fund"] = (lines, line_children), (funds, fund_children)
    result["dsg_position"] = (block, block_children)
    return result


def build_table(
    name: str,
    frame: pd.DataFrame,
    entry: Entry,
    place: str,
    source: str,
    *,
    scenarios: tuple[str, ...] = (),
    behind: tuple[float, ...] = (),
) -> PackTable:
    """A frame as a table of a pack: titles and kinds by the catalogue, ``place`` (county and period) after the measure."""
    columns = tuple(column_of(str(column), frame[column], name, scenarios) for column in frame.columns)
    return PackTable(
        name, entry.title, f"{entry.measure}, {place}", columns, frame.reset_index(drop=True), entry.notes, source, behind=behind
    )


def county_hash(hashes: Mapping[str, str]) -> str:
    """One hash over the hashes of every file of a county: two runs of the same county have the same."""
    text = "\n".join(f"{name} {digest}" for name, digest in sorted(hashes.items()))
    return hashlib.sha256(text.encode("utf-8")).hexdigest()[:16]


def run_facts(source: RunSource) -> dict[str, str]:
    """How a run was made and what it proved, as text: see ``Pack.facts``."""
    scenario, record = source.loaded.scenario, source.solution.record
    cost, waiting = record.stage("cost"), record.stage("waiting")
    facts = {
        "county": source.county.name,
        "county_title": source.county.title,
        "scenario_description": scenario.description.strip(),
        "base_year": str(source.demand.years[0]),
        "last_year": str(source.demand.years[-1]),
        "autumn_share": f"{scenario.money.autumn_share:.12g}",
        "outcome": str(record.outcome),
        "cost_pv_gbp": f"{source.cost_gbp:.2f}",
        "planner_version": planner.__version__,
        "schema_version": schema_version(),
        "county_hash": county_hash(source.county.hashes),
        "created": source.created,
        "assumptions_unsigned": str(unsigned(source.county)),
        "check": "passed" if source.check.passed else f"failed: {len(source.check.findings)} findings",
    }
    if cost is not None and cost.bound is not None:
        # Journeys are shortened last and may cost a little: the gap is that of the plan as written, broken limits and all.
        paid = source.cost_gbp + float(source.solution.table("slacks")["objective_gbp"].sum())
        apart = max(paid - cost.bound, 0.0)
        facts["gap_gbp"] = f"{apart:.2f}"
        facts["gap_percent"] = f"{100 * apart / abs(paid) if paid else 0.0:.3f}"
    if waiting is not None and waiting.bound is not None:
        facts["waiting_bound"] = f"{max(waiting.bound, 0.0):.3f}"
    return facts


def schema_version() -> str:
    """A short hash of what a scenario may say: two versions of the program that read the same keys have the same."""
    from planner.scenario.schema import Scenario

    return hashlib.sha256(repr(sorted(Scenario.model_json_schema()["$defs"].items())).encode("utf-8")).hexdigest()[:12]
