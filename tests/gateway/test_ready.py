"""Whether customers may be sent to a gateway, and what is told of it to whom."""

import httpx
import pytest

from mesh.nodes import Copy, Keepers, Standing
from tests.gateway.house import House


class Told:
    """How the streams stand, instead of asking."""

    def __init__(self, **streams: Keepers | None) -> None:
        self._streams = streams

    async def __call__(self, _: object) -> Standing:
        return Standing(dict(self._streams), 3)


async def test_a_gateway_that_has_all_is_ready(house: House) -> None:
    answer = await house.http.get("/readyz")
    parts = {"nats": "ok", "temporal": "ok", "valkey": "ok", "history": "ok", "nodes": "ok"}
    assert (answer.status_code, answer.json()) == (200, {"status": "ok", "parts": parts})


async def test_one_server_of_three_that_is_away_is_told_and_keeps_nobody_out(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    away = Keepers(leader="nats", replicas=(Copy(name="nats2", current=True), Copy(name="nats3", offline=True)))
    answer = await _standing(house, monkeypatch, Told(A=away))
    assert answer.status_code == 200
    assert answer.json()["parts"]["nodes"] == "nats3 is away or behind in 1 streams"


async def test_without_a_leader_nobody_is_sent_here_and_operators_see_why(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    answer = await _standing(house, monkeypatch, Told(A=None))
    assert answer.status_code == 503
    assert answer.json()["parts"]["nats"] == "nobody leads A"


async def test_a_system_that_is_down_is_named(house: House) -> None:
    house.journeys.down = True
    answer = await house.http.get("/readyz")
    assert answer.status_code == 503
    assert "temporal: " in answer.json()["detail"]


async def _standing(house: House, monkeypatch: pytest.MonkeyPatch, told: Told) -> httpx.Response:
    monkeypatch.setattr("mesh.bus.standing", told)
    return await house.http.get("/readyz")
