"""What a replayed message carries about its earlier runs: no effect is made twice, no reply taken for another."""

from typing import Self

from pydantic import Field, JsonValue, ValidationError

from mesh.route import Route, TraceEntry, Wire

RERUN = "rerun"
"""The key of the message's metadata."""


class Rerun(Wire):
    """Which run this is, and at which hops each actor was visited before in what is now done again.

    Attributes:
        count: 0 in the first run, then one more with every replay.
        line: the line of the trace with which this run began.
        hops: hops of earlier visits by actor, in order. The first visit of this run has the first of them, and so on:
            it carries the idempotency keys of that visit, wherever the route leads to it now.
    """

    count: int = Field(default=0, ge=0)
    line: int = Field(default=0, ge=0)
    hops: dict[str, tuple[int, ...]] = Field(default_factory=dict)

    @classmethod
    def read(cls, raw: JsonValue) -> Self:
        """What the metadata say; whoever published the message may have put nonsense there."""
        try:
            return cls.model_validate(raw or {})
        except ValidationError:
            return cls()

    def hop(self, route: Route) -> int:
        """The hop that the idempotency keys of the current visit name."""
        actor = next(iter(route.here), "")
        earlier = self.hops.get(actor, ())
        visits = len(self._visits(actor, route))
        return earlier[visits] if visits < len(earlier) else route.current_step

    def next(self, route: Route, begin: int) -> Self:
        """The replay after this run, from the step `begin` on."""
        actors = {entry.actor for entry in route.trace[self.line :]} | {*self.hops, *route.here}
        found = {actor: self._again(actor, route, begin) for actor in sorted(actors)}
        hops = {actor: hops for actor, hops in found.items() if hops}
        return type(self)(count=self.count + 1, line=len(route.trace), hops=hops)

    def _again(self, actor: str, route: Route, begin: int) -> tuple[int, ...]:
        earlier = self.hops.get(actor, ())
        made = [entry.hop for entry in self._visits(actor, route)]
        # The open visit has no line yet, but may have had its effect.
        made += [route.current_step] if actor in route.here and route.current_step not in made else []
        keyed = [(earlier[nth] if nth < len(earlier) else hop, hop) for nth, hop in enumerate(made)]
        return (*(key for key, hop in keyed if hop >= begin), *earlier[len(made) :])

    def _visits(self, actor: str, route: Route) -> tuple[TraceEntry, ...]:
        lines = route.trace[self.line :]
        return tuple(line for line in lines if line.actor == actor and line.kind in {"visited", "failed"})
