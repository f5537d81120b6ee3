"""The disk refuses: the sender is told, nobody sees the message, and it goes on after."""

from __future__ import annotations

import asyncio
import re
import resource
import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from handlers.health import KEPT, PATIENCE
from tests.faults.crowd import Crowd
from tests.faults.figures import size
from tests.faults.watched import Watched
from tests.faults.wire import ask, call, run, sign_in
from tests.serving import GustProcess

BUSY = 5.0  # seconds that the server waits for another process's lock
LOCKED = size(6, 10)  # seconds
PEOPLE = 10


@contextmanager
def _full(server: GustProcess) -> Iterator[None]:
    """Let the server's files grow no more, as on a full disk."""
    soft, hard = resource.prlimit(server.pid, resource.RLIMIT_FSIZE)
    largest = max(path.stat().st_size for path in server.data.glob("chat.db*"))
    resource.prlimit(server.pid, resource.RLIMIT_FSIZE, (largest, hard))
    try:
        yield
    finally:
        resource.prlimit(server.pid, resource.RLIMIT_FSIZE, (soft, hard))


@contextmanager
def _locked(data: Path) -> Iterator[None]:
    """Hold the database's write lock, as a careless backup would."""
    database = sqlite3.connect(data / "chat.db", isolation_level=None)
    database.execute("BEGIN IMMEDIATE")
    try:
        yield
    finally:
        database.execute("ROLLBACK")
        database.close()


def test_a_message_that_does_not_fit_is_refused_and_later_stored_once(tmp_path):
    async def scene() -> None:
        cookie = await sign_in(server.port, "ada")
        ada, bob = await call(server.port, cookie), await call(server.port, name="bob")
        await ada.say("fits")
        await bob.until("message", text="fits")
        with _full(server):
            refused = 0
            for number in range(20):  # a page of the log may still be free
                ada.send(type="message", text="x" * 4000, msgId=f"big {number}", ref="r")
                while (event := await ada.next())["type"] not in ("ack", "error"):
                    pass
                refused += event["type"] == "error"
                if event["type"] == "error":
                    assert (event["code"], event["msgId"]) == ("not_stored", f"big {number}")
                    assert event["ref"] == "r"
            assert refused
            status, _, _ = await ask(server.port, "GET", "/api/me", None, cookie)
            assert status == 200, "what is only read goes on"
            bob.send(type="ping", n=1)
            await bob.until("pong", n=1)

        for number in range(20):
            await ada.say("x" * 4000, msgId=f"big {number}")
        bob.send(type="ping", n=2)
        await bob.until("pong", n=2)
        seqs = [event["seq"] for event in bob.events if event["type"] == "message"]
        assert seqs == [*range(1, 22)], "what was refused was shown, or took a number"
        _, page, _ = await ask(server.port, "GET", "/api/rooms/1/messages", None, cookie)
        assert len(page["messages"]) == 21
        ada.close()
        bob.close()

    with GustProcess(tmp_path, "--message-rate=0") as server:
        run(scene())
        assert all("not stored" in line for line in server.complaints)
        assert server.complaints


def test_health_tells_of_a_full_disk(tmp_path):
    async def scene() -> None:
        await asyncio.sleep(KEPT)
        with _full(server):
            status, reason = await _health(server.port)
            assert status == 503
            assert re.fullmatch(r"Nothing can be stored: .*(full|I/O).*\.\n", reason), reason
        await asyncio.sleep(KEPT)
        assert await _health(server.port) == (200, "ok\n")

    with GustProcess(tmp_path) as server:
        run(_fill(server.port))
        run(scene())


def test_health_tells_of_a_locked_database_before_who_asks_gives_up(tmp_path):
    async def scene() -> None:
        await asyncio.sleep(KEPT)
        with _locked(tmp_path):
            begun = time.monotonic()
            status, reason = await _health(server.port)
            assert (status, time.monotonic() - begun < BUSY) == (503, True)
            assert "did not answer" in reason
            await asyncio.sleep(BUSY - PATIENCE + 0.5)
        await asyncio.sleep(KEPT)
        assert await _health(server.port) == (200, "ok\n")

    with GustProcess(tmp_path) as server:
        run(scene())


async def _health(port: int) -> tuple[int, str]:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
    head, _, body = (await reader.read(-1)).partition(b"\r\n\r\n")
    writer.close()
    return int(head.split()[1]), body.decode()


async def _fill(port: int) -> None:
    """Make the log the largest of the files, so that its next page is refused."""
    ada = await call(port, name="ada")
    for _ in range(10):
        await ada.say("x" * 4000)
    ada.close()


def test_a_short_lock_only_makes_it_slower(tmp_path):
    async def scene() -> None:
        ada = await call(server.port, name="ada")
        with _locked(tmp_path):
            ada.send(type="message", text="wait", msgId="one")
            ada.send(type="ping", n=1)
            assert await ada.until("pong", n=1)
            await asyncio.sleep(0.5)
            assert all(event["type"] != "ack" for event in ada.events)
        await ada.until("ack", msgId="one")
        ada.close()

    with GustProcess(tmp_path) as server:
        run(scene())
        assert not server.complaints


def test_a_long_lock_is_refused_and_it_goes_on_after(tmp_path, fault):
    """Each waits for as long as SQLite does, and is told; reading goes on meanwhile."""

    async def scene() -> Crowd:
        cookie = await sign_in(server.port, "ada")
        async with Crowd(server, posting=PEOPLE, listening=2, pause=0.02) as crowd:
            with _locked(tmp_path):
                begun = time.monotonic()
                async with asyncio.timeout(BUSY + 5):
                    while not crowd.refused:
                        await asyncio.sleep(0.02)
                assert time.monotonic() - begun > BUSY - 1
                status, page, _ = await ask(
                    server.port, "GET", "/api/rooms/1/messages", None, cookie
                )
                assert (status, bool(page["messages"])) == (200, True)
                await asyncio.sleep(begun + LOCKED - time.monotonic())
            stated.came_back(await crowd.served())
            async with asyncio.timeout(10):
                while not any("stored again" in line for line in server.log):
                    await asyncio.sleep(0.1)
        return crowd

    stated = fault(
        "Another process locks the database",
        f"for {LOCKED:g} s, while {PEOPLE} people post",
    )
    with Watched(tmp_path, "--message-rate=0") as server:
        crowd = run(scene())
        stated.look_at(server)
        stated.acked, stated.lost, stated.twice, _ = crowd.compare(tmp_path)
        assert "Traceback" not in "".join(server.log)
        assert len(server.complaints) == 1, "a line for the first, none for its like"
    stated.besides = f"{crowd.refused:,} times somebody was told `not_stored`"
    stated.hold()


def test_it_stops_in_time_under_a_lock(tmp_path):
    async def post() -> None:
        ada = await call(server.port, name="ada")
        ada.send(type="message", text="wait", msgId="one")
        ada.send(type="ping", n=1)
        await ada.until("pong", n=1)
        ada.close()

    with GustProcess(tmp_path) as server:
        run(_fill(server.port))
        with _locked(tmp_path):
            run(post())
            begun = time.monotonic()
            assert server.stop() == 0
            assert time.monotonic() - begun < 10
