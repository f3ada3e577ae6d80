"""One place maps our errors to Temporal's: what is retried, what is not, and what is never quoted."""

import asyncio
from typing import Any, cast

import pytest
from temporalio.activity import _CompleteAsyncError
from temporalio.exceptions import ApplicationError
from temporalio.testing import ActivityEnvironment

from mesh.actor import actor
from mesh.errors import AnswerLater, Permanent, ProtocolError, Transient, Unavailable
from mesh.protocol import MAX_ENVELOPE_BYTES, Enrichment, Message, Outcome, Policy, Route
from mesh.replies import Progress
from mesh.temporal import activity_of, connect, facet_pairs
from tests.conftest import free_ports
from tests.fakes import FakeBus, a_message, settings


class Verdict(Enrichment, slot="verdict"):
    passed: bool
    note: str = ""


class Reason(Enrichment, slot="reason"):
    words: str


async def visited(*, returns: Any = None, raises: Exception | None = None, bus: FakeBus | None = None) -> Outcome:
    """What Temporal is told when an actor returns or raises this."""

    @actor("somebody")
    async def somebody(_: Message) -> Verdict:
        if raises:
            raise raises
        return cast("Verdict", returns)

    serve = activity_of(somebody, somebody.bind({}), bus or FakeBus())
    message = a_message(route=Route(steps=("somebody",), policies={"somebody": Policy(state="thinking")}))
    return cast("Outcome", await ActivityEnvironment().run(serve, message))


async def told(error: Exception) -> ApplicationError:
    with pytest.raises(ApplicationError) as found:
        await visited(raises=error)
    return found.value


async def test_what_an_actor_returns_becomes_its_outcome() -> None:
    assert await visited(returns=Verdict(passed=True)) == Outcome(enrichment={"verdict": {"passed": True, "note": ""}})


async def test_the_activity_bears_the_wire_name_of_the_actor() -> None:
    @actor("wire_name")
    async def renamed(_: Message) -> None: ...

    assert activity_of(renamed, renamed.bind({}), FakeBus()).__temporal_activity_definition.name == "wire_name"


async def test_customers_see_who_works_now_in_the_words_of_the_routes_policy() -> None:
    bus = FakeBus()
    await visited(returns=None, bus=bus)
    assert bus.events == [Progress(message_id="m-1", session_id="s-1", actor="somebody", state="thinking", hop=0)]


@pytest.mark.parametrize("error", [Transient("the shop is down"), Unavailable("the shop is down")])
async def test_what_may_pass_is_retried(error: Exception) -> None:
    found = await told(error)
    assert (found.message, found.type, found.non_retryable) == ("the shop is down", type(error).__name__, False)


async def test_what_was_found_out_before_the_last_attempt_failed_is_kept_too() -> None:
    found = await told(Transient("the shop is down", Verdict(passed=False)))
    assert (found.details[0], found.non_retryable) == ({"verdict": {"passed": False, "note": ""}}, False)


async def test_what_cannot_pass_is_not_retried_and_keeps_what_was_found_out() -> None:
    found = await told(Permanent("it promises", Verdict(passed=False), Reason(words="promise")))
    assert (found.message, found.type, found.non_retryable) == ("it promises", "Permanent", True)
    assert found.details[0] == {"verdict": {"passed": False, "note": ""}, "reason": {"words": "promise"}}


async def test_a_permanent_failure_without_findings_has_none() -> None:
    assert (await told(Permanent("no"))).details == ()


async def test_a_broken_rule_of_the_protocol_is_not_retried() -> None:
    found = await told(ProtocolError("the slot intent is empty"))
    assert (found.message, found.type, found.non_retryable) == ("the slot intent is empty", "ProtocolError", True)


async def test_a_misfit_says_where_and_never_quotes_what_it_was() -> None:
    misfit: Exception | None = None
    try:
        Verdict.model_validate({"passed": "my card is 4111111111111111"})
    except ValueError as error:
        misfit = error
    assert misfit is not None
    found = await told(misfit)
    assert (found.type, found.non_retryable) == ("ProtocolError", True)
    assert "Verdict does not fit: passed:" in found.message
    assert "4111" not in found.message
    # The failure that travels to Temporal carries its cause along.
    assert found.__cause__ is None


async def test_an_answer_that_comes_later_keeps_the_visit_open() -> None:
    with pytest.raises(_CompleteAsyncError):
        await visited(raises=AnswerLater())


async def test_an_outcome_over_the_limit_is_refused_and_one_at_the_limit_is_not() -> None:
    empty = len(Outcome.of(Verdict(passed=True)).model_dump_json())
    fits = Verdict(passed=True, note="x" * (MAX_ENVELOPE_BYTES - empty))
    assert (await visited(returns=fits)).enrichment
    with pytest.raises(ApplicationError, match="somebody returned 262,145 bytes; the limit is 262,144") as found:
        await visited(returns=fits.model_copy(update={"note": fits.note + "x"}))
    assert found.value.non_retryable


async def test_the_limit_counts_bytes_and_not_characters() -> None:
    with pytest.raises(ApplicationError, match="the limit is"):
        await visited(returns=Verdict(passed=True, note="ü" * (MAX_ENVELOPE_BYTES // 2)))


async def test_a_programming_error_is_left_as_it_is() -> None:
    with pytest.raises(ZeroDivisionError):
        await visited(raises=ZeroDivisionError("oops"))


async def test_no_server_at_the_address_is_said_with_what_to_do() -> None:
    address = f"127.0.0.1:{free_ports(1)[0]}"
    with pytest.raises(Unavailable, match=f"{address}: start it or set TEMPORAL_ADDRESS"):
        await asyncio.wait_for(connect(settings(temporal_address=address)), 30)


def test_facets_become_keyword_attributes() -> None:
    pairs = facet_pairs({"Actor": "somebody", "State": "working"})
    assert {pair.key.name: pair.value for pair in pairs} == {"Actor": "somebody", "State": "working"}
