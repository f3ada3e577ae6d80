"""One spelling for what is written with accents and without."""

import re
import unicodedata
from typing import Final

_UMLAUTS: Final = str.maketrans({"ä": "a", "ö": "o", "ü": "u", "ß": "ss"})
_SPELT_OUT: Final = re.compile(r"(?<![aeiouq])(?:ae|oe|ue)")


def bare(text: str) -> str:
    """Without accents: `où` and `ou` are one word."""
    apart = unicodedata.normalize("NFKD", text)
    return "".join(sign for sign in apart if not unicodedata.combining(sign))


def folded(text: str, language: str) -> str:
    """Lower case without accents; in German `ue` and `ü` are one."""
    lower = text.lower().translate(_UMLAUTS)
    return bare(_SPELT_OUT.sub(lambda found: found[0][0], lower) if language == "de" else lower)
