"""Run by Alembic: migrate over the connection that the store hands in, within its transaction."""

from alembic import context

from skiptrace.stores.schema import metadata

context.configure(connection=context.config.attributes["connection"], target_metadata=metadata)
context.run_migrations()
