"""The desk: which conversations wait for a person, who has them, and what people answer and decide."""

import contextlib
from collections.abc import Iterator
from http import HTTPStatus
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Path
from pydantic import JsonValue

from gateway.chat import refuse_long
from gateway.desk_models import (
    Approval,
    Change,
    Claimed,
    Done,
    Filters,
    HandBack,
    NewNote,
    Refusal,
)
from gateway.edge import Edge, TheEdge
from gateway.models import Answered, DeskReply, Waiting
from gateway.people import Person, ThePerson, a_person
from gateway.presence_news import tell_customer
from gateway.problems import Problem
from gateway.seating import accepted, answered, assignment, left, seat_of, theirs
from gateway.waiting_list import PERSON, is_approval, listed, was_held_back
from mesh.assignment.seats import Offered
from mesh.desk import Claim, Desk, Held, Hold, Note, NotHeld
from mesh.protocol import Id, Message, Outcome, Route

router = APIRouter(prefix="/api/desk", tags=["desk"], dependencies=[Depends(a_person)])

MessageId = Annotated[Id, Path()]
DELIVERY = "response_aggregator"
ANSWER = ("response_generator", "guardrail_validator", DELIVERY)
HANDED_BACK = "a person handed it back: it is answered automatically"
GONE = "This conversation does not wait for a person now: it was answered, or its deadline passed."


@router.get("")
async def waiting(edge: TheEdge, wanted: Filters) -> list[Waiting]:
    """The conversations that wait for a person: most urgent first, then longest waiting."""
    return await listed(edge, wanted)


@router.post("/{message_id}/claim")
async def claim(message_id: MessageId, person: ThePerson, edge: TheEdge) -> Claimed:
    """Take the conversation over: from now on no automatic reply reaches the customer. Keep it by heartbeats."""
    message = await known(edge, message_id)
    held = (await take(edge, message, person)).hold
    await tell_customer(edge, message, "joined", person.display_name)
    return _claimed(message, held)


@router.post("/{message_id}/heartbeat")
async def heartbeat(message_id: MessageId, person: ThePerson, edge: TheEdge) -> Claimed:
    """Still there. 409 when the claim has expired: claim again."""
    message = await known(edge, message_id)
    with _refused(message):
        return _claimed(message, await _desk(edge).renew(message.session_id, person.name))


@router.post("/{message_id}/release")
async def release(message_id: MessageId, person: ThePerson, edge: TheEdge) -> Done:
    """Let go of the conversation; what waits goes on waiting, for anybody."""
    message = await known(edge, message_id)
    with _refused(message):
        await _desk(edge).release(message.session_id, person.name)
    await left(edge, message, person.name, passed=True)
    await tell_customer(edge, message, "left", person.display_name)
    return Done(message_id=message_id, status="released")


@router.post("/{message_id}/reply")
async def reply(message_id: MessageId, body: DeskReply, person: ThePerson, edge: TheEdge) -> Answered:
    """Answer a conversation that waits for a person. Who has claimed it keeps it."""
    refuse_long(body.text)
    message = await _waiting(edge, message_id, approval=False)
    claim = await take(edge, message, person)
    seat = await seat_of(edge, message)
    try:
        answer: JsonValue = {"text": body.text, "kind": "answer", "author": "human", "agent": person.name}
        await _complete(edge, message, {"response": answer, **assignment(seat)})
        await answered(edge, message, person.name, seat)
    finally:
        # Who only answered, without having claimed, sends no heartbeats: nobody would answer what comes next.
        if claim.fresh:
            await let_go(edge, message, person.name)
    return Answered(message_id=message_id)


@router.post("/{message_id}/approve")
async def approve(message_id: MessageId, body: Approval, person: ThePerson, edge: TheEdge) -> Done:
    """Let the mesh carry out the plan that it proposes."""
    return await _decide(edge, message_id, body, person, "approved")


@router.post("/{message_id}/refuse")
async def refuse(message_id: MessageId, body: Refusal, person: ThePerson, edge: TheEdge) -> Done:
    """The plan is not carried out."""
    return await _decide(edge, message_id, body, person, "refused")


@router.post("/{message_id}/change")
async def change(message_id: MessageId, body: Change, person: ThePerson, edge: TheEdge) -> Done:
    """Let the mesh carry out this plan instead."""
    plan = body.action_plan.model_dump(mode="json")
    return await _decide(edge, message_id, body, person, "changed", action_plan=plan)


@router.post("/{message_id}/hand-back")
async def hand_back(message_id: MessageId, body: HandBack, person: ThePerson, edge: TheEdge) -> Done:
    """Give the message back to the mesh, which answers it; automatic replies may pass again."""
    message = await _waiting(edge, message_id, approval=False)
    _demand_actors(edge, body.steps or ())
    await take(edge, message, person)
    if body.reason:
        await _desk(edge).note(message_id, person.name, body.reason)
    # Before the visit is completed: its answer must find the way free.
    await let_go(edge, message, person.name)
    # What was held back has been written and checked; it only has to go out.
    steps = body.steps or ((DELIVERY,) if was_held_back(message) else ANSWER)
    await _complete(edge, message, message.route.only(*steps, why=HANDED_BACK))
    return Done(message_id=message_id, status="handed_back")


@router.get("/{message_id}/notes")
async def notes(message_id: MessageId, edge: TheEdge) -> list[Note]:
    """What colleagues wrote about this message, oldest first."""
    return list(await _desk(edge).notes(message_id))


@router.post("/{message_id}/notes", status_code=HTTPStatus.CREATED)
async def add_note(message_id: MessageId, body: NewNote, person: ThePerson, edge: TheEdge) -> Note:
    """Tell colleagues something; the customer does not see it."""
    await known(edge, message_id)
    return await _desk(edge).note(message_id, person.name, body.text)


# -- inside


def _desk(edge: Edge) -> Desk:
    return Desk(edge.bus, edge.settings.desk_lease)


async def known(edge: Edge, message_id: str) -> Message:
    message = await (await edge.temporal.journeys()).message(message_id)
    if message is None:
        raise Problem(HTTPStatus.NOT_FOUND, f"No message {message_id} is known.", message_id=message_id)
    return message


async def _waiting(edge: Edge, message_id: str, *, approval: bool) -> Message:
    """The message, if it waits for a person, and for what is being given."""
    message = await known(edge, message_id)
    if PERSON not in message.route.here:
        raise Problem(HTTPStatus.CONFLICT, GONE, message_id=message_id)
    if is_approval(message) and not approval:
        detail = "This is an approval request: approve, refuse or change its plan."
        raise Problem(HTTPStatus.CONFLICT, detail, message_id=message_id)
    if approval and not is_approval(message):
        raise Problem(HTTPStatus.CONFLICT, "This is no approval request: it waits for a reply.", message_id=message_id)
    return message


async def take(edge: Edge, message: Message, person: Person) -> Claim:
    """The claim of this person, for whom any offer that keeps others out must be."""
    with _refused(message):
        await accepted(edge, message, person)
        try:
            claimed = await _desk(edge).claim(message.session_id, person.name)
        except Held as error:
            await theirs(edge, message, error.hold.agent)
            raise
        await theirs(edge, message, person.name)
        return claimed


async def let_go(edge: Edge, message: Message, agent: str, *, passed: bool = False) -> None:
    # When it expired in the meantime there is nothing left to let go of.
    with contextlib.suppress(NotHeld, Held):
        await _desk(edge).release(message.session_id, agent)
    await left(edge, message, agent, passed=passed)


@contextlib.contextmanager
def _refused(message: Message) -> Iterator[None]:
    """Say who has the conversation, or is asked first, when it is not the one who acts."""
    try:
        yield
    except Offered as error:
        raise Problem(
            HTTPStatus.CONFLICT,
            str(error),
            message_id=message.message_id,
            offered_to=error.seat.person,
            offered_until=error.seat.model_dump(mode="json")["until"],
        ) from error
    except Held as error:
        raise Problem(
            HTTPStatus.CONFLICT,
            str(error),
            message_id=message.message_id,
            claimed_by=error.hold.agent,
            claimed_until=error.hold.model_dump(mode="json")["until"],
        ) from error
    except NotHeld as error:
        raise Problem(HTTPStatus.CONFLICT, str(error), message_id=message.message_id) from error


def _claimed(message: Message, hold: Hold) -> Claimed:
    return Claimed.model_validate(
        {**hold.model_dump(), "message_id": message.message_id, "session_id": message.session_id}
    )


async def _decide(
    edge: Edge,
    message_id: str,
    body: Approval | Refusal,
    person: Person,
    verdict: Literal["approved", "refused", "changed"],
    **more: JsonValue,
) -> Done:
    message = await _waiting(edge, message_id, approval=True)
    await take(edge, message, person)
    seat = await seat_of(edge, message)
    # The mesh goes on and tells the customer what was done, so its reply must find the way free.
    await let_go(edge, message, person.name)
    await _complete(edge, message, {"approval": {"verdict": verdict, "by": person.name, "note": body.note}, **more})
    await answered(edge, message, person.name, seat)
    return Done(message_id=message_id, status=verdict)


async def _complete(edge: Edge, message: Message, result: dict[str, JsonValue] | Route) -> None:
    outcome = Outcome(route=result) if isinstance(result, Route) else Outcome(enrichment=result)
    journeys = await edge.temporal.journeys()
    if not await journeys.complete(message, PERSON, outcome):
        raise Problem(HTTPStatus.CONFLICT, GONE, message_id=message.message_id)


def _demand_actors(edge: Edge, steps: tuple[str, ...]) -> None:
    unknown = sorted(set(steps) - set(edge.actors))
    if unknown:
        detail = f"No actor is called {', '.join(unknown)}; there are {', '.join(sorted(edge.actors))}."
        raise Problem(HTTPStatus.UNPROCESSABLE_ENTITY, detail)
