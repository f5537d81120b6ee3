"""Pictures looked at large, sound and video played."""

from __future__ import annotations

import base64
import io
import random
import re
import wave

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Arrive
from tests.browser.person import Person
from tests.browser.test_files import file, pick, send
from tests.picturing import told


def test_a_tall_picture_is_seen_whole(arrive: Arrive) -> None:
    ada = arrive("ada")
    pick(ada, file("tall.jpg", told("JPEG", 1, (900, 2400))))
    send(ada)
    ada.messages.locator("a.picture").click()
    box = ada.page.get_by_role("dialog", name="tall.jpg")
    image = box.get_by_role("img", name="tall.jpg")
    ada.page.wait_for_function("image => image.naturalWidth", arg=image.element_handle())
    place = image.bounding_box()
    assert place is not None
    assert place["y"] >= 44
    assert place["y"] + place["height"] <= 800
    assert place["height"] / place["width"] == pytest.approx(2400 / 900, rel=0.02)
    ada.page.keyboard.press("+")
    assert image.evaluate("image => image.getBoundingClientRect().height") == 2400
    stage = box.locator(".stage")
    stage.evaluate("stage => stage.scrollTo(0, stage.scrollHeight)")
    assert image.evaluate("image => image.getBoundingClientRect().bottom") <= 800


def test_pictures_are_turned_over_by_a_swipe(arrive: Arrive) -> None:
    ada = arrive("ada", viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True)
    pick(ada, file("one.jpg", told("JPEG")), file("two.jpg", told("JPEG")))
    send(ada)
    ada.messages.locator("a.picture").first.tap()
    finger = ada.context.new_cdp_session(ada.page)

    def swipe(begin: int, end: int) -> None:
        touch = "Input.dispatchTouchEvent"
        finger.send(touch, {"type": "touchStart", "touchPoints": [{"x": begin, "y": 400}]})
        for step in range(1, 6):
            at = begin + (end - begin) * step / 5
            finger.send(touch, {"type": "touchMove", "touchPoints": [{"x": at, "y": 402}]})
        finger.send(touch, {"type": "touchEnd", "touchPoints": []})

    expect(ada.page.get_by_role("dialog", name="one.jpg")).to_be_visible()
    swipe(300, 100)
    expect(ada.page.get_by_role("dialog", name="two.jpg")).to_be_visible()
    swipe(300, 100)  # there is none behind it
    expect(ada.page.get_by_role("dialog", name="two.jpg")).to_be_visible()
    swipe(100, 300)
    expect(ada.page.get_by_role("dialog", name="one.jpg")).to_be_visible()


def tone() -> bytes:
    """Make a sound of a minute."""
    held = io.BytesIO()
    with wave.open(held, "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(2)
        sound.setframerate(16_000)
        sound.writeframes(random.Random(7).randbytes(2 * 16_000 * 60))
    return held.getvalue()


def film(person: Person) -> bytes:
    """Have the browser film a canvas for a second, as it would film with a camera."""
    recorded: str = person.page.evaluate(
        """async () => {
          const canvas = document.createElement('canvas');
          const paper = canvas.getContext('2d');
          const recorder = new MediaRecorder(canvas.captureStream(25), {mimeType: 'video/webm'});
          const parts = [];
          recorder.ondataavailable = ({data}) => parts.push(data);
          recorder.start();
          for (let frame = 0; frame < 25; frame += 1) {
            paper.fillStyle = `hsl(${frame * 12} 80% 50%)`;
            paper.fillRect(0, 0, 300, 150);
            await new Promise(done => setTimeout(done, 40));
          }
          const ended = new Promise(done => (recorder.onstop = done));
          recorder.stop();
          await ended;
          const bytes = new Uint8Array(await new Blob(parts).arrayBuffer());
          return btoa(String.fromCharCode(...bytes));
        }"""
    )
    return base64.b64decode(recorded)


PLAY_FAR_IN = """async media => {
  media.muted = true;
  media.preload = 'metadata';
  media.load();
  if (!media.duration) await new Promise(done => (media.onloadedmetadata = done));
  const landed = new Promise(done => (media.onseeked = done));
  media.currentTime = media.duration * 0.9;
  await landed;
  await media.play();
  await new Promise(done => (media.ontimeupdate = done));
  return [media.currentTime / media.duration, media.error?.message ?? ''];
}"""


@pytest.mark.parametrize("kind", ["audio", "video"])
def test_sound_and_video_play_from_anywhere(arrive: Arrive, kind: str) -> None:
    ada, bob = arrive("ada"), arrive("bob")
    data = tone() if kind == "audio" else film(ada)
    parts: list[str] = []
    bob.page.on("request", lambda request: parts.append(request.headers.get("range", "")))
    pick(ada, file("said.bin", data, "application/octet-stream"))
    send(ada)
    player = bob.messages.locator(f".player {kind}")
    expect(player).to_have_attribute("aria-label", "said.bin")
    size = "media => [media.clientWidth, media.clientHeight]"
    before = player.evaluate(size)
    at, error = player.evaluate(PLAY_FAR_IN)
    assert (at > 0.85, error) == (True, "")
    assert player.evaluate(size) == before, "it moved what is around it"
    # Of a long one only what is needed is fetched.
    assert any(re.fullmatch(r"bytes=[1-9]\d*-", part) for part in parts) or kind == "video", parts
