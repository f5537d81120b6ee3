"""People whose network is gone: nobody hears it, and they are found out all the same."""

from __future__ import annotations

import asyncio
import os
import time
import urllib.request

from tests.faults.crowd import Crowd
from tests.faults.figures import Fault, rounds, size
from tests.faults.vanishing import vanish
from tests.faults.watched import Watched
from tests.faults.wire import Wire, run, sign_in

PEOPLE = size(100, 500)
TIMES = rounds(2, 4)
PING = 1  # seconds between two pings
FOUND_WITHIN = 2 * PING + 3  # seconds: a ping, a wait for its answer, and a busy machine
MEGABYTE = 1 << 20


def _connections(server: Watched) -> int:
    with urllib.request.urlopen(f"{server.url}/metrics", timeout=5) as answer:
        lines = answer.read().decode().splitlines()
    (line,) = (line for line in lines if line.startswith("gust_connections "))
    return round(float(line.split()[1]))


def _files(server: Watched) -> int:
    return len(os.listdir(f"/proc/{server.pid}/fd"))


async def _come(port: int, cookies: list[str]) -> list[Wire]:
    wires = []
    for cookie in cookies:
        wires.append(await Wire.connect(port, cookie))
        while not (await wires[-1].read_message() or "").startswith('{"type":"presence"'):
            pass
    return wires


async def _vanish(server: Watched, stated: Fault) -> tuple[Crowd, list[int]]:
    cookies = [await sign_in(server.port, f"carol {number}") for number in range(PEOPLE)]
    held = []
    async with Crowd(server, posting=5, listening=2, pause=0.02) as crowd:
        for _ in range(TIMES):
            here, files = await asyncio.to_thread(_connections, server), _files(server)
            for wire in await _come(server.port, cookies):
                vanish(wire)
            gone = time.monotonic()
            async with asyncio.timeout(FOUND_WITHIN):
                while await asyncio.to_thread(_connections, server) > here:
                    await asyncio.sleep(0.05)
            stated.came_back(time.monotonic() - gone)
            await crowd.served()
            assert _files(server) < files + 10, "their files are still open"
            held.append(server.resident())
    return crowd, held


def test_who_vanished_is_given_up_and_takes_nothing_along(tmp_path, fault):
    stated = fault(
        "Peers vanish without a FIN (half-open connections)",
        f"{TIMES} times {PEOPLE} at once, pings {PING} s apart, while 5 people post",
        times=TIMES,
    )
    options = ("--message-rate=0", f"--ping-interval={PING}")
    with Watched(tmp_path, *options) as server:
        crowd, held = run(_vanish(server, stated))
        stated.look_at(server)
        stated.acked, stated.lost, stated.twice, _ = crowd.compare(tmp_path)
        unanswered = [line for line in server.log if "no answer to a ping" in line]
    assert len(unanswered) >= TIMES * PEOPLE
    grown = (held[-1] - held[0]) / MEGABYTE
    assert grown < 6, "each of them leaves something"
    stated.besides = f"Memory from the first time to the last: {grown:+.1f} MiB"
    stated.hold()
