"""The languages that we write besides our own, by their codes."""

from typing import Final

from activities._language import Spoken
from activities._tongue import Tongue
from activities._tongue_de import GERMAN
from activities._tongue_es import SPANISH
from activities._tongue_fr import FRENCH

TONGUES: Final[dict[Spoken, Tongue]] = {"de": GERMAN, "es": SPANISH, "fr": FRENCH}


def tongue(language: str) -> Tongue | None:
    """None for English, and for every language that we do not write: those are answered in English."""
    return next((found for code, found in TONGUES.items() if code == language), None)
