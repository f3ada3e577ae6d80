"""Which orders, parcels, sums, dates, addresses and goods a text names."""

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache
from itertools import islice

import phonenumbers

from activities._order_numbers import order_ids, tracking_numbers
from mesh.route import Wire

CURRENCIES = {
    "€": "EUR", "eur": "EUR", "euro": "EUR", "euros": "EUR", "$": "USD", "us$": "USD", "usd": "USD", "dollar": "USD",
    "dollars": "USD", "bucks": "USD", "£": "GBP", "gbp": "GBP", "pound": "GBP", "pounds": "GBP", "quid": "GBP",
    "chf": "CHF", "francs": "CHF", "c$": "CAD", "ca$": "CAD", "cad": "CAD", "a$": "AUD", "au$": "AUD", "aud": "AUD",
    "¥": "JPY", "jpy": "JPY", "yen": "JPY", "₹": "INR", "inr": "INR", "rupees": "INR", "sek": "SEK", "pln": "PLN",
}  # fmt: skip

GOODS = (
    "espresso machine", "coffee machine", "coffee maker", "coffee beans", "washing machine", "vacuum cleaner",
    "gift card",
    "tote bag", "water bottle", "desk lamp", "running shoe", "hiking boot", "phone case", "power bank", "t-shirt",
    "jacket", "coat", "parka", "blazer", "suit", "dress", "skirt", "shirt", "blouse", "sweater", "pullover", "hoodie",
    "cardigan", "jeans", "trousers", "pants", "leggings", "shorts", "briefs", "underwear", "sock", "bikini", "swimsuit",
    "pyjamas", "pajamas", "shoe", "boot", "sneaker", "trainers", "sandal", "slipper", "heels", "hat", "beanie", "scarf",
    "glove", "belt", "tie", "tote", "handbag", "backpack", "rucksack", "suitcase", "luggage", "wallet", "purse",
    "umbrella",
    "wristwatch", "smartwatch", "watch(?! (?:my|the|it|out|this))", "necklace", "bracelet", "earring", "sunglasses",
    "kettle", "toaster", "blender", "mug", "teapot", "saucepan", "frying pan", "knife", "cutlery", "plate(?!s? number)",
    "headphones", "headset", "earbuds", "speaker", "charger", "laptop", "tablet", "smartphone", "monitor", "keyboard",
    "camera", "printer", "television", "router", "console", "lamp", "mattress", "pillow", "duvet", "blanket", "curtain",
    "rug", "sofa", "armchair", "chair", "bookshelf", "bookcase", "wardrobe", "mirror", "candle", "vase", "towel",
    "perfume", "shampoo", "lipstick", "novel", "puzzle", "jigsaw", "doll", "bicycle", "bike", "helmet", "tent",
    "skateboard",
)  # fmt: skip

_UNITS = "|".join(sorted((re.escape(unit) for unit in CURRENCIES if unit.isalpha()), key=len, reverse=True))
_SIGN = r"(?:(?:US|CA|C|AU|A)?\$|[€£¥₹])"
_NUMBER = r"[0-9]{1,3}(?:[.,'\u00a0\u202f][0-9]{3}){1,3}(?:[.,][0-9]{1,2})?|[0-9]{1,9}(?:[.,][0-9]{1,2})?"
_AMOUNT = re.compile(
    rf"(?<![\w.,])(?:(?P<before>{_SIGN}|(?:{_UNITS})\b)\s?(?P<first>{_NUMBER})(?![\w]|[.,][0-9])"
    rf"|(?P<second>{_NUMBER})\s?(?P<after>{_SIGN}|(?:{_UNITS})\b))",
    re.IGNORECASE,
)
_EMAIL = re.compile(r"(?<![\w.+-])[\w+-][\w.+-]{0,63}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,4}(?![\w-])")
_URL = re.compile(r"\b(?:https?://|www\.)\S+", re.IGNORECASE)

_MONTH = (
    r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sep(?:t(?:ember)?)?|oct(?:ober)?|"
    r"nov(?:ember)?|dec(?:ember)?)"
)
_DAY = r"(?:0?[1-9]|[12][0-9]|3[01])"
_NAMED = r"(?:(?:mon|tues|wednes|thurs|fri|satur|sun)day|week|weekend|month|year)"
_COUNT = r"(?:[0-9]{1,3}|an?|one|two|three|four|five|six|seven|eight|nine|ten|a few|a couple of)"
_DATE = re.compile(
    rf"(?<![\w./-])(?:20[0-9]{{2}}-(?:0[1-9]|1[0-2])-{_DAY}"
    rf"|{_DAY}\s?[./]\s?(?:0?[1-9]|1[0-2])\s?[./]\s?(?:20[0-9]{{2}}|[0-9]{{2}})"
    rf"|(?:0?[1-9]|1[0-2])/{_DAY}/(?:20[0-9]{{2}}|[0-9]{{2}})"
    rf"|{_MONTH}\.?\s{_DAY}(?:st|nd|rd|th)?(?:,?\s20[0-9]{{2}})?|{_DAY}(?:st|nd|rd|th|"
    rf"\.)?\s(?:of\s)?{_MONTH}(?:,?\s20[0-9]{{2}})?"
    rf"|(?:the day (?:before yesterday|after tomorrow)|yesterday|today|tomorrow|tonight|(?:last|next|this)\s{_NAMED})"
    rf"|{_COUNT}\s(?:day|week|month|year)s?\sago|(?<=\bon )(?:mon|tues|wednes|thurs|fri|satur|sun)day)(?![\w-]|/[0-9])",
    re.IGNORECASE,
)
_PHONE_LIKE = re.compile(
    r"(?<![\w.,-])(?:\+|\(|0)[0-9()\s./-]{6,22}[0-9](?!\w)|"
    r"(?<![\w-])[0-9]{3}[-. ][0-9]{3}[-. ][0-9]{4}(?![\w-])"
)
MOST_PHONES = 5
_REGIONS = ("DE", "GB", "US")
_PRODUCT = re.compile(rf"\b(?:{'|'.join(GOODS)})(?:e?s)?\b", re.IGNORECASE)


class Amount(Wire):
    value: float
    currency: str


class Entities(Wire):
    """What the message names. Order numbers are canonical: `ORD-` and eight digits."""

    order_ids: tuple[str, ...] = ()
    tracking_numbers: tuple[str, ...] = ()
    amounts: tuple[Amount, ...] = ()
    dates: tuple[str, ...] = ()
    emails: tuple[str, ...] = ()
    phones: tuple[str, ...] = ()
    products: tuple[str, ...] = ()


@lru_cache(maxsize=128)
def entities_in(text: str) -> Entities:
    """Everything that the text names. What was read as one thing is not read as another."""
    emails = tuple(found.group().lower().rstrip(".") for found in _EMAIL.finditer(text))
    rest = _blank(_URL, _blank(_EMAIL, text))
    parcels, rest = tracking_numbers(rest)
    amounts = tuple(_amount(found) for found in _AMOUNT.finditer(rest))
    rest = _blank(_AMOUNT, rest)
    dates = tuple(found.group() for found in _DATE.finditer(rest))
    orders, rest = order_ids(_blank(_DATE, rest))
    return Entities(
        order_ids=_once(orders),
        tracking_numbers=_once(parcels),
        amounts=tuple(dict.fromkeys(amounts)),
        dates=_once(dates),
        emails=_once(emails),
        phones=_once(_phones(rest)),
        products=_once(found.group().lower() for found in _PRODUCT.finditer(text)),
    )


def _once(found: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(found))


def _blank(pattern: re.Pattern[str], text: str) -> str:
    # The same length, and no word character: what stood around it does not grow together.
    return pattern.sub(lambda found: "|" * len(found.group()), text)


def _amount(found: re.Match[str]) -> Amount:
    unit = (found["before"] or found["after"]).lower()
    return Amount(value=_value(found["first"] or found["second"]), currency=CURRENCIES[unit])


def _value(number: str) -> float:
    """49,90 and 1,299.00 and 1.299: the last mark counts decimals unless exactly three digits follow it."""
    whole, mark, end = number, "", ""
    place = max(number.rfind("."), number.rfind(","))
    if place >= 0 and len(number) - place - 1 < len("000"):
        whole, mark, end = number[:place], ".", number[place + 1 :]
    return float("".join(digit for digit in whole if digit.isdigit()) + mark + end)


def _phones(text: str) -> Iterator[str]:
    for candidate in islice(_PHONE_LIKE.finditer(text), MOST_PHONES):
        if number := _phone(candidate.group()):
            yield number


def _phone(candidate: str) -> str | None:
    """An international number in E.164; a domestic one as it was written, since its country is a guess."""
    for region in (None,) if candidate.startswith("+") else _REGIONS:
        for found in phonenumbers.PhoneNumberMatcher(candidate, region):
            if region is None:
                return phonenumbers.format_number(found.number, phonenumbers.PhoneNumberFormat.E164)
            return found.raw_string.strip()
    return None
