"""What a running gateway holds: made by the app's lifespan, handed to every route."""

import asyncio
import logging
from dataclasses import dataclass, field
from typing import Annotated

from fastapi import Depends
from starlette.requests import HTTPConnection

from gateway.admission import Gate
from gateway.metrics import Metrics
from gateway.owners import Owners
from gateway.pace import Sockets
from gateway.sign_ins import SignIns
from gateway.waiting import Switchboard
from mesh.acts import Acts
from mesh.bus import Bus
from mesh.errors import Unavailable
from mesh.mail.composing import MailRoutes
from mesh.mail.signature import Signatures
from mesh.people import People
from mesh.protocol import Route
from mesh.rates import Rates
from mesh.secret import Secret
from mesh.sessions import Sessions
from mesh.settings import Settings
from mesh.shop import Shop
from mesh.store import History
from mesh.temporal import Journeys, connect
from mesh.tokens import Tokens

log = logging.getLogger(__name__)

REACH_TIMEOUT = 3.0


class Temporal:
    """Reaches Temporal when it is first needed: chats are accepted into JetStream while it is away."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._lock = asyncio.Lock()
        self._journeys: Journeys | None = None

    async def journeys(self) -> Journeys:
        """The journeys of the mesh.

        Raises:
            Unavailable: Temporal has not been reached yet and still cannot be.
        """
        async with self._lock:
            if self._journeys is None:
                self._journeys = await self._reached()
            return self._journeys

    async def _reached(self) -> Journeys:
        try:
            async with asyncio.timeout(REACH_TIMEOUT):
                return Journeys(await connect(self._settings))
        except TimeoutError:
            raise Unavailable(f"Temporal does not answer at {self._settings.temporal_target}") from None


@dataclass(frozen=True)
class Edge:
    settings: Settings
    route: Route
    actors: tuple[str, ...]
    bus: Bus
    temporal: Temporal
    sessions: Sessions
    history: History
    shop: Shop
    switchboard: Switchboard
    metrics: Metrics
    tokens: Tokens
    rates: Rates
    owners: Owners
    sockets: Sockets
    people: People
    sign_ins: SignIns
    acts: Acts
    metrics_token: Secret
    gate: Gate
    mail: MailRoutes = field(default_factory=MailRoutes)
    signatures: Signatures = field(default_factory=Signatures)


def edge_of(connection: HTTPConnection) -> Edge:
    edge = connection.state.edge
    assert isinstance(edge, Edge)  # noqa: S101 - the lifespan put it there
    return edge


TheEdge = Annotated[Edge, Depends(edge_of)]
