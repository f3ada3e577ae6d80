"""Order and tracking numbers. A bare number is an order only where the words around it say so."""

import re

_LONG = 8
_LABEL = (
    r"(?:\s*(?:number|numbers|no|nr|num|id|ids|code|ref|reference|is|are|was|my|the|with|for|from|of|and|on|"
    r"it|called|placed)\b\.?)"
)
_CANONICAL = re.compile(r"\bORD\s?[-_#:\u2010-\u2015 ]?\s?(?P<list>[0-9]{3,8})(?![0-9]|[.,][0-9])", re.IGNORECASE)
_NEAR = re.compile(
    rf"\b(?:orders?|purchases?|bestellung)\b{_LABEL}{{0,3}}\s*[:#(\"'-]{{0,2}}\s*"
    r"(?P<list>#?[0-9]{5,8}(?![0-9]|[.,][0-9])(?:(?:\s*(?:,|&|\+|/)\s*|\s*,?\s*(?:and|or)\s+)#?[0-9]{5,8}(?![\w-]|"
    r"[.,][0-9]|(?-i:\s[A-Z][a-z])))*)",
    re.IGNORECASE,
)
_BEFORE = re.compile(r"\b(?:my|the|this)\s(?P<list>[0-9]{5,8})\s(?:order|purchase)\b", re.IGNORECASE)
_AFTER_VERB = re.compile(
    r"\b(?:cancel|track|where\s(?:is|are)|where's|status\sof|about|regarding)\s"
    r"(?P<list>[0-9]{5,8})(?=\s*(?:[,;?!]|\.(?![0-9])|$|and\b))",
    re.IGNORECASE,
)
_AFTER_WORD = re.compile(
    r"\b(?:cancel\w*|cancle|return\w*|retrun|refund\w*|exchange|exchnage|swap|expedite|rush|track|status|eta|invoice|"
    r"shipped|send|where(?:\s?(?:is|are)|'?s)?|were\s?(?:is|are)|mean|meant|claim|from|for|of|on|(?<!live )in|about|"
    r"with|and|not|what\sabout|oder|ordr|ordre|comm?ande|pedido|bestelung|bestellung|"
    r"(?:when|where|why|how|what)\s?(?:is|does|dose|do|did|has|was|will|'?s)|has|does|did|need|have\sbeen|(?:meant|supposed)\sto\sbe|the|this|oops|"
    r"(?:change|changing|new|wrong|update)\s(?:the\s)?(?:shipping\s|delivery\s)?add?ress?|redirect|deliver|upgrade|hurry)\s"
    r"(?P<list>[0-9]{5,8})(?![\w-]|[.,][0-9]|(?-i:,?\s[A-Z\u00c0-\u00de][a-z])|"
    r"\s?(?:km|kg|g|ml|cm|mm|points?|people|customers|times)\b|\sis\s(?:my|the)\s(?:zip|post))",
    re.IGNORECASE,
)
_BEFORE_WORD = re.compile(
    r"(?<![\w.,#-])(?P<list>[0-9]{5,8})(?=\s(?:is|was|says|shows|still|late|cancel\w*|refund\w*|return\w*|where|status|"
    r"hasn'?t|has|did|didn'?t|never|not|came|comes?|coming|arr?iv\w+|gets?|got|going|should|will|back|"
    r"a\s(?:week|day))\b)(?!\sis\s(?:my|the)\s(?:zip|post))",
    re.IGNORECASE,
)
_FIRST = re.compile(
    r"^\W*(?P<list>[0-9]{5,8})(?=\s*[:?!.,]*\s+(?![A-Z\u00c0-\u00de][a-z]|is\s(?:my|the)\s(?:zip|post))\D|\s*[:?!]|\?)"
)
_HASH = re.compile(
    r"(?<!invoice )(?<!invoices )(?<!bill )(?<!bills )(?<!ticket )(?<!case )(?<!apt )(?<!unit )(?<!suite )(?<!receipt )"
    r"(?<!apartment )(?<![\w&])(?P<list>#\s?[0-9]{5,8})(?![\w-]|[.,][0-9])",
    re.IGNORECASE,
)
_ALONE = re.compile(
    r"^\W*(?:(?:it'?s|it|is|the|my|number|no|nr|here|you|go|yes|sure|ok|okay|hi|hello|sorry|that|would|be|please|"
    r"order)\W+)*"
    r"(?P<list>#?[0-9]{5,8}(?:(?:\s*[,&/]\s*|\s+and\s+|\s+)#?[0-9]{5,8})*)(?:\W+(?:please|thanks|thank you))*\W*$",
    re.IGNORECASE,
)
_DIGITS = re.compile(r"[0-9]+")
_NAMED = re.compile(
    r"(?:\b(?:orders?|oder|ordr|ord|purchases?|bestellung|pedido|comm?ande)\b[^.!?]{0,20}|ORD[-_#:\s]*|[0-9]\W*)$",
    re.IGNORECASE,
)

_UPS = re.compile(r"\b1Z(?: ?[0-9A-Z]){8}(?: ?[0-9]){8}\b", re.IGNORECASE)
_USPS = re.compile(r"(?<![\w-])9(?:[0-9]{19,21}|[0-9]{3}(?: [0-9]{4}){4}(?: [0-9]{2})?)(?![\w-])")
_DHL = re.compile(r"\bJ?JD(?: ?[0-9]){16,20}\b", re.IGNORECASE)
_DHL_SHORT = re.compile(
    r"\bDHL\b[^0-9\n]{0,40}(?P<number>[0-9]{10})(?![0-9])|"
    r"(?<![\w+])(?P<earlier>[0-9]{10})\b[^0-9\n]{0,20}\bDHL\b",
    re.IGNORECASE,
)
_FEDEX = re.compile(r"(?<![\w#+-])(?P<number>[0-9]{12}|[0-9]{15}|[0-9]{4} [0-9]{4} [0-9]{4})(?![\w-]|[.,][0-9])")
_SHIPPED = re.compile(
    r"\b(?:fed\s?ex|track(?:ing)?|parcel|package|shipment|consignment|waybill|"
    r"label)\b[^0-9]{0,40}$",
    re.IGNORECASE,
)
_BOUGHT = re.compile(r"\b(?:orders?|purchases?|invoices?|bills?|account|card)\b[^0-9]{0,12}$", re.IGNORECASE)
_EXPRESS_WEIGHTS = (3, 1, 7)
_EXPRESS_LENGTH = 12


def order_ids(text: str) -> tuple[list[str], str]:
    """The orders named, in canonical form and in their order, and the text with them blanked out."""
    found: list[tuple[int, str]] = []
    for pattern in (_CANONICAL, _NEAR, _BEFORE, _AFTER_VERB, _HASH, _ALONE, _FIRST, _AFTER_WORD, _BEFORE_WORD):
        text = pattern.sub(lambda match: _taken(match, found), text)
    return [canonical for _, canonical in sorted(found)], text


def with_their_noun(text: str) -> str:
    """The text with "order" before every order number that stands alone: "track 33302" as "track order 33302"."""
    _, blanked = order_ids(text)
    places = [found.start() for found in re.finditer(r"\|+", blanked) if text[found.start()] in "#0123456789"]
    for place in reversed(places):
        if not _NAMED.search(text[:place]):
            text = f"{text[:place]}order {text[place:]}"
    return text


def canonical(digits: str) -> str:
    return f"ORD-{digits.zfill(_LONG)}"


def _taken(match: re.Match[str], found: list[tuple[int, str]]) -> str:
    numbers, start = match["list"], match.start("list")
    found.extend((start + number.start(), canonical(number.group())) for number in _DIGITS.finditer(numbers))
    whole, offset = match.group(), start - match.start()
    return whole[:offset] + "|" * len(numbers) + whole[offset + len(numbers) :]


def tracking_numbers(text: str) -> tuple[list[str], str]:
    """The carriers' numbers without spaces, and the text with them blanked out."""
    found: list[tuple[int, str]] = []
    for pattern in (_UPS, _DHL, _DHL_SHORT, _USPS, _FEDEX):
        for match in pattern.finditer(text):
            start, end = _number(match)
            if pattern is _FEDEX and not _fedex(text[start:end].replace(" ", ""), text[max(0, start - 60) : start]):
                continue
            found.append((start, text[start:end].replace(" ", "").upper()))
            text = text[:start] + "|" * (end - start) + text[end:]
    return [number for _, number in sorted(found)], text


def _number(match: re.Match[str]) -> tuple[int, int]:
    named = next((name for name, value in match.groupdict().items() if value), 0)
    return match.span(named)


def _fedex(digits: str, before: str) -> bool:
    if _BOUGHT.search(before):
        return False
    return bool(_SHIPPED.search(before)) or (_express(digits) if len(digits) == _EXPRESS_LENGTH else _ground(digits))


def _express(digits: str) -> bool:
    total = sum(int(digit) * _EXPRESS_WEIGHTS[place % 3] for place, digit in enumerate(digits[:-1]))
    return total % 11 % 10 == int(digits[-1])


def _ground(digits: str) -> bool:
    total = sum(int(digit) * (3 if place % 2 == 0 else 1) for place, digit in enumerate(reversed(digits[:-1])))
    return -total % 10 == int(digits[-1])
