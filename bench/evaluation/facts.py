"""Facts in a reply, whatever the phrase: numbers, sums, days and words of a kind, in four languages."""

import re
from datetime import UTC, date, datetime, timedelta
from functools import cache
from typing import Final

from bench.evaluation.scenario import Language
from bench.evaluation.vocabulary import FUNCTION_WORDS, MONTHS, WORDS

_TOKEN: Final = re.compile(r"\w+(?:['\u2019]\w+)?")
FEWEST: Final = 3
"""Words of a language by which a reply can be told to be in it."""


def told(fact: str, text: str, language: Language) -> bool:
    """Whether a text contains a fact.

    `day:+2` is the day after tomorrow; `sum:79.90` a sum of money; `$delayed` one of the words that say so in the
    language; everything else stands for itself, with `|` between alternatives and `*` for the rest of a word.
    """
    kind, _, value = fact.partition(":")
    if kind == "day":
        return any(_has(form, text) for form in _days(value))
    if kind == "sum":
        return _sum(value).search(text) is not None
    if fact.startswith("$"):
        return any(_has(word, text) for word in WORDS[fact[1:]][language])
    return any(_has(word, text) for word in fact.split("|"))


def language_of(text: str) -> Language | None:
    """The language whose function words are the most; None for a text too short to tell."""
    said = [token.lower() for token in _TOKEN.findall(text)]
    counts = {language: sum(token in words for token in said) for language, words in FUNCTION_WORDS.items()}
    best = max(counts, key=lambda language: counts[language])
    return best if counts[best] >= FEWEST else None


def _has(words: str, text: str) -> bool:
    return _pattern(words).search(_plain(text)) is not None


@cache
def _pattern(words: str) -> re.Pattern[str]:
    escaped = re.escape(_plain(words.strip())).replace(r"\*", r"\w*").replace(r"\ ", r"\s+")
    return re.compile(rf"(?<!\w){escaped}(?!\w)", re.IGNORECASE)


def _plain(text: str) -> str:
    return text.replace("\u2019", "'").replace("\u00a0", " ").replace("\u202f", " ")


@cache
def _sum(value: str) -> re.Pattern[str]:
    whole, _, cents = f"{float(value):.2f}".partition(".")
    grouped = rf"{whole[:-3]}[.,\s\u00a0\u202f']?{whole[-3:]}" if len(whole) > len("999") else whole
    ending = rf"(?:[.,]{cents})" + ("?" if cents == "00" else "")
    return re.compile(rf"(?<![\d.,]){grouped}{ending}(?![.,]?\d)")


def _days(value: str) -> tuple[str, ...]:
    found = datetime.now(UTC).date() + timedelta(days=int(value))
    named = [form for months in MONTHS.values() for form in _named(found, months[found.month - 1])]
    return (
        found.isoformat(),
        f"{found:%d.%m.%Y}",
        f"{found.day}.{found.month}.{found.year}",
        f"{found:%d/%m/%Y}",
        *named,
    )


def _named(found: date, month: str) -> tuple[str, ...]:
    return f"{found.day} {month}", f"{found.day}. {month}", f"{month} {found.day}", f"{found.day} de {month}"
