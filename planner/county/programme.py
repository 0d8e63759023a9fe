"""The options of a scenario: what the county's table says, as the scenario offers, fixes and changes it."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from planner.county.county import County
from planner.names import OPTION_KINDS, Year
from planner.scenario.schema import OptionChange, Scenario


@dataclass(frozen=True)
class Programme:
    """The options in play, sorted by name; those neither offered, fixed nor committed are not in it.

    ``options`` has O rows, index 0..O-1, and the columns of the county's options table with the
    scenario's changes applied, and these:

    - ``decided``: True where the year and the size are fixed by the planner or committed;
    - ``earliest``: first year index in which it may be open (decided: the year it opens);
    - ``fixed_blocks``: its size where it is decided, else 0.
    - ``capital_spread``: shares of capital as a tuple, the financial year of opening first and then backwards.

    A decided option whose opening falls after the horizon stays in the table with ``earliest`` beyond it and never opens.
    """

    options: pd.DataFrame


def build_programme(scenario: Scenario, county: County) -> Programme:
    """Resolve which options a scenario puts in play, and when each may open.

    Names that the county does not know are refused earlier, with file and line.
    """
    table = county.table("options").sort_values("option", kind="stable")
    wanted = scenario.options
    first = Year.parse(scenario.base_year)
    rows = []
    for row in table.to_dict("records"):
        name, kind = str(row["option"]), str(row["kind"])
        change = wanted.change.get(name, wanted.change.get(kind, OptionChange()))
        fixed = wanted.fixed.get(name)
        committed = wanted.committed and pd.notna(row["committed_year"]) and row["committed_year"] != ""
        offered = name in wanted.offer or kind in wanted.offer
        if fixed is None and not committed and not offered:
            continue
        row["decided"] = fixed is not None or bool(committed)
        if fixed is not None:
            opens = Year.parse(fixed.year) - first
            blocks = int(row["least_blocks"]) if fixed.blocks is None else fixed.blocks
        elif committed:
            opens, blocks = Year.parse(str(row["committed_year"])) - first, int(row["committed_blocks"])
        else:
            start = 1 if not row["first_year"] or pd.isna(row["first_year"]) else Year.parse(str(row["first_year"])) - first
            opens, blocks = max(1, start) + int(row["lead_years"]), 0
        row["earliest"] = max(1, opens) + change.delay_years
        row["fixed_blocks"] = blocks
        for column in ("capital_fixed_gbp", "capital_gbp_per_place"):
            row[column] = float(row[column]) * change.capital_factor
        row["running_gbp_per_year"] = float(row["running_gbp_per_year"]) * change.running_factor
        if change.most_blocks is not None:
            row["most_blocks"] = change.most_blocks
        row["capital_spread"] = tuple(float(share) for share in reversed(str(row["capital_profile"]).split("|")))
        rows.append(row)
    columns = [*table.columns, "decided", "earliest", "fixed_blocks", "capital_spread"]
    return Programme(pd.DataFrame(rows, columns=columns).reset_index(drop=True))


def offered_names(county: County) -> tuple[str, ...]:
    """Every name that ``options.offer`` and ``options.change`` may hold: the options and their kinds."""
    return (*county.table("options")["option"].astype(str), *OPTION_KINDS)
