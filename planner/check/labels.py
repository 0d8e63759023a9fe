"""The check's first rule: every row of every table says what it is about, once, in words and years that the inputs know."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial

import numpy as np
import numpy.typing as npt
import pandas as pd

from planner.check.children import Case
from planner.check.report import Notes
from planner.names import LINE_FUND, PROVISION_TYPES, SITUATIONS, WAITING, Year

Flags = npt.NDArray[np.bool_]

COHORT = ("area", "need", "phase", "band")
KEYS: dict[str, tuple[str, ...]] = {
    "allocation": (*COHORT, "unit", "entry_year"),
    "waiting": (*COHORT, "year"),
    "early_help": (*COHORT, "unit", "year"),
    "options": ("option", "year"),
    "slacks": ("limit", "unit", "phase", "year"),
    "avoided": (*COHORT, "year"),
    "occupancy": ("unit", "year"),
    "occupancy_phase": ("unit", "phase", "year"),
    "ehcps": ("district", "need", "phase", "band", "situation", "year"),
    "entries": ("district", "need", "phase", "provision_type", "year"),
    "ledger": ("fund", "line", "section_251", "provision_type", "unit", "option", "academic_year", "quantity_unit"),
    "ledger_financial_year": ("fund", "line", "financial_year"),
    "dsg_position": ("financial_year",),
}
"""The labels that tell the rows of each table apart."""

MAY_BE_MISSING = {
    "occupancy": ("places",),
    "occupancy_phase": ("places",),
    "dsg_position": (
        "high_needs_block_gbp",
        "transfer_in_gbp",
        "other_income_gbp",
        "high_needs_cost_gbp",
        "in_year_gbp",
        "deficit_at_year_end_gbp",
    ),
}
"""Figures that are not known everywhere: a unit without a limit, a year for which nothing was published."""

LIMITS = {
    "over_capacity": "children",
    "over_capacity_phase": "children",
    "under_occupancy": "children",
    "over_capital": "pounds",
    "over_high_needs": "pounds",
    "over_travel_limit": "child-minutes at entry",
}
"""The limits that can be broken, and what is counted."""

COUNTED = ("children", "places", "episodes", "options", "pounds of capital")


def _known(case: Case) -> dict[str, set[str]]:
    """The labels that each column may hold, by ``column`` or ``table.column``."""
    years, units = set(case.years), set(case.units)
    parts = [{name[at] for name in case.names} for at in range(4)]
    finance = set(case.county.table("finance")["financial_year"].astype(str))
    return {
        "area": parts[0],
        "need": parts[1],
        "phase": parts[2],
        "slacks.phase": {*parts[2], ""} | set(_phases_kept(case)),
        "band": parts[3],
        "unit": units,
        "slacks.unit": {*units, ""},
        "ledger.unit": {*units, ""},
        "provision_type": set(PROVISION_TYPES),
        "ledger.provision_type": {*PROVISION_TYPES, WAITING},
        "entry_year": years - {case.years[0]},
        "year": years - {case.years[0]},
        "slacks.year": years,
        "occupancy.year": years,
        "occupancy_phase.year": years,
        "ehcps.year": years,
        "option": set(case.programme.options["option"].astype(str)),
        "ledger.option": {*case.programme.options["option"].astype(str), ""},
        "limit": set(LIMITS),
        "district": set(case.county.table("areas")["district"].astype(str)),
        "situation": set(SITUATIONS),
        "fund": set(LINE_FUND.values()),
        "section_251": {*case.rates.section_251.values(), ""},
        "line": set(LINE_FUND),
        "academic_year": {*years, f"after {case.years[-1]}"},
        "quantity_unit": set(COUNTED),
        "ledger_financial_year.financial_year": years - {case.years[0]},
        "dsg_position.financial_year": years | {year for year in finance if Year.parse(year) <= case.demand.years[0]},
    }


def _phases_kept(case: Case) -> list[str]:
    table = case.county.tables.get("unit_phase_places")
    return [] if table is None else [str(phase) for phase in table["phase"]]


def every_row_says_what_it_is(case: Case, notes: Notes) -> bool:
    """Labels are known, no row stands twice, numbers are numbers, and words that follow from other words do.

    Gives back whether all of that holds: if not, adding up would mean nothing.
    """
    before = len(notes.findings)
    known = _known(case)
    for name, keys in KEYS.items():
        frame = case.tables[name]
        for column in keys:
            allowed = known.get(f"{name}.{column}", known.get(column, set()))
            words = _words(frame[column])
            good = np.fromiter((word in allowed for word in words), dtype=bool, count=len(words))
            _all(notes, "labels", name, good, partial(_unknown, words, column))
        again = frame.duplicated(list(keys)).to_numpy(dtype=bool)
        _all(notes, "no_row_twice", name, ~again, lambda _: "the row stands twice")
        _numbers(notes, name, frame)
    _words_that_follow(case, notes)
    return len(notes.findings) == before


def _words(column: Iterable[object]) -> list[str]:
    values = column.tolist() if isinstance(column, pd.Series) else column
    return ["" if value is None or value != value else str(value) for value in values]


def _unknown(words: list[str], column: str, row: int) -> str:
    return f"'{words[row]}' is not a known {column}"


def _instead(found: list[str], expected: list[str], column: str, row: int) -> str:
    return f"{column} is '{found[row]}' where '{expected[row]}' was expected"


def _all(notes: Notes, rule: str, table: str, good: Flags, wrong: Callable[[int], str]) -> None:
    """Test every row; findings name the line of the file."""
    notes.tested[rule] = notes.tested.get(rule, 0) + len(good)
    for row in np.nonzero(~good)[0].tolist():
        notes.add(rule, table, f"row {row + 2}", wrong(row))


def _numbers(notes: Notes, name: str, frame: pd.DataFrame) -> None:
    """Figures are finite where they must be, and not below 0 where that means nothing."""
    may_be_less = {"cash_gbp", "present_value_gbp", "quantity", *MAY_BE_MISSING["dsg_position"]}
    for column in frame.columns:
        if column in KEYS[name] or frame[column].dtype.kind not in "iuf":
            continue
        values = frame[column].to_numpy(dtype=float)
        good = np.isfinite(values) & (np.abs(values) < 1e15)
        if column in MAY_BE_MISSING.get(name, ()):
            good |= np.isnan(values)
        if column not in may_be_less:
            good &= ~(values < 0)
        _all(notes, "not_negative", name, good, partial(_impossible, values, column))


def _impossible(values: np.ndarray, column: str, row: int) -> str:
    return f"{values[row]} is not a possible figure for {column}"


def _words_that_follow(case: Case, notes: Notes) -> None:
    """Names, types, districts, decided or not, and units of what is counted, each from its own source."""
    units = case.arcs.units.set_index("unit")
    districts = case.county.table("areas").set_index("area")["district"]
    kinds = units["provision_type"].astype(str)
    host = units["area"].map(districts).fillna("").astype(str) if "area" in units else kinds.map({})
    options = case.programme.options.set_index("option")
    wanted: list[tuple[str, str, str, pd.Series]] = [
        ("allocation", "unit", "provision_type", kinds),
        ("options", "option", "option_name", options["option_name"]),
        ("options", "option", "kind", options["kind"]),
        ("options", "option", "unit", options["unit"]),
        ("options", "option", "decided", options["decided"]),
        ("occupancy", "unit", "provision_type", kinds),
        ("occupancy", "unit", "district", host),
        ("slacks", "limit", "amount_unit", pd.Series(LIMITS)),
        ("ledger_financial_year", "line", "fund", pd.Series(LINE_FUND)),
    ]
    if "unit_name" in units:
        wanted.append(("occupancy", "unit", "unit_name", units["unit_name"]))
    for table, key, column, words in wanted:
        frame, mapping = case.tables[table], {str(name): str(word) for name, word in words.items()}
        _follows(notes, table, column, _words(frame[column]), [mapping.get(name, "") for name in _words(frame[key])])
    _ledger_words(case, notes, kinds.to_dict())


def _ledger_words(case: Case, notes: Notes, kinds: dict[str, str]) -> None:
    """The fund of a line, the type of a unit and the unit of an option in a ledger row; its Section 251 line is re-added with its pounds."""
    frame = case.tables["ledger"]
    unit, option, line = _words(frame["unit"]), _words(frame["option"]), _words(frame["line"])
    kind = [kinds.get(name, "") if name else WAITING for name in unit]
    hosts = {str(name): str(host) for name, host in case.programme.options.set_index("option")["unit"].items()}
    _follows(notes, "ledger", "provision_type", _words(frame["provision_type"]), kind)
    _follows(notes, "ledger", "fund", _words(frame["fund"]), [LINE_FUND.get(name, "") for name in line])
    _follows(notes, "ledger", "unit", unit, [hosts.get(name, at) for name, at in zip(option, unit, strict=True)])


def _follows(notes: Notes, table: str, column: str, found: list[str], expected: list[str]) -> None:
    good = np.fromiter((one == other for one, other in zip(found, expected, strict=True)), dtype=bool, count=len(found))
    _all(notes, "words", table, good, partial(_instead, found, expected, column))
