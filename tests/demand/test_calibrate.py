"""Escalation and first placement held against what was published: the proposal fits better and is itself a valid table."""

from __future__ import annotations

from pathlib import Path

import pytest

from planner.county.read import read_county
from planner.demand.calibrate import calibrate, proposed_band_mix, proposed_transitions
from planner.demand.history import History

ROOT = Path(__file__).resolve().parent.parent.parent


def test_the_proposal_fits_better_and_leaves_the_county_as_it_was() -> None:
    county = read_county(ROOT / "data" / "staffordshire")
    before = county.table("transitions").copy(), county.table("band_mix").copy()
    children = county.table("population").groupby("age")["children"].sum().to_numpy(dtype=float)
    found = calibrate(county, History.of(county), children)
    gaps = found.misfit.groupby("cell")[["gap_with_tables", "gap_with_proposal"]].agg(lambda gap: gap.abs().sum())
    assert (gaps["gap_with_proposal"] < gaps["gap_with_tables"]).all()
    assert found.first.sum(axis=1) == pytest.approx(1.0)
    held = found.misfit[found.misfit["cell"] == "held in January"]
    assert held["published"].sum() == pytest.approx(8461)
    moved, mix = proposed_transitions(county, found), proposed_band_mix(county, found)
    assert (moved[["leaves_per_year", "moves_up_per_year", "escalates_per_year"]].sum(axis=1) <= 1 + 1e-6).all()
    assert mix.groupby(["need", "phase"])["share"].sum().to_numpy() == pytest.approx(1.0)
    assert county.table("transitions").equals(before[0])
    assert county.table("band_mix").equals(before[1])
