"""What travels: messages, payloads, outcomes. The wire format is JSON with exactly these field names.

Everything here is a frozen value. `Message.after` and `Message.failed` return the next message.
"""

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Annotated, Any, ClassVar, Literal, Self, TypeVar

from pydantic import Field, JsonValue, ValidationError, model_validator

from mesh.calls import Call
from mesh.details import STUCK, details, impersonal
from mesh.errors import ProtocolError
from mesh.interventions import GiveUp, Intervention, ReplyNow, Reroute, RetryNow, SkipStep, obey, objection
from mesh.rerun import RERUN, Rerun
from mesh.riding import asked_first, brought, carried, lines_of
from mesh.route import HOP_CAP, Policy, Route, Step, TraceEntry, Wire, names_in, spared

__all__ = [
    "FACETS", "FAIRNESS", "HOP_CAP", "MAX_ENVELOPE_BYTES", "STUCK", "Enrichment", "Failure", "GiveUp",
    "Intervention", "JsonValue", "Message", "Outcome", "Payload", "Policy", "ProtocolError", "ReplyNow", "Reroute",
    "RetryNow", "Route", "SkipStep", "Step", "TraceEntry", "asked_first", "brought", "carried", "details",
    "impersonal", "lines_of", "misfit", "names_in", "obey", "objection", "queue_of", "visit_id", "wish_of",
]  # fmt: skip

MAX_ENVELOPE_BYTES = 256 * 1024
"""Largest message in bytes of JSON: Temporal warns at 512 KiB and refuses 2 MiB."""

FACETS = ("SessionId", "Actor", "State", "Intent", "Urgency", "Channel", "Tier", "WaitingSince")
"""What an operator can search a message by. Never personal data: search attributes are not encrypted."""

FACET = re.compile(r"[\w+ :-]{1,200}")

FAIRNESS = "fairness"
"""Where the gateway notes whose a message is, as a hash, when its customer has others on their way."""
FAIR = re.compile(r"[0-9a-f]{1,64}")

ORIGINAL = ("customer_message", "customer_email")
JOURNAL = ("error", "recovery_log")

Id = Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{1,64}$")]
"""A message or session id: safe in a NATS subject and a workflow id, and no place for an e-mail address."""

E = TypeVar("E", bound="Enrichment")
W = TypeVar("W", bound=Intervention)


def queue_of(actor: str) -> str:
    """The name of an actor's mailbox: its NATS subject and its Temporal task queue."""
    return f"ecommerce.support.{actor}"


def visit_id(actor: str, hop: int, restarts: int = 0) -> str:
    """The Temporal activity id of one visit, by which it can be completed from outside.

    A visit that an operator started anew has an id of its own: the abandoned one may still be running.
    """
    return f"{hop}-{actor}~{restarts}" if restarts else f"{hop}-{actor}"


class Enrichment(Wire):
    """A typed model that fills one slot of the payload: `class Sentiment(Enrichment, slot="sentiment")`."""

    slot: ClassVar[str]

    def __init_subclass__(cls, *, slot: str = "", **kwargs: Any) -> None:  # noqa: ANN401 - pydantic's own signature
        super().__init_subclass__(**kwargs)
        if slot in ORIGINAL + JOURNAL:
            raise ProtocolError(f"the slot {slot} belongs to the protocol")
        if slot:
            cls.slot = slot


class Failure(Wire):
    """Why a visit failed, in words, with the number of attempts where it is known."""

    actor: str
    hop: int
    kind: Literal["permanent", "exhausted", "deadline", "unserved", "protocol", "hop_cap", "given_up"]
    reason: str
    attempts: int | None = None
    at: datetime | None = None


class Payload(Wire):
    """What the customer said, and what the actors found out. Unknown slots pass through untouched."""

    customer_message: str = Field(min_length=1)
    customer_email: str | None = None
    sentiment: JsonValue = None
    intent: JsonValue = None
    context: JsonValue = None
    api_data: JsonValue = None
    action_plan: JsonValue = None
    response: JsonValue = None
    guardrail_check: JsonValue = None
    execution_result: JsonValue = None
    error: Failure | None = None
    recovery_log: tuple[Failure, ...] = ()


class Outcome(Wire):
    """What an actor returns: values for slots, or an edited route; not both. `calls` is what it asked of models.

    `ridden` is what others answered in the same activity, in order; `line` is then the trace's line for each of them.
    """

    enrichment: dict[str, JsonValue] | None = None
    route: Route | None = None
    calls: tuple[Call, ...] = spared(())
    line: TraceEntry | None = spared(None)
    ridden: "tuple[Outcome, ...]" = spared(())

    @model_validator(mode="after")
    def _one_of_both(self) -> Self:
        if self.enrichment and self.route:
            raise ValueError("an outcome is an enrichment or a route: processors add data, routers edit the route")
        return self

    @classmethod
    def read(cls, raw: JsonValue) -> "Outcome":
        """An outcome as it came over the wire, from an actor in any language.

        Raises:
            ProtocolError: it does not fit; says where, without quoting the value.
        """
        try:
            return cls.model_validate({} if raw is None else raw)
        except ValidationError as error:
            raise ProtocolError(f"this is not an outcome: {misfit(error)}") from None

    @classmethod
    def of(cls, result: "Enrichment | tuple[Enrichment, ...] | Route | None", calls: Sequence[Call] = ()) -> "Outcome":
        if isinstance(result, Route):
            return cls(route=result, calls=tuple(calls))
        found = () if result is None else result if isinstance(result, tuple) else (result,)
        return cls(enrichment={item.slot: item.model_dump(mode="json") for item in found} or None, calls=tuple(calls))


class Message(Wire):
    """One customer utterance, its route and its payload."""

    message_id: Id
    session_id: Id
    route: Route
    payload: Payload
    metadata: dict[str, JsonValue] = Field(default_factory=dict)

    # -- reading

    def get(self, kind: type[E]) -> E | None:
        """The enrichment of this kind, or None when nobody filled its slot."""
        value = getattr(self.payload, kind.slot, None)
        return None if value is None else kind.model_validate(value)

    def need(self, kind: type[E]) -> E:
        """The enrichment of this kind.

        Raises:
            ProtocolError: its slot is empty; the route visits this actor too early.
        """
        found = self.get(kind)
        if found is None:
            raise ProtocolError(f"the slot {kind.slot} is empty: visit the actor that fills it first")
        return found

    def key(self, action: str) -> str:
        """The idempotency key of one effect: `<message_id>:<hop>:<action>`, the same in a replay."""
        return f"{self.message_id}:{self.rerun.hop(self.route)}:{action}"

    @property
    def rerun(self) -> Rerun:
        """What earlier runs of this message did; nothing in its first."""
        return Rerun.read(self.metadata.get(RERUN))

    @property
    def reply_id(self) -> str:
        """The id of a reply made at this step: fixed for the visit, another one in a replay."""
        base = f"{self.message_id}:{self.route.current_step}"
        return f"{base}:r{self.rerun.count}" if self.rerun.count else base

    def failures(self, actor: str) -> int:
        """How often a visit to this actor has failed so far."""
        return sum(failure.actor == actor for failure in self.payload.recovery_log)

    def facets(self, state: str) -> dict[str, str]:
        """The values of FACETS that are known by now; none of them is personal data."""
        slots = self.payload
        found = {
            "SessionId": self.session_id,
            "Actor": "+".join(self.route.here),
            "State": state,
            "Intent": _text(slots.intent, "intent"),
            "Urgency": _text(slots.sentiment, "urgency"),
            "Channel": _text(dict(self.metadata), "channel"),
            "Tier": _text(slots.context, "customer", "tier"),
        }
        # What does not look like a plain word may be personal data of a foreign actor's making, or too long to store.
        return {name: value for name, value in found.items() if FACET.fullmatch(value)}

    @property
    def ending(self) -> str:
        """How a finished message ended, as the actor that delivered it says in the slot `delivery`."""
        return _text(getattr(self.payload, "delivery", None), "status") or "done"

    @property
    def fairness(self) -> str | None:
        """Whose visits are to be taken in turn with those of others; None where that makes no difference."""
        found = self.metadata.get(FAIRNESS)
        return found if isinstance(found, str) and FAIR.fullmatch(found) else None

    # -- following

    def with_route(self, route: Route) -> "Message":
        return self.model_copy(update={"route": route})

    def enriched(self, slots: Mapping[str, JsonValue]) -> "Message":
        """A copy with these slots filled.

        Raises:
            ProtocolError: a slot belongs to the customer or to the protocol.
        """
        forbidden = sorted(set(slots) & {*ORIGINAL, *JOURNAL})
        if forbidden:
            raise ProtocolError(f"an outcome may not fill {', '.join(forbidden)}")
        return self.model_copy(update={"payload": self.payload.model_copy(update=dict(slots))})

    def after(self, outcomes: Mapping[str, Outcome], *entries: TraceEntry) -> "Message":
        """The message when every actor of the current step has answered.

        Raises:
            ProtocolError: two actors filled one slot or edited the route, an edit broke the rules, or the message
                grew too large.
        """
        slots: dict[str, JsonValue] = {}
        for actor, outcome in outcomes.items():
            twice = sorted(slots.keys() & (outcome.enrichment or {}).keys())
            if twice:
                raise ProtocolError(f"{actor} and a neighbour in its group both fill {', '.join(twice)}")
            slots |= outcome.enrichment or {}
        edits = [(actor, outcome.route) for actor, outcome in outcomes.items() if outcome.route]
        if len(edits) > 1:
            raise ProtocolError(f"{' and '.join(actor for actor, _ in edits)} edited the route at the same time")
        at = entries[0].at if entries else None
        route = self.route.accept(edits[0][1], edits[0][0], at) if edits else self.route
        return self.enriched(slots).with_route(route.followed(at).advance(*entries)).sized()

    def sized(self) -> "Message":
        """This message, when Temporal can carry it.

        Raises:
            ProtocolError: it is larger than MAX_ENVELOPE_BYTES.
        """
        size = len(self.model_dump_json().encode())
        if size > MAX_ENVELOPE_BYTES:
            raise ProtocolError(f"the message would have {size:,} bytes; the limit is {MAX_ENVELOPE_BYTES:,}")
        return self

    def failed(self, failures: Sequence[Failure], *entries: TraceEntry) -> "Message":
        """The message on its way to the error handler, for the first of these failures; all are logged.

        Raises:
            ProtocolError: there is no error handler, or the handler itself is what failed.
        """
        failure = failures[0]
        if failure.actor == self.route.error_handler:
            raise ProtocolError(f"the error handler {failure.actor} failed: {failure.reason}")
        if self.route.error_handler is None:
            raise ProtocolError(f"the route has no error handler, and {failure.actor} failed: {failure.reason}")
        log = (*self.payload.recovery_log, *failures)
        payload = self.payload.model_copy(update={"error": failure, "recovery_log": log})
        why = f"{failure.actor} failed ({failure.kind}): {failure.reason}"
        route = self.route.accept(self.route.fallback(why=why), failure.actor, failure.at)
        return self.model_copy(update={"payload": payload, "route": route.advance(*entries)})


def wish_of(kind: type[W], raw: JsonValue) -> W:
    """What an operator sent, as JSON; nothing counts as `{}`.

    Raises:
        ProtocolError: it does not fit; says where, without quoting it.
    """
    try:
        return kind.model_validate({} if raw is None else raw)
    except ValidationError as error:
        raise ProtocolError(f"this does not fit {kind.name}: {misfit(error)}") from None


def misfit(error: ValidationError) -> str:
    """What does not fit and where, without the input: that may be what a customer wrote."""
    found = error.errors(include_input=False, include_url=False)
    return "; ".join(f"{'.'.join(map(str, item['loc'])) or 'the whole'}: {item['msg']}" for item in found[:5])


def _text(value: JsonValue, *path: str) -> str:
    for name in path:
        value = value.get(name) if isinstance(value, dict) else None
    return value if isinstance(value, str) else ""
