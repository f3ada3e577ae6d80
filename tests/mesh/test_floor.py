"""Who is at the desk, and what was passed on: over real registers."""

from mesh.bus import Bus
from mesh.floor import Colleague, Floor, Presence, State
from mesh.registers import PEOPLE, TRANSFERS

ANN = "ann"


def at(state: State = "available", looking: str | None = None, person: str = ANN) -> Presence:
    return Presence(person=person, display_name=person.title(), state=state, looking=looking, skills=("refunds",))


async def test_somebody_with_two_windows_is_one_person_who_looks_at_both(bus: Bus) -> None:
    floor = Floor(bus)
    await floor.show(at("away", "s-2"), "w-1")
    await floor.show(at("available", "s-1"), "w-2")
    assert await floor.people() == (
        Colleague(person=ANN, display_name="Ann", state="available", looking=("s-1", "s-2"), skills=("refunds",)),
    )


async def test_who_leaves_is_gone_and_others_stay(bus: Bus) -> None:
    floor = Floor(bus)
    await floor.show(at(), "w-1")
    await floor.show(at(person="bob"), "w-2")
    await floor.leave(ANN, "w-1")
    assert [one.person for one in await floor.people()] == ["bob"]


async def test_the_newest_word_of_a_window_counts(bus: Bus) -> None:
    floor = Floor(bus)
    await floor.show(at("available", "s-1"), "w-1")
    await floor.show(at("away"), "w-1")
    (found,) = await floor.people()
    assert (found.state, found.looking) == ("away", ())


async def test_a_name_may_hold_what_no_subject_can(bus: Bus) -> None:
    await Floor(bus).show(at(person="ann.o'neil@shop *>"), "w-1")
    assert [one.person for one in await Floor(bus).people()] == ["ann.o'neil@shop *>"]


async def test_what_cannot_be_read_is_nobody_and_no_transfer(bus: Bus) -> None:
    await bus.put(PEOPLE, "61.w-1", b"not json")
    await bus.put(TRANSFERS, "m-1", b"not json")
    assert await Floor(bus).people() == ()
    assert await Floor(bus).transfer_of("m-1") is None


async def test_the_last_transfer_of_a_message_counts(bus: Bus) -> None:
    floor = Floor(bus)
    assert await floor.transfer_of("m-1") is None
    await floor.pass_on("m-1", "refunds", by=ANN)
    await floor.pass_on("m-1", "german", by="bob", note="Sie schreibt deutsch.")
    found = await floor.transfer_of("m-1")
    assert found
    assert (found.skill, found.by, found.note) == ("german", "bob", "Sie schreibt deutsch.")


async def test_whoever_is_present_expires_by_the_clock_of_the_server(bus: Bus) -> None:
    found = await bus._stream.stream_info(f"KV_{PEOPLE}")
    assert (found.config.max_age, found.config.storage) == (12.0, "memory")
