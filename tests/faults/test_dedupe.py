"""A message sent again under its msgId is the same message, always."""

from __future__ import annotations

import asyncio

from tests.faults.wire import ask, call, run, sign_in
from tests.serving import GustProcess
from tests.talking import Client, Event

COPIES = 1_000
SOCKETS = 20


async def _until_acks(client: Client, count: int) -> list[Event]:
    return [await client.until("ack", timeout=20) for _ in range(count)]


async def _stored(port: int, cookie: str, room: int = 1) -> list[Event]:
    status, page, _ = await ask(port, "GET", f"/api/rooms/{room}/messages?limit=100", None, cookie)
    assert status == 200
    return page["messages"]


def test_a_thousand_copies_at_once_over_twenty_sockets_are_one_message(tmp_path):
    async def scene() -> None:
        cookie = await sign_in(server.port, "ada")
        tabs = [await call(server.port, cookie) for _ in range(SOCKETS)]
        bob = await call(server.port, name="bob")
        for _ in range(COPIES // SOCKETS):
            for tab in tabs:
                tab.send(type="message", text="hello", msgId="one")
        acks = await asyncio.gather(*(_until_acks(tab, COPIES // SOCKETS) for tab in tabs))

        told = [ack for of_tab in acks for ack in of_tab]
        assert len(told) == COPIES
        assert all(ack["msgId"] == "one" for ack in told)
        assert all(ack["message"] == told[0]["message"] for ack in told)
        assert len(await _stored(server.port, cookie)) == 1
        heard = await bob.until("message")
        bob.send(type="ping", n="nothing else")
        await bob.until("pong")
        assert [event for event in bob.events if event["type"] == "message"] == [heard]
        for client in [*tabs, bob]:
            client.close()

    with GustProcess(tmp_path, "--message-rate=0") as server:
        run(scene())
        assert not server.complaints


def test_a_copy_after_a_restart_is_the_same_message(tmp_path):
    async def post() -> Event:
        client = await call(server.port, cookie)
        ack = await client.say("hello", msgId="one")
        client.close()
        return ack

    with GustProcess(tmp_path) as server:
        cookie = run(sign_in(server.port, "ada"))
        before = run(post())
        server.kill()
        server.start()
        assert run(post()) == before
        assert len(run(_stored(server.port, cookie))) == 1


def test_a_copy_into_another_room_is_still_the_first_message(tmp_path):
    async def scene() -> None:
        cookie = await sign_in(server.port, "ada")
        _, den, _ = await ask(server.port, "POST", "/api/rooms", {"name": "den"}, cookie)
        ada = await call(server.port, cookie)
        ada.send(type="join", room=den["id"])
        await ada.until("presence", room=den["id"])
        first = await ada.say("hello", msgId="one")
        again = await ada.say("hello", msgId="one", room=den["id"])
        assert again["message"] == first["message"]
        assert await _stored(server.port, cookie, den["id"]) == []
        ada.close()

    with GustProcess(tmp_path) as server:
        run(scene())


def test_the_same_msgid_of_somebody_else_is_another_message(tmp_path):
    async def scene() -> None:
        ada = await call(server.port, name="ada")
        bob = await call(server.port, name="bob")
        of_ada = await ada.say("hello", msgId="one")
        of_bob = await bob.say("hello", msgId="one")
        assert of_ada["message"]["id"] != of_bob["message"]["id"]
        assert of_ada["message"]["user"] != of_bob["message"]["user"]
        ada.close()
        bob.close()

    with GustProcess(tmp_path) as server:
        run(scene())


def test_an_ack_to_a_copy_comes_after_all_that_was_said_before_it(tmp_path):
    """A client may take the highest number that it has seen as its position."""

    async def scene() -> None:
        cookie = await sign_in(server.port, "ada")
        desk, phone = await call(server.port, cookie), await call(server.port, cookie)
        for tab in (desk, phone):
            await tab.until("presence")
        bob = await call(server.port, name="bob")
        for _ in range(1_000):  # so that hers are stored together, behind his
            bob.send(type="message", text="busy")
        for number in range(200):
            desk.send(type="message", text=str(number), msgId=str(number))
            phone.send(type="message", text=str(number), msgId=str(number))
        for tab in (desk, phone):
            seen = 0
            acked = 0
            while acked < 200:
                event = await tab.next()
                acked += event["type"] == "ack"
                if event["type"] in ("ack", "message"):
                    seq = event.get("message", event)["seq"]
                    assert not seen or seq <= seen + 1, "an ack overtook what was said before it"
                    seen = max(seen, seq)
            tab.close()
        bob.close()

    with GustProcess(tmp_path, "--message-rate=0") as server:
        run(scene())
