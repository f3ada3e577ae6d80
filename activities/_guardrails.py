"""The checks of a reply. Each looks at the text and at what is known, and tells what it objects to."""

import re
from collections.abc import Callable, Iterator
from typing import Final, Literal

from stdnum import iban, luhn

from activities._known import EMAIL, ID, PARCEL, PHONE, Known, amount, canonical, significant
from activities._reply import MAX_REPLY
from mesh.route import Wire

Check = Literal[
    "unauthorised_promise", "foreign_personal_data", "card_number", "internal_note", "profanity", "empty", "too_long",
    "unsupported_fact", "unauthorised_action",
]  # fmt: skip
Remedy = Literal["regenerate", "escalate", "redact"]


class Finding(Wire):
    """An objection. The reason names what was found, but never quotes personal data."""

    check: Check
    reason: str
    action: Remedy


Objections = Iterator[Finding]

GOODS: Final = r"(?:refund\w*|money|compensat\w+|replacement|reimburse\w*|discount|credit|delivery|arriv\w+)"
CURRENCY: Final = r"(?:[$€£]|\b(?:EUR|USD|GBP|euros?|dollars?|pounds?)\b)"
SOON: Final = r"(?:today|immediately|right\s+away|right\s+now|at\s+once|within\s+(?:the|an)\s+hour|instantly)"
FREE: Final = r"(?<!feel )(?<!toll-)(?<!toll )\bfree\b(?!\s+to\b)"
WILL: Final = r"(?:(?:\bwill|\bshall|'ll|\bam\s+going\s+to|\bare\s+going\s+to)\b)"

PROMISES: Final = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        rf"\bguarantee\w*\b[^.!?\n]{{0,80}}(?:\b{GOODS}\b|{FREE}|{CURRENCY})",
        rf"\b{GOODS}\b[^.!?\n]{{0,40}}\bguaranteed\b",
        rf"\b(?:definitely|certainly|surely|absolutely)\b[^.!?\n]{{0,80}}(?:{CURRENCY}|{FREE}|\b{GOODS}\b)",
        rf"\bpromis(?:e|es|ed|ing)\b[^.!?\n]{{0,80}}(?:{FREE}|{CURRENCY}|\b{GOODS}\b)",
        rf"\b(?:100\s?%|hundred\s+percent|totally|completely)\s+(?:sure|certain)\b[^.!?\n]{{0,80}}\b{GOODS}\b",
        rf"{WILL}[^.!?\n]{{0,30}}\b(?:give|send|ship|get|receive|have|offer|provide)\b[^.!?\n]{{0,60}}(?:{FREE})",
    )
)
REFUND_PROMISES: Final = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        rf"{WILL}[^.!?\n]{{0,20}}\brefund\b[^.!?\n]{{0,60}}\b(?:{SOON}|everything|in\s+full)",
        r"\byou(?:\s+will|'ll)\s+(?:\w+\s+)?(?:get|receive|have)\s+(?:all\s+)?(?:of\s+)?your\s+money\s+back\b",
        rf"{WILL}\s+be\s+(?:fully\s+)?(?:compensated|refunded)\b[^.!?\n]{{0,40}}\b{SOON}\b",
    )
)
"""Allowed once a refund was really made."""

DENIAL: Final = re.compile(
    r"(?:\b(?:not|never|cannot|no|nor|without|unable\s+to|whether)\b|n['\u2019]t\b)[^,.!?;\n]{0,30}$", re.IGNORECASE
)
"""What stands before a word of promise when nothing is promised."""

TELL: Final = r"(?:tell|inform|show|(?:share|disclose|mention)\s+(?:\w+\s+){0,3}(?:with|to))"
INTERNAL: Final = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        r"\binternal(?:\s+(?:note|only|use|comment)s?)?\s*[:\]]",
        rf"\b(?:do\s+not|don['\u2019]t|never)\s+{TELL}\s+(?:the\s+)?customer\b",
        r"\bsystem\s+prompt\b|\bmy\s+(?:system\s+)?instructions\s+(?:are|say|tell)\b|\bas\s+an?\s+(?:AI|language\s+model)\b",
        r"<\|\w+\|>|\[/?INST\]|#{2,}\s*(?:system|instructions?)\b|\{\{|\{%",
        r"\b(?:zendesk|jira|servicenow|salesforce)\b|\bSLA\s+breach\w*|\b(?:runbook|playbook)\b",
        r"\b(?:escalate\w*|escalation)\s+to\s+(?:L|tier\s?|level\s?)[123]\b|\b(?:L|tier\s?)[23]\s+(?:team|support|agents?)\b",
        r"\b(?:fraud|risk|churn)\s+(?:score|flag)\b|\b(?:difficult|annoying|problem)\s+customer\b|\bcustomer\s+is\s+lying\b",
        r"\bTraceback\s+\(most\s+recent\b|\b\w+(?:Error|Exception):\s",
    )
)

PROFANE: Final = re.compile(
    r"\b(?:(?:mother)?fuck(?:er|ers|ed|ing|s)?|(?:bull)?shit(?:ty|s)?|bitch(?:es|y)?|bastards?|ass?holes?|arseholes?|dickheads?"
    r"|cunts?|wankers?|(?:god)?damn(?:ed|it)?|crap(?:py)?|piss(?:ed)?(?:\s+off)?|idiots?|idiotic|morons?|imbeciles?|dumbass"
    r"|shut\s+up|(?:what|who|why|how)\s+the\s+hell|go\s+to\s+hell|screw\s+you)\b",
    re.IGNORECASE,
)

CARD: Final = re.compile(r"(?<![\w-])\d(?:[ -]?\d){12,18}(?![\w-])")
SUM: Final = re.compile(
    r"(?:[$€£]|\b(?:EUR|USD|GBP)\b)\s?(?P<after>\d[\d.,]*)"
    r"|(?<![\w.,-])(?P<before>\d[\d.,]*)\s?(?:[$€£]|(?:EUR|USD|GBP|euros?|dollars?|pounds?)\b)",
    re.IGNORECASE,
)
ORDER_NUMBER: Final = re.compile(r"(?:#\s?|\border\s+(?:number\s+|no\.?\s+)?)(?P<digits>\d{4,8})\b(?!-)", re.IGNORECASE)
STREETS: Final = (
    re.compile(
        r"\b\d{1,5}[A-Za-z]? (?:[A-Z][a-z]+ ){1,3}(?:Street|St|Lane|Avenue|Ave|Road|Rd|Drive|Way|Court|Boulevard)\b"
    ),
    re.compile(r"\b[A-Z][\w\u00df-]+(?: \w+){0,3} \d{1,4}[A-Za-z]?(?=, (?:[A-Z]{1,2}-)?\d{4,5}\b)"),
    re.compile(r"\b[A-Z][\w-]*(?:stra(?:\u00dfe|sse)|allee|weg|platz|gasse) \d{1,4}\b"),
)
ACCOUNT: Final = re.compile(r"\b[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){2,7}(?: ?[A-Z0-9]{1,3})?\b")

WORST_FIRST: Final[tuple[Remedy, ...]] = ("escalate", "regenerate", "redact")
REDACTED: Final = "[card number removed]"


def objections(text: str, known: Known) -> tuple[Finding, ...]:
    """Everything that speaks against sending this text."""
    # A line break in the middle hides nothing. The length is that of the text as it would go out.
    plain = " ".join(text.split())
    return tuple(_length(text, known)) + tuple(finding for check in CHECKS for finding in check(plain, known))


def remedy_for(findings: tuple[Finding, ...]) -> Remedy | None:
    """The worst of the remedies."""
    asked = {finding.action for finding in findings}
    return next((remedy for remedy in WORST_FIRST if remedy in asked), None)


def redacted(text: str, known: Known) -> str:
    """The text without card numbers."""
    return CARD.sub(lambda found: REDACTED if _is_card(found[0], known) else found[0], text)


def _length(text: str, _: Known) -> Objections:
    if not text.strip():
        yield Finding(check="empty", reason="The reply is empty.", action="regenerate")
    if len(text) > MAX_REPLY:
        reason = f"The reply has {len(text)} characters, more than {MAX_REPLY}."
        yield Finding(check="too_long", reason=reason, action="regenerate")


def _promises(text: str, known: Known) -> Objections:
    patterns = PROMISES if known.refunded else PROMISES + REFUND_PROMISES
    for found in (match for pattern in patterns for match in pattern.finditer(text)):
        if not DENIAL.search(text[: found.start()]):
            reason = f'It promises what nobody approved: "{found[0]}".'
            yield Finding(check="unauthorised_promise", reason=reason, action="regenerate")


def _foreign_data(text: str, known: Known) -> Objections:
    def finding(what: str) -> Finding:
        reason = f"It contains {what} that is not this customer's."
        return Finding(check="foreign_personal_data", reason=reason, action="escalate")

    if any(found.lower() not in known.emails for found in EMAIL.findall(text)):
        yield finding("an e-mail address")
    # Four groups of a card look like a phone number; cards have a check of their own.
    if any(significant(found) not in known.phones for found in PHONE.findall(redacted(text, known))):
        yield finding("a phone number")
    if any(found.lower() not in known.text for street in STREETS for found in street.findall(text)):
        yield finding("an address")
    if any(iban.is_valid(found) and found.lower() not in known.text for found in ACCOUNT.findall(text)):
        yield finding("a bank account")


def _cards(text: str, known: Known) -> Objections:
    if any(_is_card(found, known) for found in CARD.findall(text)):
        yield Finding(check="card_number", reason="It contains the number of a payment card.", action="redact")


def _is_card(found: str, known: Known) -> bool:
    """Tracking numbers can look like cards: one that the shop knows is none."""
    digits = re.sub(r"\D", "", found)
    return digits[:1] in "23456" and luhn.is_valid(digits) and digits not in known.parcels


def _internal(text: str, _: Known) -> Objections:
    for found in filter(None, (pattern.search(text) for pattern in INTERNAL)):
        reason = f'It contains words that are not for customers: "{found[0].strip()}".'
        yield Finding(check="internal_note", reason=reason, action="regenerate")


def _profanity(text: str, _: Known) -> Objections:
    if found := PROFANE.search(text):
        yield Finding(check="profanity", reason=f'It swears: "{found[0]}".', action="regenerate")


def _facts(text: str, known: Known) -> Objections:
    for what in _unsupported(text, known):
        reason = f"It names {what}, which neither the shop nor the customer has named."
        yield Finding(check="unsupported_fact", reason=reason, action="regenerate")


def _unsupported(text: str, known: Known) -> Iterator[str]:
    orders = (f"ORD-{found['digits']}" for found in ORDER_NUMBER.finditer(text))
    for found in (*(match[0] for match in ID.finditer(text)), *orders):
        if canonical(found) not in known.ids:
            yield f"the number {found}"
    for parcel in PARCEL.findall(text):
        if parcel.upper() not in known.words and not _is_card(parcel, known):
            yield f"the tracking number {parcel}"
    for named in SUM.finditer(text):
        if round(amount(named["after"] or named["before"]), 2) not in known.amounts:
            yield f"the sum {named[0]}"


CHECKS: Final[tuple[Callable[[str, Known], Objections], ...]] = (
    _promises, _foreign_data, _cards, _internal, _profanity, _facts,
)  # fmt: skip
