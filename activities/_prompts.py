"""The instructions that actors give to a model, each from a versioned file, and how much of a text it is shown."""

from pathlib import Path
from typing import Final

from mesh.llm import Prompt, prompt

FOLDER: Final = Path(__file__).parent / "prompts"
READ_UP_TO: Final = 4000

INTENT: Final[Prompt] = prompt(FOLDER, "intent", 1)
SENTIMENT: Final[Prompt] = prompt(FOLDER, "sentiment", 2)
WORDING: Final[Prompt] = prompt(FOLDER, "wording", 2)


def read_part(text: str) -> str:
    """As much of a customer's text as a model needs to see."""
    return text[:READ_UP_TO]
