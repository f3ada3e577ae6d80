"""Who has a conversation at the desk, who may act on it, and what the customer sees meanwhile."""

from datetime import UTC, datetime, timedelta

import pytest

from mesh.bus import Bus
from mesh.desk import Desk
from tests.gateway.at_desk import ANN, BOB, NOON, desk, escalated, look, post, waits
from tests.gateway.house import EMAIL, House

# -- claiming


async def test_a_claim_is_shown_and_keeps_others_out(house: House) -> None:
    waits(house)
    claimed = await post(house, "claim", ANN)
    assert claimed.status_code == 200
    assert (claimed.json()["agent"], claimed.json()["session_id"]) == ("ann", "s-1")
    (item,) = await desk(house)
    assert (item["state"], item["claimed_by"]) == ("claimed", "ann")
    assert item["claimed_until"] == claimed.json()["until"]
    refused = await post(house, "claim", BOB)
    assert (refused.status_code, refused.json()["claimed_by"]) == (409, "ann")
    assert refused.json()["claimed_until"] == claimed.json()["until"]


@pytest.mark.parametrize(
    ("act", "body"),
    [
        ("reply", {"text": "Hello", **BOB}),
        ("hand-back", BOB),
        ("release", BOB),
        ("heartbeat", BOB),
    ],
)
async def test_only_who_has_the_conversation_acts_on_it(house: House, act: str, body: dict[str, object]) -> None:
    waits(house)
    await post(house, "claim", ANN)
    refused = await post(house, act, body)
    assert (refused.status_code, refused.json()["claimed_by"]) == (409, "ann")
    assert house.journeys.answers == []
    (item,) = await desk(house)
    assert item["claimed_by"] == "ann"


async def test_a_claim_is_of_the_whole_conversation(house: House) -> None:
    waits(house, "m-1")
    waits(house, "m-2")
    waits(house, "m-3", "s-2")
    await post(house, "claim", ANN, "m-1")
    assert (await post(house, "claim", BOB, "m-2")).status_code == 409
    assert (await post(house, "claim", BOB, "m-3")).status_code == 200


async def test_a_released_conversation_is_anybodys(house: House) -> None:
    waits(house)
    await post(house, "claim", ANN)
    assert (await post(house, "release", ANN)).json()["status"] == "released"
    assert (await desk(house))[0]["state"] == "waiting"
    assert (await post(house, "claim", BOB)).status_code == 200


async def test_without_a_claim_there_is_nothing_to_extend_or_release(house: House) -> None:
    waits(house)
    for act in ("heartbeat", "release"):
        assert (await post(house, act, ANN)).status_code == 409


async def test_a_heartbeat_extends_the_claim(house: House) -> None:
    waits(house)
    first = (await post(house, "claim", ANN)).json()
    second = (await post(house, "heartbeat", ANN)).json()
    assert second["since"] == first["since"]
    assert second["until"] > first["until"]


async def test_who_has_claimed_keeps_the_conversation_after_answering(house: House) -> None:
    waits(house)
    await post(house, "claim", ANN)
    assert (await post(house, "reply", {"text": "Hello", **ANN})).status_code == 200
    assert (await post(house, "claim", BOB)).status_code == 409


async def test_who_answers_without_a_claim_leaves_none_behind(house: House) -> None:
    waits(house)
    assert (await post(house, "reply", {"text": "Hello", **ANN})).status_code == 200
    waits(house, "m-2")
    assert (await post(house, "claim", BOB, "m-2")).status_code == 200


async def test_what_nobody_knows_cannot_be_claimed_and_nobody_acts_in_the_name_of_another(house: House) -> None:
    assert (await post(house, "claim", ANN)).status_code == 404
    waits(house)
    assert (await post(house, "reply", {"text": "Hello", "agent": "bob"})).status_code == 422


# -- the list


async def test_the_list_is_filtered_and_sorted(house: House) -> None:
    for number, urgency in enumerate(("low", "critical", "high"), start=1):
        message = escalated(f"m-{number}", urgency, number).model_copy(update={"session_id": f"s-{number}"})
        house.journeys.open[message.message_id] = message
    await post(house, "claim", ANN, "m-3")

    async def ids(**query: str) -> list[object]:
        return [item["message_id"] for item in await desk(house, **query)]

    assert await ids() == ["m-2", "m-3", "m-1"]
    assert await ids(sort="age") == ["m-1", "m-2", "m-3"]
    assert await ids(urgency="critical") == ["m-2"]
    assert await ids(state="claimed") == await ids(agent="ann") == ["m-3"]
    assert await ids(state="waiting") == ["m-2", "m-1"]
    assert await ids(tier="vip", intent="complaint", kind="reply") == ["m-2", "m-3", "m-1"]
    assert (
        await ids(tier="gold")
        == await ids(intent="other")
        == await ids(agent="bob")
        == await ids(kind="approval")
        == []
    )
    assert (await look(house, "", state="lost")).status_code == 422
    assert (await look(house, "", colour="red")).status_code == 422


@pytest.mark.parametrize(("waited", "soon"), [(700, False), (800, True)])
async def test_the_list_says_when_an_answer_is_due_and_whether_that_is_soon(
    house: House, waited: int, *, soon: bool
) -> None:
    message = waits(house)
    minutes = -(NOON - datetime.now(UTC) + timedelta(seconds=waited)) / timedelta(minutes=1)
    message = escalated("m-1", "high", minutes)  # type: ignore[arg-type]
    house.journeys.open["m-1"] = message.with_route(message.route.tune("human_agent", timeout=1000, remind_after=750))
    (item,) = await desk(house)
    due = datetime.fromisoformat(str(item["due_at"])) - datetime.fromisoformat(str(item["waiting_since"]))
    assert (due, item["overdue_soon"]) == (timedelta(seconds=1000), soon)


# -- notes


async def test_colleagues_leave_notes_on_a_message(house: House) -> None:
    waits(house)
    for agent, text in ((ANN, "Called, no answer."), (BOB, "Call after six.")):
        assert (await post(house, "notes", {**agent, "text": text})).status_code == 201
    found = (await look(house, "/m-1/notes")).json()
    assert [(note["by"], note["text"]) for note in found] == [("ann", "Called, no answer."), ("bob", "Call after six.")]
    assert (await look(house, "/m-2/notes")).json() == []
    assert (await post(house, "notes", {**ANN, "text": "x"}, "m-2")).status_code == 404
    assert (await post(house, "notes", {**ANN, "text": "x" * 2_001})).status_code == 422


# -- what the customer sees


async def test_while_a_person_has_the_conversation_the_customer_reads_no_automatic_answer(house: House) -> None:
    await house.http.post(
        "/api/chat", json={"message": "one", "customer_email": EMAIL, "session_id": "s-9", "message_id": "m-8"}
    )
    await Desk(house.echo.bus).claim("s-9", "ann")
    body = {"message": "two", "customer_email": EMAIL, "session_id": "s-9", "message_id": "m-9"}
    assert (await house.http.post("/api/chat", json=body)).status_code == 202
    assert (await house.http.get("/api/chat/m-9")).status_code == 202
    assert (await house.http.get("/api/chat/m-8")).json()["response"] == "You said: one"
    lines = (await house.http.get("/api/sessions/s-9/messages")).json()["messages"]
    assert [line["content"] for line in lines] == ["one", "You said: one", "two"]
    await Desk(house.echo.bus).release("s-9", "ann")
    assert (await house.http.get("/api/chat/m-9")).status_code == 202


async def test_what_is_in_the_history_and_was_not_sent_is_not_shown_after_a_takeover(house: House) -> None:
    class Stopped(Bus):
        """A delivery that dies between the history and the stream."""

        def __init__(self) -> None:
            super().__init__(house.echo.bus._client, house.echo.bus._stream)

        async def reply_behind(self, reply: object, fence: int) -> bool:
            return True

    said = {"message": "silently", "customer_email": EMAIL, "session_id": "s-9", "message_id": "m-9"}
    assert (await house.http.post("/api/chat", json=said)).status_code == 202
    (message,) = house.echo.heard
    heard, house.echo.bus = house.echo.bus, Stopped()
    await house.echo.work(
        message.model_copy(update={"payload": message.payload.model_copy(update={"customer_message": "x"})})
    )
    house.echo.bus = heard
    assert (await house.http.get("/api/chat/m-9")).status_code == 200
    await Desk(heard).claim("s-9", "ann")
    assert (await house.http.get("/api/chat/m-9")).status_code == 202
