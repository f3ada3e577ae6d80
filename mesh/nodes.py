"""Who keeps the streams: which server leads each, and whether every copy of it is up to date."""

import asyncio
from collections import defaultdict
from collections.abc import Awaitable, Callable
from typing import Final, NamedTuple

from pydantic import BaseModel, ConfigDict, ValidationError

from mesh.errors import Unavailable
from mesh.registers import BUCKETS
from mesh.streams import STREAMS

NAMES: Final = tuple(str(config.name) for config in (*STREAMS, *BUCKETS))

Ask = Callable[[str], Awaitable[bytes]]
"""Asks JetStream's own API; the argument is the subject behind `$JS.API.`. Raises `Unavailable`."""


class Copy(BaseModel):
    """A copy of a stream at a server that does not lead it. `lag`: how many writes it is behind."""

    model_config = ConfigDict(frozen=True)

    name: str
    current: bool = False
    offline: bool = False
    lag: int = 0

    @property
    def whole(self) -> bool:
        return self.current and not self.offline and not self.lag


class Keepers(BaseModel):
    """The servers of one stream. A server that is alone has no name here and leads what it has."""

    model_config = ConfigDict(frozen=True)

    leader: str | None = None
    replicas: tuple[Copy, ...] = ()


class _Config(BaseModel):
    num_replicas: int = 1


class _Info(BaseModel):
    config: _Config
    cluster: Keepers = Keepers(leader="the only server")


class Standing(NamedTuple):
    """Every stream with its servers, None where nobody leads it; and how many copies of each there should be."""

    streams: dict[str, Keepers | None]
    wanted: int = 1

    @property
    def leaderless(self) -> list[str]:
        return [name for name, keepers in self.streams.items() if keepers is None or not keepers.leader]

    @property
    def leads(self) -> dict[str, list[str]]:
        """What each server leads."""
        found: defaultdict[str, list[str]] = defaultdict(list)
        for name, keepers in self.streams.items():
            if keepers and keepers.leader:
                found[keepers.leader].append(name)
        return dict(found)

    @property
    def behind(self) -> dict[str, list[str]]:
        """Of which streams a server has a copy that is not up to date, or has none of its own."""
        found: defaultdict[str, list[str]] = defaultdict(list)
        for name, keepers in self.streams.items():
            for copy in keepers.replicas if keepers else ():
                if not copy.whole:
                    found[copy.name].append(name)
        return dict(found)

    @property
    def whole(self) -> bool:
        """Whether every stream has a leader and every copy of it is up to date."""
        copies = [1 + len(keepers.replicas) for keepers in self.streams.values() if keepers]
        return not self.leaderless and not self.behind and all(count >= self.wanted for count in copies)

    def trouble(self) -> str:
        """What is not as it should be, in words; empty when all is well."""
        said = [f"nobody leads {', '.join(self.leaderless)}"] if self.leaderless else []
        said += [f"{node} is away or behind in {len(names)} streams" for node, names in sorted(self.behind.items())]
        return "; ".join(said)


async def standing(ask: Ask) -> Standing:
    """How the streams stand now."""
    found = await asyncio.gather(*(_info(ask, name) for name in NAMES))
    wanted = max((info.config.num_replicas for info in found if info), default=1)
    return Standing({name: info.cluster if info else None for name, info in zip(NAMES, found, strict=True)}, wanted)


async def _info(ask: Ask, name: str) -> _Info | None:
    try:
        return _Info.model_validate_json(await ask(f"STREAM.INFO.{name}"))
    except (Unavailable, ValidationError):
        return None
