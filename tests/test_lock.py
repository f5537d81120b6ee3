"""What dist/gust.pyz is built of: exact, hashed, and within what requirements.txt allows."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from packaging.requirements import Requirement

ROOT = Path(__file__).parents[1]
LOCKS = ("requirements.lock", "shiv.lock")


def locked(name: str) -> dict[str, tuple[Requirement, list[str]]]:
    """Read a lock: by name, what is to be installed and the hashes that it may have."""
    text = (ROOT / ".ci" / name).read_text("utf-8").replace("\\\n", " ")
    found = {}
    for line in text.splitlines():
        if line.strip():
            wanted, *hashes = line.split("--hash=")
            requirement = Requirement(wanted.strip())
            found[requirement.name] = requirement, [hash.strip() for hash in hashes]
    return found


def test_the_lock_is_within_the_requirements() -> None:
    lock = locked("requirements.lock")
    for line in (ROOT / "requirements.txt").read_text("utf-8").splitlines():
        wanted = Requirement(line)
        (exact,) = lock[wanted.name][0].specifier
        assert wanted.specifier.contains(exact.version), f"make lock: {wanted} is not {exact}"


@pytest.mark.parametrize("name", LOCKS)
def test_each_library_is_exact_and_hashed(name: str) -> None:
    for requirement, hashes in locked(name).values():
        (exact,) = requirement.specifier
        assert exact.operator == "=="
        assert hashes
        assert all(re.fullmatch("sha256:[0-9a-f]{64}", hash) for hash in hashes)


@pytest.mark.parametrize("name", LOCKS)
def test_no_host_is_named(name: str) -> None:
    text = (ROOT / ".ci" / name).read_text("utf-8")
    assert "://" not in text
    assert "--index" not in text
