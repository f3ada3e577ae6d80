"""A text without the sentences that a check would object to."""

import json
import re
from collections import OrderedDict
from typing import Final

from activities._case import Case
from activities._guardrails import objections
from activities._known import Known
from activities._reply import Response
from activities._words import render
from mesh.protocol import Message

SENTENCES: Final = re.compile(r"(?<=[.!?])\s+")

KEPT: Final = 1024
"""Verdicts of this process that are remembered: a reply is delivered moments after its check."""

_passed: OrderedDict[tuple[str, ...], None] = OrderedDict()


def passed(response: Response, message: Message) -> None:
    """Remember that this reply was checked here and nothing was found."""
    _passed[_judged(response, message)] = None
    if len(_passed) > KEPT:
        _passed.popitem(last=False)


def cleared(text: str, message: Message) -> str:
    known = Known.of(message)
    paragraphs = (_cleared(paragraph, known) for paragraph in text.split("\n"))
    return re.sub(r"\n{3,}", "\n\n", "\n".join(paragraphs)).strip()


def shown(response: Response, message: Message) -> str:
    """What of a response the customer may read, whether or not a check lay on its way.

    Holding replies and apologies visit no check, an operator may skip it, and anybody may publish a message behind it.
    """
    if response.author == "human" or _judged(response, message) in _passed:
        return response.text
    if not objections(response.text, Known.of(message)):
        return response.text
    return cleared(response.text, message) or render("safe", case=Case.of(message))


def _judged(response: Response, message: Message) -> tuple[str, ...]:
    """What the verdict rests on: of one message's facts only the receipts and who is still to come can change."""
    receipts = json.dumps(message.payload.execution_result, sort_keys=True)
    return message.message_id, response.text, receipts, str("human_agent" in message.route.ahead)


def _cleared(paragraph: str, known: Known) -> str:
    if not paragraph:
        return ""
    return " ".join(sentence for sentence in SENTENCES.split(paragraph) if not objections(sentence, known))
