"""The county: its tables as typed frames, its rates, and where they were read from."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class Rate:
    """One price from the county's rates files.

    ``line`` is a cost line; ``per`` says what it is paid for (see ``RATE_BASES``). The selectors
    ``provision_type``, ``phase``, ``need``, ``band`` and ``unit`` are ``*`` or one value; where several
    rates of the same line and ``per`` fit, the one with the most selectors named counts, and
    of two with as many, the later in the file.
    """

    line: str
    per: str
    value_gbp: float
    provision_type: str
    phase: str
    need: str
    band: str
    unit: str
    price_year: str
    source: str
    quality: str
    section_251: str
    file: str
    row: int


RATE_BASES: dict[str, str] = {
    "place_year": "one place for one year, filled or not",
    "child_year": "one child for one year",
    "episode": "one early-help episode",
    "waiting_year": "one child waiting for one year",
    "journey_year_fixed": "one child carried for one year, whatever the distance",
    "journey_year_km": "one child carried for one year, for each kilometre one way",
    "journey_share_carried": "share of children beyond the walking distance who are carried (not pounds)",
    "journey_share_solo": "share of carried children who travel alone (not pounds)",
    "journey_solo_factor": "cost of a solo journey over a shared one (not pounds)",
    "walking_km": "distance from which transport is owed, km (not pounds)",
}
"""What a rate can be paid for, and the few figures about journeys that are kept with the rates."""


@dataclass(frozen=True)
class County:
    """Everything known of one county, read once and never changed.

    ``tables`` holds one frame per table of ``planner.county.specs``, with text columns as text, numbers
    as floats (an empty cell that means "no limit" is NaN), yes/no as booleans and lists as tuples of
    text (``*`` is expanded to every allowed value). ``hashes`` holds the SHA-256 of every file read,
    by its path relative to the folder with forward slashes.
    """

    name: str
    folder: Path
    title: str
    tables: dict[str, pd.DataFrame]
    rates: tuple[Rate, ...]
    hashes: dict[str, str]
    level: str = "area"

    def table(self, name: str) -> pd.DataFrame:
        """The frame of one table by its name in the specs."""
        return self.tables[name]
