"""Children who can reach no place, units with fewer places than children, and early help that reaches nobody."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd

from planner.advice.facts import FEW, Advice, Facts, Flags, children
from planner.county.county import County
from planner.names import PHASES
from planner.network.build import build_arcs
from planner.scenario.schema import LimitMinutes

ANYWHERE = 100_000.0
"""Minutes: longer than any journey."""


def _stranded(facts: Facts) -> Flags:
    """(C,) cohorts that children come into and that no unit takes."""
    counts = np.bincount(facts.arcs.cohort, minlength=len(facts.demand.cohorts))
    flags: Flags = (counts == 0) & (facts.comes.sum(axis=1) > FEW)
    return flags


def out_of_reach(facts: Facts) -> Iterator[Advice]:
    """Children for whom there are units, all of them further away than the travel limit."""
    stranded = _stranded(facts)
    if not stranded.any():
        return
    nearest = _nearest(facts)
    total = facts.comes.sum(axis=1)
    phases = facts.demand.cohorts["phase"].to_numpy(dtype=object)
    for phase in PHASES:
        here = stranded & (phases == phase) & np.isfinite(nearest)
        if not here.any():
            continue
        limit, far = facts.scenario.travel.limit_minutes.of(phase), float(nearest[here].max())
        least = float(nearest[here].min())
        away = f"{far:.0f}" if far - least < 1 else f"{least:.0f} to {far:.0f}"
        who = facts.demand.cohorts[here].iloc[int(np.argmax(total[here]))]
        yield Advice(
            "none_within_travel_limit",
            False,
            f"travel.limit_minutes.{phase}",
            f"{children(total[here].sum())} who come within {facts.horizon} years ({int(here.sum())} groups, the largest {who['need']}, {who['band']} in "
            f"{who['area']}) reach no unit within {limit:g} minutes, and wait; the nearest that takes them is {away} minutes away",
            f"Write {np.ceil(far):g} to reach them all, or offer a unit nearer to them.",
        )


def _nearest(facts: Facts) -> np.ndarray:
    """(C,) minutes to the nearest unit that takes each cohort, whatever the limit; infinite where none does."""
    anywhere: dict[str, Any] = dict.fromkeys(PHASES, ANYWHERE)  # further than a scenario may say
    minutes = LimitMinutes.model_construct(**anywhere)
    travel = facts.scenario.travel.model_copy(update={"limit_minutes": minutes})
    arcs = build_arcs(facts.scenario.model_copy(update={"travel": travel}), facts.county, facts.demand)
    nearest = np.full(len(facts.demand.cohorts), np.inf)
    np.minimum.at(nearest, arcs.cohort, arcs.minutes)
    return nearest


def no_provision(facts: Facts) -> Iterator[Advice]:
    """Children of a phase and band whom no unit takes, wherever it lies."""
    stranded = _stranded(facts)
    if not stranded.any():
        return
    none = stranded & ~np.isfinite(_nearest(facts))
    total = facts.comes.sum(axis=1)
    table = facts.demand.cohorts[none].assign(children=total[none])
    for (phase, band), part in table.groupby(["phase", "band"], sort=True):
        kinds = _may_meet(facts.county, str(phase), str(band))
        needs = ", ".join(sorted(set(part["need"])))
        if kinds:
            wrong = f"no unit of {' or '.join(kinds)} takes them ({needs})"
            fix = f"Add the phase, band and need to a unit of {kinds[0]} in units.csv."
        else:
            wrong = f"no provision type may meet band '{band}' in {phase} ({needs})"
            fix = f"Add a row for band {band} and phase {phase} to band_provision.csv."
        yield Advice(
            "no_unit_takes_them" if kinds else "no_provision_for_band",
            False,
            "county",
            f"{children(part['children'].sum())} who come within {facts.horizon} years in {phase}, band '{band}', can only wait: {wrong}",
            fix,
        )


def _may_meet(county: County, phase: str, band: str) -> list[str]:
    table = county.table("band_provision")
    return sorted(set(table.loc[(table["phase"] == phase) & (table["band"] == band), "provision_type"]))


def _can_open(facts: Facts) -> Flags:
    """(J,) units that have a place in some year planned."""
    places = facts.arcs.units["places"].to_numpy(dtype=float)
    opens: Flags = np.isnan(places) | (places > 0)
    adds = facts.options[
        (facts.options["kind"] != "close_unit") & (facts.options["most_blocks"] > 0) & (facts.options["earliest"] <= facts.horizon)
    ]
    opens |= facts.arcs.units["unit"].isin(set(adds["unit"])).to_numpy()
    return opens


def never_a_place(facts: Facts) -> Iterator[Advice]:
    """Children whose only units have no place and no option that would give them one."""
    cohorts = len(facts.demand.cohorts)
    opens = _can_open(facts)
    some = np.bincount(facts.arcs.cohort, minlength=cohorts) > 0
    open_to = np.bincount(facts.arcs.cohort[opens[facts.arcs.unit]], minlength=cohorts) > 0
    here = some & ~open_to & (facts.comes.sum(axis=1) > FEW)
    if here.any():
        units = sorted(set(facts.arcs.units["unit"].to_numpy(dtype=object)[facts.arcs.unit[here[facts.arcs.cohort]]]))
        yield Advice(
            "only_units_without_places",
            False,
            "options.offer",
            f"{children(facts.comes[here].sum())} who come within {facts.horizon} years can enter only units that never have a place "
            f"({', '.join(units[:5])}{' ...' if len(units) > 5 else ''}), and wait",
            "Offer or fix an option that opens one of them.",
        )


def closing_leaves_none(facts: Facts) -> Iterator[Advice]:
    """A decided closing of the only unit that some children could enter."""
    arcs, cohorts = facts.arcs, len(facts.demand.cohorts)
    closes = facts.decided[facts.decided["kind"] == "close_unit"]
    units = arcs.units["unit"].to_numpy(dtype=object)
    for name, row in closes.iterrows():
        first = int(row["earliest"])
        left = _can_open(facts) & (units != row["unit"])
        before = np.bincount(arcs.cohort[units[arcs.unit] == row["unit"]], minlength=cohorts) > 0
        after = np.bincount(arcs.cohort[left[arcs.unit]], minlength=cohorts) > 0
        come = facts.comes[:, first:].sum(axis=1)
        here = before & ~after & (come > FEW)
        if here.any():
            part = facts.demand.cohorts[here]
            yield Advice(
                "closing_leaves_none",
                False,
                facts.option_key(str(name)),
                f"'{name}' closes '{row['unit']}' from {facts.year(first)}, the only unit for {children(come[here].sum())} who come from then on "
                f"({', '.join(sorted(set(part['need'])))}; {', '.join(sorted(set(part['phase'])))}), and they wait",
                f"Leave '{name}' out, or open another unit for them first.",
            )


def places_below_children(facts: Facts) -> Iterator[Advice]:
    """Places that the scenario takes from a unit though children are there."""
    units = facts.arcs.units.reset_index(drop=True)
    for number, row in units.iterrows():
        change = facts.scenario.units.get(str(row["unit"]))
        if change is None or pd.isna(row["places"]):
            continue
        now, left = float(facts.unit_stock[int(number), 0]), float(facts.unit_stock[int(number), 1])
        if left > row["places"] + FEW:
            key = f"units.{row['unit']}.{'places' if change.places is not None else 'places_factor'}"
            yield Advice(
                "places_below_children",
                False,
                key,
                f"{row['places']:g} places at '{row['unit']}', and {left:,.1f} of the {children(now)} there now are still there in {facts.year(1)}, so "
                "that the unit is over its places",
                f"Leave at least {np.ceil(left):g} places.",
            )


def least_occupancy(facts: Facts) -> Iterator[Advice]:
    """A decided scheme that is to be filled by more children than could come to it."""
    cohorts = facts.demand.cohorts
    group = cohorts.groupby(["area", "need"]).ngroup().to_numpy()
    there = np.zeros(group.max(initial=-1) + 1)
    np.add.at(there, group[facts.demand.stock_cohort], facts.demand.stock_children)
    for name, row in facts.decided.iterrows():
        full = int(row["earliest"]) + int(row["ramp_years"])
        places = float(row["fixed_blocks"] * row["block_places"])
        if pd.isna(row["least_occupancy"]) or row["kind"] == "close_unit" or full > facts.horizon:
            continue
        unit = int(np.nonzero((facts.arcs.units["unit"] == row["unit"]).to_numpy())[0][0])
        near = np.unique(group[facts.arcs.cohort[facts.arcs.unit == unit]])
        most = float(there[near].sum() + facts.comes[np.isin(group, near), : full + 1].sum())
        wanted = float(row["least_occupancy"]) * places
        if wanted > most + FEW:
            fits = int(most // float(row["block_places"] * row["least_occupancy"]))
            yield Advice(
                "least_occupancy_out_of_reach",
                False,
                facts.option_key(str(name)),
                f"'{name}' has {places:g} places of which {row['least_occupancy']:.0%} must be in use by {facts.year(full)}, {children(wanted)}; at most "
                f"{children(most)} could be there",
                f"Fix it at {fits} block{'' if fits == 1 else 's'} or fewer."
                if fits
                else f"Leave '{name}' out: 1 block is more than could be used.",
            )


def full_and_nothing_offered(facts: Facts) -> Iterator[Advice]:
    """More children than free places in the first year, where nothing adds a place."""
    adds = facts.options[(facts.options["kind"] != "close_unit") & (facts.options["kind"] != "contact_base")]
    if (adds["earliest"] <= facts.horizon).any():
        return
    arcs, places = facts.arcs, facts.arcs.units["places"].to_numpy(dtype=float)
    endless = np.bincount(arcs.cohort[np.isnan(places[arcs.unit])], minlength=len(facts.demand.cohorts)) > 0
    bound = ~endless & (np.bincount(arcs.cohort, minlength=len(endless)) > 0)
    units = np.unique(arcs.unit[bound[arcs.cohort]])
    free = float(np.maximum(places[units] - facts.unit_stock[units, 1], 0.0).sum())
    come = float(facts.comes[bound, 1].sum())
    if come > free + FEW:
        yield Advice(
            "full_and_nothing_offered",
            False,
            "options.offer",
            f"{children(come)} come in {facts.year(1)} who can enter only units with limited places, {free:,.1f} places are free there, and no "
            f"option adds any, so that at least {children(come - free)} wait",
            "Offer options that add places, such as resource_centre or expand_special.",
        )


def early_help(facts: Facts) -> Iterator[Advice]:
    """Contact bases in play whose early help can avoid nothing."""
    bases = facts.options[(facts.options["kind"] == "contact_base") & (facts.options["earliest"] <= facts.horizon)]
    settings, demand = facts.scenario.demand.early_help, facts.demand
    if bases.empty or settings.effect == 0:
        return
    name = f"{len(bases)} contact base{' is' if len(bases) == 1 else 's are'} in play"
    if demand.avoidable.sum() <= FEW:
        entered = sorted(set(demand.cohorts.loc[demand.new.sum(axis=1) > FEW, "band"]))
        said = ", ".join(settings.bands) or "no band"
        yield Advice(
            "early_help_reaches_no_band",
            False,
            "demand.early_help.bands",
            f"{name}, and early help is for {said}, into which 0 children come with a new EHCP; they come into {', '.join(entered)}",
            f"Write {entered[0] if entered else 'a band into which children come'}.",
        )
    elif settings.lag_years >= facts.horizon:
        yield Advice(
            "early_help_too_late",
            False,
            "demand.early_help.lag_years",
            f"{name}, and the first EHCP is avoided {settings.lag_years} years after an episode, beyond the {facts.horizon} years planned",
            f"Write {facts.horizon - 1} or fewer, or plan more years." if facts.horizon > 1 else "Plan more years.",
        )
    elif not len(facts.arcs.help_cohort):
        wrong = f"{name}, and 0 groups at risk are within the travel limit of one"
        yield Advice("early_help_out_of_reach", False, "travel.limit_minutes", wrong, "Lengthen the limit, or offer bases nearer to them.")


CHECKS = (
    out_of_reach, no_provision, never_a_place, closing_leaves_none, places_below_children, least_occupancy, full_and_nothing_offered, early_help,
)  # fmt: skip
