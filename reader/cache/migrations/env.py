"""Runs the migrations on the connection that `schema.upgrade` hands over, inside its transaction."""

from alembic import context

from reader.cache.tables.feed import METADATA

context.configure(connection=context.config.attributes["connection"], target_metadata=METADATA)
context.run_migrations()
