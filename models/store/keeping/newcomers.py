"""The people and rooms of an export, and by which ids they are here.

Ids stay as they are where nobody is there yet; otherwise they become the ones behind those
that are taken. An account of a name that is there already is that person, and the lobby
is the lobby.
"""

from __future__ import annotations

from sqlalchemy import Connection, delete, func, insert, select, update

from models import names
from models.policy import LOBBY
from models.store import direct
from models.store.keeping.lines import BadExport, Person, Progress, Room
from models.store.making import closed_key
from models.store.schema import members, messages, positions, rooms, users

NO_PASSWORD = ""  # an account's that has none yet: no password is right


class Newcomers:
    """Take people and rooms in.

    :ivar names: of people by their ids here
    """

    def __init__(self, connection: Connection) -> None:
        self.names: dict[int, str] = {}
        self._connection = connection
        self._people: dict[int, int] = {}  # ids here by ids there
        self._rooms: dict[int, int] = {}
        self._read: list[tuple[int, Room]] = []
        self._accounts = 0
        self._first_person = connection.scalar(select(func.max(users.c.id))) or 0
        self._first_room = (connection.scalar(select(func.max(rooms.c.id))) or LOBBY) - LOBBY

    @property
    def counts(self) -> tuple[int, int, int]:
        """Tell how many people and rooms came, and accounts without a password."""
        return len(self._people), len(self._rooms), self._accounts

    def take_person(self, line: Person) -> int | None:
        """Take somebody; give their id here, where they were not here yet."""
        if line.id in self._people:
            raise BadExport(f"there is another person with the id {line.id}")
        id = self._first_person + line.id
        name = names.DELETED if line.gone else names.clean(line.name, names.LONGEST_USER)
        account = line.role != "guest" and not line.gone
        same = (users.c.name_key == names.key(name)) & users.c.password.is_not(None)
        known = self._connection.scalar(select(users.c.id).where(same)) if account else None
        if known in self.names:
            raise BadExport(f"there is another account of the name “{name}”")
        self._people[line.id] = known or id
        self.names[known or id] = name
        if known is not None:
            return None
        self._accounts += account and line.role != "bot"  # a bot never has a password
        values = {
            "id": id,
            "name": name,
            "name_key": f"\x7f{id}" if line.gone else names.key(name),
            "role": line.role if account else "guest",
            "unclaimed": line.unclaimed and not account,
            "date": line.date,
            "password": NO_PASSWORD if account else None,
            "gone": line.gone,
        }
        self._connection.execute(insert(users).values(values))
        return id

    def take_room(self, line: Room) -> None:
        if line.id in self._rooms:
            raise BadExport(f"there is another room with the id {line.id}")
        people = [self.person(member.user) for member in line.members]
        values = {
            "name": "" if line.kind == "direct" else names.clean(line.name, names.LONGEST_ROOM),
            "kind": "open" if line.id == LOBBY else line.kind,
            "topic": names.clean_line(line.topic, names.LONGEST_TOPIC, "A topic"),
            "maker": None if line.maker is None else self.person(line.maker),
            "date": line.date,
        }
        values["name_key"] = key = _key(line, people)
        id = LOBBY if line.id == LOBBY else self._first_room + line.id
        found = select(rooms.c.id).where(rooms.c.name_key == key, rooms.c.id != id)
        same = self._connection.scalar(found)
        if same is not None and line.kind != "direct":
            raise BadExport(f"there is another open room called “{line.name}”")
        self._rooms[line.id] = same or id
        if id == LOBBY:
            self._connection.execute(update(rooms).where(rooms.c.id == id).values(values))
        elif same is None:
            self._connection.execute(insert(rooms).values(id=id, **values))
            rows = [
                {"user": user, "room": id, "date": member.date}
                for user, member in zip(people, line.members, strict=True)
            ]
            if rows:
                self._connection.execute(insert(members), rows)
        self._read.append((same or id, line))

    def take_progress(self) -> None:
        """Put positions where they were, by the numbers that messages have got meanwhile."""
        for room, line in self._read:
            for progress in line.read:
                self._put(room, progress)

    def _put(self, room: int, progress: Progress) -> None:
        before = (messages.c.room == room) & (messages.c.id <= progress.message)
        number = self._connection.scalar(select(func.max(messages.c.posted)).where(before)) or 0
        at = {"received": number, "read": number, "message": progress.message}
        key = {"user": self.person(progress.user), "room": room}
        same = (positions.c.user == key["user"]) & (positions.c.room == room)
        self._connection.execute(delete(positions).where(same))
        self._connection.execute(insert(positions), [key | at | {"date": progress.date}])

    def person(self, id: int) -> int:
        try:
            return self._people[id]
        except KeyError:
            raise BadExport(f"there is no person with the id {id} before it") from None

    def room(self, id: int) -> int:
        try:
            return self._rooms[id]
        except KeyError:
            raise BadExport(f"there is no room with the id {id} before it") from None


def _key(line: Room, people: list[int]) -> str:
    if line.id == LOBBY or line.kind == "open":
        return names.key(line.name)
    if line.kind == "direct":
        return direct.key_of(people)
    return closed_key()
