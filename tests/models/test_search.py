"""Searching among many messages, where the index alone would look at all of them."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, create_engine, text

from models.queries import parse
from models.store import Store, dialects, search
from models.store.migrate import _SCRIPTS

ADA = 1
OLD, LAST = 3_000, 9_000  # message ids


@pytest.fixture(scope="module")
def talk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Connection]:
    """Thousands of messages: apples and pears by turns, both in an old one and in the last."""
    path = tmp_path_factory.mktemp("talk") / "chat.db"
    store = Store(f"sqlite:///{path}")
    database = sqlite3.connect(path)
    database.execute(
        "INSERT INTO users (name, name_key, role, date) VALUES ('ada', 'ada', 'guest', 0)"
    )
    database.executemany(
        "INSERT INTO messages (id, room, seq, user, msg_id, text, html, date, posted)"
        f" VALUES (?1, 1, ?1, {ADA}, ?1, ?2, '', ?1, ?1)",
        ((id, _text(id)) for id in range(1, LAST + 1)),
    )
    database.commit()
    database.close()
    engine = create_engine(f"sqlite:///{path}")
    with engine.connect() as connection:
        yield connection
    engine.dispose()
    store.close()


def _text(id: int) -> str:
    if id in (OLD, LAST):
        return "apples with pears and Über"
    return "apples" if id % 2 else "pears"


def _all(talk: Connection, query: str, limit: int = 20) -> list[int]:
    """Search page by page; give the ids that are found, in their order."""
    found: list[int] = []
    before: int | None = None
    while True:
        page = search.find(talk, ADA, parse(query), limit, before=before)
        found += [hit.change.id for hit in page.hits]
        if page.before is None:
            return found
        assert before is None or page.before < before
        before = page.before


def test_words_that_are_everywhere_are_found_where_they_meet(talk: Connection) -> None:
    assert _all(talk, "apples pears") == [LAST, OLD]
    assert _all(talk, "apples pears", limit=1) == [LAST, OLD]
    assert _all(talk, "apples pears oranges") == []


def test_a_search_without_time_goes_on_where_it_was(
    talk: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(search, "TIME", 0)
    for query in ("apples pears", "üb", "über"):
        assert _all(talk, query) == [LAST, OLD], query
    assert _all(talk, "apples", limit=100) == sorted({*range(1, LAST, 2), OLD, LAST}, reverse=True)


def test_what_was_written_before_is_found_by_letters_that_are_composed(tmp_path: Path) -> None:
    engine = dialects.connect(f"sqlite:///{tmp_path / 'chat.db'}")
    config = Config()
    config.set_main_option("script_location", str(_SCRIPTS))
    with engine.connect().execution_options(write=True) as connection, connection.begin():
        config.attributes["connection"] = connection
        command.upgrade(config, "0009")
        connection.execute(
            text("INSERT INTO users VALUES (1, 'ada', 'ada', 'guest', 0, 0, NULL, 0, NULL)")
        )
        for id, said in enumerate(["plain cafe", "le cafe\u0301", "le caf\u00e9", "\u212b"], 1):
            connection.execute(
                text(
                    "INSERT INTO messages (id, room, seq, user, msg_id, text, html, date, posted)"
                    " VALUES (:id, 1, :id, 1, :id, :said, '', 0, :id)"
                ),
                {"id": id, "said": said},
            )
    engine.dispose()
    store = Store(f"sqlite:///{tmp_path / 'chat.db'}")
    try:
        with store._engine.connect() as connection:
            assert _all(connection, "caf\u00e9") == [3, 2]
            assert _all(connection, "cafe\u0301") == [3, 2]
            assert _all(connection, "\u00c5") == [4]
            assert _all(connection, "cafe") == [1]
        gone = store.write_at_start(lambda c: c.execute(text("DELETE FROM messages")).rowcount)
        assert gone == 4
        with store._engine.connect() as connection:
            left = connection.execute(text("SELECT count(*) FROM search WHERE search MATCH 'caf'"))
            assert left.scalar() == 0, "nothing of it stays in the index"
    finally:
        store.close()
