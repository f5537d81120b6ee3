"""Slack's export, read as if it were one of ours.

A ZIP with ``users.json``, ``channels.json`` (and ``groups.json``, ``dms.json``,
``mpims.json``), and for each channel a folder of its name, with a file for each day
(slack.com/help: “How to read Slack data exports”). Who says what becomes an account
without a password; of files there are only addresses, which become links.
"""

from __future__ import annotations

import heapq
import json
import re
from collections.abc import Iterator
from typing import Any, NamedTuple
from zipfile import BadZipFile, ZipFile

from models import mrkdwn, names
from models.emoji import TABLE
from models.errors import ChatError
from models.events import Kind
from models.mrkdwn import Translated
from models.policy import LOBBY
from models.store.keeping.lines import (
    FORMAT,
    BadExport,
    Begin,
    End,
    Line,
    Member,
    Message,
    Person,
    Room,
)

# What Slack says by itself: nobody's words.
_SAID_BY_NOBODY = {
    "archive", "unarchive", "join", "leave", "name", "purpose", "topic", "posting_permissions",
    "convert_to_private", "convert_to_public",
}  # fmt: skip
_PREFIX = re.compile("^(channel|group)_")
_DAY = re.compile(r"(.+)/\d{4}-\d\d-\d\d\.json")

_Json = dict[str, Any]


class _Channel(NamedTuple):
    """A channel, and the files of its days in their order."""

    room: int
    slack: str
    days: list[str]


def is_one(archive: ZipFile) -> bool:
    return "users.json" in archive.namelist()


def lines(archive: ZipFile) -> Iterator[Line]:
    """Give a Slack export as the lines of one of ours.

    :raises BadExport: a file in it is not what it should be
    """
    count = 1
    yield Begin(format=FORMAT)
    try:
        for line in _Reading(archive).lines():
            count += 1
            yield line
    except (ValueError, LookupError, TypeError, AttributeError, ArithmeticError, RecursionError,
            BadZipFile) as error:  # fmt: skip
        raise BadExport(f"it is not as Slack writes it: {error!r}") from None
    yield End(lines=count)


class _Reading:
    def __init__(self, archive: ZipFile) -> None:
        self._archive = archive
        self._days: dict[str, list[str]] = {}
        for name in sorted(archive.namelist()):
            if found := _DAY.fullmatch(name):
                self._days.setdefault(found[1], []).append(name)
        self._people: dict[str, mrkdwn.Person] = {}
        self._keys: set[str] = set()
        self._channels: dict[str, str] = {}
        self._threads: dict[tuple[int, str], int] = {}

    def lines(self) -> Iterator[Line]:
        for user in self._read("users.json"):
            profile = user.get("profile", {})
            name = profile.get("display_name") or user.get("name") or profile.get("real_name")
            person = self._person(user["id"], name, "guest" if user.get("deleted") else "member")
            person.date = int(user.get("updated") or 0) * 1000
            yield person
        channels = []
        for room, channel in self._rooms():
            channels.append(channel)
            yield room
        id = 0
        for ts, channel, said in heapq.merge(*map(self._said_in, channels), key=_moment):
            for line in self._told(ts, channel, said, id + 1):
                id += isinstance(line, Message)
                yield line

    def _read(self, name: str) -> list[_Json]:
        if name not in self._archive.namelist():
            return []
        found = json.loads(self._archive.read(name))
        if not isinstance(found, list):
            raise BadExport(f"{name} is no list")
        return found

    # ------------------------------------------------------------ people and rooms

    def _person(self, slack: str, name: str | None, role: Any) -> Person:
        """Make a person; names are given once, and those that can't be are made to."""
        try:
            clean = names.clean((name or slack)[: names.LONGEST_USER], names.LONGEST_USER)
        except ChatError:
            clean = slack[: names.LONGEST_USER]
        unique, number = clean, 2
        while names.key(unique) in self._keys:
            unique = f"{clean[: names.LONGEST_USER - len(str(number)) - 1]} {number}"
            number += 1
        self._keys.add(names.key(unique))
        id = len(self._people) + 1
        self._people[slack] = mrkdwn.Person(id, unique)
        return Person(id=id, name=unique, date=0, role=role)

    def _rooms(self) -> Iterator[tuple[Room, _Channel]]:
        kinds: dict[str, Kind] = {
            "channels.json": "open",
            "groups.json": "closed",
            "mpims.json": "direct",
            "dms.json": "direct",
        }
        found = [(kind, said) for file, kind in kinds.items() for said in self._read(file)]
        # The one that everybody is in becomes the lobby, which is the first.
        found.sort(key=lambda one: not one[1].get("is_general"))
        first = bool(found) and bool(found[0][1].get("is_general"))
        if not first:
            yield Room(id=LOBBY, name="lobby", date=0), _Channel(LOBBY, "", [])
        taken: set[str] = set()
        for id, (kind, said) in enumerate(found, LOBBY if first else LOBBY + 1):
            folder = said.get("name") or said["id"]
            line = self._room(id, kind, said)
            while line.kind == "open" and names.key(line.name) in taken:
                line.name = f"{line.name[: names.LONGEST_ROOM - 2]} 2"
            taken.add(names.key(line.name))
            self._channels[said["id"]] = line.name
            yield line, _Channel(id, said["id"], self._days.get(folder, []))

    def _room(self, id: int, kind: Kind, said: _Json) -> Room:
        date = int(said.get("created") or 0) * 1000
        line = Room(id=id, name=said.get("name") or "", date=date, kind=kind)
        text = said.get("topic", {}).get("value") or said.get("purpose", {}).get("value") or ""
        topic = mrkdwn.translate(text, self._people, self._channels).text
        line.topic = " ".join(topic.split())[: names.LONGEST_TOPIC]
        maker = self._people.get(said.get("creator", ""))
        line.maker = maker.id if maker and kind != "direct" else None
        if id != LOBBY:  # which everybody is in
            inside = {
                self._people[one].id for one in said.get("members", ()) if one in self._people
            }
            line.members = [Member(user, date) for user in sorted(inside)]
            if kind == "direct" and len(inside) < 2:
                line.kind, line.name = "closed", "notes"  # of somebody to themselves
        return line

    # ------------------------------------------------------------ messages

    def _said_in(self, channel: _Channel) -> Iterator[tuple[str, _Channel, _Json]]:
        for day in channel.days:
            said = [one for one in self._read(day) if one.get("type") == "message"]
            for one in sorted(said, key=lambda one: _time(one["ts"])):
                yield one["ts"], channel, one

    def _told(self, ts: str, channel: _Channel, said: _Json, id: int) -> Iterator[Line]:
        """Give the line of a message, with one of its author where they are not known yet."""
        kind = _PREFIX.sub("", said.get("subtype") or "")
        text = self._text(said, kind)
        deleted = kind == "tombstone"
        if kind in _SAID_BY_NOBODY or said.get("hidden") or not (text.text or deleted):
            return
        author = said.get("user") or said.get("bot_id") or "nobody"
        if author not in self._people:
            bot = said.get("bot_profile", {}).get("name") or said.get("username")
            known = said.get("user_profile", {}).get("display_name")
            yield self._person(author, known or bot, "bot" if "bot_id" in said else "guest")
        line = Message(
            id=id,
            room=channel.room,
            user=self._people[author].id,
            date=_ms(ts),
            msgId=f"slack:{channel.slack}:{ts}"[:64],
            deleted=deleted,
        )
        thread = said.get("thread_ts")
        if thread == ts:
            self._threads[channel.room, ts] = id
        if not deleted:
            line.text, line.mentions = text
            line.edited = _ms(said["edited"]["ts"]) if said.get("edited") else None
            if thread and thread != ts:
                line.replyTo = self._threads.get((channel.room, thread))
            line.reactions = self._reactions(said)
        yield line

    def _text(self, said: _Json, kind: str) -> Translated:
        parts = [said.get("text") or ""]
        if not parts[0]:
            told = (one.get("text") or one.get("fallback") for one in said.get("attachments") or ())
            parts = [one for one in told if one]
        text, mentions = mrkdwn.translate("\n".join(parts), self._people, self._channels)
        if kind == "me_message":
            text = f"*{text}*"
        shared = [_file(one) for one in said.get("files") or () if isinstance(one, dict)]
        return Translated("\n".join(filter(None, [text, *shared])), mentions)

    def _reactions(self, said: _Json) -> dict[str, list[int]]:
        found: dict[str, list[int]] = {}
        for reaction in said.get("reactions") or ():
            symbol = TABLE.get(reaction["name"].partition("::")[0])
            people = [self._people[one].id for one in reaction["users"] if one in self._people]
            if symbol and people:
                known = found.setdefault(symbol, [])
                known += [one for one in people if one not in known]
        return found


def _file(shared: _Json) -> str:
    name = shared.get("title") or shared.get("name") or "file"
    url = shared.get("url_private") or shared.get("permalink")
    return mrkdwn.translate(f"<{url}|{name}>" if url else name, {}, {}).text


def _time(ts: str) -> tuple[int, int]:
    seconds, _, rest = ts.partition(".")
    return int(seconds), int(rest.ljust(6, "0")[:6])


def _ms(ts: str) -> int:
    seconds, micros = _time(ts)
    return seconds * 1000 + micros // 1000


def _moment(said: tuple[str, _Channel, _Json]) -> tuple[int, int]:
    return _time(said[0])
