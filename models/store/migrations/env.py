"""Where Alembic starts: the connection comes from models.store.migrate."""

from alembic import context

from models.store.schema import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    render_as_batch=True,
)
with context.begin_transaction():
    context.run_migrations()
