"""The public tables of a pack as CSV files with their metadata."""

from __future__ import annotations

from pathlib import Path

from planner.publish.pack import Pack
from planner.publish.tidy import ABOUT, about, to_tidy
from planner.report.write import write_table


def write_public_tables(folder: Path, pack: Pack) -> None:
    """Write ``tables/NAME.csv`` and ``tables/NAME.meta.csv`` for every table of a public pack, and what they are about.

    Raises:
        WriteError: if a file cannot be written.

    """
    tables = folder / "tables"
    tables.mkdir(parents=True, exist_ok=True)
    for table in pack.tables.values():
        frame, meta = to_tidy(table, pack.facts)
        write_table(tables / f"{table.name}.csv", frame)
        write_table(tables / f"{table.name}.meta.csv", meta)
    write_table(tables / ABOUT, about(pack))
