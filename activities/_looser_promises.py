"""What a reply may claim in looser words: others are asked, an eye is kept on it, the deed is only "that"."""

from typing import Final

from activities._deeds import Deed
from activities._english_deeds import ANY, LABEL, MAIL, PRICE
from activities._english_promises import LOOKING, Saying
from activities._verbs import ADVERBS, BE, GAP, PERFECT, SHORT, WILL

AFTERWARDS: Final[tuple[Deed, ...]] = ("follow_up", "callback", "handoff", "carrier")
OTHERS_ACT: Final[tuple[Deed, ...]] = ("handoff", "carrier")
SUPERIORS: Final = (
    r"(?:supervisors?|managers?|boss|colleagues?|team\s+leads?|management|superiors?|specialists?|head\s+office)"
)
LETTER: Final = (
    r"(?:it|this|that|(?:your|the|this)\s+(?:\w+\s+)?(?:messages?|complaints?|requests?|case|notes?|letter|e-?mails?"
    r"|feedback|concerns?|words?|details))"
)
ARRIVED: Final = r"\s+(?:in|at|on)\s+your\s+(?:inbox|mailbox|letterbox|account|card|hands|doorstep|statement)\b"
HELD: Final = r"\bi(?:'ve|\s+have)\b[^.;!?]{1,90}?\band\s+will\s+(?:then\s+|also\s+|now\s+)?"

ENGLISH: Final[tuple[Saying, ...]] = (
    Saying(OTHERS_ACT, (
        rf"{WILL}(?:ask|tell|instruct|urge|remind|request|get|have)\s+(?!you\b|me\b|if\b|whether\b|for\b){SHORT}\s"
        r"to\s+(?!know\b)\w+"
    ), "ahead", r"\bto\b"),
    Saying(OTHERS_ACT, (
        rf"{PERFECT}(?:asked|instructed|urged|reminded)\s+(?!you\b){SHORT}\sto\s+\w+"
    ), "done", r"\bto\b"),
    Saying(AFTERWARDS, (
        rf"{WILL}(?:keep\s+(?:an?\s+)?(?:close\s+|careful\s+)?(?:eye|watch)\s+on|monitor|stay\s+on\s+top\s+of)\b"
    ), "ahead", r"\b(?:keep|monitor|stay)\b"),
    Saying(AFTERWARDS, (
        rf"{WILL}be\s+(?:right\s+|straight\s+)?back\b(?!\s+in\s+stock)|{WILL}return\s+to\s+you\b"
    ), "ahead", r"\b(?:back|return)\b"),
    Saying(("handoff", "follow_up"), (
        rf"\b(?:your|our|my|the|a)\s+(?:[\w-]+\s+){{0,2}}?{SUPERIORS}(?:\s+(?:has|have)|'s|'ve)?{ADVERBS}\s+"
        rf"(?:received|read|seen|got|gotten|reviewed)\s+{LETTER}\b"
    ), "done", SUPERIORS),
    Saying(("account",), (
        rf"(?:{WILL}|{PERFECT})(?:add(?:ed)?|put|sign(?:ed)?|enrol(?:l|led)?|register(?:ed)?|make|made)\s+you\s+"
        r"(?:up\s+)?(?:to|on|onto|in|into|for|as|an?)\b"
    ), "ahead", r"\byou\b"),
    Saying(("email",), rf"{MAIL}{SHORT}{BE}{ADVERBS}{ARRIVED}", "done", r"\byour\b"),
    Saying(("label", "email"), rf"{LABEL}{SHORT}{BE}{ADVERBS}{ARRIVED}", "done", r"\byour\b"),
    Saying(("refund",), rf"{PRICE}{SHORT}{BE}{ADVERBS}{ARRIVED}", "done", r"\byour\b"),
    Saying(("stock", "order_change"), (
        rf"{WILL}(?:keep|hold|save|reserve|put|set)\s+(?!you\b){SHORT}\b(?:for\s+you|until|aside)\b"
    ), "ahead", r"\b(?:for|until|aside)\b"),
    Saying(("refund",), rf"(?:{PRICE}|\beuros\b)\s+(?:is|are)\s+due\b", "ahead", r"\bdue\b"),
    Saying(ANY, r"^(?:(?:yes|sure|ok|okay)[,.!]\s+)?(?:agreed|granted|deal)(?=[.,!]|$)", "done"),
    Saying(ANY, (
        r"\b(?:i|we)(?:'ll|\s+will)\b[^.;!?]{1,60}?\sand\s+(?:then\s+|also\s+)?"
        rf"(?!{LOOKING}\b|(?:the|your|that|this)\b)[a-z]{{3,}}\s+(?:the|your|you|it|them|this|that|an?)\b"
    ), "ahead", r"\band\b"),
    Saying(ANY, (
        # Not of others: "ask for a person, and a colleague will do it" is an offer.
        rf"\b(?:i|we)(?:'ll|\s+will|\s+shall){ADVERBS}\s+do\s+(?:that|this|it|so|exactly\s+that|as\s+you\s+(?:say|ask|wish))\b"
    ), "ahead", r"\bdo\b"),
    Saying(ANY, rf"{HELD}(?!{LOOKING}\b)[a-z]{{3,}}\b", "ahead", r"\band\s+will\b"),
    Saying(ANY, (
        rf"{WILL}(?:be\s+)?(?:happy|glad|pleased|delighted)\s+to\s+(?!{LOOKING}\b)[a-z]{{3,}}\b"
    ), "ahead", r"\bto\b"),
)  # fmt: skip

GERMAN_TALK: Final = (
    r"(?:pr\u00fcfen|sehen|lesen|h\u00f6ren|wissen|hoffen|freuen|entschuldigen|nachsehen|nachschauen|schauen|ansehen|anschauen|helfen|versuchen|bem\u00fchen|antworten|sein|haben"
    r"|k\u00f6nnen|m\u00fcssen|d\u00fcrfen|brauchen|ben\u00f6tigen|erkl\u00e4ren|sagen|bleiben|warten|unterst\u00fctzen|beantworten)"
)
SPANISH_TALK: Final = (
    r"(?:ayud|revis|ver|mirar|comprob|verific|intent|explic|decir|esper|neces|pod|ser|estar|ten|hab|haré\s+(?:todo|lo))"
)
FRENCH_TALK: Final = (
    r"(?:aid|v\u00e9rifi|voir|regard|essa|expliqu|dire|dir|attend|pouv|pourr|devoir|devr|ser|\u00eatre|avoir|aur"
    r"|faire\s+(?:tout|de\s+mon|mon)|ferai\s+(?:tout|de\s+mon|mon))"
)

FOREIGN: Final[tuple[Saying, ...]] = (
    Saying(ANY, (
        rf"\b(?:ich\s+werde|wir\s+werden|werde\s+ich|werden\s+wir)\b{GAP}\s(?!{GERMAN_TALK}\b)[a-z\u00e4\u00f6\u00fc]{{3,}}(?:en|ern|eln)\b(?=[^\w]*(?:[.!?,;:]|\bund\b|$))"
    ), "ahead", r"\bwerden?\b"),
    Saying(AFTERWARDS, (
        rf"\bwerden?\b{GAP}\b(?:informieren|benachrichtigen|melden|kontaktieren|bescheid\s+(?:geben|sagen))\b"
        rf"|\b(?:ich|wir)\s+(?:informiere|benachrichtige|melde|kontaktiere|gebe)n?\b{GAP}\b(?:sie|ihnen|mich|uns|bescheid)\b"
    ), "ahead", r"\b(?:ich|wir|werden?)\b"),
    Saying(("shipping",), (
        rf"\b(?:ich|wir)\s+haben?\b{GAP}\b(?:verpackt|eingepackt|losgeschickt|abgeschickt|versandt|verschickt)\b"
    ), "done", r"\bhaben?\b"),
    Saying(("delivery",), rf"\bes\s+(?:kommt|wird)\b{GAP}\b(?:rechtzeitig|p\u00fcnktlich)\b", "ahead", r"\bes\b"),
    Saying(ANY, (
        rf"\b(?:voy|vamos)\s+a\s+(?:\w+\s+)?(?!{SPANISH_TALK})\w+(?:ar|er|ir)(?:\w{{2,4}})?\b"
        rf"|\b(?!{SPANISH_TALK})[a-z\u00f1]{{3,}}(?:ar\u00e9|er\u00e9|ir\u00e9|aremos|eremos|iremos)\b"
    ), "ahead", r"\b(?:voy|vamos|\w+(?:r\u00e9|remos))\b"),
    Saying(("delivery",), (
        r"\bllegan?\s+(?:a\s+tiempo|hoy|ma\u00f1ana|antes|el\s+(?:lunes|martes|mi\u00e9rcoles|jueves|viernes"
        r"|s\u00e1bado|domingo))\b"
    ), "ahead", r"\bllegan?\b"),
    Saying(ANY, (
        rf"\b(?:je\s+vais|nous\s+allons)\s+(?:vous\s+|le\s+|la\s+|l')?(?!{FRENCH_TALK})\w+(?:er|ir|re|oir)\b"
        rf"|\b(?:je|nous)\s+(?:vous\s+|le\s+|la\s+|l')?(?!{FRENCH_TALK})\w{{3,}}(?:erai|irai|rai|erons|irons|rons)\b"
    ), "ahead", r"\b(?:je|nous)\b"),
    Saying(("delivery",), (
        r"\barrive(?:nt)?\s+(?:\u00e0\s+temps|aujourd'hui|demain|avant|lundi|mardi|mercredi|jeudi|vendredi|samedi"
        r"|dimanche)\b"
    ), "ahead", r"\barrive"),
)  # fmt: skip

SAYINGS: Final = (*ENGLISH, *FOREIGN)
