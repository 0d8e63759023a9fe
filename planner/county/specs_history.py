"""The tables of published history: EHCPs by January or year, and how long they have been held."""

from __future__ import annotations

from typing import Final

from planner.county.columns import SOURCE, Column, TableSpec, need
from planner.names import PROVISION_TYPES

HISTORY_MEASURES: Final = ("held", "new", "ceased", "moved_away")
"""What a published count of EHCPs counts."""

HISTORY: Final[tuple[TableSpec, ...]] = (
    TableSpec(
        "ehcp_history",
        "one published count of EHCPs (a cell not listed beside its total is 0)",
        ("place", "measure", "year", "first_age", "last_age", "need", "provision_type"),
        (
            Column("place", "choice", "The county, or what its small numbers are pulled towards", any_of=("county", "region", "england")),
            Column("measure", "choice", "held in January; new, ceased or, of those, moved away in the year", any_of=HISTORY_MEASURES),
            Column("year", "whole", "Year of the January (held), or calendar year", "", 2000, 2100),
            Column("first_age", "whole", "First age counted; with last_age 25, an age of 0 means all ages", "years", 0, 25),
            Column("last_age", "whole", "Last age counted", "years", 0, 25),
            need(),
            Column("provision_type", "choice", "Provision type", any_of=PROVISION_TYPES, star=True),
            Column("children", "number", "Children and young people", "children", 0),
            SOURCE,
        ),
        optional=True,
    ),
    TableSpec(
        "ehcp_years_held",
        "children who hold an EHCP in a January by how long they have held it (a cell not listed is 0)",
        ("place", "january", "least_years", "provision_type"),
        (
            Column("place", "choice", "The county, its region or England", any_of=("county", "region", "england")),
            Column("january", "whole", "Year of the January", "", 2000, 2100),
            Column("least_years", "whole", "Whole years held, at least; 0 is less than a year", "years", 0, 25),
            Column("most_years", "whole", "Whole years held, at most; 25 where there is no limit", "years", 0, 25),
            Column("provision_type", "choice", "Provision type in that January", any_of=PROVISION_TYPES),
            Column("children", "number", "Children and young people", "children", 0),
            SOURCE,
        ),
        optional=True,
    ),
)
