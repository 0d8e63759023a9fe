"""The check's rules about options and places: nothing opens before it may, and no unit holds more than its places."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

import pandas as pd

from planner.check.children import CHILD, Case
from planner.check.report import Notes

COLUMNS = ("open", "blocks", "places")


def read_options(case: Case, notes: Notes) -> None:
    """Every option's years, 0 in the base year, and how far limits are written as broken."""
    case.option_rows = case.programme.options.to_dict("records")
    seen: dict[str, list[str]] = defaultdict(list)
    for row in case.option_rows:
        for column in COLUMNS:
            case.paths[(str(row["option"]), column)] = [0.0] * len(case.years)
    for row in case.rows("options"):
        name, year = str(row["option"]), str(row["year"])
        seen[name].append(year)
        for column in COLUMNS:
            case.paths[(name, column)][case.years.index(year)] = float(row[column])
    for row in case.option_rows:
        name = str(row["option"])
        every = sorted(seen[name]) == sorted(case.years[1:])
        notes.require("options_every_year", "options", name, every, "not every year stands exactly once")
    for row in case.rows("slacks"):
        unit, phase = (str(row[column]) if row[column] == row[column] else "" for column in ("unit", "phase"))
        key = (str(row["limit"]), unit, str(row["year"]), phase)
        case.slacks[key] = case.slacks.get(key, 0.0) + float(row["amount"])


def options_are_possible(case: Case, notes: Notes) -> None:
    """Every option row of the model: whole sizes, first year, decided options, never falling, exclusions, needs, openings a year."""
    frame = case.programme.options
    known = set(frame["option"])
    opened = {name: case.paths[(name, "open")] for name in frame["option"]}
    blocks = {name: case.paths[(name, "blocks")] for name in frame["option"]}
    openings = [0] * len(case.years)
    groups: dict[str, set[str]] = defaultdict(set)
    for row in case.option_rows:
        name, on, size = str(row["option"]), opened[str(row["option"])], blocks[str(row["option"])]
        _one_option(case, notes, row, on, size)
        if row["exclusive_group"] and any(on):
            groups[str(row["exclusive_group"])].add(name)
        needed = str(row["requires"] or "")
        for year in range(1, len(case.years)):
            where = f"{name} in {case.years[year]}"
            if needed and not row["decided"]:
                notes.require(
                    "requires",
                    "options",
                    where,
                    not on[year] or (bool(opened.get(needed, on)[year]) and needed in known),
                    f"it is open without '{needed}'",
                )
            if on[year] and not on[year - 1] and not row["decided"] and row["kind"] != "close_unit":
                openings[year] += 1
    limit = case.scenario.options.most_openings_per_year
    for year in range(1, len(case.years)):
        if limit is not None:
            notes.at_most("openings_per_year", "options", case.years[year], openings[year], limit, 0.0, "openings")
    for group, names in sorted(groups.items()):
        notes.require("exclusive", "options", f"group {group}", len(names) <= 1, f"more than one is taken: {', '.join(sorted(names))}")


def _one_option(case: Case, notes: Notes, row: dict[Any, Any], on: list[float], size: list[float]) -> None:
    name, closes, decided = str(row["option"]), row["kind"] == "close_unit", bool(row["decided"])
    least, most, earliest = float(row["least_blocks"]), float(row["most_blocks"]), int(row["earliest"])
    per_block = 0.0 if closes else float(row["block_places"])
    places = case.paths[(name, "places")]
    for year in range(1, len(case.years)):
        where = f"{name} in {case.years[year]}"
        notes.require(
            "whole",
            "options",
            where,
            on[year] in (0.0, 1.0) and size[year] == int(size[year]) and size[year] >= 0,
            "open must be 0 or 1 and blocks a whole number",
        )
        notes.compare("option_places", "options", where, places[year], size[year] * per_block, 1e-9, "places")
        notes.require(
            "first_year", "options", where, not (on[year] or size[year]) or year >= earliest, "it is open before it can be finished"
        )
        if decided:
            wanted = float(row["fixed_blocks"]) if year >= earliest else 0.0
            notes.require(
                "decided",
                "options",
                where,
                on[year] == float(year >= earliest) and size[year] == wanted,
                f"it was decided to have {wanted:g} blocks",
            )
        else:
            notes.require(
                "size",
                "options",
                where,
                least * on[year] <= size[year] <= most * on[year],
                f"its size must be from {least:g} to {most:g} blocks while open and 0 while shut",
            )
        if not row["may_close"] or closes:
            notes.require(
                "stays_open",
                "options",
                where,
                on[year] >= on[year - 1] and size[year] >= size[year - 1],
                "it shrinks or closes and may not",
            )
        elif on[year] and on[year - 1]:
            notes.require("keeps_size", "options", where, size[year] == size[year - 1], "its size changes while it is open")
    if row["may_close"] and not closes:
        times = sum(1 for year in range(1, len(on)) if on[year] and not on[year - 1])
        notes.require("keeps_size", "options", name, times <= 1, "it opens more than once")


def most_stay(case: Case, unit: int) -> float:
    """The largest chance of staying of anyone who is in, or may enter, a unit."""
    pairs = [cohort for (cohort, at) in case.arc_of if at == unit]
    pairs += [int(cohort) for cohort, at in zip(case.demand.stock_cohort, case.demand.stock_unit, strict=True) if at == unit]
    return max((case.stay(cohort, case.kind(unit)) for cohort in pairs), default=0.0)


def places_by_hand(case: Case) -> dict[int, list[float]]:
    """Places of each unit by year, NaN where no limit is known, from the units and options tables alone."""
    places = {unit: [float(value)] * len(case.years) for unit, value in enumerate(case.arcs.units["places"])}
    for row in case.option_rows:
        unit = case.units[str(row["unit"])]
        on, size = case.paths[(str(row["option"]), "open")], case.paths[(str(row["option"]), "blocks")]
        base = places[unit][0]
        closed = [year for year in range(1, len(case.years)) if on[year]]
        stay = most_stay(case, unit) if row["kind"] == "close_unit" and closed else 0.0
        for year in range(len(case.years)):
            if row["kind"] == "close_unit":
                if closed and year >= closed[0]:
                    places[unit][year] -= base * (1.0 - stay ** (year - closed[0] + 1))
            else:
                places[unit][year] = (0.0 if pd.isna(places[unit][year]) else places[unit][year]) + size[year] * float(row["block_places"])
    return places


def slack(case: Case, limit: str, unit: str, year: str, phase: str = "") -> float:
    """How far a limit is written as broken."""
    return case.slacks.get((limit, unit, year, phase), 0.0)


def units_hold_what_they_may(case: Case, notes: Notes) -> None:
    """Rows ``capacity``, ``capacity_phase``, ``episode_capacity`` and table ``occupancy``."""
    inside: dict[int, list[float]] = defaultdict(lambda: [0.0] * len(case.years))
    by_phase: dict[tuple[int, str], list[float]] = defaultdict(lambda: [0.0] * len(case.years))
    for (cohort, unit), children in case.present.items():
        for year, amount in enumerate(children):
            inside[unit][year] += amount
            by_phase[(unit, case.names[cohort][2])][year] += amount
    episodes: dict[int, list[float]] = defaultdict(lambda: [0.0] * len(case.years))
    for (_, unit), given in case.given.items():
        for year, amount in enumerate(given):
            episodes[unit][year] += amount
    places = case.places
    case.kept = _kept_places(case)
    for unit, limit in places.items():
        name = case.unit_name(unit)
        for year in range(1, len(case.years)):
            where = f"{name} in {case.years[year]}"
            if case.kind(unit) == "contact_base":
                throughput = float(case.arcs.units["episodes_per_place"].iloc[unit])
                notes.at_most("episode_capacity", "early_help", where, episodes[unit][year], throughput * limit[year], CHILD, "episodes")
            elif limit[year] == limit[year]:
                allowed = limit[year] + slack(case, "over_capacity", name, case.years[year])
                notes.at_most("capacity", "allocation", where, inside[unit][year], allowed, CHILD, "children")
    _occupancy_by_phase(case, notes, by_phase)
    _phase_places(case, notes, by_phase)
    _occupancy_table(case, notes, inside)


def _phase_places(case: Case, notes: Notes, by_phase: dict[tuple[int, str], list[float]]) -> None:
    for (unit, phase), places in case.kept.items():
        name = case.unit_name(unit)
        for year in range(1, len(case.years)):
            where = f"{name}, {phase} in {case.years[year]}"
            allowed = places[year] + slack(case, "over_capacity_phase", name, case.years[year], phase)
            notes.at_most("capacity_phase", "allocation", where, by_phase[(unit, phase)][year], allowed, CHILD, "children")


def _occupancy_table(case: Case, notes: Notes, inside: dict[int, list[float]]) -> None:
    rows = {(str(row["unit"]), str(row["year"])): row for row in case.rows("occupancy")}
    notes.require("occupancy", "occupancy", "all rows", len(rows) == len(case.tables["occupancy"]), "a unit and year stands twice")
    for unit, limit in case.places.items():
        name = case.unit_name(unit)
        for year in range(len(case.years)):
            row = rows.get((name, case.years[year]))
            where = f"{name} in {case.years[year]}"
            children = 0.0 if case.kind(unit) == "contact_base" else inside[unit][year]
            if row is None:
                notes.require("occupancy", "occupancy", where, children < CHILD, "the unit holds children and has no row")
                continue
            notes.compare("occupancy", "occupancy", where, float(row["children"]), children, CHILD, "children")
            known = limit[year] == limit[year]
            over = max(children - limit[year], 0.0) if known and case.kind(unit) != "contact_base" else 0.0
            notes.compare("occupancy", "occupancy", where, float(row["over_places"]), over, CHILD, "places")
            if known:
                notes.compare("occupancy", "occupancy", where, float(row["places"]), limit[year], CHILD, "places")
            else:
                notes.require("occupancy", "occupancy", where, row["places"] != row["places"], "the unit's places have no limit")


def _occupancy_by_phase(case: Case, notes: Notes, by_phase: dict[tuple[int, str], list[float]]) -> None:
    """Table ``occupancy_phase``: children by phase, and the places kept for it where some are."""
    kept = case.kept
    written = {
        (case.units[str(row["unit"])], str(row["phase"]), str(row["year"])): (float(row["children"]), float(row["places"]))
        for row in case.rows("occupancy_phase")
    }
    expected = {(unit, phase, case.years[at]): amount for (unit, phase), many in by_phase.items() for at, amount in enumerate(many)}
    for unit, phase, year in sorted({*written, *expected}):
        where = f"{case.unit_name(unit)}, {phase} in {year}"
        children, places = written.get((unit, phase, year), (0.0, float("nan")))
        notes.compare("occupancy_phase", "occupancy_phase", where, children, expected.get((unit, phase, year), 0.0), CHILD, "children")
        if (unit, phase) in kept and (unit, phase, year) in written:
            wanted = kept[(unit, phase)][case.years.index(year)]
            notes.compare("occupancy_phase", "occupancy_phase", where, places, wanted, CHILD, "places")
        else:
            notes.require("occupancy_phase", "occupancy_phase", where, places != places, "no places are kept for this phase")


def _kept_places(case: Case) -> dict[tuple[int, str], list[float]]:
    """Places kept for a phase by unit and year, with those that options add."""
    table = case.county.tables.get("unit_phase_places")
    kept = {}
    for row in [] if table is None else table.to_dict("records"):
        added = [
            sum(
                case.paths[(str(option["option"]), "places")][year]
                for option in case.option_rows
                if option["unit"] == row["unit"] and option["kind"] != "close_unit"
            )
            for year in range(len(case.years))
        ]
        kept[(case.units[str(row["unit"])], str(row["phase"]))] = [float(row["places"]) + more for more in added]
    return kept


def bases_are_used(case: Case, notes: Notes) -> None:
    """Row ``least_occupancy`` and row ``closing``. What options of one unit lack together is within what is written for the unit."""
    lacking: dict[tuple[int, int], float] = defaultdict(float)
    there: dict[int, list[float]] = defaultdict(lambda: [0.0] * len(case.years))
    for (_, at), amounts in (*case.present.items(), *case.given.items()):
        there[at] = [so_far + amount for so_far, amount in zip(there[at], amounts, strict=True)]
    for row in case.option_rows:
        name, unit = str(row["option"]), case.units[str(row["unit"])]
        on, size = case.paths[(name, "open")], case.paths[(name, "blocks")]
        used = there[unit]
        throughput = float(case.arcs.units["episodes_per_place"].iloc[unit]) if case.kind(unit) == "contact_base" else 1.0
        least = float(row["least_occupancy"]) if row["least_occupancy"] == row["least_occupancy"] and row["least_occupancy"] != "" else 0.0
        ramp = int(row["ramp_years"])
        for year in range(1, len(case.years)):
            where = f"{name} in {case.years[year]}"
            if row["kind"] == "close_unit":
                if on[year]:
                    came = sum(entries[year] for (_, at), entries in case.entered.items() if at == unit)
                    notes.at_most("closing", "allocation", where, came, 0.0, CHILD, "children")
            elif least and year > ramp and on[year]:
                wanted = least * throughput * float(row["block_places"]) * size[year - ramp]
                lacking[(unit, year)] += max(wanted - used[year], 0.0)
    for (unit, year), children in lacking.items():
        name = case.unit_name(unit)
        allowed = slack(case, "under_occupancy", name, case.years[year])
        notes.at_most("least_occupancy", "allocation", f"{name} in {case.years[year]}", children, allowed, CHILD, "children")
