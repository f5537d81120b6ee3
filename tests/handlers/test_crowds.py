"""Too many sockets at once: of one person, or from one address."""

from __future__ import annotations

from typing import Any

import pytest

from handlers.chatsocket import ChatSocketHandler

CROWDED = 4029


@pytest.fixture
def settings() -> dict[str, Any]:
    return {"sockets_per_user": 2, "sockets_per_ip": 4, "behind_proxy": True}


def at(address: str) -> dict[str, str]:
    return {"X-Forwarded-For": address}


async def refused(connect: Any, *args: Any, **kwargs: Any) -> str:
    """Connect, and be sent away at once; give the reason."""
    client = await connect(*args, greeted=False, **kwargs)
    closed = await client.next()
    assert (closed["type"], closed["code"]) == ("closed", CROWDED)
    assert client.events == []
    return str(client.socket.close_reason)


@pytest.mark.gen_test
async def test_a_person_may_have_so_many_sockets_wherever_they_are(connect) -> None:
    await connect("ada", headers=at("203.0.113.1"))
    second = await connect("ada", headers=at("203.0.113.2"))
    reason = await refused(connect, "ada", headers=at("203.0.113.3"))
    assert "--sockets-per-user" in reason
    await connect("bob", headers=at("203.0.113.3"))
    second.close()
    await second.until("closed")
    await connect("ada", headers=at("203.0.113.3"))


@pytest.mark.gen_test
async def test_an_address_may_have_so_many_whoever_they_are(connect) -> None:
    first = [await connect(name, headers=at("203.0.113.1")) for name in ("ada", "bob", "eve", "x")]
    reason = await refused(connect, "carol", headers=at("203.0.113.1"))
    assert "--sockets-per-ip" in reason
    spoofed = await refused(connect, "carol", headers=at("203.0.113.9, 203.0.113.1"))
    assert "--sockets-per-ip" in spoofed
    await connect("carol", headers=at("203.0.113.2"))
    first[0].close()
    await first[0].until("closed")
    await connect("dora", headers=at("203.0.113.1"))


@pytest.mark.gen_test
async def test_an_ipv6_network_counts_as_one(connect) -> None:
    for last in range(4):
        await connect(f"guest {last}", headers=at(f"2001:db8::{last}"))
    await refused(connect, "carol", headers=at("2001:db8::ffff"))
    await connect("carol", headers=at("2001:db8:0:1::1"))


@pytest.mark.gen_test
async def test_who_is_sent_away_is_made_no_guest_and_told_to_nobody(connect, call) -> None:
    others = [await connect(name, headers=at("203.0.113.1")) for name in ("ada", "bob", "eve", "x")]
    await refused(connect, "carol", headers=at("203.0.113.1"))
    others[0].send(type="ping", n=1)
    await others[0].until("pong")
    assert not [event for event in others[0].events if event.get("user", {}).get("name") == "carol"]
    cookie = (await call("POST", "/api/session", {"name": "dora"})).cookie
    found = (await call("GET", "/api/users?q=carol", cookie=cookie)).body
    assert found["users"] == []


@pytest.mark.gen_test
async def test_nothing_is_kept_of_those_who_left(connect) -> None:
    ada = await connect("ada", headers=at("203.0.113.1"))
    assert dict(ChatSocketHandler.at) == {"203.0.113.1": 1}
    ada.close()
    await ada.until("closed")
    assert not ChatSocketHandler.at
