"""Every role, every action, every kind of room."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from typing import get_args

import pytest

from models import policy
from models.errors import ChatError
from models.events import Kind, Role
from models.policy import Standing

ROLES: tuple[Role, ...] = get_args(Role)
KINDS: tuple[Kind, ...] = get_args(Kind)


def outcome(rule: Callable[..., None], *args: object) -> str:
    try:
        rule(*args)
    except ChatError as error:
        return error.code
    return "yes"


STANDINGS = [
    Standing(role, kind, member, maker)
    for role, kind, member, maker in itertools.product(ROLES, KINDS, (True, False), (True, False))
    if member or not maker
]
HIGH = ("moderator", "admin")


@pytest.mark.parametrize("standing", STANDINGS, ids=str)
def test_who_may_do_what_in_a_room(standing: Standing) -> None:
    role, kind, member, maker, _ = standing
    sees = member or kind == "open"
    keeps = maker or role in HIGH

    def expected(allowed: bool) -> str:
        return "not_found" if not sees else "yes" if allowed else "forbidden"

    assert outcome(policy.read, standing) == expected(True)
    assert outcome(policy.bring_in, standing) == expected(kind != "direct")
    assert outcome(policy.leave, standing) == expected(kind != "direct")
    assert outcome(policy.take_out, standing, "guest") == expected(kind != "direct" and keeps)
    assert outcome(policy.describe, standing) == expected(kind != "direct" and keeps)
    assert outcome(policy.change_kind, standing) == expected(kind != "direct" and keeps)
    assert outcome(policy.hand_over, standing) == expected(kind != "direct" and keeps)
    assert outcome(policy.delete_room, standing) == expected(kind != "direct" and keeps)
    assert outcome(policy.see_links, standing) == expected(keeps)
    invites = kind != "direct" and role not in ("guest", "bot")
    assert outcome(policy.invite_to_room, standing) == expected(invites)
    assert outcome(policy.edit, standing, True) == expected(True)
    assert outcome(policy.edit, standing, False) == expected(False)
    assert outcome(policy.remove_message, standing, True) == expected(True)
    removes = kind != "direct" and keeps
    assert outcome(policy.remove_message, standing, False) == expected(removes)
    calls = kind == "direct" or maker or role in ("member", *HIGH)
    assert policy.may_call_everybody(standing) == calls


@pytest.mark.parametrize("role", ROLES)
def test_the_lobby_is_everybodys(role: Role) -> None:
    lobby = Standing(role, "open", True, lobby=True)
    high = "yes" if role in HIGH else "forbidden"
    assert outcome(policy.read, lobby) == "yes"
    assert outcome(policy.bring_in, lobby) == "forbidden"
    assert outcome(policy.leave, lobby) == "forbidden"
    assert outcome(policy.take_out, lobby, "guest") == "forbidden"
    assert outcome(policy.describe, lobby) == high
    assert outcome(policy.change_kind, lobby) == "forbidden"
    assert outcome(policy.hand_over, lobby) == "forbidden"
    assert outcome(policy.delete_room, lobby) == "forbidden"


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("other", ROLES)
def test_nobody_bans_their_like_or_above(role: Role, other: Role) -> None:
    above = {"moderator": ("guest", "bot", "member"), "admin": (*ROLES[:3], "bot")}
    allowed = other in above.get(role, ())
    assert outcome(policy.ban, role, other) == ("yes" if allowed else "forbidden")


def test_a_moderator_takes_no_admin_out_but_a_maker_does() -> None:
    moderator = Standing("moderator", "open", True)
    assert outcome(policy.take_out, moderator, "admin") == "forbidden"
    assert outcome(policy.take_out, Standing("guest", "open", True, maker=True), "admin") == "yes"


@pytest.mark.parametrize("role", ROLES)
def test_what_concerns_the_whole_place(role: Role) -> None:
    assert outcome(policy.administer, role) == ("yes" if role == "admin" else "forbidden")
    assert outcome(policy.see_bans, role) == ("yes" if role in HIGH else "forbidden")
    member = role not in ("guest", "bot")
    for signup in ("open", "invite"):
        assert outcome(policy.invite, role, signup) == ("yes" if member else "forbidden")
    assert outcome(policy.invite, role, "off") == ("yes" if role == "admin" else "forbidden")
