"""Stopped as an operator does, in the midst of it: all are told, and nothing is lost."""

from __future__ import annotations

import asyncio
import os
import signal
import time

from tests.faults.crowd import Crowd
from tests.faults.figures import Fault, rounds
from tests.faults.watched import Watched
from tests.faults.wire import Wire, run, sign_in

PEOPLE = 20
IDLE = 50  # who only listen, and know how they were told
STOPS = rounds(2, 15)
ENDED_WITHIN = 10.0  # seconds
PAUSE = 0.01  # seconds between an answer and the next message


async def _closed(wire: Wire) -> int | None:
    while await wire.read_message() is not None:
        pass
    return wire.close_code


async def _stop_again_and_again(server: Watched, stated: Fault) -> tuple[Crowd, float]:
    longest = 0.0
    cookies = [await sign_in(server.port, f"carol {number}") for number in range(IDLE)]
    async with Crowd(server, posting=PEOPLE, listening=2, pause=PAUSE) as crowd:
        for _ in range(STOPS):
            idle = [await Wire.connect(server.port, cookie) for cookie in cookies]
            closing = [asyncio.create_task(_closed(wire)) for wire in idle]
            await asyncio.sleep(0.2)
            stated.look_at(server)  # what it does from now on is no longer for those here
            begun = time.monotonic()
            os.kill(server.pid, signal.SIGTERM)
            assert await asyncio.to_thread(server.wait) == 0
            longest = max(longest, time.monotonic() - begun)
            assert await asyncio.gather(*closing) == [1001] * IDLE
            stopped = time.monotonic()
            server.measure_anew()
            await asyncio.to_thread(server.start)
            stated.came_back(await crowd.served(stopped))
    stated.look_at(server)
    return crowd, longest


def test_a_stop_under_load_tells_everybody_and_loses_nothing(tmp_path, fault):
    stated = fault(
        "Stopped (SIGTERM), and started again",
        f"{STOPS} times, while {PEOPLE} people post, 5 in flight for each, and {IDLE} listen",
        times=STOPS,
    )
    with Watched(tmp_path, "--message-rate=0") as server:
        crowd, longest = run(_stop_again_and_again(server, stated))
        assert not server.complaints
    stated.acked, stated.lost, stated.twice, _ = crowd.compare(tmp_path)
    assert longest < ENDED_WITHIN
    stated.besides = f"Everybody was told 1001, and it ended after {longest:.1f} s at the most"
    stated.hold()


async def _ask_meanwhile(server: Watched, at: float) -> bytes:
    """Ask over a connection that is open already; give the status, nothing where it was closed."""
    reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
    try:
        await asyncio.sleep(at)
        writer.write(b"GET /api/me HTTP/1.1\r\nHost: 127.0.0.1\r\nCookie: gust=none\r\n\r\n")
        return (await reader.readuntil(b"\r\n\r\n")).split()[1]
    except (asyncio.IncompleteReadError, ConnectionError):
        return b""
    finally:
        writer.close()


async def _stop_between(server: Watched) -> set[bytes]:
    asking = [_ask_meanwhile(server, 0.5 + number / 600) for number in range(150)]
    answers = asyncio.gather(*asking)
    await asyncio.sleep(0.6)
    os.kill(server.pid, signal.SIGTERM)
    return set(await answers)


def test_who_asks_while_it_ends_is_answered_or_cut_and_is_no_fault(tmp_path):
    with Watched(tmp_path) as server:
        assert run(_stop_between(server)) <= {b"401", b""}
        assert not server.complaints
