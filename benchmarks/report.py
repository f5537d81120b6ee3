"""docs/performance.md and its plots, from what was measured."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from benchmarks import bars
from benchmarks.bars import median
from benchmarks.plot import Plot

Results = dict[str, Any]
Row = dict[str, Any]

table_of_bars = bars.table


def write(results: Results, docs: Path) -> None:
    """Write everything anew."""
    (docs / "performance").mkdir(parents=True, exist_ok=True)
    drawn = {name: plot for name, plot in _plots(results).items() if plot.lines}
    for name, plot in drawn.items():
        (docs / "performance" / f"{name}.svg").write_text(plot.svg(), "utf-8")
    parts = [_head(results), _reading(results), *_sections(results, drawn)]
    (docs / "performance.md").write_text("\n\n".join(p for p in parts if p) + "\n", "utf-8")


def _head(results: Results) -> str:
    about = results.get("about", {})
    versions = ", ".join(f"{name} {version}" for name, version in about.get("versions", {}).items())
    absent = "; ".join(f"{name} ({why})" for name, why in about.get("absent", {}).items()) or "none"
    disturbed = about.get("kept_disturbed", 0)
    return f"""# Performance

Written by `make bench` (`python -m benchmarks`); change the code or the scenarios, not this page.

## The bars

{bars.table(results)}

The page's own bar (its weight, its Lighthouse marks) is held by the browser tests, not here.

## How it is measured

- The machine: {about.get("machine", "unknown")}. The server is pinned to one core, the load to the other. Data lies on {about.get("file_system", "?")}; an append of 4 KiB with `fsync` takes {about.get("sync", 0):.2f} ms there. {versions}.
- Gust is run as it is: `chat.py` with a fresh folder, accounts, rooms, and every message on disk (`synchronous=FULL`) before anybody sees it. Off are only the limit of messages for each person, as one load stands for a thousand people, and the pings.
- The peers are relays in the fewest honest lines (`benchmarks/peers`): they store nothing and check nothing, and their frames are as long as Gust's (the tables say how long). Nothing is compressed. uWebSockets is the C++ library as `socketify` brings it: Python is asked once for each message, the deliveries are native. The bare C relay is ours: `epoll`, one `send` for each listener, the frame encoded once; no relay that writes to each socket does less, so it is called the floor. Absent here: {absent}.
- The load is a C program (`benchmarks/load`) that speaks real WebSocket over loopback, checks that every message arrives once and in order, and counts. It is not the bottleneck: where the server's core is full (“server”), the load's (“load”) has time left; both are in the tables. Against the bare C relay it nearly is: there, look at the CPU per delivery, which does not depend on it.
- Processor time is the operating system's (`/proc/<pid>/stat`, all threads, the system calls included) around the measured window, after a warm-up.
- Medians of {about.get("runs", "?")} rounds over all servers in turn; “±” is how far the rounds lay apart, (highest − lowest) / median. A measurement is repeated when others used over 6 % of the machine meanwhile; {disturbed or "none"} of those kept {"was" if disturbed == 1 else "were"} disturbed all the same. Absolute times hold for this machine and this hour, ratios hold better."""


def _reading(results: Results) -> str:
    missed = bars.missed(results)
    behind = _behind(results)
    lines = ["## The honest reading", ""]
    lines += ["Bars that are missed:", "", *missed] if missed else ["No bar is missed."]
    if behind:
        lines += ["", "Where a peer does better than Gust:", "", *behind]
    lines += [
        "",
        "What that means: Gust's price above a relay is the post (parsed, checked, rendered, "
        "stored and synced: once for each message), not the delivery. In large rooms it vanishes, in "
        "small ones it is most of the cost: a room of ten shares one transaction among ten "
        "deliveries. Where many post at once, transactions are shared and the price falls.",
    ]
    return "\n".join(lines)


_COMPARED: list[tuple[str, str, str, float]] = [
    ("cpu_per_delivery", "{:.1f} µs a delivery", "CPU", 1),
    ("deliveries", "{:,.0f} deliveries a second", "throughput", -1),
    ("p99", "{:.1f} ms", "p99 latency", 1),
    ("kib", "{:.1f} KiB", "idle memory", 1),
]


def _behind(results: Results) -> list[str]:
    lines = []
    for scenario, keys in (("fan-out", (0,)), ("rooms", (0, 1)), ("idle", (3,))):
        for case, row in results.get(scenario, {}).items():
            lines += _losses(f"{scenario}, {_case(scenario, case)}", row, keys)
    return lines + _losses("latency", results.get("latency", {}), (2,))


def _losses(where: str, row: Row, keys: tuple[int, ...]) -> list[str]:
    lines = []
    for key, shape, name, sign in (_COMPARED[k] for k in keys):
        own = median(row, "Gust", key)
        better = [
            f"{peer} {shape.format(value)}"
            for peer in row
            if peer not in ("Gust", bars.FLOOR)
            and own is not None
            and (value := median(row, peer, key)) is not None
            and sign * value < sign * own
        ]
        if better and own is not None:
            lines.append(f"- {where}, {name}: Gust {shape.format(own)}; {', '.join(better)}.")
    return lines


def _case(scenario: str, case: str) -> str:
    if scenario == "fan-out":
        count, flight = case.split()
        return f"{int(count):,} listeners, {'one message at a time' if flight == '1' else flight + ' in flight'}"
    return f"{int(case):,} {'rooms of 10' if scenario == 'rooms' else 'connections'}"


# ---------------------------------------------------------------- tables and plots

Column = tuple[str, Callable[[Row, Row], str]]


def _figure(key: str, shape: str, scale: float = 1.0) -> Callable[[Row, Row], str]:
    return lambda row, gust: shape.format(scale * row[key]["median"])


_TALK: list[Column] = [
    ("CPU/delivery", _figure("cpu_per_delivery", "{:.2f} µs")),
    ("±", lambda row, gust: f"{row['cpu_per_delivery']['spread']:.0%}"),
    ("in the kernel", _figure("in_kernel", "{:.0%}")),
    ("Gust to it", lambda row, gust: f"{gust['cpu_per_delivery']['median'] / row['cpu_per_delivery']['median']:.2f} ×"),
    ("deliveries/s", _figure("deliveries", "{:,.0f}")),
    ("bytes", _figure("bytes", "{:.0f}")),
    ("server", _figure("server_busy", "{:.0%}")),
    ("load", _figure("load_busy", "{:.0%}")),
]
_POSTS: list[Column] = [
    ("acks/s", _figure("acks", "{:,.0f}")),
    ("±", lambda row, gust: f"{row['acks']['spread']:.0%}"),
    ("CPU/post", _figure("cpu_per_post", "{:.0f} µs")),
    ("p99", _figure("p99", "{:.1f} ms")),
    ("server", _figure("server_busy", "{:.0%}")),
    ("load", _figure("load_busy", "{:.0%}")),
]
_LATENCY: list[Column] = [
    ("p50", _figure("p50", "{:.2f} ms")),
    ("p99", _figure("p99", "{:.2f} ms")),
    ("max", _figure("max", "{:.1f} ms")),
    ("± of p99", lambda row, gust: f"{row['p99']['spread']:.0%}"),
    ("server", _figure("server_busy", "{:.0%}")),
]
_IDLE: list[Column] = [
    ("resident for each", _figure("kib", "{:.1f} KiB")),
    ("±", lambda row, gust: f"{row['kib']['spread']:.0%}"),
    ("Gust to it", lambda row, gust: f"{gust['kib']['median'] / row['kib']['median']:.2f} ×"),
    ("all connected in", _figure("connect", "{:.1f} s")),
]
_BACK: list[Column] = [
    ("all back in", _figure("seconds", "{:.0f} ms", 1000)),
    ("±", lambda row, gust: f"{row['seconds']['spread']:.0%}"),
    ("CPU", _figure("cpu", "{:.0f} ms", 1000)),
    ("load", _figure("load_busy", "{:.0%}")),
]
_PAGES: list[Column] = [
    ("p50", _figure("p50", "{:.2f} ms")),
    ("p95", _figure("p95", "{:.2f} ms")),
    ("max", _figure("max", "{:.1f} ms")),
]


def _table(row: Row, columns: list[Column], first: str = "") -> str:
    names = [name for name, _ in columns]
    lines = [f"| {first} | " + " | ".join(names) + " |", "|" + " --- |" * (len(names) + 1)]
    own = row.get("Gust", {})
    for name, figures in row.items():
        shown = f"**{name}**" if name == "Gust" else name
        lines.append(f"| {shown} | " + " | ".join(give(figures, own) for _, give in columns) + " |")
    return "\n".join(lines)


_WAYS = {"apart": "each in a room of their own", "together": "all in one room, each told of all"}


def _sections(results: Results, drawn: dict[str, Plot]) -> list[str]:
    parts: list[str] = []
    for scenario, title in (("fan-out", "Fan-out: one room"), ("rooms", "Many small rooms, all talking")):
        if scenario in results:
            parts += [f"## {title}", _images(drawn, scenario)]
        for case, row in results.get(scenario, {}).items():
            parts += [f"### {_case(scenario, case)}".replace("### ", "### ", 1), _table(row, _TALK)]
    if "posts" in results:
        parts.append("## Durable posts, 50 senders")
        rows = {
            f"{_WAYS[way]}; {flight} in flight for each": row["Gust"]
            for (way, flight), row in ((case.split(), row) for case, row in results["posts"].items())
        }
        parts.append(_table(rows, _POSTS))
    if "latency" in results:
        parts.append("## Latency: 500 listeners, 50 messages a second from 50 of them")
        parts.append("From when a post was due to when a listener had it, over all deliveries.")
        parts.append(_table(results["latency"], _LATENCY))
    if "idle" in results:
        parts.append("## Idle connections")
        for case, row in results["idle"].items():
            parts += [f"### {_case('idle', case)}", _table(row, _IDLE)]
    if "coming-back" in results:
        parts.append("## 1,000 clients coming back at once")
        parts.append("Gust's clients have a session and are 50 messages behind; the bare handshakes get nothing.")
        parts.append(_table(results["coming-back"], _BACK))
    if "history" in results:
        pages = {f"{int(n):,} messages": row["Gust"] for n, row in results["history"].items() if n != "search"}
        parts += ["## A page of history", "50 messages at random places, as an HTTP client on loopback sees it."]
        parts += [_images(drawn, "history"), _table(pages, _PAGES, "in the room")]
        if "search" in results["history"]:
            parts += ["## Search among them", _table(results["history"]["search"], _PAGES)]
        else:
            parts.append("Search is not built yet; it will be measured here as soon as it answers.")
    return parts


def _images(drawn: dict[str, Plot], prefix: str) -> str:
    return "\n".join(
        f"![{plot.title}](performance/{name}.svg)" for name, plot in drawn.items() if name.startswith(prefix)
    )


def _plots(results: Results) -> dict[str, Plot]:
    listeners = "listeners in one room"
    one = Plot("Server CPU for a delivery, one message at a time", listeners, "µs")
    many = Plot("Deliveries a second, 20 messages in flight", listeners, "a second")
    rooms = Plot("Server CPU for a delivery, all rooms talking", "rooms of 10", "µs")
    pages = Plot("A page of history", "messages in the room", "ms")
    for case, row in results.get("fan-out", {}).items():
        count, flight = case.split()
        plot, key = (one, "cpu_per_delivery") if flight == "1" else (many, "deliveries")
        _add(plot, float(count), row, key)
    for case, row in results.get("rooms", {}).items():
        _add(rooms, float(case), row, "cpu_per_delivery")
    for case, row in results.get("history", {}).items():
        if case != "search":
            for key in ("p50", "p95"):
                pages.lines.setdefault(key, []).append((float(case), row["Gust"][key]["median"]))  # type: ignore[attr-defined]
    return {"fan-out-cpu": one, "fan-out-throughput": many, "rooms": rooms, "history": pages}


def _add(plot: Plot, x: float, row: Row, key: str) -> None:
    for name, figures in row.items():
        plot.lines.setdefault(name.partition(":")[0], []).append((x, figures[key]["median"]))  # type: ignore[attr-defined]
