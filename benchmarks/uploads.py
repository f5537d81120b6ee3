"""What talking pays while many upload: latency with and without, in one life of the server."""

from __future__ import annotations

import os
import socket
import time
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

from benchmarks import machine
from benchmarks.bench import Bench, Measured, talked
from benchmarks.scenarios import SENDERS, TEXT, gust, sessions
from benchmarks.servers import Server

FILES = 20
SIZE = 20 << 20  # bytes of each
BOUNDARY = "uploaded"
_HEAD = f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="file"; filename="film.bin"\r\n\r\n'
_TAIL = f"\r\n--{BOUNDARY}--\r\n"
_ZEROS = bytes(SIZE)


def uploads(bench: Bench) -> dict[str, Any]:
    """50 people, 50 messages a second: alone, and while 20 files of 20 MB come at once."""
    seconds = 4.0 if bench.quick else 10.0

    def measure(server: Server) -> Measured:
        alone = _talk(bench, server, seconds)
        before = machine.resident(server.pid)
        with _uploading(server) as coming:
            time.sleep(0.5)
            beside = _talk(bench, server, seconds)
            grown = machine.resident(server.pid) - before
            if any(each.done() for each in coming):
                raise RuntimeError("the uploads ended before the talk did: measure shorter")
        return {
            **{f"alone_{key}": alone[key] for key in ("p50", "p99", "max")},
            **{f"beside_{key}": beside[key] for key in ("p50", "p99", "max")},
            "ratio": beside["p99"] / alone["p99"],
            "grown": grown / (1 << 20),
            "foreign": alone["foreign"],
        }

    return bench.rounds([gust(bench)], measure, more=2)


def _talk(bench: Bench, server: Server, seconds: float) -> Measured:
    options: dict[str, Any] = {"conns": SENDERS, "senders": SENDERS, "rate": 50, "size": TEXT}
    return talked(bench.load.run(server, warm=1.5, seconds=seconds, **options))


@contextmanager
def _uploading(server: Server) -> Iterator[list[Future[None]]]:
    """Have all the files on their way; wait for their end behind the block.

    :raises RuntimeError: one was refused
    """
    cookie = sessions(server, 1)[0]
    with ThreadPoolExecutor(FILES) as threads:
        coming = [threads.submit(_upload, server, cookie, number) for number in range(FILES)]
        yield coming
        for each in coming:
            each.result()


def _upload(server: Server, cookie: str, number: int) -> None:
    """Send one file, unlike all others, as fast as it is taken."""
    os.sched_setaffinity(0, machine.LOAD_CORES)
    parts = [_HEAD.encode(), number.to_bytes(8), _ZEROS, _TAIL.encode()]
    head = (
        "POST /api/rooms/1/files HTTP/1.1\r\n"
        f"Host: 127.0.0.1:{server.port}\r\nCookie: gust={cookie}\r\n"
        f"Content-Type: multipart/form-data; boundary={BOUNDARY}\r\n"
        f"Content-Length: {sum(map(len, parts))}\r\nConnection: close\r\n\r\n"
    )
    with socket.create_connection(("127.0.0.1", server.port), 120) as connection:
        for part in (head.encode(), *parts):
            connection.sendall(part)
        answer = connection.recv(1 << 16)
    if not answer.startswith(b"HTTP/1.1 201 "):
        raise RuntimeError(f"an upload was refused: {answer[:200]!r}")
