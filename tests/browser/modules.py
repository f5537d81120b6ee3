"""The page's modules, imported without a page to show them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from playwright.sync_api import Page

Run = Callable[[str, str], Any]

SETTING = """
  const message = (id, seq, text = `text ${id}`, user = { id: 1, name: 'ada' }) =>
    ({ id, seq, text, user, room: 1, date: id * 1000, msgId: `m${id}` });
  const lobby = { id: 1, name: 'lobby', kind: 'open', topic: '', seq: 0 };
  const page = numbers => ({
    messages: numbers.map(n => message(n, n)), seq: numbers.at(-1), reset: true, more: false,
  });
  const shelf = () => {
    const kept = new Map();
    return {
      kept,
      all: async () => [...kept.values()],
      put: async each => kept.set(each.msgId, { ...each }),
      remove: async msgId => kept.delete(msgId),
    };
  };
  const turn = () => new Promise(resolve => setTimeout(resolve));
  const ids = list => list.map(({ id }) => id).join();
"""


def importing(page: Page) -> Run:
    """Let scripts run that have a module of the page's models as ``it``."""
    main = page.locator("script[type=module]").get_attribute("src")
    assert main is not None
    folder = main.rpartition("/")[0] + "/models/"

    def run(module: str, body: str) -> Any:
        return page.evaluate(
            f"async () => {{ const it = await import('{folder}{module}.js'); {SETTING} {body} }}"
        )

    return run
