"""Which pairs of children and units exist, and why the others do not."""

from __future__ import annotations

import numpy as np
import pytest

from planner.case import Case
from planner.network.arcs import REFUSALS


def test_arcs_of_the_tiny_county(tiny_case: Case) -> None:
    arcs, cohorts = tiny_case.arcs, tiny_case.demand.cohorts
    units = arcs.units["unit"].to_numpy()
    pairs = {(*cohorts.loc[c, ["area", "phase", "band"]], units[u]) for c, u in zip(arcs.cohort, arcs.unit, strict=True)}
    assert ("east", "primary", "support", "ms_east") in pairs
    assert ("east", "primary", "support", "ms_south") not in pairs
    assert ("east", "primary", "support", "sp_north") not in pairs
    assert ("north", "secondary", "specialist", "ind_south") in pairs
    assert ("east", "primary", "enhanced", "rc_south") in pairs
    assert not any(pair[3] == "cb_east" for pair in pairs)
    assert set(units[arcs.help_unit]) == {"cb_east"}
    assert set(cohorts.loc[arcs.help_cohort, "band"]) == {"support"}
    assert set(cohorts.loc[arcs.help_cohort, "phase"]) == {"primary"}


def test_a_journey_by_hand(tiny_case: Case) -> None:
    arcs, cohorts = tiny_case.arcs, tiny_case.demand.cohorts
    school = list(arcs.units["unit"]).index("sp_north")
    south = (cohorts["area"].to_numpy()[arcs.cohort] == "south") & (arcs.unit == school)
    km = np.hypot(500, 8000) / 1000 * 1.3
    assert arcs.km[south] == pytest.approx(km)
    assert arcs.minutes[south] == pytest.approx(km / 32.0 * 60 + 10)


def test_every_pair_is_an_arc_or_refused_for_one_reason(tiny_case: Case) -> None:
    arcs, cohorts = tiny_case.arcs, tiny_case.demand.cohorts
    bases = (arcs.units["provision_type"] == "contact_base").sum()
    assert len(arcs.cohort) + arcs.refused["pairs"].sum() == len(cohorts) * (len(arcs.units) - bases)
    assert set(arcs.refused["reason"]) <= set(REFUSALS)
    assert (np.diff(arcs.cohort) >= 0).all()
