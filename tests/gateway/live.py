"""A window of the desk, as a program: what it is told."""

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator, Callable
from typing import Any

import httpx

from tests.gateway.at_desk import credentials
from tests.gateway.house import House


class Window:
    def __init__(self, lines: AsyncIterator[str]) -> None:
        self._lines = lines

    async def news(self) -> tuple[str, Any]:
        """The next event and its data."""
        kind = ""
        async for line in self._lines:
            if line.startswith("event: "):
                kind = line.removeprefix("event: ")
            elif line.startswith("data: "):
                return kind, json.loads(line.removeprefix("data: "))
        raise AssertionError("the stream has ended")

    async def hears(self, kind: str, fits: Callable[[Any], bool] = bool) -> Any:
        """The data of the next event of this kind that fits; others may come in between."""
        async with asyncio.timeout(20):
            while True:
                found, data = await self.news()
                if found == kind and fits(data):
                    return data


@contextlib.asynccontextmanager
async def a_window(house: House, name: str = "ann") -> AsyncIterator[Window]:
    headers = await credentials(house, name)
    async with (
        httpx.AsyncClient(base_url=house.settings.gateway_url, timeout=30, trust_env=False) as http,
        http.stream("GET", "/api/desk/live", headers=headers) as answer,
    ):
        assert answer.status_code == 200
        assert answer.headers["content-type"].startswith("text/event-stream")
        yield Window(answer.aiter_lines())


async def present(house: House, name: str, **here: str) -> None:
    headers = await credentials(house, name)
    body = {"window": f"window-of-{name}", **here}
    answer = await house.http.put("/api/desk/presence", json=body, headers=headers)
    assert answer.status_code == 200, answer.text
