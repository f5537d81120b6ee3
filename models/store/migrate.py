"""Bring the database's schema to what this code needs, at every start."""

from __future__ import annotations

import logging
import sqlite3
from contextlib import closing
from pathlib import Path

from sqlalchemy import Engine, inspect, text

from models.store import dialects

_SCRIPTS = Path(__file__).with_name("migrations")


def newest() -> str:
    """Give the newest revision: migrations are files named ``0001_what.py``, …"""
    return max(path.name[:4] for path in (_SCRIPTS / "versions").glob("[0-9]*.py"))


def is_outdated(file: Path) -> bool:
    """Tell whether a database lacks migrations: by its file, and nothing is changed.

    :raises RuntimeError: it can't be read, or is not there
    """
    address = f"{file.absolute().as_uri()}?mode=ro"
    try:
        with closing(sqlite3.connect(address, uri=True)) as database:
            dialects.read_schema(database)
            (current,) = database.execute("SELECT max(version_num) FROM alembic_version").fetchone()
    except sqlite3.Error as error:
        raise RuntimeError(f"The database {file} can't be read: {error}.") from None
    return str(current) < newest()


def migrate(engine: Engine) -> None:
    """Apply the migrations that are missing, all of them or none.

    Alembic is only loaded where there is something to do: it would take a
    quarter of the time from start to listening.

    :raises RuntimeError: the database was made by a newer Gust
    """
    with engine.connect() as connection:
        current = None
        if inspect(connection).has_table("alembic_version"):
            current = connection.scalar(text("SELECT version_num FROM alembic_version"))
    if current == newest():
        return
    if current is not None and current > newest():
        raise RuntimeError(
            f"The database is of a newer Gust (schema {current}; this one knows {newest()}). "
            "Start the newer one, or restore an older backup."
        )
    logging.getLogger("alembic").setLevel(logging.WARNING)
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(_SCRIPTS).replace("%", "%%"))
    with engine.connect().execution_options(write=True) as connection, connection.begin():
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
