"""Maps from coordinates: points by shape and colour, circles by size, names of districts. No boundaries, no background, no tiles."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

from planner.report.charts.style import MID_GREY, NOTE
from planner.report.html.draw.canvas import NARROW, Canvas, text_width
from planner.report.html.draw.chart import Look

_FRAME = "#F3F2F1"


@dataclass(frozen=True)
class Point:
    """One place on a map, metres east and north; hollow if it is there already, filled if it opens; pale if only for orientation."""

    east: float
    north: float
    look: Look
    filled: bool = True
    radius: float = 5.5


@dataclass(frozen=True)
class Circle:
    """A circle about a place with an area in proportion to a figure, and words beside it."""

    east: float
    north: float
    radius: float
    words: str


@dataclass(frozen=True)
class Name:
    """The name of a district and where its middle is."""

    words: str
    east: float
    north: float


@dataclass(frozen=True)
class Extent:
    """The rectangle that a map shows, metres."""

    west: float
    south: float
    east: float
    north: float

    def holds(self, east: float, north: float) -> bool:
        """Whether a place is inside."""
        return self.west <= east <= self.east and self.south <= north <= self.north


def extent_about(places: list[tuple[float, float]], room: float = 0.14) -> Extent:
    """The rectangle about these places, with some room (a share of the longer side) and at least 10 kilometres."""
    wests, norths = [east for east, _ in places], [north for _, north in places]
    side = max(max(wests) - min(wests), max(norths) - min(norths), 10_000.0)
    more = side * room
    return Extent(min(wests) - more, min(norths) - more, max(wests) + more, max(norths) + more)


class _Frame:
    """From metres to picture units, north up, both axes alike."""

    def __init__(self, extent: Extent, left: float, top: float, width: float, most_high: float) -> None:
        wide, high = extent.east - extent.west, extent.north - extent.south
        self.scale = min(width / wide, most_high / high)
        self.width, self.height = width, high * self.scale
        self.left, self.top, self.extent = left + (width - wide * self.scale) / 2, top, extent
        self.box = (left, top, width, self.height)

    def at(self, east: float, north: float) -> tuple[float, float]:
        return self.left + (east - self.extent.west) * self.scale, self.top + (self.extent.north - north) * self.scale


def _apart(spots: list[tuple[float, float]], least: float) -> list[tuple[float, float]]:
    """Spots moved as little as needed for no two to be nearer than ``least``, in picture units; the same input gives the same picture."""
    moved = [(x + 0.01 * math.cos(at * 2.4), y + 0.01 * math.sin(at * 2.4)) for at, (x, y) in enumerate(spots)]
    for _ in range(40):
        calm = True
        for one in range(len(moved)):
            for other in range(one):
                dx = moved[one][0] - moved[other][0]
                if not -least < dx < least:
                    continue
                dy = moved[one][1] - moved[other][1]
                reach = math.hypot(dx, dy)
                if reach >= least:
                    continue
                calm = False
                push = (least - reach) / 2 / max(reach, 1e-9)
                moved[one] = (moved[one][0] + dx * push, moved[one][1] + dy * push)
                moved[other] = (moved[other][0] - dx * push, moved[other][1] - dy * push)
        if calm:
            break
    return moved


Box = tuple[float, float, float, float]


def _points(canvas: Canvas, frame: _Frame, points: list[Point], factor: float = 1.0) -> list[Box]:
    """Draw the points that the map holds, hollow ones first; returns the boxes they take."""
    drawn = sorted((point for point in points if frame.extent.holds(point.east, point.north)), key=lambda point: point.filled)
    largest = max((point.radius for point in drawn), default=0.0) * factor
    boxes = []
    for point, (x, y) in zip(drawn, _apart([frame.at(point.east, point.north) for point in drawn], largest * 1.9), strict=True):
        radius = point.radius * factor
        if point.filled:
            canvas.shape(point.look.marker, x, y, radius, point.look.colour)
        else:
            canvas.shape(point.look.marker, x, y, radius * 0.85, "#ffffff", edge=point.look.colour, width=1.8)
        boxes.append((x - radius, y - radius, x + radius, y + radius))
    return boxes


def _overlap(one: Box, other: Box) -> float:
    """How much of one box lies over another, in square picture units."""
    return max(min(one[2], other[2]) - max(one[0], other[0]), 0.0) * max(min(one[3], other[3]) - max(one[1], other[1]), 0.0)


def _names(canvas: Canvas, frame: _Frame, names: list[Name], size: float, taken: list[Box]) -> None:
    """Write names near their places, where they lie over the fewest shapes and over no other name."""
    left, top, width, height = frame.box
    written: list[Box] = []
    for name in sorted(names, key=lambda one: (-one.north, one.words)):
        x, y = frame.at(name.east, name.north)
        half = text_width(name.words, size, bold=True) / 2
        best: tuple[float, Box] | None = None
        for up in (0.0, -1.3, 1.3, -2.6, 2.6, -3.9, 3.9, -5.2, 5.2):
            for aside in (0.0, -0.5, 0.5, -1.0, 1.0):
                middle = min(max(x + aside * half, left + half + 4), left + width - half - 4)
                base = min(max(y + up * size + size * 0.35, top + size + 2), top + height - 6)
                box = (middle - half, base - size, middle + half, base + size * 0.3)
                cost = sum(_overlap(box, other) for other in taken) + 50 * sum(_overlap(box, other) for other in written)
                cost += 3.0 * size * (abs(up) + abs(aside))
                if best is None or cost < best[0]:
                    best = (cost, box)
        if best is not None:
            box = best[1]
            written.append(box)
            canvas.text((box[0] + box[2]) / 2, box[3] - size * 0.3, name.words, anchor="middle", size=size, bold=True, halo=True)


def _scale_bar(canvas: Canvas, frame: _Frame) -> None:
    """A bar of a round length and an arrow to the north, below the map."""
    left, top, width, height = frame.box
    kilometres = next((step for step in (20, 10, 5, 2, 1) if step * 1000 * frame.scale <= width * 0.35), 1)
    y = top + height + 16
    long = kilometres * 1000 * frame.scale
    canvas.line([(left + 2, y - 4), (left + 2, y), (left + 2 + long, y), (left + 2 + long, y - 4)], MID_GREY, width=1.6)
    canvas.text(left + long + 10, y + 2, f"{kilometres} km. North is up.", size=canvas.size - 1, fill=NOTE)


def units_map(points: list[Point], names: list[Name], extent: Extent, key: list[tuple[str, Look, bool]]) -> Callable[[Canvas], Canvas]:
    """One map of places by kind, with a key of shapes below it: (name, look, filled)."""

    def draw(canvas: Canvas) -> Canvas:
        narrow = canvas.width <= NARROW
        frame = _Frame(extent, 0, 0, canvas.width, canvas.width * (1.45 if narrow else 0.92))
        canvas.rect(*frame.box, _FRAME, edge=_FRAME)
        taken = _points(canvas, frame, points, 0.8 if narrow else 1.05)
        _names(canvas, frame, names, canvas.size - (2 if narrow else 0), taken)
        _scale_bar(canvas, frame)
        y = frame.box[3] + 44
        canvas.height = _key(canvas, key, y)
        return canvas

    return draw


def _key(canvas: Canvas, key: list[tuple[str, Look, bool]], y: float) -> float:
    x = 0.0
    for words, look, filled in key:
        wide = text_width(words, canvas.size) + 36
        if x and x + wide > canvas.width:
            x, y = 0.0, y + 24
        colours = {"fill": look.colour} if filled else {"fill": "#ffffff", "edge": look.colour, "width": 1.8}
        canvas.shape(look.marker, x + 9, y - 5, 6.2, **colours)
        canvas.text(x + 22, y, words)
        x += wide
    return y + 12


def openings_by_year(
    panels: list[tuple[str, list[Point]]], extent: Extent, key: list[tuple[str, Look, bool]]
) -> Callable[[Canvas], Canvas]:
    """One small map a year: what opens in it, filled; what opened before, hollow."""

    def draw(canvas: Canvas) -> Canvas:
        across = 2 if canvas.width <= NARROW else min(max(len(panels), 3), 5)
        gap = 12.0
        wide = (canvas.width - gap * (across - 1)) / across
        y = 0.0
        for first in range(0, len(panels), across):
            deepest = 0.0
            for column, (title, points) in enumerate(panels[first : first + across]):
                x = column * (wide + gap)
                canvas.text(x, y + canvas.size, title, bold=True)
                frame = _Frame(extent, x, y + canvas.size + 6, wide, wide * 1.5)
                canvas.rect(*frame.box, _FRAME, edge=_FRAME)
                _points(canvas, frame, points, 0.72)
                deepest = max(deepest, frame.box[3])
            y += canvas.size + 6 + deepest + 16
        canvas.height = _key(canvas, key, y + 14)
        return canvas

    return draw


def circles_map(circles: list[Circle], extent: Extent) -> Callable[[Canvas], Canvas]:
    """A map of figures by district: a circle each with its words below; a district without a figure has a small dot."""

    def draw(canvas: Canvas) -> Canvas:
        narrow = canvas.width <= NARROW
        frame = _Frame(extent, 0, 0, canvas.width, canvas.width * (1.3 if narrow else 0.8))
        canvas.rect(*frame.box, _FRAME, edge=_FRAME)
        factor = 0.62 if narrow else 1.0
        taken, names = [], []
        for circle in circles:
            x, y = frame.at(circle.east, circle.north)
            radius = max(circle.radius * factor, 3.0)
            canvas.shape("o", x, y, radius, "#F46A25" if circle.radius else "#ffffff", edge="#3D3D3D", width=1.4)
            taken.append((x - radius, y - radius, x + radius, y + radius))
            names.append(Name(circle.words, circle.east, circle.north - (radius + canvas.size) / frame.scale))
        _names(canvas, frame, names, canvas.size - (2 if narrow else 0), taken)
        _scale_bar(canvas, frame)
        canvas.height = frame.box[3] + 26
        return canvas

    return draw
