"""The word filter's rules in the database."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from typing import cast

from sqlalchemy import Connection, delete, insert, select

from models.filters import Act, BadRule, Filter, Kind, Rule
from models.store import actions
from models.store.schema import filters

log = logging.getLogger("gust.store")


def rules(connection: Connection) -> list[Rule]:
    """Read all rules in their order."""
    found = connection.execute(select(filters).order_by(filters.c.position))
    return [Rule(row.text, cast(Kind, row.kind), cast(Act, row.act), row.reason) for row in found]


def replace(connection: Connection, by: int, wanted: Sequence[Rule]) -> None:
    """Have these rules and no others."""
    connection.execute(delete(filters))
    rows = [
        {
            "position": position,
            "text": rule.text,
            "kind": rule.kind,
            "act": rule.act,
            "reason": rule.reason,
        }
        for position, rule in enumerate(wanted)
    ]
    if rows:
        connection.execute(insert(filters), rows)
    actions.record(connection, by, "filters", note=f"{len(rows)} rules")


def current(connection: Connection) -> Filter:
    """Make the filter of these rules, without any that can't be asked any more.

    What may be a rule depends on RE2's version: one rule less is better than no server.
    """
    wanted = rules(connection)
    while True:
        try:
            return Filter(wanted)
        except BadRule as error:
            log.error("left out of the word filter: %s", error)
            wanted.pop(error.number - 1)
