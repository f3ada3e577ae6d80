"""What survives the process: changed documents, remembered answers and effects, in one SQLite file."""

import sqlite3
from collections.abc import Iterable, Iterator
from pathlib import Path

from mock_services.models import KINDS, Document, Effect, Frozen

FILE = "shop.sqlite3"
SCHEMA = """
CREATE TABLE IF NOT EXISTS documents (kind TEXT, key TEXT, body TEXT NOT NULL, PRIMARY KEY (kind, key)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS answers (key TEXT PRIMARY KEY, body TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS effects (number INTEGER PRIMARY KEY AUTOINCREMENT, body TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS origin (seed INTEGER NOT NULL);
"""


class Remembered(Frozen):
    """The answer that a key was given, and the fingerprint of the request that earned it."""

    key: str
    fingerprint: str
    status: int
    body: str


class StoreError(Exception):
    """The data directory cannot be used as it is."""


class Store:
    """A path of None keeps everything in memory."""

    def __init__(self, directory: Path | None, *, seed: int) -> None:
        place = ":memory:" if directory is None else str(_prepared(directory) / FILE)
        # Not bound to a thread: test clients run the loop in one of their own. Only one loop ever uses it.
        self._db = sqlite3.connect(place, timeout=1, check_same_thread=False)
        try:
            self._open(seed)
        except sqlite3.OperationalError as error:
            self._db.close()
            raise StoreError(f"{place} cannot be opened; does another shop use it? ({error})") from error
        except StoreError:
            self._db.close()
            raise

    def documents(self) -> Iterator[Document]:
        for kind, body in self._db.execute("SELECT kind, body FROM documents"):
            yield KINDS[kind].model_validate_json(body)

    def answers(self) -> Iterator[Remembered]:
        for (body,) in self._db.execute("SELECT body FROM answers"):
            yield Remembered.model_validate_json(body)

    def effects(self) -> Iterator[Effect]:
        for (body,) in self._db.execute("SELECT body FROM effects ORDER BY number"):
            yield Effect.model_validate_json(body)

    def save(self, documents: Iterable[Document], answer: Remembered | None, effect: Effect | None) -> None:
        """All or nothing, and on disk when it returns."""
        with self._db:
            rows = [(type(found).__name__, found.key, found.model_dump_json()) for found in documents]
            self._db.executemany("INSERT OR REPLACE INTO documents VALUES (?, ?, ?)", rows)
            if answer:
                self._db.execute("INSERT INTO answers VALUES (?, ?)", (answer.key, answer.model_dump_json()))
            if effect:
                self._db.execute("INSERT INTO effects (body) VALUES (?)", (effect.model_dump_json(),))

    def close(self) -> None:
        self._db.close()

    def _open(self, seed: int) -> None:
        # A second process on the same file would not see our memory: keep it out.
        self._db.execute("PRAGMA locking_mode = EXCLUSIVE")
        self._db.execute("PRAGMA journal_mode = WAL")
        # In WAL mode NORMAL survives the death of the process; an fsync per change would stall every reader.
        self._db.execute("PRAGMA synchronous = NORMAL")
        self._db.executescript(SCHEMA)
        found = self._db.execute("SELECT seed FROM origin").fetchone()
        if found is None:
            with self._db:
                self._db.execute("INSERT INTO origin VALUES (?)", (seed,))
        elif found[0] != seed:
            raise StoreError(f"the data were made with --seed {found[0]}, not {seed}")


def _prepared(directory: Path) -> Path:
    directory.mkdir(parents=True, exist_ok=True)
    return directory
