"""Charts along years: lines with their names beside their ends, and upright bars from zero."""

from __future__ import annotations

from collections.abc import Callable

from matplotlib.ticker import MaxNLocator

from planner.report.charts.style import MID_GREY, NOTE, TEXT, spread
from planner.report.html.draw.canvas import NARROW, Canvas, text_width, wrapped
from planner.report.html.draw.chart import Series

Say = Callable[[float], str]
_GRID = "#E3E5E6"


def ticks(low: float, high: float, most: int = 5) -> list[float]:
    """Round figures for an axis that holds 0 and everything from low to high."""
    low, high = min(low, 0.0), max(high, 0.0)
    if high == low:
        high = low + 1.0
    found = [float(value) for value in MaxNLocator(nbins=most, min_n_ticks=3).tick_values(low, high)]
    while len(found) > 2 and found[1] <= low:
        found = found[1:]
    while len(found) > 2 and found[-2] >= high:
        found = found[:-1]
    return found


def _marks(low: float, high: float, say: Say) -> list[float]:
    """The figures of an axis; where they would read alike, as of a thousandth of a child, the axis goes on to 1."""
    found = ticks(low, high)
    return found if len({say(mark) for mark in found}) == len(found) else ticks(low, max(high, 1.0))


def _years(canvas: Canvas, years: list[str], x: Callable[[int], float], y: float, most: int) -> None:
    step = max(-(-len(years) // most), 1)
    for at in range(len(years) - 1, -1, -step):
        wide = text_width(years[at], canvas.size - 1) / 2
        canvas.text(min(x(at), canvas.width - wide), y, years[at], anchor="middle", size=canvas.size - 1)


def _axis(canvas: Canvas, marks: list[float], say: Say, left: float, right: float, y: Callable[[float], float]) -> None:
    for mark in marks:
        canvas.line([(left, y(mark)), (right, y(mark))], MID_GREY if mark == 0 else _GRID)
        canvas.text(left - 6, y(mark) + 4.5, say(mark), anchor="end", size=canvas.size - 1)


def lines(years: list[str], series: list[Series], say: Say, unit: str) -> Callable[[Canvas], Canvas]:
    """Lines from zero, each with its marker, its dash and its name at its end; ``unit`` is written level above the axis."""

    def draw(canvas: Canvas) -> Canvas:
        narrow = canvas.width <= NARROW
        everything = [value for one in series for value in one.values if value is not None] or [0.0]
        marks = _marks(min(everything), max(everything), say)
        high = max(300.0 if narrow else 380.0, _labels_high(canvas, series, 112 if narrow else 190) + 50)
        left = max(text_width(say(mark), canvas.size - 1) for mark in marks) + 10
        room = 112 if narrow else 190
        right, top, bottom = canvas.width - room - 16, 34.0, high - 34.0

        def y(value: float) -> float:
            return bottom - (value - marks[0]) / (marks[-1] - marks[0]) * (bottom - top)

        def x(at: int) -> float:
            inner = left + (14 if narrow else 26)
            return inner + (right - inner) * (at / max(len(years) - 1, 1))

        canvas.text(0, 14, unit, size=canvas.size - 1, fill=NOTE)
        _axis(canvas, marks, say, left, right + 8, y)
        _years(canvas, years, x, bottom + 22, 3 if narrow else 6)
        for one in series:
            run: list[tuple[float, float]] = []
            for at, value in enumerate(one.values):
                if value is not None:
                    run.append((x(at), y(value)))
                if (value is None or at == len(one.values) - 1) and run:
                    canvas.line(run, one.look.colour, width=2.6, dash=one.look.dash)
                    run = []
            for at, value in enumerate(one.values):
                if value is not None and (not narrow or at in (0, len(one.values) - 1)):
                    canvas.shape(one.look.marker, x(at), y(value), 4.6, one.look.colour)
        _end_labels(canvas, series, x, y, right, room, (top, bottom))
        return _high(canvas, high)

    return draw


def _labels_high(canvas: Canvas, series: list[Series], room: float) -> float:
    """How much height the names beside the ends of lines need."""
    size = canvas.size - (1 if canvas.width <= NARROW else 0)
    return sum(len(wrapped(one.name, room - 14, size)) * size * 1.15 + 5 for one in series)


def _between(middles: list[float], sizes: list[float], low: float, high: float) -> list[float]:
    """Names pushed up from below a limit, one against the next, and then down from above the other; the order stays."""
    found = list(middles)
    order = sorted(range(len(found)), key=found.__getitem__)
    limit = high
    for at in reversed(order):
        found[at] = min(found[at], limit - sizes[at] / 2)
        limit = found[at] - sizes[at] / 2
    limit = low
    for at in order:
        found[at] = max(found[at], limit + sizes[at] / 2)
        limit = found[at] + sizes[at] / 2
    return found


def _end_labels(
    canvas: Canvas,
    series: list[Series],
    x: Callable[[int], float],
    y: Callable[[float], float],
    right: float,
    room: float,
    span: tuple[float, float],
) -> None:
    """Names beside the ends of lines, moved apart where they would overlap, each tied to its line."""
    ends = [
        (one, max(at for at, value in enumerate(one.values) if value is not None))
        for one in series
        if any(v is not None for v in one.values)
    ]
    size = canvas.size - (1 if canvas.width <= NARROW else 0)
    texts = [wrapped(one.name, room - 14, size) for one, _ in ends]
    sizes = [len(text) * size * 1.15 + 5 for text in texts]
    points = [y(one.values[at] or 0.0) for one, at in ends]
    middles = spread(points, sizes)
    middles = _between(middles, sizes, 2.0, span[1] + 20)
    for (one, at), text, point, middle in zip(ends, texts, points, middles, strict=True):
        canvas.line([(x(at) + 6, point), (right + 10, point), (right + 18, middle), (right + 22, middle)], one.look.colour, width=1.2)
        first = middle - (len(text) - 1) * size * 1.15 / 2 + size * 0.35
        for row, line in enumerate(text):
            canvas.text(right + 26, first + row * size * 1.15, line, size=size)


def columns(years: list[str], series: list[Series], say: Say, unit: str, *, totals: bool = True) -> Callable[[Canvas], Canvas]:
    """Upright bars from zero, stacked if there are several series, with each total above its bar where there is room.

    A series whose look has a dash is hatched. With several series each has its name beside the last bar.
    """

    def draw(canvas: Canvas) -> Canvas:
        narrow = canvas.width <= NARROW
        sums = [sum(max(one.values[at] or 0.0, 0.0) for one in series) for at in range(len(years))]
        lows = [sum(min(one.values[at] or 0.0, 0.0) for one in series) for at in range(len(years))]
        marks = _marks(min(lows, default=0.0), max(sums, default=0.0), say)
        high = 320 if narrow else 360
        left = max(text_width(say(mark), canvas.size - 1) for mark in marks) + 10
        room = (112 if narrow else 190) if len(series) > 1 else 0
        right, top, bottom = canvas.width - room - (16 if room else 4), 44.0, high - (52.0 if any(lows) else 34.0)
        step = (right - left) / max(len(years), 1)

        def y(value: float) -> float:
            return bottom - (value - marks[0]) / (marks[-1] - marks[0]) * (bottom - top)

        def x(at: int) -> float:
            return left + step * (at + 0.5)

        canvas.text(0, 14, unit, size=canvas.size - 1, fill=NOTE)
        _axis(canvas, marks, say, left, right, y)
        _years(canvas, years, x, high - 12, 3 if narrow else 6)
        middles = _stack(canvas, years, series, x, y, step * 0.74)
        canvas.line([(left, y(0)), (right, y(0))], MID_GREY)
        if totals:
            _totals(canvas, sums, lows, say, x, y, step)
        if room:
            last = [Series(one.name, (middle,), one.look) for one, middle in zip(series, middles, strict=True) if one.values[-1]]
            _end_labels(canvas, last, lambda _: right - step * 0.13 - 6, y, right, room, (top, bottom))
            for at, one in enumerate(one for one in series if not one.values[-1]):
                _gone(canvas, one, years, right + 26, 14 + at * 40, room)
        return _high(canvas, high)

    return draw


def _gone(canvas: Canvas, one: Series, years: list[str], x: float, y: float, room: float) -> None:
    """The name of a series that has no part in the last bar, with a patch of its paint and the last year in which it has one."""
    last = max((at for at, value in enumerate(one.values) if value), default=None)
    if last is None:
        return
    canvas.rect(x - 18, y - 11, 13, 13, one.look.colour, hatch=one.look.colour if one.look.dash else "")
    size = canvas.size - 1
    canvas.lines_of_text(x, y, wrapped(f"{one.name}, last in {years[last]}", room - 14, size), size=size)


def _stack(
    canvas: Canvas, years: list[str], series: list[Series], x: Callable[[int], float], y: Callable[[float], float], width: float
) -> list[float]:
    """Draw the bars; returns the middle of each series' last bar, in the axis' units."""
    above, below = [0.0] * len(years), [0.0] * len(years)
    middles = []
    for one in series:
        middle = 0.0
        for at, value in enumerate(one.values):
            if not value:
                continue
            base = above[at] if value > 0 else below[at]
            canvas.rect(
                x(at) - width / 2,
                y(base),
                width,
                y(base + value) - y(base),
                one.look.colour,
                hatch=one.look.colour if one.look.dash else "",
            )
            if value > 0:
                above[at] += value
            else:
                below[at] += value
            middle = base + value / 2
        middles.append(middle)
    return middles


def _totals(
    canvas: Canvas, sums: list[float], lows: list[float], say: Say, x: Callable[[int], float], y: Callable[[float], float], step: float
) -> None:
    labels = [say(high if high or not low else low) for high, low in zip(sums, lows, strict=True)]
    size = canvas.size - 1
    fits = max((text_width(label, size) for label in labels), default=0.0) <= step * 0.92
    for at, label in enumerate(labels):
        high, low = sums[at], lows[at]
        if not (high or low):
            if fits:
                canvas.text(x(at), y(0) - 5, label, anchor="middle", size=size, fill=TEXT)
            continue
        if fits or at in (0, len(labels) - 1):
            wide = text_width(label, size) / 2
            middle = min(max(x(at), x(0) - step / 2 + wide + 2), canvas.width - wide)
            canvas.text(middle, y(high) - 5 if high else y(low) + 16, label, anchor="middle", size=size, halo=True)


def _high(canvas: Canvas, height: float) -> Canvas:
    canvas.height = height
    return canvas
