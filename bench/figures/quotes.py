"""What `docs/performance.md` quotes of the newest run; `python -m bench.figures` writes it anew.

A table stands between `<!-- bench: <table> -->` and `<!-- end of bench -->`. A figure in prose stands before
`<!-- bench: <path> <format> -->`, such as `1,234<!-- bench: series.chat.20.per_minute.median {:,.0f} -->`.
"""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from bench.figures.results import Results
from bench.figures.tables import TABLES, Rows, origin

PAGE: Final = Path(__file__).resolve().parents[2] / "docs" / "performance.md"
TABLE: Final = re.compile(r"(<!-- bench: (\w+) -->\n).*?(<!-- end of bench -->)", re.DOTALL)
FIGURE: Final = re.compile(r"(?P<said>[^\s(|]*)(?P<mark><!-- bench: (?P<path>[\w.]+) (?P<shown>\{[^}]*\}\S*) -->)")
HEAD: Final = 2
"""Lines above the first row of a table."""


def quoted(page: str, results: Results) -> str:
    """The page with every quote as the results have it.

    Raises:
        ValueError: it quotes what was not measured, or a table that nobody makes.
    """
    page = TABLE.sub(lambda found: f"{found[1]}{_table(found[2], results)}\n{found[3]}", page)
    return FIGURE.sub(lambda found: f"{_figure(found, results)}{found['mark']}", page)


def quotes(page: str) -> list[str]:
    """Every table and path that the page quotes."""
    return [found[2] for found in TABLE.finditer(page)] + [found["path"] for found in FIGURE.finditer(page)]


def _figure(found: re.Match[str], results: Results) -> str:
    figure = results.at_path(found["path"])
    if figure is None:
        raise ValueError(f"{found['path']} was not measured")
    return found["shown"].format(figure)


def _table(name: str, results: Results) -> str:
    if name == "origin":
        return f"Measured {origin(results)}."
    if name not in TABLES:
        raise ValueError(f"there is no table {name}: {', '.join(TABLES)}")
    lines = list(markdown(TABLES[name](results)))
    return "\n".join(lines) if len(lines) > HEAD else "Not measured in this run."


def markdown(rows: Rows) -> Iterator[str]:
    head = next(rows)
    yield f"| {' | '.join(head)} |"
    yield f"| {' | '.join(['---'] * len(head))} |"
    for row in rows:
        yield f"| {' | '.join(row)} |"


def write(results: Results, page: Path = PAGE) -> None:
    page.write_text(quoted(page.read_text(encoding="utf-8"), results), encoding="utf-8")
