"""Links from the machine: one makes somebody an admin, one lets an account's owner in."""

from __future__ import annotations

import pytest
from sqlalchemy import text

from models.store import accounts, invites, users
from tests.handlers.accounts import PASSWORD, admin, guest, register, sign_in


@pytest.mark.gen_test
async def test_who_registers_by_the_first_link_is_the_admin(app, call) -> None:
    token = await app.store.write(accounts.link_for_first_admin)
    told = (await call("GET", f"/api/join/{token}")).body
    assert told["role"] == "admin"
    answer = await register(call, "root", invite=token)
    assert answer.body["user"] == {"id": 1, "name": "root", "role": "admin"}
    assert (await register(call, "eve", invite=token)).status == 404
    assert await app.store.write(accounts.link_for_first_admin) is None


@pytest.mark.gen_test
async def test_a_restart_makes_the_link_before_it_useless(app, call) -> None:
    before = await app.store.write(accounts.link_for_first_admin)
    await app.store.write(accounts.link_for_first_admin)
    assert (await register(call, "eve", invite=before)).status == 404


@pytest.mark.gen_test
async def test_a_link_is_good_for_a_day(app, call) -> None:
    token = await app.store.write(invites.create_for_admin)
    await app.store.write(
        lambda connection: connection.execute(
            text("UPDATE invites SET expires = expires - 86400000")
        )
    )
    assert (await register(call, "eve", invite=token)).status == 404


@pytest.mark.gen_test
async def test_a_member_who_accepts_is_an_admin_and_a_guest_needs_a_password(
    app, call, connect
) -> None:
    token = await app.store.write(invites.create_for_admin)
    came = await guest(call, "ada")
    assert (await call("POST", f"/api/join/{token}", cookie=came.cookie)).status == 403
    before = (await register(call, "ada", came.cookie)).cookie
    ada, bob = await connect(cookie=before), await connect("bob")
    answer = await call("POST", f"/api/join/{token}", cookie=before)
    assert answer.body["user"]["role"] == "admin"
    assert (await bob.until("user"))["user"]["role"] == "admin"
    # Who knew the session's token before does not become an admin with them.
    assert (await ada.until("closed", timeout=1))["code"] == 1001
    assert (await call("GET", "/api/me", cookie=before)).status == 401
    assert (await call("GET", "/api/me", cookie=answer.cookie)).body["user"]["role"] == "admin"


class TestForSomebody:
    @pytest.mark.gen_test
    async def test_they_register_by_that_name_alone(self, app, call) -> None:
        token = await app.store.write(invites.create_for_admin, "ada")
        told = (await call("GET", f"/api/join/{token}")).body
        assert (told["name"], "account" in told) == ("ada", False)
        refused = await register(call, "eve", invite=token)
        assert (refused.status, refused.body["error"]["field"]) == (403, "name")
        assert (await register(call, "Ada", invite=token)).body["user"]["role"] == "admin"

    @pytest.mark.gen_test
    async def test_the_owner_of_the_account_comes_in_and_chooses_a_password(
        self, app, call, connect
    ) -> None:
        there = (await register(call, "ada")).cookie
        phone = await connect(cookie=there)
        token = await app.store.write(invites.create_for_admin, "ADA")
        assert (await call("GET", f"/api/join/{token}")).body["account"] is True
        came = await call("POST", f"/api/join/{token}")
        assert came.body["user"] == {"id": 1, "name": "ada", "role": "admin"}
        wanted = {"password": "battery staple"}
        assert (await call("PATCH", "/api/account", wanted, came.cookie)).status == 200
        assert (await phone.until("closed", timeout=1))["code"] == 4001
        assert (await sign_in(call, "ada", "battery staple")).status == 200
        again = await call("PATCH", "/api/account", {"password": PASSWORD}, came.cookie)
        assert again.status == 401  # from now on they know it
        assert (await call("POST", f"/api/join/{token}")).status == 404

    @pytest.mark.gen_test
    async def test_nobody_else_can_use_it(self, app, call) -> None:
        root = (await admin(app, call)).cookie
        await register(call, "ada")
        token = await app.store.write(invites.create_for_admin, "ada")
        assert (await call("POST", f"/api/join/{token}", cookie=root)).status == 403
        eve = (await register(call, "eve")).cookie
        assert (await call("POST", f"/api/join/{token}", cookie=eve)).status == 403

    @pytest.mark.gen_test
    async def test_who_is_signed_in_still_chooses_a_password_too(self, app, call) -> None:
        there = (await register(call, "ada")).cookie
        token = await app.store.write(invites.create_for_admin, "ada")
        came = await call("POST", f"/api/join/{token}", cookie=there)
        assert came.body["user"]["role"] == "admin"
        wanted = {"password": "battery staple"}
        assert (await call("PATCH", "/api/account", wanted, came.cookie)).status == 200


class TestForTheOwnerOfAnAccount:
    @pytest.mark.gen_test
    async def test_who_is_signed_in_still_chooses_a_password_without_the_old_one(
        self, app, call, connect
    ) -> None:
        here, elsewhere = (await register(call, "ada")).cookie, (await sign_in(call, "ada")).cookie
        tab = await connect(cookie=here)
        token = await app.store.write(invites.create_for_owner, "ada")
        wanted = {"password": "battery staple"}
        assert (await call("PATCH", "/api/account", wanted, here)).status == 401
        came = await call("POST", f"/api/join/{token}", cookie=here)
        assert came.body["user"] == {"id": 1, "name": "ada", "role": "member"}
        # Who knew the session's token before does not come to a password with them.
        assert (await tab.until("closed", timeout=1))["code"] == 1001
        statuses = [
            (await call("PATCH", "/api/account", wanted, cookie)).status
            for cookie in (here, elsewhere, came.cookie, came.cookie)
        ]
        assert statuses == [401, 401, 200, 401], "in that session alone, and once"
        assert (await sign_in(call, "ada", "battery staple")).status == 200

    @pytest.mark.gen_test
    async def test_it_is_used_up_by_who_is_signed_in_still(self, app, call) -> None:
        there = (await register(call, "ada")).cookie
        token = await app.store.write(invites.create_for_owner, "ada")
        came = await call("POST", f"/api/join/{token}", cookie=there)
        assert came.status == 200
        assert (await call("POST", f"/api/join/{token}", cookie=came.cookie)).status == 404
        assert (await call("POST", f"/api/join/{token}")).status == 404

    @pytest.mark.gen_test
    async def test_somebody_else_who_is_signed_in_is_told_whose_it_is(self, app, call) -> None:
        await register(call, "ada")
        bob = (await register(call, "bob")).cookie
        carol = (await guest(call, "carol")).cookie
        token = await app.store.write(invites.create_for_owner, "ada")
        for cookie, name in ((bob, "bob"), (carol, "carol")):
            refused = await call("POST", f"/api/join/{token}", cookie=cookie)
            assert (refused.status, refused.code) == (403, "forbidden")
            said = refused.body["error"]["message"]
            assert f"for “ada” alone, and you are here as “{name}”" in said
            me = await call("GET", "/api/me", cookie=cookie)
            assert me.body["user"]["name"] == name
        assert (await call("POST", f"/api/join/{token}")).status == 200, "it is good still"

    @pytest.mark.gen_test
    async def test_a_guest_of_that_name_is_not_its_owner(self, app, call) -> None:
        before = (await guest(call, "ada")).cookie
        rename = "UPDATE users SET name = 'ada', name_key = 'ada' WHERE id = 2"
        await register(call, "bob")
        await app.store.write(lambda connection: connection.execute(text(rename)) and None)
        token = await app.store.write(invites.create_for_owner, "ada")
        refused = await call("POST", f"/api/join/{token}", cookie=before)
        assert refused.status == 403
        assert "guest" in refused.body["error"]["message"]

    @pytest.mark.gen_test
    async def test_a_link_that_others_make_lets_nobody_choose_a_password(self, app, call) -> None:
        root = (await admin(app, call)).cookie
        link = (await call("POST", "/api/invites", {}, root)).body
        ada = (await register(call, "ada")).cookie
        assert (await call("POST", f"/api/join/{link['token']}", cookie=ada)).status == 200
        wanted = {"password": "battery staple"}
        assert (await call("PATCH", "/api/account", wanted, ada)).status == 401


class TestWithoutGuests:
    @pytest.fixture
    def settings(self) -> dict[str, str]:
        return {"guests": "off"}

    @pytest.mark.gen_test
    async def test_an_owner_comes_in_where_a_guest_of_earlier_days_was(self, app, call) -> None:
        await register(call, "ada")
        _, before = await app.store.write(users.create_signed_in, "carol")
        token = await app.store.write(invites.create_for_owner, "ada")
        came = await call("POST", f"/api/join/{token}", cookie=f"gust={before}")
        assert came.body["user"] == {"id": 1, "name": "ada", "role": "member"}
        assert (await call("GET", "/api/me", cookie=came.cookie)).body["user"]["name"] == "ada"
