"""Who is taken out hears nothing more, whatever was under way at that moment."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from functools import partial
from typing import Any

import pytest

from handlers.chatsocket import ChatSocketHandler
from models.store import members, rooms, users
from tests.handlers.accounts import PASSWORD, register
from tests.handlers.holding import Busy
from tests.handlers.rooms import Person, come, make, promote


class Held:
    """Hold back what calls of one function give, until told to let go.

    :ivar reached: set once the first of them has its outcome
    """

    def __init__(self, owner: Any, name: str, which: Callable[..., bool]) -> None:
        self.reached = asyncio.Event()
        self._free = asyncio.Event()
        self._call, self._which = getattr(owner, name), which
        setattr(owner, name, self._hold)

    def _hold(self, *args: Any) -> Any:
        if self._free.is_set() or not self._which(*args):
            return self._call(*args)
        return asyncio.ensure_future(self._wait(args))

    async def _wait(self, args: Any) -> Any:
        outcome = await self._call(*args)
        self.reached.set()
        await self._free.wait()
        return outcome

    def let_go(self) -> None:
        self._free.set()


async def take_out(call: Any, by: Person, room: int, who: Person) -> None:
    gone = await call("DELETE", f"/api/rooms/{room}/members/{who.id}", cookie=by.cookie)
    assert gone.status == 204, gone.body


async def hears_nothing(phone: Any, laptop: Any, room: int) -> None:
    """Check that nothing of a room comes any more, neither history nor messages."""
    begun = len(phone.events)
    await laptop.say("psst", room=room)
    phone.send(type="ping", n="end")
    await phone.until("pong", n="end")
    assert room not in [event.get("room") for event in phone.events[begun:]]
    for waiter in ChatSocketHandler.waiters:
        assert room not in waiter.mine or waiter.person.name != "bob"
        assert room not in waiter.joined or waiter.person.name != "bob"


@pytest.mark.gen_test
async def test_while_the_room_is_being_entered(app, call, connect) -> None:
    ada, bob = await come(call, "ada"), await come(call, "bob")
    hall = await make(call, ada, "open", name="hall")
    laptop = await connect(cookie=ada.cookie, resume=f"{hall}:0")
    phone = await connect(cookie=bob.cookie)
    held = Held(app.store, "write", lambda run, *_: run is members.enter)
    phone.send(type="join", room=hall)
    await held.reached.wait()
    assert (await call("PATCH", f"/api/rooms/{hall}", {"kind": "closed"}, ada.cookie)).status == 200
    await take_out(call, ada, hall, bob)
    await phone.until("removed", room=hall)
    held.let_go()
    assert (await phone.until("error"))["code"] == "not_found"
    await hears_nothing(phone, laptop, hall)


@pytest.mark.gen_test
async def test_while_the_room_is_made_ready(app, call, connect) -> None:
    ada, bob = await come(call, "ada"), await come(call, "bob")
    den = await make(call, ada, "closed", bob)
    laptop, phone = (
        await connect(cookie=ada.cookie, resume=f"{den}:0"),
        await connect(cookie=bob.cookie),
    )
    held = Held(app.live, "open", lambda *_: True)
    phone.send(type="join", room=den)
    await held.reached.wait()
    await take_out(call, ada, den, bob)
    await phone.until("removed", room=den)
    held.let_go()
    assert await phone.until("removed", room=den), "the answer to the join"
    await hears_nothing(phone, laptop, den)


@pytest.mark.gen_test
async def test_while_the_connection_is_arriving(app, call, connect) -> None:
    ada, bob = await come(call, "ada"), await come(call, "bob")
    den = await make(call, ada, "closed", bob)
    laptop = await connect(cookie=ada.cookie, resume=f"{den}:0")
    held = Held(app.live, "open", lambda *_: True)
    connecting = asyncio.ensure_future(
        connect(cookie=bob.cookie, greeted=False, resume=f"{den}:0,1:0")
    )
    await held.reached.wait()
    await take_out(call, ada, den, bob)
    held.let_go()
    phone = await connecting
    assert [room["name"] for room in (await phone.until("welcome"))["rooms"]] == ["lobby"]
    assert (await phone.next()) == {"type": "removed", "room": den}
    await hears_nothing(phone, laptop, den)


@pytest.mark.gen_test
async def test_while_it_is_read_that_they_were_brought_in(app, call, connect) -> None:
    ada, bob = await come(call, "ada"), await come(call, "bob")
    den = await make(call, ada)
    laptop = await connect(cookie=ada.cookie, resume=f"{den}:0")
    phone = await connect(cookie=bob.cookie)
    held = Held(app.store, "read", lambda run, *_: run is rooms.entries)
    await call("PUT", f"/api/rooms/{den}/members/{bob.id}", cookie=ada.cookie)
    await held.reached.wait()
    await take_out(call, ada, den, bob)
    await phone.until("removed", room=den)
    held.let_go()
    await hears_nothing(phone, laptop, den)


@pytest.mark.gen_test
async def test_of_two_new_names_the_last_one_stays(app, call, connect) -> None:
    ada = await come(call, "ada")
    den = await make(call, ada)
    laptop = await connect(cookie=ada.cookie)
    first = iter([True])
    held = Held(app.store, "read", lambda run, *_: run is rooms.entries and next(first, False))
    await call("PATCH", f"/api/rooms/{den}", {"name": "attic"}, ada.cookie)
    await held.reached.wait()
    await call("PATCH", f"/api/rooms/{den}", {"name": "cellar"}, ada.cookie)
    assert (await laptop.until("room"))["room"]["name"] == "cellar"
    held.let_go()
    laptop.send(type="ping", n="end")
    await laptop.until("pong", n="end")
    told = [event["room"]["name"] for event in laptop.events if event["type"] == "room"]
    assert told == ["cellar"]


@pytest.mark.gen_test
async def test_while_it_is_written_down_how_far_they_have_read(call, connect) -> None:
    ada, bob = await come(call, "ada"), await come(call, "bob")
    den = await make(call, ada, "closed", bob)
    laptop = await connect(cookie=ada.cookie, resume=f"{den}:0")
    phone = await connect(cookie=bob.cookie, resume=f"{den}:0")
    await laptop.say("hello", room=den)
    phone.send(type="read", room=den, seq=1)
    await phone.until("receipt", room=den)
    await laptop.say("and now", room=den)
    phone.send(type="read", room=den, seq=2)  # stored a second after the last
    phone.send(type="ping", n="read")
    await phone.until("pong", n="read")
    await take_out(call, ada, den, bob)
    await phone.until("removed", room=den)
    begun = len(phone.events)
    await laptop.until("receipt", room=den, user=bob.id, read=2)
    phone.send(type="ping", n="end")
    await phone.until("pong", n="end")
    assert den not in [event.get("room") for event in phone.events[begun:]]


@pytest.mark.gen_test
async def test_while_what_they_say_waits_for_the_disk(app, call, connect) -> None:
    ada, bob = await come(call, "ada"), await come(call, "bob")
    den = await make(call, ada, "closed", bob)
    laptop = await connect(cookie=ada.cookie, resume=f"{den}:0")
    phone = await connect(cookie=bob.cookie, resume=f"{den}:0")
    path = f"/api/rooms/{den}/messages"
    async with Busy(app) as disk:
        taking = asyncio.ensure_future(take_out(call, ada, den, bob))
        await disk.until_waiting(1)
        phone.send(type="message", room=den, text="on the socket", msgId="a")
        await disk.until_waiting(2)
        posting = asyncio.ensure_future(call("POST", path, {"text": "over HTTP"}, bob.cookie))
        await disk.until_waiting(3)
        laptop.send(type="message", room=den, text="beside them")
        await disk.until_waiting(4)
    await taking
    assert (await phone.until("error", msgId="a"))["code"] == "not_found"
    assert (await posting).code == "not_found"
    await laptop.until("ack")
    told = await call("GET", path, cookie=ada.cookie)
    assert [message["text"] for message in told.body["messages"]] == ["beside them"]


@pytest.mark.gen_test
async def test_while_what_they_say_waits_behind_their_ban(app, call, connect) -> None:
    root, eve = await come(call, "root"), await come(call, "eve")
    await promote(app, root, "admin")
    laptop, phone = await connect(cookie=root.cookie), await connect(cookie=eve.cookie)
    said = (await phone.say("good morning"))["message"]["id"]
    async with Busy(app) as disk:
        how = {"reason": "spam"}
        banning = asyncio.ensure_future(call("POST", f"/api/users/{eve.id}/ban", how, root.cookie))
        await disk.until_waiting(1)
        phone.send(type="message", text="one more")
        await disk.until_waiting(2)
        posting = call("POST", "/api/rooms/1/messages", {"text": "and one"}, eve.cookie)
        posting = asyncio.ensure_future(posting)
        await disk.until_waiting(3)
        phone.send(type="edit", id=said, text="buy my watches")
        phone.send(type="react", id=said, emoji="🎉", on=True)
        await disk.until_waiting(5)
    assert (await banning).status == 204
    refused = await posting
    assert refused.code == "forbidden"
    assert refused.body["error"]["message"] == "You are banned from here: spam"
    await laptop.say("quiet now")
    said = await call("GET", "/api/rooms/1/messages", cookie=root.cookie)
    (first, last) = said.body["messages"]
    assert [message["text"] for message in (first, last)] == ["good morning", "quiet now"]
    assert "reactions" not in first


@pytest.mark.gen_test
async def test_while_a_removal_waits_behind_the_end_of_the_role_that_allowed_it(
    app, call, connect
) -> None:
    root = await come(call, "root")
    account = await register(call, "bob")
    bob = Person(account.body["user"]["id"], account.cookie)
    await promote(app, root, "admin")
    await promote(app, bob, "moderator")
    laptop, phone = await connect(cookie=root.cookie), await connect(cookie=bob.cookie)
    said = (await laptop.say("good morning"))["message"]["id"]
    async with Busy(app) as disk:
        role = call("PUT", f"/api/users/{bob.id}/role", {"role": "member"}, root.cookie)
        changing = asyncio.ensure_future(role)
        await disk.until_waiting(1)
        phone.send(type="delete", id=said)
        await disk.until_waiting(2)
    assert (await changing).status == 200
    assert (await phone.until("error"))["code"] == "forbidden"


class Before:
    """Do something just before one of the reads of the database; count them."""

    def __init__(self, store: Any) -> None:
        self.count = 0
        self._number, self._act = 0, _nothing
        self._read, store.read = store.read, self._ask

    def do(self, number: int, act: Callable[[], Any]) -> None:
        self.count, self._number, self._act = 0, number, act

    def _ask(self, *args: Any, **named: Any) -> Any:
        self.count += 1
        if self.count == self._number:
            return asyncio.ensure_future(self._act_first(args, named))
        return self._read(*args, **named)

    async def _act_first(self, args: Any, named: Any) -> Any:
        await self._act()
        return await self._read(*args, **named)


async def _nothing() -> None:
    pass


@pytest.mark.parametrize("what", ["messages", "files", "receipts", "members"])
@pytest.mark.gen_test
async def test_while_a_page_of_the_room_is_read(app, call, what: str) -> None:
    ada, bob = await come(call, "ada"), await come(call, "bob")
    den = await make(call, ada, "closed", bob)
    path = f"/api/rooms/{den}/{what}"
    await call("GET", path, cookie=bob.cookie)  # from now on all of them read as often
    before = Before(app.store)
    assert (await call("GET", path, cookie=bob.cookie)).status == 200
    last = before.count
    by = await app.store.read(users.find, ada.id)
    before.do(last, partial(app.store.write, members.take_out, by, den, bob.id))
    assert (await call("GET", path, cookie=bob.cookie)).code == "not_found"


@pytest.mark.gen_test
async def test_while_a_change_waits_behind_the_end_of_their_account(app, call, connect) -> None:
    account = await register(call, "eve")
    bob, eve = await come(call, "bob"), await connect(cookie=account.cookie)
    said = (await eve.say("good morning"))["message"]["id"]
    async with Busy(app) as disk:
        how = {"password": PASSWORD, "messages": "keep"}
        ending = asyncio.ensure_future(call("DELETE", "/api/account", how, account.cookie))
        await disk.until_waiting(1)
        eve.send(type="edit", id=said, text="good night")
        await disk.until_waiting(2)
    assert (await ending).status == 204
    told = await call("GET", f"/api/messages/{said}", cookie=bob.cookie)
    assert told.body["text"] == "good morning"
