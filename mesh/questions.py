"""What we asked the customer, kept with the session until it is answered."""

from datetime import datetime
from typing import Literal

from mesh.deeds import Action
from mesh.route import Wire

MOST_WORDS = 500
"""As much of what the customer said before is kept with a question, in characters."""


class Choice(Wire):
    """Something that we named, and the words by which a customer may mean it."""

    words: str
    order_id: str | None = None
    sku: str | None = None
    intent: str | None = None


class Question(Wire):
    """A question of ours.

    Attributes:
        kind: what is asked for: which order, which item, which size or colour, which address, what is meant or wanted,
            or a yes to a plan.
        intent: the matter that waits for the answer.
        order_id: the order that is settled already.
        choices: what may be answered, in the order in which it was told; for a plan, the goods that it is about.
        words: what the customer has said about the matter so far.
        plan: what a yes confirms; nothing else.
        terms: the plan in the words that the customer read.
        at: when it was asked.
        stale: something else was talked about since.
    """

    kind: Literal["order", "item", "variant", "address", "meaning", "confirm"]
    intent: str
    order_id: str | None = None
    choices: tuple[Choice, ...] = ()
    words: str = ""
    plan: tuple[Action, ...] = ()
    terms: str = ""
    at: datetime | None = None
    stale: bool = False
