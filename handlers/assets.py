"""The page's own files, as the browser gets them: no build step, and still few requests.

Addresses carry a version made of the content of all files, so that a browser
keeps them for ever and a fresh page never mixes two versions: a relative import
inside a module inherits the version of the module.
"""

from __future__ import annotations

import hashlib
import re
from pathlib import Path, PurePosixPath
from urllib.parse import quote

from handlers.base import Handler

FIRST_STYLES = ("tokens.css", "base.css")

_IMPORT = re.compile(r"""^\s*(?:import|export)\b[^;'"]*?["'](\.[^"']+)["']""", re.MULTILINE)


class Assets:
    """What is in the folder ``static``.

    :ivar version: changes when any of the files does
    :ivar modules: addresses of the scripts that the first load needs, so that the
        browser can fetch them all at once instead of one import after the other
    :ivar style: all of css/ as one file, the variables first
    :ivar favicon: the tab's icon, escaped for a ``data:`` address: a request less
    :ivar sprite: the icons, which stand in the document itself: another one less, and they are
        there with the words beside them
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        files = sorted(path for path in folder.rglob("*") if path.is_file())
        digest = hashlib.sha256()
        for path in files:
            digest.update(f"{path.relative_to(folder)}\0{path.stat().st_size}\0".encode())
            digest.update(path.read_bytes())
        self.version = digest.hexdigest()[:12]
        self.modules = [self.url(str(path)) for path in self._first_modules()]
        self.style = b"\n".join(path.read_bytes() for path in self._styles())
        self.favicon = quote((folder / "favicon.svg").read_text("utf-8").strip())
        self.sprite = (folder / "icons/sprite.svg").read_text("utf-8")

    def url(self, path: str) -> str:
        """Give the address of a file, told by its path below ``static``."""
        return f"/static/{self.version}/{path}"

    def _first_modules(self) -> list[PurePosixPath]:
        found: list[PurePosixPath] = []
        following = [PurePosixPath("js/main.js")]
        while following:
            path = following.pop(0)
            if path in found or not (self.folder / path).is_file():
                continue
            found.append(path)
            for imported in _IMPORT.findall((self.folder / path).read_text("utf-8")):
                following.append(_resolve(path.parent / imported))
        return found

    def _styles(self) -> list[Path]:
        names = sorted(path.name for path in (self.folder / "css").glob("*.css"))
        first = [name for name in FIRST_STYLES if name in names]
        rest = [name for name in names if name not in FIRST_STYLES]
        return [self.folder / "css" / name for name in first + rest]


def _resolve(path: PurePosixPath) -> PurePosixPath:
    parts: list[str] = []
    for part in path.parts:
        if part == "..":
            parts.pop()
        elif part != ".":
            parts.append(part)
    return PurePosixPath(*parts)


class Style(Handler):
    """Answer with all styles as one file."""

    def get(self, version: str) -> None:
        assets = self.application.assets
        current = version == assets.version
        self.set_header("Content-Type", "text/css; charset=utf-8")
        self.set_header(
            "Cache-Control", "public, max-age=31536000, immutable" if current else "no-cache"
        )
        self.finish(assets.style)
