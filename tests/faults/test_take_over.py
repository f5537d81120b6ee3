"""A server hands over to another, and is killed, told again, or started twice meanwhile."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import time
from collections.abc import Iterator

import pytest

from tests.faults.test_uploads import Uploading
from tests.faults.wire import Wire, call, run, sign_in
from tests.serving import GustProcess, command, refused
from tests.uploading import CONTENT_TYPE, form

CROWD = 100


@pytest.fixture
def busy(old: GustProcess) -> Iterator[socket.socket]:
    """An upload under way, which keeps a server from ending."""
    cookie = run(sign_in(old.port, "ada"))
    head = [
        "POST /api/rooms/1/files HTTP/1.1",
        "Host: localhost",
        f"Cookie: {cookie}",
        f"Content-Type: {CONTENT_TYPE}",
        "Content-Length: 1000",
    ]
    with socket.create_connection(("127.0.0.1", old.port)) as uploading:
        uploading.sendall(("\r\n".join(head) + "\r\n\r\n").encode() + form(b"")[:100])
        time.sleep(0.2)
        yield uploading


def test_who_takes_over_goes_on_though_the_one_before_is_killed(old, new, busy):
    new.begin()
    old.has_said("handing over")
    refused(command("--take-over", f"--port={old.port}", f"--data={old.data}"), "just starting")
    old.kill()
    new.has_said("took over")

    async def scene() -> None:
        ada = await call(new.port, name="ada")
        await ada.say("served by the new one")

    run(scene())
    new.kill()
    old.start()


def test_where_the_newcomer_is_killed_the_next_start_works(old, new, busy):
    new.begin()
    old.has_said("handing over")
    new.kill()
    busy.close()
    assert old.wait() == 0  # it was told to; nobody could say that there is no need any more
    old.start()


def test_a_second_start_is_refused_unless_it_is_meant(old):
    data = f"--data={old.data}"
    refused(command(f"--port={old.port}", data), "in use", "--take-over")


async def crowd(port: int) -> list[Wire]:
    return [await Wire.connect(port, name=f"guest {number}") for number in range(CROWD)]


async def ends(wires: list[Wire]) -> list[float]:
    """Wait until all are closed; give when each was."""

    async def end(wire: Wire) -> float:
        while await wire.read_message() is not None:
            pass
        assert wire.close_code == 1001
        return time.monotonic()

    async with asyncio.timeout(30):
        return sorted(await asyncio.gather(*map(end, wires)))


@pytest.mark.parametrize("followed", [True, False], ids=["followed", "alone"])
def test_sockets_are_sent_away_in_waves(old, new, followed):
    async def scene() -> list[float]:
        wires = await crowd(old.port)
        going = asyncio.to_thread(new.take_over) if followed else asyncio.to_thread(old.stop)
        closed, _ = await asyncio.gather(ends(wires), going)
        return closed

    closed = run(scene())
    # At most 20 in a tenth of a second.
    assert closed[-1] - closed[0] > 0.2


def test_an_upload_under_way_is_finished_by_the_one_that_has_it(old, new):
    async def scene() -> None:
        cookie = await sign_in(old.port, "ada")
        body = form(b"half here, half there" * 1000)
        uploading = await Uploading.begin(old.port, cookie, len(body))
        await uploading.send(body[:5000])
        new.begin()
        await asyncio.to_thread(old.has_said, "handing over")
        await asyncio.sleep(1)
        await uploading.send(body[5000:])
        status, file = await uploading.answer()
        uploading.writer.close()
        assert status == 201, file
        ada = await call(new.port, cookie)
        await ada.until("presence")
        said = await ada.say("", files=[file["id"]], msgId="1")
        assert said["message"]["files"][0]["size"] == 21_000
        await asyncio.to_thread(new.has_said, "took over")

    run(scene())
    assert old.wait() == 0


def test_a_second_signal_ends_it_at_once(old, busy):
    os.kill(old.pid, signal.SIGTERM)
    old.has_said("stopping")
    begun = time.monotonic()
    os.kill(old.pid, signal.SIGTERM)
    assert old.wait() == -signal.SIGTERM
    assert time.monotonic() - begun < 2
