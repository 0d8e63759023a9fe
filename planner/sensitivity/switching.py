"""Where early help stops paying: the effect at which the plan's contact bases cost as much as they save."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

import pandas as pd
from scipy.optimize import brentq

from planner.scenario.ranges import moved
from planner.scenario.schema import Scenario
from planner.sensitivity.trial import Bench, Trial

SETTING: Final = "demand.early_help.effect"
LOWEST, HIGHEST = 0.0, 1.0
"""The effect is looked for over everything that it could be: from no EHCP avoided to one for each episode."""

TOLERANCE: Final = 0.002
"""The effect is found to within this many EHCPs an episode."""

NOTHING_GBP: Final = 1.0
"""Up to a pound apart, two plans cost the same."""

MOST_STEPS: Final = 40

Verdict = Literal["found", "always", "never", "no bases", "failed"]


@dataclass(frozen=True)
class Switch:
    """The switching value of early help, or why there is none.

    ``value`` (EHCPs an episode) is where the plan with its contact bases costs as much as without them, within ``TOLERANCE``.
    ``apart_now_gbp`` is what the bases cost more (below 0: save) at the scenario's own effect, ``waiting_now`` and ``waiting_without``
    the child-years of waiting with and without them, because cost is not all.
    """

    verdict: Verdict
    bases: int = 0
    now: float = 0.0
    value: float | None = None
    apart_now_gbp: float = 0.0
    apart_lowest_gbp: float = 0.0
    apart_highest_gbp: float = 0.0
    waiting_now: float = 0.0
    waiting_without: float = 0.0
    trials: int = 0
    error: str = ""


class _TrialError(Exception):
    """A trial that the search needs has no answer."""


def without_bases(scenario: Scenario, openings: pd.DataFrame) -> tuple[Scenario, pd.DataFrame]:
    """The same plan with its contact bases left out: those that the scenario fixed are not, and those that the model chose do not open."""
    bases = set(openings.loc[openings["kind"] == "contact_base", "option"].astype(str))
    fixed = {name: one for name, one in scenario.options.fixed.items() if name not in bases}
    options = scenario.options.model_copy(update={"fixed": fixed})
    return scenario.model_copy(update={"options": options}), openings[~openings["option"].isin(bases)].reset_index(drop=True)


def find_switch(bench: Bench, openings: pd.DataFrame, base: Trial) -> Switch:
    """The effect of early help at which the contact bases of a plan pay for themselves, with every opening held.

    The plan without its bases does not depend on the effect, so it is solved once; the plan with them is solved where Brent's method
    asks, until the effect is known within ``TOLERANCE``. Committed bases are in both and so in neither side of the balance.
    """
    scenario = bench.loaded.scenario
    now = scenario.demand.early_help.effect
    table = bench.county.table("options")
    committed = set(table.loc[table["committed_year"].notna() & (table["committed_year"].astype(str) != ""), "option"].astype(str))
    opened = openings[(openings["kind"] == "contact_base") & (openings["open"] == 1)]
    ours = {str(name) for name in opened["option"]} - (committed if scenario.options.committed else set())
    if not ours:
        return Switch("no bases", now=now)
    bare, shut = without_bases(scenario, openings)
    without = bench.run("switch__without_contact_bases", "The plan without its contact bases", bare, openings=shut)
    count = 2

    def apart(effect: float) -> float:
        nonlocal count
        count += 1
        trial = bench.run(
            f"switch__effect__{effect:.6f}",
            f"Switching value: an effect of {effect:.3f}",
            moved(scenario, {SETTING: effect}),
            openings=openings,
            same_as=base,
        )
        if trial.error:
            raise _TrialError(f"at {effect:.4f}: {trial.error}")
        return trial.cost_gbp - without.cost_gbp

    if base.error or without.error:
        return Switch("failed", len(ours), now, error=base.error or without.error)
    known = {
        "bases": len(ours), "now": now, "apart_now_gbp": base.cost_gbp - without.cost_gbp,
        "waiting_now": base.waiting_child_years, "waiting_without": without.waiting_child_years,
    }  # fmt: skip
    try:
        ends = apart(LOWEST), apart(HIGHEST)
        known |= {"apart_lowest_gbp": ends[0], "apart_highest_gbp": ends[1]}
        if ends[0] <= NOTHING_GBP:
            return Switch("always", **known, trials=count)  # type: ignore[arg-type]
        if ends[1] > 0.0:
            return Switch("never", **known, trials=count)  # type: ignore[arg-type]
        value = float(brentq(apart, LOWEST, HIGHEST, xtol=TOLERANCE / 2, rtol=1e-6, maxiter=MOST_STEPS))
    except (_TrialError, RuntimeError) as error:
        return Switch("failed", len(ours), now, error=str(error), trials=count)
    return Switch("found", value=value, **known, trials=count)  # type: ignore[arg-type]
