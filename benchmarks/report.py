"""docs/performance.md and its plots, from what was measured."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from benchmarks import bars
from benchmarks.bars import median
from benchmarks.plot import Plot
from benchmarks.tables import case_name, sections

Results = dict[str, Any]
Row = dict[str, Any]

TEMPLATE = Path(__file__).with_name("page.md")


def write(results: Results, docs: Path) -> None:
    """Write everything anew."""
    (docs / "performance").mkdir(parents=True, exist_ok=True)
    drawn = {name: plot for name, plot in _plots(results).items() if plot.lines}
    for name, plot in drawn.items():
        (docs / "performance" / f"{name}.svg").write_text(plot.svg(), "utf-8")
    about = results.get("about", {})
    versions = (f"{name} {version}" for name, version in about.get("versions", {}).items())
    absent = (f"{name} ({why})" for name, why in about.get("absent", {}).items())
    page = TEMPLATE.read_text("utf-8").format(
        bars=bars.table(results),
        reading=_reading(results),
        machine=about.get("machine", "unknown"),
        file_system=about.get("file_system", "an unknown file system"),
        sync=f"{about.get('sync', 0):.2f}",
        versions=", ".join(versions),
        absent="; ".join(absent) or "none",
        runs=about.get("runs", "?"),
        disturbed=sum(results.get("disturbed", {}).values()),
        scenarios="\n\n".join(part for part in sections(results, drawn) if part),
    )
    (docs / "performance.md").write_text(page, "utf-8")


def _reading(results: Results) -> str:
    missed, behind = bars.missed(results), _behind(results)
    lines = ["Bars that are missed:", "", *missed] if missed else ["No bar is missed."]
    if behind:
        lines += ["", "Where a peer does better than Gust:", "", *behind]
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
            lines += _losses(f"{scenario}, {case_name(scenario, case)}", row, keys)
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
