"""Passwords: kept as a hash that costs to guess, and whose work tells nothing."""

from __future__ import annotations

from typing import Any

import pytest
from argon2 import PasswordHasher, extract_parameters
from argon2.low_level import Type

from models import passwords
from models.errors import BadEvent


class Recorded(PasswordHasher):
    """A hasher that keeps the parameters of all the work that it does."""

    work: list[Any]

    def verify(self, hash: str, password: str) -> bool:  # type: ignore[override]
        self.work.append(extract_parameters(hash))
        return super().verify(hash, password)


def test_a_password_is_known_again() -> None:
    kept = passwords.hashed("correct horse")
    assert passwords.verify(kept, "correct horse")
    assert not passwords.verify(kept, "correct horsf")


def test_it_is_kept_as_owasp_says() -> None:
    found = extract_parameters(passwords.hashed("correct horse"))
    assert found.type is Type.ID
    assert (found.memory_cost, found.time_cost, found.parallelism) == (19456, 2, 1)


def test_the_same_password_is_never_kept_twice_in_the_same_form() -> None:
    assert passwords.hashed("correct horse") != passwords.hashed("correct horse")


def test_an_accent_is_the_same_however_it_is_composed() -> None:
    assert passwords.verify(passwords.hashed("caf\u00e9 noir"), "cafe\u0301 noir")


def test_as_much_work_is_done_for_nobody_as_for_somebody(monkeypatch) -> None:
    recorded = Recorded(time_cost=2, memory_cost=19456, parallelism=1)
    recorded.work = []
    kept = passwords.hashed("correct horse")
    monkeypatch.setattr(passwords, "_hasher", recorded)
    assert not passwords.verify(kept, "wrong password")
    assert not passwords.verify(None, "wrong password")
    somebodys, nobodys = recorded.work
    assert somebodys == nobodys


def test_nobody_has_a_password() -> None:
    assert not passwords.verify(None, "")
    assert not passwords.verify("", "")


def test_what_is_no_hash_is_nobodys() -> None:
    assert not passwords.verify("plain", "plain")


def test_a_hash_of_older_parameters_is_outdated() -> None:
    older = PasswordHasher(time_cost=1, memory_cost=1024, parallelism=1).hash("correct horse")
    assert passwords.verify(older, "correct horse")
    assert passwords.is_outdated(older)
    assert not passwords.is_outdated(passwords.hashed("correct horse"))


@pytest.mark.parametrize("password", ["", "1234567", "x" * 257])
def test_too_short_and_too_long_are_refused(password) -> None:
    with pytest.raises(BadEvent) as refused:
        passwords.check(password)
    assert refused.value.field == "password"


@pytest.mark.parametrize("password", ["12345678", "x" * 256, "пароль из слов", "        "])
def test_anything_else_may_be_one(password) -> None:
    passwords.check(password)
