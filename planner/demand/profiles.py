"""How the effect of early help arrives over the years after an episode."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]


def weights(profile: str, lag_years: int, spread_years: int, fade_per_year: float, horizon: int) -> Floats:
    """Share of the full effect that arrives so many years after an episode.

    Before fading the shares add to 1 over all years (those past the horizon are cut off, not moved). step: all in the first year
    after the lag. linear: evenly over the spread. front_loaded and back_loaded: falling or rising in equal steps.
    s_curve: most in the middle. Each further year after the first loses ``fade_per_year`` of what arrives in it.

    Args:
        profile: Name of the shape.
        lag_years: Years before the first effect, at least 1.
        spread_years: Years over which it arrives, at least 1 (step uses 1).
        fade_per_year: Share lost for each further year.
        horizon: Years planned.

    Returns:
        (horizon + 1,) share by lag; index 0 holds 0.

    """
    steps = 1 if profile == "step" else spread_years
    rank = np.arange(1, steps + 1, dtype=float)
    shapes = {
        "step": np.ones(1),
        "linear": np.ones(steps),
        "front_loaded": rank[::-1],
        "back_loaded": rank,
        "s_curve": np.minimum(rank, rank[::-1]) ** 2,
    }
    shape = shapes[profile] / shapes[profile].sum()
    shape = shape * (1.0 - fade_per_year) ** np.arange(len(shape))
    arrived = np.zeros(horizon + 1)
    last = min(horizon, lag_years + len(shape) - 1)
    if last >= lag_years:
        arrived[lag_years : last + 1] = shape[: last - lag_years + 1]
    return arrived
