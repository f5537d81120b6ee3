"""What others or the database have to bear, one person does only so fast."""

from __future__ import annotations

from typing import Any

import pytest

from tests.handlers.rooms import come, make, promote

LOBBY = 1
LIMITED = ("join", "member", "message", "room", "search")


@pytest.fixture
def settings() -> dict[str, Any]:
    """Let everybody do everything once."""
    rates = {f"{name}_rate": 0.001 for name in LIMITED}
    return rates | {f"{name}_burst": 1 for name in LIMITED} | {"invite_limit": 1}


@pytest.mark.parametrize(
    ("method", "path", "body", "option"),
    [
        ("GET", "/api/search?q=tea", None, "search-rate"),
        ("PUT", "/api/rooms/{den}/members/{bob}", None, "member-rate"),
        ("DELETE", "/api/messages/1", None, "message-rate"),
    ],
)
@pytest.mark.gen_test
async def test_who_is_too_fast_is_told_the_limit(call, method, path, body, option) -> None:
    ada, bob = await come(call, "ada"), await come(call, "bob")
    path = path.format(den=await make(call, ada), bob=bob.id)
    first, second = [await call(method, path, body, ada.cookie) for _ in range(2)]
    assert first.status != 429
    assert (second.status, second.code) == (429, "slow_down")
    assert f"the limit is 3.6 an hour (the server's --{option})" in second.body["error"]["message"]
    other = await call(method, path, body, bob.cookie)
    assert other.status != 429, "bob is another"


@pytest.mark.gen_test
async def test_marking_as_unread_counts_as_saying_something(call, connect) -> None:
    ada = await connect(cookie=(await come(call, "ada")).cookie)
    said = await ada.say("hello")
    refused = await ada.ask(type="read", room=LOBBY, unreadFrom=said["message"]["id"])
    assert (refused["type"], refused["code"]) == ("error", "slow_down")


@pytest.mark.gen_test
async def test_one_person_has_so_many_invitations(app, call) -> None:
    ada = await come(call, "ada")
    await promote(app, ada, "member")
    wanted = {"room": await make(call, ada)}
    first, second = [await call("POST", "/api/invites", wanted, ada.cookie) for _ in range(2)]
    assert first.status == 201
    assert (second.status, second.code) == (403, "forbidden")
    assert "--invite-limit" in second.body["error"]["message"]
