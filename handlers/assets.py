"""The page's own files, as the browser gets them: no build step, and still few requests.

Addresses carry a version made of the content of all files, so that a browser
keeps them for ever and a page never mixes two versions: a relative import
inside a module inherits the version of the module, and scripts of another version
than this server's are not there.
"""

from __future__ import annotations

import gzip
import hashlib
from pathlib import Path
from typing import NamedTuple
from urllib.parse import quote

from handlers.base import Handler
from handlers.scripts import JOINED, Scripts
from models.errors import NotFound

FIRST_STYLES = ("tokens.css", "base.css", "buttons.css", "fields.css")
STYLE = "gust.css"
MAP = f"{JOINED}.map"


class Content(NamedTuple):
    """What is answered with: compressed once, and not for each who asks."""

    type: str
    plain: bytes
    zipped: bytes


# For a document that came from another version's server a moment ago.
_ANEW = b"setTimeout(() => location.reload(), 1000);\n"
ANEW = Content("text/javascript; charset=utf-8", _ANEW, gzip.compress(_ANEW, mtime=0))


class Assets:
    """What is in the folder ``static``.

    :ivar version: changes when anything that is served of it does
    :ivar script: address of what the first load needs, as one file: see :mod:`handlers.scripts`
    :ivar style: address of all of css/ as one file, the variables first
    :ivar favicon: the tab's icon, escaped for a ``data:`` address: a request less
    :ivar sprite: the icons, which stand in the document itself: another one less, and they are
        there with the words beside them
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._scripts = Scripts(folder)
        self._contents: dict[str, Content] = {}
        digest = hashlib.sha256()
        for path in sorted(path for path in folder.rglob("*") if path.is_file()):
            digest.update(f"{path.relative_to(folder)}\0{path.stat().st_size}\0".encode())
            digest.update(path.read_bytes())
        for script in self._scripts.served.values():
            digest.update(script.encode())
        self.version = digest.hexdigest()[:12]
        self.script = self.url(JOINED)
        self.style = self.url(STYLE)
        self.favicon = quote((folder / "favicon.svg").read_text("utf-8").strip())
        self.sprite = (folder / "icons/sprite.svg").read_text("utf-8")

    def url(self, path: str) -> str:
        """Give the address of a file, told by its path below ``static``."""
        return f"/static/{self.version}/{path}"

    def content(self, path: str) -> Content:
        """Give what is made of the files.

        :raises NotFound: nothing of this path is
        """
        if path not in self._contents:
            type, text = self._make(path)
            plain = text.encode()
            zipped = gzip.compress(plain, mtime=0)
            self._contents[path] = Content(f"{type}; charset=utf-8", plain, zipped)
        return self._contents[path]

    def _make(self, path: str) -> tuple[str, str]:
        if path == STYLE:
            return "text/css", "\n".join(each.read_text("utf-8") for each in self._styles())
        if path == MAP:
            return "application/json", self._scripts.source_map()
        if path not in self._scripts.served:
            raise NotFound("file")
        return "text/javascript", self._scripts.served[path]

    def _styles(self) -> list[Path]:
        names = sorted(path.name for path in (self.folder / "css").glob("*.css"))
        first = [name for name in FIRST_STYLES if name in names]
        rest = [name for name in names if name not in FIRST_STYLES]
        return [self.folder / "css" / name for name in first + rest]


class Made(Handler):
    """Answer with what is made of the files: the style, the scripts."""

    is_limited = False

    def get(self, version: str, path: str) -> None:
        assets = self.application.assets
        current = version == assets.version
        content = assets.content(path) if current else self._of_another(path)
        self.set_header("Content-Type", content.type)
        self.set_header(
            "Cache-Control", "public, max-age=31536000, immutable" if current else "no-cache"
        )
        if "gzip" in self.request.headers.get("Accept-Encoding", ""):
            self.set_header("Content-Encoding", "gzip")
            self.finish(content.zipped)
        else:
            self.finish(content.plain)

    head = get

    def _of_another(self, path: str) -> Content:
        """Give what fits a page of another version.

        :raises NotFound: its scripts, which are not kept
        """
        if path == JOINED:
            return ANEW
        if path == STYLE:
            return self.application.assets.content(path)
        raise NotFound("script of this version")
