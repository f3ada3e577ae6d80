"""What `tests.fakes.MemorySessions` notes and marks."""


class MemoryNotes:
    """Notes and marks in dictionaries, without their end."""

    def __init__(self) -> None:
        self.notes: dict[str, str] = {}
        self.marks: dict[str, str] = {}

    async def first(self, key: str, value: str, keep: float) -> str:
        self._check()
        return self.notes.setdefault(key, value)

    async def note(self, key: str, value: str, keep: float) -> None:
        self._check()
        self.notes[key] = value

    async def noted(self, key: str, keep: float | None = None) -> str | None:
        self._check()
        return self.notes.get(key)

    async def unnote(self, key: str) -> None:
        self._check()
        self.notes.pop(key, None)

    async def accepted(self, message_id: str) -> bool:
        return await self.accepted_in(message_id) is not None

    async def accepted_in(self, message_id: str) -> str | None:
        self._check()
        return self.marks.get(message_id)

    async def accept(self, message_id: str, session_id: str = "") -> bool:
        self._check()
        return self.marks.setdefault(message_id, session_id) == session_id

    async def ping(self) -> None:
        self._check()

    def _check(self) -> None:
        """Raises `Unavailable` when the server is away."""
        raise NotImplementedError
