"""Settings that are each well written and do not fit together: years out of order, years outside the plan, amounts off by a unit."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from planner.errors import nearest
from planner.names import NEEDS, Year

if TYPE_CHECKING:
    from planner.scenario.schema import Scenario

LEAST_POUNDS = 1_000.0
"""A yearly limit or budget above 0 and below this was meant in thousands or millions of pounds."""


@dataclass(frozen=True)
class Finding:
    """One setting that does not fit: its dotted name, what is wrong, what was expected and what to do."""

    name: str
    wrong: str
    expected: str = ""
    fix: str = ""


class NonsenseError(ValueError):
    """Settings that do not fit together; holds every finding."""

    def __init__(self, findings: list[Finding]) -> None:
        self.findings = tuple(findings)
        super().__init__("; ".join(f"{one.name} {one.wrong}" for one in findings))


def needs_in_groups(groups: Mapping[str, list[str]]) -> list[Finding]:
    """Every need that is not known, in more than one group or in none."""
    found = [
        Finding(f"detail.need_groups.{group}", f"'{need}' is not a need", f"the needs are {', '.join(NEEDS)}", nearest(need, NEEDS))
        for group, members in groups.items()
        for need in members
        if need not in NEEDS
    ]
    listed = [need for members in groups.values() for need in members]
    twice = sorted({need for need in listed if listed.count(need) > 1 and need in NEEDS})
    missing = [need for need in NEEDS if need not in listed]
    if twice or (missing and not found):
        says = (f"; in more than one: {', '.join(twice)}" if twice else "") + (f"; in none: {', '.join(missing)}" if missing else "")
        found.append(
            Finding("detail.need_groups", f"each need must stand in exactly one group{says}", fix="Move each of these into one group.")
        )
    return found


def misfits(scenario: Scenario) -> list[Finding]:
    """Every year of a scenario that lies outside the years planned or out of order."""
    base = Year.parse(scenario.base_year)
    first, last = base + 1, base + scenario.years
    planned = f"a year from {first} to {last}"
    found: list[Finding] = []
    until = scenario.demand.new_ehcps.until
    if Year.parse(until) < first:
        found.append(Finding("demand.new_ehcps.until", f"is {until}, before the first year planned, {first}", f"{first} or later"))
    spike = scenario.demand.spike
    if spike is not None and Year.parse(spike.first_year) > Year.parse(spike.last_year):
        found.append(
            Finding(
                "demand.spike.first_year",
                f"is {spike.first_year}, after last_year {spike.last_year}",
                "the first year first",
                f"Write first_year: {spike.last_year} and last_year: {spike.first_year}.",
            )
        )
    elif spike is not None:
        ends = {"first_year": spike.first_year, "last_year": spike.last_year}
        outside = {name: year for name, year in ends.items() if not first <= Year.parse(year) <= last}
        found += [
            Finding(f"demand.spike.{name}", f"is {year}: a spike must lie within the years planned, {first} to {last}", planned)
            for name, year in outside.items()
        ]
    for kind, limits in (("capital", scenario.limits.capital_gbp_by_year), ("high_needs", scenario.limits.high_needs_gbp_by_year)):
        name = f"limits.{kind}_gbp_by_year"
        found += [
            Finding(f"{name}.{text}", f"names {text}, outside the financial years {base} to {last}", f"a year from {base} to {last}")
            for text in limits
            if not base <= Year.parse(text) <= last
        ]
    for income in ("high_needs_block", "transfer_in", "other_income"):
        name = f"money.{income}_gbp_by_year"
        found += [
            Finding(f"{name}.{text}", f"{name} names {text}, outside the financial years planned, {first} to {last}", planned)
            for text in getattr(scenario.money, f"{income}_gbp_by_year")
            if not first <= Year.parse(text) <= last
        ]
    for name, fixed in scenario.options.fixed.items():
        if not first <= Year.parse(fixed.year) <= last:
            found.append(Finding(f"options.fixed.{name}.year", f"is {fixed.year}, outside the years planned, {first} to {last}", planned))
    return found


def unlikely_amounts(scenario: Scenario) -> list[Finding]:
    """Every yearly limit or budget that is more than nothing and less than a thousand pounds: a slip of the unit."""
    tables = {
        "limits.capital_gbp_by_year": scenario.limits.capital_gbp_by_year,
        "limits.high_needs_gbp_by_year": scenario.limits.high_needs_gbp_by_year,
        "money.high_needs_block_gbp_by_year": scenario.money.high_needs_block_gbp_by_year,
    }
    return [
        Finding(
            f"{name}.{year}",
            f"{amount:g} is too small for a year's money in pounds",
            f"pounds: 0, or at least {LEAST_POUNDS:,.0f}",
            f"Write {amount * 1e6:.0f} if millions were meant.",
        )
        for name, table in tables.items()
        for year, amount in table.items()
        if 0 < amount < LEAST_POUNDS
    ]
