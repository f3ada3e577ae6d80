"""What the library walks for nothing is left out, and nothing else changes by it."""

import dataclasses
from collections.abc import Sequence
from typing import Any

import pytest
from temporalio.api.common.v1 import Payload
from temporalio.bridge import worker as bridge
from temporalio.bridge.proto.workflow_activation import WorkflowActivation
from temporalio.bridge.proto.workflow_completion import WorkflowActivationCompletion
from temporalio.converter import PayloadCodec

from mesh._payloads import CONVERTER, WALKS, spare_walks
from mesh.protocol import Message
from tests.fakes import a_message

LIMIT = 4


class Shouting(PayloadCodec):
    async def encode(self, payloads: Sequence[Payload]) -> list[Payload]:
        return [Payload(metadata=payload.metadata, data=payload.data.upper()) for payload in payloads]

    async def decode(self, payloads: Sequence[Payload]) -> list[Payload]:
        return await self.encode(payloads)


CODED = dataclasses.replace(CONVERTER, payload_codec=Shouting())


@pytest.fixture(autouse=True)
def _restored(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in WALKS:
        monkeypatch.setattr(bridge, name, getattr(bridge, name))


def an_activation() -> WorkflowActivation:
    activation = WorkflowActivation(run_id="r-1")
    begin = activation.jobs.add().initialize_workflow
    begin.arguments.extend(CONVERTER.payload_converter.to_payloads([a_message()]))
    done = activation.jobs.add().resolve_activity.result.completed
    done.result.CopyFrom(CONVERTER.payload_converter.to_payloads([{"route": None}])[0])
    return activation


def a_completion() -> WorkflowActivationCompletion:
    completion = WorkflowActivationCompletion(run_id="r-1")
    ask = completion.successful.commands.add().schedule_activity
    ask.arguments.extend(CONVERTER.payload_converter.to_payloads([a_message()]))
    return completion


async def test_the_librarys_own_walks_change_nothing_with_our_converter() -> None:
    activation, completion = an_activation(), a_completion()
    await bridge.decode_activation(activation, CONVERTER, decode_headers=True, storage_concurrency_limit=LIMIT)
    await bridge.encode_completion(completion, CONVERTER, encode_headers=True, storage_concurrency_limit=LIMIT)
    assert (activation, completion) == (an_activation(), a_completion())


async def test_with_our_converter_they_are_left_out() -> None:
    assert spare_walks()
    activation, completion = an_activation(), a_completion()
    # A codec would be noticed, if anything still walked.
    found = await bridge.decode_activation(activation, CODED, decode_headers=True, storage_concurrency_limit=LIMIT)
    await bridge.encode_completion(completion, CODED, encode_headers=True, storage_concurrency_limit=LIMIT)
    assert (activation, completion) == (an_activation(), a_completion())
    assert found.payload_count == 0


async def test_a_codec_is_still_walked_for() -> None:
    assert not spare_walks(CODED)
    activation = an_activation()
    await bridge.decode_activation(activation, CODED, decode_headers=True, storage_concurrency_limit=LIMIT)
    assert activation != an_activation()


async def test_a_library_that_walks_otherwise_is_left_as_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    async def other(activation: object) -> None: ...

    monkeypatch.setattr(bridge, "decode_activation", other)
    before = {name: vars(bridge)[name] for name in WALKS}
    assert not spare_walks()
    assert {name: vars(bridge)[name] for name in WALKS} == before


def test_every_converter_of_the_library_shares_what_it_knows_of_types() -> None:
    one, other = (dataclasses.replace(CONVERTER).payload_converter for _ in range(2))
    (payload,) = one.to_payloads([a_message()])
    assert one is not other
    assert one.from_payloads([payload], [Message]) == other.from_payloads([payload], [Message]) == [a_message()]
    before = adapters().cache_info().misses
    dataclasses.replace(CONVERTER).payload_converter.from_payloads([payload], [Message])
    assert adapters().cache_info().misses == before


def adapters() -> Any:
    """The library's cache of validators, by the name it has inside."""
    made: Any = CONVERTER.payload_converter_class()
    (part,) = [part for part in made.converters.values() if hasattr(part, "_type_adapter")]
    return part._type_adapter
