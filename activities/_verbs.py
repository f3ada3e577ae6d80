"""English sentences that commit somebody: who acts, when, and with which verb."""

from dataclasses import dataclass
from typing import Final, Literal

Tense = Literal["done", "ahead"]

STAFF: Final = (
    r"(?:teams?|colleagues?|agents?|specialists?|experts?|managers?|supervisors?|advis[eo]rs?|technicians?"
    r"|couriers?|drivers?"
    r"|carriers?|warehouses?|departments?|representatives?|reps?|persons?|people|members?|staff|humans?"
    r"|engineers?|support"
    r"|logistics|finance|billing|accounting|management|partners?|shop|store|company|system|boss|assistants?)"
)
US: Final = (
    r"\b(?:i|we|they|he|she|someone|somebody|(?:our|my|the|a|an|one\s+of\s+(?:our|my)|another)\s+(?:[\w-]+\s+){0,3}?"
    rf"{STAFF}|customer\s+(?:service|care)|and(?=\s+(?:have|has|will|shall|am|are)\s))"
)
ADVERBS: Final = (
    r"(?:\s+(?:now|already|just|also|since|all|both|then|even|today|of\s+course|right\s+now|right\s+away"
    r"|as\s+promised|still"
    r"|once\s+again|again|soon|at\s+once|(?!hardly|barely|scarcely|rarely|possibly)\w+ly))*"
)
AHEAD: Final = r"(?:\s+(?:(?:gone|went|go|going|gladly)\s+)*ahead\s+and|\s+make\s+sure\s+(?:that\s+)?(?:to|we|i))?"
PERFECT: Final = rf"{US}(?:'ve|'s|'d|\s+(?:have|has|had))?{ADVERBS}{AHEAD}{ADVERBS}\s+"
PROGRESS: Final = rf"{US}(?:'m|'re|'s|\s+(?:am|are|is|have\s+been)){ADVERBS}\s+"
LET: Final = r"\b(?:let\s+me|let\s+us|let's|allow\s+me\s+to|i\s+hereby)"
WILL: Final = (
    rf"(?:{US}(?:'ll|\s+(?:will|shall)|(?:'m|'re|'s|\s+(?:am|are|is))\s+(?:going|about)\s+to)"
    rf"|{LET}){ADVERBS}{AHEAD}{ADVERBS}\s+"
)
WILL_BE: Final = rf"{US}(?:'ll|\s+(?:will|shall))\s+be{ADVERBS}\s+"
WAS: Final = (
    r"(?:(?:'s|'ve|\s+has|\s+have|\s+had)(?:\s+\w+ly|\s+now|\s+already|\s+just|\s+since)*\s+been|\s+(?:was|were"
    r"|got|is|are|am)"
    r"|'s|'re|'m)"
)
WILL_BE_DONE: Final = (
    r"(?:(?:'ll|\s+will|\s+shall|\s+should)(?:\s+\w+ly|\s+now|\s+also|\s+soon|\s+then)*\s+be|(?:'s|'re|\s+(?:is|are))"
    r"(?:\s+\w+ly|\s+now|\s+already)*\s+(?:being|(?:going\s+)?to\s+be|about\s+to\s+be)|\s+(?:gets|get))"
)
YOU_GET: Final = (
    r"\b(?:you|and(?=\s+(?:will|should)\s))(?:(?:'ll|\s+(?:will|shall|should)|\s+are\s+going\s+to"
    r"|'re\s+going\s+to)(?:\s+\w+ly|\s+also|\s+soon|\s+then|\s+still"
    r"|\s+even)*\s+(?:get|receive|have|see|find|be\s+(?:getting|receiving|seeing|given|sent))|'re\s+getting"
    r"|\s+are\s+getting"
    r"|\s+(?:can|may|should|will)\s+(?:\w+ly\s+)?(?:expect|look\s+forward\s+to)|\s+get)"
)
EXPECT: Final = r"(?:^|[,;:]\s+|\band\s+)(?:please\s+)?(?:expect|watch\s+out\s+for|look\s+out\s+for)\b"
BUSY: Final = r"(?:(?:working\s+on|in\s+the\s+process\s+of|busy|looking\s+into)\s+)?"
YOURS: Final = r"\b(?:you|(?:your|the)\s+(?:\w+\s+)?(?:accounts?|cards?|orders?|inbox|profile|bank))"
GAP: Final = r"[^.!?;]{0,60}?"
SHORT: Final = r"[^.!?;]{0,40}?"
ON_ITS_WAY: Final = r"(?:on\s+(?:its|it's|their|the|your)\s+way|underway|under\s+way|coming|heading|headed|en\s+route)"
SETTLED: Final = (
    rf"(?:{ON_ITS_WAY}|complete|completed|done|confirmed|approved|accepted|granted|set\s+up|all\s+set|scheduled"
    r"|arranged|booked"
    r"|attached|in\s+progress|sorted(?:\s+out)?|through|final|finali[sz]ed|in\s+place|ready|registered"
    r"|taken\s+care\s+of"
    r"|in\s+the\s+(?:mail|post)|waiting\s+for\s+you|authori[sz]ed|guaranteed|saved)"
)
BE: Final = r"(?:'s|'re|\s+(?:is|are|has\s+gone|have\s+gone|went|goes|will\s+be|should\s+be|has\s+been|have\s+been))"


@dataclass(frozen=True)
class Verbs:
    """Alternations of the three forms that matter: send, sent, sending."""

    base: str
    past: str
    doing: str

    @classmethod
    def of(cls, listed: str) -> "Verbs":
        """`refund cancel/cancelled/cancelling`: regular ones by name, others with past and gerund; `_` for a space."""
        forms = [_forms(word) for word in listed.split()]
        base, past, doing = (r"(?:" + "|".join(column) + r")\b" for column in zip(*forms, strict=True))
        return cls(base, past, doing)


def _forms(word: str) -> tuple[str, str, str]:
    base, _, rest = word.replace("_", r"\s+").partition("/")
    past, _, doing = rest.partition("/")
    if rest:
        return base, past, doing
    stem = base.removesuffix("e")
    return base, f"{stem}ed", f"{stem}ing"


def frames(verbs: Verbs, thing: str = "") -> dict[str, Tense]:
    """Every way to commit to doing this to that thing; any thing will do when none is named."""
    after = rf"{GAP}{thing}" if thing else ""
    before = rf"{thing}{SHORT}" if thing else r"(?:\b[\w']+?)"
    return {
        rf"{PERFECT}{verbs.past}{after}": "done",
        rf"{PROGRESS}{BUSY}{verbs.doing}{after}": "ahead",
        rf"{WILL_BE}{verbs.doing}{after}": "ahead",
        rf"{WILL}{verbs.base}{after}": "ahead",
        rf"{before}{WAS}{ADVERBS}\s+{verbs.past}": "done",
        rf"{before}{WILL_BE_DONE}{ADVERBS}\s+{verbs.past}": "ahead",
        rf"{YOURS}{WAS}{ADVERBS}\s+{verbs.past}{after}": "done",
        rf"{YOURS}{WILL_BE_DONE}{ADVERBS}\s+{verbs.past}{after}": "ahead",
        rf"(?:^|,\s+){verbs.past}{after}[.!]*$": "done",
        rf"{WILL}(?:get|have|ask|tell|instruct)\s+{SHORT}\b(?:{verbs.past}|{verbs.base}{after})": "ahead",
        rf"{PERFECT}(?:asked|told|instructed|got|had)\s+{SHORT}\b(?:{verbs.past}|to\s+{verbs.base}{after})": "done",
    }


def states(thing: str) -> dict[str, Tense]:
    """What is said to stand or come without anybody acting: `your refund is on its way`."""
    return {
        rf"{thing}{SHORT}{BE}{ADVERBS}\s+{SETTLED}\b": "done",
        rf"(?:^|[,:]\s+)(?:\w+\s+){{0,2}}{thing}\s+(?:{SETTLED}|processed|sent|issued)[.!]*$": "done",
        rf"{thing}{SHORT}:\s+(?:{SETTLED}|processed|sent|issued|made)\b": "done",
        rf"{WILL}(?:ensure|guarantee|make\s+sure|see\s+to\s+it)\b{GAP}{thing}": "ahead",
        rf"{thing}{SHORT}(?:'ll|\s+will|\s+should)(?:\s+\w+ly|\s+also|\s+now)*\s+be\s+(?:in|on|at|with)\s+you": "ahead",
        rf"{YOU_GET}\b{GAP}{thing}": "ahead",
        rf"{EXPECT}{GAP}{thing}": "ahead",
    }
