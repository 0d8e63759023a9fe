"""Why one scenario's figures differ from another's, cause by cause, so that no order of the causes decides the story."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from planner.names import WAITING, Fund

Floats = npt.NDArray[np.float64]
Tables = Mapping[str, pd.DataFrame]
Factors = Mapping[str, object]

CAUSES: Final = ("Demand", "Need mix", "Provision mix", "Price", "Places built", "Transport", "Early help", "Capital")
EHCP_CAUSES: Final = ("Demand", "Early help", "Provision mix")
WAITING_CAUSES: Final = ("Demand", "Need mix", "Provision mix", "Early help")
INTERACTION, TOTAL = "Interaction", "Total"

PLACE_LINES: Final = ("place_funding", "running_cost")
"""Lines that pay for places and units, whoever is in them."""

LEAST_CAME = 1e-6
"""Where fewer children came than were avoided, which no right ledger has, one is taken to have come, so that all still adds up."""

NOISE = 1e-4
"""What is left over below this is the rounding of sums."""

HELP_LINE, TRANSPORT_LINE = "early_help", "transport"
AFTER = "after"


@dataclass(frozen=True)
class Parts:
    """One run's figures taken apart so that their product is its cost. T years, K groups of children, S situations.

    Attributes:
        came: (T,) children there at the start and new EHCPs since, before early help.
        avoided: (T,) EHCPs avoided since the start.
        held: (T,) EHCPs held per child who came and was not avoided.
        mix: (T, K) share of each need, phase and band.
        placed: (T, K, S) share of each situation, given the group; NaN where nobody is in the group.
        price: (T, S) present value per child of every line but transport; NaN where nobody is.
        transport: (T, S) the same of transport.
        places: (T, P) quantity behind each line of place money; ``place_price`` present value each, NaN where there is none.
        place_price: see ``places``.
        help_gbp: present value of early help.
        capital_gbp: present value of capital.
        rest_gbp: present value of what none of these explains.

    """

    came: Floats
    avoided: Floats
    held: Floats
    mix: Floats
    placed: Floats
    price: Floats
    transport: Floats
    places: Floats
    place_price: Floats
    help_gbp: float
    capital_gbp: float
    rest_gbp: float


def shapley(causes: tuple[str, ...], value: Callable[[frozenset[str]], float]) -> dict[str, float]:
    """The mean effect of switching each cause over every order of the causes; they add to the whole difference.

    ``value`` gives the figure with some causes as in the scenario and the others as in the base. L. S. Shapley, A value for n-person games,
    Contributions to the Theory of Games II (1953).
    """
    count = len(causes)
    known = {frozenset(chosen): value(frozenset(chosen)) for size in range(count + 1) for chosen in itertools.combinations(causes, size)}
    shares = dict.fromkeys(causes, 0.0)
    for chosen, before in known.items():
        weight = (
            math.factorial(len(chosen)) * math.factorial(count - len(chosen) - 1) / math.factorial(count) if len(chosen) < count else 0.0
        )
        for cause in causes:
            if cause not in chosen:
                shares[cause] += weight * (known[chosen | {cause}] - before)
    return shares


def bridges(base: Tables, tables: Tables, years: tuple[str, ...]) -> dict[str, list[tuple[str, float]]]:
    """The bridge of cost (pounds, present value), of EHCPs in the last year and of child-years waiting, from a base to a scenario.

    Each is a list of causes with their share, then what no cause explains (``Interaction``) and the whole difference (``Total``).
    ``cost_alone`` holds what each cause would change if it alone changed, and as interaction what arises only together.
    """
    one, other = apart(base, tables, years)
    exact = _cost(other, other, frozenset()) + other.rest_gbp - _cost(one, one, frozenset()) - one.rest_gbp
    cost = shapley(CAUSES, lambda chosen: _cost(one, other, chosen))
    alone = {cause: _cost(one, other, frozenset({cause})) - _cost(one, other, frozenset()) for cause in CAUSES}
    held = shapley(EHCP_CAUSES, lambda chosen: float(_held(one, other, chosen)[-1]))
    waits = shapley(WAITING_CAUSES, lambda chosen: _waiting(one, other, chosen))
    return {
        "cost": _rows(cost, exact),
        "cost_alone": _rows(alone, exact),
        "ehcps": _rows(held, float(_held(other, other, frozenset())[-1] - _held(one, one, frozenset())[-1])),
        "waiting": _rows(waits, _waiting(other, other, frozenset()) - _waiting(one, one, frozenset())),
    }


def _rows(shares: Mapping[str, float], total: float) -> list[tuple[str, float]]:
    left = total - sum(shares.values())
    return [*shares.items(), (INTERACTION, left if abs(left) >= NOISE else 0.0), (TOTAL, total)]


def _pick(one: Parts, other: Parts, chosen: frozenset[str], cause: str) -> Parts:
    return other if cause in chosen else one


def _held(one: Parts, other: Parts, chosen: frozenset[str]) -> Floats:
    came = _pick(one, other, chosen, "Demand").came
    avoided = _pick(one, other, chosen, "Early help").avoided
    return np.asarray((came - avoided) * _pick(one, other, chosen, "Provision mix").held, dtype=float)


def _where(one: Parts, other: Parts, chosen: frozenset[str]) -> Floats:
    """(T, S) children in each situation."""
    mix = _pick(one, other, chosen, "Need mix").mix
    mine = _pick(one, other, chosen, "Provision mix")
    filled = np.where(np.isnan(mine.placed), (other if mine is one else one).placed, mine.placed)
    where: Floats = _held(one, other, chosen)[:, None] * np.einsum("tk,tks->ts", mix, np.nan_to_num(filled))
    return where


def _waiting(one: Parts, other: Parts, chosen: frozenset[str]) -> float:
    return float(_where(one, other, chosen)[:, -1].sum())


def _priced(one: Parts, other: Parts, chosen: frozenset[str], cause: str, name: str) -> Floats:
    mine = _pick(one, other, chosen, cause)
    own, its = getattr(mine, name), getattr(other if mine is one else one, name)
    return np.nan_to_num(np.where(np.isnan(own), its, own))


def _cost(one: Parts, other: Parts, chosen: frozenset[str]) -> float:
    """Present value with some causes as in the other run; what is not explained is left out."""
    where = _where(one, other, chosen)
    price, transport = _priced(one, other, chosen, "Price", "price"), _priced(one, other, chosen, "Transport", "transport")
    places, each = _pick(one, other, chosen, "Places built").places, _priced(one, other, chosen, "Price", "place_price")
    return float(
        (where * (price + transport)).sum()
        + (places * each).sum()
        + _pick(one, other, chosen, "Early help").help_gbp
        + _pick(one, other, chosen, "Capital").capital_gbp
    )


def apart(base: Tables, tables: Tables, years: tuple[str, ...]) -> tuple[Parts, Parts]:
    """Two runs taken apart on the same axes; ``years`` are the years planned that both have."""
    both = (base, tables)
    groups = sorted({key for one in both for key in _keys(one["ehcps"], ["need", "phase", "band"])})
    kinds = [*sorted({str(kind) for one in both for kind in one["ehcps"]["situation"]} - {WAITING}), WAITING]
    lines = sorted({key for one in both for key in _keys(_place_rows(one["ledger"]), ["line", "provision_type", "unit", "option"])})
    return (_parts(base, years, groups, kinds, lines), _parts(tables, years, groups, kinds, lines))


def _keys(frame: pd.DataFrame, names: list[str]) -> set[tuple[str, ...]]:
    return set(frame[names].astype(str).itertuples(index=False, name=None))


def _place_rows(ledger: pd.DataFrame) -> pd.DataFrame:
    return ledger[ledger["line"].isin(PLACE_LINES)]


def _parts(tables: Tables, years: tuple[str, ...], groups: list[tuple[str, ...]], kinds: list[str], lines: list[tuple[str, ...]]) -> Parts:
    ehcps = tables["ehcps"]
    start = float(ehcps.loc[~ehcps["year"].isin(years) & (ehcps["year"] < years[0]), "children"].sum())
    children = np.zeros((len(years), len(groups), len(kinds)))
    now = ehcps[ehcps["year"].isin(years)]
    at = (
        {name: place for place, name in enumerate(years)},
        {name: place for place, name in enumerate(groups)},
        {name: place for place, name in enumerate(kinds)},
    )
    rows = (
        [at[0][year] for year in now["year"]],
        [at[1][key] for key in now[["need", "phase", "band"]].astype(str).itertuples(index=False, name=None)],
        [at[2][str(kind)] for kind in now["situation"]],
    )
    np.add.at(children, rows, now["children"].to_numpy(dtype=float))
    came = start + _by_year(tables["growth"], "new_ehcps", years).cumsum()
    avoided = _by_year(tables["avoided"], "children", years).cumsum()
    came = np.where(came - avoided > LEAST_CAME, came, avoided + 1.0)
    total, group, kind = children.sum(axis=(1, 2)), children.sum(axis=2), children.sum(axis=1)
    ledger = _in_years(tables["ledger"], years)
    child = ~ledger["line"].isin([*PLACE_LINES, HELP_LINE]) & (ledger["fund"] != Fund.CAPITAL)
    transport = _per_child(ledger[child & (ledger["line"] == TRANSPORT_LINE)], years, kinds, kind)
    price = _per_child(ledger[child & (ledger["line"] != TRANSPORT_LINE)], years, kinds, kind)
    places, place_price = _places(_place_rows(ledger), years, lines)
    explained = sum(float(np.nansum(one * two)) for one, two in ((kind, price), (kind, transport), (places, place_price)))
    help_gbp = float(ledger.loc[ledger["line"] == HELP_LINE, "present_value_gbp"].sum())
    capital = float(ledger.loc[ledger["fund"] == Fund.CAPITAL, "present_value_gbp"].sum())
    rest = float(ledger["present_value_gbp"].sum()) - explained - help_gbp - capital
    with np.errstate(divide="ignore", invalid="ignore"):
        mix = np.where(total[:, None] > 0, group / total[:, None], 0.0)
        placed = np.where(group[:, :, None] > 0, children / group[:, :, None], np.nan)
        held = total / (came - avoided)
    return Parts(came, avoided, held, mix, placed, price, transport, places, place_price, help_gbp, capital, rest)


def _by_year(frame: pd.DataFrame, value: str, years: tuple[str, ...]) -> Floats:
    found: Floats = frame.groupby("year")[value].sum().astype(float).reindex(list(years)).fillna(0.0).to_numpy()
    return found


def _in_years(ledger: pd.DataFrame, years: tuple[str, ...]) -> pd.DataFrame:
    """The ledger with what follows the last year counted in the last year, and what comes before the first in the first."""
    year = ledger["academic_year"].astype(str)
    year = year.where(~year.str.startswith(AFTER), years[-1])
    return ledger.assign(academic_year=year.where(year >= years[0], years[0]))


def _per_child(rows: pd.DataFrame, years: tuple[str, ...], kinds: list[str], children: Floats) -> Floats:
    pounds = rows.pivot_table(index="academic_year", columns="provision_type", values="present_value_gbp", aggfunc="sum")
    pounds = pounds.reindex(index=list(years), columns=kinds).fillna(0.0)
    with np.errstate(divide="ignore", invalid="ignore"):
        each: Floats = np.where(children > 0, pounds.to_numpy(dtype=float) / children, np.nan)
    return each


def _places(rows: pd.DataFrame, years: tuple[str, ...], lines: list[tuple[str, ...]]) -> tuple[Floats, Floats]:
    keys = pd.MultiIndex.from_tuples(lines or [("", "", "", "")], names=["line", "provision_type", "unit", "option"])
    found = []
    for value in ("quantity", "present_value_gbp"):
        table = rows.pivot_table(index="academic_year", columns=list(keys.names), values=value, aggfunc="sum")
        found.append(table.reindex(index=list(years), columns=keys).fillna(0.0).to_numpy(dtype=float))
    quantity, pounds = found
    with np.errstate(divide="ignore", invalid="ignore"):
        each: Floats = np.where(quantity > 0, pounds / quantity, np.nan)
    return quantity, each
