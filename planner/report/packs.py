"""The writers of a pack: what is made for people inside the council, and what is made for everybody.

Each writer takes a folder and a pack and looks nowhere else. To add a page, a workbook or a paper, add its writer to one of the lists.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Final

from planner.publish.pack import Audience, Pack
from planner.report.beside import Beside
from planner.report.briefing import write_briefing
from planner.report.charts.public import draw_public
from planner.report.html import write_page
from planner.report.public_tables import write_public_tables
from planner.report.tables_workbook import write_tables_workbook

Writer = Callable[[Path, Pack], None]

INTERNAL_WRITERS: Final[tuple[Writer, ...]] = (write_page, write_briefing)
"""Writers of exact figures; each says INTERNAL on every page."""

PUBLIC_WRITERS: Final[tuple[Writer, ...]] = (write_public_tables, draw_public, write_tables_workbook, write_page, write_briefing)
"""Writers that see a pack only after it has been through the gate."""

SLOW_WRITERS: Final[tuple[Writer, ...]] = (draw_public,)
"""Writers that a second process may do."""


def write_internal(folder: Path, pack: Pack, writers: tuple[Writer, ...] = INTERNAL_WRITERS) -> None:
    """Make everything for inside the council from an internal pack.

    Raises:
        ValueError: if the pack is not an internal one.
        WriteError: if a file cannot be written.

    """
    _run(folder, pack, writers, Audience.INTERNAL)


def write_public(folder: Path, pack: Pack, writers: tuple[Writer, ...] = PUBLIC_WRITERS, beside: Beside | None = None) -> None:
    """Make everything for everybody from a public pack; what takes longest ``beside``, if there is such, until that is told to finish.

    Raises:
        ValueError: if the pack is not a public one, so that exact figures cannot be written by mistake.
        WriteError: if a file cannot be written.

    """
    _run(folder, pack, writers, Audience.PUBLIC, beside)


def _run(folder: Path, pack: Pack, writers: tuple[Writer, ...], audience: Audience, beside: Beside | None = None) -> None:
    if pack.audience is not audience:
        raise ValueError(f"a pack that is {pack.audience} was given to writers of what is {audience}")
    folder.mkdir(parents=True, exist_ok=True)
    for writer in writers:
        if beside is not None and writer in SLOW_WRITERS:
            beside.do(writer, folder, pack)
        else:
            writer(folder, pack)
