"""How the page looks, as far as it can be measured: room, size, contrast, weight."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Arrive
from tests.browser.person import Person, said
from tests.serving import GustProcess

PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}
HARD = [
    "W" * 300,
    "https://example.org/" + "very-long-path/" * 20,
    "明日は風が強いので、屋上の作業は午後に延期しましょう。" * 6,
    "שלום לכולם, " * 30,
    "👩‍👩‍👧‍👦" * 60,
    "one\n\n\nfour",
    "word " * 790,
]

# What a person can press, and how large it is where a thumb would.
SMALL = """() => [...document.querySelectorAll('button, a, input, select, textarea, [role=option]')]
  .filter(element => element.checkVisibility({ visibilityProperty: true })
    && !element.closest('[inert]') && !element.matches('.skip, .text a'))
  .map(element => [element.getAttribute('aria-label') || element.textContent.trim(),
    // Of a box to tick, the words beside it are a part.
    (element.matches('[type=checkbox], [type=radio]') ? element.closest('label') : element)
      .getBoundingClientRect()])
  .filter(([, box]) => box.width < 43.9 || box.height < 43.9)
  .map(([label, box]) => `${label}: ${box.width} x ${box.height}`)"""

# WCAG's ratio for each visible text, from the colours as they are computed. A canvas turns every
# notation of a colour into bytes.
PALE = """() => {
  const canvas = document.createElement('canvas').getContext('2d', { willReadFrequently: true });
  const bytes = colour => {
    canvas.clearRect(0, 0, 1, 1);
    canvas.fillStyle = colour;
    canvas.fillRect(0, 0, 1, 1);
    return [...canvas.getImageData(0, 0, 1, 1).data];
  };
  const luminance = ([r, g, b]) => {
    const [x, y, z] = [r, g, b].map(each => each / 255)
      .map(each => each <= 0.04045 ? each / 12.92 : ((each + 0.055) / 1.055) ** 2.4);
    return 0.2126 * x + 0.7152 * y + 0.0722 * z;
  };
  const behind = element => {
    for (let at = element; at; at = at.parentElement) {
      const colour = bytes(getComputedStyle(at).backgroundColor);
      if (colour[3] === 255) return colour;
    }
    return [255, 255, 255, 255];
  };
  const found = [];
  for (const element of document.querySelectorAll('body *')) {
    if (element.closest('svg, .unseen, [inert]') || element.matches('option, template')) continue;
    if (!element.checkVisibility({ visibilityProperty: true, opacityProperty: true })) continue;
    const said = [...element.childNodes].some(node => node.nodeType === 3 && node.data.trim())
      || (element.matches('input, textarea') && element.placeholder);
    if (!said) continue;
    const style = getComputedStyle(element);
    const colours = [style.color];
    if (element.placeholder) colours.push(getComputedStyle(element, '::placeholder').color);
    for (const colour of colours) {
      const [one, other] = [luminance(bytes(colour)), luminance(behind(element))];
      const ratio = (Math.max(one, other) + 0.05) / (Math.min(one, other) + 0.05);
      if (ratio < 4.5) found.push([element.className, ratio, element.textContent.slice(0, 20)]);
    }
  }
  return found;
}"""


def overflow(page: Page) -> int:
    return int(page.evaluate("document.documentElement.scrollWidth - innerWidth"))


def clipped(person: Person) -> list[str]:
    """Name the messages that are wider than their timeline."""
    return list(
        person.timeline.evaluate(
            """log => {
              const edge = log.getBoundingClientRect().right + 1;
              return [...log.querySelectorAll(':not(.unseen, .unseen *)')]
                .filter(each => each.getBoundingClientRect().right > edge)
                .map(each => each.className);
            }"""
        )
    )


@pytest.mark.parametrize(
    "size",
    [
        pytest.param({"width": 360, "height": 640}, id="a small phone"),
        pytest.param({"width": 640, "height": 400}, id="a laptop at 200 %"),
        pytest.param({"width": 900, "height": 700}, id="a tablet"),
    ],
)
def test_nothing_is_wider_than_the_window(
    arrive: Arrive, gust: GustProcess, size: dict[str, int]
) -> None:
    said(gust, "w" * 32, HARD)
    ada = arrive("ada", viewport=size)
    ada.sees(HARD[0])
    assert overflow(ada.page) <= 0
    assert clipped(ada) == []
    ada.page.keyboard.press("Control+k")
    expect(ada.page.get_by_role("option").first).to_be_visible()
    assert overflow(ada.page) <= 0


def test_on_a_phone_everything_is_large_enough_for_a_thumb(arrive: Arrive) -> None:
    ada = arrive(None, **PHONE)
    assert ada.page.evaluate(SMALL) == []
    ada.enter("ada")
    ada.say("fine", "not\0allowed")
    expect(ada.page.get_by_role("button", name="Discard")).to_be_visible()
    assert ada.page.evaluate(SMALL) == []
    ada.page.get_by_role("button", name="Show rooms").tap()
    expect(ada.page.get_by_role("button", name="Hide rooms")).to_be_visible()
    assert ada.page.evaluate(SMALL) == []
    ada.own.tap()
    ada.page.get_by_role("menuitem", name="Disconnect").tap()
    ada.page.get_by_role("button", name="Make a room").tap()
    expect(ada.page.get_by_role("dialog")).to_be_visible()
    assert ada.page.evaluate(SMALL) == []
    ada.page.keyboard.press("Escape")
    ada.page.get_by_role("button", name="Go to a room").tap()
    expect(ada.page.get_by_role("option").first).to_be_visible()
    assert ada.page.evaluate(SMALL) == []
    ada.page.keyboard.press("Escape")
    ada.page.get_by_role("button", name="Hide rooms").tap()
    expect(ada.page.get_by_role("button", name="Connect", exact=True)).to_be_visible()
    assert ada.page.evaluate(SMALL) == []
    ada.page.get_by_role("button", name="People").tap()
    expect(ada.page.get_by_role("button", name="Hide people")).to_be_visible()
    assert ada.page.evaluate(SMALL) == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_text_stands_out_from_what_is_behind_it(
    arrive: Arrive, gust: GustProcess, scheme: str
) -> None:
    for name in ("bob", "carol", "dan", "eve", "fay", "gil"):
        said(gust, name, ["see https://example.org/"])
    ada = arrive(None, color_scheme=scheme)
    assert ada.page.evaluate(PALE) == []
    ada.enter("ada")
    ada.say("fine", "not\0allowed")
    expect(ada.page.get_by_role("button", name="Discard")).to_be_visible()
    arrive("zoe")
    expect(ada.timeline.locator(".note")).to_be_visible()
    assert ada.page.evaluate(PALE) == []
    ada.composer.fill("x" * 4001)
    assert ada.page.evaluate(PALE) == []
    ada.own.click()
    assert ada.page.evaluate(PALE) == []
    ada.page.get_by_role("menuitem", name="Disconnect").click()
    ada.say("pending")
    assert ada.page.evaluate(PALE) == []
    ada.page.keyboard.press("Control+k")
    expect(ada.page.get_by_role("option").first).to_be_visible()
    assert ada.page.evaluate(PALE) == []
    ada.page.keyboard.press("Escape")
    ada.page.get_by_role("button", name="Make a room").click()
    expect(ada.page.get_by_role("dialog")).to_be_visible()
    assert ada.page.evaluate(PALE) == []


def test_the_first_load_is_light(arrive: Arrive, gust: GustProcess) -> None:
    said(gust, "bob", ["hello"])
    ada = arrive("ada")
    fresh = ada.context.new_page()
    network: Any = ada.context.new_cdp_session(fresh)
    network.send("Network.enable")
    network.send("Network.setCacheDisabled", {"cacheDisabled": True})
    received: list[float] = []
    network.on("Network.loadingFinished", lambda done: received.append(done["encodedDataLength"]))
    asked: list[str] = []
    fresh.on("request", lambda request: asked.append(request.url))
    refused: list[str] = []
    fresh.on("response", lambda answer: answer.ok or refused.append(answer.url))
    fresh.goto("/")
    expect(fresh.get_by_role("log")).to_contain_text("hello")
    expect(fresh.get_by_role("complementary")).to_contain_text("ada")
    sockets = 1
    # With its cache off, Chromium asks for the icon again whenever the address changes.
    assert len(set(asked)) + sockets <= 8, sorted(asked)
    assert all(url.startswith(gust.url) for url in asked)
    assert sum(received) <= 120_000, sum(received)
    assert refused == []


def test_nothing_moves_when_the_connection_comes_and_goes(arrive: Arrive) -> None:
    places = "[...document.querySelectorAll('.scroller, .composer, .talk > .bar')].map(each => { \
      const box = each.getBoundingClientRect(); return [box.x, box.y, box.width, box.height]; })"
    for options in ({}, PHONE):
        ada = arrive("ada" if not options else "bob", **options)
        ada.say("hello")
        before = ada.page.evaluate(places)
        if options:
            ada.page.get_by_role("button", name="Show rooms").tap()
            ada.own.tap()
            ada.page.get_by_role("menuitem", name="Disconnect").tap()
            ada.page.get_by_role("button", name="Hide rooms").tap()
        else:
            ada.page.get_by_role("button", name="Disconnect").click()
        connect = ada.page.get_by_role("button", name="Connect", exact=True)
        expect(connect).to_be_visible()
        assert ada.page.evaluate(places) == before


def test_people_take_the_window_only_where_there_is_room(arrive: Arrive) -> None:
    ada = arrive("ada")
    people = ada.page.locator("#details")
    expect(people).to_be_visible()
    ada.page.get_by_role("button", name="Hide people").click()
    expect(people).to_be_hidden()
    ada.page.reload()
    ada.is_connected()
    expect(people).to_be_hidden()
    ada.page.get_by_role("button", name="People").click()
    expect(people).to_be_visible()
    ada.page.set_viewport_size({"width": 900, "height": 700})
    expect(people).to_be_hidden()
    ada.page.get_by_role("button", name="People").click()
    expect(people).to_be_visible()
    ada.page.keyboard.press("Escape")
    expect(people).to_be_hidden()
