"""There is only so much of everything that a client can make more of."""

from __future__ import annotations

from typing import Any

import pytest

from tests.handlers.accounts import PASSWORD, register, sign_in
from tests.handlers.rooms import come, make, promote
from tests.uploading import upload


def refused(answer: Any, option: str) -> None:
    assert (answer.status, answer.code) == (403, "forbidden"), answer.body
    assert f"--{option}" in answer.body["error"]["message"]


class TestRooms:
    @pytest.fixture
    def settings(self) -> dict[str, Any]:
        return {"room_limit": 3}  # the lobby, and two more

    @pytest.mark.gen_test
    async def test_no_more_are_made_than_there_may_be(self, call) -> None:
        ada, bob = await come(call, "ada"), await come(call, "bob")
        await make(call, ada, name="den")
        await make(call, bob, name="attic")
        for person in (ada, bob):
            answer = await call("POST", "/api/rooms", {"name": "cellar"}, person.cookie)
            refused(answer, "room-limit")
        direct = await call("POST", "/api/rooms/direct", {"users": [bob.id]}, ada.cookie)
        assert direct.status == 201


class TestRoomsOfOnePerson:
    @pytest.fixture
    def settings(self) -> dict[str, Any]:
        return {"rooms_per_user": 2}

    @pytest.mark.gen_test
    async def test_nobody_makes_joins_or_begins_more(self, call, connect) -> None:
        ada, bob = await come(call, "ada"), await come(call, "bob")
        den = await make(call, ada, "open", name="den")
        await make(call, bob, name="attic")
        await make(call, bob, name="cellar")
        refused(await call("POST", "/api/rooms", {"name": "loft"}, bob.cookie), "rooms-per-user")
        socket = await connect(cookie=bob.cookie)
        error = await socket.ask(type="join", room=den)
        assert (error["type"], error["code"]) == ("error", "forbidden")
        assert "--rooms-per-user" in error["message"]
        await socket.say("the lobby is everybody's")

    @pytest.mark.gen_test
    async def test_nobody_is_brought_into_more(self, app, call) -> None:
        ada, bob = await come(call, "ada"), await come(call, "bob")
        await promote(app, ada, "member")
        den = await make(call, ada, name="den")
        await make(call, bob, name="attic")
        cellar = await make(call, bob, name="cellar")
        path = f"/api/rooms/{den}/members/{bob.id}"
        refused(await call("PUT", path, cookie=ada.cookie), "rooms-per-user")
        link = (await call("POST", "/api/invites", {"room": den}, ada.cookie)).body["url"]
        refused(await call("POST", f"/api{link}", cookie=bob.cookie), "rooms-per-user")
        await call("DELETE", f"/api/rooms/{cellar}/members/{bob.id}", cookie=bob.cookie)
        assert (await call("PUT", path, cookie=ada.cookie)).status == 204

    @pytest.mark.gen_test
    async def test_conversations_begun_by_others_keep_nobody_out_of_rooms(self, call) -> None:
        ada, bob, carol = [await come(call, name) for name in ("ada", "bob", "carol")]
        for others in ([ada.id], [ada.id, carol.id]):
            begun = await call("POST", "/api/rooms/direct", {"users": others}, bob.cookie)
            assert begun.status == 201
        one_more = await call("POST", "/api/rooms/direct", {"users": [ada.id]}, carol.cookie)
        refused(one_more, "rooms-per-user")
        again = await call("POST", "/api/rooms/direct", {"users": [bob.id]}, ada.cookie)
        assert again.status == 200
        await make(call, ada, name="den")


class TestMembers:
    @pytest.fixture
    def settings(self) -> dict[str, Any]:
        return {"members_per_room": 2}

    @pytest.mark.gen_test
    async def test_no_room_holds_more(self, app, call, connect) -> None:
        ada, bob, carol = [await come(call, name) for name in ("ada", "bob", "carol")]
        await promote(app, ada, "member")
        den = await make(call, ada, "open", bob, name="den")
        path = f"/api/rooms/{den}/members/{carol.id}"
        refused(await call("PUT", path, cookie=ada.cookie), "members-per-room")
        link = (await call("POST", "/api/invites", {"room": den}, ada.cookie)).body
        joined = await call("POST", f"/api{link['url']}", cookie=carol.cookie)
        refused(joined, "members-per-room")
        given = {"name": "dora", "password": PASSWORD, "invite": link["token"]}
        refused(await call("POST", "/api/account", given), "members-per-room")
        socket = await connect(cookie=carol.cookie)
        error = await socket.ask(type="join", room=den)
        assert (error["code"], "--members-per-room" in error["message"]) == ("forbidden", True)
        await call("DELETE", f"/api/rooms/{den}/members/{bob.id}", cookie=bob.cookie)
        assert (await call("PUT", path, cookie=ada.cookie)).status == 204

    @pytest.mark.gen_test
    async def test_who_is_in_stays_in(self, call) -> None:
        ada, bob = await come(call, "ada"), await come(call, "bob")
        den = await make(call, ada, "open", bob, name="den")
        again = await call("PUT", f"/api/rooms/{den}/members/{bob.id}", cookie=ada.cookie)
        assert again.status == 204


class TestSessions:
    @pytest.fixture
    def settings(self) -> dict[str, Any]:
        return {"sessions_per_user": 2}

    @pytest.mark.gen_test
    async def test_one_more_signs_the_longest_unused_out(self, app, call, connect) -> None:
        first = (await register(call, "ada")).cookie
        phone = await connect(cookie=first)
        second = (await sign_in(call, "ada")).cookie
        third = (await sign_in(call, "ada")).cookie
        assert (await phone.until("closed"))["code"] == 4001
        statuses = [
            (await call("GET", "/api/me", cookie=cookie)).status
            for cookie in (first, second, third)
        ]
        assert statuses == [401, 200, 200]


class TestUploads:
    @pytest.fixture
    def settings(self) -> dict[str, Any]:
        return {"upload_rate": 0.001, "upload_burst": 1}

    @pytest.mark.gen_test
    async def test_one_person_sends_only_so_many(self, call) -> None:
        ada, bob = await come(call, "ada"), await come(call, "bob")
        assert (await upload(call, ada.cookie, b"milk")).status == 201
        second = await upload(call, ada.cookie, b"eggs")
        assert (second.status, second.code) == (429, "slow_down")
        assert "--upload-rate" in second.body["error"]["message"]
        assert (await upload(call, bob.cookie, b"milk")).status == 201


@pytest.mark.gen_test
async def test_a_made_up_session_that_is_signed_out_is_not_remembered(app, call) -> None:
    for number in range(3):
        answer = await call("DELETE", "/api/session", cookie=f"gust={number}")
        assert answer.status == 204
    assert not app.ended._codes


@pytest.mark.gen_test
async def test_a_name_is_looked_for_by_what_a_name_may_be(call) -> None:
    ada = await come(call, "ada")
    for path in ("/api/users", "/api/rooms/1/members"):
        answer = await call("GET", f"{path}?q={'a' * 60_000}", cookie=ada.cookie)
        assert (answer.status, answer.code) == (413, "too_long")
        assert (await call("GET", f"{path}?q={'a' * 64}", cookie=ada.cookie)).status == 200
