"""Uploads that end badly leave nothing behind, and trying again works."""

from __future__ import annotations

import asyncio
import json
import resource
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.faults.wire import ask, call, run, sign_in
from tests.serving import GustProcess
from tests.uploading import CONTENT_TYPE, form

MB = 1 << 20


class Uploading:
    """An upload that a test sends piece by piece."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader = reader
        self.writer = writer

    @classmethod
    async def begin(cls, port: int, cookie: str, length: int, *more: str) -> Uploading:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        lines = [
            "POST /api/rooms/1/files HTTP/1.1",
            f"Host: 127.0.0.1:{port}",
            f"Cookie: {cookie}",
            f"Content-Type: {CONTENT_TYPE}",
            f"Content-Length: {length}",
            *more,
        ]
        writer.write(("\r\n".join(lines) + "\r\n\r\n").encode())
        return cls(reader, writer)

    async def send(self, data: bytes) -> None:
        self.writer.write(data)
        await self.writer.drain()

    async def answer(self) -> tuple[int, Any]:
        """Wait for the whole answer: status and JSON."""
        head = await asyncio.wait_for(self.reader.readuntil(b"\r\n\r\n"), 20)
        length = int(head.lower().split(b"content-length: ")[1].split(b"\r\n")[0])
        body = await asyncio.wait_for(self.reader.readexactly(length), 20)
        return int(head.split()[1]), json.loads(body)


async def upload(port: int, cookie: str, content: bytes) -> tuple[int, Any]:
    body = form(content)
    uploading = await Uploading.begin(port, cookie, len(body))
    await uploading.send(body)
    answer = await uploading.answer()
    uploading.writer.close()
    return answer


def left(server: GustProcess) -> list[Path]:
    return [path for path in (server.data / "files").rglob("*") if path.is_file()]


async def nothing_left(server: GustProcess) -> bool:
    for _ in range(100):
        if not left(server):
            return True
        await asyncio.sleep(0.05)
    return False


@contextmanager
def full_disk(server: GustProcess, largest: int) -> Iterator[None]:
    """Let no file of the server's grow beyond this, as on a full disk."""
    soft, hard = resource.prlimit(server.pid, resource.RLIMIT_FSIZE)
    resource.prlimit(server.pid, resource.RLIMIT_FSIZE, (largest, hard))
    try:
        yield
    finally:
        resource.prlimit(server.pid, resource.RLIMIT_FSIZE, (soft, hard))


def test_an_upload_that_is_cut_off_leaves_nothing(tmp_path):
    async def scene() -> None:
        cookie = await sign_in(server.port, "ada")
        body = form(b"x" * 4 * MB)
        uploading = await Uploading.begin(server.port, cookie, len(body))
        await uploading.send(body[: len(body) // 2])
        while not left(server):
            await asyncio.sleep(0.01)
        uploading.writer.transport.abort()
        assert await nothing_left(server)
        status, file = await upload(server.port, cookie, b"x" * 4 * MB)
        assert (status, file["size"]) == (201, 4 * MB)

    with GustProcess(tmp_path) as server:
        run(scene())
        assert not server.complaints


def test_a_full_disk_is_told_and_leaves_nothing(tmp_path):
    async def scene() -> None:
        cookie = await sign_in(server.port, "ada")
        ada = await call(server.port, cookie)
        with full_disk(server, 2 * MB):
            status, refusal = await upload(server.port, cookie, b"x" * 4 * MB)
            assert (status, refusal["error"]["code"]) == (507, "full")
            assert await nothing_left(server)
        status, file = await upload(server.port, cookie, b"x" * 4 * MB)
        assert status == 201
        assert (await ada.say("look", files=[file["id"]]))["message"]["files"] == [file]
        ada.close()

    with GustProcess(tmp_path) as server:
        run(scene())
        assert not server.complaints


def test_a_restart_in_the_middle_leaves_nothing(tmp_path):
    async def begin() -> str:
        cookie = await sign_in(server.port, "ada")
        body = form(b"x" * 4 * MB)
        uploading = await Uploading.begin(server.port, cookie, len(body))
        await uploading.send(body[: len(body) // 2])
        while not left(server):
            await asyncio.sleep(0.01)
        server.kill()
        assert left(server)
        uploading.writer.close()
        return cookie

    async def again(cookie: str) -> None:
        assert await nothing_left(server)
        assert (await upload(server.port, cookie, b"x" * 4 * MB))[0] == 201
        _, page, _ = await ask(server.port, "GET", "/api/rooms/1/messages", None, cookie)
        assert page["messages"] == []

    with GustProcess(tmp_path) as server:
        cookie = run(begin())
        server.start()
        run(again(cookie))


def test_a_refusal_reaches_who_is_still_sending(tmp_path):
    async def scene() -> None:
        cookie = await sign_in(server.port, "ada")
        length = 40 * MB
        uploading = await Uploading.begin(server.port, cookie, length)
        sent = 0
        while sent < length:  # a client that does not listen before it has said all
            await uploading.send(bytes(min(MB, length - sent)))
            sent += MB
        status, refusal = await uploading.answer()
        assert (status, refusal["error"]["code"]) == (413, "too_large")
        assert not left(server)
        uploading.writer.close()

    with GustProcess(tmp_path, "--upload-limit=1MB") as server:
        run(scene())
        assert not server.complaints


def test_a_refusal_comes_before_the_body(tmp_path):
    async def scene() -> None:
        cookie = await sign_in(server.port, "ada")
        for more in ([], ["Expect: 100-continue"]):
            uploading = await Uploading.begin(server.port, cookie, 40 * MB, *more)
            begun = time.monotonic()
            status, refusal = await uploading.answer()
            assert (status, refusal["error"]["code"]) == (413, "too_large")
            assert time.monotonic() - begun < 2
            uploading.writer.close()

    with GustProcess(tmp_path, "--upload-limit=1MB") as server:
        run(scene())
        assert not server.complaints


def test_twenty_uploads_at_once_take_little_memory(tmp_path):
    async def scene() -> int:
        cookie = await sign_in(server.port, "ada")
        await upload(server.port, cookie, b"x" * MB)
        before = largest = server.resident()
        uploads = [
            asyncio.ensure_future(upload(server.port, cookie, bytes([number]) * 20 * MB))
            for number in range(20)
        ]
        while any(not each.done() for each in uploads):
            largest = max(largest, server.resident())
            await asyncio.sleep(0.02)
        assert [status for status, _ in await asyncio.gather(*uploads)] == [201] * 20
        return largest - before

    # As fast as they come: at their usual pace less would be under way at once.
    with GustProcess(tmp_path, "--upload-pace=0") as server:
        grown = run(scene())
        assert grown < 32 * MB, f"{grown / MB:.1f} MiB"
