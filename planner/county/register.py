"""The register of assumptions: who signed which off."""

from __future__ import annotations

from typing import Final

from planner.county.county import County

REGISTER: Final = "assumption_register"
"""The table's name; a county may do without."""


def unsigned(county: County) -> int:
    """How many entries of the county's log of assumptions nobody has signed off."""
    signed = set()
    if REGISTER in county.tables:
        table = county.tables[REGISTER]
        signed = {str(name) for name, by in zip(table["assumption"], table["signed_off_by"], strict=True) if isinstance(by, str) and by}
    return sum(str(name) not in signed for name in county.table("assumptions")["assumption"])
