"""Options that exclude one another, need what is not there, or can never open."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from planner.advice.facts import Advice, Facts, pounds
from planner.names import Year
from planner.scenario.schema import OptionChange


def _capital(facts: Facts, option: str) -> float:
    """Capital of a decided option at base-year prices, pounds."""
    row = facts.options.loc[option]
    at = int(row["at"])
    return float(facts.rates.capital_fixed[at] + facts.rates.capital_per_block[at] * row["fixed_blocks"])


def exclusive_decided(facts: Facts) -> Iterator[Advice]:
    """Two decided options of which at most one can be taken."""
    grouped = facts.decided[facts.decided["exclusive_group"].fillna("") != ""]
    for group, part in grouped.groupby("exclusive_group"):
        names = sorted(part.index, key=lambda name: (name not in facts.scenario.options.fixed, name))
        if len(names) < 2:
            continue
        said = " and ".join(f"'{name}' ({facts.year(int(part.loc[name, 'earliest']))}, {pounds(_capital(facts, name))})" for name in names)
        yield Advice(
            "exclusive_decided",
            True,
            facts.option_key(names[0]),
            f"{said} are decided, and at most 1 of the group '{group}' can be taken",
            f"Keep one of the {len(names)}; the cheapest in capital is '{min(names, key=lambda name: _capital(facts, name))}'.",
        )


def requires(facts: Facts) -> Iterator[Advice]:
    """An option that needs another which is not in play, or opens later."""
    for name, row in facts.options.iterrows():
        needed = str(row["requires"] or "")
        if not needed or needed == "nan":
            continue
        opens = int(row["earliest"])
        if needed not in facts.options.index:
            yield _needs_missing(facts, str(name), row, needed)
        elif bool(row["decided"]) and opens <= facts.horizon:
            yield from _needs_late(facts, str(name), opens, needed)


def _needs_missing(facts: Facts, name: str, row: Any, needed: str) -> Advice:
    if row["decided"]:
        opens = min(int(row["earliest"]), facts.horizon)
        fix = f"Write '{needed}' in options.fixed with {facts.year(opens)} or earlier, or leave '{name}' out."
        wrong = f"'{name}' opens in {facts.year(opens)} and needs '{needed}', which is neither fixed nor committed nor offered"
        return Advice("needs_missing", True, facts.option_key(name), wrong, fix)
    wrong = f"'{name}' can never open: it needs '{needed}', which is neither fixed nor committed nor offered"
    return Advice("offered_needs_missing", False, facts.option_key(name), wrong, f"Add '{needed}' to options.offer, or leave '{name}' out.")


def _needs_late(facts: Facts, name: str, opens: int, needed: str) -> Iterator[Advice]:
    other = facts.options.loc[needed]
    first = int(other["earliest"])
    when = facts.year(first) if first <= facts.horizon else f"after {facts.year(facts.horizon)}"
    if first > opens:
        can = "opens in" if other["decided"] else "can open in"
        yield Advice(
            "needs_later",
            True,
            facts.option_key(name),
            f"'{name}' opens in {facts.year(opens)} and needs '{needed}', which {can} {when}{'' if other['decided'] else ' at the earliest'}",
            f"Put '{name}' off to {when} or later, or bring '{needed}' forward to {facts.year(opens)}.",
        )
    elif not other["decided"]:
        yield Advice(
            "needs_only_offered",
            False,
            facts.option_key(name),
            f"'{name}' is decided for {facts.year(opens)} and needs '{needed}', which is only offered, so that a plan may leave it out",
            f"Write '{needed}' in options.fixed with {facts.year(opens)} or earlier.",
        )


def never_opens(facts: Facts) -> Iterator[Advice]:
    """Decided or offered, and open only after the last year planned."""
    last, late = facts.year(facts.horizon), facts.options[facts.options["earliest"] > facts.horizon]
    for name, row in late.iterrows():
        opens = str(facts.demand.years[0] + int(row["earliest"]))
        years = int(row["earliest"]) - facts.horizon
        said = "is decided and would open in" if row["decided"] else "is offered and could open in"
        yield Advice(
            "opens_after_the_end",
            False,
            facts.option_key(str(name)),
            f"'{name}' {said} {opens}{'' if row['decided'] else ' at the earliest'}, after the last year planned, {last}",
            f"Plan {facts.horizon + years} years instead of {facts.horizon}, bring it forward, or leave it out.",
        )


def sizes(facts: Facts) -> Iterator[Advice]:
    """A change of the largest size that leaves no size."""
    for name, row in facts.options.iterrows():
        changes = facts.scenario.options.change
        change = changes.get(str(name), changes.get(str(row["kind"]), OptionChange()))
        if change.most_blocks is None:
            continue
        key = f"options.change.{name if str(name) in changes else row['kind']}.most_blocks"
        if row["decided"] and row["fixed_blocks"] > change.most_blocks:
            wrong = f"'{name}' is decided at {row['fixed_blocks']} blocks, and this allows at most {change.most_blocks}"
            yield Advice("decided_above_most", True, key, wrong, f"Write {row['fixed_blocks']} here, or decide fewer blocks.")
        elif not row["decided"] and change.most_blocks < row["least_blocks"]:
            wrong = f"'{name}' can never open: this allows at most {change.most_blocks} blocks, and its smallest size is {row['least_blocks']:g}"
            yield Advice("no_size_left", False, key, wrong, f"Write {row['least_blocks']:g} or more.")


def fixed_before_work(facts: Facts) -> Iterator[Advice]:
    """Fixed for a year by which work that has not begun could not be finished."""
    base = Year.parse(facts.scenario.base_year)
    for name, fixed in facts.scenario.options.fixed.items():
        row = facts.options.loc[name]
        start = Year.parse(str(row["first_year"])) if row["first_year"] and str(row["first_year"]) != "nan" else base + 1
        start = max(start, base + 1)
        lead = int(row["lead_years"])
        delay = int(row["earliest"]) - max(1, Year.parse(fixed.year) - base)
        if Year.parse(fixed.year) + delay < start + lead:
            yield Advice(
                "fixed_before_work",
                False,
                f"options.fixed.{name}.year",
                f"'{name}' opens in {fixed.year}; work may start in {start} and takes {lead} year{'' if lead == 1 else 's'}",
                f"Write {start + lead} or later, or keep it if work has begun already.",
            )


def none_may_open(facts: Facts) -> Iterator[Advice]:
    """Options on offer of which none may be chosen."""
    offered = int((~facts.options["decided"].astype(bool)).sum())
    if facts.scenario.options.most_openings_per_year == 0 and offered:
        yield Advice(
            "none_may_open",
            False,
            "options.most_openings_per_year",
            f"{offered} option{' is' if offered == 1 else 's are'} offered, and 0 may open in a year (those fixed or committed do not count)",
            "Write 1 or more, or offer nothing.",
        )


def without_effect(facts: Facts) -> Iterator[Advice]:
    """What is written twice, or changes something that is not in play."""
    options = facts.scenario.options
    for number, name in enumerate(options.offer):
        if name in options.fixed:
            wrong = f"'{name}' is offered here and fixed for {options.fixed[name].year} elsewhere; the fixed year counts"
            yield Advice("offered_and_fixed", False, f"options.offer.{number}", wrong, "Keep one of the two.")
    for name in options.change:
        if name not in facts.options.index and not (facts.options["kind"] == name).any():
            wrong = f"this changes '{name}', and no such option is offered, fixed or committed"
            yield Advice(
                "change_of_nothing", False, f"options.change.{name}", wrong, f"Add '{name}' to options.offer, or leave the change out."
            )


def close_and_grow(facts: Facts) -> Iterator[Advice]:
    """A unit that is decided to close and decided to grow."""
    closes = facts.decided[facts.decided["kind"] == "close_unit"]
    for name, row in closes.iterrows():
        grows = facts.decided[(facts.decided["unit"] == row["unit"]) & (facts.decided["kind"] != "close_unit")]
        for other, its in grows.iterrows():
            yield Advice(
                "close_and_grow",
                False,
                facts.option_key(str(name)),
                f"'{name}' closes the unit '{row['unit']}' to new children from {facts.year(int(row['earliest']))}, and '{other}' adds "
                f"{its['fixed_blocks'] * its['block_places']:g} places to it in {facts.year(int(its['earliest']))}",
                f"Leave one out; leaving out '{other}' saves {pounds(_capital(facts, str(other)))} of capital.",
            )


CHECKS = (exclusive_decided, requires, never_opens, sizes, fixed_before_work, none_may_open, without_effect, close_and_grow)
