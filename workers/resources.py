"""What the actors are given."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager

from mesh.bus import Bus
from mesh.knowledge import Library
from mesh.llm import LLM
from mesh.mail.post import Post
from mesh.sessions import Sessions
from mesh.settings import Settings
from mesh.shop import Shop
from mesh.store import History


@asynccontextmanager
async def resources(settings: Settings, bus: Bus) -> AsyncIterator[Mapping[type, object]]:
    """Everything an actor may ask for, by type; one of each for the process."""
    async with (
        Shop.open(settings) as shop,
        Sessions.open(settings) as sessions,
        History.open(settings) as history,
        LLM.open(settings, sessions) as llm,
        Post.open(settings) as post,
    ):
        yield {
            Settings: settings,
            Bus: bus,
            LLM: llm,
            Shop: shop,
            Library: Library(settings),
            Post: post,
            Sessions: sessions,
            History: history,
        }
