"""All that somebody said is removed, in steps that end soon."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import insert, select

from models.events import User, decode_message
from models.store import Store, making, messages, removals, users
from models.store.posts import Post, Stored, insert_new
from models.store.schema import messages as table

LOBBY = 1


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    store = Store(f"sqlite:///{tmp_path}/chat.db")
    yield store
    store.close()


def run(main: Callable[[], Awaitable[Any]]) -> Any:
    return asyncio.run(main())


def fill(connection: Any, user: int, room: int, count: int, first: int = 1) -> None:
    """Put messages there as if they had been posted."""
    rows = [
        {
            "room": room,
            "seq": number,
            "posted": number,
            "user": user,
            "msg_id": f"{room}-{number}",
            "text": f"secret {number}",
            "html": f"<p>secret {number}</p>",
            "date": 1,
        }
        for number in range(first, first + count)
    ]
    connection.execute(insert(table), rows)
    connection.exec_driver_sql(f"UPDATE rooms SET seq = {first + count - 1} WHERE id = {room}")


async def remove_all(store: Store, user: int) -> tuple[list[Any], int]:
    """Take every step; give the changes, and how many the largest step made."""
    changes, most = [], 0
    after: removals.Place | None = None
    while True:
        made, after = await store.write(removals.step, user, after)
        most = max(most, len(made))
        changes += made
        if after is None:
            return changes, most


def test_nothing_is_left_of_ada_and_all_of_bob(store: Store) -> None:
    async def main() -> None:
        ada, bob = [await store.write(users.create, name) for name in ("ada", "bob")]
        den = await store.write(making.create, ada.id, "den", "")
        await store.write(fill, ada.id, LOBBY, 250)
        await store.write(fill, bob.id, LOBBY, 10, 251)
        await store.write(fill, ada.id, den.id, 250)
        await store.write(removals.begin, ada.id)
        assert await store.read(removals.waiting) == [ada.id]
        changes, _ = await remove_all(store, ada.id)
        assert await store.read(removals.waiting) == []
        told = {(change.room, change.seq) for change in changes}
        lobby = {(LOBBY, seq) for seq in range(261, 511)}
        assert told == lobby | {(den.id, seq) for seq in range(251, 501)}
        stored = await store.read(lambda c: [r._mapping for r in c.execute(select(table))])
        for row in stored:
            assert row["deleted"] == (row["user"] == ada.id)
            assert row["text"].startswith("secret") == (row["user"] == bob.id)
        assert all(decode_message(change.body).deleted for change in changes)
        kept, seq = await store.read(messages.changes, LOBBY, 0)
        assert (len(kept), seq) == (260, 510)

    run(main)


def test_what_a_restart_interrupts_goes_on(store: Store) -> None:
    async def main() -> None:
        ada = await store.write(users.create, "ada")
        await store.write(fill, ada.id, LOBBY, 500)
        await store.write(removals.begin, ada.id)
        await store.write(removals.step, ada.id)
        changes, _ = await remove_all(store, ada.id)
        assert len(changes) == 500 - removals.STEP

    run(main)


def test_no_step_holds_the_writer_for_long(store: Store) -> None:
    async def main() -> None:
        ada = await store.write(users.create, "ada")
        await store.write(fill, ada.id, LOBBY, 2_000)
        await store.write(removals.begin, ada.id)
        changes, most = await remove_all(store, ada.id)
        assert len(changes) == 2_000
        assert most == removals.STEP, "each is a transaction that others wait for"

    run(main)


async def kept(store: Store) -> list[str]:
    """Give the texts that are still there."""
    found = select(table.c.text).where(~table.c.deleted).order_by(table.c.id)
    return await store.read(lambda connection: list(connection.scalars(found)))


async def say(store: Store, user: User, *texts: str) -> None:
    posts = [Post(LOBBY, user, text, text, text) for text in texts]
    for outcome in await store.write(insert_new, posts):
        assert isinstance(outcome, Stored), outcome


def test_what_is_said_after_it_was_asked_for_stays(store: Store) -> None:
    async def main() -> None:
        ada = await store.write(users.create, "ada")
        await store.write(fill, ada.id, LOBBY, 150)
        await store.write(removals.begin, ada.id)
        _, after = await store.write(removals.step, ada.id)
        await say(store, ada, "0: in front", "z: behind")
        assert (await store.write(removals.step, ada.id, after)).after is None
        assert await kept(store) == ["0: in front", "z: behind"]

    run(main)


def test_what_is_said_before_it_is_asked_for_again_goes_as_well(store: Store) -> None:
    async def main() -> None:
        ada = await store.write(users.create, "ada")
        await store.write(fill, ada.id, LOBBY, 150)
        await store.write(removals.begin, ada.id)
        _, after = await store.write(removals.step, ada.id)
        await say(store, ada, "0: in front", "z: behind")
        await store.write(removals.begin, ada.id)
        while after is not None:
            _, after = await store.write(removals.step, ada.id, after)
        assert await kept(store) == []
        assert await store.read(removals.waiting) == []

    run(main)
