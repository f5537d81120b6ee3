"""A run: servers in turn, several rounds, and what came out of them kept as JSON.

The rounds go over all servers before the next one begins, so that a slow minute of
the machine hits all of them. A measurement during which others used more than a
little of the machine is repeated; where it stays so, the table says it.
"""

from __future__ import annotations

import json
import statistics
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from benchmarks import machine
from benchmarks.load import Load
from benchmarks.servers import Server

FOREIGN = 0.06  # of the machine's time used by others: more is a disturbed measurement
ATTEMPTS = 4
PATIENCE = 60.0  # seconds to wait for others to be done

Measured = dict[str, float]
Maker = Callable[[], Server]


@dataclass
class Bench:
    """What scenarios share.

    :ivar runs: rounds over all servers
    :ivar quick: smaller and shorter, whoever else is busy, for a first look
    :ivar peers: what makes each peer
    :ivar kept_disturbed: measurements that were kept although others were busy
    """

    cache: Path
    load: Load
    runs: int = 3
    quick: bool = False
    peers: list[Maker] = field(default_factory=list)
    kept_disturbed: int = 0

    @property
    def window(self) -> float:
        """Seconds that are measured, after a warm-up."""
        return 1.0 if self.quick else 2.0

    def rounds(
        self, makers: list[Maker], measure: Callable[[Server], Measured], more: int = 0
    ) -> dict[str, dict[str, Any]]:
        """Measure every server ``runs`` times; give the medians by server.

        :param more: further rounds, where one is short and noisy
        """
        found: dict[str, list[Measured]] = {}
        for number in range(self.runs + more):
            for make in makers:
                name, measured = self._undisturbed(make, measure)
                found.setdefault(name, []).append(measured)
                brief = {key: round(value, 3) for key, value in measured.items()}
                say(f"  {number + 1}/{self.runs + more} {name}: {brief}")
        return {name: summary(runs) for name, runs in found.items()}

    def _undisturbed(
        self, make: Maker, measure: Callable[[Server], Measured]
    ) -> tuple[str, Measured]:
        best: tuple[float, str, Measured] | None = None
        for _ in range(1 if self.quick else ATTEMPTS):
            if not self.quick:
                wait_for_quiet()
            with make() as server:
                measured = measure(server)
                foreign = measured.pop("foreign", 0.0)
                if best is None or foreign < best[0]:
                    best = foreign, server.name, measured
            if best[0] <= FOREIGN:
                return best[1:]
        assert best is not None
        self.kept_disturbed += 1
        say(f"  others used {best[0]:.0%} of the machine during the best attempt at {best[1]}")
        return best[1:]


def wait_for_quiet() -> None:
    """Wait until nobody else uses the machine, but not for ever."""
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        before, begun = machine.busy_seconds(), time.monotonic()
        time.sleep(0.5)
        busy = machine.busy_seconds() - before
        if busy / (time.monotonic() - begun) / len(machine.CORES) <= FOREIGN:
            return


def talked(raw: dict[str, Any]) -> Measured:
    """Turn what the load counted into figures.

    :raises RuntimeError: something was lost, out of order, or a connection dropped
    """
    if raw["lost"] or raw["disorder"] or raw["closed"]:
        raise RuntimeError(f"not every message arrived once and in order: {raw}")
    seconds, deliveries = raw["seconds"], max(raw["deliveries"], 1)
    return {
        "cpu_per_delivery": 1e6 * raw["server_cpu"] / deliveries,
        "in_kernel": raw["kernel_cpu"] / max(raw["server_cpu"], 0.01),
        "cpu_per_post": 1e6 * raw["server_cpu"] / max(raw["acks"], 1),
        "deliveries": raw["deliveries"] / seconds,
        "acks": raw["acks"] / seconds,
        "bytes": raw["bytes"] / deliveries,
        "server_busy": raw["server_cpu"] / seconds,
        "load_busy": raw["load_cpu"] / seconds,
        "p50": raw["p50"],
        "p99": raw["p99"],
        "max": raw["max"],
        "foreign": foreign(raw),
    }


def foreign(raw: dict[str, Any]) -> float:
    """Tell which share of the machine others used meanwhile."""
    return max(0.0, float(raw["other_cpu"])) / float(raw["seconds"]) / len(machine.CORES)


def summary(runs: list[Measured]) -> dict[str, Any]:
    """Give the median of each figure, and how far the runs lay apart."""
    result: dict[str, Any] = {}
    for key in runs[0]:
        values = [run[key] for run in runs]
        middle = statistics.median(values)
        spread = (max(values) - min(values)) / middle if middle else 0.0
        result[key] = {"median": middle, "spread": spread, "values": values}
    return result


class Results:
    """What was measured so far, by scenario: kept, so that a part can be run again."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self.all: dict[str, Any] = json.loads(path.read_text()) if path.exists() else {}

    def keep(self, scenario: str, result: Any) -> None:
        self.all[scenario] = result
        self._path.write_text(json.dumps(self.all, indent=1))


def say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)
