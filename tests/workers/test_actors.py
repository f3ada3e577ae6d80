"""The actor worker: what its actors load before the first visit."""

import logging

import pytest

from mesh.actor import actor, discover
from mesh.errors import MeshError
from mesh.protocol import Message
from workers.actors import prepare


def _broken() -> None:
    raise MeshError("its file is gone")


def test_an_actor_that_cannot_prepare_keeps_nobody_else_from_it(caplog: pytest.LogCaptureFixture) -> None:
    done: list[str] = []

    @actor("broken", prepare=_broken)
    async def broken(message: Message) -> None: ...

    @actor("sound", prepare=lambda: done.append("sound"))
    async def sound(message: Message) -> None: ...

    @actor("plain")
    async def plain(message: Message) -> None: ...

    with caplog.at_level(logging.WARNING):
        prepare([broken, plain, sound])
    assert done == ["sound"]
    assert "broken is not prepared: its file is gone" in caplog.text


def test_whoever_reads_a_message_first_has_loaded_its_models() -> None:
    prepared = {name for name, one in discover().items() if one.prepare}
    assert prepared == {"sentiment_analyzer", "intent_analyzer"}
    prepare(discover().values())
