"""Who had a conversation is gone without a word: customer and desk are told when the claim runs out, once."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest

from gateway.leases import Leases
from mesh.desk import Desk, Hold
from mesh.errors import Transient
from mesh.people import Known, People
from mesh.registers import DESK
from mesh.store import Row
from tests.fakes import FakeBus, FakeHistory
from tests.gateway.at_desk import ANN, BOB, NOON, post, waits
from tests.gateway.customer import Customer, on_socket
from tests.gateway.house import EMAIL, House
from tests.gateway.indoors import an_edge, open_settings
from tests.gateway.live import a_window

SAID = Row(
    row_id="m-1:customer", message_id="m-1", session_id="s-1", timestamp=NOON, sender="customer",
    content="I want a lawyer", status="received", payload={"customer_email": EMAIL},
)  # fmt: skip


@pytest.fixture
def soon(monkeypatch: pytest.MonkeyPatch) -> None:
    """Claims run out at once, and nobody reads the list of itself."""
    for place in ("mesh.desk.GRACE", "gateway.leases.GRACE", "gateway.leases.SHORTEST"):
        monkeypatch.setattr(place, timedelta(milliseconds=100))
    monkeypatch.setattr("gateway.board.EVERY", 3600.0)


@pytest.fixture
async def house(empty_house: House, soon: None) -> AsyncIterator[House]:
    """A house whose claims hold for a second, with a conversation that waits and a second gateway that hears it."""
    house = empty_house._replace(settings=empty_house.settings.model_copy(update={"desk_lease": 1.0}))
    await house.echo.history.add([SAID])
    waits(house)
    async with house.is_open(), People.open(house.settings) as people:
        other = Leases(an_edge(house.settings, people, bus=house.echo.bus, history=house.echo.history))
        await other.open()
        yield house
        other.close()


async def told(customer: Customer) -> tuple[str, str]:
    frame = await customer.next("progress")
    return frame["state"], frame["by"]


async def test_customer_and_desk_are_told_once_that_somebody_is_gone(house: House) -> None:
    async with on_socket(house) as customer, a_window(house) as window:
        await customer.next("session")
        await post(house, "claim", ANN)
        assert await told(customer) == ("joined", "Ann")
        assert (await window.hears("waiting", lambda items: items[0]["claimed_by"]))[0]["claimed_by"] == "ann"
        assert await told(customer) == ("left", "Ann")
        assert (await window.hears("waiting"))[0]["claimed_by"] is None
        # Nothing more of Ann comes before what Bob does.
        await post(house, "claim", BOB)
        await post(house, "release", BOB)
        assert [await told(customer), await told(customer)] == [("joined", "Bob"), ("left", "Bob")]
        await customer.silence()


async def test_a_claim_from_before_the_gateway_began_runs_out_too(empty_house: House, soon: None) -> None:
    house = empty_house._replace(settings=empty_house.settings.model_copy(update={"desk_lease": 1.0}))
    await house.echo.history.add([SAID])
    await Desk(house.echo.bus, 1.0).claim("s-1", "ann")
    async with house.is_open(), on_socket(house) as customer:
        await customer.next("session")
        # She is in no table: a provider vouches for her.
        assert await told(customer) == ("left", "ann")


class Nobody(People):
    """A table that cannot be read."""

    def __init__(self) -> None: ...

    async def known(self, name: str) -> Known | None:
        raise Transient("away")


async def indoors(until: datetime, history: FakeHistory) -> tuple[Leases, FakeBus]:
    """A gateway that knows nobody's name, and a claim of Ann's."""
    bus = FakeBus()
    hold = Hold(agent="ann", since=NOON, until=until)
    await bus.write(DESK, "s-1", hold.model_dump_json().encode(), 0)
    return Leases(an_edge(open_settings(), Nobody(), bus=bus, history=history)), bus


async def test_who_stays_has_not_left_and_is_looked_after_again() -> None:
    leases, bus = await indoors(datetime.now(UTC) + timedelta(hours=1), FakeHistory([SAID]))
    for _ in range(2):
        await leases._look("s-1")
        assert list(leases._due) == ["s-1"]
    leases.close()
    assert bus.events == []


async def test_what_cannot_be_told_now_is_told_later_without_a_name_if_need_be() -> None:
    history = FakeHistory([SAID], down=True)
    leases, bus = await indoors(datetime.now(UTC) - timedelta(hours=1), history)
    await leases._look("s-1")
    assert (bus.events, list(leases._due)) == ([], ["s-1"])
    leases._due.pop("s-1").cancel()
    history.down = False
    await leases._look("s-1")
    assert [(event.state, event.by) for event in bus.events] == [("left", "")]
    assert leases._due == {}


async def test_what_is_no_claim_is_not_waited_for() -> None:
    leases = Leases(an_edge(open_settings()))
    leases._take(f"$KV.{DESK}.s-1", b"nonsense")
    leases._take(f"$KV.{DESK}.s-2", Hold(since=NOON, until=NOON).model_dump_json().encode())
    assert leases._due == {}
