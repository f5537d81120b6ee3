"""Reactions to a message: for each emoji, who reacted with it."""

from __future__ import annotations

from models import emoji
from models.errors import BadEvent, Forbidden

Reactions = dict[str, list[int]]

MOST = 1_000  # on one message: each of them is told to everybody again with the next


def react(reactions: Reactions, user: int, symbol: str, on: bool, most: int) -> bool:
    """Add or take back somebody's reaction, in the order in which they came.

    :param symbol: counts as one, with selectors of its variation and without
    :param most: different emoji that a message may have
    :returns: whether that changed anything
    :raises BadEvent: it is not one emoji
    :raises Forbidden: the message has its share of them
    """
    symbol = emoji.qualified(symbol)
    _join(reactions)
    people = reactions.get(symbol, [])
    if (user in people) == on:
        return False
    if on:
        _check(reactions, symbol, most)
        reactions[symbol] = [*people, user]
    elif len(people) > 1:
        people.remove(user)
    else:
        del reactions[symbol]
    return True


def _join(reactions: Reactions) -> None:
    """Make one of what was stored apart when its selectors were not evened out yet."""
    if all(emoji.qualified(each) == each for each in reactions):
        return
    apart = list(reactions.items())
    reactions.clear()
    for symbol, people in apart:
        known = reactions.setdefault(emoji.qualified(symbol), [])
        known += (user for user in people if user not in known)


def _check(reactions: Reactions, symbol: str, most: int) -> None:
    if not emoji.is_one(symbol):
        raise BadEvent("A reaction is one emoji, of at most 16 code points.")
    if symbol not in reactions and len(reactions) >= most:
        raise Forbidden(
            f"This message has {most} different reactions already, the most there can be "
            "(the server's --reaction-limit). Join one of them."
        )
    if sum(map(len, reactions.values())) >= MOST:
        raise Forbidden(f"This message has {MOST:,} reactions already, the most there can be.")
