"""The database beside its server, or without one: for the commands."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from pathlib import Path
from typing import Concatenate, ParamSpec, TypeVar

from sqlalchemy import Connection, Engine

from models.store import Store, dialects
from models.store.lock import InUse

P = ParamSpec("P")
T = TypeVar("T")


def read(url: str, run: Callable[[Connection], T]) -> T:
    """Read in one transaction, whether a server is using the database or not.

    :raises FileNotFoundError: there is no database
    :raises sqlalchemy.exc.SQLAlchemyError: as :class:`~models.store.Store` does
    :raises RuntimeError: the database was made by a newer Gust
    """
    engine = _connect(url)
    try:
        with engine.connect() as connection:
            return run(connection)
    finally:
        engine.dispose()


def write(
    url: str, run: Callable[Concatenate[Connection, P], T], *args: P.args, **kwargs: P.kwargs
) -> T:
    """Run a function in a transaction, whether a server is using the database or not.

    :raises FileNotFoundError: there is no database
    :raises sqlalchemy.exc.SQLAlchemyError: as :class:`~models.store.Store` does
    :raises RuntimeError: the database was made by a newer Gust
    """
    engine = _connect(url)
    try:
        with engine.connect().execution_options(write=True) as connection, connection.begin():
            return run(connection, *args, **kwargs)
    finally:
        engine.dispose()


def _connect(url: str) -> Engine:
    Path(dialects.file_of(url)).stat()  # it would be made
    with contextlib.suppress(InUse):  # its server has brought the schema up to date
        Store(url).close()
    return dialects.connect(url)
