"""Direct conversations: exactly these people, in one room for each set of them."""

from __future__ import annotations

import asyncio

import pytest

from tests.handlers.rooms import Person, come


async def begin(call, by: Person, *others: Person):
    return await call(
        "POST", "/api/rooms/direct", {"users": [other.id for other in others]}, by.cookie
    )


@pytest.mark.gen_test
async def test_two_people_have_one_room_whoever_begins(call, connect) -> None:
    ada, bob = await come(call, "ada"), await come(call, "bob")
    phone = await connect(cookie=bob.cookie)
    made = await begin(call, ada, bob)
    assert made.status == 201
    assert (made.body["kind"], made.body["name"]) == ("direct", "")
    assert [user["name"] for user in made.body["members"]] == ["ada", "bob"]
    assert (await phone.until("room"))["room"] == made.body
    again = await begin(call, bob, ada, ada, bob)
    assert (again.status, again.body["id"]) == (200, made.body["id"])
    mine = await call("GET", "/api/rooms", cookie=ada.cookie)
    assert made.body in mine.body["rooms"]


@pytest.mark.gen_test
async def test_a_third_person_makes_it_another_room(call) -> None:
    ada, bob, carol = [await come(call, name) for name in ("ada", "bob", "carol")]
    two, three = await begin(call, ada, bob), await begin(call, ada, bob, carol)
    assert three.status == 201
    assert two.body["id"] != three.body["id"]
    assert [user["name"] for user in three.body["members"]] == ["ada", "bob", "carol"]


@pytest.mark.gen_test
async def test_all_who_begin_at_once_get_the_same_room(call) -> None:
    ada, bob, carol = people = [await come(call, name) for name in ("ada", "bob", "carol")]
    answers = await asyncio.gather(*[begin(call, by, ada, bob, carol) for by in people * 3])
    assert len({answer.body["id"] for answer in answers}) == 1
    assert sorted(answer.status for answer in answers) == [200] * 8 + [201]


@pytest.mark.gen_test
async def test_nobody_leaves_joins_renames_or_is_brought_in(call) -> None:
    ada, bob, carol = [await come(call, name) for name in ("ada", "bob", "carol")]
    room = (await begin(call, ada, bob)).body["id"]
    refused = [
        await call("DELETE", f"/api/rooms/{room}/members/{ada.id}", cookie=ada.cookie),
        await call("DELETE", f"/api/rooms/{room}/members/{bob.id}", cookie=ada.cookie),
        await call("PUT", f"/api/rooms/{room}/members/{carol.id}", cookie=ada.cookie),
        await call("PATCH", f"/api/rooms/{room}", {"name": "us"}, ada.cookie),
        await call("PATCH", f"/api/rooms/{room}", {"kind": "open"}, ada.cookie),
    ]
    assert [answer.code for answer in refused] == ["forbidden"] * 5


@pytest.mark.gen_test
async def test_a_conversation_with_nobody_too_many_or_strangers(call, connect) -> None:
    ada = await come(call, "ada")
    bob = Person((await connect("bob")).events[0]["user"]["id"], "")
    crowd = [await come(call, f"guest {number}") for number in range(10)]
    answers = [
        await begin(call, ada),
        await begin(call, ada, ada),
        await begin(call, ada, *crowd),
        await begin(call, ada, Person(4711, "")),
        await begin(call, ada, bob),
    ]
    assert [(answer.status, answer.code) for answer in answers] == [
        (400, "bad_event"),
        (400, "bad_event"),
        (400, "bad_event"),
        (404, "not_found"),
        (403, "forbidden"),
    ]
    assert {answer.body["error"]["field"] for answer in answers} == {"users"}
    assert (await begin(call, ada, *crowd[:9])).status == 201


@pytest.mark.gen_test
async def test_what_two_say_to_each_other_reaches_only_them(call, connect) -> None:
    ada, bob, carol = [await come(call, name) for name in ("ada", "bob", "carol")]
    room = (await begin(call, ada, bob)).body["id"]
    sockets = [await connect(cookie=one.cookie, resume=f"{room}:0,1:0") for one in (ada, bob)]
    stranger = await connect(cookie=carol.cookie)
    await sockets[0].say("psst", room=room)
    assert (await sockets[1].until("message"))["text"] == "psst"
    stranger.send(type="ping", n=1)
    await stranger.until("pong")
    assert room not in [event.get("room") for event in stranger.events]


@pytest.mark.gen_test
async def test_who_begins_again_is_told_their_own_unread_and_not_anothers(call, connect) -> None:
    ada, bob = await come(call, "ada"), await come(call, "bob")
    room = (await begin(call, ada, bob)).body["id"]
    phone = await connect(cookie=bob.cookie, resume=f"{room}:0")
    await phone.say("are you there?", room=room)
    phone.send(type="read", room=room, seq=1)
    await phone.until("receipt", user=bob.id)
    lines = [(await begin(call, *pair)).body for pair in ((ada, bob), (bob, ada))]
    assert [line["unread"] for line in lines] == [1, 0]
