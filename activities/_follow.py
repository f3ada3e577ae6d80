"""What earlier turns of a session add to a message. `activities._dialogue` finds it out; the intent carries it."""

from typing import Literal

from mesh.deeds import Action
from mesh.route import Wire

Answer = Literal["yes", "no", "none", "chosen"]


class Follow(Wire):
    """How a message goes on with what was said before.

    Attributes:
        answer: what it answers to our question: yes, no, none of the choices, or what was asked for.
        again: our question is still open and has to be asked again.
        words: what the customer said about the matter in all, in place of this message alone.
        sku: the item that is meant.
        other_than: the order that is not meant.
        plan: what the customer has just agreed to, and nothing else.
        terms: the words in which it was put to them.
    """

    answer: Answer | None = None
    again: bool = False
    words: str = ""
    sku: str | None = None
    other_than: str | None = None
    plan: tuple[Action, ...] = ()
    terms: str = ""
