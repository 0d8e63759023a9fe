"""What the programme may do: one option for each illustrative host, expansions, new schools, blocks bought, and what is committed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

if TYPE_CHECKING:
    from collections.abc import Iterator

    from planner.county.build.inputs import Inputs

_SPREAD = {"resource_centre": "0.4|0.6", "contact_base": "1", "expand_special": "0.2|0.5|0.3", "new_special": "0.1|0.3|0.4|0.2"}


def build_options(inputs: Inputs, units: pd.DataFrame) -> pd.DataFrame:
    """Every option, in order of name. Prices and sizes by kind come from the assumed option terms."""
    rows = [*_hosted(inputs, units), *_listed(inputs, units)]
    table = pd.DataFrame(rows).sort_values("option", kind="stable").reset_index(drop=True)
    return table


def _terms(inputs: Inputs, kind: str) -> dict[str, object]:
    """What options of a kind share: block, sizes, lead time, prices and least occupancy."""
    table = inputs.assumed("option_terms").set_index("kind")
    terms = {str(column): table.loc[kind, column] for column in table.columns}
    return {**terms, "capital_profile": _SPREAD.get(kind, "1"), "kind": kind}


def _option(name: str, title: str, unit: str, terms: dict[str, object], **other: object) -> dict[str, object]:
    """One row of the options table, columns in their order."""
    order = (
        "option option_name kind unit block_places least_blocks most_blocks first_year lead_years capital_fixed_gbp capital_gbp_per_place "
        "capital_profile running_gbp_per_year asset_life_years may_close least_occupancy ramp_years exclusive_group requires committed_year "
        "committed_blocks illustrative source quality"
    ).split()
    usual = {
        "first_year": "", "may_close": "no", "exclusive_group": "", "requires": "", "committed_year": "", "committed_blocks": "",
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
    for row in inputs.assumed("listed_options").to_dict("records"):
        if row["unit"] not in known:
            raise KeyError(f"listed_options names the unit {row['unit']}, which is not there")
        own = {str(column): value for column, value in row.items() if value != "" and column not in ("option", "option_name", "unit", "kind")}
        yield _option(str(row["option"]), str(row["option_name"]), str(row["unit"]), _terms(inputs, str(row["kind"])), **own)
