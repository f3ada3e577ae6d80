"""Examples in our own words, written short: `{a|b}` stands for either."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

CHOICE: Final = re.compile(r"\{([^{}]*)\}")
VARIANTS: Final = 6
"""How many texts one line makes at most; each of them picks its alternatives in another order."""


def examples(file: Path) -> Iterator[str]:
    """Every text that the lines of a file stand for, always the same ones."""
    for line in file.read_text(encoding="utf-8").splitlines():
        if line.strip() and not line.startswith("#"):
            yield from dict.fromkeys(_variant(line.strip(), number) for number in range(VARIANTS))


def _variant(line: str, number: int) -> str:
    places = iter(range(1, line.count("{") + 1))

    def picked(choice: re.Match[str]) -> str:
        options, place = choice[1].split("|"), next(places)
        # Each place counts at its own speed, so that the same two alternatives do not always meet.
        step = number * (1 if place % 2 else 2) + (number // len(options) if place > 1 else 0) + place * number
        return options[step % len(options)]

    return CHOICE.sub(picked, line).replace("\\n", "\n")
