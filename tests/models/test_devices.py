"""A device's name says what one would call it, and nothing that was made up."""

from __future__ import annotations

import pytest

from models import devices

_MOZILLA = "Mozilla/5.0 "


@pytest.mark.parametrize(
    ("agent", "name"),
    [
        ("(X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0", "Firefox on Linux"),
        (
            "(iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) "
            "Version/18.5 Mobile/15E148 Safari/604.1",
            "Safari on iPhone",
        ),
        (
            "(iPad; CPU OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) "
            "CriOS/137.0.0.0 Mobile/15E148 Safari/604.1",
            "Chrome on iPad",
        ),
        (
            "(Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) "
            "Chrome/137.0.0.0 Safari/537.36 Edg/137.0.0.0",
            "Edge on Windows",
        ),
        (
            "(Linux; Android 14; SM-S921B) AppleWebKit/537.36 (KHTML, like Gecko) "
            "SamsungBrowser/25.0 Chrome/121.0.0.0 Mobile Safari/537.36",
            "Samsung Internet on Android",
        ),
        (
            "(Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/537.36 (KHTML, like Gecko) "
            "Chrome/137.0.0.0 Safari/537.36",
            "Chrome on Mac",
        ),
        (
            "(X11; CrOS x86_64 14541.0.0) AppleWebKit/537.36 (KHTML, like Gecko) "
            "Chrome/137.0.0.0 Safari/537.36",
            "Chrome on ChromeOS",
        ),
    ],
)
def test_a_browser_is_known(agent, name) -> None:
    assert devices.name(_MOZILLA + agent) == name


def test_what_is_known_in_part_is_told_in_part() -> None:
    assert devices.name("Firefox/140.0") == "Firefox"
    assert devices.name("SomethingElse (Windows NT 10.0)") == "Windows"


@pytest.mark.parametrize("agent", ["", "curl/8.5.0", "<img src=x onerror=alert(1)>", "\x00" * 999])
def test_what_was_made_up_is_shown_to_nobody(agent) -> None:
    assert devices.name(agent) == devices.UNKNOWN
