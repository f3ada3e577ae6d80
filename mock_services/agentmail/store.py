"""What survives the process: documents of every kind in one SQLite file, each written whole."""

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import TypeVar

from mock_services.agentmail.models import Frozen
from mock_services.store import StoreError

FILE = "agentmail.sqlite3"
SCHEMA = """
CREATE TABLE IF NOT EXISTS documents (
    number INTEGER PRIMARY KEY AUTOINCREMENT, kind TEXT NOT NULL, key TEXT NOT NULL, inbox TEXT NOT NULL,
    parent TEXT NOT NULL, at REAL NOT NULL, body TEXT NOT NULL, UNIQUE (kind, key)
);
CREATE INDEX IF NOT EXISTS documents_of_inbox ON documents (kind, inbox, at);
CREATE INDEX IF NOT EXISTS documents_of_parent ON documents (kind, parent, at);
"""
PUT = """
INSERT INTO documents (kind, key, inbox, parent, at, body) VALUES (?, ?, ?, ?, ?, ?)
ON CONFLICT (kind, key) DO UPDATE SET parent = excluded.parent, at = excluded.at, body = excluded.body
"""

D = TypeVar("D", bound=Frozen)


class Store:
    """Documents by kind and key, listed by inbox or parent in the order of `at`. A path of None keeps all in memory."""

    def __init__(self, directory: Path | None = None) -> None:
        if directory:
            directory.mkdir(parents=True, exist_ok=True)
        place = str(directory / FILE) if directory else ":memory:"
        # Not bound to a thread: test clients run the loop in one of their own. Only one loop ever uses it.
        self._db = sqlite3.connect(place, timeout=1, check_same_thread=False, isolation_level=None)
        try:
            # A second process on the same file would deliver everything twice: keep it out.
            self._db.execute("PRAGMA locking_mode = EXCLUSIVE")
            self._db.execute("PRAGMA journal_mode = WAL")
            self._db.execute("PRAGMA synchronous = NORMAL")
            self._db.executescript(SCHEMA)
        except sqlite3.OperationalError as error:
            self._db.close()
            raise StoreError(f"{place} cannot be opened; does another AgentMail use it? ({error})") from error

    def close(self) -> None:
        self._db.close()

    @contextmanager
    def together(self) -> Iterator[None]:
        """All that is put within is kept, or nothing."""
        self._db.execute("BEGIN")
        try:
            yield
        except BaseException:
            self._db.execute("ROLLBACK")
            raise
        self._db.execute("COMMIT")

    def put(self, document: Frozen, key: str, at: datetime, *, inbox: str = "", parent: str = "") -> None:
        # Excluded fields stay off the wire, not off the disk.
        body = document.model_dump_json(by_alias=True, exclude_none=True)
        self._db.execute(PUT, (type(document).__name__, key, inbox, parent, at.timestamp(), body))

    def get(self, kind: type[D], key: str) -> D | None:
        row = self._db.execute("SELECT body FROM documents WHERE kind = ? AND key = ?", (kind.__name__, key)).fetchone()
        return kind.model_validate_json(row[0]) if row else None

    def forget(self, kind: type[Frozen], key: str) -> None:
        self._db.execute("DELETE FROM documents WHERE kind = ? AND key = ?", (kind.__name__, key))

    def forget_inbox(self, inbox: str) -> None:
        self._db.execute("DELETE FROM documents WHERE inbox = ?", (inbox,))

    def all(self, kind: type[D], *, inbox: str | None = None, parent: str | None = None) -> Sequence[D]:
        """Oldest first; of one inbox, of one parent, or all."""
        terms = {"kind": kind.__name__, "inbox": inbox, "parent": parent}
        given = {name: value for name, value in terms.items() if value is not None}
        where = " AND ".join(f"{name} = :{name}" for name in given)
        rows = self._db.execute(f"SELECT body FROM documents WHERE {where} ORDER BY at, number", given)  # noqa: S608
        return [kind.model_validate_json(body) for (body,) in rows]

    def newest(self, kind: type[D], count: int, *, inbox: str) -> Sequence[D]:
        rows = self._db.execute(
            "SELECT body FROM documents WHERE kind = ? AND inbox = ? ORDER BY at DESC, number DESC LIMIT ?",
            (kind.__name__, inbox, count),
        )
        return [kind.model_validate_json(body) for (body,) in rows]
