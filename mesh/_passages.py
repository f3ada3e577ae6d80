"""Which sections answer a question, and which of their sentences: the arithmetic behind `mesh.knowledge`."""

import importlib
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from mesh.articles import Article, Section
from mesh.route import Wire

if TYPE_CHECKING:
    from mesh.embedding import Embedder

Vectors = NDArray[np.float32]

DIMENSIONS: Final = 384

WEIGHT_OF_WORDS: Final = 0.015
MOST_WORDS: Final = 30.0
"""A bm25 weight above this says no more than this."""

SURE: Final = 0.6
STEEPNESS: Final = 12.0
"""Where a score is one half, and how fast it leaves it: read off two thirds of bench/evaluation/questions.jsonl."""

ENOUGH: Final = 0.5
"""When the best section scores less, nothing answers the question."""
NEARBY: Final = 0.1
"""Behind a best one that is sure, others down to this are told too: they may belong to it."""

MOST_QUOTED: Final = 3
NEAR: Final = 0.35
"""A sentence that is this much further from the question than the nearest one is left out."""

FIRST: Final = 0.1
"""What the first sentence has ahead of the others: a section begins with its answer."""

LEANING: Final = (
    "it ", "its ", "they ", "this ", "these ", "that ", "then ", "there ", "after that ", "until then ", "from then ",
    "otherwise ", "later ", "without ", "another ", "also ", "both ", "if not", "the plan ", "you can also ",
)  # fmt: skip
"""A sentence that begins like this cannot stand without the one before it."""


class Passage(Wire):
    """What an article says.

    Attributes:
        score: how surely it answers what was asked, 0 to 1.
        quote: its sentences that come nearest to the question, as they stand in the text.
    """

    title: str
    section: str
    text: str
    score: float
    file: str
    quote: str = ""
    topics: tuple[str, ...] = ()
    language: str = "en"


class Row(NamedTuple):
    """A section as the index keeps it; the vectors one after the other."""

    row: int
    article: Article
    place: int
    sentences: Vectors
    questions: Vectors


@dataclass(frozen=True)
class Shelf:
    """Every section in memory: a few hundred vectors are compared faster than they are looked up."""

    rows: NDArray[np.int64]
    places: tuple[tuple[Article, Section], ...]
    sentences: tuple[Vectors, ...]
    vectors: Vectors
    """Of all sections, one after the other: heading, title with heading, phrases that are asked, sentences."""
    phrases: NDArray[np.int64]
    """For each section its rows among them; what is missing points behind the last one."""

    @classmethod
    def empty(cls) -> "Shelf":
        return cls.of(())

    @classmethod
    def of(cls, rows: Iterable[Row]) -> "Shelf":
        found = list(rows)
        sentences = tuple(row.sentences.reshape(-1, DIMENSIONS) for row in found)
        blocks = [
            np.vstack([row.questions.reshape(-1, DIMENSIONS), own]) for row, own in zip(found, sentences, strict=True)
        ]
        return cls(
            rows=np.array([row.row for row in found], np.int64),
            places=tuple((row.article, row.article.sections[row.place]) for row in found),
            sentences=sentences,
            vectors=np.vstack(blocks) if blocks else np.zeros((0, DIMENSIONS), np.float32),
            phrases=_phrases([len(block) for block in blocks]),
        )

    def scores(self, question: Vectors, words: dict[int, float]) -> NDArray[np.float64]:
        """How surely each section answers, 0 to 1: by its two nearest phrases, and by the words that are shared."""
        # Not `@`: for so few rows the threads of the linear algebra cost more than they bring.
        alike = np.append(np.einsum("ij,j->i", self.vectors, question), -1.0)
        nearest = np.sort(alike[self.phrases], axis=1)
        meant = 0.75 * nearest[:, -1] + 0.25 * nearest[:, -2]
        said = np.array([min(words.get(int(row), 0.0), MOST_WORDS) for row in self.rows])
        found: NDArray[np.float64] = 1 / (1 + np.exp(-STEEPNESS * (meant + WEIGHT_OF_WORDS * said - SURE)))
        return found


def _phrases(counts: list[int]) -> NDArray[np.int64]:
    found = np.full((len(counts), max(counts, default=2)), sum(counts), np.int64)
    start = 0
    for row, count in zip(found, counts, strict=True):
        row[:count] = np.arange(start, start + count)
        start += count
    return found


def vectors_of(article: Article, section: Section) -> tuple[Vectors, Vectors]:
    """What is kept for a section: the vectors of its sentences, and of the questions it answers."""
    questions = [section.heading, f"{article.head.title}: {section.heading}", *section.asked]
    model = _embedder()
    return model.vectors(list(section.sentences)), model.vectors(questions)


def passages_of(shelf: Shelf, asked: str, words: dict[int, float], most: int) -> tuple[Passage, ...]:
    """The sections for customers that come nearest, the best first; nothing when the best is not sure enough.

    Nothing when a section for staff comes first: it is there to say that the articles do not answer this.
    """
    if not shelf.places:
        return ()
    question = _embedder().vector(asked)
    scores = shelf.scores(question, words)
    ranked = [int(place) for place in np.argsort(-scores) if scores[place] >= NEARBY]
    if not ranked or scores[ranked[0]] < ENOUGH or not _for_customers(shelf, ranked[0]):
        return ()
    kept = [place for place in ranked if _for_customers(shelf, place)][:most]
    return tuple(_passage(shelf, place, question, float(scores[place])) for place in kept)


def _for_customers(shelf: Shelf, place: int) -> bool:
    return shelf.places[place][0].head.audience == "customers"


def _passage(shelf: Shelf, place: int, question: Vectors, score: float) -> Passage:
    article, section = shelf.places[place]
    return Passage(
        title=article.head.title,
        section=section.heading,
        text=section.text,
        score=round(score, 3),
        file=article.file,
        quote=_quote(section, shelf.sentences[place] @ question),
        topics=article.head.topics,
        language=article.head.language,
    )


def _quote(section: Section, alike: Vectors) -> str:
    """At most three sentences, in their order, with those that they lean on."""
    alike = alike + FIRST * (np.arange(len(alike)) == 0)
    nearest = [int(place) for place in np.argsort(-alike)]
    kept: set[int] = set()
    for place in nearest:
        if alike[place] < alike[nearest[0]] - NEAR:
            break
        needed = _with_support(section, place) - kept
        if len(kept) + len(needed) <= MOST_QUOTED:
            kept |= needed
    return " ".join(section.sentences[place] for place in sorted(kept or {nearest[0]}))


def _with_support(section: Section, place: int) -> set[int]:
    found = {place}
    while place and section.sentences[place].lower().startswith(LEANING):
        place -= 1
        found.add(place)
    return found


def _embedder() -> "Embedder":
    # Its library takes a quarter of a second to import: commands that search nothing need not wait for it.
    found: Embedder = importlib.import_module("mesh.embedding").embedder()
    return found
