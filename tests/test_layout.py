"""The layout is the architecture: what may know what, and what may stand where."""

from __future__ import annotations

import ast
import subprocess
from pathlib import Path

import pytest
from tornado.options import OptionParser

from handlers.options import define_options
from handlers.version import VERSION

ROOT = Path(__file__).parents[1]
TOP_LEVEL = {
    ".ci", ".gitignore", "CHANGELOG.md", "LICENSE", "Makefile", "README.md", "benchmarks",
    "chat.py", "docs", "handlers", "models", "pyproject.toml", "requirements.txt", "static",
    "templates", "tests",
}  # fmt: skip
LOWER = {
    # who: may import these of ours
    "chat": {"handlers", "models"},
    "handlers": {"handlers", "models"},
    "models": {"models"},
}


def sources(folder: str) -> list[Path]:
    return [p for p in (ROOT / folder).rglob("*.py") if "versions" not in p.parts]


def imported(path: Path) -> set[str]:
    """List the modules that a file imports when it runs; those for types alone aside."""
    tree = ast.parse(path.read_text("utf-8"))
    for node in ast.walk(tree):
        if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING":
            node.body = []
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.add(node.module)
    return found


@pytest.mark.parametrize("who", LOWER)
def test_arrows_point_down(who: str) -> None:
    ours = {"chat", "handlers", "models", "tests"}
    for path in [ROOT / "chat.py"] if who == "chat" else sources(who):
        known = {module.partition(".")[0] for module in imported(path)} & ours
        assert known <= LOWER[who], path


def test_models_know_no_tornado() -> None:
    for path in sources("models"):
        assert not {m for m in imported(path) if m.startswith("tornado")}, path


def test_only_the_store_knows_the_database() -> None:
    for path in [*sources("handlers"), *(ROOT / "models").glob("*.py")]:
        assert not {m for m in imported(path) if m.startswith(("sqlalchemy", "sqlite3"))}, path
    for path in (ROOT / "models").glob("*.py"):
        assert not {m for m in imported(path) if m.startswith("models.store")}, path


def test_nothing_else_stands_at_the_top() -> None:
    listed = subprocess.run(
        ["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout.splitlines()
    assert {Path(name).parts[0] for name in listed} <= TOP_LEVEL


def test_the_changelog_begins_with_this_version() -> None:
    changelog = (ROOT / "CHANGELOG.md").read_text("utf-8")
    assert changelog.startswith(f"# Changelog\n\n## {VERSION} ")


def test_every_option_is_in_the_readme() -> None:
    parser = OptionParser()
    define_options(parser)
    readme = (ROOT / "README.md").read_text("utf-8")
    for name in parser.group_dict("gust"):
        assert f"`--{name.replace('_', '-')}" in readme, name
