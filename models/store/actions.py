"""What those who look after the place have done: kept, for admins to read."""

from __future__ import annotations

import time
from typing import Literal

from sqlalchemy import Connection, insert

from models.store.schema import actions

What = Literal["ban", "unban", "remove_message", "kick", "role", "filters", "room"]


def record(
    connection: Connection,
    by: int | None,
    what: What,
    *,
    user: int | None = None,
    room: int | None = None,
    message: int | None = None,
    note: str = "",
) -> None:
    """Write down what was done, in the transaction that does it.

    :param by: who did it; None: somebody at the machine itself
    :param user: to whom
    :param room: where; it is kept from admins who may not know of that room
    :param note: what else an admin should read, e.g. the reason that was given
    """
    values = {
        "date": time.time_ns() // 1_000_000,
        "by": by,
        "what": what,
        "user": user,
        "room": room,
        "message": message,
        "note": note,
    }
    connection.execute(insert(actions).values(values))
