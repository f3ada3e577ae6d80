"""The shop's articles, found by words and by meaning: SQLite FTS5 and sentence embeddings in one index file.

The index lies in the data folder and follows the files: a changed file is read again by whoever searches next.
"""

import asyncio
import hashlib
import logging
import re
import shutil
import sqlite3
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Final, NamedTuple, Self

import numpy as np

from mesh._passages import Passage, Row, Shelf, passages_of, vectors_of
from mesh.articles import Article, ArticleError, read
from mesh.errors import Transient
from mesh.settings import Settings

__all__ = ["ArticleError", "Library", "Listed", "Passage"]

log = logging.getLogger(__name__)

FORMAT: Final = 1
"""Of the index: another one is made anew."""

PATIENCE: Final = 60
"""Seconds to wait for another process that makes the index."""

LONGEST_QUERY: Final = 400
"""Characters of a question that are read."""

MOST_WORDS: Final = 40

_WORD: Final = re.compile(r"\w{2,}")
_COMMON: Final = frozenset(
    re.findall(
        r"\w+",
        """a an and are as at be but by can could do does did for from had has have he her hi hello how i if in is
    it its just like may me my no not of on or our please she so some than that the their them then there
    they this to too us was we what when where which who why will with would you your about am any been get
    got into much need one thing things want""",
    )
)
_TABLES: Final = (
    "CREATE TABLE files (file TEXT PRIMARY KEY, sha256 TEXT NOT NULL, article TEXT, problem TEXT)",
    """CREATE TABLE sections (id INTEGER PRIMARY KEY AUTOINCREMENT, file TEXT NOT NULL, place INTEGER NOT NULL,
                              sentences BLOB NOT NULL, questions BLOB NOT NULL)""",
    """CREATE VIRTUAL TABLE words USING fts5(title, heading, asked, text,
                                             tokenize = 'porter unicode61 remove_diacritics 2')""",
)
_RANKED: Final = "SELECT rowid, bm25(words, 2, 3, 2, 1) FROM words WHERE words MATCH ?"


class Listed(NamedTuple):
    """A file of the folder, and what is wrong with it if it is no article."""

    file: str
    article: Article | None
    problem: str | None


class Library:
    """Searches the articles of `knowledge_dir`. Made in no time; the first search reads what is there."""

    def __init__(self, settings: Settings) -> None:
        self._folder = settings.knowledge_dir
        self._place = settings.mesh_data_dir / "knowledge.db"
        self._one_at_a_time = threading.Lock()
        self._db: sqlite3.Connection | None = None
        self._seen: frozenset[tuple[str, int, int]] | None = None
        self._shelf = Shelf.empty()

    @classmethod
    @asynccontextmanager
    async def open(cls, settings: Settings) -> AsyncIterator[Self]:
        """As the others that actors ask for."""
        yield cls(settings)

    async def search(self, question: str, *, most: int = 3) -> tuple[Passage, ...]:
        """The passages that answer a question, the surest first; none when nothing does.

        Raises:
            Transient: the index cannot be used.
        """
        return await asyncio.to_thread(self.find, question, most)

    def find(self, question: str, most: int = 3) -> tuple[Passage, ...]:
        """As `search`, without a loop."""
        asked = question[:LONGEST_QUERY].strip()
        if not asked:
            return ()
        with self._one_at_a_time:
            shelf = self._up_to_date()
            words = self._by_words(asked)
        return passages_of(shelf, asked, words, most)

    def listed(self) -> tuple[Listed, ...]:
        """Every file of the folder."""
        with self._one_at_a_time:
            self._up_to_date()
            rows = self._opened().execute("SELECT file, article, problem FROM files ORDER BY file").fetchall()
        return tuple(
            Listed(file, Article.model_validate_json(article) if article else None, problem)
            for file, article, problem in rows
        )

    def add(self, file: Path, *, replace: bool = False) -> Article:
        """Copy an article into the folder; the next search finds it.

        Raises:
            ArticleError: it is no article, or one of this name is there already.
        """
        if file.suffix != ".md":
            raise ArticleError(f"{file.name} is no Markdown file: its name must end in .md")
        article, target = read(file), self._folder / file.name
        if target.exists() and not replace:
            raise ArticleError(f"{target} exists already: repeat it with --replace to exchange it")
        self._folder.mkdir(parents=True, exist_ok=True)
        if not target.exists() or not target.samefile(file):
            # In one step: nobody reads half an article.
            shutil.copyfile(file, half := target.with_suffix(".part"))
            half.replace(target)
        return article

    # -- the index

    def _by_words(self, asked: str) -> dict[int, float]:
        """Sections that share words with the question, by their bm25 weight."""
        said = dict.fromkeys(word for word in _WORD.findall(asked.lower()) if word not in _COMMON)
        if not said:
            return {}
        query = " OR ".join(f'"{word}"' for word in list(said)[:MOST_WORDS])
        try:
            return {row: -weight for row, weight in self._opened().execute(_RANKED, (query,))}
        except sqlite3.Error as error:
            raise Transient(f"the index of the articles cannot be read: {error}") from error

    def _up_to_date(self) -> Shelf:
        try:
            files = sorted(self._folder.glob("*.md"))
            seen = frozenset((file.name, (now := file.stat()).st_mtime_ns, now.st_size) for file in files)
            if seen != self._seen:
                self._shelf = _followed(self._opened(), files)
                self._seen = seen
        except (OSError, sqlite3.Error) as error:
            raise Transient(f"the articles cannot be used: {error}") from error
        return self._shelf

    def _opened(self) -> sqlite3.Connection:
        if self._db is None:
            self._place.parent.mkdir(parents=True, exist_ok=True)
            self._db = _connect(self._place)
        return self._db


def _connect(place: Path) -> sqlite3.Connection:
    """The index, empty when there was none. It is made from the files: one that is damaged is thrown away."""
    db = sqlite3.connect(place, timeout=PATIENCE, check_same_thread=False, isolation_level=None)
    try:
        _prepare(db)
    except sqlite3.OperationalError:
        db.close()
        raise
    except sqlite3.DatabaseError as error:
        log.warning("the index of the articles is made anew: %s", error)
        db.close()
        place.unlink()
        db = sqlite3.connect(place, timeout=PATIENCE, check_same_thread=False, isolation_level=None)
        _prepare(db)
    return db


def _prepare(db: sqlite3.Connection) -> None:
    with db:
        db.execute("BEGIN IMMEDIATE")
        if db.execute("PRAGMA user_version").fetchone()[0] != FORMAT:
            for table in ("files", "sections", "words"):
                db.execute(f"DROP TABLE IF EXISTS {table}")
            for statement in _TABLES:
                db.execute(statement)
            db.execute(f"PRAGMA user_version = {FORMAT}")


def _followed(db: sqlite3.Connection, files: list[Path]) -> Shelf:
    """Bring the index up to date with the files, and read it. What is unchanged is not embedded again."""
    if not files:
        log.warning("there are no articles: nothing will be found")
    names = {file.name for file in files}
    for (known,) in db.execute("SELECT file FROM files").fetchall():
        if known not in names:
            with db:
                db.execute("BEGIN IMMEDIATE")
                _drop(db, known)
    for file in files:
        # Each on its own: processes that begin together share the work, and none waits long for another.
        with db:
            db.execute("BEGIN IMMEDIATE")
            _refresh(db, file)
    return _shelf(db)


def _refresh(db: sqlite3.Connection, file: Path) -> None:
    sha256 = hashlib.sha256(file.read_bytes()).hexdigest()
    if db.execute("SELECT sha256 FROM files WHERE file = ?", (file.name,)).fetchone() != (sha256,):
        _drop(db, file.name)
        _take(db, file, sha256)


def _drop(db: sqlite3.Connection, file: str) -> None:
    db.execute("DELETE FROM words WHERE rowid IN (SELECT id FROM sections WHERE file = ?)", (file,))
    db.execute("DELETE FROM sections WHERE file = ?", (file,))
    db.execute("DELETE FROM files WHERE file = ?", (file,))


def _take(db: sqlite3.Connection, file: Path, sha256: str) -> None:
    try:
        article = read(file)
    except ArticleError as error:
        # One broken file must not silence the others.
        log.warning("an article is left out: %s", error)
        db.execute("INSERT INTO files VALUES (?, ?, NULL, ?)", (file.name, sha256, str(error)))
        return
    db.execute("INSERT INTO files VALUES (?, ?, ?, NULL)", (file.name, sha256, article.model_dump_json()))
    for place, section in enumerate(article.sections):
        sentences, questions = vectors_of(article, section)
        row = db.execute(
            "INSERT INTO sections (file, place, sentences, questions) VALUES (?, ?, ?, ?)",
            (file.name, place, sentences.tobytes(), questions.tobytes()),
        ).lastrowid
        said = (article.head.title, section.heading, "; ".join(section.asked), section.text)
        db.execute("INSERT INTO words (rowid, title, heading, asked, text) VALUES (?, ?, ?, ?, ?)", (row, *said))


def _shelf(db: sqlite3.Connection) -> Shelf:
    articles = {
        file: Article.model_validate_json(article)
        for file, article in db.execute("SELECT file, article FROM files WHERE article IS NOT NULL").fetchall()
    }
    rows = db.execute("SELECT id, file, place, sentences, questions FROM sections ORDER BY id").fetchall()
    return Shelf.of(
        Row(row, articles[file], place, np.frombuffer(sentences, np.float32), np.frombuffer(questions, np.float32))
        for row, file, place, sentences, questions in rows
    )
