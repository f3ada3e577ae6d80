"""The OpenAPI document says the truth: what it allows is answered as it says, and nothing breaks. By schemathesis."""

import asyncio
from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase
from hypothesis import settings as effort
from schemathesis import Case
from schemathesis.specs.openapi.checks import ignored_auth, positive_data_acceptance
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool
from starlette.types import Receive, Scope, Send

from gateway.edge import Edge
from gateway.people import CSRF_HEADER
from mesh.acts import Acts
from mesh.people import People, Person
from mesh.store import History, migrate
from tests.fakes import settings as clean_settings
from tests.gateway.indoors import an_app, an_edge, open_settings, with_edge

SETTINGS = open_settings(session_key="k" * 32, chat_timeout=0.01)
APP = an_app(SETTINGS)
EXAMPLES = 6
OPENED: list[Edge] = []


@pytest.fixture(scope="module")
def edge(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Edge]:
    """One gateway for all examples, each of which runs in an event loop of its own."""
    folder = tmp_path_factory.mktemp("schema")
    configured = clean_settings(mesh_data_dir=folder)
    asyncio.run(migrate(configured))
    engine = create_async_engine(configured.database_target, poolclass=NullPool, isolation_level="AUTOCOMMIT")
    OPENED.append(
        an_edge(
            SETTINGS.model_copy(update={"mesh_data_dir": folder}),
            People(engine),
            history=History(engine),
            acts=Acts(engine),
        )
    )
    yield OPENED[0]
    asyncio.run(engine.dispose())


def credentials() -> dict[str, str]:
    """Of somebody who may everything; anew each time, for one example signs out."""
    person = Person(name="olga", display_name="Olga", roles=("operator",))
    token, begun = asyncio.run(OPENED[0].sign_ins.begin(person))
    return {"Cookie": f"mesh_people={token}", CSRF_HEADER: begun.csrf}


async def running(scope: Scope, receive: Receive, send: Send) -> None:
    if scope["type"] == "lifespan":
        # Nothing is started: the edge is there.
        while (await receive())["type"] == "lifespan.startup":
            await send({"type": "lifespan.startup.complete"})
        await send({"type": "lifespan.shutdown.complete"})
        return
    await with_edge(APP, OPENED[0])(scope, receive, send)


schema = schemathesis.openapi.from_dict(APP.openapi())
schema.app = running
# Every example shows good credentials; that nothing else opens a door, the matrix tells.
schema.config.generation.update(with_security_parameters=False)


@schema.parametrize()
@effort(
    max_examples=EXAMPLES, deadline=None, database=None, derandomize=True,
    phases=(Phase.explicit, Phase.generate), suppress_health_check=list(HealthCheck),
)  # fmt: skip
def test_what_the_description_allows_is_answered_as_it_says(case: Case[Any], edge: Edge) -> None:
    answer = case.call(headers=credentials(), base_url="http://testserver")
    case.validate_response(answer, excluded_checks=list(excluded(case)))


def excluded(case: Case[Any]) -> Iterator[Any]:
    # What the bytes of a file must be, no schema can say.
    if case.path.startswith("/api/uploads"):
        yield positive_data_acceptance
    # Who shows nothing is not refused: what is not theirs does not exist, and that is 404.
    if {"identity": []} in APP.openapi()["paths"][case.path].get(case.method.lower(), {}).get("security", ()):
        yield ignored_auth
