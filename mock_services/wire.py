"""Documents as they are sent. Serialised by pydantic directly: FastAPI would validate each one a second time."""

from collections.abc import Sequence

from fastapi import Response

from mock_services.models import Frozen


def one(found: Frozen) -> Response:
    return Response(found.model_dump_json(), media_type="application/json")


def many(found: Sequence[Frozen]) -> Response:
    return Response("[" + ",".join(each.model_dump_json() for each in found) + "]", media_type="application/json")
