"""The units: schools found, groups of provision, and illustrative hosts named after their area."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

if TYPE_CHECKING:
    from collections.abc import Hashable, Mapping

    from planner.county.build.inputs import Inputs

NOWHERE = math.nan
NO_LIMIT = math.nan
NO_EPISODES = math.nan
GENERAL_BASE_NEEDS = "SLCN|ASD|MLD|SPLD|HI|VI|PD|DS|OTH|NSA"
SEMH_BASE_NEEDS = "SEMH|ASD|SLCN|MLD|NSA"
CONTACT_NEEDS = "SLCN|SEMH|ASD|MLD|SPLD"
SEMH_EVERY = 3
"""One illustrative base in this many is for SEMH."""
PRIMARY_BASES = 20
SECONDARY_BASES = 12


@dataclass(frozen=True)
class Ground:
    """The areas in order of code with their children by phase: where illustrative hosts are put."""

    areas: pd.DataFrame
    children: dict[str, np.ndarray]

    def centre(self, district: str) -> tuple[int, int]:
        """The centre of a district's children aged up to 25, metres east and north."""
        inside = (self.areas["district"] == district).to_numpy()
        weight = np.sum(list(self.children.values()), axis=0)[inside]
        place = self.areas.loc[inside, ["easting_m", "northing_m"]].to_numpy(dtype=float)
        east, north = (place * weight[:, None]).sum(axis=0) / weight.sum()
        return round(east), round(north)

    def nearest_area(self, easting: float, northing: float) -> str:
        """The code of the area whose centre is nearest to a point."""
        gap = (self.areas["easting_m"] - easting) ** 2 + (self.areas["northing_m"] - northing) ** 2
        return str(self.areas["area"].iloc[int(np.argmin(gap.to_numpy(dtype=float)))])


def slug(name: str) -> str:
    """A name in small letters with underscores."""
    return "_".join("".join(letter if letter.isalnum() else " " for letter in name.lower()).split())


def _unit(unit: str, name: str, kind: str, phases: str, **other: object) -> dict[str, object]:
    """One row of the units table; what is not named is the commonest value."""
    row: dict[str, object] = {
        "unit": unit, "unit_name": name, "provision_type": kind, "area": "", "easting_m": NOWHERE, "northing_m": NOWHERE,
        "phases": phases, "needs": "*", "bands": "*", "places": NO_LIMIT, "episodes_per_place": NO_EPISODES,
        "serves": "county", "sector": "maintained", "illustrative": "no", "source": "assumption", "quality": "red",
    }  # fmt: skip
    row.update(other)
    return row


def build_units(inputs: Inputs, ground: Ground, past_five: str) -> pd.DataFrame:
    """Every unit of the county.

    ``past_five`` lists the needs (separated by ``|``) of children past five whom the return still
    counts in an early-years setting.
    """
    rows = [*_everywhere(ground), *_grouped(inputs, ground, past_five), *_bases(inputs, ground)]
    rows += [*_sites(inputs, ground, "resource_centre"), *_special(inputs, ground), *_independent(inputs, ground)]
    rows += [*_sites(inputs, ground, "independent_special"), *_resource_centres(ground), *_contact_bases(inputs, ground)]
    return pd.DataFrame([*rows, *_sites(inputs, ground, "state_special")])


def _everywhere(ground: Ground) -> list[dict[str, object]]:
    """Mainstream support and early-years settings: one of each in every area, for its own children."""
    rows = []
    for area in ground.areas.to_dict("records"):
        name = str(area["area_name"])
        place = {"area": area["area"], "easting_m": area["easting_m"], "northing_m": area["northing_m"], "serves": "own_area"}
        rows.append(
            _unit(f"ms_{slug(name)}", f"Mainstream schools with support, {name}", "mainstream_support", "*", quality="amber", **place)
        )
        rows.append(
            _unit(f"eys_{slug(name)}", f"Early-years settings, {name}", "early_years_setting", "early_years", quality="amber",
                  sector="independent", **place)
        )  # fmt: skip
    return rows


def _grouped(inputs: Inputs, ground: Ground, past_five: str) -> list[dict[str, object]]:
    """Provision known only for the county, and colleges grouped by district."""
    rows = []
    for district in sorted(set(ground.areas["district"])):
        east, north = ground.centre(district)
        rows.append(
            _unit(f"fe_{slug(district)}", f"Further education and post-16 colleges, {district}", "further_education", "post_16",
                  area=ground.nearest_area(east, north), easting_m=east, northing_m=north, sector="college")
        )  # fmt: skip
    if past_five:
        rows.append(
            _unit("eys_past_five", "Early-years settings, children past five", "early_years_setting", "primary", needs=past_five,
                  bands="support", places=1.0, sector="independent", source=str(inputs.published("ehcps_by_age")["source"].iloc[0]),
                  quality="amber")
        )  # fmt: skip
    rows += [
        _unit("ap_county", "Alternative provision, county", "alternative_provision", "primary|secondary",
              places=inputs.value("alternative_provision_places"), sector="academy"),
        _unit("elsewhere_county", "Educated elsewhere than at a school or college, county", "educated_elsewhere", "*", sector="council"),
        _unit("rc_existing_primary", "Existing resource bases, early years and primary, county", "resource_centre", "early_years|primary",
              places=inputs.value("existing_base_places_primary"), bands="enhanced", sector="academy"),
        _unit("rc_existing_secondary", "Existing resource bases, secondary, county", "resource_centre", _older_phases(inputs),
              places=inputs.value("existing_base_places_secondary"), bands="enhanced", sector="academy"),
    ]  # fmt: skip
    return rows


def _older_phases(inputs: Inputs) -> str:
    """The phases of the county's existing secondary bases: post-16 too where children of that phase are in one."""
    table = inputs.published("ehcps_by_provision_and_phase")
    sixth_form = table[(table["provision_type"] == "resource_centre") & (table["phase"] == "post_16")]["children"].sum() > 0
    return "secondary|post_16" if sixth_form else "secondary"


def _bases(inputs: Inputs, ground: Ground) -> list[dict[str, object]]:
    """Existing resource bases at named schools, where the county lists any."""
    rows = []
    for base in inputs.maybe("bases").to_dict("records"):
        east, north = int(base["easting_m"]), int(base["northing_m"])
        rows.append(
            _unit(str(base["unit"]), str(base["unit_name"]), "resource_centre", str(base["phases"]), bands="enhanced",
                  places=float(base["places"]), area=ground.nearest_area(east, north), easting_m=east, northing_m=north,
                  sector=base["sector"], source=base["source"], quality="amber")
        )  # fmt: skip
    return rows


def _sites(inputs: Inputs, ground: Ground, kind: str) -> list[dict[str, object]]:
    """Units of a kind that stand for places to come, listed one by one: committed places, blocks of places, sites of new schools.

    A site lies midway between the centres of its districts; without districts it is at no one place.
    """
    rows = []
    for site in inputs.assumed("sites").to_dict("records"):
        if site["provision_type"] != kind:
            continue
        place: dict[str, object] = {}
        if site["districts"]:
            centres = [ground.centre(district) for district in str(site["districts"]).split("|")]
            east, north = (round(sum(point[axis] for point in centres) / len(centres)) for axis in (0, 1))
            place = {"area": ground.nearest_area(east, north), "easting_m": east, "northing_m": north}
        own = {column: site[column] for column in ("needs", "bands", "sector", "illustrative", "source", "quality")}
        rows.append(
            _unit(str(site["unit"]), str(site["unit_name"]), kind, str(site["phases"]), places=float(site["places"]), **own, **place)
        )
    return rows


def _special(inputs: Inputs, ground: Ground) -> list[dict[str, object]]:
    """The state special schools, and those of other councils as one unit without a place on the map."""
    found = {str(row["unit"]): row for row in inputs.published("state_special_schools").to_dict("records")}
    rows = []
    for school in inputs.assumed("state_special_places").to_dict("records"):
        unit = str(school["unit"])
        common = {"needs": school["needs"], "places": float(school["places"]), "source": school["source"], "quality": school["quality"]}
        if unit not in found:
            rows.append(_unit(unit, "State special schools in other councils' areas", "state_special", "*", sector="academy", **common))
            continue
        known = found[unit]
        east, north = int(known["easting_m"]), int(known["northing_m"])
        rows.append(
            _unit(unit, str(known["unit_name"]), "state_special", str(known["phases"]), area=ground.nearest_area(east, north),
                  easting_m=east, northing_m=north, sector=school["sector"], **common)
        )  # fmt: skip
    return rows


def _independent(inputs: Inputs, ground: Ground) -> list[dict[str, object]]:
    """Independent and non-maintained special schools: named where found, else suppliers grouped by district."""
    found = {str(row["unit"]): row for row in inputs.published("independent_schools").to_dict("records")}
    rows = []
    for school in inputs.assumed("independent_places").to_dict("records"):
        unit = str(school["unit"])
        place: dict[str, object] = {}
        name = "Independent and non-maintained special schools outside the county"
        if unit in found:
            name = str(found[unit]["unit_name"])
            place = {"easting_m": int(found[unit]["easting_m"]), "northing_m": int(found[unit]["northing_m"])}
        elif school["district"]:
            name = f"Independent special schools, {school['district']}"
            east, north = ground.centre(str(school["district"]))
            place = {"easting_m": east, "northing_m": north}
        if place:
            place["area"] = ground.nearest_area(float(str(place["easting_m"])), float(str(place["northing_m"])))
        rows.append(
            _unit(unit, name, "independent_special", str(school["phases"]), needs=school["needs"], places=float(school["places"]),
                  sector="independent", source=school["source"], quality=school["quality"], **place)
        )  # fmt: skip
    return rows


def _hosts(ground: Ground, phase: str, count: int, by: str, each: int) -> pd.DataFrame:
    """Areas to host illustrative units: in each group the areas with most children of a phase, the largest groups first."""
    areas = ground.areas.assign(children=ground.children[phase]).sort_values(["children", "area"], ascending=[False, True])
    picked = areas.groupby(by, sort=False).head(each)
    size = areas.groupby(by)["children"].sum()
    picked = picked.assign(size=picked[by].map(size)).sort_values(["size", "children", "area"], ascending=[False, False, True])
    first = picked.groupby("district", sort=False).head(1)
    rest = picked.drop(index=first.index)
    return pd.concat([first, rest]).head(count).sort_values("area")


def _host(ground_area: Mapping[Hashable, object], phase: str) -> tuple[str, dict[str, object]]:
    """The name and the position of an illustrative host in an area."""
    position: dict[str, object] = {column: ground_area[column] for column in ("area", "easting_m", "northing_m")}
    return f"Illustrative {phase} school, {ground_area['area_name']}", position


def _resource_centres(ground: Ground) -> list[dict[str, object]]:
    """Possible hosts of resource centres: in the larger planning areas, one in three of them for SEMH."""
    rows = []
    for phase, count in (("primary", PRIMARY_BASES), ("secondary", SECONDARY_BASES)):
        hosts = _hosts(ground, phase, count, "planning_area", 1)
        for number, area in enumerate(hosts.to_dict("records")):
            name, position = _host(area, phase)
            needs = SEMH_BASE_NEEDS if number % SEMH_EVERY == SEMH_EVERY - 1 else GENERAL_BASE_NEEDS
            rows.append(
                _unit(f"rc_{slug(str(area['area_name']))}_{phase}", name, "resource_centre", phase, needs=needs, bands="enhanced",
                      places=0.0, sector="academy", illustrative="yes", **position)
            )  # fmt: skip
    return rows


def _contact_bases(inputs: Inputs, ground: Ground) -> list[dict[str, object]]:
    """Possible hosts of contact bases: two primary schools and one secondary school in each district."""
    rows = []
    for phase, each in (("primary", 2), ("secondary", 1)):
        for area in _hosts(ground, phase, 99, "district", each).to_dict("records"):
            name, position = _host(area, phase)
            rows.append(
                _unit(f"cb_{slug(str(area['area_name']))}_{phase}", name, "contact_base", phase, needs=CONTACT_NEEDS, bands="support",
                      places=0.0, episodes_per_place=inputs.value("episodes_per_place"), sector="academy", illustrative="yes",
                      **position)
            )  # fmt: skip
    return rows
