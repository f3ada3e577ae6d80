"""JetStream registers: the newest value of a subject, set by comparison; and storing what depends on one."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from time import monotonic
from typing import Final
from uuid import uuid4

from nats.aio.msg import Msg
from nats.js.api import DiscardPolicy, StorageType, StreamConfig
from nats.js.errors import BadRequestError, NotFoundError
from pydantic import BaseModel, ValidationError

from mesh.commits import WRONG_LAST_SEQUENCE, Change, Deed, Register, Standing, Together, unavailable
from mesh.effects import effect
from mesh.errors import Unavailable
from mesh.patience import PatientStream

__all__ = ["BUCKETS", "Change", "Deed", "Register", "Registers", "Standing", "unavailable"]

DESK = "ECOMMERCE_SUPPORT_DESK"
NOTES = "ECOMMERCE_SUPPORT_NOTES"
ANSWERS = "ECOMMERCE_SUPPORT_ANSWERS"
PEOPLE = "ECOMMERCE_SUPPORT_PEOPLE"
TRANSFERS = "ECOMMERCE_SUPPORT_TRANSFERS"
MAILS = "ECOMMERCE_SUPPORT_MAILS"
SEATS = "ECOMMERCE_SUPPORT_SEATS"
SERVED = "ECOMMERCE_SUPPORT_SERVED"
FENCE: Final = "ecommerce.support.gateway.fence.*"
"""Subjects in the stream of replies: only what lies in one stream can depend on each other."""

DAY: Final = 86_400.0
CLOCK: Final = 10.0
"""Seconds after which the server is asked for its time again."""
PRESENT: Final = 12.0
"""Seconds that somebody counts as present after they last said so; they say it every five."""

OPERATIONS: Final[Mapping[str, str]] = {DESK: "claim", NOTES: "note", ANSWERS: "answer", SERVED: "serve"}
"""What a comparison in a bucket decides, in a word; beside them there are `assign` and `deliver`."""


def _bucket(name: str, max_age: float, storage: StorageType = StorageType.FILE) -> StreamConfig:
    # What the NATS tools call a key-value bucket, with one value for each key.
    return StreamConfig(
        name=f"KV_{name}",
        subjects=[f"$KV.{name}.>"],
        storage=storage,
        discard=DiscardPolicy.NEW,
        max_age=max_age,
        max_msgs_per_subject=1,
        deny_delete=True,
        allow_rollup_hdrs=True,
        # Reads go to the stream's leader: one that lags behind could miss a claim.
        allow_direct=False,
    )


BUCKETS: Final = (
    _bucket(DESK, DAY),
    _bucket(NOTES, 90 * DAY),
    _bucket(ANSWERS, 7 * DAY),
    # Who is here is told anew all the time: nothing is lost with it, and it must not cost a sync of the disk.
    _bucket(PEOPLE, PRESENT, StorageType.MEMORY),
    _bucket(TRANSFERS, 3 * DAY),
    # As long as a reply may come back, or somebody writes on in a thread.
    _bucket(MAILS, 30 * DAY),
    # Whom a conversation is offered to holds for a minute and can be decided anew from what lies elsewhere: it must be
    # unique while it stands, and no power cut need find it again.
    replace(
        _bucket(SEATS, 0, StorageType.MEMORY),
        allow_direct=True,
        allow_atomic=True,
        allow_msg_ttl=True,
    ),
    _bucket(SERVED, 90 * DAY),
)


class _Info(BaseModel):
    """What we read of the server's answer about a stream: its time."""

    ts: datetime


class Registers(Together):
    """The part of `Bus` that compares and sets. Whatever NATS refuses otherwise is `Unavailable`."""

    _stream: PatientStream
    _asked: tuple[float, datetime] | None = None

    async def read(self, bucket: str, key: str) -> Register:
        return await self._newest(f"KV_{bucket}", f"$KV.{bucket}.{key}")

    async def write(self, bucket: str, key: str, value: bytes, revision: int) -> bool:
        """Write unless somebody else has written since this revision was read."""
        headers = {"Nats-Expected-Last-Subject-Sequence": str(revision)}
        storing = self._store_if(f"$KV.{bucket}.{key}", value, headers)
        return await self._compared(OPERATIONS.get(bucket, "other"), storing)

    async def put(self, bucket: str, key: str, value: bytes) -> None:
        """Write, whatever was there."""
        await self._store_if(f"$KV.{bucket}.{key}", value, {})

    async def everything(self, bucket: str) -> tuple[bytes, ...]:
        """Every value of a bucket, oldest first; for buckets of few keys."""
        return tuple((await self.entries(bucket)).values())

    async def entries(self, bucket: str) -> dict[str, bytes]:
        """Every key of a bucket with its value, oldest first; one request for each."""
        return {key: kept.value or b"" for key, kept in (await self._one_by_one(bucket)).items()}

    async def hear(self, subject: str, take: Callable[[str, bytes], None]) -> None:
        """Call `take` with subject and data of whatever is published there from now on; at most once.

        On the subject of a bucket that is a hint to look again: a write that lost its comparison is heard too.
        """

        async def on_message(delivery: Msg) -> None:
            take(delivery.subject, delivery.data)

        with unavailable("NATS cannot be watched"):
            await self._client.subscribe(subject, cb=on_message)

    async def now(self) -> datetime:
        """The server's time: the only clock that everybody who asks has in common."""
        with unavailable("NATS JetStream does not tell the time"):
            answer = await self._stream.ask(f"STREAM.INFO.KV_{DESK}")
        try:
            return _Info.model_validate_json(answer).ts
        except ValidationError as error:
            raise Unavailable("NATS JetStream does not tell the time") from error

    async def clock(self) -> datetime:
        """The server's time, asked for now and then, and counted on in between: for decisions that come often."""
        if self._asked is None or monotonic() - self._asked[0] > CLOCK:
            began = monotonic()
            self._asked = (began, await self.now())
        began, then = self._asked
        return then + timedelta(seconds=monotonic() - began)

    async def fence(self, stream: str, session_id: str) -> int:
        """Where the fence of a session stands; 0 while it was never raised."""
        return (await self._newest(stream, _fence(session_id))).revision

    async def raise_fence(self, session_id: str) -> None:
        """From now on nothing is stored behind an older place of this fence."""
        await self._store_if(_fence(session_id), b"", {})

    async def store_behind(self, subject: str, data: bytes, key: str, session_id: str, fence: int) -> bool:
        """Store once by `key`; False when the fence of the session was raised since it was read."""
        headers = {
            "Nats-Msg-Id": key,
            "Nats-Expected-Last-Subject-Sequence": str(fence),
            "Nats-Expected-Last-Subject-Sequence-Subject": _fence(session_id),
        }
        return await self._compared("deliver", self._store_if(subject, data, headers))

    async def tell(self, subject: str, data: bytes) -> None:
        """Publish on core NATS: at most once, to whoever listens now."""
        effect("tell others")
        with unavailable("NATS did not take the event"):
            await self._client.publish(subject, data)

    async def _newest(self, stream: str, subject: str) -> Register:
        with unavailable("NATS JetStream cannot be read"):
            try:
                kept = await self._stream.get_last_msg(stream, subject)
            except NotFoundError:
                return Register(None, 0)
        return Register(kept.data or b"", kept.seq or 0, kept.time)

    async def _store_if(self, subject: str, data: bytes, headers: dict[str, str]) -> bool:
        effect("write a register")
        self._demand_connection()
        # What was stored and not confirmed is not stored again, and is no other's write.
        headers.setdefault("Nats-Msg-Id", uuid4().hex)
        with unavailable("NATS did not confirm the change"):
            try:
                await self._stream.publish(subject, data, headers=headers)
            except BadRequestError as error:
                if error.err_code != WRONG_LAST_SEQUENCE:
                    raise
                return False
        return True


def _fence(session_id: str) -> str:
    return FENCE.replace("*", session_id)
