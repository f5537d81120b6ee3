"""Connections that come slowly, or in masses, take nothing from the others."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import resource
import socket
import time
import urllib.request
from collections.abc import Iterator
from typing import Any

import pytest

from tests import certificates
from tests.faults.wire import ask, call, run, sign_in
from tests.serving import GustProcess
from tests.uploading import CONTENT_TYPE, form

FILES = 160  # that a process may open
PATIENCE = 1.0  # seconds, of --request-timeout here
HEAD = b"POST /api/session HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"


@pytest.fixture
def server(tmp_path) -> Iterator[GustProcess]:
    with GustProcess(tmp_path, f"--request-timeout={PATIENCE:g}") as server:
        yield server
        assert not server.complaints


async def _until_cut(port: int, first: bytes, drip: bytes) -> float:
    """Send something, then a little again and again; give the seconds until it is cut."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    begun = time.monotonic()
    writer.write(first)

    async def go_on() -> None:
        while True:
            await asyncio.sleep(0.1)
            writer.write(drip)

    dripping = asyncio.create_task(go_on())
    with contextlib.suppress(ConnectionError):
        await asyncio.wait_for(reader.read(-1), 5 * PATIENCE)
    dripping.cancel()
    writer.close()
    return time.monotonic() - begun


@pytest.mark.parametrize(
    ("first", "drip"),
    [
        (b"", b""),
        (b"GET / HTTP/1.1\r\n", b"X: y\r\n"),
        (HEAD + b"Content-Length: 60000\r\n\r\n", b"x"),
        (HEAD + b"Transfer-Encoding: chunked\r\n\r\n", b"1\r\nx\r\n"),
        (b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n", b""),
    ],
    ids=["says nothing", "drips a head", "drips a body", "drips chunks", "stays after an answer"],
)
def test_who_does_not_come_to_the_point_is_cut(server, first, drip):
    assert PATIENCE * 0.8 < run(_until_cut(server.port, first, drip)) < PATIENCE + 1


def test_who_never_ends_their_tls_handshake_is_cut(tmp_path):
    cert = certificates.make(tmp_path)
    options = (f"--request-timeout={PATIENCE:g}",)
    with GustProcess(tmp_path / "data", *options, cert=cert) as server:
        assert run(_until_cut(server.port, b"\x16\x03\x01", b"")) < PATIENCE + 1
        assert not server.complaints


def test_a_socket_may_be_silent_for_longer(server):
    async def scene() -> None:
        ada, bob = await call(server.port, name="ada"), await call(server.port, name="bob")
        await asyncio.sleep(2 * PATIENCE)
        await ada.say("still here")
        await bob.until("message")

    run(scene())


def test_who_asks_for_a_file_and_takes_none_of_it_is_given_up(tmp_path):
    async def scene() -> None:
        cookie = await sign_in(server.port, "ada")
        url = await asyncio.to_thread(_upload, server, cookie)
        before = len(os.listdir(f"/proc/{server.pid}/fd"))
        near = socket.socket()
        near.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        near.connect(("127.0.0.1", server.port))
        near.sendall(f"GET {url} HTTP/1.1\r\nHost: localhost\r\nCookie: {cookie}\r\n\r\n".encode())
        await asyncio.sleep(0.5)
        assert len(os.listdir(f"/proc/{server.pid}/fd")) > before
        until = time.monotonic() + 20
        while len(os.listdir(f"/proc/{server.pid}/fd")) > before:
            assert time.monotonic() < until, "it is held for ever"
            await asyncio.sleep(0.1)
        near.close()

    with GustProcess(tmp_path, "--stalled-timeout=1", "--request-timeout=60") as server:
        run(scene())
        assert not server.complaints


def _upload(server: GustProcess, cookie: str) -> str:
    content = bytes(8 << 20)
    sent = {"Cookie": cookie, "Content-Type": CONTENT_TYPE}
    request = urllib.request.Request(f"{server.url}/api/rooms/1/files", form(content), sent)
    with urllib.request.urlopen(request) as answer:
        file = json.loads(answer.read())
    return str(file["url"])


def test_fifteen_seconds_are_what_is_given_by_default():
    from handlers.options import OPTIONS

    assert {o.name: o.default for o in OPTIONS}["request_timeout"] == 15.0


def test_an_address_holds_no_more_connections_than_it_may(tmp_path):
    async def scene() -> None:
        cookie = await sign_in(server.port, "ada")
        ada = await call(server.port, cookie)
        bob = await call(server.port, name="bob")  # these count no more: they are sockets
        held = [await asyncio.open_connection("127.0.0.1", server.port) for _ in range(5)]
        reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
        writer.write(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n")
        with contextlib.suppress(ConnectionError):
            assert await asyncio.wait_for(reader.read(1), 5) == b""
        writer.close()
        await ada.say("goes on")
        await bob.until("message")
        for _, near in held:
            near.close()
        await asyncio.sleep(0.2)
        assert (await ask(server.port, "GET", "/api/me", None, cookie))[0] == 200

    with GustProcess(tmp_path, "--connections-per-ip=5") as server:
        run(scene())
        warned = [line for line in server.log if "--connections-per-ip" in line]
        assert len(warned) == 1
        assert not server.complaints


class _WithFewFiles(GustProcess):
    @property
    def surroundings(self) -> dict[str, Any]:
        few = (FILES, FILES)
        return super().surroundings | {
            "preexec_fn": lambda: resource.setrlimit(resource.RLIMIT_NOFILE, few)
        }


def test_when_no_file_is_left_it_goes_on_and_says_so(tmp_path):
    """Accepting would fail at every turn of the loop, and with it all else that opens files."""

    async def scene() -> None:
        ada, bob = await call(server.port, name="ada"), await call(server.port, name="bob")
        held = []
        for _ in range(FILES):
            reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
            held.append((reader, writer))
        await ada.say("goes on")
        await bob.until("message")
        for _, writer in held:
            writer.close()
        await asyncio.sleep(0.5)
        assert (await ask(server.port, "GET", "/api/place"))[0] == 200

    with _WithFewFiles(tmp_path) as server:
        run(scene())
        warned = [line for line in server.log if "LimitNOFILE" in line]
        assert len(warned) == 1, server.log
        assert not server.complaints
