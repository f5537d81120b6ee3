"""The scenarios over the socket: fan-out, rooms, posts, latency, idling, coming back."""

from __future__ import annotations

import http.client
import itertools
import json
import time
from functools import partial
from typing import Any

from benchmarks import machine
from benchmarks.bench import Bench, Maker, Measured, foreign, talked
from benchmarks.peers import TornadoDemo
from benchmarks.servers import Gust, Server

TEXT = 60  # characters in a message
PEERS_TEXT = 230  # the same for peers, so that their frames are as long as Gust's
SENDERS = 50
_numbers = itertools.count()
ONE_ROOM = "/chatsocket?name={user}&resume={room}:0"


def gust(bench: Bench) -> Maker:
    return lambda: Gust(bench.cache)


def everybody(bench: Bench) -> list[Maker]:
    return [gust(bench), *bench.peers]


def talk(bench: Bench, server: Server, **options: Any) -> Measured:
    """Have the load talk to a server; give figures."""
    given = {
        "size": TEXT if isinstance(server, Gust) else PEERS_TEXT,
        "warm": 1.5,  # as long as news of who has come are still told
        "seconds": bench.window,
    }
    return talked(bench.load.run(server, **given | options))


def fan_out(bench: Bench) -> dict[str, Any]:
    """One room: 200 to 5,000 listeners; one message at a time, and 20 in flight."""
    sizes = [200, 1000] if bench.quick else [200, 1000, 5000]

    def measure(server: Server, count: int, flight: int) -> Measured:
        return talk(bench, server, conns=count, flight=flight)

    return {
        f"{count} {flight}": bench.rounds(
            everybody(bench), partial(measure, count=count, flight=flight)
        )
        for count in sizes
        for flight in (1, 20)
    }


def rooms(bench: Bench) -> dict[str, Any]:
    """Many rooms of 10, one message on its way in each, the members taking turns."""

    def measure(server: Server, count: int) -> Measured:
        options: dict[str, Any] = {"rooms": count, "conns": 10 * count, "senders": 10}
        if isinstance(server, Gust):
            options |= {"first_room": make_rooms(server, count), "path": ONE_ROOM}
        return talk(bench, server, **options)

    counts = [50] if bench.quick else [50, 500]
    return {
        str(count): bench.rounds(everybody(bench), partial(measure, count=count))
        for count in counts
    }


def posts(bench: Bench) -> dict[str, Any]:
    """Durable posts by 50 senders: apart, and all in one room; 1 and 20 in flight for each."""

    def apart(server: Server, flight: int) -> Measured:
        first = make_rooms(server, SENDERS)
        options = {"rooms": SENDERS, "first_room": first, "path": ONE_ROOM}
        return talk(bench, server, conns=SENDERS, wait="ack", flight=flight, **options)

    def together(server: Server, flight: int) -> Measured:
        return talk(bench, server, conns=SENDERS, senders=SENDERS, wait="ack", flight=flight)

    ways = {"apart": apart, "together": together}
    return {
        f"{way} {flight}": bench.rounds([gust(bench)], partial(measure, flight=flight))
        for way, measure in ways.items()
        for flight in (1, 20)
    }


def latency(bench: Bench) -> dict[str, Any]:
    """500 listeners, 50 messages a second from 50 of them: when does each have each?"""
    seconds = 4.0 if bench.quick else 10.0
    return bench.rounds(
        everybody(bench),
        lambda server: talk(bench, server, conns=500, senders=SENDERS, rate=50, seconds=seconds),
    )


def idle(bench: Bench) -> dict[str, Any]:
    """Resident memory for each connection that says nothing."""

    def measure(server: Server, count: int) -> Measured:
        with bench.load.hold(server, conns=100):
            pass  # what the first connections load is not the price of one more
        time.sleep(0.5)
        before = machine.resident(server.pid)
        with bench.load.hold(server, conns=count) as held:
            time.sleep(2.0)
            grown = machine.resident(server.pid) - before
            return {"kib": grown / 1024 / count, "connect": held["seconds"], "ready": held["ready"]}

    counts = [2000] if bench.quick else [2000, 10_000]
    return {
        str(count): bench.rounds(everybody(bench), partial(measure, count=count))
        for count in counts
    }


def coming_back(bench: Bench) -> dict[str, Any]:
    """1,000 clients with a session at once, each 50 messages behind; and bare handshakes."""
    everyone = 1001  # the first one stays, and says what the others miss

    def measure(server: Server) -> Measured:
        options: dict[str, Any] = {"mode": "return", "path": "/bare", "back": "/bare"}
        if isinstance(server, Gust):
            cookies = server.data / "cookies"
            cookies.write_text("\n".join(sessions(server, everyone)))
            options |= {
                "path": "/chatsocket",
                "back": "/chatsocket?resume=1:{since}&epoch={epoch}",
                "cookies": cookies,
                "missed": 50,
            }
        raw = bench.load.run(server, conns=everyone, size=TEXT, **options)
        if raw["ready"] != everyone - 1:
            raise RuntimeError(f"not all came back: {raw}")
        return {
            "seconds": raw["seconds"],
            "cpu": raw["server_cpu"],
            "load_busy": raw["load_cpu"] / raw["seconds"],
            "foreign": foreign(raw),
        }

    return bench.rounds([gust(bench), lambda: Bare(bench)], measure, more=4)


class Bare(TornadoDemo):
    name = "bare Tornado handshakes"

    def __init__(self, bench: Bench) -> None:
        super().__init__(bench.cache)


# ---------------------------------------------------------------- over HTTP


def make_rooms(server: Server, count: int) -> int:
    """Make rooms; give the id of the first one: the others follow it."""
    cookie = sessions(server, 1)[0]
    ids = []
    api = http.client.HTTPConnection("127.0.0.1", server.port, timeout=30)
    for number in range(count):
        headers = {"Content-Type": "application/json", "Cookie": f"gust={cookie}"}
        api.request("POST", "/api/rooms", json.dumps({"name": f"room {number}"}), headers)
        answer = api.getresponse()
        if answer.status != 201:
            raise RuntimeError(f"no room could be made: {answer.status} {answer.read()[:200]!r}")
        ids.append(json.load(answer)["id"])
    api.close()
    assert ids == list(range(ids[0], ids[0] + count))
    return int(ids[0])


def sessions(server: Server, count: int) -> list[str]:
    """Sign so many guests in; give their tokens."""
    api = http.client.HTTPConnection("127.0.0.1", server.port, timeout=30)
    tokens = []
    for _ in range(count):
        headers = {"Content-Type": "application/json"}
        name = f"guest {next(_numbers)}"  # a name is one person's while they are here
        api.request("POST", "/api/session", json.dumps({"name": name}), headers)
        answer = api.getresponse()
        answer.read()
        if answer.status >= 300:
            raise RuntimeError(f"{name} could not sign in: {answer.status}")
        tokens.append((answer.headers["Set-Cookie"] or "").partition("gust=")[2].partition(";")[0])
    api.close()
    return tokens
