"""The answer reaches history, customer and session, whatever it is, and a repetition changes nothing."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from activities.response_aggregator import Delivery, response_aggregator
from activities.response_generator import Response
from mesh.delivery import PLAIN_APOLOGY
from mesh.errors import Transient, Unavailable
from mesh.protocol import Enrichment, Message, Route
from mesh.sessions import Session, SessionState, SessionTurn
from mesh.store import History, migrate
from tests.activities.cases import EMAIL, after_failures, an_intent
from tests.fakes import FakeBus, FakeHistory, MemorySessions, a_message, settings

HERE = Route(steps=("response_generator", "response_aggregator"), current_step=1)
BEFORE_A_PERSON = HERE.then("human_agent", "response_aggregator")
HELLO = Response(text="I have found your order.")


class Desk:
    """Everything that one delivery touches."""

    def __init__(self, history: History) -> None:
        self.history, self.bus, self.sessions = history, FakeBus(), MemorySessions()

    async def deliver(self, *found: Enrichment, message: Message | None = None, **fields: Any) -> Delivery:
        sent = message or a_message("Where is my order?", *found, **{"email": EMAIL, "route": HERE, **fields})
        delivery = await response_aggregator(sent, history=self.history, bus=self.bus, sessions=self.sessions)
        assert isinstance(delivery, Delivery)
        return delivery

    @property
    def session(self) -> Session:
        return self.sessions.saved["s-1"]


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Desk]:
    configured = settings(mesh_data_dir=tmp_path)
    await migrate(configured)
    async with History.open(configured) as history:
        yield Desk(history)


@pytest.mark.parametrize(
    ("kind", "status"),
    [
        ("answer", "resolved"), ("clarification", "resolved"), ("holding", "escalated"),
        ("fallback", "apologised"), ("safe", "apologised"), ("apology", "apologised"),
    ],
)  # fmt: skip
async def test_the_kind_of_words_says_how_the_message_is_left(desk: Desk, kind: Any, status: str) -> None:
    delivery = await desk.deliver(Response(text="words", kind=kind))
    assert delivery == Delivery(reply_id="m-1:1", status=status)  # type: ignore[arg-type]
    assert desk.bus.replies[0].status == status
    assert (await desk.history.of_message("m-1"))[1].status == status
    assert desk.session.state.status == status


async def test_question_and_answer_reach_history_customer_and_session(desk: Desk) -> None:
    await desk.deliver(HELLO, an_intent("order_status", "ORD-1", "ORD-2"))
    assert [row.content for row in await desk.history.of_message("m-1")] == ["Where is my order?", HELLO.text]
    assert [reply.text for reply in desk.bus.replies] == [HELLO.text]
    state, turns = desk.session
    assert [(turn.sender, turn.text) for turn in turns] == [("customer", "Where is my order?"), ("agent", HELLO.text)]
    assert (state.customer_email, state.turns, state.last_intent) == (EMAIL, 1, "order_status")
    assert state.last_order_id == "ORD-1"


async def test_without_any_reply_the_plain_apology_goes_out(desk: Desk) -> None:
    assert (await desk.deliver()).status == "apologised"
    assert desk.bus.replies[0].text == PLAIN_APOLOGY


async def test_a_draft_or_a_refused_text_never_goes_out_when_writing_it_anew_failed(desk: Desk) -> None:
    failed = after_failures(a_message("Hi", HELLO, route=HERE), "guardrail_validator", "response_generator")
    assert (await desk.deliver(message=failed)).status == "apologised"
    assert desk.bus.replies[0].text == PLAIN_APOLOGY


async def test_a_reply_written_after_another_actor_failed_does_go_out(desk: Desk) -> None:
    sorry = Response(text="The carrier does not answer.", kind="fallback")
    await desk.deliver(message=after_failures(a_message("Hi", sorry, route=HERE), "api_query_executor"))
    assert desk.bus.replies[0].text == sorry.text


async def test_an_apology_in_place_of_a_holding_reply_leaves_the_message_escalated(desk: Desk) -> None:
    failed = after_failures(a_message("Hi", route=BEFORE_A_PERSON), "response_generator")
    assert (await desk.deliver(message=failed)).status == "escalated"


async def test_the_answer_of_a_person_goes_out_although_the_holding_reply_failed(desk: Desk) -> None:
    ann = Response(text="I am Ann.", author="human")
    await desk.deliver(message=after_failures(a_message("Hi", ann, route=HERE), "response_generator"))
    assert (desk.bus.replies[0].text, desk.bus.replies[0].author) == ("I am Ann.", "human")
    assert (await desk.history.of_message("m-1"))[1].sender == "human"
    assert desk.session.turns[-1].sender == "human"


async def test_a_repeated_visit_changes_nothing(desk: Desk) -> None:
    await desk.deliver(Response(text="Which order?", kind="clarification"))
    once = desk.session
    await desk.deliver(Response(text="Which order?", kind="clarification"))
    assert desk.session == once
    assert len(desk.bus.replies) == 1
    assert len(await desk.history.of_message("m-1")) == 2


async def test_the_same_words_in_a_later_message_are_a_new_turn(desk: Desk) -> None:
    await desk.deliver(HELLO)
    await desk.deliver(HELLO, message_id="m-2")
    assert desk.session.state.turns == 2
    assert len(desk.session.turns) == 4


async def test_a_holding_reply_and_the_answer_count_as_one_turn_of_the_customer(desk: Desk) -> None:
    await desk.deliver(Response(text="A colleague will answer.", kind="holding"), route=BEFORE_A_PERSON)
    later = BEFORE_A_PERSON.advance().advance()
    await desk.deliver(Response(text="I am Ann.", author="human"), route=later)
    assert desk.session.state.turns == 1
    assert [turn.sender for turn in desk.session.turns] == ["customer", "agent", "human"]
    assert desk.session.state.status == "resolved"


async def test_questions_in_a_row_are_counted_and_an_answer_ends_the_count(desk: Desk) -> None:
    for number in (1, 2):
        await desk.deliver(Response(text="Which order?", kind="clarification"), message_id=f"m-{number}")
        assert desk.session.state.clarifications == number
    await desk.deliver(HELLO, message_id="m-3")
    assert desk.session.state.clarifications == 0


async def test_what_the_message_does_not_say_stays_as_the_session_knew_it(desk: Desk) -> None:
    await desk.deliver(HELLO, an_intent("order_status", "ORD-1"))
    await desk.deliver(HELLO, an_intent("feedback"), message_id="m-2")
    assert (desk.session.state.last_intent, desk.session.state.last_order_id) == ("feedback", "ORD-1")
    await desk.deliver(HELLO, message_id="m-3")
    assert desk.session.state.last_intent == "feedback"


@pytest.mark.parametrize("email", [EMAIL, None])
async def test_the_session_of_somebody_else_is_not_continued(desk: Desk, email: str | None) -> None:
    theirs = SessionTurn(sender="customer", text="my secret", message_id="m-0")
    state = SessionState(session_id="s-1", customer_email="eve@example.com", turns=7, last_order_id="ORD-9")
    desk.sessions.saved["s-1"] = Session(state, (theirs,))
    await desk.deliver(HELLO, email=email)
    assert (desk.session.state.turns, desk.session.state.last_order_id) == (1, None)
    assert theirs not in desk.session.turns


async def test_without_the_session_server_the_answer_still_goes_out(desk: Desk) -> None:
    desk.sessions.down = True
    assert (await desk.deliver(HELLO)).status == "resolved"
    assert len(desk.bus.replies) == 1


async def test_without_the_history_nothing_is_sent_and_the_visit_is_tried_again(desk: Desk) -> None:
    class Broken(FakeHistory):
        async def add(self, rows: object) -> set[str]:
            raise Transient("the history database is not usable")

    desk.history = Broken()
    with pytest.raises(Transient):
        await desk.deliver(HELLO)
    assert desk.bus.replies == []
    assert desk.sessions.saved == {}


async def test_without_nats_the_visit_is_tried_again(desk: Desk) -> None:
    desk.bus.down = True
    with pytest.raises(Unavailable):
        await desk.deliver(HELLO)
    assert desk.sessions.saved == {}
