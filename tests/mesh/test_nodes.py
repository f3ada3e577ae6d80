"""How the streams stand on several servers, and what is said of it."""

import json

from mesh.errors import Unavailable
from mesh.nodes import NAMES, Standing, standing

WELL = {"config": {"num_replicas": 3}, "cluster": {"leader": "nats", "replicas": []}}


def answering(**changed: object) -> object:
    async def ask(what: str) -> bytes:
        found = changed.get(what.rsplit(".", 1)[-1], _kept())
        if isinstance(found, Exception):
            raise found
        return json.dumps(found).encode()

    return ask


def _kept(leader: str | None = "nats", **third: object) -> dict[str, object]:
    copies = [{"name": "nats2", "current": True}, {"name": "nats3", "current": True, **third}]
    return {"config": {"num_replicas": 3}, "cluster": {"leader": leader, "replicas": copies}}


async def stood(**changed: object) -> Standing:
    return await standing(answering(**changed))  # type: ignore[arg-type]


async def test_three_current_copies_of_each_stream_are_whole() -> None:
    found = await stood()
    assert (found.whole, found.trouble(), found.wanted) == (True, "", 3)
    assert found.leads == {"nats": [*NAMES]}


async def test_a_server_that_is_away_or_behind_is_named_with_what_it_lacks() -> None:
    found = await stood(ECOMMERCE_SUPPORT=_kept(current=False, offline=True), KV_ECOMMERCE_SUPPORT_DESK=_kept(lag=7))
    assert not found.whole
    assert found.leaderless == []
    assert found.behind == {"nats3": ["ECOMMERCE_SUPPORT", "KV_ECOMMERCE_SUPPORT_DESK"]}
    assert found.trouble() == "nats3 is away or behind in 2 streams"


async def test_a_stream_that_nobody_leads_or_tells_of_is_named() -> None:
    error = {"error": {"code": 503, "err_code": 10008}}
    found = await stood(
        ECOMMERCE_SUPPORT=_kept(None), ECOMMERCE_SUPPORT_DEAD=error, ECOMMERCE_SUPPORT_REPLIES=Unavailable("away")
    )
    assert found.leaderless == ["ECOMMERCE_SUPPORT", "ECOMMERCE_SUPPORT_REPLIES", "ECOMMERCE_SUPPORT_DEAD"]
    assert not found.whole
    assert found.trouble().startswith("nobody leads ECOMMERCE_SUPPORT, ")


async def test_too_few_copies_are_not_whole() -> None:
    assert not (await stood(ECOMMERCE_SUPPORT=WELL)).whole


async def test_a_server_that_is_alone_is_whole() -> None:
    found = await stood(**{key: {"config": {"num_replicas": 1}} for key in NAMES})
    assert (found.whole, found.trouble(), found.wanted) == (True, "", 1)
