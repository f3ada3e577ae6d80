"""Offers and who has what: over real registers."""

import asyncio
from collections import Counter
from datetime import timedelta

import pytest

from mesh.assignment.rules import Candidate
from mesh.assignment.seats import LOADS, Offered, Seat, Seats
from mesh.assignment.table import DEFAULT, Table
from mesh.bus import Bus
from mesh.registers import SEATS
from mesh.settings import Settings
from tests.mesh.assignment.people import a_need, somebody

ANN, BOB = somebody("ann", "billing"), somebody("bob", "billing")
LAPSED = DEFAULT.model_copy(update={"offer_seconds": -1.0})


async def owner(bus: Bus, session_id: str = "s-1") -> tuple[str, str]:
    seat = await Seats(bus).of(session_id)
    return (seat.state, seat.person) if seat else ("open", "")


async def test_an_offer_is_kept_with_its_reasons_and_counted(bus: Bus) -> None:
    decided = await Seats(bus).offer(a_need(), [ANN], DEFAULT)
    assert decided.won
    seat = await Seats(bus).of("s-1")
    assert seat == decided.seat
    assert seat is not None
    assert (seat.person, seat.state, seat.skill, seat.why) == ("ann", "offered", "billing", ("billing", "1 of 4"))
    assert seat.until == seat.since + timedelta(seconds=60)
    assert await Seats(bus).loads() == {"ann": 1}
    assert await Seats(bus).all() == {"s-1": seat}


async def test_what_is_somebodys_is_offered_to_nobody_else(bus: Bus) -> None:
    await Seats(bus).offer(a_need(), [ANN], DEFAULT)
    again = await Seats(bus).offer(a_need(), [BOB], DEFAULT)
    assert (again.won, again.seat and again.seat.person) == (False, "ann")
    await Seats(bus).take("s-1", "m-1", "ann")
    assert not (await Seats(bus).offer(a_need(), [BOB], LAPSED)).won
    assert await Seats(bus).loads() == {"ann": 1}


async def test_of_many_who_assign_at_once_one_wins_and_nobody_has_more_than_they_may(
    bus: Bus, ports_settings: Settings
) -> None:
    people = [somebody(f"p-{n}", "billing", capacity=4) for n in range(5)]
    async with Bus.open(ports_settings, "second") as second:
        tries = [
            Seats((bus, second)[n % 2]).offer(a_need(f"s-{number}"), people, DEFAULT)
            for number in range(24)
            for n in range(4)
        ]
        found = await asyncio.gather(*tries)
    seats = {key: seat for key, seat in (await Seats(bus).all()).items() if seat.state == "offered"}
    assert sum(one.won for one in found) == len(seats) == 20
    assert Counter(seat.person for seat in seats.values()) == await Seats(bus).loads()
    assert set((await Seats(bus).loads()).values()) == {4}


async def test_who_let_an_offer_pass_is_not_asked_again_before_others(bus: Bus) -> None:
    seats = Seats(bus)
    first = (await seats.offer(a_need(), [ANN, BOB], LAPSED)).seat
    second = (await seats.offer(a_need(), [ANN, BOB], LAPSED)).seat
    assert first
    assert second
    assert {first.person, second.person} == {"ann", "bob"}
    assert (second.reserved, second.begun, second.passed) == (True, first.begun, (first.person,))
    third = (await seats.offer(a_need(), [ANN, BOB], DEFAULT)).seat
    assert third
    # Asked a second time: whoever is faster may have it.
    assert third.reserved is False
    assert await seats.loads() == {third.person: 1}
    other = ({"ann", "bob"} - {third.person}).pop()
    assert (await seats.take("s-1", "m-1", other)).seat == await seats.of("s-1")
    assert await seats.loads() == {other: 1}


async def test_when_nobody_has_room_the_offer_ends_and_nothing_is_counted(bus: Bus) -> None:
    seats = Seats(bus)
    assert await seats.offer(a_need(), [ANN.model_copy(update={"capacity": 1, "skills": ("demo",)})], DEFAULT) == (
        None, False,
    )  # fmt: skip
    await seats.offer(a_need(), [ANN], LAPSED)
    ended = await seats.offer(a_need(), [], DEFAULT)
    assert (ended.won, ended.seat and ended.seat.state, ended.seat and ended.seat.passed) == (True, "open", ("ann",))
    assert await seats.loads() == {}


async def test_only_who_is_asked_may_take_it_or_who_may_take_anything(bus: Bus) -> None:
    seats = Seats(bus)
    await seats.offer(a_need(), [ANN], DEFAULT)
    with pytest.raises(Offered) as refused:
        await seats.take("s-1", "m-1", "bob")
    assert refused.value.seat.person == "ann"
    assert await owner(bus) == ("offered", "ann")
    await seats.take("s-1", "m-1", "sue", over="offers")
    assert (await owner(bus), await seats.loads()) == (("taken", "sue"), {"sue": 1})
    assert (await seats.take("s-1", "m-1", "bob", over="offers")).won is False
    await seats.take("s-1", "m-1", "bob", over="anybody")
    assert (await owner(bus), await seats.loads()) == (("taken", "bob"), {"bob": 1})


async def test_an_accepted_offer_keeps_its_reasons(bus: Bus) -> None:
    await Seats(bus).offer(a_need(), [ANN], DEFAULT)
    taken = (await Seats(bus).take("s-1", "m-1", "ann")).seat
    assert taken
    assert (taken.state, taken.why, taken.until) == ("taken", ("billing", "1 of 4"), None)
    assert await Seats(bus).loads() == {"ann": 1}


async def test_a_lapsed_offer_is_anybodys(bus: Bus) -> None:
    await Seats(bus).offer(a_need(), [ANN], LAPSED)
    await Seats(bus).take("s-1", "m-1", "bob")
    assert (await owner(bus), await Seats(bus).loads()) == (("taken", "bob"), {"bob": 1})


async def test_only_who_has_it_gives_it_back_and_others_are_asked_first_then(bus: Bus) -> None:
    seats = Seats(bus)
    await seats.take("s-1", "m-1", "ann")
    assert await seats.free("s-1", "bob") is False
    assert await seats.free("s-1", "ann", passed=True)
    assert await seats.loads() == {}
    assert await seats.free("s-1", "ann") is False
    offered = (await seats.offer(a_need(), [ANN, BOB.with_load(3)], DEFAULT)).seat
    assert offered
    assert offered.person == "bob"


async def test_an_offer_is_withdrawn_from_who_is_away(bus: Bus) -> None:
    seats = Seats(bus)
    await seats.offer(a_need(), [ANN], DEFAULT)
    moved = await seats.offer(a_need(), [BOB], DEFAULT, without="ann")
    assert (moved.won, moved.seat and moved.seat.person) == (True, "bob")
    assert await seats.loads() == {"bob": 1}


async def test_an_offer_moves_to_who_has_nothing_to_do_and_a_claim_does_not(bus: Bus) -> None:
    seats = Seats(bus)
    for number in range(4):
        await seats.offer(a_need(f"s-{number}"), [ANN], DEFAULT)
    await seats.take("s-0", "m-0", "ann")
    moved = [await seats.rather(a_need(f"s-{number}"), [ANN, BOB], DEFAULT) for number in range(4)]
    assert [one.won for one in moved] == [False, True, True, False]
    assert await seats.loads() == {"ann": 2, "bob": 2}
    assert await owner(bus, "s-0") == ("taken", "ann")


async def test_who_was_seen_with_a_conversation_is_noted_once(bus: Bus) -> None:
    seats = Seats(bus)
    await seats.offer(a_need(), [ANN], DEFAULT)
    assert await seats.attend("s-1", "ann") is False
    await seats.take("s-1", "m-1", "ann")
    assert await seats.attend("s-1", "bob") is False
    assert [await seats.attend("s-1", "ann"), await seats.attend("s-1", "ann")] == [True, False]


async def test_what_cannot_be_read_is_an_empty_seat(bus: Bus) -> None:
    for key in ("c.s-1", LOADS):
        await bus.put(SEATS, key, b"not json")
    assert await Seats(bus).of("s-1") is None
    assert (await Seats(bus).offer(a_need(), [ANN], DEFAULT)).won
    assert await Seats(bus).loads() == {"ann": 1}


async def test_a_seat_of_a_newer_version_keeps_what_is_not_known_here(bus: Bus) -> None:
    await Seats(bus).take("s-1", "m-1", "ann")
    kept = await bus.read(SEATS, "c.s-1")
    newer = Seat.model_validate_json(kept.value or b"").model_copy(update={"mood": "fine"})
    await bus.put(SEATS, "c.s-1", newer.model_dump_json().encode())
    await Seats(bus).attend("s-1", "ann")
    assert b'"mood":"fine"' in ((await bus.read(SEATS, "c.s-1")).value or b"")


@pytest.mark.parametrize("table", [Table(capacity=2)])
async def test_a_capacity_of_the_table_is_of_use(bus: Bus, table: Table) -> None:
    people = [Candidate(person="ann", capacity=table.capacity)]
    won = [(await Seats(bus).offer(a_need(f"s-{n}"), people, table)).won for n in range(3)]
    assert won == [True, True, False]
