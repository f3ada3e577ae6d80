"""Words that decide how fast we must act. All of them are matched as whole words, and negation counts."""

import re
from collections.abc import Iterator
from typing import Literal, get_args

Signal = Literal["legal_threat", "formal_complaint", "fraud", "safety", "asks_for_manager", "chargeback", "self_harm"]
Urgency = Literal["low", "medium", "high", "critical"]

LEVELS: tuple[Urgency, ...] = get_args(Urgency)
CRITICAL_SIGNALS: frozenset[Signal] = frozenset({"legal_threat", "fraud", "safety", "self_harm"})
HIGH_SIGNALS: frozenset[Signal] = frozenset({"formal_complaint", "chargeback"})

SHOP_WORDS = {
    "late": -1.0, "overdue": -1.2, "junk": -2.4, "unusable": -2.2, "flimsy": -1.6, "rubbish": -2.2, "overpriced": -1.5,
    "garbage": -2.2, "misleading": -1.8, "uncomfortable": -1.8, "crappy": -2.4, "refuses": -1.0, "returned": -0.7,
    "sturdy": 1.6, "durable": 1.6, "crisp": 1.2, "tasty": 2.0, "delicious": 2.7, "affordable": 1.5, "flawlessly": 2.6,
}  # fmt: skip
"""What a shop's customers mean and the general lexicon does not know."""


def _words(*alternatives: str) -> re.Pattern[str]:
    return re.compile(rf"(?<![\w-])(?:{'|'.join(alternatives)})(?!\w)", re.IGNORECASE)


_NEGATION = re.compile(
    r"(?:\b(?:not|without|nothing|neither|nor|hardly|never)|n't\b(?!\s+(?:this|that|it|you|they)\b)"
    r"|\b(?:dont|doesnt|isnt|wasnt|arent|wont)|\bno(?:\s+(?:need|sign|kind|intention|plans?|case))?)"
    r"(?:\s+(?:a|an|any|at|all|the|that|so|really|very|exactly|quite|too|even|necessarily|always|be|been|being|say|"
    r"saying|it|it's|is|was|this|think|want|wanting|need|to|involve|involving|get|getting|have|having|call|calling|"
    r"hire|hiring|threaten|threatening|with|as|my|your|going|planning|looking|trying|talk|talking|speak|about|of|mean|"
    r"claim|accuse|accusing|you|for|suggest|suggesting|consider|considering|bring|bringing|into|do|feel|or)){0,8}"
    r"\s*[\"'(]?$",
    re.IGNORECASE,
)
# Only filler may stand between: "not fixed and terrible" and "cannot believe how terrible" deny nothing.

_DENIED_AFTER = re.compile(
    r"^\s+(?:is|was|are|were)\s?(?:n't|not)\s+(?:needed|necessary|required|the case)\b", re.IGNORECASE
)
_SUPPOSED = re.compile(r"\b(?:if|in case|whether)\b[^.!?;:,\n]*$", re.IGNORECASE)
_ASKED = re.compile(
    r"(?:^|[.!?;:,\n])\s*(?:can|could|does|do|did|will|would|is there|are there)\b[^.!?;\n]*$", re.IGNORECASE
)
_TO_QUESTION_MARK = re.compile(r"^[^.!;\n]*\?")

_SOME = (
    r"(?:\s+(?:a|an|the|your|some|one\s+of\s+your))?(?:\s+(?:real|live|actual|human|senior|support|service|"
    r"customer|duty))*"
)
_STAFF = r"managers?|supervisors?|humans?|persons?|agents?|representatives?|reps?|boss|advis[eo]rs?|operators?"

CRITICAL_WORDS = _words(
    r"(?<!at )(?<!at the )worst(?![\s-]+(?:case|of all worlds|comes to the worst))", "terrible", "horrible",
    "horrendous", "pathetic", "appalling", "atrocious", "abysmal", "disgraceful",
)  # fmt: skip

SIGNALS: dict[Signal, re.Pattern[str]] = {
    "legal_threat": _words(
        r"lawyers?", r"attorneys?", r"solicitors?", r"lawsuits?", r"sue\s+(?:you|u|your|the|this|them)",
        r"(?:will|'ll|to|gonna|can|could|should|may|might|would|must|and|or|I|we)\s+(?-i:sue|SUE)", "suing",
        r"(?:be|being|get|getting|gets)\s+sued", r"legal\s+(?:action|actions|proceedings|steps|team|department|"
        r"counsel)",
        r"(?:to|in)\s+court", r"small\s+claims",
    ),
    "fraud": _words(
        r"fraud", r"frauds", r"fraudulent(?:ly)?", r"fraudsters?", r"defraud(?:ed|ing)?", r"scam(?:s|med|mers?|ming)?",
        r"identity\s+theft", r"stolen\s+(?:card|credit\s+card|identity)", r"(?:account|card)\s+(?:was|got|"
        r"has been|is)\s+hacked",
        r"unauthori[sz]ed\s+(?:charges?|transactions?|payments?|purchases?|orders?|access|use)",
        r"(?:someone|somebody)\s+(?:else\s+)?(?:has\s+)?used\s+my\s+(?:card|credit\s+card|account)",
    ),
    "safety": _words(
        r"(?:caught|catch|catches|catching|on|a|started\s+a)\s+fire(?!\s+(?:sale|pit))", r"fire\s+hazard",
        r"burst\s+into\s+flames",
        r"explod(?:ed|es|ing)", r"explosion", r"electric(?:al)?\s+shocks?", r"electrocuted", r"allergic\s+reactions?",
        r"anaphyla\w+", r"(?:burnt|burned|burns)\s+(?:my|me|his|her|our)\b", r"(?:was|were|got|been|"
        r"is)\s+(?:\w+\s+)?injured",
        r"injur(?:ed|ing|y|ies)", r"chok(?:ed|ing)", r"(?:started|began|is|was|starts|keeps)\s+(?:smoking|sparking)",
        r"(?:smoke|sparks|flames)\s+(?:came|comes|coming|pouring|flew)", r"hospital(?:i[sz]ed)?", r"poison(?:ed|ing)",
        r"swollen\s+battery", r"battery\s+(?:is\s+)?(?:swollen|leaking|swelling)",
    ),
    "self_harm": _words(
        r"kill(?:ing)?\s+myself", r"suicid(?:e|al)", r"end(?:ing)?\s+(?:my|it)\s+(?:own\s+)?(?:life|all)",
        r"(?:hurt|harm|cut)(?:ing|ting)?\s+myself", r"self[\s-]harm(?:ing)?", r"want\s+to\s+die",
        r"(?:do\s?n[o']?t|not)\s+want\s+to\s+(?:live|be alive)", r"no\s+reason\s+to\s+live",
    ),
    "formal_complaint": _words(
        r"(?:formal|official|written)\s+complaints?", r"formally\s+complain(?:ing)?", r"ombuds\w+",
        r"trading\s+standards",
        r"consumer\s+(?:protection|rights|affairs)", r"better\s+business\s+bureau", r"(?-i:BBB)", r"regulators?",
        r"(?:file|lodge|register|filing|lodging|registering)\s+(?:a|an|my|this)\s+(?:\w+\s+)?complaint",
    ),
    "chargeback": _words(
        r"charge[\s-]?backs?", r"disput(?:e|ed|ing)\s+(?:it|this|that|the\s+\w+|my\s+\w+)?\s?(?:with|through|at|"
        r"via)\s+(?:my\s+|the\s+)?"
        r"(?:bank|credit\s+card|card|paypal|visa|mastercard|amex)(?:\s+(?:company|issuer))?",
        r"(?:my|the)\s+bank\s+(?:to|will)\s+(?:reverse|dispute|claw\s+back|refund|recall)",
    ),
    "asks_for_manager": _words(
        rf"(?:speak|talk|chat|write|escalated?|transfer(?:red)?|connect(?:ed)?|"
        rf"put\s+(?:me\s+)?through)(?:\s+(?:me|this|it|directly))?"
        rf"\s+(?:to|with){_SOME}\s+(?:{_STAFF}|somebody|someone|people)",
        rf"(?:get|give|want|need|send|find|reach|contact)(?:\s+me)?{_SOME}\s+(?:{_STAFF})(?!\s+(?:who|chair|size))",
        r"(?:real|live|actual)\s+(?:person|human|agent)", r"human\s+(?:agent|person|representative|operator)",
        r"(?<!by )your\s+(?:manager|supervisor|superior|boss)(?!\s+(?:ha[sd]|have|said|told|approved|agreed|promised))",
    ),
}  # fmt: skip

_NOT = r"(?:never|not|\w+n't|(?:did|do|does|has|have|had|was|is|are)nt)"

PROBLEMS = (
    _words(r"(?<!too )late(?!\s+(?:night|evening|fee|summer))", "overdue", r"delay(?:s|ed)?"),
    _words(r"wrong(?:ly)?", "incorrect"),
    _words("missing"),
    _words(r"broken?", r"damag(?:e|ed|es)", "defective", "faulty", "cracked", "torn", "ripped", "shattered", "smashed"),
    _words(rf"{_NOT}\s+(?:even\s+|properly\s+)?work(?:ing|ed)?", r"stopped\s+working"),
    _words(r"lost(?!\s+(?:my|the)\s+(?:password|pin|passcode|username|login))", "stolen", "vanished", "disappeared"),
    _words(
        rf"{_NOT}\s+(?:yet\s+)?(?:been\s+)?(?:arrived?|received?|delivered|come|came|(?:shown|turned)\s+up)",
        r"(?:still|kept)\s+waiting", "undelivered",
    ),
    _words(r"charged\s+(?:me\s+)?(?:twice|double|two\s+times|again)", r"double[\s-]charged?", "overcharged"),
    _words(rf"{_NOT}\s+(?:recogni[sz]e|know\s+what\s+this\s+charge)", "unexplained", r"unknown\s+charge"),
    _words(
        r"(?:nobody|no[\s-]one)\s+(?:\w+\s+)?(?:answer|repl|respond|help|care)(?:s|ed|ies|ied)?", "ignored?",
    ),
    _words(r"third\s+time", r"again\s+and\s+again", r"over\s+and\s+over", r"fed\s+up"),
)  # fmt: skip
"""Each is one kind of trouble; two kinds in one message make it pressing."""

GRIEVANCE = _words(
    r"complain(?:t|ts|ing)?", "unacceptable", "disappoint(?:ed|ing|ment)", "ridiculous", r"fed\s+up", "outrageous",
    "frustrat(?:ed|ing)",
    "annoyed", "angry", "furious", "unhappy", r"not\s+happy", "dissatisfied", "awful", "useless", "pathetic",
    "disgusting",
)  # fmt: skip

PROFANITY = _words(
    r"(?:god)?damn(?:ed|it)?", "hell", r"(?:bull)?shit(?:ty|s)?", r"crap(?:py)?", r"(?:mother)?fuck(?:s|ed|ing|er|"
    r"ers|in)?", "bastards?",
    "ass", "assholes?", "arseholes?", "bitch(?:es)?", "wtf", r"pissed", "bollocks", "wankers?",
)  # fmt: skip

PRESSING = _words(
    "asap", r"as\s+soon\s+as\s+possible", r"urgent(?:ly)?", "immediately", r"right\s+(?:now|away)", "emergency",
    "at once",
    r"(?-i:NOW)", r"straight\s?away", r"without\s+delay",
)  # fmt: skip
SOON = (
    _words("today", "tomorrow", "tonight", r"this\s+(?:morning|afternoon|evening)"),
    _words("wedding", "birthday", "anniversary", "funeral", "christmas", "graduation", r"(?:my|our|a|the)\s+flight"),
    _words(
        r"(?:by|before|until)\s+(?:mon|tues|wednes|thurs|fri|satur|sun)day", r"deadline", r"running\s+out\s+of\s+time"
    ),
)

_TOLD = re.compile(
    r"\b(?:i|we)\s+(?:\w+ly\s+)?(?!need)\w{2,}ed\b(?:(?!\b(?:need|want|must|please|fix|send|get)\b)[^.!?;])*$",
    re.IGNORECASE,
)
_OPENING = re.compile(r"(?:^|[.!?;\n]\s*)$")
_AT_PRESENT = re.compile(r"\s?,|\s+(?:i|i'm|we|we're|it|there|my|the)\b", re.IGNORECASE)

_SHOUTED = re.compile(r"(?<![\w-])(?!(?:EUR|USD|GBP|UPS|DHL|USPS|ORD)\b)[A-Z']{2,}(?![\w-])")
_RUN = re.compile(r"(?<![\w-])[A-Z']{2,}(?:[\s,]+(?:[A-Z']{2,}|I|A)(?![\w-])){2,}")
_EMPHASIS = re.compile(r"(?<![\w-])(?:NOT|NEVER|STILL|AGAIN|NOBODY|NOTHING|EVER|VERY|WORST|ANGRY)(?![\w-])")
_MANY = 2


def denied(text: str, start: int, end: int) -> bool:
    """Whether the words at this place are negated: "no lawyer needed", "it isn't the worst"."""
    before = text[max(0, start - 90) : start]
    return bool(_NEGATION.search(before) or _DENIED_AFTER.match(text[end : end + 40]))


def _meant(pattern: re.Pattern[str], text: str) -> Iterator[re.Match[str]]:
    return (found for found in pattern.finditer(text) if not denied(text, *found.span()))


def says(pattern: re.Pattern[str], text: str) -> bool:
    """Whether the text says this and does not deny it."""
    return any(True for _ in _meant(pattern, text))


def _wondered(text: str, found: re.Match[str]) -> bool:
    asked = _ASKED.search(text[max(0, found.start() - 200) : found.start()])
    return bool(asked and _TO_QUESTION_MARK.match(text[found.end() : found.end() + 200]))


def signals_in(text: str) -> tuple[Signal, ...]:
    """What must not wait for the ordinary flow, in the order of the table above."""
    safe = not any(not _wondered(text, found) for found in _meant(SIGNALS["safety"], text))
    return tuple(name for name, words in SIGNALS.items() if not (name == "safety" and safe) and says(words, text))


def problems_in(text: str) -> int:
    """How many kinds of trouble the customer reports; "what if it gets lost" reports none."""
    return sum(any(not _supposed(text, found) for found in _meant(kind, text)) for kind in PROBLEMS)


def _supposed(text: str, found: re.Match[str]) -> bool:
    return bool(_SUPPOSED.search(text[max(0, found.start() - 120) : found.start()]))


def shouts(text: str) -> bool:
    """Capitals, repeated exclamation marks or profanity."""
    if "!!!" in text or _RUN.search(text) or _EMPHASIS.search(text) or PROFANITY.search(text):
        return True
    return len(_SHOUTED.findall(text)) * 2 > max(_MANY, len(text.split()))


def pressure(text: str) -> Urgency:
    """What deadlines alone ask for."""
    kinds = sum(says(kind, text) for kind in SOON)
    if _presses(text) or kinds >= _MANY:
        return "high"
    return "medium" if kinds else "low"


def _presses(text: str) -> bool:
    return any(not _narrated(text, found) for found in _meant(PRESSING, text))


def _narrated(text: str, found: re.Match[str]) -> bool:
    """Whether it only tells a story: "I called them right away", "Right now, I am looking for a lamp"."""
    if not found.group().lower().startswith("right"):
        return False
    before = text[max(0, found.start() - 120) : found.start()]
    if _OPENING.search(before):
        return bool(_AT_PRESENT.match(text[found.end() : found.end() + 20]))
    return bool(_TOLD.search(before))


def higher(*levels: Urgency) -> Urgency:
    return max(levels, key=LEVELS.index)


def raised(level: Urgency) -> Urgency:
    """One level up, but never to critical: loudness alone is no emergency."""
    return higher(level, LEVELS[min(LEVELS.index(level) + 1, LEVELS.index("high"))])
