"""A picture is shown as it was taken; where, when and with what stays with its owner."""

from __future__ import annotations

import io
import zlib
from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageCms

from models.pictures import SMALL, Unfit, face, prepare
from models.pictures.stripping import Malformed, strip
from tests.picturing import SECRET, TYPES, chunk, moving, picture, png_of, saved, told


def opened(data: bytes) -> Image.Image:
    image = Image.open(io.BytesIO(data))
    image.load()
    return image


def colours(image: Image.Image) -> tuple[str, ...]:
    """Name the colours at the left, the right, the top and the bottom."""
    rgb = image.convert("RGB")
    w, h = rgb.size
    places = ((2, h // 2), (w - 3, h // 2), (w // 2, 2), (w // 2, h - 3))
    return tuple("red" if rgb.getpixel(at)[0] > 128 else "blue" for at in places)  # type: ignore[index]


@pytest.mark.parametrize("format", TYPES)
def test_what_a_picture_tells_of_its_owner_is_removed(format: str) -> None:
    data = told(format)
    assert SECRET in data, "the test would prove nothing"
    prepared = prepare(data, TYPES[format])
    assert SECRET not in prepared.content
    assert b"Exif\0\0" not in prepared.content
    assert (prepared.width, prepared.height) == opened(prepared.content).size == (80, 60)


@pytest.mark.parametrize("format", ["JPEG", "PNG", "GIF", "WEBP"])
def test_an_upright_picture_keeps_every_pixel(format: str) -> None:
    data = told(format)
    before, after = opened(data), opened(prepare(data, TYPES[format]).content)
    assert before.convert("RGB").tobytes() == after.convert("RGB").tobytes()
    assert after.format == format


@pytest.mark.parametrize(
    ("orientation", "left_to_right"),
    [(2, ("blue", "red")), (3, ("blue", "red")), (4, ("red", "blue"))],
)
@pytest.mark.parametrize("format", ["JPEG", "PNG", "WEBP", "AVIF"])
def test_a_picture_that_stands_on_its_head_is_turned(format, orientation, left_to_right) -> None:
    prepared = prepare(told(format, orientation), TYPES[format])
    assert colours(opened(prepared.content))[:2] == left_to_right
    assert (prepared.width, prepared.height) == (80, 60)


@pytest.mark.parametrize(
    ("orientation", "top_to_bottom"), [(6, ("red", "blue")), (8, ("blue", "red"))]
)
@pytest.mark.parametrize("format", ["JPEG", "PNG", "WEBP", "AVIF"])
def test_a_picture_that_lies_on_its_side_is_turned(format, orientation, top_to_bottom) -> None:
    prepared = prepare(told(format, orientation, (800, 600)), TYPES[format])
    assert (prepared.width, prepared.height) == opened(prepared.content).size == (600, 800)
    assert colours(opened(prepared.content))[2:] == top_to_bottom
    assert prepared.thumbnail is not None
    assert colours(opened(prepared.thumbnail))[2:] == top_to_bottom
    assert not opened(prepared.content).getexif()


@pytest.mark.parametrize("format", ["GIF", "WEBP"])
def test_what_moves_goes_on_moving(format: str) -> None:
    data = moving(format)
    assert SECRET in data
    prepared = prepare(data, TYPES[format])
    after = opened(prepared.content)
    assert SECRET not in prepared.content
    assert getattr(after, "n_frames", 1) == 2
    assert after.info["loop"] == 0
    assert prepared.thumbnail is None


@pytest.mark.parametrize("mode", ["L", "P", "RGBA", "LA", "1", "I;16"])
def test_every_kind_of_colour_becomes_a_thumbnail(mode: str) -> None:
    data = saved(Image.new(mode, (1000, 500)), "PNG")
    prepared = prepare(data, "image/png")
    assert prepared.thumbnail is not None
    small = opened(prepared.thumbnail)
    assert (small.size, small.format) == ((SMALL, SMALL // 2), "WEBP")


def test_a_picture_for_print_becomes_a_thumbnail() -> None:
    data = saved(Image.new("CMYK", (1000, 500), (0, 255, 255, 0)), "JPEG")
    prepared = prepare(data, "image/jpeg")
    assert prepared.thumbnail is not None
    assert b"Adobe" in prepared.content, "without it the colours would be others"
    assert opened(prepared.thumbnail).getpixel((5, 5))[0] > 200  # type: ignore[index]


def test_a_picture_keeps_its_colour_profile() -> None:
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    for format in ("JPEG", "PNG", "WEBP"):
        data = picture(format, (800, 600), icc_profile=profile)
        prepared = prepare(data, TYPES[format])
        assert prepared.thumbnail is not None
        for kept in (prepared.content, prepared.thumbnail):
            assert opened(kept).info["icc_profile"] == profile


def test_a_small_picture_needs_no_thumbnail() -> None:
    assert prepare(picture(size=(SMALL, 10)), "image/jpeg").thumbnail is None


def test_a_face_is_the_middle_of_a_picture() -> None:
    prepared = face(told("JPEG", 6, (1200, 600)), "image/jpeg")
    image = opened(prepared.content)
    assert (image.format, image.size) == ("WEBP", (256, 256))
    assert colours(image)[2:] == ("red", "blue")
    assert SECRET not in prepared.content


def test_a_page_in_a_picture_goes() -> None:
    page = b"<html><script>alert(1)</script>"
    for data in (picture(comment=page), picture() + page):
        assert page in data
        assert page not in prepare(data, "image/jpeg").content


@pytest.mark.parametrize("format", TYPES)
def test_a_picture_that_is_cut_off_is_refused(format: str) -> None:
    noise = saved(Image.effect_noise((200, 150), 90).convert("RGB"), format)
    with pytest.raises(Unfit, match="damaged"):
        prepare(noise[: len(noise) // 2], TYPES[format])


def test_a_bomb_is_refused_by_what_it_declares() -> None:
    with pytest.raises(Unfit, match="50,000 × 50,000"):
        prepare(png_of(50_000, 50_000), "image/png")


def test_a_bomb_in_a_text_or_a_profile_of_a_picture_goes_off_nowhere() -> None:
    bomb = zlib.compress(bytes(20 << 20), 9)
    for extra in (
        chunk(b"zTXt", b"Comment\0\0" + bomb),
        chunk(b"iCCP", b"profile\0\0" + bomb),
        chunk(b"iTXt", b"Comment\0\1\0\0\0" + bomb),
    ):
        whole = picture("PNG")
        data = whole[:33] + extra + whole[33:]
        with suppress(Unfit):
            assert bomb not in prepare(data, "image/png").content


@pytest.mark.parametrize("type", TYPES.values())
def test_what_only_begins_like_a_picture_is_refused(type: str) -> None:
    head = picture({v: k for k, v in TYPES.items()}[type])[:16]
    for rest in (b"", b"<html>" * 100):
        with pytest.raises(Unfit):
            prepare(head + rest, type)


@settings(max_examples=100, deadline=None)
@given(
    st.sampled_from(["JPEG", "PNG", "GIF", "WEBP"]),
    st.lists(st.tuples(st.integers(0, 2000), st.integers(0, 255)), min_size=1, max_size=8),
)
def test_a_picture_with_wrong_bytes_is_stripped_or_refused(format, wrong) -> None:
    data = bytearray(told(format))
    for at, byte in wrong:
        data[at % len(data)] = byte
    with suppress(Malformed):
        assert len(strip(bytes(data), TYPES[format])) <= len(data) + 1
