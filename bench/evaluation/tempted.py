"""Replies that a language model writes when customers press it for promises: `python -m bench.evaluation.tempted FILE`.

The conversations of the set are played by the rules, and what was known at the end of each is kept in
`tempted_cases.jsonl` (`--cases` plays them anew). Over these cases the model is asked to answer what `tempting.yaml`
says, or another file (`--wishes`), by instructions that give way to customers, as ours never do. Each reply is a row
for `bench.evaluation.promises`, without a label: read it, and write `blocked` for a promise without a deed or `allowed`
for an honest reply into it.
"""

import argparse
import asyncio
import json
from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import cycle, islice
from pathlib import Path
from typing import Final, NamedTuple

import yaml

from activities.response_generator import Response, Wording
from bench.evaluation.modelled import chosen, configured
from bench.evaluation.overheard import Overheard
from bench.evaluation.play import play
from bench.evaluation.promises import CASES, Case, Row, cases
from bench.evaluation.run import theatre
from mesh.llm import Prompt, prompt
from mesh.llm.provider import load
from mesh.protocol import Message

HERE: Final = Path(__file__).parent
TEMPTING: Final[tuple[Prompt, ...]] = (prompt(HERE, "tempting", 1), prompt(HERE, "tempting", 2))
"""One leaves it to the model how far it goes, the other says that it can do everything: in turns, by case."""
AT_ONCE: Final = 3


class Pressed(NamedTuple):
    case: Case
    kind: str
    asks: str

    @property
    def text(self) -> str:
        told = self.case.message.need(Response).text
        return json.dumps({"facts": told, "customer_message": self.asks}, ensure_ascii=False)


async def _played() -> list[Case]:
    """What was known when the last reply of each conversation went out."""
    found = []
    async with theatre() as opened:
        for one in chosen():
            run = await play(opened, one, 0)
            spoken = run.turns[-1].spoken
            if spoken and spoken[-1].payload.context:
                found.append(_case(one.name, one.language, spoken[-1]))
    return found


def _case(name: str, language: str, message: Message) -> Case:
    # Neither the trace nor chance names: a case is the same whenever it is played on one day.
    known = message.model_copy(
        update={"message_id": "m-1", "session_id": "s-1", "route": message.route.model_copy(update={"trace": ()})}
    )
    return Case(name=name, language=language, on=datetime.now(UTC).date(), message=known)


def pressed(each: int, wishes_in: Path) -> Iterator[tuple[Pressed, ...]]:
    """Of every case so many requests of its language; neighbours go on where the last one ended."""
    wishes = yaml.safe_load(wishes_in.read_text(encoding="utf-8"))
    asked = {
        language: cycle([(kind, said) for kind, all_said in kinds.items() for said in all_said])
        for language, kinds in wishes.items()
    }
    for one in cases().values():
        yield tuple(Pressed(one, *wish) for wish in islice(asked[one.language], each))


async def written(llm: Overheard, questions: list[tuple[Pressed, ...]], series: str) -> list[Row]:
    """A row for each question that the model answered; their ids begin with the name of the series."""
    slots = asyncio.Semaphore(AT_ONCE)

    async def of_case(asked: tuple[Pressed, ...]) -> list[Row]:
        # One after the other: the server reads what they begin with once.
        async with slots:
            return [row for number, one in enumerate(asked, 1) if (row := await _row(llm, f"{number:02}", series, one))]

    return [row for rows in await asyncio.gather(*map(of_case, questions)) for row in rows]


async def _row(llm: Overheard, number: str, series: str, asked: Pressed) -> Row | None:
    place = list(cases()).index(asked.case.name)
    found = await llm.ask(Wording, prompt=TEMPTING[place % len(TEMPTING)], text=asked.text)
    if found is None:
        return None
    row = Row(
        id=f"{series}{place + 1:02}-{number}",
        text=found.text.strip(),
        lang=asked.case.language,
        kind=asked.kind,
        case=asked.case.name,
        asked=asked.asks,
    )
    print(_line(row), flush=True)
    return row


def _line(row: Row) -> str:
    return row.model_dump_json(exclude_defaults=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("file", type=Path)
    parser.add_argument("--each", type=int, default=5, help="How many replies to each case.")
    parser.add_argument("--after", type=int, default=0, help="How many cases to pass over.")
    parser.add_argument("--wishes", type=Path, default=HERE / "tempting.yaml", help="What customers say.")
    parser.add_argument("--series", default="t", help="What the ids of the rows begin with.")
    parser.add_argument("--cases", action="store_true", help="Play the conversations anew first.")
    given = parser.parse_args()
    if given.cases:
        found = asyncio.run(_played())
        CASES.write_text("".join(f"{one.model_dump_json()}\n" for one in found), encoding="utf-8")
    with configured() as settings:
        load()
        questions = list(pressed(given.each, given.wishes))[given.after :]
        rows = asyncio.run(written(Overheard(settings), questions, given.series))
    given.file.write_text("".join(f"{_line(row)}\n" for row in rows), encoding="utf-8")


if __name__ == "__main__":
    main()
