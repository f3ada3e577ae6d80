"""How long an answer takes: measured, or not said."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mesh.assignment.pace import KEPT, Answered, Pace, Queue, Served, expected, rounded
from mesh.bus import Bus
from mesh.registers import SEATS, SERVED

NOON = datetime(2026, 5, 1, 12, tzinfo=UTC)
FREE = Queue(waiting=0, people=2, places=8, taken=3)


def measured(*seconds: float, at: datetime = NOON) -> Pace:
    return Pace(answers=tuple(Answered(at=at, seconds=one) for one in seconds))


def test_with_a_place_free_it_takes_what_most_answers_took() -> None:
    pace = measured(60, 120, 180, 240, 300, 360, 420, 480, 540, 3600)
    assert expected(pace, FREE, NOON) == 480


@pytest.mark.parametrize(("waiting", "seconds"), [(0, 400 + 100), (3, 400 + 400), (7, 400 + 800)])
def test_without_a_place_free_those_who_wait_come_first(waiting: int, seconds: float) -> None:
    full = Queue(waiting=waiting, people=1, places=4, taken=4)
    assert expected(measured(*[400.0] * 10), full, NOON) == seconds


@pytest.mark.parametrize(
    ("pace", "queue"),
    [
        (measured(), FREE),
        (measured(1, 2, 3, 4), FREE),
        (measured(1, 2, 3, 4, 5, at=NOON - timedelta(hours=25)), FREE),
        (measured(1, 2, 3, 4, 5), Queue(waiting=3)),
    ],
)
def test_where_too_little_is_known_nothing_is_said(pace: Pace, queue: Queue) -> None:
    assert expected(pace, queue, NOON) is None


@given(st.lists(st.floats(0, 1e5), min_size=5, max_size=30), st.integers(0, 50), st.integers(1, 20))
def test_who_comes_later_is_never_promised_less(seconds: list[float], waiting: int, places: int) -> None:
    pace, full = measured(*seconds), Queue(waiting=waiting, people=1, places=places, taken=places)
    first = expected(pace, full, NOON)
    second = expected(pace, full.model_copy(update={"waiting": waiting + 1}), NOON)
    assert first is not None
    assert second is not None
    assert min(seconds) <= first <= second


@pytest.mark.parametrize(
    ("seconds", "minutes"), [(0, 1), (60, 1), (61, 2), (240, 5), (1700, 30), (3600, 60), (3700, 120)]
)
def test_a_time_is_said_as_people_say_it_and_never_shorter(seconds: float, minutes: int) -> None:
    assert rounded(seconds) == minutes
    assert rounded(seconds) * 60 >= seconds


async def test_answers_of_several_at_once_are_all_measured(bus: Bus) -> None:
    served = Served(bus)
    assert await served.expected() is None
    took = [Answered(at=datetime.now(UTC), seconds=float(seconds)) for seconds in range(1, 9)]
    await asyncio.gather(*(served.answered(f"c-{number}", "ann", one) for number, one in enumerate(took)))
    assert await served.expected() is None
    await served.stands(FREE)
    assert await served.expected() == 7
    await served.stands(Queue(people=1, places=1, taken=1, waiting=1))
    assert await served.expected() == 21


async def test_only_the_newest_answers_are_kept(bus: Bus) -> None:
    pace = measured(*[1000.0] * KEPT, at=datetime.now(UTC))
    await bus.put(SERVED, "pace", pace.model_dump_json().encode())
    await Served(bus).answered("c", "ann", Answered(at=datetime.now(UTC), seconds=1))
    kept = Pace.model_validate_json((await bus.read(SERVED, "pace")).value or b"").answers
    assert (len(kept), kept[-1].seconds) == (KEPT, 1)


async def test_a_customer_is_known_by_who_answered_last_and_by_no_address_in_the_keys(bus: Bus) -> None:
    served, now = Served(bus), Answered(at=NOON, seconds=1)
    assert await served.knew("polly@example.com") is None
    await served.answered("polly@example.com", "ann", now)
    await served.answered("Polly@Example.com ", "bob", now)
    assert await served.knew("polly@example.com") == "bob"
    state = (await bus._stream.stream_info(f"KV_{SERVED}", subjects_filter=">")).state
    assert len(state.subjects or {}) == 2
    assert "polly" not in str(state.subjects).lower()


async def test_what_cannot_be_read_says_nothing(bus: Bus) -> None:
    await bus.put(SERVED, "pace", b"not json")
    assert await Served(bus).expected() is None
    await bus.put(SERVED, "pace", measured(1, 2, 3, 4, 5, at=datetime.now(UTC)).model_dump_json().encode())
    await bus.put(SEATS, "queue", b"not json")
    assert await Served(bus).expected() is None
