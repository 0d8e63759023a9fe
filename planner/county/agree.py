"""Whether a scenario speaks of things that the county has: every name is looked up, with its line."""

from __future__ import annotations

from pathlib import Path

from planner.county.county import County
from planner.county.programme import offered_names
from planner.errors import Problems, nearest
from planner.names import OPTION_KINDS, Year
from planner.scenario.load import LoadedScenario


def check_county(loaded: LoadedScenario, data_root: Path) -> None:
    """Look whether the scenario's county has a folder, before anything in it is read.

    Raises:
        InputError: if not, with the line that names the county and the nearest county that there is.

    """
    name = loaded.scenario.county
    if not (data_root / name).is_dir():
        known = sorted(path.name for path in data_root.iterdir() if path.is_dir()) if data_root.is_dir() else []
        at = loaded.place("county")
        problems = Problems()
        there = f"one of {', '.join(known[:20])}" if known else "a folder of tables"
        problems.add(at.file, "county", f"there is no county '{name}' in {data_root}", line=at.line, column=at.column, expected=there, fix=nearest(name, known))  # fmt: skip
        problems.raise_if_any()


def check_names(loaded: LoadedScenario, county: County) -> None:
    """Look up every option, unit and band that the scenario names, and test sizes and years against the county's table.

    Raises:
        InputError: with every name that is not known, its line and the nearest name that is.

    """
    problems = Problems()
    scenario = loaded.scenario

    def wrong(name: str, text: str, expected: str = "", fix: str = "") -> None:
        at = loaded.place(name)
        problems.add(at.file, name, text, line=at.line, column=at.column, expected=expected, fix=fix)

    if scenario.detail.areas == "small_area" and "small_areas" not in county.tables:
        wrong("detail.areas", f"the county '{county.name}' has no table of small areas", "small_areas.csv in its folder", "Write area.")
    options = county.table("options").set_index("option")
    for number, name in enumerate(scenario.options.offer):
        if name not in offered_names(county):
            wrong(
                f"options.offer.{number}",
                f"there is no option or kind of option '{name}'",
                f"the name of an option, or one of {', '.join(OPTION_KINDS)}",
                nearest(name, offered_names(county)),
            )
    for name, fixed in scenario.options.fixed.items():
        if name not in options.index:
            wrong(f"options.fixed.{name}", f"there is no option '{name}'", fix=nearest(name, [str(item) for item in options.index]))
            continue
        row = options.loc[name]
        if fixed.blocks is not None and not row["least_blocks"] <= fixed.blocks <= row["most_blocks"]:
            wrong(
                f"options.fixed.{name}.blocks",
                f"{fixed.blocks} blocks",
                f"{row['least_blocks']:g} to {row['most_blocks']:g} blocks, as options.csv says",
            )
        base = Year.parse(scenario.base_year)
        start = Year.parse(str(row["first_year"])) - base if row["first_year"] else 1
        first = base + max(1, start)
        if Year.parse(fixed.year) < first:
            wrong(f"options.fixed.{name}.year", f"{fixed.year} is before work could start", f"{first} or later")
    for name in scenario.options.change:
        if name not in offered_names(county):
            wrong(f"options.change.{name}", f"there is no option or kind of option '{name}'", fix=nearest(name, offered_names(county)))
    units = [str(unit) for unit in county.table("units")["unit"]]
    for name in scenario.units:
        if name not in units:
            wrong(f"units.{name}", f"there is no unit '{name}'", fix=nearest(name, units))
    bands = [str(band) for band in county.table("bands")["band"]]
    for band in scenario.demand.early_help.bands:
        if band not in bands:
            wrong("demand.early_help.bands", f"there is no band '{band}'", f"one of {', '.join(bands)}", nearest(band, bands))
    problems.raise_if_any()
