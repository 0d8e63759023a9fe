"""A county some times as large as another: copies side by side, each a little different, written as a county's folder.

    python -m benchmarks.generate data/staffordshire build/data/fourfold --times 4

Copies touch, so that children near a border may go to school across it. Every copy but the first has its areas and units moved by up to a few
hundred metres and more or fewer children, by chance from a seed. Published totals grow with the number of copies. A unit that stands for provision
in many places, and that no option changes, stays one unit, with so many times the places.
"""

from __future__ import annotations

import argparse
import copy
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import yaml

from planner.county.specs import SPECS

EDGE_M = 700_000
"""The grid's eastern edge, as the county's tables allow; further copies stand in another row."""
BETWEEN_M = 1_000
MOVED_M = 300.0
MORE_OR_FEWER = 0.1
_NAMES = {
    "areas": ("area", "area_name", "district", "planning_area"),
    "small_areas": ("small_area", "small_area_name", "area"),
    "population": ("area",),
    "units": ("unit", "unit_name", "area"),
    "unit_phase_places": ("unit",),
    "stock": ("area", "unit"),
    "options": ("option", "option_name", "unit", "requires", "exclusive_group"),
}
"""The tables that hold a row for every copy, with the columns that name something of one copy."""
_TOTALS = {"entrants": ("new_ehcps", "arrivals"), "sen_support": ("children",), "finance": ("value_gbp",)}
"""The tables of totals of the county, with the columns that grow."""


def generate(source: Path, target: Path, times: int, seed: int = 1) -> Path:
    """Write a county so many times as large as the one in ``source``; returns its folder, which must not exist.

    Raises:
        FileExistsError: if the target exists.

    """
    (target / "rates").mkdir(parents=True)
    tables = {
        spec.name: pd.read_csv(source / spec.file, dtype=str, keep_default_na=False) for spec in SPECS if (source / spec.file).is_file()
    }
    chance = np.random.default_rng(seed)
    parts: dict[str, list[pd.DataFrame]] = {name: [] for name in tables}
    shared = _shared_units(tables)
    tables = {name: _grown(frame, shared, times) for name, frame in tables.items()}
    steps = _steps(tables["areas"], times)
    for number, step in enumerate(steps, start=1):
        for name, frame in _copy(tables, shared, number, step, chance).items():
            parts[name].append(frame)
    for name, frame in tables.items():
        made = pd.concat(parts[name], ignore_index=True) if name in _NAMES else frame.copy()
        for column in _TOTALS.get(name, ()):
            made[column] = _text(pd.to_numeric(made[column]) * times)
        made.to_csv(target / f"{name}.csv", index=False, lineterminator="\n", encoding="utf-8")
    for path in sorted((source / "rates").glob("*.yaml")):
        prices = _prices(yaml.safe_load(path.read_text(encoding="utf-8-sig")), shared, times)
        (target / "rates" / path.name).write_text(
            yaml.safe_dump(prices, allow_unicode=True, sort_keys=False), encoding="utf-8", newline="\n"
        )
    return target


def _steps(areas: pd.DataFrame, times: int) -> list[tuple[int, int]]:
    """How far each copy stands to the east and north of the first, metres."""
    spans = []
    for column in ("easting_m", "northing_m"):
        values = pd.to_numeric(areas[column])
        spans.append((int(values.max() - values.min()) + BETWEEN_M, int(values.max())))
    wide, tall = spans[0][0], spans[1][0]
    across = max(1, (EDGE_M - 50_000 - spans[0][1]) // wide + 1)
    return [(number % across * wide, number // across * tall) for number in range(times)]


def named(name: str, number: int, *, words: bool = False) -> str:
    """What something is called in a copy; the first keeps its names, and nothing stays nothing."""
    if number == 1 or not name:
        return name
    return f"{name} copy {number}" if words else f"{name}_{number}"


def _shared_units(tables: dict[str, pd.DataFrame]) -> set[str]:
    """Units at no one place that no option opens, grows or closes."""
    units = tables["units"]
    return set(units.loc[units["easting_m"] == "", "unit"]) - set(tables["options"]["unit"])


def _grown(frame: pd.DataFrame, shared: set[str], times: int) -> pd.DataFrame:
    """A table with so many times the places of the shared units."""
    if "places" not in frame:
        return frame
    factor = np.where(frame["unit"].isin(shared), times, 1)
    return frame.assign(places=_text(pd.to_numeric(frame["places"]) * factor))


def _copy(
    tables: dict[str, pd.DataFrame], shared: set[str], number: int, step: tuple[int, int], chance: np.random.Generator
) -> dict[str, pd.DataFrame]:
    """One copy of every table that has a row for each."""
    areas = tables["areas"]["area"]
    first = number == 1
    moved = dict(zip(areas, chance.uniform(-MOVED_M, MOVED_M, (len(areas), 2)) * (not first), strict=True))
    more = dict(zip(areas, 1.0 + chance.uniform(-MORE_OR_FEWER, MORE_OR_FEWER, len(areas)) * (not first), strict=True))
    made = {}
    for name, columns in _NAMES.items():
        if name not in tables:
            continue
        frame = tables[name]
        if name in ("units", "unit_phase_places") and not first:
            frame = frame[~frame["unit"].isin(shared)]
        frame = frame.reset_index(drop=True).copy()
        if name in ("areas", "small_areas"):
            frame = _placed(frame, step, np.array([moved[area] for area in frame["area"]]))
        if name == "units":
            own = chance.uniform(-MOVED_M, MOVED_M, (len(frame), 2)) * (not first)
            settled = (frame["serves"] == "own_area").to_numpy()[:, None]
            shift = np.where(settled, np.array([moved.get(area, (0.0, 0.0)) for area in frame["area"]]), own)
            frame = _placed(frame, step, shift)
        if name in ("population", "small_areas") and not first:
            counted = ["children"] if name == "population" else [column for column in frame.columns if column.startswith("aged_")]
            factor = frame["area"].map(more).to_numpy(dtype=float)
            for column in counted:
                frame[column] = _text(pd.to_numeric(frame[column]) * factor)
        for column in columns:
            words = column.endswith("_name") or column in ("district", "planning_area")
            frame[column] = [value if value in shared else named(value, number, words=words) for value in frame[column]]
        made[name] = frame
    return made


def _placed(frame: pd.DataFrame, step: tuple[int, int], shift: np.ndarray) -> pd.DataFrame:
    for place, column in enumerate(("easting_m", "northing_m")):
        values = pd.to_numeric(frame[column]) + step[place] + np.round(shift[:, place])
        frame[column] = _text(values)
    return frame


def _text(values: pd.Series) -> list[str]:
    return ["" if np.isnan(value) else f"{value:.10g}" for value in values.to_numpy(dtype=float)]


def _prices(book: dict[str, Any], shared: set[str], times: int) -> dict[str, Any]:
    """The prices, with one for every copy of a unit that is named."""
    made = copy.deepcopy(book)
    for block in made["blocks"]:
        rates = []
        for rate in block["rates"]:
            unit = str(rate.get("unit", "*"))
            copies = range(1, 2 if unit == "*" or unit in shared else times + 1)
            rates += [{**rate, "unit": named(unit, number)} if unit != "*" else rate for number in copies]
        block["rates"] = rates
    return made


def main(arguments: list[str] | None = None) -> int:
    """The command."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("source", type=Path, help="the county's folder")
    parser.add_argument("target", type=Path, help="the folder to write, which must not exist; its name is the county's")
    parser.add_argument("--times", type=int, default=4)
    parser.add_argument("--seed", type=int, default=1)
    chosen = parser.parse_args(arguments)
    print(f"Written: {generate(chosen.source, chosen.target, chosen.times, chosen.seed)}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
