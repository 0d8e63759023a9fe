"""A county's prices: dated, sourced YAML files, one block a line of cost."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from planner.county.county import RATE_BASES, Rate
from planner.errors import InputError, Problems, as_number, digits, nearest
from planner.names import LINES, NEEDS, PHASES, SITUATIONS, Year
from planner.scenario.strict_yaml import Origin, read_yaml

_SELECTORS = {"provision_type": SITUATIONS, "phase": PHASES, "need": NEEDS, "band": (), "unit": ()}
_RATE_KEYS = ("value_gbp", *_SELECTORS, "price_year", "source", "quality")
_BLOCK_KEYS = ("line", "per", "section_251", "description", "rates")
_NOT_POUNDS = {"journey_share_carried": 1.0, "journey_share_solo": 1.0, "journey_solo_factor": 100.0, "walking_km": 100.0}
MOST_POUNDS = 1e9
"""No price of one place, child or journey comes near this."""


class _Book:
    """One file of prices while it is read."""

    def __init__(self, file: str, marks: Mapping[str, Origin], problems: Problems) -> None:
        self.file, self.marks, self.problems = file, marks, problems

    def add(self, name: str, where: str, wrong: str, expected: str = "", fix: str = "") -> None:
        """Note a problem at the place of a dotted name, or the nearest above it."""
        while name and name not in self.marks:
            name = name.rpartition(".")[0]
        at = self.marks.get(name, Origin(self.file, 1, 1))
        self.problems.add(self.file, where, wrong, line=at.line, column=at.column, expected=expected, fix=fix)

    def known(self, name: str, where: str, found: Any, allowed: tuple[str, ...]) -> bool:
        """Whether a value is one of those allowed; a problem if not."""
        if isinstance(found, str) and found in allowed:
            return True
        self.add(name, where, f"'{found}' is not known", f"one of {', '.join(allowed)}", nearest(str(found), allowed))
        return False

    def block(self, name: str, block: Any) -> list[Rate]:
        """The rates of one block."""
        if not isinstance(block, dict) or not isinstance(block.get("rates"), list):
            self.add(name, "blocks", "a block needs line, per and a list of rates")
            return []
        for key in block:
            self.known(f"{name}.{key}", "block", key, _BLOCK_KEYS)
        good = self.known(f"{name}.line", "line", block.get("line"), LINES)
        good = self.known(f"{name}.per", "per", block.get("per"), tuple(RATE_BASES)) and good
        rates = [self.rate(f"{name}.rates.{number}", block, item) for number, item in enumerate(block["rates"])]
        return [rate for rate in rates if good and rate is not None]

    def rate(self, name: str, block: Mapping[str, Any], item: Any) -> Rate | None:
        """One rate, or None with its problems noted."""
        before = len(self.problems.found)
        if not isinstance(item, dict):
            self.add(name, "rates", "a rate needs value_gbp, price_year, source and quality")
            return None
        for key in item:
            self.known(f"{name}.{key}", "rate", key, _RATE_KEYS)
        self._value(f"{name}.value_gbp", item.get("value_gbp"), str(block.get("per")))
        for selector, allowed in _SELECTORS.items():
            chosen = item.get(selector, "*")
            if not isinstance(chosen, str):
                self.add(f"{name}.{selector}", selector, f"'{chosen}' is not a name", "a name, or * for every")
            elif allowed and chosen != "*":
                self.known(f"{name}.{selector}", selector, chosen, allowed)
        try:
            Year.parse(str(item.get("price_year", "")))
        except ValueError as error:
            self.add(f"{name}.price_year", "price_year", str(error), "a year written like 2026/27")
        self.known(f"{name}.quality", "quality", item.get("quality"), ("red", "amber", "green"))
        if not str(item.get("source") or "").strip():
            self.add(f"{name}.source", "source", "the rate has no source", "a source, or the word assumption")
        if len(self.problems.found) > before:
            return None
        selectors = {selector: str(item.get(selector, "*")) for selector in _SELECTORS}
        return Rate(
            line=str(block.get("line")), per=str(block.get("per")), value_gbp=float(item["value_gbp"]), **selectors,
            price_year=str(item["price_year"]), source=str(item["source"]), quality=str(item["quality"]),
            section_251=str(block.get("section_251") or ""), file=self.file, row=self.marks[name].line,
        )  # fmt: skip

    def _value(self, name: str, value: Any, per: str) -> None:
        if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
            number = as_number(value) if isinstance(value, str) else ""
            self.add(name, "value_gbp", f"'{value}' is not a number", "pounds, digits only", f"Write {number}." if number else "")
        elif abs(value) > MOST_POUNDS:
            self.add(name, "value_gbp", f"{value:g} is too large", f"at most {MOST_POUNDS:,.0f}")
        elif per in _NOT_POUNDS and not 0 <= value <= _NOT_POUNDS[per]:
            fix = f"Write {digits(value / 100)} for {value:g}%." if 1 < value <= 100 and _NOT_POUNDS[per] == 1 else ""
            self.add(name, "value_gbp", f"{value:g} is not possible for {per}", f"0 to {_NOT_POUNDS[per]:g}", fix)


def read_rates(folder: Path, problems: Problems, hashes: dict[str, str]) -> tuple[Rate, ...]:
    """Every rate in ``rates/*.yaml``, in the order of files and lines; problems are noted, and hashes filled in."""
    rates: list[Rate] = []
    paths = sorted((folder / "rates").glob("*.yaml")) if (folder / "rates").is_dir() else []
    if not paths:
        problems.add("rates", "", "the folder rates holds no prices", expected="YAML files with blocks of rates")
    for path in paths:
        name = f"rates/{path.name}"
        own = Problems()
        try:
            file = read_yaml(path, name, own)
        except InputError:
            problems.found += own.found
            continue
        problems.found += own.found
        hashes[name] = hashlib.sha256(path.read_bytes()).hexdigest()
        book = _Book(name, file.marks, problems)
        for key in file.data:
            if key != "blocks":
                book.known(key, "file", key, ("blocks",))
        blocks = file.data.get("blocks")
        if not isinstance(blocks, list):
            book.add("blocks", "blocks", "the file has no list of blocks")
            continue
        for number, block in enumerate(blocks):
            rates.extend(book.block(f"blocks.{number}", block))
    return tuple(rates)
