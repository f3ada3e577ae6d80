"""Two gateways over one NATS, Valkey, history and data folder: it does not matter which one a customer comes to."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from typing import NamedTuple

import httpx
import pytest

from gateway.credentials import SECRET_HEADER
from mesh.settings import Settings
from tests.conftest import free_ports
from tests.gateway.at_desk import ANN, BOB, desk, post, waits
from tests.gateway.customer import on_socket
from tests.gateway.house import EMAIL, House, furnished
from tests.gateway.test_chat import said, say
from tests.gateway.test_uploads import sent
from tests.mesh.test_attachments import PNG


class Street(NamedTuple):
    """The same house behind two doors; who signs in at one is signed in at the other."""

    one: House
    other: House


@contextlib.asynccontextmanager
async def a_street(settings: Settings) -> AsyncIterator[Street]:
    async with furnished(settings) as one:
        second = one.settings.model_copy(update={"gateway_port": free_ports(1)[0]})
        own = {"X-Customer-Email": EMAIL}
        async with httpx.AsyncClient(base_url=second.gateway_url, timeout=15, trust_env=False, headers=own) as http:
            other = one._replace(settings=second, http=http)
            async with one.is_open(), other.is_open():
                yield Street(one, other)


@pytest.fixture
async def street(
    ports_settings: Settings, nats_server: asyncio.subprocess.Process, valkey_server: asyncio.subprocess.Process
) -> AsyncIterator[Street]:
    async with a_street(ports_settings) as found:
        yield found


async def test_two_tabs_at_two_gateways_both_see_the_answer_once(street: Street) -> None:
    async with on_socket(street.one) as tab, on_socket(street.other) as other_tab:
        await tab.next("session")
        await other_tab.next("session")
        await tab.say("Hello there", "m-1")
        replies = [await one.next("reply") for one in (tab, other_tab)]
        assert {reply["text"] for reply in replies} == {"You said: Hello there"}
        assert len({(reply["reply_id"], reply["sequence"]) for reply in replies}) == 1
        await asyncio.gather(tab.silence(), other_tab.silence())


async def test_a_socket_that_breaks_goes_on_at_the_other_gateway_without_a_gap(street: Street) -> None:
    async with on_socket(street.one) as tab:
        await tab.next("session")
        await tab.say("First", "m-1")
        seen = (await tab.next("reply"))["sequence"]
    assert (await say(street.one, "Second", session_id="s-1", message_id="m-2")).status_code == 200
    async with on_socket(street.other, f"session_id=s-1&after={seen}") as tab:
        await tab.next("session")
        assert (await tab.next("reply"))["message_id"] == "m-2"
        await tab.silence()


async def test_one_message_that_is_said_at_both_gateways_is_heard_once_and_answered_at_both(street: Street) -> None:
    answers = await asyncio.gather(*(say(door, "Hello", message_id="m-1", session_id="s-1") for door in street))
    assert [answer.status_code for answer in answers] == [200, 200]
    assert len({answer.json()["metadata"]["reply_id"] for answer in answers}) == 1
    assert len(street.one.echo.heard) == 1


async def test_an_answer_that_comes_late_is_found_at_the_other_gateway(street: Street) -> None:
    assert (await say(street.one, "Answer slowly", message_id="m-1", session_id="s-1")).status_code == 202
    async with asyncio.timeout(10):
        while (found := await street.other.http.get("/api/chat/m-1")).status_code == 202:
            await asyncio.sleep(0.05)
    assert found.json()["response"] == "You said: Answer slowly"


async def test_an_id_that_was_used_at_one_gateway_is_taken_at_the_other(street: Street) -> None:
    await say(street.one, "Hello", message_id="m-1", session_id="s-1")
    assert (await say(street.other, "Another text", message_id="m-1", session_id="s-1")).status_code == 409


async def test_a_file_that_was_sent_to_one_gateway_is_handed_out_by_the_other(street: Street) -> None:
    reference = (await sent(street.one)).json()
    found = await street.other.http.get(f"/api/uploads/s-1/{reference['attachment_id']}")
    assert (found.status_code, found.content) == (200, PNG)


async def test_who_began_a_session_at_one_gateway_goes_on_at_the_other_and_nobody_else_does(street: Street) -> None:
    nobody = {"base_url": street.other.settings.gateway_url, "timeout": 15, "trust_env": False}
    async with httpx.AsyncClient(**nobody) as http:  # type: ignore[arg-type]
        one = street.one.settings.gateway_url
        begun = (await http.post(f"{one}/api/chat", json={"message": "Hello"})).json()
        place = f"/api/sessions/{begun['session_id']}/messages"
        assert (await http.get(place, headers={SECRET_HEADER: begun["session_secret"]})).status_code == 200
        assert (await http.get(place, headers={SECRET_HEADER: "x" * 43})).status_code in {401, 403, 404}


async def test_what_is_counted_is_counted_for_both(
    ports_settings: Settings, nats_server: asyncio.subprocess.Process, valkey_server: asyncio.subprocess.Process
) -> None:
    strict = ports_settings.model_copy(update={"rate_session": "4/minute"})
    async with a_street(strict) as street:
        doors = [street.one, street.other] * 3
        answers = [await door.http.post("/api/chat", json=said(session_id="s-1")) for door in doors]
    assert [answer.status_code for answer in answers] == [200] * 4 + [429] * 2


async def test_a_claim_at_one_desk_is_seen_and_holds_at_the_other(street: Street) -> None:
    waits(street.one)
    assert (await post(street.one, "claim", ANN)).status_code == 200
    assert (await post(street.other, "claim", BOB)).status_code == 409
    (item,) = await desk(street.other)
    assert (item["state"], item["claimed_by"]) == ("claimed", "ann")


async def test_of_two_people_who_claim_at_two_gateways_at_once_one_has_it(street: Street) -> None:
    waits(street.one)
    answers = await asyncio.gather(post(street.one, "claim", ANN), post(street.other, "claim", BOB))
    assert sorted(answer.status_code for answer in answers) == [200, 409]
