"""Who is typing, how far everybody is, and what is unread."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from models.store import beside, positions

LOBBY = 1


async def sign_in(call: Any, name: str) -> tuple[str, int]:
    answer = await call("POST", "/api/session", {"name": name})
    return answer.cookie, answer.body["user"]["id"]


async def lobby_of(call: Any, cookie: str, room: int = LOBBY) -> tuple[int, int, int]:
    """Give read, unread and mentions of one's line of a room."""
    rooms = (await call("GET", "/api/me", cookie=cookie)).body["rooms"]
    [entry] = [entry for entry in rooms if entry["id"] == room]
    return entry["read"], entry["unread"], entry["mentions"]


@pytest.mark.gen_test
async def test_others_are_told_who_is_typing_but_not_oneself(connect) -> None:
    ada, other, bob = await connect("ada"), await connect("ada"), await connect("bob")
    ada.send(type="typing", room=LOBBY)
    assert (await bob.until("typing"))["user"]["name"] == "ada"
    for device in (ada, other):
        device.send(type="ping")
        await device.until("pong")
        assert "typing" not in [event["type"] for event in device.events]


@pytest.mark.gen_test
async def test_typing_is_told_once_a_second_at_most(connect) -> None:
    ada, bob = await connect("ada"), await connect("bob")
    for _ in range(20):
        ada.send(type="typing", room=LOBBY)
    await ada.say("done")
    await bob.until("message")
    assert [event["type"] for event in bob.events].count("typing") == 1


@pytest.mark.gen_test
async def test_what_is_unread_is_counted_until_it_is_read(connect, call) -> None:
    (cookie, _), (other, bob_id) = await sign_in(call, "ada"), await sign_in(call, "bob")
    ada, bob = await connect(cookie=cookie), await connect(cookie=other)
    bob.send(type="read", room=LOBBY, seq=0)
    await bob.until("receipt", user=bob_id)
    for text in ("one", "@bob two", "three"):
        await ada.say(text)
    await bob.say("mine")
    assert await lobby_of(call, other) == (0, 3, 1)
    bob.send(type="read", room=LOBBY, seq=1)
    receipt = await bob.until("receipt", user=bob_id)
    assert (receipt["read"], receipt["received"]) == (1, 1)
    assert (receipt["unread"], receipt["mentions"]) == (2, 1)
    assert await lobby_of(call, other) == (1, 2, 1)


@pytest.mark.gen_test
async def test_what_was_said_before_somebody_came_is_not_unread_to_them(connect, call) -> None:
    ada = await connect("ada")
    await ada.say("one")
    await ada.say("two")
    cookie, bob_id = await sign_in(call, "bob")
    bob = await connect(cookie=cookie)
    bob.send(type="received", room=LOBBY, seq=2)
    assert (await bob.until("receipt", user=bob_id))["unread"] == 0
    await ada.say("three")
    assert await lobby_of(call, cookie) == (2, 1, 0)


@pytest.mark.gen_test
async def test_an_edit_makes_nothing_unread_and_a_removal_something_read(connect, call) -> None:
    (cookie, _), (other, bob_id) = await sign_in(call, "ada"), await sign_in(call, "bob")
    ada, bob = await connect(cookie=cookie), await connect(cookie=other)
    ids = [(await ada.say(text))["message"]["id"] for text in ("one", "two", "@bob three")]
    bob.send(type="read", room=LOBBY, seq=2)
    await bob.until("receipt", user=bob_id)
    ada.send(type="edit", id=ids[0], text="ONE")
    await ada.until("message", id=ids[0])
    assert await lobby_of(call, other) == (2, 1, 1)
    bob.send(type="read", room=LOBBY, seq=3)
    assert (await bob.until("receipt", user=bob_id))["unread"] == 0
    bob.send(type="read", room=LOBBY, unreadFrom=ids[2])
    assert (await bob.until("receipt", user=bob_id))["unread"] == 1
    ada.send(type="delete", id=ids[2])
    await ada.until("message", id=ids[2])
    assert (await lobby_of(call, other))[1:] == (0, 0)


@pytest.mark.gen_test
async def test_read_on_one_device_is_read_on_the_other_within_a_second(connect, call) -> None:
    cookie, ada_id = await sign_in(call, "ada")
    one, other, bob = await connect(cookie=cookie), await connect(cookie=cookie), await connect()
    for text in ("one", "two"):
        await bob.say(text)
    begun = asyncio.get_running_loop().time()
    one.send(type="read", room=LOBBY, seq=1)
    assert (await other.until("receipt", user=ada_id))["unread"] == 1
    one.send(type="read", room=LOBBY, seq=2)
    assert (await other.until("receipt", user=ada_id, read=2))["unread"] == 0
    assert asyncio.get_running_loop().time() - begun < 2.0
    late = await connect(cookie=cookie)
    assert late.events[0]["rooms"][0]["read"] == 2


@pytest.mark.gen_test
async def test_reading_many_messages_costs_one_write_a_second(connect, call, app) -> None:
    cookie, ada_id = await sign_in(call, "ada")
    ada, bob = await connect(cookie=cookie), await connect("bob")
    for number in range(20):
        await bob.say(str(number))
        ada.send(type="received", room=LOBBY, seq=number + 1)
        ada.send(type="read", room=LOBBY, seq=number + 1)
    await ada.until("receipt", user=ada_id, read=20)
    assert len([e for e in ada.events if e["type"] == "receipt"]) <= 3


@pytest.mark.gen_test
async def test_positions_never_go_back_by_themselves_nor_beyond_the_present(connect, call) -> None:
    cookie, ada_id = await sign_in(call, "ada")
    ada, bob = await connect(cookie=cookie), await connect("bob")
    await bob.say("one")
    ada.send(type="read", room=LOBBY, seq=99)
    assert (await ada.until("receipt", user=ada_id))["read"] == 1
    ada.send(type="read", room=LOBBY, seq=0)
    await asyncio.sleep(1.2)
    assert (await lobby_of(call, cookie))[0] == 1


@pytest.mark.gen_test
async def test_others_in_a_small_room_see_how_far_one_is(connect, call) -> None:
    (cookie, _), (other, bob_id) = await sign_in(call, "ada"), await sign_in(call, "bob")
    ada, bob = await connect(cookie=cookie), await connect(cookie=other)
    await ada.say("one")
    bob.send(type="received", room=LOBBY, seq=1)
    receipt = await ada.until("receipt", user=bob_id)
    assert (receipt["received"], receipt["read"]) == (1, 0)
    assert "unread" not in receipt
    listed = (await call("GET", f"/api/rooms/{LOBBY}/receipts", cookie=cookie)).body["receipts"]
    assert [(r["user"], r["received"], r["read"]) for r in listed] == [(bob_id, 1, 0)]


@pytest.mark.gen_test
async def test_who_is_written_to_directly_has_it_unread(connect, call) -> None:
    (cookie, _), (other, bob_id) = await sign_in(call, "ada"), await sign_in(call, "bob")
    direct = await call("POST", "/api/rooms/direct", {"users": [bob_id]}, cookie=cookie)
    ada = await connect(cookie=cookie)
    await ada.say("psst", room=direct.body["id"])
    assert await lobby_of(call, other, direct.body["id"]) == (0, 1, 0)


@pytest.mark.parametrize(
    "event",
    [
        {"type": "typing"},
        {"type": "received", "seq": 1},
        {"type": "read", "seq": 1},
        {"type": "read", "unreadFrom": 1},
    ],
)
@pytest.mark.gen_test
async def test_a_room_that_one_is_not_in_does_not_exist(connect, call, event) -> None:
    (cookie, _), (other, _) = await sign_in(call, "ada"), await sign_in(call, "bob")
    den = await call("POST", "/api/rooms", {"name": "den", "kind": "closed"}, cookie=cookie)
    ada, bob = await connect(cookie=cookie), await connect(cookie=other)
    await ada.say("hello", room=den.body["id"])
    answers = []
    for room in (den.body["id"], 99):
        bob.send(room=room, **event)
        answers.append(await bob.until("error"))
    assert answers[0] == answers[1]
    assert answers[0]["code"] == "not_found"
    answer = await call("GET", f"/api/rooms/{den.body['id']}/receipts", cookie=other)
    assert answer.status == 404


@pytest.mark.gen_test
async def test_what_can_not_be_unread_is_said(connect) -> None:
    ada = await connect("ada")
    ada.send(type="read", room=LOBBY, unreadFrom=99, ref="r")
    error = await ada.until("error")
    assert (error["code"], error["ref"]) == ("not_found", "r")
    ada.send(type="read", room=LOBBY)
    assert (await ada.until("error"))["code"] == "bad_event"


@pytest.mark.gen_test
async def test_what_was_read_just_before_the_stop_is_kept(app, connect) -> None:
    ada, bob = await connect("ada"), await connect("bob")
    for text in ("one", "two"):
        await ada.say(text)
    bob.send(type="read", room=LOBBY, seq=1)
    bob_id = (await bob.until("receipt", read=1))["user"]
    bob.send(type="read", room=LOBBY, seq=2)  # due a second after the last
    bob.send(type="ping")
    await bob.until("pong")
    url = f"sqlite:///{app.data / 'chat.db'}"
    await app.stop()
    kept = beside.read(url, lambda connection: positions.of_room(connection, LOBBY))
    assert {row.user: row.read for row in kept}[bob_id] == 2
