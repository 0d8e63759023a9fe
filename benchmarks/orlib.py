"""Capacitated facility location: OR-Library's text format, instances of the same kind, and an instance as a county.

The format: the number of facilities m and of customers n; then for each facility its capacity and fixed cost; then for
each customer its demand, followed by the m costs of serving all of that demand from each facility. In the files of the largest kind the
word ``capacity`` stands in place of the number, to be chosen by whoever reads them.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from planner.county.specs import SPEC_BY_NAME
from planner.network.travel import MATRIX

Floats = npt.NDArray[np.float64]
WAITING_GBP = 100_000
"""What a customer's unit of demand costs unserved: far more than any way of serving it."""


@dataclass(frozen=True)
class Instance:
    """m facilities and n customers.

    Attributes:
        name: A name for tables.
        capacity: (m,) most demand that a facility serves.
        fixed: (m,) cost of opening it.
        demand: (n,) demand of each customer.
        cost: (n, m) cost of serving all of a customer's demand from a facility.

    """

    name: str
    capacity: Floats
    fixed: Floats
    demand: Floats
    cost: Floats

    @property
    def shape(self) -> tuple[int, int]:
        """Facilities and customers."""
        return len(self.capacity), len(self.demand)


def read(path: Path, capacity: float | None = None) -> Instance:
    """Read an instance in OR-Library's format.

    Args:
        path: The text file.
        capacity: Stands for the word ``capacity`` where the file has it.

    Raises:
        ValueError: if the file holds other than the numbers it announces, or the word ``capacity`` and none is given.

    """
    words = path.read_text(encoding="ascii").split()
    if "capacity" in words and capacity is None:
        raise ValueError(f"{path.name} leaves the capacity open: give one (8000 is usual for capa)")
    numbers = np.array([capacity if word == "capacity" else float(word) for word in words], dtype=float)
    if len(numbers) < 2:
        raise ValueError(f"{path.name} is empty")
    m, n = int(numbers[0]), int(numbers[1])
    if len(numbers) != 2 + 2 * m + n * (m + 1):
        raise ValueError(f"{path.name} announces {m} x {n} and so {2 + 2 * m + n * (m + 1):,} numbers, but holds {len(numbers):,}")
    facilities = numbers[2 : 2 + 2 * m].reshape(m, 2)
    customers = numbers[2 + 2 * m :].reshape(n, m + 1)
    return Instance(path.stem, facilities[:, 0].copy(), facilities[:, 1].copy(), customers[:, 0].copy(), customers[:, 1:].copy())


def write(instance: Instance, path: Path) -> None:
    """Write an instance in OR-Library's format, exactly."""
    m, n = instance.shape
    lines = [f" {m} {n}"]
    lines += [f" {capacity!r} {fixed!r}" for capacity, fixed in zip(instance.capacity.tolist(), instance.fixed.tolist(), strict=True)]
    for demand, costs in zip(instance.demand.tolist(), instance.cost.tolist(), strict=True):
        lines.append(f" {demand!r}")
        lines += [" " + " ".join(map(repr, costs[start : start + 7])) for start in range(0, m, 7)]
    path.write_text("\n".join(lines) + "\n", encoding="ascii", newline="\n")


def generate(facilities: int, customers: int, seed: int) -> Instance:
    """An instance of the kind of the largest in the literature (100 x 1000): seeded, so that anybody gets the same.

    Facilities and customers lie anywhere in a square 1,000 wide; demands are whole numbers from 1 to 99; serving costs distance times
    demand with up to a quarter more; capacities are alike, and about one facility in twelve has to open; fixed costs vary round what a
    facility saves.
    """
    chance = np.random.default_rng(seed)
    site, home = chance.uniform(0.0, 1000.0, (facilities, 2)), chance.uniform(0.0, 1000.0, (customers, 2))
    demand = chance.integers(1, 100, customers).astype(float)
    distance = np.hypot(*(home[:, None, :] - site[None, :, :]).transpose(2, 0, 1))
    cost = np.round(distance * demand[:, None] * chance.uniform(1.0, 1.25, distance.shape), 5)
    capacity = np.full(facilities, np.ceil(demand.sum() / max(2.0, facilities / 12.0) / 100.0) * 100.0)
    fixed = np.round(chance.uniform(0.6, 1.4, facilities) * capacity * 90.0, 5)
    return Instance(f"generated_{facilities}x{customers}_{seed}", capacity, fixed, demand, cost)


def without_fixed_costs(instance: Instance) -> Instance:
    """The same instance with nothing to pay for opening: with a limit on how many may open, the capacitated p-median."""
    return Instance(f"{instance.name}_median", instance.capacity, np.zeros_like(instance.fixed), instance.demand, instance.cost)


def write_county(instance: Instance, root: Path, gap: float, seconds: float, most_open: int | None = None) -> tuple[Path, Path]:
    """Write an instance as a county and a scenario, for the ordinary command: ``root/data/places`` and ``root/scenarios``.

    Customers are areas whose children all need a place in one year; facilities are options to open a school, with the fixed cost as capital
    and the capacity as places; serving is carried by transport at a pound a kilometre. Where a capacity is above what a county's table takes
    in one block, a child stands for 2, 4, 8 ... units of demand, and where a way is longer than it takes, a kilometre costs 2, 4, 8 ... pounds,
    which changes nothing.

    Returns:
        The scenario's path and the folder of counties.

    """
    folder = root / "data" / "places"
    (folder / "rates").mkdir(parents=True)
    areas = [f"c{number:05d}" for number in range(len(instance.demand))]
    sites = [f"f{number:05d}" for number in range(len(instance.capacity))]
    table = {
        name: [",".join(column.name for column in spec.columns if not column.may_be_missing)]
        for name, spec in SPEC_BY_NAME.items()
        if not spec.optional
    }
    most = next(column.most for column in SPEC_BY_NAME["options"].columns if column.name == "block_places") or np.inf
    each = 2.0 ** max(0.0, np.ceil(np.log2(instance.capacity.max() / most)))
    demand, unit_cost = (instance.demand / each).tolist(), (instance.cost / instance.demand[:, None] * each).tolist()
    farthest = next(column.most for column in MATRIX.columns if column.name == "km") or np.inf
    pounds = float(2.0 ** max(0.0, np.ceil(np.log2(max(map(max, unit_cost)) / farthest))))
    table["areas"] += [f"{area},{area},All,All,400000,300000,urban,assumption" for area in areas]
    table["population"] += [f"{area},{age},{size!r}" for area, size in zip(areas, demand, strict=True) for age in range(26)]
    table["bands"] += ["only,Only,1,,Everyone"]
    table["band_provision"] += ["only,primary,state_special"]
    table["band_mix"] += ["*,*,only,1,assumption"]
    table["transitions"] += ["*,*,*,*,1,0,0,assumption"]
    table["entrants"] += [f"ASD,primary,{sum(demand)!r},0,assumption"]
    table["sen_support"] += ["ASD,primary,0,assumption"]
    table["units"] += [
        f"{site},{site},state_special,{areas[0]},400000,300000,primary,*,*,0,,county,academy,yes,assumption,red" for site in sites
    ]
    table["stock"] += [f"{areas[0]},ASD,primary,only,{sites[0]},0"]
    table["options"] += [
        f"open_{site},{site},new_special,{site},{size!r},1,1,,0,{cost!r},0,1,0,50,no,,0,,,,,yes,assumption,red"
        for site, size, cost in zip(sites, (instance.capacity / each).tolist(), instance.fixed.tolist(), strict=True)
    ]
    table["finance"] += ["2024/25,high_needs_block,0,assumption,assumption"]
    table["assumptions"] += ["made_up,A problem from the literature,1,,,,assumption,Nobody,red,Nothing"]
    table["sources"] += ["assumption,A problem from the literature,Nobody,,none,,everything"]
    for name, lines in table.items():
        _text(folder / f"{name}.csv", lines)
    journeys = [
        f"{area},{site},0,{km / pounds!r}" for area, row in zip(areas, unit_cost, strict=True) for site, km in zip(sites, row, strict=True)
    ]
    _text(folder / "minutes.csv", ["area,site,minutes,km", *journeys])
    common = "price_year: 2024/25, source: assumption, quality: red"
    prices = [
        ("top_up", "child_year", f"value_gbp: 0, provision_type: state_special, {common}"),
        ("interim_tuition", "waiting_year", f"value_gbp: {WAITING_GBP}, {common}"),
        ("transport", "journey_year_km", f"value_gbp: {pounds!r}, {common}"),
        ("transport", "journey_share_carried", f"value_gbp: 1, {common}"),
    ]
    _text(folder / "rates" / "prices.yaml", ["blocks:", *(f"  - {{line: {a}, per: {b}, rates: [{{{c}}}]}}" for a, b, c in prices)])
    (root / "scenarios").mkdir()
    scenario = root / "scenarios" / "location.yaml"
    _text(
        scenario,
        [
            f"title: Facility location {instance.name}"[:120],
            "county: places",
            "base_year: 2024/25",
            "years: 1",
            "detail: {areas: area}",
            "demand:",
            "  births_change_per_year: 0.0",
            "  early_help: {bands: []}",
            "  new_ehcps: {shape: continue, growth_per_year: 0.0}",
            "travel: {matrix: minutes.csv}",
            f"options: {{offer: [new_special], most_openings_per_year: {'null' if most_open is None else most_open}}}",
            "money: {discount_rate: 0.0, horizon_end: none}",
            "objective: [{aim: waiting}, {aim: cost}]",
            f"solve: {{gap: {gap!r}, time_limit_seconds: {float(seconds)!r}}}",
        ],
    )
    return scenario, root / "data"


def _text(path: Path, lines: list[str]) -> None:
    path.write_text("\n".join(lines) + "\n", encoding="utf-8", newline="\n")
