"""Special schools, existing bases and places of a new county, from the list of schools and the published numbers of children."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Final

import numpy as np
import pandas as pd

from planner.county.build.fitting import apportion
from planner.county.build.units import slug
from planner.county.importers.findings import Findings
from planner.county.importers.gias import School, phases_of
from planner.names import NEEDS

SOURCE: Final = "GIAS"
MOST_NEEDS: Final = 5
"""A school listed for more needs than this takes every need: the register's list grows and is seldom pruned."""
MOST_EXPANSIONS: Final = 8

_FOCUS: Final = (
    ("semh", ("SEMH",)),
    ("spld", ("SPLD",)),
    ("complex", ("PD", "PMLD", "MSI", "HI", "VI")),
    ("severe", ("SLD",)),
    ("asd", ("ASD",)),
)


def unit_names(schools: Sequence[School], start: str) -> dict[str, str]:
    """A unit name for each school by its number: its name in small letters, with the number where two have one name."""
    names = {school.urn: f"{start}_{slug(school.name)}" for school in schools}
    twice = {name for name in names.values() if list(names.values()).count(name) > 1}
    return {urn: f"{name}_{urn}" if name in twice else name for urn, name in names.items()}


def focus_of(needs: Sequence[str], *, early: bool) -> str:
    """What a school is chiefly for, by the first need it is listed for."""
    if early:
        return "early"
    if not needs or len(needs) > MOST_NEEDS:
        return "generic"
    return next((focus for focus, listed in _FOCUS if needs[0] in listed), "generic")


def takes(needs: Sequence[str]) -> str:
    """The needs a school takes: those it is listed for and children whose need is not recorded, or every need if the list is long or empty."""
    if not needs or len(needs) > MOST_NEEDS:
        return "*"
    return "|".join(need for need in NEEDS if need in {*needs, "NSA"})


def placed(school: School, centres: Mapping[str, tuple[float, float]], fallback: tuple[float, float]) -> tuple[int, int, str]:
    """Where a school is, and how that is known: its own place, or the centre of its district if the register has none."""
    if not math.isnan(school.easting):
        return round(school.easting), round(school.northing), "GIAS"
    east, north = centres.get(school.district, fallback)
    return round(east), round(north), "centre of its district"


def special_tables(
    schools: Sequence[School], children: Mapping[str, int], share: Mapping[str, float], areas: pd.DataFrame, findings: Findings
) -> dict[str, pd.DataFrame]:
    """Published and assumed tables of special schools.

    Args:
        schools: The council's open schools.
        children: Children with an EHCP by provision type, as published.
        share: Values of the template's assumptions by name.
        areas: The county's areas.
        findings: Where guesses are noted.

    """
    centres = _centres(areas)
    state = sorted((school for school in schools if school.kind == "state_special"), key=lambda school: school.urn)
    independent = sorted((school for school in schools if school.kind == "independent_special"), key=lambda school: school.urn)
    made = {**_state(state, children.get("state_special", 0), share, centres, findings)}
    made |= _independent(independent, children.get("independent_special", 0), share, centres, findings)
    return made


def _centres(areas: pd.DataFrame) -> dict[str, tuple[float, float]]:
    found = {
        str(district): (float(part["easting_m"].mean()), float(part["northing_m"].mean())) for district, part in areas.groupby("district")
    }
    return {**found, "": (float(areas["easting_m"].mean()), float(areas["northing_m"].mean()))}


def _rolls(schools: Sequence[School], total: int, outside: float) -> tuple[np.ndarray, int]:
    """The council's children at each school and elsewhere: a share is outside, and the rest is spread by pupils on roll.

    Schools that hold fewer pupils than that leave the rest outside.
    """
    pupils = np.array([school.pupils if not math.isnan(school.pupils) else _usual(school) for school in schools], dtype=float)
    away = round(total * outside) if len(schools) else total
    inside = min(total - away, math.floor(pupils.sum()))
    return apportion(pupils, inside) if inside > 0 else np.zeros(len(schools), dtype=np.int64), total - max(inside, 0)


def _usual(school: School) -> float:
    return school.capacity if not math.isnan(school.capacity) else 40.0


def _state(
    schools: list[School], total: int, share: Mapping[str, float], centres: Mapping[str, tuple[float, float]], findings: Findings
) -> dict[str, pd.DataFrame]:
    rolls, outside = _rolls(schools, total, share["state_special_outside_share"])
    names = unit_names(schools, "sp")
    known, assumed, guessed = [], [], 0
    for school, roll in zip(schools, rolls, strict=True):
        east, north, position = placed(school, centres, centres[""])
        phases = phases_of(school.low, school.high)
        found = "pupils not given" if math.isnan(school.pupils) else f"{school.pupils:g} pupils"
        known.append(
            (
                names[school.urn],
                school.name,
                school.district,
                east,
                north,
                position,
                f"{school.low}-{school.high}",
                "|".join(phases),
                found,
                SOURCE,
            )
        )
        places = _places(school, int(roll), share["special_school_occupancy"])
        guessed += math.isnan(school.capacity)
        focus = focus_of(school.needs, early=phases == ("early_years",))
        assumed.append((names[school.urn], takes(school.needs), focus, int(roll), places, SOURCE if not math.isnan(school.capacity) else "assumption",
                        "amber" if not math.isnan(school.capacity) else "red", school.sector))  # fmt: skip
    assumed.append(("sp_other_councils", "*", "generic", outside, outside, "assumption", "red", "academy"))
    findings.guess("special_school_rolls", "Children at each state special school, in proportion to its pupils; the rest are in other councils' schools",
                   f"{total - outside} in {len(schools)} schools and {outside} elsewhere", effect="Which schools are full")  # fmt: skip
    if guessed:
        findings.guess(
            "special_school_places", "State special schools without a published capacity: places from their rolls", guessed, unit="schools"
        )
    return {
        "published/state_special_schools": pd.DataFrame(
            known, columns=["unit", "unit_name", "district", "easting_m", "northing_m", "position", "ages", "phases", "found", "source"]
        ),
        "assumed/state_special_places": pd.DataFrame(
            assumed, columns=["unit", "needs", "focus", "roll", "places", "source", "quality", "sector"]
        ),
    }


def _places(school: School, roll: int, occupancy: float) -> int:
    """Places for the council's own children: the capacity less the pupils of other councils."""
    if math.isnan(school.capacity):
        return math.ceil(roll / occupancy)
    others = max(school.pupils - roll, 0.0) if not math.isnan(school.pupils) else 0.0
    return max(round(school.capacity - others), 0)


def _independent(
    schools: list[School], total: int, share: Mapping[str, float], centres: Mapping[str, tuple[float, float]], findings: Findings
) -> dict[str, pd.DataFrame]:
    rolls, outside = _rolls(schools, total, share["independent_outside_share"])
    names = unit_names(schools, "ind")
    known, assumed = [], []
    for school, roll in zip(schools, rolls, strict=True):
        east, north, position = placed(school, centres, centres[""])
        known.append((names[school.urn], school.name, school.district, east, north, position, school.type_name, SOURCE))
        places = math.ceil(int(roll) * (1.0 + share["independent_room_share"]))
        focus = focus_of(school.needs, early=False)
        phases = "|".join(phases_of(school.low, school.high))
        assumed.append(
            (
                names[school.urn],
                takes(school.needs),
                phases,
                "mixed" if focus == "generic" else focus,
                int(roll),
                places,
                "assumption",
                "red",
                "",
            )
        )
    room = outside + round(total * share["independent_outside_room_share"])
    assumed.append(("ind_out_of_county", "*", "*", "mixed", outside, room, "assumption", "red", ""))
    findings.guess("independent_rolls", "Children at each independent or non-maintained special school, in proportion to its pupils",
                   f"{total - outside} in {len(schools)} schools and {outside} outside the county", effect="Journeys and fees by school")  # fmt: skip
    return {
        "published/independent_schools": pd.DataFrame(
            known, columns=["unit", "unit_name", "district", "easting_m", "northing_m", "position", "note", "source"]
        ),
        "assumed/independent_places": pd.DataFrame(
            assumed, columns=["unit", "needs", "phases", "focus", "roll", "places", "source", "quality", "district"]
        ),
    }


def base_table(schools: Sequence[School], areas: pd.DataFrame) -> pd.DataFrame:
    """Existing resourced provision and SEN units at mainstream schools, by the register; their phases are those of the school."""
    centres = _centres(areas)
    hosts = [school for school in schools if school.kind == "mainstream_support" and school.base_places > 0]
    names = unit_names(hosts, "rc")
    rows = []
    for school in sorted(hosts, key=lambda school: school.urn):
        east, north, _ = placed(school, centres, centres[""])
        roll = school.base_pupils if school.base_pupils > 0 else 0.0
        rows.append((names[school.urn], f"Resource base, {school.name}", "|".join(phases_of(school.low, school.high)), east, north,
                     school.base_places, roll, "academy" if school.sector == "independent" else school.sector, SOURCE))  # fmt: skip
    return pd.DataFrame(rows, columns=["unit", "unit_name", "phases", "easting_m", "northing_m", "places", "roll", "sector", "source"])


def tiers(schools: Sequence[School], findings: Findings) -> pd.DataFrame:
    """How schools are organised in each district: first, middle and upper schools, and the ages at which children change school."""
    rows = []
    for district in sorted({school.district for school in schools if school.district}):
        here = [
            school
            for school in schools
            if school.district == district and school.kind == "mainstream_support" and school.sector != "independent"
        ]
        middle = [school for school in here if "middle" in school.phase.lower()]
        first = [school for school in here if school.phase.lower() == "primary" and school.high in (8, 9, 10)]
        upper = [school for school in here if school.phase.lower() == "secondary" and school.low in (12, 13, 14)]
        ordinary = [school for school in here if school.phase.lower() == "secondary" and school.low in (10, 11)]
        moves = sorted({school.low for school in middle} | {school.high for school in middle})
        rows.append((district, len(here) - len(middle) - len(upper) - len(ordinary), len(first), len(middle), len(upper), len(ordinary),
                     "|".join(map(str, moves)) if middle else "11", SOURCE))  # fmt: skip
    columns = [
        "district",
        "primary_schools",
        "of_them_first_schools",
        "middle_schools",
        "upper_schools",
        "secondary_schools_from_11",
        "ages_of_transfer",
        "source",
    ]
    table = pd.DataFrame(rows, columns=columns)
    three = table[table["middle_schools"] > 0] if len(table) else table
    for row in three.to_dict("records"):
        findings.found.append(
            f"three-tier schools in {row['district']}: {row['of_them_first_schools']} first and {row['middle_schools']} middle schools, transfer at "
            f"{str(row['ages_of_transfer']).replace('|', ' and ')}; the model's phases change at 11, so the phases there are approximate"
        )
    return table


def transfer_ages(areas: pd.DataFrame, schools: Sequence[School], findings: Findings) -> pd.DataFrame:
    """The areas with ``secondary_from_age`` where the nearest school for children of ten is a middle school; without it where none is.

    It is the age from which children go to a middle school that counts as secondary; an empty cell is the usual 11.
    """
    taught = [
        school for school in schools
        if school.kind == "mainstream_support" and school.sector != "independent" and school.low <= 10 < school.high and not math.isnan(school.easting)
    ]  # fmt: skip
    if not any("deemed secondary" in school.phase.lower() for school in taught):
        return areas
    sites = np.array([[school.easting, school.northing] for school in taught])
    ages = []
    for home in areas[["easting_m", "northing_m"]].to_numpy(dtype=float):
        near = taught[int(np.argmin(((sites - home) ** 2).sum(axis=1)))]
        ages.append(float(near.low) if "deemed secondary" in near.phase.lower() else math.nan)
    count = sum(not math.isnan(years) for years in ages)
    findings.guess("transfer_ages", "Areas whose nearest school for children of ten is a middle school have that school's age of transfer", count,
                   unit="areas", effect="From which age children count as secondary there")  # fmt: skip
    return areas.assign(secondary_from_age=ages)


def listed_options(state: pd.DataFrame) -> pd.DataFrame:
    """Options named one by one: the larger special schools may grow, a new one may be built, and a block of places may be bought."""
    larger = state[state["unit"] != "sp_other_councils"].sort_values(["roll", "unit"], ascending=[False, True]).head(MOST_EXPANSIONS)
    rows = [(f"expand_{unit.removeprefix('sp_')}", "expand_special", unit) for unit in sorted(larger["unit"])]
    rows += [
        ("new_special_all_age", "new_special", "sp_new_all_age"),
        ("block_independent_county", "independent_block", "ind_block_county"),
    ]
    return pd.DataFrame(rows, columns=["option", "kind", "unit"])
