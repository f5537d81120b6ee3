"""Accounts: a guest becomes a member by choosing a password, and stays who they are."""

from __future__ import annotations

import asyncio
from functools import partial

import pytest
from tornado.httpclient import HTTPClientError

from handlers import hashing
from models import passwords
from models.errors import SignedOut
from models.store import accounts, sessions, tokens, users
from tests.handlers.accounts import PASSWORD, guest, register, sign_in

WRONG = "This name and password don't belong together."


@pytest.mark.gen_test
async def test_a_guest_who_registers_keeps_id_and_messages(call, connect) -> None:
    came = await guest(call, "ada")
    ada, bob = await connect(cookie=came.cookie), await connect("bob")
    await ada.say("hello")
    answer = await register(call, "lovelace", came.cookie)
    assert answer.status == 201
    assert answer.body["user"] == {"id": 1, "name": "lovelace", "role": "member"}
    told = (await bob.until("user"))["user"]
    assert told == answer.body["user"]
    assert (await ada.until("closed", timeout=1))["code"] == 1001
    back = await connect(cookie=answer.cookie)
    history = next(event for event in back.events if event["type"] == "history")
    assert [message["user"]["name"] for message in history["messages"]] == ["lovelace"]
    assert "left" not in [event["type"] for event in bob.events]
    assert (await call("GET", "/api/me", cookie=answer.cookie)).body["user"] == told


@pytest.mark.gen_test
async def test_somebody_new_registers_and_is_signed_in(call) -> None:
    answer = await register(call, "ada")
    assert answer.status == 201
    me = await call("GET", "/api/me", cookie=answer.cookie)
    assert me.body["user"] == {"id": 1, "name": "ada", "role": "member"}


@pytest.mark.gen_test
async def test_who_has_an_account_makes_no_second_one(call) -> None:
    cookie = (await register(call, "ada")).cookie
    answer = await register(call, "bob", cookie)
    assert (answer.status, answer.code) == (403, "forbidden")


@pytest.mark.parametrize("password", ["", "1234567", "x" * 257])
@pytest.mark.gen_test
async def test_a_password_has_a_length(call, password) -> None:
    answer = await call("POST", "/api/account", {"name": "ada", "password": password})
    assert (answer.status, answer.code) == (400, "bad_event")
    assert answer.body["error"]["field"] == "password"


class TestNames:
    @pytest.mark.parametrize("name", ["ada", "ADA", " Ada "])
    @pytest.mark.gen_test
    async def test_an_accounts_name_is_its_own_while_nobody_is_here(
        self, app, call, connect, name
    ) -> None:
        await register(call, "ada")
        app.presences.place.__init__()  # everybody went long ago
        for answer in (
            await guest(call, name),
            await register(call, name),
            await call("PATCH", "/api/account", {"name": name}, (await guest(call, "bob")).cookie),
            await register(call, name, (await guest(call, "carol")).cookie),
        ):
            assert (answer.status, answer.code) == (409, "taken")
            assert answer.body["error"]["field"] == "name"
        with pytest.raises(HTTPClientError) as refused:
            await connect(name)
        assert refused.value.code == 409

    @pytest.mark.gen_test
    async def test_who_just_said_a_name_before_loses_it_to_the_account(
        self, app, call, connect
    ) -> None:
        (await connect("ada")).close()
        app.presences.place.__init__()
        await register(call, "ada")
        app.presences.place.__init__()
        with pytest.raises(HTTPClientError) as refused:
            await connect("ada")
        assert refused.value.code == 409

    @pytest.mark.gen_test
    async def test_a_returning_guest_gets_another_name_than_any_account(
        self, app, call, connect
    ) -> None:
        cookie = (await guest(call, "ada")).cookie
        app.presences.place.__init__()
        await register(call, "ada")
        await register(call, "ada 2")
        app.presences.place.__init__()
        ada = await connect(cookie=cookie)
        assert ada.events[0]["user"]["name"] == "ada 3"

    @pytest.mark.gen_test
    async def test_the_name_of_a_guest_who_is_here_is_not_taken_from_them(
        self, call, connect
    ) -> None:
        await connect(cookie=(await guest(call, "ada")).cookie)
        answer = await register(call, "ADA")
        assert (answer.status, answer.body["error"]["field"]) == (409, "name")

    @pytest.mark.gen_test
    async def test_of_two_who_register_one_name_at_once_one_gets_it(self, call) -> None:
        answers = await asyncio.gather(register(call, "ada"), register(call, "Ada"))
        assert sorted(answer.status for answer in answers) == [201, 409]


class TestSigningIn:
    @pytest.mark.gen_test
    async def test_name_and_password_are_enough(self, call, connect) -> None:
        await register(call, "ada")
        answer = await sign_in(call, "ADA")
        assert answer.status == 200
        ada = await connect(cookie=answer.cookie)
        assert ada.events[0]["user"] == {"id": 1, "name": "ada", "role": "member"}

    @pytest.mark.gen_test
    async def test_the_answer_does_not_tell_whether_a_name_exists(self, call, monkeypatch) -> None:
        await register(call, "ada")
        await guest(call, "bob")
        work = []
        verify = passwords.verify
        monkeypatch.setattr(passwords, "verify", lambda *args: work.append(args) or verify(*args))
        answers = [await sign_in(call, name, "wrong password") for name in ("ada", "bob", "eve")]
        for answer in answers:
            assert (answer.status, answer.code) == (401, "forbidden")
            assert answer.body["error"]["message"] == WRONG
        assert len(work) == 3

    @pytest.mark.gen_test
    async def test_a_guests_session_is_replaced(self, call, connect) -> None:
        await register(call, "ada")
        before = (await guest(call, "bob")).cookie
        bob = await connect(cookie=before)
        answer = await sign_in(call, "ada", cookie=before)
        assert answer.body["user"]["name"] == "ada"
        assert answer.cookie != before
        assert (await bob.until("closed", timeout=1))["code"] == 4001
        assert (await call("GET", "/api/me", cookie=before)).status == 401

    @pytest.mark.gen_test
    async def test_200_wrong_passwords_a_minute_keep_nobody_else_out(
        self, app, call, monkeypatch
    ) -> None:
        await register(call, "ada")
        hashed = []
        verify = passwords.verify
        monkeypatch.setattr(passwords, "verify", lambda *args: hashed.append(1) or verify(*args))
        answers = [await sign_in(call, "ada", f"wrong {n:04}") for n in range(200)]
        slowed = [answer for answer in answers if answer.status == 429]
        assert len(slowed) >= 180
        assert slowed[0].code == "slow_down"
        assert slowed[0].body["error"]["retry"] > 0
        assert "--sign-in-rate" in slowed[0].body["error"]["message"]
        assert len(hashed) <= 20
        assert (await sign_in(call, "ada")).status == 429  # also with the right one from there
        assert (await sign_in(call, "eve", "wrong password")).status == 401
        monkeypatch.setattr("handlers.base.Handler.network", "192.0.2.7")
        assert (await sign_in(call, "ada")).status == 200

    @pytest.mark.gen_test
    async def test_many_names_from_one_address_are_slowed_as_well(self, call) -> None:
        answers = [await sign_in(call, f"ada {n}", "wrong password") for n in range(60)]
        assert 45 <= [answer.status for answer in answers].count(401) <= 55
        assert answers[-1].status == 429

    @pytest.mark.gen_test
    async def test_too_many_at_once_are_told_to_wait(self, app, call, monkeypatch) -> None:
        monkeypatch.setattr(hashing, "WAITING", 2)
        answers = await asyncio.gather(*(sign_in(call, f"ada {n}", "wrong pw") for n in range(8)))
        statuses = sorted(answer.status for answer in answers)
        assert statuses.count(429) >= 1
        assert statuses.count(401) >= 2
        assert (await sign_in(call, "ada", "wrong password")).status == 401

    @pytest.mark.gen_test
    async def test_a_password_of_older_parameters_is_hashed_anew(self, app, call) -> None:
        await register(call, "ada")
        with_more = passwords.PasswordHasher(time_cost=3, memory_cost=19456, parallelism=1)
        kept = passwords._hasher
        try:
            passwords._hasher = with_more
            assert (await sign_in(call, "ada")).status == 200
            account = await app.store.read(accounts.named, "ada")
            assert "t=3" in account.password
            assert (await sign_in(call, "ada")).status == 200
            assert await app.store.read(accounts.named, "ada") == account
        finally:
            passwords._hasher = kept

    @pytest.mark.gen_test
    async def test_two_devices_at_once_hash_it_anew_and_both_come_in(
        self, call, monkeypatch
    ) -> None:
        await register(call, "ada")
        newer = passwords.PasswordHasher(time_cost=3, memory_cost=19456, parallelism=1)
        monkeypatch.setattr(passwords, "_hasher", newer)
        answers = await asyncio.gather(*(sign_in(call, "ada") for _ in range(3)))
        assert [answer.status for answer in answers] == [200] * 3
        for answer in answers:
            assert (await call("GET", "/api/me", cookie=answer.cookie)).status == 200


class TestChanging:
    @pytest.mark.gen_test
    async def test_a_new_password_needs_the_old_one_and_ends_other_sessions(
        self, call, connect
    ) -> None:
        here = (await register(call, "ada")).cookie
        there = (await sign_in(call, "ada")).cookie
        ada, phone = await connect(cookie=here), await connect(cookie=there)
        wanted = {"password": "battery staple"}
        for old in ({}, {"old_password": "wrong password"}):
            answer = await call("PATCH", "/api/account", wanted | old, here)
            assert (answer.status, answer.code) == (401, "forbidden")
            assert answer.body["error"]["field"] == "old_password"
        answer = await call("PATCH", "/api/account", wanted | {"old_password": PASSWORD}, here)
        assert answer.status == 200
        assert (await phone.until("closed", timeout=1))["code"] == 4001
        assert (await call("GET", "/api/me", cookie=there)).status == 401
        await ada.say("still here")
        assert (await sign_in(call, "ada")).status == 401
        assert (await sign_in(call, "ada", "battery staple")).status == 200

    @pytest.mark.gen_test
    async def test_a_sign_in_that_hashes_it_anew_meanwhile_is_in_nobodys_way(
        self, app, call, monkeypatch
    ) -> None:
        cookie = (await register(call, "ada")).cookie
        newer = passwords.PasswordHasher(time_cost=3, memory_cost=19456, parallelism=1)
        monkeypatch.setattr(passwords, "_hasher", newer)
        self.before_it_is_stored(app, monkeypatch, lambda: sign_in(call, "ada"))
        wanted = {"password": "battery staple", "old_password": PASSWORD}
        assert (await call("PATCH", "/api/account", wanted, cookie)).status == 200
        assert (await sign_in(call, "ada")).status == 401
        assert (await sign_in(call, "ada", "battery staple")).status == 200

    @pytest.mark.gen_test
    async def test_of_two_new_passwords_at_once_the_first_counts(
        self, app, call, monkeypatch
    ) -> None:
        here = (await register(call, "ada")).cookie
        there = (await sign_in(call, "ada")).cookie
        first = {"password": "first of two", "old_password": PASSWORD}
        change = partial(call, "PATCH", "/api/account", first, here)
        self.before_it_is_stored(app, monkeypatch, change)
        second = first | {"password": "second of two"}
        answer = await call("PATCH", "/api/account", second, there)
        assert (answer.status, answer.body["error"]["field"]) == (401, "old_password")
        assert (await sign_in(call, "ada", "first of two")).status == 200

    def before_it_is_stored(self, app, monkeypatch, act) -> None:
        """Have something done between a new password's hashing and its storing."""
        hashing = app.hashing.run

        async def run(work, *args):
            hashed = await hashing(work, *args)
            if work is passwords.hashed:
                monkeypatch.setattr(app.hashing, "run", hashing)
                await act()
            return hashed

        monkeypatch.setattr(app.hashing, "run", run)

    @pytest.mark.gen_test
    async def test_a_guest_has_no_password_to_change(self, call) -> None:
        cookie = (await guest(call, "ada")).cookie
        answer = await call("PATCH", "/api/account", {"password": PASSWORD}, cookie)
        assert (answer.status, answer.code) == (403, "forbidden")

    @pytest.mark.gen_test
    async def test_a_new_name_is_the_accounts_and_the_old_one_free(self, app, call) -> None:
        cookie = (await register(call, "ada")).cookie
        renamed = await call("PATCH", "/api/account", {"name": "lovelace"}, cookie)
        assert renamed.body["user"] == {"id": 1, "name": "lovelace", "role": "member"}
        assert (await guest(call, "ada")).status == 200
        assert (await sign_in(call, "lovelace")).status == 200

    @pytest.mark.gen_test
    async def test_a_name_that_is_taken_leaves_the_password_as_it_was(self, call) -> None:
        cookie = (await register(call, "ada")).cookie
        await register(call, "bob")
        wanted = {"name": "bob", "password": "battery staple", "old_password": PASSWORD}
        answer = await call("PATCH", "/api/account", wanted, cookie)
        assert (answer.status, answer.code) == (409, "taken")
        assert (await sign_in(call, "ada")).status == 200

    @pytest.mark.gen_test
    async def test_nobody_takes_the_name_of_those_who_are_deleted(self, call) -> None:
        cookie = (await register(call, "ada")).cookie
        answers = [
            await call("PATCH", "/api/account", {"name": "Deleted User"}, cookie),
            await register(call, "deleted user"),
            await guest(call, "deleted user"),
        ]
        assert [answer.code for answer in answers] == ["taken"] * 3


class TestDeleting:
    @pytest.mark.gen_test
    async def test_what_was_written_stays_by_nobodys_name(self, call, connect) -> None:
        cookie = (await register(call, "ada")).cookie
        ada, bob = await connect(cookie=cookie), await connect("bob")
        await ada.say("hello")
        wrong = await call("DELETE", "/api/account", {"password": "wrong password"}, cookie)
        assert (wrong.status, wrong.body["error"]["field"]) == (401, "password")
        answer = await call("DELETE", "/api/account", {"password": PASSWORD}, cookie)
        assert answer.status == 204
        assert (await ada.until("closed", timeout=1))["code"] == 4001
        assert (await bob.until("user"))["user"]["name"] == "deleted user"
        assert (await sign_in(call, "ada")).status == 401
        carol = await connect("carol")
        history = next(e for e in carol.events if e["type"] == "history")
        assert [m["user"]["name"] for m in history["messages"]] == ["deleted user"]
        assert (await register(call, "ada")).status == 201

    @pytest.mark.gen_test
    async def test_what_was_written_goes_too_where_they_wish_it(self, call, connect) -> None:
        cookie = (await register(call, "ada")).cookie
        ada, bob = await connect(cookie=cookie), await connect("bob")
        await ada.say("hello")
        await bob.until("message")
        wanted = {"password": PASSWORD, "messages": "remove"}
        assert (await call("DELETE", "/api/account", wanted, cookie)).status == 204
        told = await bob.until("message")
        assert told["deleted"]
        assert told["user"]["name"] == "deleted user"

    @pytest.mark.gen_test
    async def test_a_guest_needs_no_password_for_it(self, call) -> None:
        cookie = (await guest(call, "ada")).cookie
        assert (await call("DELETE", "/api/account", cookie=cookie)).status == 204
        assert (await call("GET", "/api/me", cookie=cookie)).status == 401

    @pytest.mark.gen_test
    async def test_what_they_asked_for_before_gives_them_no_name_again(self, app, call) -> None:
        ada = await guest(call, "ada")
        id = ada.body["user"]["id"]
        assert (await call("DELETE", "/api/account", cookie=ada.cookie)).status == 204
        with pytest.raises(SignedOut):
            await app.store.write(users.rename, id, "eve")
        told = await app.store.read(users.find, id)
        assert told.name == "deleted user"


class TestDevices:
    FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"

    @pytest.mark.gen_test
    async def test_one_sees_where_one_is_signed_in(self, call) -> None:
        here = (await register(call, "ada")).cookie
        await sign_in(call, "ada", User_Agent=self.FIREFOX)
        listed = (await call("GET", "/api/sessions", cookie=here)).body["sessions"]
        assert [(each["device"], each["current"]) for each in listed] == [
            ("Firefox on Linux", False),
            ("Unknown device", True),
        ]
        assert all(each["address"] == "127.0.0.1" and each["seen"] for each in listed)

    @pytest.mark.gen_test
    async def test_one_of_them_is_signed_out(self, call, connect) -> None:
        here = (await register(call, "ada")).cookie
        there = (await sign_in(call, "ada")).cookie
        phone, ada = await connect(cookie=there), await connect(cookie=here)
        listed = (await call("GET", "/api/sessions", cookie=here)).body["sessions"]
        (other,) = [each["id"] for each in listed if not each["current"]]
        assert (await call("DELETE", f"/api/sessions/{other}", cookie=here)).status == 204
        assert (await phone.until("closed", timeout=1))["code"] == 4001
        await ada.say("still here")
        assert (await call("DELETE", f"/api/sessions/{other}", cookie=here)).status == 404

    @pytest.mark.gen_test
    async def test_nobody_elses_is(self, call) -> None:
        ada = (await register(call, "ada")).cookie
        bob = (await register(call, "bob")).cookie
        number = sessions.number_of(tokens.hash_of(ada.partition("=")[2]))
        assert (await call("DELETE", f"/api/sessions/{number}", cookie=bob)).status == 404
        assert (await call("GET", "/api/me", cookie=ada)).status == 200

    @pytest.mark.gen_test
    async def test_signing_out_everywhere_closes_every_socket(self, call, connect) -> None:
        cookies = [(await register(call, "ada")).cookie]
        cookies += [(await sign_in(call, "ada")).cookie for _ in range(2)]
        tabs = [await connect(cookie=cookie) for cookie in cookies]
        assert (await call("DELETE", "/api/session?all=1", cookie=cookies[0])).status == 204
        for tab in tabs:
            assert (await tab.until("closed", timeout=1))["code"] == 4001
        for cookie in cookies:
            assert (await call("GET", "/api/me", cookie=cookie)).status == 401


class TestByInvitation:
    @pytest.fixture
    def settings(self) -> dict[str, str]:
        return {"signup": "invite"}

    @pytest.mark.gen_test
    async def test_who_is_not_invited_makes_no_account(self, call) -> None:
        answer = await register(call, "ada")
        assert (answer.status, answer.code) == (403, "forbidden")
        assert "--signup" in answer.body["error"]["message"]
        assert (await register(call, "ada", invite="forged")).status == 404


class TestLimits:
    @pytest.fixture
    def settings(self) -> dict[str, float]:
        return {"sign_up_rate": 0.01, "sign_up_burst": 2, "guest_rate": 0.01, "guest_burst": 2}

    @pytest.mark.gen_test
    async def test_one_address_makes_only_so_many_accounts(self, call) -> None:
        answers = [await register(call, f"ada {n}") for n in range(3)]
        assert [answer.status for answer in answers] == [201, 201, 429]
        assert "--sign-up-rate" in answers[-1].body["error"]["message"]

    @pytest.mark.gen_test
    async def test_one_address_makes_only_so_many_guests(self, call, connect) -> None:
        await connect()
        back = await connect("ada")
        assert (await guest(call, "bob")).status == 429
        for query in ({}, {"name": "carol"}):
            with pytest.raises(HTTPClientError) as refused:
                await connect(**query)
            assert refused.value.code == 429
        back.close()
        await connect("ada")  # who was there before is no new guest
