"""What each intent sounds like. Patterns read the normal form of a clause (`_plain_text.normal`) and match whole words.

A weight says how much a match means: 4 names the matter beyond doubt, 3 asks for it, 2 states it, 1 hints at it.
"""

import re
from collections.abc import Iterator

from activities._intent_names import IntentName
from activities._order_patterns import ORDERS
from activities._other_patterns import OTHERS

_WORDS = {
    "<order>": (
        r"(?:orders?|purchases?|parcels?|packages?|shipments?|deliver(?:y|ies)|items?|products?|articles?|"
        r"goods)"
    ),
    "<bought>": r"(?:orders?|purchases?)",
    "<refund>": (
        r"(?:refund(?:s|ed|ing)?|reimburs(?:e|es|ed|ement|ements|ing)|money back|rebates?|compensations?|"
        r"restitutions?)"
    ),
    "<account>": r"(?:accounts?|profiles?)",
    "<secret>": r"(?:passwords?|pass ?codes?|pwd|pin|usernames?|user ?id|login|key|access codes?|credentials)",
    "<trouble>": r"(?:problems?|issues?|errors?|troubles?|mistakes?|difficult(?:y|ies))",
    "<edit>": (
        r"(?:chang(?:e|es|ed|ing)|modif(?:y|ies|ied|ying|ications?)|updat(?:e|es|ed|ing)|edit(?:s|ed|ing)?|"
        r"correct(?:s|ed|ing|ions?)?|amend(?:ed|ing)?|alter(?:ed|ing)?)"
    ),
    "<close>": (
        r"(?:delet(?:e|es|ed|ing|ion)|clos(?:e|es|ed|ing|ure)|remov(?:e|ed|ing|al|als)|terminat(?:e|ed|ing|"
        r"ion)|cancel(?:s|led|ling|ed|ing)?|cancell?ations?|deactivat(?:e|ed|ing|ion)|eras(?:e|ed|ing)|"
        r"shut(?:ting)? down|get rid of)"
    ),
    "<staff>": (
        r"(?:agents?|humans?|persons?|people|someone|somebody|representatives?|reps?|operators?|advis[eo]rs?|"
        r"executives?|assistants?|managers?|supervisors?|customer (?:service|care|support|assistance)|"
        r"support(?: team)?|help ?desk|call cent(?:er|re))"
    ),
    "<fee>": r"(?:fees?|charges?|penalt(?:y|ies)|costs?)",
    # Up to so many words between; right after a space the space is there already.
    "<gap>": r"(?:(?: \S+){0,4}? |(?<= )(?:\S+ ){0,4}?)",
    "<few>": r"(?:(?: \S+){0,2}? |(?<= )(?:\S+ ){0,2}?)",
}

_WEIGHT = re.compile(r"^\s+([0-9.]+)\s+", re.MULTILINE)
_WORD = re.compile(r"<[a-z]+>")
_LINE_END = re.compile(r"\n\s*")


def _compiled(source: str) -> re.Pattern[str]:
    while _WORD.search(source):
        source = _WORD.sub(lambda word: _WORDS[word.group()], source)
    return re.compile(rf"(?<![\w'-])(?:{source})(?!\w)")


def _rules(table: str) -> tuple[tuple[float, re.Pattern[str]], ...]:
    _, *cells = _WEIGHT.split(table)
    return tuple(
        (float(weight), _compiled(_LINE_END.sub("", source)))
        for weight, source in zip(cells[::2], cells[1::2], strict=True)
    )


RULES = {name: _rules(table) for name, table in (ORDERS | OTHERS).items()}


def scores(text: str) -> Iterator[tuple[float, IntentName]]:
    """How much of each intent is in the normal form of a clause, where there is any."""
    for name, rules in RULES.items():
        matched = [weight for weight, pattern in rules if pattern.search(text)]
        if matched:
            yield max(matched) + 0.1 * (sum(matched) - max(matched)), name
