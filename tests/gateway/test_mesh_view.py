"""The mesh view's API: the plan, its pulse, one actor, one message, and the stream that tells of them."""

import asyncio
import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from gateway import mesh
from gateway.mesh import MOST_VIEWERS
from gateway.pulse import Line, Pulse
from mesh.store import History
from mesh.temporal import Mailbox
from tests.fakes import FakeJourneys, a_message
from tests.gateway.house import House
from tests.gateway.overlook import Overlook, overlook
from tests.gateway.signing import signed_in
from tests.mesh.figures_of import asked, said, week
from workers.compose import standard_route


@pytest.fixture
async def view(history: History) -> AsyncIterator[Overlook]:
    async with overlook(history, FakeJourneys(a_message("secret words", route=standard_route()))) as opened:
        yield opened


async def told(lines: AsyncIterator[str], kind: str) -> dict[str, Any]:
    """The next event of this kind."""
    async with asyncio.timeout(20):
        async for line in lines:
            if line == f"event: {kind}":
                data = await anext(lines)
                found: dict[str, Any] = json.loads(data.removeprefix("data: "))
                return found
    raise AssertionError(f"no {kind} came")


async def got(view: Overlook, path: str) -> Any:
    answer = await view.http.get(path)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def test_the_plan_is_that_of_the_registry_with_what_was_seen_on_it(view: Overlook) -> None:
    before = await got(view, "/api/mesh")
    view.hear("response_generator", 3)
    view.hear("tone_checker", 4)
    after = await got(view, "/api/mesh")
    assert {one["name"] for one in after["stations"]} - {one["name"] for one in before["stations"]} == {"tone_checker"}
    assert {"source": "response_generator", "target": "tone_checker", "way": "seen"} in after["links"]


async def test_the_pulse_tells_of_each_actor_its_rate_retries_messages_queue_and_workers(view: Overlook) -> None:
    view.journeys.mailboxes["ecommerce.support.context_retriever"] = Mailbox(
        backlog=7, oldest=1.5, pollers=3, workers=2
    )
    view.hear("context_retriever", 1)
    view.hear("context_retriever", 1, attempt=2)
    work = (await got(view, "/api/mesh/pulse"))["actors"]["context_retriever"]
    assert (work["rate"], work["retries"], work["inside"]) == (2, 1, 1)
    assert (work["mailbox"]["backlog"], work["mailbox"]["oldest"], work["mailbox"]["workers"]) == (7, 1.5, 2)


async def test_without_temporal_the_pulse_says_so_and_tells_the_rest(view: Overlook) -> None:
    view.journeys.down = True
    view.hear("context_retriever", 1)
    pulse = await got(view, "/api/mesh/pulse")
    assert pulse["queues"] == "Temporal does not answer"
    assert pulse["actors"]["context_retriever"]["rate"] == 1
    assert pulse["actors"]["context_retriever"]["mailbox"] is None


async def test_an_actor_tells_what_is_there_now_and_what_failed_and_nobodys_words(
    view: Overlook, history: History
) -> None:
    view.hear("context_retriever", 1, "m-9")
    await history.add(week())
    found = await got(view, "/api/mesh/actors/context_retriever")
    assert found["station"]["kind"] == "processor"
    assert "m-9" in {here["message_id"] for here in found["here"]}
    assert found["failures"] == []
    assert "secret" not in json.dumps(found)
    assert (await view.http.get("/api/mesh/actors/nobody")).status_code == 404


async def test_a_message_is_followed_in_its_journey_or_in_the_history(view: Overlook, history: History) -> None:
    await history.add(week())
    here = await got(view, "/api/mesh/messages/m-1")
    assert [visit["state"] for visit in here["stops"][0]["visits"]] == ["doing", "doing", "doing"]
    assert here["web_ui"] == "http://127.0.0.1:8233/namespaces/default/workflows/m-1"
    gone = await got(view, "/api/mesh/messages/m-furious")
    assert [(visit["actor"], visit["state"]) for visit in gone["stops"][0]["visits"]] == [("human_agent", "done")]
    assert (gone["open"], gone["ended"]) == (False, "resolved")
    assert "secret" not in json.dumps([here, gone])
    assert (await view.http.get("/api/mesh/messages/m-unknown")).status_code == 404


async def test_without_temporal_a_message_is_followed_in_the_history(view: Overlook, history: History) -> None:
    await history.add(week())
    view.journeys.down = True
    assert (await got(view, "/api/mesh/messages/m-furious"))["ended"] == "resolved"
    assert (await view.http.get("/api/mesh/messages/m-1")).status_code == 404


async def test_a_pulse_holds_every_move_once_and_a_thousand_messages_only_as_counts(view: Overlook) -> None:
    stream = mesh.told(view.views.heart, None)
    lines = _lines(stream)
    await told(lines, "pulse")
    for number in range(1000):
        view.hear("decision_router", 2, f"m-{number}")
        view.hear("response_generator", 3, f"m-{number}")
    pulse = await told(lines, "pulse")
    assert pulse["flows"] == [{"source": "decision_router", "target": "response_generator", "messages": 1000}]
    assert len(pulse["sample"]) == 24
    assert len(json.dumps(pulse)) < 8_000
    assert (await told(lines, "pulse"))["flows"] == []
    await stream.aclose()


async def test_the_events_of_the_message_that_is_followed_are_told_at_once_and_no_others(view: Overlook) -> None:
    stream = mesh.told(view.views.heart, "m-7")
    lines = _lines(stream)
    await told(lines, "pulse")
    view.hear("decision_router", 2, "m-8")
    view.hear("decision_router", 2, "m-7")
    assert await told(lines, "followed") == {"message_id": "m-7"}
    await stream.aclose()


async def test_nothing_beats_when_nobody_looks_on(view: Overlook) -> None:
    heart = view.views.heart
    async with heart.viewing(), heart.viewing():
        assert heart._beating is not None
        assert heart.viewers == 2
        beating = heart._beating
    assert beating.cancelled()
    assert heart.viewers == 0
    assert view.views.heart.observed._listeners == {}


async def test_a_page_that_is_slow_gets_the_newest_pulses(view: Overlook) -> None:
    async with view.views.heart.viewing() as line:
        for number in range(20):
            line.put(Pulse(stations=number, links=0, actors={}, answers={}))
        oldest = await line.get()
    assert isinstance(oldest, Pulse)
    assert oldest.stations == 16


async def test_a_stream_ends_by_itself_so_that_the_right_to_it_is_asked_anew(view: Overlook) -> None:
    view.views.heart.longest = 0.05
    async with asyncio.timeout(20):
        lines = [line async for line in mesh.told(view.views.heart, None)]
    assert lines[0].startswith("retry:")


async def test_not_everybody_can_look_at_the_same_time(view: Overlook) -> None:
    view.views.heart._lines.extend([Line()] * MOST_VIEWERS)
    assert (await view.http.get("/api/mesh/events")).status_code == 503


PATHS = (
    "/api/mesh", "/api/mesh/pulse", "/api/mesh/events", "/api/mesh/actors/intent_analyzer", "/api/mesh/messages/m-1",
    "/api/insights", "/api/insights/volume.csv",
)  # fmt: skip


async def test_only_supervisors_and_operators_see_it_and_what_a_message_does_is_told_live(house: House) -> None:
    assert {path: (await house.http.get(path)).status_code for path in PATHS} == dict.fromkeys(PATHS, 401)
    await signed_in(house.http, house.settings, "ann", "agent")
    assert {path: (await house.http.get(path)).status_code for path in PATHS} == dict.fromkeys(PATHS, 403)
    await signed_in(house.http, house.settings, "sue", "supervisor")
    async with house.http.stream("GET", "/api/mesh/events?message_id=m-live") as stream:
        assert stream.headers["content-type"].startswith("text/event-stream")
        lines = stream.aiter_lines()
        await told(lines, "pulse")
        await _said(house.http, "m-live")
        assert await told(lines, "followed") == {"message_id": "m-live"}
        pulse = await told(lines, "pulse")
    assert pulse["actors"]["context_retriever"]["rate"] == 1
    assert {"source": "context_retriever", "target": "response_generator", "messages": 1} in pulse["flows"]
    assert (await house.http.get("/api/mesh/messages/m-live")).json()["ended"] == "resolved"
    assert (await house.http.get("/api/insights?hours=1")).json()["tables"]["sessions"]["rows"] == [[1, 1, 1]]


async def _said(http: httpx.AsyncClient, message_id: str) -> None:
    body = {"customer_email": "polly.inquirer@example.com", "message": "Where is it?", "message_id": message_id}
    answer = await http.post("/api/chat", json=body)
    assert answer.status_code == 200, answer.text


async def _lines(stream: AsyncIterator[str]) -> AsyncIterator[str]:
    async for chunk in stream:
        for line in chunk.splitlines():
            yield line


async def test_a_failed_visit_is_among_the_failures_of_its_actor(view: Overlook, history: History) -> None:
    question = asked("m-bad", "s-1", datetime.now(UTC) - timedelta(seconds=30))
    await history.add([question, said(question, 1.0, "apologised", visits=(("context_retriever", "failed", 2.0),))])
    found = await got(view, "/api/mesh/actors/context_retriever")
    assert [failure["message_id"] for failure in found["failures"]] == ["m-bad"]
