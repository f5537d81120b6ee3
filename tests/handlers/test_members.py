"""Who is in a room: brought in, taken out, succeeding each other."""

from __future__ import annotations

import asyncio
import time
from typing import Any

import pytest

from models.presence import GRACE
from models.store import rooms
from tests.handlers.rooms import come, make, promote

LOBBY = 1


async def names(call, person, room: int, query: str = "") -> list[str]:
    answer = await call("GET", f"/api/rooms/{room}/members{query}", cookie=person.cookie)
    assert answer.status == 200, answer.body
    return [user["name"] for user in answer.body["members"]]


@pytest.mark.gen_test
async def test_who_is_brought_in_hears_of_it_and_can_join(call, connect) -> None:
    ada, bob = await come(call, "ada"), await come(call, "bob")
    den = await make(call, ada)
    phone = await connect(cookie=bob.cookie)
    assert [room["name"] for room in phone.events[0]["rooms"]] == ["lobby"]
    assert (
        await call("PUT", f"/api/rooms/{den}/members/{bob.id}", cookie=ada.cookie)
    ).status == 204
    told = (await phone.until("room"))["room"]
    assert (told["name"], told["kind"], told["maker"]) == ("den", "closed", ada.id)
    phone.send(type="join", room="den")
    assert (await phone.until("history"))["room"] == den
    assert await names(call, bob, den) == ["ada", "bob"]


@pytest.mark.gen_test
async def test_any_member_brings_somebody_in(call) -> None:
    ada, bob, carol = [await come(call, name) for name in ("ada", "bob", "carol")]
    den = await make(call, ada, "closed", bob)
    path = f"/api/rooms/{den}/members/{carol.id}"
    assert (await call("PUT", path, cookie=carol.cookie)).status == 404
    assert (await call("PUT", path, cookie=bob.cookie)).status == 204
    assert (await call("PUT", path, cookie=bob.cookie)).status == 204, "she is in already"
    assert await names(call, carol, den) == ["ada", "bob", "carol"]


@pytest.mark.gen_test
async def test_nobody_is_brought_in_whom_anybody_could_be(call, connect) -> None:
    ada, bob = await come(call, "ada"), await connect("bob")
    den, hall = await make(call, ada), await make(call, ada, "open", name="hall")
    just_a_name = bob.events[0]["user"]["id"]
    refused = await call("PUT", f"/api/rooms/{den}/members/{just_a_name}", cookie=ada.cookie)
    assert (refused.status, refused.code) == (403, "forbidden")
    allowed = await call("PUT", f"/api/rooms/{hall}/members/{just_a_name}", cookie=ada.cookie)
    assert allowed.status == 204
    nobody = await call("PUT", f"/api/rooms/{den}/members/4711", cookie=ada.cookie)
    assert (nobody.status, nobody.code) == (404, "not_found")


@pytest.mark.gen_test
async def test_who_is_taken_out_hears_nothing_more(call, connect) -> None:
    ada, bob = await come(call, "ada"), await come(call, "bob")
    den = await make(call, ada, "closed", bob)
    laptop = await connect(cookie=ada.cookie, resume=f"{den}:0")
    phone = await connect(cookie=bob.cookie, resume=f"{den}:0")
    await laptop.say("before", room=den)
    await phone.until("message")
    assert (
        await call("DELETE", f"/api/rooms/{den}/members/{bob.id}", cookie=ada.cookie)
    ).status == 204
    assert (await phone.until("removed", timeout=1))["room"] == den
    assert (await laptop.until("left", room=den))["user"]["id"] == bob.id
    heard = len(phone.events)
    await laptop.say("after", room=den)
    phone.send(type="message", room=den, text="let me in", msgId="x")
    assert (await phone.until("error"))["code"] == "not_found"
    assert len(phone.events) == heard + 1


@pytest.mark.gen_test
async def test_only_who_looks_after_a_room_takes_others_out(app, call) -> None:
    ada, bob, carol = [await come(call, name) for name in ("ada", "bob", "carol")]
    den = await make(call, ada, "closed", bob, carol)
    path = f"/api/rooms/{den}/members/{carol.id}"
    assert (await call("DELETE", path, cookie=bob.cookie)).code == "forbidden"
    await promote(app, bob, "moderator")
    assert (await call("DELETE", path, cookie=bob.cookie)).status == 204
    assert (await call("DELETE", path, cookie=bob.cookie)).code == "not_found", "she is out"


@pytest.mark.gen_test
async def test_a_moderator_who_is_not_in_a_closed_room_does_not_see_it(app, call) -> None:
    ada, bob = await come(call, "ada"), await come(call, "bob")
    den = await make(call, ada)
    await promote(app, bob, "admin")
    for method, path in (("GET", "members"), ("DELETE", f"members/{ada.id}"), ("GET", "messages")):
        answer = await call(method, f"/api/rooms/{den}/{path}", cookie=bob.cookie)
        assert (answer.status, answer.code) == (404, "not_found")


@pytest.mark.gen_test
async def test_when_the_maker_goes_who_is_longest_in_looks_after_the_room(call, connect) -> None:
    ada, bob, carol = [await come(call, name) for name in ("ada", "bob", "carol")]
    den = await make(call, ada, "closed", carol, bob)
    phone = await connect(cookie=bob.cookie)
    left = await call("DELETE", f"/api/rooms/{den}/members/{ada.id}", cookie=ada.cookie)
    assert left.status == 204
    assert (await phone.until("room"))["room"]["maker"] == carol.id
    renamed = await call("PATCH", f"/api/rooms/{den}", {"name": "attic"}, carol.cookie)
    assert renamed.status == 200
    assert (await phone.until("room"))["room"]["name"] == "attic"


@pytest.mark.gen_test
async def test_the_last_to_leave_leaves_a_room_that_nobody_looks_after(call) -> None:
    ada, bob = await come(call, "ada"), await come(call, "bob")
    hall = await make(call, ada, "open")
    await call("DELETE", f"/api/rooms/{hall}/members/{ada.id}", cookie=ada.cookie)
    listed = await call("GET", "/api/rooms", cookie=bob.cookie)
    assert "maker" not in listed.body["rooms"][1]
    assert (await call("PATCH", f"/api/rooms/{hall}", {"name": "attic"}, ada.cookie)).status == 403


@pytest.mark.gen_test
async def test_the_lobbys_people_come_in_pages(call) -> None:
    people = {name: await come(call, name) for name in ("carol", "Ada", "bob", "Åsa", "dan")}
    ada = people["Ada"]
    first = await call("GET", f"/api/rooms/{LOBBY}/members?limit=2", cookie=ada.cookie)
    assert [user["name"] for user in first.body["members"]] == ["Ada", "bob"]
    assert first.body["here"] == [ada.id, people["bob"].id]
    assert first.body["more"]
    rest = await names(call, ada, LOBBY, f"?after={people['bob'].id}")
    assert rest == ["carol", "dan", "Åsa"]


@pytest.mark.gen_test
async def test_guests_who_have_gone_are_not_in_the_lobby_but_in_their_rooms(app, call) -> None:
    ada, bob = await come(call, "ada"), await come(call, "bob")
    den = await make(call, ada, "closed", bob)
    app.presences.place.expire(bob.id, time.monotonic() + GRACE)
    assert await names(call, ada, LOBBY) == ["ada"]
    assert await names(call, ada, den) == ["ada", "bob"]
    assert await names(call, ada, den, "?q=B") == ["bob"]


@pytest.mark.gen_test
async def test_two_who_take_each_other_out_at_once(app, call) -> None:
    ada, bob = await come(call, "ada"), await come(call, "bob")
    hall = await make(call, ada, "closed", bob)
    for person in (ada, bob):
        await promote(app, person, "admin")
    path = f"/api/rooms/{hall}/members/"
    answers = await asyncio.gather(
        call("DELETE", f"{path}{bob.id}", cookie=ada.cookie),
        call("DELETE", f"{path}{ada.id}", cookie=bob.cookie),
    )
    assert sorted(answer.status for answer in answers) == [204, 404]


@pytest.mark.gen_test
async def test_who_is_not_in_a_room_or_not_at_all_is_not_taken_out(call) -> None:
    ada, bob = await come(call, "ada"), await come(call, "bob")
    den = await make(call, ada)
    for nobody in (bob.id, 999):
        answer = await call("DELETE", f"/api/rooms/{den}/members/{nobody}", cookie=ada.cookie)
        assert (answer.status, answer.code) == (404, "not_found")


@pytest.mark.gen_test
async def test_who_is_brought_in_while_a_room_is_renamed_learns_its_new_name(
    app, call, connect, monkeypatch
) -> None:
    ada, bob = await come(call, "ada"), await come(call, "bob")
    await promote(app, ada, "member")
    den = await make(call, ada)
    phone = await connect(cookie=bob.cookie)
    read, is_read, passable = app.store.read, asyncio.Event(), asyncio.Event()

    async def slowly(*asked: Any) -> Any:
        found = await read(*asked)
        is_read.set()
        await passable.wait()
        return found

    def begin(run: Any, *args: Any) -> Any:
        if run is not rooms.entries:
            return read(run, *args)
        monkeypatch.setattr(app.store, "read", read)
        return asyncio.ensure_future(slowly(run, *args))

    monkeypatch.setattr(app.store, "read", begin)
    await call("PUT", f"/api/rooms/{den}/members/{bob.id}", cookie=ada.cookie)
    await is_read.wait()
    await call("PATCH", f"/api/rooms/{den}", {"name": "attic"}, ada.cookie)
    passable.set()
    assert (await phone.until("room"))["room"]["name"] == "attic"
    assert (await phone.ask(type="ping"))["type"] == "pong"
