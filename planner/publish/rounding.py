"""The rules for single figures: what is shown in place of an exact count, an amount or a rate."""

from __future__ import annotations

import math
from collections.abc import Iterable

from planner.publish.kinds import is_number
from planner.publish.pack import CONFIDENTIAL, LOW, NOT_AVAILABLE, Mark
from planner.scenario.schema import Publish

NOISE = 0.005
"""A count of children, or pounds, nearer to 0 than this is the solver's rounding and is a true 0."""

RATE_GBP = 1_000
"""A cost per place or per child is rounded to this many pounds, as is capital, which pays for buildings."""

Shown = int | Mark


def to_nearest(value: float, base: float) -> float:
    """The multiple of ``base`` nearest to a value; halves go away from 0."""
    return math.copysign(math.floor(abs(value) / base + 0.5) * base, value) + 0.0


def count(value: object, rules: Publish) -> object:
    """A count of children, or a total or difference of counts: rounded, ``[low]`` if that gives 0 and it is not 0."""
    if not is_number(value):
        return _missing(value)
    exact = float(value)  # type: ignore[arg-type]
    if abs(exact) < NOISE:
        return LOW if rules.zeros == "low" else 0
    near = int(to_nearest(exact, rules.round_to))
    return LOW if near == 0 else near


def money(value: object, rules: Publish, behind: float | None, *, guarded: bool = True) -> object:
    """An amount in pounds, rounded.

    ``behind`` is how many children it pays for: NaN for none, None where that is not known, and then a ``guarded`` amount is left out
    if it is small. An amount that is 0 is shown as 0.
    """
    if not is_number(value):
        return _missing(value)
    exact = float(value)  # type: ignore[arg-type]
    if abs(exact) < NOISE:
        return LOW if rules.zeros == "low" and behind is not None and not math.isnan(behind) else 0
    if behind is not None and not math.isnan(behind) and 0 < behind < rules.money_least_children:
        return CONFIDENTIAL
    if behind is None and guarded and abs(exact) < rules.money_least_gbp:
        return CONFIDENTIAL
    near = int(to_nearest(exact, rules.money_round_to_gbp))
    return LOW if near == 0 else near


def public_money(value: object) -> object:
    """Money for buildings and places, which says nothing of children: to the nearest thousand pounds."""
    if not is_number(value):
        return _missing(value)
    exact = float(value)  # type: ignore[arg-type]
    near = int(to_nearest(exact, RATE_GBP))
    return LOW if near == 0 and abs(exact) >= NOISE else near


def mean(value: object, about: object, rules: Publish) -> object:
    """A mean (minutes, kilometres) to the whole unit; left out where it is about fewer children than the rules' base or nobody knows."""
    if not is_number(value):
        return _missing(value)
    if not is_number(about) or float(about) < rules.rate_base:  # type: ignore[arg-type]
        return CONFIDENTIAL
    exact = float(value)  # type: ignore[arg-type]
    near = int(to_nearest(exact, 1))
    return LOW if near == 0 and exact != 0 else near


def share(part: object, whole: object, rules: Publish) -> object:
    """A share from 0 to 1 of two rounded counts, to the whole percent; left out below the rules' base or where the part is a mark."""
    if not is_number(part) or not is_number(whole) or float(whole) < rules.rate_base:  # type: ignore[arg-type]
        return CONFIDENTIAL
    return to_nearest(float(part) / float(whole), 0.01)  # type: ignore[arg-type]


def per_child(amount: object, children: object, rules: Publish) -> object:
    """Pounds for each child of an amount and a count that are rounded already; left out below the rules' base."""
    if not is_number(amount) or not is_number(children) or float(children) < rules.rate_base:  # type: ignore[arg-type]
        return CONFIDENTIAL
    return int(to_nearest(float(amount) / float(children), RATE_GBP))  # type: ignore[arg-type]


def less(one: object, other: object) -> object:
    """The difference of two figures that are rounded already; a mark in either stays a mark, ``[low]`` counting as 0."""
    for value in (one, other):
        if isinstance(value, Mark) and value != LOW:
            return value
    first, second = (0.0 if value == LOW else float(value) for value in (one, other))  # type: ignore[arg-type]
    gap = first - second
    if gap == 0 and LOW in (one, other):
        return LOW
    return int(gap) if gap == int(gap) else gap


def _missing(value: object) -> object:
    """A mark stays; anything else that is no number is not available."""
    return value if isinstance(value, Mark) else NOT_AVAILABLE


def strictest(several: Iterable[Publish]) -> Publish:
    """The most guarded of several scenarios' rules, key by key, for a page about all of them."""
    every = list(several) or [Publish()]
    names = [name for name in Publish.model_fields if name != "zeros"]
    values = {name: max(getattr(rules, name) for rules in every) for name in names}
    return Publish(**values, zeros="low" if any(rules.zeros == "low" for rules in every) else "shown")
