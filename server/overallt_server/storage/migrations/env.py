"""Alembic's door: runs migrations in the transaction that the caller opened.

There is no configuration file and no offline mode: ``storage/migrating.py`` passes
the connection, and commits or undoes everything that was done here.
"""

from alembic import context

from overallt_server.storage.schema import metadata

context.configure(
    connection=context.config.attributes["connection"], target_metadata=metadata
)
with context.begin_transaction():
    context.run_migrations()
