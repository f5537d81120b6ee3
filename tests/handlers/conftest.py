"""People over real sockets: ``connect`` opens one, ``call`` makes a request."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from tornado.httpclient import AsyncHTTPClient, HTTPResponse
from tornado.ioloop import IOLoop

from tests.talking import Client

Connect = Callable[..., Awaitable[Client]]


@pytest.fixture
def io_loop(io_loop: IOLoop) -> Iterator[IOLoop]:
    """End with the loop what is still under way, as ``asyncio.run`` does."""
    yield io_loop
    loop = io_loop.asyncio_loop  # type: ignore[attr-defined]
    tasks = asyncio.all_tasks(loop)
    for task in tasks:
        task.cancel()
    loop.run_until_complete(asyncio.gather(*tasks, return_exceptions=True))


@pytest.fixture
def connect(http_server: Any, http_port: int) -> Iterator[Connect]:
    """Connect as somebody: ``await connect("ada")``; passes the welcome over.

    The client's ``welcome``, ``history`` and ``presence`` are in its ``events``.
    """
    clients = []

    async def connect(name: str | None = None, greeted: bool = True, **query: Any) -> Client:
        if name is not None:
            query["name"] = name
        client = await Client.connect(http_port, **query)
        clients.append(client)
        if greeted:
            await client.until("presence")
        return client

    yield connect
    for client in clients:
        client.close()


@dataclass
class Answer:
    """What a request was answered with."""

    status: int
    body: Any
    headers: Any

    @property
    def code(self) -> str:
        code: str = self.body["error"]["code"]
        return code

    @property
    def cookie(self) -> str:
        """The session cookie that was set, as a client would send it."""
        value: str = self.headers["Set-Cookie"]
        return value.partition(";")[0]


@pytest.fixture
def call(http_client: AsyncHTTPClient, base_url: str) -> Callable[..., Awaitable[Answer]]:
    """Make a request: ``await call("POST", "/api/session", {"name": "ada"})``."""

    async def call(
        method: str, path: str, body: Any = None, cookie: str | None = None, **headers: str
    ) -> Answer:
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        if cookie:
            sent["Cookie"] = cookie
        if body is not None:
            sent.setdefault("Content-Type", "application/json")
        response: HTTPResponse = await http_client.fetch(
            base_url + path,
            method=method,
            headers=sent,
            body=body if body is None or isinstance(body, bytes) else json.dumps(body),
            allow_nonstandard_methods=True,
            raise_error=False,
        )
        text = response.body or b""
        is_json = response.headers.get("Content-Type", "").startswith("application/json")
        return Answer(response.code, json.loads(text) if is_json else text, response.headers)

    return call
