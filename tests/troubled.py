"""Stand-ins that meet trouble first: a list of errors, one for each attempt, and then they work."""

from collections.abc import Iterable

from mesh.errors import MeshError
from mesh.protocol import Message
from mesh.store import Row
from tests.fakes import FakeHistory, FakeJourneys


class Departures(FakeJourneys):
    """Journeys that really begin. `trouble` is what each start meets first, in order."""

    def __init__(self, *trouble: MeshError) -> None:
        super().__init__()
        self.trouble = list(trouble)
        self.asked = 0

    async def start(self, message: Message) -> bool:
        self.asked += 1
        if self.trouble:
            raise self.trouble.pop(0)
        return self.open.setdefault(message.message_id, message) is message


class NotedHistory(FakeHistory):
    """Keeps what is added. `trouble` is what each addition meets first; `commits` is how many rows each had."""

    def __init__(self, *trouble: MeshError) -> None:
        super().__init__()
        self.trouble = list(trouble)
        self.commits: list[int] = []

    async def add(self, rows: Iterable[Row]) -> set[str]:
        if self.trouble:
            raise self.trouble.pop(0)
        added = list(rows)
        self.commits.append(len(added))
        known = {row.row_id for row in self.rows}
        self.rows = (*self.rows, *(row for row in added if row.row_id not in known))
        return known & {row.row_id for row in added}
