"""How payloads are made and read: pydantic's way, without what the library does for other people's payloads.

The library walks all payloads of an activation three times before the workflow's code runs and three times after it:
for references, for external storage, and for a codec. Our converter has none of them, so the walks change nothing, and
cost a sixth of the workflow worker's time (`docs/performance.md`).
"""

import dataclasses
import inspect
import logging
from typing import Any, Final

from temporalio.bridge import worker as bridge
from temporalio.contrib.pydantic import PydanticPayloadConverter, pydantic_data_converter
from temporalio.converter import CompositePayloadConverter, DataConverter
from temporalio.converter._extstore import StorageOperationMetrics

log = logging.getLogger(__name__)

WALKS: Final = {
    "decode_activation": ("activation", "data_converter", "decode_headers", "storage_concurrency_limit"),
    "encode_completion": ("completion", "data_converter", "encode_headers", "storage_concurrency_limit"),
}
"""The library's functions, and the parameters by which we know them."""


_PARTS: Final = tuple(PydanticPayloadConverter().converters.values())


class _Converter(CompositePayloadConverter):
    """Pydantic's converter over parts that are made once.

    The library makes a converter for every visit and for both ends of every activation. New parts would know no type
    yet, and build the validator of a whole message again.
    """

    def __init__(self) -> None:
        super().__init__(*_PARTS)


CONVERTER: Final = dataclasses.replace(pydantic_data_converter, payload_converter_class=_Converter)


def spare_walks(converter: DataConverter = CONVERTER) -> bool:
    """Skip the walks in this process; False when they are needed, or the library's functions are not those we know."""
    needed = converter.payload_codec is not None or converter.external_storage is not None
    if needed or not all(_known(name, parameters) for name, parameters in WALKS.items()):
        log.warning(
            "every payload of a workflow is walked six times: this library or its converter is not the known one"
        )
        return False
    for name in WALKS:
        setattr(bridge, name, _walked)
    return True


def _known(name: str, parameters: tuple[str, ...]) -> bool:
    found = getattr(bridge, name, None)
    return inspect.iscoroutinefunction(found) and tuple(inspect.signature(found).parameters) == parameters


async def _walked(_: object, __: DataConverter, **___: Any) -> StorageOperationMetrics:  # noqa: ANN401 - passed over
    return StorageOperationMetrics()
