"""How many of something there may be: bounds that the options set, and what is said at them."""

from __future__ import annotations

from typing import NamedTuple

from models.errors import Forbidden


class Bounds(NamedTuple):
    """The most that there may be; 0: any number.

    :ivar rooms: open and closed rooms in this place
    :ivar rooms_each: rooms that one person is in, and as many direct ones
    :ivar members: people in one room
    :ivar sessions: of one person
    """

    rooms: int = 0
    rooms_each: int = 0
    members: int = 0
    sessions: int = 0

    def another_room(self, rooms: int) -> None:
        """Let one more room be made.

        :param rooms: so many there are
        :raises Forbidden: that is the limit
        """
        if 0 < self.rooms <= rooms:
            raise Forbidden(
                f"This place has no more than {self.rooms:,} rooms (the server's --room-limit). "
                "Talk in one that is there, or tell whoever runs the server."
            )

    def another_for_one(self, rooms: int) -> None:
        """Let somebody into one more room.

        :param rooms: they are in so many
        :raises Forbidden: that is the limit
        """
        if 0 < self.rooms_each <= rooms:
            raise Forbidden(
                f"Nobody is in more than {self.rooms_each:,} rooms at once (the server's "
                "--rooms-per-user): a room has to be left first."
            )

    def another_direct(self, rooms: int) -> None:
        """Let somebody into one more direct room.

        :param rooms: they are in so many
        :raises Forbidden: that is the limit
        """
        if 0 < self.rooms_each <= rooms:
            raise Forbidden(
                f"Nobody has more than {self.rooms_each:,} direct conversations (the server's "
                "--rooms-per-user). Talk in a closed room."
            )

    def another_member(self, members: int) -> None:
        """Let one more person into a room.

        :param members: so many are in it
        :raises Forbidden: that is the limit
        """
        if 0 < self.members <= members:
            raise Forbidden(
                f"There are {members:,} people in this room, and it takes no more (the server's "
                "--members-per-room): somebody has to leave it first."
            )


UNBOUNDED = Bounds()
