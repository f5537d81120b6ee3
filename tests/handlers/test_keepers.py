"""Who looks after a room when its maker can't, or does not want to, any more."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select, text

from models.signals import RoomChanged
from models.store.keepers import ABSENT
from models.store.schema import rooms
from tests.handlers.accounts import admin, register
from tests.handlers.rooms import Person, come, make, promote
from tests.handlers.test_bots import make_bot


async def keeper_of(app: Any, room: int) -> int | None:
    found = select(rooms.c.maker).where(rooms.c.id == room)
    return await app.store.read(lambda connection: connection.scalar(found))


async def hand_over(call: Any, by: Person, room: int, to: int) -> Any:
    return await call("PATCH", f"/api/rooms/{room}", {"maker": to}, by.cookie)


@pytest.mark.gen_test
async def test_a_guests_room_is_handed_on_when_they_sign_out(app, call, connect) -> None:
    ada, bob, carol = [await come(call, name) for name in ("ada", "bob", "carol")]
    den = await make(call, ada, "closed", carol, bob)
    phone = await connect(cookie=bob.cookie)
    await call("DELETE", "/api/session", cookie=ada.cookie)
    assert (await phone.until("room"))["room"]["maker"] == carol.id
    await call("DELETE", "/api/session?all=1", cookie=carol.cookie)
    assert (await phone.until("room"))["room"]["maker"] == bob.id
    renamed = await call("PATCH", f"/api/rooms/{den}", {"name": "attic"}, bob.cookie)
    assert renamed.status == 200


@pytest.mark.gen_test
async def test_a_guest_who_signs_in_to_an_account_hands_their_rooms_on(app, call) -> None:
    await register(call, "ada")
    guest, bob = await come(call, "eve"), await come(call, "bob")
    den = await make(call, guest, "closed", bob)
    credentials = {"name": "ada", "password": "correct horse"}
    assert (await call("POST", "/api/session", credentials, guest.cookie)).status == 200
    assert await keeper_of(app, den) == bob.id


@pytest.mark.gen_test
async def test_an_account_keeps_its_rooms_when_it_is_signed_out(app, call) -> None:
    ada = (await register(call, "ada")).cookie
    me = (await call("GET", "/api/me", cookie=ada)).body["user"]["id"]
    den = await make(call, Person(me, ada), "closed", await come(call, "bob"))
    await call("DELETE", "/api/session", cookie=ada)
    assert await keeper_of(app, den) == me


@pytest.mark.gen_test
async def test_a_guest_who_stays_away_for_a_month_is_not_waited_for(app, call) -> None:
    ada, bob = await come(call, "ada"), await come(call, "bob")
    den = await make(call, ada, "closed", bob)
    told = []
    app.bus.subscribe(lambda change: None, told.append)

    async def sweep() -> int | None:
        app.attendance.write()
        app.attendance.sweep()
        await app.store.check()  # behind it
        return await keeper_of(app, den)

    assert await sweep() == ada.id
    away = f"UPDATE sessions SET seen = seen - {ABSENT} WHERE user IN ({ada.id}, {bob.id})"
    await app.store.write(lambda connection: connection.execute(text(away)) and None)
    assert await sweep() == ada.id, "nobody else is here more often"
    await call("GET", "/api/me", cookie=bob.cookie)
    assert await sweep() == bob.id
    assert told == [RoomChanged(den)]


@pytest.mark.gen_test
async def test_the_maker_hands_a_room_over_to_a_member(call, connect) -> None:
    ada, bob = await come(call, "ada"), await come(call, "bob")
    den = await make(call, ada, "closed", bob)
    phone = await connect(cookie=bob.cookie)
    handed = await hand_over(call, ada, den, bob.id)
    assert (handed.status, handed.body["maker"]) == (200, bob.id)
    assert (await phone.until("room"))["room"]["maker"] == bob.id
    assert (await hand_over(call, ada, den, ada.id)).status == 403, "it is bob's to say now"
    assert (await hand_over(call, bob, den, ada.id)).status == 200


@pytest.mark.gen_test
async def test_a_room_goes_to_nobody_who_is_not_in_it_or_just_a_name(call, connect) -> None:
    ada, bob = await come(call, "ada"), await come(call, "bob")
    hall = await make(call, ada, "open", name="hall")
    for nobody in (bob.id, 4711):
        answer = await hand_over(call, ada, hall, nobody)
        assert (answer.status, answer.code) == (404, "not_found")
    eve = await connect("eve")
    eve.send(type="join", room=hall)
    await eve.until("history", room=hall)
    name = (await call("GET", f"/api/rooms/{hall}/members", cookie=ada.cookie)).body["members"][1]
    answer = await hand_over(call, ada, hall, name["id"])
    assert (answer.status, answer.code) == (403, "forbidden")
    assert (await hand_over(call, bob, hall, bob.id)).status == 403


@pytest.mark.gen_test
async def test_what_a_moderator_hands_over_is_written_down(app, call) -> None:
    root, ada, bob = [await come(call, name) for name in ("root", "ada", "bob")]
    hall = await make(call, ada, "open", bob, name="hall")
    await promote(app, root, "admin")
    assert (await hand_over(call, root, hall, bob.id)).status == 200
    assert (await hand_over(call, root, 1, bob.id)).status == 403, "the lobby is nobody's own"
    (done,) = (await call("GET", "/api/actions", cookie=root.cookie)).body["actions"]
    assert (done["what"], done["user"]["name"], done["note"]) == ("room", "bob", "maker: bob")


@pytest.mark.gen_test
async def test_no_room_is_left_to_a_bot(app, call) -> None:
    bot = Person((await make_bot(call, await admin(app, call)))[0], "")
    ada, bob = await come(call, "ada"), await come(call, "bob")
    den = await make(call, ada, "closed", bot, bob)
    answer = await hand_over(call, ada, den, bot.id)
    assert (answer.status, answer.code) == (403, "forbidden")
    assert "choose a person" in answer.body["error"]["message"]
    await call("DELETE", f"/api/rooms/{den}/members/{ada.id}", cookie=ada.cookie)
    assert await keeper_of(app, den) == bob.id
