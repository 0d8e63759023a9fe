"""Public tables as tidy CSV by the Department for Education's naming, and back: years as six digits, codes without brackets."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Final

import pandas as pd

from planner.publish.kinds import LABELS
from planner.publish.pack import MARKS, Audience, Column, Kind, Mark, Pack, PackTable

ABOUT: Final = "about_these_files.csv"
META: Final = (
    "col_name", "col_type", "label", "indicator_grouping", "indicator_unit", "indicator_dp", "filter_hint", "filter_grouping_column",
)  # fmt: skip
"""The columns of a metadata file."""

_LEAD: Final = ("time_period", "time_identifier", "geographic_level", "country_code", "country_name", "la_name")
_SUFFIX: Final[Mapping[Kind, tuple[str, str, str]]] = {
    Kind.CHILDREN: ("_count", "Children", ""),
    Kind.PLACES: ("_count", "Places", ""),
    Kind.MONEY: ("_sum", "Money", "£"),
    Kind.PERCENT: ("_percent", "Shares", "%"),
    Kind.MINUTES: ("_average", "Journeys", "minutes"),
    Kind.KILOMETRES: ("_average", "Journeys", "kilometres"),
    Kind.METRES: ("_metres", "Places on the map", "metres"),
}
_COVERED: Final = "years_covered"
_ONE, _ALL = "One year", "All years of the plan"
_LONGEST: Final = 35


def indicator(column: Column) -> str:
    """The name of a column of figures: its own, then what the figure is, at most 35 characters."""
    suffix = _SUFFIX[column.kind][0]
    return column.name.removesuffix(suffix)[: _LONGEST - len(suffix)] + suffix


def _six(year: str) -> str:
    """A year as six digits: 2026/27 is 202627."""
    return year[:4] + year[-2:]


def _plain(value: object, kind: Kind) -> object:
    if isinstance(value, Mark):
        return value.code
    if kind is Kind.PERCENT:
        return round(100 * float(value), 2)  # type: ignore[arg-type]
    return value


def to_tidy(table: PackTable, facts: Mapping[str, str]) -> tuple[pd.DataFrame, pd.DataFrame]:
    """A public table as a tidy frame with one row of metadata for each column.

    A row over all years stands under the last year, with the filter ``years_covered``; a table without years under the base year.
    """
    frame = table.frame
    time = next((name for name in ("year", "financial_year") if name in frame.columns), None)
    base, last = facts.get("base_year", "2024/25"), facts.get("last_year", "2024/25")
    years = [str(value) for value in frame[time]] if time else [base] * len(frame)
    over_all = [year == table.total for year in years]
    tidy: dict[str, list[object]] = {
        "time_period": [_six(last if every else year) for year, every in zip(years, over_all, strict=True)],
        "time_identifier": ["Financial year" if time == "financial_year" else "Academic year"] * len(frame),
        "geographic_level": ["Local authority"] * len(frame),
        "country_code": ["E92000001"] * len(frame),
        "country_name": ["England"] * len(frame),
        "la_name": [facts.get("county_title", "")] * len(frame),
    }
    meta: list[tuple[object, ...]] = []
    if any(over_all):
        tidy[_COVERED] = [_ALL if every else _ONE for every in over_all]
        meta.append((_COVERED, "Filter", "Years covered", "", "", "", "One year, or child-years over all years of the plan", ""))
    for column in sorted(table.columns, key=lambda column: column.kind not in LABELS):
        if column.name == time:
            continue
        cells = [_plain(value, column.kind) for value in frame[column.name]]
        if column.kind in LABELS:
            name = column.name[:_LONGEST]
            meta.append((name, "Filter", column.title, "", "", "", column.meaning, ""))
        else:
            name = indicator(column)
            _, group, unit = _SUFFIX[column.kind]
            meta.append((name, "Indicator", column.title, group, unit, 0, "", ""))
        tidy[name] = cells
    return pd.DataFrame(tidy), pd.DataFrame(meta, columns=list(META))


def about(pack: Pack) -> pd.DataFrame:
    """What the files of a pack are about: its names, every fact and what each shorthand means."""
    rows = [("pack", pack.name), ("title", pack.title), ("audience", str(pack.audience)), *(("scenario", name) for name in pack.scenarios)]
    rows += sorted(pack.facts.items())
    rows += [(f"shorthand {code}", meaning) for code, meaning in MARKS.items()]
    return pd.DataFrame(rows, columns=["name", "value"])


def _figure(text: str, kind: Kind) -> object:
    if text in MARKS:
        return Mark(text)
    try:
        number = float(text)
    except ValueError:
        return text
    return number / 100 if kind is Kind.PERCENT else number


def read_folder(folder: Path) -> Pack:
    """A public pack as a reader of its files sees it: from the CSV files of a folder and nothing else.

    Raises:
        OSError: if the folder has no such files.

    """
    told = pd.read_csv(folder / ABOUT, dtype=str, keep_default_na=False)
    names = list(told.itertuples(index=False, name=None))
    facts = {name: value for name, value in names if name not in ("pack", "title", "audience", "scenario")}
    first = dict(reversed(names))
    tables = {}
    for path in sorted(folder.glob("*.csv")):
        if path.name == ABOUT or path.name.endswith(".meta.csv"):
            continue
        table = _read_table(path)
        tables[table.name] = table
    scenarios = tuple(value for name, value in names if name == "scenario")
    return Pack(first.get("pack", folder.name), first.get("title", ""), Audience.PUBLIC, scenarios, tables, facts)


def _read_table(path: Path) -> PackTable:
    raw = pd.read_csv(path, dtype=str, keep_default_na=False)
    meta = pd.read_csv(path.with_name(f"{path.stem}.meta.csv"), dtype=str, keep_default_na=False)
    columns: list[Column] = []
    cells: dict[str, list[object]] = {}
    names = set(meta["col_name"])
    if "time_period" in raw.columns and (raw["time_period"].nunique() > 1 or _COVERED in names):
        time = "financial_year" if (raw["time_identifier"] == "Financial year").any() else "year"
        every = raw[_COVERED] == _ALL if _COVERED in raw.columns else pd.Series(data=False, index=raw.index)
        cells[time] = ["Total" if all_ else f"{text[:4]}/{text[4:]}" for text, all_ in zip(raw["time_period"], every, strict=True)]
        columns.append(Column(time, time, Kind.YEAR))
    groups = {(suffix, group): kind for kind, (suffix, group, _) in _SUFFIX.items()}
    for row in meta.to_dict("records"):
        name = row["col_name"]
        if name == _COVERED:
            continue
        if row["col_type"] == "Filter":
            columns.append(Column(name, row["label"], Kind.TEXT))
            cells[name] = list(raw[name])
            continue
        kind = next(kind for (suffix, group), kind in groups.items() if name.endswith(suffix) and group == row["indicator_grouping"])
        own = name.removesuffix(_SUFFIX[kind][0])
        columns.append(Column(own, row["label"], kind))
        cells[own] = [_figure(text, kind) for text in raw[name]]
    frame = pd.DataFrame({name: pd.Series(values, dtype=object) for name, values in cells.items()})
    return PackTable(path.stem, path.stem, path.stem, tuple(columns), frame)
