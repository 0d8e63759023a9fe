"""What each table of a county holds: one spec a table, one line a column.

The reader, the checks and the data dictionary all work from these specs.
"""

from __future__ import annotations

from typing import Final

from planner.county.columns import QUALITY, SOURCE, Column, TableSpec, area, band, need, phase
from planner.county.specs_history import HISTORY
from planner.names import NEEDS, OPTION_KINDS, PHASE_AGES, PHASES, PROVISION_TYPES, SITUATIONS

SMALL_AREA_AGES: Final = tuple((f"aged_{first}_{last}", first, last) for first, last in PHASE_AGES.values())
"""The columns of children by age in small_areas.csv, one a phase in order: name, first age, last age."""

SPECS: Final[tuple[TableSpec, ...]] = (
    TableSpec(
        "areas",
        "one planning neighbourhood",
        ("area",),
        (
            Column("area", "text", "Code of the area (MSOA 2011 code in the county that ships)"),
            Column("area_name", "text", "Name of the area"),
            Column("district", "text", "District the area lies in"),
            Column("planning_area", "text", "Group of neighbouring areas inside one district, for a coarser plan"),
            Column("easting_m", "number", "Easting of the centre of the children who live there", "metres, EPSG:27700", 1_000, 700_000),
            Column("northing_m", "number", "Northing of that centre", "metres, EPSG:27700", 1_000, 1_300_000),
            Column("rural_urban", "choice", "Whether the area is mostly urban or rural", any_of=("urban", "rural")),
            Column("secondary_from_age", "whole", "Age in January from which its children count as secondary", "years", 8, 14, "11", True),
            SOURCE,
        ),
    ),
    TableSpec(
        "population",
        "children of one age who live in one area in January of the base year",
        ("area", "age"),
        (
            area(),
            Column("age", "whole", "Age in January", "years", 0, 25),
            Column("children", "number", "Children and young people of that age", "children", 0),
        ),
    ),
    TableSpec(
        "small_areas",
        "one small area, a part of an area, for a scenario that plans by small areas",
        ("small_area",),
        (
            Column("small_area", "text", "Code of the small area (LSOA 2011 code in the county that ships)"),
            Column("small_area_name", "text", "Name of the small area"),
            area(),
            Column("easting_m", "number", "Easting of its centre", "metres, EPSG:27700", 1_000, 700_000),
            Column("northing_m", "number", "Northing of its centre", "metres, EPSG:27700", 1_000, 1_300_000),
            Column("rural_urban", "choice", "Whether the small area is mostly urban or rural", any_of=("urban", "rural")),
            *(
                Column(column, "number", f"Children aged {first} to {last} in January of the base year", "children", 0)
                for column, first, last in SMALL_AREA_AGES
            ),
            SOURCE,
        ),
        optional=True,
    ),
    TableSpec(
        "bands",
        "one band of support",
        ("band",),
        (
            Column("band", "text", "Name of the band"),
            Column("band_title", "text", "Name of the band for people"),
            Column("rank", "whole", "Order of the bands, the lightest first", "", 0, 99),
            Column(
                "escalates_to",
                "text",
                "The band above, to which a child may escalate",
                blank="a child in this band does not escalate",
                refers_to="bands.band",
            ),
            Column("meaning", "text", "What the band means"),
        ),
        most_rows=40,
    ),
    TableSpec(
        "band_provision",
        "a provision type that may meet the needs of a child in a band and phase",
        ("band", "phase", "provision_type"),
        (band(star=False), phase(star=False), Column("provision_type", "choice", "Provision type", any_of=PROVISION_TYPES)),
    ),
    TableSpec(
        "units",
        "one provision at one place (one school may host several)",
        ("unit",),
        (
            Column("unit", "text", "Name of the unit in the tables, in small letters"),
            Column("unit_name", "text", "Name of the unit for people"),
            Column("provision_type", "choice", "What kind of provision it is", any_of=PROVISION_TYPES),
            Column("area", "text", "Area that hosts it", refers_to="areas.area", blank="it stands for provision in many places"),
            Column("easting_m", "number", "Easting", "metres, EPSG:27700", 1_000, 700_000, blank="no one place; no journey is counted"),
            Column("northing_m", "number", "Northing", "metres, EPSG:27700", 1_000, 1_300_000, blank="no one place; no journey is counted"),
            Column("phases", "list", "Phases it takes, separated by |", any_of=PHASES, star=True),
            Column("needs", "list", "Needs it takes, separated by |, or * for all", any_of=NEEDS, star=True),
            Column(
                "bands",
                "list",
                "Bands it takes, separated by |, or * for all that its provision type may meet",
                refers_to="bands.band",
                star=True,
            ),
            Column(
                "places",
                "number",
                "Places in the base year; a unit that only an option opens has 0",
                "places",
                0,
                100_000,
                blank="no limit is known",
            ),
            Column(
                "episodes_per_place",
                "number",
                "Early-help episodes that one place gives in a year (contact bases)",
                "episodes a place and year",
                0,
                20,
                blank="not a contact base",
            ),
            Column("serves", "choice", "Who may enter: children of the whole county, or of its own area", any_of=("county", "own_area")),
            Column(
                "sector",
                "choice",
                "Who runs it, for the Section 251 line",
                any_of=("maintained", "academy", "independent", "college", "council"),
            ),
            Column("illustrative", "yes_no", "Whether the unit is made up to stand for a possible host"),
            SOURCE,
            QUALITY,
        ),
    ),
    TableSpec(
        "unit_phase_places",
        "places of one unit kept for one phase",
        ("unit", "phase"),
        (
            Column("unit", "text", "Unit", refers_to="units.unit"),
            phase(star=False),
            Column("places", "number", "Places for that phase", "places", 0, 100_000),
        ),
        optional=True,
    ),
    TableSpec(
        "stock",
        "children with an EHCP in January of the base year, by where they live and where they are",
        ("area", "need", "phase", "band", "unit"),
        (
            area(),
            need(star=False),
            phase(star=False),
            band(star=False),
            Column("unit", "text", "Unit they are in", refers_to="units.unit"),
            Column(
                "children", "number", "Children expected there (published totals spread over areas, so not whole numbers)", "children", 0
            ),
        ),
    ),
    TableSpec(
        "entrants",
        "children who come to hold an EHCP in the base year, by need and phase",
        ("need", "phase"),
        (
            need(star=False),
            phase(star=False),
            Column("new_ehcps", "number", "New EHCPs in a year", "children a year", 0),
            Column("arrivals", "number", "Children who arrive from elsewhere with an EHCP in a year", "children a year", 0),
            SOURCE,
        ),
    ),
    TableSpec(
        "band_mix",
        "share of children entering with a need and phase who are in a band (a band not listed for a need and phase that are has none)",
        ("need", "phase", "band"),
        (need(), phase(), band(star=False), Column("share", "number", "Share of those who enter", "share", 0, 1), SOURCE),
    ),
    TableSpec(
        "transitions",
        "what happens in a year to a child who holds an EHCP",
        ("need", "phase", "band", "provision_type"),
        (
            need(),
            phase(),
            band(),
            Column("provision_type", "choice", "Where the child is; waiting for a child with no place", any_of=SITUATIONS, star=True),
            Column("leaves_per_year", "number", "Chance that the EHCP ends or the child moves away", "share a year", 0, 1),
            Column("moves_up_per_year", "number", "Chance of moving up to the next phase", "share a year", 0, 1),
            Column("escalates_per_year", "number", "Chance of escalating to the band above", "share a year", 0, 1),
            SOURCE,
        ),
    ),
    TableSpec(
        "sen_support",
        "children on SEN support without an EHCP in the base year",
        ("need", "phase"),
        (need(star=False), phase(star=False), Column("children", "number", "Children on SEN support", "children", 0), SOURCE),
    ),
    TableSpec(
        "options",
        "something the programme may do",
        ("option",),
        (
            Column("option", "text", "Name of the option in scenarios, in small letters"),
            Column("option_name", "text", "Name of the option for people"),
            Column("kind", "choice", "What it does", any_of=OPTION_KINDS),
            Column("unit", "text", "Unit that it opens, grows or closes", refers_to="units.unit"),
            Column("block_places", "number", "Places in one block (a class)", "places", 0, 1_000),
            Column("least_blocks", "whole", "Smallest size if it is taken", "blocks", 0, 1_000),
            Column("most_blocks", "whole", "Largest size", "blocks", 0, 1_000),
            Column("first_year", "year", "First academic year in which work may start", blank="at once"),
            Column("lead_years", "whole", "Years from the start of work to opening", "years", 0, 20),
            Column("capital_fixed_gbp", "number", "Capital whatever the size", "pounds", 0),
            Column("capital_gbp_per_place", "number", "Capital for each place", "pounds a place", 0),
            Column(
                "capital_profile",
                "text",
                "Shares of the capital by financial year, separated by |, the last in the financial year of opening",
            ),
            Column("running_gbp_per_year", "number", "Fixed running cost while it is open", "pounds a year", 0),
            Column("asset_life_years", "number", "Life of what the capital buys", "years", 1, 100),
            Column("may_close", "yes_no", "Whether it may close again"),
            Column("least_occupancy", "number", "Least share of its places in use after the ramp-up", "share", 0, 1, blank="no minimum"),
            Column("ramp_years", "whole", "Years after opening before the minimum counts", "years", 0, 10),
            Column("exclusive_group", "text", "At most one option of a group is taken", blank="none"),
            Column("requires", "text", "Option that must be open first", blank="none", refers_to="options.option"),
            Column("committed_year", "year", "Academic year in which a committed scheme opens", blank="not committed"),
            Column("committed_blocks", "whole", "Size of a committed scheme", "blocks", 0, 1_000, blank="not committed"),
            Column("illustrative", "yes_no", "Whether the option is made up to stand for a possible scheme"),
            SOURCE,
            QUALITY,
        ),
    ),
    TableSpec(
        "finance",
        "one published figure of the high needs budget",
        ("financial_year", "measure"),
        (
            Column("financial_year", "year", "Financial year, April to March"),
            Column(
                "measure",
                "choice",
                "What the figure is",
                any_of=(
                    "high_needs_block",
                    "transfer_in",
                    "other_income",
                    "in_year_overspend",
                    "deficit_at_year_end",
                    "capital_programme",
                    "other_high_needs_spend",
                ),
            ),
            Column("value_gbp", "number", "Amount", "pounds"),
            Column(
                "status",
                "choice",
                "How firm the figure is",
                any_of=("stated", "implied", "forecast", "indicative", "outturn", "assumption"),
            ),
            SOURCE,
        ),
    ),
    *HISTORY,
    TableSpec(
        "assumptions",
        "one assumption that shapes the answer",
        ("assumption",),
        (
            Column("assumption", "text", "Name of the assumption"),
            Column("what", "text", "What is assumed"),
            Column("value", "text", "The value used"),
            Column("low", "text", "Lowest value that is plausible", blank="not estimated"),
            Column("high", "text", "Highest value that is plausible", blank="not estimated"),
            Column("unit", "text", "Unit of the value", blank="no unit"),
            SOURCE,
            Column("owner_role", "text", "Role that owns the assumption"),
            QUALITY,
            Column("effect", "text", "What changes in the answer if it is wrong"),
        ),
    ),
    TableSpec(
        "assumption_register",
        "what is known of one assumption beside its value: when it was set, who signed it off, and the setting that tries it",
        ("assumption",),
        (
            Column("assumption", "text", "Assumption, as in assumptions.csv", refers_to="assumptions.assumption"),
            Column("set_on", "text", "Day on which it was set or last looked at, as 2026-11-23", blank="not known"),
            Column("signed_off_by", "text", "Role that signed it off", blank="not signed off"),
            Column("setting", "text", "Setting of a scenario that stands for it, which `planner sensitivity` moves", blank="none"),
            Column(
                "setting_low",
                "number",
                "The setting at the assumption's low",
                "as the setting",
                blank="the assumption's low; for a factor, its low over its value",
            ),
            Column(
                "setting_high",
                "number",
                "The setting at the assumption's high",
                "as the setting",
                blank="the assumption's high; for a factor, its high over its value",
            ),
        ),
        optional=True,
    ),
    TableSpec(
        "sources",
        "one source of figures",
        ("source",),
        (
            Column("source", "text", "Short name used in the other tables"),
            Column("title", "text", "Title of the publication"),
            Column("publisher", "text", "Who published it"),
            Column("date", "text", "Date or period it describes", blank="not stated"),
            Column("address", "text", "Where it is found"),
            Column("licence", "text", "Licence", blank="not stated"),
            Column("used_for", "text", "What it is used for here"),
        ),
    ),
)

SPEC_BY_NAME: Final[dict[str, TableSpec]] = {spec.name: spec for spec in SPECS}
