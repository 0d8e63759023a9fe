"""The pages and charts of forecasting: those in the docs are what their commands make today, and the charts say what they show."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from planner.cli import main
from tests.conftest import ROOT

DOCS = ROOT / "docs"


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder that the forecast and the calibration of Staffordshire were written to."""
    out = tmp_path_factory.mktemp("made")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(ROOT)
        assert main(["forecast", "scenarios/demand_central.yaml", "--out", str(out)]) == 0
        assert main(["calibrate", "data/staffordshire", "--out", str(out)]) == 0
    return out


@pytest.mark.parametrize("name", ["forecast", "calibration"])
def test_the_page_in_the_docs_is_that_of_the_data(name: str, made: Path) -> None:
    page = (made / f"{name}.md").read_text(encoding="utf-8").replace(made.as_posix(), "docs")
    command = {
        "forecast": "planner forecast scenarios/demand_central.yaml --out docs",
        "calibration": "planner calibrate data/staffordshire --out docs",
    }
    assert page == (DOCS / f"{name}.md").read_text(encoding="utf-8"), f"run: {command[name]}"


@pytest.mark.parametrize(
    ("name", "near"),
    [
        ("forecast/fan.csv", 1e-6),
        ("forecast/ranges.csv", 1e-6),
        ("calibration/misfit.csv", 1e-3),  # fitted children: versions of scipy differ by a ten-thousandth of one
        ("calibration/transitions.csv", 1e-6),
        ("calibration/band_mix.csv", 1e-6),
    ],
)
def test_the_tables_in_the_docs_are_those_of_the_data(name: str, near: float, made: Path) -> None:
    pd.testing.assert_frame_equal(pd.read_csv(made / name), pd.read_csv(DOCS / name), rtol=1e-6, atol=near)


def test_the_fan_is_drawn_from_its_table(made: Path) -> None:
    table = pd.read_csv(made / "forecast" / "fan.csv")
    quantiles = table[["p10", "p25", "p50", "p75", "p90"]].to_numpy()
    assert (np.diff(quantiles, axis=1) >= -1e-9).all()
    assert len(table) == table["january"].nunique()
    text = " ".join(re.findall(r">([^<>]+)</text>", (made / "forecast" / "fan.svg").read_text(encoding="utf-8")))
    last = table.iloc[-1]
    for said in (
        f"{table['p50'].iloc[0]:,.0f}",
        f"{last['p10']:,.0f}",
        f"{last['p90']:,.0f}",
        f"{last['january']:.0f}",
        "Staffordshire",
        "Source:",
    ):
        assert said in text, said
    assert (made / "forecast" / "fan.png").read_bytes().startswith(b"\x89PNG")


def test_the_forecast_page_says_what_its_table_says(made: Path) -> None:
    page = (made / "forecast.md").read_text(encoding="utf-8")
    ranges = pd.read_csv(made / "forecast" / "ranges.csv")
    for row in ranges[ranges["group"] == "all"].to_dict("records"):
        cells = " | ".join(f"{row[name]:,.0f}" for name in ("p10", "p25", "p50", "p75", "p90", "planned"))
        assert f"| {row['january']} | All EHCPs | {cells} |" in page
    assert "forecast/fan.png" in page
