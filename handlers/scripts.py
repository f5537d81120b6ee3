"""The page's scripts as the browser gets them: those of the first load in one file.

The sources are ES modules, one for each part, and are written, read and debugged as such. Fetched
one by one, each costs a request, and its imports are known only once it is there. So what the
first load needs is joined, each module a function of its own that gives what it exports:

    const $models$run = (() => { …; return { PAGE, Run }; })();

All others stay files of their own, loaded on demand. What they import from joined modules they
find in the joined file, so that nothing is loaded, or is there, twice. Each line stays a line,
which makes a source map of the joined file one segment a line.

This is no bundler: it knows the forms of import and export that the page uses, and refuses others
at start, with their place.
"""

from __future__ import annotations

import json
import posixpath
import re
from pathlib import Path

JOINED = "js/first.js"

_IMPORT = re.compile(r"""^import\s*\{([^}]*)\}\s*from\s*['"](\.[^'"]+)['"];""", re.MULTILINE)
_EXPORT = re.compile(r"^export ((?:async )?function|class|const) (\w+)", re.MULTILINE)
_UNKNOWN = re.compile(
    r"^(?:import\b(?!\s*\{[^}]*\}\s*from\s*['\"]\.|\()"
    r"|export\b(?! (?:(?:async )?function|class|const) \w)).*",
    re.MULTILINE,
)
_LOADED = re.compile(r"""\bimport\((['"`])(\.\.?/)""")  # on demand
_DIGITS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"


class Scripts:
    """The modules of a folder ``static``.

    :param entry: path of the module that begins it all
    :ivar first: paths of those that are joined, each behind what it imports
    :ivar served: what the browser gets for each path
    :raises ValueError: a module is written in a way that can't be joined; the text says where
    """

    def __init__(self, folder: Path, entry: str = "js/main.js") -> None:
        self._sources = {
            path.relative_to(folder).as_posix(): path.read_text("utf-8")
            for path in sorted(folder.glob("js/**/*.js"))
        }
        for path, source in self._sources.items():
            if unknown := _UNKNOWN.search(source):
                raise ValueError(f"static/{path}: can't be joined: {unknown[0]}")
        self.first: list[str] = []
        self._order(entry, ())
        self.served = {path: self._alone(path) for path in self._sources} | {JOINED: self._join()}

    def source_map(self) -> str:
        """Tell where each line of the joined file comes from (ECMA-426)."""
        mappings: list[str] = []
        line = 0  # of the source that was mapped last; what is written are differences
        for number, path in enumerate(self.first):
            mappings.append("")
            for at in range(self._sources[path].count("\n")):
                new = at == 0 and number > 0
                mappings.append("A" + _vlq(1 if new else 0) + _vlq(at - line) + "A")
                line = at
            mappings.append("")
        return json.dumps(
            {
                "version": 3,
                "sources": [path.removeprefix("js/") for path in self.first],
                "sourcesContent": [self._sources[path] for path in self.first],
                "mappings": ";".join(mappings),
            }
        )

    def _order(self, path: str, importers: tuple[str, ...]) -> None:
        """Put a module behind all that it imports."""
        if path in self.first:
            return
        if path in importers:
            raise ValueError(f"static/{path}: imports itself by way of {importers[-1]}")
        if path not in self._sources:
            raise ValueError(f"static/{importers[-1]}: imports {path}, which is not there")
        if "import.meta" in self._sources[path]:
            raise ValueError(f"static/{path}: can't be joined: it has an address of its own")
        for _, target in _IMPORT.findall(self._sources[path]):
            self._order(_resolve(path, target), (*importers, path))
        self.first.append(path)

    def _join(self) -> str:
        pieces = []
        for path in self.first:
            exported = ", ".join(self._exports(path))
            pieces.append(f"const {_name(path)} = (() => {{\n")
            pieces.append(f"{self._body(path)}return {{ {exported} }}; }})();\n")
        names = ", ".join(map(_name, self.first))
        location = f"{posixpath.basename(JOINED)}.map"
        return "".join(pieces) + f"export {{ {names} }};\n//# sourceMappingURL={location}\n"

    def _body(self, path: str) -> str:
        source = _IMPORT.sub(lambda found: self._taken(found, path), self._sources[path])
        source = _EXPORT.sub(r"\1 \2", source)
        return _LOADED.sub(lambda found: _moved(found, path), source)

    def _alone(self, path: str) -> str:
        """Give what the browser gets for a module's own address."""
        if path in self.first:
            return self._forwarded(path)
        return _IMPORT.sub(lambda found: self._imported(found, path), self._sources[path])

    def _exports(self, path: str) -> list[str]:
        return [name for _, name in _EXPORT.findall(self._sources[path])]

    def _forwarded(self, path: str) -> str:
        """Give whoever asks for a joined module by its own address the one that is there."""
        where = posixpath.relpath(JOINED, posixpath.dirname(path))
        exported = ", ".join(self._exports(path))
        given = f"export const {{ {exported} }} = {_name(path)};\n" if exported else ""
        return f"import {{ {_name(path)} }} from '{where}';\n{given}"

    def _imported(self, found: re.Match[str], path: str) -> str:
        """Let a module of its own import from the joined file what is there."""
        target = _resolve(path, found[2])
        if target not in self.first:
            return found[0]
        where = posixpath.relpath(JOINED, posixpath.dirname(path))
        return f"import {{ {_name(target)} }} from '{where}'; {self._taken(found, path)}"

    def _taken(self, found: re.Match[str], path: str) -> str:
        """Take from a joined module what was imported from it, in as many lines."""
        names = found[1].replace(" as ", ": ")
        return f"const {{{names}}} = {_name(_resolve(path, found[2]))};"


def _name(path: str) -> str:
    """Name a module in the joined file: ``js/views/row.js`` is ``$views$row``."""
    return "$" + path.removeprefix("js/").removesuffix(".js").replace("/", "$")


def _resolve(path: str, target: str) -> str:
    return posixpath.normpath(posixpath.join(posixpath.dirname(path), target))


def _moved(found: re.Match[str], path: str) -> str:
    """Turn the address of what is loaded on demand into one from where the joined file is."""
    here = posixpath.relpath(_resolve(path, found[2]), posixpath.dirname(JOINED))
    return f"import({found[1]}{'' if here == '.' else './'}{here}/"


def _vlq(number: int) -> str:
    """Write a number as source maps do: 5 bits a digit, the sign in the last bit of the first."""
    rest = -number << 1 | 1 if number < 0 else number << 1
    digits = ""
    while True:
        rest, digit = rest >> 5, rest & 31
        digits += _DIGITS[digit | 32 if rest else digit]
        if not rest:
            return digits
