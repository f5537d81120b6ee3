"""Pictures as cameras, editors and attackers make them."""

from __future__ import annotations

import io
import struct
import zlib
from typing import Any

from PIL import Image
from PIL.PngImagePlugin import PngInfo

SECRET = b"52.5200N"  # where it was taken, in the words of every kind of metadata

TYPES = {
    "JPEG": "image/jpeg",
    "PNG": "image/png",
    "GIF": "image/gif",
    "WEBP": "image/webp",
    "AVIF": "image/avif",
}


def picture(format: str = "JPEG", size: tuple[int, int] = (80, 60), **how: Any) -> bytes:
    """Paint a picture: red on the left, blue on the right."""
    image = Image.new("RGB", size, "red")
    image.paste("blue", (size[0] // 2, 0, size[0], size[1]))
    return saved(image, format, **how)


def saved(image: Image.Image, format: str, **how: Any) -> bytes:
    held = io.BytesIO()
    image.save(held, format, **how)
    return held.getvalue()


def told(format: str, orientation: int = 1, size: tuple[int, int] = (80, 60)) -> bytes:
    """Paint a picture that tells where it was taken, in every way its format knows."""
    exif = Image.Exif()
    exif[0x0112] = orientation
    exif[0x010F] = SECRET.decode()
    how: dict[str, Any] = {} if format == "GIF" else {"exif": exif}
    if format in ("JPEG", "WEBP", "AVIF"):
        how["xmp"] = b"<x:xmpmeta>" + SECRET + b"</x:xmpmeta>"
    if format in ("JPEG", "GIF"):
        how["comment"] = SECRET
    if format == "PNG":
        how["pnginfo"] = text = PngInfo()
        text.add_text("Location", SECRET.decode())
        text.add_itxt("Comment", SECRET.decode())
    return picture(format, size, **how) + (b"" if format == "AVIF" else SECRET)


def moving(format: str) -> bytes:
    """Paint two frames, with a comment."""
    frames = [Image.new("RGB", (40, 30), colour) for colour in ("red", "blue")]
    how: dict[str, Any] = {"comment": SECRET} if format == "GIF" else {"xmp": SECRET}
    return saved(
        frames[0], format, save_all=True, append_images=frames[1:], duration=100, loop=0, **how
    )


def chunk(name: bytes, data: bytes) -> bytes:
    """Write a chunk of a PNG."""
    return struct.pack("!I", len(data)) + name + data + struct.pack("!I", zlib.crc32(name + data))


def png_of(width: int, height: int, *more: bytes) -> bytes:
    """Write a PNG that says it has this size, and has no pixels."""
    head = chunk(b"IHDR", struct.pack("!IIBBBBB", width, height, 8, 2, 0, 0, 0))
    rest = chunk(b"IDAT", zlib.compress(b"")) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + head + b"".join(more) + rest
