"""The self-attack on files: what a folder holds for the public is read as anybody reads it, and nothing else is."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from planner.errors import InputError, Problem
from planner.folders.swap import manifest_of, put_right
from planner.publish.attack import Attack, UnitPrice, attack
from planner.publish.pack import Pack
from planner.publish.tidy import ABOUT, read_folder


def public_tables(folder: Path) -> Path:
    """Where the published tables of an output folder are: the folder itself, or ``public/tables`` or ``tables`` in it.

    Raises:
        InputError: if there are none.

    """
    put_right(folder)
    if (folder / "internal").is_dir() and manifest_of(folder) is None:
        raise InputError([Problem(str(folder), 0, 0, "", "these results are not finished", "the folder of a finished run")])
    for place in (folder, folder / "public" / "tables", folder / "tables"):
        if (place / ABOUT).is_file():
            return place
    raise InputError([Problem(str(folder), 0, 0, "", f"there is no {ABOUT} in this folder", "a folder of published tables")])


def read_packs(folders: Sequence[Path]) -> list[Pack]:
    """The public packs of several output folders, from their files.

    Raises:
        InputError: if a folder holds none.

    """
    return [read_folder(public_tables(folder)) for folder in folders]


def read_prices(path: Path) -> list[UnitPrice]:
    """Public unit prices from a CSV file: line, quantity, low_gbp, high_gbp and, to narrow the quantity, any columns of labels.

    Raises:
        InputError: if a column is missing or a price is not a number.

    """
    frame = pd.read_csv(path, dtype=str, keep_default_na=False)
    needed = ("line", "quantity", "low_gbp", "high_gbp")
    missing = [name for name in needed if name not in frame.columns]
    if missing:
        raise InputError([Problem(str(path), 1, 0, "", f"there is no column {missing[0]}", ", ".join(needed))])
    try:
        return [
            UnitPrice(
                row["line"], row["quantity"], float(row["low_gbp"]), float(row["high_gbp"]),
                tuple((name, text) for name, text in row.items() if name not in needed and text),
            )
            for row in frame.to_dict("records")
        ]  # fmt: skip
    except ValueError as error:
        raise InputError([Problem(str(path), 0, 0, "", f"a price is not a number: {error}", "pounds")]) from error


def attack_folders(folders: Sequence[Path], prices: Path | None = None, *, whole: bool = False) -> Attack:
    """Attack everything that several output folders publish together.

    Raises:
        InputError: if a folder holds no published tables or the prices cannot be read.

    """
    return attack(read_packs(folders), read_prices(prices) if prices is not None else (), whole=whole)
