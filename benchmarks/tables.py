"""The tables of docs/performance.md, a section for each scenario."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from benchmarks.bars import paired
from benchmarks.plot import Plot

Results = dict[str, Any]
Row = dict[str, Any]
Column = tuple[str, Callable[[Row, Row], str]]


def case_name(scenario: str, case: str) -> str:
    """Give a case's heading."""
    if scenario == "fan-out":
        count, flight = case.split()
        way = "one message at a time" if flight == "1" else f"{flight} in flight"
        return f"{int(count):,} listeners, {way}"
    return f"{int(case):,} {'rooms of 10' if scenario == 'rooms' else 'connections'}"


def sections(results: Results, drawn: dict[str, Plot]) -> list[str]:
    """Write a section for each scenario that was measured."""
    parts: list[str] = []
    for scenario, write in _SECTIONS.items():
        if scenario in results:
            parts += write(results[scenario], drawn)
    return parts


def _figure(key: str, shape: str, scale: float = 1.0) -> Callable[[Row, Row], str]:
    return lambda row, gust: shape.format(scale * row[key]["median"])


def _spread(key: str) -> Callable[[Row, Row], str]:
    return lambda row, gust: f"{row[key]['spread']:.0%}"


def _ratio(key: str) -> Callable[[Row, Row], str]:
    return lambda row, gust: f"{paired(gust[key], row[key]):.2f} ×"


_TALK: list[Column] = [
    ("CPU/delivery", _figure("cpu_per_delivery", "{:.2f} µs")),
    ("±", _spread("cpu_per_delivery")),
    ("in the kernel", _figure("in_kernel", "{:.0%}")),
    ("Gust to it", _ratio("cpu_per_delivery")),
    ("deliveries/s", _figure("deliveries", "{:,.0f}")),
    ("bytes", _figure("bytes", "{:.0f}")),
    ("server", _figure("server_busy", "{:.0%}")),
    ("load", _figure("load_busy", "{:.0%}")),
]
_POSTS: list[Column] = [
    ("acks/s", _figure("acks", "{:,.0f}")),
    ("±", _spread("acks")),
    ("CPU/post", _figure("cpu_per_post", "{:.0f} µs")),
    ("p99", _figure("p99", "{:.1f} ms")),
    ("server", _figure("server_busy", "{:.0%}")),
    ("load", _figure("load_busy", "{:.0%}")),
]
_LATENCY: list[Column] = [
    ("p50", _figure("p50", "{:.2f} ms")),
    ("p99", _figure("p99", "{:.2f} ms")),
    ("max", _figure("max", "{:.1f} ms")),
    ("± of p99", _spread("p99")),
    ("server", _figure("server_busy", "{:.0%}")),
]
_IDLE: list[Column] = [
    ("resident for each", _figure("kib", "{:.1f} KiB")),
    ("±", _spread("kib")),
    ("Gust to it", _ratio("kib")),
    ("all connected in", _figure("connect", "{:.1f} s")),
]
_PAUSES: list[Column] = [
    ("coming", _figure("coming", "{:.1f} ms")),
    ("posting", _figure("talking", "{:.1f} ms")),
    ("all leaving at once", _figure("going", "{:.1f} ms")),
    ("collections", _figure("collections", "{:.0f}")),
    ("everything", _figure("whole", "{:.1f} ms")),
]
_BACK: list[Column] = [
    ("all back in", _figure("seconds", "{:.0f} ms", 1000)),
    ("±", _spread("seconds")),
    ("CPU", _figure("cpu", "{:.0f} ms", 1000)),
    ("load", _figure("load_busy", "{:.0%}")),
]
_STARTS: list[Column] = [("seconds", _figure("seconds", "{:.2f} s")), ("±", _spread("seconds"))]
_LOADS: list[Column] = [
    ("performance", _figure("performance", "{:.0f}")),
    ("accessibility", _figure("accessibility", "{:.0f}")),
    ("best practices", _figure("best-practices", "{:.0f}")),
    ("over the wire", _figure("bytes", "{:.1f} KB", 0.001)),
    ("requests", _figure("requests", "{:.0f}")),
    ("all shown in", _figure("shown", "{:.1f} s", 0.001)),
]
_PAGES: list[Column] = [
    ("p50", _figure("p50", "{:.2f} ms")),
    ("p95", _figure("p95", "{:.2f} ms")),
    ("max", _figure("max", "{:.1f} ms")),
]


_WAYS = {"apart": "each in a room of their own", "together": "all in one room, each told of all"}


def _fan_out(found: Row, drawn: dict[str, Plot]) -> list[str]:
    return ["## Fan-out: one room", _images(drawn, "fan-out"), *_cases("fan-out", found, _TALK)]


def _rooms(found: Row, drawn: dict[str, Plot]) -> list[str]:
    title = "## Many small rooms, all talking"
    return [title, _images(drawn, "rooms"), *_cases("rooms", found, _TALK)]


def _posts(found: Row, drawn: dict[str, Plot]) -> list[str]:
    rows = {}
    for case, row in found.items():
        way, flight = case.split()
        rows[f"{_WAYS[way]}; {flight} in flight for each"] = row["Gust"]
    return ["## Durable posts, 50 senders", _table(rows, _POSTS)]


def _latency(found: Row, drawn: dict[str, Plot]) -> list[str]:
    return [
        "## Latency: 500 listeners, 50 messages a second from 50 of them",
        "From when a post was due to when a listener had it, over all deliveries.",
        _table(found, _LATENCY),
    ]


def _uploads(found: Row, drawn: dict[str, Plot]) -> list[str]:
    own = found["Gust"]
    rows = {
        name: {key: own[f"{when}_{key}"] for key in ("p50", "p99", "max")}
        for name, when in (("alone", "alone"), ("while 20 files of 20 MB come", "beside"))
    }
    return [
        "## Uploads beside the talk: 50 people, 50 messages a second",
        "Both in one life of the server, the uploads under way from before the first message to "
        "behind the last. They share one pace (`--upload-pace`), so that they can't take the loop "
        f"and the disk from those who talk. The server grew by {own['grown']['median']:.1f} MiB.",
        _table(rows, _LATENCY[:4]),
    ]


def _idle(found: Row, drawn: dict[str, Plot]) -> list[str]:
    return ["## Idle connections", *_cases("idle", found, _IDLE)]


def _pauses(found: Row, drawn: dict[str, Plot]) -> list[str]:
    rows = {f"{int(count):,} connections": row["Gust"] for count, row in found.items()}
    return [
        "## Pauses of the garbage collector",
        "While it collects, nothing else runs. The longest pause while so many people come, while "
        "they are there and 50 others post, and when all of them leave; and one that is forced "
        "over everything, which Gust itself does only with fewer than 1,000 connected.",
        _table(rows, _PAUSES),
    ]


def _coming_back(found: Row, drawn: dict[str, Plot]) -> list[str]:
    return [
        "## 1,000 clients coming back at once",
        "Gust's clients have a session and are 50 messages behind; the bare ones get nothing.",
        _table(found, _BACK),
    ]


def _history(found: Row, drawn: dict[str, Plot]) -> list[str]:
    pages = {f"{int(n):,} messages": row["Gust"] for n, row in found.items() if n != "search"}
    parts = [
        "## A page of history",
        "50 messages at random places, as an HTTP client on loopback sees it.",
        _images(drawn, "history"),
        _table(pages, _PAGES, "in the room"),
    ]
    if "search" in found:
        return [*parts, "## Search among them", _table(found["search"], _PAGES, "for")]
    return [*parts, "Search is not built yet; it is measured here as soon as it answers."]


def _start(found: Row, drawn: dict[str, Plot]) -> list[str]:
    rows = {"on an empty folder": found["first"]["Gust"], "any later time": found["then"]["Gust"]}
    return ["## From start to listening", _table(rows, _STARTS)]


def _page(found: Row, drawn: dict[str, Plot]) -> list[str]:
    return [
        "## The page's first load",
        "By Lighthouse, in Chromium on the same machine; it slows its network and processor down "
        "to those of a phone, or a desk. Outside is the way in, inside the lobby.",
        _table(found, _LOADS),
    ]


_SECTIONS: dict[str, Callable[[Row, dict[str, Plot]], list[str]]] = {
    "fan-out": _fan_out,
    "rooms": _rooms,
    "posts": _posts,
    "latency": _latency,
    "uploads": _uploads,
    "idle": _idle,
    "pauses": _pauses,
    "coming-back": _coming_back,
    "history": _history,
    "start": _start,
    "page": _page,
}


def _cases(scenario: str, found: Row, columns: list[Column]) -> list[str]:
    parts = []
    for case, row in found.items():
        parts += [f"### {case_name(scenario, case)}", _table(row, columns)]
    return parts


def _table(row: Row, columns: list[Column], first: str = "") -> str:
    names = [name for name, _ in columns]
    lines = [f"| {first} | " + " | ".join(names) + " |", "|" + " --- |" * (len(names) + 1)]
    own = row.get("Gust", {})
    for name, figures in row.items():
        shown = f"**{name}**" if name == "Gust" else name
        lines.append(f"| {shown} | " + " | ".join(give(figures, own) for _, give in columns) + " |")
    return "\n".join(lines)


def _images(drawn: dict[str, Plot], prefix: str) -> str:
    return "\n".join(
        f"![{plot.title}](performance/{name}.svg)"
        for name, plot in drawn.items()
        if name.startswith(prefix)
    )
