"""How far apart the numbers of a program are: a solver's tolerances mean little where large and small stand in one program."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from planner.model.program import Program
from planner.solve.run import _SCALE
from planner.solve.task import Floats

MOST = 1e6
"""No coefficient, limit or cost in the solver's scale is larger. Its tolerance is a ten-millionth of a row; with numbers up to a thousand, which is
what a county has, that is below a thousandth of a child and a penny.

Small numbers do less harm: HiGHS takes coefficients below a thousand-millionth for nothing, which is the share of a child left in a unit after
many years; ten thousand children in one row would together make a hundred-thousandth of one child."""


@dataclass(frozen=True)
class Range:
    """The smallest and the largest size of the numbers of one kind that are not nothing, and the row families where they stand."""

    name: str
    least: float
    most: float
    where_least: str = ""
    where_most: str = ""

    @property
    def ratio(self) -> float:
        """The largest over the smallest; 1 where there are none."""
        return self.most / self.least if self.least else 1.0

    def __str__(self) -> str:
        """As a line for people."""
        where = f" ({self.where_least} to {self.where_most})" if self.where_most else ""
        return f"{self.name}: {self.least:.2g} to {self.most:.2g}, a ratio of {self.ratio:.2g}{where}"


def ranges(program: Program) -> list[Range]:
    """The range of the rows' coefficients, of limits, of bounds, and of each aim's costs in the solver's scale."""
    families = {rows.family: np.abs(rows.matrix.data[rows.matrix.data != 0]) for rows in program.rows}
    families = {name: values for name, values in families.items() if len(values)}
    found = []
    if families:
        least = min(families, key=lambda name: float(families[name].min()))
        most = max(families, key=lambda name: float(families[name].max()))
        found.append(Range("rows", float(families[least].min()), float(families[most].max()), least, most))
    found.append(_range("limits", np.concatenate([program.row_lower, program.row_upper])))
    found.append(_range("bounds", np.concatenate([program.lower, program.upper])))
    found += [_range(f"costs of {name}", aim.costs / _SCALE[name]) for name, aim in program.aims.items() if name in _SCALE]
    return found


def _range(name: str, values: Floats) -> Range:
    sizes = np.abs(values[np.isfinite(values) & (values != 0)])
    return Range(name, float(sizes.min(initial=np.inf)) if len(sizes) else 0.0, float(sizes.max(initial=0.0)))


def too_wide(found: list[Range]) -> list[str]:
    """What is wrong with the numbers of a program, in words, by their ranges; nothing where a solver deals with them well."""
    return [
        f"The model's {one}. Numbers above {MOST:g} blunt a solver's tolerances: look for a price or a limit that is far too large."
        for one in found
        if one.most > MOST
    ]
