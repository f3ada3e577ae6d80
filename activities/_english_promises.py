"""What an English reply may claim: by the verbs of `activities._english_deeds`, and in other turns of phrase."""

from collections.abc import Iterator
from typing import Final, NamedTuple

from activities._deeds import Deed
from activities._english_deeds import (
    ANY,
    CASE,
    CREDIT,
    DISCOUNT,
    DONE_TO,
    FEE,
    LABEL,
    NEW,
    PARCEL,
    PLACE,
    PRICE,
    REFUND,
    RETURN,
    STANDING,
)
from activities._verbs import (
    ADVERBS,
    BE,
    EXPECT,
    GAP,
    ON_ITS_WAY,
    PERFECT,
    SHORT,
    STAFF,
    US,
    WILL,
    YOU_GET,
    Tense,
    Verbs,
    frames,
    states,
)


class Saying(NamedTuple):
    """A way to claim something.

    Attributes:
        deeds: any of these, when done, makes it true.
        gate: words without which the pattern cannot match; a cheap question before a dear one.
        refusing: it promises by saying "not": `you will not be charged`.
    """

    deeds: tuple[Deed, ...]
    pattern: str
    tense: Tense
    gate: str = ""
    refusing: bool = False


ARRIVE: Final = (
    r"(?:arrive|reach\s+you|be\s+(?:with\s+you|there|delivered|at\s+your|in\s+your\s+hands)|come|get\s+to\s+you"
    r"|land|turn\s+up|make\s+it)"
)
OTHERS: Final[tuple[Saying, ...]] = (
    Saying(("return",), rf"{RETURN}(?:\s+\S+){{0,6}}\s+is\s+(?:now\s+)?open\b", "done"),
    Saying(("shipping", "delivery"), (
        rf"\b(?:parcels?|packages?|deliver(?:y|ies)|shipments?|orders?|it){SHORT}{BE}(?:\s+\w+ly|\s+now"
        rf"|\s+already)*\s+{ON_ITS_WAY}\b"
    ), "done"),
    Saying(("refund",), rf"\bit{BE}\s+(?:\w+\s+)?{ON_ITS_WAY}\s+to\s+your\s+(?:bank|card|account|paypal)\b", "done"),
    Saying(("follow_up", "handoff", "callback", "carrier"), (
        rf"{WILL}keep\s+you\s+(?:\w+\s+)?(?:updated|posted|informed)\b"
    ), "ahead"),
    Saying(ANY, (
        r"\bconsider\s+(?:it|this|that|the\s+\w+|your\s+\w+)\s+(?:done|sorted|settled|handled|solved|fixed"
        r"|cancell?ed|refunded)\b"
    ), "done"),
    Saying(ANY, r"(?:^|[,:]\s+)(?:all\s+)?(?:done|sorted|fixed|all\s+set)\b(?:$|,)", "done"),
    Saying(ANY, (
        rf"\b(?:it|this|that|everything|all)(?:{BE})(?:\s+\w+ly|\s+now|\s+already|\s+all|\s+been)*\s+"
        r"(?:done|sorted|settled|handled|solved|resolved|fixed|taken\s+care\s+of|dealt\s+with|arranged|set\s+up)\b"
    ), "done"),
    Saying(ANY, rf"{US}(?:'ve|\s+have|\s+has)?(?:\s+\w+ly|\s+just)*\s+(?:took|taken)\s+care\s+of\b", "done"),
    Saying(ANY, (
        rf"{US}(?:'ve|\s+have|\s+has)?(?:\s+\w+ly|\s+just)*\s+(?:sorted|fixed|resolved|solved|handled"
        r"|dealt\s+with)\s+"
        r"(?:it|this|that|everything|the\s+\w+|your\s+\w+)\b"
    ), "done"),
    Saying(ANY, (
        rf"{WILL}(?:take\s+care\s+of|sort|fix|resolve|solve|handle|deal\s+with)\s+(?:it|this|that|everything"
        r"|the\s+\w+|your\s+\w+)\b"
    ), "ahead"),
    Saying(("order_change",), (
        r"\b(?:has|have)\s+been\s+(?:\w+ly\s+)?(?:added|removed|taken)\s+(?:to|from|off)\s+(?:your|the)\b"
    ), "done"),
    Saying(("refund",), (
        rf"\byou(?:'ve|\s+have)(?:\s+\w+ly|\s+now|\s+already)*\s+(?:received|got|been\s+(?:given|paid)){GAP}{PRICE}"
    ), "done"),
    Saying(("credit",), (
        r"\byou(?:'ve|\s+have)(?:\s+\w+ly|\s+now|\s+already)*\s+(?:received|got|earned|won"
        rf"|been\s+given){GAP}{CREDIT}"
    ), "done"),
    Saying(("refund",), (
        rf"{WILL}(?:get|have|see)\s+(?:\w+\s+)?you\s+(?:your\s+)?(?:refunded|reimbursed|money|cash)"
    ), "ahead"),
    Saying(("refund",), (
        rf"(?:{YOU_GET}|{US}(?:'ll|\s+will)\s+(?:get|give)\s+you)\b{GAP}\b(?:it|everything|all"
        rf"|every\s+\w+)\b{SHORT}\bback\b"
    ), "ahead"),
    Saying(("refund",), (
        r"\b(?:it|everything)(?:'ll|\s+will|\s+should)\s+be\s+(?:back\s+)?(?:in|on)\s+your\s+(?:bank|card|account"
        r"|paypal)"
    ), "ahead"),
    Saying(("refund",), rf"\b(?:bank|card|account|statement)(?:'ll|\s+will|\s+should)\s+show\b{GAP}{REFUND}", "ahead"),
    Saying(("refund",), (
        rf"{PRICE}{SHORT}(?:'ll|\s+will|\s+should)(?:\s+\w+ly)?\s+(?:arrive|appear|reach|show|land|come|be\s+(?:in"
        r"|on|with|back))\b"
    ), "ahead"),
    Saying(("cancellation",), (
        r"\bwon't\s+(?:be\s+)?(?:ship|shipped|sent|dispatched|delivered)\b|\bnothing\s+will\s+be\s+(?:shipped"
        r"|sent)\b"
    ), "ahead", refusing=True),
    Saying(("discount",), (
        r"\b(?:won't|will\s+not)\s+(?:be\s+(?:charged|billed)|(?:have\s+to\s+|need\s+to\s+)?pay)\b"
    ), "ahead", refusing=True),
    Saying(("discount",), rf"{US}\s+(?:won't|will\s+not)\s+(?:charge|bill)\s+you\b", "ahead", refusing=True),
    Saying(("discount",), (
        r"\b(?:(?:is|are|'s|'re)\s+on\s+(?:us|the\s+house)|free\s+of\s+charge\s+for\s+you"
        r"|(?:at\s+)?no\s+(?:extra\s+)?(?:cost|charge)\s+to\s+you)\b"
    ), "ahead"),
    Saying(("discount",), (
        r"\buse\s+(?:the\s+|this\s+|our\s+)?(?:promo\s+|discount\s+|voucher\s+)?code\s+[\w-]*\d[\w-]*"
    ), "done"),
    Saying(("discount",), rf"\bcode\s+\w+\b{GAP}\boff\b", "done"),
    Saying(("discount",), (
        rf"(?:{YOU_GET}|\bhere\s+is|\bhere's|\bas\s+a\s+(?:thank\s+you|gesture)){GAP}{DISCOUNT}"
    ), "ahead"),
    Saying(("discount",), rf"{FEE}{GAP}{US}(?:'ve|\s+have)?\s+(?:deleted|removed|dropped|taken)\b", "done"),
    Saying(("handoff",), r"\b(?:as|while)\s+(?:i|we)\s+(?:connect|transfer|put|forward|pass|hand)\b", "ahead"),
    Saying(("handoff",), (
        rf"{US}(?:'s|\s+is|\s+has)(?:\s+\w+ly|\s+now|\s+already)*\s+(?:being|been)\s+(?:assigned|informed|notified"
        r"|alerted)\b"
    ), "ahead"),
    Saying(("callback",), rf"(?:{EXPECT}){SHORT}\b(?:call|ring)\b", "ahead"),
    Saying(("handoff", "follow_up", "callback"), (
        rf"{WILL}(?:be\s+)?(?:take\s+over|be\s+in\s+touch|contact(?:ing)?|follow(?:ing)?\s+up|join)\b"
    ), "ahead"),
    Saying(("handoff",), (
        rf"{US}(?:'s|\s+is|\s+are)?(?:\s+\w+ly|\s+now|\s+already)*\s+(?:takes|taking|working|on\s+it)\s+(?:over"
        r"|on\s+(?:it|this|that|your\b))"
    ), "ahead"),
    Saying(("follow_up", "callback", "handoff", "carrier"), (
        r"\byou(?:'ll|\s+will)\s+(?:\w+\s+)?(?:hear|be\s+contacted|be\s+called|be\s+notified)\b"
    ), "ahead"),
    Saying(("delivery",), (
        rf"\b(?:it|they|{PARCEL}|\w+)(?:'ll|\s+will|\s+should|\s+shall|'s\s+going\s+to|\s+(?:is"
        rf"|are)\s+going\s+to)(?:\s+\w+ly|\s+also|\s+now)*\s+{ARRIVE}\b"
    ), "ahead"),
    Saying(("delivery",), (
        rf"{PARCEL}{SHORT}(?:'s|\s+is|\s+are)(?:\s+now|\s+\w+ly)*\s+(?:due|arriving|expected|coming"
        r"|scheduled\s+(?:for|to))\b"
    ), "ahead"),
    Saying(("delivery",), rf"\b(?:it|{PARCEL})\s+(?:\w+ly\s+)?(?:arrives|ships|gets\s+there|lands|comes)\b", "ahead"),
    Saying(("delivery",), (
        rf"(?:{YOU_GET}|{US}(?:'ll|\s+will)\s+have)\b{SHORT}{PARCEL}{SHORT}\b(?:by|on|at|in|before|within|today"
        r"|tomorrow|tonight)\b"
    ), "ahead"),
    Saying(("delivery",), (
        r"\b(?:estimated|expected|new|scheduled)\s+(?:delivery|arrival|shipping)\s+(?:(?:date|day|time)\s+)?(?:is"
        r"|will\s+be)\b"
    ), "ahead"),
    Saying(("address", "delivery"), (
        rf"{PARCEL}\s+(?:now\s+|will\s+(?:now\s+)?|is\s+(?:now\s+)?)(?:go|goes|going|ship|ships|shipping|head|heads"
        rf"|be\s+sent|be\s+delivered)\s+{PLACE}"
    ), "ahead"),
    Saying(("expedite",), (
        rf"\bnow\s+(?:travels|goes|ships)\s+(?:by\s+)?express\b|\b(?:top|highest)\s+priority\b{SHORT}\bnow\b"
    ), "done"),
)  # fmt: skip


LOOKING: Final = (
    r"(?:look\w*|check\w*|see|seen|saw|read\w*|f[io]und|f[io]nd\w*|locate\w*|understand|understood|help\w*|need\w*"
    r"|try|tried|assist\w*|explain\w*|tell"
    r"|told|hop\w+|wait\w*|think\w*|review\w*|verif\w+|know|learn\w*|receiv\w+|be|been|have|has|had|want\w*"
    r"|apolog\w+|appreciat\w+|continue\w*|mention\w*"
    r"|show\w*|list\w*|say|said|guide|go|walk|compare\w*|ask\w*|wonder\w*|search\w*|gather\w*|note[ds]?"
    r"|notice[ds]?|identif\w+|authenticat\w+|describ\w+"
    r"|answer\w*|repl\w+|not|never|only|limit\w+|relat\w+|detail\w+|retriev\w+|pull\w*|do|add|remember|keep"
    r"|share\w*|get|give|require\w*|prefer\w*|gladly"
    r"|prepar\w+|always|happily|definitely|certainly|surely|absolutely|personally|then|also|now|just|already"
    r"|\w+ly|miss\w*|heard?|hear|forget|remain\w*|stay\w*"
    r"|suggest\w*|recommend\w*|offer\w*|advise\w*|refer\w*|describe\w*|enjoy\w*|love[ds]?|like[ds]?|different"
    r"|several|inspect\w*)"
)
"""Verbs of looking and talking: what one does with them is no deed."""

OPEN_ENDED: Final[tuple[Saying, ...]] = (
    Saying(ANY, (
        rf"\b(?:i|we)(?:'ve|\s+have){ADVERBS}\s+(?!{LOOKING}\b)(?:\w+ed|made|sent|given|put|taken|paid|brought|left"
        r"|told|gotten)\b"
    ), "done"),
    Saying(ANY, (
        r"\b(?:i|we)(?:'ll|\s+will|\s+shall|'(?:m|re)\s+going\s+to|\s+(?:am"
        rf"|are)\s+going\s+to){ADVERBS}\s+(?!{LOOKING}\b|take\s+(?:a\s+|another\s+)?(?:\w+\s+)?look)[a-z]{{3,}}\b"
    ), "ahead"),
    Saying(("handoff", "follow_up", "callback", "carrier"), (
        rf"\b(?:one\s+of\s+our|our|a|an|the)\s+(?:\w+\s+){{0,2}}?{STAFF}(?:'ll|\s+will)\s+(?!(?:look|help|check"
            r"|decide|see|go|be\s+able|have\s+to|need)\b)\w+"
    ), "ahead"),
    Saying(("pickup",), rf"\b(?:courier|driver){SHORT}\s(?:is|has\s+been)\s+(?:booked|arranged|ordered)\b", "done"),
    Saying(("follow_up", "callback", "handoff", "carrier"), rf"{WILL}check\s+(?:back|in)\b(?!\s+if\b)", "ahead"),
    Saying(("follow_up", "handoff"), (
        rf"\b(?!courier|driver){STAFF}{SHORT}\s(?:is|are|has\s+been|have\s+been)\s+(?:booked|scheduled|arranged|assigned|sent)\b"
    ), "done"),
    Saying(("shipping", "delivery", "replacement"), (
        rf"(?:{PARCEL}|{NEW})(?:{SHORT})(?:\s+(?:has|have)|'s|'ve)?(?:\s+already|\s+just|\s+now)?\s+(?:shipped"
        r"|left\s+(?:our|the)\s+\w+)\b"
    ), "done"),
    Saying(("shipping", "delivery", "replacement"), (
        rf"(?:{PARCEL}|{NEW})(?:'ll|\s+will|\s+should)\s+(?:\w+ly\s+)?(?:ship|leave|go\s+out)\b"
    ), "ahead"),
    Saying(("discount",), (
        r"\b(?:is|are|be)\s+(?:\w+ly\s+)?free\s+for\s+you\b|\byou\s+(?:don't|do\s+not|won't)\s+(?:need"
        r"|have)\s+to\s+(?:pay|send\s+(?:it|the))\b"
    ), "ahead", refusing=True),
    Saying(ANY, rf"{PERFECT}(?:took|taken)\s+care\s+of\b", "done"),
    Saying(ANY, r"\byou(?:'re|\s+are)\s+(?:now\s+)?all\s+set\b", "done"),
    Saying(("order_change", "replacement"), (
        r"\border\b(?:\s+\w+)?(?:\s+has|\s+was)(?:\s+now|\s+been)*\s+created\b"
    ), "done"),
    Saying(("cancellation",), (
        r"\border\b(?:\s+\w+)?(?:\s+has|\s+is)(?:\s+now|\s+been)*\s+(?:put\s+|placed\s+)?on\s+hold\b"
    ), "done"),
    Saying(("handoff", "carrier"), rf"(?:{WILL}|{PERFECT})let\s+(?!you\b|me\b){SHORT}\bknow\b", "ahead"),
    Saying(("follow_up", "handoff", "callback", "carrier"), (
        rf"\byou\s+(?:should|can\s+expect\s+to|will)\s+(?:\w+\s+)?hear\b|{WILL}let\s+you\s+know\b"
    ), "ahead"),
    Saying(("delivery", "replacement"), (
        rf"{YOU_GET}\s+(?:your|the)\s+{PARCEL}|{EXPECT}\s+(?:\w+\s+)?{PARCEL}"
    ), "ahead"),
    Saying(("delivery",), (
        rf"{PARCEL}{SHORT}{BE}\s+(?:\w+ly\s+|now\s+)?(?:guaranteed|confirmed|set|planned|promised)\s+(?:for|to|by"
        r"|on)\b"
    ), "ahead"),
    Saying(("stock",), r"\b(?:is|are|be|comes?)\s+back\s+in\s+stock\b", "ahead"),
    Saying(ANY, (
        r"\bi\s+(?:just\s+|also\s+|then\s+)?(?:removed|deleted|changed|cancell?ed|sent|moved|refunded|added|put"
        r"|fixed|reset|credited|booked|posted|ordered|arranged|emailed|mailed|informed|made|gave)\b"
    ), "done"),
    Saying(ANY, (
        rf"\b(?:i'm|we're|i\s+am|we\s+are){ADVERBS}\s+(?!{LOOKING}\b|(?:try|go|hav|writ|us|speak|talk|work|tak"
        r"|enquir|inquir)ing\b)\w{3,}ing\b"
    ), "ahead"),
    Saying(("refund",), (
        rf"{PRICE}{SHORT}\s(?:went\s+out|has\s+left|left|is\s+waiting|are\s+waiting|came\s+through)\b"
    ), "done"),
    Saying(("credit", "refund"), rf"{CREDIT}{SHORT}\s(?:is|are)\s+waiting\b", "done"),
    Saying(("cancellation",), r"\bwon't\s+(?:go\s+out|leave)\b", "ahead", refusing=True),
    Saying(("shipping", "replacement"), (
        rf"(?:\b(?:parcels?|packages?|orders?)\b|{NEW})\s+(?:leaves?|goes\s+out|ships?)\b"
    ), "ahead"),
    Saying(("pickup", "delivery"), (
        r"\b(?:couriers?|drivers?|dhl|ups|dpd|hermes|fedex|gls|carrier)\s+(?:(?:will|is\s+going\s+to)\s+)?(?:picks?"
        r"|collects?|comes?|brings?|delivers?)\b"
    ), "ahead"),
    Saying(("carrier", "delivery"), (
        rf"{STAFF}(?:\s+has|\s+have)?\s+(?:promised|agreed|confirmed)\s+(?:to|that)\b"
    ), "done"),
    Saying(("label",), rf"\b(?:here\s+is|here's|attached|enclosed)\b{SHORT}{LABEL}", "done"),
    Saying(("address",), (
        rf"\baddress\b(?:\s+\w+)?{BE}\s+(?:now\s+)?(?:in\s+(?:our|the)\s+system|changed|set|updated"
        r"|on\s+file\s+now)\b"
    ), "done"),
    Saying(("address", "delivery"), rf"{US}(?:'ve|\s+have)?\s+moved\s+(?:the|your)\s+{PARCEL}", "done"),
    Saying(ANY, (
        rf"(?:^|,\s+)done\s+and\s+dusted\b|\beverything\b{SHORT}\s(?:has\s+been|was)\s+(?:done|arranged|taken)\b"
    ), "done"),
    Saying(("refund",), rf"\byour\s+(?:bank|card|account|paypal)(?:'ll|\s+will)\s+\w+{GAP}{PRICE}", "ahead"),
    Saying(("discount",), r"\b(?:charged\s+only|only\s+be\s+charged)\b", "ahead"),
    Saying(("handoff",), rf"{CASE}{BE}\s+(?:now\s+)?with\s+(?:our|the|a|my)\b", "done"),
    Saying(("credit", "discount"), (
        rf"(?:\b(?:i|we)(?:'d|\s+would)\s+like\s+to\s+(?:give|offer|send|grant)|\baccept)\b{SHORT}(?:{CREDIT}"
        rf"|{DISCOUNT})"
    ), "ahead"),
    Saying(("order_change",), (
        rf"\borders?\b{SHORT}(?:has|have)\s+been\s+placed\b|{PERFECT}placed\b{SHORT}\border"
    ), "done"),
)  # fmt: skip


def sayings() -> Iterator[Saying]:
    for deeds, verbs, thing in DONE_TO:
        forms = Verbs.of(verbs)
        for pattern, tense in frames(forms, thing).items():
            yield Saying(deeds, pattern, tense, rf"\b(?:{forms.base}|{forms.past}|{forms.doing})")
    for deeds, thing in STANDING:
        for pattern, tense in states(thing).items():
            yield Saying(deeds, pattern, tense, thing)
    yield from OTHERS
    yield from OPEN_ENDED
