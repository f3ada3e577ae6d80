"""How the desk and its cluster stand: nodes, people, conversations. Without a word of a customer."""

from datetime import UTC, datetime, timedelta
from typing import Literal

from fastapi import APIRouter
from pydantic import BaseModel, Field

from gateway.assigning import Assigner, TheAssigner
from gateway.edge import Edge, TheEdge
from gateway.people import TheSupervisor
from mesh.assignment.pace import Served
from mesh.assignment.seats import Seat, Seats
from mesh.assignment.table import Table, table_in
from mesh.floor import Colleague
from mesh.protocol import Id
from mesh.streams import MESSAGES

router = APIRouter(tags=["health"])


class Node(BaseModel):
    """A NATS server that keeps our streams. `current`: it has everything that the leader has."""

    name: str
    leader: bool
    current: bool


class Cluster(BaseModel):
    size: int
    nodes: list[Node]


class Standing(BaseModel):
    """A person at the desk. `load` of `capacity` conversations are offered to them or theirs."""

    person: str
    display_name: str
    status: Literal["available", "busy", "away"]
    load: int
    capacity: int
    skills: list[str]
    languages: list[str]
    last_heartbeat: datetime


class Placed(BaseModel):
    """A conversation at the desk: offered to somebody, or theirs."""

    session_id: Id
    message_id: Id
    state: Literal["offered", "taken"]
    person: str
    skill: str
    why: list[str]
    since: datetime
    until: datetime | None = None


class Conversations(BaseModel):
    """`expected_seconds`: until a person answers who is asked for now; null while too little was measured."""

    waiting: int
    offered: int
    taken: int
    expected_seconds: float | None = None
    placed: list[Placed] = Field(default_factory=list)


class Status(BaseModel):
    at: datetime
    cluster: Cluster
    people: list[Standing]
    conversations: Conversations


@router.get("/status")
async def status(_: TheSupervisor, edge: TheEdge, assigner: TheAssigner) -> Status:
    """Nodes, people and conversations, as this gateway sees them."""
    seats = await Seats(edge.bus).all()
    return Status(
        at=datetime.now(UTC),
        cluster=await _cluster(edge),
        people=_people(assigner, seats, table_in(edge.settings.knowledge_dir)),
        conversations=await _conversations(edge, assigner, seats),
    )


async def _cluster(edge: Edge) -> Cluster:
    found = await edge.bus.nodes(MESSAGES)
    nodes = [Node(name=one.name, leader=one.leads, current=one.current) for one in found]
    return Cluster(size=len(nodes), nodes=nodes)


def _people(assigner: Assigner, seats: dict[str, Seat], table: Table) -> list[Standing]:
    now, held = datetime.now(UTC), [seat.person for seat in seats.values() if seat.state != "open"]
    return [
        Standing(
            person=one.person,
            display_name=one.display_name,
            status=_state(one, held.count(one.person), table),
            load=held.count(one.person),
            capacity=one.capacity or table.capacity,
            skills=list(one.skills),
            languages=list(one.languages) or [table.language],
            last_heartbeat=now - timedelta(seconds=assigner.roster.last_heard(one.person)),
        )
        for one in assigner.roster.people()
    ]


def _state(one: Colleague, load: int, table: Table) -> Literal["available", "busy", "away"]:
    return "busy" if one.state == "available" and load >= (one.capacity or table.capacity) else one.state


async def _conversations(edge: Edge, assigner: Assigner, seats: dict[str, Seat]) -> Conversations:
    placed = [_placed(session_id, seat) for session_id, seat in seats.items() if seat.state != "open"]
    states = [one.state for one in placed]
    return Conversations(
        waiting=assigner.waiting(seats),
        offered=states.count("offered"),
        taken=states.count("taken"),
        expected_seconds=await Served(edge.bus).expected(),
        placed=placed,
    )


def _placed(session_id: str, seat: Seat) -> Placed:
    return Placed.model_validate({**seat.model_dump(), "session_id": session_id})
