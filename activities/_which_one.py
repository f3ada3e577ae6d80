"""What a message says to "Which order, which item, which size, which address, what do you mean?"."""

import re
from typing import TYPE_CHECKING, Final

from activities._follow import Follow
from activities._short_answers import (
    all_meant,
    none_meant,
    other_meant,
    place_in,
    points,
    size_in,
    without_rejected,
    words_of,
)
from activities._turn import IDLE, SHORT, Turn
from activities._wishes import variant_in
from activities._yes_or_no import open_still, settled
from mesh.questions import Choice, Question

if TYPE_CHECKING:
    from activities.intent_analyzer import Intent

FEW: Final = 3
"""Words in an answer that names one of our choices and wants nothing else."""

_STREET: Final = re.compile(r"\d")


def answer(turn: Turn) -> "Intent | None":
    asked = turn.state.pending
    if asked is None or asked.kind == "confirm" or (asked.stale and not turn.idle and not points(turn.said)):
        return None
    for reading in (_offered, _declined, _number, _chosen, _variant, _address):
        if (whole := reading(turn, asked)) is not None:
            return whole
    if asked.kind == "meaning" or asked.stale or turn.thanks or not turn.short or not turn.idle:
        return None
    return open_still(turn, asked)


def _offered(turn: Turn, asked: Question) -> "Intent | None":
    """A yes to the one thing that we offered."""
    if asked.kind != "meaning" or turn.lead.answer != "yes" or len(asked.choices) != 1 or turn.lead.rest:
        return None
    return _taken(turn, asked, asked.choices[0]) if turn.fresh else None


def _declined(turn: Turn, asked: Question) -> "Intent | None":
    if none_meant(turn.text) and turn.short:
        return turn.meaning("smalltalk", Follow(answer="none", words=turn.text))
    if turn.lead.answer == "no" and not turn.lead.rest and not asked.stale:
        return turn.meaning("smalltalk", Follow(answer="no", words=turn.text))
    offered = turn.idle or turn.found.intent in {choice.intent for choice in asked.choices}
    if turn.lead.answer == "no" and asked.kind == "meaning" and offered and turn.short:
        return turn.meaning("smalltalk", Follow(answer="no", words=turn.text))
    return None


def _number(turn: Turn, asked: Question) -> "Intent | None":
    topic = turn.topic
    if topic is None or asked.stale or not turn.numbers or not (turn.bare or not turn.found.clear):
        return None
    return turn.meaning(topic, Follow(answer="chosen", words=_with(asked, turn.text)))


def _chosen(turn: Turn, asked: Question) -> "Intent | None":
    contrast = _contrasted(turn, asked)
    if turn.numbers or not (turn.brief or contrast) or (asked.kind == "meaning" and turn.lead.answer == "no"):
        return None
    if asked.kind == "order" and all_meant(turn.said):
        orders = [choice.order_id for choice in asked.choices if choice.order_id]
        return turn.meaning(asked.intent, Follow(answer="chosen", words=asked.words), *orders)
    choice = chosen(turn.said, asked.choices, turn.state.last_order_id)
    clear_choice = choice is not None and choice.intent == turn.found.intent
    elsewhere = turn.found.clear and turn.found.intent not in {asked.intent, *IDLE} and not clear_choice
    return (
        None if choice is None or (elsewhere and not (contrast or points(turn.said))) else _taken(turn, asked, choice)
    )


def _contrasted(turn: Turn, asked: Question) -> bool:
    """Not the watch but the scarf: one of our choices is named and another one is not meant."""
    kept, rejected = without_rejected(turn.said)
    words = [words_of(choice.words) for choice in asked.choices]
    meant = [one for one in words if one & words_of(kept) and not one & rejected]
    return len(meant) == 1 and any(one & rejected for one in words) and len(turn.text.split()) <= 2 * SHORT


def _taken(turn: Turn, asked: Question, choice: Choice) -> "Intent":
    words = without_rejected(turn.said)[0]
    follow = Follow(answer="chosen", sku=choice.sku, words=_with(asked, words))
    orders = filter(None, (choice.order_id or asked.order_id,))
    return turn.meaning(choice.intent or asked.intent, follow, *orders)


def _variant(turn: Turn, asked: Question) -> "Intent | None":
    if asked.kind != "variant" or turn.lead.answer == "no":
        return None
    size = size_in(turn.said)
    words = f"in size {size}" if size else turn.said
    own = turn.found.clear and turn.found.intent not in {asked.intent, "product_inquiry"} and not points(turn.said)
    if not size and (own or not turn.brief or not any(variant_in(turn.said, size=None, color=None))):
        return None
    sku = next((choice.sku for choice in asked.choices), None)
    return turn.meaning(
        asked.intent, Follow(answer="chosen", sku=sku, words=_with(asked, words)), *(turn.numbers or settled(asked))
    )


def _address(turn: Turn, asked: Question) -> "Intent | None":
    about_it = turn.found.intent == asked.intent or turn.idle
    words = _address_words(turn, asked) if asked.kind == "address" and about_it else ""
    if not words:
        return None
    return turn.meaning(asked.intent, Follow(answer="chosen", words=words), *(turn.numbers or settled(asked)))


def _address_words(turn: Turn, asked: Question) -> str:
    """All that was said, an address first: it is read where it begins."""
    said = turn.said.strip(". ")
    if _STREET.search(said):
        return f"{said}.\n{asked.words}"
    street, _, before = asked.words.partition(".\n")
    # The country alone, for the street that was named before.
    lacks_country = _STREET.search(street) and before and not turn.lead.answer
    return f"{street}, {said}.\n{before}" if lacks_country and len(said.split()) <= FEW else ""


def _with(asked: Question, words: str) -> str:
    return f"{asked.words}\n{words}" if asked.words else words


def chosen(text: str, choices: tuple[Choice, ...], last: str | None = None) -> Choice | None:
    """The one of several that a text means: by place, as the other one, or by its words."""
    place = place_in(without_rejected(text)[0])
    if place is not None:
        return choices[place] if -len(choices) <= place < len(choices) else None
    if other_meant(text):
        left = [choice for choice in choices if choice.order_id != last]
        return left[0] if len(left) == 1 and len(left) < len(choices) else None
    return _by_words(text, choices)


def _by_words(text: str, choices: tuple[Choice, ...]) -> Choice | None:
    plain, rejected = without_rejected(text)
    said = words_of(plain)
    kept = [choice for choice in choices if not rejected & words_of(choice.words)] if rejected else list(choices)
    scores = [len(said & words_of(choice.words)) for choice in kept]
    best = max(scores, default=0)
    if best and scores.count(best) == 1:
        return kept[scores.index(best)]
    return kept[0] if rejected and len(kept) == 1 and len(kept) < len(choices) else None
