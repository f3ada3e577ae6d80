"""What crosses the socket: JSON, one object for each frame. `websocket` says when."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import BaseModel, Field, TypeAdapter

from gateway.models import Attached, Email, Strict, Text
from mesh.parts import Parts
from mesh.protocol import Id
from mesh.replies import Progress, Reply, Source


class Hello(Strict):
    """Who opened the socket, for which session, and what of it was seen already."""

    type: Literal["hello"] = "hello"
    identity_token: str | None = Field(default=None, max_length=8_192)
    customer_email: Email | None = None
    session_id: Id | None = None
    session_secret: str | None = Field(default=None, max_length=128)
    after: int = Field(default=0, ge=0)


class Renewal(Strict):
    """A fresh identity token of the same customer, before the old one expires."""

    type: Literal["identity"]
    identity_token: str = Field(max_length=8_192)


class Said(Strict):
    type: Literal["message"]
    text: Text
    message_id: Id | None = None
    attachments: Attached = ()


class Ping(Strict):
    type: Literal["ping"]


Incoming = TypeAdapter[Said | Ping | Renewal](Annotated[Said | Ping | Renewal, Field(discriminator="type")])


class SessionFrame(BaseModel):
    """`session_secret`: what an anonymous customer shows to come back to this session."""

    type: Literal["session"] = "session"
    session_id: str
    sequence: int
    session_secret: str | None = None


class AcceptedFrame(BaseModel):
    type: Literal["accepted"] = "accepted"
    message_id: str


class PongFrame(BaseModel):
    type: Literal["pong"] = "pong"


class ErrorFrame(BaseModel):
    """`retry_after`: seconds to wait when there were too many messages; of all customers, when `reason` is busy."""

    type: Literal["error"] = "error"
    detail: str
    message_id: str | None = None
    retry_after: int | None = None
    reason: str | None = None


class ProgressFrame(BaseModel):
    type: Literal["progress"] = "progress"
    message_id: str
    actor: str
    state: str
    by: str | None = None

    @classmethod
    def of(cls, event: Progress) -> "ProgressFrame":
        return cls(message_id=event.message_id, actor=event.actor, state=event.state, by=event.by)


class SupersededFrame(BaseModel):
    type: Literal["superseded"] = "superseded"
    message_id: str
    answered_by: str


class ReplyFrame(BaseModel):
    type: Literal["reply"] = "reply"
    reply_id: str
    message_id: str
    text: str
    status: str
    author: str
    sequence: int | None
    at: datetime
    sources: list[Source] = []
    parts: Parts = ()

    @classmethod
    def of(cls, reply: Reply) -> "ReplyFrame":
        return cls.model_validate(reply.model_dump(include=set(cls.model_fields) - {"type"}))
