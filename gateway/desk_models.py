"""What people at the desk send and get."""

from datetime import datetime
from typing import Annotated, Literal

from fastapi import Query
from pydantic import BaseModel, ConfigDict, Field

from gateway.models import Strict, Text
from mesh.protocol import Id
from mesh.route import ActorName

Note = Annotated[Text, Field(max_length=2_000)]


class Approval(Strict):
    note: Note | None = None


class Refusal(Strict):
    """`note`: why. Whoever tells the customer reads it."""

    note: Note


class PlannedAction(BaseModel):
    """One thing to do at the shop; which fields it needs depends on its name."""

    model_config = ConfigDict(frozen=True, extra="allow")

    name: str = Field(pattern=r"^[a-z_]{1,60}$")


class Plan(Strict):
    actions: tuple[PlannedAction, ...] = Field(max_length=50)


class Change(Approval):
    """Approve another plan than the one that was proposed."""

    action_plan: Plan


class HandBack(Strict):
    """`steps`: the actors that go on with it, when the ordinary ones shall not; `reason`: kept as a note."""

    steps: tuple[ActorName, ...] | None = Field(default=None, min_length=1, max_length=20)
    reason: Note | None = None


class NewNote(Strict):
    text: Note


class Claimed(BaseModel):
    """Who has the conversation, and until when unless they send a heartbeat."""

    message_id: Id
    session_id: Id
    agent: str
    since: datetime
    until: datetime


class Done(BaseModel):
    message_id: Id
    status: Literal["approved", "refused", "changed", "handed_back", "released"]


class Wanted(Strict):
    """Which conversations to list, and in which order."""

    urgency: str | None = None
    tier: str | None = None
    intent: str | None = None
    state: Literal["waiting", "claimed"] | None = None
    agent: str | None = Field(default=None, description="Claimed by this person.")
    kind: Literal["reply", "approval"] | None = None
    sort: Literal["urgency", "age"] = Field(default="urgency", description="Of the same urgency the oldest is first.")


Filters = Annotated[Wanted, Query()]
