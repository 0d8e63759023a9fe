"""Figures in sentences: money, counts, shares and minutes that stand in text go through the same rules as those in tables."""

from __future__ import annotations

import re
from typing import Final

from planner.publish import rounding
from planner.publish.pack import Mark
from planner.scenario.schema import Publish

SPELLED: Final = {
    word: number
    for number, word in enumerate(("one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"), 1)
}
_PUBLIC = (
    r"(?:more |other |new |further )?(?:units?|places?|bases?|schools?|schemes?|centres?|colleges?|years?|months?|options?|scenarios?"
    r"|openings?|districts?|areas?|needs?|reasons?|figures?|lines?|sites?|blocks?|settings?|assumptions?)\b"
)
_CHILD = r"(?:children|child-years?|child years?|child|pupils?|learners?|students?|EHCPs?|EHC plans?|young people|episodes?|girls?|boys?|families)"
_NUMBER = r"[-−+]?\d[\d,]*(?:\.\d+)?"
_MONEY = re.compile(r"(?P<sign>[-−+]?)£\s?(?P<number>\d[\d,]*(?:\.\d+)?)\s?(?P<unit>billion|million|thousand|bn|m|k)?(?![\w])")
_COUNT = re.compile(
    rf"(?<![\w./£])(?P<number>{_NUMBER}|{'|'.join(SPELLED)})(?P<gap>\s+)"
    rf"(?P<noun>(?:(?!{_PUBLIC}|per\b|of\b|for\b|to\b|in\b|within\b|and\b|or\b|minutes?\b|pounds?\b)[A-Za-z-]+\s+){{0,2}}{_CHILD})\b",
    re.IGNORECASE,
)
_SHARE = re.compile(rf"(?<![\w./]){_NUMBER}\s?(?:%|per ?cent\b)")
_MINUTES = re.compile(rf"(?<![\w./])(?P<number>{_NUMBER})(?P<gap>\s+)(?P<noun>minutes?|miles?|km|kilometres?)\b")
_YEAR = re.compile(r"(?<![\w.])(?:19|20)\d\d(?:/\d\d)?(?![\w])(?!\.\d)")
_FREE = re.compile(rf"{_NUMBER}\s+places? free\b")
_ANY = re.compile(rf"(?<![\w./£\[]){_NUMBER}(?![\w/])")
_UNITS: Final = {"billion": 1e9, "bn": 1e9, "million": 1e6, "m": 1e6, "thousand": 1e3, "k": 1e3, None: 1.0}


def safe_words(text: str, rules: Publish) -> str:
    """A text in which every amount of money and every count of children is rounded."""
    text = _MONEY.sub(lambda match: _money(match, rules), text)
    return _COUNT.sub(lambda match: _count(match, rules), text)


def safe_sentence(text: str, rules: Publish) -> str:
    """A sentence in which every figure is rounded, public (years, units, places, limits) or left out as ``[c]``.

    Shares are left out, because a sentence does not say of how many children they are.
    """
    text = _SHARE.sub("[c]", _FREE.sub("some places free", safe_words(text, rules)))
    text = _MINUTES.sub(_whole, text)
    kept = [match.span() for pattern in (_YEAR, _MINUTES, _COUNT) for match in pattern.finditer(text)]
    kept += [match.span() for match in re.finditer(rf"(?<![\w./]){_NUMBER}\s+{_PUBLIC}", text, re.IGNORECASE)]

    def leave_out(match: re.Match[str]) -> str:
        inside = any(start <= match.start() and match.end() <= end for start, end in kept)
        return match[0] if inside else "[c]"

    return _ANY.sub(leave_out, text)


def _money(match: re.Match[str], rules: Publish) -> str:
    pounds = float(match["number"].replace(",", "")) * _UNITS[match["unit"]]
    shown = rounding.money(pounds, rules, None)
    if isinstance(shown, Mark):
        return f"less than £{rules.money_least_gbp / 1e6:,.1f}m"
    sign = "-" if match["sign"] in ("-", "−") else match["sign"]
    return f"{sign}£{float(shown) / 1e6:,.1f}m"  # type: ignore[arg-type]


def _count(match: re.Match[str], rules: Publish) -> str:
    number = SPELLED.get(match["number"].lower())
    value = float(number) if number is not None else float(match["number"].replace(",", "").replace("−", "-"))
    noun = match["noun"]
    plural = {"child": "children", "child-year": "child-years", "EHCP": "EHCPs", "episode": "episodes", "pupil": "pupils"}.get(noun, noun)
    shown = rounding.count(value, rules)
    if isinstance(shown, Mark):
        return f"fewer than {rules.round_to} {plural}"
    if shown == 0:
        return f"no {plural}"
    return f"{shown:,} {plural}"


def _whole(match: re.Match[str]) -> str:
    value = float(match["number"].replace(",", "").replace("−", "-"))
    return f"{value:,.0f}{match['gap']}{match['noun']}"
