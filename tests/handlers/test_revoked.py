"""A session that is no more opens nothing, and what it had opened is closed within a second."""

from __future__ import annotations

import asyncio
import sys
from http.client import HTTPConnection
from json import dumps

import pytest
from tornado.httpclient import HTTPClientError

from handlers.chatsocket import ChatSocketHandler
from tests.handlers.accounts import PASSWORD, guest, register, sign_in
from tests.handlers.test_handshake import arrive, gate  # noqa: F401 - a fixture


async def is_refused(call, connect, cookie: str) -> None:
    """Check that a cookie is nobody's: not the old person's, and no new guest's either."""
    assert (await call("GET", "/api/me", cookie=cookie)).status == 401
    with pytest.raises(HTTPClientError) as refused:
        await connect(cookie=cookie)
    assert refused.value.code == 401
    assert not ChatSocketHandler.waiters


@pytest.mark.gen_test
async def test_a_forged_cookie_is_nobodys(call, connect) -> None:
    good = (await register(call, "ada")).cookie
    token = good.removeprefix("gust=")
    other = "A" if token[-1] != "A" else "B"
    for forged in (token[:-1] + other, token[:-1], token.lower(), f"{token}=", f'"{token} "', "x"):
        await is_refused(call, connect, f"gust={forged}")
    assert (await call("GET", "/api/me", cookie=good)).status == 200


@pytest.mark.gen_test
async def test_what_was_revoked_anywhere_is_nobodys(call, connect) -> None:
    here = (await register(call, "ada")).cookie
    phone, laptop, tablet = [(await sign_in(call, "ada")).cookie for _ in range(3)]
    first = (await call("GET", "/api/sessions", cookie=phone)).body["sessions"]
    (number,) = [each["id"] for each in first if each["current"]]
    await call("DELETE", f"/api/sessions/{number}", cookie=here)
    await is_refused(call, connect, phone)
    await call("DELETE", "/api/session", cookie=laptop)
    await is_refused(call, connect, laptop)
    wanted = {"password": "battery staple", "old_password": PASSWORD}
    await call("PATCH", "/api/account", wanted, here)
    await is_refused(call, connect, tablet)
    await call("DELETE", "/api/session?all=1", cookie=here)
    await is_refused(call, connect, here)


@pytest.mark.gen_test
async def test_a_new_password_cuts_20_sockets_and_those_that_are_arriving(
    call,
    connect,
    gate,  # noqa: F811
) -> None:
    here = (await register(call, "ada")).cookie
    there = (await sign_in(call, "ada")).cookie
    tabs = await asyncio.gather(*(connect(cookie=there) for _ in range(20)))
    arriving = await arrive(gate, connect, there)
    wanted = {"password": "battery staple", "old_password": PASSWORD}
    changing = asyncio.ensure_future(call("PATCH", "/api/account", wanted, here))
    for tab in tabs:  # while its answer is still held by the gate
        assert (await tab.until("closed", timeout=1))["code"] == 4001
    gate.open()
    assert (await changing).status == 200
    assert await (await arriving).next(timeout=1) == {"type": "closed", "code": 4001}


@pytest.mark.parametrize("path", ["/api/session", "/api/session?all=1"])
@pytest.mark.gen_test
async def test_signing_out_reaches_those_that_are_arriving(
    call,
    connect,
    gate,  # noqa: F811
    path,
) -> None:
    cookie = (await register(call, "ada")).cookie
    arriving = await arrive(gate, connect, cookie)
    assert (await call("DELETE", path, cookie=cookie)).status == 204
    gate.open()
    assert await (await arriving).next(timeout=1) == {"type": "closed", "code": 4001}


@pytest.mark.gen_test
async def test_who_planted_a_guests_cookie_has_no_account_by_it(
    call,
    connect,
    gate,  # noqa: F811
) -> None:
    planted = (await guest(call, "ada")).cookie
    mallory = await connect(cookie=planted)
    arriving = await arrive(gate, connect, planted)
    registering = asyncio.ensure_future(register(call, "ada", planted))
    assert (await mallory.until("closed", timeout=1))["code"] == 1001
    gate.open()
    own = (await registering).cookie
    assert await (await arriving).next(timeout=1) == {"type": "closed", "code": 1001}
    await is_refused(call, connect, planted)
    assert (await call("GET", "/api/me", cookie=own)).body["user"]["role"] == "member"
    assert len((await call("GET", "/api/sessions", cookie=own)).body["sessions"]) == 1


@pytest.mark.gen_test
async def test_a_session_that_ends_while_its_guest_registers_makes_no_account(
    app, call, monkeypatch
) -> None:
    cookie = (await guest(call, "ada")).cookie
    hashing = app.hashing.run

    async def run(*args):
        hashed = await hashing(*args)
        await call("DELETE", "/api/session", cookie=cookie)
        return hashed

    monkeypatch.setattr(app.hashing, "run", run)
    assert (await register(call, "ada", cookie)).status == 401
    monkeypatch.undo()
    assert (await sign_in(call, "ada")).status == 401


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux has all of 127.0.0.0/8")
@pytest.mark.gen_test
async def test_a_guesser_at_another_address_keeps_nobody_out(call, http_port) -> None:
    await register(call, "ada")

    def try_from(address: str, *passwords: str) -> list[int]:
        return [_status(http_port, address, password) for password in passwords]

    guesses = [f"guess {n:03}" for n in range(200)]
    statuses = await asyncio.to_thread(try_from, "127.0.0.1", *guesses)
    assert set(statuses) == {401, 429}
    assert statuses.count(429) >= 180
    assert await asyncio.to_thread(try_from, "127.0.0.1", PASSWORD) == [429]
    assert await asyncio.to_thread(try_from, "127.0.0.2", PASSWORD) == [200]


def _status(port: int, address: str, password: str) -> int:
    connection = HTTPConnection("127.0.0.1", port, source_address=(address, 0), timeout=10)
    connection.request(
        "POST",
        "/api/session",
        dumps({"name": "ada", "password": password}),
        {"Content-Type": "application/json"},
    )
    status = connection.getresponse().status
    connection.close()
    return status
