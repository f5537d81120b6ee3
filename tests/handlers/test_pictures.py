"""Pictures: cleaned, measured and made small before anybody sees them."""

from __future__ import annotations

import asyncio
import io

import pytest
from PIL import Image

from models.store import pictures
from tests.handlers.test_files import nothing_is_left, on_disk
from tests.handlers.test_rooms import sign_in
from tests.picturing import SECRET, TYPES, moving, picture, png_of, told
from tests.uploading import upload


@pytest.mark.gen_test
async def test_a_photo_comes_with_its_size_and_a_thumbnail(call) -> None:
    ada = await sign_in(call, "ada")
    answer = await upload(call, ada, told("JPEG", 6, (1600, 1200)), "beach.jpg")
    assert answer.status == 201, answer.body
    photo = answer.body
    assert (photo["type"], photo["width"], photo["height"]) == ("image/jpeg", 1200, 1600)
    whole = await call("GET", photo["url"], cookie=ada)
    assert whole.headers["Content-Type"] == "image/jpeg"
    assert whole.headers["Content-Disposition"].startswith("inline; ")
    assert SECRET not in whole.body
    assert (Image.open(io.BytesIO(whole.body)).size, photo["size"]) == (
        (1200, 1600),
        len(whole.body),
    )
    small = await call("GET", photo["thumbnail"], cookie=ada)
    assert small.headers["Content-Type"] == "image/webp"
    assert Image.open(io.BytesIO(small.body)).size == (480, 640)
    assert small.headers["ETag"] != whole.headers["ETag"]


@pytest.mark.parametrize("format", TYPES)
@pytest.mark.gen_test
async def test_the_type_is_what_the_bytes_say(call, format) -> None:
    ada = await sign_in(call, "ada")
    photo = (await upload(call, ada, told(format), "letter.txt")).body
    assert (photo["type"], photo["width"]) == (TYPES[format], 80)
    assert SECRET not in (await call("GET", photo["url"], cookie=ada)).body


@pytest.mark.gen_test
async def test_what_moves_has_no_thumbnail(call) -> None:
    photo = (await upload(call, await sign_in(call, "ada"), moving("GIF"), "cat.gif")).body
    assert (photo["type"], photo["width"], "thumbnail" in photo) == ("image/gif", 40, False)


@pytest.mark.gen_test
async def test_a_page_in_a_picture_stays_a_picture(call) -> None:
    ada = await sign_in(call, "ada")
    both = picture(comment=b"<script>alert(1)</script>") + b"<script>alert(2)</script>"
    served = await call("GET", (await upload(call, ada, both, "x.html")).body["url"], cookie=ada)
    assert served.headers["Content-Type"] == "image/jpeg"
    assert b"<script>" not in served.body


@pytest.mark.parametrize(
    ("data", "word"),
    [
        (png_of(50_000, 50_000), "50,000 × 50,000"),
        (picture(size=(900, 700))[:2000], "damaged"),
        (b"\x89PNG\r\n\x1a\n<html>", "damaged"),
    ],
)
@pytest.mark.gen_test
async def test_a_picture_that_can_not_be_shown_gets_a_clear_answer(call, app, data, word) -> None:
    answer = await upload(call, await sign_in(call, "ada"), data, "x.png")
    assert (answer.status, answer.code) == (400, "bad_event")
    assert word in answer.body["error"]["message"]
    assert await nothing_is_left(app)


@pytest.mark.gen_test
async def test_a_picture_that_takes_too_long_is_given_up(call, app, caplog, monkeypatch) -> None:
    monkeypatch.setattr(pictures, "PATIENCE", 0.001)
    answer = await upload(call, await sign_in(call, "ada"), picture(), "x.jpg")
    assert (answer.status, answer.code) == (400, "bad_event")
    assert "more time or memory" in answer.body["error"]["message"]
    assert await nothing_is_left(app)
    caplog.clear()


@pytest.mark.gen_test
async def test_the_same_photo_is_kept_once_with_its_thumbnail(call, app) -> None:
    ada, bob = await sign_in(call, "ada"), await sign_in(call, "bob")
    photo = told("JPEG", 1, (1600, 1200))
    for cookie in (ada, bob):
        assert (await upload(call, cookie, photo)).status == 201
    for _ in range(100):  # what arrived is thrown away behind the answer
        if len(on_disk(app)) == 2:
            break
        await asyncio.sleep(0.01)
    assert sorted(path.suffix for path in on_disk(app)) == ["", ".webp"]
