"""What a visit changes outside of its message. Whatever changes anything says so here, before it does.

A visit that rides along in the activity of another has no attempts of its own, so it may change nothing: it is
stopped before its first effect, and the message visits the actor by itself.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field

from mesh.errors import MeshError


class MayNotRide(MeshError):  # noqa: N818 - reads as the verdict it is
    """A visit that rides along was about to change something, or to ask a model."""


@dataclass
class Deeds:
    """What a visit was about to do, in words without personal data."""

    forbidden: bool
    tried: list[str] = field(default_factory=list)


_deeds: ContextVar[Deeds | None] = ContextVar("deeds", default=None)


def effect(what: str) -> None:
    """Say that something outside is about to be changed, or a model asked.

    Raises:
        MayNotRide: this visit rides along.
    """
    deeds = _deeds.get()
    if deeds is None:
        return
    deeds.tried.append(what)
    if deeds.forbidden:
        raise MayNotRide(f"it would {what}")


@contextmanager
def watched(*, forbidden: bool = False) -> Iterator[Deeds]:
    """Note the effects of one visit, or stop it before the first."""
    deeds = Deeds(forbidden)
    token = _deeds.set(deeds)
    try:
        yield deeds
    finally:
        _deeds.reset(token)
