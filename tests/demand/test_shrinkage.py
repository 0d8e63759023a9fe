"""Rates from small numbers lie between the county's own and its parent's."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from planner.demand.shrinkage import beta_binomial, dirichlet_multinomial, pulled_difference

CELLS = st.lists(st.tuples(st.integers(0, 60), st.integers(0, 60), st.floats(0, 1)), min_size=1, max_size=8)


@given(CELLS)
@settings(max_examples=40, deadline=None)
def test_a_rate_lies_between_its_cell_and_its_parent(cells: list[tuple[int, int, float]]) -> None:
    events, others, parent = (np.array(values, dtype=float) for values in zip(*cells, strict=True))
    children = events + others
    found = beta_binomial(events, children, parent)
    own = np.divide(events, children, out=parent.copy(), where=children > 0)
    assert (found.rates >= np.minimum(own, parent) - 1e-9).all()
    assert (found.rates <= np.maximum(own, parent) + 1e-9).all()
    assert ((found.rates >= 0) & (found.rates <= 1)).all()


@given(
    st.lists(st.lists(st.integers(0, 40), min_size=3, max_size=3), min_size=1, max_size=5),
    st.lists(st.floats(0.01, 1), min_size=3, max_size=3),
)
@settings(max_examples=40, deadline=None)
def test_shares_lie_between_and_add_to_one(counts: list[list[int]], weights: list[float]) -> None:
    children, parent = np.array(counts, dtype=float), np.array(weights) / sum(weights)
    found = dirichlet_multinomial(children, parent)
    whole = children.sum(axis=1, keepdims=True)
    own = np.divide(children, whole, out=np.broadcast_to(parent, children.shape).copy(), where=whole > 0)
    assert found.rates.sum(axis=1) == pytest.approx(1.0)
    assert (found.rates >= np.minimum(own, parent) - 1e-9).all()
    assert (found.rates <= np.maximum(own, parent) + 1e-9).all()


def test_cells_that_scatter_far_more_than_chance_keep_their_own_rates() -> None:
    children, parent = np.full(6, 1000.0), np.full(6, 0.5)
    scattered = beta_binomial(np.array([100.0, 900.0, 200.0, 800.0, 50.0, 950.0]), children, parent)
    alike = beta_binomial(np.array([500.0, 510.0, 490.0, 505.0, 495.0, 500.0]), children, parent)
    assert scattered.strength < 10 < 10_000 < alike.strength
    assert scattered.rates[0] == pytest.approx(0.1, abs=0.01)
    assert alike.rates[1] == pytest.approx(0.5, abs=0.001)


def test_a_cell_without_children_has_the_parents_rate() -> None:
    assert beta_binomial(np.array([0.0, 3.0]), np.array([0.0, 10.0]), np.array([0.2, 0.2])).rates[0] == pytest.approx(0.2)
    assert dirichlet_multinomial(np.zeros((1, 2)), np.array([0.3, 0.7])).rates[0] == pytest.approx([0.3, 0.7])


def test_a_difference_counts_as_far_as_its_years_agree() -> None:
    england = np.full(5, 0.10)
    assert pulled_difference(england + 0.02, england) == (pytest.approx(0.02), 1.0)
    assert pulled_difference(england + np.array([0.05, -0.05, 0.04, -0.04, 0.0]), england) == (0.0, 0.0)
    gap, weight = pulled_difference(england + np.array([0.03, 0.01, 0.02, 0.03, 0.01]), england)
    assert 0 < weight < 1
    assert gap == pytest.approx(weight * 0.02)
