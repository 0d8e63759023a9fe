"""Whether every page that shows a run's money shows the same, read back from the written files alone.

The search's objective (in the manifest), the ledger, the financial years, the finance workbook, the page and the bridge of a comparison
are each read from their own file. A tie is the largest difference from what the others say, pounds.
"""

from __future__ import annotations

import io
import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import openpyxl
import pandas as pd

from planner.finance.written import read_table
from tests import libreoffice as office

PENNY = 0.005
"""Two amounts that are further apart do not tie."""
AMOUNT = re.compile("(\N{MINUS SIGN}?)£([0-9,]+\\.[0-9]{2})")


def objective(folder: Path) -> float:
    """Public cost as the search worked it out, from its own coefficients: pounds, present value."""
    return float(json.loads((folder / "manifest.json").read_text(encoding="utf-8"))["solve"]["cost_gbp"])


def row_of(book: Any, sheet: str, label: str) -> list[Any]:
    """The row of a sheet that begins with a label."""
    return next([cell.value for cell in row] for row in book[sheet].iter_rows() if str(row[0].value).startswith(label))


def page_cost(page: Path) -> float:
    """The public cost that an internal page states to the penny."""
    text = page.read_text(encoding="utf-8")
    stated = AMOUNT.search(text, text.index("Public cost, present value: "))
    assert stated is not None
    return float(stated[2].replace(",", "")) * (-1.0 if stated[1] else 1.0)


def page_table(page: Path, holds: str) -> pd.DataFrame:
    """The first table of a page with a column of this title, each figure as machines read it."""
    from lxml import html

    for table in html.fromstring(page.read_text(encoding="utf-8")).iter("table"):
        heads = [" ".join(cell.text_content().split()) for cell in table.xpath(".//thead//th")]
        if holds in heads:
            rows = [[_cell(cell) for cell in row.xpath("./th|./td")] for row in table.xpath(".//tbody/tr")]
            return pd.DataFrame(rows, columns=heads)
    raise LookupError(f"no table with a column '{holds}' in {page}")


def _without_total(frame: pd.DataFrame) -> pd.DataFrame:
    return frame[frame.iloc[:, 0] != "Total"]


def _cell(cell: Any) -> object:
    figures = cell.xpath(".//data/@value")
    return float(figures[0]) if figures else " ".join(cell.text_content().split())


def run_ties(folder: Path) -> dict[str, float]:
    """What each file of a run says, less what it should say, pounds: the largest of each kind."""
    cost = objective(folder)
    ledger, years = read_table(folder, "ledger"), read_table(folder, "ledger_financial_year")
    paid, deficit = float(years["cash_gbp"].sum()), float(read_table(folder, "dsg_position")["deficit_at_year_end_gbp"].iloc[-1])
    clocks = read_table(folder, "clock_reconciliation")
    book = openpyxl.load_workbook(io.BytesIO((folder / "internal" / "finance.xlsx").read_bytes()), data_only=True)
    total, page = row_of(book, "Summary", "Public cost, present value"), folder / "internal" / "report.html"
    checks = [row[1].value for row in book["Checks"].iter_rows(min_row=7) if isinstance(row[1].value, int | float)]
    ties = [float(value) for value in checks[: len(checks) - 2]]
    return {
        "ledger": abs(float(ledger["present_value_gbp"].sum()) - cost),
        "workbook": max(abs(float(total[1]) - cost), abs(float(total[2]) - cost)),
        "workbook checks": max(abs(value) for value in ties),
        "workbook years": abs(float(row_of(book, "Financial years", "All funds, total")[7]) - paid),
        "workbook deficit": abs(float(row_of(book, "DSG plan", "Cumulative deficit")[-1]) - deficit),
        "two clocks": float(clocks["difference_gbp"].abs().max()),
        "page": abs(page_cost(page) - round(cost, 2)),
        "page years": abs(float(_without_total(page_table(page, "Financial years"))["Financial years"].sum()) - paid),
    }


def comparison_ties(folder: Path, runs: Mapping[str, Path]) -> dict[str, float]:
    """What a comparison says, less what its runs say, pounds: the cost side by side, and every bridge from the base."""
    tables = folder / "internal" / "tables"
    names = list(runs)
    cost = {name: objective(path) for name, path in runs.items()}
    side = pd.read_csv(tables / "results_side_by_side.csv").set_index("measure")
    bridge = pd.read_csv(tables / "bridge.csv").set_index(["scenario", "cause"])["change_gbp"]
    found = {"side by side": max(abs(float(side.loc["Public cost, present value", name]) - cost[name]) for name in names)}
    ends, parts = [], []
    for name in names[1:]:
        mine = bridge[name]
        ends.append(abs(cost[names[0]] + float(mine["Total"]) - cost[name]))
        parts.append(abs(float(mine.drop("Total").sum()) - float(mine["Total"])))
    return {**found, "bridge": max(ends), "bridge parts": max(parts)}


def recalculated(book: Path, folder: Path) -> dict[str, float]:
    """A finance workbook recalculated in full by LibreOffice: the largest difference from what is stored, and how many formulas there are."""
    before, after = office.values(book), office.recalculated(book, folder)
    formulas = office.formulas(book)
    apart = 0.0
    for place in formulas:
        stored, new = before.get(place), after.get(place)
        if isinstance(stored, int | float) and isinstance(new, int | float):
            apart = max(apart, abs(float(stored) - float(new)))
        elif stored != new and not (stored in (None, "") and new in (None, "")):
            apart = float("inf")
    return {"formulas": float(len(formulas)), "largest difference": apart}
