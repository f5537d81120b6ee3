"""``admin NAME`` and ``link NAME``: one-time links; a server may be running meanwhile."""

from __future__ import annotations

from tornado.options import options

from handlers import hosts
from handlers.commands import asked
from handlers.options import GiveUp
from models import names
from models.errors import ChatError, NotFound
from models.store import beside, invites


def admin(arguments: list[str]) -> int:
    """Print a link by which somebody becomes an admin."""
    name = _name(arguments, "admin")
    token = beside.write(asked.kept(), invites.create_for_admin, name)
    print(f"{name} becomes an admin by this link, once, within 24 hours:")
    print(hosts.where(options.port, f"/join/{token}"))
    return 0


def owner(arguments: list[str]) -> int:
    """Print a link by which an account's owner comes in without a password."""
    name = _name(arguments, "link")
    try:
        token = beside.write(asked.kept(), invites.create_for_owner, name)
    except NotFound:
        raise GiveUp(f"There is no account called “{name}” here.", 1) from None
    print(f"{name} comes in by this link, once, within a week, and may choose a password:")
    print(hosts.where(options.port, f"/join/{token}"))
    return 0


def _name(arguments: list[str], command: str) -> str:
    name = asked.argument(arguments, command, "NAME")
    try:
        return names.clean(name, names.LONGEST_USER)
    except ChatError as error:
        raise GiveUp(f"{error.message} Say for whom: chat.py {command} NAME.", 2) from None
