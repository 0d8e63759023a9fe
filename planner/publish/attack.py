"""The self-attack: what a patient reader could work out of published figures, by linear programmes.

Every exact figure is an unknown. What is published of it is a band; totals add up; money is a count times a public unit price;
scenarios share their base year. The least and the greatest value that agree with everything published are found for each count that
may be small. A count that can only be fewer than three whole numbers of children is narrowed.
"""

from __future__ import annotations

import math
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

import highspy
import numpy as np

from planner.publish.pack import CONFIDENTIAL, LOW, Kind, Mark, Pack
from planner.publish.views import Seen, Unknown, seen_cells
from planner.solve.highs_arrays import version

FEWEST: Final = 3
"""A small count is safe if it can be at least so many whole numbers."""
_SLACK: Final = 1e-7


@dataclass(frozen=True)
class UnitPrice:
    """A public price: what a line costs for each child (or episode) of a quantity for one year, between ``low_gbp`` and ``high_gbp``.

    ``labels`` narrows the quantity, as ``(("provision_type", "State special school"),)``. ``autumn_share`` is the share of an academic
    year that falls in the financial year in which it starts.
    """

    line: str
    quantity: str
    low_gbp: float
    high_gbp: float
    labels: tuple[tuple[str, str], ...] = ()
    autumn_share: float = 7 / 12


@dataclass(frozen=True)
class Narrowed:
    """A small count that could be made out: where, between what, and how many whole numbers it can be."""

    cell: str
    low: float
    high: float
    values: int


@dataclass(frozen=True)
class Attack:
    """What an attack found: how many counts were tried, which were narrowed, the fewest values any had, and how long it took."""

    tried: int
    narrowed: tuple[Narrowed, ...]
    fewest: int
    seconds: float
    contradiction: bool = False


@dataclass
class _System:
    """Everything that is known of the unknowns: bands and rows of sums."""

    at: dict[Unknown, int] = field(default_factory=dict)
    low: list[float] = field(default_factory=list)
    high: list[float] = field(default_factory=list)
    counted: list[bool] = field(default_factory=list)
    rows: list[tuple[dict[int, float], float, float]] = field(default_factory=list)
    signed: set[int] = field(default_factory=set)

    def column(self, unknown: Unknown) -> int:
        """The unknown's number; a new one may be anything from 0 up."""
        if unknown not in self.at:
            self.at[unknown] = len(self.low)
            self.low.append(0.0)
            self.high.append(math.inf)
            self.counted.append(False)
        return self.at[unknown]


def attack(packs: Sequence[Pack], prices: Sequence[UnitPrice] = (), *, whole: bool = False) -> Attack:
    """Try to narrow every count that may be small, from everything that a list of packs publishes together.

    ``whole`` tells the attacker that exact figures are whole numbers of children; otherwise they are expected numbers, and a value
    stands for the whole number nearest to it.
    """
    started = time.perf_counter()
    system = _System()
    for pack in packs:
        cells = seen_cells(pack)
        for cell in cells:
            _band(system, cell, pack, whole=whole)
        _sums(system, cells)
    _prices(system, prices)
    tried = [(unknown, at) for unknown, at in system.at.items() if system.counted[at] and _may_be_small(system, at, whole=whole)]
    solver = _solver(system)
    if solver is None:
        return Attack(len(tried), (), 0, time.perf_counter() - started, contradiction=True)
    narrowed, fewest = [], 99
    for unknown, at in tried:
        low, high = _extreme(solver, at, least=True), _extreme(solver, at, least=False)
        number = possible(low, high, whole=whole)
        if low < 4.5 - _SLACK and high > 0.5 + _SLACK:
            fewest = min(fewest, number)
            if number < FEWEST:
                narrowed.append(Narrowed(str(unknown), low, high, number))
    return Attack(len(tried), tuple(narrowed), fewest, time.perf_counter() - started)


def possible(low: float, high: float, *, whole: bool = False) -> int:
    """How many whole numbers a count between ``low`` and ``high`` can be: within them, or, of an expected number, nearest to one of them."""
    if math.isinf(high):
        return 99
    if whole:
        return max(math.floor(high + 1e-6) - math.ceil(low - 1e-6) + 1, 0)
    first, last = math.floor(low + 0.5 + 1e-6), math.ceil(high - 0.5 - 1e-6)
    return max(last - first + 1, 1)


def _may_be_small(system: _System, at: int, *, whole: bool) -> bool:
    """Whether a count could be 1 to 4 for all that its own band says; a true 0 that is shown as 0 is no secret."""
    return system.high[at] > 0.5 + _SLACK and system.low[at] < 4.5 - _SLACK and not (whole and system.high[at] < 1)


def _fact(pack: Pack, name: str, default: float) -> float:
    text = pack.facts.get(name, "")
    return float(text) if text.replace(".", "", 1).isdigit() else default


def _ends(cell: Seen, pack: Pack, *, whole: bool) -> tuple[float, float]:
    """The least and greatest exact figure that would be shown so."""
    base = _fact(pack, "round_to", 5) if cell.kind is Kind.CHILDREN else _fact(pack, "money_round_to_gbp", 100_000)
    if isinstance(cell.shown, Mark):
        if cell.shown == LOW:
            first = 1.0 if whole and cell.kind is Kind.CHILDREN and pack.facts.get("zeros") != "low" else 0.0
            return (-base / 2, base / 2) if cell.less is not None else (first, _under(base / 2, whole=whole and cell.kind is Kind.CHILDREN))
        if cell.shown == CONFIDENTIAL and base <= 1 and cell.kind is Kind.CHILDREN and cell.less is None:
            edge = 0.0 if whole else 0.5
            return 1.0 - edge, _fact(pack, "small_below", 5) - 1.0 + edge
        return (0.0, math.inf) if cell.less is None else (-math.inf, math.inf)
    shown = float(cell.shown)  # type: ignore[arg-type]
    if base > 1 and shown % base == 0:
        if shown == 0 and cell.less is None:
            return 0.0, 0.0
        half = base / 2
        low, high = shown - half, shown + half
        if whole and cell.kind is Kind.CHILDREN and cell.less is None:
            return math.ceil(low), _under(high, whole=True)
        return low, high
    exact = 0.0 if cell.kind is Kind.MONEY or shown != int(shown) or whole else 0.5
    return shown - exact, shown + exact


def _under(value: float, *, whole: bool) -> float:
    """The greatest whole number below a value, or the value itself."""
    return float(math.ceil(value) - 1) if whole else value


def _band(system: _System, cell: Seen, pack: Pack, *, whole: bool) -> None:
    low, high = _ends(cell, pack, whole=whole)
    at = system.column(cell.unknown)
    if cell.less is not None:
        if math.isfinite(low):
            figures = pack.facts.get("differences", "recomputed") == "recomputed" and (cell.shown == LOW or _is_multiple(cell, pack))
            if not figures:
                system.rows.append(({at: 1.0, system.column(cell.less): -1.0}, low, high))
        return
    if cell.kind is Kind.MONEY and cell.unknown.quantity != "cost":
        if system.low[at] == 0.0 and at not in system.signed:
            system.low[at] = -math.inf
        system.signed.add(at)
        low = -high if isinstance(cell.shown, Mark) else low
    if isinstance(cell.shown, Mark) and cell.shown not in (LOW, CONFIDENTIAL):
        return
    if cell.kind is Kind.CHILDREN:
        system.counted[at] = True
    system.low[at] = max(system.low[at], low)
    system.high[at] = min(system.high[at], high)


def _is_multiple(cell: Seen, pack: Pack) -> bool:
    base = _fact(pack, "round_to", 5) if cell.kind is Kind.CHILDREN else _fact(pack, "money_round_to_gbp", 100_000)
    return base > 1 and float(cell.shown) % base == 0  # type: ignore[arg-type]


def _sums(system: _System, cells: list[Seen]) -> None:
    """A figure that is published equals the sum of the figures of one table that divide it by one more label."""
    parts: dict[tuple[str, Unknown, str], set[Unknown]] = {}
    for cell in cells:
        if cell.less is None:
            for key, _ in cell.unknown.labels:
                parts.setdefault((cell.table, cell.unknown.without(key), key), set()).add(cell.unknown)
    for cell in cells:
        unknown = cell.unknown
        if unknown.quantity == "waiting" and cell.less is None and cell.table.startswith("placements"):
            whole = Unknown(unknown.scenario, "ehcps", unknown.labels)
            parts.setdefault((cell.table, whole, "provision_type"), set()).add(unknown)
    known = set(system.at)
    written: set[tuple[int, frozenset[int]]] = set()
    for (_, total, _), members in sorted(parts.items(), key=lambda item: (item[0][0], item[0][1], item[0][2])):
        same = {system.at[member] for member in members}
        if total not in known or (system.at[total], frozenset(same)) in written or system.at[total] in same:
            continue
        written.add((system.at[total], frozenset(same)))
        system.rows.append(({system.at[total]: 1.0, **dict.fromkeys(same, -1.0)}, 0.0, 0.0))


def _prices(system: _System, prices: Sequence[UnitPrice]) -> None:
    """Money of a line is its unit price times the children of the two academic years in a financial year."""
    for price in prices:
        for unknown, cost in list(system.at.items()):
            labels = dict(unknown.labels)
            if unknown.quantity != "cost" or labels.get("line") != price.line or "financial_year" not in labels:
                continue
            year = labels["financial_year"]
            start = int(year[:4])
            before = f"{start - 1}/{start % 100:02d}"
            now = _count_of(system, unknown.scenario, price, year)
            last = _count_of(system, unknown.scenario, price, before)
            if now is None or last is None:
                continue
            for unit, low, high in ((price.low_gbp, 0.0, math.inf), (price.high_gbp, -math.inf, 0.0)):
                row = {cost: 1.0}
                row[now] = row.get(now, 0.0) - unit * price.autumn_share
                row[last] = row.get(last, 0.0) - unit * (1.0 - price.autumn_share)
                system.rows.append((row, low, high))


def _count_of(system: _System, scenario: str, price: UnitPrice, year: str) -> int | None:
    """The unknown that a price is paid for in an academic year, in the scenario or, for the base year, in the county."""
    labels = tuple(sorted([*price.labels, ("year", year)]))
    for unknown, at in system.at.items():
        if (
            unknown.quantity == price.quantity
            and unknown.labels == labels
            and (unknown.scenario == scenario or unknown.scenario.startswith("county "))
        ):
            return at
    return None


def _solver(system: _System) -> highspy.Highs | None:
    """The programme in a solver, solved once without an aim; None if the published figures contradict each other."""
    version()  # takes the banner that the first solver of a process prints
    solver = highspy.Highs()
    solver.silent()
    solver.setOptionValue("threads", 1)
    low, high = np.array(system.low), np.array(system.high)
    if (low > high + 1e-6).any():
        return None
    for first, last in zip(low, np.maximum(low, high), strict=True):
        solver.addVar(float(first), float(last))
    for row, least, most in system.rows:
        solver.addRow(least, most, len(row), np.array(list(row), dtype=np.int32), np.array(list(row.values())))
    solver.run()
    fine = (highspy.HighsModelStatus.kOptimal, highspy.HighsModelStatus.kModelEmpty)
    return solver if solver.getModelStatus() in fine else None


def _extreme(solver: highspy.Highs, at: int, *, least: bool) -> float:
    """The least or greatest value of one unknown."""
    solver.changeColCost(at, 1.0 if least else -1.0)
    solver.run()
    status = solver.getModelStatus()
    value = solver.getInfo().objective_function_value
    solver.changeColCost(at, 0.0)
    if status in (highspy.HighsModelStatus.kUnbounded, highspy.HighsModelStatus.kUnboundedOrInfeasible):
        return -math.inf if least else math.inf
    return float(value) if least else -float(value)
