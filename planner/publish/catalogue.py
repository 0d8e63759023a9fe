"""What every table of a pack is called, measures and holds: titles, kinds and meanings of columns by name."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import pandas as pd

from planner.publish.pack import Column, Kind


@dataclass(frozen=True)
class Entry:
    """One table of the catalogue: its title, what it measures and its notes."""

    title: str
    measure: str
    notes: tuple[str, ...] = ()


CHILD_YEARS = "A child-year is a child for an academic year, so that a figure over several years may be larger than the number of children."
EXPECTED = "Figures of years to come are expected numbers, so that they may hold parts of a child."
CASH = "Prices of the base year. Only financial years that the plan covers in full are shown."
PRESENT_MIX = "Savings are against what children alike cost where they are placed in the base year, not against another scenario: a comparison of two runs says what a programme saves."
JANUARY = "Counted in January of the academic year, in whole numbers that add to the totals (largest remainders)."
FORECAST = "Years after the base year are a projection under the scenario's assumptions, not a promise."

RUN_TABLES: Final[dict[str, Entry]] = {
    "ehcps_by_year": Entry(
        "EHCPs, new EHCPs and EHCPs avoided by year", "Children and young people with an EHCP, new EHCPs before early help and EHCPs that early help avoided", (FORECAST, EXPECTED)
    ),
    "ehcps_by_phase": Entry("EHCPs by phase of education", "Children and young people with an EHCP by phase", (FORECAST, EXPECTED)),
    "ehcps_by_need": Entry("EHCPs by primary type of need", "Children and young people with an EHCP by primary type of need", (FORECAST, EXPECTED)),
    "ehcps_by_district": Entry("EHCPs by district", "Children and young people with an EHCP by the district they live in", (FORECAST, EXPECTED)),
    "placements": Entry(
        "Where EHCPs are met, and places", "Children and young people with an EHCP by where it is met, and places where they are limited", (FORECAST, EXPECTED)
    ),
    "waiting_by_year": Entry("Children waiting for a place by year", "Children and young people with an EHCP who wait for a place", (EXPECTED,)),
    "waiting_by_district": Entry("Children waiting for a place by district", "Children and young people with an EHCP who wait, by district", (EXPECTED, CHILD_YEARS)),
    "waiting_by_need": Entry("Children waiting for a place by type of need", "Children and young people with an EHCP who wait, by primary type of need", (EXPECTED, CHILD_YEARS)),
    "waiting_reasons": Entry("Why children wait", "Child-years of waiting by reason", (CHILD_YEARS,)),
    "cost_by_fund": Entry("Cost by fund and financial year", "Cost by whose money pays", (CASH,)),
    "cost_by_line": Entry("Cost by line and financial year", "Cost by fund and line, with the Section 251 line", (CASH,)),
    "clock_reconciliation": Entry(
        "From academic years to financial years", "Cash by fund and line on both clocks, over all years", ("The difference is 0.00 on every line.", "Prices of the base year.")
    ),
    "dsg_position": Entry(
        "Position of the dedicated schools grant", "High needs block, cost to it, and cumulative deficit", ("A positive deficit is money owed.",)
    ),
    "options": Entry("What opens or grows", "Schemes in the plan with the year they open, places at the end and capital"),
    "dsg_plan": Entry(
        "DSG management plan: high needs block by line", "Opening deficit, income, expenditure by line, gap and cumulative deficit", ("In the line order of the Department for Education's DSG management plan.", "A positive deficit is money owed.")
    ),
    "appraisal": Entry(
        "Appraisal of options", "Capital, yearly saving, payback year and net present value at the discount rate", (PRESENT_MIX, "Capital holds the scenario's optimism bias; the uplift stands beside it.")
    ),
    "journeys": Entry(
        "Journeys by district", "Mean journey one way of children who travel to a unit, by the district they live in",
        ("Children in mainstream schools of their own area make no journey that is counted.",),
    ),
    "units": Entry("Units on the map", "Special schools, resource centres and contact bases with places"),
    "districts": Entry("Districts on the map", "Middle of each district, children waiting and journeys", (CHILD_YEARS,)),
    "scenario_changes": Entry("What this scenario changes", "Settings that differ from the scenario it extends, or from the program's own values, with the file and line that set them"),
    "assumptions": Entry("Assumptions", "What the figures rest on, with source and quality"),
    "dsg_placements_by_setting": Entry("DSG management plan: placements by setting", "Children and young people with an EHCP by setting", (FORECAST, JANUARY)),
    "dsg_placements_by_age": Entry("DSG management plan: placements by age group", "Children and young people with an EHCP by age group", (FORECAST, JANUARY, "The model knows phases, not single years of age: 16 to 19 and 20 to 25 are one group.")),
    "dsg_placements_by_need": Entry("DSG management plan: placements by need", "Children and young people with an EHCP by primary need", (FORECAST, JANUARY)),
}  # fmt: skip
"""Every table that a run's pack may hold, in the order in which they are shown."""

COMPARISON_TABLES: Final[dict[str, Entry]] = {
    "findings": Entry("What the comparison finds", "Findings in words"),
    "results_side_by_side": Entry("Results side by side", "Main results of each scenario"),
    "input_differences": Entry("What differs in the inputs", "Settings that differ from the base scenario, with the file and line that set them"),
    "cost_by_fund_compared": Entry("Cost by fund, compared", "Cost by fund and financial year in each scenario", (CASH,)),
    "dsg_compared": Entry("Dedicated schools grant, compared", "Position of the high needs block in each scenario", ("A positive deficit is money owed.",)),
    "dsg_mitigated": Entry(
        "DSG management plan: mitigated and unmitigated", "High needs block by line with each plan and without it", ("In the line order of the Department for Education's DSG management plan.", "A positive deficit is money owed; a positive saving makes it smaller.")
    ),
    "appraisal": Entry(
        "Appraisal against the base scenario", "Capital, yearly saving, payback year and net present value against the base scenario", ("A plan that costs more may leave fewer children waiting.",)
    ),
    "appraisal_years": Entry("When each scenario pays back", "Savings and capital by year against the base scenario"),
    "waiting_compared": Entry("Children waiting, compared", "Children and young people who wait for a place in each scenario", (EXPECTED,)),
    "ehcps_compared": Entry("EHCPs, compared", "Children and young people with an EHCP in each scenario", (FORECAST,)),
    "placements_compared": Entry("Where EHCPs are met, compared", "Children and young people by where their EHCP is met in each scenario", (FORECAST,)),
    "journeys_compared": Entry("Journeys, compared", "Mean journey one way in each scenario"),
    "waiting_reasons_compared": Entry("Why children wait, compared", "Child-years of waiting by reason in each scenario", (CHILD_YEARS,)),
    "dsg_plan_compared": Entry(
        "The high needs block with and without the plan", "High needs block by line of the management plan, unmitigated (the base) and mitigated",
        ("A saving is what makes the deficit smaller.",),
    ),
    "equity_by_district": Entry("Fairness between districts", "Waiting, places and journeys by district in each scenario", (CHILD_YEARS,)),
    "equity_by_need": Entry("Fairness between needs", "Waiting and places by primary type of need in each scenario", (CHILD_YEARS,)),
    "bridge": Entry("From one scenario's cost to another's", "Change of cost, present value, by cause"),
    "bridge_alone": Entry(
        "What each cause would change alone", "Change of cost, present value, if only this cause changed",
        ("Interaction is what arises only where several causes change together. In the bridge it is shared out among them.",),
    ),
    "switching_values": Entry(
        "Prices at which the answer turns", "Price of one line at which the scenario costs as much as the base, with both plans held",
        ("Money is present value. A price of 100% is the price now.", "A line is left out where no price of it makes the costs equal."),
    ),
    "bridge_ehcps": Entry("From one scenario's EHCPs to another's", "Change of EHCPs by cause"),
    "bridge_waiting": Entry("From one scenario's waiting to another's", "Change of child-years waiting by cause", (CHILD_YEARS,)),
}  # fmt: skip
"""Every table that a comparison's pack may hold, in the order in which they are shown."""

_C = Column
COLUMNS: Final[dict[str, Column]] = {
    column.name: column
    for column in (
        _C("year", "Academic year", Kind.YEAR, "September to August"),
        _C("financial_year", "Financial year", Kind.YEAR, "April to March"),
        _C("opens", "Opens", Kind.YEAR, "academic year in which it opens or grows"),
        _C("payback_year", "Payback year", Kind.YEAR, "first year by whose end discounted savings to date cover the capital"),
        _C("phase", "Phase", Kind.TEXT, "stage of education"),
        _C("need", "Primary type of need", Kind.TEXT, "as the scenario groups needs"),
        _C("district", "District", Kind.TEXT, "where the child lives, or where the unit stands"),
        _C("provision_type", "Provision", Kind.TEXT, "where the EHCP is met"),
        _C("setting", "Setting", Kind.TEXT, "where the EHCP is met"),
        _C("age_group", "Age group", Kind.TEXT, "age in January"),
        _C("fund", "Fund", Kind.TEXT, "whose money pays"),
        _C("line", "Line", Kind.TEXT, "what is paid for"),
        _C("section_251", "Section 251 line", Kind.CODE, "line of the Section 251 budget return"),
        _C("status", "Status", Kind.TEXT, "published: as accounts or budgets say; projected: by this plan"),
        _C("reason", "Reason", Kind.TEXT, "why a group waits"),
        _C("detail", "Detail", Kind.TEXT, "the reason with its figures"),
        _C("option", "Option code", Kind.CODE, "name of the option in files"),
        _C("unit", "Unit code", Kind.CODE, "name of the unit in files"),
        _C("name", "Name", Kind.TEXT, "name for people"),
        _C("kind", "Kind", Kind.TEXT, "what the row is"),
        _C("id", "Assumption", Kind.CODE, "name of the assumption in files"),
        _C("what", "What is assumed", Kind.TEXT),
        _C("value", "Value", Kind.TEXT),
        _C("low", "Low", Kind.TEXT, "low end of the range"),
        _C("high", "High", Kind.TEXT, "high end of the range"),
        _C("range", "Range", Kind.TEXT, "low and high end"),
        _C("source", "Source", Kind.TEXT),
        _C("owner", "Owner", Kind.TEXT, "post that answers for it"),
        _C("quality", "Quality", Kind.TEXT, "red, amber or green: how certain it is"),
        _C("effect", "What it changes", Kind.TEXT),
        _C("scenario", "Scenario", Kind.TEXT),
        _C("cause", "Cause", Kind.TEXT, "what the change comes from"),
        _C("measure", "Measure", Kind.TEXT),
        _C("base_value", "Base value", Kind.TEXT, "value in the base scenario"),
        _C("file_and_line", "File and line", Kind.TEXT, "where the value is set"),
        _C("text", "Finding", Kind.TEXT),
        _C("ehcps", "EHCPs", Kind.CHILDREN, "children and young people with an EHCP"),
        _C("new_ehcps", "New EHCPs", Kind.CHILDREN, "new EHCPs in the year, before early help"),
        _C("avoided", "EHCPs avoided", Kind.CHILDREN, "new EHCPs that early help avoided"),
        _C("children", "Children and young people", Kind.CHILDREN),
        _C("waiting", "Child-years waiting", Kind.CHILDREN, "over all years of the plan"),
        _C("travelling", "Children who travel", Kind.CHILDREN, "children whose journey is counted"),
        _C("places", "Places", Kind.PLACES, "places open; not available where there is no limit"),
        _C("cost_gbp", "Cost", Kind.MONEY, "pounds"),
        _C("capital_gbp", "Capital", Kind.MONEY, "pounds, for the size in the plan"),
        _C("change_gbp", "Change of cost", Kind.MONEY, "pounds, present value"),
        _C("change_waiting", "Change of child-years waiting", Kind.CHILDREN, "against the base scenario; below 0 is less waiting"),
        _C("change_journeys", "Change of mean journey", Kind.MINUTES, "minutes one way against the base scenario"),
        _C("more_or_less", "Spends", Kind.TEXT, "more or less on the line than the base"),
        _C("apart_gbp", "Apart now", Kind.MONEY, "how far apart the scenario and the base are on the line, pounds, present value"),
        _C("even_gbp", "Apart where costs are equal", Kind.MONEY, "how far apart they would have to be, pounds, present value"),
        _C("price_percent", "Price at which costs are equal", Kind.PERCENT, "share of the price now"),
        _C("high_needs_block_gbp", "High needs block", Kind.MONEY, "pounds"),
        _C("transfer_in_gbp", "Transfer in", Kind.MONEY, "pounds moved into the block"),
        _C("other_income_gbp", "Other income", Kind.MONEY, "pounds paid into the block from elsewhere"),
        _C("counted", "Counted", Kind.TEXT, "month in which children are counted"),
        _C("part", "Part", Kind.TEXT, "opening balance, income, expenditure or position"),
        _C("order", "Order", Kind.CODE, "place in the management plan"),
        _C("capital_uplift_gbp", "Of which optimism bias", Kind.MONEY, "uplift of capital for estimates that are too low, pounds"),
        _C("capital_present_value_gbp", "Capital, present value", Kind.MONEY, "pounds, discounted to the base year"),
        _C(
            "capital_credit_gbp",
            "Left of buildings",
            Kind.MONEY,
            "capital credited for the life left after the last year, present value, pounds",
        ),
        _C("cost_per_place_gbp", "Capital a place", Kind.MONEY, "capital over places, pounds"),
        _C("running_cost_gbp", "Running cost", Kind.MONEY, "places, filled or not, and fixed running cost in the last year, pounds"),
        _C("yearly_saving_gbp", "Saving in the last year", Kind.MONEY, "pounds, below 0 if it costs more"),
        _C(
            "net_present_value_gbp",
            "Net present value",
            Kind.MONEY,
            "discounted savings less capital, with what is left of buildings, pounds",
        ),
        _C(
            "cost_per_ehcp_avoided_gbp",
            "Cost of each EHCP avoided",
            Kind.MONEY,
            "present value of contact bases over the EHCPs they avoid, pounds",
        ),
        _C("academic_years_gbp", "Academic years", Kind.MONEY, "cash of the ledger to the last year planned, pounds"),
        _C("less_before_gbp", "Less before", Kind.MONEY, "spent before the first financial year, pounds"),
        _C("less_after_gbp", "Less after", Kind.MONEY, "rest of the last academic year, pounds"),
        _C("plus_base_year_gbp", "Plus base year", Kind.MONEY, "rest of the base year, pounds"),
        _C("financial_years_gbp", "Financial years", Kind.MONEY, "cash of the financial years shown, pounds"),
        _C("difference_gbp", "Difference", Kind.MONEY, "0.00 where the clocks reconcile"),
        _C("unmitigated_gbp", "Unmitigated", Kind.MONEY, "in the base scenario, in which nothing new is done, pounds"),
        _C("mitigated_gbp", "Mitigated", Kind.MONEY, "under the plan, pounds"),
        _C("saving_gbp", "Saving", Kind.MONEY, "what makes the deficit smaller, pounds"),
        _C("unmitigated_in_year_gbp", "Unmitigated in-year gap", Kind.MONEY, "in the base scenario, pounds"),
        _C(
            "unmitigated_deficit_at_year_end_gbp",
            "Unmitigated cumulative deficit",
            Kind.MONEY,
            "in the base scenario, pounds owed at the end of the year",
        ),
        _C("net_present_value_years_gbp", "Net present value of the years planned", Kind.MONEY, "without what follows them, pounds"),
        _C("high_needs_cost_gbp", "Cost to the block", Kind.MONEY, "pounds"),
        _C("in_year_gbp", "In-year gap", Kind.MONEY, "cost less block, transfer and other income, pounds"),
        _C("deficit_at_year_end_gbp", "Cumulative deficit", Kind.MONEY, "pounds owed at the end of the year"),
        _C("mean_minutes", "Mean journey", Kind.MINUTES, "minutes one way"),
        _C("journeys", "Mean journey", Kind.MINUTES, "minutes one way in the last year"),
        _C("easting", "Easting", Kind.METRES, "metres, British National Grid"),
        _C("northing", "Northing", Kind.METRES, "metres, British National Grid"),
    )
}
"""Every column that has one meaning wherever it stands, by its name."""

_IN_ONE_TABLE: Final[dict[tuple[str, str], Column]] = {
    ("scenario_changes", "setting"): _C("setting", "Setting", Kind.CODE, "name of the setting in scenario files"),
    ("input_differences", "setting"): _C("setting", "Setting", Kind.CODE, "name of the setting in scenario files"),
    ("assumptions", "unit"): _C("unit", "Unit", Kind.TEXT, "what the value counts"),
    ("appraisal", "children"): _C("children", "Children placed", Kind.CHILDREN, "in its places in the last year"),
    ("appraisal", "avoided"): _C("avoided", "EHCPs avoided", Kind.CHILDREN, "new EHCPs avoided in the years planned"),
    ("waiting_reasons", "children"): _C("children", "Child-years waiting", Kind.CHILDREN, "over all years of the plan"),
    ("options", "why"): _C("why", "Why", Kind.TEXT, "decided by the planner, or chosen by the model"),
}
"""Columns that mean something else in one table."""

_WORDS: Final[tuple[tuple[tuple[str, ...], Kind], ...]] = (
    (("_gbp", "cost", "saving", "npv", "present_value"), Kind.MONEY),
    (("minutes",), Kind.MINUTES),
    (("percent", "share"), Kind.PERCENT),
    (("_km", "kilometres"), Kind.KILOMETRES),
    (("easting", "northing", "metres"), Kind.METRES),
    (("places", "openings", "bases"), Kind.PLACES),
)
_COMPARED: Final[dict[str, Kind]] = {
    "cost_by_fund_compared": Kind.MONEY,
    "dsg_compared": Kind.MONEY,
    "journeys_compared": Kind.MINUTES,
    "bridge": Kind.MONEY,
    "bridge_alone": Kind.MONEY,
}


def column_of(name: str, values: pd.Series, table: str = "", scenarios: tuple[str, ...] = ()) -> Column:
    """The column of a frame by its name: from the catalogue, or by the words in its name and what it holds.

    A column of numbers that nothing says anything about counts children, which is the kind that is guarded most.
    """
    if name in scenarios:
        numeric = table not in ("results_side_by_side", "input_differences", "scenario_changes", "findings")
        return Column(name, name.replace("_", " ").capitalize(), _COMPARED.get(table, Kind.CHILDREN) if numeric else Kind.TEXT)
    known = _IN_ONE_TABLE.get((table, name), COLUMNS.get(name))
    if known is not None:
        return known
    title = name.removesuffix("_gbp").replace("_", " ").strip().capitalize().replace("Ehcp", "EHCP").replace(" ehcp", " EHCP")
    if name.endswith(("year", "years")) and not _numeric(values):
        return Column(name, title, Kind.YEAR)
    if not _numeric(values):
        return Column(name, title, Kind.TEXT)
    kind = next((kind for words, kind in _WORDS if any(word in name for word in words)), Kind.CHILDREN)
    if kind is Kind.CHILDREN and name.endswith("_year"):
        kind = Kind.YEAR
    return Column(name, title, kind)


def _numeric(values: pd.Series) -> bool:
    """Whether a column holds numbers, marks apart."""
    if values.dtype.kind in "iuf":
        return True
    return any(isinstance(value, int | float) and not isinstance(value, bool) for value in values)
