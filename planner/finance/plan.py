"""The high needs block in the shape of the DSG management plan: a plan's own position, and it beside what happens without it."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import pandas as pd

from planner.errors import InputError, Problem
from planner.finance.position import INCOME, opening_deficit
from planner.finance.written import read_table
from planner.names import LINE_FUND, WAITING, Fund, Year
from planner.results.solution import TABLE_COLUMNS

MAINSTREAM: Final = "Mainstream schools or academies placements"
BASES: Final = "Resourced provision or SEN units placements"
SPECIAL: Final = "Maintained special schools or special academies placements"
INDEPENDENT: Final = "NMSS or independent schools placements"
ALTERNATIVE: Final = "Hospital schools or alternative provision placements"
COLLEGES: Final = "Post-16 and further education placements"
OTHER: Final = "Other placements or direct payments"
THERAPIES: Final = "Health, social care, therapy services and care provision"
SUPPORT: Final = "Other high needs (support services, inclusion, invest to save)"

SPENDING: Final = (MAINSTREAM, BASES, SPECIAL, INDEPENDENT, ALTERNATIVE, COLLEGES, OTHER, THERAPIES, SUPPORT)
"""Lines of high needs expenditure, in the order of the Department for Education's DSG management plan template (version 10)."""

LINE_OF: Final[dict[str, str]] = {
    "mainstream_support": MAINSTREAM,
    "early_years_setting": MAINSTREAM,
    "resource_centre": BASES,
    "state_special": SPECIAL,
    "independent_special": INDEPENDENT,
    "alternative_provision": ALTERNATIVE,
    WAITING: ALTERNATIVE,
    "further_education": COLLEGES,
    "educated_elsewhere": OTHER,
    "contact_base": SUPPORT,
}
"""The plan's line for what is spent at each provision type. Lines follow the setting: a young person of 16 in a special school stands with
special schools. Tuition for children waiting stands with alternative provision. Nothing in the model stands under therapies."""

OPENING: Final = "Opening deficit"
INCOME_TITLES: Final = ("High needs block", "Transfers from other blocks", "Other income")
ALL_INCOME: Final = "Total income"
ALL_SPENDING: Final = "Total high needs expenditure"
IN_YEAR: Final = "In-year gap"
CLOSING: Final = "Cumulative deficit"
PARTS: Final = ("balance", "income", "expenditure", "position")


def spending_by_line(
    ledger: pd.DataFrame, base: dict[tuple[str, str], float], years: tuple[Year, ...], autumn_share: float
) -> dict[tuple[str, str], float]:
    """What the high needs block pays by line of the DSG plan and financial year, pounds; ``base`` as ``base_year_by_provision`` gives it."""
    mine = ledger[(ledger["fund"] == Fund.HIGH_NEEDS) & ~ledger["academic_year"].str.startswith("after")]
    cash = mine.groupby([mine["provision_type"].map(LINE_OF), "academic_year"])["cash_gbp"].sum()
    start = dict.fromkeys(SPENDING, 0.0)
    for (line, kind), amount in base.items():
        if LINE_FUND[line] == Fund.HIGH_NEEDS:
            start[LINE_OF[kind]] += amount
    spent = {}
    for title in SPENDING:
        before = start[title]
        for year in years[1:]:
            now = float(cash.get((title, str(year)), 0.0))
            spent[(title, str(year))] = autumn_share * now + (1.0 - autumn_share) * before
            before = now
    return spent


def dsg_plan(position: pd.DataFrame, spent: dict[tuple[str, str], float], other_spend: float) -> pd.DataFrame:
    """One plan's high needs block by line of the DSG management plan and projected financial year, pounds.

    In the order of that plan: the deficit at the start, income by line, expenditure by line, the gap in the year and the cumulative
    deficit. Costs, gaps and deficits are positive. ``other_spend`` is what the block pays each year that the model does not place; it
    stands with other high needs. The rows add up to ``position`` (table ``dsg_position``).
    """
    rows: list[tuple[object, ...]] = []
    ahead = position[position["status"] == "projected"].set_index("financial_year")
    opening = opening_deficit(position)
    for year, stated in ahead.iterrows():
        income = [float(stated[f"{measure}_gbp"]) for measure in INCOME]
        costs = [spent[(title, str(year))] + (other_spend if title == SUPPORT else 0.0) for title in SPENDING]
        gap = sum(costs) - sum(income)
        lines = [("balance", OPENING, opening)]
        lines += [("income", title, amount) for title, amount in zip(INCOME_TITLES, income, strict=True)]
        lines.append(("income", ALL_INCOME, sum(income)))
        lines += [("expenditure", title, amount) for title, amount in zip(SPENDING, costs, strict=True)]
        lines += [("expenditure", ALL_SPENDING, sum(costs)), ("position", IN_YEAR, gap), ("position", CLOSING, opening + gap)]
        rows += [(number, part, title, str(year), amount) for number, (part, title, amount) in enumerate(lines, start=1)]
        opening += gap
    frame = pd.DataFrame(rows, columns=list(TABLE_COLUMNS["dsg_plan"]))
    return frame.sort_values(["order", "financial_year"], kind="stable", ignore_index=True)


def mitigated_against(base_plan: pd.DataFrame, plan: pd.DataFrame) -> pd.DataFrame:
    """A plan's high needs block beside the one without it, line by line in the order of the DSG management plan, pounds.

    Both are tables ``dsg_plan`` of written runs: ``base_plan`` that of the scenario in which nothing new is done, which is the
    unmitigated position; ``plan`` that of the scenario judged, which is the mitigated one. Columns: order, part, line,
    financial_year, unmitigated_gbp, mitigated_gbp, saving_gbp. A saving is what makes the deficit smaller: less spent, more
    income, a smaller gap or deficit; it is below 0 where the plan makes it larger.

    Raises:
        InputError: if the two do not cover the same financial years.

    """
    keys = ["order", "part", "line", "financial_year"]
    years = [sorted(set(frame["financial_year"].astype(str))) for frame in (base_plan, plan)]
    if years[0] != years[1]:
        raise InputError(
            [Problem("dsg_plan.csv", 0, 0, "financial years", f"the plan covers {_span(years[1])} and the base {_span(years[0])}",
                     "two runs of the same base year and number of years", "Run both scenarios with the same base_year and years.")]
        )  # fmt: skip
    both = base_plan.merge(plan, on=keys, suffixes=("_base", "_plan"), validate="one_to_one")
    sign = both["part"].map(lambda part: -1.0 if part == "income" else 1.0)
    return pd.DataFrame(
        {
            **{key: both[key] for key in keys},
            "unmitigated_gbp": both["amount_gbp_base"].astype(float),
            "mitigated_gbp": both["amount_gbp_plan"].astype(float),
            "saving_gbp": sign * (both["amount_gbp_base"].astype(float) - both["amount_gbp_plan"].astype(float)) + 0.0,
        }
    ).sort_values(["order", "financial_year"], kind="stable", ignore_index=True)


def mitigated_folders(base: Path, folder: Path) -> pd.DataFrame:
    """``mitigated_against`` of two folders of finished runs, the base's first.

    Raises:
        InputError: if a folder lacks the table, or the two do not cover the same financial years.

    """
    return mitigated_against(read_table(base, "dsg_plan"), read_table(folder, "dsg_plan"))


def _span(years: list[str]) -> str:
    return f"{years[0]} to {years[-1]}" if years else "no year"


def with_unmitigated(position: pd.DataFrame, base_position: pd.DataFrame) -> pd.DataFrame:
    """A plan's table ``dsg_position`` with the unmitigated gap and cumulative deficit, the base scenario's, beside its own."""
    base = base_position.set_index("financial_year")
    frame = position.copy()
    for name in ("in_year_gbp", "deficit_at_year_end_gbp"):
        frame[f"unmitigated_{name}"] = frame["financial_year"].map(base[name])
    return frame
