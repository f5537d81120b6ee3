"""Statements of the hot path: compiled once, run on the driver's own cursor.

SQLAlchemy's way around a statement (its cache, contexts, results and events) takes
several times what SQLite needs for the statement itself. Every post pays it; so
the statements of a post go past it, and all others stay with ``execute``.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, NoReturn

from sqlalchemy import Connection, Dialect, Executable
from sqlalchemy.exc import DBAPIError
from sqlalchemy.sql.elements import ClauseElement

Values = Sequence[int | str | bytes | None]


class Prepared:
    """One statement, written by SQLAlchemy for the dialect that runs it first.

    Values go to the driver as they are: a column of a type that SQLAlchemy would
    convert (JSON, a date) has to be converted before.

    :param statement: has a ``bindparam`` for each name
    :param names: the parameters, in the order in which values are given
    """

    def __init__(self, statement: Executable, names: Iterable[str]) -> None:
        self._statement = statement
        self._names = list(names)
        self._dialect: Dialect | None = None
        self._text = ""
        self._places: list[int] | None = None  # by position; None: by name

    def run(self, connection: Connection, values: Values) -> list[Any]:
        """Run it in the connection's transaction; give the rows that it returns.

        :raises sqlalchemy.exc.DBAPIError: as ``Connection.execute`` does
        """
        if connection.dialect is not self._dialect:
            self._compile(connection.dialect)
        parameters: Any
        if self._places is None:
            parameters = dict(zip(self._names, values, strict=True))
        else:
            parameters = [values[place] for place in self._places]
        cursor = connection.connection.cursor()
        try:
            cursor.execute(self._text, parameters)
            return list(cursor.fetchall())
        except Exception as error:  # noqa: BLE001 - each driver has a tree of its own
            self._fail(error, connection.dialect)
        finally:
            cursor.close()

    def _compile(self, dialect: Dialect) -> None:
        assert isinstance(self._statement, ClauseElement)
        compiled: Any = self._statement.compile(dialect=dialect)
        self._text = str(compiled)
        order = compiled.positiontup
        self._places = None if order is None else [self._names.index(name) for name in order]
        self._dialect = dialect

    def _fail(self, error: Exception, dialect: Dialect) -> NoReturn:
        """Raise SQLAlchemy's counterpart; without the values: they are people's words."""
        base = dialect.loaded_dbapi.Error
        raise DBAPIError.instance(self._text, None, error, base, dialect=dialect) from error
