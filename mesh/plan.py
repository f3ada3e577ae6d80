"""The mesh as a plan: which actors there are, who may send to whom, and where each stands on a page.

All of it follows from the registry: an actor of one new file, named by a router, is on the plan without a word here.
"""

import sys
from collections.abc import Iterable, Mapping
from itertools import pairwise, product
from typing import Literal

from pydantic import BaseModel, ConfigDict

from mesh.actor import Actor
from mesh.protocol import Policy, Route, names_in

Way = Literal["standard", "router", "seen"]


class Station(BaseModel):
    """One actor. `column` and `row` count from 0; a foreign actor was seen at work and is not in the registry."""

    model_config = ConfigDict(frozen=True)

    name: str
    kind: Literal["processor", "router", "foreign"]
    purpose: str = ""
    policy: Policy = Policy()
    error_handler: bool = False
    column: int = 0
    row: int = 0


class Link(BaseModel):
    """Messages go from one to the other: always, when a router or whoever published says so, or because it was seen."""

    model_config = ConfigDict(frozen=True)

    source: str
    target: str
    way: Way


class Plan(BaseModel):
    model_config = ConfigDict(frozen=True)

    stations: tuple[Station, ...] = ()
    links: tuple[Link, ...] = ()

    @classmethod
    def of(cls, actors: Mapping[str, Actor], route: Route) -> "Plan":
        """The plan of these actors; `route` is what every message starts with."""
        standard = [names_in(step) for step in route.steps]
        ways = dict.fromkeys(pair for here, there in pairwise(standard) for pair in product(here, there))
        edits = [(one.name, other) for one in actors.values() if one.kind == "router" for other in named_by(one)]
        edits += [(one, other) for one, others in route.followers.items() for other in others]
        links = (
            *(Link(source=source, target=target, way="standard") for source, target in ways),
            *(
                Link(source=source, target=target, way="router")
                for source, target in edits
                if (source, target) not in ways
            ),
        )
        columns = _columns(standard, actors, edits)
        stations = (_station(actors[name], column, route) for name, column in columns.items() if name in actors)
        return cls(stations=_placed(stations), links=links)

    @property
    def names(self) -> frozenset[str]:
        return frozenset(station.name for station in self.stations)

    def with_seen(self, pairs: Iterable[tuple[str, str]]) -> "Plan":
        """The plan with what was seen on it: ways that no router tells of, actors that nobody here has declared."""
        known = {(link.source, link.target) for link in self.links}
        new = [pair for pair in dict.fromkeys(pairs) if pair not in known]
        if not new:
            return self
        columns = {station.name: station.column for station in self.stations}
        strangers: dict[str, Station] = {}
        for source, target in new:
            for name, column in ((source, 0), (target, columns.get(source, -1) + 1)):
                if name not in columns:
                    columns[name] = column
                    strangers[name] = Station(name=name, kind="foreign", column=column)
        seen = (Link(source=source, target=target, way="seen") for source, target in new)
        return Plan(stations=_placed((*self.stations, *strangers.values())), links=(*self.links, *seen))


def named_by(router: Actor) -> tuple[str, ...]:
    """The actors that a router's own module names, in order: those to which it may send."""
    found = (item for item in vars(sys.modules[router.work.__module__]).values() if isinstance(item, Actor))
    return tuple(dict.fromkeys(item.name for item in found if item.name != router.name))


def _columns(
    standard: list[tuple[str, ...]], actors: Mapping[str, Actor], edits: list[tuple[str, str]]
) -> dict[str, int]:
    """A column for every actor: its step of the standard route, else behind the router that is first to name it."""
    columns = {name: index for index, names in reversed(list(enumerate(standard))) for name in names}
    columns = dict(sorted(columns.items(), key=lambda item: item[1]))
    waiting = list(edits)
    while ready := [(source, target) for source, target in waiting if source in columns and target not in columns]:
        # Nearest router first, so that who is named twice stands behind the earlier one. Routers stand further on.
        source, target = min(ready, key=lambda pair: columns[pair[0]])
        columns[target] = columns[source] + (2 if actors[target].kind == "router" else 1)
    last = max(columns.values(), default=0)
    return columns | {name: last for name in actors if name not in columns}


def _station(actor: Actor, column: int, route: Route) -> Station:
    words = (sys.modules[actor.work.__module__].__doc__ or "").strip().splitlines()
    return Station(
        name=actor.name,
        kind=actor.kind,
        purpose=words[0] if words else "",
        policy=actor.policy,
        error_handler=actor.name == route.error_handler,
        column=column,
    )


def _placed(stations: Iterable[Station]) -> tuple[Station, ...]:
    rows: dict[int, int] = {}
    found: list[Station] = []
    for station in stations:
        row = rows.get(station.column, 0)
        rows[station.column] = row + 1
        found.append(station.model_copy(update={"row": row}))
    return tuple(found)
