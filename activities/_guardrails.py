"""The checks of a reply. Each looks at the text and at what is known, and tells what it objects to.

Where nothing is known about the case (`None`), what would need a receipt or a fact is not judged: it may well be true.
"""

import re
from collections.abc import Callable, Iterator
from typing import Final, Literal

from stdnum import iban, luhn

from activities._clauses import plain, sentences
from activities._figures import relative_in
from activities._known import EMAIL, ID, PARCEL, PHONE, Known, amount, canonical, significant
from activities._policies import offences
from activities._promises import claims, unbacked
from activities._reply import MAX_REPLY
from mesh.route import Wire

Check = Literal[
    "unauthorised_promise", "foreign_personal_data", "card_number", "internal_note", "profanity", "empty", "too_long",
    "unsupported_fact", "unauthorised_action", "policy",
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
        (
            r"\bsystem\s+prompt\b|\bmy\s+(?:system\s+)?instructions\s+(?:are|say|tell)\b|\bas\s+an?\s+(?:AI"
            r"|language\s+model)\b"
        ),
        r"<\|\w+\|>|\[/?INST\]|#{2,}\s*(?:system|instructions?)\b|\{\{|\{%",
        r"\b(?:zendesk|jira|servicenow|salesforce)\b|\bSLA\s+breach\w*|\b(?:runbook|playbook)\b",
        (
            r"\b(?:escalate\w*|escalation)\s+to\s+(?:L|tier\s?|level\s?)[123]\b|\b(?:L|tier\s?)[23]\s+(?:team"
            r"|support|agents?)\b"
        ),
        (
            r"\b(?:fraud|risk|churn)\s+(?:score|flag)\b|\b(?:difficult|annoying|problem)\s+customer\b"
            r"|\bcustomer\s+is\s+lying\b"
        ),
        r"\bTraceback\s+\(most\s+recent\b|\b\w+(?:Error|Exception):\s",
    )
)

PROFANE: Final = re.compile(
    (
        r"\b(?:(?:mother)?fuck(?:er|ers|ed|ing|s)?|(?:bull)?shit(?:ty|s)?|bitch(?:es|y)?|bastards?|ass?holes?"
        r"|arseholes?|dickheads?"
        r"|cunts?|wankers?|(?:god)?damn(?:ed|it)?|crap(?:py)?|piss(?:ed)?(?:\s+off)?|idiots?|idiotic|morons?"
        r"|imbeciles?|dumbass"
        r"|shut\s+up|(?:what|who|why|how)\s+the\s+hell|go\s+to\s+hell|screw\s+you)\b"
    ),
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
DAY: Final = re.compile(
    r"(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)(?:uary|ruary|ch|il|e|y|ust|tember|ober|ember|t)?\.? \d{1,2}$"
)
"""`October 21, 2026` looks like a street with a number and a postal code."""
ACCOUNT: Final = re.compile(r"\b[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){2,7}(?: ?[A-Z0-9]{1,3})?\b")

SALUTATION: Final = re.compile(
    r"\W*(?:Hello|Hi|Dear|Hey|Hallo|Guten Tag|Liebe|Lieber|Hola|Estimad[oa]|Bonjour|Cher|Ch\u00e8re)\s+"
    r"(?:(?:Mr|Mrs|Ms|Dr|Herr|Frau|Se\u00f1ora?|Monsieur|Madame)\.?\s+)?(?P<name>[A-Z][\w'-]+)"
)
ANYBODY: Final = frozenset(
    [
        "THERE",
        "CUSTOMER",
        "TEAM",
        "AGAIN",
        "VALUED",
        "SIR",
        "MADAM",
        "KUNDE",
        "KUNDIN",
        "CLIENTE",
        "CLIENT",
        "CLIENTE",
        "FRIEND",
        "ALL",
        "EVERYONE",
        "I",
        "WE",
        "YOU",
        "THANK",
        "THANKS",
        "YOUR",
        "HOW",
    ]
)

WORST_FIRST: Final[tuple[Remedy, ...]] = ("escalate", "regenerate", "redact")
REDACTED: Final = "[card number removed]"


class Verdict(Wire):
    """The judgement on a text by itself."""

    label: Literal["allowed", "blocked"]
    reasons: tuple[str, ...] = ()


def judged(text: str, known: Known | None = None) -> Verdict:
    """The verdict in two words. Without `known` a past deed is taken on trust, a breach of policy never."""
    found = objections(text, known)
    return Verdict(label="blocked" if found else "allowed", reasons=tuple(finding.reason for finding in found))


def objections(text: str, known: Known | None) -> tuple[Finding, ...]:
    """Everything that speaks against sending this text."""
    # A line break in the middle hides nothing. The length is that of the text as it would go out.
    line = " ".join(text.split())
    always = (*_length(text), *_cards(line, known), *(finding for check in ALWAYS for finding in check(line)))
    if known is None:
        return always
    return always + tuple(finding for check in WITH_FACTS for finding in check(line, known))


def remedy_for(findings: tuple[Finding, ...]) -> Remedy | None:
    """The worst of the remedies."""
    asked = {finding.action for finding in findings}
    return next((remedy for remedy in WORST_FIRST if remedy in asked), None)


def redacted(text: str, known: Known | None) -> str:
    """The text without card numbers."""
    return CARD.sub(lambda found: REDACTED if _is_card(found[0], known) else found[0], text)


def _length(text: str) -> Objections:
    if not text.strip():
        yield Finding(check="empty", reason="The reply is empty.", action="regenerate")
    if len(text) > MAX_REPLY:
        reason = f"The reply has {len(text)} characters, more than {MAX_REPLY}."
        yield Finding(check="too_long", reason=reason, action="regenerate")


def _assurances(text: str) -> Objections:
    for found in (match for pattern in PROMISES for match in pattern.finditer(text)):
        if not DENIAL.search(text[: found.start()]):
            reason = f'It promises what nobody approved: "{found[0]}".'
            yield Finding(check="unauthorised_promise", reason=reason, action="regenerate")


def _policies(text: str) -> Objections:
    for rule, breach, quote in offences(text):
        yield Finding(check=rule, reason=f'It contains {breach}: "{quote}".', action="regenerate")


def _promises(text: str, known: Known) -> Objections:
    for claim in unbacked(_unquoted(text, known), known.shown):
        reason = f'It claims what no receipt, plan or fact shows ({", ".join(sorted(claim.deeds))}): "{claim.quote}".'
        yield Finding(check="unauthorised_promise", reason=reason, action="regenerate")


def _unquoted(text: str, known: Known) -> str:
    """The text without the sentences that stand word for word in an article: those are the shop's rules, no deeds."""
    return " ".join(sentence for sentence in sentences(plain(text)) if sentence not in known.articles)


def _foreign_data(text: str, known: Known) -> Objections:
    def finding(what: str) -> Finding:
        reason = f"It contains {what} that is not this customer's."
        return Finding(check="foreign_personal_data", reason=reason, action="escalate")

    if any(found.lower() not in known.emails for found in EMAIL.findall(text)):
        yield finding("an e-mail address")
    # Four groups of a card look like a phone number; cards have a check of their own.
    if any(significant(found) not in known.phones for found in PHONE.findall(redacted(text, known))):
        yield finding("a phone number")
    streets = (found for street in STREETS for found in street.findall(text) if not DAY.search(found))
    if any(found.lower() not in known.text for found in streets):
        yield finding("an address")
    if any(iban.is_valid(found) and found.lower() not in known.text for found in ACCOUNT.findall(text)):
        yield finding("a bank account")


def _cards(text: str, known: Known | None) -> Objections:
    if any(_is_card(found, known) for found in CARD.findall(text)):
        yield Finding(check="card_number", reason="It contains the number of a payment card.", action="redact")


def _is_card(found: str, known: Known | None) -> bool:
    """Tracking numbers can look like cards: one that the shop knows is none."""
    digits = re.sub(r"\D", "", found)
    return digits[:1] in "23456" and luhn.is_valid(digits) and not (known and digits in known.parcels)


def _internal(text: str) -> Objections:
    for found in filter(None, (pattern.search(text) for pattern in INTERNAL)):
        reason = f'It contains words that are not for customers: "{found[0].strip()}".'
        yield Finding(check="internal_note", reason=reason, action="regenerate")


def _profanity(text: str) -> Objections:
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

    yield from _unsupported_figures(text, known)


def _unsupported_figures(text: str, known: Known) -> Iterator[str]:
    for sentence in sentences(plain(EMAIL.sub("", text))):
        promised = not all(claim.done for claim in claims(sentence))
        yield from (known.told if promised else known.heard).lacks(sentence)
        if promised:
            yield from _guessed_days(sentence, known)
    if (named := SALUTATION.match(text)) and named["name"].upper() not in known.words | ANYBODY:
        yield f"somebody called {named['name']}"


def _guessed_days(sentence: str, known: Known) -> Iterator[str]:
    for written, day in relative_in(sentence, known.today):
        if day not in known.told.days and written not in known.receipts:
            yield written


ALWAYS: Final[tuple[Callable[[str], Objections], ...]] = (_assurances, _internal, _profanity, _policies)
WITH_FACTS: Final[tuple[Callable[[str, Known], Objections], ...]] = (_promises, _foreign_data, _facts)
