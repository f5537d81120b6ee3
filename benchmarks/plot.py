"""Line plots as SVG, readable in light and dark: what ten lines of data need, no more."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from html import escape

WIDTH, HEIGHT = 720, 400
LEFT, RIGHT, TOP, BOTTOM = 64, 200, 44, 48

_STYLE = """
  text { font: 13px system-ui, sans-serif; fill: #222 }
  .quiet { fill: #666; font-size: 12px } .title { font-size: 15px; font-weight: 600 }
  .grid { stroke: #ddd } .axis { stroke: #888 } .page { fill: #fff }
  .line { fill: none; stroke-width: 2 } .s0 { stroke-width: 3.5 }
  .s0 { stroke: #0b62d6 } .s1 { stroke: #777; stroke-dasharray: 5 4 } .s2 { stroke: #c2410c }
  .s3 { stroke: #15803d } .s4 { stroke: #9333ea } .s5 { stroke: #b45309; stroke-dasharray: 2 3 }
  .s6 { stroke: #0f766e; stroke-dasharray: 8 3 }
  @media (prefers-color-scheme: dark) {
    .page { fill: #14171a } text { fill: #e6e6e6 } .quiet { fill: #a0a0a0 }
    .grid { stroke: #30353a } .s0 { stroke: #6ab0ff } .s1 { stroke: #aaa } .s2 { stroke: #fb923c }
    .s3 { stroke: #4ade80 } .s4 { stroke: #c084fc } .s5 { stroke: #fbbf24 } .s6 { stroke: #2dd4bf }
  }
"""


@dataclass
class Plot:
    """One plot; both axes are logarithmic.

    :ivar lines: points by name, in the order of the legend
    """

    title: str
    across: str
    up: str
    lines: dict[str, Sequence[tuple[float, float]]] = field(default_factory=dict)

    def svg(self) -> str:
        """Draw it."""
        points = [point for line in self.lines.values() for point in line]
        self._x = _Scale([x for x, _ in points], LEFT, WIDTH - RIGHT)
        self._y = _Scale([y for _, y in points], HEIGHT - BOTTOM, TOP)
        ends = {name: self._y.at(line[-1][1]) for name, line in self.lines.items() if line}
        parts = [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" role="img">',
            f"<title>{escape(self.title)}</title><style>{_STYLE}</style>",
            f'<rect class="page" width="{WIDTH}" height="{HEIGHT}"/>',
            _text(LEFT, 24, self.title, "title"),
            *self._grid(),
            *(self._line(number, line) for number, line in enumerate(self.lines.values())),
            *self._names(ends),
            _text((LEFT + WIDTH - RIGHT) / 2, HEIGHT - 10, self.across, "quiet", "middle"),
            _text(LEFT, TOP - 4, self.up, "quiet"),
            "</svg>",
        ]
        return "\n".join(parts) + "\n"

    def _grid(self) -> list[str]:
        parts = []
        bottom, right = HEIGHT - BOTTOM, WIDTH - RIGHT
        for value in self._y.ticks():
            y = self._y.at(value)
            parts.append(f'<path class="grid" d="M{LEFT} {y:.1f}H{right}"/>')
            parts.append(_text(LEFT - 8, y + 4, f"{value:,g}", "quiet", "end"))
        for value in sorted({x for line in self.lines.values() for x, _ in line}):
            x = self._x.at(value)
            parts.append(f'<path class="axis" d="M{x:.1f} {bottom}v5"/>')
            parts.append(_text(x, bottom + 19, f"{value:,g}", "quiet", "middle"))
        parts.append(f'<path class="axis" d="M{LEFT} {bottom}H{right}"/>')
        return parts

    def _line(self, number: int, line: Sequence[tuple[float, float]]) -> str:
        path = "L".join(f"{self._x.at(x):.1f} {self._y.at(y):.1f}" for x, y in line)
        return f'<path class="line s{number}" d="M{path}"/>'

    def _names(self, ends: dict[str, float]) -> list[str]:
        """Name each line at its end, moved apart where they would overlap."""
        parts, last = [], 0.0
        for name, y in sorted(ends.items(), key=lambda end: end[1]):
            last = max(y, last + 17)
            parts.append(_text(WIDTH - RIGHT + 10, last + 4, name))
        return parts


def _text(x: float, y: float, said: str, kind: str = "", anchor: str = "start") -> str:
    return (
        f'<text class="{kind}" x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}">{escape(said)}</text>'
    )


class _Scale:
    """A logarithmic scale from values to pixels."""

    def __init__(self, values: list[float], first: float, last: float) -> None:
        self._low, self._high = math.log10(min(values)), math.log10(max(values))
        if self._high - self._low < 0.3:
            self._low, self._high = self._low - 0.2, self._high + 0.2
        self._first, self._last = first, last

    def at(self, value: float) -> float:
        share = (math.log10(value) - self._low) / (self._high - self._low)
        return self._first + share * (self._last - self._first)

    def ticks(self) -> list[float]:
        """Give round values within the scale."""
        powers = range(math.floor(self._low), math.ceil(self._high) + 1)
        all_ = [step * 10.0**power for power in powers for step in (1, 2, 5)]
        return [v for v in all_ if self._low <= math.log10(v) <= self._high]
