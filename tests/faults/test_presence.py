"""Who is here: people, not tabs; names that are one person's."""

from __future__ import annotations

import asyncio
import json

import pytest

from tests.faults.wire import Refused, Wire, ask, call, run, sign_in
from tests.serving import GustProcess
from tests.talking import Client

GRACE = 5.0  # seconds for which a drop is not told
CROWD = 200  # people; over so many, only their number is kept up


async def _told(client: Client, *types: str) -> list[tuple[str, str]]:
    """Give who came and went, as far as a client was told by now."""
    client.send(type="ping", n="now")
    await client.until("pong", n="now")
    return [(e["type"], e["user"]["name"]) for e in client.events if e["type"] in types]


def test_tabs_and_short_drops_are_not_told(tmp_path):
    async def scene() -> None:
        ada = await call(server.port, name="ada")
        await ada.until("presence")
        tabs = [await call(server.port, name="bob") for _ in range(3)]
        assert await _told(ada, "joined", "left") == [("joined", "bob")]
        for tab in tabs[:2]:
            tab.close()
        tabs[2].socket.drop()  # type: ignore[attr-defined]
        await asyncio.sleep(GRACE - 2)
        back = await call(server.port, name="bob")
        await asyncio.sleep(2.2)  # past the end of the grace
        assert await _told(ada, "joined", "left") == [("joined", "bob")]
        back.close()
        left = await ada.until("left", timeout=GRACE + 2)
        assert (left["user"]["name"], left["count"]) == ("bob", 1)
        ada.close()

    with GustProcess(tmp_path) as server:
        run(scene())


def test_one_who_says_so_leaves_at_once_but_not_from_another_tab(tmp_path):
    async def scene() -> None:
        cookie = await sign_in(server.port, "ada")
        _, den, _ = await ask(server.port, "POST", "/api/rooms", {"name": "den"}, cookie)
        ada = await call(server.port, cookie)
        tabs = [await call(server.port, name="bob") for _ in range(2)]
        for client in (ada, *tabs):
            client.send(type="join", room=den["id"])
            await client.until("presence", room=den["id"])
        tabs[0].send(type="leave", room=den["id"])
        tabs[0].send(type="leave", room=den["id"])
        await _told(tabs[0])
        assert await _told(ada, "left") == []
        tabs[1].send(type="leave", room=den["id"])
        left = await ada.until("left", timeout=1)
        assert (left["room"], left["count"]) == (den["id"], 1)
        for client in (ada, *tabs):
            client.close()

    with GustProcess(tmp_path) as server:
        run(scene())


@pytest.mark.parametrize("name", ["ADA", " ada ", "\u00a0Ada"])
def test_a_guest_name_is_one_person_however_it_is_written(tmp_path, name):
    async def scene() -> None:
        ada = await call(server.port, name="ada")
        again = await call(server.port, name=name)
        ids = {(await client.until("welcome"))["user"]["id"] for client in (ada, again)}
        assert len(ids) == 1
        ada.close()
        again.close()

    with GustProcess(tmp_path) as server:
        run(scene())


def test_a_name_is_normalised(tmp_path):
    async def scene() -> None:
        composed = await call(server.port, name="Zo\u00eb")
        apart = await call(server.port, name="ZOE\u0308")
        assert (await composed.until("welcome"))["user"] == (await apart.until("welcome"))["user"]
        composed.close()
        apart.close()

    with GustProcess(tmp_path) as server:
        run(scene())


def test_of_twenty_who_take_a_name_at_once_one_gets_it(tmp_path):
    async def scene() -> None:
        tries = [ask(server.port, "POST", "/api/session", {"name": "ada"}) for _ in range(20)]
        statuses = [status for status, _, _ in await asyncio.gather(*tries)]
        assert sorted(statuses) == [200] + [409] * 19

    with GustProcess(tmp_path) as server:
        run(scene())


def test_of_two_adas_who_come_back_at_once_one_gets_another_name(tmp_path):
    async def come_back() -> None:
        both = await asyncio.gather(*(Wire.connect(server.port, cookie) for cookie in cookies))
        names = set()
        for wire in both:
            welcome = json.loads(await wire.read_message() or "")
            names.add(welcome["user"]["name"].casefold())
            wire.close()
        assert len(names) == 2, names

    with GustProcess(tmp_path) as server:
        cookies = []
        for name in ("ada", "ADA"):
            cookies.append(run(sign_in(server.port, name)))
            server.kill()  # so that nobody is present
            server.start()
        run(come_back())


def test_a_name_that_somebody_signed_in_has_now_is_refused(tmp_path):
    async def scene() -> None:
        ada = await call(server.port, await sign_in(server.port, "ada"))
        with pytest.raises(Refused) as refused:
            await Wire.connect(server.port, name="Ada")
        assert refused.value.status == 409
        assert json.loads(refused.value.body)["error"]["code"] == "taken"
        ada.close()

    with GustProcess(tmp_path) as server:
        run(scene())


def test_in_a_crowd_only_the_number_is_kept_up_and_below_it_the_names_again(tmp_path):
    async def scene() -> None:
        ada = await call(server.port, name="ada")
        people = [await call(server.port, name=f"bob {number}") for number in range(CROWD - 1)]
        assert len(await _told(ada, "joined")) == CROWD - 1
        carol = await call(server.port, name="carol")
        crowded = await carol.until("presence")
        assert (crowded["users"], crowded["count"]) == ([], CROWD + 1)
        counted = await ada.until("presence", count=CROWD + 1)
        assert counted["users"] == []
        people.pop().close()
        known = await ada.until("presence", timeout=GRACE + 4, count=CROWD)
        assert len(known["users"]) == CROWD
        for client in (ada, carol, *people):
            client.close()

    with GustProcess(tmp_path) as server:
        run(scene())
