"""Which language does the customer write?"""

import re
from functools import cache, lru_cache
from typing import Final, Literal, NamedTuple, get_args

from activities._many_languages import classified
from activities._understanding.pieces import pieces

Spoken = Literal["en", "de", "es", "fr"]
"""The languages that we answer in by ourselves."""

SPOKEN: Final[tuple[Spoken, ...]] = get_args(Spoken)
OURS: Final[Spoken] = "en"

NAMES: Final = {"en": "English", "de": "German", "es": "Spanish", "fr": "French"}

YES: Final[dict[Spoken, tuple[str, ...]]] = {
    "en": ("yes", "yeah", "yep", "yup", "sure", "ok", "okay", "of course", "please do", "go ahead", "correct", "right"),
    "de": (
        "ja", "jawohl", "jap", "jo", "gern", "gerne", "ok", "okay", "in ordnung", "einverstanden", "genau", "richtig",
        "stimmt", "klar", "natürlich", "natuerlich", "sicher", "auf jeden fall", "bitte machen", "machen sie das",
        "ja bitte", "passt", "so ist es", "bestätigt", "bestaetigt",
    ),
    "es": (
        "sí", "si", "claro", "vale", "de acuerdo", "ok", "okay", "por supuesto", "correcto", "exacto", "adelante",
        "hágalo", "hagalo", "sí por favor", "si por favor", "desde luego", "está bien", "esta bien", "confirmo", "dale",
        "eso es",
    ),
    "fr": (
        "oui", "ouais", "d'accord", "daccord", "ok", "okay", "bien sûr", "bien sur", "exactement", "tout à fait",
        "tout a fait", "allez-y", "allez y", "oui s'il vous plaît", "volontiers", "c'est bon", "c'est ça", "entendu",
        "je confirme", "parfait", "faites-le", "correct",
    ),
}  # fmt: skip
"""What a yes to "Shall I ...?" looks like, as whole answers or at their beginning."""

NO: Final[dict[Spoken, tuple[str, ...]]] = {
    "en": ("no", "nope", "nah", "no thanks", "not now", "never mind", "leave it", "don't", "do not", "stop"),
    "de": (
        "nein", "nee", "nö", "noe", "ne", "nein danke", "lieber nicht", "doch nicht", "bitte nicht", "noch nicht",
        "jetzt nicht", "auf keinen fall", "lassen sie es", "lass es", "nicht nötig", "schon gut", "vergessen sie es",
        "stopp", "abbrechen", "so lassen",
    ),
    "es": (
        "no", "no gracias", "mejor no", "todavía no", "todavia no", "aún no", "aun no", "ahora no", "para nada",
        "de ninguna manera", "déjelo", "dejelo", "déjalo", "dejalo", "no hace falta", "olvídelo", "olvidelo", "nada",
        "alto",
    ),
    "fr": (
        "non", "non merci", "nan", "pas maintenant", "pas encore", "surtout pas", "plutôt pas", "plutot pas",
        "laissez tomber", "laissez", "ce n'est pas la peine", "pas la peine", "pas besoin", "oubliez", "jamais",
        "arrêtez", "arretez", "non non",
    ),
}  # fmt: skip

CERTAIN: Final = 0.9
"""How sure it must be that a text is not English: an English text that is answered in German is the worse mistake."""

ONE_WORD: Final = 0.97
ACCENTED: Final = 0.6
LIKELY: Final = 0.75
RIVAL: Final = 0.05
STRANGE: Final = 0.4
CONFIRMED: Final = 0.6
FEWEST: Final = 2
"""Words that a text must have to be taken for a language that we do not speak."""

_NO_WORDS: Final = re.compile(r"\S+@\S+|\bhttps?://\S+|\b[a-z]{2,5}[-_#]?\d\S*|[\W\d_]+", re.IGNORECASE)
_EVERYWHERE: Final = frozenset({
    "a", "account", "agb", "an", "app", "apple", "bot", "chat", "ciao", "code", "dhl", "du", "e", "email", "eur",
    "euro", "euros", "faq", "fedex", "feedback", "google", "hello", "hermes", "hey", "hi", "hotline", "id", "in",
    "info", "klarna", "l", "la", "led", "login", "m", "mail", "mastercard", "me", "newsletter", "no", "nr", "ok",
    "okay", "online", "ord", "pay", "paypal", "pdf", "s", "service", "shop", "si", "sms", "status", "tracking", "tv",
    "ups", "usb", "usd", "vip", "visa", "was", "xl", "xs", "xxl", "y",
})  # fmt: skip
"""Words of no language in particular: they keep the language of the session."""

_ACCENT: Final = re.compile(r"[\u00df-\u00ff]", re.IGNORECASE)
_ALPHABETS: Final = re.compile(r"[^\W\d_a-zA-Z\u00aa-\u024f\u1e00-\u1eff]")


class Language(NamedTuple):
    """A code of ISO 639 (`und`: none that is known), and how sure that is: 0 when only the session tells."""

    code: str
    confidence: float

    @property
    def spoken(self) -> bool:
        return self.code in SPOKEN


@lru_cache(maxsize=128)
def language_of(text: str, hint: str = "") -> Language:
    """The language of a text; where its words do not show it, that of the session, else our own."""
    told = _NO_WORDS.sub(" ", text[:2000]).split()
    words = [word for word in told if word.lower() not in _EVERYWHERE]
    unsure = Language(hint or OURS, 0.0)
    if answered := _answer(" ".join(told).lower()):
        # A "ja" in an English conversation is a yes, and no wish to go on in German.
        return unsure if hint else answered
    if not words:
        return unsure
    if sum(bool(_ALPHABETS.search(word)) for word in words) * 2 > len(words):
        return Language(classified(text)[0], 1.0)
    return _by_pieces(" ".join(told), words, unsure)


def _answer(said: str) -> Language | None:
    """A bare yes or no of one language only."""
    found = [code for code in SPOKEN if said in _answers(code)]
    return Language(found[0], CERTAIN) if len(found) == 1 else None


@cache
def _answers(code: Spoken) -> frozenset[str]:
    return frozenset(" ".join(_NO_WORDS.sub(" ", word).split()) for word in (*YES[code], *NO[code]))


def _by_pieces(said: str, words: list[str], unsure: Language) -> Language:
    reader = pieces("language")
    sure = dict(zip(reader.labels, map(float, reader.probabilities(said)), strict=True))
    best = max(SPOKEN, key=lambda code: sure[code])
    if sure["other"] >= STRANGE and len(words) >= FEWEST:
        code, confirmed = classified(said)
        if confirmed >= CONFIRMED and code not in SPOKEN:
            return Language(code, round(sure["other"], 2))
    enough = ACCENTED if _ACCENT.search(said) else CERTAIN if len(words) >= FEWEST else ONE_WORD
    if sure[best] >= enough or _unrivalled(sure, best, words) or (best == unsure.code and sure[best] >= sure["other"]):
        return Language(best, round(sure[best], 2))
    return unsure


def _unrivalled(sure: dict[str, float], best: str, words: list[str]) -> bool:
    """Likely, and no other language of ours comes near: misspelt words look a little like those of strangers."""
    return len(words) > FEWEST and sure[best] >= LIKELY and all(sure[code] < RIVAL for code in SPOKEN if code != best)
