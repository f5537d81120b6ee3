"""A room is deleted: there is none for anybody at once, and nothing of it is left in the end."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from sqlalchemy import func, select

from handlers.chatsocket import ChatSocketHandler
from models.store import endings, members, messages, users
from models.store.examine.database import examine_rows, opened
from models.store.keeping import export
from models.store.schema import files, orphans
from models.store.schema import messages as messages_table
from models.store.schema import rooms as rooms_table
from tests.handlers.rooms import Person, come, make, promote
from tests.handlers.test_search import texts
from tests.handlers.test_taken_out import Held
from tests.models.test_removals import fill
from tests.uploading import upload

LOBBY = 1


async def delete(call: Any, by: Person, room: int) -> Any:
    return await call("DELETE", f"/api/rooms/{room}", cookie=by.cookie)


async def count(app: Any, table: Any) -> int:
    found = select(func.count()).select_from(table)
    return await app.store.read(lambda connection: connection.scalar(found))


async def done(app: Any) -> None:
    """Wait until nothing is left to be removed."""
    async with asyncio.timeout(5):
        while await app.store.read(endings.waiting) or app.endings.busy:
            await asyncio.sleep(0.01)


def whole(app: Any) -> bool:
    """Tell whether no rows of the database disagree."""
    with opened(app.data / "chat.db") as database:
        return not list(examine_rows(database))


class TestWhoMay:
    @pytest.mark.gen_test
    async def test_its_maker_and_nothing_is_left(self, app, call, connect) -> None:
        ada, bob = await come(call, "ada"), await come(call, "bob")
        den = await make(call, ada, "open", bob)
        laptop = await connect(cookie=ada.cookie, resume=f"{den}:0")
        note = (await upload(call, ada.cookie, b"minutes", room=den)).body
        assert (await upload(call, bob.cookie, b"unsaid", room=den)).status == 201
        said = (await laptop.say("a secret", room=den, files=[note["id"]]))["message"]["id"]
        laptop.send(type="react", id=said, emoji="👍", on=True)
        await laptop.until("message", id=said)
        await laptop.say("@bob a secret", room=den, replyTo=said)
        await laptop.say("no secret")
        assert (await delete(call, ada, den)).status == 204
        for path in (f"/api/messages/{said}", note["url"], f"/api/rooms/{den}/messages"):
            assert (await call("GET", path, cookie=ada.cookie)).status == 404, path
        assert await texts(call, bob.cookie, q="secret") == ["no secret"]
        await done(app)
        assert await count(app, rooms_table) == 1
        assert await count(app, messages_table) == 1
        assert await count(app, files) == 0
        assert await count(app, orphans) == 2
        assert whole(app)

    @pytest.mark.parametrize("role", ["moderator", "admin"])
    @pytest.mark.gen_test
    async def test_who_keeps_order_and_it_is_written_down(self, app, call, role) -> None:
        ada, bob, root = [await come(call, name) for name in ("ada", "bob", "root")]
        await promote(app, bob, "moderator")
        await promote(app, root, "admin")
        den = await make(call, ada, "open")
        who = bob if role == "moderator" else root
        assert (await delete(call, who, den)).status == 204
        record = (await call("GET", "/api/actions", cookie=root.cookie)).body["actions"]
        assert (record[0]["what"], record[0]["by"]["id"]) == ("delete_room", who.id)
        assert record[0]["room"] == {"name": "den"}
        await done(app)
        again = (await call("GET", "/api/actions", cookie=root.cookie)).body["actions"]
        assert again == record

    @pytest.mark.parametrize(
        ("kind", "kept"), [("open", ["remove_message", "kick"]), ("closed", [])]
    )
    @pytest.mark.gen_test
    async def test_what_was_done_in_an_open_one_stays_known(
        self, app, call, connect, kind, kept
    ) -> None:
        ada, bob, root, eve = [await come(call, name) for name in ("ada", "bob", "root", "eve")]
        for admin in (root, eve):
            await promote(app, admin, "admin")
        den = await make(call, ada, kind, bob, root)
        laptop = await connect(cookie=bob.cookie)
        said = (await laptop.say("buy my watches", room=den))["message"]["id"]
        for path in (f"/api/rooms/{den}/members/{bob.id}", f"/api/messages/{said}"):
            assert (await call("DELETE", path, cookie=root.cookie)).status == 204
        before = await self.record(call, root, bob)
        assert [each["what"] for each in before] == ["remove_message", "kick"]
        assert (await delete(call, ada, den)).status == 204
        await done(app)
        there = await self.record(call, eve, bob)
        assert [each["what"] for each in there] == kept
        assert all(each["room"] == {"name": "den"} for each in there)

    @pytest.mark.gen_test
    async def test_closing_it_first_hides_nothing(self, app, call) -> None:
        ada, bob, root, eve = [await come(call, name) for name in ("ada", "bob", "root", "eve")]
        await promote(app, bob, "moderator")
        await promote(app, root, "admin")
        den = await make(call, ada, "open", bob, eve)
        out = f"/api/rooms/{den}/members/{eve.id}"
        assert (await call("DELETE", out, cookie=bob.cookie)).status == 204
        change = {"kind": "closed", "name": "lair"}
        assert (await call("PATCH", f"/api/rooms/{den}", change, bob.cookie)).status == 200
        assert (await delete(call, bob, den)).status == 204
        record = (await call("GET", "/api/actions", cookie=root.cookie)).body["actions"]
        told = [(each["what"], each.get("room"), each.get("note")) for each in record[:3]]
        closed = ("room", {"name": "den"}, "kind: closed")
        assert told == [("delete_room", None, None), closed, ("kick", {"name": "den"}, None)]
        assert "lair" not in str(record)

    async def record(self, call, reader: Person, whom: Person) -> list[Any]:
        """Read what was done to somebody."""
        record = (await call("GET", "/api/actions", cookie=reader.cookie)).body["actions"]
        return [each for each in record if each.get("user", {}).get("id") == whom.id]

    @pytest.mark.gen_test
    async def test_what_a_closed_one_was_called_stays_its_members(self, app, call) -> None:
        ada, bob, root = [await come(call, name) for name in ("ada", "bob", "root")]
        await promote(app, bob, "moderator")
        await promote(app, root, "admin")
        den = await make(call, ada, "closed", bob)
        assert (await delete(call, bob, den)).status == 204
        record = (await call("GET", "/api/actions", cookie=root.cookie)).body["actions"]
        assert "den" not in str(record[0])
        await done(app)

    @pytest.mark.gen_test
    async def test_nobody_else(self, app, call) -> None:
        ada, bob, carol = [await come(call, name) for name in ("ada", "bob", "carol")]
        await promote(app, carol, "admin")
        den, hall = await make(call, ada), await make(call, ada, "open", bob, name="hall")
        assert (await delete(call, bob, hall)).code == "forbidden"
        for stranger in (bob, carol):
            assert (await delete(call, stranger, den)).code == "not_found"
        assert (await delete(call, ada, 404)).code == "not_found"
        lobby = await delete(call, carol, LOBBY)
        assert (lobby.status, lobby.code) == (403, "forbidden")
        assert "lobby" in lobby.body["error"]["message"]
        direct = await call("POST", "/api/rooms/direct", {"users": [carol.id]}, ada.cookie)
        assert (await delete(call, carol, direct.body["id"])).status == 403
        assert (await call("DELETE", f"/api/rooms/{den}")).status == 401


class TestWhoWasIn:
    @pytest.mark.gen_test
    async def test_all_their_sockets_are_told_and_hear_nothing_more(
        self, app, call, connect
    ) -> None:
        ada, bob, carol = [await come(call, name) for name in ("ada", "bob", "carol")]
        den = await make(call, ada, "open", bob)
        phone = await connect(cookie=bob.cookie, resume=f"{den}:0")
        tablet = await connect(cookie=bob.cookie)  # it has not asked for this room
        passer_by = await connect(cookie=carol.cookie)
        passer_by.send(type="join", room=den)
        await passer_by.until("presence", room=den)
        outside = await connect("dave")
        assert (await delete(call, ada, den)).status == 204
        for client in (phone, tablet, passer_by):
            told = await client.until("removed", timeout=1.0)
            assert told == {"type": "removed", "room": den, "ended": True}
        phone.send(type="message", room=den, text="anybody?", msgId="late")
        error = await phone.until("error")
        assert (error["code"], error["msgId"]) == ("not_found", "late")
        outside.send(type="ping", n="end")
        await outside.until("pong", n="end")
        assert "removed" not in [event["type"] for event in outside.events]
        assert app.cache.get(den) is None
        for waiter in ChatSocketHandler.waiters:
            assert den not in waiter.mine
            assert den not in waiter.joined
        await done(app)

    @pytest.mark.gen_test
    async def test_while_the_connection_is_arriving(self, app, call, connect) -> None:
        ada, bob = await come(call, "ada"), await come(call, "bob")
        den = await make(call, ada, "closed", bob)
        held = Held(app.live, "open", lambda *_: True)
        connecting = asyncio.ensure_future(
            connect(cookie=bob.cookie, greeted=False, resume=f"{den}:0,1:0")
        )
        await held.reached.wait()
        assert (await delete(call, ada, den)).status == 204
        held.let_go()
        phone = await connecting
        assert [room["name"] for room in (await phone.until("welcome"))["rooms"]] == ["lobby"]
        assert await phone.next() == {"type": "removed", "room": den}
        await done(app)

    @pytest.mark.gen_test
    async def test_while_the_room_is_being_entered(self, app, call, connect) -> None:
        ada = await come(call, "ada")
        hall = await make(call, ada, "open", name="hall")
        phone = await connect("bob")
        held = Held(app.store, "write", lambda run, *_: run is members.enter)
        phone.send(type="join", room=hall)
        await held.reached.wait()
        assert (await delete(call, ada, hall)).status == 204
        held.let_go()
        assert (await phone.until("error"))["code"] == "not_found"
        assert all(hall not in waiter.mine for waiter in ChatSocketHandler.waiters)
        await done(app)

    @pytest.mark.gen_test
    async def test_while_it_is_being_loaded(self, app, call, connect) -> None:
        ada = await come(call, "ada")
        hall = await make(call, ada, "open", name="hall")
        phone = await connect(cookie=ada.cookie)
        held = Held(app.store, "read", lambda run, *_: run is messages.recent)
        phone.send(type="join", room=hall)
        await held.reached.wait()
        assert (await delete(call, ada, hall)).status == 204
        assert (await phone.until("error"))["code"] == "not_found"
        held.let_go()
        await done(app)
        assert app.cache.get(hall) is None

    @pytest.mark.gen_test
    async def test_what_is_said_in_the_same_moment_harms_nobody_elses(
        self, app, call, connect
    ) -> None:
        ada, bob = await come(call, "ada"), await come(call, "bob")
        den = await make(call, ada, "open", bob)
        phone = await connect(cookie=bob.cookie, resume=f"{den}:0,1:0")
        await phone.until("presence", room=LOBBY)
        ended = asyncio.ensure_future(delete(call, ada, den))
        for number in range(40):
            phone.send(
                type="message", room=(den, LOBBY)[number % 2], text=f"{number}", msgId=f"{number}"
            )
            await asyncio.sleep(0)
        answers: dict[str, str] = {}
        async with asyncio.timeout(5):
            while len(answers) < 40:
                event = await phone.next()
                if event["type"] in ("ack", "error"):
                    answers[event["msgId"]] = event.get("code", "ack")
        assert (await ended).status == 204
        assert {answers[f"{number}"] for number in range(1, 40, 2)} == {"ack"}
        assert {answers[f"{number}"] for number in range(0, 40, 2)} <= {"ack", "not_found"}
        await done(app)
        assert await count(app, messages_table) == 20
        assert whole(app)

    @pytest.mark.gen_test
    async def test_a_post_behind_the_end_fails_alone(self, app, call, connect) -> None:
        ada = await come(call, "ada")
        den = await make(call, ada)
        phone = await connect(cookie=ada.cookie, resume=f"{den}:0,1:0")
        await phone.until("presence", room=LOBBY)
        user = await app.store.read(users.find, ada.id)
        app.store.write(endings.begin, user, den)  # nobody here has heard of it yet
        phone.send(type="message", room=den, text="late", msgId="late")
        phone.send(type="message", room=LOBBY, text="in time", msgId="in time")
        error, ack = await phone.until("error"), await phone.until("ack")
        assert (error["code"], error["msgId"]) == ("not_found", "late")
        assert ack["msgId"] == "in time"


class TestWhatFollows:
    @pytest.fixture
    def settings(self) -> dict[str, Any]:
        return {"room_limit": 2}  # the lobby, and another

    @pytest.mark.gen_test
    async def test_its_name_and_its_place_are_free_at_once(self, app, call) -> None:
        ada = await come(call, "ada")
        den = await make(call, ada, "open")
        app.endings.remove_all_of = lambda room: None  # it takes long
        assert (await delete(call, ada, den)).status == 204
        await make(call, ada, "open")
        listed = (await call("GET", "/api/rooms", cookie=ada.cookie)).body["rooms"]
        assert [room["name"] for room in listed] == ["lobby", "den"]
        assert den not in [room["id"] for room in listed]

    @pytest.mark.gen_test
    async def test_a_restart_goes_on_with_it(self, app, call) -> None:
        ada, bob = await come(call, "ada"), await come(call, "bob")
        den = await make(call, ada, "open", bob)
        count_of = endings.STEP * 2 + 10
        await app.store.write(fill, ada.id, den, count_of)
        app.endings.remove_all_of = lambda room: None  # a kill comes before
        assert (await delete(call, ada, den)).status == 204
        del app.endings.remove_all_of
        await app.store.write(endings.step, den)
        assert await count(app, messages_table) == count_of - endings.STEP
        assert whole(app)
        lines = await app.store.read(lambda connection: list(export.lines(connection)))
        assert [line.name for line in lines if type(line).__name__ == "Room"] == ["lobby"]
        assert not [line for line in lines if type(line).__name__ == "Message"]
        app.endings.start()
        await done(app)
        assert await count(app, messages_table) == 0
        assert await app.store.read(lambda c: c.scalars(select(rooms_table.c.id)).all()) == [LOBBY]
        assert whole(app)

    @pytest.mark.gen_test
    async def test_who_goes_with_all_their_messages_meanwhile_does(self, app, call) -> None:
        ada = await come(call, "ada")
        den = await make(call, ada, "open")
        await app.store.write(fill, ada.id, den, 10)
        await app.store.write(fill, ada.id, LOBBY, 10)
        app.endings.remove_all_of = lambda room: None
        assert (await delete(call, ada, den)).status == 204
        gone = await call("DELETE", "/api/account", {"messages": "remove"}, ada.cookie)
        assert gone.status == 204
        async with asyncio.timeout(5):
            while app.removals.busy:
                await asyncio.sleep(0.01)
        left = select(func.count()).where(~messages_table.c.deleted, messages_table.c.room == LOBBY)
        assert await app.store.read(lambda connection: connection.scalar(left)) == 0

    @pytest.mark.gen_test
    async def test_a_file_on_its_way_finds_no_room(self, app, call) -> None:
        ada = await come(call, "ada")
        den = await make(call, ada)
        held = Held(app.blobs, "run", lambda run, *_: True)
        sending = asyncio.ensure_future(upload(call, ada.cookie, b"minutes", room=den))
        await held.reached.wait()
        assert (await delete(call, ada, den)).status == 204
        await done(app)
        held.let_go()
        assert (await sending).code == "not_found"

    @pytest.mark.gen_test
    async def test_its_links_lead_nowhere(self, app, call) -> None:
        ada = await come(call, "ada")
        await promote(app, ada, "member")
        den = await make(call, ada)
        link = (await call("POST", "/api/invites", {"room": den}, ada.cookie)).body
        app.endings.remove_all_of = lambda room: None  # which would take them with it
        assert (await delete(call, ada, den)).status == 204
        assert (await call("GET", f"/api/join/{link['token']}")).status == 404
        assert (await call("GET", "/api/invites", cookie=ada.cookie)).body["invites"] == []
