"""Trouble on demand: a service that fails, is slow, hangs or answers garbage, for tests of its callers."""

import asyncio
import random
from collections.abc import Callable
from http import HTTPStatus
from typing import Literal, Self

from fastapi import Response
from pydantic import Field, model_validator
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from mock_services.models import Frozen
from mock_services.problems import problem, respond

GARBAGE = b"<html><body>It works!</body></html"


class Fault(Frozen):
    """Every mode waits `delay` seconds first; `hang` then never answers.

    `times` is how often it still strikes (None: always). With `after`, the work is done and only its answer
    is spoilt: what a caller sees when the connection breaks at the wrong moment. `status` and `retry_after`, in
    seconds, are those of mode `fail`, where the service has words for them.
    """

    mode: Literal["off", "fail", "slow", "hang", "garbage"] = "off"
    delay: float = Field(default=0.0, ge=0, le=600, allow_inf_nan=False)
    rate: float = Field(default=1.0, ge=0, le=1, allow_inf_nan=False)
    path: str | None = None
    times: int | None = Field(default=None, ge=0)
    after: bool = False
    status: int = Field(default=503, ge=400, le=599)
    retry_after: int | None = Field(default=None, ge=0)

    @model_validator(mode="after")
    def _slow_needs_a_delay(self) -> Self:
        if self.mode == "slow" and not self.delay:
            raise ValueError("mode slow needs a delay above zero")
        return self


class Faults:
    def __init__(self, seed: int = 7) -> None:
        self._seed = seed
        self.set(Fault())

    def set(self, fault: Fault) -> None:
        self.current = fault
        self._random = random.Random(self._seed)

    def strike(self, path: str) -> Fault | None:
        """The fault that this request meets, if any; it is then used up by one."""
        fault = self.current
        # The switches themselves must stay within reach.
        if fault.mode == "off" or fault.times == 0 or path.startswith("/_"):
            return None
        if (fault.path and fault.path not in path) or self._random.random() >= fault.rate:
            return None
        if fault.times is not None:
            self.current = fault.model_copy(update={"times": fault.times - 1})
        return fault


class FaultyLine:
    """The ASGI layer between the caller and the service."""

    def __init__(self, app: ASGIApp, faults: Faults, failure: Callable[[Fault], Response] | None = None) -> None:
        self._app = app
        self._faults = faults
        self._failure = failure or _failure

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        fault = self._faults.strike(scope["path"]) if scope["type"] == "http" else None
        if fault is None:
            await self._app(scope, receive, send)
        else:
            await self._spoil(fault, scope, receive, send)

    async def _spoil(self, fault: Fault, scope: Scope, receive: Receive, send: Send) -> None:
        if fault.after and fault.mode == "slow":
            await self._app(scope, receive, _late(send, fault.delay))
            return
        if fault.after:
            await self._app(scope, receive, _swallow)
        await asyncio.sleep(fault.delay)
        match fault.mode:
            case "fail":
                await self._failure(fault)(scope, receive, send)
            case "garbage":
                await Response(GARBAGE, media_type="application/json")(scope, receive, send)
            case "hang":
                await _until_the_caller_leaves(receive)
            case _:
                await self._app(scope, receive, send)


def _late(send: Send, delay: float) -> Send:
    """What is done is done; only its answer takes its time."""

    async def later(message: Message) -> None:
        if message["type"] == "http.response.start":
            await asyncio.sleep(delay)
        await send(message)

    return later


async def _swallow(_: Message) -> None:
    """Drop what the service answers."""


def _failure(_: Fault) -> Response:
    detail = "The service is not available at the moment."
    return respond(problem(HTTPStatus.SERVICE_UNAVAILABLE, "unavailable", detail))


async def _until_the_caller_leaves(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
