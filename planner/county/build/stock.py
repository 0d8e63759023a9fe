"""Children with an EHCP in the base year: fitted to every published total, then spread over areas and units.

No table gives need, phase and provision together, so the three published two-way tables are fitted to
each other (iterative proportional fitting) and rounded to whole children with every published total
kept. Each area then has the share of a cell that it has of the county's children of that phase, and
schools fill from the areas around them, more from near than from far, until their assumed rolls are met.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from planner.county.build.fitting import apportion, fit, round_to_margins
from planner.county.build.inputs import best_match, cube
from planner.county.build.units import slug
from planner.names import NEEDS, PHASES, PROVISION_TYPES

if TYPE_CHECKING:
    from collections.abc import Hashable, Mapping

    from planner.county.build.inputs import Inputs

KINDS = tuple(kind for kind in PROVISION_TYPES if kind != "contact_base")
SCHOOLS = ("state_special", "independent_special")
DECAY_KM = 9.0
"""Straight-line distance over which the pull of a school falls to 37% (assumption)."""
NOWHERE_KM = 22.0
"""A unit with no place on the map pulls as if it were this far away (assumption)."""
NEAREST_UNITS = 2
"""Children of one area and cell are put in at most this many units on the map, so that the table stays small."""
SMALL_CELL = 40
"""In a cell with fewer children than this, one unit on the map is enough."""
BANDED_CELL = 150
"""In a cell of special schools with fewer children than this, all are put in the commonest band."""
WIDE_CELL = 100
"""A cell with at least this many children is also found in units that have no place on the map."""
OFF_MAP_SHARE = 0.1
"""Where units with no place on the map hold more than this share of the children, they are kept in every cell."""
LEAST_CHILDREN = 0.02
"""Smaller parts of a child than this are put where most of the cell is."""
DECIMALS = 4
_FOCUS_NEEDS = {
    "complex": ("PD", "PMLD", "MSI", "HI", "VI"),
    "severe": ("SLD", "PMLD"),
    "semh": ("SEMH",),
    "spld": ("SPLD",),
    "asd": ("ASD",),
}
_FOCUS_FACTOR = 8.0
"""A school's pull on the needs it is for, over its pull on the others it takes (assumption)."""


def published_cells(inputs: Inputs) -> np.ndarray:
    """Whole children by need, phase and provision type (in the order of NEEDS, PHASES and KINDS)."""
    need_phase = cube(inputs.published("ehcps_by_need_and_phase"), NEEDS, PHASES, "need", "phase").to_numpy()
    kind_phase = cube(inputs.published("ehcps_by_provision_and_phase"), PHASES, KINDS, "phase", "provision_type").to_numpy()
    need_kind = cube(inputs.published("ehcps_by_need_and_provision"), NEEDS, KINDS, "need", "provision_type").to_numpy()
    seed = np.ones((len(NEEDS), len(PHASES), len(KINDS)))
    return round_to_margins(fit(seed, [((1, 2), kind_phase), ((0, 2), need_kind), ((0, 1), need_phase)]))


def build_stock(inputs: Inputs, areas: pd.DataFrame, shares: dict[str, np.ndarray], units: pd.DataFrame) -> pd.DataFrame:
    """Children by area, need, phase, band and unit; every published total is met to the last child."""
    cells = published_cells(inputs)
    rolls = pd.concat([inputs.assumed("state_special_places"), inputs.assumed("independent_places")]).set_index("unit")
    parts = []
    for at, kind in enumerate(KINDS):
        listed = [(need, phase, int(cells[n, p, at])) for n, need in enumerate(NEEDS) for p, phase in enumerate(PHASES) if cells[n, p, at]]
        if not listed:
            continue
        if kind in SCHOOLS:
            filled = units[(units["provision_type"] == kind) & units["unit"].isin(rolls.index)].reset_index(drop=True)
            placed = _fill_schools(areas, shares, listed, filled, rolls)
        elif kind == "resource_centre":
            placed = _fill_bases(areas, shares, listed, units, inputs.maybe("bases"))
        else:
            placed = _fill_grouped(areas, shares, listed, kind)
        parts.append(_in_bands(placed, inputs.assumed("stock_bands"), kind))
    table = pd.concat(parts, ignore_index=True)
    return table.sort_values(["area", "need", "phase", "band", "unit"], kind="stable").reset_index(drop=True)


def _fill_grouped(
    areas: pd.DataFrame, shares: dict[str, np.ndarray], listed: list[tuple[str, str, int]], kind: str
) -> list[tuple[object, ...]]:
    """Children of provision that is not a school on the map: in their own area's or district's unit, or the county's."""
    rows: list[tuple[object, ...]] = []
    for need, phase, count in listed:
        for area, share in zip(areas.to_dict("records"), shares[phase], strict=True):
            rows.append((area["area"], need, phase, _grouped_unit(kind, phase, area), count * share, count))
    return rows


def _grouped_unit(kind: str, phase: str, area: Mapping[Hashable, object]) -> str:
    """The unit of a kind that is not a school on the map, for children of an area."""
    if kind == "mainstream_support":
        return f"ms_{slug(str(area['area_name']))}"
    if kind == "early_years_setting":
        return f"eys_{slug(str(area['area_name']))}" if phase == "early_years" else "eys_past_five"
    if kind == "further_education":
        return f"fe_{slug(str(area['district']))}"
    if kind == "resource_centre":
        return "rc_existing_secondary" if phase in ("secondary", "post_16") else "rc_existing_primary"
    return "ap_county" if kind == "alternative_provision" else "elsewhere_county"


def _fill_bases(
    areas: pd.DataFrame, shares: dict[str, np.ndarray], listed: list[tuple[str, str, int]], units: pd.DataFrame, bases: pd.DataFrame
) -> list[tuple[object, ...]]:
    """Children of resource bases: at the bases listed that take their phase, by their rolls; in the county's group where none does."""
    rows: list[tuple[object, ...]] = []
    for phase in PHASES:
        cells = [cell for cell in listed if cell[1] == phase]
        takes = bases[[phase in str(phases).split("|") for phases in bases["phases"]]] if len(bases) else bases
        if not cells or takes.empty:
            rows += _fill_grouped(areas, shares, cells, "resource_centre")
            continue
        rolls = takes.set_index("unit").assign(focus="mixed")
        rolls["roll"] = apportion(rolls["roll"].to_numpy(dtype=float) + LEAST_CHILDREN, sum(count for _, _, count in cells))
        rolls = rolls[rolls["roll"] > 0]
        rows += _fill_schools(areas, shares, cells, units[units["unit"].isin(rolls.index)].reset_index(drop=True), rolls)
    return rows


def _fill_schools(
    areas: pd.DataFrame, shares: dict[str, np.ndarray], listed: list[tuple[str, str, int]], units: pd.DataFrame, rolls: pd.DataFrame
) -> list[tuple[object, ...]]:
    """Children of special schools: fitted to each area's share of a cell and to each school's roll."""
    home = areas[["easting_m", "northing_m"]].to_numpy(dtype=float)
    site = units[["easting_m", "northing_m"]].to_numpy(dtype=float)
    km = np.sqrt(((home[:, None, :] - site[None, :, :]) ** 2).sum(axis=2)) / 1000.0
    on_map = ~np.isnan(km[0])
    pull = np.exp(-np.where(np.isnan(km), NOWHERE_KM, km) / DECAY_KM)
    roll = units["unit"].map(rolls["roll"]).to_numpy(dtype=float)
    wanted = np.array([count * shares[phase] for _, phase, count in listed]).T
    takes = np.array([[_pull_of_focus(need, phase, unit, rolls) for unit in units.to_dict("records")] for need, phase, _ in listed])
    seed = pull[:, None, :] * takes[None, :, :] * roll[None, None, :]
    margins = [((2,), roll), ((0, 1), wanted)]
    full = fit(seed, margins, rounds=400)
    keep = np.zeros_like(full, dtype=bool)
    rank = np.argsort(np.argsort(-np.where(on_map, full, -1.0), axis=2, kind="stable"), axis=2, kind="stable")
    few_on_map = roll[~on_map].sum() > roll.sum() * OFF_MAP_SHARE
    for at, (_, _, count) in enumerate(listed):
        keep[:, at, :] = rank[:, at, :] < (NEAREST_UNITS if count >= SMALL_CELL else 1)
        keep[:, at, ~on_map] |= count >= WIDE_CELL or few_on_map or not full[:, at, on_map].any()
    keep &= (full >= LEAST_CHILDREN) | (full == full.max(axis=2, keepdims=True))
    table = fit(np.where(keep, full, 0.0), margins, rounds=2_000)
    return [
        (areas["area"].iloc[a], listed[c][0], listed[c][1], units["unit"].iloc[u], float(table[a, c, u]), listed[c][2])
        for a, c, u in np.argwhere(table > 0)
    ]


def _pull_of_focus(need: str, phase: str, unit: Mapping[Hashable, object], rolls: pd.DataFrame) -> float:
    """How much a school draws children of a need and phase: nothing if it does not take them, more if it is for them."""
    needs, phases = str(unit["needs"]), str(unit["phases"])
    if (needs != "*" and need not in needs.split("|")) or (phases != "*" and phase not in phases.split("|")):
        return 0.0
    return _FOCUS_FACTOR if need in _FOCUS_NEEDS.get(str(rolls.loc[str(unit["unit"]), "focus"]), ()) else 1.0


def _in_bands(placed: list[tuple[object, ...]], bands: pd.DataFrame, kind: str) -> pd.DataFrame:
    """Split children over the bands and round them, each cell of need and phase summing to its whole children."""
    table = pd.DataFrame(placed, columns=["area", "need", "phase", "unit", "children", "cell"])
    parts = []
    for (need, phase), group in table.groupby(["need", "phase"], sort=True):
        split = best_match(bands, {"provision_type": kind, "phase": str(phase), "need": str(need)})
        count = int(group["cell"].iloc[0])
        if kind in SCHOOLS and count < BANDED_CELL:
            split = split.nlargest(1, "share").assign(share=1.0)
        pieces = [group.assign(band=row["band"], children=group["children"] * float(row["share"])) for row in split.to_dict("records")]
        cell = pd.concat(pieces, ignore_index=True)
        scale = 10**DECIMALS
        cell["children"] = apportion(cell["children"].to_numpy(dtype=float), count * scale) / scale
        parts.append(cell[cell["children"] > 0])
    return pd.concat(parts, ignore_index=True)[["area", "need", "phase", "band", "unit", "children"]]
