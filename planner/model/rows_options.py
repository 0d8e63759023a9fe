"""What the programme may do, and in which order."""

from __future__ import annotations

import numpy as np
import pandas as pd

from planner.model.layout import Builder, Inputs, Ints, Layout
from planner.model.program import Rows
from planner.model.rows import finish
from planner.model.rows_capacity import opening_changes


def _option_years(which: Ints, first: int, last: int) -> pd.DataFrame:
    years = np.arange(first, last + 1)
    return pd.DataFrame({"option": np.repeat(which, len(years)), "year": np.tile(years, len(which))})


def size_least(inputs: Inputs, layout: Layout) -> Rows:
    """An open option has at least its smallest size.

    Row family ``size_least``, one row per option o and year t (row 6): ``least y[o,t] - n[o,t] <= 0``.
    Decided options have their size fixed and no row. Units: blocks. Dual: pounds of present value per block.
    """
    keys = _option_years(_undecided(inputs), 1, inputs.horizon)
    option, year = keys["option"].to_numpy(), keys["year"].to_numpy()
    entries = Builder.empty()
    rows = np.arange(len(keys))
    entries.add(rows, layout.open[option, year], inputs.options["least_blocks"].to_numpy(dtype=float)[option])
    entries.add(rows, layout.blocks[option, year], -1.0)
    return finish("size_least", keys, entries, -np.inf, 0.0, layout.count)


def size_most(inputs: Inputs, layout: Layout) -> Rows:
    """An option has blocks only while it is open, and at most its largest size.

    Row family ``size_most``, one row per option o and year t (row 6): ``n[o,t] - most y[o,t] <= 0``.
    Decided options have their size fixed and no row. Units: blocks. Dual: pounds of present value per block.
    """
    keys = _option_years(_undecided(inputs), 1, inputs.horizon)
    option, year = keys["option"].to_numpy(), keys["year"].to_numpy()
    entries = Builder.empty()
    rows = np.arange(len(keys))
    entries.add(rows, layout.blocks[option, year], 1.0)
    entries.add(rows, layout.open[option, year], -inputs.options["most_blocks"].to_numpy(dtype=float)[option])
    return finish("size_most", keys, entries, -np.inf, 0.0, layout.count)


def stays_open(inputs: Inputs, layout: Layout) -> Rows:
    """What has opened stays open and does not shrink, unless it may close.

    Row family ``stays_open``, two rows per option o that may not close and year t from the second (row 6):
    ``y[o,t-1] - y[o,t] <= 0`` and ``n[o,t-1] - n[o,t] <= 0``. Units: none and blocks. Dual: pounds of present value.
    """
    which = np.array([option for option in _undecided(inputs) if not inputs.may_close[option]], dtype=np.int64)
    single = _option_years(which, 2, inputs.horizon)
    keys = pd.concat([single.assign(what="open"), single.assign(what="blocks")], ignore_index=True)
    option, year = single["option"].to_numpy(), single["year"].to_numpy()
    entries = Builder.empty()
    for first, columns in ((0, layout.open), (len(single), layout.blocks)):
        rows = first + np.arange(len(single))
        entries.add(rows, columns[option, year - 1], 1.0)
        entries.add(rows, columns[option, year], -1.0)
    return finish("stays_open", keys, entries, -np.inf, 0.0, layout.count)


def keeps_size(inputs: Inputs, layout: Layout) -> Rows:
    """An option that may close opens once, closes at most once, and keeps its size in between.

    Row family ``keeps_size``, per option o that may close and year t (row 6), with v its opening, u its closing, m the
    blocks added and d the blocks given up: ``y[o,t] - y[o,t-1] - v + u = 0``; ``n[o,t] - n[o,t-1] - m + d = 0``;
    ``m - most v <= 0``; ``d - most u <= 0``; ``v + u <= 1``; and once ``sum_t v[o,t] <= 1``.
    Units: none and blocks. Dual: pounds of present value.
    """
    most = inputs.options["most_blocks"].to_numpy(dtype=float)
    rows: list[tuple[int, int, str, float, float]] = []
    entries = Builder.empty()

    def row(option: int, year: int, what: str, terms: list[tuple[Ints, int, float]], lower: float, upper: float) -> None:
        for family, when, value in terms:
            entries.add(len(rows), family[option, when], value)
        rows.append((option, year, what, lower, upper))

    for option in np.nonzero(inputs.may_close)[0].tolist():
        for t in range(1, inputs.horizon + 1):
            v, u, m, d = layout.opened, layout.shut, layout.grown, layout.shrunk
            y, n = layout.open, layout.blocks
            row(option, t, "open", [(y, t, 1.0), (y, t - 1, -1.0), (v, t, -1.0), (u, t, 1.0)], 0.0, 0.0)
            row(option, t, "blocks", [(n, t, 1.0), (n, t - 1, -1.0), (m, t, -1.0), (d, t, 1.0)], 0.0, 0.0)
            row(option, t, "grows", [(m, t, 1.0), (v, t, -most[option])], -np.inf, 0.0)
            row(option, t, "shrinks", [(d, t, 1.0), (u, t, -most[option])], -np.inf, 0.0)
            row(option, t, "either", [(v, t, 1.0), (u, t, 1.0)], -np.inf, 1.0)
        row(option, inputs.horizon, "once", [(layout.opened, t, 1.0) for t in range(1, inputs.horizon + 1)], -np.inf, 1.0)
    keys = pd.DataFrame(rows, columns=["option", "year", "what", "lower", "upper"])
    return finish("keeps_size", keys[["option", "year", "what"]], entries, keys["lower"], keys["upper"], layout.count)


def exclusive(inputs: Inputs, layout: Layout) -> Rows:
    """At most one option of a group is taken.

    Row family ``exclusive``, one row per group (row 6): ``sum over o in the group of taken[o] <= 1``, where an option is
    taken if it is open in the last year, or, if it may close, has ever opened. Units: options. Dual: pounds of present value.
    """
    groups = inputs.options["exclusive_group"].fillna("").astype(str).to_numpy()
    names = sorted(set(groups) - {""})
    entries = Builder.empty()
    for row, name in enumerate(names):
        for option in np.nonzero(groups == name)[0]:
            taken = layout.opened[option, 1:] if inputs.may_close[option] else layout.open[option, -1:]
            entries.add(row, taken, 1.0)
    return finish("exclusive", pd.DataFrame({"group": names}), entries, -np.inf, 1.0, layout.count)


def requires(inputs: Inputs, layout: Layout) -> Rows:
    """An option that needs another first is open only while the other is.

    Row family ``requires``, one row per such option o and year t (row 6): ``y[o,t] - y[needed,t] <= 0``.
    An option whose need is not in play can never open. Units: none. Dual: pounds of present value.
    """
    position = {name: place for place, name in enumerate(inputs.options["option"])}
    needed = inputs.options["requires"].fillna("").astype(str).to_numpy()
    which = np.array([option for option in _undecided(inputs) if needed[option] in position], dtype=np.int64)
    other = np.array([position[needed[option]] for option in which], dtype=np.int64)
    keys = _option_years(which, 1, inputs.horizon)
    option, year = keys["option"].to_numpy(), keys["year"].to_numpy()
    entries = Builder.empty()
    entries.add(np.arange(len(keys)), layout.open[option, year], 1.0)
    entries.add(np.arange(len(keys)), layout.open[np.repeat(other, inputs.horizon), year], -1.0)
    return finish("requires", keys, entries, -np.inf, 0.0, layout.count)


def openings_per_year(inputs: Inputs, layout: Layout) -> Rows:
    """At most so many chosen options open in one academic year.

    Row family ``openings_per_year``, one row per year t where the scenario sets a limit (row 6):
    ``sum over chosen o of (y[o,t] - y[o,t-1]) <= limit``. Options that are decided and closures do not count.
    Units: options. Dual: pounds of present value of one more opening.
    """
    limit = inputs.scenario.options.most_openings_per_year
    chosen = [option for option in _undecided(inputs) if not inputs.closes[option]]
    years = np.arange(1, inputs.horizon + 1) if limit is not None and chosen else np.zeros(0, dtype=np.int64)
    entries = Builder.empty()
    for row, year in enumerate(years):
        for option in chosen:
            for column, sign in opening_changes(layout, option, int(year)):
                entries.add(row, column, sign)
    return finish("openings_per_year", pd.DataFrame({"year": years}), entries, -np.inf, float(limit or 0), layout.count)


def _undecided(inputs: Inputs) -> Ints:
    return np.nonzero(~inputs.options["decided"].to_numpy(dtype=bool))[0].astype(np.int64)
