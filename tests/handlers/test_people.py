"""The people of the place: found by name, told of one by one."""

from __future__ import annotations

import time

import pytest
from sqlalchemy import insert, update

from models.presence import GRACE
from models.store import members
from models.store.schema import bans, now, users
from tests.handlers.rooms import Person, come, make, promote


async def found(call, by: Person, query: str = "") -> list[str]:
    answer = await call("GET", f"/api/users{query}", cookie=by.cookie)
    assert answer.status == 200, answer.body
    return [user["name"] for user in answer.body["users"]]


async def go(app, person: Person) -> None:
    app.presences.place.expire(person.id, time.monotonic() + GRACE)


async def change(app, statement) -> None:
    await app.store.write(lambda connection: connection.execute(statement) and None)


@pytest.mark.gen_test
async def test_people_are_found_by_the_beginning_of_any_word(call) -> None:
    ada = await come(call, "Ada Lovelace")
    for name in ("Lola", "bob", "100% bob", "o_k"):
        await come(call, name)
    assert await found(call, ada, "?q=lo") == ["Ada Lovelace", "Lola"]
    assert await found(call, ada, "?q=BOB") == ["100% bob", "bob"]
    assert await found(call, ada, "?q=%25") == []
    assert await found(call, ada, "?q=o_") == ["o_k"]
    assert await found(call, ada, "?q=velace") == []


@pytest.mark.gen_test
async def test_people_come_in_pages_each_once(app, call) -> None:
    people = [await come(call, f"guest {number:02}") for number in range(9)]
    for person in people[::2]:
        await promote(app, person, "member")
    seen, query = [], "?limit=2"
    while True:
        page = (await call("GET", f"/api/users{query}", cookie=people[0].cookie)).body
        seen += [user["id"] for user in page["users"]]
        if not page["more"]:
            break
        query = f"?limit=2&after={seen[-1]}"
    assert seen == [person.id for person in people]


@pytest.mark.gen_test
async def test_a_guest_who_has_gone_shows_only_to_who_shares_a_room(app, call) -> None:
    ada, bob, carol = [await come(call, name) for name in ("ada", "bob", "carol")]
    await make(call, ada, "closed", bob)
    await go(app, bob)
    assert await found(call, ada) == ["ada", "bob", "carol"]
    assert await found(call, carol) == ["ada", "carol"]
    await promote(app, bob, "member")
    assert await found(call, carol) == ["ada", "bob", "carol"]


@pytest.mark.gen_test
async def test_who_is_banned_or_deleted_shows_nowhere(app, call) -> None:
    ada, bob, carol = [await come(call, name) for name in ("ada", "bob", "carol")]
    den = await make(call, ada, "closed", bob, carol)
    for person in (bob, carol):
        await promote(app, person, "member")
        await go(app, person)  # their sockets were closed
    await change(app, insert(bans).values(user=bob.id, reason="", date=now()))
    await change(app, update(users).where(users.c.id == carol.id).values(gone=True))
    assert await found(call, ada) == ["ada"]
    inside = await call("GET", f"/api/rooms/{den}/members", cookie=ada.cookie)
    assert [user["name"] for user in inside.body["members"]] == ["ada"]
    brought = await call("PUT", f"/api/rooms/{den}/members/{carol.id}", cookie=ada.cookie)
    assert brought.code == "not_found"


@pytest.mark.gen_test
async def test_who_is_taken_out_of_everything_leaves_it_to_the_next(app, call) -> None:
    ada, bob = await come(call, "ada"), await come(call, "bob")
    den = await make(call, ada, "closed", bob)
    direct = await call("POST", "/api/rooms/direct", {"users": [bob.id]}, ada.cookie)
    assert await app.store.write(members.leave_all, ada.id) == {den: True}
    listed = (await call("GET", "/api/rooms", cookie=bob.cookie)).body["rooms"]
    assert {room["id"]: room.get("maker") for room in listed}[den] == bob.id
    mine = (await call("GET", "/api/me", cookie=ada.cookie)).body["rooms"]
    assert [room["id"] for room in mine] == [1, direct.body["id"]]


@pytest.mark.gen_test
async def test_a_card_tells_of_a_ban_to_moderators_only(app, call) -> None:
    ada, bob = await come(call, "ada"), await come(call, "bob")
    path = f"/api/users/{bob.id}"
    card = (await call("GET", path, cookie=ada.cookie)).body
    assert card["user"] == {"id": bob.id, "name": "bob", "role": "guest"}
    assert card["here"]
    assert abs(card["date"] - now()) < 60_000
    assert "banned" not in card
    await promote(app, ada, "moderator")
    assert (await call("GET", path, cookie=ada.cookie)).body["banned"] is False
    assert (await call("GET", "/api/users/4711", cookie=ada.cookie)).code == "not_found"
