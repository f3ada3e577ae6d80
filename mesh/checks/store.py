"""The history: reachable, at the newest schema, writable."""

import asyncio
from uuid import uuid4

import sqlalchemy as sql
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine

from mesh.checks.finding import Finding, fail, ok
from mesh.settings import Settings
from mesh.store import messages

PATIENCE = 8.0
REACH = "set DATABASE_URL to a database that runs and lets us in, or leave it empty for SQLite in the data folder"


async def check(settings: Settings) -> list[Finding]:
    try:
        engine = create_async_engine(settings.database_target)
    except (SQLAlchemyError, ImportError) as error:
        return [fail("history.server", f"DATABASE_URL does not fit: {type(error).__name__}", REACH)]
    try:
        async with asyncio.timeout(PATIENCE), engine.connect() as connection:
            return [ok("history.server", engine.dialect.name), *await _look(connection)]
    except (SQLAlchemyError, OSError, TimeoutError) as error:
        return [fail("history.server", f"DATABASE_URL cannot be used: {type(error).__name__}", REACH)]
    finally:
        await engine.dispose()


async def _look(connection: AsyncConnection) -> list[Finding]:
    config = Config()
    config.set_main_option("script_location", "mesh:migrations")
    newest = ScriptDirectory.from_config(config).get_current_head()
    current = await connection.run_sync(lambda plain: MigrationContext.configure(plain).get_current_revision())
    if current != newest:
        found = f"schema {current or 'none'}, newest {newest}"
        return [fail("history.schema", found, "start `mesh workflow` or `mesh worker`, which bring it to the newest")]
    return [ok("history.schema", f"{current}"), await _writable(connection)]


async def _writable(connection: AsyncConnection) -> Finding:
    """Write a row and take it back."""
    text = dict.fromkeys(("message_id", "session_id", "content"), "mesh doctor")
    row = {**text, "row_id": uuid4().hex, "timestamp": sql.func.now(), "sender": "agent", "status": "received"}
    try:
        await connection.execute(sql.insert(messages).values(**row))
    except SQLAlchemyError as error:
        advice = "look for a full disk, a lock, or rights that are missing"
        return fail("history.writable", f"no row can be written: {type(error).__name__}", advice)
    await connection.rollback()
    return ok("history.writable", "a row was written and taken back")
