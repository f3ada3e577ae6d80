"""What a customer wrote in German, Spanish or French, word for word in English.

No translation that anybody would want to read: enough for everything that reads English to find what it looks for.
Numbers, names, addresses and words that the glossary does not know stay as they are.
"""

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Final, NamedTuple

from activities._language import OURS, SPOKEN, language_of
from activities._understanding.spelling import folded

GLOSSARIES: Final = Path(__file__).parent / "_understanding" / "glossary"
LONGEST: Final = 6
"""Words of the longest phrase."""

SHORTEST_STEM: Final = 3

_CAPITAL: Final = r"[A-Z\u00c0-\u00de][\w.'\u2019-]+"
_STREET: Final = rf"{_CAPITAL}(?:\s(?:de|del|la|las|los|el|der|den|des|du|am|an|zum|zur)){{0,2}}(?:\s{_CAPITAL}){{0,2}}"
_KEPT: Final = re.compile(
    rf"(?:{_STREET}\s\d{{1,4}}\s?[a-z]?\b|\b\d{{1,4}}(?:\s(?:bis|ter))?,?\s[^\d,;.!?\n]{{3,40}}),?\s+(?:[A-Z]-)?\d{{4,5}}\s+{_CAPITAL}"
    r"|\S+@\S+|\bhttps?://\S+|\bwww\.\S+|\S*\d\S*"
    # A Spanish "no" that nothing follows is a no; before a verb it is a "not".
    r"|(?<![^\W\d_])(?i:no)(?=\s*(?:[,.;:!?]|$))"
)
_NUMBER: Final = re.compile(r"\bn\s?[\u00b0\u00ba]\s?(?=\d)", re.IGNORECASE)
_WORD: Final = re.compile(r"[^\W\d_]+(?:-[^\W\d_]+)*")


class Glossary(NamedTuple):
    phrases: dict[tuple[str, ...], str]
    stems: dict[str, str]

    def word(self, word: str) -> str | None:
        if known := self.phrases.get((word,)):
            return known
        ends = range(len(word), SHORTEST_STEM - 1, -1)
        return next((self.stems[word[:end]] for end in ends if word[:end] in self.stems), None)


def in_english(text: str, hint: str = "") -> str:
    """The text itself when it is English already, or of a language that we have no words of."""
    code = language_of(text, hint).code
    return gloss(text, code) if code in SPOKEN else text


def gloss(text: str, language: str) -> str:
    """The text with every known word or phrase in English."""
    if language == OURS or language not in SPOKEN:
        return text
    text = _NUMBER.sub("number ", text)
    known, parts, end = _glossary(language), [], 0
    for kept in _KEPT.finditer(text):
        parts += [*_said(text[end : kept.start()], known, language), kept[0]]
        end = kept.end()
    return "".join((*parts, *_said(text[end:], known, language)))


def _said(text: str, known: Glossary, language: str) -> Iterator[str]:
    words = list(_WORD.finditer(text))
    plain = [folded(word[0], language) for word in words]
    place, end = 0, 0
    while place < len(words):
        count, english = _longest(plain, place, known)
        yield text[end : words[place].start()]
        end = words[place + count - 1].end()
        yield english or text[words[place].start() : end]
        place += count
    yield text[end:]


def _longest(plain: list[str], place: int, known: Glossary) -> tuple[int, str | None]:
    for count in range(min(LONGEST, len(plain) - place), 1, -1):
        if english := known.phrases.get(tuple(plain[place : place + count])):
            return count, english
    return 1, known.word(plain[place])


@cache
def _glossary(language: str) -> Glossary:
    phrases: dict[tuple[str, ...], str] = {}
    stems: dict[str, str] = {}
    for line in (GLOSSARIES / f"{language}.txt").read_text(encoding="utf-8").splitlines():
        english, _, foreign = line.partition(" = ")
        for form in filter(None, map(str.strip, foreign.split(","))):
            words = tuple(_WORD.findall(folded(form, language)))
            if form.endswith("*"):
                stems.setdefault(words[-1], english)
            else:
                phrases.setdefault(words, english)
    return Glossary(phrases, stems)
