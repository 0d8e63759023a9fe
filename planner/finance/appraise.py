"""A scenario against its base, from the written tables of both: capital, saving, payback, net present value, cost per place and EHCP."""

from __future__ import annotations

import math
from collections.abc import Mapping
from pathlib import Path
from typing import Final

import numpy as np
import pandas as pd

from planner.errors import InputError, Problem
from planner.finance.appraisal import TOTAL, payback_year
from planner.finance.written import read_tables
from planner.names import Fund

Tables = Mapping[str, pd.DataFrame]

NEEDED: Final = ("ledger", "options", "avoided", "appraisal")
"""The written tables that an appraisal against a base reads."""

YEAR_COLUMNS: Final = (
    "year", "saving_gbp", "saving_present_value_gbp", "capital_gbp", "capital_present_value_gbp", "saving_to_date_gbp", "balance_gbp",
)  # fmt: skip
COLUMNS: Final = (
    "capital_gbp", "capital_uplift_gbp", "capital_present_value_gbp", "yearly_saving_gbp", "payback_year", "net_present_value_gbp",
    "net_present_value_years_gbp", "places", "cost_per_place_gbp", "avoided", "cost_per_ehcp_avoided_gbp",
)  # fmt: skip


def appraise_folders(base: Path, folder: Path) -> pd.DataFrame:
    """``appraise`` of two folders of finished runs.

    Raises:
        InputError: if a folder lacks a table, or the two do not cover the same years.

    """
    return appraise(read_tables(base, NEEDED), read_tables(folder, NEEDED))


def appraise(base: Tables, tables: Tables) -> pd.DataFrame:
    """One row for a scenario against its base, pounds; ``base`` and ``tables`` hold the tables of ``NEEDED``.

    Columns, each the scenario's less the base's where not said otherwise:

    - ``capital_gbp``, ``capital_uplift_gbp``, ``capital_present_value_gbp``: capital spent in the years planned, cash, of which the
      uplift for optimism bias, and its present value;
    - ``yearly_saving_gbp``: revenue of the base less the scenario's in the last year planned, all funds but capital, cash;
    - ``payback_year``: first year by whose end discounted savings to date cover the present value of capital;
    - ``net_present_value_gbp``: present value of all cost of the base less the scenario's, with what follows the last year;
      ``net_present_value_years_gbp``: the same of the years planned alone, without it and without what is left of buildings;
    - ``places``: places for children with an EHCP that options add at the end, those of contact bases left out;
      ``cost_per_place_gbp``: capital of those schemes over them;
    - ``avoided``: new EHCPs avoided in the years planned; ``cost_per_ehcp_avoided_gbp``: present value of what contact bases cost in the
      years planned (capital less what is left of it, running cost, early help) over them.

    An amount that has nothing to be divided by is NaN.

    Raises:
        InputError: if the two do not cover the same years.

    """
    years = appraise_years(base, tables)
    names = tuple(years["year"])
    capital = years["capital_gbp"].to_numpy(dtype=float)
    present = years["capital_present_value_gbp"].to_numpy(dtype=float)
    saving = years["saving_present_value_gbp"].to_numpy(dtype=float)
    ones = np.ones(len(names))
    places = _places(tables) - _places(base)
    avoided = float(tables["avoided"]["children"].sum() - base["avoided"]["children"].sum())
    helped, built = (after - before for before, after in zip(_parts(base["ledger"]), _parts(tables["ledger"]), strict=True))
    spent = float(capital.sum())
    row = (
        spent, _uplift(tables) - _uplift(base), float(present.sum()), float(years["saving_gbp"].iloc[-1]),
        payback_year(saving, present, ones, names), _present(base["ledger"]) - _present(tables["ledger"]),
        float(saving.sum() - present.sum()), places, built / places if abs(places) > 1e-6 else math.nan, avoided,
        helped / avoided if abs(avoided) > 1e-6 else math.nan,
    )  # fmt: skip
    return pd.DataFrame([row], columns=list(COLUMNS))


def appraise_years(base: Tables, tables: Tables) -> pd.DataFrame:
    """The appraisal of a scenario against its base year by year, pounds: the base year (capital spent early), then every year planned.

    ``saving_gbp`` is revenue of the base less the scenario's, ``capital_gbp`` capital of the scenario less the base's;
    ``saving_to_date_gbp`` adds up discounted savings, and ``balance_gbp`` is it less discounted capital to date.

    Raises:
        InputError: if the two do not cover the same years.

    """
    planned = [_years(one["ledger"]) for one in (base, tables)]
    if planned[0] != planned[1]:
        raise InputError(
            [Problem("ledger.csv", 0, 0, "academic years", f"the scenario covers {planned[1][0]} to {planned[1][-1]} and the base {planned[0][0]} to {planned[0][-1]}",
                     "two runs of the same base year and number of years", "Run both scenarios with the same base_year and years.")]
        )  # fmt: skip
    first = f"{int(planned[0][0][:4]) - 1}/{planned[0][0][2:4]}"
    rows = []
    for year in (first, *planned[0]):
        before, now = (_year(one["ledger"], year) for one in (base, tables))
        rows.append((year, before[0] - now[0], before[1] - now[1], now[2] - before[2], now[3] - before[3]))
    frame = pd.DataFrame(rows, columns=list(YEAR_COLUMNS[:5]))
    frame["saving_to_date_gbp"] = frame["saving_present_value_gbp"].cumsum()
    frame["balance_gbp"] = frame["saving_to_date_gbp"] - frame["capital_present_value_gbp"].cumsum()
    return frame


def _years(ledger: pd.DataFrame) -> tuple[str, ...]:
    """The years planned: those in which revenue is spent."""
    paid = ledger[(ledger["fund"] != Fund.CAPITAL) & ~ledger["academic_year"].str.startswith("after")]
    return tuple(sorted(set(paid["academic_year"].astype(str))))


def _year(ledger: pd.DataFrame, year: str) -> tuple[float, float, float, float]:
    """Revenue and capital of a year: cash and present value of each."""
    mine = ledger[ledger["academic_year"] == year]
    capital = mine["fund"] == Fund.CAPITAL
    parts = [mine.loc[rows, column].sum() for rows in (~capital, capital) for column in ("cash_gbp", "present_value_gbp")]
    return float(parts[0]), float(parts[1]), float(parts[2]), float(parts[3])


def _present(ledger: pd.DataFrame) -> float:
    """Present value of all cost."""
    return float(ledger["present_value_gbp"].sum())


def _parts(ledger: pd.DataFrame) -> tuple[float, float]:
    """Present value of what contact bases cost in the years planned, less what is left of buildings; and cash of all other capital."""
    base, capital = ledger["provision_type"] == "contact_base", ledger["fund"] == Fund.CAPITAL
    after = ledger["academic_year"].str.startswith("after")
    return float(ledger.loc[base & (capital | ~after), "present_value_gbp"].sum()), float(
        ledger.loc[~base & capital & ~after, "cash_gbp"].sum()
    )


def _places(tables: Tables) -> float:
    """Places for children with an EHCP that options add in the last year planned."""
    options = tables["options"]
    options = options[options["kind"] != "contact_base"]
    return float(options.loc[options["year"] == options["year"].max(), "places"].sum()) if len(options) else 0.0


def _uplift(tables: Tables) -> float:
    table = tables["appraisal"]
    return float(table.loc[table["option"] == TOTAL, "capital_uplift_gbp"].sum())
