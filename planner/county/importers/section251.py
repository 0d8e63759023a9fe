"""Section 251 statements (planned budgets or outturn): high needs lines of one council by year.

Traps handled: totals among the lines, thousands separators, brackets for amounts below 0, codes for figures, and the difference
between budget, which includes academies' places, and outturn, which leaves out what is recouped for them.
"""

from __future__ import annotations

import math
import re
from pathlib import Path
from typing import Final

import pandas as pd

from planner.county.importers.ees import Authority
from planner.county.importers.figures import FigureError, figure, january
from planner.county.importers.findings import Findings, Imported
from planner.county.importers.official import Wanted, plain, read_official
from planner.errors import Problems
from planner.names import SECTION_251_TITLES

SPLITS: Final = (
    "early_years_establishments",
    "primary_schools",
    "secondary_schools",
    "sen_and_special_schools",
    "pupil_referral_units_and_alt_provision",
    "post_16",
)
COLUMNS: Final = (
    Wanted("time_period"),
    Wanted("geographic_level", needed=False),
    Wanted("la_name", needed=False),
    Wanted("old_la_code", ("la_code",)),
    Wanted("new_la_code", needed=False),
    Wanted("main_category", needed=False),
    Wanted("category_of_expenditure", ("category of expenditure", "line", "category"), meaning="the line, such as 1.2.1"),
    *(Wanted(name, needed=False) for name in SPLITS),
    Wanted("gross_expenditure", ("gross", "total_expenditure")),
    Wanted("income", needed=False),
    Wanted("net_expenditure", ("net", "net_current_expenditure")),
)
HIGH_NEEDS: Final = tuple(line for line in SECTION_251_TITLES if line.startswith(("1.0.2", "1.2.")))
CARRIED: Final = "1.9.3"
_LINE = re.compile(r"^\s*(\d+(?:\.\d+)+)\b")


def read_section_251(path: Path, authority: Authority, problems: Problems) -> Imported | None:
    """High needs lines of a council by financial year, and its deficit where the file holds what is carried forward."""

    def keep(row: dict[str, str]) -> bool:
        level = plain(row.get("geographic_level", "local authority"))
        return level in ("local authority", "la", "") and authority.matches(row["old_la_code"], row.get("new_la_code", ""))

    table = read_official(path, COLUMNS, problems, keep)
    if table is None:
        return None
    if not table.rows:
        problems.add(path.name, "column old_la_code", f"no row is about the local authority {authority.la_code}", line=2)
        return None
    rows: dict[tuple[str, str], dict[str, float]] = {}
    before = len(problems.found)
    for row, line in zip(table.rows, table.lines, strict=True):
        match = _LINE.match(row["category_of_expenditure"])
        if match is None or match[1] not in (*HIGH_NEEDS, CARRIED, "1.4.11", "2.1.4", "2.1.6"):
            continue
        try:
            year = january(row["time_period"])
        except FigureError as error:
            problems.add(path.name, "column time_period", str(error), line=line, expected="a year such as 202425")
            continue
        key = (f"{year - 1}/{year % 100:02d}", match[1])
        figures = {
            name: _money(row.get(name, ""), name, path.name, line, problems)
            for name in (*SPLITS, "gross_expenditure", "income", "net_expenditure")
        }
        if key in rows and any(_unlike(rows[key][name], value) for name, value in figures.items()):
            problems.add(
                path.name,
                f"line {key[1]}, {key[0]}",
                "stands twice with different amounts",
                line=line,
                expected="one row for each line and year",
            )
        rows.setdefault(key, figures)
    if not rows and len(problems.found) == before:
        problems.add(
            path.name,
            "column category_of_expenditure",
            "no high needs line was found",
            line=2,
            expected=f"lines such as {', '.join(HIGH_NEEDS[:4])}",
        )
    if len(problems.found) > before:
        return None
    return _tables(rows, path.name)


def _money(text: str, name: str, file: str, line: int, problems: Problems) -> float:
    try:
        return figure(text)[0]
    except FigureError as error:
        problems.add(file, f"column {name}", str(error), line=line, expected="pounds, or one of x, z, c")
        return math.nan


def _unlike(one: float, other: float) -> bool:
    return one != other and not (math.isnan(one) and math.isnan(other))


def _tables(rows: dict[tuple[str, str], dict[str, float]], file: str) -> Imported:
    columns = [*SPLITS, "gross_expenditure", "income", "net_expenditure"]
    lines = pd.DataFrame(
        [
            (year, line, SECTION_251_TITLES.get(line, ""), *(values[name] for name in columns), "S251")
            for (year, line), values in sorted(rows.items())
        ],
        columns=["financial_year", "line", "title", *columns, "source"],
    )
    findings = Findings()
    years = sorted({year for year, _ in rows})
    spent = {
        year: sum(
            v["net_expenditure"]
            for (y, line), v in rows.items()
            if y == year and line in HIGH_NEEDS and not math.isnan(v["net_expenditure"])
        )
        for year in years
    }
    findings.found.append(
        f"{file}: {len(rows)} high needs lines of {years[0]} to {years[-1]}; net {', '.join(f'£{spent[y] / 1e6:,.1f}m ({y})' for y in years)}"
    )
    finance = []
    for (year, line), values in sorted(rows.items()):
        if line == CARRIED and not math.isnan(values["net_expenditure"]) and values["net_expenditure"] < 0:
            finance.append((year, "deficit_at_year_end", -values["net_expenditure"], "outturn", "S251"))
    findings.found.append(f"{file}: outturn leaves out what is recouped for academies and budget does not; compare like with like")
    made = {"section_251": lines}
    if finance:
        made["finance"] = pd.DataFrame(finance, columns=["financial_year", "measure", "value_gbp", "status", "source"])
    return Imported(made, findings)
