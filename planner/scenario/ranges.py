"""Settings that are assumptions: their plausible ranges, and a scenario with one of them moved."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from pydantic import BaseModel

from planner.names import LINES, OPTION_KINDS
from planner.scenario.differences import values
from planner.scenario.schema import Scenario


@dataclass(frozen=True)
class Assumed:
    """A default that is an assumption: its plausible range, the role that should own it, and how far it can be trusted.

    ``red``: nothing that is published stands behind it; ``amber``: something near it is published.
    """

    low: float
    high: float
    owner: str
    quality: str = "red"


_DEMAND, _HELP, _TRAVEL = "Place planning lead", "Early help lead", "Transport lead"

RANGES: Final[dict[str, Assumed]] = {
    "demand.births_change_per_year": Assumed(-0.02, 0.01, _DEMAND, "amber"),
    "demand.net_moves_per_year": Assumed(-0.005, 0.005, _DEMAND),
    "demand.new_ehcps.growth_per_year": Assumed(0.0, 0.1, "SEND data lead", "amber"),
    "demand.new_ehcps.fall_per_year": Assumed(0.0, 0.05, "SEND data lead"),
    "demand.early_help.effect": Assumed(0.05, 0.3, _HELP),
    "demand.early_help.lag_years": Assumed(1, 3, _HELP),
    "demand.early_help.spread_years": Assumed(1, 5, _HELP),
    "demand.early_help.fade_per_year": Assumed(0.0, 0.25, _HELP),
    "demand.early_help.most_avoidable_share": Assumed(0.2, 0.65, _HELP),
    "demand.early_help.reachable_share": Assumed(0.1, 0.4, _HELP),
    "travel.detour": Assumed(1.2, 1.5, _TRAVEL, "amber"),
    "travel.speed_kmh_urban": Assumed(25.0, 40.0, _TRAVEL, "amber"),
    "travel.speed_kmh_rural": Assumed(38.0, 55.0, _TRAVEL, "amber"),
    "travel.pick_up_minutes": Assumed(5.0, 20.0, _TRAVEL),
    "money.optimism_bias": Assumed(0.0, 0.24, "Capital programme lead", "amber"),
}
"""Plausible ranges of the settings whose defaults are assumptions. Each range is an assumption too, but these: early help as the schema's text says to try
it, the share that could have been met another way as reviewers judged it (0.65), and HM Treasury's upper bound for a standard building (0.24)."""

_BY_NAME: Final[dict[str, tuple[str, ...]]] = {
    "money.price_factor": LINES,
    "options.change": tuple(f"{kind}.{field}" for kind in OPTION_KINDS for field in ("capital_factor", "running_factor")),
}
"""Settings that have a value, 1, although a scenario need not name them."""


def is_factor(name: str) -> bool:
    """Whether a setting multiplies something, so that 1 changes nothing."""
    return name.endswith("_factor") or ".price_factor." in name


def numeric_settings(scenario: Scenario) -> dict[str, int | float]:
    """Every setting of a scenario that is a number, by its whole name, with its value; factors that are not named are 1."""
    found = {
        name: value
        for name, value in values(scenario)
        if isinstance(value, int | float)
        and not isinstance(value, bool)
        and not name.startswith(("ranges.", "solve.", "publish.", "objective"))
    }
    for group, names in _BY_NAME.items():
        for name in names:
            found.setdefault(f"{group}.{name}", 1.0)
    return found


def meaning(name: str) -> str:
    """What a setting means, in the first sentence of the schema's own words; empty where it has none of its own."""
    model: Any = Scenario
    text = ""
    for part in name.split("."):
        info = getattr(model, "model_fields", {}).get(part)
        if info is not None:
            text = info.description or ""
            inner = (info.annotation, *getattr(info.annotation, "__args__", ()))
            model = next((kind for kind in inner if isinstance(kind, type) and issubclass(kind, BaseModel)), model)
    return text.split(". ")[0].split(": ")[0].rstrip(".")


def moved(scenario: Scenario, changes: dict[str, float]) -> Scenario:
    """The scenario with some settings at other values, checked as if they had been written.

    Raises:
        ValueError: if a value is not allowed.

    """
    data = scenario.model_dump()
    for name, value in changes.items():
        parts = name.split(".")
        at = data
        for part in parts[:-1]:
            at = at.setdefault(part, {})
        old = numeric_settings(scenario).get(name)
        at[parts[-1]] = int(value) if isinstance(old, int) and float(value).is_integer() else float(value)
    return Scenario.model_validate(data)
