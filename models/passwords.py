"""Passwords: what may be one, and how it is kept.

argon2id with OWASP's parameters (Password Storage Cheat Sheet): 19 MiB, two passes,
one lane. Hashing takes some 25 ms: it is for a thread, never for the event loop.
"""

from __future__ import annotations

import base64
import secrets

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from models.errors import BadEvent
from models.nfc import composed

SHORTEST = 8  # characters
LONGEST = 256

_MEMORY = 19 * 1024  # KiB
_hasher = PasswordHasher(time_cost=2, memory_cost=_MEMORY, parallelism=1)


def check(password: str) -> None:
    """Refuse what can't be a password.

    Only the length counts (NIST SP 800-63B, 3.1.1.2): rules about kinds of characters
    make people choose worse ones.

    :raises BadEvent: it is too short or too long
    """
    if len(password) < SHORTEST:
        refusal = BadEvent(f"A password needs at least {SHORTEST} characters.")
    elif len(password) > LONGEST:
        refusal = BadEvent(f"A password can have at most {LONGEST} characters.")
    else:
        return
    refusal.field = "password"
    raise refusal


def hashed(password: str) -> str:
    """Hash a password, with a salt of its own; the text tells the parameters too."""
    return _hasher.hash(_same_everywhere(password))


def verify(kept: str | None, password: str) -> bool:
    """Tell whether this is the password that was hashed.

    :param kept: what :func:`hashed` gave; None: there is none. As much work is done
        for it, so that time doesn't tell whether a name has an account.
    """
    try:
        return _hasher.verify(kept or _NOBODYS, _same_everywhere(password))
    except (VerificationError, InvalidHashError):
        return False


def is_outdated(kept: str) -> bool:
    """Tell whether it was hashed with other parameters than today's."""
    return _hasher.check_needs_rehash(kept)


def _same_everywhere(password: str) -> str:
    """Bring it to one form: keyboards differ in how they compose an “é” (RFC 8265, 4.2.2)."""
    return composed(password)


def _invent() -> str:
    """Make a hash of today's parameters that no password has, without hashing."""
    salt, digest = (
        base64.b64encode(secrets.token_bytes(size)).decode().rstrip("=")
        for size in (_hasher.salt_len, _hasher.hash_len)
    )
    lanes = _hasher.parallelism
    return f"$argon2id$v=19$m={_hasher.memory_cost},t={_hasher.time_cost},p={lanes}${salt}${digest}"


_NOBODYS = _invent()
