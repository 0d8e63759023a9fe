"""What a comparison finds, in sentences: the cheapest, where there is no clear difference, who waits and what changed since."""

from __future__ import annotations

from planner.compare.finished import Finished

LEAST_GBP = 0.005
"""Two costs nearer than this are the same."""


def clear(one: Finished, other: Finished) -> bool:
    """Whether two scenarios' costs differ by more than their proven gaps together."""
    apart = abs(one.cost_gbp - other.cost_gbp)
    return apart > one.gap_gbp + other.gap_gbp + LEAST_GBP


def cheapest(runs: list[Finished]) -> list[Finished]:
    """The cheapest run, and after it every run that has no clear difference from it."""
    least = min(runs, key=lambda run: (run.cost_gbp, run.name))
    return [least, *(run for run in runs if run is not least and not clear(least, run))]


def alike(runs: list[Finished]) -> list[tuple[Finished, Finished]]:
    """Every pair of runs whose costs have no clear difference."""
    return [(one, other) for place, one in enumerate(runs) for other in runs[place + 1 :] if not clear(one, other)]


def findings(runs: list[Finished], notes: list[str], changed: dict[str, list[str]]) -> list[str]:
    """The findings in words, the most important first."""
    said: list[str] = []
    least = cheapest(runs)
    told = {frozenset((least[0].name, run.name)) for run in least}
    if len(least) == 1:
        said.append(f"{least[0].title} costs least.")
    elif all(not clear(one, other) for one in least for other in least if one is not other):
        said.append(f"{_listed([run.title for run in least])}: no clear difference in cost.")
        told |= {frozenset((one.name, other.name)) for one in least for other in least}
    else:
        said.append(
            f"{least[0].title} shows the lowest cost: no clear difference in cost from {_listed([run.title for run in least[1:]])}."
        )
    said += [
        f"{one.title} and {other.title}: no clear difference in cost."
        for one, other in alike(runs)
        if frozenset((one.name, other.name)) not in told
    ]
    for run in runs:
        if changed.get(run.name):
            said.append(f"{run.title} is out of date: since it was run, {_listed(changed[run.name])} changed. Run it again.")
    return [*said, *notes]


def _listed(names: list[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
