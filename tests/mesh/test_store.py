"""The history: one schema, every fact once, in order, for many writers at a time. On real SQLite files."""

import asyncio
import sqlite3
import sys
from asyncio.subprocess import PIPE
from collections.abc import AsyncIterator
from contextlib import closing
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
import sqlalchemy as sql
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy.dialects import postgresql

from mesh import acts, people, ratings, store
from mesh.errors import Transient
from mesh.insights.tables import deeds, facts
from mesh.settings import Settings
from mesh.store import History, Row, engine_of, messages, metadata, migrate
from tests.fakes import settings

# A connection that a test gives up ends in its own thread, sometimes after the test's loop; aiosqlite complains then.
pytestmark = pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")

NOON = datetime(2026, 5, 1, 12, tzinfo=UTC)

MIGRATES = """
import asyncio, pathlib, sys
from mesh.settings import Settings
from mesh.store import migrate
print("ready", flush=True)
sys.stdin.readline()
asyncio.run(migrate(Settings(_env_file=None, mesh_data_dir=pathlib.Path(sys.argv[1]))))
"""


@pytest.fixture
def configured(tmp_path: Path) -> Settings:
    return settings(mesh_data_dir=tmp_path / "deep" / "mesh")


@pytest.fixture
async def history(configured: Settings) -> AsyncIterator[History]:
    await migrate(configured)
    async with History.open(configured) as opened:
        yield opened


def file_of(configured: Settings) -> Path:
    return configured.mesh_data_dir / "history.db"


def a_row(row_id: str = "m-1:customer", **changes: object) -> Row:
    fields = {
        "row_id": row_id, "message_id": "m-1", "session_id": "s-1", "timestamp": NOON, "sender": "customer",
        "content": "Where is my order?", "status": "received",
    }  # fmt: skip
    return Row.model_validate(fields | changes)


async def test_an_empty_database_gets_the_schema_and_a_second_time_changes_nothing(configured: Settings) -> None:
    await migrate(configured)
    async with History.open(configured) as history:
        await history.add([a_row()])
    await migrate(configured)
    async with History.open(configured) as history:
        assert await history.of_message("m-1") == (a_row(),)


async def test_a_database_of_the_newest_version_is_left_alone(
    configured: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    upgrades: list[str] = []
    monkeypatch.setattr(store, "_upgrade", upgrades.append)
    await migrate(configured)
    assert upgrades == [configured.database_target]
    monkeypatch.undo()
    await migrate(configured)
    monkeypatch.setattr(store, "_upgrade", upgrades.append)
    await migrate(configured)
    assert len(upgrades) == 1


async def test_a_database_of_an_older_version_is_brought_to_the_newest(
    configured: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    await migrate(configured)
    async with engine_of(configured) as engine, engine.connect() as connection:
        await connection.execute(sql.text("UPDATE alembic_version SET version_num = '0005'"))
    upgrades: list[str] = []
    monkeypatch.setattr(store, "_upgrade", upgrades.append)
    await migrate(configured)
    assert upgrades == [configured.database_target]


async def test_processes_that_start_together_migrate_an_empty_database_together(configured: Settings) -> None:
    command = (sys.executable, "-c", MIGRATES, str(configured.mesh_data_dir))
    started = [await asyncio.create_subprocess_exec(*command, stdin=PIPE, stdout=PIPE, stderr=PIPE) for _ in range(3)]
    for process in started:
        assert process.stdout
        await process.stdout.readline()
    said = await asyncio.gather(*(process.communicate(b"go\n") for process in started))
    assert [process.returncode for process in started] == [0, 0, 0], said
    async with History.open(configured) as history:
        await history.ping()


async def test_the_migrations_make_exactly_the_tables_of_the_code(configured: Settings) -> None:
    await migrate(configured)
    engine = sql.create_engine(f"sqlite:///{file_of(configured)}")
    with engine.connect() as connection:
        assert {one.name for one in (acts.acts, people.people, ratings.ratings, deeds, facts)} <= set(metadata.tables)
        assert compare_metadata(MigrationContext.configure(connection), metadata) == []
    engine.dispose()


def test_the_same_tables_can_be_made_in_postgres() -> None:
    made = str(sql.schema.CreateTable(messages).compile(dialect=postgresql.dialect()))  # type: ignore[no-untyped-call]
    assert "TIMESTAMP WITH TIME ZONE" in made


async def test_the_file_is_written_ahead_and_synced(history: History, configured: Settings) -> None:
    await history.ping()
    with closing(sqlite3.connect(file_of(configured))) as file:
        assert file.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    async with history._engine.connect() as connection:
        assert (await connection.exec_driver_sql("PRAGMA synchronous")).scalar() == 2
        assert (await connection.exec_driver_sql("PRAGMA busy_timeout")).scalar() == 5000


async def test_a_row_comes_back_as_it_was_written(history: History) -> None:
    row = a_row(route_trace=[{"actor": "somebody", "hop": 0}], payload={"sentiment": None, "deep": {"list": [1, "ü"]}})
    await history.add([row])
    assert await history.of_message("m-1") == (row,)
    assert await history.of_session("s-1") == (row,)
    assert await history.of_message("m-2") == ()
    assert await history.of_session("s-2") == ()


async def test_a_row_that_is_there_stays_as_it_is(history: History) -> None:
    await history.add([a_row()])
    await history.add([a_row(content="rewritten"), a_row("m-1:new", content="new")])
    assert [row.content for row in await history.of_message("m-1")] == ["Where is my order?", "new"]


async def test_either_all_rows_of_one_call_are_written_or_none(history: History) -> None:
    with pytest.raises(Transient):
        await history.add([a_row("m-1:1"), a_row("m-1:2"), a_row("m-1:2")])
    assert await history.of_message("m-1") == ()


async def test_no_rows_are_no_error(history: History) -> None:
    await history.add([])
    assert await history.of_session("s-1") == ()


async def test_rows_come_oldest_first_in_utc_whatever_zone_they_were_written_in(history: History) -> None:
    india = timezone(timedelta(hours=5, minutes=30))
    await history.add(
        [
            a_row("third", timestamp=NOON + timedelta(microseconds=2)),
            a_row("first", timestamp=(NOON - timedelta(microseconds=1)).astimezone(india)),
            a_row("second", timestamp=NOON),
        ]
    )
    found = await history.of_session("s-1")
    assert [row.row_id for row in found] == ["first", "second", "third"]
    assert {row.timestamp.utcoffset() for row in found} == {timedelta(0)}
    assert found[0].timestamp == NOON - timedelta(microseconds=1)


async def test_the_newest_rows_come_oldest_first_and_light(history: History) -> None:
    rows = [a_row(f"m-{n}", timestamp=NOON + timedelta(seconds=n), payload={"n": n}) for n in range(5)]
    await history.add([*rows, a_row("elsewhere", session_id="s-2", timestamp=NOON + timedelta(days=1))])
    found = await history.recent("s-1", limit=3)
    assert [row.row_id for row in found] == ["m-2", "m-3", "m-4"]
    assert all(row.payload is None for row in found)


async def test_the_rows_up_to_an_instant_come_with_what_a_page_shows_of_them(history: History) -> None:
    response = {"text": "It is on its way.", "parts": [{"kind": "handoff"}]}
    rows = [
        a_row(f"m-{n}", timestamp=NOON + timedelta(seconds=n), payload={"n": n, "response": response}) for n in range(5)
    ]
    await history.add(rows)
    found = await history.recent("s-1", limit=2, before=NOON + timedelta(seconds=2))
    assert [(row.row_id, row.payload) for row in found] == [
        ("m-1", {"response": response}),
        ("m-2", {"response": response}),
    ]


async def test_many_writers_at_a_time_lose_nothing(history: History, configured: Settings) -> None:
    async with History.open(configured) as other:
        writes = [(history, other)[n % 2].add([a_row(f"m-{n}:a"), a_row(f"m-{n}:b")]) for n in range(60)]
        await asyncio.gather(*writes)
    assert len(await history.of_message("m-1")) == 120


async def test_twins_that_write_the_same_fact_leave_it_once(history: History, configured: Settings) -> None:
    async with History.open(configured) as other:
        twins = [twin.add([a_row(content=f"{n}")]) for n in range(10) for twin in (history, other)]
        results = await asyncio.gather(*twins, return_exceptions=True)
    assert [found for found in results if isinstance(found, BaseException) and not isinstance(found, Transient)] == []
    assert len(await history.of_message("m-1")) == 1


async def test_a_locked_database_is_worth_another_try(
    history: History, configured: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    with closing(sqlite3.connect(file_of(configured))) as hog:
        hog.execute("BEGIN EXCLUSIVE")
        with pytest.raises(Transient, match="not usable: OperationalError"):
            await history.add([a_row()])
        hog.rollback()
    await history.add([a_row()])
    assert len(await history.of_message("m-1")) == 1


async def test_a_database_without_tables_or_without_a_place_is_worth_another_try(tmp_path: Path) -> None:
    async with History.open(settings(mesh_data_dir=tmp_path)) as empty:
        with pytest.raises(Transient):
            await empty.ping()
    async with History.open(settings(mesh_data_dir=tmp_path / "absent")) as homeless:
        with pytest.raises(Transient):
            await homeless.of_message("m-1")


async def test_reading_goes_on_while_somebody_writes(history: History, configured: Settings) -> None:
    await history.add([a_row()])
    with closing(sqlite3.connect(file_of(configured))) as writer:
        writer.execute("BEGIN IMMEDIATE")
        assert len(await history.of_message("m-1")) == 1


async def test_a_busy_event_loop_never_keeps_the_lock_that_all_writers_need(
    history: History, configured: Settings
) -> None:
    await history.ping()
    writing = asyncio.create_task(history.add([a_row("m-1:customer"), a_row("m-1:reply-1", sender="agent")]))
    turns = 0
    with closing(sqlite3.connect(file_of(configured), timeout=5, isolation_level=None)) as other:
        while not writing.done():
            # One turn for our task, then a loop that does nothing else until the lock is free.
            await asyncio.sleep(0)
            other.execute("BEGIN IMMEDIATE")
            other.execute("ROLLBACK")
            turns += 1
    assert turns > 1
    assert len(await history.of_message("m-1")) == 2
