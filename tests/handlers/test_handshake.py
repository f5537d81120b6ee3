"""What happens to a person while a connection of theirs is not open yet reaches it as well."""

from __future__ import annotations

import asyncio
import socket
import time
from collections.abc import Iterator
from typing import Any

import pytest

from handlers.chatsocket import ChatSocketHandler
from models.presence import GRACE
from models.store import rooms, sessions, users
from tests.handlers.accounts import admin, guest, register
from tests.talking import HANDSHAKE


class Gate:
    """Hold a handshake back, once something has been read for it and before it knows of it."""

    def __init__(self, store: Any) -> None:
        self._load = store.load
        self._passable = asyncio.Event()
        self._reached = asyncio.Event()
        self._held: Any = None
        store.load = self.load

    async def load(self, many: Any, key: Any) -> Any:
        found = await self._load(many, key)
        if many is self._held:
            self._held = None
            self._reached.set()
            await self._passable.wait()
        return found

    def hold(self, many: Any) -> Any:
        """Hold who reads this next; give what is done when they have come."""
        self._held = many
        return self._reached.wait()

    def open(self) -> None:
        self._passable.set()


@pytest.fixture
def gate(app: Any) -> Iterator[Gate]:
    gate = Gate(app.store)
    yield gate
    gate.open()


async def arrive(
    gate: Gate, connect: Any, cookie: str, reading: Any = rooms.of
) -> asyncio.Task[Any]:
    """Begin to connect; come back while the handshake is held."""
    reached = gate.hold(reading)
    connecting = asyncio.ensure_future(connect(cookie=cookie, greeted=False))
    await reached
    return connecting


@pytest.mark.gen_test
async def test_who_signs_out_while_connecting_is_not_let_in(call, connect, gate) -> None:
    cookie = (await call("POST", "/api/session", {"name": "ada"})).cookie
    connecting = await arrive(gate, connect, cookie)
    await call("DELETE", "/api/session", cookie=cookie)
    gate.open()
    assert await (await connecting).next() == {"type": "closed", "code": 4001}


@pytest.mark.gen_test
async def test_who_takes_a_name_while_connecting_comes_in_by_it(call, connect, app, gate) -> None:
    cookie = (await call("POST", "/api/session", {"name": "ada"})).cookie
    connecting = await arrive(gate, connect, cookie)
    renaming = asyncio.ensure_future(call("PATCH", "/api/account", {"name": "lovelace"}, cookie))
    while app.presences.place.holder("ada") is not None:
        await asyncio.sleep(0.005)
    gate.open()
    await renaming
    ada = await connecting
    assert (await ada.until("welcome"))["user"]["name"] == "lovelace"
    assert (await ada.until("presence"))["users"][0]["name"] == "lovelace"


@pytest.mark.gen_test
async def test_a_room_made_while_connecting_is_in_the_welcome(call, connect, gate) -> None:
    cookie = (await call("POST", "/api/session", {"name": "ada"})).cookie
    connecting = await arrive(gate, connect, cookie)
    den = (await call("POST", "/api/rooms", {"name": "den"}, cookie)).body["id"]
    while not any(den in newcomer.mine for newcomer in ChatSocketHandler.arriving):
        await asyncio.sleep(0.005)
    gate.open()
    welcome = await (await connecting).until("welcome")
    assert [room["name"] for room in welcome["rooms"]] == ["lobby", "den"]


@pytest.mark.gen_test
async def test_a_room_left_while_connecting_is_not_joined(call, connect, gate) -> None:
    signed_in = await call("POST", "/api/session", {"name": "ada"})
    cookie, me = signed_in.cookie, signed_in.body["user"]["id"]
    den = (await call("POST", "/api/rooms", {"name": "den"}, cookie)).body["id"]
    connecting = await arrive(gate, connect, cookie)
    await call("DELETE", f"/api/rooms/{den}/members/{me}", cookie=cookie)
    gate.open()
    welcome = await (await connecting).until("welcome")
    assert [room["name"] for room in welcome["rooms"]] == ["lobby"]


@pytest.mark.gen_test
async def test_who_is_demoted_while_it_is_looked_up_who_they_are_comes_in_as_that(
    app, call, connect, gate
) -> None:
    root, eve = (await admin(app, call)).cookie, await register(call, "eve")
    id = eve.body["user"]["id"]
    assert app.presences.place.expire(id, time.monotonic() + GRACE)  # she was away for a while
    for role in ("moderator", "member"):
        if role == "member":
            connecting = await arrive(gate, connect, eve.cookie, sessions.signed_in)
        answer = await call("PUT", f"/api/users/{id}/role", {"role": role}, root)
        assert answer.status == 200, answer.body
    gate.open()
    tab = await connecting
    assert (await tab.until("welcome"))["user"]["role"] == "member"
    said = await (await connect("ada")).say("hello")
    tab.send(type="delete", id=said["message"]["id"], ref="delete")
    assert (await tab.until("error", ref="delete"))["code"] == "forbidden"


@pytest.mark.gen_test
async def test_a_room_renamed_while_it_is_read_which_are_theirs_is_told_by_its_new_name(
    call, connect, gate
) -> None:
    cookie = (await call("POST", "/api/session", {"name": "ada"})).cookie
    den = (await call("POST", "/api/rooms", {"name": "den"}, cookie)).body["id"]
    connecting = await arrive(gate, connect, cookie)
    assert (await call("PATCH", f"/api/rooms/{den}", {"name": "attic"}, cookie)).status == 200
    gate.open()
    welcome = await (await connecting).until("welcome")
    assert [room["name"] for room in welcome["rooms"]] == ["lobby", "attic"]


@pytest.mark.gen_test
async def test_nobody_stays_among_the_arriving(call, connect) -> None:
    await connect("ada")
    for query in ("resume=x", "name="):
        assert (await call("GET", f"/chatsocket?{query}", **HANDSHAKE)).status == 400
    assert not ChatSocketHandler.arriving


@pytest.mark.gen_test
async def test_a_name_that_is_banned_while_it_is_looked_up_is_not_let_in(
    app, call, connect, monkeypatch
) -> None:
    root = (await admin(app, call)).cookie
    eve = await connect("eve")
    load, banned = app.store.load, asyncio.Event()

    async def slowly(many: Any, key: Any) -> Any:
        found = await load(many, key)
        if many is users.unclaimed:
            await banned.wait()
        return found

    monkeypatch.setattr(app.store, "load", slowly)
    connecting = asyncio.ensure_future(connect("eve", greeted=False))
    while not ChatSocketHandler.arriving:
        await asyncio.sleep(0.005)
    await asyncio.sleep(0.05)  # she was found, and is told of in a moment
    await call("POST", f"/api/users/{eve.events[0]['user']['id']}/ban", {}, root)
    banned.set()
    assert await (await connecting).next() == {"type": "closed", "code": 4003}


@pytest.mark.gen_test
async def test_who_was_banned_before_they_came_back_is_told_so(app, call, connect) -> None:
    root = (await admin(app, call)).cookie
    before = (await guest(call, "eve")).cookie
    tab = await connect(cookie=before)
    registered = await register(call, "eve", before)
    assert (await tab.until("closed"))["code"] == 1001
    await call("POST", f"/api/users/{registered.body['user']['id']}/ban", {}, root)
    back = await connect(cookie=registered.cookie, greeted=False)
    assert await back.next() == {"type": "closed", "code": 4003}
    assert not ChatSocketHandler.arriving


@pytest.mark.parametrize("missing", ["Connection", "Sec_WebSocket_Key", "Sec_WebSocket_Version"])
@pytest.mark.gen_test
async def test_half_a_handshake_is_told_what_it_lacks(app, call, missing) -> None:
    headers = {name: value for name, value in HANDSHAKE.items() if name != missing}
    answer = await call("GET", "/chatsocket?name=ada", **headers)
    assert (answer.status, answer.code) == (400, "bad_event")
    assert "Sec-WebSocket-Key" in answer.body["error"]["message"]
    assert answer.headers["Content-Type"] == "application/json"
    assert answer.headers["Date"].endswith(" GMT")
    assert not app.presences.place.users


@pytest.mark.gen_test
async def test_who_looks_at_its_address_reads_a_page_that_says_what_it_is(call) -> None:
    answer = await call("GET", "/chatsocket", Accept="text/html")
    assert answer.status == 400
    assert answer.headers["Content-Type"] == "text/html; charset=UTF-8"
    assert b"WebSocket" in answer.body


@pytest.mark.gen_test
async def test_what_is_said_does_not_wait_for_more(connect) -> None:
    await connect("ada")
    (waiter,) = ChatSocketHandler.waiters
    assert waiter.ws_connection is not None
    kept = waiter.ws_connection.stream.socket.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)
    assert kept == 1
