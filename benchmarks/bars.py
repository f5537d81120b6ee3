"""The bars of the design, and what was measured beside each."""

from __future__ import annotations

import statistics
from collections.abc import Callable
from typing import Any, NamedTuple

FLOOR, WS, TORNADO = "bare C relay: the floor", "npm ws", "Tornado's demo pattern"
UWS = "uWebSockets (C++)"

Results = dict[str, Any]


class Bar(NamedTuple):
    """One line of the table.

    :ivar measured: gives the value and how to write it; None: not measured yet
    :ivar most: the value that is not to be exceeded; negative: not to be undercut
    :ivar why: tells what stands in the way where it is missed
    """

    what: str
    bar: str
    most: float
    measured: Callable[[Results], tuple[float, str] | None]
    why: Callable[[Results], str] = lambda _: ""

    def holds(self, value: float) -> bool:
        return value <= self.most if self.most > 0 else value >= -self.most


def median(results: Results, *path: str) -> float | None:
    """Give the median at a path of keys; None: it was not measured."""
    at: Any = results
    for key in path:
        if key not in at:
            return None
        at = at[key]
    return float(at["median"])


def paired(own: dict[str, Any], other: dict[str, Any]) -> float:
    """Give the median of the ratios of each round: both were measured within a minute."""
    rounds = zip(own["values"], other["values"], strict=True)
    return float(statistics.median(mine / theirs for mine, theirs in rounds))


def _compared(row: Results, peer: str, key: str) -> tuple[float, float, float] | None:
    if peer not in row or "Gust" not in row:
        return None
    own, other = row["Gust"][key], row[peer][key]
    return paired(own, other), own["median"], other["median"]


def _ratio(case: str, peer: str, key: str, shape: str) -> Callable[[Results], Any]:
    def measured(results: Results) -> tuple[float, str] | None:
        found = _compared(results.get("fan-out", {}).get(case, {}), peer, key)
        return found and (found[0], shape.format(*found))

    return measured


def _value(shape: str, *path: str) -> Callable[[Results], Any]:
    def measured(results: Results) -> tuple[float, str] | None:
        value = median(results, *path)
        return None if value is None else (value, shape.format(value))

    return measured


def _coming_back(results: Results) -> tuple[float, str] | None:
    found = _compared(results.get("coming-back", {}), "bare Tornado handshakes", "seconds")
    if found is None:
        return None
    ratio, own, bare = found
    return ratio, f"{ratio:.2f} × ({1000 * own:.0f} ms against {1000 * bare:.0f} ms)"


def _uploading(results: Results) -> tuple[float, str] | None:
    own = results.get("uploads", {}).get("Gust")
    if own is None:
        return None
    ratio, beside, alone = (own[key]["median"] for key in ("ratio", "beside_p99", "alone_p99"))
    return ratio, f"{ratio:.2f} × ({beside:.1f} against {alone:.1f} ms)"


def _search(results: Results) -> tuple[float, str] | None:
    kinds = results.get("history", {}).get("search", {})
    if not kinds:
        return None
    p95, kind = max((found["p95"]["median"], kind) for kind, found in kinds.items())
    return p95, f"{p95:.1f} ms ({kind})"


def _page(key: str, shape: str, worst: Callable[..., Any]) -> Callable[[Results], Any]:
    """Find the worst of the page's loads: outside and inside, on a phone and a desk."""

    def measured(results: Results) -> tuple[float, str] | None:
        loads = results.get("page", {})
        if not loads:
            return None
        value, where = worst((found[key]["median"], where) for where, found in loads.items())
        return value, f"{shape.format(value)} ({where})"

    return measured


_TURNS = (
    "Messages of one turn of the loop are joined to one write; what comes back from the disk "
    "spread over turns is written more often"
)
_BATCH = (
    "A batch holds at most the 50 that wait, and its transaction shares one core with the "
    "2,500 deliveries it causes; with more in flight the bar holds"
)
_BACK = "Above the handshake there is who they are, the welcome and 50 messages for each"


def _cpu(peer: str) -> Callable[[Results], Any]:
    return _ratio("1000 1", peer, "cpu_per_delivery", "{:.2f} × ({:.1f} against {:.1f} µs)")


def _above_the_kernel(peer: str) -> Callable[[Results], str]:
    def why(results: Results) -> str:
        row = results["fan-out"]["1000 1"]
        own, other = row["Gust"], row[peer]["cpu_per_delivery"]["median"]
        whole = own["cpu_per_delivery"]["median"]
        kernel = whole * own["in_kernel"]["median"]
        floor = row[FLOOR]["cpu_per_delivery"]["median"] if FLOOR in row else kernel
        return (
            f"The kernel's part of it alone, which is nearly all the one `send` for each "
            f"listener, is {kernel:.1f} µs, {kernel / other:.2f} × all that the peer takes, and a "
            f"bare C relay is at {floor / other:.2f} ×. Above it, a delivery pays "
            f"{whole - kernel:.1f} µs for the loop in Python and its part of the post: reading "
            "it, two changes of thread and a transaction with its `fsync`, which no peer does"
        )

    return why


def _always(text: str) -> Callable[[Results], str]:
    return lambda _: text


def _acks(way: str) -> Callable[[Results], Any]:
    return _value("{:,.0f} a second", "posts", way, "Gust", "acks")


def _idle(count: str) -> Callable[[Results], Any]:
    return _value("{:.1f} KiB", "idle", count, "Gust", "kib")


def _start(when: str) -> Callable[[Results], Any]:
    return _value("{:.2f} s", "start", when, "Gust", "seconds")


BARS = [
    Bar(
        "fan-out, 1,000 listeners, one message at a time: CPU per delivery, to npm `ws`",
        "≤ 0.75 ×",
        0.75,
        _cpu(WS),
        _above_the_kernel(WS),
    ),
    Bar(
        "the same, to Tornado's demo pattern",
        "≤ 0.12 ×",
        0.12,
        _cpu(TORNADO),
        _above_the_kernel(TORNADO),
    ),
    Bar(
        "the same, to uWebSockets in C++ (an aim)",
        "≤ 1.3 ×",
        1.3,
        _cpu(UWS),
        _above_the_kernel(UWS),
    ),
    Bar(
        "the same, to a bare C relay (an aim)",
        "≤ 1.3 ×",
        1.3,
        _cpu(FLOOR),
        _above_the_kernel(FLOOR),
    ),
    Bar(
        "20 messages in flight: deliveries a second, to npm `ws`",
        "≥ 10 ×",
        -10,
        _ratio("1000 20", WS, "deliveries", "{:.1f} × ({:,.0f} against {:,.0f} a second)"),
        _always(_TURNS),
    ),
    Bar(
        "durable posts, 50 senders in one room, each waiting for its `ack`",
        "≥ 8,000 a second",
        -8000,
        _acks("together 1"),
        _always(_BATCH),
    ),
    Bar("the same, 20 in flight for each", "≥ 8,000 a second", -8000, _acks("together 20")),
    Bar(
        "20 uploads of 20 MB at once: p99 of 50 messages a second beside them, to without",
        "≤ 2 ×",
        2,
        _uploading,
    ),
    Bar(
        "the same: what the server grows by",
        "< 32 MiB",
        32,
        _value("{:.1f} MiB", "uploads", "Gust", "grown"),
    ),
    Bar("one idle connection, of 2,000", "≤ 14 KiB", 14, _idle("2000")),
    Bar("one idle connection, of 10,000 in one process", "≤ 14 KiB", 14, _idle("10000")),
    Bar(
        "1,000 back at once, each 50 messages behind, to bare Tornado handshakes",
        "≤ 1.5 ×",
        1.5,
        _coming_back,
        _always(_BACK),
    ),
    Bar(
        "a page of history among 1,000,000 messages",
        "p95 ≤ 5 ms",
        5,
        _value("{:.1f} ms", "history", "1000000", "Gust", "p95"),
    ),
    Bar("a search among them, the slowest kind", "p95 ≤ 50 ms", 50, _search),
    Bar("from start to listening, on an empty folder", "≤ 0.8 s", 0.8, _start("first")),
    Bar("from start to listening, any later time", "≤ 0.8 s", 0.8, _start("then")),
    Bar(
        "the page's first load, over the wire",
        "≤ 120 KB",
        120_000,
        _page("bytes", "{:,.0f} bytes", max),
    ),
    Bar("the same, requests", "≤ 25", 25, _page("requests", "{:.0f}", max)),
    Bar("Lighthouse, performance", "≥ 95", -95, _page("performance", "{:.0f}", min)),
    Bar("Lighthouse, accessibility", "100", -100, _page("accessibility", "{:.0f}", min)),
    Bar("Lighthouse, best practices", "100", -100, _page("best-practices", "{:.0f}", min)),
]


def table(results: Results) -> str:
    """Write the table of bars."""
    lines = ["| what | bar | measured | |", "| --- | --- | --- | --- |"]
    for bar in BARS:
        found = bar.measured(results)
        if found is None:
            said, verdict = "not measured: it is not built, or its peer is absent", "–"
        else:
            said, verdict = found[1], "holds" if bar.holds(found[0]) else "**falls short**"
        lines.append(f"| {bar.what} | {bar.bar} | {said} | {verdict} |")
    return "\n".join(lines)


def missed(results: Results) -> list[str]:
    """Say for each bar that is missed by how much, and why."""
    lines = []
    for bar in BARS:
        found = bar.measured(results)
        if found is not None and not bar.holds(found[0]):
            why = f" {said}." if (said := bar.why(results)) else ""
            lines.append(f"- {bar.what}: {found[1]}, where the bar is {bar.bar}.{why}")
    return lines
