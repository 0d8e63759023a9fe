"""Whole small counties and scenarios, drawn by hypothesis: plain ones and ugly ones.

A ``Small`` is everything that a run reads, as typed frames and a scenario's keys. It can be worked out in memory, which is quick, or
written to a folder as the files that the reader reads.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any

import pandas as pd
import yaml
from hypothesis import strategies as st

from planner.case import Case
from planner.county.county import County, Rate
from planner.county.detail import at_detail
from planner.county.programme import build_programme
from planner.county.rules import complete_band_mix
from planner.county.specs import SPECS
from planner.demand.project import project
from planner.names import PHASE_AGES, PHASES, PROVISION_TYPES
from planner.network.build import build_arcs
from planner.rates.build import build_rates
from planner.scenario.load import LoadedScenario
from planner.scenario.schema import Scenario

NAN = float("nan")
BASE = {"east": (404_000, 320_000), "north": (400_000, 328_000), "south": (400_000, 320_000)}
SPECIAL_KINDS = {
    "support": ("mainstream_support",),
    "enhanced": ("mainstream_support", "resource_centre", "state_special"),
    "specialist": ("state_special", "independent_special"),
}
GBP = ("place_year", "child_year", "episode", "waiting_year", "journey_year_fixed", "journey_year_km")
"""Rates that are pounds; the others are shares and distances."""


def merged(base: Mapping[str, Any], changes: Mapping[str, Any]) -> dict[str, Any]:
    """Scenario keys with others laid over them."""
    out = copy.deepcopy(dict(base))
    for key, value in changes.items():
        out[key] = merged(out[key], value) if isinstance(value, Mapping) and isinstance(out.get(key), dict) else value
    return out


@dataclass(frozen=True, repr=False)
class Small:
    """A small county and a scenario for it."""

    tables: dict[str, pd.DataFrame]
    rates: tuple[Rate, ...]
    keys: dict[str, Any]

    def __repr__(self) -> str:
        """The tables that matter most, and the keys."""
        shown = {name: self.tables[name].to_dict("list") for name in ("options", "units", "stock", "entrants")}
        return f"Small({shown}, {[(rate.line, rate.per, rate.value_gbp) for rate in self.rates]}, {self.keys})"

    def with_keys(self, **changes: Any) -> Small:
        """The same with other scenario keys."""
        return replace(self, keys=merged(self.keys, changes))

    def with_table(self, name: str, change: Callable[[pd.DataFrame], pd.DataFrame]) -> Small:
        """The same with one table changed."""
        return replace(self, tables={**self.tables, name: change(self.tables[name].copy()).reset_index(drop=True)})

    def with_rates(self, change: Callable[[Rate], Rate]) -> Small:
        """The same with every price changed."""
        return replace(self, rates=tuple(change(rate) for rate in self.rates))

    @cached_property
    def scenario(self) -> Scenario:
        """The scenario, validated."""
        return Scenario.model_validate(self.keys)

    @cached_property
    def case(self) -> Case:
        """Everything worked out from it before anything is solved."""
        tables = {**self.tables, "band_mix": complete_band_mix(self.tables["band_mix"])}
        county = at_detail(County("small", Path("small"), "Small", tables, self.rates, {}), self.scenario)
        demand = project(self.scenario, county)
        arcs = build_arcs(self.scenario, county, demand)
        programme = build_programme(self.scenario, county)
        loaded = LoadedScenario(self.scenario, Path("small.yaml"), (), {})
        return Case(loaded, county, demand, arcs, programme, build_rates(self.scenario, county, demand, arcs, programme))

    def write(self, folder: Path) -> Path:
        """Write ``small.yaml`` and the county's files; returns the scenario's path. The data root is the folder itself."""
        inside = folder / "small"
        (inside / "rates").mkdir(parents=True)
        for spec in SPECS:
            if spec.name in self.tables:
                self.tables[spec.name].map(_cell).to_csv(inside / spec.file, index=False, encoding="utf-8", lineterminator="\n")
        blocks = [
            {"line": rate.line, "per": rate.per, "section_251": rate.section_251, "description": "A price.", "rates": [_rate(rate)]}
            for rate in self.rates
        ]
        (inside / "rates" / "prices.yaml").write_text(yaml.safe_dump({"blocks": blocks}), encoding="utf-8")
        path = folder / "small.yaml"
        path.write_text(yaml.safe_dump(self.keys), encoding="utf-8")
        return path


def _cell(value: object) -> object:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, tuple):
        return "|".join(value)
    return "" if isinstance(value, float) and value != value else value


def _rate(rate: Rate) -> dict[str, Any]:
    selectors = {name: getattr(rate, name) for name in ("provision_type", "phase", "need", "band", "unit") if getattr(rate, name) != "*"}
    return {"value_gbp": rate.value_gbp, **selectors, "price_year": rate.price_year, "source": rate.source, "quality": rate.quality}


def _price(line: str, per: str, value: float, section: str = "", **selectors: str) -> Rate:
    chosen = {name: selectors.get(name, "*") for name in ("provision_type", "phase", "need", "band", "unit")}
    return Rate(line, per, value, **chosen, price_year="2024/25", source="assumption", quality="red", section_251=section, file="p", row=1)


def _unit(name: str, kind: str, at: tuple[float, float], area: str, **changes: Any) -> dict[str, Any]:
    sector = {"independent_special": "independent", "resource_centre": "academy", "state_special": "academy"}.get(kind, "maintained")
    row: dict[str, Any] = {
        "unit": name, "unit_name": name.title(), "provision_type": kind, "area": area, "easting_m": float(at[0]), "northing_m": float(at[1]),
        "phases": "*", "needs": "*", "bands": "*", "places": NAN, "episodes_per_place": NAN, "serves": "county", "sector": sector,
        "illustrative": True, "source": "assumption", "quality": "red",
    }  # fmt: skip
    return {**row, **changes}


@st.composite
def _areas(draw: st.DrawFn) -> tuple[pd.DataFrame, pd.DataFrame]:
    names = draw(st.lists(st.sampled_from(sorted(BASE)), min_size=1, max_size=3, unique=True))
    together = draw(st.integers(0, 4)) == 4  # a tie: every area lies in one place
    rows, people = [], []
    for name in names:
        east, north = BASE["south"] if together else BASE[name]
        district = draw(st.sampled_from(["Moor", "Riverside"]))
        rows.append((name, name.title(), district, f"{district} 1", east, north, draw(st.sampled_from(["urban", "rural"])), "assumption"))
        many = draw(st.sampled_from([10.0, 40.5, 1.0, 0.0]))
        empty = draw(st.sampled_from([(), (), (), (5, 10), (11, 15), (0, 25)]))  # ages at which nobody lives there
        people += [(name, age, 0.0 if empty and empty[0] <= age <= empty[1] else many) for age in range(26)]
    columns = ["area", "area_name", "district", "planning_area", "easting_m", "northing_m", "rural_urban", "source"]
    return pd.DataFrame(rows, columns=columns), pd.DataFrame(people, columns=["area", "age", "children"])


@st.composite
def _units(draw: st.DrawFn, areas: pd.DataFrame) -> pd.DataFrame:
    names = list(areas["area"])
    at = {row["area"]: (row["easting_m"], row["northing_m"]) for row in areas.to_dict("records")}
    without = draw(st.sampled_from([(), (), (), (names[0],), tuple(names)]))  # areas without any mainstream school: all wait
    rows = [_unit(f"ms_{name}", "mainstream_support", at[name], name, serves="own_area") for name in names if name not in without]
    takes = draw(st.sampled_from(["*", "*", ("primary",), ("primary", "secondary")]))
    first, last = names[0], names[-1]
    rows.append(_unit("sp", "state_special", at[first], first, places=draw(st.sampled_from([3.5, 0.0, 1.0, 8.0])), phases=takes))
    if draw(st.booleans()):
        places = draw(st.sampled_from([2.0, NAN, 0.0, 6.0]))
        rows.append(_unit("ind", "independent_special", (at[last][0] + 1000, at[last][1]), last, places=places))
    rows.append(_unit("rc", "resource_centre", at[last], last, places=draw(st.sampled_from([0.0, 0.0, 2.0])), bands=("enhanced",)))
    base = {"places": draw(st.sampled_from([0.0, 0.0, 1.0])), "episodes_per_place": draw(st.sampled_from([2.0, 0.5, 0.0]))}
    rows.append(_unit("cb", "contact_base", at[first], first, phases=draw(st.sampled_from(["*", ("primary",)])), **base))
    if draw(st.integers(0, 3)) == 3:
        rows.append(_unit("college", "further_education", (NAN, NAN), "", phases=("post_16",), sector="college"))
    return pd.DataFrame(rows)


OPTIONS = (
    ("close_cb", "close_unit", "cb"),
    ("close_ind", "close_unit", "ind"),
    ("close_sp", "close_unit", "sp"),
    ("grow_ind", "independent_block", "ind"),
    ("grow_sp", "expand_special", "sp"),
    ("open_cb", "contact_base", "cb"),
    ("open_rc", "resource_centre", "rc"),
    ("rent_rc", "resource_centre", "rc"),
)


@st.composite
def _options(draw: st.DrawFn, units: pd.DataFrame) -> pd.DataFrame:
    places = dict(zip(units["unit"], units["places"], strict=True))
    possible = [row for row in OPTIONS if places.get(row[2], NAN) >= 0]
    chosen = sorted(draw(st.lists(st.sampled_from(possible), min_size=1, max_size=3, unique=True)))
    names = [row[0] for row in chosen]
    rows = []
    for name, kind, unit in chosen:
        closes = kind == "close_unit"
        least = 0 if closes else draw(st.sampled_from([1, 1, 2]))
        row: dict[str, Any] = {
            "option": name, "option_name": name.title(), "kind": kind, "unit": unit,
            "block_places": 0.0 if closes else draw(st.sampled_from([2.0, 1.0, 4.0])),
            "least_blocks": float(least), "most_blocks": 0.0 if closes else float(draw(st.integers(least, 2))),
            "first_year": "", "lead_years": float(draw(st.sampled_from([0, 0, 0, 1, 9]))),  # 9: it can never open
            "capital_fixed_gbp": draw(st.sampled_from([1_000.0, 0.0, 0.0, 50_000.0])),
            "capital_gbp_per_place": draw(st.sampled_from([500.0, 0.0, 20_000.0])),
            "capital_profile": draw(st.sampled_from(["1", "0.5|0.5", "0.25|0.25|0.5"])),
            "running_gbp_per_year": draw(st.sampled_from([2_000.0, 0.0, 30_000.0])),
            "asset_life_years": draw(st.sampled_from([25.0, 1.0, 60.0])), "may_close": name == "rent_rc",
            "least_occupancy": NAN if closes else draw(st.sampled_from([NAN, NAN, 0.5, 0.9])),
            "ramp_years": float(draw(st.sampled_from([0, 1]))), "exclusive_group": draw(st.sampled_from(["", "", "site"])),
            "requires": draw(st.sampled_from(["", "", "", *[other for other in names if other != name]])),
            "committed_year": "", "committed_blocks": NAN, "illustrative": True, "source": "assumption", "quality": "red",
        }  # fmt: skip
        rows.append(row)
    return pd.DataFrame(rows)


@st.composite
def _stock(draw: st.DrawFn, areas: pd.DataFrame, units: pd.DataFrame, needs: list[str]) -> pd.DataFrame:
    kinds = dict(zip(units["unit"], units["provision_type"], strict=True))
    phases = dict(zip(units["unit"], units["phases"], strict=True))
    found = []
    for area in areas["area"]:
        for unit, phase, band in (
            (f"ms_{area}", "primary", "support"), ("sp", "primary", "specialist"), ("ind", "secondary", "specialist"),
            (f"ms_{area}", "secondary", "enhanced"),
        ):  # fmt: skip
            if unit in kinds and (phases[unit] == "*" or phase in phases[unit]):
                children = draw(st.sampled_from([0.0, 0.0, 0.4, 2.0, 6.0]))
                found.append((area, draw(st.sampled_from(needs)), phase, band, unit, children))
    if not found:  # no children yet, but the table must have a row
        found.append((areas["area"].iloc[0], needs[0], "primary", "specialist", "sp", 0.0))
    return pd.DataFrame(found, columns=["area", "need", "phase", "band", "unit", "children"])


@st.composite
def _people(draw: st.DrawFn, needs: list[str], population: pd.DataFrame) -> dict[str, pd.DataFrame]:
    entering = draw(st.lists(st.sampled_from(["primary", "secondary", "post_16"]), min_size=1, max_size=2, unique=True))
    no_children = draw(st.integers(0, 7)) == 7
    entrants, support = [], []
    for need in needs:
        for phase in entering:
            of_age = population["age"].between(*PHASE_AGES[phase])
            nobody = no_children or population.loc[of_age, "children"].sum() == 0
            new = 0.0 if nobody else draw(st.sampled_from([4.0, 1.0, 8.5, 0.0]))
            entrants.append((need, phase, new, 0.0 if nobody else draw(st.sampled_from([0.0, 0.5])), "assumption"))
            support.append((need, phase, draw(st.sampled_from([80.0, 20.0, 0.0])), "assumption"))
    mix = draw(st.sampled_from([(0.5, 0.3, 0.2), (1.0, 0.0, 0.0), (0.0, 0.0, 1.0), (0.2, 0.7, 0.1)]))
    everywhere = (draw(st.sampled_from([0.05, 0.3, 1.0])), draw(st.sampled_from([0.0, 0.15])), draw(st.sampled_from([0.05, 0.0, 0.2])))
    if everywhere[0] == 1.0:
        everywhere = (1.0, 0.0, 0.0)
    unhelped = (0.05, 0.15, draw(st.sampled_from([0.2, 0.5])))
    transitions = [
        ("*", "*", "*", "*", *everywhere, "assumption"),
        ("*", "*", "enhanced", "mainstream_support", *unhelped, "assumption"),
        ("*", "*", "enhanced", "resource_centre", 0.05, 0.15, 0.02, "assumption"),
        ("*", "post_16", "*", "*", 0.3, 0.0, 0.0, "assumption"),
    ]
    chances = ["leaves_per_year", "moves_up_per_year", "escalates_per_year"]
    bands = ["support", "enhanced", "specialist"]
    return {
        "entrants": pd.DataFrame(entrants, columns=["need", "phase", "new_ehcps", "arrivals", "source"]),
        "sen_support": pd.DataFrame(support, columns=["need", "phase", "children", "source"]),
        "band_mix": pd.DataFrame(
            [("*", "*", band, share, "assumption") for band, share in zip(bands, mix, strict=True)],
            columns=["need", "phase", "band", "share", "source"],
        ),
        "transitions": pd.DataFrame(transitions, columns=["need", "phase", "band", "provision_type", *chances, "source"]),
    }


@st.composite
def _prices(draw: st.DrawFn) -> tuple[Rate, ...]:
    huge = draw(st.sampled_from([1.0, 1.0, 1.0, 1000.0]))
    place = draw(st.sampled_from([10_000.0, 0.0]))
    fixed, km = draw(st.sampled_from([(3_000.0, 200.0), (0.0, 0.0), (9_000.0, 0.0)]))
    return (
        _price("place_funding", "place_year", place, "1.0.2", provision_type="state_special"),
        _price("place_funding", "place_year", place, "1.0.2", provision_type="resource_centre"),
        _price("place_funding", "child_year", draw(st.sampled_from([0.0, -4_000.0])), "1.0.2", provision_type="resource_centre"),
        _price("top_up", "child_year", 15_000.0, "1.2.1|1.2.2", provision_type="state_special"),
        _price("top_up", "child_year", draw(st.sampled_from([7_000.0, 15_000.0])), "1.2.1|1.2.2", provision_type="resource_centre"),
        _price("independent_fees", "child_year", 60_000.0 * huge, "1.2.3", provision_type="independent_special"),
        _price("mainstream_support", "child_year", 9_000.0, "1.2.1|1.2.2", provision_type="mainstream_support"),
        _price("mainstream_support", "child_year", 4_000.0, "1.2.1|1.2.2", provision_type="mainstream_support", band="support"),
        _price("other_placements", "child_year", 6_000.0, "1.2.3", provision_type="further_education"),
        _price("early_help", "place_year", draw(st.sampled_from([100.0, 300.0, 3_000.0])), "1.2.8", provision_type="contact_base"),
        _price("early_help", "episode", draw(st.sampled_from([200.0, 0.0])), "1.2.8", provision_type="contact_base"),
        _price("interim_tuition", "waiting_year", draw(st.sampled_from([25_000.0, 1_000.0])) * huge, "1.2.7"),
        _price("transport", "journey_year_fixed", fixed),
        _price("transport", "journey_year_km", km),
        _price("transport", "journey_share_carried", 0.8),
        _price("transport", "journey_share_solo", 0.1),
        _price("transport", "journey_solo_factor", 3.0),
        _price("transport", "walking_km", 3.2),
        _price("transport", "walking_km", 4.8, phase="secondary"),
    )


@st.composite
def _keys(draw: st.DrawFn, options: pd.DataFrame, limits: bool) -> dict[str, Any]:
    years = draw(st.sampled_from([2, 3, 3, 1]))
    names = list(options["option"])
    minutes = draw(st.sampled_from([45.0, 45.0, 12.0, 0.0]))
    keys: dict[str, Any] = {
        "title": "A small county", "county": "small", "base_year": "2024/25", "years": years, "detail": {"areas": "area"},
        "demand": {
            "births_change_per_year": draw(st.sampled_from([0.0, -0.1])),
            "new_ehcps": {"shape": draw(st.sampled_from(["continue", "level_off"])), "growth_per_year": draw(st.sampled_from([0.0, 0.2]))},
            "early_help": {
                "effect": draw(st.sampled_from([1.0, 0.5, 0.05])), "profile": draw(st.sampled_from(["step", "linear"])),
                "lag_years": draw(st.sampled_from([1, 2])), "spread_years": 2, "fade_per_year": draw(st.sampled_from([0.0, 0.1])),
            },
        },
        "travel": {"limit": draw(st.sampled_from(["hard", "hard", "priced"])), "limit_minutes": dict.fromkeys(PHASES, minutes)},
        "options": {"offer": names, "most_openings_per_year": draw(st.sampled_from([6, None, 1, 0]))},
        "money": {
            "discount_rate": draw(st.sampled_from([0.035, 0.0])),
            "horizon_end": draw(st.sampled_from(["run_out_with_residual", "none", "run_out"])),
            "uprating_per_year": {"top_up": draw(st.sampled_from([0.0, 0.03])), "capital": draw(st.sampled_from([0.0, 0.05]))},
        },
        "objective": [{"aim": "cost"}],
        "solve": {"gap": 0.0, "time_limit_seconds": 60.0},
    }  # fmt: skip
    fixed = draw(st.sampled_from([None, None, None, names[0]]))
    if fixed and not str(options["kind"].iloc[0]).startswith("close"):
        keys["options"]["fixed"] = {fixed: {"year": "2025/26"}}
    if limits and draw(st.integers(0, 2)) == 2:
        keys["limits"] = draw(
            st.sampled_from(
                [
                    {"capital_gbp_by_year": {"2025/26": 10_000.0}},
                    {"high_needs_gbp_by_year": {"2025/26": 100_000.0}},
                    {"capital_gbp_by_year": {"2024/25": 0.0, "2025/26": 0.0}, "high_needs_gbp_by_year": {"2025/26": 0.0}},
                ]
            )
        )
    return keys


@st.composite
def smalls(draw: st.DrawFn, *, limits: bool = True) -> Small:
    """A small county and a scenario: one to three areas, one or two needs, up to three options, one to three years.

    Among them are ugly ones: no places in a phase, no mainstream school, nobody at all, nobody of some ages, areas in one place, prices a
    thousand times as high, options that can never open, no openings allowed, everybody waiting. ``limits`` allows limits on money.
    """
    areas, population = draw(_areas())
    needs = draw(st.sampled_from([["ASD"], ["SEMH"], ["ASD", "SEMH"]]))
    units = draw(_units(areas))
    options = draw(_options(units))
    bands = [("support", 1.0, "enhanced"), ("enhanced", 2.0, "specialist"), ("specialist", 3.0, "")]
    tables = {
        "areas": areas,
        "population": population,
        "units": units,
        "options": options,
        "stock": draw(_stock(areas, units, needs)),
        **draw(_people(needs, population)),
        "bands": pd.DataFrame(
            [(band, band.title(), rank, above, "A band") for band, rank, above in bands],
            columns=["band", "band_title", "rank", "escalates_to", "meaning"],
        ),
        "band_provision": pd.DataFrame(
            [(band, phase, kind) for band, kinds in SPECIAL_KINDS.items() for phase in PHASES for kind in kinds]
            + [(band, "post_16", "further_education") for band in SPECIAL_KINDS],
            columns=["band", "phase", "provision_type"],
        ),
        "finance": pd.DataFrame(
            [
                ("2025/26", "other_high_needs_spend", 90_000.0, "assumption", "assumption"),
                ("2024/25", "high_needs_block", 550_000.0, "stated", "assumption"),
                ("2023/24", "other_high_needs_spend", 80_000.0, "outturn", "assumption"),
                ("2024/25", "deficit_at_year_end", 40_000.0, "outturn", "assumption"),
                ("2025/26", "transfer_in", 5_000.0, "stated", "assumption"),
            ],
            columns=["financial_year", "measure", "value_gbp", "status", "source"],
        ),
        "sources": pd.DataFrame(
            [("assumption", "Made up for tests", "The project", "2026", "none", "", "everything here")],
            columns=["source", "title", "publisher", "date", "address", "licence", "used_for"],
        ),
        "assumptions": pd.DataFrame(
            [("everything", "All of it", "1", "", "", "", "assumption", "SEND data lead", "red", "Everything")],
            columns=["assumption", "what", "value", "low", "high", "unit", "source", "owner_role", "quality", "effect"],
        ),
    }
    if draw(st.integers(0, 4)) == 4 and units.loc[units["unit"] == "sp", "phases"].iloc[0] == "*":
        kept = pd.DataFrame([("sp", "primary", 1.0)], columns=["unit", "phase", "places"])
        tables["unit_phase_places"] = kept
    return Small(tables, draw(_prices()), draw(_keys(options, limits)))


assert all(kind in PROVISION_TYPES for kinds in SPECIAL_KINDS.values() for kind in kinds)
