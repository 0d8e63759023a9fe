"""Which assumptions are tried, from where to where: the scenario's own ranges, then the county's log, then the program's."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass

import pandas as pd

from planner.county.county import County
from planner.county.register import REGISTER
from planner.errors import Problem, nearest
from planner.names import LINE_TITLES, OPTION_KIND_TITLES
from planner.scenario.load import LoadedScenario
from planner.scenario.ranges import RANGES, is_factor, meaning, moved, numeric_settings
from planner.scenario.schema import Scenario


@dataclass(frozen=True)
class Move:
    """One assumption to try: the setting that stands for it, its value now, and its plausible range.

    ``source`` says where the range comes from: the scenario, the county's log or the program. ``assumption`` names the entry of the
    county's log that the setting stands for, if any.
    """

    setting: str
    now: float
    low: float
    high: float
    source: str
    what: str
    assumption: str = ""

    @property
    def label(self) -> str:
        """The setting in a few words, for a chart."""
        parts = self.setting.split(".")
        last = parts[-1].replace("_", " ")
        if self.setting.startswith("money.price_factor."):
            return f"Price: {LINE_TITLES[parts[-1]].lower()}"
        if self.setting.startswith("options.change.") and parts[2] in OPTION_KIND_TITLES:
            return f"{OPTION_KIND_TITLES[parts[2]]}: {last.removesuffix(' factor')}"
        group = parts[-2].replace("_", " ") if len(parts) > 1 else ""
        return f"{group}: {last}".strip(": ").capitalize().replace("ehcps", "EHCPs").replace("kmh", "km/h")


def _number(text: object) -> float:
    """A number as the county's log writes it; NaN where the text is none."""
    found = re.fullmatch(r"[+-]?\d[\d,]*(\.\d+)?", str(text).strip())
    return float(str(text).replace(",", "")) if found else math.nan


def _from_register(county: County, scenario: Scenario, problems: list[Problem]) -> dict[str, Move]:
    """Moves for the entries of the county's log that a setting stands for.

    A factor goes to the entry's low and high over its value, times the scenario's own factor; another setting goes to them as they are.
    """
    if REGISTER not in county.tables:
        return {}
    log = county.table("assumptions").set_index("assumption")
    now, found = numeric_settings(scenario), {}
    for row in county.table(REGISTER).to_dict("records"):
        name, key = str(row["setting"] or ""), str(row["assumption"])
        if not name or name == "nan":
            continue
        if name not in now:
            problems.append(
                Problem(f"{REGISTER}.csv", 0, 0, key, f"there is no setting '{name}'", "a setting that is a number", nearest(name, now))
            )
            continue
        entry = log.loc[key]
        ends = []
        for end in ("low", "high"):
            value, given = _number(entry[end]), row[f"setting_{end}"]
            if is_factor(name):
                share = float(given) if pd.notna(given) else value / _number(entry["value"])
                ends.append(now[name] * share)
            else:
                ends.append(float(given) if pd.notna(given) else value)
        if any(math.isnan(end) for end in ends):
            wrong = f"the entry's value, low and high are not all numbers, so that '{name}' cannot be moved"
            problems.append(Problem(f"{REGISTER}.csv", 0, 0, key, wrong, "numbers", "Give setting_low and setting_high."))
            continue
        found[name] = Move(name, float(now[name]), ends[0], ends[1], "the county's log of assumptions", str(entry["what"]), key)
    return found


def find_moves(loaded: LoadedScenario, county: County, only: list[str] | None = None) -> tuple[list[Move], list[Problem]]:
    """Every assumption that can be tried, in the order of their settings, and what is wrong with the ranges given.

    ``only`` keeps those settings, all if it is None.
    """
    problems: list[Problem] = []
    scenario = loaded.scenario
    now = numeric_settings(scenario)
    found = {
        name: Move(name, float(now[name]), one.low, one.high, "the program", meaning(name)) for name, one in RANGES.items() if name in now
    }
    found |= _from_register(county, scenario, problems)
    for name, given in scenario.ranges.items():
        at = loaded.place(f"ranges.{name}")
        if name not in now:
            fix = nearest(name, now)
            problems.append(
                Problem(at.file, at.line, at.column, f"ranges.{name}", "there is no setting of this name that is a number", "", fix)
            )
        elif given.low > given.high:
            problems.append(Problem(at.file, at.line, at.column, f"ranges.{name}", "low is above high", "the lower value first"))
        else:
            known = found.get(name)
            what, entry = (known.what, known.assumption) if known else (meaning(name), "")
            found[name] = Move(name, float(now[name]), given.low, given.high, "the scenario", what, entry)
    for name in only or ():
        if name not in found:
            fix = nearest(name, found) or ("Write a range for it in the scenario, under ranges." if name in now else "")
            problems.append(Problem("--only", 0, 0, "", f"'{name}' has no range to try", "a setting with a low and a high", fix))
    return [found[name] for name in sorted(found) if only is None or name in only], problems


def changed(move: Move, value: float, scenario: Scenario, county: County) -> Scenario:
    """The scenario with one assumption at another value.

    A change to a kind of option counts for the options of the kind that the scenario changes one by one too, in proportion.

    Raises:
        ValueError: if the value is not allowed.

    """
    changes = {move.setting: value}
    parts = move.setting.split(".")
    if parts[:2] == ["options", "change"] and parts[2] in OPTION_KIND_TITLES and move.now:
        kinds = dict(zip(county.table("options")["option"], county.table("options")["kind"], strict=True))
        for option, change in scenario.options.change.items():
            if kinds.get(option) == parts[2]:
                changes[f"options.change.{option}.{parts[3]}"] = float(getattr(change, parts[3])) * value / move.now
    return moved(scenario, changes)
