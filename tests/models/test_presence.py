"""A person is here once, however many tabs they have, and not gone at a hiccup."""

from __future__ import annotations

from models.events import User
from models.presence import CROWD, GRACE, Place, Presence

ADA, BOB = User(1, "ada"), User(2, "bob")


def test_a_second_tab_is_not_told() -> None:
    presence = Presence()
    assert presence.arrive(ADA)
    assert not presence.arrive(ADA)
    assert len(presence) == 1


def test_closing_one_of_two_tabs_is_not_told() -> None:
    presence = Presence()
    presence.arrive(ADA)
    presence.arrive(ADA)
    assert not presence.depart(ADA.id, 0.0)
    assert presence.users == [ADA]


def test_who_has_gone_is_told_after_the_grace() -> None:
    presence = Presence()
    presence.arrive(ADA)
    assert presence.depart(ADA.id, 0.0)
    assert presence.expire(ADA.id, GRACE - 1) is None
    assert presence.expire(ADA.id, GRACE) == ADA
    assert len(presence) == 0


def test_who_comes_back_in_time_was_never_gone() -> None:
    presence = Presence()
    presence.arrive(ADA)
    presence.depart(ADA.id, 0.0)
    assert not presence.arrive(ADA)
    assert presence.expire(ADA.id, GRACE) is None


def test_the_grace_begins_anew_with_every_drop() -> None:
    presence = Presence()
    presence.arrive(ADA)
    presence.depart(ADA.id, 0.0)
    presence.arrive(ADA)
    presence.depart(ADA.id, 4.0)
    assert presence.expire(ADA.id, GRACE) is None
    assert presence.expire(ADA.id, 4.0 + GRACE) == ADA


def test_over_two_hundred_people_are_a_crowd() -> None:
    presence = Presence()
    for id in range(CROWD):
        presence.arrive(User(id, f"guest {id}"))
    assert not presence.crowded
    presence.arrive(User(CROWD, "one more"))
    assert presence.crowded


def test_a_name_is_held_ignoring_case() -> None:
    place = Place()
    place.arrive(ADA)
    assert place.holder("ADA") == ADA.id
    assert place.holder("bob") is None


def test_a_name_is_free_again_when_its_person_has_gone() -> None:
    place = Place()
    place.arrive(ADA)
    place.depart(ADA.id, 0.0)
    assert place.holder("ada") == ADA.id
    place.expire(ADA.id, GRACE)
    assert place.holder("ada") is None


def test_a_returning_guest_whose_name_is_taken_gets_the_next_one() -> None:
    place = Place()
    place.arrive(ADA)
    assert place.free("Ada", user=9) == "Ada 2"
    assert place.free("ada", user=ADA.id) == "ada"
    assert place.free("x" * 32) == "x" * 32


def test_the_next_name_stays_within_the_limit() -> None:
    place = Place()
    place.arrive(User(1, "x" * 32))
    assert place.free("x" * 32, user=2) == "x" * 30 + " 2"


def test_a_new_name_frees_the_old_one() -> None:
    place = Place()
    place.arrive(ADA)
    place.rename(User(1, "lovelace"))
    assert place.holder("ada") is None
    assert place.holder("lovelace") == 1
    assert place.users == [User(1, "lovelace")]


def test_renaming_somebody_who_is_not_here_changes_nothing() -> None:
    place = Place()
    place.arrive(ADA)
    place.rename(BOB)
    assert place.holder("bob") is None
