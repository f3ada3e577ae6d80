"""What a connection to NATS does with several keys at once: written together or not at all, read in one question."""

import contextlib
import json
from collections.abc import Awaitable, Callable, Iterator, Sequence
from datetime import datetime
from typing import Final, Literal, NamedTuple
from uuid import uuid4

from nats.aio.client import Client
from nats.errors import Error as NATSError
from nats.errors import NoRespondersError
from nats.js.errors import APIError, BadRequestError, NotFoundError
from pydantic import BaseModel, JsonValue

from mesh.effects import effect
from mesh.errors import Unavailable
from mesh.patience import ATTEMPT, PatientStream, patiently

TOO_MANY: Final = "413"
"""What NATS answers to a question for more than 1,024 keys."""
WRONG_LAST_SEQUENCE: Final = 10071
UNDER_WAY: Final = 10164
"""What several servers answer instead while the other write is not settled yet."""

Deed = Literal["won", "lost", "unavailable"]
"""What came of a comparison."""


class Register(NamedTuple):
    """A value, its revision, and when the server stored it; no value and 0 while nothing was written."""

    value: bytes | None
    revision: int
    stored: datetime | None = None


class Change(NamedTuple):
    """One key of several that are written together; `keep`: seconds after which its value vanishes."""

    key: str
    value: bytes
    revision: int
    keep: int | None = None


class Standing(NamedTuple):
    """A node of the cluster, as the leader of a stream sees it."""

    name: str
    leads: bool
    current: bool


class _Stored(BaseModel):
    """The server's answer to several messages that were stored together, or not at all."""

    error: dict[str, JsonValue] | None = None
    count: int = 0


@contextlib.contextmanager
def unavailable(what: str) -> Iterator[None]:
    """Turn every error of the NATS client into `Unavailable`."""
    try:
        yield
    except (NATSError, OSError) as error:
        raise Unavailable(f"{what}: {type(error).__name__}") from error


class Together:
    """The part of `Registers` that deals with several keys."""

    _client: Client
    _stream: PatientStream
    noted: Callable[[str, Deed], None] = staticmethod(lambda _operation, _result: None)
    """Told of every comparison that was tried, and of what came of it."""

    async def write_together(self, bucket: str, changes: Sequence[Change]) -> bool:
        """Write all of these, or none: unless somebody else has written one of them since its revision was read.

        The bucket must allow it (`allow_atomic`), and NATS be 2.12 or newer.
        """
        effect("write registers")
        return await self._compared("assign", self._store_together(bucket, changes))

    async def under(self, bucket: str, start: str) -> dict[str, Register]:
        """Every key below `start` with its value, in one question; of a bucket that allows it (`allow_direct`).

        It may be a moment old: what is written upon it is compared all the same.
        """
        with unavailable("NATS JetStream cannot be read"):
            return await patiently(lambda: self._listed(bucket, start), self._stream.patience)

    async def _listed(self, bucket: str, start: str) -> dict[str, Register]:
        place, found = f"$KV.{bucket}.", dict[str, Register]()
        inbox = self._client.new_inbox()
        answers = await self._client.subscribe(inbox)
        try:
            wanted = json.dumps({"multi_last": [f"{place}{start}.>"]}).encode()
            await self._client.publish(f"$JS.API.DIRECT.GET.KV_{bucket}", wanted, reply=inbox)
            while (one := await answers.next_msg(ATTEMPT)).headers and "Nats-Subject" in one.headers:
                key = one.headers["Nats-Subject"].removeprefix(place)
                found[key] = Register(one.data, int(one.headers["Nats-Sequence"]))
        finally:
            await answers.unsubscribe()
        status = (one.headers or {}).get("Status")
        if status == TOO_MANY:
            return await self._one_by_one(bucket, f"{start}.>")
        if status not in {"204", "404"}:
            raise NoRespondersError
        return found

    async def _one_by_one(self, bucket: str, under: str = ">") -> dict[str, Register]:
        """Every key that fits, oldest first; one request for each."""
        place, found = 0, dict[str, Register]()
        with unavailable("NATS JetStream cannot be read"):
            while True:
                subject = f"$KV.{bucket}.{under}"
                try:
                    kept = await self._stream.get_msg(f"KV_{bucket}", seq=place + 1, subject=subject, next=True)
                except NotFoundError:
                    return found
                place = kept.seq or 0
                found[str(kept.subject).removeprefix(f"$KV.{bucket}.")] = Register(kept.data or b"", place)

    async def nodes(self, stream: str) -> tuple[Standing, ...]:
        """The nodes that keep this stream, its leader first; a single server is a cluster of one."""
        with unavailable("NATS JetStream cannot be read"):
            found = (await self._stream.stream_info(stream)).cluster
        leader = Standing((found and found.leader) or "nats", leads=True, current=True)
        others = (found and found.replicas) or []
        return (leader, *(Standing(str(one.name), leads=False, current=bool(one.current)) for one in others))

    @property
    def connections(self) -> int:
        """How often this process had to connect again: what was heard before may have gaps."""
        return int(self._client.stats["reconnects"])

    def _demand_connection(self) -> None:
        """With several servers the client finds another at once; with one nobody knows when it is back.

        Raises:
            Unavailable: the only server is away.
        """
        if not self._client.is_connected and not self._stream.patience:
            raise Unavailable("NATS is away")

    async def _compared(self, operation: str, trying: Awaitable[bool]) -> bool:
        try:
            won = await trying
        except Unavailable:
            self.noted(operation, "unavailable")
            raise
        self.noted(operation, "won" if won else "lost")
        return won

    async def _store_together(self, bucket: str, changes: Sequence[Change]) -> bool:
        self._demand_connection()
        with unavailable("NATS did not confirm the changes"):
            try:
                await patiently(lambda: self._commit(bucket, changes), self._stream.patience)
            except BadRequestError as error:
                if error.err_code not in {WRONG_LAST_SEQUENCE, UNDER_WAY}:
                    raise
                # Also when it was sent twice and the first was stored: whoever reads again finds it.
                return False
        return True

    async def _commit(self, bucket: str, changes: Sequence[Change]) -> None:
        batch = uuid4().hex
        for place, change in enumerate(changes[:-1], start=1):
            subject = f"$KV.{bucket}.{change.key}"
            await self._client.publish(subject, change.value, headers=_in_batch(batch, place, change))
        headers = _in_batch(batch, len(changes), changes[-1]) | {"Nats-Batch-Commit": "1"}
        last = f"$KV.{bucket}.{changes[-1].key}"
        answer = await self._client.request(last, changes[-1].value, timeout=ATTEMPT, headers=headers)
        stored = _Stored.model_validate_json(answer.data)
        if stored.error:
            raise APIError.from_error(stored.error)
        if stored.count != len(changes):
            # An older server stores them one by one and says nothing of a batch.
            raise Unavailable("NATS did not take the changes together: it must be 2.12 or newer")


def _in_batch(batch: str, place: int, change: Change) -> dict[str, str]:
    headers = {
        "Nats-Batch-Id": batch,
        "Nats-Batch-Sequence": str(place),
        "Nats-Expected-Last-Subject-Sequence": str(change.revision),
    }
    return headers if change.keep is None else {**headers, "Nats-TTL": f"{change.keep}s"}
