"""What the actors are given: imported and opened for those who ask for it."""

import importlib
from collections.abc import AsyncIterator, Collection, Mapping
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from typing import Any, Final

from mesh.actor import Actor
from mesh.bus import Bus
from mesh.settings import Settings

PLACES: Final = {
    "Shop": "mesh.shop",
    "Sessions": "mesh.sessions",
    "History": "mesh.store",
    "Library": "mesh.knowledge",
    "LLM": "mesh.llm",
    "Post": "mesh.mail.post",
}
"""Classes that actors may ask for, and their modules, in the order in which they are opened."""

BESIDES: Final = {"LLM": "Sessions"}
"""What one of them is opened with."""


def wanted(actors: Collection[Actor]) -> set[str]:
    """The names of the classes that these actors ask for, with what those need themselves."""
    asked = {kind.__name__ for one in actors for kind in one.needs.values()}
    return asked | {BESIDES[name] for name in asked if name in BESIDES}


@asynccontextmanager
async def resources(
    settings: Settings, bus: Bus, names: Collection[str] = tuple(PLACES)
) -> AsyncIterator[Mapping[type, object]]:
    """What actors may ask for, by type; one of each of these names for the process."""
    opened: dict[str, object] = {}
    given: dict[type, object] = {Settings: settings, Bus: bus}
    async with AsyncExitStack() as stack:
        for name in (name for name in PLACES if name in names):
            kind = getattr(importlib.import_module(PLACES[name]), name)
            given[kind] = opened[name] = await stack.enter_async_context(_open(kind, settings, opened))
        yield given


def _open(kind: Any, settings: Settings, opened: Mapping[str, object]) -> AbstractAsyncContextManager[object]:  # noqa: ANN401 - a class of PLACES
    besides = BESIDES.get(kind.__name__)
    found: AbstractAsyncContextManager[object] = kind.open(settings, *([opened[besides]] if besides else []))
    return found
