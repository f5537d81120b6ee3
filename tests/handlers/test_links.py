"""All links to a room, for those who look after it; and whom none of them brings back."""

from __future__ import annotations

from typing import Any

import pytest

from tests.handlers.accounts import PASSWORD
from tests.handlers.rooms import Person, come, make, promote
from tests.handlers.test_invites import accept, invite, member


async def links_of(call: Any, person: Person, room: int) -> Any:
    return await call("GET", f"/api/invites?room={room}", cookie=person.cookie)


async def take_out(call: Any, by: Person, room: int, who: Person, query: str = "") -> int:
    path = f"/api/rooms/{room}/members/{who.id}{query}"
    answer = await call("DELETE", path, cookie=by.cookie)
    return int(answer.status)


@pytest.mark.gen_test
async def test_who_looks_after_a_room_sees_and_revokes_all_its_links(app, call) -> None:
    ada, bob, carol = await come(call, "ada"), await member(app, call, "bob"), await come(call, "c")
    den = await make(call, ada, "closed", bob)
    link = await invite(call, bob, room=den)
    await invite(call, bob)
    listed = (await links_of(call, ada, den)).body["invites"]
    assert [(each["id"], each["by"]["name"]) for each in listed] == [(link["id"], "bob")]
    assert "token" not in listed[0]
    path = f"/api/invites/{link['id']}"
    assert (await call("DELETE", path, cookie=ada.cookie)).status == 204
    assert (await accept(call, carol, link)).status == 404


@pytest.mark.gen_test
async def test_others_see_and_revoke_only_their_own(app, call) -> None:
    ada, bob, carol = [await member(app, call, name) for name in ("ada", "bob", "carol")]
    den = await make(call, ada, "closed", bob)
    link = await invite(call, ada, room=den)
    refused = await links_of(call, bob, den)
    assert (refused.status, refused.code) == (403, "forbidden")
    assert (await call("DELETE", f"/api/invites/{link['id']}", cookie=bob.cookie)).status == 404
    assert (await links_of(call, carol, den)).status == 404
    await promote(app, bob, "moderator")
    assert len((await links_of(call, bob, den)).body["invites"]) == 1, "in it, and a moderator"


@pytest.mark.gen_test
async def test_who_was_taken_out_is_not_let_in_by_a_link_made_before(app, call) -> None:
    ada, bob, carol = await member(app, call, "ada"), await come(call, "bob"), await come(call, "c")
    den = await make(call, ada, "closed", bob)
    link = await invite(call, ada, room=den)
    assert await take_out(call, ada, den, bob) == 204
    refused = await accept(call, bob, link)
    assert (refused.status, refused.code) == (403, "forbidden")
    assert "taken out" in refused.body["error"]["message"]
    assert (await accept(call, carol, link)).status == 200, "it goes on for all others"
    assert (await accept(call, bob, await invite(call, ada, room=den))).status == 200


@pytest.mark.gen_test
async def test_nor_by_one_of_a_member_who_does_not_look_after_the_room(app, call) -> None:
    ada, bob, carol = await come(call, "ada"), await come(call, "b"), await member(app, call, "c")
    den = await make(call, ada, "closed", bob, carol)
    await take_out(call, ada, den, bob)
    link = await invite(call, carol, room=den)
    assert (await accept(call, bob, link)).status == 403
    brought = await call("PUT", f"/api/rooms/{den}/members/{bob.id}", cookie=carol.cookie)
    assert brought.status == 204, "but by being brought in, and then it is as if never"
    await call("DELETE", f"/api/rooms/{den}/members/{bob.id}", cookie=bob.cookie)
    assert (await accept(call, bob, link)).status == 200


@pytest.mark.gen_test
async def test_nor_by_making_an_account_with_it(app, call) -> None:
    ada, bob = await member(app, call, "ada"), await come(call, "bob")
    den = await make(call, ada, "closed", bob)
    link = await invite(call, ada, room=den)
    await take_out(call, ada, den, bob)
    wanted = {"name": "bob", "password": PASSWORD, "invite": link["token"]}
    assert (await call("POST", "/api/account", wanted, bob.cookie)).status == 403
    assert (await call("GET", "/api/me", cookie=bob.cookie)).body["user"]["role"] == "guest"


@pytest.mark.gen_test
async def test_all_links_to_a_room_end_with_somebodys_stay_where_that_is_wished(app, call) -> None:
    ada, bob, carol = await member(app, call, "ada"), await come(call, "bob"), await come(call, "c")
    den = await make(call, ada, "closed", bob)
    links = [await invite(call, ada, room=den), await invite(call, ada)]
    assert await take_out(call, bob, den, bob, "?links=end") == 403, "not his to end"
    assert await take_out(call, ada, den, bob, "?links=end") == 204
    assert [(await accept(call, carol, link)).status for link in links] == [404, 200]


@pytest.mark.gen_test
async def test_an_open_room_is_open_to_whom_was_taken_out_of_it_once(app, call) -> None:
    ada, bob = await member(app, call, "ada"), await come(call, "bob")
    hall = await make(call, ada, "open", bob, name="hall")
    link = await invite(call, ada, room=hall)
    await take_out(call, ada, hall, bob)
    assert (await accept(call, bob, link)).status == 200
