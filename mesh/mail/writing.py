"""A reply as a mail: its words as they were said, and the same as HTML with the facts of its typed parts."""

import re
from collections.abc import Iterator
from datetime import date, datetime
from html import escape
from typing import Final, NamedTuple

from mesh.parts import Goods, OrderPart, Part, TrackingPart

BODY: Final = "font:16px/1.5 system-ui,-apple-system,'Segoe UI',sans-serif;color:#1c1c1e;max-width:40em"
CARD: Final = "border:1px solid #d1d1d6;border-radius:8px;padding:12px 16px;margin:16px 0"
SOFT: Final = "color:#5c5c66;margin:4px 0"
POINT: Final = re.compile(r"^\s*[-*\u2022]\s+")
PARAGRAPHS: Final = re.compile(r"\n\s*\n")


class Words(NamedTuple):
    """The two bodies of a mail."""

    text: str
    html: str


def written(text: str, parts: tuple[Part, ...] = ()) -> Words:
    """Both bodies; the plain one is complete by itself."""
    inside = "".join((*map(_paragraph, PARAGRAPHS.split(text.strip())), *_cards(parts)))
    return Words(text, f'<!doctype html><html><body><div style="{BODY}">{inside}</div></body></html>')


def _paragraph(text: str) -> str:
    lines = text.split("\n")
    first = next((place for place, one in enumerate(lines) if POINT.match(one)), len(lines))
    points = lines[first:]
    if points and all(POINT.match(one) for one in points):
        head = f"<p>{_lines(lines[:first])}</p>" if first else ""
        items = "".join(f"<li>{escape(POINT.sub('', one))}</li>" for one in points)
        return f"{head}<ul>{items}</ul>"
    return f"<p>{_lines(lines)}</p>"


def _lines(lines: list[str]) -> str:
    return "<br>".join(map(escape, lines))


def _cards(parts: tuple[Part, ...]) -> Iterator[str]:
    for part in parts:
        if isinstance(part, OrderPart | TrackingPart):
            facts = "".join(f'<p style="{SOFT}">{escape(fact)}</p>' for fact in _facts(part))
            yield f'<div style="{CARD}"><strong>{escape(_title(part))}</strong>{facts}</div>'


def _title(part: OrderPart | TrackingPart) -> str:
    return f"{part.order_id} \u00b7 {part.status.replace('_', ' ')}"


def _facts(part: OrderPart | TrackingPart) -> Iterator[str]:
    if part.items:
        yield ", ".join(map(_goods, part.items))
    if isinstance(part, TrackingPart):
        yield " \u00b7 ".join(filter(None, (part.carrier, part.tracking_number, part.location)))
    else:
        yield f"{part.total:.2f} {part.currency}"
    # Figures, not words: they read the same in every language.
    if when := part.delivered_at or part.expected:
        yield _day(when)


def _goods(one: Goods) -> str:
    many = f"{one.quantity} \u00d7 " if one.quantity != 1 else ""
    return f"{many}{one.name}{f' ({one.variant})' if one.variant else ''}"


def _day(when: date | datetime) -> str:
    return f"{when:%Y-%m-%d}"
