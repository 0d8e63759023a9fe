"""Charts for everybody, made from a public pack alone: what is left out of its tables is left out of them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import numpy as np
import pandas as pd

from planner.names import FUND_TITLES, LINE_TITLES, PROVISION_TITLES, WAITING
from planner.publish.pack import LOW, Mark, Pack
from planner.report.charts import money, places, series
from planner.report.charts.style import save

_LIMITED: Final = ("state_special", "independent_special", "resource_centre")
TOTAL: Final = "Total"
SMALLEST: Final = 0.01
"""Kinds of provision with less than this share of EHCPs in every year cannot be told apart in a chart of all, and are left to the table."""


def figures(values: pd.Series) -> np.ndarray:
    """A column as numbers to draw: ``[low]`` as 0, what is left out as nothing."""
    return np.array([0.0 if value == LOW else np.nan if isinstance(value, Mark) else float(value) for value in values])


def _note(pack: Pack, extra: str = "") -> str:
    facts = pack.facts
    return (
        f"Source: {facts.get('county_title', 'the county')} tables and the scenario '{pack.title}'. Counts are rounded to the nearest {facts['round_to']}, "
        f"money to the nearest £{int(facts['money_round_to_gbp']):,}; figures too small to publish are drawn as 0 or left out. {extra}"
    ).strip()


def _codes(values: pd.Series, titles: dict[str, str]) -> list[str]:
    back = {title: code for code, title in titles.items()}
    return [back.get(str(value), str(value)) for value in values]


def draw_public(folder: Path, pack: Pack) -> None:
    """Draw the charts of a run into ``charts/``, each as SVG and PNG with its data as CSV, marks and all. A comparison has none of these tables and no chart here.

    Raises:
        WriteError: if a file cannot be written.

    """
    target = folder / "charts"
    drawers: dict[str, Callable[[Path, Pack, pd.DataFrame, str], None]] = {
        "placements": _placements,
        "cost_by_fund": _cost_by_fund,
        "cost_by_line": _cost_by_line,
        "dsg_position": _dsg_position,
        "options": _options,
    }
    where = pack.facts.get("county_title", "")
    for name, draw in drawers.items():
        if name in pack.tables:
            target.mkdir(parents=True, exist_ok=True)
            draw(target, pack, pack.table(name).frame, where)


def _placements(target: Path, pack: Pack, frame: pd.DataFrame, where: str) -> None:
    data = pd.DataFrame(
        {"year": frame["year"], "situation": _codes(frame["provision_type"], PROVISION_TITLES), "children": figures(frame["children"])}
    )
    most = data.groupby("situation")["children"].max()
    small = [kind for kind in most.index if kind != TOTAL and most[kind] < SMALLEST * float(most.get(TOTAL, 0.0))]
    words = [PROVISION_TITLES.get(str(kind), str(kind)).lower() for kind in small]
    drawn = data[~data["situation"].isin(small)].reset_index(drop=True)
    note = _note(pack, f"Not drawn, as few are met there: {', '.join(words)}." if words else "")
    save(target, "ehcps_by_provision", series.ehcps_by_provision(drawn, where, note), frame)
    held = pd.DataFrame(
        {"provision_type": data["situation"], "year": data["year"], "children": data["children"], "places": figures(frame["places"])}
    )
    held = held[held["provision_type"].isin(_LIMITED) & held["places"].notna()].reset_index(drop=True)
    save(target, "places_against_demand", series.places_against_demand(held, where, _note(pack)), frame)
    waits = data[data["situation"] == WAITING]
    said = [str(value) if isinstance(value, Mark) else f"{value:,.0f}" for value in frame.loc[waits.index, "children"]]
    waits = waits.assign(shown=said)
    if (waits["children"] > 0).any():
        save(target, "waiting", series.waiting(waits, where, _note(pack)), frame.loc[waits.index])


def _cost_by_fund(target: Path, pack: Pack, frame: pd.DataFrame, where: str) -> None:
    data = pd.DataFrame(
        {"financial_year": frame["financial_year"], "fund": _codes(frame["fund"], FUND_TITLES), "cash_gbp": figures(frame["cost_gbp"])}
    )
    place = f"{where}, prices of {pack.facts.get('base_year', '')}"
    hidden = sorted({FUND_TITLES.get(fund, fund) for fund in data.loc[data["cash_gbp"].isna(), "fund"]})
    drawn = data[~data["fund"].isin(_codes(pd.Series(hidden, dtype=object), FUND_TITLES))].reset_index(drop=True)
    save(target, "cost_by_fund", money.cost_by_fund(drawn, place, _note(pack, _left_out(hidden))), frame)


def _cost_by_line(target: Path, pack: Pack, frame: pd.DataFrame, where: str) -> None:
    data: Any = pd.DataFrame(
        {
            "financial_year": frame["financial_year"],
            "fund": _codes(frame["fund"], FUND_TITLES),
            "line": _codes(frame["line"], LINE_TITLES),
            "cash_gbp": figures(frame["cost_gbp"]),
        }
    )
    data = data[data["line"] != TOTAL]
    hidden = sorted({str(line) for line in data.loc[data["cash_gbp"].isna(), "line"]})
    shown = data[~data["line"].isin(hidden)].reset_index(drop=True)
    note = _note(pack, _left_out([LINE_TITLES.get(line, line) for line in hidden]))
    save(target, "cost_by_line", money.cost_by_line(shown, f"{where}, prices of {pack.facts.get('base_year', '')}", note), frame)


def _left_out(names: list[str]) -> str:
    return f"Left out in some years: {'; '.join(names)}." if names else ""


def _dsg_position(target: Path, pack: Pack, frame: pd.DataFrame, where: str) -> None:
    data = pd.DataFrame(
        {
            "financial_year": frame["financial_year"].astype(str),
            "status": frame["status"].astype(str),
            "block_gbp": figures(frame["high_needs_block_gbp"])
            + sum(np.nan_to_num(figures(frame[name])) for name in ("transfer_in_gbp", "other_income_gbp") if name in frame.columns),
            "cost_gbp": figures(frame["high_needs_cost_gbp"]),
            "deficit_gbp": figures(frame["deficit_at_year_end_gbp"]),
        }
    )
    save(target, "dsg_position", money.dsg_position(data, f"{where}, prices of {pack.facts.get('base_year', '')}", _note(pack)), frame)


def _options(target: Path, pack: Pack, frame: pd.DataFrame, where: str) -> None:
    years = _years(pack.facts.get("base_year", ""), pack.facts.get("last_year", ""))
    rows = [
        (row["option"], row["name"], year, float(row["places"]), row["why"] == "decided")
        for row in frame.to_dict("records")
        for year in years
        if year >= str(row["opens"])
    ]
    data = pd.DataFrame(rows, columns=["option", "option_name", "year", "places", "decided"])
    note = _note(pack, "Places are those at the end of the plan. Hosts of bases are illustrative: no real school has been chosen.")
    save(target, "openings", places.openings(data, years, where, note), data)


def _years(base: str, last: str) -> list[str]:
    return [f"{start}/{(start + 1) % 100:02d}" for start in range(int(base[:4]) + 1, int(last[:4]) + 1)]
