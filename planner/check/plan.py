"""The check's rules about what is made of the ledger: the two clocks, the management plan and the whole numbers of placements."""

from __future__ import annotations

import math
from collections import defaultdict
from typing import Final

from planner.check.children import Case
from planner.check.report import Notes
from planner.names import WAITING

PENNY = 0.01

NEEDED: Final = (
    "clock_reconciliation",
    "dsg_plan",
    "dsg_placements_by_setting",
    "dsg_placements_by_age",
    "dsg_placements_by_need",
    "appraisal",
)
"""The tables that these rules read."""

_ZERO: Final = ("difference_gbp",)


def clocks_reconcile(case: Case, notes: Notes) -> None:
    """Table ``clock_reconciliation``: the ledger's years and the financial years, line by line, with nothing left."""
    share, first, last = case.scenario.money.autumn_share, case.years[0], case.years[-1]
    academic: dict[str, float] = defaultdict(float)
    ends: dict[tuple[str, str], float] = defaultdict(float)
    for row in case.rows("ledger"):
        year = str(row["academic_year"])
        if year in case.years:
            academic[str(row["line"])] += float(row["cash_gbp"])
            ends[(str(row["line"]), year)] += float(row["cash_gbp"])
    financial: dict[str, float] = defaultdict(float)
    for row in case.rows("ledger_financial_year"):
        financial[str(row["line"])] += float(row["cash_gbp"])
    seen = set()
    for row in case.rows("clock_reconciliation"):
        line = str(row["line"])
        seen.add(line)
        rest = 0.0 if row["fund"] == "capital" else (1.0 - share) * ends[(line, last)]
        expected = {
            "academic_years_gbp": academic[line],
            "less_before_gbp": ends[(line, first)],
            "less_after_gbp": rest,
            "financial_years_gbp": financial[line],
        }
        for column, amount in expected.items():
            notes.compare("two_clocks", "clock_reconciliation", f"{line}, {column}", float(row[column]), amount, _near(amount), "pounds")
        left = (
            float(row["academic_years_gbp"]) - float(row["less_before_gbp"]) - float(row["less_after_gbp"])
            + float(row["plus_base_year_gbp"]) - float(row["financial_years_gbp"])
        )  # fmt: skip
        notes.compare("two_clocks", "clock_reconciliation", f"{line}, what is left", left, 0.0, _near(academic[line]), "pounds")
        for column in _ZERO:
            notes.compare(
                "two_clocks", "clock_reconciliation", f"{line}, {column}", float(row[column]), 0.0, _near(academic[line]), "pounds"
            )
    for line in {*academic, *financial} - seen:
        notes.add("two_clocks", "clock_reconciliation", line, "the line is missing")


def _near(amount: float) -> float:
    return PENNY + 1e-9 * abs(amount)


def plan_is_the_position(case: Case, notes: Notes) -> None:
    """Table ``dsg_plan``: lines add to totals, totals are those of ``dsg_position``, and each year starts where the last ended."""
    years: dict[str, dict[str, list[tuple[str, float]]]] = defaultdict(lambda: defaultdict(list))
    for row in case.tables["dsg_plan"].sort_values("order", kind="stable").to_dict("records"):
        years[str(row["financial_year"])][str(row["part"])].append((str(row["line"]), float(row["amount_gbp"])))
    owed: float | None = None
    for row in case.rows("dsg_position"):
        year, deficit = str(row["financial_year"]), float(row["deficit_at_year_end_gbp"])
        if row["status"] == "published":
            owed = deficit if deficit == deficit else owed
            continue
        parts = years.get(year)
        if parts is None or any(len(parts[name]) < 2 for name in ("income", "expenditure", "position")) or not parts["balance"]:
            notes.add("dsg_plan", "dsg_plan", year, "the year, or a part of it, is missing")
            continue
        cost = float(row["high_needs_cost_gbp"])
        income = float(row["high_needs_block_gbp"]) + float(row["transfer_in_gbp"]) + float(row["other_income_gbp"])
        pairs = [
            ("opening deficit", parts["balance"][0][1], owed or 0.0),
            ("total income", parts["income"][-1][1], income),
            ("income by line", sum(amount for _, amount in parts["income"][:-1]), income),
            ("total expenditure", parts["expenditure"][-1][1], cost),
            ("expenditure by line", sum(amount for _, amount in parts["expenditure"][:-1]), cost),
            ("in-year gap", parts["position"][0][1], float(row["in_year_gbp"])),
            ("cumulative deficit", parts["position"][1][1], deficit),
        ]
        for name, found, expected in pairs:
            notes.compare("dsg_plan", "dsg_plan", f"{name} in {year}", found, expected, _near(cost) * 20, "pounds")
        owed = deficit


def placements_are_whole(case: Case, notes: Notes) -> None:
    """Tables ``dsg_placements_*``: whole numbers within 1 of the exact ones, adding to a total that is the rounded exact one."""
    exact: dict[str, float] = defaultdict(float)
    waiting: dict[str, float] = defaultdict(float)
    for row in case.rows("ehcps"):
        exact[str(row["year"])] += float(row["children"])
        if row["situation"] == WAITING:
            waiting[str(row["year"])] += float(row["children"])
    for name, label in (("setting", "setting"), ("age", "age_group"), ("need", "need")):
        table = f"dsg_placements_by_{name}"
        rows = case.rows(table)
        for year in case.years:
            mine = [(str(row[label]), float(row["ehcps"])) for row in rows if str(row["year"]) == year]
            parts, totals = [count for word, count in mine if word != "Total"], [count for word, count in mine if word == "Total"]
            notes.require(
                "placements", table, year, all(count == int(count) >= 0 for _, count in mine), "a count is not a whole number from 0 up"
            )
            if len(totals) != 1:
                notes.add("placements", table, year, "the total is missing or stands twice")
                continue
            notes.compare("placements", table, f"{year}, parts", sum(parts), totals[0], 0.0, "children")
            notes.compare("placements", table, f"{year}, total", totals[0], math.floor(round(exact[year], 6) + 0.5), 0.0, "children")
            late = [count for word, count in mine if word == "Waiting for a place"]
            if late:
                notes.compare("placements", table, f"{year}, waiting", late[0], waiting[year], 1.0, "children")


def appraisal_is_the_ledger(case: Case, notes: Notes) -> None:
    """Table ``appraisal``: each scheme's capital, uplift and present value are its rows of the ledger, and the total is their sum."""
    cash: dict[str, float] = defaultdict(float)
    present: dict[str, float] = defaultdict(float)
    credit: dict[str, float] = defaultdict(float)
    for row in case.rows("ledger"):
        if row["fund"] == "capital":
            if str(row["academic_year"]) in case.years:
                cash[str(row["option"])] += float(row["cash_gbp"])
                present[str(row["option"])] += float(row["present_value_gbp"])
            else:
                credit[str(row["option"])] -= float(row["present_value_gbp"])
    cash["Total"], present["Total"], credit["Total"] = sum(cash.values()), sum(present.values()), sum(credit.values())
    bias = case.scenario.money.optimism_bias
    for row in case.rows("appraisal"):
        option = str(row["option"])
        expected = {
            "capital_gbp": cash[option],
            "capital_uplift_gbp": cash[option] * bias / (1.0 + bias),
            "capital_present_value_gbp": present[option],
            "capital_credit_gbp": credit[option],
        }
        for column, amount in expected.items():
            notes.compare("appraisal", "appraisal", f"{option}, {column}", float(row[column]), amount, _near(amount), "pounds")
