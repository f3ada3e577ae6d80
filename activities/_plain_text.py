"""One spelling for what customers write in many."""

import re

_BLANK = re.compile(r"\s+")
_REWRITES = tuple(
    (re.compile(pattern), plain)
    for pattern, plain in (
        (r"\bord[-_# ]?[0-9]{3,}\b|#\s?[0-9]{4,}\b", "ORDERNO"),
        (r"\bwon'?t\b", "will not"),
        (r"\bcan ?'?(?:t|not)\b", "can not"),
        (r"\b(do|does|did|is|was|has|have|are|were|would|could|should)n'?t\b", r"\1 not"),
        (r"\b(i|you|we|they|he|she|it|that|there)'ve\b", r"\1 have"),
        (r"\bi'?m\b", "i am"),
        (r"'re\b", " are"),
        (r"'ll\b", " will"),
        (r"\b(i|we|you|they)'d\b", r"\1 would"),
        (r"\b(where|what|when|how|it|that|there)'?s\b", r"\1 is"),
        (r"\bwanna\b", "want to"),
        (r"\bgonna\b", "going to"),
        (r"\bgotta\b", "have to"),
        (r"\b(?:ya|u)\b", "you"),
        (r"\bur\b", "your"),
        (r"\b(?:plz|pls)\b", "please"),
        (r"\bno\. ", "no "),
        (r"\b(?:(?:god)?damn(?:ed)?|fuck(?:ing|in)?|bloody|freaking|kindly)\b", " "),
        (r"[\"(),:;!?*]+|\.+(?=\s|$)", " "),
        (r"\s+", " "),
    )
)


def normal(text: str) -> str:
    """Lower case, contractions spelled out, expletives and punctuation dropped, one space between words."""
    plain = text.lower()
    for pattern, words in _REWRITES:
        plain = pattern.sub(words, plain)
    return plain.strip()


def squeezed(text: str) -> str:
    """Straight apostrophes, and one space or line break where there were many: patterns then stay fast on any text."""
    return _BLANK.sub(lambda blank: "\n" if "\n" in blank.group() else " ", text.replace("\u2019", "'"))
