"""The route: ordered steps, the position in them, and the edits that routers make.

A route is immutable. Every edit returns a new one, keeps what was visited, and leaves a line in the trace.
While a step is being visited `current_step` is its index, so "ahead" is everything after it.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any, Literal, Protocol, Self, cast

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from mesh.calls import Call
from mesh.errors import ProtocolError

HOP_CAP = 50


def _distinct(names: tuple[str, ...]) -> tuple[str, ...]:
    if len(set(names)) < len(names):
        raise ValueError("a group names an actor twice")
    return names


ActorName = Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{1,64}$")]
Group = Annotated[tuple[ActorName, ...], Field(min_length=1, max_length=16), AfterValidator(_distinct)]
Step = ActorName | Group


class Wire(BaseModel):
    """A frozen value that keeps fields it does not know, so that they survive a rollback."""

    model_config = ConfigDict(frozen=True, extra="allow")


def spared(value: object) -> Any:  # noqa: ANN401 - as pydantic's own Field
    """A field with this default, left out of the JSON while it has it: the route travels with every visit."""
    return Field(default=value, exclude_if=lambda found: found == value)


class Policy(Wire):
    """How hard to try one actor. It travels in the route. Durations are in seconds.

    Attributes:
        timeout: longest run of one attempt.
        attempts: how often to try, 1 or more.
        deadline: longest time over all attempts, waiting included.
        queue_wait: longest wait for a worker to take the visit.
        backoff: pause before the second attempt; it doubles each time, up to 10 s.
        priority: 1 (first) to 5 (last) within the actor's queue.
        state: what an operator sees while the visit is open.
        remind_after: when to remind whoever should answer that the visit is still open; never when unset.
        delivers: whether a visit brings the response to the customer.
        rides: whether a visit reads, thinks and changes nothing, so that another's activity may make it along.
    """

    timeout: Annotated[float, Field(gt=0)] = spared(10.0)
    attempts: Annotated[int, Field(ge=1)] = spared(5)
    deadline: Annotated[float, Field(gt=0)] = spared(180.0)
    queue_wait: Annotated[float, Field(gt=0)] = spared(60.0)
    backoff: Annotated[float, Field(gt=0)] = spared(0.5)
    priority: Annotated[int, Field(ge=1, le=5)] = spared(3)
    state: Annotated[str, Field(max_length=40)] = spared("working")
    remind_after: Annotated[float, Field(gt=0)] | None = spared(None)
    delivers: bool = spared(False)  # noqa: FBT003 - a default
    rides: bool = spared(False)  # noqa: FBT003 - a default


class TraceEntry(Wire):
    """One line of the journey: who did what at which hop, when, for how long (seconds), and why.

    `steps` is what lies ahead after an edit; `dropped` is what a fallback took out of the route. Where an operator
    stepped in, `did` is the update and `by` is who sent it. `calls` is what the visit asked of language models.
    """

    actor: str
    hop: int
    kind: Literal["entered", "visited", "failed", "edited", "operator"]
    at: datetime | None = spared(None)
    seconds: float | None = spared(None)
    why: str | None = spared(None)
    steps: tuple[Step, ...] | None = spared(None)
    dropped: tuple[Step, ...] | None = spared(None)
    by: str | None = spared(None)
    did: str | None = spared(None)
    calls: tuple[Call, ...] = spared(())


class Named(Protocol):
    """Anything that carries an actor's wire name and its declared policy: an `Actor`."""

    @property
    def name(self) -> str: ...
    @property
    def policy(self) -> Policy: ...


Target = str | Named
Stop = Target | tuple[Target, ...]
Behind = Mapping[str, tuple[Target, ...]]


def _name(target: Target) -> str:
    return target if isinstance(target, str) else target.name


def _step(stop: Stop) -> Step:
    return tuple(_name(target) for target in stop) if isinstance(stop, tuple) else _name(stop)


def _policies(stops: tuple[Stop, ...]) -> dict[str, Policy]:
    flat = [target for stop in stops for target in (stop if isinstance(stop, tuple) else (stop,))]
    return {target.name: target.policy for target in flat if not isinstance(target, str)}


def names_in(step: Step) -> tuple[str, ...]:
    return (step,) if isinstance(step, str) else step


class Route(Wire):
    """Ordered steps, the position in them, and who is asked when a visit fails.

    Attributes:
        followers: who is visited right behind an actor, whenever that one has done its work. Whoever publishes says so,
            and no edit changes it.
    """

    steps: tuple[Step, ...] = ()
    current_step: int = Field(default=0, ge=0)
    error_handler: ActorName | None = None
    policies: dict[str, Policy] = Field(default_factory=dict)
    trace: tuple[TraceEntry, ...] = ()
    hop_cap: int = Field(default=HOP_CAP, ge=1, le=200)
    followers: dict[ActorName, tuple[ActorName, ...]] = spared({})

    @model_validator(mode="after")
    def _position_is_inside(self) -> Self:
        if self.current_step > len(self.steps):
            raise ValueError(f"current_step {self.current_step} lies behind the last of {len(self.steps)} steps")
        return self

    @classmethod
    def of(cls, *stops: Stop, error_handler: Target | None = None, followers: Behind | None = None) -> "Route":
        """Build a fresh route; actors bring the policies that they declare."""
        handler = () if error_handler is None else (error_handler,)
        behind = {name: tuple(map(_name, targets)) for name, targets in (followers or {}).items()}
        return cls(
            steps=tuple(_step(stop) for stop in stops),
            error_handler=_name(error_handler) if error_handler is not None else None,
            policies=_policies((*stops, *handler, *(followers or {}).values())),
            followers=behind,
        )

    # -- reading

    @property
    def done(self) -> bool:
        return self.current_step >= len(self.steps)

    @property
    def here(self) -> tuple[str, ...]:
        """The actors of the current step; empty when the route is done."""
        return () if self.done else names_in(self.steps[self.current_step])

    @property
    def ahead(self) -> tuple[str, ...]:
        """The actors after the current step, groups flattened."""
        return tuple(name for step in self.steps[self.current_step + 1 :] for name in names_in(step))

    @property
    def dropped(self) -> tuple[Step, ...]:
        """What lay ahead when the last visit failed, so that an error handler can take it up again."""
        return next((entry.dropped for entry in reversed(self.trace) if entry.dropped is not None), ())

    @property
    def restarts(self) -> int:
        """How often an operator has started the current visit anew."""
        return sum(entry.did == "retry_now" and entry.hop == self.current_step for entry in self.trace)

    def policy(self, actor: str) -> Policy:
        return self.policies.get(actor) or Policy()

    # -- editing

    def then(self, *stops: Stop, why: str = "") -> "Route":
        """Append steps at the end."""
        return self._with_ahead((*self._ahead_steps, *map(_step, stops)), stops, why)

    def only(self, *stops: Stop, why: str = "") -> "Route":
        """Replace everything ahead by these steps."""
        return self._with_ahead(tuple(map(_step, stops)), stops, why)

    def insert_next(self, *stops: Stop, why: str = "") -> "Route":
        """Put steps right after the current one."""
        return self._with_ahead((*map(_step, stops), *self._ahead_steps), stops, why)

    def skip(self, *targets: Target, why: str = "") -> "Route":
        """Take actors out of everything ahead, out of groups too."""
        gone = {_name(target) for target in targets}
        kept = (tuple(name for name in names_in(step) if name not in gone) for step in self._ahead_steps)
        steps = tuple(names[0] if len(names) == 1 else names for names in kept if names)
        return self._with_ahead(steps, (), why)

    def fallback(self, *, why: str = "") -> "Route":
        """Replace everything ahead by the error handler.

        Raises:
            ProtocolError: the route has no error handler.
        """
        if self.error_handler is None:
            raise ProtocolError("the route has no error handler")
        steps: tuple[Step, ...] = (self.error_handler,)
        entry = TraceEntry(
            actor="", hop=self.current_step, kind="edited", why=why or None, steps=steps, dropped=self._ahead_steps
        )
        return self._copy({"steps": (*self.steps[: self.current_step + 1], *steps), "trace": (*self.trace, entry)})

    def prioritise(self, priority: int, *, why: str = "") -> "Route":
        """Give every visit ahead this priority, 1 (first) to 5 (last)."""
        raised = {name: _changed(self.policy(name), priority=priority) for name in self.ahead}
        return self._edited({"policies": {**self.policies, **raised}}, why)

    def tune(self, target: Target, **changes: float | str) -> "Route":
        """Tighten or relax one actor's policy for this message alone."""
        base = self.policies.get(_name(target)) or (Policy() if isinstance(target, str) else target.policy)
        return self._edited({"policies": {**self.policies, _name(target): _changed(base, **changes)}}, "")

    def enter(self, actor: str) -> "Route":
        """The route as seen by a message that was published to `actor`: it goes on from there.

        Already at it: unchanged. Ahead: the steps before it are passed over. Neither: it is visited first.
        """
        if actor in self.here:
            return self
        for index in range(self.current_step, len(self.steps)):
            if actor in names_in(self.steps[index]):
                return self._entered(actor, {"current_step": index}, f"entered at step {index}")
        done, rest = self.steps[: self.current_step], self.steps[self.current_step :]
        return self._entered(actor, {"steps": (*done, actor, *rest)}, "entered at an actor that the route did not name")

    # -- following

    def followed(self, at: datetime | None = None) -> "Route":
        """The route with the followers of the current step right behind it, unless they stand there."""
        names = dict.fromkeys(name for actor in self.here for name in self.followers.get(actor, ()))
        ahead = (*names, *self._ahead_steps)
        if not names or self._ahead_steps[: len(names)] == tuple(names):
            return self
        # With what lies ahead, so that a replay finds its place; without a reason, for nobody decided anything.
        entry = TraceEntry(actor="+".join(self.here), hop=self.current_step, kind="edited", at=at, steps=ahead)
        steps = (*self.steps[: self.current_step + 1], *ahead)
        return self._copy({"steps": steps, "trace": (*self.trace, entry)})

    def advance(self, *entries: TraceEntry) -> "Route":
        """Go on to the next step and write down what happened at this one."""
        return self._copy({"current_step": min(self.current_step + 1, len(self.steps)), "trace": self.trace + entries})

    def accept(self, edited: "Route", by: str, at: datetime | None = None) -> "Route":
        """Check a route that an actor returned, and sign and date its new trace lines. No edit goes without a line.

        Raises:
            ProtocolError: it moved the position, rewrote what was visited, or shortened the trace.
        """
        here = self.current_step
        if edited.current_step != here or edited.steps[: here + 1] != self.steps[: here + 1]:
            raise ProtocolError(f"{by} rewrote steps that were already visited")
        if edited.trace[: len(self.trace)] != self.trace:
            raise ProtocolError(f"{by} rewrote the trace")
        new = edited.trace[len(self.trace) :]
        if edited.steps != self.steps and not any(entry.kind == "edited" for entry in new):
            new = (*new, TraceEntry(actor=by, hop=here, kind="edited", steps=edited.steps[here + 1 :]))
        signed = (entry.model_copy(update={"actor": by, "hop": here, "at": entry.at or at}) for entry in new)
        return edited._copy({"trace": (*self.trace, *signed), "followers": self.followers})  # noqa: SLF001

    # -- inside

    @property
    def _ahead_steps(self) -> tuple[Step, ...]:
        return self.steps[self.current_step + 1 :]

    def _with_ahead(self, ahead: tuple[Step, ...], stops: tuple[Stop, ...], why: str) -> "Route":
        known = {**_policies(stops), **self.policies}
        return self._edited({"steps": (*self.steps[: self.current_step + 1], *ahead), "policies": known}, why, ahead)

    def _edited(self, update: dict[str, object], why: str, ahead: tuple[Step, ...] | None = None) -> "Route":
        entry = TraceEntry(actor="", hop=self.current_step, kind="edited", why=why or None, steps=ahead)
        return self._copy({**update, "trace": (*self.trace, entry)} if why else update)

    def _entered(self, actor: str, update: dict[str, object], why: str) -> "Route":
        entry = TraceEntry(actor=actor, hop=self.current_step, kind="entered", why=why)
        return self._copy({**update, "trace": (*self.trace, entry)})

    def _copy(self, update: dict[str, object]) -> "Route":
        # Through validation: a bad name or policy must fail here, at its author, not in the workflow.
        return Route.model_validate({**dict(self), **update})


def _changed(policy: Policy, **changes: float | str) -> Policy:
    return Policy.model_validate({**policy.model_dump(), **cast("dict[str, object]", changes)})
