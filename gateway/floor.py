"""The desk beside its list: one conversation whole, who is there, passing on, ready replies, and everything live."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from time import monotonic
from typing import Annotated, Literal

from fastapi import APIRouter, Depends
from pydantic import BaseModel, Field, StringConstraints
from starlette.requests import Request
from starlette.responses import StreamingResponse

from gateway.board import CLOSED, Board, News, TheBoard, Window
from gateway.canned import Canned, canned_in
from gateway.case import case_of
from gateway.case_models import Case
from gateway.desk import MessageId, known, let_go, take
from gateway.desk_models import Note as NoteText
from gateway.edge import Edge, TheEdge
from gateway.models import Strict
from gateway.people import Person, ThePerson, a_person, person_on
from mesh.assignment.table import table_in
from mesh.desk import Desk
from mesh.floor import Colleague, Floor, Presence, State, Transfer
from mesh.protocol import Id

router = APIRouter(prefix="/api/desk", tags=["desk"], dependencies=[Depends(a_person)])

PULSE = 15.0
"""Seconds between two looks whether somebody is still signed in."""
BEAT = 5.0
"""Seconds between two times that a window is asked whether it is there. It answers by its presence: pages in the
background have slow clocks, and hear as well as any."""

Skill = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=40)]


class Here(Strict):
    """One window of the person, and what it shows.

    Say it again every 5 s: after 12 s you are gone, and what was offered to you or is yours is offered anew.
    `capacity`: how many conversations you would have at the same time; no more than you may.
    """

    window: Id
    state: State = "available"
    looking: Id | None = Field(default=None, description="The session of the conversation that is open.")
    capacity: int | None = Field(default=None, ge=1, le=100)


class Gone(Strict):
    window: Id


class PassOn(Strict):
    """`skill`: who shall see it first; `note`: for them, kept as a note."""

    skill: Skill
    note: NoteText | None = None


class Floored(BaseModel):
    """Who is there, and which skills a conversation can be passed on to."""

    people: list[Colleague]
    skills: list[str]


class Seen(BaseModel):
    status: Literal["seen"] = "seen"


@router.get("/{message_id}/case")
async def case(message_id: MessageId, edge: TheEdge) -> Case:
    """The conversation, what the mesh made of it, and what could be answered."""
    return await case_of(edge, await known(edge, message_id))


@router.put("/presence")
async def heartbeat(body: Here, person: ThePerson, edge: TheEdge) -> Seen:
    """Be seen by colleagues: available or away, and at which conversation."""
    presence = Presence(
        person=person.name,
        display_name=person.display_name,
        state=body.state,
        looking=body.looking,
        skills=person.skills,
        languages=person.languages,
        capacity=_capacity(body, person, edge),
        supervisor=person.may("supervisor"),
    )
    await Floor(edge.bus).show(presence, body.window)
    return Seen()


def _capacity(body: Here, person: Person, edge: Edge) -> int:
    most = person.capacity or table_in(edge.settings.knowledge_dir).capacity
    return min(body.capacity or most, most)


@router.post("/presence/leave")
async def leave(body: Gone, person: ThePerson, edge: TheEdge) -> Seen:
    """This window is closed."""
    await Floor(edge.bus).leave(person.name, body.window)
    return Seen()


@router.get("/people")
async def people(person: ThePerson, edge: TheEdge) -> Floored:
    """Who is at the desk now."""
    found = await Floor(edge.bus).people()
    # Whom a provider vouches for is in no table of ours, so those who are here count as well.
    team = [one.skills for one in await edge.people.all()] + [one.skills for one in found] + [person.skills]
    return Floored(people=list(found), skills=sorted({skill for skills in team for skill in skills}))


@router.post("/{message_id}/transfer")
async def transfer(message_id: MessageId, body: PassOn, person: ThePerson, edge: TheEdge) -> Transfer:
    """Let go of the conversation; people of this skill see it first. 409 when somebody else has it."""
    message = await known(edge, message_id)
    await take(edge, message, person)
    if body.note:
        await Desk(edge.bus).note(message_id, person.name, body.note)
    # Before it is let go: in between anybody could take it, and it would be theirs and passed on at once.
    passed = await Floor(edge.bus).pass_on(message_id, body.skill, person.name, body.note)
    await let_go(edge, message, person.name, passed=True)
    return passed


@router.get("/canned")
async def canned(edge: TheEdge) -> list[Canned]:
    """The replies that the shop has ready, as its file says them."""
    return list(canned_in(edge.settings.knowledge_dir))


@router.get("/live", include_in_schema=False)
async def live(connection: Request, board: TheBoard, edge: TheEdge) -> StreamingResponse:
    """Server-sent events: `waiting`, `people`, `trouble` when they change; `said`, `noted`, `due` as they happen.

    Every five seconds there is a `beat`, to be answered with the window's presence.
    """
    headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
    return StreamingResponse(
        _told(board, lambda: person_on(connection, edge)), media_type="text/event-stream", headers=headers
    )


async def _told(board: Board, still_here: Callable[[], Awaitable[Person | None]]) -> AsyncIterator[str]:
    """What a window is told, until it is closed, too slow, or its person is signed in no more."""
    with board.listening() as window:
        yield "retry: 2000\n\n"
        asked = beaten = monotonic()
        while True:
            news = await _next(window, beaten + BEAT)
            if monotonic() - asked > PULSE:
                asked = monotonic()
                if await still_here() is None:
                    return
            if news is CLOSED:
                return
            if news:
                yield f"event: {news.kind}\ndata: {news.data}\n\n"
            else:
                beaten = monotonic()
                yield "event: beat\ndata: {}\n\n"


async def _next(window: Window, until: float) -> News | None:
    """The next news; None when it is time for a beat, however much happens."""
    try:
        async with asyncio.timeout(until - monotonic()):
            return await window.get()
    except TimeoutError:
        return None
