"""What starting a journey says when Temporal does not take it: only what it will never take is given up."""

from typing import Any, cast

import pytest
from temporalio.common import WorkflowIDReusePolicy
from temporalio.exceptions import WorkflowAlreadyStartedError
from temporalio.service import RPCError, RPCStatusCode

from mesh.errors import Permanent, Unavailable
from mesh.temporal import Journeys
from tests.fakes import a_message


class Refusing:
    """A Temporal client whose server refuses every start like this."""

    def __init__(self, error: Exception) -> None:
        self._error = error
        self.asked: dict[str, Any] = {}

    async def start_workflow(self, *_: object, **asked: Any) -> None:
        self.asked = asked
        raise self._error


def journeys(client: Refusing) -> Journeys:
    return Journeys(cast("Any", client))


@pytest.mark.parametrize(
    "status", [one for one in RPCStatusCode if one not in {RPCStatusCode.OK, RPCStatusCode.INVALID_ARGUMENT}]
)
async def test_whatever_may_pass_lets_the_message_wait(status: RPCStatusCode) -> None:
    with pytest.raises(Unavailable, match=f"did not start the workflow: {status.name}"):
        await journeys(Refusing(RPCError("the server says", status, b""))).start(a_message())


async def test_what_temporal_can_never_take_is_given_up_with_its_reason() -> None:
    with pytest.raises(Permanent, match="refuses the message: bad attribute"):
        await journeys(Refusing(RPCError("bad attribute", RPCStatusCode.INVALID_ARGUMENT, b""))).start(a_message())


async def test_the_same_message_has_one_journey_by_its_own_id_for_ever() -> None:
    client = Refusing(WorkflowAlreadyStartedError("m-1", "FollowRoute"))
    assert not await journeys(client).start(a_message())
    assert client.asked["id"] == "m-1"
    assert client.asked["id_reuse_policy"] is WorkflowIDReusePolicy.REJECT_DUPLICATE
