"""Which accepted messages have no end: one query, and the command that prints it."""

import asyncio
import json
import sqlite3
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import get_args

import pytest
import sqlalchemy as sql
from click.testing import CliRunner, Result
from sqlalchemy.dialects import postgresql

from gateway.answers import line_of, of_rows
from mesh import store
from mesh.cli import main
from mesh.delivery import Answer, acceptance, deliver
from mesh.store import ENDS, History, Row, Status, migrate
from tests.fakes import FakeBus, a_message, settings

NOW = datetime.now(UTC)


def accepted(message_id: str, ago: float = 60) -> Row:
    return acceptance(a_message(message_id=message_id), NOW).model_copy(
        update={"timestamp": NOW - timedelta(seconds=ago)}
    )


def answered(message_id: str, status: Status, hop: int = 3) -> Row:
    row = accepted(message_id, 1)
    return row.model_copy(update={"row_id": f"{message_id}:{hop}", "sender": "agent", "status": status})


@pytest.mark.parametrize("status", ENDS)
async def test_a_message_with_an_end_is_not_listed(history: History, status: Status) -> None:
    await history.add([accepted("m-1"), answered("m-1", status)])
    assert await history.unended() == ()


async def test_a_message_that_waits_for_a_person_has_no_end_until_they_answer(history: History) -> None:
    await history.add([accepted("m-1"), answered("m-1", "escalated")])
    assert [one.message_id for one in await history.unended()] == ["m-1"]
    await history.add([answered("m-1", "resolved", 5)])
    assert await history.unended() == ()


async def test_the_longest_waiting_comes_first_and_other_messages_ends_do_not_count(history: History) -> None:
    await history.add([accepted("new", 5), accepted("old", 500), accepted("done"), answered("done", "resolved")])
    found = await history.unended()
    assert [(one.message_id, one.session_id) for one in found] == [("old", "s-1"), ("new", "s-1")]
    assert found[0].accepted_at == NOW - timedelta(seconds=500)


async def test_a_delivered_answer_is_the_end_of_what_intake_noted(history: History) -> None:
    message = a_message()
    await history.add([acceptance(message, NOW)])
    await deliver(message, Answer(text="Done.", status="resolved"), history=history, bus=FakeBus())
    assert [row.status for row in await history.of_message("m-1")] == ["received", "resolved"]
    assert await history.unended() == ()


@pytest.mark.parametrize("status", get_args(Status))
def test_whatever_end_the_history_holds_the_gateway_can_show(status: Status) -> None:
    row = answered("m-1", status)
    assert line_of(row).status == status
    assert [answer.status for answer in of_rows([row])] == [status] * (status != "received")


async def test_words_that_postgresql_cannot_store_are_kept_without_the_offence(history: History) -> None:
    await history.add([accepted("m-1").model_copy(update={"content": "a\x00b"})])
    assert (await history.of_message("m-1"))[0].content == "a\N{REPLACEMENT CHARACTER}b"


def test_it_is_one_query_on_postgresql_too() -> None:
    text = str(store._UNENDED.compile(dialect=postgresql.dialect()))  # type: ignore[no-untyped-call]
    assert "NOT (EXISTS" in text
    assert isinstance(store._UNENDED, sql.Select)


def run(folder: Path, *arguments: str) -> Result:
    environment = {"MESH_DATA_DIR": str(folder), "COLUMNS": "200"}
    return CliRunner().invoke(main, ["audit", *arguments], env=environment)


def written(folder: Path, *rows: Row) -> None:
    async def write() -> None:
        configured = settings(mesh_data_dir=folder)
        await migrate(configured)
        async with History.open(configured) as history:
            await history.add(rows)

    asyncio.run(write())


def test_the_audit_prints_nothing_when_everything_has_an_end(tmp_path: Path) -> None:
    written(tmp_path, accepted("m-1"), answered("m-1", "apologised"))
    found = run(tmp_path)
    assert (found.exit_code, found.output) == (0, "")


def test_the_audit_names_what_has_no_end_and_how_long_it_has_waited(tmp_path: Path) -> None:
    written(tmp_path, accepted("m-1", 120))
    found = run(tmp_path)
    assert found.exit_code == 1
    assert "m-1" in found.output
    assert "s-1" in found.output
    [row] = json.loads(run(tmp_path, "--json").stdout)
    assert (row["message_id"], row["session_id"]) == ("m-1", "s-1")
    assert row["waited"] > 119


def test_what_has_not_waited_long_is_printed_and_is_no_fault(tmp_path: Path) -> None:
    written(tmp_path, accepted("m-1", 5))
    found = run(tmp_path, "--older", "3600")
    assert found.exit_code == 0
    assert "m-1" in found.output
    assert run(tmp_path, "--older", "1").exit_code == 1


def test_without_a_history_nobody_can_tell_and_nothing_is_claimed(tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "history.db")):
        found = run(tmp_path, "--json")
    assert found.exit_code == 2
    assert "history database is not usable" in found.stderr
    assert found.stdout == ""
