"""The page's scripts, joined for the first load."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from handlers.scripts import Scripts

SOURCES = {
    "main.js": (
        "/** Begins. */\n\n"
        "import { Room,\n  lobby as said } from './models/room.js';\n"
        "const view = (name) => import(`./views/${name}.js`);\n"
        "new Room(said);\n"
    ),
    "models/room.js": (
        "import { words } from '../words.js';\n\n"
        "export class Room {}\n"
        "export const lobby = 1;\n"
        "export async function load() {\n  return import('./more.js');\n}\n"
        "export function quiet() {}\n"
    ),
    "words.js": "export const words = {};\n",
    "views/card.js": (
        "import { Room } from '../models/room.js';\n"
        "import { ask } from './dialog.js';\n"
        "export const open = () => ask(new Room());\n"
    ),
    "views/dialog.js": "export const ask = () => {};\n",
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name, source in SOURCES.items():
        path = tmp_path / "js" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(source)
    return tmp_path


def test_a_module_stands_behind_what_it_imports(folder: Path) -> None:
    scripts = Scripts(folder)
    assert scripts.first == ["js/words.js", "js/models/room.js", "js/main.js"]
    joined = scripts.served["js/first.js"]
    assert "const { Room,\n  lobby: said } = $models$room;" in joined
    assert "return { Room, lobby, load, quiet }; })();" in joined


def test_what_is_loaded_on_demand_is_found_from_where_the_joined_file_is(folder: Path) -> None:
    joined = Scripts(folder).served["js/first.js"]
    assert "import(`./views/${name}.js`)" in joined
    assert "import('./models/more.js')" in joined


def test_a_module_of_its_own_imports_from_the_joined_file_line_by_line(folder: Path) -> None:
    lines = Scripts(folder).served["js/views/card.js"].splitlines()
    assert lines == [
        "import { $models$room } from '../first.js'; const { Room } = $models$room;",
        "import { ask } from './dialog.js';",
        "export const open = () => ask(new Room());",
    ]


def test_a_joined_modules_own_address_gives_the_one_that_is_there(folder: Path) -> None:
    assert Scripts(folder).served["js/models/room.js"] == (
        "import { $models$room } from '../first.js';\n"
        "export const { Room, lobby, load, quiet } = $models$room;\n"
    )


def test_the_source_map_leads_each_line_back_to_its_own(folder: Path) -> None:
    scripts = Scripts(folder)
    made = json.loads(scripts.source_map())
    joined = scripts.served["js/first.js"].splitlines()
    compared = 0
    for line, (source, at) in mapped(made["mappings"]).items():
        origin = made["sourcesContent"][source].splitlines()[at]
        if "import" not in origin and "from" not in origin:
            assert joined[line] == origin.removeprefix("export ")
            compared += 1
    assert compared == 10  # all but those with an import
    assert made["sources"] == ["words.js", "models/room.js", "main.js"]


@pytest.mark.parametrize(
    "source",
    [
        "export default class {}",
        "export { words } from './words.js';",
        "export * from './words.js';",
        "export let count = 0;",
        "import words from './words.js';",
        "import * as all from './words.js';",
        "import './words.js';",
    ],
)
def test_what_can_not_be_joined_is_refused_with_its_place(folder: Path, source: str) -> None:
    (folder / "js/words.js").write_text(f"\n{source}\n")
    with pytest.raises(ValueError, match=r"static/js/words\.js: can't be joined: (im|ex)port"):
        Scripts(folder)


def test_modules_that_import_each_other_are_refused(folder: Path) -> None:
    (folder / "js/words.js").write_text("import { Room } from './models/room.js';\n")
    with pytest.raises(ValueError, match="imports itself"):
        Scripts(folder)


def test_a_joined_module_may_not_ask_for_its_own_address(folder: Path) -> None:
    (folder / "js/words.js").write_text("export const here = import.meta.url;\n")
    with pytest.raises(ValueError, match=r"words\.js: can't be joined"):
        Scripts(folder)


def test_an_import_of_what_is_not_there_is_refused(folder: Path) -> None:
    (folder / "js/words.js").write_text("import { x } from './nowhere.js';\n")
    with pytest.raises(ValueError, match=r"words\.js: imports js/nowhere\.js, which is not there"):
        Scripts(folder)


@pytest.mark.gen_test
async def test_the_map_lies_beside_the_scripts(call, app) -> None:
    script = await call("GET", app.assets.script)
    named = script.body.decode().rstrip().rpartition("=")[2]
    answer = await call("GET", f"{app.assets.script.rpartition('/')[0]}/{named}")
    assert (answer.status, answer.body["version"]) == (200, 3)


@pytest.mark.gen_test
async def test_scripts_come_compressed_to_who_takes_it(call, app) -> None:
    zipped = await call("GET", app.assets.script, Accept_Encoding="gzip")
    plain = await call("GET", app.assets.script, Accept_Encoding="identity")
    assert zipped.body == plain.body
    assert zipped.headers["X-Consumed-Content-Encoding"] == "gzip"
    assert "Content-Encoding" not in plain.headers


@pytest.mark.gen_test
async def test_a_script_that_is_not_there_is_not_found(call, app) -> None:
    assert (await call("GET", app.assets.url("js/nowhere.js"))).status == 404


def mapped(mappings: str) -> dict[int, tuple[int, int]]:
    """Read a source map's lines: of the made file, to the number of a source and its line."""
    digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
    found, source, line = {}, 0, 0
    for number, segment in enumerate(mappings.split(";")):
        numbers, value, shift = [], 0, 0
        for character in segment:
            digit = digits.index(character)
            value |= (digit & 31) << shift
            shift += 5
            if not digit & 32:
                numbers.append(-(value >> 1) if value & 1 else value >> 1)
                value = shift = 0
        if numbers:
            source += numbers[1]
            line += numbers[2]
            found[number] = (source, line)
    return found
