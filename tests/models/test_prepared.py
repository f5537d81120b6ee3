"""Prepared statements: as SQLAlchemy would run them, on the driver's cursor."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import Connection, bindparam, create_engine, select, text
from sqlalchemy.dialects import postgresql
from sqlalchemy.exc import IntegrityError, OperationalError

from models.store.prepared import Prepared


@pytest.fixture
def connection() -> Any:
    with create_engine("sqlite://").connect() as connection:
        connection.execute(text("CREATE TABLE people (id INTEGER PRIMARY KEY, name TEXT UNIQUE)"))
        yield connection


insert = Prepared(
    text("INSERT INTO people (name, id) VALUES (:name, :id) RETURNING id, name"), ("id", "name")
)


def test_values_go_where_their_names_are(connection: Connection) -> None:
    assert insert.run(connection, (7, "ada")) == [(7, "ada")]
    assert insert.run(connection, (8, "bob")) == [(8, "bob")]


def test_a_failure_is_sqlalchemys_own_and_keeps_the_values_to_itself(
    connection: Connection,
) -> None:
    insert.run(connection, (7, "ada"))
    with pytest.raises(IntegrityError) as failed:
        insert.run(connection, (8, "ada"))
    assert "ada" not in str(failed.value)
    with pytest.raises(OperationalError, match="no such table"):
        Prepared(text("SELECT * FROM nowhere"), ()).run(connection, ())


def test_where_a_driver_names_its_parameters_they_go_by_name() -> None:
    statement = Prepared(select(bindparam("a"), bindparam("b")), ("b", "a"))
    ran: list[Any] = []

    class Cursor:
        def execute(self, *given: Any) -> None:
            ran.append(given)

        def fetchall(self) -> list[Any]:
            return []

        def close(self) -> None:
            pass

    class Psycopg:
        dialect = postgresql.psycopg.dialect()

        @property
        def connection(self) -> Any:
            return self

        def cursor(self) -> Cursor:
            return Cursor()

    statement.run(Psycopg(), (2, 1))  # type: ignore[arg-type]
    [(said, parameters)] = ran
    assert "%(a)s" in said
    assert parameters == {"a": 1, "b": 2}
