"""All that people said, written out in lines that other programs can read."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from typing import Any

import msgspec
from sqlalchemy import Connection, Row, Select, Table, or_, select

from models.store.keeping.lines import (
    FORMAT,
    Attached,
    Begin,
    End,
    Line,
    Member,
    Message,
    Person,
    Progress,
    Room,
)
from models.store.schema import ENDED, files, members, messages, positions, rooms, users

_AT_ONCE = 1_000  # rows that are in memory

_ended = select(rooms.c.id).where(rooms.c.kind == ENDED)
_decode_ids = msgspec.json.Decoder(list[int]).decode
_decode_reactions = msgspec.json.Decoder(dict[str, list[int]]).decode


def lines(connection: Connection) -> Iterator[Line]:
    """Give every line of an export, as the connection's transaction sees the database."""
    count = 1
    yield Begin(format=FORMAT)
    for some in (_people, _rooms, _messages):
        for line in some(connection):
            count += 1
            yield line
    yield End(lines=count)


def contents(connection: Connection) -> Iterator[tuple[bytes, bool]]:
    """List the contents that an export tells of, and whether each has a small picture."""
    said = files.c.message.is_not(None) & files.c.room.not_in(_ended)
    found = select(files.c.hash, files.c.thumbnail).where(
        or_(said, files.c.id.in_(select(users.c.avatar)))
    )
    grouped = {row.hash: row.thumbnail for row in connection.execute(found)}
    yield from grouped.items()


def _people(connection: Connection) -> Iterator[Line]:
    for row in _rows(connection, users):
        yield Person(
            id=row.id,
            name=row.name,
            date=row.date,
            role=row.role,
            unclaimed=row.unclaimed,
            gone=row.gone,
            picture=_picture(connection, row.avatar) if row.avatar else None,
        )


def _rooms(connection: Connection) -> Iterator[Line]:
    inside: dict[int, list[Member]] = defaultdict(list)
    for row in connection.execute(select(members).order_by(members.c.user)):
        inside[row.room].append(Member(row.user, row.date))
    read: dict[int, list[Progress]] = defaultdict(list)
    for row in connection.execute(select(positions).order_by(positions.c.user)):
        read[row.room].append(Progress(row.user, row.message, row.date))
    for row in _in_order(connection, select(rooms).where(rooms.c.kind != ENDED), rooms):
        yield Room(
            id=row.id,
            name=row.name,
            date=row.date,
            kind=row.kind,
            topic=row.topic,
            maker=row.maker,
            members=inside[row.id],
            read=read[row.id],
        )


def _messages(connection: Connection) -> Iterator[Line]:
    original = messages.alias("original")
    # What it replies to may not be kept any more.
    found = select(messages, original.c.id.label("original")).outerjoin(
        original, original.c.id == messages.c.reply_to
    )
    kept = found.where(messages.c.room.not_in(_ended))
    for row in _in_order(connection, kept, messages):
        line = Message(id=row.id, room=row.room, user=row.user, date=row.date, msgId=row.msg_id)
        if row.deleted:
            line.deleted = True
        else:
            line.text, line.edited, line.replyTo = row.text, row.edited, row.original
            line.mentions = _decode_ids(row.mentions or "[]")
            line.reactions = _decode_reactions(row.reactions or "{}")
            line.files = _files(connection, row.id) if row.files else []
        yield line


def _picture(connection: Connection, id: str) -> Attached | None:
    row = connection.execute(select(files).where(files.c.id == id)).first()
    return None if row is None else _attached(row)


def _files(connection: Connection, message: int) -> list[Attached]:
    found = select(files).where(files.c.message == message).order_by(files.c.position)
    return [_attached(row) for row in connection.execute(found)]


def _attached(row: Row[Any]) -> Attached:
    return Attached(
        id=row.id,
        name=row.name,
        media=row.type,
        size=row.size,
        sha256=row.hash.hex(),
        date=row.date,
        width=row.width,
        height=row.height,
        thumbnail=row.thumbnail,
    )


def _rows(connection: Connection, table: Table) -> Iterator[Row[Any]]:
    return _in_order(connection, select(table), table)


def _in_order(connection: Connection, found: Select[Any], table: Table) -> Iterator[Row[Any]]:
    ordered = found.order_by(table.c.id)
    yield from connection.execution_options(yield_per=_AT_ONCE).execute(ordered)
