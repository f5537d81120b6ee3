"""Who may do what: pure functions of user, room and membership.

Each one returns when it is allowed, and raises what the asker is to be told when it
is not: ``NotFound`` for a room that they may not even know of, ``Forbidden`` else.

Guests and members may do the same in rooms; an account is needed where something
lasts beyond a visit (invitations, roles). Moderators and admins look after the
open rooms and those that they are in themselves: nobody sees into a closed or
direct room from outside.
"""

from __future__ import annotations

from typing import NamedTuple

from models.errors import Forbidden, NotFound
from models.events import Kind, Role

LOBBY = 1  # the room in which everybody is, always

_RANKS: dict[Role, int] = {"guest": 0, "bot": 0, "member": 1, "moderator": 2, "admin": 3}


class Standing(NamedTuple):
    """How somebody stands to a room.

    :ivar member: they are in it
    :ivar maker: it is theirs to look after
    """

    role: Role
    kind: Kind
    member: bool
    maker: bool = False
    lobby: bool = False

    @property
    def looks_after(self) -> bool:
        """Tell whether they may keep order here."""
        return sees(self) and (self.maker or at_least(self.role, "moderator"))


def at_least(role: Role, wanted: Role) -> bool:
    return _RANKS[role] >= _RANKS[wanted]


def may_enter(kind: Kind, member: bool) -> bool:
    """Tell whether somebody may know of a room: read it, post in it, join it."""
    return member or kind == "open"


# ---------------------------------------------------------------- rooms


def read(standing: Standing) -> None:
    """Read a room, post in it, see who is in it, be told what happens there."""
    if not sees(standing):
        raise NotFound("room")


def bring_in(standing: Standing) -> None:
    """Make somebody else a member."""
    read(standing)
    if standing.lobby:
        raise Forbidden("Everybody is in the lobby already.")
    if standing.kind == "direct":
        raise Forbidden("A direct conversation is between exactly these people; begin another.")


def leave(standing: Standing) -> None:
    """Take oneself out. Everybody is in the lobby: a newcomer must land somewhere."""
    read(standing)
    if standing.lobby:
        raise Forbidden("The lobby can't be left: it is where everybody arrives.")
    if standing.kind == "direct":
        raise Forbidden("A direct conversation can't be left: it is between exactly these people.")


def take_out(standing: Standing, role: Role) -> None:
    """Take somebody else out.

    :param role: of the one who is to go
    """
    leave(standing)
    if not standing.looks_after:
        raise Forbidden("Only who made this room, moderators and admins can take people out.")
    if not standing.maker and _outranks(role, standing.role):
        raise Forbidden("You can't take out somebody of a higher role.")


def describe(standing: Standing) -> None:
    """Change a room's name and topic."""
    read(standing)
    if standing.kind == "direct":
        raise Forbidden("A direct conversation has no name or topic: it is called by its people.")
    if not standing.looks_after:
        raise Forbidden("Only who made this room, moderators and admins can change it.")


def change_kind(standing: Standing) -> None:
    """Open a room, or close it."""
    describe(standing)
    if standing.lobby:
        raise Forbidden("The lobby stays open: it is where everybody arrives.")


def invite_to_room(standing: Standing) -> None:
    """Make a link that lets somebody into a room."""
    bring_in(standing)
    if not at_least(standing.role, "member"):
        raise Forbidden("Invitations need an account: choose a password first.")


def see_links(standing: Standing) -> None:
    """See who may come into a room by which links, and end them."""
    read(standing)
    if not standing.looks_after:
        raise Forbidden("Only who looks after this room can see all links to it.")


def delete_room(standing: Standing) -> None:
    """End a room, with all that was said in it."""
    read(standing)
    if standing.lobby:
        raise Forbidden("The lobby can't be deleted: it is where everybody arrives.")
    if standing.kind == "direct":
        raise Forbidden("A direct conversation can't be deleted: it is each of its people's.")
    if not standing.looks_after:
        raise Forbidden("Only who made this room, moderators and admins can delete it.")


def hand_over(standing: Standing) -> None:
    """Have another member look after a room."""
    describe(standing)
    if standing.lobby:
        raise Forbidden("The lobby is nobody's own: moderators and admins look after it.")


# ---------------------------------------------------------------- messages


def edit(standing: Standing, own: bool) -> None:
    read(standing)
    if not own:
        raise Forbidden("Only who wrote a message can edit it.")


def remove_message(standing: Standing, own: bool) -> None:
    read(standing)
    if not own and (standing.kind == "direct" or not standing.looks_after):
        raise Forbidden(
            "Only who wrote a message, who made the room, moderators and admins can remove it."
        )


def may_call_everybody(standing: Standing) -> bool:
    """Tell whether ``@room`` and ``@here`` call anybody: not from passers-by."""
    return standing.kind == "direct" or standing.maker or at_least(standing.role, "member")


# ---------------------------------------------------------------- people


def invite(role: Role, signup: str) -> None:
    """Make a link that lets somebody into the place.

    :param signup: the ``--signup`` option
    """
    if not at_least(role, "member"):
        raise Forbidden("Invitations need an account: choose a password first.")
    if signup == "off" and role != "admin":
        raise Forbidden("Only admins can invite people here (the server runs with --signup=off).")


def sign_up(signup: str, inviter: Role | None) -> None:
    """Make an account.

    :param signup: the ``--signup`` option
    :param inviter: the role of who invited them; None: nobody did
    """
    if inviter == "admin" or signup == "open":
        return
    if signup == "off":
        raise Forbidden("New accounts are made by an admin's invitation only (--signup=off).")
    if inviter is None:
        raise Forbidden("An account needs an invitation here (--signup=invite). Ask somebody.")


def ban(role: Role, other: Role) -> None:
    """Ban somebody from the place, or let them back.

    :param other: their role
    """
    see_bans(role)
    if _RANKS[other] >= _RANKS[role]:
        raise Forbidden("You can ban only people of a lower role than your own.")


def see_bans(role: Role) -> None:
    if not at_least(role, "moderator"):
        raise Forbidden("Only moderators and admins can do this.")


def administer(role: Role) -> None:
    """Give roles, read what was done by whom, edit the word filter."""
    if role != "admin":
        raise Forbidden("Only admins can do this.")


def sees(standing: Standing) -> bool:
    """Tell whether somebody may know of a room and read it."""
    return standing.lobby or may_enter(standing.kind, standing.member)


def _outranks(role: Role, other: Role) -> bool:
    return _RANKS[role] > _RANKS[other]
