"""What each scheme of one plan costs, whom it serves, and what it saves against the present mix of provision.

One plan says nothing of what would happen without a scheme: that takes a second run (see ``appraise``). Here each child is held against
what children alike cost where they are placed in the base year; docs/money.md says what follows from that and what does not.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd

from planner.county.programme import Programme
from planner.demand.demand import Demand
from planner.names import Fund
from planner.network.arcs import Arcs
from planner.network.stays import unit_situations
from planner.rates.rates import Floats, Rates
from planner.results.presence import Ints, Presence
from planner.results.solution import TABLE_COLUMNS, Solution

TOTAL: Final = "Total"
NO_CAPITAL: Final = "no capital"
PENNY: Final = 0.005


@dataclass(frozen=True)
class Scheme:
    """One option that opens, by year: index 0 is the base year, H+1 years.

    Attributes:
        option, name, kind, opens: what it is and the first academic year in which it is open.
        places: (H+1,) places it adds.
        capital: (H+1,) cash of its capital with optimism bias, by the year it is spent in.
        credit: present value of what is left of its buildings after the last year, positive.
        running: (H+1,) cash of its places and fixed running cost, filled or not, and for a contact base of its episodes.
        children: (H+1,) children in its places; none in a contact base.
        avoided: (H+1,) new EHCPs that its episodes avoid.
        saving: (H+1,) yearly saving, cash; NaN where there is nothing to measure it against.

    """

    option: str
    name: str
    kind: str
    opens: str
    places: Floats
    capital: Floats
    credit: float
    running: Floats
    children: Floats
    avoided: Floats
    saving: Floats


def payback_year(saving: Floats, capital: Floats, discount: Floats, years: tuple[str, ...]) -> str:
    """The first year by whose end discounted savings to date cover all capital, discounted; words where there is none.

    All are (H+1,), index 0 the base year. ``no capital`` where nothing is spent, ``not by <last year>`` where savings do not cover it.
    """
    owed = float(capital @ discount)
    if owed < PENNY:
        return NO_CAPITAL
    paid = np.nonzero(np.cumsum(saving * discount) >= owed - PENNY)[0]
    return years[int(paid[0])] if len(paid) else f"not by {years[-1]}"


def present_mix(demand: Demand, arcs: Arcs, rates: Rates) -> tuple[dict[str, Floats], Floats]:
    """What children of each cohort cost where children alike are placed in the base year, and their chance of staying there.

    By line, (C,) pounds for one child for one year with the place it takes, at base-year prices, and (C,) the yearly chance of
    staying. Children are alike who have need, phase and band in common; where no such child is placed in the base year, phase and band,
    then band, then all children count.
    """
    kind = unit_situations(arcs)
    at = [demand.cohorts.iloc[demand.stock_cohort].reset_index(drop=True), demand.cohorts.reset_index(drop=True)]
    values = {line: price.copy() for line, price in rates.stock.items()}
    for line, price in rates.place.items():
        values[line] = values.get(line, np.zeros(len(demand.stock_unit))) + price[demand.stock_unit]
    values["stay"] = demand.stay[demand.stock_cohort, kind[demand.stock_unit]]
    frame = at[0].assign(weight=demand.stock_children, **{name: value * demand.stock_children for name, value in values.items()})
    found = pd.DataFrame(np.nan, index=at[1].index, columns=list(values))
    for keys in (["need", "phase", "band"], ["phase", "band"], ["band"], []):
        sums = frame.groupby(keys)[["weight", *values]].sum() if keys else frame[["weight", *values]].sum().to_frame().T
        means = sums[list(values)].div(sums["weight"].where(sums["weight"] > 0), axis=0)
        wanted = at[1][keys].merge(means, left_on=keys, right_index=True, how="left") if keys else None
        fill = wanted[list(values)] if wanted is not None else pd.DataFrame([means.iloc[0]] * len(found), index=found.index)
        found = found.fillna(fill.reindex(found.index))
    stay = found.pop("stay").fillna(0.0).to_numpy(dtype=float)
    return {line: found[line].fillna(0.0).to_numpy(dtype=float) for line in found.columns}, stay


@dataclass(frozen=True)
class _Plan:
    """What schemes are appraised from."""

    demand: Demand
    arcs: Arcs
    rates: Rates
    ledger: pd.DataFrame
    here: Presence
    years: tuple[str, ...]

    def cash(self, rows: pd.Series) -> Floats:
        """(H+1,) cash of some rows of the ledger by year."""
        sums = self.ledger[rows].groupby("academic_year")["cash_gbp"].sum()
        return np.array([float(sums.get(year, 0.0)) for year in self.years])


def schemes(demand: Demand, arcs: Arcs, rates: Rates, programme: Programme, solution: Solution, here: Presence, ledger: pd.DataFrame) -> list[Scheme]:  # fmt: skip
    """Every option that opens, with its cost, children and saving by year, in the order of opening.

    A unit that stood before, or that several options grow, shares its children between them in proportion to places.
    """
    years = tuple(str(year) for year in demand.years)
    plan = _Plan(demand, arcs, rates, ledger, here, years)
    table = solution.table("options")
    opened = table[table["open"] == 1].sort_values(["year", "option"], kind="stable")
    mix, stay = present_mix(demand, arcs, rates)
    unit_at = {str(unit): number for number, unit in enumerate(arcs.units["unit"])}
    base = np.nan_to_num(arcs.units["places"].to_numpy(dtype=float))
    added: dict[str, Floats] = {}
    for option, part in table.groupby("option"):
        by_year = part.set_index("year")["places"]
        added[str(option)] = np.array([float(by_year.get(year, 0.0)) for year in years])
    at_unit = {unit: base[number] + np.zeros(len(years)) for unit, number in unit_at.items()}
    for option, unit in table[["option", "unit"]].drop_duplicates().itertuples(index=False, name=None):
        at_unit[str(unit)] = at_unit[str(unit)] + added[str(option)]
    found = []
    for option, part in opened.groupby("option", sort=False):
        first = part.iloc[0]
        unit = str(first["unit"])
        all_places = at_unit[unit]
        share = np.divide(added[str(option)], all_places, out=np.zeros(len(years)), where=all_places > 0)
        found.append(_scheme(plan, first, added[str(option)], share, unit_at[unit], mix, stay))
    return found


def _scheme(plan: _Plan, first: pd.Series, places: Floats, share: Floats, unit: int, mix: dict[str, Floats], stay: Floats) -> Scheme:
    ledger, option, kind = plan.ledger, str(first["option"]), str(first["kind"])
    mine, capital = ledger["option"] == option, ledger["fund"] == Fund.CAPITAL
    after = ledger["academic_year"].str.startswith("after")
    running = plan.cash(mine & ~capital & ~after)
    children, avoided, saving = np.zeros(len(share)), np.zeros(len(share)), np.full(len(share), np.nan)
    if kind == "contact_base":
        episodes = (ledger["unit"] == plan.arcs.units["unit"].iloc[unit]) & (ledger["quantity_unit"] == "episodes")
        running = running + plan.cash(episodes & ~after) * share
        avoided, spared = _avoided(plan, unit, share, mix, stay)
        saving = spared - running
    elif kind != "close_unit":
        children, spared = _placed(plan, unit, share, mix)
        saving = spared - running
    return Scheme(
        option, str(first["option_name"]), kind, str(first["year"]), places, plan.cash(mine & capital & ~after),
        -float(ledger.loc[mine & capital & after, "present_value_gbp"].sum()) + 0.0, running, children, avoided, saving,
    )  # fmt: skip


def _placed(plan: _Plan, unit: int, share: Floats, mix: dict[str, Floats]) -> tuple[Floats, Floats]:
    """(H+1,) children in a scheme's places, and what they would cost at the present mix less what they cost there."""
    arcs, demand, rates, here = plan.arcs, plan.demand, plan.rates, plan.here
    entered, held = np.nonzero(arcs.unit[here.arc] == unit)[0], np.nonzero(demand.stock_unit == unit)[0]
    who = np.concatenate([arcs.cohort[here.arc[entered]], demand.stock_cohort[held]])
    children = np.concatenate([here.in_arc[entered], here.in_stock[held]])
    spared = np.zeros(len(share))
    none = (np.zeros(len(arcs.cohort)), np.zeros(len(demand.stock_cohort)))
    for line in sorted({*mix, *rates.arc, *rates.stock}):
        there = np.concatenate([rates.arc.get(line, none[0])[here.arc[entered]], rates.stock.get(line, none[1])[held]])
        otherwise = mix[line][who] if line in mix else np.zeros(len(who))
        spared += ((otherwise - there) @ children) * rates.uprating[line]
    return children.sum(axis=0) * share, spared * share


def _avoided(plan: _Plan, unit: int, share: Floats, mix: dict[str, Floats], stay: Floats) -> tuple[Floats, Floats]:
    """(H+1,) new EHCPs that a scheme's episodes avoid, and what the children would cost at the present mix while they held one."""
    arcs, demand, here = plan.arcs, plan.demand, plan.here
    mine: Ints = np.nonzero(arcs.help_unit[here.help_arc] == unit)[0]
    who = arcs.help_cohort[here.help_arc[mine]]
    given = here.episodes[mine] * share
    new = np.zeros_like(given)
    for lag in range(1, demand.horizon + 1):
        new[:, lag:] += demand.effect[who, lag : lag + 1] * given[:, : demand.horizon + 1 - lag]
    held = np.zeros_like(new)
    for year in range(1, demand.horizon + 1):
        held[:, year] = stay[who] * held[:, year - 1] + new[:, year]
    spared = np.zeros(len(share))
    for line, price in mix.items():
        spared += (price[who] @ held) * plan.rates.uprating[line]
    return new.sum(axis=0), spared


def appraisal(found: list[Scheme], discount: Floats, optimism_bias: float, years: tuple[str, ...]) -> pd.DataFrame:
    """Table ``appraisal``: one row a scheme and one for all together (option ``Total``), pounds.

    Capital, of which uplift, and capital for each place are cash; the total's places, and its capital for each, leave out contact bases,
    whose places are for early help. Running cost, children and saving are those of the last year planned.
    ``net_present_value_gbp`` is the present value of savings over the years planned, less that of capital, plus what is left of
    buildings. ``cost_per_ehcp_avoided_gbp`` is the present value of a contact base's capital (less what is left) and running cost over
    the new EHCPs that it avoids in the years planned. An empty cell has nothing to measure.
    """
    rows = [_row(one.option, one.name, one.kind, one.opens, [one], discount, optimism_bias, years) for one in found]
    if found:
        rows.append(_row(TOTAL, TOTAL, "", min(one.opens for one in found), found, discount, optimism_bias, years))
    return pd.DataFrame(rows, columns=list(TABLE_COLUMNS["appraisal"]))


def _row(
    option: str, name: str, kind: str, opens: str, several: list[Scheme], discount: Floats, bias: float, years: tuple[str, ...]
) -> tuple[object, ...]:
    nothing = np.zeros(len(discount))
    capital, running = sum((one.capital for one in several), nothing), sum((one.running for one in several), nothing)
    measured = [one for one in several if not np.isnan(one.saving).any()]
    saving = sum((one.saving for one in measured), nothing)
    helping = [one for one in several if one.kind == "contact_base"]
    avoided = float(sum(one.avoided.sum() for one in several))
    help_cost = sum(float((one.capital + one.running) @ discount) - one.credit for one in helping)
    held = [one for one in several if one.kind != "contact_base"] or several
    credit, places = sum(one.credit for one in several), float(sum(one.places[-1] for one in held))
    per_place = float(sum(one.capital.sum() for one in held)) / places if places else math.nan
    worth = float((saving - capital) @ discount) + credit
    spent = float(capital.sum())
    return (
        option, name, kind, opens, places, spent, per_place, spent * bias / (1.0 + bias), float(capital @ discount), credit,
        float(running[-1]), float(sum(one.children[-1] for one in several)), avoided,
        float(saving[-1]) if measured else math.nan, payback_year(saving, capital, discount, years) if measured else "",
        worth if measured else math.nan, help_cost / avoided if avoided > 1e-6 else math.nan,
    )  # fmt: skip
