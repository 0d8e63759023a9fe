"""The arithmetic of a stay: what a year's cost comes to over all the years that a child stays."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]


def stay_weights(stay: Floats, yearly: Floats, tail: Floats) -> Floats:
    """Sum of a yearly factor over a stay that starts in each year, weighted by the chance of still being there.

    ``W[:,t] = yearly[t] + stay * W[:,t+1]`` and ``W[:,H] = yearly[H] * (1 + tail)``.

    Args:
        stay: (n,) yearly chance of staying.
        yearly: (H+1,) factor of each year, for example discount times price.
        tail: (n,) what follows the last year, as a multiple of the last year's factor.

    Returns:
        (n, H+1) the weight of a stay that starts in each year.

    """
    weights = np.empty((len(stay), len(yearly)))
    weights[:, -1] = yearly[-1] * (1.0 + tail)
    for year in range(len(yearly) - 2, -1, -1):
        weights[:, year] = yearly[year] + stay * weights[:, year + 1]
    return weights
