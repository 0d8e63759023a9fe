"""The forecast tried on the past: nothing is known too early, the rivals say what they should, and the page in the docs is that of the data."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from planner.county.county import County
from planner.county.read import read_county
from planner.demand.backtest import LEVELS, RIVALS, Settings, accuracy, backtest, rival_forecasts
from planner.demand.history import History
from planner.errors import InputError
from planner.report.forecasting import backtest_page
from planner.scenario.schema import Demand, NewEhcpTrend
from tests.histories import history, row, totals

ROOT = Path(__file__).resolve().parent.parent.parent
QUICK = Settings(0.85, 200, 0)


@pytest.fixture(scope="module")
def staffordshire() -> County:
    return read_county(ROOT / "data" / "staffordshire")


@pytest.fixture(scope="module")
def folds(staffordshire: County) -> pd.DataFrame:
    settings = Settings(NewEhcpTrend().growth_kept_per_year, Demand().simulated_paths, 0)
    return backtest(History.of(staffordshire), children(staffordshire), 2025, settings)


def children(county: County) -> np.ndarray:
    return county.table("population").groupby("age")["children"].sum().to_numpy(dtype=float)


def test_the_rivals_say_what_they_should() -> None:
    series = pd.Series({2020: 100.0, 2021: 110.0, 2022: 130.0, 2023: 999.0})
    found = rival_forecasts(series, 2022, 2)
    assert found["last_value"] == 130
    assert found["last_growth"] == 170
    assert found["last_growth_share"] == pytest.approx(130 * (130 / 110) ** 2)
    assert found["straight_line"] == pytest.approx(113.3333 + 15 * 3, abs=1e-3)
    assert np.isnan(rival_forecasts(series[series.index >= 2022], 2022, 1)["last_growth"])


@pytest.mark.parametrize("made", [2016, 2021, 2024])
def test_changing_what_came_later_changes_no_forecast(staffordshire: County, made: int) -> None:
    known = History.of(staffordshire)
    table = known.table.copy()
    held = table["measure"] == "held"
    later = (held & (table["year"] > made)) | (~held & (table["year"] >= made))
    assert later.any()
    table.loc[later, "children"] = np.rint(table.loc[later, "children"] * 1.7 + 13)
    before = backtest(known, children(staffordshire), 2025, QUICK)
    after = backtest(History(table), children(staffordshire), 2025, QUICK)
    said = ["group", "series", "made", "january", "forecast", *LEVELS, *RIVALS]
    pd.testing.assert_frame_equal(
        before.loc[before["made"] <= made, said].reset_index(drop=True), after.loc[after["made"] <= made, said].reset_index(drop=True)
    )
    later_made = [frame.loc[(frame["made"] > made) & (frame["group"] == "all"), "forecast"].to_numpy() for frame in (before, after)]
    assert later_made[0].size == 0 or not np.allclose(*later_made)


def test_the_forecast_beats_every_naive_rival_one_and_three_years_ahead(folds: pd.DataFrame) -> None:
    table = accuracy(folds[folds["group"] == "all"], ["horizon"]).set_index("horizon")
    for years in (1, 3):
        assert table.loc[years, "beats_best_rival"]
        assert 0.65 <= table.loc[years, "inside_p10_p90"] <= 0.95
    assert table.loc[1, "forecasts"] == 13


def test_the_page_in_the_docs_is_that_of_the_data(staffordshire: County, folds: pd.DataFrame) -> None:
    settings = Settings(NewEhcpTrend().growth_kept_per_year, Demand().simulated_paths, 0)
    page = backtest_page(History.of(staffordshire), folds, "Staffordshire", "planner backtest data/staffordshire --out docs", settings)
    assert page == (ROOT / "docs" / "backtest.md").read_text(encoding="utf-8"), "run: planner backtest data/staffordshire --out docs"


def test_ranges_of_every_series_nest(folds: pd.DataFrame) -> None:
    levels = folds[list(LEVELS)].to_numpy()
    assert (np.diff(levels, axis=1) >= 0).all()


def test_accuracy_is_worked_by_hand() -> None:
    rows = {
        "group": "all",
        "series": "x",
        "made": [1, 2],
        "january": [2, 3],
        "horizon": 1,
        "actual": [10.0, 20.0],
        "forecast": [12.0, 19.0],
    }
    levels = {"p10": [9.0, 21.0], "p25": [11.0, 21.0], "p50": 12.0, "p75": [13.0, 22.0], "p90": [14.0, 23.0]}
    rivals = {"last_value": [10.0, 16.0], "last_growth": np.nan, "last_growth_share": np.nan, "straight_line": [13.0, 20.0]}
    found = accuracy(pd.DataFrame({**rows, **levels, **rivals}), ["horizon"]).iloc[0]
    assert found["error_forecast"] == 1.5
    assert found["bias"] == 0.5
    assert found["error_last_value"] == 2
    assert np.isnan(found["error_last_growth"])
    assert found["best_rival"] == "straight_line"
    assert not found["beats_best_rival"]
    assert found["inside_p10_p90"] == 0.5
    assert found["inside_p25_p75"] == 0


def test_a_history_too_short_to_try_is_refused_in_words() -> None:
    with pytest.raises(InputError, match="at least 4 Januaries in a row"):
        backtest(history([*totals(2023, (10, 11, 12)), row("new", 2024, 3)]), np.ones(26), 2025, QUICK)
