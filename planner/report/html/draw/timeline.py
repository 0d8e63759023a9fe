"""What opens when: one mark for each opening, in a row for its kind and a column for its year."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from planner.report.html.draw.canvas import NARROW, Canvas, text_width, wrapped
from planner.report.html.draw.chart import Look

_GRID = "#E3E5E6"


@dataclass(frozen=True)
class Openings:
    """The openings of one kind: its name, its look and how many open in each year."""

    name: str
    look: Look
    counts: tuple[int, ...]


def timeline(years: list[str], kinds: list[Openings]) -> Callable[[Canvas], Canvas]:
    """A row of cells for each kind; in a cell one mark for each opening, and their number."""

    def draw(canvas: Canvas) -> Canvas:
        narrow = canvas.width <= NARROW
        size = canvas.size
        side = 4.0 if narrow else 170.0
        step = (canvas.width - side) / max(len(years), 1)
        radius = 4.4 if narrow else 5.4
        apart = radius * 2 + 3
        per_row = max(int((step - 8) // apart), 1)
        wide = text_width(years[-1], size - 1) if years else 1.0
        every = max(int(-(-(wide + 6) // step)), 1)
        for at in range(len(years)):
            if (len(years) - 1 - at) % every == 0:
                x = min(max(side + step * (at + 0.5), wide / 2), canvas.width - wide / 2)
                canvas.text(x, 16, years[at], anchor="middle", size=size - 1)
        y = 26.0
        for kind in kinds:
            canvas.line([(0, y), (canvas.width, y)], _GRID)
            if narrow:
                canvas.text(0, y + size + 4, kind.name, size=size)
                y += size + 6
            name = wrapped(kind.name, side - 16, size)
            deep = max(-(-count // per_row) for count in kind.counts)
            tall = max(deep * apart + size + 16, 0 if narrow else len(name) * size * 1.2 + 14)
            if not narrow:
                canvas.lines_of_text(0, y + size + 8, name, size=size)
            for at, count in enumerate(kind.counts):
                if count:
                    _cell(canvas, kind, count, side + step * at + 4, y + 6, per_row, (radius, apart))
            y += tall
        canvas.line([(0, y), (canvas.width, y)], _GRID)
        canvas.height = y + 4
        return canvas

    return draw


def _cell(canvas: Canvas, kind: Openings, count: int, x: float, y: float, per_row: int, sizes: tuple[float, float]) -> None:
    radius, apart = sizes
    canvas.text(x + 2, y + canvas.size, str(count), bold=True)
    for one in range(count):
        row, column = divmod(one, per_row)
        canvas.shape(
            kind.look.marker, x + radius + column * apart + 2, y + canvas.size + 8 + radius + row * apart, radius, kind.look.colour
        )
