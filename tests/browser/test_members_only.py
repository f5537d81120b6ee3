"""A place that takes no guests, and new people only by invitation."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Arrive
from tests.browser.test_accounts import PASSWORD, account, menu
from tests.browser.test_invitations import make_link
from tests.browser.test_moderation import come_as_admin
from tests.serving import GustProcess


@pytest.fixture
def gust(tmp_path: Path) -> Iterator[GustProcess]:
    with GustProcess(tmp_path / "gust", "--guests=off", "--signup=invite") as process:
        yield process
    assert not process.complaints


def test_a_stranger_is_told_to_ask_for_an_invitation(arrive: Arrive) -> None:
    stranger = arrive(None)
    expect(stranger.page.get_by_role("button")).to_have_text(["Sign in"])
    expect(stranger.page.get_by_label("Password")).to_be_visible()
    expect(stranger.page.get_by_text("Ask somebody inside for an invitation")).to_be_visible()


def test_an_invitation_lets_somebody_make_an_account(arrive: Arrive, gust: GustProcess) -> None:
    ada = come_as_admin(arrive, gust, "ada")
    menu(ada, "Invite people")
    bob = arrive(None, make_link(ada))
    expect(bob.page.get_by_role("button", name="Come in without an account")).to_have_count(0)
    bob.page.get_by_label("Your name").fill("bob")
    bob.page.get_by_label("Password").fill(PASSWORD)
    bob.page.get_by_role("button", name="Create account").click()
    bob.is_connected()
    bob.say("Thank you.")
    ada.sees("Thank you.")


def test_whose_session_ended_while_away_is_led_to_the_entrance(
    arrive: Arrive, gust: GustProcess
) -> None:
    ada = come_as_admin(arrive, gust, "ada")
    phone = arrive(None)
    phone.expects_outage = True
    phone.page.get_by_label("Your name").fill("ada")
    phone.page.get_by_label("Password").fill(PASSWORD)
    phone.page.get_by_role("button", name="Sign in").click()
    phone.is_connected()
    phone.page.get_by_role("button", name="Disconnect").click()
    dialog = account(ada)
    expect(dialog.get_by_role("listitem")).to_have_count(2)
    dialog.get_by_role("button", name="Sign out: ").click()
    expect(dialog.get_by_role("listitem")).to_have_count(1)
    phone.page.get_by_role("button", name="Connect", exact=True).click()
    expect(phone.page.get_by_text("You have been signed out.")).to_be_visible()
