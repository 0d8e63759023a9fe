"""What was published of a county's EHCPs, year by year, as series and arrays by age."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import pandas as pd

from planner.errors import InputError, Problem
from planner.names import NEEDS, PHASE_AGES, PHASES, PROVISION_TYPES

if TYPE_CHECKING:
    from planner.county.county import County

Floats = npt.NDArray[np.float64]
AGES = PHASE_AGES["post_16"][1] + 1
COUNTY, REGION, ENGLAND = "county", "region", "england"
FILE = "ehcp_history.csv"


@dataclass(frozen=True)
class History:
    """Published counts of EHCPs (``ehcp_history.csv``) as they were known in one January.

    ``held`` counts are of a January; the flows (new, ceased, moved away) are of a calendar year and are published with the January after.
    """

    table: pd.DataFrame

    @classmethod
    def of(cls, county: County) -> History:
        """The history of a county.

        Raises:
            InputError: if the county has no table of history, or the table has no count of all the county's EHCPs.

        """
        table = county.tables.get("ehcp_history")
        if table is None:
            raise InputError([_problem("the table is missing", "counts of EHCPs by year, for a forecast from history")])
        history = cls(table)
        if history.totals().empty:
            raise InputError(
                [_problem("no row counts all EHCPs that the county held in a January", "place county, measure held, ages 0 to 25")]
            )
        return history

    def until(self, january: int) -> History:
        """What had been published with one January's census: counts held up to then, flows of the calendar years before."""
        held = self.table["measure"] == "held"
        known = np.where(held, self.table["year"] <= january, self.table["year"] < january)
        return History(self.table[known])

    @cached_property
    def _plain(self) -> pd.DataFrame:
        return self.table[(self.table["first_age"] == 0) & (self.table["last_age"] == AGES - 1)]

    def totals(self, measure: str = "held", place: str = COUNTY) -> pd.Series:
        """Children of all ages, needs and provision types, by year in order."""
        rows = self._plain[(self._plain["need"] == "*") & (self._plain["provision_type"] == "*")]
        rows = rows[(rows["measure"] == measure) & (rows["place"] == place)]
        series = rows.set_index(rows["year"].astype(int))["children"].sort_index()
        return pd.Series(series, dtype=float)

    def by_provision(self, measure: str = "held", place: str = COUNTY) -> pd.DataFrame:
        """Children of all ages by year (rows) and provision type (columns)."""
        rows = self._plain[(self._plain["need"] == "*") & (self._plain["provision_type"] != "*")]
        rows = rows[(rows["measure"] == measure) & (rows["place"] == place)]
        grid = rows.assign(year=rows["year"].astype(int)).pivot_table(
            index="year", columns="provision_type", values="children", aggfunc="sum"
        )
        return grid.reindex(columns=list(PROVISION_TYPES)).fillna(0.0).astype(float)

    def _ages(self, measure: str, year: int, place: str) -> pd.DataFrame:
        rows = self.table[(self.table["measure"] == measure) & (self.table["place"] == place) & (self.table["year"] == year)]
        return rows[(rows["first_age"] != 0) | (rows["last_age"] != AGES - 1)]

    def by_age(self, measure: str, year: int, place: str = COUNTY) -> Floats | None:
        """(26,) children by age; None where nothing was published by age. Ages counted together share evenly."""
        rows = self._ages(measure, year, place)
        return _spread(rows[(rows["need"] == "*") & (rows["provision_type"] == "*")])

    def by_need_and_age(self, measure: str, year: int, place: str = COUNTY) -> Floats | None:
        """(needs, 26) children by need, in the order of ``NEEDS``, and age; None where nothing was published so."""
        rows = self._ages(measure, year, place)
        rows = rows[(rows["need"] != "*") & (rows["provision_type"] == "*")]
        return _stacked(rows, "need", NEEDS)

    def by_provision_and_age(self, measure: str, year: int, place: str = COUNTY) -> Floats | None:
        """(provision types, 26) children by provision type, in the order of ``PROVISION_TYPES``, and age; None where not published."""
        rows = self._ages(measure, year, place)
        rows = rows[(rows["need"] == "*") & (rows["provision_type"] != "*")]
        return _stacked(rows, "provision_type", PROVISION_TYPES)

    @property
    def last_january(self) -> int:
        """The last January with a count of all the county's EHCPs."""
        return int(self.totals().index[-1])


def _problem(wrong: str, expected: str) -> Problem:
    fix = "Add it (docs/demand.md says how), or leave demand.projection, demand.path and demand.new_ehcps.shape at their defaults."
    return Problem(FILE, 0, 0, "", wrong, expected, fix)


def _spread(rows: pd.DataFrame) -> Floats | None:
    if rows.empty:
        return None
    ages = np.zeros(AGES)
    for first, last, children in rows[["first_age", "last_age", "children"]].itertuples(index=False, name=None):
        ages[int(first) : int(last) + 1] += children / (last - first + 1)
    return ages


def _stacked(rows: pd.DataFrame, column: str, names: tuple[str, ...]) -> Floats | None:
    if rows.empty:
        return None
    parts = [_spread(rows[rows[column] == name]) for name in names]
    return np.stack([part if part is not None else np.zeros(AGES) for part in parts])


def phase_sums(ages: Floats) -> Floats:
    """Sums over the ages of each phase, the ages on the last axis."""
    return np.stack([ages[..., first : last + 1].sum(axis=-1) for first, last in (PHASE_AGES[phase] for phase in PHASES)], axis=-1)
