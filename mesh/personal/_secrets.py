"""What lets somebody in or pay: passwords, codes, keys."""

import re
from collections.abc import Iterator
from typing import Final

from mesh.personal._span import Span, span_of

NAMED: Final = (
    r"(?:pass\s?word|pass\s?code|pass\s?phrase|passwd|pwd|kennwort|passwort|contrase\u00f1a|mot\s+de\s+passe|secret\s+key|"
    r"api[\s_-]?key|api[\s_-]?token|access[\s_-]?(?:key|token)|auth[\s_-]?token|client[\s_-]?secret)"
)
IS: Final = r"(?:\s+(?:is|was|ist|es|est|war|now|to|changed\s+to|set\s+to)){1,2}\s*[:=]?\s*|\s*[:=]\s*|\s+"
QUOTED: Final = re.compile(
    rf"\b{NAMED}(?:{IS})(?P<open>[\"'`\u201c\u2018])(?P<secret>[^\"'`\u201d\u2019\n]{{3,80}})", re.IGNORECASE
)
STATED: Final = re.compile(rf"\b{NAMED}(?P<link>{IS})(?P<secret>[^\s\"'`\[\]<>][^\s\"'`\[\]<>]{{2,79}})", re.IGNORECASE)
# A word of plain letters is a secret only where it is given as one and nothing follows: "my password is swordfish".
MARKED: Final = re.compile(r"[:=]")
STRONG: Final = re.compile(r"(?=.*[^\W\d_])(?=.*\d)|[^\W_].*[!@#$%^&*+=~|\\].*|\d{4,}|[a-z]+[A-Z]")
PLAIN: Final = re.compile(r"[^\W\d_]{4,40}")
ENDS: Final = re.compile(r"\s*(?:[.!,;]|$)")
STATES: Final = re.compile(
    r"(?:not|no|never|wrong|incorrect|invalid|correct|right|expired?|lost|forgotten|blocked|locked|weak|strong|too|working|"
    r"required|needed|reset|resetting|changed?|saved?|secret|safe|secure|unknown|missing|rejected|accepted|refused|hidden|"
    r"what|which|where|why|how|that|this|the|same|being|always|still|also|old|gone|stolen|compromised|broken|empty|recovery|"
    r"recover\w*|please|thanks|thank|help|failed|fails|failing|update\w*|sent|emailed|visible|public|different|falsch|"
    r"vergessen|incorrecta|oublie\w*|protected|manager|again|doesn.?t|isn.?t|wasn.?t|can.?t|won.?t|field|page|link|form|issue|"
    r"problems?|mandatory|optional|case.?sensitive|there|here|okay|fine|good|bad)",
    re.IGNORECASE,
)

ONCE: Final = r"(?:otp|tan|one[-\s]time\s+(?:code|password|pin)|(?:verification|2fa|login|sms)\s+code)"
CODES: Final = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        r"\b(?:cvv2?|cvc2?|csc|cid|security\s+code|card\s+code|verification\s+value|pr\u00fcfnummer)\b[^\d\n]{0,20}(?P<secret>\d{3,4})(?!\d)",
        r"\b(?P<secret>\d{3,4})\s+(?:is|as)\s+(?:my|the)\s+(?:cvv2?|cvc2?|security\s+code)\b",
        r"\bpin\b(?:\s+(?:code|number|no))?(?:\s+(?:is|was)|\s*[:=])?\s*(?P<secret>\d{4})(?!\d)",
        rf"\b{ONCE}\b(?:\s+(?:is|was)|\s*[:=])?\s*(?P<secret>\d{{4,8}})(?!\d)",
    )
)  # fmt: skip
KEYS: Final = tuple(
    re.compile(pattern)
    for pattern in (
        r"\b(?P<secret>(?:sk|pk|rk)[-_](?:live[-_]|test[-_]|proj[-_]|ant[-_])?[A-Za-z0-9_-]{16,200})",
        r"\b(?P<secret>(?:AKIA|ASIA)[A-Z0-9]{16})\b",
        r"\b(?P<secret>(?:gh[pousr]_|github_pat_|glpat-|xox[abprs]-|npm_|pypi-)[A-Za-z0-9_-]{16,255})",
        r"\b(?P<secret>AIza[A-Za-z0-9_-]{35})",
        r"\b(?P<secret>eyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]*)",
        r"\b[Bb]earer\s+(?P<secret>[A-Za-z0-9._~+/-]{16,}=*)",
        r"(?P<secret>-----BEGIN [A-Z ]{0,30}PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z ]{0,30}PRIVATE KEY-----|\Z))",
    )
)


def secrets(text: str) -> Iterator[Span]:
    for pattern in (*KEYS, QUOTED, *CODES):
        for found in pattern.finditer(text):
            yield span_of("SECRET", text, *found.span("secret"))
    for found in STATED.finditer(text):
        start, end = found.span("secret")
        end = start + len(text[start:end].rstrip(".,;!?)"))
        if _given(text, start, end, found["link"]):
            yield span_of("SECRET", text, start, end)


def _given(text: str, start: int, end: int, link: str) -> bool:
    value = text[start:end]
    if not value or STATES.fullmatch(value):
        return False
    if STRONG.match(value):
        return True
    said = bool(MARKED.search(link)) or bool(link.split())
    return said and bool(PLAIN.fullmatch(value)) and bool(ENDS.match(text, end))
