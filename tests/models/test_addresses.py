"""Whom a limit or a ban by address means."""

from __future__ import annotations

import pytest

from models.addresses import Networks, network


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


@pytest.mark.parametrize(
    "address", ["127.0.0.1", "127.9.9.9", "::1", "::ffff:127.0.0.1", "fe80::1%2"]
)
def test_an_address_is_in_the_networks_that_hold_it(address) -> None:
    assert address in Networks("127.0.0.0/8, ::1,fe80::/10")


@pytest.mark.parametrize("address", ["128.0.0.1", "::2", "", "/run/socket", "localhost"])
def test_other_addresses_are_not(address) -> None:
    assert address not in Networks("127.0.0.0/8, ::1,fe80::/10")
    assert address not in Networks("")


@pytest.mark.parametrize("text", ["localhost", "10.0.0.0/33", "1.2.3", "10.0.0.1;10.0.0.2"])
def test_what_is_no_address_is_refused_by_name(text) -> None:
    with pytest.raises(ValueError, match="is no address"):
        Networks(f"::1,{text}")
