"""Plain shortages, by district, need and phase: children who can only have a place of which there is a limited number, against the places they can reach."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from planner.advice.facts import Advice, Facts, Flags, Floats
from planner.names import PROVISION_TYPES

EVERYWHERE, ALL_NEEDS, ALL_PHASES = "every district", "all needs", "all phases"

MOST_TOLD = 8
"""So many shortages are told, the largest first; the waiting tables of a run hold them all."""


def shortages(facts: Facts) -> pd.DataFrame:
    """Groups of children for whom there are too few places whatever a plan does, the largest shortage first.

    A group is a district, need and phase, a phase in every district, or everybody; of its children only those count who can enter no unit without a limit. ``children`` are those of the
    base year who are still there and those who come (new EHCPs and arrivals, no moves from other groups), each staying as seldom as anywhere they may be;
    ``places`` are those of every unit that any of them can reach, with all that options may add, less what others of the base year still hold.
    Other groups want the same places, so a group that is not listed may be short too; one that is listed is.

    Returns:
        Columns district, need, phase, year, children, places: one row a group, for its worst year.

    """
    arcs, cohorts = facts.arcs, facts.demand.cohorts
    limited = arcs.units["places"].notna().to_numpy()
    endless = np.bincount(arcs.cohort[~limited[arcs.unit]], minlength=len(cohorts)) > 0
    bound = ~endless & (np.bincount(arcs.cohort, minlength=len(cohorts)) > 0)
    district = cohorts["area"].map(facts.county.table("areas").set_index("area")["district"])
    kinds = cohorts.assign(district=district)[bound]
    groups = dict(kinds.groupby(["district", "need", "phase"], sort=True).indices)
    groups |= {(EVERYWHERE, ALL_NEEDS, phase): inside for phase, inside in kinds.groupby("phase", sort=True).indices.items()}
    groups[(EVERYWHERE, ALL_NEEDS, ALL_PHASES)] = np.arange(len(kinds))
    where, places, stays = np.flatnonzero(bound), _most_places(facts), _least_stay(facts)
    rows = []
    for (name, need, phase), inside in groups.items():
        mine = np.zeros(len(cohorts), dtype=bool)
        mine[where[inside]] = True
        wanted = _wanted(facts, mine, stays)
        reached = np.unique(arcs.unit[mine[arcs.cohort]])
        free = places[reached].sum(axis=0) - _others(facts, mine, reached)
        short = wanted - np.maximum(free, 0.0)
        worst = int(np.argmax(short[1:])) + 1
        rows.append((name, need, phase, facts.year(worst), float(wanted[worst]), float(max(free[worst], 0.0))))
    frame = pd.DataFrame(rows, columns=["district", "need", "phase", "year", "children", "places"])
    frame = frame.assign(short=frame["children"] - frame["places"])
    frame = frame[frame["short"] >= 1.0].sort_values(["short", "district", "need", "phase"], ascending=[False, True, True, True])
    return frame.drop(columns="short").reset_index(drop=True)


def _least_stay(facts: Facts) -> Floats:
    """(C,) the least yearly chance of staying in any kind of unit that takes the cohort."""
    kinds = facts.arcs.units["provision_type"].to_numpy(dtype=object)[facts.arcs.unit]
    at = np.array([PROVISION_TYPES.index(kind) for kind in kinds], dtype=np.int64)
    least = np.ones(len(facts.demand.cohorts))
    np.minimum.at(least, facts.arcs.cohort, facts.demand.stay[facts.arcs.cohort, at])
    return least


def _most_places(facts: Facts) -> Floats:
    """(J, H+1) places of each unit with everything that options may add to it; a unit without a limit counts none."""
    units = facts.arcs.units
    most = np.repeat(units["places"].fillna(0.0).to_numpy(dtype=float)[:, None], facts.horizon + 1, axis=1)
    number = {name: at for at, name in enumerate(units["unit"])}
    for row in facts.options[facts.options["kind"] != "close_unit"].to_dict("records"):
        blocks = row["fixed_blocks"] if row["decided"] and pd.notna(row["fixed_blocks"]) else row["most_blocks"]
        most[number[row["unit"]], int(row["earliest"]) :] += float(blocks) * float(row["block_places"])
    return most


def _wanted(facts: Facts, mine: Flags, stays: Floats) -> Floats:
    """(H+1,) children of a group: who is still there of the base year, and who came since and is likely to be there still."""
    wanted: Floats = facts.stock_left[mine[facts.demand.stock_cohort]].sum(axis=0)
    for came in range(1, facts.horizon + 1):
        later = np.arange(facts.horizon + 1 - came)
        wanted[came:] += (facts.comes[mine, came][:, None] * stays[mine][:, None] ** later[None, :]).sum(axis=0)
    return wanted


def _others(facts: Facts, mine: Flags, reached: np.ndarray) -> Floats:
    """(H+1,) children outside a group who were placed in the base year and still hold a place that the group can reach."""
    there = np.isin(facts.demand.stock_unit, reached) & ~mine[facts.demand.stock_cohort]
    held: Floats = facts.stock_left[there].sum(axis=0)
    return held


def fewer_places_than_children(facts: Facts) -> Iterator[Advice]:
    """The largest shortages in words, each with both numbers; a number below the least that may be told is not told."""
    found = shortages(facts)
    least = facts.scenario.publish.small_below
    for row in found.head(MOST_TOLD).to_dict("records"):
        yield Advice(
            "fewer_places_than_children",
            False,
            "options.offer",
            f"{row['district']}, {str(row['need']).replace('_', ' ')}, {str(row['phase']).replace('_', ' ')}: in {row['year']} "
            f"{_told(row['children'], least)} children need a place of a limited kind, and they can reach {_told(row['places'], least)} places at most, "
            "so that some of them wait",
            "Offer schemes that add places within their reach, or let the journey be longer.",
        )


def _told(count: float, least: int) -> str:
    return f"fewer than {least}" if 0 < count < least else f"{count:,.0f}"
