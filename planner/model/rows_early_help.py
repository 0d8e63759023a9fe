"""Early help avoids some EHCPs, within what is possible."""

from __future__ import annotations

import numpy as np
import pandas as pd

from planner.model.layout import Builder, Inputs, Layout
from planner.model.program import Rows
from planner.model.rows import finish, row_numbers


def _cohort_years(inputs: Inputs) -> pd.DataFrame:
    cohorts = np.unique(inputs.arcs.help_cohort)
    horizon = inputs.horizon
    return pd.DataFrame({"cohort": np.repeat(cohorts, horizon), "year": np.tile(np.arange(1, horizon + 1), len(cohorts))})


def avoided_most(inputs: Inputs, layout: Layout) -> Rows:
    r"""Early help avoids at most a share of the new EHCPs of a group in a year.

    Row family ``avoided_most``, one row per cohort c that early help reaches and year t (row 3)::

        sum over tau < t of phi[c,t-tau] sum_j g[c,j,tau]  <=  omega new[c,t]

    Units: children. Dual: pounds of present value per EHCP that could still be avoided. Slack: none.
    """
    keys = _cohort_years(inputs)
    horizon, arcs = inputs.horizon, inputs.arcs
    number = np.searchsorted(np.unique(arcs.help_cohort), arcs.help_cohort)
    entries = Builder.empty()
    for lag in range(1, horizon):
        later = np.arange(lag, horizon)
        effect = inputs.demand.effect[arcs.help_cohort, lag]
        entries.add(number[:, None] * horizon + later[None, :], layout.episodes[:, 1 : horizon + 1 - lag], effect[:, None])
    limit = inputs.demand.avoidable[keys["cohort"].to_numpy(), keys["year"].to_numpy()]
    return finish("avoided_most", keys, entries, -np.inf, limit, layout.count)


def at_risk(inputs: Inputs, layout: Layout) -> Rows:
    r"""No more episodes are given than there are children on SEN support who could be reached.

    Row family ``at_risk``, one row per cohort c that early help reaches and year t (row 3)::

        sum_j g[c,j,t]  <=  at_risk[c,t]

    Units: episodes. Dual: pounds of present value per further child who could be reached. Slack: none.
    """
    keys = _cohort_years(inputs)
    horizon, arcs = inputs.horizon, inputs.arcs
    number = np.searchsorted(np.unique(arcs.help_cohort), arcs.help_cohort)
    entries = Builder.empty()
    entries.add(number[:, None] * horizon + np.arange(horizon)[None, :], layout.episodes[:, 1:], 1.0)
    limit = inputs.demand.at_risk[keys["cohort"].to_numpy(), keys["year"].to_numpy()]
    return finish("at_risk", keys, entries, -np.inf, limit, layout.count)


def episode_capacity(inputs: Inputs, layout: Layout) -> Rows:
    r"""A contact base gives no more episodes than its places allow.

    Row family ``episode_capacity``, one row per contact base j and year t (row 4)::

        sum_c g[c,j,t] - throughput sum_o block n[o,t] + throughput closed[j,t]  <=  throughput cap[j]

    with closed[j,t] all places of a base that has closed. Units: episodes. Dual: pounds of present value per episode. Slack: none (fewer episodes are always possible).
    """
    exists = np.repeat((inputs.is_base & (inputs.first_open <= inputs.horizon))[:, None], inputs.horizon + 1, axis=1)
    exists[:, 0] = False
    rows = row_numbers(exists)
    per_place = np.nan_to_num(inputs.arcs.units["episodes_per_place"].to_numpy(dtype=float))
    entries = Builder.empty()
    entries.add(rows[inputs.arcs.help_unit][:, 1:], layout.episodes[:, 1:], 1.0)
    for option, unit in enumerate(inputs.option_unit):
        if inputs.is_base[unit] and inputs.closes[option]:
            entries.add(rows[unit, 1:], layout.open[option, 1:], per_place[unit] * inputs.places[unit])
        elif inputs.is_base[unit]:
            entries.add(rows[unit, 1:], layout.blocks[option, 1:], -per_place[unit] * inputs.block_places[option])
    unit, year = np.nonzero(exists)
    keys = pd.DataFrame({"unit": unit, "year": year})
    return finish("episode_capacity", keys, entries, -np.inf, (per_place * np.nan_to_num(inputs.places))[unit], layout.count)
