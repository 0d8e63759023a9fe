"""What the programme may do: one option for each illustrative host, expansions, new schools, blocks bought, and what is committed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from planner.county.specs import SPEC_BY_NAME

if TYPE_CHECKING:
    from collections.abc import Iterator

    from planner.county.build.inputs import Inputs


def build_options(inputs: Inputs, units: pd.DataFrame) -> pd.DataFrame:
    """Every option, in order of name. Prices and sizes by kind come from the assumed option terms."""
    rows = [*_hosted(inputs, units), *_listed(inputs, units)]
    return pd.DataFrame(rows).sort_values("option", kind="stable").reset_index(drop=True)


def _terms(inputs: Inputs, kind: str) -> dict[str, object]:
    """What options of a kind share: block, sizes, lead time, prices, how capital falls over years, and least occupancy."""
    table = inputs.assumed("option_terms").set_index("kind")
    terms = {str(column): table.loc[kind, column] for column in table.columns}
    return {**terms, "kind": kind}


def _option(name: str, title: str, unit: str, terms: dict[str, object], **other: object) -> dict[str, object]:
    """One row of the options table, columns in their order."""
    order = [column.name for column in SPEC_BY_NAME["options"].columns]
    usual = {
        "first_year": "2026/27", "may_close": "no", "exclusive_group": "", "requires": "", "committed_year": "", "committed_blocks": "",
        "illustrative": "yes", "source": "assumption", "quality": "red",
    }  # fmt: skip
    row = {**usual, **terms, "option": name, "option_name": title, "unit": unit, **other}
    return {column: row[column] for column in order}


def _hosted(inputs: Inputs, units: pd.DataFrame) -> Iterator[dict[str, object]]:
    """Resource centres and contact bases at the illustrative hosts."""
    for kind, words in (("resource_centre", "Resource centre"), ("contact_base", "Contact base")):
        hosts = units[(units["provision_type"] == kind) & (units["illustrative"] == "yes")]
        for unit in hosts.to_dict("records"):
            place = str(unit["unit_name"])
            yield _option(f"open_{unit['unit']}", f"{words}, {place[0].lower()}{place[1:]}", str(unit["unit"]), _terms(inputs, kind))


def _listed(inputs: Inputs, units: pd.DataFrame) -> Iterator[dict[str, object]]:
    """Options named one by one: expansions, new schools, blocks of independent places, closing, and committed schemes."""
    known = set(units["unit"])
    taken = ("option", "option_name", "unit", "kind")
    for row in inputs.assumed("listed_options").to_dict("records"):
        if row["unit"] not in known:
            raise KeyError(f"listed_options names the unit {row['unit']}, which is not there")
        own = {str(column): value for column, value in row.items() if value != "" and column not in taken}
        yield _option(str(row["option"]), str(row["option_name"]), str(row["unit"]), _terms(inputs, str(row["kind"])), **own)
