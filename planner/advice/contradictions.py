"""Every contradiction of a scenario, what is impossible first."""

from __future__ import annotations

from planner.advice import children, money, programme
from planner.advice.facts import Advice, Facts
from planner.advice.shortage import fewer_places_than_children
from planner.errors import InputError

CHECKS = (*programme.CHECKS, *money.CHECKS, *children.CHECKS, fewer_places_than_children)
"""One function a kind of contradiction, each by arithmetic alone."""


def contradictions(facts: Facts) -> tuple[Advice, ...]:
    """Whatever the scenario asks for that no plan can do, or that a plan does only by breaking a priced limit or leaving children waiting."""
    found = [advice for check in CHECKS for advice in check(facts)]
    return tuple(sorted(found, key=lambda advice: not advice.impossible))


def possible(facts: Facts) -> tuple[Advice, ...]:
    """The contradictions of a scenario that can be solved all the same.

    Raises:
        InputError: with every contradiction, if one of them cannot be solved.

    """
    found = contradictions(facts)
    if any(advice.impossible for advice in found):
        raise InputError(advice.problem(facts.loaded) for advice in found)
    return found
