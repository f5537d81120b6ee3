"""How long the garbage collector stops everything, with thousands connected."""

from __future__ import annotations

import json
import os
import signal
import time
from pathlib import Path
from typing import Any

from benchmarks.bench import Bench, Measured
from benchmarks.scenarios import ONE_ROOM, SENDERS, make_rooms, talk
from benchmarks.servers import Gust, Server
from benchmarks.watched import FORCED

GONE = 8.0  # seconds until all who left are counted out
WATCHED = Path(__file__).with_name("watched.py")


class Watched(Gust):
    """Gust with a clock on its garbage collector."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self._said_by_watch = self.data / "collections"
        self._command[1:2] = [str(WATCHED), str(self._said_by_watch)]

    def collect(self) -> None:
        """Have everything collected now."""
        os.kill(self.pid, signal.SIGUSR1)
        time.sleep(1.0)

    def pauses(self, *, forced: bool) -> list[float]:
        """Tell how long each collection took, in ms."""
        lines = map(json.loads, self._said_by_watch.read_text().splitlines())
        return [line["ms"] for line in lines if (line["generation"] == FORCED) == forced]


def pauses(bench: Bench) -> dict[str, Any]:
    """10,000 connections come, 50 people post, all leave at once: the collector's longest stop."""

    def measure(server: Server, count: int) -> Measured:
        assert isinstance(server, Watched)
        first = make_rooms(server, SENDERS)
        started = len(server.pauses(forced=False))
        with bench.load.hold(server, conns=count):
            coming = server.pauses(forced=False)[started:]
            options = {"rooms": SENDERS, "first_room": first, "path": ONE_ROOM, "wait": "ack"}
            talked = talk(bench, server, conns=SENDERS, **options)
            later = server.pauses(forced=False)[started + len(coming) :]
            server.collect()
            whole = server.pauses(forced=True)
            staying = len(server.pauses(forced=False))
        time.sleep(GONE)
        going = server.pauses(forced=False)[staying:]
        return {
            "coming": max(coming, default=0.0),
            "talking": max(later, default=0.0),
            "going": max(going, default=0.0),
            "collections": float(len(coming) + len(later)),
            "whole": max(whole),
            "foreign": talked["foreign"],
        }

    counts = [2000] if bench.quick else [10_000]
    return {
        str(count): bench.rounds(
            [lambda: Watched(bench.cache)], lambda server, count=count: measure(server, count)
        )
        for count in counts
    }
