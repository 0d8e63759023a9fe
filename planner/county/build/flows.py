"""Who comes to hold an EHCP, in which band, and what happens to them in a year; children on SEN support."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from planner.county.build.fitting import spread
from planner.names import NEEDS, PHASES

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterable

    from planner.county.build.inputs import Inputs

TOP_AGE = {"early_years": 4, "primary": 10, "secondary": 15}


def build_entrants(inputs: Inputs) -> pd.DataFrame:
    """New EHCPs and arrivals from elsewhere in a year by need and phase.

    New EHCPs: published by age when started, shared over needs as the new EHCPs of the phase were.
    Arrivals: what the balance of each phase between two Januaries leaves over (moves in, corrections, and
    children counted at another age), shared over needs as all EHCPs of the phase are.
    """
    new = inputs.published("new_ehcps_by_phase").set_index("phase")["new_ehcps"]
    needs = inputs.published("new_ehcps_by_need_and_phase").set_index(["phase", "need"])["children"]
    held = inputs.published("ehcps_by_need_and_phase").set_index(["phase", "need"])["children"]
    left_over = arrivals_by_phase(inputs)
    source = str(inputs.published("new_ehcps_by_phase")["source"].iloc[0])
    rows = []
    for phase in PHASES:
        started = spread(np.array([float(needs.get((phase, need), 0)) for need in NEEDS]), float(new[phase]), 2)
        arrived = spread(np.array([float(held.get((phase, need), 0)) for need in NEEDS]), left_over[phase], 2)
        rows += [(need, phase, started[at], arrived[at], source) for at, need in enumerate(NEEDS)]
    return pd.DataFrame(rows, columns=["need", "phase", "new_ehcps", "arrivals", "source"])


def arrivals_by_phase(inputs: Inputs) -> dict[str, float]:
    """Children of each phase in January of the base year who are not explained by a year's published flows.

    EHCPs now, less those a year before, plus those ceased and those who moved up, less new EHCPs and those
    who moved in from the phase below.
    """
    now = inputs.published("ehcps_by_need_and_phase").groupby("phase")["children"].sum()
    before = {str(row["phase"]): row for row in inputs.published("ehcps_ceased_by_phase").to_dict("records")}
    new = inputs.published("new_ehcps_by_phase").set_index("phase")["new_ehcps"]
    moved_in, left_over = 0, {}
    for phase in PHASES:
        past = before[phase]
        held, ceased, last = (int(past[_dated(past, start)]) for start in ("ehcps_january_", "ceased_", "of_last_age_january_"))
        left_over[phase] = max(float(now[phase] - (held - ceased - last) - moved_in - new[phase]), 0.0)
        moved_in = last
    return left_over


def _dated(columns: Iterable[Hashable], start: str) -> str:
    """The column that begins so; its end is the year that the figures are of."""
    return next(str(column) for column in columns if str(column).startswith(start))


def build_band_mix(inputs: Inputs) -> pd.DataFrame:
    """Share of children entering with an EHCP who are in each band, by need and phase."""
    return inputs.assumed("first_bands")


def build_transitions(inputs: Inputs) -> pd.DataFrame:
    """Chances in a year of leaving, of moving up a phase and of escalating to the band above.

    Leaving is what ceased in a year over those who held an EHCP in its January; moving up is the share
    of the phase who are of its last age; escalating is assumed.
    """
    ceased = inputs.published("ehcps_ceased_by_phase")
    held = ceased[_dated(ceased.columns, "ehcps_january_")]
    gone = ceased[_dated(ceased.columns, "ceased_")].where(held > 0, 0.0)
    leaving = dict(zip(ceased["phase"], (gone / held.where(held > 0, 1.0)).round(4), strict=True))
    by_age = inputs.published("ehcps_by_age").set_index("age")["children"]
    phase_total = inputs.published("ehcps_by_need_and_phase").groupby("phase")["children"].sum()
    escalation = inputs.assumed("escalation")
    source = str(ceased["source"].iloc[0])
    bands = pd.read_csv(inputs.folder / "bands.csv", keep_default_na=False)
    rows = []
    for phase in PHASES:
        leaves = float(leaving[phase])
        whole = float(phase_total.get(phase, 0.0))
        up = round(float(by_age.get(TOP_AGE[phase], 0.0)) / whole, 4) if phase in TOP_AGE and whole else 0.0
        for band in bands["band"]:
            listed = escalation[(escalation["phase"] == phase) & (escalation["band"] == band)]
            if listed.empty:
                rows.append(("*", phase, band, "*", leaves, up, 0.0, source))
            rows += [
                (row["need"], phase, band, row["provision_type"], leaves, up, float(row["escalates_per_year"]), "assumption")
                for row in listed.to_dict("records")
            ]
    columns = ["need", "phase", "band", "provision_type", "leaves_per_year", "moves_up_per_year", "escalates_per_year", "source"]
    return pd.DataFrame(rows, columns=columns)


def build_sen_support(inputs: Inputs) -> pd.DataFrame:
    """Children on SEN support by need and phase: a county total shared by assumed shares."""
    shares = inputs.assumed("sen_support_shares")
    children = spread(shares["share"].to_numpy(dtype=float), inputs.value("sen_support_children"), 0)
    return shares.assign(children=children)[["need", "phase", "children", "source"]]
