"""What the cells of published tables stand for, so that the same count in two tables, scenarios or years is one unknown.

A cell's unknown is named by scenario, quantity and the labels that it is about; labels of totals are dropped, so that a table's total
and a table of totals meet in one unknown.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Final

from planner.names import PROVISION_TITLES, WAITING
from planner.publish.differences import is_change, value_column
from planner.publish.kinds import LABELS, cell_kind, row_kinds
from planner.publish.pack import Kind, Pack, PackTable

Label = tuple[str, str]


@dataclass(frozen=True, order=True)
class Unknown:
    """One exact figure that the reader does not know: of which scenario, what it counts and what it is about."""

    scenario: str
    quantity: str
    labels: tuple[Label, ...]

    def without(self, key: str) -> Unknown:
        """The unknown that sums this one over a key."""
        return Unknown(self.scenario, self.quantity, tuple(label for label in self.labels if label[0] != key))

    def __str__(self) -> str:
        """As a person would name it."""
        about = ", ".join(value for _, value in self.labels) or "everything"
        return f"{self.quantity} ({self.scenario}: {about})"


@dataclass(frozen=True)
class Seen:
    """One published cell: the unknown it is about, or the two whose difference it is, its kind and what is shown."""

    table: str
    unknown: Unknown
    less: Unknown | None
    kind: Kind
    shown: object


QUANTITIES: Final[dict[tuple[str, str], str]] = {
    ("ehcps_by_year", "ehcps"): "ehcps",
    ("ehcps_by_phase", "ehcps"): "ehcps",
    ("ehcps_by_need", "ehcps"): "ehcps",
    ("ehcps_by_district", "ehcps"): "ehcps",
    ("placements", "children"): "ehcps",
    ("waiting_by_year", "children"): "waiting",
    ("waiting_by_district", "children"): "waiting",
    ("waiting_by_need", "children"): "waiting",
    ("waiting_reasons", "children"): "waiting",
    ("districts", "waiting"): "waiting",
    ("journeys", "travelling"): "travelling",
    ("districts", "travelling"): "travelling",
    ("cost_by_fund", "cost_gbp"): "cost",
    ("cost_by_line", "cost_gbp"): "cost",
    ("ehcps_compared", ""): "ehcps",
    ("placements_compared", ""): "ehcps",
    ("waiting_compared", ""): "waiting",
    ("cost_by_fund_compared", ""): "cost",
}
"""The quantity that a table's column holds; a column of another name in a table with "" holds that; anything else is a quantity of its own."""

_NOT_ABOUT: Final = frozenset(("name", "section_251", "status", "kind", "text", "why", "source", "measure_unit"))
"""Columns of words that say nothing of what a row is about."""


def _quantity(table: str, column: str) -> str:
    return QUANTITIES.get((table, column)) or QUANTITIES.get((table, "")) or f"{table}.{column}"


def _same(unknown: Unknown, pack: Pack) -> Unknown:
    """The unknown under its one name: children placed as waiting are those who wait; the base year is the same in every scenario."""
    labels = dict(unknown.labels)
    quantity = unknown.quantity
    if quantity == "ehcps" and labels.get("provision_type") in (PROVISION_TITLES[WAITING], WAITING):
        quantity = "waiting"
        del labels["provision_type"]
    scenario = unknown.scenario
    if labels.get("year") == pack.facts.get("base_year") and pack.facts.get("county_hash"):
        scenario = f"county {pack.facts['county_hash']}"
    return Unknown(scenario, quantity, tuple(sorted(labels.items())))


def seen_cells(pack: Pack) -> list[Seen]:
    """Every cell of a pack that shows a count or an amount, or a mark in place of one."""
    return [cell for table in pack.tables.values() for cell in _table_cells(pack, table)]


def _table_cells(pack: Pack, table: PackTable) -> list[Seen]:
    names = [column.name for column in table.columns]
    keys = [
        column.name for column in table.columns if column.kind in LABELS and column.name not in (*_NOT_ABOUT, *pack.scenarios, "scenario")
    ]
    kinds = row_kinds(table)
    found = []
    rows = table.frame.to_dict("records")
    same = Counter(tuple(str(row.get(key)) for key in (*keys, "scenario")) for row in rows)
    for place, row in enumerate(rows):
        alike = same[tuple(str(row.get(key)) for key in (*keys, "scenario"))] > 1
        labels = [("row", str(place + 1))] if alike else []
        labels += [(key, _label(row[key], place)) for key in keys if str(row[key]) not in (table.total, "", "z", "[z]", "nan")]
        if table.name == "districts" and "year" not in names:
            last = pack.facts.get("last_year", "")
        else:
            last = ""
        for column in table.columns:
            kind = cell_kind(column, kinds[place], row[column.name])
            if kind not in (Kind.CHILDREN, Kind.MONEY) or (column.name in keys):
                continue
            about = [*labels, ("year", last)] if last and column.name == "travelling" else labels
            scenario = (
                column.name
                if column.name in pack.scenarios
                else str(row.get("scenario", pack.scenarios[0] if pack.scenarios else pack.name))
            )
            quantity = _quantity(table.name, "" if column.name in pack.scenarios else column.name)
            less = None
            if is_change(column.name):
                other = _compared(pack, table, column.name)
                if other is None:
                    continue
                base, scenario, quantity = other[0], other[1] or scenario, other[2]
                less = _same(Unknown(base, quantity, tuple(sorted(about))), pack)
            unknown = _same(Unknown(scenario, quantity, tuple(sorted(about))), pack)
            if less != unknown:
                found.append(Seen(table.name, unknown, less, kind, row[column.name]))
    return found


def _label(value: object, place: int) -> str:
    """A label; one that is left out is not the same as another that is left out."""
    return f"row {place + 1}" if str(value) in ("[c]", "c") else str(value)


def _compared(pack: Pack, table: PackTable, change: str) -> tuple[str, str, str] | None:
    """Base scenario, other scenario (empty for that of the row) and quantity of a column of differences; None where it compares nothing."""
    base = pack.scenarios[0] if pack.scenarios else ""
    for scenario in pack.scenarios[1:]:
        if change.endswith(f"_{scenario}"):
            return base, scenario, _quantity(table.name, "")
    value = value_column(table, change)
    if value is None or "scenario" not in table.frame.columns:
        return None
    return base, "", _quantity(table.name, value)
