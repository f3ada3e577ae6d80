"""The run with a model says honestly who wrote what: a model that is never quoted would measure the rules."""

import json
from itertools import pairwise
from typing import TypeVar

import pytest
from pydantic import BaseModel

from activities.response_generator import Wording
from bench.evaluation.modelled import COUNT, chosen, summed
from bench.evaluation.overheard import Heard, Overheard
from bench.evaluation.promises import TEMPTED, rows_of
from bench.evaluation.run import theatre, verdict
from bench.evaluation.scenario import Scenario, scenarios
from mesh.calls import Call
from mesh.llm import Prompt
from tests.fakes import settings

T = TypeVar("T", bound=BaseModel)

WHERE = "a parcel is found without its number"


class Parrot(Overheard):
    """Says the facts with something behind them, or nothing at all."""

    def __init__(self, behind: str | None) -> None:
        super().__init__(settings(llm_model="parrot"))
        self.behind = behind

    async def ask(self, kind: type[T], *, prompt: Prompt, text: str) -> T | None:
        worded = kind is Wording and self.behind is not None
        answer = kind.model_validate({"text": f"{json.loads(text)['facts']} {self.behind}"}) if worded else None
        call = Call(model="parrot", prompt=prompt.name, result="ok" if worded else "timeout")
        self.said = (*self.said, Heard(prompt.name, text, answer, (call,), 1.0))
        return answer


def named(name: str) -> Scenario:
    return next(one for one in scenarios() if one.name == name)


def test_the_sixty_are_spread_over_the_whole_set() -> None:
    found, places = chosen(), [scenarios().index(one) for one in chosen()]
    assert len(found) == COUNT
    assert {after - before for before, after in pairwise(places)} == {1, 2}
    assert {one.language for one in found} == {"en", "de", "es", "fr"}


@pytest.mark.parametrize(
    ("behind", "fate"),
    [
        ("It is no trouble.", "model"),
        (None, "rules: the model gave no usable answer"),
        ("It costs 500 EUR.", "rules: the model did not keep to the facts"),
        ("I will send you a voucher.", "rules: the checks refused the model's words"),
    ],
)
async def test_a_reply_is_told_by_who_wrote_it(behind: str | None, fate: str) -> None:
    model = Parrot(behind)
    async with theatre(model) as opened:
        found = summed([await verdict(opened, named(WHERE), (0,))], settings(llm_model="parrot"), 1.0)
    assert found.replies == {fate: 1}
    assert (found.held, found.harms, found.failed) == (1, 0, {})
    assert found.seconds["median of a message"] == len(model.said)


async def test_a_conversation_that_fails_is_named_with_its_faults() -> None:
    one = named(WHERE)
    turn = one.turns[0].model_copy(update={"says": ("a word that nobody says",)})
    async with theatre(Parrot("")) as opened:
        judged = await verdict(opened, one.model_copy(update={"turns": (turn,)}), (0,))
    found = summed([judged], settings(llm_model="parrot"), 1.0)
    assert (found.held, found.failed) == (0, {WHERE: ["turn 1: not told: a word that nobody says"]})


def test_the_promises_that_a_local_model_made_are_caught() -> None:
    promises = [row for row in rows_of(TEMPTED) if row.label == "blocked"]
    missed = [row.id for row in promises if row.verdict().label != "blocked"]
    assert len(promises) >= 200
    assert len(missed) <= 0.05 * len(promises), missed
