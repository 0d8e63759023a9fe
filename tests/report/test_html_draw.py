"""Pictures by themselves: words stay inside and apart at every number of years, bars and lines are in proportion, paint is safe."""

from __future__ import annotations

import itertools

import lxml.etree
import pytest

from planner.report.html.draw.bars import Bar, Row, Step, bridge, level
from planner.report.html.draw.canvas import NARROW, WIDE, Canvas, text_width, wrapped
from planner.report.html.draw.chart import SCENARIO_LOOKS, Look, Series, fitting
from planner.report.html.draw.lines import _between, columns, lines, ticks
from planner.report.html.draw.maps import Circle, Extent, Name, Point, circles_map, extent_about, units_map
from planner.report.html.draw.timeline import Openings, timeline
from planner.report.html.values import commas, short_pounds

BLUE = Look("#12436D", "o")


def boxes(canvas: Canvas) -> list[tuple[str, float, float, float, float]]:
    """Where each text stands, by the estimate that is rather too wide."""
    found = []
    for text in lxml.etree.fromstring(str(canvas.svg("x"))).iter("{http://www.w3.org/2000/svg}text"):
        size, x, y = (float(text.get(name)) for name in ("font-size", "x", "y"))
        wide = text_width(text.text, size, bold=text.get("font-weight") == "bold")
        left = x - {"start": 0.0, "middle": wide / 2, "end": wide}[text.get("text-anchor")]
        found.append((text.text, left, y - size * 0.75, left + wide, y + size * 0.2))
    return found


def faults(canvas: Canvas) -> list[str]:
    found = []
    all_boxes = boxes(canvas)
    for at, (words, left, top, right, bottom) in enumerate(all_boxes):
        if left < -1 or right > canvas.width + 1 or top < -1 or bottom > canvas.height + 1:
            found.append(f"'{words}' is outside")
        for other, a, b, c, d in all_boxes[:at]:
            if min(right, c) - max(left, a) > 1 and min(bottom, d) - max(top, b) > 1:
                found.append(f"'{words}' lies over '{other}'")
    return found


def years(count: int) -> list[str]:
    return [f"{year}/{(year + 1) % 100:02d}" for year in range(2024, 2024 + count)]


@pytest.mark.parametrize("width", [NARROW, WIDE])
@pytest.mark.parametrize("count", [1, 2, 5, 10, 11, 16, 25])
@pytest.mark.parametrize("size", [0.0, 0.4, 8.0, 181e6, -3e6])
def test_words_of_bars_along_years_stay_inside_and_apart(width: int, count: int, size: float) -> None:
    say = short_pounds if abs(size) > 1e3 else lambda value: commas(value, 1)
    one = Series("High needs block", tuple(size * (1 + at / 20) for at in range(count)), BLUE)
    two = Series("Council general fund", tuple(size * 0.1 for _ in range(count)), Look("#28A197", "s", "4 2"))
    gone = Series("Capital", tuple(size * 0.02 if at < count - 1 else 0.0 for at in range(count)), Look("#F46A25", "^"))
    assert faults(columns(years(count), [one], say, "Children")(Canvas(width, 10, "t"))) == []
    assert faults(columns(years(count), [one, two, gone], say, "Cost")(Canvas(width, 10, "t"))) == []


@pytest.mark.parametrize("width", [NARROW, WIDE])
@pytest.mark.parametrize("count", [1, 2, 11, 16])
@pytest.mark.parametrize("number", [1, 4, 7])
def test_words_of_lines_stay_inside_and_apart(width: int, count: int, number: int) -> None:
    series = [
        Series(f"Scenario number {at} with words", tuple(1e6 + at * 10.0 + year for year in range(count)), SCENARIO_LOOKS[at])
        for at in range(number)
    ]
    assert faults(lines(years(count), series, short_pounds, "Cost")(Canvas(width, 10, "t"))) == []


@pytest.mark.parametrize("width", [NARROW, WIDE])
def test_words_of_level_bars_stay_inside_and_apart(width: int) -> None:
    rows = [Row(f"A very long name of a line of cost number {at}", (Bar(value, f"{value:,.0f} in 2024/25", pale=True), Bar(-value, "£20m"))) for at, value in enumerate((5.0, 0.0, 3e6))]  # fmt: skip
    assert faults(level(rows)(Canvas(width, 10, "t"))) == []
    steps = [Step("Places built and a long cause", 5.0, "+£5m"), Step("Early help", -9.0, "−£9m"), Step("Nothing", 0.0, "£0")]
    assert faults(bridge(steps, Step("Whole difference", -4.0, "−£4m"))(Canvas(width, 10, "t"))) == []


@pytest.mark.parametrize("width", [NARROW, WIDE])
@pytest.mark.parametrize("count", [1, 3, 10])
def test_words_of_a_timeline_stay_inside_and_apart(width: int, count: int) -> None:
    kinds = [Openings("Special schools are built", BLUE, tuple(at * 4 for at in range(count))), Openings("Bases", BLUE, (19,) * count)]
    canvas = timeline(years(count), kinds)(Canvas(width, 10, "t"))
    assert faults(canvas) == []
    assert str(canvas.svg("x")).count("<circle") == sum(sum(kind.counts) for kind in kinds)


@pytest.mark.parametrize("width", [NARROW, WIDE])
def test_names_on_a_map_stay_apart(width: int) -> None:
    names = [Name(f"District {at}-under-Hill", 400_000.0 + at * 900, 300_000.0 + at * 500) for at in range(6)]
    points = [Point(400_000.0, 300_000.0, BLUE) for _ in range(12)]
    canvas = units_map(points, names, extent_about([(name.east, name.north) for name in names]), [("Bases", BLUE, True)])(
        Canvas(width, 10, "t")
    )
    assert faults(canvas) == []


def test_points_in_one_place_are_all_seen() -> None:
    points = [Point(400_000.0, 300_000.0, BLUE) for _ in range(7)]
    canvas = units_map(points, [], Extent(390_000, 290_000, 410_000, 310_000), [])(Canvas(WIDE, 10, "t"))
    tree = lxml.etree.fromstring(str(canvas.svg("x")))
    spots = [(float(one.get("cx")), float(one.get("cy"))) for one in tree.iter("{http://www.w3.org/2000/svg}circle")]
    assert len(spots) == 7
    near = min((a[0] - b[0]) ** 2 + (a[1] - b[1]) ** 2 for at, a in enumerate(spots) for b in spots[:at]) ** 0.5
    assert near > 8


def test_circles_have_areas_in_proportion() -> None:
    circles = [
        Circle(400_000.0, 300_000.0, 20.0, "A: 4"),
        Circle(410_000.0, 310_000.0, 10.0, "B: 1"),
        Circle(405_000.0, 305_000.0, 0.0, "C: 0"),
    ]
    tree = lxml.etree.fromstring(
        str(circles_map(circles, extent_about([(400_000, 300_000), (410_000, 310_000)]))(Canvas(WIDE, 10, "t")).svg("x"))
    )
    assert [float(one.get("r")) for one in tree.iter("{http://www.w3.org/2000/svg}circle")] == [20.0, 10.0, 3.0]


@pytest.mark.parametrize(("low", "high"), [(0, 0), (0, 7.9), (-3, 5), (-8, -2), (1e8, 2.4e8)])
def test_axes_hold_zero_and_everything(low: float, high: float) -> None:
    found = ticks(low, high)
    assert found[0] <= min(low, 0) and found[-1] >= max(high, 0) and 0.0 in found and 2 <= len(found) <= 8


def test_long_words_are_broken() -> None:
    lines_found = wrapped("Llanfairpwllgwyngyllgogerychwyrndrobwllllantysiliogogogoch school", 80, 14)
    assert len(lines_found) > 3 and all(text_width(line, 14) <= 80 for line in lines_found)


def test_a_headline_has_at_most_15_words() -> None:
    assert fitting("one " * 16, "two words") == "two words" and len(fitting("one " * 40).split()) == 15


def test_words_in_pictures_are_escaped() -> None:
    canvas = Canvas(WIDE, 10, "t")
    canvas.text(0, 0, "<script>&\"'")
    text = str(canvas.svg('a "label" <b>'))
    assert "<script>" not in text and "<b>" not in text
    assert lxml.etree.fromstring(text).get("aria-label") == 'a "label" <b>'


@pytest.mark.parametrize("width", [288.0, 384.0, 600.0])
def test_words_beside_small_bars_stay_inside_whatever_stands_on_the_other_side(width: float) -> None:
    rows = [
        Row("Less", (Bar(-55.9, "-£55.9m"),)),
        Row("More", (Bar(18.7, "+£18.7m, no clear difference"),)),
        Row("Much", (Bar(117.0, "+£117m"),)),
    ]
    assert faults(level(rows)(Canvas(width, 0.0, "small"))) == []


def test_names_beside_lines_stay_between_their_limits_in_their_order() -> None:
    sizes = [30.0] * 8
    found = _between([10.0, 300.0, 301.0, 302.0, 303.0, 304.0, 305.0, 306.0], sizes, 2.0, 320.0)
    assert found == sorted(found)
    assert found[0] - 15 >= 2.0 and found[-1] + 15 <= 320.0
    assert all(later - earlier >= 30.0 - 1e-9 for earlier, later in itertools.pairwise(found))
