"""How well the articles are found: `python -m bench.evaluation.retrieval [--held] [--errors]`.

Two questions of three tune the search, the third of each three is held back.
"""

import argparse
import json
import tempfile
import time
from pathlib import Path
from typing import NamedTuple

from pydantic import BaseModel

from mesh.knowledge import Library, Passage
from mesh.settings import Settings

QUESTIONS = Path(__file__).with_name("questions.jsonl")
WARM_UP = 3


class Question(BaseModel):
    """What a customer asks, and where the answer is; nowhere when `file` is None."""

    id: str
    text: str
    file: str | None
    section: str | None

    @property
    def answer(self) -> tuple[str | None, str | None]:
        return self.file, self.section


class Asked(NamedTuple):
    question: Question
    found: tuple[Passage, ...]
    seconds: float

    @property
    def places(self) -> list[tuple[str, str]]:
        return [(passage.file, passage.section) for passage in self.found]


def questions(*, held: bool) -> list[Question]:
    rows = [Question.model_validate_json(line) for line in QUESTIONS.read_text().splitlines()]
    return [row for place, row in enumerate(rows) if (place % 3 == 2) == held]  # noqa: PLR2004 - the third of three


def ask(library: Library, rows: list[Question]) -> list[Asked]:
    for row in rows[:WARM_UP]:
        library.find(f"{row.text} again")
    asked = []
    for row in rows:
        start = time.process_time()
        found = library.find(row.text)
        asked.append(Asked(row, found, time.process_time() - start))
    return asked


def figures(asked: list[Asked]) -> dict[str, float]:
    answered = [one for one in asked if one.question.file]
    others = [one for one in asked if not one.question.file]
    times = sorted(one.seconds for one in asked)
    return {
        "answered by an article": len(answered),
        "hit@1": sum(one.places[:1] == [one.question.answer] for one in answered) / len(answered),
        "hit@3": sum(one.question.answer in one.places for one in answered) / len(answered),
        "wrongly nothing": sum(not one.found for one in answered) / len(answered),
        "answered by none": len(others),
        "rightly nothing": sum(not one.found for one in others) / len(others),
        "p50 ms of CPU": 1000 * times[len(times) // 2],
        "p95 ms of CPU": 1000 * times[int(len(times) * 0.95)],
    }


def wrong(asked: list[Asked]) -> list[str]:
    pairs = ((one, one.places[0] if one.places else (None, None)) for one in asked)
    return [f"{one.question.text} | {one.question.answer} | {got}" for one, got in pairs if got != one.question.answer]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--held", action="store_true", help="the third that nothing was tuned on")
    parser.add_argument("--errors", action="store_true", help="name what went wrong")
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as place:
        library = Library(Settings(mesh_data_dir=Path(place)))
        asked = ask(library, questions(held=chosen.held))
    print(json.dumps({name: round(value, 3) for name, value in figures(asked).items()}, indent=1))
    if chosen.errors:
        print("\n".join(wrong(asked)))


if __name__ == "__main__":
    main()
