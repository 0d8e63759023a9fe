"""What the program ships for what councils do not publish: bands, escalation, terms of options, prices and England's shares.

It is part of the program and not of the folder of counties, so that it is there after installing, offline, in the version that reads it.
A new county gets its own copy, to be changed.
"""

from __future__ import annotations

import io
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Final

import pandas as pd

COPIED: Final = (
    "bands.csv", "band_provision.csv", "assumed/escalation.csv", "assumed/first_bands.csv", "assumed/stock_bands.csv",
    "assumed/sen_support_shares.csv", "assumed/option_terms.csv", "rates/early_help.yaml", "rates/mainstream.yaml",
    "rates/other_placements.yaml", "rates/special_schools.yaml", "rates/transport.yaml",
)  # fmt: skip
"""Files that a new county gets as they are."""


def _at(name: str) -> Traversable:
    place: Traversable = files("planner.county") / "template"
    for part in name.split("/"):
        place = place / part
    return place


def template_text(name: str) -> str:
    """The text of a file of the template."""
    return _at(name).read_text(encoding="utf-8")


def template_table(name: str) -> pd.DataFrame:
    """A table of the template, text as text."""
    return pd.read_csv(io.StringIO(template_text(name)), keep_default_na=False)


def shares() -> dict[str, float]:
    """The values of the template's assumptions that are numbers, by name."""
    table = template_table("assumptions.csv")
    found: dict[str, float] = {}
    for name, value in zip(table["assumption"], table["value"], strict=True):
        try:
            found[str(name)] = float(value)
        except ValueError:
            continue
    return found
