"""Alembic's entry: run the migrations against the address that `mesh.store.migrate` hands over."""

import asyncio

from alembic import context
from sqlalchemy import Connection
from sqlalchemy.ext.asyncio import create_async_engine

from mesh.store import metadata

# Several processes start together and all migrate: one does it, the others wait and find it done.
LOCKS = {"sqlite": "BEGIN IMMEDIATE", "postgresql": "SELECT pg_advisory_xact_lock(7304081992)"}


def _run(connection: Connection) -> None:
    if lock := LOCKS.get(connection.dialect.name):
        connection.exec_driver_sql(lock)
    context.configure(connection=connection, target_metadata=metadata, render_as_batch=True)
    with context.begin_transaction():
        context.run_migrations()
    connection.commit()


async def _main() -> None:
    engine = create_async_engine(context.config.attributes["url"])
    async with engine.connect() as connection:
        await connection.run_sync(_run)
    await engine.dispose()


asyncio.run(_main())
