"""Links that let people in, and those that do not any more."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from sqlalchemy import update

from models.store import invites as store_invites
from models.store import schema
from tests.handlers.rooms import Person, come, make, promote


async def invite(call, by: Person, **fields: Any) -> dict[str, Any]:
    answer = await call("POST", "/api/invites", fields, by.cookie)
    assert answer.status == 201, answer.body
    return answer.body


async def accept(call, person: Person, link: dict[str, Any]):
    return await call("POST", f"/api/join/{link['token']}", {}, person.cookie)


async def member(app, call, name: str) -> Person:
    """Somebody with an account."""
    person = await come(call, name)
    await promote(app, person, "member")
    return person


@pytest.mark.gen_test
async def test_a_link_lets_a_stranger_into_a_closed_room(app, call, connect) -> None:
    ada, bob = await member(app, call, "ada"), await come(call, "bob")
    den = await make(call, ada)
    link = await invite(call, ada, room=den)
    assert link["url"] == f"/join/{link['token']}"
    told = (await call("GET", f"/api/join/{link['token']}")).body
    assert told["by"]["name"] == "ada"
    assert (told["room"], told["role"]) == ({"id": den, "name": "den"}, "member")
    phone = await connect(cookie=bob.cookie)
    joined = await accept(call, bob, link)
    assert (joined.status, joined.body["room"]) == (200, den)
    assert [room["name"] for room in joined.body["rooms"]] == ["lobby", "den"]
    assert (await phone.until("room"))["room"]["id"] == den


@pytest.mark.gen_test
async def test_a_link_is_used_up(app, call) -> None:
    ada, bob, carol = await member(app, call, "ada"), await come(call, "bob"), await come(call, "c")
    link = await invite(call, ada, room=await make(call, ada), uses=1)
    assert (await accept(call, bob, link)).status == 200
    refused = await accept(call, carol, link)
    assert (refused.status, refused.code) == (404, "not_found")
    assert (await call("GET", f"/api/join/{link['token']}")).body == refused.body


@pytest.mark.gen_test
async def test_who_is_in_already_uses_nothing_up(app, call) -> None:
    ada, bob = await member(app, call, "ada"), await come(call, "bob")
    link = await invite(call, ada, room=await make(call, ada), uses=1)
    assert (await accept(call, ada, link)).status == 200
    assert (await accept(call, bob, link)).status == 200


@pytest.mark.gen_test
async def test_of_many_who_come_at_once_so_many_get_in(app, call) -> None:
    ada = await member(app, call, "ada")
    crowd = [await come(call, f"guest {number}") for number in range(8)]
    link = await invite(call, ada, room=await make(call, ada), uses=3)
    answers = await asyncio.gather(*(accept(call, guest, link) for guest in crowd))
    assert sorted(answer.status for answer in answers) == [200] * 3 + [404] * 5


@pytest.mark.gen_test
async def test_a_link_ends_with_its_time(app, call) -> None:
    ada, bob = await member(app, call, "ada"), await come(call, "bob")
    link = await invite(call, ada, room=await make(call, ada), days=1)
    assert link["expires"] - link["date"] == pytest.approx(86_400_000, abs=1000)
    over = update(schema.invites).values(expires=schema.now())
    await app.store.write(lambda connection: connection.execute(over) and None)
    assert (await accept(call, bob, link)).status == 404
    assert (await call("GET", "/api/invites", cookie=ada.cookie)).body == {"invites": []}


@pytest.mark.gen_test
async def test_a_link_is_revoked_by_who_made_it(app, call) -> None:
    ada, bob = await member(app, call, "ada"), await member(app, call, "bob")
    link = await invite(call, ada, room=await make(call, ada))
    listed = (await call("GET", "/api/invites", cookie=ada.cookie)).body["invites"]
    assert [entry["id"] for entry in listed] == [link["id"]]
    assert "token" not in listed[0]
    path = f"/api/invites/{link['id']}"
    assert (await call("DELETE", path, cookie=bob.cookie)).status == 404
    assert (await call("DELETE", path, cookie=ada.cookie)).status == 204
    assert (await accept(call, bob, link)).status == 404


@pytest.mark.gen_test
async def test_an_admin_revokes_links_to_the_place_but_knows_of_no_room(app, call) -> None:
    ada, bob = await member(app, call, "ada"), await member(app, call, "bob")
    await promote(app, bob, "admin")
    to_room = await invite(call, ada, room=await make(call, ada))
    to_place = await invite(call, ada)
    listed = (await call("GET", "/api/invites", cookie=bob.cookie)).body["invites"]
    assert [entry["id"] for entry in listed] == [to_place["id"]]
    statuses = [
        (await call("DELETE", f"/api/invites/{link['id']}", cookie=bob.cookie)).status
        for link in (to_place, to_room)
    ]
    assert statuses == [204, 404]


@pytest.mark.gen_test
async def test_a_link_ends_when_its_maker_is_taken_out(app, call) -> None:
    ada, bob, carol = await come(call, "ada"), await member(app, call, "bob"), await come(call, "c")
    den = await make(call, ada, "closed", bob)
    link = await invite(call, bob, room=den)
    await call("DELETE", f"/api/rooms/{den}/members/{bob.id}", cookie=ada.cookie)
    assert (await accept(call, carol, link)).status == 404
    assert (await accept(call, bob, link)).status == 404


@pytest.mark.gen_test
async def test_an_invitation_needs_an_account_and_the_right_to_bring_in(app, call) -> None:
    guest, bob = await come(call, "ada"), await member(app, call, "bob")
    den = await make(call, guest)
    hall = await make(call, guest, "open", name="hall")
    answers = [
        await call("POST", "/api/invites", {}, guest.cookie),
        await call("POST", "/api/invites", {"room": den}, guest.cookie),
        await call("POST", "/api/invites", {"room": 1}, bob.cookie),
        await call("POST", "/api/invites", {"room": den}, bob.cookie),
        await call("POST", "/api/invites", {"room": 77}, bob.cookie),
    ]
    assert [answer.status for answer in answers] == [403, 403, 403, 404, 404]
    assert answers[3].body == answers[4].body
    assert (await call("POST", "/api/invites", {"room": hall}, bob.cookie)).status == 201


@pytest.mark.parametrize("body", [{"days": 0}, {"days": 366}, {"uses": 0}, {"uses": 1001}])
@pytest.mark.gen_test
async def test_a_bad_invitation_tells_the_field(call, body) -> None:
    answer = await call("POST", "/api/invites", body, (await come(call, "ada")).cookie)
    assert (answer.code, answer.body["error"]["field"]) == ("bad_event", next(iter(body)))


class TestWithSignUpOff:
    @pytest.fixture
    def settings(self) -> dict[str, Any]:
        return {"signup": "off"}

    @pytest.mark.gen_test
    async def test_only_admins_invite_to_the_place(self, app, call) -> None:
        ada = await member(app, call, "ada")
        assert (await call("POST", "/api/invites", {}, ada.cookie)).status == 403
        await promote(app, ada, "admin")
        assert (await call("POST", "/api/invites", {}, ada.cookie)).status == 201


@pytest.mark.gen_test
async def test_the_first_to_take_the_admins_link_is_the_admin(app, call, connect) -> None:
    token = await app.store.write(store_invites.create_for_admin)
    guest, bob, carol = (
        await come(call, "ada"),
        await member(app, call, "bob"),
        await come(call, "c"),
    )
    assert (await accept(call, guest, {"token": token})).status == 403
    phone = await connect(cookie=carol.cookie)
    made = await accept(call, bob, {"token": token})
    assert made.body["user"]["role"] == "admin"
    assert (await phone.until("user"))["user"] == made.body["user"]
    assert (await accept(call, bob, {"token": token})).status == 404


@pytest.mark.gen_test
async def test_a_forged_link_and_one_from_nobody(call) -> None:
    forged = await call("GET", "/api/join/" + "x" * 43)
    assert (forged.status, forged.code) == (404, "not_found")
    assert (await call("POST", "/api/join/" + "x" * 43, {})).status == 404
    assert (await call("GET", "/join/" + "x" * 43)).status == 200, "the page says it"


@pytest.mark.gen_test
async def test_a_link_is_kept_by_its_hash(app, call, tmp_path) -> None:
    link = await invite(call, await member(app, call, "ada"))
    for file in (tmp_path / "data").glob("chat.db*"):
        assert link["token"].encode() not in file.read_bytes()
