"""Offers at the desk's API: who may take what, what is shown of it, what is measured; and how all of it stands."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from mesh.assignment.pace import Pace, Served
from mesh.assignment.rules import Candidate, Need
from mesh.assignment.seats import Seats
from mesh.assignment.table import DEFAULT
from mesh.desk import Desk
from mesh.registers import SERVED
from mesh.replies import Progress
from tests.conftest import until
from tests.gateway.at_desk import ANN, BOB, asks_approval, credentials, desk, given, look, post, waits
from tests.gateway.house import EMAIL, House
from tests.gateway.live import a_window, present
from tests.gateway.signing import a_person

NEED = Need(session_id="s-1", message_id="m-1", skill="billing")
ASKED = Candidate(person="ann", skills=("billing",), capacity=4)


async def offered(house: House, seconds: float = 60) -> None:
    """What waits is offered to Ann."""
    waits(house)
    table = DEFAULT.model_copy(update={"offer_seconds": seconds})
    await Seats(house.echo.bus).offer(NEED, [ASKED], table)


async def status(house: House, name: str = "sue") -> Any:
    await a_person(house.settings, name, "supervisor")
    answer = await house.http.get("/status", headers=await credentials(house, name))
    assert answer.status_code == 200, answer.text
    return answer.json()


@pytest.mark.parametrize(
    ("act", "body"), [("claim", BOB), ("reply", {"text": "Hello", **BOB}), ("hand-back", BOB),
                      ("transfer", {"skill": "refunds", **BOB})],
)  # fmt: skip
async def test_what_is_offered_to_somebody_is_nobody_elses_until_the_offer_ends(
    house: House, act: str, body: dict[str, object]
) -> None:
    await offered(house)
    refused = await post(house, act, body)
    assert (refused.status_code, refused.json()["offered_to"]) == (409, "ann")
    assert house.journeys.answers == []
    (item,) = await desk(house)
    assert (item["state"], item["offered_to"], item["reserved"]) == ("waiting", "ann", True)
    assert item["offered_why"] == ["billing", "1 of 4"]
    assert item["offered_until"] == refused.json()["offered_until"]
    assert (await post(house, "claim", ANN)).status_code == 200
    assert (await desk(house))[0]["offered_to"] is None


async def test_an_offer_that_has_ended_is_shown_to_nobody_and_keeps_nobody_out(house: House) -> None:
    await offered(house, seconds=-1)
    assert (await desk(house))[0]["offered_to"] is None
    assert (await post(house, "claim", BOB)).status_code == 200


async def test_a_supervisor_takes_what_is_offered_to_others_and_not_what_they_have(house: House) -> None:
    await a_person(house.settings, "sue", "supervisor")
    await offered(house)
    assert (await post(house, "claim", {"by": "sue"})).status_code == 200
    assert await Seats(house.echo.bus).loads() == {"sue": 1}
    await post(house, "release", {"by": "sue"})
    await post(house, "claim", ANN)
    refused = await post(house, "claim", {"by": "sue"})
    assert (refused.status_code, refused.json()["claimed_by"]) == (409, "ann")
    assert await Seats(house.echo.bus).loads() == {"ann": 1}


async def test_of_two_who_claim_at_once_one_has_it_and_is_counted(house: House) -> None:
    waits(house)
    await asyncio.gather(credentials(house, "ann"), credentials(house, "bob"))
    answers = await asyncio.gather(post(house, "claim", ANN), post(house, "claim", BOB))
    assert sorted(answer.status_code for answer in answers) == [200, 409]
    (winner,) = [answer.json()["agent"] for answer in answers if answer.status_code == 200]
    assert await Seats(house.echo.bus).loads() == {winner: 1}


async def test_of_two_who_claim_at_once_the_one_who_lost_may_be_counted_last_and_is_not(house: House) -> None:
    waits(house)
    await Desk(house.echo.bus).claim("s-1", "ann")
    await Seats(house.echo.bus).take("s-1", "m-1", "bob")
    assert (await post(house, "claim", BOB)).status_code == 409
    assert await Seats(house.echo.bus).loads() == {"ann": 1}
    await Seats(house.echo.bus).take("s-1", "m-1", "bob", None, "anybody")
    assert (await post(house, "claim", ANN)).status_code == 200
    assert await Seats(house.echo.bus).loads() == {"ann": 1}


async def test_who_takes_an_expired_claim_over_is_counted_and_the_other_no_more(house: House) -> None:
    waits(house)
    await Seats(house.echo.bus).take("s-1", "m-1", "cem")
    assert (await post(house, "claim", BOB)).status_code == 200
    assert await Seats(house.echo.bus).loads() == {"bob": 1}


async def test_what_is_given_back_or_answered_counts_for_nobody(house: House) -> None:
    await offered(house)
    await post(house, "claim", ANN)
    await post(house, "release", ANN)
    assert await Seats(house.echo.bus).loads() == {}
    seat = await Seats(house.echo.bus).of("s-1")
    assert seat
    assert seat.passed == ("ann",)
    assert (await post(house, "reply", {"text": "Hello", **BOB})).status_code == 200
    assert await Seats(house.echo.bus).loads() == {}


async def test_who_stays_with_the_customer_is_still_counted(house: House) -> None:
    waits(house)
    await post(house, "claim", ANN)
    await post(house, "reply", {"text": "Hello", **ANN})
    assert await Seats(house.echo.bus).loads() == {"ann": 1}


async def test_an_answer_says_who_was_asked_and_why_and_is_measured(house: House) -> None:
    await offered(house)
    await post(house, "reply", {"text": "Hello", **ANN})
    outcome: Any = given(house)
    assert outcome["response"]["agent"] == "ann"
    told = outcome["assignment"]
    assert (told["person"], told["skill"], told["why"]) == ("ann", "billing", ["billing", "1 of 4"])
    assert datetime.now(UTC) - datetime.fromisoformat(told["asked_at"]) < timedelta(minutes=5)
    (answered,) = Pace.model_validate_json((await house.echo.bus.read(SERVED, "pace")).value or b"").answers
    assert answered.seconds >= 0
    assert await Served(house.echo.bus).knew(EMAIL) == "ann"


async def test_a_verdict_is_an_answer_too(house: House) -> None:
    asks_approval(house)
    assert (await post(house, "approve", ANN)).status_code == 200
    assert await Served(house.echo.bus).knew(EMAIL) == "ann"
    assert await Seats(house.echo.bus).loads() == {}


async def test_what_waits_is_offered_to_who_is_there_and_shown_at_once(house: House) -> None:
    waits(house)
    await house.echo.bus.progress(Progress(message_id="m-1", session_id="s-1", actor="human_agent"))
    async with a_window(house) as window:
        await window.hears("waiting")
        await present(house, "ann")
        shown = await window.hears("waiting", lambda items: items and items[0]["offered_to"])
        assert shown[0]["offered_to"] == "ann"
        assert await window.hears("beat", lambda data: data == {}) == {}


async def test_somebody_takes_less_than_they_may_and_never_more(house: House) -> None:
    await a_person(house.settings, "ann", capacity=3)
    for wanted, has in ((2, 2), (9, 3)):
        headers = await credentials(house, "ann")
        body = {"window": "w-1", "capacity": wanted}
        assert (await house.http.put("/api/desk/presence", json=body, headers=headers)).status_code == 200
        (found,) = (await look(house, "/people")).json()["people"]
        assert found["capacity"] == has


async def test_the_status_names_nodes_people_and_conversations_and_no_word_of_a_customer(house: House) -> None:
    waits(house)

    async def seen() -> Any:
        # As their windows do: this machine may be slower than they are patient.
        await present(house, "ann")
        await present(house, "bob", state="away")
        found = await status(house)
        return found if len(found["people"]) == 2 and found["conversations"]["placed"] else None

    found = await until(seen)
    (node,) = found["cluster"]["nodes"]
    assert (found["cluster"]["size"], node["leader"], node["current"]) == (1, True, True)
    people = [(one["person"], one["status"], one["load"], one["capacity"]) for one in found["people"]]
    assert people == [("ann", "available", 1, 4), ("bob", "away", 0, 4)]
    heard = datetime.fromisoformat(found["people"][0]["last_heartbeat"])
    assert timedelta(0) <= datetime.now(UTC) - heard < timedelta(minutes=1)
    (placed,) = found["conversations"]["placed"]
    assert (placed["person"], placed["state"], placed["skill"], placed["session_id"]) == (
        "ann", "offered", "customer", "s-1",
    )  # fmt: skip
    assert (found["conversations"]["offered"], found["conversations"]["expected_seconds"]) == (1, None)
    assert EMAIL not in str(found)
    assert "lawyer" not in str(found)


async def test_the_metrics_count_offers_comparisons_and_parts(house: House) -> None:
    waits(house)

    async def counted() -> str:
        await present(house, "ann")
        text = (await house.http.get("/metrics")).text
        return text if 'agent_assignments_total{agent_id="ann",specialization="customer"}' in text else ""

    text = await until(counted)
    assert "active_conversations_total 1.0" in text
    assert 'consensus_operations_total{operation="assign",result="won"}' in text
    assert 'system_health_status{part="nats"} 1.0' in text
    house.journeys.down = True
    assert 'system_health_status{part="temporal"} 0.0' in (await house.http.get("/metrics")).text


async def test_the_health_has_a_short_address(house: House) -> None:
    assert (await house.http.get("/health")).json()["status"] == "ok"
