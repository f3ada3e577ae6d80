"""Sentences, and what keeps a clause from being a commitment: a question, a condition, a denial, a rule."""

import re
from collections.abc import Iterator
from typing import Final, Literal

SENTENCE: Final = re.compile(r"(?<=[.!?\u2026])[\"')\]]*\s+(?=\S)|\s+[-*\u2022]\s+")
MARKUP: Final = re.compile(r"[*`]{1,3}|(?<!\w)_{1,3}(?=\w)|(?<=\w)_{1,3}(?!\w)")
QUESTION: Final = re.compile(
    r"^(?:(?:and|but|so|or|also|hello|hi|ok|okay|sure|great|thanks|sorry|now|alright|then|first|just)\b[\s,]*"
    r"|\w+(?:\s\w+)?,\s+)*\u00bf?(?:do|does|did|is"
    r"|are|was|were|has|have|had|can|could|would|will|should|shall|may|might|which|what|when|where|who|whom"
    r"|whose|why|how"
    r"|am|any|need|want|haben|hat|ist|sind|wurde|soll|sollen|m\u00f6chten|k\u00f6nnen|kann|darf|w\u00fcnschen"
    r"|wann|welche\w*|wie|wo|was"
    r"|quiere|desea|ha|puede|prefiere|cu\u00e1ndo|qu\u00e9|cu\u00e1l|le\s+gustar\u00eda"
    r"|voulez|avez|souhaitez|est-ce|puis|pouvez|quand|quel\w*|d\u00e9sirez|pr\u00e9f\u00e9rez)\b"
)
BOUNDARY: Final = re.compile(
    r"[,;:]\s|\s-{1,2}\s|\s[\u2013\u2014]\s|\s(?:and|but|so|then|yet|because|since|while|though|und|aber|denn"
    r"|pero|porque|mais|car)\s"
)
DENIED: Final = re.compile(
    r"\b(?:not(?!\s+only)|never|cannot|no|nor|neither|without|unable|nobody|none|nothing|hardly|whether"
    r"|refus\w+|declin\w+|fail\w*|nicht|kein\w*|niemand"
    r"|nie|ob|ohne|konnte\w*|k\u00f6nnte\w*|w\u00fcrde\w*|nunca|todav\u00eda|tampoco|sin|ning\w+|podr\u00eda\w*"
    r"|ne|pas|jamais|aucun\w*|sans"
    r"|pourrai\w*|n'\w+)\b|n't\b"
)
REPORTED: Final = re.compile(
    r"\byou(?:'ve|\s+have|'d|\s+were|\s+are|\s+also)?\s+(?:ask\w*|wr[oi]te|written|said|say|saying|mention\w*"
    r"|told|tell|want\w*|wish\w*|request\w*"
    r"|prefer\w*|been\s+told|report\w*|hop\w+|would\s+like|believe|think|thought|expected|wonder\w*"
    r"|complain\w*)\b(?!,)"
    r"|\b(?:sorry|apologi[sz]e|regret|hope|sad|know\s+how|understand)\s+(?:for|if|to\s+hear|to\s+read|that|your"
    r"|the|it|this)\b"
    r"|\b(?:sie|usted|vous|ich\s+verstehe|entiendo|je\s+comprends)\s*(?:dass|que)?[^,]{0,20}\b(?:m\u00f6chten"
    r"|wollen|schreiben|sagen|quiere|desea|dice|souhaitez|voulez|dites)\b"
)
UNSURE: Final = re.compile(
    r"\b(?:check|see|look|find\s+out|ask|verify|tell\s+you|know|confirm|sure|say|clear"
    r"|depends)\s+(?:\w+\s+){0,2}?(?:if|whether|when|how|what|why)\b"
    r"|\b(?:pr\u00fcfe\w*|schaue|comprobar|verificar|v\u00e9rifier|regarder)\b"
)
SUBORDINATE: Final = re.compile(
    r"\b(?:before|until|till|unless|if|whether|when|whenever|once|after|as\s+soon\s+as(?!\s+possible)|as\s+long\s+as|in\s+case"
    r"|provided|where|should\s+(?:you|it)|wenn|falls|sobald"
    r"|solange|sofern|bevor|nachdem|si|cuando|una\s+vez|en\s+cuanto|antes\s+de|lorsque|quand|d\u00e8s\s+que"
    r"|une\s+fois|avant)\b"
)
OWN: Final = re.compile(
    r"^\W*(?:if\s+(?:it\s+helps|that\s+helps|i\b|we\b|you\s+(?:check|look|go|open))|(?:once|as\s+soon\s+as|when"
    r"|after|before)\s+(?:i|we|the\s+warehouse|my|our)\b)"
)
LEADING: Final = re.compile(
    r"^(?:(?:but|and|so|then|of\s+course|sure|also|otherwise|alternatively|no\s+problem|okay)[\s,]+)*(?:if"
    r"|unless|when|whenever|once(?!\s+(?:again|more))|after|as\s+soon\s+as(?!\s+possible)|in\s+case|should\s+(?:you|it|the)"
    r"|provided|to\s+(?:cancel"
    r"|return|get|change|have)|wenn|falls|sobald|sofern|nachdem|si|cuando|una\s+vez|en\s+cuanto|lorsque|quand"
    r"|d\u00e8s\s+que|une\s+fois)\b"
)
TRAILING: Final = re.compile(
    r"\b(?:(?<!see\s)(?<!know\s)if|once|as\s+soon\s+as(?!\s+possible)|when|after|provided(?:\s+that)?|as\s+long\s+as|unless"
    r"|should)\s+(?:you(?!\s+(?:have|need)\s+(?:any|further|more|anything|something))|your\s+return|that(?:'s"
    r"|\s+is|\s+would)|the\s+(?:item|return"
    r"|parcel|goods|package|inspection|warehouse\s+has)|it\s+(?:does|is|has|turns|fits)|needed|necessary"
    r"|possible|wanted|required)\b"
    r"|\b(?:wenn|falls|sofern|sobald)\s+sie\b|\bsi\s+(?:lo|usted|le|vous|cela)\b|\bantes\s+de|\bavant\s+l"
)
ORDERED: Final = re.compile(
    r"(?:^|[,;:]\s+|\b(?:please|and|or|then|you\s+(?:can|could|may|need\s+only|only\s+need\s+to"
    r"|just\s+need\s+to))\s+)(?:please\s+|just\s+|simply\s+)*(?:tell|ask|reply|let|say|write"
    r"|confirm|choose|send|answer|give|click|use|type|call|show|return)\b(?!\s+me\s+(?!know\b|hear\b|the\b"
    r"|your\b|which\b|what\b|to\b|if\b|that\b|so\b|a\b)).*"
    r"(?:,\s*|\s)(?:and|then|so\s+that)\b"
    r"|\b(?:d\u00edga(?:me|nos)|escr\u00edba(?:me|nos)|conf\u00edrme(?:lo|me)|elija|env\u00ede(?:me|nos))\b.*(?:;|\s(?:y|entonces)\b)"
    r"|\b(?:dites|\u00e9crivez|confirmez|choisissez|envoyez)(?:-(?:moi|nous|le))?\b.*\s(?:et|alors)\b"
    r"|\b(?:sagen|schreiben|nennen|w\u00e4hlen)\s+sie\b.*\s(?:und|dann)\b"
)
RULE: Final = re.compile(
    r"\b(?:usually|normally|typically|generally|in\s+general|as\s+a\s+rule|in\s+most\s+cases"
    r"|according\s+to\s+our|under\s+our|our\s+(?:policy|terms|returns?\s+team)|customers|each\s+item"
    r"|in\s+der\s+regel"
    r"|normalerweise|gew\u00f6hnlich|grunds\u00e4tzlich|normalmente|por\s+lo\s+general|suelen|en\s+general"
    r"|en\s+g\u00e9n\u00e9ral|normalement|habituellement|d'habitude)\b"
)
GENERIC: Final = re.compile(
    r"^\W*(?:(?:all|most|many|such|our|return|store|standard|faulty|lost)\s+)*(?:refunds|returns|replacements"
    r"|cancellations|vouchers|discounts|labels|orders|exchanges"
    r"|parcels|deliveries|items|customers|confirmations|calls|credits|store\s+credit|return\s+shipping|shipping"
    r"|discount\s+codes|(?:a|an|any|each|every)\s+"
    r"(?:\w+\s+)?(?:refund|return|replacement|label|voucher|cancellation|order|exchange|credit|discount"
    r"|confirmation|parcel|item)"
    r"|erstattungen|bestellungen|r\u00fccksendungen|gutschriften|los\s+\w+s|las\s+\w+s|les\s+\w+s"
    r"|une\s+commande|un\s+pedido|eine\s+bestellung)\b"
)
SOOTHING: Final = re.compile(
    r"\b(?:don't|do\s+not|not\s+to|no\s+need\s+to)\s+worry\b|\bno\s+(?:later|doubt|problem|worries|longer|trouble"
    r"|questions\s+asked)\b"
)
TAKEN_BACK: Final = re.compile(r"\b(?:has|have)\s+been\s+(?:taken\s+back|undone)\b")
THAT_IS: Final = re.compile(r"\w\s+(?:that|which)\s+(?:is|are|can\s+be)\b(?!\s+(?:on|now|being|coming))")
HABIT: Final = re.compile(r"^(?!.*\b(?:has|have|had|was|were|i|we)\b).*\b(?:is|are|gets?)\b")
PARTICULAR: Final = re.compile(
    r"[$\u20ac\u00a3]|\bof\s+\d|\b(?:(?:to|for)\s+you|being|now|right\s+away|today|tomorrow|ha(?:s|ve)\s+been"
    r"|coming|on\s+\w+\s+way)\b"
)
Exemption = Literal["question", "denied", "reported", "unsure", "condition", "rule"]


def plain(text: str) -> str:
    """One line of lower-case words with straight quotes and without markup."""
    straight = text.replace("\u2019", "'").replace("\u2018", "'").replace("\u201c", '"').replace("\u201d", '"')
    return " ".join(MARKUP.sub("", straight).lower().split())


def sentences(text: str) -> Iterator[str]:
    return (part.strip() for part in SENTENCE.split(text) if part.strip())


def exempt(sentence: str, start: int, end: int, *, done: bool) -> Exemption | None:
    """Why what stands from start to end is no commitment; None when it is one.

    Args:
        sentence: as `plain` and `sentences` make it.
        start: where the claim begins.
        end: where it ends.
        done: whether it speaks of the past; no condition takes that back.
    """
    before, after = sentence[:start], sentence[end:]
    # A claim that begins with "and" has no subject of its own, and none of the words before it are about it.
    clause = "" if sentence.startswith("and ", start) else before[_clause_start(before) :]
    if sentence.endswith("?") and _asks(sentence, start, clause + sentence[start:end]):
        return "question"
    if _denies(clause + sentence[start:end]) or TAKEN_BACK.search(after):
        return "denied"
    if REPORTED.search(clause) or REPORTED.match(sentence[start:end]):
        return "reported"
    if UNSURE.search(clause):
        return "unsure"
    return _conditional(before, clause, sentence[start:end], after, done=done)


def _clause_start(before: str) -> int:
    return max((found.end() for found in BOUNDARY.finditer(before)), default=0)


def _asks(sentence: str, start: int, claim: str) -> bool:
    """`Shall I cancel it?`, but not `I have cancelled it, is there anything else?`."""
    opened = QUESTION.match(sentence)
    return bool(QUESTION.match(claim)) or (opened is not None and opened.end() <= start)


def _denies(words: str) -> bool:
    return bool(DENIED.search(SOOTHING.sub(" ", words)))


def _conditional(before: str, clause: str, claim: str, after: str, *, done: bool) -> Exemption | None:
    if SUBORDINATE.search(clause) and not OWN.search(clause):
        return "condition"
    if GENERIC.match(clause + claim) and not PARTICULAR.search(claim + SUBORDINATE.split(after)[0]):
        return "rule"
    if THAT_IS.search(claim):
        return "rule"
    if done:
        return "condition" if LEADING.match(before) and HABIT.search(claim) else None
    if RULE.search(clause + claim):
        return "rule"
    led = LEADING.match(before) and not OWN.match(before)
    asked = TRAILING.search(claim + after.partition(" and ")[0]) or ORDERED.search(before)
    return "condition" if led or asked else None
