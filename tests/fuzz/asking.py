"""A server under fuzz: who asks it, what it may answer, and how much time that may take it."""

from __future__ import annotations

import asyncio
import itertools
import json
import os
from typing import Any

from tests.faults.wire import ask
from tests.fuzz.grammar import CODES
from tests.serving import GustProcess, command

PASSWORD = "correct horse"
SLOW = 2.0  # seconds of the server's CPU in which everything under way must be answered
LONGEST = 20.0  # seconds that a whole answer may take; others share this machine
FREE = ("--message-rate=0", "--join-rate=0", "--room-rate=0", "--change-rate=0", "--member-rate=0",
        "--search-rate=0", "--typing-rate=0", "--upload-rate=0", "--sign-in-rate=0",
        "--address-sign-in-rate=0", "--room-limit=300", "--rooms-per-user=100",
        "--logging=warning")  # fmt: skip


_numbers = itertools.count(1)


class Answer:
    """What was answered to one request, as far as it came."""

    def __init__(self, status: int, headers: dict[str, str], body: bytes) -> None:
        self.status = status
        self.headers = headers
        self.body = body

    def check(self, asked: bytes) -> None:
        """Hold that it is one of the protocol's."""
        assert self.status < 500, (self.status, self.body, asked)
        if self.status < 400 or not self.headers:
            return  # Tornado's own, bare 400: this was no HTTP
        if self.headers.get("content-type") == "application/json":
            error = json.loads(self.body)["error"]
            assert error["code"] in CODES, (error, asked)
            if error["code"] != "refused":  # there it is the rule's reason, as an admin wrote it
                assert error["message"][-1] in ".!…”", (error, asked)
        else:
            assert b"<!doctype html>" in self.body[:40].lower() or not self.body, (self.body, asked)


async def answered(
    reader: asyncio.StreamReader, patience: float, has_body: bool = True
) -> Answer | None:
    """Read an answer; None: there is none, for the connection ended.

    :raises TimeoutError: nothing came in so many seconds
    """
    try:
        while True:
            head = await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), patience)
            status = int(head.split(b" ", 2)[1])
            if status != 100:
                break
        lines = head.decode("latin-1").split("\r\n")[1:-2]
        headers = {name.lower(): value for name, _, value in (one.partition(": ") for one in lines)}
        bare = not has_body or status in (101, 204, 304)
        body = b"" if bare else await asyncio.wait_for(_body(reader, headers), LONGEST)
        return Answer(status, headers, body)
    except (asyncio.IncompleteReadError, ConnectionError):
        return None


async def _body(reader: asyncio.StreamReader, headers: dict[str, str]) -> bytes:
    if headers.get("transfer-encoding") == "chunked":
        body = b""
        while size := int(await reader.readline(), 16):
            body += await reader.readexactly(size)
            await reader.readline()
        await reader.readline()
        return body
    return await reader.readexactly(int(headers.get("content-length", 0)))


class People:
    """A guest, a member and an admin, who come again where a request did away with them."""

    def __init__(self, server: GustProcess) -> None:
        self._server = server
        self.cookies: dict[str, str] = {}

    async def come(self) -> None:
        for role in ("admin", "member", "guest"):
            self.cookies[role] = await self._new(role)

    async def look(self) -> None:
        """Have those who are gone come anew."""
        for role, cookie in list(self.cookies.items()):
            status, _, _ = await ask(self._server.port, "GET", "/api/me", None, cookie)
            if status != 200:
                self.cookies[role] = await self._new(role)

    async def quieten(self) -> None:
        """Take all rules out of the word filter: they may be against any name."""
        status, _, _ = await ask(
            self._server.port, "PUT", "/api/filters", {"rules": []}, self.cookies["admin"]
        )
        assert status == 200, status

    async def _new(self, role: str) -> str:
        body: dict[str, Any] = {"name": f"{role} {next(_numbers)}"}
        path = "/api/session"
        if role == "admin":
            link = command("admin", body["name"], f"--data={self._server.data}").stdout
            body["invite"] = link.rpartition("/join/")[2].split()[0]
        if role != "guest":
            body, path = body | {"password": PASSWORD}, "/api/account"
        elif self.cookies:
            await self.quieten()
        status, answer, cookie = await ask(self._server.port, "POST", path, body)
        if status == 403 and answer["error"]["code"] == "refused":
            await self.quieten()
            status, answer, cookie = await ask(self._server.port, "POST", path, body)
        assert status in (200, 201), (status, answer)
        return cookie


def cpu(server: GustProcess) -> float:
    """Tell how long the server has been computing, in seconds."""
    with open(f"/proc/{server.pid}/stat") as stat:
        fields = stat.read().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
