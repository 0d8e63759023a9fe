"""The internal pack of a comparison: its frames with titles, kinds and units."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from planner.publish.catalogue import COMPARISON_TABLES, Entry
from planner.publish.contents import build_table
from planner.publish.pack import Audience, Pack, PackTable


def comparison_pack(
    name: str,
    frames: Mapping[str, pd.DataFrame | PackTable],
    facts: Mapping[str, str],
    scenarios: tuple[str, ...],
    title: str = "",
    behind: Mapping[str, tuple[float, ...]] | None = None,
) -> Pack:
    """Everything that may be shown about a comparison, exact: the INTERNAL pack.

    ``scenarios`` names the scenarios, the base first. Columns get titles and kinds by their names (see ``catalogue``); a column that
    is called as a scenario holds that scenario's figures. A frame that is a ``PackTable`` already is taken as it is. Frames that
    the catalogue does not know come last, under a title made of their name. ``behind`` holds, by table and row, how many children money
    pays for or a mean is about; without it small amounts, and all means, are left out of what is published, unless a column of the
    frame says so.
    """
    order = [*(known for known in COMPARISON_TABLES if known in frames), *(other for other in frames if other not in COMPARISON_TABLES)]
    years = f"{facts.get('base_year', '')} to {facts.get('last_year', '')}" if facts.get("last_year") else ""
    place = ", ".join(part for part in (facts.get("county_title", ""), years) if part) or "all scenarios"
    source = f"{facts.get('county_title', 'The county')} tables and {len(scenarios)} scenarios"
    tables: dict[str, PackTable] = {}
    for table in order:
        frame = frames[table]
        words = table.replace("_", " ").capitalize()
        entry = COMPARISON_TABLES.get(table, Entry(words, words))
        tables[table] = (
            frame
            if isinstance(frame, PackTable)
            else build_table(table, frame, entry, place, source, scenarios=scenarios, behind=(behind or {}).get(table, ()))
        )
    return Pack(name, title or f"Comparison of {len(scenarios)} scenarios", Audience.INTERNAL, scenarios, tables, dict(facts))
