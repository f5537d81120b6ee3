"""Tokens: what opens a session or an invitation to whoever holds it.

Only their hashes are kept, so that a stolen copy of the database opens nothing. They are
random, and as long as the hash: a fast one without salt is enough.
"""

from __future__ import annotations

import hashlib
import secrets


def new() -> str:
    return secrets.token_urlsafe(32)


def hash_of(token: str) -> bytes:
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).digest()
