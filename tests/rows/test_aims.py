"""What each decision costs, written out for five children with every price, tail and rise in prices at work; and rows worked by hand.

The files in ``golden/aims`` were read against the formulas on 24 November 2026; a change needs a dated line in ``golden/CHANGES.md``.
"""

from __future__ import annotations

import dataclasses
import os
from pathlib import Path

import numpy as np
import pytest

from planner.county.programme import Programme
from planner.model.build import Model, build_model
from planner.model.costs import yearly_cost
from planner.names import LINES
from planner.rates.rates import Rates
from planner.solve.run import ROOM, _kept, solve
from tests import five_children as five

GOLDEN = Path(__file__).parent / "golden" / "aims"


def rates() -> Rates:
    """Five children's prices with a discount, prices that rise, tails, what is left of buildings, and minutes over the limit that cost."""
    plain = five.rates(0.1)
    years = np.arange(five.HORIZON + 1)
    left = np.zeros_like(plain.capital_residual)
    left[1:4, 1:] = 0.25 * plain.discount[-1]
    return dataclasses.replace(
        plain,
        uprating={line: (1.0 + 0.01 * number) ** years for number, line in enumerate(LINES)},
        arc_over_limit=np.array([0.0, 0.0, 40.0, 0.0, 0.0, 0.0]),
        arc_tail=np.array([0.5, 1.0, 2.0, 0.25, 0.75, 1.5]),
        stock_tail=np.array([1.0, 2.0]),
        waiting_tail=np.array([0.1, 0.2, 0.3, 0.4]),
        unit_tail=np.array([0.0, 0.5, 0.0, 2.0]),
        option_tail=np.array([2.0, 2.0, 0.5, 0.0, 0.5]),
        capital_residual=left,
    )


@pytest.fixture(scope="module")
def model() -> Model:
    return build_model(five.scenario(), five.county(), five.demand(), five.arcs(), rates(), five.programme())


def names(model: Model) -> list[str]:
    return [f"{block.family}[{','.join(map(str, key))}]" for block in model.program.columns for key in block.keys.itertuples(index=False)]


def written(model: Model, costs: np.ndarray, constant: float) -> str:
    lines = [f"{name}: {cost:.8g}" for name, cost in zip(names(model), costs, strict=True) if cost]
    return "\n".join([f"settled: {constant:.8g}", *lines]) + "\n"


def check_golden(name: str, text: str) -> None:
    path = GOLDEN / f"{name}.txt"
    if os.environ.get("REWRITE_GOLDEN"):
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8", newline="\n")
    assert path.read_text(encoding="utf-8") == text


@pytest.mark.parametrize("aim", ["waiting", "cost", "travel", "broken_limits"])
def test_aim_is_as_written_down(model: Model, aim: str) -> None:
    found = model.program.aims[aim]
    check_golden(aim, written(model, found.costs, found.constant))


@pytest.mark.parametrize("year", [0, 1, 3])
def test_the_cost_of_one_year_is_as_written_down(model: Model, year: int) -> None:
    costs, settled = yearly_cost(model.inputs, model.layout, year, LINES)
    check_golden(f"year_{year}", written(model, costs, settled))


def test_columns_and_their_bounds_are_as_written_down(model: Model) -> None:
    program = model.program
    lines = [
        f"{name}: {low:g} to {high:g}{', whole' if whole else ''}"
        for name, low, high, whole in zip(names(model), program.lower, program.upper, program.whole, strict=True)
    ]
    check_golden("columns", "\n".join(lines) + "\n")


def test_the_years_of_a_plan_add_to_its_present_value_without_tails_and_discount(model: Model) -> None:
    plain = build_model(five.scenario(), five.county(), five.demand(), five.arcs(), five.rates(), five.programme())
    pounds, settled = np.zeros(plain.layout.count), 0.0
    for year in range(1, five.HORIZON + 1):
        costs, fixed = yearly_cost(plain.inputs, plain.layout, year, [line for line in LINES if line != "capital"])
        pounds, settled = pounds + costs, settled + fixed
    cost, broken = plain.program.aims["cost"], plain.program.aims["broken_limits"]
    capital = np.zeros(plain.layout.count, dtype=bool)
    for family in ("open", "blocks", "opened", "grown"):
        capital[plain.program.family(family).places] = True
    assert np.allclose((cost.costs - broken.costs - pounds)[~capital], 0.0)
    assert settled == pytest.approx(cost.constant)


def programme(**changes: object) -> Programme:
    frame = five.programme().options.set_index("option")
    for column, value in changes.items():
        for option, given in dict(value).items():  # type: ignore[call-overload]
            frame.loc[option, column] = given
    return Programme(frame.reset_index()[five.programme().options.columns.tolist()])


def rows_of(model: Model, family: str, **labels: object) -> list[tuple[dict[str, float], float, float]]:
    """Terms and limits of the rows of a family with these labels."""
    rows, _ = model.program.row_family(family)
    named, found = names(model), []
    for number, key in enumerate(rows.keys.to_dict("records")):
        if all(key[name] == value for name, value in labels.items()):
            row = rows.matrix[number].tocoo()
            found.append(
                ({named[at]: float(value) for at, value in zip(row.col, row.data, strict=True)}, rows.lower[number], rows.upper[number])
            )
    return found


def test_an_option_that_may_close_need_not_be_full_before_it_has_had_time_or_after_it_closed() -> None:
    chosen = programme(least_occupancy={"rent_centre": 0.5}, ramp_years={"rent_centre": 1})
    model = build_model(five.scenario(), five.county(), five.demand(), five.arcs(), five.rates(), chosen)
    (terms, low, high), *more = rows_of(model, "least_occupancy", option=4, year=2)
    assert not more
    children = {name: value for name, value in terms.items() if name.startswith("enter")}
    assert terms == {**children, "under_occupancy[4,2]": 1.0, "blocks[4,1]": -1.0, "shut[4,2]": 1.0}
    assert (low, high) == (0.0, np.inf)


def test_a_unit_that_may_close_can_be_over_its_places_while_it_is_open(model: Model) -> None:
    both = rows_of(model, "closing", option=0, year=1)
    ever = 3 * 5.0 + 3.0 + 1.0  # five a year, and the four of the base year
    assert [(terms["open[0,1]"], high) for terms, _, high in both] == [(ever, ever), (4.0, 4.0)]
    assert [terms.get("over_capacity[3,1]") for terms, _, _ in both] == [None, -1.0]


def test_a_contact_base_that_has_closed_gives_no_episodes() -> None:
    arcs = five.arcs()
    arcs = dataclasses.replace(arcs, units=arcs.units.assign(places=[3.0, 0.0, np.nan, 2.0]))
    chosen = programme(unit={"close_special": "base_help"}, requires={"close_special": ""})
    model = build_model(five.scenario(), five.county(), five.demand(), arcs, five.rates(), chosen)
    ((terms, _, high),) = rows_of(model, "episode_capacity", year=2)
    assert terms == {"episodes[0,2]": 1.0, "blocks[3,2]": -4.0, "open[0,2]": 6.0}
    assert high == 6.0


def test_children_in_a_unit_without_places_have_a_row() -> None:
    arcs = five.arcs()
    arcs = dataclasses.replace(arcs, units=arcs.units.assign(places=[0.0, 0.0, np.nan, 0.0]))
    none = Programme(five.programme().options.iloc[:0])
    few = dataclasses.replace(
        five.rates(), **{name: getattr(five.rates(), name)[:0] for name in ("capital_fixed", "capital_per_block", "option_tail", "capital_residual", "capital_spread")},
        option_running={},
    )  # fmt: skip
    model = build_model(five.scenario(), five.county(), five.demand(), arcs, few, none)
    assert len(rows_of(model, "capacity", unit=3)) == five.HORIZON


def test_an_aim_that_is_kept_leaves_room_above_the_tolerance_of_the_solver(model: Model) -> None:
    choice = next(choice for choice in five.scenario().objective if choice.aim == "waiting")
    aim = model.program.aims["waiting"]
    assert _kept(aim, choice, 0.0).limit == ROOM
    assert pytest.approx(1e-5) == ROOM
    dear = _kept(aim, choice.model_copy(update={"tolerance": 0.01}), 1_000.0)
    assert dear.limit == pytest.approx(1_010.001)


def test_the_aims_of_an_answer_are_those_of_its_tables(model: Model) -> None:
    answer = solve(model.program, five.scenario())
    assert answer.values is not None
    entered = model.values(model.layout.enter, answer.values)
    minutes = sum(
        float(entered[arc, year] * model.inputs.arcs.minutes[arc] * model.inputs.arc_stay[arc] ** (later - year))
        for arc in range(len(entered))
        for year in range(1, 4)
        for later in range(year, 4)
    )
    stock = float(model.inputs.arcs.stock_minutes @ model.inputs.stock_left[:, 1:].sum(axis=1))
    assert float(model.program.aims["travel"].costs @ answer.values) == pytest.approx(minutes)
    assert model.program.aims["travel"].constant == pytest.approx(stock)
