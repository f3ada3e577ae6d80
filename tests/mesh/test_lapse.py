"""A claim that runs out is let go of by whoever finds out first, and by nobody else."""

from datetime import UTC, datetime, timedelta

import pytest

from mesh.desk import GRACE, Desk, Hold
from mesh.registers import DESK, Register
from tests.fakes import MemoryRegisters

MINUTE = timedelta(minutes=1)


async def held(ended: timedelta) -> tuple[MemoryRegisters, Desk]:
    """A claim of Ann's on s-1 that ended so long ago."""
    registers = MemoryRegisters()
    hold = Hold(agent="ann", since=datetime.now(UTC) - 2 * MINUTE, until=datetime.now(UTC) - ended)
    assert await registers.write(DESK, "s-1", hold.model_dump_json().encode(), 0)
    return registers, Desk(registers)


async def test_of_all_who_ask_one_ends_it_and_learns_whose_it_was() -> None:
    _, desk = await held(MINUTE)
    first, second = await desk.lapse("s-1"), await desk.lapse("s-1")
    assert first.ended
    assert first.hold is not None
    assert first.hold.agent == "ann"
    assert (second.hold, second.ended) == (None, False)
    assert (await desk.claim("s-1", "bob")).fresh


@pytest.mark.parametrize("ended", [-MINUTE, GRACE / 2], ids=["it holds", "a delivery still sees it"])
async def test_it_is_not_ended_before_everybody_sees_that_it_has_run_out(ended: timedelta) -> None:
    registers, desk = await held(ended)
    found = await desk.lapse("s-1")
    assert not found.ended
    assert found.hold is not None
    assert registers.revision == 1


async def test_where_nobody_has_it_nothing_ends() -> None:
    desk = Desk(MemoryRegisters())
    assert (await desk.lapse("s-1")).hold is None
    await desk.claim("s-1", "ann")
    await desk.release("s-1", "ann")
    assert (await desk.lapse("s-1")).hold is None


async def test_who_takes_it_at_this_very_moment_keeps_it() -> None:
    registers, desk = await held(MINUTE)
    read = registers.read

    async def and_then_bob(bucket: str, key: str) -> Register:
        registers.read = read  # type: ignore[method-assign]
        found = await read(bucket, key)
        await desk.claim("s-1", "bob")
        return found

    registers.read = and_then_bob  # type: ignore[method-assign]
    found = await desk.lapse("s-1")
    assert (found.hold, found.ended) == (None, False)
    holder = await desk.holder("s-1")
    assert holder is not None
    assert holder.agent == "bob"
