"""Limits on money by financial year; each can be broken only at a price."""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy import sparse

from planner.model.costs import THOUSAND, capital_in_year, high_needs_lines, yearly_cost
from planner.model.layout import Floats, Inputs, Ints, Layout
from planner.model.program import Rows
from planner.names import Year


def _limit_rows(
    family: str, inputs: Inputs, layout: Layout, slack: Ints, limits: dict[str, float], costs: dict[int, tuple[Floats, float]]
) -> Rows:
    years = np.array(sorted(costs), dtype=np.int64)
    by_year = {Year.parse(text) - inputs.demand.years[0]: value for text, value in limits.items()}
    matrix = np.zeros((len(years), layout.count))
    upper = np.zeros(len(years))
    for row, year in enumerate(years):
        vector, settled = costs[int(year)]
        matrix[row] = vector / THOUSAND
        matrix[row, slack[year]] = -1.0
        upper[row] = (by_year[int(year)] - settled) / THOUSAND
    return Rows(family, pd.DataFrame({"year": years}), sparse.csr_matrix(matrix), np.full(len(years), -np.inf), upper)


def capital_limit(inputs: Inputs, layout: Layout) -> Rows:
    r"""Capital spent in a financial year keeps within its limit.

    Row family ``capital_limit``, one row per financial year f that has a limit (row 6)::

        sum over o, t of share[o, t-f] (fixed[o] v[o,t] + per block[o] m[o,t]) price[t] - over[f]  <=  limit[f]

    Units: thousands of pounds. Dual: pounds of present value per thousand pounds of limit. Slack: ``over_capital``, priced.
    """
    years = np.nonzero(layout.over_capital >= 0)[0]
    costs = {int(year): (capital_in_year(inputs, layout, int(year)), 0.0) for year in years}
    return _limit_rows("capital_limit", inputs, layout, layout.over_capital, dict(inputs.scenario.limits.capital_gbp_by_year), costs)


def high_needs_limit(inputs: Inputs, layout: Layout) -> Rows:
    r"""Revenue in the high needs block keeps within its limit.

    Row family ``high_needs_limit``, one row per financial year f that has a limit (row 7)::

        a cost[f] + (1 - a) cost[f-1] - over[f]  <=  limit[f]

    with a the share of academic year f's cost that falls in the financial year it starts in, and cost[t] every line of
    the high needs block in academic year t. Units: thousands of pounds. Dual: pounds of present value per thousand pounds
    of limit. Slack: ``over_high_needs``, priced.
    """
    share, lines = inputs.scenario.money.autumn_share, high_needs_lines()
    costs = {}
    for year in np.nonzero(layout.over_high_needs >= 0)[0]:
        now, settled = yearly_cost(inputs, layout, int(year), lines)
        before, settled_before = yearly_cost(inputs, layout, int(year) - 1, lines) if year else (np.zeros(layout.count), settled)
        costs[int(year)] = (share * now + (1 - share) * before, share * settled + (1 - share) * settled_before)
    return _limit_rows(
        "high_needs_limit", inputs, layout, layout.over_high_needs, dict(inputs.scenario.limits.high_needs_gbp_by_year), costs
    )
