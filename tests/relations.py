"""What must hold between the answers to a county and to the same county changed: the metamorphic relations.

Each takes a small county and a whole number to choose with, and gives back what is wrong, or nothing. ``NotHereError`` is raised where a
relation says nothing of a county (no option to drop, no children to be without).
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import Any, Final

import numpy as np
import pandas as pd

from planner.check.replay import check_tables
from planner.model.build import Model
from planner.names import LINES
from planner.results.solution import Solution
from planner.run import all_tables, build
from planner.solve.outcome import Answer
from planner.solve.run import solve
from tests.strategies import GBP, Small

CHILD_LINES = ("top_up", "independent_fees", "mainstream_support", "other_placements", "transport", "interim_tuition")
WITHIN = 1e-6
"""Objectives agree to one part in a million, or to a penny if they are small."""


class NotHereError(Exception):
    """The relation says nothing of this county."""


@dataclass(frozen=True)
class Solved:
    """A small county with its best plan."""

    small: Small
    model: Model
    answer: Answer

    @property
    def cost(self) -> float:
        """Present value of public cost with broken limits, pounds."""
        return self.aim("cost")

    def aim(self, name: str) -> float:
        """The value of an aim, whether it was looked for or not."""
        aim = self.model.program.aims[name]
        assert self.answer.values is not None
        return float(aim.costs @ self.answer.values) + aim.constant

    @cached_property
    def tables(self) -> Solution:
        """Every table."""
        assert self.answer.values is not None
        return all_tables(self.small.case, self.model, self.answer, self.answer.values)

    def opened(self, option: str) -> float:
        """In how many years an option is open."""
        frame = self.tables.table("options")
        return float(frame.loc[frame["option"] == option, "open"].sum())


def solved(small: Small) -> Solved:
    """The best plan; there always is one, because every limit can be broken at a price and everyone can wait."""
    model = build(small.case)
    answer = solve(model.program, small.scenario)
    if answer.values is None:
        raise AssertionError(f"no plan: {answer.record.stages[-1].outcome}")
    return Solved(small, model, answer)


def least(small: Small) -> float:
    """The least cost."""
    return solved(small).cost


def _near(one: float, other: float) -> float:
    return WITHIN * max(abs(one), abs(other)) + 0.01


def never_less(before: float, after: float, what: str) -> str | None:
    """What is wrong if the second is less than the first."""
    return None if after >= before - _near(before, after) else f"{what}: £{after:,.4f} is less than £{before:,.4f}"


def the_same(before: float, after: float, what: str) -> str | None:
    """What is wrong if the two differ."""
    return None if abs(before - after) <= _near(before, after) else f"{what}: £{after:,.4f} is not £{before:,.4f}"


def _limited_units(small: Small) -> list[str]:
    units = small.tables["units"]
    return sorted(units.loc[units["places"].notna() & (units["provision_type"] != "contact_base"), "unit"])


def _one_of(choices: list[str], pick: int) -> str:
    if not choices:
        raise NotHereError
    return choices[pick % len(choices)]


def _free(small: Small, *lines: str) -> Small:
    return small.with_keys(money={"price_factor": dict.fromkeys(lines, 0.0)})


def _without_ends(small: Small) -> Small:
    """Nothing counts after the last year, and nothing closes.

    A unit's places are paid for, after the last year or once it closes, for as long as the longest stay of anyone who may enter it;
    so what may enter changes what is counted there.
    """
    kept = small.with_table("options", lambda frame: frame[frame["kind"] != "close_unit"])
    offered = set(kept.tables["options"]["option"])
    if not offered:
        raise NotHereError
    kept = kept.with_table("options", lambda frame: frame.assign(requires=[n if n in offered else "" for n in frame["requires"]]))
    options = {"offer": sorted(offered), "fixed": {n: v for n, v in small.keys["options"].get("fixed", {}).items() if n in offered}}
    keys = {**kept.keys, "options": {**kept.keys["options"], **options}}
    return dataclasses.replace(kept, keys=keys).with_keys(money={"horizon_end": "none"})


def one_more_place(small: Small, pick: int) -> str | None:
    """One more place, itself free, never makes the best plan cost more."""
    small = _free(_without_ends(small), "place_funding")
    unit = _one_of(_limited_units(small), pick)
    more = small.with_table("units", lambda frame: frame.assign(places=frame["places"] + (frame["unit"] == unit)))
    return never_less(least(more), least(small), f"with one place fewer at {unit}")


def one_more_place_in_order(small: Small, pick: int) -> str | None:
    """One more place, itself free, is never worse where waiting comes first and cost second."""
    aims = [{"aim": "waiting", "tolerance": 0.0}, {"aim": "cost", "tolerance": 0.0}]
    small = _free(_without_ends(small), "place_funding").with_keys(objective=aims)
    unit = _one_of(_limited_units(small), pick)
    more = small.with_table("units", lambda frame: frame.assign(places=frame["places"] + (frame["unit"] == unit)))
    few, many = solved(small), solved(more)
    waits, fewer = few.aim("waiting"), many.aim("waiting")
    if fewer > waits + 2e-5 * max(1.0, waits):
        return f"with one more place at {unit} {fewer:.6f} child-years of waiting are more than {waits:.6f}"
    if fewer > waits - 2e-5 * max(1.0, waits):
        # Waiting is kept within a hundred-thousandth, so cost may differ by what that is worth.
        dearest = max(rate.value_gbp for rate in small.rates)
        slack = 2e-5 * max(1.0, waits) * dearest * 10
        return None if many.cost <= few.cost + slack + _near(few.cost, many.cost) else f"£{many.cost:,.4f} is more than £{few.cost:,.4f}"
    return None


def tighter_travel_limit(small: Small, pick: int) -> str | None:
    """A tighter travel limit never makes the best plan cheaper."""
    small = _without_ends(small).with_keys(travel={"limit": "hard"})
    now = small.keys["travel"]["limit_minutes"]
    tight = small.with_keys(travel={"limit_minutes": {phase: minutes * (0.0, 0.3, 0.7)[pick % 3] for phase, minutes in now.items()}})
    return never_less(least(small), least(tight), "with a tighter travel limit")


def tighter_money_limit(small: Small, pick: int) -> str | None:
    """A tighter limit on capital or on the high needs block, at its price, never makes the best plan cheaper."""
    name = ("capital_gbp_by_year", "high_needs_gbp_by_year")[pick % 2]
    loose, tight = 60_000.0, (0.0, 20_000.0, 50_000.0)[pick // 2 % 3]
    plans = [small.with_keys(limits={name: {"2025/26": limit}}) for limit in (loose, tight)]
    return never_less(least(plans[0]), least(plans[1]), f"with a limit of £{tight:,.0f} in place of £{loose:,.0f} on {name}")


def fewer_openings(small: Small, pick: int) -> str | None:
    """Fewer openings allowed in a year never make the best plan cheaper."""
    many, few = ((None, 1), (None, 0), (2, 1), (1, 0))[pick % 4]
    plans = [small.with_keys(options={"most_openings_per_year": most}) for most in (many, few)]
    return never_less(least(plans[0]), least(plans[1]), f"with at most {few} openings a year in place of {many}")


def offering_more(small: Small, pick: int) -> str | None:
    """One option more on offer never makes the best plan cost more."""
    options = small.keys["options"]
    option = _one_of([name for name in options["offer"] if name not in options.get("fixed", {})], pick)
    left = [name for name in options["offer"] if name != option]
    return never_less(least(small), least(small.with_keys(options={"offer": left})), f"without {option} on offer")


def deciding(small: Small, pick: int) -> str | None:
    """An option that is decided, where it was on offer, never makes the best plan cheaper.

    Decided options do not count among the openings of a year, so that these are not limited here.
    """
    small = small.with_keys(options={"most_openings_per_year": None})
    table = small.case.programme.options
    free = table[~table["decided"] & (table["requires"] == "") & (table["earliest"] <= small.scenario.years) & (table["most_blocks"] > 0)]
    option = _one_of(sorted(free["option"]), pick)
    row = free[free["option"] == option].iloc[0]
    year = str(small.case.demand.years[int(row["earliest"])])
    fixed = {**small.keys["options"].get("fixed", {}), option: {"year": year}}
    groups = table.set_index("option")["exclusive_group"]
    if groups[option] and any(groups.get(other) == groups[option] for other in fixed if other != option):
        raise NotHereError
    return never_less(least(small), least(small.with_keys(options={"fixed": fixed})), f"with {option} decided for {year}")


def _renamed(small: Small, names: Callable[[str], str]) -> Small:
    text = {
        "areas": ("area", "area_name", "district", "planning_area"), "population": ("area",), "stock": ("area", "unit"),
        "units": ("unit", "area"), "options": ("option", "unit", "requires", "exclusive_group"), "unit_phase_places": ("unit",),
    }  # fmt: skip
    tables = dict(small.tables)
    for name, columns in text.items():
        if name in tables:
            tables[name] = tables[name].assign(
                **{column: [names(value) if value else value for value in tables[name][column]] for column in columns}
            )
    options = dict(small.keys["options"])
    options["offer"] = [names(name) for name in options["offer"]]
    options["fixed"] = {names(name): value for name, value in options.get("fixed", {}).items()}
    return dataclasses.replace(small, tables=tables, keys={**small.keys, "options": options})


def renaming(small: Small, pick: int) -> str | None:
    """Other names for areas, districts, units and options change nothing, even where they turn the alphabet round."""
    salt = "zyxwvutsrqponmlkjihgfedcba"[pick % 26]
    return the_same(least(small), least(_renamed(small, lambda name: f"{salt}_{name[::-1]}")), "after renaming")


def reordering(small: Small, pick: int) -> str | None:
    """The order of rows in the tables changes nothing."""
    mixed = small
    for name in ("areas", "population", "units", "options", "stock", "entrants", "sen_support", "bands", "band_provision", "finance"):
        mixed = mixed.with_table(name, lambda frame: frame.sample(frac=1.0, random_state=pick % 1000))
    return the_same(least(small), least(mixed), "after reordering")


def splitting(small: Small, pick: int) -> str | None:
    """An area split into two identical halves changes nothing."""
    area = _one_of(sorted(small.tables["areas"]["area"]), pick)
    twin = f"{area}_twin"

    def both(frame: pd.DataFrame, **changes: Any) -> pd.DataFrame:
        return pd.concat([frame, frame[frame["area"] == area].assign(area=twin, **changes)], ignore_index=True)

    def halves(frame: pd.DataFrame) -> pd.DataFrame:
        return both(frame.assign(children=np.where(frame["area"] == area, frame["children"] / 2, frame["children"])))

    def stock(frame: pd.DataFrame) -> pd.DataFrame:
        frame = halves(frame)
        own = (frame["area"] == twin) & (frame["unit"] == f"ms_{area}")
        return frame.assign(unit=np.where(own, f"ms_{twin}", frame["unit"]))

    def units(frame: pd.DataFrame) -> pd.DataFrame:
        own = frame[(frame["area"] == area) & (frame["serves"] == "own_area")]
        return pd.concat([frame, own.assign(area=twin, unit=f"ms_{twin}")], ignore_index=True)

    split = small.with_table("areas", both).with_table("population", halves).with_table("stock", stock).with_table("units", units)
    return the_same(least(small), least(split), f"after splitting {area}")


def scaling_prices(small: Small, pick: int) -> str | None:
    """Every price k times as high makes the best plan k times as dear."""
    k = (0.25, 2.0, 7.0)[pick % 3]
    limits = {name: {year: value * k for year, value in by.items()} for name, by in small.keys.get("limits", {}).items()}
    slack = small.scenario.money.slack_prices
    prices = {
        "over_capacity_gbp_per_child_year": slack.over_capacity_gbp_per_child_year * k,
        "under_occupancy_gbp_per_child_year": slack.under_occupancy_gbp_per_child_year * k,
    }
    dear = small.with_keys(
        money={"price_factor": dict.fromkeys(LINES, k), "slack_prices": prices},
        limits=limits,
        travel={"over_limit_gbp_per_minute_year": small.scenario.travel.over_limit_gbp_per_minute_year * k},
    )
    return the_same(least(small) * k, least(dear), f"with prices times {k:g}")


def early_help_without_effect(small: Small, pick: int) -> str | None:
    """Early help that has no effect and a price is never given, and a contact base that costs something is never opened."""
    small = small.with_keys(demand={"early_help": {"effect": 0.0}}).with_rates(
        lambda rate: dataclasses.replace(rate, value_gbp=rate.value_gbp + 1 + pick % 50) if rate.line == "early_help" else rate
    )
    small = small.with_table("options", lambda frame: frame.assign(least_occupancy=np.nan))
    found = solved(small)
    given = float(found.tables.table("early_help")["episodes"].sum())
    if given > 1e-9:
        return f"{given:g} episodes are given"
    options = small.tables["options"]
    needed = set(options["requires"]) | set(small.keys["options"].get("fixed", {}))
    for row in options[options["kind"] == "contact_base"].to_dict("records"):
        if row["option"] not in needed and found.opened(row["option"]):
            return f"{row['option']} is opened"
    return None


def early_help_free_and_useless(small: Small, _: int) -> str | None:
    """Early help with neither effect nor cost is the same as a county without contact bases on offer."""
    none = small.with_keys(demand={"early_help": {"effect": 0.0}}, money={"price_factor": {"early_help": 0.0}})
    options = none.tables["options"]
    bases = set(options.loc[options["kind"] == "contact_base", "option"])
    if not bases or bases & set(none.keys["options"].get("fixed", {})):
        raise NotHereError
    none = none.with_table(
        "options",
        lambda frame: frame.assign(
            requires=[need if need not in bases else "" for need in frame["requires"]],
            exclusive_group=np.where(frame["option"].isin(bases), "", frame["exclusive_group"]),
        ),
    )
    others = [name for name in none.keys["options"]["offer"] if name not in bases]
    return the_same(least(none), least(none.with_keys(options={"offer": others})), "without contact bases on offer")


def longer_horizon(small: Small, _: int) -> str | None:
    """A longer horizon contains the shorter: the same children in the years that both have, and never a lower cost."""
    small = _without_ends(small)
    longer = small.with_keys(years=small.keys["years"] + 1)
    span = small.keys["years"] + 1
    for name in ("new", "arrivals", "at_risk", "avoidable", "effect"):
        if not np.allclose(getattr(longer.case.demand, name)[:, :span], getattr(small.case.demand, name), rtol=1e-12, atol=1e-12):
            return f"demand ({name}) differs in the years that both horizons have"
    return never_less(least(small), least(longer), "with a year more")


def raising_one_price(small: Small, pick: int) -> str | None:
    """One price raised never makes the best plan cheaper."""
    prices = [number for number, rate in enumerate(small.rates) if rate.per in GBP]
    chosen = small.rates[prices[pick % len(prices)]]
    dearer = small.with_rates(
        lambda rate: dataclasses.replace(rate, value_gbp=rate.value_gbp + 0.3 * abs(rate.value_gbp) + 50) if rate is chosen else rate
    )
    return never_less(least(small), least(dearer), f"with a dearer {chosen.line} {chosen.per} {chosen.provision_type}")


def dropping_an_unused_option(small: Small, pick: int) -> str | None:
    """An option that the best plan does not use can be dropped, and the best plan costs the same."""
    found = solved(small)
    unused = [
        name for name in small.keys["options"]["offer"] if not found.opened(name) and name not in small.keys["options"].get("fixed", {})
    ]
    option = _one_of(unused, pick)
    left = [name for name in small.keys["options"]["offer"] if name != option]
    return the_same(found.cost, least(small.with_keys(options={"offer": left})), f"without {option}")


def no_children(small: Small, _: int) -> str | None:
    """A county without children spends nothing on children and opens nothing that costs something."""
    small = _without_ends(small)  # closing an empty school may be worth its price
    empty = small.with_table("entrants", lambda frame: frame.assign(new_ehcps=0.0, arrivals=0.0))
    empty = empty.with_table("stock", lambda frame: frame.assign(children=0.0))
    empty = empty.with_table("options", lambda frame: frame.assign(running_gbp_per_year=frame["running_gbp_per_year"] + 10.0))
    if empty.keys["options"].get("fixed"):
        raise NotHereError
    found = solved(empty)
    ledger = found.tables.table("ledger")
    spent = ledger[ledger["line"].isin([*CHILD_LINES, "running_cost", "capital"])]["cash_gbp"].abs().sum()
    opened = found.tables.table("options")
    closes = opened["kind"] == "close_unit"
    if spent:
        return f"£{spent:,.2f} is spent on nobody"
    return "something opens for nobody" if opened.loc[~closes, "open"].any() else None


def no_discount(small: Small, _: int) -> str | None:
    """Without discounting, present value is cash in every row of the ledger and in the total."""
    found = solved(small.with_keys(money={"discount_rate": 0.0}))
    ledger = found.tables.table("ledger")
    apart = (ledger["cash_gbp"] - ledger["present_value_gbp"]).abs()
    if len(ledger) and apart.max() > 0.005:
        return f"a row differs by £{apart.max():,.4f}"
    return the_same(float(ledger["cash_gbp"].sum()), found.cost - found.aim("broken_limits"), "cash")


def a_year_without_children(small: Small, pick: int) -> str | None:
    """A further year in which nobody is left and nobody comes costs nothing for children and changes nothing before it."""
    bare = _free(_without_ends(small), "place_funding", "running_cost", "early_help").with_keys(years=1, limits={}, options={"fixed": {}})
    bare = dataclasses.replace(bare, keys={**bare.keys, "limits": {}, "options": {**bare.keys["options"], "fixed": {}}})
    age = (9, 14)[pick % 2]
    bare = bare.with_table("population", lambda frame: frame.assign(children=np.where(frame["age"] == age, 40.0, 0.0)))
    phase = ("primary", "secondary")[pick % 2]
    bare = bare.with_table("entrants", lambda frame: frame.assign(phase=phase).drop_duplicates(["need", "phase"]))
    bare = bare.with_table("sen_support", lambda frame: frame.assign(phase=phase).drop_duplicates(["need", "phase"]))
    gone = {"leaves_per_year": 1.0, "moves_up_per_year": 0.0, "escalates_per_year": 0.0}
    bare = bare.with_table("transitions", lambda frame: frame.assign(**gone))
    bare = bare.with_table("options", lambda frame: frame.assign(least_occupancy=np.nan, capital_profile="1"))
    one, two = solved(bare), solved(bare.with_keys(years=2))
    if float(two.small.case.demand.new[:, 2].sum()) > 0:
        return "somebody comes in the year without children"
    return the_same(one.cost, two.cost, "with a year without children")


def a_dearer_twin(small: Small, pick: int) -> str | None:
    """An option that does what another does and costs more everywhere is never opened, and changes nothing."""
    table = small.tables["options"]
    names = sorted(table.loc[(table["kind"] != "close_unit") & (table["exclusive_group"] == ""), "option"])
    names = [name for name in names if name not in small.keys["options"].get("fixed", {})]
    option = _one_of(names, pick)
    row = table[table["option"] == option].iloc[0]
    twin = {
        **row.to_dict(), "option": f"{option}_twin", "exclusive_group": "twins", "running_gbp_per_year": row["running_gbp_per_year"] + 500.0,
        "capital_fixed_gbp": row["capital_fixed_gbp"] + 10_000.0,
    }  # fmt: skip

    def add(frame: pd.DataFrame) -> pd.DataFrame:
        frame = frame.assign(exclusive_group=np.where(frame["option"] == option, "twins", frame["exclusive_group"]))
        return pd.concat([frame, pd.DataFrame([twin])], ignore_index=True)

    both = small.with_table("options", add).with_keys(options={"offer": [*small.keys["options"]["offer"], f"{option}_twin"]})
    found = solved(both)
    if found.opened(f"{option}_twin"):
        return f"the dearer twin of {option} is opened"
    return the_same(least(small), found.cost, "with a dearer twin on offer")


def check_passes(small: Small, _: int) -> str | None:
    """The best plan passes the check, and none of its tables holds a number below nothing where there can be none."""
    found = solved(small)
    case, program = small.case, found.model.program
    broken = found.aim("broken_limits")
    report = check_tables(
        found.tables.tables, case.loaded.scenario, case.county, case.demand, case.arcs, case.rates, case.programme,
        found.aim("cost") - broken, broken,
    )  # fmt: skip
    if not report.passed:
        return "; ".join(str(finding) for finding in report.findings[:3])
    values = found.answer.values
    assert values is not None
    activity = program.matrix @ values
    scale = 1e-6 * np.maximum(1.0, np.abs(activity))
    if (activity > program.row_upper + scale).any() or (activity < program.row_lower - scale).any():
        return "a row of the model is broken"
    return None


def never_falls(small: Small, _: int) -> str | None:
    """What may not close never shrinks, and what has closed once stays closed."""
    found = solved(small)
    frame = found.tables.table("options")
    may_close = set(small.tables["options"].loc[small.tables["options"]["may_close"], "option"])
    for option, part in frame.groupby("option"):
        sizes = list(part.sort_values("year")["blocks"])
        if option not in may_close and any(later < earlier for earlier, later in pairwise(sizes)):
            return f"{option} shrinks"
    return None


RELATIONS: Final[dict[str, Callable[[Small, int], str | None]]] = {
    relation.__name__: relation
    for relation in (
        one_more_place, one_more_place_in_order, tighter_travel_limit, tighter_money_limit, fewer_openings, offering_more, deciding, renaming, reordering, splitting, scaling_prices,
        early_help_without_effect, early_help_free_and_useless, longer_horizon, raising_one_price, dropping_an_unused_option,
        no_children, no_discount, a_year_without_children, a_dearer_twin, check_passes, never_falls,
    )
}  # fmt: skip
"""Every relation by its name."""
