"""Search: one letter is one letter, however its accents are written (Unicode NFC)."""

import unicodedata

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"

_WORDS = """coalesce({row}.composed, {row}.text) || CASE WHEN {row}.files IS NULL THEN '' ELSE
    coalesce((SELECT char(10) || group_concat(json_extract(value, '$.name'), char(10))
     FROM json_each({row}.files)), '') END"""
_TAGS = "'<r' || {row}.room || '><u' || {row}.user || '>'"
_ADD = f"INSERT INTO search (rowid, words, tags) VALUES (new.id, {_WORDS}, {_TAGS});"
_REMOVE = f"""INSERT INTO search (search, rowid, words, tags)
    VALUES ('delete', old.id, {_WORDS}, {_TAGS});"""


def upgrade() -> None:
    op.add_column("messages", sa.Column("composed", sa.Text))
    if op.get_bind().dialect.name == "sqlite":
        _replace_triggers()
        _compose()


def _replace_triggers() -> None:
    add, remove = _ADD.format(row="new"), _REMOVE.format(row="old")
    for name, trigger in {
        "posted": f"INSERT ON messages BEGIN {add} END",
        "edited": f"""UPDATE OF text, composed ON messages
            WHEN NOT old.deleted AND NOT new.deleted BEGIN {remove} {add} END""",
        "removed": f"""UPDATE OF deleted ON messages
            WHEN NOT old.deleted AND new.deleted BEGIN {remove} END""",
        "gone": f"DELETE ON messages WHEN NOT old.deleted BEGIN {remove} END",
    }.items():
        op.execute(f"DROP TRIGGER search_{name}")
        made = f"CREATE TRIGGER search_{name} AFTER {trigger}"
        op.execute(sa.text(made.replace(":", "\\:")))


def _compose() -> None:
    """Compose the texts that need it; the trigger puts them into the index.

    Most are plain ASCII, and don't leave the database: a million take a second.
    """
    cursor = op.get_bind().connection.cursor()
    cursor.execute(
        "SELECT text, id FROM messages WHERE NOT deleted"
        " AND length(text) <> length(CAST(text AS BLOB))"
    )
    apart = [
        (unicodedata.normalize("NFC", text), id)
        for text, id in iter(cursor.fetchone, None)  # one by one: it may be a million in Cyrillic
        if not unicodedata.is_normalized("NFC", text)
    ]
    cursor.executemany("UPDATE messages SET composed = ? WHERE id = ?", apart)
    cursor.close()
