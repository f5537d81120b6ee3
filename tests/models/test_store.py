"""The store on a real SQLite file: each message once, in order, on disk."""

from __future__ import annotations

import asyncio
import logging
import sqlite3
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from msgspec import UNSET, structs
from sqlalchemy import Connection, event, insert, select

from models import mentions
from models.errors import Forbidden, NotFound, NotStored, SignedOut, Taken
from models.events import User, decode_message
from models.store import (
    Store,
    accounts,
    bans,
    making,
    members,
    messages,
    rooms,
    sessions,
    tokens,
    users,
)
from models.store.migrate import is_outdated
from models.store.posts import Post, Stored
from models.store.schema import messages as table
from models.store.schema import metadata

LOBBY = 1
FAR = 1 << 30  # bytes: no limit


@pytest.fixture
def url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path}/chat.db"


@pytest.fixture
def store(url: str) -> Iterator[Store]:
    store = Store(url)
    yield store
    store.close()


def run(main: Callable[[], Awaitable[Any]]) -> Any:
    async def bounded() -> Any:
        return await asyncio.wait_for(main(), 20)

    return asyncio.run(bounded())


async def posted(store: Store, *posts: Post) -> list[Any]:
    """Post all at once; give what became of each."""
    futures = []
    for post in posts:
        future = asyncio.get_running_loop().create_future()
        store.post(post, future.set_result)
        futures.append(future)
    return await asyncio.gather(*futures)


def post(user: User, text: str, room: int = LOBBY) -> Post:
    return Post(room=room, user=user, text=text, html=f"<p>{text}</p>", msg_id=text)


def test_messages_get_the_rooms_next_numbers(store: Store) -> None:
    async def main() -> None:
        ada = await store.write(users.create, "ada")
        stored = await posted(store, *(post(ada, f"{n}") for n in range(5)))
        assert [s.change.seq for s in stored] == [1, 2, 3, 4, 5]
        assert [s.change.id for s in stored] == [1, 2, 3, 4, 5]
        assert all(s.new for s in stored)

    run(main)


def test_each_room_counts_for_itself(store: Store) -> None:
    async def main() -> None:
        ada = await store.write(users.create, "ada")
        den = await store.write(making.create, ada.id, "den", "")
        stored = await posted(store, post(ada, "a"), post(ada, "b", den.id), post(ada, "c"))
        assert [(s.change.room, s.change.seq) for s in stored] == [(1, 1), (den.id, 1), (1, 2)]

    run(main)


def test_a_resend_yields_the_same_message(store: Store) -> None:
    async def main() -> None:
        ada = await store.write(users.create, "ada")
        [first] = await posted(store, post(ada, "hi"))
        [second] = await posted(store, post(ada, "hi"))
        assert second == Stored(first.change, new=False)

    run(main)


def test_a_thousand_copies_at_once_are_one_message(store: Store) -> None:
    async def main() -> None:
        ada = await store.write(users.create, "ada")
        stored = await posted(store, *[post(ada, "hi")] * 1000)
        assert {s.change.id for s in stored} == {1}
        assert [s.new for s in stored].count(True) == 1
        changes, seq = await store.read(messages.changes, LOBBY, 0)
        assert (len(changes), seq) == (1, 1)

    run(main)


def test_a_resend_after_a_restart_is_known(url: str) -> None:
    async def main() -> Stored:
        store = Store(url)
        ada = await store.write(users.find_or_create_unclaimed, "ada")
        [stored] = await posted(store, post(ada, "hi"))
        store.close()
        return stored

    assert run(main).new
    assert not run(main).new


def test_another_persons_msg_id_is_another_message(store: Store) -> None:
    async def main() -> None:
        ada, bob = [await store.write(users.create, name) for name in ("ada", "bob")]
        stored = await posted(store, post(ada, "hi"), post(bob, "hi"))
        assert [s.new for s in stored] == [True, True]

    run(main)


def test_one_bad_write_fails_alone(store: Store, caplog: pytest.LogCaptureFixture) -> None:
    async def main() -> None:
        ada = await store.write(users.create, "ada")
        nobody = User(99, "nobody")
        outcomes = await posted(
            store, post(ada, "a"), post(nobody, "b"), post(ada, "c", room=77), post(ada, "d")
        )
        assert [type(outcome) for outcome in outcomes] == [Stored, NotStored, NotFound, Stored]
        changes, seq = await store.read(messages.changes, LOBBY, 0)
        assert [decode_message(c.body).text for c in changes] == ["a", "d"]
        assert seq == 2

    run(main)
    caplog.clear()


def test_who_was_taken_out_in_the_same_batch_is_refused_alone(store: Store) -> None:
    async def main() -> None:
        ada, bob, carol = [await store.write(users.create, who) for who in ("ada", "bob", "carol")]
        den = await store.write(making.create, ada.id, "den", "", "closed")
        for guest in (bob, carol):
            await store.write(members.add, guest.id, den.id)
        earlier = post(bob, "earlier", den.id)
        assert isinstance((await posted(store, earlier))[0], Stored)
        gone = store.write(members.take_out, ada, den.id, bob.id)
        late = [post(carol, "c", den.id), post(bob, "b", den.id), post(bob, "lobby"), earlier]
        outcomes = await posted(store, *late)
        await gone
        assert [type(outcome) for outcome in outcomes] == [Stored, NotFound, Stored, NotFound]
        changes, seq = await store.read(messages.changes, den.id, 0)
        assert [decode_message(c.body).text for c in changes] == ["earlier", "c"]
        assert seq == 2, "what was refused took no number"

    run(main)


def test_who_was_banned_in_the_same_batch_is_refused_everywhere(store: Store) -> None:
    async def main() -> None:
        ada, bob = [await store.write(users.create, name) for name in ("ada", "bob")]
        admin = structs.replace(ada, role="admin")
        den = (await store.write(making.create, bob.id, "den", "")).id
        begun = store.write(bans.begin, admin, bob.id, "spam", None, False)
        outcomes = await posted(store, post(bob, "a"), post(bob, "b", den), post(ada, "c"))
        await begun
        assert [type(outcome) for outcome in outcomes] == [Forbidden, Forbidden, Stored]
        assert "spam" in str(outcomes[0])

    run(main)


def test_who_was_deleted_in_the_same_batch_says_nothing_more(store: Store) -> None:
    async def main() -> None:
        ada = await store.write(users.create, "ada")
        deleting = store.write(accounts.remove, ada.id, False)
        assert [type(outcome) for outcome in await posted(store, post(ada, "a"))] == [SignedOut]
        await deleting

    run(main)


def test_a_resend_is_found_by_the_index(store: Store) -> None:
    plans: list[str] = []

    async def main() -> None:
        ada = await store.write(users.create, "ada")
        await posted(store, post(ada, "hi"))

        def explain(connection: Connection, cursor: Any, statement: str, parameters: Any, *_: Any):
            if statement.startswith("WITH wanted"):
                plan = connection.connection.cursor().execute(
                    f"EXPLAIN QUERY PLAN {statement}", parameters
                )
                plans.extend(row[3] for row in plan)

        event.listen(store._engine, "before_cursor_execute", explain)
        await posted(store, post(ada, "hi"))

    run(main)
    assert plans
    assert not [step for step in plans if step.startswith("SCAN messages")]


def test_a_batch_is_one_transaction_with_few_statements(store: Store) -> None:
    statements: list[str] = []

    async def main() -> None:
        ada = await store.write(users.create, "ada")
        gate = asyncio.get_running_loop().create_future()

        def hold(connection: Connection) -> None:
            # While this runs, everything below arrives.
            asyncio.run_coroutine_threadsafe(_wait(gate), loop).result(10)
            driver: Any = connection.connection.driver_connection
            driver.set_trace_callback(note)

        def note(statement: str) -> None:
            # What the triggers do for the search is traced as comments, by its tables,
            # and as the statement that set them off, once more for each. The index asks
            # once, when it is first used after it was loaded, whether its data changed.
            search = statement.startswith("--") or "search_" in statement
            search = search or "data_version" in statement
            if not search and statement not in statements[-1:]:
                statements.append(statement)

        loop = asyncio.get_running_loop()
        holding = store.write(hold)
        await asyncio.sleep(0.05)
        waiting = asyncio.gather(posted(store, *(post(ada, f"{n}") for n in range(200))), holding)
        await asyncio.sleep(0)
        gate.set_result(None)
        await waiting

    run(main)
    own = [statement.split()[0] for statement in statements]
    own = own[own.index("BEGIN") :]  # what comes before ends what held the batch back
    inserts = ["INSERT"] * 4  # 64 + 64 + 64 + 8
    assert own == ["BEGIN", "WITH", "UPDATE", *inserts, "COMMIT"]


async def _wait(gate: asyncio.Future[None]) -> None:
    await gate


def test_acknowledged_means_committed_with_fsync(store: Store, tmp_path: Path) -> None:
    async def main() -> None:
        def pragmas(connection: Connection) -> list[Any]:
            return [
                connection.exec_driver_sql(f"PRAGMA {name}").scalar()
                for name in ("journal_mode", "synchronous", "foreign_keys")
            ]

        assert await store.write(pragmas) == ["wal", 2, 1]

    run(main)


@pytest.mark.parametrize("count", [1, 2, 63, 64, 65, 200])
def test_a_batch_of_any_size_is_stored_as_it_was_posted(store: Store, count: int) -> None:
    async def main() -> None:
        ada = await store.write(users.create, "ada")
        den = await store.write(making.create, ada.id, "den", "")
        posts = [post(ada, f"{n}", (LOBBY, den.id)[n % 2]) for n in range(count)]
        stored = await posted(store, *posts)
        for outcome, sent in zip(stored, posts, strict=True):
            changes, _ = await store.read(messages.changes, sent.room, outcome.change.seq - 1)
            assert changes[0].body == outcome.change.body
            assert decode_message(changes[0].body).text == sent.text

    run(main)


def test_pages_go_both_ways_and_around(store: Store) -> None:
    async def main() -> None:
        ada = await store.write(users.create, "ada")
        await posted(store, *(post(ada, f"{n}") for n in range(1, 11)))

        async def page(limit: int, **at: int) -> tuple[list[int], bool]:
            found = await store.read(messages.page, LOBBY, limit, **at)
            return [c.id for c in found.changes], found.more

        assert await page(3) == ([8, 9, 10], True)
        assert await page(3, before=8) == ([5, 6, 7], True)
        assert await page(3, before=4) == ([1, 2, 3], False)
        assert await page(3, after=5) == ([6, 7, 8], True)
        assert await page(3, after=7) == ([8, 9, 10], False)
        assert await page(4, around=5) == ([3, 4, 5, 6], True)
        assert await page(4, around=1) == ([1, 2, 3, 4], False)
        assert await page(3, before=1) == ([], False)
        assert (await store.read(messages.page, LOBBY, 4, around=5)).newer
        assert not (await store.read(messages.page, LOBBY, 4, around=9)).newer

    run(main)


def test_a_catch_up_over_its_limit_is_not_read(store: Store) -> None:
    async def main() -> None:
        ada = await store.write(users.create, "ada")
        await posted(store, *(post(ada, f"{n}") for n in range(1, 6)))
        older = await store.read(messages.changes_up_to, LOBBY, 2, 3, FAR)
        assert older is not None
        assert [c.seq for c in older[0]] == [3, 4, 5]
        assert await store.read(messages.changes_up_to, LOBBY, 1, 3, FAR) is None

    run(main)


def test_a_catch_up_over_its_bytes_is_not_held(store: Store) -> None:
    async def main() -> None:
        ada = await store.write(users.create, "ada")
        await posted(store, *(post(ada, f"{n}") for n in range(1, 6)))
        older, _ = await store.read(messages.changes, LOBBY, 2)
        size = sum(len(change.body) for change in older)
        assert await store.read(messages.changes_up_to, LOBBY, 2, 9, size) == (older, 5)
        assert await store.read(messages.changes_up_to, LOBBY, 2, 9, size - 1) is None

    run(main)


def test_a_newcomers_page_is_cut_to_its_bytes_and_tells_that_there_is_more(store: Store) -> None:
    async def main() -> None:
        ada = await store.write(users.create, "ada")
        await posted(store, *(post(ada, f"{n}") for n in range(1, 6)))
        whole = await store.read(messages.latest, LOBBY, 9, FAR)
        assert ([c.id for c in whole.changes], whole.more) == ([1, 2, 3, 4, 5], False)
        two = sum(len(change.body) for change in whole.changes[-2:])
        for size, ids in ((two, [4, 5]), (two - 1, [5]), (0, [5])):
            cut = await store.read(messages.latest, LOBBY, 9, size)
            assert ([c.id for c in cut.changes], cut.seq, cut.more) == (ids, 5, True)

    run(main)


def test_a_room_is_found_by_name_ignoring_case_and_only_once(store: Store) -> None:
    async def main() -> None:
        ada = await store.write(users.create, "ada")
        den = await store.write(making.create, ada.id, "Den", "quiet")
        assert (await store.read(rooms.find, ada.id, "dEN")).id == den.id
        with pytest.raises(Taken):
            await store.write(making.create, ada.id, "DEN", "")
        with pytest.raises(NotFound):
            await store.read(rooms.find, ada.id, "attic")

    run(main)


def test_everybody_is_in_the_lobby_and_where_they_went(store: Store) -> None:
    async def main() -> None:
        ada, bob = [await store.write(users.create, name) for name in ("ada", "bob")]
        den = await store.write(making.create, ada.id, "den", "")
        assert [r.name for r in await store.load(rooms.of, ada.id)] == ["lobby", "den"]
        assert [r.name for r in await store.load(rooms.of, bob.id)] == ["lobby"]
        assert [r.name for r in await store.read(rooms.open_to, bob.id)] == ["lobby", "den"]
        assert (await store.write(members.enter, bob.id, den.id)).new
        assert not (await store.write(members.enter, bob.id, den.id)).new
        assert [r.name for r in await store.load(rooms.of, bob.id)] == ["lobby", "den"]
        await store.write(members.take_out, bob, den.id, bob.id)
        assert [r.name for r in await store.load(rooms.of, bob.id)] == ["lobby"]
        with pytest.raises(NotFound):
            await store.write(members.take_out, bob, den.id, bob.id)

    run(main)


def test_a_session_is_kept_by_the_hash_of_its_token(store: Store, tmp_path: Path) -> None:
    async def main() -> str:
        ada, token = await store.write(users.create_signed_in, "ada")
        assert (await store.load(sessions.signed_in, token)).user == ada
        assert await store.load(sessions.signed_in, token + "x") is None
        await store.write(sessions.end, tokens.hash_of(token))
        assert await store.load(sessions.signed_in, token) is None
        _, kept = await store.write(users.create_signed_in, "bob")
        return kept

    token = run(main)
    for file in tmp_path.iterdir():
        assert token.encode() not in file.read_bytes()


def test_what_many_ask_for_at_once_is_read_together(store: Store) -> None:
    statements: list[str] = []

    async def main() -> None:
        people = [await store.write(users.create_signed_in, f"guest {n}") for n in range(50)]
        event.listen(
            store._engine,
            "before_cursor_execute",
            lambda conn, cursor, statement, *rest: statements.append(statement.split()[0]),
        )
        found = await asyncio.gather(*(store.load(sessions.signed_in, t) for _, t in people))
        assert [session.user for session in found] == [user for user, _ in people]
        assert await asyncio.gather(*[store.load(sessions.signed_in, "forged")] * 3) == [None] * 3

    run(main)
    assert statements.count("SELECT") == 2


def test_whom_a_batch_names_is_looked_up_in_one_statement(store: Store) -> None:
    statements: list[str] = []

    def named(user: User, text: str, room: int) -> Post:
        return Post(room, user, text, None, text, names=mentions.candidates(text))

    async def main() -> None:
        ada, bob = [await store.write(users.create, name) for name in ("ada", "bob")]
        den = (await store.write(making.create, ada.id, "den", "")).id
        event.listen(
            store._engine,
            "before_cursor_execute",
            lambda conn, cursor, statement, *rest: statements.append(statement),
        )
        lobby = [named(ada, f"@bob {n}", LOBBY) for n in range(20)]
        apart = [named(ada, f"{n} @bob", den) for n in range(20)]
        stored = await posted(store, *lobby, *apart)
        told = [decode_message(one.change.body).mentions for one in stored]
        assert told == [[bob.id]] * 20 + [UNSET] * 20, "bob is not in the den"

    run(main)
    assert len([s for s in statements if "users.name_key IN" in s]) == 1


def test_the_migrations_make_what_the_code_expects(store: Store) -> None:
    with store._engine.connect() as connection:
        options = {"compare_type": True, "include_name": _is_no_index_of_words}
        context = MigrationContext.configure(connection, opts=options)
        assert compare_metadata(context, metadata) == []


def _is_no_index_of_words(name: str | None, type: str, *_: Any) -> bool:
    """Leave out the tables in which SQLite keeps the search: only a migration knows them."""
    return type != "table" or name is None or not name.startswith("search")


def test_a_database_of_a_newer_version_is_left_alone(url: str, tmp_path: Path) -> None:
    Store(url).close()
    with sqlite3.connect(tmp_path / "chat.db") as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    connection.close()
    with pytest.raises(RuntimeError, match="newer Gust"):
        Store(url)


def test_the_log_has_one_name_for_good(url: str) -> None:
    first = Store(url)
    first.close()
    second = Store(url)
    second.close()
    assert first.epoch == second.epoch


def test_the_store_is_closed_with_everything_written(url: str) -> None:
    async def main() -> None:
        store = Store(url)
        ada = await store.write(users.create, "ada")
        for number in range(500):
            store.post(post(ada, f"{number}"), lambda outcome: None)
        store.close()

    run(main)
    store = Store(url)
    with store._engine.connect() as connection:
        assert len(connection.execute(select(table.c.id)).all()) == 500
    store.close()


def test_a_refused_transaction_leaves_the_rest_of_the_day(
    store: Store, caplog: pytest.LogCaptureFixture
) -> None:
    async def main() -> None:
        def fail(connection: Connection) -> None:
            connection.execute(insert(table).values(id=1))

        with pytest.raises(NotStored):
            await store.write(fail)
        assert await store.write(users.create, "ada") == User(1, "ada")

    run(main)
    assert any(record.levelno == logging.ERROR for record in caplog.records)
    caplog.clear()


def test_whether_a_database_lacks_something_is_asked_of_one_that_is_there(tmp_path: Path) -> None:
    Store(f"sqlite:///{tmp_path}/chat.db").close()
    assert not is_outdated(tmp_path / "chat.db")
    with pytest.raises(RuntimeError, match=r"gone\.db can't be read: unable to open"):
        is_outdated(tmp_path / "gone.db")
