"""What can go wrong, and whether trying again helps."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mesh.protocol import Enrichment


class MeshError(Exception):
    """The root of every error that the mesh raises on purpose."""


class ProtocolError(MeshError, ValueError):
    """A message, a route edit or an outcome breaks the rules of the protocol."""


class Transient(MeshError):  # noqa: N818 - reads as the verdict it is
    """Trying again may help: a service is down, slow or overloaded.

    `enrichments` are merged into the payload when the last attempt fails, as those of `Permanent` are.
    """

    def __init__(self, reason: str, *enrichments: "Enrichment") -> None:
        super().__init__(reason)
        self.enrichments: Sequence[Enrichment] = enrichments


class Later(Transient):
    """Trying again may help, not before `wait` seconds have passed: whoever is asked said so."""

    def __init__(self, reason: str, wait: float) -> None:
        super().__init__(reason)
        self.wait = wait


class Permanent(MeshError):  # noqa: N818
    """Trying again cannot help.

    `enrichments` are merged into the payload before the error handler is visited, so that it can read
    what the actor found out (a failed guardrail check, for example).
    """

    def __init__(self, reason: str, *enrichments: "Enrichment") -> None:
        super().__init__(reason)
        self.enrichments: Sequence[Enrichment] = enrichments


class AnswerLater(MeshError):  # noqa: N818
    """The visit stays open: somebody completes it later from outside (a person at the desk)."""


class Unavailable(MeshError):  # noqa: N818
    """An outside system that this process needs cannot be reached; the text says which and what to do."""
