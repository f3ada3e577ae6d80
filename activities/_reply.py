"""What a reply is made of: the words, and the things to do. `activities.response_generator` hands them on."""

from typing import Literal

from mesh.deeds import Action, ActionName
from mesh.parts import NO_PARTS, Parts
from mesh.protocol import Enrichment
from mesh.questions import Choice, Question
from mesh.replies import Source

__all__ = ["MAX_REPLY", "Action", "ActionName", "ActionPlan", "Response"]

MAX_REPLY = 2_000
"""Longest reply in characters."""


class ActionPlan(Enrichment, slot="action_plan"):
    actions: tuple[Action, ...] = ()


class Response(Enrichment, slot="response"):
    """The words for the customer, and what kind of words they are.

    Attributes:
        kind: answer; clarification (we ask back); holding (a person will take over); fallback (something failed, we
            say what we know); safe (fixed words after failed checks); apology (nobody came in time).
        author: who wrote it: rules, model or human.
        sources: the articles that it quotes.
        asks: the question that the words end with.
        about: the orders that the words tell of, in their order.
        parts: the same facts in a form that a page may draw.
    """

    text: str
    kind: Literal["answer", "clarification", "holding", "fallback", "safe", "apology"] = "answer"
    author: Literal["rules", "model", "human"] = "rules"
    sources: tuple[Source, ...] = ()
    asks: Question | None = None
    about: tuple[Choice, ...] = ()
    parts: Parts = NO_PARTS
