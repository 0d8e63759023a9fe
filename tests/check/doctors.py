"""Kinds of doctored answer, made from the tables themselves: each table, each column, each way; and what a careless hand might do."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import numpy as np
import pandas as pd

from planner.check.labels import KEYS
from tests.check.rich import Written

Tables = dict[str, pd.DataFrame]


@dataclass(frozen=True)
class Doctored:
    """An answer with something wrong in it."""

    tables: Tables
    cost: float
    broken: float


Doctor = Callable[[Written], Doctored | None]


def _with(answer: Written, table: str, frame: pd.DataFrame) -> Doctored:
    return Doctored({**answer.tables, table: frame.reset_index(drop=True)}, answer.cost, answer.broken)


def _changed(answer: Written, table: str, row: int, column: str, value: object) -> Doctored:
    frame = answer.tables[table].copy()
    frame[column] = frame[column].astype(object if isinstance(value, str | bool) else float)
    frame.loc[row, column] = value
    return _with(answer, table, frame)


def _figure(frame: pd.DataFrame) -> str:
    return next((name for name in ("children", "cash_gbp", "episodes", "amount", "blocks") if name in frame.columns), frame.columns[-1])


def _largest(frame: pd.DataFrame, column: str) -> int:
    return int(np.nanargmax(np.abs(frame[column].to_numpy(dtype=float))))


def number(table: str, column: str, way: str) -> Doctor:
    """A figure in the row where it is largest: a little more, a little less, one more, doubled, below nothing, missing, endless."""

    def doctor(answer: Written) -> Doctored | None:
        frame = answer.tables[table]
        if frame.empty or frame[column].isna().all():
            return None
        row = _largest(frame, column)
        value = float(frame[column].iloc[row])
        money = "gbp" in column or column == "quantity"
        small = 0.02 if money else 2e-6 * (1000.0 if "amount" in column else 1.0)
        new = {
            "a little more": value + small, "a little less": value - small, "one more": value + 1.0, "doubled": 2 * value + 1.0,
            "below nothing": -value - 1.0, "missing": float("nan"), "endless": float("inf"), "nothing": 0.0,
        }[way]  # fmt: skip
        return None if new == value else _changed(answer, table, row, column, new)

    return doctor


def word(table: str, column: str, way: str) -> Doctor:
    """A word in the row with the largest figure: another that the table knows, one that nobody knows, or none."""

    def doctor(answer: Written) -> Doctored | None:
        frame = answer.tables[table]
        if frame.empty:
            return None
        row = _largest(frame, _figure(frame))
        value = str(frame[column].iloc[row])
        others = sorted({str(other) for other in frame[column]} - {value})
        if way == "another":
            return _changed(answer, table, row, column, others[0]) if others else None
        new = "nowhere" if way == "unknown" else ""
        return None if new == value else _changed(answer, table, row, column, new)

    return doctor


def rows(table: str, way: str) -> Doctor:
    """A row lost, a row twice, the last row lost, all lost, two rows' figures exchanged, a row's figure split over two rows."""

    def doctor(answer: Written) -> Doctored | None:
        frame = answer.tables[table]
        if frame.empty:
            return None
        column = _figure(frame)
        row = _largest(frame, column)
        if way == "lost":
            return _with(answer, table, frame.drop(index=row))
        if way == "twice":
            return _with(answer, table, pd.concat([frame, frame.iloc[[row]]]))
        if way == "all lost":
            return _with(answer, table, frame.iloc[:0])
        if way == "split":
            half = frame.assign(**{column: frame[column].astype(float)})
            half.loc[row, column] /= 2
            return _with(answer, table, pd.concat([half, half.iloc[[row]]]))
        other = next((at for at in range(len(frame)) if frame[column].iloc[at] != frame[column].iloc[row]), None)
        if other is None:
            return None
        mixed = frame.copy()
        mixed.loc[[row, other], column] = frame.loc[[other, row], column].to_numpy()
        return _with(answer, table, mixed)

    return doctor


def _row(frame: pd.DataFrame, **where: object) -> int | None:
    found = frame
    for column, value in where.items():
        found = found[found[column] == value]
    return None if found.empty else int(found.index[0])


def _ledger(way: str) -> Doctor:
    """Whole-ledger faults: no discount, another discount, everything a year later, money moved, half of a line gone."""

    def doctor(answer: Written) -> Doctored | None:
        frame = answer.tables["ledger"].copy()
        cost = answer.cost
        if way == "no discount":
            frame["present_value_gbp"] = frame["cash_gbp"]
            cost = float(frame["cash_gbp"].sum())
        elif way == "another discount":
            frame["present_value_gbp"] *= 0.99
            cost = float(frame["present_value_gbp"].sum())
        elif way == "another price":
            frame[["cash_gbp", "present_value_gbp"]] *= 1.01
            cost = float(frame["present_value_gbp"].sum())
        elif way == "capital a year later":
            row = _row(frame, line="capital")
            frame.loc[row, "academic_year"] = "2027/28"
        elif way == "money between units":
            children = frame[(frame["line"] == "transport") & (frame["cash_gbp"] > 1)].index[:2]
            frame.loc[children[0], ["cash_gbp", "present_value_gbp"]] += 1.0
            frame.loc[children[1], ["cash_gbp", "present_value_gbp"]] -= 1.0
        elif way == "a credit that is not there":
            row = {**frame.iloc[0].to_dict(), "line": "capital", "fund": "capital", "cash_gbp": -500.0, "present_value_gbp": -500.0}
            frame = pd.concat([frame, pd.DataFrame([row])])
            cost -= 500.0
        elif way == "pounds as thousands":
            frame[["cash_gbp", "present_value_gbp"]] /= 1000.0
            cost /= 1000.0
        elif way == "what follows the last year left out":
            frame = frame[~frame["academic_year"].str.startswith("after")]
            cost = float(frame["present_value_gbp"].sum())
        elif way == "the last year left out":
            frame = frame[frame["academic_year"] != "2027/28"]
            cost = float(frame["present_value_gbp"].sum())
        return Doctored({**answer.tables, "ledger": frame.reset_index(drop=True)}, cost, answer.broken)

    return doctor


LEDGER_WAYS = (
    "no discount", "another discount", "another price", "capital a year later", "money between units", "a credit that is not there",
    "pounds as thousands", "what follows the last year left out", "the last year left out",
)  # fmt: skip


def _move(answer: Written, to: str, where: dict[str, object]) -> Doctored | None:
    frame = answer.tables["allocation"]
    row = _row(frame, **where)
    if row is None:
        return None
    kinds = answer.case.arcs.units.set_index("unit")["provision_type"]
    moved = frame.copy()
    moved.loc[row, ["unit", "provision_type"]] = [to, kinds[to]]
    return _with(answer, "allocation", moved)


def _waits_hidden(answer: Written) -> Doctored:
    """Waiting dropped everywhere it is written: from waiting and from where children are."""
    ehcps = answer.tables["ehcps"]
    kept = {"waiting": answer.tables["waiting"].iloc[:0], "ehcps": ehcps[ehcps["situation"] != "waiting"].reset_index(drop=True)}
    return Doctored({**answer.tables, **kept}, answer.cost, answer.broken)


def _wait_becomes_entry(answer: Written) -> Doctored | None:
    """A child who waits is written as in mainstream instead."""
    waiting = answer.tables["waiting"].copy()
    row = _row(waiting, band="specialist")
    if row is None:
        return None
    child = waiting.loc[row]
    entry = {
        **child.drop("year").to_dict(),
        "unit": f"ms_{child['area']}",
        "provision_type": "mainstream_support",
        "entry_year": child["year"],
    }
    tables = {"waiting": waiting.drop(index=row), "allocation": pd.concat([answer.tables["allocation"], pd.DataFrame([entry])])}
    return Doctored({**answer.tables, **{name: frame.reset_index(drop=True) for name, frame in tables.items()}}, answer.cost, answer.broken)


def _slack_hidden(limit: str) -> Doctor:
    """A broken limit left out, and the total with it."""

    def doctor(answer: Written) -> Doctored | None:
        frame = answer.tables["slacks"]
        row = _row(frame, limit=limit)
        if row is None:
            return None
        kept = _with(answer, "slacks", frame.drop(index=row))
        return Doctored(kept.tables, answer.cost, answer.broken - float(frame.loc[row, "objective_gbp"]))

    return doctor


def _slack_smaller(limit: str) -> Doctor:
    """A broken limit written as half of what it is, in every figure."""

    def doctor(answer: Written) -> Doctored | None:
        frame = answer.tables["slacks"].copy()
        row = _row(frame, limit=limit)
        if row is None:
            return None
        frame.loc[row, ["amount", "objective_gbp"]] = frame.loc[row, ["amount", "objective_gbp"]].astype(float) / 2
        worth = float(frame.loc[row, "objective_gbp"])
        return Doctored({**answer.tables, "slacks": frame}, answer.cost, answer.broken - worth)

    return doctor


def _base_opened_early(answer: Written) -> Doctored | None:
    """An option written as open, with blocks and places, a year before it can be."""
    frame = answer.tables["options"].copy()
    row = _row(frame, option="grow_sp_north", year="2025/26")
    frame.loc[row, ["open", "blocks", "places"]] = [1, 1, 2.0]
    return _with(answer, "options", frame)


def _option(way: str) -> Doctor:
    def doctor(answer: Written) -> Doctored | None:
        frame = answer.tables["options"].copy()
        rc = frame["option"] == "open_rc_south"
        last = rc & (frame["year"] == "2027/28")
        if way == "shuts again":
            frame.loc[last, ["open", "blocks", "places"]] = [0, 0, 0.0]
        elif way == "shrinks":
            frame.loc[last, ["blocks", "places"]] = [1, 4.0]
        elif way == "too large":
            frame.loc[rc, ["blocks", "places"]] = [3, 12.0]
        elif way == "half a block":
            frame[["blocks", "places"]] = frame[["blocks", "places"]].astype(float)
            frame.loc[rc, ["blocks", "places"]] = [1.5, 6.0]
        elif way == "places but not open":
            frame.loc[rc, "open"] = 0
        elif way == "open but no places":
            frame.loc[rc, ["blocks", "places"]] = [0, 0.0]
        elif way == "never closed":
            frame.loc[frame["option"] == "close_ind", "open"] = 0
        elif way == "closed early":
            frame.loc[frame["option"] == "close_ind", "open"] = 1
        return _with(answer, "options", frame)

    return doctor


OPTION_WAYS = (
    "shuts again",
    "shrinks",
    "too large",
    "half a block",
    "places but not open",
    "open but no places",
    "never closed",
    "closed early",
)


def _children(way: str) -> Doctor:
    """Faults told consistently in more than one table, which adding up one table would not find."""

    def doctor(answer: Written) -> Doctored | None:
        tables = {name: frame.copy() for name, frame in answer.tables.items()}
        if way == "a stay cut short":
            last = tables["ehcps"]["year"] == "2027/28"
            tables["ehcps"].loc[last, "children"] *= 0.9
        elif way == "nobody wears off":
            frame = tables["occupancy"]
            tables["occupancy"] = frame.assign(children=np.where(frame["unit"] == "ind_south", 2.0, frame["children"]))
        elif way == "everyone enters a year later":
            years = {"2025/26": "2026/27", "2026/27": "2027/28"}
            kept = tables["allocation"][tables["allocation"]["entry_year"] != "2027/28"]
            tables["allocation"] = kept.assign(entry_year=kept["entry_year"].map(years)).reset_index(drop=True)
        elif way == "entries and children both a tenth more":
            for name in ("allocation", "ehcps", "entries", "occupancy", "occupancy_phase"):
                tables[name]["children"] *= 1.1
        elif way == "episodes and avoided both doubled":
            tables["early_help"]["episodes"] *= 2
            tables["avoided"]["children"] *= 2
        elif way == "avoided without episodes":
            tables["early_help"] = tables["early_help"].iloc[:0]
        elif way == "episodes without effect":
            tables["avoided"] = tables["avoided"].iloc[:0]
        elif way == "episodes of a year that comes too late":
            tables["early_help"] = (
                tables["early_help"].assign(year="2027/28").drop_duplicates(["area", "need", "phase", "band", "unit", "year"])
            )
        elif way == "children put in with nobody coming":
            row = {**tables["allocation"].iloc[0].to_dict(), "children": 1.0}
            unused = [year for year in ("2025/26", "2026/27", "2027/28") if year != row["entry_year"]]
            tables["allocation"] = pd.concat([tables["allocation"], pd.DataFrame([{**row, "entry_year": unused[0]}])], ignore_index=True)
        return Doctored(tables, answer.cost, answer.broken)

    return doctor


CHILD_WAYS = (
    "a stay cut short", "nobody wears off", "everyone enters a year later", "entries and children both a tenth more",
    "episodes and avoided both doubled", "avoided without episodes", "episodes without effect", "episodes of a year that comes too late",
    "children put in with nobody coming",
)  # fmt: skip

MOVES: dict[str, tuple[str, dict[str, object]]] = {
    "a child to another area's school": ("ms_south", {"unit": "ms_east"}),
    "a specialist child to mainstream": ("ms_south", {"band": "specialist", "phase": "primary"}),
    "a supported child to a special school": ("sp_north", {"band": "support"}),
    "a child to a contact base": ("cb_east", {"band": "support", "area": "east"}),
    "a child to a unit that has closed": ("ind_south", {"band": "specialist", "entry_year": "2027/28"}),
    "a child past sixteen to a special school": ("sp_north", {"phase": "post_16"}),
}


def _totals(way: str) -> Doctor:
    def doctor(answer: Written) -> Doctored | None:
        cost = answer.cost + {"two pence more": 0.02, "a pound less": -1.0, "nothing": -answer.cost, "missing": float("nan")}.get(way, 0.0)
        broken = answer.broken + {"two pence more broken": 0.02, "nothing broken": -answer.broken}.get(way, 0.0)
        return Doctored(answer.tables, cost, broken)

    return doctor


TOTAL_WAYS = ("two pence more", "a pound less", "nothing", "missing", "two pence more broken", "nothing broken")
NUMBER_WAYS = ("a little more", "a little less", "one more", "doubled", "below nothing", "missing", "endless", "nothing")


def kinds(answer: Written) -> dict[str, Doctor]:
    """Every kind of doctored answer by its name."""
    found: dict[str, Doctor] = {}
    for table, keys in KEYS.items():
        frame = answer.tables[table]
        for column in frame.columns:
            figures = frame[column].dtype.kind in "iuf" and column not in keys
            for way in NUMBER_WAYS if figures else ("another", "unknown", "none"):
                found[f"{table}, {column}: {way}"] = number(table, column, way) if figures else word(table, column, way)
        for way in ("lost", "twice", "all lost", "split", "exchanged"):
            found[f"{table}, a row: {way}"] = rows(table, way)
    found |= {f"ledger: {way}": _ledger(way) for way in LEDGER_WAYS}
    found |= {f"options: {way}": _option(way) for way in OPTION_WAYS}
    found |= {f"children: {way}": _children(way) for way in CHILD_WAYS}
    found |= {f"totals: {way}": _totals(way) for way in TOTAL_WAYS}
    for name, (unit, where) in MOVES.items():
        found[f"moved: {name}"] = partial(_move, to=unit, where=where)
    for limit in sorted({str(limit) for limit in answer.tables["slacks"]["limit"]}):
        found[f"slack hidden: {limit}"] = _slack_hidden(limit)
        found[f"slack halved: {limit}"] = _slack_smaller(limit)
    found["waiting hidden"] = _waits_hidden
    found["waiting written as placed"] = _wait_becomes_entry
    found["a base open before it is built"] = _base_opened_early
    return found
