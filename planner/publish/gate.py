"""The one gate: the public pack of a run or a comparison, made from the internal one. No exact figure about children passes.

The rules, and why they are what they are, stand in docs/disclosure.md.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import replace
from typing import Final

import pandas as pd

from planner.errors import DisclosureError
from planner.names import LINE_TITLES
from planner.publish import rounding, words
from planner.publish.attack import UnitPrice, attack
from planner.publish.differences import recompute
from planner.publish.kinds import GUARDED, LABELS, cell_kind, is_number, kinds_of, row_kinds
from planner.publish.pack import ALIKE, CONFIDENTIAL, NOT_AVAILABLE, Audience, Column, Kind, Mark, Pack, PackTable
from planner.scenario.schema import Publish

NEVER: Final = frozenset(
    ("allocation", "waiting", "early_help", "occupancy", "occupancy_phase", "ehcps", "entries", "travel", "ledger", "marginal_values", "growth", "refused", "slacks", "avoided",
     "clock_reconciliation", "dsg_plan", "dsg_mitigated", "dsg_placements_by_setting", "dsg_placements_by_age", "dsg_placements_by_need")
)  # fmt: skip
"""Tables of single units, areas or groups that are never published, whatever is in them."""

INPUTS: Final = frozenset(("assumptions", "input_differences", "scenario_changes"))
"""Tables of what was put in: their figures are public and are not counts of this plan."""

FINE_KEYS: Final = ("unit", "option", "area", "band")
"""A row about one of these is about so few children that nothing but places, capital and names is published of it."""

GROUPS: Final = ("district", "need", "phase", "band", "provision_type")
"""A table of children by more than two of these at once is not published."""

SENTENCES: Final = frozenset(("text", "finding", "detail", "sentence", "words", "note"))
"""Columns of sentences, in which every figure is treated."""

ABOUT: Final = ("travelling", "children", "ehcps")
"""The column that says how many children a mean or a share is about, the first that is there."""

WHOLE_COUNTY: Final = ("in_year", "deficit", "block", "transfer", "income")
"""Words in the names of amounts that are balances of the whole county and stay however small they are."""

BUILDINGS: Final = ("capital", "cost_per_place")
"""Words in the names of amounts that pay for buildings and places."""

SHARES: Final[Mapping[str, tuple[str, str]]] = {
    "waiting_share": ("waiting", "ehcps"),
    "waiting_percent": ("waiting", "ehcps"),
    "occupancy": ("children", "places"),
    "occupancy_percent": ("children", "places"),
    "share_of_ehcps": ("children", "ehcps"),
    "price_percent": ("even_gbp", "apart_gbp"),
}
"""The rounded parts that a share is worked out from again."""

PER_CHILD: Final[Mapping[str, tuple[str, str]]] = {
    "cost_per_ehcp_avoided_gbp": ("cost_gbp", "avoided"),
    "cost_per_ehcp_avoided": ("cost_gbp", "avoided"),
    "cost_per_child_gbp": ("cost_gbp", "children"),
    "cost_per_ehcp_gbp": ("cost_gbp", "ehcps"),
}
"""The rounded parts that a cost per child is worked out from again."""

KEPT_FACTS: Final = frozenset(
    ("county", "county_title", "base_year", "autumn_share", "last_year", "outcome", "gap_percent", "planner_version", "schema_version", "county_hash", "created", "check", "base", "stale", "discount_rate", "price_year", "assumptions_unsigned", ALIKE)
)  # fmt: skip
"""Facts that hold no figure about children."""

WAITING_LINE: Final = LINE_TITLES["interim_tuition"]
"""The line that is paid for children who wait, at one public price."""

UNKNOWN: Final = -1.0


def publish(pack: Pack, rules: Publish | None = None) -> Pack:
    """The public pack: every figure rounded, recomputed from rounded figures, or left out, and then attacked.

    Raises:
        DisclosureError: if an exact figure or a small count could still be made out of what would be published.

    """
    rules = Publish() if rules is None else rules
    treated = {name: publish_table(table, pack, rules) for name, table in pack.tables.items()}
    tables = {name: table for name, table in treated.items() if table is not None}
    facts = {**publish_facts(pack.facts, rules), **rule_facts(rules)}
    public = Pack(pack.name, words.safe_words(pack.title, rules), Audience.PUBLIC, pack.scenarios, tables, facts)
    _refuse_exact(pack, public, rules)
    prices = waiting_prices(pack)
    found = attack([public], prices)
    if (found.narrowed or found.contradiction) and prices:
        public = _without_lines(public, {price.line for price in prices})
        found = attack([public], prices)
    if found.contradiction:
        raise DisclosureError("Nothing was published: the rounded figures contradict each other, so that they could not be tested.")
    if found.narrowed:
        worst = found.narrowed[0]
        raise DisclosureError(
            f"Nothing was published: {len(found.narrowed)} small counts could be worked out from the rounded figures, the first in {worst.cell}. "
            "Set publish.round_to to a larger number, or leave the table out."
        )
    return public


def waiting_prices(pack: Pack) -> list[UnitPrice]:
    """What the line that pays for children waiting costs for each of them, from the exact figures: anybody could know it."""
    if "cost_by_line" not in pack.tables or "waiting_by_year" not in pack.tables or "line" not in pack.table("cost_by_line").frame.columns:
        return []
    share = float(pack.facts.get("autumn_share", 7 / 12))
    waits = {
        str(year): float(children) for year, children in pack.table("waiting_by_year").frame[["year", "children"]].itertuples(index=False)
    }
    prices = []
    for row in pack.table("cost_by_line").frame.to_dict("records"):
        year = str(row["financial_year"])
        before = f"{int(year[:4]) - 1}/{int(year[2:4]):02d}"
        paid_for = share * waits.get(year, 0.0) + (1.0 - share) * waits.get(before, 0.0)
        if row["line"] == WAITING_LINE and is_number(row["cost_gbp"]) and paid_for > rounding.NOISE:
            prices.append(float(row["cost_gbp"]) / paid_for)
    return [UnitPrice(WAITING_LINE, "waiting", min(prices) - 1.0, max(prices) + 1.0, (), share)] if prices else []


def _without_lines(public: Pack, lines: set[str]) -> Pack:
    """The pack with the money of some lines left out."""
    table = public.table("cost_by_line")
    cells = [CONFIDENTIAL if line in lines else cost for line, cost in zip(table.frame["line"], table.frame["cost_gbp"], strict=True)]
    frame = table.frame.assign(cost_gbp=pd.Series(cells, dtype=object, index=table.frame.index))
    return replace(public, tables={**public.tables, "cost_by_line": replace(table, frame=frame)})


def rule_facts(rules: Publish) -> dict[str, str]:
    """How the figures of a public pack were rounded, as facts that its pages state and the attack reads."""
    return {name: str(getattr(rules, name)) for name in Publish.model_fields}


def publish_facts(facts: Mapping[str, str], rules: Publish) -> dict[str, str]:
    """Facts with pounds rounded, counts rounded and sentences treated. A gap is rounded up, so that no more is claimed than was proven."""
    public: dict[str, str] = {}
    for name, text in facts.items():
        number = _as_number(text)
        if name in KEPT_FACTS:
            public[name] = text
        elif "_gbp" in name and number is not None:
            step = rules.money_round_to_gbp
            near = math.ceil(number / step) * step if name.startswith("gap") else rounding.to_nearest(number, step)
            public[name] = f"{near:.0f}"
        elif number is not None:
            public[name] = str(rounding.count(number, rules))
        elif name.endswith(("description", "title")):
            public[name] = words.safe_words(text, rules)
        else:
            public[name] = words.safe_sentence(text, rules)
    return public


def _as_number(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None


def publish_table(table: PackTable, pack: Pack, rules: Publish) -> PackTable | None:
    """One table as it may be published, or None where it may not be."""
    names = [column.name for column in table.columns]
    about_children = bool(kinds_of(table) & {Kind.CHILDREN, Kind.PERCENT, Kind.MINUTES})
    too_fine = about_children and sum(name in GROUPS for name in names) > 2
    if table.name in NEVER or too_fine or not names:
        return None
    public = replace(
        table,
        title=words.safe_words(table.title, rules),
        measure=words.safe_words(table.measure, rules),
        notes=tuple(words.safe_words(note, rules) for note in table.notes),
        source=words.safe_words(table.source, rules),
        behind=(),
    )
    if table.name in INPUTS:
        return replace(public, frame=_no_gaps(table.frame))
    table = _together(table, rules)
    frame = _rounded(table, rules)
    frame = _rates(table, frame, rules)
    frame = recompute(table, frame, pack.scenarios, rules)
    public = _without_fine(replace(public, frame=frame))
    if about_children and not kinds_of(public) & {*GUARDED, Kind.PLACES}:
        return None
    return replace(public, notes=(*public.notes, *_notes(public, rules)))


def _no_gaps(frame: pd.DataFrame) -> pd.DataFrame:
    """The frame with a mark wherever a cell is empty."""
    return frame.map(lambda value: NOT_AVAILABLE if not isinstance(value, Mark) and (pd.isna(value) or value == "") else value)


def _rounded(table: PackTable, rules: Publish) -> pd.DataFrame:
    """Counts, money and words of a table, each cell by itself; means, shares and costs per child are left for ``_rates``."""
    rows = row_kinds(table)
    behind: list[float] = list(table.behind) if len(table.behind) == len(table.frame) else [UNKNOWN] * len(table.frame)
    counts = [column.name for column in table.columns if column.kind is Kind.CHILDREN]
    small = _small_rows(table.frame, counts, rules)
    result = {}
    for column in table.columns:
        cells = []
        for place, value in enumerate(table.frame[column.name]):
            kind = cell_kind(column, rows[place], value)
            paid_for = None if behind[place] == UNKNOWN else behind[place]
            cells.append(_cell(column, kind, value, rules, paid_for, small=small[place]))
        result[column.name] = pd.Series(cells, dtype=object)
    return pd.DataFrame(result, columns=[column.name for column in table.columns])


def _together(table: PackTable, rules: Publish) -> PackTable:
    """The table with its small groups put together, exact, where nothing but a sentence tells them apart."""
    sentences = [column.name for column in table.columns if column.name in SENTENCES]
    counts = [column.name for column in table.columns if column.kind is Kind.CHILDREN]
    labels = [column.name for column in table.columns if column.kind in LABELS and column.name not in sentences]
    if not sentences or not counts or len(sentences) + len(counts) + len(labels) < len(table.columns):
        return table
    small = pd.Series(_small_rows(table.frame, counts, rules), index=table.frame.index)
    rare = table.frame[small & ~table.frame[labels].astype(str).isin([table.total]).any(axis=1)]
    rows: list[dict[str, object]] = []
    done: set[tuple[str, ...]] = set()
    for at, row in table.frame.iterrows():
        key = tuple(str(row[label]) for label in labels)
        if at not in rare.index:
            rows.append(dict(row))
        elif key not in done:
            done.add(key)
            same = rare[[tuple(str(value) for value in line) == key for line in rare[labels].itertuples(index=False, name=None)]]
            rows.append({**dict(row), **{name: float(same[name].sum()) for name in counts}, **dict.fromkeys(sentences, CONFIDENTIAL)})
    return replace(table, frame=pd.DataFrame(rows, columns=list(table.frame.columns)), behind=())


def _small_rows(frame: pd.DataFrame, counts: list[str], rules: Publish) -> list[bool]:
    """Whether each row counts fewer children than are small, so that its sentence is left out."""
    if not counts:
        return [False] * len(frame)
    return [
        any(is_number(frame[name].iloc[place]) and rounding.NOISE <= abs(frame[name].iloc[place]) < rules.small_below for name in counts)
        for place in range(len(frame))
    ]


def _cell(column: Column, kind: Kind, value: object, rules: Publish, behind: float | None, *, small: bool) -> object:
    if kind is Kind.CHILDREN:
        return rounding.count(value, rules)
    if kind is Kind.MONEY:
        if any(word in column.name for word in BUILDINGS):
            return rounding.public_money(value)
        return rounding.money(value, rules, behind, guarded=not any(word in column.name for word in WHOLE_COUNTY))
    if isinstance(value, str):
        if column.kind is not Kind.TEXT:
            return value
        if column.name in SENTENCES:
            return CONFIDENTIAL if small and value else words.safe_sentence(value, rules)
        return words.safe_words(value, rules)
    if not isinstance(value, Mark) and (value is None or (isinstance(value, float) and math.isnan(value))):
        return NOT_AVAILABLE
    if kind is Kind.PLACES and is_number(value):
        return int(rounding.to_nearest(float(value), 1))  # type: ignore[arg-type]
    return value


def _rates(table: PackTable, frame: pd.DataFrame, rules: Publish) -> pd.DataFrame:
    """Means, shares and costs per child: from rounded parts, and left out where they are about too few children or nobody knows how many."""
    rows, names = row_kinds(table), list(frame.columns)
    about = next((name for name in ABOUT if name in names and table.column(name).kind is Kind.CHILDREN), None)
    known = table.behind if len(table.behind) == len(frame) else ()
    base = _county_base(table, frame) if rows and rows[0] is not None else None
    for column in table.columns:
        cells = list(frame[column.name])
        for place, value in enumerate(table.frame[column.name]):
            kind = cell_kind(column, rows[place], value)
            children = base if base is not None else frame[about].iloc[place] if about else known[place] if known else None
            if column.name in PER_CHILD or column.name.startswith(("cost_per_child", "cost_per_ehcp")):
                cells[place] = rounding.per_child(*_parts(frame, PER_CHILD.get(column.name), place), rules)
            elif kind in (Kind.MINUTES, Kind.KILOMETRES):
                cells[place] = rounding.mean(value, children, rules)
            elif kind is Kind.PERCENT:
                cells[place] = rounding.share(*_parts(frame, SHARES.get(column.name), place), rules)
        frame[column.name] = pd.Series(cells, dtype=object)
    return frame


def _parts(frame: pd.DataFrame, names: tuple[str, str] | None, place: int) -> tuple[object, object]:
    """The rounded parts of a share or a cost per child in a row; marks where they are not in the table, so that it is left out."""
    if names is None or any(name not in frame.columns for name in names):
        return CONFIDENTIAL, CONFIDENTIAL
    return frame[names[0]].iloc[place], frame[names[1]].iloc[place]


def _county_base(table: PackTable, frame: pd.DataFrame) -> float:
    """The children that the rows of a table of county totals are about: the most that any of its rounded rows counts."""
    rows = row_kinds(table)
    counts = [
        float(value)
        for column in table.columns
        for row, value in zip(rows, frame[column.name], strict=True)
        if row is Kind.CHILDREN and column.kind is not Kind.CODE and is_number(value)
    ]
    return max(counts, default=0.0)


def _without_fine(table: PackTable) -> PackTable:
    """A table about single units or options with nothing but names, places, years of opening and capital; totals keep their figures."""
    keys = [name for name in FINE_KEYS if name in table.frame.columns]
    if not keys:
        return table
    single = ~table.frame[keys].astype(str).isin([table.total]).any(axis=1)
    frame = table.frame.copy()
    for column in table.columns:
        building = column.kind is Kind.MONEY and any(word in column.name for word in BUILDINGS)
        if (column.kind in GUARDED and not building) or "payback" in column.name:
            frame.loc[single, column.name] = pd.Series([CONFIDENTIAL] * int(single.sum()), index=frame.index[single], dtype=object)
    empty = {column.name for column in table.columns if len(frame) and all(value == CONFIDENTIAL for value in frame[column.name])}
    kept = tuple(column for column in table.columns if column.name not in empty)
    return replace(table, columns=kept, frame=frame[[column.name for column in kept]])


def _notes(table: PackTable, rules: Publish) -> list[str]:
    kinds = kinds_of(table)
    notes = []
    if Kind.CHILDREN in kinds:
        notes.append(f"Counts and totals are each rounded to the nearest {rules.round_to}, so that parts may not add to totals.")
    if Kind.MONEY in kinds:
        notes.append(f"Money is rounded to the nearest £{rules.money_round_to_gbp:,}, and capital to the nearest £{rounding.RATE_GBP:,}.")
    if kinds & {Kind.MINUTES, Kind.PERCENT, Kind.KILOMETRES}:
        notes.append(f"Means and percentages are left out where they are about fewer than {rules.rate_base} children.")
    return notes


def _refuse_exact(pack: Pack, public: Pack, rules: Publish) -> None:
    """Refuse a public pack in which an exact figure stands after all: in a cell, or written out in words.

    Raises:
        DisclosureError: naming the table.

    """
    for table in public.tables.values():
        if table.name in INPUTS:
            continue
        rows = row_kinds(table)
        for column in table.columns:
            for row, value in zip(rows, table.frame[column.name], strict=True):
                if cell_kind(column, row, value) is Kind.CHILDREN and is_number(value) and float(value) % rules.round_to:
                    raise DisclosureError(
                        f"Nothing was published: table {table.name}, column {column.name} holds a count that is not rounded."
                    )
    exact = _written_out(pack, rules)
    for name, text in _texts(public):
        hit = next((figure for figure in exact if figure in text), None)
        if hit is not None:
            raise DisclosureError(f"Nothing was published: {name} names an exact count.")


def _written_out(pack: Pack, rules: Publish) -> set[str]:
    """Small exact counts as a careless sentence would print them, with two decimals; whole ones cannot be told from other figures."""
    figures = set()
    for table in pack.tables.values():
        rows = row_kinds(table)
        for column in table.columns:
            for row, value in zip(rows, table.frame[column.name], strict=True):
                if (
                    cell_kind(column, row, value) is Kind.CHILDREN
                    and is_number(value)
                    and 1 <= abs(float(value)) < rules.money_least_children
                ):
                    text = f"{float(value):.2f}"
                    if not text.endswith("0"):
                        figures.add(text)
    return figures


def _texts(pack: Pack) -> list[tuple[str, str]]:
    texts = [("the title", pack.title), *((f"fact {name}", text) for name, text in pack.facts.items() if name not in KEPT_FACTS)]
    for table in pack.tables.values():
        if table.name in INPUTS:
            continue
        texts += [(f"table {table.name}", text) for text in (table.title, table.measure, table.source, *table.notes)]
        texts += [
            (f"table {table.name}", value) for column in table.columns for value in table.frame[column.name] if isinstance(value, str)
        ]
    return texts
