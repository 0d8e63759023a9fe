"""An answer as tidy tables with labels, as they are written and read back."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import pandas as pd

from planner.solve.outcome import SolveRecord

TABLE_COLUMNS: Final[dict[str, tuple[str, ...]]] = {
    "allocation": ("area", "need", "phase", "band", "unit", "provision_type", "entry_year", "children"),
    "waiting": ("area", "need", "phase", "band", "year", "children"),
    "early_help": ("area", "need", "phase", "band", "unit", "year", "episodes"),
    "options": ("option", "option_name", "kind", "unit", "year", "open", "blocks", "places", "decided"),
    "slacks": ("limit", "unit", "phase", "year", "amount", "amount_unit", "price_gbp", "objective_gbp"),
    "avoided": ("area", "need", "phase", "band", "year", "children"),
    "occupancy": ("unit", "unit_name", "provision_type", "district", "year", "children", "places", "over_places"),
    "occupancy_phase": ("unit", "phase", "year", "children", "places"),
    "ehcps": ("district", "need", "phase", "band", "situation", "year", "children"),
    "entries": ("district", "need", "phase", "provision_type", "year", "children"),
    "travel": ("district", "phase", "provision_type", "year", "children", "mean_minutes", "p90_minutes", "child_minutes", "child_km"),
    "waiting_reasons": ("district", "need", "phase", "band", "year", "children", "reason", "detail"),
    "marginal_values": (
        "row",
        "unit",
        "option",
        "phase",
        "year",
        "gbp_present_value",
        "gbp_per_year",
        "holds_for_more",
        "holds_for_fewer",
        "meaning",
    ),
    "ledger": (
        "fund",
        "line",
        "section_251",
        "provision_type",
        "unit",
        "option",
        "academic_year",
        "quantity",
        "quantity_unit",
        "cash_gbp",
        "present_value_gbp",
    ),
    "ledger_financial_year": ("fund", "line", "financial_year", "cash_gbp"),
    "dsg_position": (
        "financial_year",
        "status",
        "high_needs_block_gbp",
        "transfer_in_gbp",
        "other_income_gbp",
        "high_needs_cost_gbp",
        "in_year_gbp",
        "deficit_at_year_end_gbp",
    ),
    "clock_reconciliation": (
        "fund",
        "line",
        "academic_years_gbp",
        "less_before_gbp",
        "less_after_gbp",
        "plus_base_year_gbp",
        "financial_years_gbp",
        "difference_gbp",
    ),
    "appraisal": (
        "option",
        "name",
        "kind",
        "opens",
        "places",
        "capital_gbp",
        "cost_per_place_gbp",
        "capital_uplift_gbp",
        "capital_present_value_gbp",
        "capital_credit_gbp",
        "running_cost_gbp",
        "children",
        "avoided",
        "yearly_saving_gbp",
        "payback_year",
        "net_present_value_gbp",
        "cost_per_ehcp_avoided_gbp",
    ),
    "dsg_plan": ("order", "part", "line", "financial_year", "amount_gbp"),
    "dsg_placements_by_setting": ("year", "counted", "setting", "ehcps"),
    "dsg_placements_by_age": ("year", "counted", "age_group", "ehcps"),
    "dsg_placements_by_need": ("year", "counted", "need", "ehcps"),
    "growth": ("year", "phase", "need", "new_ehcps", "children_population_effect", "children_rate_effect"),
    "refused": ("district", "need", "phase", "band", "provision_type", "reason", "pairs"),
}
"""The columns of every table that a run writes, in order. Years are written 2026/27; ``year`` is an academic year.
In ``ledger`` the academic_year of costs after the last year is ``after 2034/35`` and ``quantity`` says how many of what."""


@dataclass(frozen=True)
class Solution:
    """The decisions of one answer with labels in place of numbers.

    ``tables`` holds at least allocation, waiting, early_help, options and slacks (see
    ``TABLE_COLUMNS``). Rows below one ten-thousandth of a child are left out of none of them: an entry that is in the
    answer is in the table; exact zeros are left out except in options, where every year stands.
    """

    scenario: str
    tables: dict[str, pd.DataFrame]
    record: SolveRecord

    def table(self, name: str) -> pd.DataFrame:
        """One table by its name."""
        return self.tables[name]
