"""Five customers, with a model that is gone, hangs, is over quota, or answers garbage. Times are logged."""

import json
import logging
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import pytest

from mesh.calls import HARD, Call
from mesh.cli.demo import SCENARIOS, Scenario
from tests.conftest import until
from tests.demo import ENDS
from tests.e2e.conftest import PATIENCE, Stack, a_stack
from tests.llm_server import GARBAGE, HANGS, ModelServer, Says, model_server, refuses, says

pytestmark = pytest.mark.e2e
log = logging.getLogger(__name__)

KILLED = None
TIMES = {"LLM_TIMEOUT": "5", "LLM_MESSAGE_LIMIT": "8", "LLM_COOL_DOWN": "1"}
"""Hardly any pause after a failure: every scenario meets the model again."""


@contextmanager
def a_mesh(folder: Path, **environment: str) -> Iterator[tuple[Stack, ModelServer, Callable[[], None]]]:
    """A mesh with a model that can be killed."""
    with ExitStack() as death:
        server = death.enter_context(model_server())
        entry = {"model": "openai/scripted", "api_base": server.base, "api_key": "k"}
        with a_stack(folder, LLM_MODELS=json.dumps([entry]), **{**TIMES, **environment}) as stack:
            yield stack, server, death.close


async def ends_right(stack: Stack, scenario: Scenario) -> list[Call]:
    """Play a scenario, see that it ends as it should, and what it asked of models."""
    started = time.monotonic()
    answer = stack.chat(scenario.text, scenario.email)
    took = time.monotonic() - started
    status, facts = ENDS[scenario.email]
    assert answer["status"] == status, answer
    assert [fact for fact in facts if fact not in answer["response"]] == [], answer["response"]
    message = await stack.journey(answer["message_id"])
    assert message is not None
    calls = [call for entry in message.route.trace for call in entry.calls]
    told = ", ".join(f"{call.prompt} {call.result} {call.ms} ms" for call in calls)
    log.info("%s: %.1f s in all (%s)", scenario.title, took, told)
    return calls


@pytest.mark.parametrize(
    ("fault", "result"),
    [
        (KILLED, "unreachable"),
        (HANGS, "timeout"),
        (GARBAGE, "garbage"),
        (refuses(429), "quota"),
    ],
    ids=["killed", "hanging", "garbage", "quota"],
)
async def test_the_five_scenarios_end_right_without_the_model(tmp_path: Path, fault: Says | None, result: str) -> None:
    with a_mesh(tmp_path) as (stack, server, kill):
        if fault is None:
            kill()
        else:
            server.script = [fault]
        calls = [call for scenario in SCENARIOS for call in await ends_right(stack, scenario)]
        returned = stack.get("/orders/77701", stack.settings.shop_targets["orders"])["returns"]
    assert result in {call.result for call in calls}
    assert {call.result for call in calls} <= HARD | {"cooling", "late", "invalid"}
    assert len(returned) == 1


async def test_a_model_that_answers_is_in_the_trace_that_operators_read(tmp_path: Path) -> None:
    with a_mesh(tmp_path, LLM_TIMEOUT="8") as (stack, server, _):
        server.script = [says('{"text": "Hello."}', (120, 8))]

        async def asked() -> Any:
            answer = stack.chat(SCENARIOS[1].text, SCENARIOS[1].email)
            return answer if server.asked else None

        answer = await until(asked, PATIENCE)
        shown = stack.mesh("trace", answer["message_id"], COLUMNS="250").stdout
    assert "openai/scripted: " in shown
    assert "120 + 8 tokens" in shown
