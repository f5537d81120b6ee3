"""Search: a trigram index over the texts of messages and the names of their files."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"

# An index without a copy of the texts: what leaves it has to be told word for word as
# it came in, so that both come from here. Tags narrow a search down to a room or person.
_WORDS = """{row}.text || CASE WHEN {row}.files IS NULL THEN '' ELSE coalesce(
    (SELECT char(10) || group_concat(json_extract(value, '$.name'), char(10))
     FROM json_each({row}.files)), '') END"""
_TAGS = "'<r' || {row}.room || '><u' || {row}.user || '>'"
_ADD = f"INSERT INTO search (rowid, words, tags) VALUES (new.id, {_WORDS}, {_TAGS});"
_REMOVE = f"""INSERT INTO search (search, rowid, words, tags)
    VALUES ('delete', old.id, {_WORDS}, {_TAGS});"""


def upgrade() -> None:
    if op.get_bind().dialect.name != "sqlite":
        return
    add, remove = _ADD.format(row="new"), _REMOVE.format(row="old")
    for statement in (
        "CREATE VIRTUAL TABLE search USING fts5(words, tags, content='', tokenize='trigram')",
        f"""INSERT INTO search (rowid, words, tags)
            SELECT id, {_WORDS.format(row="messages")}, {_TAGS.format(row="messages")}
            FROM messages WHERE NOT deleted""",
        f"CREATE TRIGGER search_posted AFTER INSERT ON messages BEGIN {add} END",
        f"""CREATE TRIGGER search_edited AFTER UPDATE OF text ON messages
            WHEN NOT old.deleted AND NOT new.deleted BEGIN {remove} {add} END""",
        f"""CREATE TRIGGER search_removed AFTER UPDATE OF deleted ON messages
            WHEN NOT old.deleted AND new.deleted BEGIN {remove} END""",
        f"""CREATE TRIGGER search_gone AFTER DELETE ON messages
            WHEN NOT old.deleted BEGIN {remove} END""",
    ):
        op.execute(sa.text(statement.replace(":", "\\:")))
