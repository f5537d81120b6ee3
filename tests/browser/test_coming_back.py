"""The server, the network or the page goes away and comes back: nothing is lost or doubled."""

from __future__ import annotations

import re

from playwright.sync_api import WebSocketRoute, expect

from tests.browser.conftest import Arrive
from tests.browser.person import Person, said
from tests.serving import GustProcess

NOT_CONNECTED = re.compile("Reconnecting|Offline|Connecting")


def lose(gust: GustProcess, *people: Person) -> None:
    for person in people:
        person.expects_outage = True
    gust.kill()
    for person in people:
        expect(person.state).to_have_text(NOT_CONNECTED)


def hurry(*people: Person) -> None:
    """Come back now, as when a tab is looked at again, rather than at the next turn."""
    for person in people:
        person.page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
        person.is_connected()


def test_after_a_kill_all_is_there_and_what_was_written_meanwhile_arrives_once(
    arrive: Arrive, gust: GustProcess
) -> None:
    ada, bob = arrive("ada"), arrive("bob")
    ada.say("before")
    bob.sees("before")
    ada.has_sent_all()  # her answer may be lost with the server, as anything under way
    lose(gust, ada, bob)
    ada.say("meanwhile one", "meanwhile two")
    expect(ada.timeline.locator("[data-state=pending]")).to_have_count(2)
    gust.start()
    hurry(ada, bob)
    ada.has_sent_all()
    expect(bob.texts).to_have_text(["before", "meanwhile one", "meanwhile two"])
    expect(ada.texts).to_have_text(["before", "meanwhile one", "meanwhile two"])


def test_it_comes_back_by_itself(arrive: Arrive, gust: GustProcess) -> None:
    ada = arrive("ada")
    lose(gust, ada)
    expect(ada.page.locator("[data-part=status] [data-part=text]")).to_have_text(
        re.compile(r"Reconnecting( in \d+ s)?|Connecting")
    )
    gust.start()
    expect(ada.state).to_have_text("Connected", timeout=25_000)


def test_a_planned_restart_loses_nothing(arrive: Arrive, gust: GustProcess) -> None:
    ada, bob = arrive("ada"), arrive("bob")
    ada.expects_outage = bob.expects_outage = True
    gust.stop()
    ada.say("while it restarts")
    gust.start()
    hurry(ada, bob)
    bob.sees("while it restarts")
    ada.has_sent_all()
    ada.sees("while it restarts")


def test_a_reload_keeps_the_name_the_draft_and_what_was_not_sent(
    arrive: Arrive, gust: GustProcess
) -> None:
    ada = arrive("ada")
    ada.page.get_by_role("button", name="Disconnect").click()
    ada.say("not sent yet")
    ada.composer.fill("half a thou")
    ada.page.reload()
    ada.is_connected()
    expect(ada.own).to_be_visible()
    expect(ada.composer).to_have_value("half a thou")
    ada.sees("not sent yet")
    ada.has_sent_all()
    bob = arrive("bob")
    bob.sees("not sent yet")


def test_a_message_whose_answer_was_lost_is_stored_once(arrive: Arrive) -> None:
    ada, bob = arrive("ada"), arrive("bob")
    cut: list[str] = []

    def pass_on(page: WebSocketRoute) -> None:
        server = page.connect_to_server()

        def answer(frame: str | bytes) -> None:
            if '"type":"ack"' in str(frame) and len(cut) < 3:
                cut.append(str(frame))
                page.close(code=4008)
                server.close()
            else:
                page.send(frame)

        server.on_message(answer)

    ada.page.route_web_socket("**/chatsocket*", pass_on)
    ada.page.reload()
    ada.is_connected()
    texts = [f"number {number}" for number in range(5)]
    ada.say(*texts)
    expect(bob.texts).to_have_text(texts, timeout=15_000)
    ada.has_sent_all()
    expect(ada.texts).to_have_text(texts)
    assert len(cut) == 3


def test_a_room_whose_first_history_was_cut_is_shown_on_coming_back(
    arrive: Arrive, gust: GustProcess
) -> None:
    said(gust, "bob", ["one", "two"])
    ada = arrive("ada")
    cut: list[str] = []

    def pass_on(page: WebSocketRoute) -> None:
        server = page.connect_to_server()

        def answer(frame: str | bytes) -> None:
            if '"type":"history"' in str(frame) and not cut:
                cut.append(str(frame))
                page.close(code=4008)
                server.close()
            else:
                page.send(frame)

        server.on_message(answer)

    ada.page.route_web_socket("**/chatsocket*", pass_on)
    ada.page.reload()
    expect(ada.texts).to_have_text(["one", "two"])
    assert len(cut) == 1


def test_offline_and_back(arrive: Arrive, gust: GustProcess) -> None:
    ada, bob = arrive("ada"), arrive("bob")
    ada.expects_outage = bob.expects_outage = True
    ada.context.set_offline(True)
    gust.kill()
    expect(ada.state).to_have_text("Offline")
    expect(ada.page.get_by_text("Messages wait here").last).to_be_visible()
    ada.say("from the train")
    gust.start()
    ada.context.set_offline(False)
    ada.is_connected()
    ada.has_sent_all()
    hurry(bob)
    bob.sees("from the train")


def test_one_may_disconnect_and_connect(arrive: Arrive, gust: GustProcess) -> None:
    ada = arrive("ada")
    ada.page.get_by_role("button", name="Disconnect").click()
    expect(ada.state).to_have_text("Disconnected")
    said(gust, "bob", ["are you there?"])
    expect(ada.messages).to_have_count(0)
    ada.page.get_by_role("button", name="Connect", exact=True).click()
    ada.sees("are you there?")


def test_two_tabs_of_one_person_agree(arrive: Arrive) -> None:
    ada = arrive("ada")
    second = ada.context.new_page()
    second.goto("/")
    expect(second.locator("[data-part=state]")).to_have_text("Connected")
    ada.page.get_by_role("button", name="Disconnect").click()
    ada.say("from the first tab")
    second.get_by_role("textbox", name="Message").fill("from the second")
    second.keyboard.press("Enter")
    expect(second.locator(".text")).to_have_text(["from the second"])
    ada.page.get_by_role("button", name="Connect", exact=True).click()
    expect(second.locator(".text")).to_have_text(["from the second", "from the first tab"])
    expect(ada.texts).to_have_text(["from the second", "from the first tab"])
    ada.has_sent_all()


def test_what_a_closed_tab_left_unsent_another_tab_sends(arrive: Arrive) -> None:
    ada = arrive("ada")
    second = ada.context.new_page()
    second.goto("/")
    expect(second.locator("[data-part=state]")).to_have_text("Connected")
    ada.page.get_by_role("button", name="Disconnect").click()
    ada.say("left behind")
    ada.has_kept(1)
    ada.page.close()
    second.reload()
    expect(second.locator(".text")).to_have_text(["left behind"])
    expect(second.locator("[data-state=pending]")).to_have_count(0)


def test_a_refused_message_says_why_and_can_be_tried_again_or_discarded(arrive: Arrive) -> None:
    ada = arrive("ada")
    ada.say("fine", "not\0allowed")
    failed = ada.messages.filter(has_text="Not sent.")
    expect(failed).to_have_count(1)
    expect(failed).to_contain_text("U+0000")
    ada.say("the next one goes through")
    ada.sees("fine", "the next one goes through")
    ada.has_sent_all()
    failed.get_by_role("button", name="Try again").click()
    expect(failed).to_have_count(1)
    ada.page.reload()
    expect(failed).to_have_count(1)
    failed.get_by_role("button", name="Discard").click()
    expect(failed).to_have_count(0)
    expect(ada.messages).to_have_count(2)


def test_signing_out_in_one_tab_ends_the_other(arrive: Arrive) -> None:
    ada = arrive("ada")
    second = ada.context.new_page()
    second.goto("/")
    expect(second.locator("[data-part=state]")).to_have_text("Connected")
    ada.sign_out()
    expect(second.get_by_label("Your name")).to_be_visible()
    ada.enter("ada again")


def test_a_server_that_is_away_at_first_is_waited_for(arrive: Arrive, gust: GustProcess) -> None:
    ada = arrive("ada")
    ada.expects_outage = True
    ada.page.route("**/api/me", lambda route: route.abort())
    ada.page.reload()
    expect(ada.page.get_by_role("heading", name="Gust cannot be reached")).to_be_visible()
    ada.page.unroute("**/api/me")
    ada.page.get_by_role("button", name="Try again").click()
    ada.is_connected()
