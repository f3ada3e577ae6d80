"""Where conversations are played: the real actors and routers, a shop of their own, and a scripted desk."""

from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, cast

import httpx
from fastapi import FastAPI

from activities.human_agent import human_agent
from activities.response_aggregator import response_aggregator
from bench.evaluation.overheard import HOURS, Heard, Overheard
from bench.evaluation.scenario import Given, Person, Scenario
from mesh.actor import discover
from mesh.bus import Bus
from mesh.llm import LLM
from mesh.protocol import Failure, Message, Outcome, Route
from mesh.sessions import Sessions
from mesh.settings import Settings
from mesh.shop import Service, Shop
from mesh.store import migrate
from mock_services import shop as mock
from mock_services.models import Document
from mock_services.seed import Stock, stock
from mock_services.services import services
from mock_services.store import Store
from tests.fakes import FakeBus, MemorySessions
from workers.compose import standard_route
from workers.rehearsal import Rehearsal, Stopped
from workers.resources import resources

SEED = 7


class Stage(Rehearsal):
    """Follows routes as a rehearsal does, but with effects, and with people as they are scripted."""

    people: Iterator[Person] = iter(())
    spoken: tuple[Message, ...] = ()
    """The message as it was whenever something was delivered: what a reply may claim depends on the moment."""

    def _props(self, recorded: Message) -> Mapping[type, object]:  # noqa: ARG002 - nothing is recorded here
        return self._given

    async def _answer(self, name: str, message: Message, recorded: Message, given: Mapping[type, object]) -> Outcome:
        outcome = await super()._answer(name, message, recorded, given)
        if name == response_aggregator.name:
            self.spoken = (*self.spoken, message)
        return outcome

    def _person(self, name: str, message: Message, recorded: Message) -> tuple[Outcome, Failure | None]:
        del recorded
        person = next(self.people, None)
        if person is None:
            raise Stopped(f"{name} waits for a person")
        filled = _filled(person)
        return Outcome(enrichment=filled), None if filled else _missed(name, message)


class Shopkeeper:
    """Three services that are opened once; each conversation gets a freshly sown shop behind them."""

    def __init__(self, apps: tuple[FastAPI, ...], clients: dict[Service, httpx.AsyncClient]) -> None:
        self._apps = apps
        self.shop = Shop(clients)
        self.stock = mock.Shop(Stock((), {}), Store(None, seed=SEED))

    @classmethod
    @asynccontextmanager
    async def open(cls) -> AsyncIterator["Shopkeeper"]:
        async with AsyncExitStack() as stack:
            opened = services(stack.enter_context(mock.open_shop(seed=SEED)), SEED)
            clients = {
                cast("Service", name): await stack.enter_async_context(
                    httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://shop.test")
                )
                for name, app in opened._asdict().items()
            }
            yield cls(tuple(opened), clients)

    def sow(self, given: tuple[Given, ...]) -> mock.Shop:
        sown = stock(SEED, datetime.now(UTC).date())
        fresh = mock.Shop(sown, Store(None, seed=SEED))
        self.stock = mock.Shop(
            Stock((*sown.documents, *(_altered(fresh, one) for one in given)), sown.tickets), Store(None, seed=SEED)
        )
        for app in self._apps:
            app.state.shop = self.stock
        return self.stock


class Theatre:
    """Everything that outlives one conversation."""

    def __init__(
        self, settings: Settings, keeper: Shopkeeper, given: Mapping[type, object], model: Overheard | None
    ) -> None:
        self.settings = settings
        self.model = model
        self._keeper = keeper
        self._given = given
        self._actors = discover()

    @classmethod
    @asynccontextmanager
    async def open(cls, folder: Path, model: Overheard | None = None) -> AsyncIterator["Theatre"]:
        """The history is a database file in `folder`; without `model` the rules answer."""
        settings = Settings(
            _env_file=None, database_url=f"sqlite+aiosqlite:///{folder / 'history.db'}", mesh_data_dir=folder
        )
        await migrate(settings)
        async with Shopkeeper.open() as keeper, resources(settings, FakeBus()) as given:
            asked: dict[type, object] = {LLM: model} if model else {}
            yield cls(settings, keeper, {**given, Shop: keeper.shop, **asked}, model)

    def set(self, scenario: Scenario) -> tuple[Stage, mock.Shop, FakeBus]:
        shop, bus = self._keeper.sow(scenario.given), FakeBus()
        given = {**self._given, Bus: bus, Sessions: MemorySessions()}
        return Stage(self._actors, given, recorded_facts=False), shop, bus

    def route(self) -> Route:
        """The standard route. Beside a model that leaves them no core, actors get the time that they need."""
        route = standard_route()
        for one in self._actors.values() if self.model else ():
            # How long a person has is told to the customer.
            route = route if one.name == human_agent.name else route.tune(one, timeout=HOURS)
        return route

    def heard(self) -> tuple[Heard, ...]:
        """What the model was asked so far."""
        return self.model.said if self.model else ()


def _altered(shop: mock.Shop, given: Given) -> Document:
    found = _meant(shop, given)
    return type(found).model_validate({**found.model_dump(), **given.set})


def _meant(shop: mock.Shop, given: Given) -> Document:
    if given.customer:
        return shop.customer(given.customer)
    if given.order:
        return shop.order(given.order)
    parcel = shop.tracking_of(shop.order(given.parcel_of or ""))
    if parcel is None:
        raise ValueError(f"order {given.parcel_of} has no parcel")
    return parcel


def _filled(person: Person) -> dict[str, Any]:
    if person.answer:
        return {"response": {"text": person.answer, "author": "human"}}
    if person.refuse:
        return {"approval": {"verdict": "refused", "by": "mara", "note": person.refuse}}
    if person.change:
        actions = [action.model_dump(mode="json") for action in person.change]
        return {"approval": {"verdict": "changed", "by": "mara"}, "action_plan": {"actions": actions}}
    return {"approval": {"verdict": "approved", "by": "mara", "note": person.approve}} if person.approve else {}


def _missed(name: str, message: Message) -> Failure:
    hop, now = message.route.current_step, datetime.now(UTC)
    return Failure(actor=name, hop=hop, kind="deadline", reason=f"{name} did not answer in time", at=now)
