"""What the finance workbook is made from, and where on its sheets each thing stands."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from planner.county.county import County
from planner.finance.detail import MoneyDetail, uprating
from planner.names import LINE_FUND, LINES
from planner.rates.rates import Rates
from planner.report.finance_book.kit import LABELS, Sheet
from planner.scenario.schema import Scenario

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Money:
    """One finished run as finance sees it.

    ``ledger``, ``financial_years``, ``position``, ``clocks``, ``plan`` and ``appraisal`` are the tables that the run wrote (``dsg_plan`` is
    ``plan``); ``manifest`` is its manifest as plain data; ``unit_names`` gives the name of each unit.
    """

    scenario: Scenario
    county: County
    rates: Rates
    detail: MoneyDetail
    ledger: pd.DataFrame
    financial_years: pd.DataFrame
    position: pd.DataFrame
    clocks: pd.DataFrame
    plan: pd.DataFrame
    appraisal: pd.DataFrame
    manifest: Mapping[str, Any]
    unit_names: Mapping[str, str]

    @property
    def years(self) -> tuple[str, ...]:
        """Base year, years planned, and what follows the last."""
        return self.detail.years

    @property
    def discount(self) -> Floats:
        """(H+2,) discount factors; what follows the last year stands in that year's money."""
        return np.append(self.rates.discount, self.rates.discount[-1])

    @property
    def lines(self) -> list[str]:
        """The lines of cost in use, in the order of funds and lines."""
        used = {*self.ledger["line"], *self.detail.base["line"]}
        return sorted((line for line in LINES if line in used), key=lambda line: list(LINE_FUND.values()).index(LINE_FUND[line]))

    def index(self, line: str) -> Floats:
        """(H+2,) price index of a line."""
        return uprating(self.rates, line, "", self.years)

    def column(self, year: str) -> int:
        """The column in which a year stands on every sheet."""
        return LABELS + self.years.index(year)


@dataclass
class Where:
    """Where things stand, for the formulas of later sheets."""

    sheets: dict[str, Sheet] = field(default_factory=dict)
    row: dict[tuple[str, str], int] = field(default_factory=dict)
    span: dict[str, tuple[int, int]] = field(default_factory=dict)
    value: dict[tuple[str, str], Any] = field(default_factory=dict)

    def ref(self, sheet: str, key: str, column: int, **fixed: bool) -> str:
        """The address of a remembered row on a sheet, in one column."""
        return self.sheets[sheet].ref(self.row[(sheet, key)], column, **fixed)

    def block(self, sheet: str, column: int, last_column: int | None = None) -> str:
        """The address of a column over the remembered rows of a sheet."""
        first, last = self.span[sheet]
        return self.sheets[sheet].span(first, last, column, last_column)
