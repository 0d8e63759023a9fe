"""Rows that say pair by pair what capacity says in sum: nobody enters a unit that has not opened. They lift the bound of the linear program."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from enum import Enum, auto

import highspy
import numpy as np
from scipy import sparse

from planner.model.program import Aim, Ints, Program
from planner.solve.session import Relaxed, Session, best_rounding, room, weighted_costs
from planner.solve.task import Floats, Task

BROKEN = 1e-4
"""A pair row is added where an entry is above its limit by more than this share of it."""

FIRST = 4
"""Pair rows of so many of the cheapest entries of each choice are there from the start."""

WHOLE = 1e-6
"""A number is whole if it is within this of one."""

LEAST_GAIN = 1e-5
"""Rounds end when one lifts the bound by less than this share."""


@dataclass(frozen=True)
class Pairs:
    """Entries of units that have no place until one option opens: ``enter <= most * open`` holds for each in every plan.

    ``enters``, ``opens`` (n,) are positions of columns; ``most`` (n,) the most children who could enter; ``group`` (n,) the row of the
    children whose choice the entry is.
    """

    enters: Ints
    opens: Ints
    most: Floats
    group: Ints

    def rows(self, chosen: Ints, columns: int) -> sparse.csr_matrix:
        """The rows of some pairs, ``enter - most * open <= 0``."""
        count = len(chosen)
        entries = np.concatenate([np.ones(count), -self.most[chosen]])
        where = np.concatenate([self.enters[chosen], self.opens[chosen]])
        return sparse.csr_matrix((entries, (np.tile(np.arange(count), 2), where)), shape=(count, columns))


def pairs_of(program: Program) -> Pairs:
    """Every pair whose row holds in all plans."""
    places, _ = program.row_family("capacity")
    opens = program.family("open")
    blocks = program.family("blocks")
    own = places.matrix[:, blocks.places].tocsr()
    single = (np.diff(own.indptr) == 1) & (places.upper <= 0)
    rows = np.nonzero(single)[0]
    option = blocks.keys["option"].to_numpy()[own.indices[own.indptr[rows]]]
    at = dict(zip(opens.keys.itertuples(index=False, name=None), opens.places.tolist(), strict=True))
    years = places.keys["year"].to_numpy()[rows]
    open_of = np.array([at.get((int(o), int(t)), -1) for o, t in zip(option, years, strict=True)], dtype=np.int64)
    enter = program.family("enter")
    entry = places.matrix[rows][:, enter.places].tocoo()
    same = enter.keys["year"].to_numpy()[entry.col] == years[entry.row]
    enters, of = enter.places[entry.col[same]], open_of[entry.row[same]]
    most, group = _most(program, enters)
    good = (of >= 0) & np.isfinite(most) & (most > 0)
    return Pairs(enters[good], of[good], most[good], group[good])


def _most(program: Program, enters: Ints) -> tuple[Floats, Ints]:
    """The most children who could take each entry, from the row of children it takes; infinite where others may come into that row."""
    placed, _ = program.row_family("placed")
    matrix = placed.matrix.tocsr()
    inflow = np.asarray((matrix < 0).sum(axis=1)).ravel() > 0
    limit = np.where(inflow, np.inf, placed.upper)
    entry = placed.matrix[:, enters].tocoo()
    order = np.argsort(entry.col, kind="stable")
    group = entry.row[order].astype(np.int64)
    return limit[group], group


def tighten(session: Session, pairs: Pairs, costs: Floats, values: Floats, deadline: float) -> tuple[Floats, float | None]:
    """Add the pair rows that the linear program breaks and solve it again, as long as that lifts its bound.

    Returns its values and its objective (None if it was not solved).
    """
    chosen = np.zeros(len(pairs.enters), dtype=bool)
    chosen[_cheapest(pairs, costs)] = True
    _add(session, pairs, np.nonzero(chosen)[0])
    best: float | None = None
    while time.perf_counter() < deadline and not session.task.stop.is_set():
        found, objective, proven = session.minimise(costs, deadline - time.perf_counter())
        if found is None or objective is None or not proven:
            break
        gain = np.inf if best is None else (objective - best) / max(abs(objective), 1.0)
        values, best = found, objective
        broken = (values[pairs.enters] > pairs.most * (values[pairs.opens] + BROKEN)) & ~chosen
        if not broken.any() or gain < LEAST_GAIN:
            break
        _add(session, pairs, np.nonzero(broken)[0])
        chosen |= broken
    return values, best


def _cheapest(pairs: Pairs, costs: Floats) -> Ints:
    order = np.lexsort((costs[pairs.enters], pairs.group))
    group = pairs.group[order]
    starts = np.searchsorted(group, group)
    return order[np.arange(len(order)) - starts < FIRST]


def _add(session: Session, pairs: Pairs, chosen: Ints) -> None:
    rows = pairs.rows(chosen, session.count)
    count = len(chosen)
    session.highs.addRows(
        count,
        np.full(count, -highspy.kHighsInf),
        np.zeros(count),
        rows.nnz,
        rows.indptr[:-1].astype(np.int32),
        rows.indices.astype(np.int32),
        rows.data,
    )


def search(task: Task, start: Relaxed, waiting: Aim, cost: Aim, most: int | None, seconds: float) -> tuple[Relaxed, Floats | None]:
    """Lift the bound of a relaxed program by pair rows and search its openings; the rows are taken out again at the end.

    Where no unit waits for one option to open, nothing changes. ``seconds`` is how long it may take in all.

    Returns:
        The relaxed program with the bound that is proven, and the best plan (None where none was found).

    """
    pairs = pairs_of(task.program)
    if start.values is None or start.bound is None or not start.whole or not len(pairs.enters) or not task.choices.any():
        return start, None
    deadline = time.perf_counter() + seconds
    costs = weighted_costs(task, waiting, cost)
    session = start.session
    values, lifted = tighten(session, pairs, costs, start.values, deadline)
    best = best_rounding(task, session, values, costs, most, seconds)
    bound = start.bound if lifted is None else max(start.bound, lifted)
    if best is not None:
        best, proven = branch(session, costs, best, room(task, best), deadline)
        bound = max(bound, proven)
    _restore(session)
    return replace(start, values=values, bound=bound), best


def branch(session: Session, costs: Floats, best: Floats, enough: float, deadline: float) -> tuple[Floats, float]:
    """Search the openings one at a time, depth first, the likelier side first, each judged by the linear program as it stands.

    A part of the search ends where it cannot give a plan that is cheaper by more than ``enough``.
    Returns the best plan and what is proven of every plan: the least of all linear programs that were not searched further.
    """
    program = session.task.program
    whole = np.nonzero(program.whole)[0]
    order = np.isin(whole, program.family("open").places)
    value, bound = float(costs @ best), np.inf
    stack: list[tuple[float, dict[int, float]]] = [(-np.inf, {})]
    while stack:
        known, fixed = stack.pop()
        if known >= value - enough or time.perf_counter() > deadline or session.task.stop.is_set():
            bound = min(bound, known)
            continue
        lower, upper = program.lower[whole].copy(), program.upper[whole].copy()
        places = np.searchsorted(whole, list(fixed))
        lower[places] = upper[places] = list(fixed.values())
        found, objective, state = _node(session, costs, whole, lower, upper, deadline)
        if state is not _State.SOLVED or found is None:
            bound = bound if state is _State.IMPOSSIBLE else min(bound, known)
            continue
        apart = np.abs(found[whole] - np.round(found[whole]))
        if objective >= value - enough or apart.max(initial=0.0) < WHOLE:
            bound = min(bound, objective)
            if objective < value and apart.max(initial=0.0) < WHOLE:
                best, value = found, objective
                best[whole] = np.round(best[whole])
            continue
        at = int(np.lexsort((-apart, ~order | (apart < WHOLE)))[0]) if (apart[order] >= WHOLE).any() else int(np.argmax(apart))
        column, down = int(whole[at]), float(np.floor(found[whole[at]]))
        sides = (down, down + 1.0) if found[column] - down >= 0.5 else (down + 1.0, down)
        stack += [(objective, {**fixed, column: side}) for side in sides]
    return best, min(bound, value)


class _State(Enum):
    SOLVED = auto()
    IMPOSSIBLE = auto()
    OPEN = auto()


def _node(
    session: Session, costs: Floats, whole: Ints, lower: Floats, upper: Floats, deadline: float
) -> tuple[Floats | None, float, _State]:
    """The linear program with some openings settled: values, objective and how it ended."""
    if (lower < session.task.program.lower[whole] - WHOLE).any() or (upper > session.task.program.upper[whole] + WHOLE).any():
        return None, np.inf, _State.IMPOSSIBLE
    session.highs.changeColsBounds(len(whole), whole.astype(np.int32), lower, upper)
    found, objective, proven = session.minimise(costs, deadline - time.perf_counter())
    if session.highs.getModelStatus() == highspy.HighsModelStatus.kInfeasible:
        return None, np.inf, _State.IMPOSSIBLE
    if found is None or objective is None or not proven:
        return None, -np.inf, _State.OPEN
    return found, objective, _State.SOLVED


def _restore(session: Session) -> None:
    """The session as it was: no pair rows, and every opening within its own bounds."""
    program = session.task.program
    count = session.highs.getNumRow()
    session.highs.deleteRows(count - program.row_count, np.arange(program.row_count, count, dtype=np.int32))
    whole = np.nonzero(program.whole)[0]
    session.highs.changeColsBounds(len(whole), whole.astype(np.int32), program.lower[whole], program.upper[whole])
