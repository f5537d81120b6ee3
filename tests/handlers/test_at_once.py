"""Two people do the same thing in the same moment: one of them is the first."""

from __future__ import annotations

import asyncio

import pytest
from sqlalchemy import select

from models.store.schema import invites, members, rooms
from tests.handlers.rooms import come, make, promote
from tests.talking import Client


@pytest.fixture
def settings() -> dict[str, float]:
    return {"room_rate": 0.0, "join_rate": 0.0}


def statuses(answers) -> list[int]:
    return sorted(answer.status for answer in answers)


@pytest.mark.gen_test
async def test_a_name_is_one_persons(call) -> None:
    answers = await asyncio.gather(
        *(call("POST", "/api/session", {"name": name}) for name in ("ada", "ADA", "ａda", "ada"))
    )
    assert statuses(answers) == [200, 200, 409, 409]  # full-width letters are others
    eve, mallory = await come(call, "eve"), await come(call, "mallory")
    renamed = await asyncio.gather(
        *(call("PATCH", "/api/account", {"name": "bob"}, p.cookie) for p in (eve, mallory))
    )
    assert statuses(renamed) == [200, 409]


@pytest.mark.gen_test
async def test_the_direct_room_of_two_is_made_once(call, app) -> None:
    ada, bob = await come(call, "ada"), await come(call, "bob")
    answers = await asyncio.gather(
        *(
            call("POST", "/api/rooms/direct", {"users": [other.id]}, one.cookie)
            for one, other in [(ada, bob), (bob, ada)] * 4
        )
    )
    assert statuses(answers) == [200] * 7 + [201]
    assert len({answer.body["id"] for answer in answers}) == 1
    kinds = await app.store.read(lambda c: c.scalars(select(rooms.c.kind)).all())
    assert kinds.count("direct") == 1


@pytest.mark.gen_test
async def test_an_open_rooms_name_is_taken_once(call) -> None:
    ada, bob = await come(call, "ada"), await come(call, "bob")
    made = await asyncio.gather(
        *(call("POST", "/api/rooms", {"name": "den"}, p.cookie) for p in (ada, bob))
    )
    assert statuses(made) == [201, 409]
    # Two closed rooms of one name, opened at once.
    dens = [await make(call, person, name="cave") for person in (ada, bob)]
    opened = await asyncio.gather(
        *(
            call("PATCH", f"/api/rooms/{den}", {"kind": "open"}, person.cookie)
            for den, person in zip(dens, (ada, bob), strict=True)
        )
    )
    assert statuses(opened) == [200, 409]


@pytest.mark.gen_test
async def test_a_link_with_one_use_lets_in_one(call, app) -> None:
    ada = await come(call, "ada")
    await promote(app, ada, "member")
    den = await make(call, ada)
    made = await call("POST", "/api/invites", {"room": den, "uses": 1}, ada.cookie)
    people = [await come(call, name) for name in ("bob", "carol", "dora")]
    path = f"/api/join/{made.body['token']}"
    answers = await asyncio.gather(*(call("POST", path, {}, p.cookie) for p in people))
    assert statuses(answers) == [200, 404, 404]
    assert await app.store.read(lambda c: c.scalar(select(invites.c.used))) == 1
    inside = await app.store.read(
        lambda c: c.scalars(select(members.c.user).where(members.c.room == den)).all()
    )
    assert len(inside) == 2


@pytest.mark.parametrize("turns", range(4))
@pytest.mark.gen_test
async def test_whoever_is_taken_out_while_joining_hears_nothing_more(
    call, connect, app, turns
) -> None:
    ada, bob = await come(call, "ada"), await come(call, "bob")
    den = await make(call, ada, "closed", bob)
    joining: Client = await connect(cookie=bob.cookie)
    speaker = await connect(cookie=ada.cookie, resume=f"{den}:0")

    async def take_out() -> None:
        for _ in range(turns):
            await asyncio.sleep(0)
        gone = await call("DELETE", f"/api/rooms/{den}/members/{bob.id}", cookie=ada.cookie)
        assert gone.status == 204

    arriving = asyncio.ensure_future(connect(cookie=bob.cookie, resume=f"{den}:0", greeted=False))
    joining.send(type="join", room=den)
    await take_out()
    late = await arriving
    for n in range(3):
        await speaker.say(f"secret {n}", room=den)
    for client in (joining, late):
        client.send(type="ping", n=1)
        await client.until("pong")
        assert not [event for event in client.events if "secret" in str(event)]
        removed = [e["type"] for e in client.events if e.get("room") == den]
        assert not removed or removed[-1] in ("removed", "error"), removed


@pytest.mark.gen_test
async def test_a_maker_who_leaves_while_changing_leaves_it_in_order(call, app) -> None:
    ada, bob = await come(call, "ada"), await come(call, "bob")
    for n in range(4):
        den = await make(call, ada, "closed", bob, name=f"den {n}")
        left, changed, out = await asyncio.gather(
            call("DELETE", f"/api/rooms/{den}/members/{ada.id}", cookie=ada.cookie),
            call("PATCH", f"/api/rooms/{den}", {"topic": "mine"}, ada.cookie),
            call("DELETE", f"/api/rooms/{den}/members/{bob.id}", cookie=ada.cookie),
        )
        assert left.status == 204
        assert changed.status in (200, 404)
        assert out.status in (204, 404)
        inside = await app.store.read(
            lambda c, den=den: c.scalars(select(members.c.user).where(members.c.room == den)).all()
        )
        maker = await app.store.read(
            lambda c, den=den: c.scalar(select(rooms.c.maker).where(rooms.c.id == den))
        )
        assert maker is None or maker in inside
        assert inside == [] or maker == bob.id


@pytest.mark.gen_test
async def test_the_rules_that_were_stored_last_are_in_force(call, app) -> None:
    ada = await come(call, "ada")
    await promote(app, ada, "admin")
    sets = [[{"text": f"word{n}", "kind": "word", "act": "refuse", "reason": ""}] for n in range(6)]
    answers = await asyncio.gather(
        *(call("PUT", "/api/filters", {"rules": rules}, ada.cookie) for rules in sets)
    )
    assert statuses(answers) == [200] * 6
    stored = (await call("GET", "/api/filters", cookie=ada.cookie)).body["rules"]
    in_force = [rule.text for rule in app.screening.filter.rules]
    assert in_force == [rule["text"] for rule in stored]
