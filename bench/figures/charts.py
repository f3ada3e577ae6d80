"""Charts as inline SVG in ordinary tables: the words stay text at every width, and the picture only repeats them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html import escape
from typing import Final

WIDE: Final = 100.0
HIGH: Final = 10.0


@dataclass(frozen=True)
class Bar:
    """A stretch of a row, in the unit of the chart; `kind` chooses its colour, `words` say what it is."""

    begin: float
    size: float
    kind: str
    words: str = ""


@dataclass(frozen=True)
class Row:
    """A line of a chart: its label, its bars, what is said at its end, and from where to where rounds lay."""

    label: str
    bars: Sequence[Bar]
    said: str
    extremes: tuple[float, float] | None = None


def chart(title: str, about: str, rows: Sequence[Row], kinds: Sequence[str] = ()) -> str:
    """A figure with a row for each line; all rows share one scale, which begins at nothing."""
    most = max((_reach(row) for row in rows), default=0.0) or 1.0
    lines = "".join(_line(row, most) for row in rows)
    legend = _legend(kinds) if kinds else ""
    caption = f"<h2>{escape(title)}</h2><p>{escape(about)}</p>"
    return f"<section>{caption}{legend}<div class='chart' role='table'>{lines}</div></section>"


def _reach(row: Row) -> float:
    """How far to the right anything of this row lies."""
    ends = [bar.begin + bar.size for bar in row.bars]
    return max([*ends, row.extremes[1] if row.extremes else 0.0])


def _line(row: Row, most: float) -> str:
    drawn = "".join(_drawn(row, WIDE / most))
    picture = f"<svg viewBox='0 0 {WIDE:g} {HIGH:g}' preserveAspectRatio='none' aria-hidden='true'>{drawn}</svg>"
    label, said = escape(row.label), escape(row.said)
    cells = f"<span role='rowheader'>{label}</span>{picture}<span role='cell' class='said'>{said}</span>"
    return f"<div role='row'>{cells}</div>"


def _drawn(row: Row, scale: float) -> Iterator[str]:
    for bar in row.bars:
        words = f"<title>{escape(bar.words)}</title>" if bar.words else ""
        # Thinner than a hair, a stretch would not be seen at all.
        width = max(bar.size * scale, 0.25)
        place = f"x='{bar.begin * scale:.2f}' y='1' width='{width:.2f}' height='8'"
        yield f"<rect {place} class='{escape(bar.kind)}'>{words}</rect>"
    if row.extremes:
        least, most = (value * scale for value in row.extremes)
        yield f"<path d='M{least:.2f} 5H{most:.2f}M{least:.2f} 2V8M{most:.2f} 2V8' class='extremes'/>"


def _legend(kinds: Sequence[str]) -> str:
    keys = "".join(f"<li><i class='{escape(kind)}'></i>{escape(kind)}</li>" for kind in kinds)
    return f"<ul class='legend'>{keys}</ul>"


def line(title: str, about: str, points: Sequence[tuple[float, float]], across: str, up: str) -> str:
    """A line through points, on a scale that begins at nothing on both sides."""
    right = max((x for x, _ in points), default=0.0) or 1.0
    top = max((y for _, y in points), default=0.0) or 1.0
    path = " ".join(f"{WIDE * x / right:.2f},{WIDE - WIDE * y / top:.2f}" for x, y in points)
    picture = (
        f"<svg viewBox='0 0 {WIDE:g} {WIDE:g}' preserveAspectRatio='none' role='img' aria-label='{escape(about)}'>"
        f"<path d='M0 50H100M0 0H100M0 100H100' class='grid'/><polyline points='{path}'/></svg>"
    )
    upright = f"<span class='top'>{top:,.0f} {escape(up)}</span><span class='bottom'>0</span>"
    along = f"<span class='end'>{right:,.0f} {escape(across)}</span>"
    caption = f"<h2>{escape(title)}</h2><p>{escape(about)}</p>"
    return f"<section>{caption}<div class='line'>{upright}{picture}{along}</div></section>"


def table(title: str, about: str, rows: Iterator[tuple[str, ...]], marked: int | None = None) -> str:
    """An ordinary table that may be wider than a phone; the words of column `marked` are its class as well."""
    head, *body = rows
    heads = "".join(f"<th scope='col'>{escape(one)}</th>" for one in head)
    lines = "".join(f"<tr>{_cells(row, marked)}</tr>" for row in body)
    caption = f"<h2>{escape(title)}</h2><p>{escape(about)}</p>"
    inside = f"<table><thead><tr>{heads}</tr></thead><tbody>{lines}</tbody></table>"
    region = f"<div class='wide' tabindex='0' role='region' aria-label='{escape(title)}'>{inside}</div>"
    return f"<section>{caption}{region}</section>"


def _cells(row: tuple[str, ...], marked: int | None) -> str:
    first, *rest = row
    cells = [f"<th scope='row'>{escape(first)}</th>"]
    for place, words in enumerate(rest, 1):
        style = f" class='{words.replace(' ', '-')}'" if place == marked else ""
        cells.append(f"<td{style}>{escape(words)}</td>")
    return "".join(cells)
