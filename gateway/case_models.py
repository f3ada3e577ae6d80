"""Everything about one conversation that helps whoever answers it, as the desk shows it."""

from datetime import datetime
from typing import Literal

from pydantic import BaseModel, ConfigDict, JsonValue

from gateway.models import Line, Waiting
from mesh.desk import Note
from mesh.floor import Transfer
from mesh.route import TraceEntry
from mesh.shop import Customer, Order, SupportTicket, Tracking


class Tolerant(BaseModel):
    """What actors wrote into a slot. Anybody may serve an actor: what does not fit is left out, never an error."""

    model_config = ConfigDict(frozen=True, extra="ignore")


class Felt(Tolerant):
    """`score` from -1 (furious) to 1 (delighted)."""

    sentiment: str | None = None
    score: float | None = None
    urgency: str | None = None
    escalation_signals: tuple[str, ...] = ()


class OtherMatter(Tolerant):
    intent: str
    confidence: float | None = None


class Meant(Tolerant):
    intent: str | None = None
    confidence: float | None = None
    secondary: tuple[OtherMatter, ...] = ()
    entities: dict[str, JsonValue] = {}
    language: str = ""


class Found(Tolerant):
    """What the shop said when the message was read. `unavailable`: services that did not answer."""

    customer: Customer | None = None
    orders: tuple[Order, ...] = ()
    tracking: tuple[Tracking, ...] = ()
    tickets: tuple[SupportTicket, ...] = ()
    unavailable: tuple[str, ...] = ()
    unknown_orders: tuple[str, ...] = ()


class Entity(BaseModel):
    """Something that the customer named: an order number, a sum, a day."""

    kind: str
    value: str


class Suggestion(BaseModel):
    """What could be answered. `held_back`: it was about to be sent; `draft`: written beside the holding reply."""

    text: str
    source: Literal["held_back", "draft"]
    author: str = "rules"


class Travelled(BaseModel):
    """The way of a message: what was done, where it is now, what lies ahead."""

    done: list[TraceEntry]
    here: list[str]
    ahead: list[str]


class Case(BaseModel):
    """One message that waits for a person, with its conversation and all that is known.

    Attributes:
        waiting: whether it still waits; otherwise it was answered meanwhile.
        variables: values for the placeholders of canned replies.
        workflow: its page in the Temporal Web UI.
        reasons: why the route was changed on the way, oldest first.
    """

    item: Waiting
    waiting: bool
    felt: Felt
    meant: Meant
    entities: list[Entity]
    found: Found
    reasons: list[str]
    objections: list[str]
    route: Travelled
    lines: list[Line]
    notes: list[Note]
    suggestion: Suggestion | None = None
    transfer: Transfer | None = None
    variables: dict[str, str]
    workflow: str
    read_at: datetime
