"""Conversations as they are written down in `conversations/*.yaml`."""

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any, Final, Literal, Self

import yaml
from pydantic import BaseModel, ConfigDict, Field, model_validator

from activities._intent_names import IntentName
from activities._reply import Action

FRESH: Final = Path(__file__).parent / "fresh" / "wordings.yaml"
FOLDER: Final = Path(__file__).parent / "conversations"
WORDINGS: Final = 8

Language = Literal["en", "de", "es", "fr"]


class Written(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Person(Written):
    """What somebody at the desk does when a message reaches them; with nothing set, they never come."""

    answer: str | None = None
    approve: str | None = None
    refuse: str | None = None
    change: tuple[Action, ...] = ()


class Turn(Written):
    """What the customer says in each of the wordings, and what must come of it.

    Attributes:
        person: what the desk does at each visit, in order. A message that finds nobody there goes on waiting.
        effects: everything that this turn changes at the shop: operation, order (or `customer`), and words or sums
            that the effect must name.
        may: effects that may be there or not, such as a note that the customer was heard.
        visits: actors that must be visited.
        avoids: actors that must not be.
        says: facts that the replies must contain.
        never: facts that they must not contain.
        status: how the last reply leaves the message.
    """

    say: tuple[str, ...] = Field(min_length=WORDINGS, max_length=WORDINGS)
    person: tuple[Person, ...] = ()
    effects: tuple[str, ...] = ()
    may: tuple[str, ...] = ()
    visits: tuple[str, ...] = ()
    avoids: tuple[str, ...] = ()
    says: tuple[str, ...] = ()
    never: tuple[str, ...] = ()
    status: Literal["resolved", "escalated", "apologised"] | None = None


class Given(Written):
    """What is otherwise in the shop than it is sown: the fields of one document."""

    customer: str | None = None
    order: str | None = None
    parcel_of: str | None = None
    set: Mapping[str, Any]


class Scenario(Written):
    """One conversation. `intents` and `actions` say what it is there for."""

    name: str
    email: str | None = None
    language: Language = "en"
    intents: tuple[IntentName, ...] = ()
    given: tuple[Given, ...] = ()
    turns: tuple[Turn, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _worded_differently(self) -> Self:
        first = [" ".join(said.lower().split()) for said in self.turns[0].say]
        if len(set(first)) < WORDINGS:
            raise ValueError(f"{self.name}: two wordings are the same")
        return self


@cache
def scenarios(folder: Path = FOLDER) -> tuple[Scenario, ...]:
    found = [Scenario.model_validate(one) for file in sorted(folder.glob("*.yaml")) for one in _read(file)]
    names = [one.name for one in found]
    if len(set(names)) < len(names):
        raise ValueError("two conversations have the same name")
    return tuple(found)


@cache
def fresh_scenarios() -> tuple[Scenario, ...]:
    """Every conversation in one more wording, written when the others held: its errors say more than theirs."""
    said = yaml.safe_load(FRESH.read_text(encoding="utf-8"))
    return tuple(_said_afresh(one, said[one.name]) for one in scenarios())


def _said_afresh(one: Scenario, said: list[str]) -> Scenario:
    turns = [turn.model_copy(update={"say": (words,)}) for turn, words in zip(one.turns, said, strict=True)]
    return one.model_copy(update={"turns": tuple(turns)})


def _read(file: Path) -> list[Any]:
    # Every scalar stays text: `yes`, `no` and order numbers are what customers say.
    loaded = yaml.load(file.read_text(encoding="utf-8"), Loader=yaml.BaseLoader)  # noqa: S506 - builds text only
    return list(loaded or [])
