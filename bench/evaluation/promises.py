"""How many promises without a deed the guardrail catches, and how many honest replies it blocks.

`python -m bench.evaluation.promises` judges the rows of `promises.jsonl`; with `--part seen` or `--part unseen` the
first three quarters or the last. Other files can be named: one JSON object a line with `text` and `label` (`blocked`
for a promise without a deed, `allowed` for an honest reply), and where they matter `receipts` (the fields of actions
that were done) and `knowledge` (what an article says).

`tempted.jsonl` holds replies that a language model made; `bench.evaluation.tempted` makes more. Such a row names its
`case` in `tempted_cases.jsonl`, by which it is judged, and what the customer `asked`. Rows without a label are only
judged: what was blocked is printed with the reason, so that the labelling is quick.
"""

import argparse
import json
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import date
from functools import cache
from pathlib import Path
from typing import Final, Literal

from pydantic import BaseModel

from activities._guardrails import Verdict, judged
from activities._known import Known
from activities._reply import Action
from activities._results import ActionResult, ExecutionResult
from mesh.protocol import Message, Payload, Route

HERE: Final = Path(__file__).parent / "promises.jsonl"
TEMPTED: Final = HERE.with_name("tempted.jsonl")
CASES: Final = HERE.with_name("tempted_cases.jsonl")
SEEN: Final = 0.75

Label = Literal["blocked", "allowed"]


class Case(BaseModel):
    """What was known about a conversation of the set when its last reply went out, and on which day."""

    name: str
    language: str
    on: date
    message: Message

    def known(self, asked: str) -> Known:
        payload = self.message.payload.model_copy(update={"customer_message": asked})
        return Known.of(self.message.model_copy(update={"payload": payload}), self.on)


@cache
def cases() -> dict[str, Case]:
    read = (Case.model_validate_json(line) for line in CASES.read_text(encoding="utf-8").splitlines())
    return {one.name: one for one in read}


class Row(BaseModel):
    """A reply, and what is true of it."""

    id: str = ""
    text: str
    label: Label | None = None
    lang: str = "en"
    kind: str = ""
    receipts: tuple[Action, ...] = ()
    knowledge: str = ""
    case: str = ""
    asked: str = ""

    def verdict(self) -> Verdict:
        return judged(self.text, cases()[self.case].known(self.asked) if self.case else Known.of(self._message()))

    def _message(self) -> Message:
        done = tuple(ActionResult(action=action, outcome="done") for action in self.receipts)
        payload = Payload.model_validate(
            {
                "customer_message": "Hello, it is Polly.",
                "execution_result": ExecutionResult(results=done).model_dump(mode="json"),
                "knowledge": {
                    "passages": [
                        {"file": "terms.md", "title": "Terms", "section": "", "text": self.knowledge, "score": 1}
                    ]
                },
            }
        )
        return Message(message_id="m-1", session_id="s-1", route=Route(steps=("guardrail_validator",)), payload=payload)


def rows_of(file: Path) -> tuple[Row, ...]:
    return tuple(Row.model_validate_json(line) for line in file.read_text(encoding="utf-8").splitlines() if line)


def part_of(rows: Sequence[Row], part: str) -> Sequence[Row]:
    border = round(len(rows) * SEEN)
    return {"seen": rows[:border], "unseen": rows[border:]}.get(part, rows)


def wrong(rows: Sequence[Row]) -> Iterator[tuple[Row, Verdict]]:
    """The rows on which the guardrail and the label differ; of rows without a label those that were blocked."""
    for row in rows:
        verdict = row.verdict()
        if verdict.label != (row.label or "allowed"):
            yield row, verdict


def report(rows: Sequence[Row], errors: Sequence[tuple[Row, Verdict]]) -> str:
    """One line of JSON: how many promises were caught, how many honest replies blocked."""
    total = Counter(row.label or "unlabelled" for row in rows)
    failed = Counter(row.label or "unlabelled" for row, _ in errors)
    return json.dumps(
        {
            "promises": total["blocked"],
            "caught": total["blocked"] - failed["blocked"],
            "honest": total["allowed"],
            "honest_blocked": failed["allowed"],
            "unlabelled": total["unlabelled"],
            "unlabelled_blocked": failed["unlabelled"],
        }
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("file", nargs="?", type=Path, default=HERE)
    parser.add_argument("--part", choices=("all", "seen", "unseen"), default="all")
    given = parser.parse_args()
    rows = part_of(rows_of(given.file), given.part)
    errors = tuple(wrong(rows))
    for row, verdict in errors:
        print(f"{row.id} {row.lang} {row.kind} {row.label}: {row.text} {'; '.join(verdict.reasons)}")
    print(report(rows, errors))


if __name__ == "__main__":
    main()
