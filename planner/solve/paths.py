"""The best path of every option by itself: when it opens, at which size it runs and, where it may, when it closes."""

from __future__ import annotations

import numpy as np

from planner.model.program import Program
from planner.solve.task import Floats

_CHANGES = ("opened", "shut", "grown", "shrunk")


class OptionPaths:
    """Finds, for given costs of the option columns, the cheapest path of each option exactly.

    A path is a state for each year: shut, or open at a whole number of blocks. It keeps the rows that hold inside one option
    (``size_least``, ``size_most``, ``stays_open``, ``keeps_size``) and the bounds of its columns; rows between options are priced by
    the caller.
    """

    families = ("open", "blocks", *_CHANGES)
    """The column families that belong to options alone."""

    def __init__(self, program: Program) -> None:
        self.program = program
        self.places = {name: _grid(program, name) for name in self.families}
        shape = self.places["open"].shape
        self.count, self.years = shape
        self.may_close = (
            (self.places["opened"] >= 0).any(axis=1)
            if self.places["opened"].shape == shape and self.count
            else np.zeros(self.count, dtype=bool)
        )
        blocks = self.places["blocks"]
        upper = program.upper[blocks] if self.count else np.zeros(shape)
        self.sizes = int(upper.max(initial=0.0)) if self.count else 0
        self.steady = np.nonzero(~self.may_close)[0]
        self.closable = np.nonzero(self.may_close)[0]
        self._allowed = self._states()
        self._closed_paths = {int(option): self._closable_paths(int(option)) for option in self.closable}

    def _states(self) -> Floats:
        """(O, years, sizes + 2) 0 where a state is allowed and infinite where it is not; state 0 is shut, state n + 1 open with n blocks."""
        program, states = self.program, np.arange(-1, self.sizes + 1)
        opens, blocks = self.places["open"], self.places["blocks"]
        is_open = (states >= 0).astype(float)[None, None, :]
        size = np.maximum(states, 0).astype(float)[None, None, :]

        def within(places: np.ndarray, value: Floats) -> np.ndarray:
            inside: np.ndarray = (value >= program.lower[places][:, :, None] - 1e-9) & (value <= program.upper[places][:, :, None] + 1e-9)
            return inside

        fits = within(opens, np.broadcast_to(is_open, (*opens.shape, len(states)))) & within(
            blocks, np.broadcast_to(size, (*blocks.shape, len(states)))
        )
        least, decided = self._least()
        fits &= decided[:, None, None] | (states[None, None, :] < 0) | (states[None, None, :] >= least[:, None, None])
        return np.where(fits, 0.0, np.inf)

    def _least(self) -> tuple[Floats, np.ndarray]:
        """Least blocks of each open option, from the rows that say so; options without such rows are decided."""
        least, decided = np.zeros(self.count), np.ones(self.count, dtype=bool)
        rows, _ = self.program.row_family("size_least")
        if rows.count:
            option = rows.keys["option"].to_numpy()
            year = rows.keys["year"].to_numpy()
            decided[option] = False
            opens = self.places["open"][option, year - 1]
            least[option] = np.asarray(rows.matrix[np.arange(rows.count), opens]).ravel()
        return least, decided

    def best(self, reduced: Floats, into: Floats) -> float:
        """Cost of the best paths, whose values are written into the columns of ``into``."""
        if not self.count:
            return 0.0
        value = 0.0
        if len(self.steady):
            value += self._best_steady(reduced, into)
        for option in self.closable:
            value += self._best_closable(reduced, into, int(option))
        return value

    def _state_costs(self, reduced: Floats, which: np.ndarray) -> Floats:
        opens, blocks = self.places["open"][which], self.places["blocks"][which]
        sizes = np.arange(self.sizes + 1, dtype=float)
        running = reduced[opens][:, :, None] + reduced[blocks][:, :, None] * sizes
        return np.concatenate([np.zeros((*opens.shape, 1)), running], axis=2) + self._allowed[which]

    def _best_steady(self, reduced: Floats, into: Floats) -> float:
        """Options that never close or shrink: from the last year back, the best of staying in a state and of any larger one."""
        costs = self._state_costs(reduced, self.steady)
        count, years, _ = costs.shape
        best = np.empty_like(costs)
        best[:, -1] = costs[:, -1]
        onward = np.zeros(costs.shape, dtype=np.int64)
        for year in range(years - 2, -1, -1):
            value, choice = _running_least(best[:, year + 1])
            best[:, year] = costs[:, year] + value
            onward[:, year] = choice
        state = best[:, 0].argmin(axis=1)
        rows = np.arange(count)
        total = float(best[rows, 0, state].sum())
        for year in range(years):
            if year:
                state = onward[rows, year - 1, state]
            into[self.places["open"][self.steady, year]] = state > 0
            into[self.places["blocks"][self.steady, year]] = np.maximum(state - 1, 0)
        return total

    def _closable_paths(self, option: int) -> tuple[np.ndarray, Floats]:
        """The columns of an option that may close, and every path it may take as a row of their values.

        It opens at most once at one size and closes at most once.
        """
        places = np.concatenate([self.places[name][option] for name in self.families])
        years = self.years
        found = []
        for start in range(years + 1):
            for end in range(start + 1, years + 1) if start < years else (years,):
                for size in range(self.sizes + 1) if start < years else (0,):
                    on = (np.arange(years) >= start) & (np.arange(years) < end)
                    opened, shut = np.zeros(years), np.zeros(years)
                    if start < years:
                        opened[start] = 1.0
                    if start < years and end < years:
                        shut[end] = 1.0
                    states = np.where(on, size + 1, 0)
                    if np.isfinite(self._allowed[option, np.arange(years), states].sum()):
                        found.append(np.concatenate([on, on * size, opened, shut, opened * size, shut * size]))
        return places, np.array(found)

    def _best_closable(self, reduced: Floats, into: Floats, option: int) -> float:
        places, paths = self._closed_paths[option]
        costs = paths @ reduced[places]
        best = int(costs.argmin())
        into[places] = paths[best]
        return float(costs[best])


def _running_least(values: Floats) -> tuple[Floats, np.ndarray]:
    """For each state, the least of the values of that state and of every later one, and where it is."""
    least = values.copy()
    place = np.broadcast_to(np.arange(values.shape[1]), values.shape).copy()
    for state in range(values.shape[1] - 2, -1, -1):
        later = least[:, state + 1] < least[:, state]
        least[later, state] = least[later, state + 1]
        place[later, state] = place[later, state + 1]
    return least, place


def _grid(program: Program, family: str) -> np.ndarray:
    """(options, years) positions of a family's columns from the first year planned; -1 where there is none."""
    block = program.family(family)
    whole = program.family("open")
    options = int(whole.keys["option"].max()) + 1 if whole.count else 0
    years = int(whole.keys["year"].max()) if whole.count else 0
    grid = np.full((options, years), -1, dtype=np.int64)
    if block.count:
        grid[block.keys["option"].to_numpy(), block.keys["year"].to_numpy() - 1] = block.places
    return grid
