"""What no leader answers is asked again for a while; what is refused is not."""

import asyncio

import pytest
from nats.errors import NoRespondersError
from nats.errors import TimeoutError as NATSTimeoutError
from nats.js.errors import APIError, BadRequestError, NotFoundError, ServerError, ServiceUnavailableError

from mesh import patience
from mesh.patience import Renewals, patiently


@pytest.fixture(autouse=True)
def _at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(patience, "PAUSE", 0)


class Server:
    """Fails so, one after the other, then answers."""

    def __init__(self, *failures: Exception) -> None:
        self.failures = list(failures)
        self.asked = 0

    async def answer(self) -> str:
        self.asked += 1
        if self.failures:
            raise self.failures.pop(0)
        return "stored"


async def test_no_leader_no_answer_and_a_sending_not_settled_yet_are_asked_again() -> None:
    server = Server(
        NATSTimeoutError(),
        NoRespondersError(),
        ServiceUnavailableError(code=503, err_code=10008),
        ServerError(code=500, err_code=10118),
        APIError(code=409, err_code=10158),
        BadRequestError(code=400, err_code=10164),
    )
    assert await patiently(server.answer, 5) == "stored"
    assert server.asked == 7


@pytest.mark.parametrize(
    "refusal",
    [
        BadRequestError(code=400, err_code=10071),
        NotFoundError(code=404, err_code=10037),
        ServerError(code=500, err_code=10074),
    ],
)
async def test_what_is_refused_is_not_asked_again(refusal: Exception) -> None:
    server = Server(refusal)
    with pytest.raises(type(refusal)):
        await patiently(server.answer, 5)
    assert server.asked == 1


async def test_a_single_server_is_asked_once() -> None:
    server = Server(NATSTimeoutError(), NATSTimeoutError())
    with pytest.raises(NATSTimeoutError):
        await patiently(server.answer, 0)
    assert server.asked == 1


async def test_patience_has_an_end() -> None:
    server = Server(*(NoRespondersError() for _ in range(100_000)))
    with pytest.raises(NoRespondersError):
        await patiently(server.answer, 0.05)
    assert server.asked > 1


async def test_a_renewal_ends_the_waits_that_are_open_and_no_later_one() -> None:
    renewals, ended = Renewals(), []

    async def waiting() -> None:
        with renewals.wait() as limit:
            try:
                async with limit:
                    await asyncio.Event().wait()
            except TimeoutError:
                ended.append("renewed")

    tasks = [asyncio.create_task(waiting()) for _ in range(3)]
    await asyncio.sleep(0)
    renewals.renew()
    renewals.renew()
    await asyncio.gather(*tasks)
    assert ended == ["renewed"] * 3
    with renewals.wait() as limit:
        async with limit:
            await asyncio.sleep(0)
