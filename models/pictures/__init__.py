"""Pictures, made fit to be shown to others.

What is in a picture besides its pixels (where and when it was taken, with what, by
whom, a preview of what was cut off) is nobody's business. It is removed without
touching the pixels where the format lets us (see :mod:`models.pictures.stripping`);
where the picture stands on its side, it is turned and written anew.

Runs in a process of its own (``python -m models.pictures``), for pictures come from
anybody and their decoders are large programs in C.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple

from PIL import Image, ImageOps
from PIL.Image import Transpose

from models.pictures import stripping

MOST_PIXELS = 50_000_000
SMALL = 640  # pixels, the longer side of a thumbnail
FACE = 256  # pixels, the side of a person's picture

_ORIENTATION = 0x0112  # Exif: how the picture has to be turned
_TURNS = {
    2: Transpose.FLIP_LEFT_RIGHT,
    3: Transpose.ROTATE_180,
    4: Transpose.FLIP_TOP_BOTTOM,
    5: Transpose.TRANSPOSE,
    6: Transpose.ROTATE_270,
    7: Transpose.TRANSVERSE,
    8: Transpose.ROTATE_90,
}
_SIDEWAYS = {_TURNS[5], _TURNS[6], _TURNS[7], _TURNS[8]}
_FORMATS = {
    "image/jpeg": "JPEG",
    "image/png": "PNG",
    "image/gif": "GIF",
    "image/webp": "WEBP",
    "image/avif": "AVIF",
}
_HOW: dict[str, dict[str, Any]] = {
    "JPEG": {"quality": 92, "optimize": True},
    "PNG": {},
    "WEBP": {"quality": 90},
    "AVIF": {"quality": 80, "speed": 8},
}

Image.MAX_IMAGE_PIXELS = None  # ours is stricter, and comes with a sentence


class Unfit(Exception):
    """Say why a picture is not taken, in a sentence for a person."""


class Prepared(NamedTuple):
    """A picture as others get it.

    :ivar width: in pixels, as it is seen
    :ivar thumbnail: a WebP; None: it is small, or moves
    """

    content: bytes
    width: int
    height: int
    thumbnail: bytes | None = None


def prepare(data: bytes, type: str) -> Prepared:
    """Remove what is not the picture from a file, and make a small one.

    A moving AVIF becomes its first frame; GIF and WebP go on moving.

    :param type: what it is by its first bytes
    :raises Unfit: it is damaged, or has more than :data:`MOST_PIXELS`
    """
    with _damage_told():
        picture = _open(data, type)
        width, height = picture.size
        moves = getattr(picture, "is_animated", False) and type != "image/avif"
        turn = None if moves else _turn_of(picture)
        if turn in _SIDEWAYS:
            width, height = height, width
        anew = turn is not None or type == "image/avif"
        if not anew:
            # A JPEG is decoded at a fraction of its size, which is all that is needed.
            picture.draft(None, (2 * SMALL, 2 * SMALL))
        picture.load()
        upright = picture if turn is None else picture.transpose(turn)
        content = _write(upright, _FORMATS[type]) if anew else stripping.strip(data, type)
        large = max(width, height) > SMALL and not moves
        return Prepared(content, width, height, _thumbnail(upright) if large else None)


def face(data: bytes, type: str) -> Prepared:
    """Make a person's picture: the middle of it, square and small.

    :raises Unfit: as :func:`prepare`
    """
    with _damage_told():
        picture = _open(data, type)
        turn = _turn_of(picture)
        picture.draft(None, (2 * FACE, 2 * FACE))
        upright = picture if turn is None else picture.transpose(turn)
        square = ImageOps.fit(_as_shown(upright), (FACE, FACE))
        return Prepared(_write(square, "WEBP"), FACE, FACE)


@contextmanager
def _damage_told() -> Iterator[None]:
    try:
        yield
    except (Unfit, MemoryError):
        raise
    except Exception:  # noqa: BLE001 - decoders meet damage with whatever they stumble on
        raise Unfit(
            "This picture is damaged or cut off. Open it and save it again, or put it into a ZIP."
        ) from None


def _open(data: bytes, type: str) -> Image.Image:
    picture = Image.open(io.BytesIO(data), formats=[_FORMATS[type]])
    if (pixels := picture.width * picture.height) > MOST_PIXELS:
        raise Unfit(
            f"This picture has {picture.width:,} × {picture.height:,} pixels, which is "
            f"{pixels / 1_000_000:,.0f} million; {MOST_PIXELS // 1_000_000} million are the "
            "most. Make it smaller, or put it into a ZIP."
        )
    return picture


def _turn_of(picture: Image.Image) -> Transpose | None:
    return _TURNS.get(picture.getexif().get(_ORIENTATION, 1))


def _thumbnail(picture: Image.Image) -> bytes:
    small = _as_shown(picture)
    small.thumbnail((SMALL, SMALL))
    return _write(small, "WEBP", quality=80)


def _as_shown(picture: Image.Image) -> Image.Image:
    """Give a copy in the colours that WebP knows."""
    return picture.convert("RGBA" if picture.has_transparency_data else "RGB")


def _write(picture: Image.Image, format: str, **how: Any) -> bytes:
    held = io.BytesIO()
    profile = picture.info.get("icc_profile")
    # Only what is named here is written: no Exif, no comments, no text.
    bare = picture.copy()
    bare.info = {}
    bare.save(held, format, icc_profile=profile, exif=b"", **_HOW[format] | how)
    return held.getvalue()
