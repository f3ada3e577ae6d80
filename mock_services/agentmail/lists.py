"""Pages of a list: `limit` items from where the last page ended."""

from collections.abc import Iterator, Sequence
from typing import Annotated, Final, TypeVar

from fastapi import Depends, Query, Response
from pydantic import TypeAdapter, ValidationError

from mock_services.agentmail.models import HIDDEN, Frozen, Message, Thread
from mock_services.agentmail.problems import invalid

D = TypeVar("D", bound=Frozen)
L = TypeVar("L", Message, Thread)
NAMES: Final = TypeAdapter(list[str])


class Wanted(Frozen):
    """Where a page begins, how long it is, and in which order."""

    limit: int
    begin: int
    ascending: bool


async def _wanted(
    limit: Annotated[int, Query(ge=1, le=100)] = 50,
    page_token: str | None = None,
    ascending: bool = False,  # noqa: FBT001, FBT002 - a parameter of the query
) -> Wanted:
    if page_token and not page_token.isdecimal():
        raise invalid("page_token", "Unknown page token")
    return Wanted(limit=limit, begin=int(page_token or 0), ascending=ascending)


Paged = Annotated[Wanted, Depends(_wanted)]


class Sifted(Frozen):
    """Which labels a list wants, and which it hides."""

    labels: tuple[str, ...]
    hidden: frozenset[str]

    def keep(self, found: Sequence[L]) -> list[L]:
        return [one for one in found if set(self.labels) <= set(one.labels) and not self.hidden & set(one.labels)]


async def _sifted(
    labels: Annotated[list[str], Query()] = [],  # noqa: B006 - read, never changed
    include_spam: bool = False,  # noqa: FBT001, FBT002
    include_blocked: bool = False,  # noqa: FBT001, FBT002
    include_unauthenticated: bool = False,  # noqa: FBT001, FBT002
    include_trash: bool = False,  # noqa: FBT001, FBT002
) -> Sifted:
    shown = dict(zip(HIDDEN, (include_spam, include_blocked, include_unauthenticated, include_trash), strict=True))
    return Sifted(
        labels=tuple(_labels(labels)), hidden=frozenset(label for label, wanted in shown.items() if not wanted)
    )


def _labels(given: Sequence[str]) -> Iterator[str]:
    """Each given by itself, or all as one JSON list, which is what AgentMail's own library sends."""
    for one in given:
        try:
            yield from NAMES.validate_json(one) if one.startswith("[") else (one,)
        except ValidationError as error:
            raise invalid("labels", "Labels are names or a JSON list of names") from error


Filtered = Annotated[Sifted, Depends(_sifted)]


def page(name: str, oldest_first: Sequence[D], wanted: Wanted, without: frozenset[str] = frozenset()) -> Response:
    """One page of a list that is at hand whole, oldest first."""
    ordered = oldest_first if wanted.ascending else oldest_first[::-1]
    end = wanted.begin + wanted.limit
    items = [one.to_json(without) for one in ordered[wanted.begin : end]]
    more = f',"next_page_token":"{end}"' if end < len(ordered) else ""
    body = f'{{"count":{len(items)},"limit":{wanted.limit}{more},"{name}":[{",".join(items)}]}}'
    return Response(body, media_type="application/json")


def one(found: Frozen, without: frozenset[str] = frozenset()) -> Response:
    return Response(found.to_json(without), media_type="application/json")
