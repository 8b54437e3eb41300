"""Plots as SVG in the page: lines with their interval over periods, and bars with theirs."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from html import escape
from typing import Final

WIDE, HIGH = 440, 210
LEFT, RIGHT, TOP, BOTTOM = 62, 12, 12, 30
BESIDE, LONGEST = 16, 60  # characters of a name beside its bar, and at all
Say = Callable[[float], str]


@dataclass(frozen=True)
class Point:
    """A period or a group: its value between low and high (None: not known), and whether it is not over yet."""

    label: str
    value: float | None
    low: float | None
    high: float | None
    is_open: bool = False
    target: float | None = None


def trend(points: Sequence[Point], say: Say, tick: Say, *, title: str) -> str:
    """A line over periods within the band of its intervals; open periods are shaded, for they would look like a fall.

    >>> trend([Point("2024-01", 2.0, 1.0, 3.0), Point("2024-02", 4.0, 3.0, 5.0, True)], str, str, title="NPS")[:30]
    '<svg viewBox="0 0 440 210" rol'
    """
    known = [(i, p) for i, p in enumerate(points) if p.value is not None and not p.is_open]
    if not known:
        return ""
    ends = [end for _, p in known for end in (p.low, p.high, p.value, p.target) if end is not None]
    ticks = _ticks(min(ends), max(ends))
    step = (WIDE - LEFT - RIGHT) / max(len(points) - 1, 1)

    def at(place: int, value: float) -> str:
        return f"{LEFT + place * step:.1f},{_y(value, ticks):.1f}"

    banded = [(i, p.low, p.high) for i, p in known if p.low is not None and p.high is not None]
    aimed = [(i, p.target) for i, p in enumerate(points) if p.target is not None]
    band = [at(i, high) for i, _, high in banded] + [at(i, low) for i, low, _ in reversed(banded)]
    parts = [
        *_grid(ticks, tick),
        *(_unfinished(LEFT + i * step, step, p) for i, p in enumerate(points) if p.is_open),
        f'<polygon class="band" points="{" ".join(band)}"/>' if len(banded) > 1 else "",
        f'<polyline class="target" points="{" ".join(at(i, target) for i, target in aimed)}"/>' if aimed else "",
        f'<polyline class="line" points="{" ".join(at(i, p.value or 0.0) for i, p in known)}"/>',
        *(_dot(LEFT + i * step, _y(p.value or 0.0, ticks), p, say) for i, p in known),
        *_periods(points, step),
    ]
    return _svg(HIGH, "".join(parts), title)


def bars(points: Sequence[Point], say: Say, *, title: str) -> str:
    """A bar for each group with a whisker from low to high; long names stand above their bars, to be read whole."""
    known = [point for point in points if point.value is not None]
    if not known:
        return ""
    reach = [0.0, *(end for p in known for end in (p.low, p.high, p.value) if end is not None)]
    above = max(len(point.label) for point in known) > BESIDE
    left, right, row, top = (8, 110, 42, 22) if above else (140, 110, 26, 8)
    low, high = min(reach), max(reach)
    scale = (WIDE - left - right) / ((high - low) or 1)

    def x(value: float) -> float:
        return left + (value - low) * scale

    parts = []
    for place, point in enumerate(known):
        y, value = place * row + top, point.value or 0.0
        name, at = ("above", f'x="{left}" y="{y - 6}"') if above else ("name", f'x="{left - 8}" y="{y + 12}"')
        parts.append(
            f'<text class="{name}" {at}>{escape(_short(point.label))}</text>'
            f'<rect class="bar" x="{x(min(value, 0)):.1f}" y="{y}" width="{abs(value) * scale:.1f}" height="16">'
            f"<title>{escape(point.label)}: {escape(say(value))}</title></rect>"
        )
        if point.low is not None and point.high is not None:
            parts.append(
                f'<line class="whisker" x1="{x(point.low):.1f}" x2="{x(point.high):.1f}" y1="{y + 8}" y2="{y + 8}"/>'
            )
        end = x(max(value, point.high or value, 0))
        parts.append(f'<text class="value" x="{end + 6:.1f}" y="{y + 12}">{escape(say(value))}</text>')
    return _svg(len(known) * row + 12, "".join(parts), title)


def _svg(high: int, content: str, title: str) -> str:
    return f'<svg viewBox="0 0 {WIDE} {high}" role="img" aria-label="{escape(title)}">{content}</svg>'


def _ticks(low: float, high: float) -> list[float]:
    """Round numbers that hold the range; from 0 where that is near."""
    low = 0.0 if 0 < low < high / 2 or low == high else low
    span = (high - low) or abs(high) or 1.0
    step = 10.0 ** math.floor(math.log10(span / 3))
    step *= next(factor for factor in (1, 2, 5, 10) if span / (step * factor) <= 4)
    first, last = math.floor(low / step + 1e-9), math.ceil(high / step - 1e-9)
    return [place * step for place in range(first, last + 1)]


def _y(value: float, ticks: Sequence[float]) -> float:
    return TOP + (ticks[-1] - value) / ((ticks[-1] - ticks[0]) or 1) * (HIGH - TOP - BOTTOM)


def _grid(ticks: Sequence[float], say: Say) -> list[str]:
    return [
        f'<line class="grid" x1="{LEFT}" x2="{WIDE - RIGHT}" y1="{_y(t, ticks):.1f}" y2="{_y(t, ticks):.1f}"/>'
        f'<text class="tick" x="{LEFT - 6}" y="{_y(t, ticks) + 4:.1f}">{escape(say(t))}</text>'
        for t in ticks
    ]


def _dot(x: float, y: float, point: Point, say: Say) -> str:
    told = f"{point.label}: {say(point.value or 0.0)}"
    if point.low is not None and point.high is not None:
        told += f" ({say(point.low)} – {say(point.high)})"
    return f'<circle class="dot" cx="{x:.1f}" cy="{y:.1f}" r="3.2"><title>{escape(told)}</title></circle>'


def _unfinished(x: float, step: float, point: Point) -> str:
    left = x - step / 2
    wide = min(step, WIDE - left)
    return (
        f'<rect class="unfinished" x="{left:.1f}" y="{TOP}" width="{wide:.1f}" height="{HIGH - TOP - BOTTOM}">'
        f"<title>{escape(point.label)}</title></rect>"
    )


_LABELS: Final = 5


def _periods(points: Sequence[Point], step: float) -> list[str]:
    every = max(math.ceil((len(points) - 1) / (_LABELS - 1)), 1)
    return [
        f'<text class="period" x="{min(LEFT + i * step, WIDE - 26):.1f}" y="{HIGH - 8}">{escape(p.label)}</text>'
        for i, p in enumerate(points)
        if i % every == 0
    ]


def _short(label: str) -> str:
    return label if len(label) <= LONGEST else label[: LONGEST - 1] + "…"
