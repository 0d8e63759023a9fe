"""The decisions: which columns exist, their bounds and their positions."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from planner.model.layout import Flags, Floats, Inputs, Ints, Layout
from planner.model.program import Columns
from planner.names import SITUATIONS, Year


class _Placer:
    """Gives out positions, family by family, in the order in which they are asked for."""

    def __init__(self) -> None:
        self.blocks: list[Columns] = []
        self.next = 0

    def family(
        self,
        name: str,
        exists: Flags,
        axes: tuple[str, ...],
        *,
        upper: npt.ArrayLike = np.inf,
        lower: npt.ArrayLike = 0.0,
        whole: bool = False,
    ) -> Ints:
        """Give a position to every True of ``exists``; returns positions of the same shape, -1 elsewhere."""
        positions = np.full(exists.shape, -1, dtype=np.int64)
        where = np.nonzero(exists)
        count = len(where[0])
        positions[where] = np.arange(self.next, self.next + count)
        bounds = [np.broadcast_to(np.asarray(bound, dtype=float), exists.shape)[where].copy() for bound in (lower, upper)]
        keys = pd.DataFrame(dict(zip(axes, where, strict=True)))
        self.blocks.append(Columns(name, keys, bounds[0], bounds[1], whole, self.next))
        self.next += count
        return positions


def _planned(shape: tuple[int, ...]) -> Flags:
    flags = np.ones(shape, dtype=bool)
    flags[..., 0] = False
    return flags


def _from_year(first: Ints, horizon: int) -> Flags:
    years = np.arange(horizon + 1)
    return (years[None, :] >= np.maximum(first, 1)[:, None]) & (years > 0)[None, :]


def _in_place_needed(inputs: Inputs) -> Flags:
    """(C, S) where the rows must know how many children there are: some move up or escalate from there."""
    demand = inputs.demand
    reached = np.zeros(demand.stay.shape, dtype=bool)
    reached[inputs.arcs.cohort, inputs.arc_situation] = True
    reached[demand.stock_cohort, inputs.stock_situation] = True
    reached[:, SITUATIONS.index("waiting")] = False
    return reached & ((demand.moves_up > 0) | (demand.escalates > 0))


def option_bounds(inputs: Inputs) -> tuple[Floats, Floats, Floats, Floats]:
    """Bounds of ``open`` and ``blocks``: (O, H+1) lowest and highest of each.

    A decided option is shut before its year and open from it, at its size; one left to the model is shut before
    the first year in which work can be finished.
    """
    options, horizon = inputs.options, inputs.horizon
    earliest = options["earliest"].to_numpy(dtype=np.int64)
    on = np.arange(horizon + 1)[None, :] >= earliest[:, None]
    decided = options["decided"].to_numpy(dtype=bool)[:, None]
    most = options["most_blocks"].to_numpy(dtype=float)[:, None]
    fixed = options["fixed_blocks"].to_numpy(dtype=float)[:, None]
    missing = options["requires"].fillna("").astype(str).to_numpy()
    lacks = np.array([name not in ("", *options["option"]) for name in missing], dtype=bool)[:, None]
    open_upper = np.where(on & ~(lacks & ~decided), 1.0, 0.0)
    open_lower = np.where(on & decided, 1.0, 0.0)
    blocks_upper = np.where(decided, fixed, most) * open_upper
    blocks_lower = np.where(on & decided, fixed, 0.0)
    return open_lower, open_upper, blocks_lower, blocks_upper


def money_years(inputs: Inputs, limits: dict[str, float]) -> Flags:
    """(H+1,) which financial years have a limit; financial year t starts in the April before academic year t."""
    flags = np.zeros(inputs.horizon + 1, dtype=bool)
    for text in limits:
        step = Year.parse(text) - inputs.demand.years[0]
        if 0 <= step <= inputs.horizon:
            flags[step] = True
    return flags


def build_columns(inputs: Inputs) -> tuple[tuple[Columns, ...], Layout]:
    """Make every column family of the model, in order, and the table of positions."""
    horizon, demand, arcs = inputs.horizon, inputs.demand, inputs.arcs
    place = _Placer()
    cohorts, options = len(demand.cohorts), len(inputs.options)
    enter = place.family("enter", _from_year(inputs.first_open[arcs.unit], horizon), ("arc", "year"))
    wait = place.family("wait", _planned((cohorts, horizon + 1)), ("cohort", "year"))
    in_place = place.family(
        "in_place",
        np.repeat(_in_place_needed(inputs)[:, :, None], horizon + 1, axis=2) & _planned((1, 1, horizon + 1)),
        ("cohort", "situation", "year"),
    )
    episodes = place.family("episodes", _from_year(inputs.first_open[arcs.help_unit], horizon), ("help_arc", "year"))
    open_lower, open_upper, blocks_lower, blocks_upper = option_bounds(inputs)
    planned = _planned((options, horizon + 1))
    opens = place.family("open", planned, ("option", "year"), lower=open_lower, upper=open_upper, whole=True)
    blocks = place.family("blocks", planned, ("option", "year"), lower=blocks_lower, upper=blocks_upper, whole=True)
    closable = planned & inputs.may_close[:, None]
    opened = place.family("opened", closable, ("option", "year"), upper=1.0, whole=True)
    shut = place.family("shut", closable, ("option", "year"), upper=1.0, whole=True)
    grown = place.family("grown", closable, ("option", "year"))
    shrunk = place.family("shrunk", closable, ("option", "year"))
    holds = inputs.unit_stock[:, 1:].any(axis=1)
    used = inputs.limited & ~inputs.is_base & ((inputs.first_open <= horizon) | holds)
    over = place.family("over_capacity", planned_for(used, horizon), ("unit", "year"))
    phase_rows = _phase_rows(inputs)
    over_phase = place.family("over_capacity_phase", planned_for(np.ones(len(phase_rows), bool), horizon), ("phase_row", "year"))
    least = inputs.options["least_occupancy"].to_numpy(dtype=float)
    under = place.family("under_occupancy", planned_for(~np.isnan(least) & (least > 0) & ~inputs.closes, horizon), ("option", "year"))
    limits = inputs.scenario.limits
    over_capital = place.family("over_capital", money_years(inputs, limits.capital_gbp_by_year), ("year",))
    over_high_needs = place.family("over_high_needs", money_years(inputs, limits.high_needs_gbp_by_year), ("year",))
    layout = Layout(
        enter,
        wait,
        episodes,
        in_place,
        opens,
        blocks,
        opened,
        shut,
        grown,
        shrunk,
        over,
        phase_rows,
        over_phase,
        under,
        over_capital,
        over_high_needs,
        place.next,
    )
    return tuple(place.blocks), layout


def planned_for(flags: Flags, horizon: int) -> Flags:
    """(n, H+1) the flags in every year planned, and none in the base year."""
    return np.repeat(flags[:, None], horizon + 1, axis=1) & _planned((1, horizon + 1))


def _phase_rows(inputs: Inputs) -> pd.DataFrame:
    table = inputs.county.tables.get("unit_phase_places")
    position = {name: place for place, name in enumerate(inputs.arcs.units["unit"])}
    rows = [] if table is None else [(position[row["unit"]], str(row["phase"]), float(row["places"])) for row in table.to_dict("records")]
    return pd.DataFrame(rows, columns=["unit", "phase", "places"])
