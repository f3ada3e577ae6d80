"""Days, spans of time, clock times, percentages, addresses on the net and properties of goods that a text names."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import chain
from typing import Final

MONTHS: Final = (
    (
        "january|jan|januar|j\u00e4nner|enero|janvier"
    ), "february|feb|februar|febrero|f\u00e9vrier", "march|mar|m\u00e4rz|marzo|mars",
    "april|apr|abril|avril", "may|mai|mayo", "june|jun|juni|junio|juin", "july|jul|juli|julio|juillet",
    "august|aug|agosto|ao\u00fbt", "september|sept|sep|septiembre|septembre", "october|oct|oktober|okt|octubre|octobre",
    "november|nov|noviembre|novembre", "december|dec|dezember|dez|diciembre|d\u00e9cembre",
)  # fmt: skip
WEEKDAYS: Final = (
    "mondays?|montag|lunes|lundi", "tuesdays?|dienstag|martes|mardi", "wednesdays?|mittwoch|mi\u00e9rcoles|mercredi",
    "thursdays?|donnerstag|jueves|jeudi", "fridays?|freitag|viernes|vendredi", "saturdays?|samstag|s\u00e1bado|samedi",
    "sundays?|sonntag|domingo|dimanche",
)  # fmt: skip
NUMBER_WORDS: Final = {
    word: value
    for value, words in enumerate(
        ("", "one", (
            "two|zwei|dos|deux|couple\\s+of"
        ), "three|drei|tres|trois", "four|vier|cuatro|quatre", "five|f\u00fcnf|cinco|cinq",
         "six|sechs|seis", (
             "seven|sieben|siete|sept"
         ), "eight|acht|ocho|huit", "nine|neun|nueve|neuf", "ten|zehn|diez|dix",
         "eleven|elf|once", "twelve|zw\u00f6lf|doce|douze")
    )
    for word in words.split("|") if word
}  # fmt: skip
MONTH: Final = "|".join(MONTHS)
ORDINAL: Final = r"(?:st|nd|rd|th|er)?"
DATES: Final = (
    re.compile(r"\b(?P<year>20\d\d)-(?P<month>\d\d)-(?P<day>\d\d)"),
    re.compile(rf"\b(?P<day>\d{{1,2}}){ORDINAL}\.?\s+(?:of\s+|de\s+)?(?P<name>{MONTH})\b\.?"),
    re.compile(rf"\b(?P<name>{MONTH})\.?\s+(?:the\s+)?(?P<day>\d{{1,2}}){ORDINAL}\b(?![.,:]\d)"),
    re.compile(r"(?<![\d.,/-])(?P<day>\d{1,2})[./](?P<month>\d{1,2})[./](?P<year>(?:20)?\d\d)(?!\d)"),
    re.compile(r"\b(?:am|on|by|el|le|vom|bis|zum|dem|den)\s+(?P<day>\d{1,2})[./](?P<month>\d{1,2})\b(?![,\d])"),
)  # fmt: skip
WEEKDAY: Final = re.compile(rf"\b(?:{'|'.join(f'(?P<d{index}>{names})' for index, names in enumerate(WEEKDAYS))})\b")
UNITS: Final = {
    "minute": r"minutes?|mins?|minuten?|minutos?", "hour": r"hours?|hrs?|stunden?|horas?|heures?",
    "day": r"days?|tagen?|tage|d\u00edas?|jours?|working\s+days|business\s+days|werktagen?|arbeitstagen?",
    "week": r"weeks?|wochen?|semanas?|semaines?", "month": r"months?|monaten?|monate|meses|mes|mois",
    "year": r"years?|jahren?|jahre|a\u00f1os?|ans?|ann\u00e9es?",
}  # fmt: skip
COUNT: Final = rf"(?:\d{{1,3}}|{'|'.join(NUMBER_WORDS)})"
SPAN: Final = re.compile(
    rf"\b(?P<first>{COUNT})(?:\s?(?:-|\u2013|to|bis|or|oder|a|\u00e0"
    rf"|and)\s?(?P<last>{COUNT}))?[\s-](?:(?:full|more|working|business|calendar|whole)\s+)?"
    rf"(?:{'|'.join(f'(?P<{unit}>{names})' for unit, names in UNITS.items())})\b"
)
"""All units at once: what is known of a case is long, and to go through it for each of them took six times as long."""

CLOCK: Final = re.compile(r"\b\d{1,2}(?::\d{2})?\s?(?:[ap]\.?m\b\.?|o'clock|uhr)|(?<![\d:])\d{1,2}:\d{2}(?![\d:])")
PERCENT: Final = re.compile(
    r"\b\d{1,3}(?:[.,]\d+)?\s?(?:%|percent\b|per\s+cent\b|prozent\b|por\s+ciento\b|pour\s+cent\b)(?!\s+(?:sure"
    r"|certain|sicher))"
)
URL: Final = re.compile(
    r"\b(?:https?://|www\.)[^\s<>\"')\]]+|(?<![@\w.-])[\w-]+(?:\.[\w-]+)*\.(?:com|net|org|de|es|fr|eu|io|shop"
    r"|info|biz)\b(?:/[^\s<>\"')\]]*)?"
)
PROPERTY: Final = re.compile(
    r"\b(?:waterproof|water[\s-]resistant|machine[\s-]washable|dishwasher[\s-]safe|fireproof|hypo-?allergenic"
    r"|organic|vegan|bpa[\s-]free|gluten[\s-]free"
    r"|fair\s?trade|recyclable|recycled|biodegradable|shatterproof|rustproof|stainless|handmade"
    r"|genuine\s+leather|real\s+leather|merino|cashmere"
    r"|gore-?tex|rechargeable|wireless|bluetooth|certified|clinically\s+tested|dermatologically\s+tested"
    r"|lifetime\s+warranty|made\s+in\s+\w+)\b"
)
RELATIVE: Final = {
    "today|tonight|this\\s+(?:morning|afternoon|evening)|heute|hoy|aujourd'hui": 0,
    "tomorrow|morgen|ma\u00f1ana|demain|in\\s+the\\s+morning": 1,
    "day\\s+after\\s+tomorrow|\u00fcbermorgen|pasado\\s+ma\u00f1ana|apr\u00e8s-demain": 2,
}  # fmt: skip
VAGUE: Final = re.compile(
    r"\b(?:next\s+(?:week|month)|this\s+week(?:end)?|(?:by|over)\s+the\s+weekend|n\u00e4chste\s+woche"
    r"|la\s+semana\s+que\s+viene|la\s+semaine\s+prochaine)\b"
)
LONGEST: Final = 31
Day = tuple[int, int]
Span = tuple[int, str]


def days_in(plain: str) -> Iterator[tuple[str, frozenset[Day]]]:
    """Each date in the text, as it is written and as month and day; both readings of `3/4`."""
    for pattern in DATES:
        for found in pattern.finditer(plain):
            named = found.groupdict()
            first = int(named["day"])
            second = _month(named["name"]) if named.get("name") else int(named["month"])
            readings = {(second, first), (first, second)} if "/" in found[0] else {(second, first)}
            possible = frozenset(
                (month, day) for month, day in readings if 1 <= month <= len(MONTHS) and 1 <= day <= LONGEST
            )
            if possible:
                yield found[0], possible


def weekdays_in(plain: str) -> Iterator[tuple[str, int]]:
    """Each weekday in the text, Monday as 0."""
    for found in WEEKDAY.finditer(plain):
        yield found[0], next(int(name[1:]) for name, value in found.groupdict().items() if value)


def spans_in(plain: str) -> Iterator[tuple[str, Span]]:
    """Each span of time, `5 to 7 days` as two. What lies behind (`two days ago`) is a span as well."""
    for found in SPAN.finditer(plain):
        unit = next(unit for unit in UNITS if found[unit])
        for number in filter(None, (found["first"], found["last"])):
            yield found[0], (_count(number), unit)


def others_in(plain: str) -> Iterator[str]:
    """What must stand literally in what is known: clock times, percentages, addresses on the net, properties."""
    return (found[0].rstrip(".,;:") for pattern in (CLOCK, PERCENT, URL, PROPERTY) for found in pattern.finditer(plain))


def relative_in(plain: str, today: date) -> Iterator[tuple[str, Day | None]]:
    """`tomorrow` and the like, as the day they mean; None for what names no single day."""
    for words, ahead in RELATIVE.items():
        if found := re.search(rf"\b(?:{words})\b", plain):
            day = today + timedelta(days=ahead)
            yield found[0], (day.month, day.day)
    yield from ((found[0], None) for found in VAGUE.finditer(plain))


@dataclass(frozen=True)
class Figures:
    """What a text may name: its days, weekdays and spans of time, and literally everything that stands in `text`."""

    days: frozenset[Day]
    weekdays: frozenset[int]
    spans: frozenset[Span]
    text: str

    @classmethod
    def of(cls, plain: str, dates: Iterable[date], today: date, waits: Iterable[Span]) -> "Figures":
        known = tuple(dates)
        # `Two days ago` and `in three days` follow from a day that is known.
        distances = ((abs((day - today).days), "day") for day in known)
        return cls(
            days=frozenset(chain.from_iterable(readings for _, readings in days_in(plain))),
            weekdays=frozenset((*(day.weekday() for day in known), *(day for _, day in weekdays_in(plain)))),
            spans=frozenset((*(span for _, span in spans_in(plain)), *distances, *waits)),
            text=plain,
        )

    def joined(self, other: "Figures") -> "Figures":
        return Figures(
            days=self.days | other.days,
            weekdays=self.weekdays | other.weekdays,
            spans=self.spans | other.spans,
            text=f"{self.text} {other.text}",
        )

    def lacks(self, plain: str) -> Iterator[str]:
        """What a text names and these do not."""
        yield from (f"the day {written}" for written, days in days_in(plain) if not days & self.days)
        yield from (f"the weekday {written}" for written, day in weekdays_in(plain) if day not in self.weekdays)
        yield from (f"the time {written}" for written, span in spans_in(plain) if span not in self.spans)
        yield from (written for written in others_in(plain) if written not in self.text)


def _month(name: str) -> int:
    return next(index for index, names in enumerate(MONTHS, 1) if re.fullmatch(names, name))


def _count(number: str) -> int:
    if number.isdigit():
        return int(number)
    return next(value for words, value in NUMBER_WORDS.items() if re.fullmatch(words, number))
