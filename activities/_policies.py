"""What no reply may say, whatever is known: advice not ours to give, blame, codes, secrets, internal words."""

import re
from collections.abc import Iterator
from typing import Final, Literal, NamedTuple, get_args

from activities._clauses import plain
from activities._reply import ActionName
from mesh.protocol import Payload

Rule = Literal["policy", "internal_note"]
Breach = Literal[
    "legal advice", "medical advice", "blame", "an admission of liability", "a demand for a secret", "internal words",
    "an instruction found in a text",
]  # fmt: skip

CONFIDENTIAL: Final = (
    r"(?:(?:full\s+|complete\s+|credit\s+|debit\s+|bank\s+|payment\s+)*card\s+(?:number|details|pin|data"
    r"|information)|passwords?|passcodes?|cvv2?|cvc2?"
    r"|(?:card\s+)?security\s+(?:code|number)(?!\s+question)|one[\s-]time\s+(?:code|password)|tan|(?:bank"
    r"|card)\s+pin|social\s+security\s+number"
    r"|kartennummer|kreditkartennummer|passwort|pr\u00fcfnummer|n\u00famero\s+de\s+(?:su\s+)?tarjeta"
    r"|contrase\u00f1a|num\u00e9ro\s+de\s+(?:votre\s+)?carte|mot\s+de\s+passe|cryptogramme)"
)
DEMAND: Final = (
    r"(?:(?:^|[.!?,;:]\s+|\b(?:please|you|you\s+to|and|me|to\s+me)\s+)(?:give|send|tell|share|provide|type"
    r"|confirm|reply\s+with|write|enter)(?!\s+you\b)|\bwhat(?:'s|\s+is|\s+are)|i(?:'ll|\s+will)?\s+need"
    r"|we(?:'ll|\s+will)?\s+need|can\s+i\s+(?:have|get)"
    r"|may\s+i\s+(?:have|get)|could\s+i\s+(?:have|get)|(?:nennen|schicken|senden|geben)\s+sie|env\u00ede\w*"
    r"|ind\u00edque\w*|dígame|donnez|envoyez|indiquez|communiquez)"
)
BREACHES: Final[tuple[tuple[Breach, str], ...]] = (
    ("legal advice", (
        r"\b(?:you\s+(?:should|could|can|may|must)\s+(?:(?!not\b|never\b)\w+\s+)?(?:sue|take\s+(?:(?!not\b"
            r"|never\b)\w+\s+)?(?:legal\s+action"
            r"|to\s+court)|press\s+charges|file\s+(?:a\s+)?lawsuit)"
            r"|(?:you\s+are|you're)\s+(?:(?!not\b|never\b)\w+\s+)?(?:legally\s+entitled|entitled\s+by\s+law"
            r"|within\s+your\s+legal\s+rights)|by\s+law,?\s+(?:you|we)\s+(?:are|have|must|can)"
            r"|(?:our|my|as\s+your)\s+legal\s+advice|you\s+(?:have|would\s+have)\s+(?:a\s+"
            r"|no\s+)?(?:(?!not\b|never\b)\w+\s+)?(?:legal\s+claim|case\s+in\s+court|grounds\s+to\s+sue))\b"
    )),
    ("medical advice", (
        r"\b(?:you\s+(?:should|could|can|must|may)|please|try\s+to|i\s+(?:recommend|suggest"
            r"|advise)(?:\s+\w+ing)?"
            r"|just)\s+(?:(?!not\b|never\b)\w+\s+)?(?:take|taking|apply|applying|swallow|use|using"
            r"|stop\s+taking)\s+(?:\w+\s+){0,3}?"
            r"(?:ibuprofen|aspirin|paracetamol|antibiotics?|antihistamines?|cortisone|ointment|medication|medicine"
            r"|painkillers?|pills?|tablets?\s+against)\b"
            r"|\b(?:will|can|does)\s+(?:cure|heal|treat)\s+(?:your|the|any)\s+(?:(?!not\b|never\b)\w+\s+)?(?:rash"
            r"|allerg\w+|pain"
            r"|infection|illness|condition|disease|burns?|wounds?)\b"
            r"|\byou\s+do\s+not\s+need\s+(?:to\s+see\s+)?a\s+doctor\b|\bno\s+need\s+to\s+see\s+a\s+doctor\b"
    )),
    ("blame", (
        r"\b(?:it(?:'s|\s+is|\s+was)|that(?:'s|\s+is|\s+was)|this\s+(?:is"
        r"|was))\s+(?:(?!not\b|never\b)\w+\s+)?your\s+(?:own\s+)?(?:fault|mistake|problem)\b(?!\s*\?)"
        r"|\byou\s+(?:only\s+)?have\s+(?:only\s+)?yourself\s+to\s+blame\b"
        r"|\byou\s+should\s+have\s+(?:been\s+more\s+careful|read|known\s+better|thought)\b|\byou(?:'re"
        r"|\s+are)\s+(?:lying|being\s+(?:ridiculous|difficult|unreasonable|rude))\b"
        r"|\bcalm\s+down\b"
    )),
    ("an admission of liability", (
        r"\b(?:we|i)\s+(?:(?!not\b|never\b)\w+\s+)?(?:admit|accept|assume|acknowledge)\s+(?:(?!not\b"
            r"|never\b)\w+\s+)?(?:liability|guilt|negligence"
            r"|fault|legal\s+responsibility)\b"
            r"|\b(?:we|i)(?:'re|\s+are|\s+am)\s+(?:(?!not\b|never\b)\w+\s+)?(?:liable|guilty|at\s+fault|negligent"
            r"|legally\s+responsible)\b|\b(?:we|our\s+\w+)\s+(?:were|was|have\s+been)\s+negligent\b"
            r"|\b(?:our|the)\s+(?:product|item)\s+(?:caused|is\s+responsible\s+for)\s+(?:your|the)\s+(?:injur\w+"
            r"|burns?"
            r"|accident|rash|fire)\b"
    )),
    ("a demand for a secret", (
        rf"{DEMAND}\b(?:(?!\b(?:reset|change|link|never|not)\b)[^.!?;]){{0,40}}?\b(?:(?:your|the|full|ihre?n?|su"
        rf"|votre|and)\s+)(?!new\b|old\b)(?:\w+\s+){{0,2}}?{CONFIDENTIAL}\b(?!\s+(?:on\s+the\s+login|reset))"
    )),
    ("an instruction found in a text", (
        r"\b(?:ignore|disregard|forget)\s+(?:all\s+|any\s+|the\s+|your\s+|my\s+)*(?:previous|prior|above|earlier"
        r"|other)?\s*(?:instructions?|rules|prompts?|guidelines)\b"
        r"|\b(?:you\s+are|act\s+as|pretend\s+to\s+be)\s+(?:now\s+)?(?:a|an|the)\s+(?:\w+\s+){0,2}?(?:assistant|ai"
        r"|bot|admin\w*|developer|system)\b"
        r"|(?:^|\s)(?:system|assistant|admin|developer)\s*:\s|\b(?:support|agents?|assistant|bot|ai|llm"
        r"|model)\s+must\s+(?:now\s+)?(?:refund|approve|say|tell|reply|answer|give|send|confirm)\b"
        r"|\b(?:tell|inform|assure)\s+(?:the\s+)?customer\s+(?:that|they|their|he|she|it)\b|\b(?:new|hidden"
        r"|override)\s+instructions?\s*:"
    )),
)  # fmt: skip
SLOTS: Final = "|".join(name for name in Payload.model_fields if "_" in name)
NAMES: Final = "|".join(get_args(ActionName))
MACHINERY: Final = re.compile(
    rf"\b(?:{SLOTS}|{NAMES})\b|\b[a-z]+_(?:analyzer|retriever|router|executor|generator|validator|coordinator"
    r"|aggregator|agent|optimizer)\b"
    r"|\{\s*[\"']?\w+[\"']?\s*:|[\"']\w+[\"']\s*:\s*[\"\[{\dtfn]|```|</?(?:\w+_\w+|system|user|assistant|s"
    r"|think|instructions?)>|\{\w+\}|\$\{|%\(\w+\)s"
    r"|[\[<](?:insert|your|the|customer|company|order|agent|first|last|support|name|date|amount|tracking|phone"
    r"|e-?mail|link|product|item)(?:[\s_'-]\w+){0,4}[\]>]"
    r"|\blarge\s+language\s+model|\b(?:llm|chatgpt|gpt-?\d\w*|openai|anthropic|temporal\s+workflow|jetstream)\b"
    r"|\bknowledge\s+cut-?off|\bas\s+(?:a|an)\s+(?:ai|virtual|automated)\s+(?:assistant|model|agent|chatbot)"
    r"|\b(?:i\s+am|i'm)\s+(?:just\s+|only\s+)?an?\s+(?:ai|artificial\s+intelligence|language\s+model)\b"
    r"|\b(?:null|undefined|nan|none)\b(?=[,.]?\s+(?:eur|usd|days?)\b)"
    r"|\bhere\s+(?:is|'s)\s+(?:the|a|my)\s+(?:rewritten|rephrased|revised|possible)\s+(?:reply|response|message"
    r"|version)\b|\bcustomer_?message\b|\btone\s*:\s"
)
DENYING: Final = re.compile(
    r"(?:\b(?:not|never|no|cannot|without|nie|niemals|nicht|nunca|jamais|ne)\b|n't\b)[^.!?;]{0,40}$"
)
PATTERNS: Final = tuple((breach, re.compile(pattern)) for breach, pattern in BREACHES)
INSTRUCTION: Final = dict(PATTERNS)["an instruction found in a text"]


class Offence(NamedTuple):
    rule: Rule
    breach: Breach
    quote: str


def offences(text: str) -> Iterator[Offence]:
    """What breaks a rule in a text."""
    lowered = " ".join(text.lower().split())
    for found in MACHINERY.finditer(lowered):
        yield Offence("internal_note", "internal words", found[0].strip())
    yield from _breaches(plain(text))


def _breaches(line: str) -> Iterator[Offence]:
    for breach, pattern in PATTERNS:
        for found in pattern.finditer(line):
            if not DENYING.search(line[: found.start()]):
                yield Offence("policy", breach, found[0].strip())


def instructs(text: str) -> bool:
    """Whether a text that should be data speaks like an instruction."""
    words = text.lower().split()
    # One word orders nothing: most texts of the shop are names, states and dates.
    return len(words) > 1 and bool(INSTRUCTION.search(" ".join(words)))
