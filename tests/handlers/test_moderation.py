"""Roles and bans: who may be here, as what, and what was done by whom."""

from __future__ import annotations

import asyncio

import pytest
from sqlalchemy import update
from tornado.httpclient import HTTPClientError

from handlers.ended import Ended
from models.store import schema
from models.store.schema import now
from tests.handlers.accounts import admin, guest, register, sign_in
from tests.handlers.rooms import come, make
from tests.handlers.test_handshake import arrive, gate  # noqa: F401 - a fixture


async def give_role(call, cookie, user: int, role: str):
    return await call("PUT", f"/api/users/{user}/role", {"role": role}, cookie)


async def ban(call, cookie, user: int, **how):
    return await call("POST", f"/api/users/{user}/ban", how, cookie)


class TestRoles:
    @pytest.mark.gen_test
    async def test_an_admin_gives_roles_and_all_hear_of_it(self, app, call, connect) -> None:
        root = (await admin(app, call)).cookie
        ada = (await register(call, "ada")).body["user"]
        bob = await connect("bob")
        answer = await give_role(call, root, ada["id"], "moderator")
        assert answer.body == ada | {"role": "moderator"}
        assert (await bob.until("user"))["user"] == answer.body
        done, first = (await call("GET", "/api/actions", cookie=root)).body["actions"]
        assert (first["what"], first["user"]["name"], "by" in first) == ("role", "root", False)
        assert (done["what"], done["note"]) == ("role", "member → moderator")
        assert (done["by"]["name"], done["user"]["name"]) == ("root", "ada")

    @pytest.mark.gen_test
    async def test_nobody_else_does(self, app, call) -> None:
        root = (await admin(app, call)).cookie
        ada = await register(call, "ada")
        await give_role(call, root, ada.body["user"]["id"], "moderator")
        for cookie in (ada.cookie, (await guest(call, "bob")).cookie):
            assert (await give_role(call, cookie, 1, "member")).status == 403
            assert (await call("GET", "/api/actions", cookie=cookie)).status == 403

    @pytest.mark.gen_test
    async def test_the_last_admin_stays_one(self, app, call) -> None:
        root = await admin(app, call)
        me = root.body["user"]["id"]
        assert (await give_role(call, root.cookie, me, "member")).status == 403
        wanted = {"password": "correct horse"}
        assert (await call("DELETE", "/api/account", wanted, root.cookie)).status == 403
        ada = (await register(call, "ada")).body["user"]["id"]
        await give_role(call, root.cookie, ada, "admin")
        assert (await give_role(call, root.cookie, me, "member")).status == 200

    @pytest.mark.gen_test
    async def test_who_is_banned_becomes_no_admin(self, app, call) -> None:
        root = await admin(app, call)
        ada = (await register(call, "ada")).body["user"]["id"]
        await ban(call, root.cookie, ada)
        answer = await give_role(call, root.cookie, ada, "admin")
        assert (answer.status, answer.code) == (403, "forbidden")
        me = root.body["user"]["id"]
        assert (await give_role(call, root.cookie, me, "member")).status == 403

    @pytest.mark.gen_test
    async def test_only_accounts_have_roles(self, app, call) -> None:
        root = (await admin(app, call)).cookie
        bob = (await guest(call, "bob")).body["user"]["id"]
        assert (await give_role(call, root, bob, "member")).status == 403
        assert (await give_role(call, root, 999, "member")).status == 404


class TestBans:
    @pytest.mark.gen_test
    async def test_a_ban_closes_every_socket_within_a_second(self, app, call, connect) -> None:
        root = (await admin(app, call)).cookie
        eve = await register(call, "eve")
        tabs = [await connect(cookie=eve.cookie) for _ in range(3)]
        answer = await ban(call, root, eve.body["user"]["id"], reason="spam")
        assert answer.status == 204
        for tab in tabs:
            assert (await tab.until("closed", timeout=1))["code"] == 4003
        assert (await call("GET", "/api/me", cookie=eve.cookie)).status == 403
        back = await sign_in(call, "eve")
        assert (back.status, back.code) == (403, "forbidden")
        assert "spam" in back.body["error"]["message"]
        assert (await sign_in(call, "eve", "wrong password")).status == 401

    @pytest.mark.gen_test
    async def test_who_comes_back_by_their_old_session_is_told_why_also_after_a_restart(
        self, app, call, connect
    ) -> None:
        root = (await admin(app, call)).cookie
        eve, bob = await register(call, "eve"), (await guest(call, "bob")).cookie
        await ban(call, root, eve.body["user"]["id"], reason="spam")
        app.ended = Ended()  # as a restart leaves it, or an hour
        assert await (await connect(cookie=eve.cookie, greeted=False)).next() == {
            "type": "closed",
            "code": 4003,
        }
        me = await call("GET", "/api/me", cookie=eve.cookie)
        assert (me.status, me.code) == (403, "forbidden")
        assert me.body["error"]["message"] == "You are banned from here: spam"
        path = f"/api/users/{eve.body['user']['id']}/ban"
        assert (await call("DELETE", path, cookie=root)).status == 204
        assert (await call("GET", "/api/me", cookie=eve.cookie)).status == 401, "a session is over"
        await call("DELETE", "/api/session", cookie=bob)
        assert (await call("GET", "/api/me", cookie=bob)).status == 401

    @pytest.mark.gen_test
    async def test_who_is_banned_while_connecting_is_not_let_in(
        self,
        app,
        call,
        connect,
        gate,  # noqa: F811
    ) -> None:
        root = (await admin(app, call)).cookie
        eve = await register(call, "eve")
        connecting = await arrive(gate, connect, eve.cookie)
        await ban(call, root, eve.body["user"]["id"])
        gate.open()
        assert await (await connecting).next() == {"type": "closed", "code": 4003}

    @pytest.mark.gen_test
    async def test_who_is_banned_enters_no_room_on_the_way_to_be_told_so(
        self, app, call, connect
    ) -> None:
        root = await admin(app, call)
        made = await call("POST", "/api/rooms", {"name": "den"}, root.cookie)
        eve = await register(call, "eve")
        await ban(call, root.cookie, eve.body["user"]["id"])
        resume = f"{made.body['id']}:0"
        back = await connect(cookie=eve.cookie, greeted=False, resume=resume)
        # Nobody's membership would be refused by the database, and the log would tell of it.
        assert await back.next() == {"type": "closed", "code": 4003}

    @pytest.mark.gen_test
    async def test_a_banned_makers_room_is_looked_after_by_who_is_longest_in(
        self, app, call, connect
    ) -> None:
        root = (await admin(app, call)).cookie
        eve, bob = await come(call, "eve"), await come(call, "bob")
        den = await make(call, eve, "closed", bob)
        laptop = await connect(cookie=bob.cookie)
        assert (await ban(call, root, eve.id)).status == 204
        assert (await laptop.until("room"))["room"]["maker"] == bob.id
        renamed = await call("PATCH", f"/api/rooms/{den}", {"name": "cave"}, bob.cookie)
        assert renamed.status == 200

    @pytest.mark.gen_test
    async def test_an_unbanned_person_signs_in_again(self, app, call) -> None:
        root = (await admin(app, call)).cookie
        eve = (await register(call, "eve")).body["user"]["id"]
        await ban(call, root, eve, reason="spam", address=True)
        (listed,) = (await call("GET", "/api/bans", cookie=root)).body["bans"]
        assert (listed["user"]["name"], listed["by"]["name"]) == ("eve", "root")
        assert (listed["reason"], listed["address"]) == ("spam", True)
        assert (await call("DELETE", f"/api/users/{eve}/ban", cookie=root)).status == 204
        assert (await sign_in(call, "eve")).status == 200
        assert (await call("GET", "/api/bans", cookie=root)).body == {"bans": [], "more": False}
        assert (await call("DELETE", f"/api/users/{eve}/ban", cookie=root)).status == 404
        done = (await call("GET", "/api/actions", cookie=root)).body["actions"]
        assert [each["what"] for each in done] == ["unban", "ban", "role"]

    @pytest.mark.gen_test
    async def test_nobody_bans_their_like_or_their_betters(self, app, call) -> None:
        root = await admin(app, call)
        ada, bob = [await register(call, name) for name in ("ada", "bob")]
        eve = (await guest(call, "eve")).body["user"]["id"]
        for each in (ada, bob):
            await give_role(call, root.cookie, each.body["user"]["id"], "moderator")
        for target in (bob, root):
            assert (await ban(call, ada.cookie, target.body["user"]["id"])).status == 403
        assert (await ban(call, ada.cookie, eve)).status == 204
        assert (await ban(call, ada.cookie, 999)).status == 404
        carol = (await register(call, "carol")).cookie
        assert (await ban(call, carol, eve)).status == 403
        assert (await call("GET", "/api/bans", cookie=carol)).status == 403

    @pytest.mark.gen_test
    async def test_a_banned_address_takes_no_newcomers(self, app, call, connect) -> None:
        root = (await admin(app, call)).cookie
        old = (await guest(call, "old")).cookie
        member = (await register(call, "ada")).cookie
        eve = (await guest(call, "eve")).body["user"]["id"]
        await ban(call, root, eve, address=True)
        assert (await guest(call, "mallory")).status == 403
        assert (await register(call, "mallory")).status == 403
        for query in ({}, {"name": "mallory"}, {"cookie": old}):
            with pytest.raises(HTTPClientError) as refused:
                await connect(**query)
            assert refused.value.code == 403
        await connect(cookie=member)
        assert (await sign_in(call, "ada")).status == 200

    @pytest.mark.gen_test
    async def test_a_banned_name_that_anybody_may_say_stays_out(self, app, call, connect) -> None:
        root = (await admin(app, call)).cookie
        eve = await connect("eve")
        await ban(call, root, eve.events[0]["user"]["id"])
        assert (await eve.until("closed", timeout=1))["code"] == 4003
        with pytest.raises(HTTPClientError) as refused:
            await connect("EVE")
        assert refused.value.code == 403

    @pytest.mark.gen_test
    async def test_what_a_banned_person_said_goes_where_it_is_wished(
        self, app, call, connect
    ) -> None:
        root = (await admin(app, call)).cookie
        eve, bob = await connect("eve"), await connect("bob")
        await eve.say("buy this")
        await bob.until("message")
        await ban(call, root, eve.events[0]["user"]["id"], remove=True)
        assert (await bob.until("message"))["deleted"]

    @pytest.mark.gen_test
    async def test_a_ban_and_a_right_password_at_once_leave_no_session(self, app, call) -> None:
        root = (await admin(app, call)).cookie
        eve = (await register(call, "eve")).body["user"]["id"]
        signed_in, _ = await asyncio.gather(sign_in(call, "eve"), ban(call, root, eve))
        if signed_in.status == 200:  # before the ban, which ended it
            assert (await call("GET", "/api/me", cookie=signed_in.cookie)).status == 403
        else:
            assert signed_in.status == 403


@pytest.mark.gen_test
async def test_what_was_done_in_a_room_is_told_to_who_may_know_of_it(app, call) -> None:
    root = await admin(app, call)
    ada = await register(call, "ada")
    bob = (await register(call, "bob")).body["user"]["id"]
    den = await call("POST", "/api/rooms", {"name": "den", "kind": "closed"}, ada.cookie)
    members = f"/api/rooms/{den.body['id']}/members"
    for method in ("PUT", "DELETE"):
        assert (await call(method, f"{members}/{bob}", cookie=ada.cookie)).status == 204
    answer = await call("GET", "/api/actions?limit=1", cookie=root.cookie)
    assert [done["what"] for done in answer.body["actions"]] == ["role"], "that he was put out"
    assert not answer.body["more"], "nor that there would be more to know"
    await call("PUT", f"{members}/{root.body['user']['id']}", cookie=ada.cookie)
    answer = await call("GET", "/api/actions?limit=1", cookie=root.cookie)
    (done,) = answer.body["actions"]
    assert (done["what"], done["user"]["name"], done["room"]["name"]) == ("kick", "bob", "den")
    assert answer.body["more"]


@pytest.mark.gen_test
async def test_bans_are_told_page_by_page(app, call) -> None:
    root = (await admin(app, call)).cookie
    moment = now()
    for number in range(5):
        eve = (await guest(call, f"eve {number}")).body["user"]["id"]
        await ban(call, root, eve)
    same = update(schema.bans).values(date=moment)  # the moment alone tells no order
    await app.store.write(lambda connection: connection.execute(same) and None)
    told, path = [], "/api/bans?limit=2"
    while True:
        page = (await call("GET", path, cookie=root)).body
        told += [each["user"]["name"] for each in page["bans"]]
        if not page["more"]:
            break
        last = page["bans"][-1]
        path = f"/api/bans?limit=2&before={last['date']}&user={last['user']['id']}"
    assert told == [f"eve {number}" for number in (4, 3, 2, 1, 0)]
    assert (await call("GET", f"/api/bans?before={moment}", cookie=root)).status == 400
