"""Rules that look at more than one cell: one small function a rule."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd

from planner.county.specs import SMALL_AREA_AGES
from planner.errors import Problems, nearest
from planner.names import NEEDS, PHASES

Tables = dict[str, pd.DataFrame]
LINE = "file_line"

_SHARES_ADD_WITHIN = 1e-6
_CHILDREN_AGREE_WITHIN = 0.5
"""Children of an area and its small areas, each rounded, may differ by half a child."""


def escalation_goes_up(tables: Tables, problems: Problems) -> None:
    """A band escalates to a band of higher rank."""
    rank = dict(zip(tables["bands"]["band"], tables["bands"]["rank"], strict=True))
    for row in tables["bands"].to_dict("records"):
        above = row["escalates_to"]
        if above and rank.get(above, math.inf) <= row["rank"]:
            problems.add(
                "bands.csv",
                "column escalates_to",
                f"'{above}' is not above '{row['band']}'",
                line=int(row[LINE]),
                expected="a band of higher rank",
            )


def complete_band_mix(mix: pd.DataFrame) -> pd.DataFrame:
    """The band mix with a share of 0 for every band that is not listed for a need and phase that are."""
    pairs = mix.drop_duplicates(["need", "phase"])
    every = pairs.drop(columns=["band", "share"]).merge(mix[["band"]].drop_duplicates(), how="cross")
    listed = set(mix[["need", "phase", "band"]].itertuples(index=False, name=None))
    absent = [key not in listed for key in every[["need", "phase", "band"]].itertuples(index=False, name=None)]
    return pd.concat([mix, every[absent].assign(share=0.0)], ignore_index=True)[list(mix.columns)]


def band_mix_adds_up(tables: Tables, problems: Problems) -> None:
    """The bands that children enter, for a need and phase with entrants, add to 1."""
    mix = complete_band_mix(tables["band_mix"])
    for row in tables["entrants"].to_dict("records"):
        if row["new_ehcps"] + row["arrivals"] <= 0:
            continue
        total, lines = 0.0, []
        for band in mix["band"].unique():
            fits = mix[(mix["band"] == band) & mix["need"].isin([row["need"], "*"]) & mix["phase"].isin([row["phase"], "*"])]
            if len(fits):
                named = (fits["need"] != "*").astype(int) + (fits["phase"] != "*").astype(int)
                best = fits.loc[named[::-1].idxmax()]
                total += float(best["share"])
                lines.append(int(best[LINE]))
        if abs(total - 1.0) > _SHARES_ADD_WITHIN:
            problems.add(
                "band_mix.csv",
                f"need {row['need']}, phase {row['phase']}",
                f"the shares add to {total:.4f}",
                line=min(lines, default=1),
                expected="1",
            )


def transitions_leave_room(tables: Tables, problems: Problems) -> None:
    """What happens to a child in a year adds to at most 1, and every situation that occurs has a row."""
    frame = tables["transitions"]
    total = frame["leaves_per_year"] + frame["moves_up_per_year"] + frame["escalates_per_year"]
    for row in frame[total > 1 + _SHARES_ADD_WITHIN].to_dict("records"):
        problems.add(
            "transitions.csv",
            f"phase {row['phase']}, band {row['band']}",
            "leaves, moves up and escalates add to more than 1",
            line=int(row[LINE]),
            expected="at most 1",
        )
    if not ((frame["need"] == "*") & (frame["band"] == "*") & (frame["provision_type"] == "*")).any():
        return
    covered = set(frame.loc[(frame["need"] == "*") & (frame["band"] == "*") & (frame["provision_type"] == "*"), "phase"])
    missing = [phase for phase in PHASES if phase not in covered and "*" not in covered]
    for phase in missing:
        problems.add(
            "transitions.csv",
            f"phase {phase}",
            "there is no row for every need, band and provision type",
            expected="a row with * for need, band and provision_type",
        )


def children_are_where_they_can_be(tables: Tables, problems: Problems) -> None:
    """Children of the base year are in units that take their phase and need, in a band their provision type may meet."""
    units = tables["units"].set_index("unit")
    stock = tables["stock"]
    kinds = stock["unit"].map(units["provision_type"])
    may = set(tables["band_provision"][["band", "phase", "provision_type"]].itertuples(index=False, name=None))
    for column, of_unit in (("phase", "phases"), ("need", "needs")):
        takes = stock["unit"].map(units[of_unit])
        bad = [
            value not in allowed and allowed not in ("*", ("*",))
            for value, allowed in zip(stock[column].tolist(), takes.tolist(), strict=True)
        ]
        for row in stock[np.array(bad, dtype=bool)].head(20).to_dict("records"):
            problems.add(
                "stock.csv",
                f"unit {row['unit']}",
                f"the unit does not take {column} {row[column]}",
                line=int(row[LINE]),
                fix=f"Add it to column {of_unit} in units.csv or move the children.",
            )
    triples = zip(stock["band"].tolist(), stock["phase"].tolist(), kinds.tolist(), strict=True)
    bad = [triple not in may for triple in triples]
    for row in stock.assign(kind=kinds)[np.array(bad, dtype=bool)].to_dict("records"):
        problems.add(
            "stock.csv",
            f"unit {row['unit']}",
            f"band {row['band']} may not be met by {row['kind']} in {row['phase']}",
            line=int(row[LINE]),
            fix="Add the row to band_provision.csv or change the band.",
        )
        if len(problems.found) > 50:
            return


def options_fit_their_units(tables: Tables, problems: Problems) -> None:
    """Options refer to units of a fitting type, sizes are in order and capital shares add to 1."""
    units = tables["units"].set_index("unit")
    fitting = {
        "resource_centre": "resource_centre", "contact_base": "contact_base", "expand_special": "state_special",
        "new_special": "state_special", "independent_block": "independent_special",
    }  # fmt: skip
    for row in tables["options"].to_dict("records"):
        line, where = int(row[LINE]), f"option {row['option']}"
        kind = str(units["provision_type"].get(row["unit"], ""))
        if row["kind"] in fitting and kind != fitting[row["kind"]]:
            problems.add("options.csv", where, f"the unit '{row['unit']}' is {kind}", line=line, expected=fitting[row["kind"]])
        if kind and math.isnan(float(units["places"].get(row["unit"], math.nan))):
            does = "closed" if row["kind"] == "close_unit" else "given more"
            problems.add(
                "options.csv",
                where,
                f"a unit without a number of places cannot be {does}",
                line=line,
                expected=f"places for '{row['unit']}' in units.csv, 0 if only this option opens it",
            )
        if row["least_blocks"] > row["most_blocks"]:
            problems.add(
                "options.csv", where, f"least_blocks {row['least_blocks']:g} is more than most_blocks {row['most_blocks']:g}", line=line
            )
        shares = str(row["capital_profile"]).split("|")
        try:
            added = sum(float(part) for part in shares)
        except ValueError:
            added = math.nan
        if not abs(added - 1.0) <= _SHARES_ADD_WITHIN:
            problems.add(
                "options.csv",
                where,
                f"the shares in capital_profile '{row['capital_profile']}' do not add to 1",
                line=line,
                expected="shares such as 0.5|0.5",
            )
        committed = bool(row["committed_year"])
        if committed == math.isnan(float(row["committed_blocks"])):
            problems.add("options.csv", where, "committed_year and committed_blocks must both be filled or both be empty", line=line)


def contact_bases_give_episodes(tables: Tables, problems: Problems) -> None:
    """A contact base says how many episodes a place gives; own-area units have an area."""
    for row in tables["units"].to_dict("records"):
        base = row["provision_type"] == "contact_base"
        if base == math.isnan(float(row["episodes_per_place"])):
            problems.add(
                "units.csv", f"unit {row['unit']}", "episodes_per_place is for contact bases, and only for them", line=int(row[LINE])
            )
        if row["serves"] == "own_area" and not row["area"]:
            problems.add("units.csv", f"unit {row['unit']}", "a unit that serves its own area needs an area", line=int(row[LINE]))
        if math.isnan(float(row["easting_m"])) != math.isnan(float(row["northing_m"])):
            problems.add(
                "units.csv", f"unit {row['unit']}", "easting and northing must both be filled or both be empty", line=int(row[LINE])
            )


def every_need_has_population(tables: Tables, problems: Problems) -> None:
    """Every area has children of every age, and every need and phase with children has its entrants stated."""
    counted = tables["population"].groupby("area")["age"].nunique()
    for area in tables["areas"]["area"]:
        if counted.get(area, 0) < 26:
            problems.add("population.csv", f"area {area}", f"{counted.get(area, 0)} ages are given", expected="every age from 0 to 25")
    for need in tables["entrants"]["need"].unique():
        if need not in NEEDS:
            problems.add("entrants.csv", f"need {need}", "not a need", fix=nearest(str(need), NEEDS))


def small_areas_make_up_their_areas(tables: Tables, problems: Problems) -> None:
    """Every area has its small areas, and their children of each phase's ages add to the area's."""
    if "small_areas" not in tables:
        return
    small, population = tables["small_areas"], tables["population"]
    lines = small.groupby("area")[LINE].first()
    for column, first, last in SMALL_AREA_AGES:
        wanted = population[population["age"].between(first, last)].groupby("area")["children"].sum()
        have = small.groupby("area")[column].sum().reindex(wanted.index)
        apart = (have - wanted).abs()
        for area in wanted.index[(apart > _CHILDREN_AGREE_WITHIN).to_numpy()]:
            problems.add(
                "small_areas.csv",
                f"area {area}, column {column}",
                f"the small areas add to {have[area]:g}",
                line=int(lines[area]),
                expected=f"{wanted[area]:g}, as population.csv has it for ages {first} to {last}",
            )
    for area in tables["areas"]["area"]:
        if area not in lines.index:
            problems.add("small_areas.csv", f"area {area}", "no small area lies in this area", expected="at least one, or no such table")


RULES = (
    escalation_goes_up, band_mix_adds_up, transitions_leave_room, children_are_where_they_can_be,
    options_fit_their_units, contact_bases_give_episodes, every_need_has_population,
    small_areas_make_up_their_areas,
)  # fmt: skip


def check_rules(tables: Tables, problems: Problems) -> None:
    """Apply every rule to the tables; nothing is raised here."""
    for rule in RULES:
        rule(tables, problems)
