"""Small published histories, made up row by row."""

from __future__ import annotations

from collections.abc import Iterable

import pandas as pd

from planner.demand.history import History

COLUMNS = ["place", "measure", "year", "first_age", "last_age", "need", "provision_type", "children", "source"]


def row(
    measure: str, year: int, children: float, ages: tuple[int, int] = (0, 25), need: str = "*", kind: str = "*", place: str = "county"
) -> tuple[object, ...]:
    """One row of ehcp_history.csv."""
    return (place, measure, year, *ages, need, kind, children, "assumption")


def history(rows: Iterable[tuple[object, ...]]) -> History:
    """A history of these rows."""
    return History(pd.DataFrame(list(rows), columns=COLUMNS))


def totals(first: int, county: Iterable[float], england: Iterable[float] = ()) -> list[tuple[object, ...]]:
    """Rows of all EHCPs held by the county, and by England, in the Januaries from ``first`` on."""
    rows = [row("held", first + at, value) for at, value in enumerate(county)]
    return rows + [row("held", first + at, value, place="england") for at, value in enumerate(england)]


def tiny_rows() -> list[tuple[object, ...]]:
    """A history of the tiny county: 20 children in January 2025, as its stock has them by need and phase."""
    rows = totals(2021, (14, 15.5, 17, 18.5, 20), (1000, 1100, 1210, 1331, 1464.1))
    rows += [row("new", 2024, 5), row("ceased", 2024, 3.5), row("ceased", 2024, 1.5, (12, 12)), row("ceased", 2024, 2, (8, 8))]
    for need, age, held, new in (("ASD", 7, 9, 2), ("ASD", 12, 2, 1), ("SEMH", 8, 2, 1), ("SEMH", 13, 7, 1)):
        rows.append(row("held", 2025, held, (age, age), need))
        rows.append(row("new", 2024, new, (age - 1, age - 1), need))
    for age, held in ((7, 9), (12, 2), (8, 2), (13, 7)):
        rows.append(row("held", 2025, held, (age, age)))
    rows += [row("held", 2024, 9, (7, 7)), row("held", 2024, 9.5, (12, 12))]
    return rows
