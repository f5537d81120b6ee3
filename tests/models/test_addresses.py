"""Whom a limit or a ban by address means."""

from __future__ import annotations

import pytest

from models.addresses import network


@pytest.mark.parametrize(
    ("address", "counted"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2::9", "2001:db8:1:2::/64"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("fe80::1%eth0", "fe80::/64"),
        ("", ""),
    ],
)
def test_a_household_counts_as_one(address, counted) -> None:
    assert network(address) == counted


def test_neighbours_do_not() -> None:
    assert network("2001:db8:1:2::9") != network("2001:db8:1:3::9")
    assert network("192.0.2.7") != network("192.0.2.8")
