"""What people at the desk decide: verdicts on plans, and what they give back to the mesh."""

import pytest

from tests.gateway.at_desk import ACTIONS, ANN, BOB, asks_approval, desk, given, look, post, waits
from tests.gateway.house import House

# -- approvals


async def test_an_approval_request_shows_its_plan(house: House) -> None:
    asks_approval(house)
    (item,) = await desk(house)
    assert (item["kind"], item["action_plan"]) == ("approval", ACTIONS)


@pytest.mark.parametrize(
    ("act", "more", "verdict", "plan"),
    [
        ("approve", {}, {"verdict": "approved", "by": "ann", "note": None}, None),
        ("approve", {"note": "fine"}, {"verdict": "approved", "by": "ann", "note": "fine"}, None),
        ("refuse", {"note": "too much"}, {"verdict": "refused", "by": "ann", "note": "too much"}, None),
        ("change", {"action_plan": ACTIONS}, {"verdict": "changed", "by": "ann", "note": None}, ACTIONS),
    ],
)
async def test_a_verdict_completes_the_visit_and_gives_the_conversation_back(
    house: House, act: str, more: dict[str, object], verdict: object, plan: object
) -> None:
    asks_approval(house)
    await post(house, "claim", ANN)
    answer = await post(house, act, {**ANN, **more})
    assert (answer.status_code, answer.json()["status"]) == (200, act.rstrip("e") + "ed")
    assert given(house) == {"approval": verdict} | ({"action_plan": plan} if plan else {})
    waits(house, "m-2")
    assert (await post(house, "claim", BOB, "m-2")).status_code == 200


@pytest.mark.parametrize(
    ("act", "more"), [("approve", {}), ("refuse", {"note": "no"}), ("change", {"action_plan": ACTIONS})]
)
async def test_a_verdict_on_what_asks_for_none_or_on_the_claim_of_another_is_refused(
    house: House, act: str, more: dict[str, object]
) -> None:
    waits(house)
    assert (await post(house, act, {**ANN, **more})).status_code == 409
    asks_approval(house)
    await post(house, "claim", BOB)
    assert (await post(house, act, {**ANN, **more})).json()["claimed_by"] == "bob"
    assert house.journeys.answers == []


@pytest.mark.parametrize(("act", "body"), [("reply", {"text": "Hello", **ANN}), ("hand-back", ANN)])
async def test_an_approval_request_wants_a_verdict_and_nothing_else(
    house: House, act: str, body: dict[str, object]
) -> None:
    asks_approval(house)
    assert (await post(house, act, body)).status_code == 409
    assert house.journeys.answers == []


@pytest.mark.parametrize(
    ("act", "more"),
    [
        ("refuse", {}),
        ("refuse", {"note": " "}),
        ("change", {}),
        ("change", {"action_plan": [{"name": "process_refund"}]}),
        ("change", {"action_plan": {"actions": [{"amount": 3}]}}),
        ("change", {"action_plan": {"actions": [{"name": "Refund it!"}]}}),
    ],
)
async def test_a_verdict_must_be_one(house: House, act: str, more: dict[str, object]) -> None:
    asks_approval(house)
    assert (await post(house, act, {**ANN, **more})).status_code == 422
    assert house.journeys.answers == []


# -- handing back


async def test_a_message_that_is_handed_back_is_answered_by_the_mesh(house: House) -> None:
    message = waits(house)
    await post(house, "claim", ANN)
    answer = await post(house, "hand-back", {**ANN, "reason": "the article says it all"})
    assert answer.json()["status"] == "handed_back"
    route = given(house)
    assert route == message.route.only(
        "response_generator", "guardrail_validator", "response_aggregator",
        why="a person handed it back: it is answered automatically",
    )  # fmt: skip
    assert message.route.accept(route, "human_agent").trace[-1].actor == "human_agent"
    (note,) = (await look(house, "/m-1/notes")).json()
    assert (note["by"], note["text"]) == ("ann", "the article says it all")
    waits(house, "m-2")
    assert (await post(house, "claim", BOB, "m-2")).status_code == 200


async def test_what_was_held_back_only_has_to_be_sent(house: House) -> None:
    message = waits(house).enriched({"delivery": {"reply_id": "m-1:5", "status": "superseded"}})
    house.journeys.open["m-1"] = message
    (item,) = await desk(house)
    assert (item["held_back"], item["holding_reply"]) == ("A colleague will answer you.", None)
    await post(house, "hand-back", ANN)
    assert given(house).ahead == ("response_aggregator",)  # type: ignore[attr-defined]


async def test_who_hands_back_may_name_the_actors_that_go_on(house: House) -> None:
    waits(house)
    unknown = await post(house, "hand-back", {**ANN, "steps": ["oracle"]})
    assert (unknown.status_code, house.journeys.answers) == (422, [])
    await post(house, "hand-back", {**ANN, "steps": ["intent_analyzer", "response_aggregator"]})
    assert given(house).ahead == ("intent_analyzer", "response_aggregator")  # type: ignore[attr-defined]
