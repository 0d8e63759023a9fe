"""The three published two-way tables brought into agreement: need by phase, provision by phase, need by provision."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from planner.county.build.fitting import apportion, fit, round_two_way
from planner.county.build.inputs import cube
from planner.county.importers.ees_tables import KINDS
from planner.county.importers.findings import Findings
from planner.names import NEEDS, PHASES

if TYPE_CHECKING:
    from planner.county.build.fitting import Floats

_SEED = 1e-3
"""A pair without a child may get a part of one where the totals cannot be met otherwise."""


def agree(tables: dict[str, pd.DataFrame], findings: Findings) -> dict[str, pd.DataFrame]:
    """The three tables with the same totals: provision by phase stands as published, the other two are fitted to it where they differ.

    Published files can differ by a few children (hidden figures, an age that is not known, rounding). What is changed is told.
    """
    kind_phase = cube(tables["ehcps_by_provision_and_phase"], KINDS, PHASES, "provision_type", "phase").to_numpy()
    need_phase = cube(tables["ehcps_by_need_and_phase"], NEEDS, PHASES, "need", "phase").to_numpy()
    need_kind = cube(tables["ehcps_by_need_and_provision"], NEEDS, KINDS, "need", "provision_type").to_numpy()
    wanted_phase = kind_phase.sum(axis=0)
    fitted_phase = _fit(need_phase, _scaled(need_phase.sum(axis=1), wanted_phase.sum()), wanted_phase)
    fitted_kind = _fit(need_kind, fitted_phase.sum(axis=1), kind_phase.sum(axis=1))
    for name, before, after in (("need and phase", need_phase, fitted_phase), ("need and provision", need_kind, fitted_kind)):
        moved = float(np.abs(after - before).sum()) / 2
        if moved > 0:
            findings.guess(
                f"fitted_{name.replace(' ', '_')}", f"EHCPs by {name} were fitted to the totals of EHCPs by provision and phase; children moved",
                f"{moved:g}", unit="children", effect="Which needs are in which provision, by a few children",
            )  # fmt: skip
    source = str(tables["ehcps_by_need_and_phase"]["source"].iloc[0])
    return {
        **tables,
        "ehcps_by_need_and_phase": _long(fitted_phase, NEEDS, PHASES, ("need", "phase"), source),
        "ehcps_by_need_and_provision": _long(fitted_kind, NEEDS, KINDS, ("need", "provision_type"), source),
    }


def _scaled(parts: Floats, total: float) -> Floats:
    if parts.sum() == total:
        return parts
    return apportion(parts if parts.sum() > 0 else np.ones_like(parts), round(total)).astype(float)


def _fit(table: Floats, rows: Floats, columns: Floats) -> Floats:
    if np.array_equal(table.sum(axis=1), rows) and np.array_equal(table.sum(axis=0), columns):
        return table
    seed = np.where((rows[:, None] > 0) & (columns[None, :] > 0), table + _SEED, 0.0)
    return round_two_way(fit(seed, [((0,), rows), ((1,), columns)]))


def _long(table: Floats, rows: tuple[str, ...], columns: tuple[str, ...], names: tuple[str, str], source: str) -> pd.DataFrame:
    listed = [(row, column, int(table[r, c]), source) for c, column in enumerate(columns) for r, row in enumerate(rows)]
    return pd.DataFrame(listed, columns=[*names, "children", "source"])
