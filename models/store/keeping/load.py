"""What an export tells, put into a place where nothing has been said yet.

Messages keep their ids; their changes are numbered anew, one for each.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

from sqlalchemy import Connection, exists, insert, select, update

from models import emoji, filenames, markup, names, texts
from models.errors import ChatError
from models.events import encode
from models.mentions import EVERYBODY, NOBODY, People
from models.store import files as files_of
from models.store.files import Content
from models.store.keeping.lines import (
    FORMAT,
    Attached,
    BadExport,
    Begin,
    End,
    Line,
    Message,
    Person,
    Room,
)
from models.store.keeping.newcomers import Newcomers
from models.store.schema import files, mentions, messages, rooms, users
from models.store.states import NOTHING

_AT_ONCE = 500  # rows in one statement


class Loaded(NamedTuple):
    """What was put in place.

    :ivar accounts: that came without a password
    :ivar missing: files whose bytes were not there
    """

    people: int
    rooms: int
    messages: int
    accounts: int
    missing: int


def load(connection: Connection, lines: Iterable[Line], has: Callable[[Attached], bool]) -> Loaded:
    """Put all lines of an export in place.

    :param has: whether a file's bytes are here
    :raises BadExport: a line is wrong, or the end is missing
    :raises BadExport: something has been said here already
    """
    if connection.scalar(select(exists().where(messages.c.id.is_not(None)))):
        raise BadExport("something has been said in this place already: begin a new one for it")
    loading = _Loading(connection, has)
    count = 0
    end: End | None = None
    for line in lines:
        if end is not None or (count == 0) != isinstance(line, Begin):
            raise BadExport(f"line {count + 1:,} is not where it should be")
        if isinstance(line, Begin) and line.format != FORMAT:
            raise BadExport(f"it is of another Gust (format {line.format}; this reads {FORMAT})")
        try:
            loading.take(line)
        except (ChatError, BadExport) as error:
            raise BadExport(f"line {count + 1:,}: {error}") from None
        end = line if isinstance(line, End) else None
        count += 1
    if end is None or end.lines != count - 1:
        raise BadExport("its end is missing")
    return loading.finish()


class _Loading:
    """Take lines in their order, and write them in portions."""

    def __init__(self, connection: Connection, has: Callable[[Attached], bool]) -> None:
        self._connection = connection
        self._has = has
        self._newcomers = Newcomers(connection)
        self._said: dict[int, int] = {}  # the room of each message
        self._counts: Counter[int] = Counter()
        self._rows: dict[Any, list[dict[str, Any]]] = {messages: [], mentions: [], files: []}
        self._missing = 0

    def take(self, line: Line) -> None:
        if isinstance(line, Person):
            person = self._newcomers.take_person(line)
            if person is not None and line.picture is not None:
                self._take_picture(person, line.picture)
        elif isinstance(line, Room):
            self._newcomers.take_room(line)
        elif isinstance(line, Message):
            self._take_message(line)

    def finish(self) -> Loaded:
        self._flush()
        for room, count in self._counts.items():
            self._connection.execute(update(rooms).where(rooms.c.id == room).values(seq=count))
        self._newcomers.take_progress()
        people, places, accounts = self._newcomers.counts
        return Loaded(people, places, len(self._said), accounts, self._missing)

    def _take_picture(self, person: int, file: Attached) -> None:
        if not self._has(file):
            self._missing += 1
            return
        self._rows[files].append(_file(file, person))
        mine = users.c.id == person
        self._connection.execute(update(users).where(mine).values(avatar=file.id))

    def _take_message(self, line: Message) -> None:
        room = self._newcomers.room(line.room)
        if self._said and line.id <= next(reversed(self._said)):
            raise BadExport(f"the id {line.id} is not above those before it")
        user = self._newcomers.person(line.user)
        self._said[line.id] = room
        self._counts[room] += 1
        row = {
            "id": line.id,
            "room": room,
            "seq": self._counts[room],
            "posted": self._counts[room],
            "user": user,
            "msg_id": line.msgId,
            "date": line.date,
            "deleted": line.deleted,
        }
        self._rows[messages].append(row | (NOTHING if line.deleted else self._said_in(line, room)))
        if len(self._rows[messages]) == _AT_ONCE:
            self._flush()

    def _said_in(self, line: Message, room: int) -> dict[str, Any]:
        if line.replyTo is not None and self._said.get(line.replyTo) != room:
            raise BadExport(f"it replies to {line.replyTo}, which is not before it in its room")
        named = [id and self._newcomers.person(id) for id in line.mentions]
        text, told = self._attach(line, room)
        if "\0" in text:
            raise BadExport("its text contains the character U+0000")
        for person in dict.fromkeys(named):
            if person != self._newcomers.person(line.user):
                self._rows[mentions].append({"message": line.id, "user": person, "room": room})
        reactions: dict[str, list[int]] = {}
        for symbol, people in line.reactions.items():
            if emoji.is_one(symbol) and people:
                ids = [self._newcomers.person(id) for id in people]
                known = reactions.setdefault(emoji.qualified(symbol), [])
                known += [id for id in ids if id not in known]
        return {
            "text": text,
            "html": markup.render(text, self._people_of(named)).html,
            "composed": texts.composed(text),
            "edited": line.edited,
            "reply_to": line.replyTo,
            "mentions": _json(named),
            "reactions": _json(reactions),
            "files": _json(told),
        }

    def _people_of(self, named: list[int]) -> People:
        if not named:
            return NOBODY
        ids = {names.key(self._newcomers.names[id]): id for id in named if id != EVERYBODY}
        return People(ids, EVERYBODY in named, tuple(ids.values()))

    def _attach(self, line: Message, room: int) -> tuple[str, list[Any]]:
        """Give a message its files; those whose bytes are not there are named in its text."""
        told, text = [], line.text
        for position, file in enumerate(line.files):
            name = filenames.clean(file.name)
            if not self._has(file):
                self._missing += 1
                text = f"{text}\n{name}".strip()
                continue
            row = _file(file, self._newcomers.person(line.user))
            row |= {"name": name, "room": room, "message": line.id, "position": position}
            self._rows[files].append(row)
            told.append(files_of.tell(file.id, name, _content(file)))
        return text, told

    def _flush(self) -> None:
        for table, rows in self._rows.items():
            self._insert(table, rows)
            rows.clear()

    def _insert(self, table: Any, rows: list[dict[str, Any]]) -> None:
        if rows:
            self._connection.execute(insert(table), rows)


def _content(file: Attached) -> Content:
    digest = bytes.fromhex(file.sha256)
    return Content(digest, file.media, file.size, file.width, file.height, file.thumbnail)


def _file(file: Attached, person: int) -> dict[str, Any]:
    return {
        "id": file.id,
        "hash": bytes.fromhex(file.sha256),
        "name": filenames.clean(file.name),
        "type": file.media,
        "size": file.size,
        "width": file.width,
        "height": file.height,
        "thumbnail": file.thumbnail,
        "user": person,
        "room": None,
        "message": None,
        "position": 0,
        "date": file.date,
    }


def _json(told: Any) -> str | None:
    return encode(told).decode() if told else None
