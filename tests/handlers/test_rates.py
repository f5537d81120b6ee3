"""What others or the database have to bear, one person does only so fast."""

from __future__ import annotations

import asyncio
import time
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


class TestAsking:
    @pytest.fixture
    def settings(self) -> dict[str, Any]:
        return {"request_rate": 0.001, "request_burst": 2}

    @pytest.mark.gen_test
    async def test_one_person_asks_only_so_often(self, call) -> None:
        ada, bob = await come(call, "ada"), await come(call, "bob")
        answers = [await call("GET", "/api/me", cookie=ada.cookie) for _ in range(3)]
        assert [answer.status for answer in answers] == [200, 200, 429]
        assert answers[2].code == "slow_down"
        assert "--request-rate" in answers[2].body["error"]["message"]
        assert int(answers[2].headers["Retry-After"]) > 900
        assert (await call("GET", "/api/me", cookie=bob.cookie)).status == 200, "bob is another"


class TestAskingFromOneAddress:
    @pytest.fixture
    def settings(self) -> dict[str, Any]:
        return {"address_request_rate": 0.001, "address_request_burst": 3}

    @pytest.mark.gen_test
    async def test_all_at_one_address_ask_only_so_often(self, app, call) -> None:
        paths = ("/", "/api/me", "/nowhere", "/api/place", "/", "/chatsocket")
        answers = [await call("GET", path) for path in paths]
        assert [answer.status for answer in answers] == [200, 401, 404, 429, 429, 429]
        assert "--address-request-rate" in answers[3].body["error"]["message"]
        for path in ("/healthz", app.assets.style, app.assets.script):
            assert (await call("GET", path)).status == 200, "whoever floods leaves these alone"


class TestFlooding:
    @pytest.fixture
    def settings(self) -> dict[str, Any]:
        return {"event_rate": 20.0, "event_burst": 5}

    @pytest.mark.gen_test
    async def test_frames_that_are_no_events_count_as_well(self, connect) -> None:
        ada = await connect("ada")
        begun = time.monotonic()
        for _ in range(10):
            ada.socket.ping()
        await asyncio.sleep(0.1)
        ada.send(type="ping", n=1)
        await ada.until("pong", n=1)
        assert time.monotonic() - begun > 0.9, "it was left unread for a moment"

    @pytest.mark.gen_test
    async def test_a_flood_is_refused_and_then_left_unread(self, connect) -> None:
        ada, bob = await connect("ada"), await connect("bob")
        begun = time.monotonic()
        for n in range(100):
            ada.send(type="ping", n=n)
        ada.raw(b"not understood")
        answers = []
        while len(answers) < 101:
            if (event := await ada.next())["type"] in ("pong", "error"):
                answers.append(event)
        told = [event for event in answers if event["type"] == "error"]
        assert len(told) > 60
        assert {event["code"] for event in told} == {"slow_down"}
        assert all(event["retry"] > 0 and "--event-rate" in event["message"] for event in told)
        # What comes after the flood is answered, a moment later.
        ada.send(type="ping", n=200)
        later = asyncio.ensure_future(ada.until("pong", n=200))
        await bob.ask(type="ping")
        assert not later.done(), "nobody else waits"
        await later
        assert time.monotonic() - begun > 0.9


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
