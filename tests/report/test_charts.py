"""Charts: headlines say what the data say, nothing leaves the page or overlaps, and the data lie beside the picture."""

from __future__ import annotations

import itertools
from pathlib import Path
from typing import Any

import matplotlib as mpl
import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from planner.names import LINE_FUND, LINES
from planner.report.charts import grant_position, growth_effects, mean_journeys, money, places, series
from planner.report.charts.style import LOOKS, SETTINGS, save, spread
from planner.run import RunResult

YEARS = [f"{2024 + step}/{25 + step}" for step in range(11)]
NOTE = "Source: made-up figures for a test. Assumes nothing. Exact figures: internal use only."
KINDS = ["mainstream_support", "resource_centre", "state_special", "independent_special", "further_education", "elsewhere"]


def ehcps(waiting: float = 0.0) -> pd.DataFrame:
    rows = [(year, kind, 1000.0 / (3 * order + 1) + 20 * step) for order, kind in enumerate(KINDS) for step, year in enumerate(YEARS)]
    rows += [(year, "waiting", waiting) for year in YEARS]
    return pd.DataFrame(rows, columns=["year", "situation", "children"])


def occupied(children: float, limit: float) -> pd.DataFrame:
    return pd.DataFrame(
        [("state_special", year, children, limit) for year in YEARS], columns=["provision_type", "year", "children", "places"]
    )


def paid(factor: float = 1.1) -> pd.DataFrame:
    rows = [
        (LINE_FUND[line], line, year, 1e6 * (order + 1) * factor**step)
        for order, line in enumerate(LINES)
        for step, year in enumerate(YEARS[1:])
    ]
    return pd.DataFrame(rows, columns=["fund", "line", "financial_year", "cash_gbp"])


def position(final: float) -> pd.DataFrame:
    status = ["published"] * 3 + ["projected"] * 8
    deficit = np.linspace(5e6, final, len(YEARS))
    cost = [np.nan] * 3 + [180e6] * 8
    return pd.DataFrame({"financial_year": YEARS, "status": status, "block_gbp": 140e6, "cost_gbp": cost, "deficit_gbp": deficit})


def trips() -> pd.DataFrame:
    rows = [(kind, year, 30.0 - order) for order, kind in enumerate(KINDS[1:5]) for year in YEARS[1:]]
    return pd.DataFrame(rows, columns=["provision_type", "year", "mean_minutes"])


def effects(rate: float, population: float) -> pd.DataFrame:
    share = np.linspace(0.1, 1, 10)
    return pd.DataFrame(
        {
            "year": YEARS[1:],
            "new_ehcps": 1000 + (rate + population) * share,
            "base": 1000.0,
            "population": population * share,
            "rate": rate * share,
        }
    )


def opened(count: int) -> pd.DataFrame:
    rows = [
        (
            f"option_{number}",
            f"Resource centre, illustrative secondary school, a place with a rather long name {number}",
            year,
            8.0,
            bool(number % 2),
        )
        for number in range(count)
        for year in YEARS[1 + number % 8 :]
    ]
    return pd.DataFrame(rows, columns=["option", "option_name", "year", "places", "decided"])


def areas() -> pd.DataFrame:
    chance = np.random.default_rng(3)
    return pd.DataFrame(
        {
            "district": [f"District {number % 5}" for number in range(60)],
            "easting_m": chance.uniform(370_000, 425_000, 60),
            "northing_m": chance.uniform(300_000, 365_000, 60),
            "children": chance.uniform(500, 3000, 60),
        }
    )


def units(opening: int) -> pd.DataFrame:
    chance = np.random.default_rng(5)
    count = opening + 20
    kinds = ["state_special", "independent_special", "resource_centre", "contact_base"]
    frame = pd.DataFrame(
        {
            "unit": [f"u{number}" for number in range(count)],
            "unit_name": [f"A school with a long illustrative name, number {number}" for number in range(count)],
            "provision_type": [kinds[number % 4] for number in range(count)],
            "easting_m": chance.uniform(370_000, 425_000, count),
            "northing_m": chance.uniform(300_000, 365_000, count),
            "places": 8.0,
            "illustrative": True,
        }
    )
    rows = [(f"u{number}", "2026/27", 1, "resource_centre") for number in range(opening)]
    return places.map_units(frame, pd.DataFrame(rows, columns=["unit", "year", "open", "kind"]))


FIGURES = {
    "ehcps": lambda: series.ehcps_by_provision(ehcps(50.0), "Someshire", NOTE),
    "places": lambda: series.places_against_demand(occupied(90, 100), "Someshire", NOTE),
    "fund": lambda: money.cost_by_fund(paid(), "Someshire", NOTE),
    "line": lambda: money.cost_by_line(paid(), "Someshire", NOTE),
    "grant": lambda: money.dsg_position(position(600e6), "Someshire", NOTE),
    "surplus": lambda: money.dsg_position(position(-40e6), "Someshire", NOTE),
    "journeys": lambda: series.journeys(trips(), "Someshire", NOTE),
    "new": lambda: series.new_ehcps(effects(300, -80), "Someshire", NOTE),
    "openings": lambda: places.openings(opened(30), YEARS[1:], "Someshire", NOTE),
    "no openings": lambda: places.openings(opened(0), YEARS[1:], "Someshire", NOTE),
    "map": lambda: places.county_map(areas(), units(40), "Someshire", NOTE),
    "bare map": lambda: places.county_map(areas(), units(0), "Someshire", NOTE),
}


def texts(figure: Figure) -> list[Any]:
    return [text for text in figure.findobj(mpl.text.Text) if text.get_text().strip() and text.get_visible()]


def title(figure: Figure) -> str:
    return figure.texts[0].get_text().replace("\n", " ")


@pytest.mark.parametrize("name", FIGURES)
def test_nothing_leaves_the_page_and_no_label_covers_another(name: str) -> None:
    figure = FIGURES[name]()
    with mpl.rc_context(SETTINGS):
        canvas = FigureCanvasAgg(figure)
        canvas.draw()
        renderer = canvas.get_renderer()
        boxes = [(text, mpl.text.Text.get_window_extent(text, renderer)) for text in texts(figure)]
    page = figure.bbox
    inside = [(text, box) for text, box in boxes if box.width > 0]
    for text, box in inside:
        if _is_hidden_tick(text, figure):
            continue
        assert box.x0 >= page.x0 - 1, text.get_text()
        assert box.x1 <= page.x1 + 1, text.get_text()
        assert box.y0 >= page.y0 - 1, text.get_text()
        assert box.y1 <= page.y1 + 1, text.get_text()
    written = [(text, box.shrunk(0.9, 0.7)) for text, box in inside if not _is_hidden_tick(text, figure)]
    for (one, box), (other, another) in itertools.combinations(written, 2):
        assert not box.overlaps(another), f"{one.get_text()!r} covers {other.get_text()!r}"


def _is_hidden_tick(text: Any, figure: Figure) -> bool:
    for axes in figure.axes:
        if not axes.axison and text in [*axes.get_xticklabels(), *axes.get_yticklabels()]:
            return True
        low, high = axes.get_ylim()
        left, right = axes.get_xlim()
        for label, at in zip(axes.get_yticklabels(), axes.get_yticks(), strict=False):
            if label is text and not low <= at <= high:
                return True
        for label, at in zip(axes.get_xticklabels(), axes.get_xticks(), strict=False):
            if label is text and not left <= at <= right:
                return True
    return False


@pytest.mark.parametrize("name", FIGURES)
def test_a_headline_is_short_and_note_and_subtitle_stand(name: str) -> None:
    figure = FIGURES[name]()
    assert 2 <= len(title(figure).split()) <= 15
    words = " ".join(text.get_text().replace("\n", " ") for text in figure.texts)
    assert "Someshire" in words
    assert NOTE in words


@pytest.mark.parametrize("name", ["ehcps", "places", "fund", "grant", "journeys"])
def test_upright_axes_begin_at_zero(name: str) -> None:
    assert all(axes.get_ylim()[0] == 0 for axes in FIGURES[name]().axes)


def test_headlines_follow_the_data() -> None:
    assert title(series.places_against_demand(occupied(100, 100), "X", NOTE)) == "State special schools are full in 2034/35"
    assert title(series.places_against_demand(occupied(50, 100), "X", NOTE)) == "Every kind of provision has places free in 2034/35"
    assert "deficit reaches £600m by 2034/35" in title(FIGURES["grant"]())
    assert "surplus reaches £40.0m" in title(FIGURES["surplus"]())
    assert "because of rates" in title(series.new_ehcps(effects(300, 100), "X", NOTE))
    assert "because of numbers of children" in title(series.new_ehcps(effects(100, 300), "X", NOTE))
    assert "stay near 1,000" in title(series.new_ehcps(effects(0, 0), "X", NOTE))
    assert title(FIGURES["no openings"]()) == "Nothing opens in this scenario"
    assert title(places.openings(opened(1), YEARS[1:], "X", NOTE)) == "One scheme opens or grows by 2034/35"
    assert "rises most" in title(money.cost_by_line(paid(1.1), "X", NOTE))
    assert "falls most" in title(money.cost_by_line(paid(0.9), "X", NOTE))
    assert title(FIGURES["map"]()) == "40 bases and schools open or grow; 20 stay as they are"


def test_waiting_is_drawn_only_where_somebody_waits() -> None:
    name = LOOKS["waiting"].name

    def names(figure: Figure) -> set[str]:
        return {text.get_text().replace("\n", " ") for text in texts(figure)}

    assert name in names(series.ehcps_by_provision(ehcps(20.0), "X", NOTE))
    assert name not in names(series.ehcps_by_provision(ehcps(0.0), "X", NOTE))


def test_lines_of_one_chart_differ_without_colour() -> None:
    looks = [LOOKS[kind] for kind in [*KINDS, "waiting"]]
    assert len({(look.marker, str(look.line)) for look in looks}) == len(looks)
    assert len({look.colour for look in looks}) == len(looks)


@pytest.mark.parametrize("years", [1, 2])
def test_a_short_plan_is_drawn_too(years: int, tmp_path: Path) -> None:
    kept = set(YEARS[: years + 1])
    frame = ehcps()
    save(tmp_path, "a", series.ehcps_by_provision(frame[frame["year"].isin(kept)], "X", NOTE), frame)
    spent = paid()
    spent = spent[spent["financial_year"].isin(kept)]
    save(tmp_path, "b", money.cost_by_line(spent, "X", NOTE), spent)
    save(tmp_path, "c", money.cost_by_fund(spent, "X", NOTE), spent)
    assert len(list(tmp_path.iterdir())) == 9


def test_nothing_to_show_is_a_chart_that_says_so(tmp_path: Path) -> None:
    none = trips().iloc[:0]
    assert title(series.journeys(none, "X", NOTE)) == "No journeys are counted"
    assert title(series.places_against_demand(occupied(1, 1).iloc[:0], "X", NOTE)) == "No provision has limited places"
    save(tmp_path, "journeys", series.journeys(none, "X", NOTE), none)


def test_a_chart_is_text_picture_and_data_and_the_same_each_time(tmp_path: Path) -> None:
    data = opened(2).assign(option_name="$5 and $6 for St John's")
    for name in ("one", "two"):
        save(tmp_path, name, places.openings(data, YEARS[1:], "X", NOTE), data)
    svg = (tmp_path / "one.svg").read_text(encoding="utf-8")
    assert "<text" in svg
    assert "$5 and $6 for St John's" in svg
    assert svg == (tmp_path / "two.svg").read_text(encoding="utf-8")
    assert (tmp_path / "one.png").read_bytes()[:4] == b"\x89PNG"
    assert len(pd.read_csv(tmp_path / "one.csv")) == len(data)


@given(st.lists(st.tuples(st.floats(0, 100), st.floats(0.5, 10)), min_size=1, max_size=12))
def test_spread_keeps_order_leaves_room_and_moves_nothing_without_need(items: list[tuple[float, float]]) -> None:
    values, sizes = [value for value, _ in items], [size for _, size in items]
    found = spread(values, sizes)
    order = sorted(range(len(values)), key=lambda number: values[number])
    for low, high in itertools.pairwise(order):
        assert found[high] - found[low] >= (sizes[low] + sizes[high]) / 2 - 1e-9
    if all(values[high] - values[low] >= (sizes[low] + sizes[high]) / 2 for low, high in itertools.pairwise(order)):
        assert found == pytest.approx(values)


def test_frames_behind_the_charts_add_up(tiny_run: RunResult) -> None:
    solution = tiny_run.solution
    growth = growth_effects(solution.table("growth"))
    assert np.allclose(growth["base"] + growth["population"] + growth["rate"], growth["new_ehcps"])
    assert growth["base"].nunique() == 1 or np.allclose(growth["base"], growth["base"].iloc[0])
    grouped = series.grouped_situations(solution.table("ehcps"))
    assert grouped["children"].sum() == pytest.approx(solution.table("ehcps")["children"].sum())
    journeys = mean_journeys(solution.table("travel"))
    assert (journeys["mean_minutes"] * journeys["children"]).sum() == pytest.approx(solution.table("travel")["child_minutes"].sum())
    grant = grant_position(solution.table("dsg_position"))
    assert list(grant["deficit_gbp"].dropna()) == list(solution.table("dsg_position")["deficit_at_year_end_gbp"].dropna())


def test_the_map_numbers_openings_from_north_to_south_and_leaves_out_candidates() -> None:
    shown = units(4)
    opening = shown[shown["number_on_map"] > 0]
    assert list(opening["number_on_map"]) == [1, 2, 3, 4]
    assert opening["northing_m"].is_monotonic_decreasing
    frame = shown.assign(places=0.0)[["unit", "unit_name", "provision_type", "easting_m", "northing_m", "places", "illustrative"]]
    options = pd.DataFrame({"unit": ["u0", "u1"], "year": "2026/27", "open": [1, 0], "kind": "resource_centre"})
    assert list(places.map_units(frame, options)["unit"]) == ["u0"]
