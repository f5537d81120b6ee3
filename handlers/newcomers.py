"""What is heard of people while a connection of theirs is still being prepared."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from handlers.handshake import BANNED, Handshake
from models.events import User
from models.presence import NOBODY
from models.signals import Banned


def of(user: int) -> list[Handshake]:
    """Give a person's connections whose handshake is not over.

    One that does not know yet whose it is will read what is right by now of their rooms.
    """
    return [newcomer for newcomer in Handshake.arriving if newcomer.person.id == user]


def change(user: User) -> None:
    """Let a person come in as they are now."""
    _once_known(partial(_change, user))


def turn_away(ban: Banned) -> None:
    """Let nobody come in who is meant by a ban."""
    _once_known(partial(_turn_away, ban))


def _once_known(do: Callable[[Handshake], None]) -> None:
    for newcomer in Handshake.arriving:
        if newcomer.person.id == NOBODY:
            newcomer.meanwhile.append(do)
        else:
            do(newcomer)


def _change(user: User, newcomer: Handshake) -> None:
    if newcomer.person.id == user.id:
        newcomer.person = user


def _turn_away(ban: Banned, newcomer: Handshake) -> None:
    meant = newcomer.person.id == ban.user or newcomer.session_hash in ban.sessions
    barred = newcomer.person.role == "guest" and newcomer.network in ban.networks
    if meant or barred:
        newcomer.revoked = (BANNED, "banned")
