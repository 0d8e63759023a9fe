"""Level bars: values by name, and the bridge from one scenario to another."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from planner.report.charts.style import BLUE, DARK, GREY, MID_GREY, ORANGE
from planner.report.html.draw.canvas import NARROW, Canvas, text_width, wrapped

Say = Callable[[float], str]


@dataclass(frozen=True)
class Bar:
    """One bar: where it ends, the words at its end, and its paint. ``pale`` is for what one compares with."""

    value: float | None
    words: str
    pale: bool = False


@dataclass(frozen=True)
class Row:
    """One or two bars under one name."""

    name: str
    bars: tuple[Bar, ...]


def level(rows: list[Row]) -> Callable[[Canvas], Canvas]:
    """Level bars from zero with the figure at each end; names stand on the left, or above the bars on a small screen."""

    def draw(canvas: Canvas) -> Canvas:
        narrow = canvas.width <= NARROW
        size = canvas.size
        values = [bar.value or 0.0 for row in rows for bar in row.bars] or [0.0]
        bars = [bar for row in rows for bar in row.bars]
        right, left = (
            max((text_width(bar.words, size - 1) + 12 for bar in bars if ((bar.value or 0.0) < 0) == below), default=0.0)
            for below in (False, True)
        )
        side = 0.0 if narrow else min(max((text_width(row.name, size) for row in rows), default=0.0) + 14, 250.0)
        low, high = min(0.0, *values), max(0.0, *values)
        span = max(canvas.width - side - right - left, 60.0)
        scale = span / ((high - low) or 1.0)
        zero = side + left - low * scale
        thick, gap = 20.0, 12.0
        y = 6.0
        for row in rows:
            name = wrapped(row.name, canvas.width if narrow else side - 12, size)
            if narrow:
                y = canvas.lines_of_text(0, y + size, name, size=size) - size + 6
            block = thick * len(row.bars)
            text_high = 0.0 if narrow else len(name) * size * 1.2
            tall = max(block, text_high)
            if not narrow:
                canvas.lines_of_text(0, y + (tall - text_high) / 2 + size, name, size=size)
            for at, bar in enumerate(row.bars):
                _bar(canvas, bar, zero, y + (tall - block) / 2 + at * thick, thick, scale)
            y += tall + gap
        canvas.line([(zero, 2), (zero, y - gap + 4)], MID_GREY)
        canvas.height = y
        return canvas

    return draw


def _bar(canvas: Canvas, bar: Bar, zero: float, y: float, thick: float, scale: float) -> None:
    value = bar.value or 0.0
    if value:
        canvas.rect(zero, y + 1, value * scale, thick - 2, BLUE, hatch=MID_GREY if bar.pale else "")
    end = zero + value * scale
    if value < 0:
        canvas.text(end - 6, y + thick / 2 + 5, bar.words, anchor="end", size=canvas.size - 1)
    else:
        canvas.text(end + 6, y + thick / 2 + 5, bar.words, size=canvas.size - 1)


@dataclass(frozen=True)
class Step:
    """One cause of a bridge: its name, the change it makes and that change in words."""

    name: str
    change: float
    words: str


def bridge(steps: list[Step], total: Step) -> Callable[[Canvas], Canvas]:
    """A bridge from zero: each cause starts where the one before ended, and the last bar is the whole difference.

    Rises are hatched orange and falls plain blue, so that they differ in grey; each carries its signed figure.
    """

    def draw(canvas: Canvas) -> Canvas:
        narrow = canvas.width <= NARROW
        size = canvas.size
        reach, at = [0.0], 0.0
        for step in steps:
            at += step.change
            reach.append(at)
        low, high = min(*reach, total.change, 0.0), max(*reach, total.change, 0.0)
        everything = [*steps, total]
        words = max(text_width(step.words, size - 1, bold=True) for step in everything) + 12
        side = 0.0 if narrow else min(max(text_width(step.name, size, bold=True) for step in everything) + 14, 250.0)
        span = canvas.width - side - words * 2
        scale = span / ((high - low) or 1.0)
        zero = side + words - low * scale
        y, thick, gap, start = 6.0, 22.0, 10.0, 0.0
        for step in everything:
            whole = step is total
            begin = 0.0 if whole else start
            name = wrapped(step.name, canvas.width if narrow else side - 12, size, bold=whole)
            if narrow:
                y = canvas.lines_of_text(0, y + size, name, size=size, bold=whole) - size + 6
            tall = thick if narrow else max(thick, len(name) * size * 1.2)
            if not narrow:
                canvas.lines_of_text(0, y + (tall - len(name) * size * 1.2) / 2 + size, name, size=size, bold=whole)
            top = y + (tall - thick) / 2
            end = begin + step.change
            if step.change:
                colour = DARK if whole else BLUE
                canvas.rect(
                    zero + begin * scale, top, step.change * scale, thick, colour, hatch=ORANGE if step.change > 0 and not whole else ""
                )
            far = zero + (max if step.change >= 0 else min)(begin, end) * scale
            canvas.text(
                far + (6 if step.change >= 0 else -6),
                top + thick / 2 + 5,
                step.words,
                anchor="start" if step.change >= 0 else "end",
                size=size - 1,
                bold=whole,
            )
            if not whole and not narrow:
                canvas.line([(zero + end * scale, top + thick), (zero + end * scale, top + thick + gap)], MID_GREY)
            start = end
            y += tall + gap
        canvas.line([(zero, 2), (zero, y - gap + 4)], GREY)
        canvas.height = y
        return canvas

    return draw
