"""A dead letter: a message that the mesh could not finish, kept whole with the reason."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

from pydantic import BaseModel, ConfigDict, ValidationError

from mesh.errors import ProtocolError
from mesh.protocol import Message, misfit
from mesh.settings import Settings

UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86_400}


class DeadLetter(BaseModel):
    """What is kept of a message that nobody could finish.

    Attributes:
        sequence: its place in the stream of dead letters, by which commands name it.
        kind: invalid (no message), unfinished (its journey failed), undelivered (JetStream gave it up).
        actor: who failed, where an actor did.
        failure: the sort of failure, or how the workflow ended.
        place: stream and sequence of the message that never became a journey.
        data: the bytes, exactly as they were.
    """

    model_config = ConfigDict(frozen=True)

    sequence: int
    kind: str
    reason: str = ""
    actor: str = ""
    failure: str = ""
    attempts: int | None = None
    message_id: str = ""
    session_id: str = ""
    subject: str = ""
    place: str = ""
    at: datetime
    data: bytes = b""

    @classmethod
    def read(cls, sequence: int, subject: str, headers: Mapping[str, str], data: bytes, at: datetime) -> "DeadLetter":
        """A letter as it lies in the stream."""
        about = {name.removeprefix("Mesh-").lower(): value for name, value in headers.items()}
        tries = about.get("attempts", "")
        return cls(
            sequence=sequence,
            kind=subject.rsplit(".", 1)[-1],
            reason=about.get("reason", ""),
            actor=about.get("actor", ""),
            failure=about.get("failure", ""),
            attempts=int(tries) if tries.isdigit() else None,
            message_id=about.get("message", ""),
            session_id=about.get("session", ""),
            subject=about.get("subject", ""),
            place=about.get("place", ""),
            at=at,
            data=data,
        )

    def message(self) -> Message:
        """The message in the bytes.

        Raises:
            ProtocolError: they are none; says what is wrong without quoting it.
        """
        try:
            found = Message.model_validate_json(self.data)
        except ValidationError as error:
            raise ProtocolError(f"this is not a message: {misfit(error)}") from None
        if self.kind == "unfinished" or not self.subject:
            return found
        return found.with_route(found.route.enter(self.subject.rsplit(".", 1)[-1]))

    def link(self, settings: Settings) -> str:
        """Where its journey can be seen; empty when it never had one."""
        if not self.message_id or self.kind != "unfinished":
            return ""
        return f"{settings.temporal_ui}/namespaces/{settings.temporal_namespace}/workflows/{self.message_id}"


class Wanted(BaseModel):
    """Which letters are meant. Everything given must fit; nothing given means all."""

    model_config = ConfigDict(frozen=True)

    reason: str = ""
    actor: str = ""
    session: str = ""
    since: timedelta | None = None
    older: timedelta | None = None

    def fits(self, letter: DeadLetter, now: datetime | None = None) -> bool:
        age = (now or datetime.now(UTC)) - letter.at
        return (
            self.reason.lower() in f"{letter.reason} {letter.kind} {letter.failure}".lower()
            and self.actor in {"", letter.actor}
            and self.session in {"", letter.session_id}
            and (self.since is None or age <= self.since)
            and (self.older is None or age >= self.older)
        )


def age_of(text: str) -> timedelta:
    """A time span from `90s`, `10m`, `2h` or `3d`.

    Raises:
        ValueError: it is none.
    """
    found = re.fullmatch(r"(\d{1,6})([smhd])", text.strip())
    if not found:
        raise ValueError(f"{text!r} is no age: write it like 90s, 10m, 2h or 3d")
    return timedelta(seconds=int(found[1]) * UNITS[found[2]])
