"""Two people and more, talking over real sockets."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from handlers.chatsocket import ChatSocketHandler

LOBBY = 1


@pytest.mark.gen_test
async def test_a_newcomer_is_welcomed_then_told_the_history(connect) -> None:
    ada = await connect("ada", greeted=False)
    welcome, history, presence = [await ada.next() for _ in range(3)]
    assert welcome["type"] == "welcome"
    assert welcome["user"] == {"id": 1, "name": "ada", "role": "guest"}
    assert welcome["limits"]["text"] == 4000
    assert [room["name"] for room in welcome["rooms"]] == ["lobby"]
    assert history == {
        "type": "history",
        "room": LOBBY,
        "messages": [],
        "seq": 0,
        "reset": True,
        "more": False,
        "epoch": welcome["epoch"],
    }
    assert presence["count"] == 1


@pytest.mark.gen_test
async def test_what_ada_says_reaches_bob_and_ada_is_told_it_is_stored(connect) -> None:
    ada, bob = await connect("ada"), await connect("bob")
    ack = await ada.say("hello", msgId="first")
    told = await bob.until("message")
    assert ack["msgId"] == "first"
    assert told == {"type": "message"} | ack["message"]
    assert told["text"] == "hello"
    assert told["user"]["name"] == "ada"
    assert told["seq"] == 1


@pytest.mark.gen_test
async def test_there_is_no_echo_but_to_the_senders_other_tab(connect) -> None:
    ada, other = await connect("ada"), await connect("ada")
    await ada.say("hello")
    assert (await other.until("message"))["text"] == "hello"
    ada.send(type="ping", n=1)
    await ada.until("pong")
    assert [e["type"] for e in ada.events].count("message") == 0


@pytest.mark.gen_test
async def test_the_ack_stands_where_the_message_would(connect) -> None:
    ada, bob = await connect("ada"), await connect("bob")
    for number in range(20):
        ada.send(type="message", text=f"a{number}")
        bob.send(type="message", text=f"b{number}")
    told: dict[str, list[int]] = {}
    for name, client in (("ada", ada), ("bob", bob)):
        events = [e async for e in only(client, 40, "ack", "message")]
        told[name] = [(e["message"] if e["type"] == "ack" else e)["seq"] for e in events]
    assert told["ada"] == told["bob"] == list(range(1, 41))


async def only(client: Any, count: int, *types: str) -> Any:
    while count:
        event = await client.next()
        if event["type"] in types:
            count -= 1
            yield event


@pytest.mark.gen_test
async def test_a_newcomer_sees_what_was_said_before(connect) -> None:
    ada = await connect("ada")
    for text in ("one", "two", "three"):
        await ada.say(text)
    bob = await connect("bob")
    history = next(e for e in bob.events if e["type"] == "history")
    assert [m["text"] for m in history["messages"]] == ["one", "two", "three"]
    assert history["seq"] == 3


@pytest.mark.gen_test
async def test_the_plainest_client_can_chat(connect) -> None:
    ada, bob = await connect("ada"), await connect("bob")
    ada.raw("just text")
    told = await bob.until("message")
    assert (told["text"], told["room"]) == ("just text", LOBBY)
    assert (await ada.until("ack"))["message"]["msgId"]


@pytest.mark.gen_test
async def test_a_ping_is_answered_with_its_number(connect) -> None:
    ada = await connect("ada")
    assert await ada.ask(type="ping", n=7) == {"type": "pong", "n": 7}
    assert await ada.ask(type="ping") == {"type": "pong"}


@pytest.mark.gen_test
async def test_a_resend_is_answered_with_the_stored_message(connect) -> None:
    ada, bob = await connect("ada"), await connect("bob")
    first = await ada.say("hello", msgId="x")
    assert await ada.say("hello", msgId="x") == first
    await ada.say("bye", msgId="y")
    assert [(await bob.until("message"))["text"] for _ in range(2)] == ["hello", "bye"]


@pytest.mark.gen_test
async def test_everybody_open_is_among_the_waiters_and_nobody_after(connect) -> None:
    ada = await connect("ada")
    await connect("bob")
    assert len(ChatSocketHandler.waiters) == 2
    ada.close()
    for _ in range(100):
        if len(ChatSocketHandler.waiters) == 1:
            break
        await asyncio.sleep(0.01)
    assert len(ChatSocketHandler.waiters) == 1


class TestLimits:
    @pytest.fixture
    def settings(self) -> dict[str, Any]:
        return {"text_limit": 10, "frame_limit": 1000, "cache_size": 3}

    @pytest.mark.gen_test
    async def test_a_text_over_the_limit_is_refused_and_the_limit_told(self, connect) -> None:
        ada = await connect("ada")
        error = await ada.ask(type="message", text="x" * 11, msgId="x", ref="r")
        assert error["code"] == "too_long"
        assert "10 is the most" in error["message"]
        assert "--text-limit" in error["message"]
        assert (error["msgId"], error["ref"]) == ("x", "r")
        assert (await ada.say("x" * 10))["message"]["text"] == "x" * 10

    @pytest.mark.gen_test
    async def test_the_limit_counts_characters_not_bytes(self, connect) -> None:
        ada = await connect("ada")
        await ada.say("木" * 10)

    @pytest.mark.gen_test
    async def test_a_frame_over_the_limit_closes_with_1009(self, connect) -> None:
        ada = await connect("ada")
        ada.send(type="ping", n="x" * 1000)
        assert (await ada.until("closed"))["code"] == 1009

    @pytest.mark.gen_test
    async def test_the_cache_keeps_so_many_changes(self, connect) -> None:
        ada = await connect("ada")
        for number in range(5):
            await ada.say(f"{number}")
        bob = await connect("bob")
        history = next(e for e in bob.events if e["type"] == "history")
        assert [m["text"] for m in history["messages"]] == ["2", "3", "4"]
        assert history["more"]
        assert ChatSocketHandler.cache.get(LOBBY).recent.keys() == {3, 4, 5}


@pytest.mark.gen_test
async def test_who_types_too_fast_is_told_when_to_go_on(connect, app) -> None:
    from models.limits import Limits

    app.rates.messages = Limits(rate=10, burst=2)
    ada = await connect("ada")
    await ada.say("one")
    await ada.say("two")
    error = await ada.ask(type="message", text="three", msgId="t")
    assert (error["code"], error["msgId"]) == ("slow_down", "t")
    await asyncio.sleep(error["retry"] / 1000)
    await ada.say("three", msgId="t")


@pytest.mark.parametrize(
    ("frame", "code"),
    [
        ('{"type":"message","text":1}', "bad_event"),
        ('{"type":"dance"}', "bad_event"),
        ("{", "bad_event"),
        ('{"type":"message","text":" \\n "}', "empty"),
        ("", "empty"),
        ("\u200b\u2060 \u3164\ufe0f", "empty"),
        ('{"type":"message","text":"a\\u0000b"}', "bad_event"),
        ('{"type":"message","text":"a","room":99}', "not_found"),
        ('{"type":"join","room":"attic"}', "not_found"),
        (b"binary", "bad_event"),
    ],
)
@pytest.mark.gen_test
async def test_an_error_never_closes_the_socket(connect, frame, code) -> None:
    ada = await connect("ada")
    ada.raw(frame)
    assert (await ada.until("error"))["code"] == code
    await ada.say("still here")
