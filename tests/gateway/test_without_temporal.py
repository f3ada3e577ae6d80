"""The gateway as it really starts, while nobody answers at Temporal's address."""

import asyncio

from httpx import ASGITransport, AsyncClient

from gateway.app import create_app
from tests.gateway.house import ACTORS, EMAIL, ROUTE, House
from tests.gateway.signing import signed_in


async def test_the_gateway_starts_and_chats_are_answered_while_temporal_is_away(empty_house: House) -> None:
    app = create_app(empty_house.settings, route=ROUTE, actors=ACTORS)
    async with app.router.lifespan_context(app) as state:
        assert state is not None
        transport = ASGITransport(lambda scope, receive, send: app({**scope, "state": state}, receive, send))
        async with AsyncClient(transport=transport, base_url="http://127.0.0.1") as http, asyncio.timeout(15):
            chat = await http.post("/api/chat", json={"message": "Hello", "customer_email": EMAIL, "message_id": "m-1"})
            assert chat.status_code == 200
            await signed_in(http, empty_house.settings)
            for path in ("/api/desk", "/api/health", "/api/health/actors", "/api/chat/unknown"):
                answer = await http.get(path)
                assert answer.status_code == 503
                assert "Temporal does not answer" in answer.json()["detail"]
