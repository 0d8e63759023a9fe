"""Openings of a finished plan, as a place for another search to begin."""

from __future__ import annotations

import numpy as np
import pandas as pd

from planner.model.build import Model
from planner.model.layout import Floats


def openings_of(model: Model, options: pd.DataFrame) -> Floats:
    """What a finished plan opens and how large, in the whole-number columns of this model.

    Options are matched by their names and years by their labels. A year after the plan's last is as its last; an option that the plan
    does not know is as small as it may be. Every value is brought within this model's bounds, so what cannot open here does not.

    Args:
        model: the model about to be searched.
        options: the plan's ``options`` table: ``option``, ``year``, ``open``, ``blocks``.

    Returns:
        (columns,) values; only those of the whole-number columns mean anything.

    """
    program, layout = model.program, model.layout
    held = np.zeros(program.column_count)
    held[program.whole] = program.lower[program.whole]
    numbers = {str(option): number for number, option in enumerate(model.inputs.options["option"])}
    years = [str(year) for year in model.inputs.demand.years]
    for option, rows in options.groupby("option"):
        number = numbers.get(str(option))
        if number is None:
            continue
        by_year = rows.assign(year=rows["year"].astype(str)).set_index("year")
        last = max(by_year.index)
        for place, year in enumerate(years[1:], start=1):
            row = year if year in by_year.index else last if year > last else None
            if row is not None:
                held[layout.open[number, place]] = float(by_year.loc[row, "open"])
                held[layout.blocks[number, place]] = float(by_year.loc[row, "blocks"])
    whole = program.whole
    held[whole] = np.clip(held[whole], program.lower[whole], program.upper[whole])
    return held
