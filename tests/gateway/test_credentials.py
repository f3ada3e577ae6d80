"""The API's description says what opens each operation, and it says the same as the doors do."""

from typing import Any

import pytest

from gateway.credentials import SAFE
from gateway.people import CSRF_HEADER, PEOPLE_COOKIE
from tests.gateway.indoors import an_app, open_settings
from tests.gateway.test_matrix import EXPECTED

FOUND: dict[str, Any] = an_app(open_settings()).openapi()
OPERATIONS = {
    f"{method.upper()} {path}": operation
    for path, methods in FOUND["paths"].items()
    for method, operation in methods.items()
}
SCHEMES = FOUND["components"]["securitySchemes"]
CUSTOMERS: list[dict[str, list[str]]] = [{"identity": []}, {"session_secret": []}, {"customer_email": []}]


def ways(operation: str) -> list[dict[str, list[str]]]:
    found: list[dict[str, list[str]]] = OPERATIONS[operation]["security"]
    return found


@pytest.mark.parametrize("operation", OPERATIONS)
def test_what_opens_an_operation_is_what_the_description_names(operation: str) -> None:
    _, codes = EXPECTED[operation]
    named = ways(operation)
    assert all(name in SCHEMES for way in named for name in way)
    people: dict[str, list[str]] = (
        {"person": []} if operation.split(maxsplit=1)[0] in SAFE else {"person": [], "csrf": []}
    )
    # Signing in with a wrong password is refused to everybody alike.
    closed = codes["*"] == 401 and len(codes) > 1
    assert (people in named) == (closed or (operation.startswith("GET") and "own" in codes))
    assert ("identity" in {name for way in named for name in way}) == ("own" in codes)
    assert bool(named) == (closed or "own" in codes)


def test_who_shows_nothing_may_only_begin_to_talk() -> None:
    assert [operation for operation in OPERATIONS if {} in ways(operation)] == ["POST /api/chat"]


def test_the_ways_in_are_alternatives_and_the_token_of_a_change_is_none_by_itself() -> None:
    assert ways("POST /api/desk/{message_id}/claim") == [{"person": [], "csrf": []}]
    assert ways("GET /api/desk") == [{"person": []}]
    assert ways("GET /metrics") == [{"person": []}, {"metrics_token": []}]
    assert ways("GET /api/chat/{message_id}") == [{"person": []}, *CUSTOMERS]
    assert ways("POST /api/uploads/{session_id}") == CUSTOMERS
    assert ways("GET /api/about") == []


def test_each_scheme_is_where_it_is_looked_for() -> None:
    places = {name: (one["type"], one.get("in"), one.get("name")) for name, one in SCHEMES.items()}
    assert places["person"] == ("apiKey", "cookie", PEOPLE_COOKIE)
    assert places["csrf"] == ("apiKey", "header", CSRF_HEADER)
    assert (SCHEMES["identity"]["scheme"], SCHEMES["identity"]["bearerFormat"]) == ("bearer", "JWT")
    assert all(one["description"] for one in SCHEMES.values())
