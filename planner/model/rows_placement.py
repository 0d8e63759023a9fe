"""Everyone is placed or waiting, and who enters each year."""

from __future__ import annotations

import numpy as np
import pandas as pd

from planner.model.layout import Builder, Inputs, Layout
from planner.model.program import Rows
from planner.model.rows import finish, row_numbers
from planner.names import SITUATIONS

WAITING_AT = SITUATIONS.index("waiting")


def in_place(inputs: Inputs, layout: Layout) -> Rows:
    r"""The children of a cohort in a provision type are those who stayed and those who entered.

    Row family ``in_place``, one row per cohort c, provision type k and year t where someone moves up or escalates
    from there::

        M[c,k,t] - s[c,k] M[c,k,t-1] - sum over units j of type k of e[c,j,t] = 0        (M[c,k,0] is the base-year stock)

    Units: children. Dual: pounds of present value of one more child of c in k in t, for what he or she does later
    (moving up, escalating). Slack: none.
    """
    demand, horizon = inputs.demand, inputs.horizon
    rows = row_numbers(layout.in_place >= 0)
    cohort, situation, year = np.nonzero(layout.in_place >= 0)
    entries = Builder.empty()
    entries.add(rows[cohort, situation, year], layout.in_place[cohort, situation, year], 1.0)
    stay = demand.stay[cohort, situation]
    before = layout.in_place[cohort, situation, year - 1]
    entries.add(rows[cohort, situation, year], before, -stay)
    years = np.arange(horizon + 1)[None, :]
    arc_rows = rows[inputs.arcs.cohort[:, None], inputs.arc_situation[:, None], years]
    entries.add(arc_rows, layout.enter, -1.0)
    stock = np.zeros(demand.stay.shape)
    np.add.at(stock, (demand.stock_cohort, inputs.stock_situation), demand.stock_children)
    limit = np.where(year == 1, stay * stock[cohort, situation], 0.0)
    keys = pd.DataFrame({"cohort": cohort, "situation": situation, "year": year})
    return finish("in_place", keys, entries, limit, limit, layout.count)


def placed(inputs: Inputs, layout: Layout) -> Rows:
    r"""Every child who needs a place this year enters one or waits.

    Row family ``placed``, one row per cohort c and year t (rows 1 and 2 of the model)::

        sum_j e[c,j,t] + w[c,t] - s[c,waiting] w[c,t-1] + avoided[c,t]
            - sum_k up[c-,k] M[c-,k,t-1] - sum_k esc[c_below,k] M[c_below,k,t-1]  =  new[c,t] + arrivals[c,t]

    where c- is the cohort one phase below, c_below the cohorts in the band below, k runs over provision types and
    waiting, and avoided[c,t] = sum over tau < t of phi[c,t-tau] sum_j g[c,j,tau].
    Units: children. Dual: pounds of present value of one more child of c who needs a place in t. Slack: waiting itself.
    """
    demand, horizon, arcs = inputs.demand, inputs.horizon, inputs.arcs
    cohorts = len(demand.cohorts)
    years = np.arange(1, horizon + 1)
    rows = np.full((cohorts, horizon + 1), -1, dtype=np.int64)
    rows[:, 1:] = np.arange(cohorts * horizon).reshape(cohorts, horizon)
    entries = Builder.empty()
    entries.add(rows[arcs.cohort][:, 1:], layout.enter[:, 1:], 1.0)
    entries.add(rows[:, 1:], layout.wait[:, 1:], 1.0)
    entries.add(rows[:, 2:], layout.wait[:, 1:-1], -demand.stay[:, WAITING_AT, None])
    limit = (demand.new + demand.arrivals)[:, 1:].copy()
    stock = np.zeros(demand.stay.shape)
    np.add.at(stock, (demand.stock_cohort, inputs.stock_situation), demand.stock_children)
    for target, chance in ((demand.up_to, demand.moves_up), (demand.escalates_to, demand.escalates)):
        source = np.nonzero(target >= 0)[0]
        into = target[source]
        np.add.at(limit[:, 0], into, (chance[source] * stock[source]).sum(axis=1))
        entries.add(rows[into][:, None, 2:], layout.in_place[source][:, :, 1:-1], -chance[source][:, :, None])
        entries.add(rows[into][:, 2:], layout.wait[source][:, 1:-1], -chance[source][:, WAITING_AT, None])
    for lag in range(1, horizon):
        effect = demand.effect[arcs.help_cohort, lag]
        entries.add(rows[arcs.help_cohort][:, 1 + lag :], layout.episodes[:, 1 : horizon + 1 - lag], effect[:, None])
    keys = pd.DataFrame({"cohort": np.repeat(np.arange(cohorts), horizon), "year": np.tile(years, cohorts)})
    return finish("placed", keys, entries, limit.ravel(), limit.ravel(), layout.count)
