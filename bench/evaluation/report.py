"""The table that `make eval` prints, and the page that it writes."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from rich.console import Console
from rich.table import Table

from bench.evaluation.figures import AIMS, table
from bench.evaluation.parts import Found
from bench.evaluation.scenario import WORDINGS, scenarios

PAGE: Final = Path(__file__).resolve().parents[2] / "docs" / "evaluation.md"
HEAD: Final = ("figure", "now", "at least", "aim", "last release")
BEGIN, END = "<!-- figures: written by make eval -->", "<!-- end of figures -->"


def printed(found: Found, before: Mapping[str, float]) -> None:
    lines = Table(*HEAD)
    missed = {aim.name for aim in AIMS if aim.name in found.figures and not aim.met(found.figures[aim.name])}
    for line in table(found.figures, before):
        lines.add_row(*line, style="bold" if line[0] in missed else None)
    console = Console()
    console.print(lines)
    for part, why in found.missing.items():
        console.print(f"{part}: not measured. {why}", markup=False)
    for name, wordings in (found.open_wordings or {}).items():
        numbers = ", ".join(str(wording + 1) for wording in wordings)
        console.print(f"does not hold: {name} (wordings {numbers} of {WORDINGS})", markup=False)


def write(found: Found, before: Mapping[str, float], page: Path = PAGE) -> None:
    """Put the figures into the page; what people wrote around them stays."""
    text = page.read_text(encoding="utf-8")
    marked = re.compile(rf"{re.escape(BEGIN)}.*?{re.escape(END)}", re.DOTALL)
    page.write_text(marked.sub(lambda _: f"{BEGIN}\n{_figures(found, before)}\n{END}", text), encoding="utf-8")


def _figures(found: Found, before: Mapping[str, float]) -> str:
    rows = [HEAD, ("---",) * len(HEAD), *table(found.figures, before)]
    lines = [f"Measured on {datetime.now(UTC):%Y-%m-%d}.", "", *(f"| {' | '.join(row)} |" for row in rows)]
    lines += [f"\n{part}: not measured. {why}" for part, why in found.missing.items()]
    if found.open_wordings:
        lines += ["", "Conversations that do not hold in every wording:", ""]
        lines += [f"- {name}: {WORDINGS - len(open_)} of {WORDINGS}" for name, open_ in found.open_wordings.items()]
    return "\n".join([*lines, "", f"{len(scenarios())} conversations, each in {WORDINGS} wordings."])
