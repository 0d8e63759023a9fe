"""Switching values: how far a price, or the effect of early help, would have to move before the answer turns. Plans are held as they are."""

from __future__ import annotations

import pandas as pd

from planner.names import LINE_TITLES

COLUMNS = ("line", "more_or_less", "apart_gbp", "even_gbp", "price_percent")
PENNY = 0.005


def line_switches(base: pd.DataFrame, ledger: pd.DataFrame) -> pd.DataFrame:
    """For each line of cost, the price at which a scenario costs as much as its base; both are ledgers of finished runs.

    The cost of a line is a price times quantities, so with both plans held their difference moves in a straight line with the price. Columns:
    ``more_or_less``: whether the scenario spends more or less on the line; ``apart_gbp``: how far apart the two are on it, present value;
    ``even_gbp``: how far apart they would have to be for the same total; ``price_percent``: the second over the first, which is the
    price at which the two cost the same, as a share of the price now. Lines on which they are not apart, and lines of which no price
    above 0 does it, are left out. The line that needs to move least stands first.
    """
    sums = [frame.groupby("line")["present_value_gbp"].sum() for frame in (base, ledger)]
    total = float(sums[1].sum() - sums[0].sum())
    rows = []
    for line, title in LINE_TITLES.items():
        apart = float(sums[1].get(line, 0.0)) - float(sums[0].get(line, 0.0))
        sign = 1.0 if apart > 0 else -1.0
        even = sign * (apart - total)
        if abs(apart) >= PENNY and even > PENNY and abs(total) >= PENNY:
            rows.append((title, "more" if apart > 0 else "less", abs(apart), even, even / abs(apart)))
    frame = pd.DataFrame(rows, columns=list(COLUMNS))
    near = (frame["price_percent"].astype(float) - 1.0).abs()
    return frame.loc[near.sort_values(kind="stable").index].reset_index(drop=True)


def early_help_switch(appraisal: pd.DataFrame) -> tuple[float, float] | None:
    """New EHCPs that contact bases avoid in a plan, and how few they could avoid before they cost more than they save; None without any.

    From the rows of table ``appraisal`` for contact bases: each avoided EHCP saves the same on average, whatever their number. What
    children alike cost where they are placed now is the measure, as everywhere in that table.
    """
    bases = appraisal[appraisal["avoided"].map(_is_number) & appraisal["cost_per_ehcp_avoided_gbp"].map(_is_number)]
    bases = bases[bases["net_present_value_gbp"].map(_is_number) & (bases["option"].astype(str) != "Total")]
    avoided = bases["avoided"].astype(float)
    cost = float((bases["cost_per_ehcp_avoided_gbp"].astype(float) * avoided).sum())
    worth = float(bases["net_present_value_gbp"].astype(float).sum()) + cost
    number = float(avoided.sum())
    if number < PENNY or worth < PENNY:
        return None
    return number, number * cost / worth


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and value == value
