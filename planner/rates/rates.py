"""What everything costs, by line and year: the one source for the objective and for the money report."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Rates:
    """Prices as arrays, in pounds at base-year prices, with the factors that carry them to other years.

    A arcs, K base-year placements, C cohorts, J units, O options, H+1 years. Every rate already holds the
    scenario's price factors. A cost of line ``l`` in year ``u`` is ``rate * uprating[l][u]``
    in that year's money, and ``discount[u]`` times that in present value. All arrays keyed by line
    hold only lines that can be non-zero there.

    Attributes:
        discount: (H+1,) present value of a pound of year t; 1 in the base year.
        uprating: By line, (H+1,) price of year t over the price of the base year.
        arc: By line, (A,) pounds for one child for one year on an arc (top-up, fees, mainstream support, transport ...;
            in a resource centre the credit for an occupied place is part of place_funding and is negative).
        stock: By line, (K,) the same for base-year placements.
        waiting: By line, (C,) pounds for one child waiting for one year.
        place: By line, (J,) pounds for one place for one year, filled or not.
        episode: By line, (J,) pounds for one early-help episode at a contact base.
        option_running: By line, (O,) pounds for one year in which the option is open.
        capital_fixed: (O,) pounds when the option opens.
        capital_per_block: (O,) pounds for each block added.
        arc_over_limit: (A,) priced slack of travel, pounds for one child for one year; never part of a cost total.
        arc_tail, stock_tail, waiting_tail: factors for costs after the last year: the present value of the
            rest of a stay, as a multiple of the present value of the last year's cost of one child
            who is still there in year H: (A,), (K,), (C,); 0 where the horizon ends without a tail.
        unit_tail: (J,) the same for places of a unit; option_tail: (O,) for an option's running cost and places.
        capital_residual: (O, H+1) share of the capital of an option opened (or a block added) in year t that is credited at
            the end of the horizon, already in present value per pound of capital spent at the prices of year t, and positive.
        capital_spread: (O, P) share of the capital by financial year counted back from the opening: column 0 is
            the financial year of opening, column 1 the one before, and so on.
        section_251: By (line, provision_type, sector, phase) the Section 251 line, or "" where there is none; the phase is "" for what
            is not paid for a child of one phase.

    """

    discount: Floats
    uprating: dict[str, Floats]
    arc: dict[str, Floats]
    stock: dict[str, Floats]
    waiting: dict[str, Floats]
    place: dict[str, Floats]
    episode: dict[str, Floats]
    option_running: dict[str, Floats]
    capital_fixed: Floats
    capital_per_block: Floats
    arc_over_limit: Floats
    arc_tail: Floats
    stock_tail: Floats
    waiting_tail: Floats
    unit_tail: Floats
    option_tail: Floats
    capital_residual: Floats
    capital_spread: Floats
    section_251: dict[tuple[str, str, str, str], str]
