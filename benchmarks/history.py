"""What grows with the years: a page of history (and a search) among a million messages."""

from __future__ import annotations

import http.client
import json
import os
import random
import statistics
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from benchmarks import machine
from benchmarks.bench import Bench, Measured, say, summary
from benchmarks.scenarios import ONE_ROOM, SENDERS, TEXT, make_rooms, sessions
from benchmarks.servers import GUST_POST, Gust, Server

LOBBY = 1
ASKED = 300  # pages in one run
SEARCHED = 60  # searches of each kind in one run

Query = dict[str, str | int]

# What is searched for: each message begins with “@” and its number in eight hexadecimal
# digits, as the load writes it, and goes on with “gust gust”.
QUERIES: dict[str, Callable[[random.Random], Query]] = {
    "one message by its number": lambda r: {"q": f"@{r.randrange(50_000):08x}"},
    "a word that is in all": lambda r: {"q": "gust"},
    "that, before a random message": lambda r: {"q": "gust", "before": r.randrange(100, 9_000)},
    "that, in one room": lambda r: {"q": "gust", "room": LOBBY},
    "two words, one of them rare": lambda r: {"q": f"gust @{r.randrange(50_000):08x}"},
    "two characters": lambda r: {"q": f"{r.randrange(256):02x}"},
    "what is nowhere": lambda r: {"q": f"zebra{r.randrange(10_000)}"},
}


def history(bench: Bench) -> dict[str, Any]:
    """Pages at random places in the lobby, while it grows to a million messages."""
    sizes = [1_000, 10_000] if bench.quick else [1_000, 10_000, 100_000, 1_000_000]
    found: dict[str, Any] = {}
    # The rounds come within one life of the server: to fill it thrice would take long.
    with Gust(bench.cache) as server:
        asker = Asker(server)
        first = make_rooms(server, SENDERS)
        for size in sizes:
            fill(bench, server, asker, first, size)
            rounds = [asker.pages(size) for _ in range(bench.runs)]
            found[str(size)] = {"Gust": summary(rounds)}
            say(f"  {size:,} messages: {rounds}")
        if asker.can_search():
            found["search"] = {
                kind: summary([asker.searches(query) for _ in range(bench.runs)])
                for kind, query in QUERIES.items()
            }
            say(f"  searches: {found['search']}")
    return found


def fill(bench: Bench, server: Server, asker: Asker, first_room: int, size: int) -> None:
    """Post to the lobby until it has had so many messages.

    The senders listen to rooms of their own, so that nothing but posting takes time.
    """
    rate = 5_000.0
    while (missing := size - asker.lobby()) > 0:
        seconds = min(10.0, missing / rate)
        raw = bench.load.run(
            server,
            rooms=SENDERS,
            conns=SENDERS,
            first_room=first_room,
            path=ONE_ROOM,
            post=GUST_POST.replace("{room}", str(LOBBY)),
            wait="ack",
            flight=1 if missing < 10_000 else 20,
            size=TEXT,
            warm=0,
            seconds=round(seconds, 3),
        )
        rate = max(1_000.0, raw["acks"] / raw["seconds"])


class Asker:
    """A client over HTTP that stays connected, on the load's core."""

    def __init__(self, server: Server) -> None:
        self._api = http.client.HTTPConnection("127.0.0.1", server.port, timeout=60)
        self._cookie = sessions(server, 1)[0]
        self._random = random.Random(20)
        os.sched_setaffinity(0, machine.LOAD_CORES)

    def lobby(self) -> int:
        """Tell the number of the lobby's last change."""
        rooms = json.loads(self._get("/api/rooms")[1])["rooms"]
        return int(next(room["seq"] for room in rooms if room["id"] == LOBBY))

    def pages(self, size: int) -> Measured:
        """Ask for pages at random places; times in ms."""
        took = []
        for _ in range(ASKED):
            place = self._random.randint(min(60, size), size)
            begun = time.perf_counter()
            status, body = self._get(f"/api/rooms/{LOBBY}/messages?before={place}&limit=50")
            took.append(1000 * (time.perf_counter() - begun))
            if status != 200 or body.count(b'"msgId"') != 50:
                raise RuntimeError(f"not a page of 50 messages: {status} {body[:200]!r}")
        return _spread(took)

    def can_search(self) -> bool:
        return self._get("/api/search?q=gust")[0] == 200

    def searches(self, query: Callable[[random.Random], Query]) -> Measured:
        """Search for something else each time; times in ms."""
        took = []
        for _ in range(SEARCHED):
            path = f"/api/search?{urlencode(query(self._random))}"
            begun = time.perf_counter()
            status, body = self._get(path)
            took.append(1000 * (time.perf_counter() - begun))
            if status != 200:
                raise RuntimeError(f"{path} was answered with {status} {body[:200]!r}")
        return _spread(took)

    def _get(self, path: str) -> tuple[int, bytes]:
        self._api.request("GET", path, headers={"Cookie": f"gust={self._cookie}"})
        answer = self._api.getresponse()
        return answer.status, answer.read()


def _spread(took: list[float]) -> Measured:
    cut = statistics.quantiles(took, n=100)
    return {"p50": cut[49], "p95": cut[94], "max": max(took)}


def start(bench: Bench) -> dict[str, Any]:
    """From the command to listening: on an empty folder, and the next time."""
    first, next_time = [], []
    for number in range(max(bench.runs, 3)):
        folder = Path(bench.cache) / f"start-{number}"
        with Gust(folder, keep=True) as server:
            first.append({"seconds": server.started_in})
        for _ in range(2):
            with Gust(folder, keep=True) as server:
                next_time.append({"seconds": server.started_in})
        server.remove()
    say(f"  first {first}, then {next_time}")
    return {"first": {"Gust": summary(first)}, "then": {"Gust": summary(next_time)}}
