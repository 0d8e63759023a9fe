"""The check's rules about children: nobody is lost, and everybody is where he or she may be.

Written with dictionaries and loops, apart from the model on purpose.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from planner.check.report import Notes
from planner.county.county import County
from planner.county.programme import Programme
from planner.demand.demand import Demand
from planner.names import PROVISION_TYPES, SITUATIONS, WAITING
from planner.network.arcs import Arcs
from planner.rates.rates import Rates
from planner.scenario.schema import Scenario

CHILD = 1e-6
"""Differences up to this many children are the solver's tolerance."""

Tables = dict[str, pd.DataFrame]
Cohort = tuple[str, str, str, str]


@dataclass
class Case:
    """The written tables with the inputs, and what follows from them by hand.

    ``present[(cohort, unit)]`` is the children there in each year 0..H; ``waits[cohort]`` those waiting; ``paths[(option, column)]``
    what the options table says of an option in each year; ``slacks[(limit, unit, year, phase)]`` how far a limit is written as broken;
    ``kept[(unit, phase)]`` the places kept for a phase.
    """

    tables: Tables
    scenario: Scenario
    county: County
    demand: Demand
    arcs: Arcs
    rates: Rates
    programme: Programme
    years: list[str] = field(default_factory=list)
    cohorts: dict[Cohort, int] = field(default_factory=dict)
    names: list[Cohort] = field(default_factory=list)
    units: dict[str, int] = field(default_factory=dict)
    arc_of: dict[tuple[int, int], int] = field(default_factory=dict)
    help_of: dict[tuple[int, int], int] = field(default_factory=dict)
    entered: dict[tuple[int, int], list[float]] = field(default_factory=dict)
    present: dict[tuple[int, int], list[float]] = field(default_factory=dict)
    waits: dict[int, list[float]] = field(default_factory=dict)
    given: dict[tuple[int, int], list[float]] = field(default_factory=dict)
    places: dict[int, list[float]] = field(default_factory=dict)
    option_rows: list[dict[Any, Any]] = field(default_factory=list)
    paths: dict[tuple[str, str], list[float]] = field(default_factory=dict)
    slacks: dict[tuple[str, str, str, str], float] = field(default_factory=dict)
    kept: dict[tuple[int, str], list[float]] = field(default_factory=dict)
    kinds: list[str] = field(default_factory=list)
    unit_names: list[str] = field(default_factory=list)
    made: dict[str, list[dict[str, Any]]] = field(default_factory=dict)

    def rows(self, table: str) -> list[dict[str, Any]]:
        """The rows of a written table by the names of its columns, made once."""
        if table not in self.made:
            frame = self.tables[table]
            names = frame.columns.tolist()
            columns = [frame[name].tolist() for name in names]
            self.made[table] = [dict(zip(names, values, strict=True)) for values in zip(*columns, strict=True)]
        return self.made[table]

    def kind(self, unit: int) -> str:
        """The provision type of a unit."""
        return self.kinds[unit]

    def unit_name(self, unit: int) -> str:
        """The name of a unit."""
        return self.unit_names[unit]

    def stay(self, cohort: int, situation: str) -> float:
        """Yearly chance of staying."""
        return float(self.demand.stay[cohort, SITUATIONS.index(situation)])


def number_labels(case: Case) -> None:
    """Number the labels."""
    demand, arcs = case.demand, case.arcs
    case.years = [str(year) for year in demand.years]
    case.kinds = [str(kind) for kind in arcs.units["provision_type"]]
    case.unit_names = [str(name) for name in arcs.units["unit"]]
    case.names = [tuple(str(part) for part in row) for row in demand.cohorts[["area", "need", "phase", "band"]].itertuples(index=False)]  # type: ignore[misc]
    case.cohorts = {name: number for number, name in enumerate(case.names)}
    case.units = {str(name): number for number, name in enumerate(arcs.units["unit"])}
    case.arc_of = {(int(cohort), int(unit)): number for number, (cohort, unit) in enumerate(zip(arcs.cohort, arcs.unit, strict=True))}
    case.help_of = {
        (int(cohort), int(unit)): number for number, (cohort, unit) in enumerate(zip(arcs.help_cohort, arcs.help_unit, strict=True))
    }


def age_children(case: Case, notes: Notes) -> None:
    """Age every child through the years by hand."""
    demand = case.demand
    case.entered = _read(case, notes, "allocation", "entry_year", "children", case.arc_of)
    case.given = _read(case, notes, "early_help", "year", "episodes", case.help_of)
    case.waits = _waits(case, notes)
    span = len(case.years)
    totals: dict[tuple[int, int], list[float]] = defaultdict(lambda: [0.0] * span)
    for pair, entries in case.entered.items():
        stay, here = case.stay(pair[0], case.kind(pair[1])), 0.0
        for year in range(span):
            here = here * stay + entries[year]
            totals[pair][year] += here
    for cohort, unit, children in zip(demand.stock_cohort, demand.stock_unit, demand.stock_children, strict=True):
        pair, here = (int(cohort), int(unit)), float(children)
        stay = case.stay(pair[0], case.kind(pair[1]))
        for year in range(span):
            totals[pair][year] += here
            here *= stay
    case.present = dict(totals)


def _number(
    case: Case, notes: Notes, table: str, line: int, row: dict[Any, Any], year_column: str, value: str
) -> tuple[int, int, float] | None:
    label = (str(row["area"]), str(row["need"]), str(row["phase"]), str(row["band"]))
    where = f"row {line}"
    cohort = case.cohorts.get(label)
    year = str(row[year_column])
    amount = float(row[value])
    notes.require("labels", table, where, cohort is not None, f"there are no children of {', '.join(label)} in this county")
    notes.require("labels", table, where, year in case.years[1:], f"{year} is not a year planned")
    notes.require("not_negative", table, where, amount >= 0.0 and amount < 1e9, f"{amount} is not a number of children")
    if cohort is None or year not in case.years[1:] or not amount >= 0.0:
        return None
    return cohort, case.years.index(year), amount


def _read(
    case: Case, notes: Notes, table: str, year_column: str, value: str, allowed: dict[tuple[int, int], int]
) -> dict[tuple[int, int], list[float]]:
    found: dict[tuple[int, int], list[float]] = {}
    seen: set[tuple[int, int, int]] = set()
    for line, row in enumerate(case.rows(table), start=2):
        item = _number(case, notes, table, line, row, year_column, value)
        unit = case.units.get(str(row["unit"]))
        notes.require("labels", table, f"row {line}", unit is not None, f"there is no unit '{row['unit']}'")
        if item is None or unit is None:
            continue
        cohort, year, amount = item
        pair = (cohort, unit)
        notes.require(
            "eligible",
            table,
            f"row {line}",
            pair in allowed,
            f"{row['unit']} may not take {', '.join(case.names[cohort])} (need, phase, band, area or travel limit)",
        )
        notes.require("no_row_twice", table, f"row {line}", (*pair, year) not in seen, "the row stands twice")
        seen.add((*pair, year))
        found.setdefault(pair, [0.0] * len(case.years))[year] += amount
    return found


def _waits(case: Case, notes: Notes) -> dict[int, list[float]]:
    waits = {cohort: [0.0] * len(case.years) for cohort in range(len(case.names))}
    seen: set[tuple[int, int]] = set()
    for line, row in enumerate(case.rows("waiting"), start=2):
        item = _number(case, notes, "waiting", line, row, "year", "children")
        if item is None:
            continue
        notes.require("no_row_twice", "waiting", f"row {line}", item[:2] not in seen, "the row stands twice")
        seen.add(item[:2])
        waits[item[0]][item[1]] += item[2]
    return waits


def avoided_by_hand(case: Case) -> dict[int, list[float]]:
    """EHCPs avoided by cohort and year: each episode's effect, so many years later."""
    avoided: dict[int, list[float]] = defaultdict(lambda: [0.0] * len(case.years))
    for (cohort, _), episodes in case.given.items():
        for start in range(1, len(case.years)):
            for later in range(start + 1, len(case.years)):
                avoided[cohort][later] += episodes[start] * float(case.demand.effect[cohort, later - start])
    return avoided


def everyone_is_placed_or_waiting(case: Case, notes: Notes) -> None:
    """Row ``placed``: those who enter and wait are those who came new, arrived, moved up, escalated or waited on."""
    demand, span = case.demand, len(case.years)
    coming = [[float(demand.new[c, t] + demand.arrivals[c, t]) for t in range(span)] for c in range(len(case.names))]
    groups = [(cohort, case.kind(unit), children) for (cohort, unit), children in case.present.items()]
    groups += [(cohort, WAITING, children) for cohort, children in case.waits.items()]
    for cohort, situation, children in groups:
        at = SITUATIONS.index(situation)
        for target, chance in ((int(demand.up_to[cohort]), demand.moves_up), (int(demand.escalates_to[cohort]), demand.escalates)):
            if target >= 0 and chance[cohort, at]:
                for year in range(1, span):
                    coming[target][year] += float(chance[cohort, at]) * children[year - 1]
    for cohort, children in case.waits.items():
        for year in range(1, span):
            coming[cohort][year] += case.stay(cohort, WAITING) * children[year - 1]
    for cohort, avoided in avoided_by_hand(case).items():
        for year in range(1, span):
            coming[cohort][year] -= avoided[year]
    entering = [[0.0] * span for _ in case.names]
    for (cohort, _), entries in case.entered.items():
        for year in range(1, span):
            entering[cohort][year] += entries[year]
    for cohort, name in enumerate(case.names):
        for year in range(1, span):
            where = f"{', '.join(name)} in {case.years[year]}"
            notes.compare(
                "placed", "allocation", where, entering[cohort][year] + case.waits[cohort][year], coming[cohort][year], CHILD, "children"
            )


def early_help_is_possible(case: Case, notes: Notes) -> None:
    """Rows ``at_risk``, ``avoided_most``: no more episodes than children at risk, no more avoided than may be."""
    demand = case.demand
    episodes: dict[int, list[float]] = defaultdict(lambda: [0.0] * len(case.years))
    for (cohort, _), given in case.given.items():
        for year, amount in enumerate(given):
            episodes[cohort][year] += amount
    avoided = avoided_by_hand(case)
    for cohort in sorted(episodes):
        for year in range(1, len(case.years)):
            where = f"{', '.join(case.names[cohort])} in {case.years[year]}"
            notes.at_most("at_risk", "early_help", where, episodes[cohort][year], float(demand.at_risk[cohort, year]), CHILD, "episodes")
            notes.at_most(
                "avoided_most", "early_help", where, avoided[cohort][year], float(demand.avoidable[cohort, year]), CHILD, "children"
            )
    written: dict[tuple[int, int], float] = defaultdict(float)
    for row in case.rows("avoided"):
        label = (str(row["area"]), str(row["need"]), str(row["phase"]), str(row["band"]))
        if label in case.cohorts and str(row["year"]) in case.years:
            written[(case.cohorts[label], case.years.index(str(row["year"])))] += float(row["children"])
        else:
            notes.add("avoided", "avoided", f"{', '.join(label)} in {row['year']}", "this row matches no children or year")
    for cohort in {*avoided, *(key[0] for key in written)}:
        for year in range(1, len(case.years)):
            where = f"{', '.join(case.names[cohort])} in {case.years[year]}"
            notes.compare("avoided", "avoided", where, written.get((cohort, year), 0.0), avoided[cohort][year], CHILD, "children")


def ehcps_are_re_added(case: Case, notes: Notes) -> None:
    """Tables ``ehcps`` and ``entries`` hold what the allocation adds to."""
    districts = {
        str(area): str(district)
        for area, district in zip(case.county.table("areas")["area"], case.county.table("areas")["district"], strict=True)
    }
    held: dict[tuple[str, ...], float] = defaultdict(float)
    came: dict[tuple[str, ...], float] = defaultdict(float)
    for (cohort, unit), children in case.present.items():
        area, need, phase, band = case.names[cohort]
        for year, amount in enumerate(children):
            held[(districts[area], need, phase, band, case.kind(unit), case.years[year])] += amount
    for cohort, children in case.waits.items():
        area, need, phase, band = case.names[cohort]
        for year, amount in enumerate(children):
            held[(districts[area], need, phase, band, WAITING, case.years[year])] += amount
    for (cohort, unit), entries in case.entered.items():
        area, need, phase, _ = case.names[cohort]
        for year, amount in enumerate(entries):
            came[(districts[area], need, phase, case.kind(unit), case.years[year])] += amount
    for table, expected, keys in (
        ("ehcps", held, ["district", "need", "phase", "band", "situation", "year"]),
        ("entries", came, ["district", "need", "phase", "provision_type", "year"]),
    ):
        written: dict[tuple[str, ...], float] = defaultdict(float)
        for row in case.rows(table):
            written[tuple(str(row[key]) for key in keys)] += float(row["children"])
        for key in {*written, *expected}:
            notes.compare(table, table, ", ".join(key), written.get(key, 0.0), expected.get(key, 0.0), CHILD, "children")


__all__ = [
    "CHILD",
    "PROVISION_TYPES",
    "Case",
    "Tables",
    "age_children",
    "avoided_by_hand",
    "early_help_is_possible",
    "ehcps_are_re_added",
    "everyone_is_placed_or_waiting",
    "number_labels",
]
