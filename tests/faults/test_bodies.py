"""Bodies that don't say how long they are, and bodies that don't come."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, suppress
from typing import Any

import pytest

from tests.faults.test_uploads import Uploading, nothing_left
from tests.faults.wire import run, sign_in
from tests.serving import GustProcess
from tests.uploading import form

PATIENCE = 3.0  # seconds, of --request-timeout here
JSON = "Content-Type: application/json"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[GustProcess]:
    data = tmp_path_factory.mktemp("data")
    with GustProcess(data, f"--request-timeout={PATIENCE:g}") as server:
        yield server
        assert not server.complaints


@asynccontextmanager
async def asking(port: int, *head: str) -> AsyncIterator[Uploading]:
    """Send the head of a request; the body is for the test to send."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    lines = [*head, f"Host: 127.0.0.1:{port}"]
    writer.write(("\r\n".join(lines) + "\r\n\r\n").encode())
    try:
        yield Uploading(reader, writer)
    finally:
        writer.close()


async def sent_in_chunks(port: int, head: list[str], body: bytes, size: int) -> tuple[int, Any]:
    """Send all of a body before listening; give what is answered."""
    async with asking(port, *head, "Transfer-Encoding: chunked") as request:
        for at in range(0, len(body), size):
            chunk = body[at : at + size]
            await request.send(b"%x\r\n%s\r\n" % (len(chunk), chunk))
        await request.send(b"0\r\n\r\n")
        return await request.answer()


@pytest.mark.parametrize("size", [1_000, 65_536, 1_000_000])
@pytest.mark.parametrize(
    ("path", "status", "code"),
    [
        ("POST /api/session", 413, "too_long"),
        ("PUT /api/nowhere", 413, "too_long"),
        ("POST /api/rooms/1/files", 411, "bad_event"),
        ("PUT /api/filters", 401, "forbidden"),
    ],
)
def test_a_body_of_unknown_length_is_refused_in_words(server, path, status, code, size):
    body = b"x" * 2_000_000
    answer = run(sent_in_chunks(server.port, [f"{path} HTTP/1.1", JSON], body, size))
    assert (answer[0], answer[1]["error"]["code"]) == (status, code)
    if status == 413:
        assert "65,536 is the most" in answer[1]["error"]["message"]


def test_a_body_of_unknown_length_may_be_as_long_as_another(server):
    body = json.dumps({"name": "ada"}).encode().ljust(65_536)
    head = ["POST /api/session HTTP/1.1", JSON]
    status, answer = run(sent_in_chunks(server.port, head, body, 1_000))
    assert (status, answer["user"]["name"]) == (200, "ada")


def test_a_post_may_be_as_long_as_a_frame(tmp_path):
    """However it is written down: an umlaut may take six bytes."""

    async def main(port: int) -> None:
        cookie = await sign_in(port, "ada")
        body = json.dumps({"text": "ä" * 40_000}).encode()
        head = ["POST /api/rooms/1/messages HTTP/1.1", JSON, f"Cookie: {cookie}"]
        async with asking(port, *head, f"Content-Length: {len(body)}") as request:
            await request.send(body)
            assert (await request.answer())[0] == 201
        status, said = await sent_in_chunks(port, head, body, 1_000)
        assert (status, said["text"]) == (201, "ä" * 40_000)
        for path, most in (("/api/rooms/1/messages", "300,000"), ("/api/session", "65,536")):
            head[0] = f"POST {path} HTTP/1.1"
            status, refused = await sent_in_chunks(port, head, b"x" * 300_001, 1_000)
            assert (status, refused["error"]["code"]) == (413, "too_long")
            assert f"{most} is the most" in refused["error"]["message"]

    with GustProcess(tmp_path, "--text-limit=40000", "--frame-limit=300000") as server:
        run(main(server.port))
        assert not server.complaints


def test_who_waits_for_our_word_gets_the_refusal_instead(server):
    async def scene() -> None:
        head = ["POST /api/session HTTP/1.1", JSON, "Expect: 100-continue"]
        async with asking(server.port, *head, "Content-Length: 100000") as request:
            status, refusal = await request.answer()
            assert (status, refusal["error"]["code"]) == (413, "too_long")

    run(scene())


@pytest.mark.parametrize("length", ["²", "9" * 5_000, "-1", "1, 2", "0x10"])
def test_a_length_that_is_none_breaks_nothing(server, length):
    async def scene() -> None:
        cookie = await sign_in(server.port, f"guest {len(length)}{ord(length[0])}")
        for path in ("/api/session", "/api/rooms/1/files"):
            reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
            head = f"POST {path} HTTP/1.1\r\nHost: localhost\r\nCookie: {cookie}\r\n"
            writer.write(f"{head}Content-Length: {length}\r\n\r\n".encode("latin-1"))
            line = await asyncio.wait_for(reader.readline(), 10)
            assert line.split()[1] in (b"400", b"411", b"413"), line
            writer.close()

    run(scene())


def test_an_upload_that_drips_is_cut(server):
    async def scene() -> None:
        cookie = await sign_in(server.port, "dripping")
        body = form(b"x" * 100_000)
        uploading = await Uploading.begin(server.port, cookie, len(body))
        await uploading.send(body[:300])
        begun = time.monotonic()

        async def drip() -> None:
            for at in range(300, len(body)):
                await asyncio.sleep(0.1)
                await uploading.send(body[at : at + 1])

        dripping = asyncio.create_task(drip())
        with suppress(ConnectionError):
            assert await asyncio.wait_for(uploading.reader.read(-1), 5 * PATIENCE) == b""
        assert PATIENCE * 0.8 < time.monotonic() - begun < 3 * PATIENCE
        dripping.cancel()
        uploading.writer.close()
        assert await nothing_left(server)

    run(scene())


def test_an_upload_that_comes_slowly_is_waited_for(server):
    async def scene() -> None:
        cookie = await sign_in(server.port, "patient")
        body = form(b"x" * 15_000)
        uploading = await Uploading.begin(server.port, cookie, len(body))
        begun = time.monotonic()
        for at in range(0, len(body), 1_000):
            await uploading.send(body[at : at + 1_000])
            await asyncio.sleep(0.25)
        assert time.monotonic() - begun > 1.2 * PATIENCE
        status, file = await uploading.answer()
        assert (status, file["size"]) == (201, 15_000)
        uploading.writer.close()

    run(scene())


@pytest.mark.parametrize(
    "path", ["POST /api/rooms/1/files", "PUT /api/filters", "PUT /api/nowhere"]
)
def test_who_asks_too_often_is_told_so_also_while_they_send(tmp_path, path) -> None:
    """To end the connection with bytes unread would reset it, and the answer would be lost."""

    async def scene() -> None:
        length = 8 << 20
        await sign_in(server.port, "ada")
        async with asking(server.port, f"{path} HTTP/1.1", f"Content-Length: {length}") as request:
            await request.send(bytes(length))
            status, refusal = await request.answer()
            assert (status, refusal["error"]["code"]) == (429, "slow_down")

    limit = ("--address-request-rate=0.001", "--address-request-burst=1")
    with GustProcess(tmp_path, *limit) as server:
        run(scene())
        assert not server.complaints
