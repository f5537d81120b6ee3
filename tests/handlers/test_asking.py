"""Events that name a room: answered where it may be read, in the client's order."""

from __future__ import annotations

import pytest
from sqlalchemy import update

from models.limits import Limits
from models.store.schema import rooms
from tests.handlers.test_rooms import LOBBY, sign_in


async def make_room(call, cookie: str, name: str = "den") -> int:
    made = await call("POST", "/api/rooms", {"name": name}, cookie)
    assert made.status == 201
    return made.body["id"]


async def close(app, room: int) -> None:
    shut = update(rooms).where(rooms.c.id == room).values(kind="closed")
    await app.store.write(lambda connection: connection.execute(shut) and None)


@pytest.mark.gen_test
async def test_an_open_room_may_be_posted_in_without_being_in_it(call, connect) -> None:
    cookie = await sign_in(call, "ada")
    den = await make_room(call, cookie)
    ada, bob = await connect(cookie=cookie, resume=f"{den}:0"), await connect("bob")
    await bob.say("knock knock", room=den)
    assert (await ada.until("message"))["text"] == "knock knock"


@pytest.mark.gen_test
async def test_a_closed_room_is_no_room_to_who_is_not_in_it(app, call, connect) -> None:
    cookie = await sign_in(call, "ada")
    den = await make_room(call, cookie)
    await close(app, den)
    ada, bob = await connect(cookie=cookie, resume=f"{den}:0"), await connect("bob")
    refused = await bob.ask(type="message", room=den, text="knock knock", msgId="x", ref="r")
    nowhere = await bob.ask(type="message", room=77, text="knock knock", msgId="x", ref="r")
    assert (refused["type"], refused["code"]) == ("error", "not_found")
    assert refused == nowhere
    assert (await ada.say("quiet", room=den))["message"]["seq"] == 1


@pytest.mark.gen_test
async def test_posts_keep_their_order_while_the_first_is_asked_about(call, connect) -> None:
    den = await make_room(call, await sign_in(call, "eve"))
    ada = await connect("ada")
    for number in range(20):
        ada.send(type="message", room=den if number % 3 else LOBBY, text=f"{number}")
        if number == 5:
            ada.send(type="join", room=den)
    acked = []
    while len(acked) < 20:
        told = await ada.next()
        assert told["type"] != "error", told
        if told["type"] == "ack":
            acked.append(told["message"])
    for room in (den, LOBBY):
        texts = [int(m["text"]) for m in acked if m["room"] == room]
        assert texts == sorted(texts)


@pytest.mark.gen_test
async def test_each_question_gets_its_own_answer(call, connect) -> None:
    den = await make_room(call, await sign_in(call, "eve"))
    ada = await connect("ada")
    for number, room in enumerate([77, den, 78, den, LOBBY]):
        ada.send(type="message", room=room, text="hello", msgId=f"{number}")
    told = [await ada.next() for _ in range(5)]
    assert {t["msgId"]: t.get("code", "ack") for t in told} == {
        "0": "not_found", "1": "ack", "2": "not_found", "3": "ack", "4": "ack"
    }  # fmt: skip


@pytest.mark.gen_test
async def test_who_asks_about_many_rooms_is_slowed_down(app, connect) -> None:
    ada = await connect("ada")
    app.rates.joins = Limits(rate=1, burst=2)
    codes = [(await ada.ask(type="message", room=77, text="hello"))["code"] for _ in range(3)]
    assert codes == ["not_found", "not_found", "slow_down"]
    await ada.say("the lobby is no question")


@pytest.mark.gen_test
async def test_a_resend_to_another_room_is_not_answered_with_the_message(call, connect) -> None:
    den = await make_room(call, await sign_in(call, "eve"))
    ada = await connect("ada")
    await ada.say("psst", room=den, msgId="x")
    again = await ada.ask(type="message", text="psst", msgId="x")
    assert (again["type"], again["code"], again["msgId"]) == ("error", "bad_event", "x")
