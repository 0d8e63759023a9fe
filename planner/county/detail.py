"""The county as finely as a scenario asks: areas grouped, needs grouped, units changed."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Mapping

import numpy as np
import pandas as pd

from planner.county.county import County, Rate
from planner.county.small import in_small_areas
from planner.names import NEEDS, PHASE_AGES, PHASES
from planner.scenario.schema import Scenario

_LEVEL_COLUMN = {"small_area": "area", "area": "area", "planning_area": "planning_area", "district": "district"}
_UNGROUPED = ("small_area", "area")


def at_detail(county: County, scenario: Scenario) -> County:
    """The county at the scenario's level of areas and needs, with the scenario's changes to units.

    Small areas share out the children of the area they are part of. Grouped areas keep the district, the centre of their children, and the age of transfer to the secondary phase that most of their children have. Units that serve their own area are merged within a group and
    type, with places added up (no limit wins). A unit takes a group of needs if it takes any need in it. Band mixes and
    transitions of a group are weighted by those who enter and by those who hold an EHCP. Children are conserved.
    """
    tables = dict(county.tables)
    group_of = {need: group for group, members in scenario.detail.need_groups.items() for need in members}
    level = scenario.detail.areas
    area_to = dict(zip(tables["areas"]["area"], tables["areas"][_LEVEL_COLUMN[level]], strict=True))
    tables["units"] = _expanded_units(_changed_units(tables["units"], scenario), tables["bands"], group_of)
    weights = _need_weights(tables, group_of)
    rates = _grouped_rates(county.rates, group_of, weights["stock"])
    tables["band_mix"] = _grouped_mix(tables["band_mix"], weights["entrants"])
    tables["transitions"] = _grouped_transitions(tables["transitions"], weights["stock"])
    for name, keys in (("entrants", ["need", "phase"]), ("sen_support", ["need", "phase"])):
        frame = tables[name].assign(need=tables[name]["need"].map(group_of))
        numbers = [column for column in frame.columns if column not in (*keys, "source")]
        tables[name] = frame.groupby(keys, as_index=False, sort=True)[numbers].sum()
    merged, unit_to = _merged_units(tables["units"], tables["areas"], area_to, level)
    tables["units"] = merged
    stock = tables["stock"]
    stock = stock.assign(need=stock["need"].map(group_of), area=stock["area"].map(area_to), unit=stock["unit"].map(unit_to))
    tables["stock"] = stock.groupby(["area", "need", "phase", "band", "unit"], as_index=False)["children"].sum()
    tables["areas"] = _grouped_areas(tables["areas"], tables["population"], area_to, level)
    population = tables["population"].assign(area=tables["population"]["area"].map(area_to))
    tables["population"] = population.groupby(["area", "age"], as_index=False)["children"].sum()
    if "unit_phase_places" in tables:
        phase_places = tables["unit_phase_places"].assign(unit=tables["unit_phase_places"]["unit"].map(unit_to))
        tables["unit_phase_places"] = phase_places.groupby(["unit", "phase"], as_index=False)["places"].sum()
    if level == "small_area":
        tables = in_small_areas(tables)
    return dataclasses.replace(county, tables=tables, rates=rates, level=level)


def _changed_units(units: pd.DataFrame, scenario: Scenario) -> pd.DataFrame:
    units = units.copy()
    for name, change in scenario.units.items():
        row = units["unit"] == name
        if change.places is not None:
            units.loc[row, "places"] = change.places
        units.loc[row, "places"] *= change.places_factor
    return units


def _expanded_units(units: pd.DataFrame, bands: pd.DataFrame, group_of: Mapping[str, str]) -> pd.DataFrame:
    """Stars become every value, and needs become groups of needs."""

    def expand(value: object, everything: tuple[str, ...]) -> tuple[str, ...]:
        return everything if value in ("*", ("*",)) else tuple(value)  # type: ignore[arg-type]

    all_bands = tuple(bands["band"].astype(str))
    units = units.copy()
    units["phases"] = [expand(value, PHASES) for value in units["phases"]]
    units["bands"] = [expand(value, all_bands) for value in units["bands"]]
    units["needs"] = [tuple(sorted({group_of[need] for need in expand(value, NEEDS)})) for value in units["needs"]]
    return units


def _need_weights(tables: dict[str, pd.DataFrame], group_of: Mapping[str, str]) -> dict[str, pd.DataFrame]:
    """Share of each need in its group, by phase: among those who enter and among those who hold an EHCP."""
    entrants = tables["entrants"].assign(weight=tables["entrants"]["new_ehcps"] + tables["entrants"]["arrivals"])
    stock = tables["stock"].groupby(["need", "phase"], as_index=False)["children"].sum().rename(columns={"children": "weight"})
    weights = {}
    for name, frame in (("entrants", entrants[["need", "phase", "weight"]]), ("stock", stock)):
        every = pd.MultiIndex.from_product([sorted(group_of), PHASES], names=["need", "phase"]).to_frame(index=False)
        full = every.merge(frame, how="left", on=["need", "phase"]).fillna({"weight": 0.0})
        full["weight"] += 1e-9
        full["group"] = full["need"].map(group_of)
        full["share"] = full["weight"] / full.groupby(["group", "phase"])["weight"].transform("sum")
        weights[name] = full
    return weights


def best_rows(frame: pd.DataFrame, selectors: list[str], wanted: pd.DataFrame) -> np.ndarray:
    """For each wanted combination, the row of ``frame`` that fits it best; -1 where none fits.

    A selector of ``*`` fits anything. The row with the most selectors named counts; of two with as many, the later.
    """
    best = np.full(len(wanted), -1, dtype=np.int64)
    score = np.full(len(wanted), -1, dtype=np.int64)
    codes = {name: wanted[name].astype(str).to_numpy() for name in selectors}
    columns = [frame[name].astype(str).to_numpy() for name in selectors]
    for number in range(len(frame)):
        fits = np.ones(len(wanted), dtype=bool)
        named = 0
        for name, column in zip(selectors, columns, strict=True):
            if column[number] != "*":
                fits &= codes[name] == column[number]
                named += 1
        better = fits & (named >= score)
        best[better], score[better] = number, named
    return best


def _every_need(selectors: dict[str, list[str]]) -> pd.DataFrame:
    return pd.MultiIndex.from_product(list(selectors.values()), names=list(selectors)).to_frame(index=False)


def _grouped_mix(mix: pd.DataFrame, weights: pd.DataFrame) -> pd.DataFrame:
    bands = list(dict.fromkeys(mix["band"]))
    wanted = _every_need({"need": list(NEEDS), "phase": list(PHASES), "band": bands})
    row = best_rows(mix, ["need", "phase", "band"], wanted)
    wanted["share"] = np.where(row >= 0, mix["share"].to_numpy(dtype=float)[np.maximum(row, 0)], 0.0)
    joined = wanted.merge(weights[["need", "phase", "group", "share"]].rename(columns={"share": "weight"}), on=["need", "phase"])
    joined["share"] *= joined["weight"]
    return joined.groupby(["group", "phase", "band"], as_index=False)["share"].sum().rename(columns={"group": "need"})


def _grouped_transitions(frame: pd.DataFrame, weights: pd.DataFrame) -> pd.DataFrame:
    """Transitions by group of needs; a row for every need stands as it is, so only named needs are averaged."""
    chances = ["leaves_per_year", "moves_up_per_year", "escalates_per_year"]
    named = sorted(set(frame["need"]) - {"*"})
    parts = [frame[frame["need"] == "*"][["need", "phase", "band", "provision_type", *chances]]]
    selectors = ["need", "phase", "band", "provision_type"]
    groups = sorted(set(weights.loc[weights["need"].isin(named), "group"]))
    if groups:
        kinds = sorted(set(frame["provision_type"]))
        bands = sorted(set(frame["band"]))
        members = weights[weights["group"].isin(groups)]
        wanted = (
            members[["need", "phase", "group", "share"]]
            .merge(pd.DataFrame({"band": bands}), how="cross")
            .merge(pd.DataFrame({"provision_type": kinds}), how="cross")
        )
        row = best_rows(frame, selectors, wanted)
        wanted = wanted[row >= 0].copy()
        for chance in chances:
            wanted[chance] = frame[chance].to_numpy(dtype=float)[row[row >= 0]] * wanted["share"]
        grouped = wanted.groupby(["group", "phase", "band", "provision_type"], as_index=False)[[*chances, "share"]].sum()
        for chance in chances:
            grouped[chance] /= grouped["share"]
        parts.append(grouped.rename(columns={"group": "need"}).drop(columns="share"))
    return pd.concat(parts, ignore_index=True)


def _grouped_rates(rates: tuple[Rate, ...], group_of: Mapping[str, str], weights: pd.DataFrame) -> tuple[Rate, ...]:
    """Rates by group of needs: a rate that names a need becomes the group's average, weighted by children who hold an EHCP.

    A need of the group without a rate of its own counts with the rate for every need, under the same other selectors.
    """
    share = weights.groupby(["group", "need"])["weight"].sum()
    grouped: list[Rate] = [rate for rate in rates if rate.need == "*"]
    kinds = ("line", "per", "provision_type", "phase", "band", "unit")
    named: dict[tuple[object, ...], dict[str, Rate]] = {}
    for rate in rates:
        if rate.need != "*":
            named.setdefault(tuple(getattr(rate, kind) for kind in kinds), {})[rate.need] = rate
    general = {tuple(getattr(rate, kind) for kind in kinds): rate.value_gbp for rate in grouped}
    for key, by_need in named.items():
        for group in sorted({group_of[need] for need in by_need}):
            members = [need for need, of in group_of.items() if of == group]
            known = [(need, by_need[need].value_gbp if need in by_need else general.get(key, math.nan)) for need in members]
            known = [(need, value) for need, value in known if not math.isnan(value)]
            total = sum(float(share[(group, need)]) for need, _ in known)
            value = sum(float(share[(group, need)]) * value for need, value in known) / total
            grouped.append(dataclasses.replace(next(iter(by_need.values())), need=group, value_gbp=value))
    return tuple(grouped)


def _merged_units(units: pd.DataFrame, areas: pd.DataFrame, area_to: Mapping[str, str], level: str) -> tuple[pd.DataFrame, dict[str, str]]:
    own = units["serves"] == "own_area"
    unit_to = dict(zip(units["unit"], units["unit"], strict=True))
    units = units.assign(area=[area_to.get(area, "") for area in units["area"]])
    if level in _UNGROUPED or not own.any():
        return units, unit_to
    mine = units[own].copy()
    mine["merged"] = [f"{kind}_{_slug(area)}" for kind, area in zip(mine["provision_type"], mine["area"], strict=True)]
    unit_to.update(zip(mine["unit"], mine["merged"], strict=True))
    rows = []
    for name, part in mine.groupby("merged", sort=True):
        row = part.iloc[0].to_dict()
        row.update(
            unit=name,
            unit_name=f"{part['unit_name'].iloc[0].split(',')[0]}, {row['area']}" if len(part) > 1 else row["unit_name"],
            places=part["places"].sum(skipna=False),
            easting_m=part["easting_m"].mean(),
            northing_m=part["northing_m"].mean(),
            phases=tuple(phase for phase in PHASES if any(phase in value for value in part["phases"])),
            needs=tuple(sorted({need for value in part["needs"] for need in value})),
        )
        rows.append(row)
    merged = pd.DataFrame(rows, columns=[*units.columns, "merged"]).drop(columns="merged")
    return pd.concat([units[~own], merged], ignore_index=True), unit_to


def _slug(text: str) -> str:
    return "".join(letter if letter.isalnum() else "_" for letter in text.lower())


def _grouped_areas(areas: pd.DataFrame, population: pd.DataFrame, area_to: Mapping[str, str], level: str) -> pd.DataFrame:
    children = population.groupby("area")["children"].sum()
    frame = areas.assign(group=areas["area"].map(area_to), weight=areas["area"].map(children).fillna(0.0) + 1e-9)
    if level in _UNGROUPED:
        return areas
    for column in ("easting_m", "northing_m"):
        frame[column] *= frame["weight"]
    frame["urban_weight"] = np.where(frame["rural_urban"] == "urban", frame["weight"], 0.0)
    sums = frame.groupby("group", as_index=False)[["easting_m", "northing_m", "weight", "urban_weight"]].sum()
    sums["easting_m"] /= sums["weight"]
    sums["northing_m"] /= sums["weight"]
    sums["rural_urban"] = np.where(sums["urban_weight"] * 2 >= sums["weight"], "urban", "rural")
    sums["district"] = sums["group"].map(frame.groupby("group")["district"].first())
    sums["area"] = sums["area_name"] = sums["planning_area"] = sums["group"]
    kept = ["area", "area_name", "district", "planning_area", "easting_m", "northing_m", "rural_urban"]
    if "secondary_from_age" in frame:
        frame["secondary_from_age"] = frame["secondary_from_age"].fillna(PHASE_AGES["secondary"][0])
        ages = frame.groupby(["group", "secondary_from_age"])["weight"].sum().sort_values().reset_index()
        sums["secondary_from_age"] = sums["group"].map(ages.groupby("group")["secondary_from_age"].last())
        kept.append("secondary_from_age")
    return sums[kept].assign(source="grouped")
