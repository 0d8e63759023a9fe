"""A study in words: what the cost hangs on, and where early help stops paying."""

from __future__ import annotations

from typing import Final

import pandas as pd

from planner.report.summary import INTERNAL, millions, rows, signed
from planner.scenario.schema import Scenario
from planner.sensitivity.switching import HIGHEST, LOWEST, TOLERANCE, Switch
from planner.sensitivity.trial import Trial

MOST_SHOWN: Final = 15


def _count(change: object) -> str:
    if not isinstance(change, float) or change != change:
        return "-"
    return "0" if abs(change) < 0.05 else f"{change:+,.1f}"


def _amount(pounds: float) -> str:
    """An amount without a sign: pounds below £50,000, otherwise millions."""
    return f"£{abs(pounds):,.0f}" if abs(pounds) < 50_000 else millions(abs(pounds))


def switch_sentence(switch: Switch) -> str:
    """Where early help stops paying, in one or two sentences."""
    one = switch.bases == 1
    bases = "The contact base" if one else f"The {switch.bases} contact bases"
    pay, save, cost, they = ("pays for itself", "saves", "costs", "it") if one else ("pay for themselves", "save", "cost", "they")
    if switch.verdict == "no bases":
        return "This plan opens no contact base, so there is nothing that early help would have to pay for."
    if switch.verdict == "failed":
        return f"The switching value could not be found: {switch.error}."
    now = switch.apart_now_gbp
    today = (
        f"At the scenario's {switch.now:g} {they} {cost if now > 0 else save} {_amount(now)} in present value. "
        f"Waiting is {switch.waiting_now:,.1f} child-years with {'it' if one else 'them'} and {switch.waiting_without:,.1f} without."
    )
    if switch.verdict == "always":
        least = _amount(switch.apart_lowest_gbp)
        return f"{bases} {pay} whatever early help avoids: even at {LOWEST:g} EHCPs an episode {they} {save} {least}. {today}"
    if switch.verdict == "never":
        most = _amount(switch.apart_highest_gbp)
        return (
            f"{bases} never {'pays for itself' if one else 'pay for themselves'} within the range from {LOWEST:g} to {HIGHEST:g} EHCPs an episode: "
            f"at {HIGHEST:g} {they} still {cost} {most}. {today}"
        )
    return f"{bases} {pay} from {switch.value:.3f} EHCPs avoided for each episode upwards, and below that {they} {'does' if one else 'do'} not (found within {TOLERANCE:g}). {today}"


def page(scenario: Scenario, base: Trial, table: pd.DataFrame, switch: Switch | None, *, held: bool) -> str:
    """The page of a study, as Markdown."""
    how = (
        "What opens, when and how large is held as in the plan; who goes where is planned again each time. So a change says what the plan would cost if the world turned out otherwise, not what a better plan would cost then."
        if held
        else "Every trial chooses its openings anew, so a change says what the best plan would cost if the assumption were otherwise."
    )
    lines = [INTERNAL, "", f"# What the answer hangs on: {scenario.title}", ""]
    lines += [
        f"Each assumption is moved to its low and to its high by itself; all else stays. {how}",
        "",
        f"The plan: {millions(base.cost_gbp)} present value, {base.waiting_child_years:,.1f} child-years waiting, {base.ehcps_avoided:,.0f} EHCPs avoided.",
        "",
    ]
    if switch is not None:
        lines += ["## Where early help stops paying", "", switch_sentence(switch), ""]
    matter = table[(table["largest_change_gbp"] >= 1.0)]
    body = [
        [
            str(row["label"]),
            f"{row['now']:.4g}",
            f"{row['low']:.3g} to {row['high']:.3g}",
            signed(row["cost_change_low_gbp"]),
            signed(row["cost_change_high_gbp"]),
            f"{_count(row['waiting_change_low'])} / {_count(row['waiting_change_high'])}",
            f"{_count(row['avoided_change_low'])} / {_count(row['avoided_change_high'])}",
            "" if row["clear"] == "yes" else str(row["clear"]),
        ]
        for row in matter.head(MOST_SHOWN).to_dict("records")
    ]
    header = [
        "Assumption",
        "Now",
        "Range",
        "Cost at its low",
        "Cost at its high",
        "Waiting, child-years: low / high",
        "EHCPs avoided: low / high",
        "",
    ]
    lines += ["## What moves the cost", "", *(rows(header, body) if body else ["No assumption that was tried moves the cost.", ""])]
    if len(matter) > MOST_SHOWN:
        lines += [f"{len(matter) - MOST_SHOWN} more are in sensitivity.csv.", ""]
    if (matter["clear"] == "no clear difference").any():
        lines += ["'No clear difference': the change is smaller than the proven gaps of the two answers together.", ""]
    still = table[(table["largest_change_gbp"] < 1.0) & (table["error"] == "")]
    if len(still):
        lines += [f"These move nothing in this scenario: {'; '.join(str(label) for label in still['label'])}.", ""]
    wrong = table[table["error"] != ""]
    if len(wrong):
        lines += ["## What could not be tried", "", *(f"- {row['label']}: {row['error']}" for row in wrong.to_dict("records")), ""]
    sources = sorted(set(table["range_from"]))
    lines += [
        "## How this was made",
        "",
        f"- {len(table)} assumptions, ranges from {', '.join(sources)}. The ranges are judgements too: see the log of assumptions.",
        "- Every answer was checked by separate code before it was counted.",
        "- Assumptions are moved one at a time. Two that move together can do more, or less, than the sum of both.",
        "",
    ]
    return "\n".join(lines)
