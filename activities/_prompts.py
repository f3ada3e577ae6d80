"""The instructions that actors give to a model, each from a versioned file, and how much of a text it is shown."""

from pathlib import Path
from typing import Final

from mesh.llm import Prompt, prompt

FOLDER: Final = Path(__file__).parent / "prompts"
READ_UP_TO: Final = 4000
WRAPPING: Final = 40
"""Tokens of the shape around an answer."""

INTENT: Final[Prompt] = prompt(FOLDER, "intent", 1)
SENTIMENT: Final[Prompt] = prompt(FOLDER, "sentiment", 2)
WORDING: Final[Prompt] = prompt(FOLDER, "wording", 2)


def tokens_for(text: str) -> int:
    """Enough to say the same in other words, in any of our languages: a token has three letters or more."""
    return WRAPPING + len(text) // 2


def read_part(text: str) -> str:
    """As much of a customer's text as a model needs to see."""
    return text[:READ_UP_TO]
