"""Which language a text is taken for. The texts are none that the reader was trained on."""

from pathlib import Path

import pytest

from activities._gloss import gloss, in_english
from activities._language import NO, SPOKEN, YES, Spoken, language_of
from activities.intent_analyzer import understood
from activities.sentiment_analyzer import Signal, felt

TEXTS = {
    language: (Path(__file__).parent / "languages" / f"{language}.txt").read_text(encoding="utf-8").splitlines()
    for language in SPOKEN
}
MOST_MISSED = 4
"""Of some eighty texts: a few words that two languages share."""


@pytest.mark.parametrize("language", SPOKEN)
def test_a_text_is_taken_for_the_language_it_is_in(language: Spoken) -> None:
    assert len(TEXTS[language]) >= 80
    missed = {text: found for text in TEXTS[language] if (found := language_of(text).code) != language}
    assert len(missed) <= (0 if language == "en" else MOST_MISSED), missed


@pytest.mark.parametrize("language", SPOKEN)
def test_a_session_is_never_taken_for_another_language_in_the_middle(language: Spoken) -> None:
    wrong = {text: found for text in TEXTS[language] if (found := language_of(text, language).code) != language}
    assert wrong == {}


@pytest.mark.parametrize(
    "text", ["ORD-00012345", "12345", "ok", "Polly Hart", "DHL?", "...", "polly@example.com", "XL", "12345, 54321"]
)
@pytest.mark.parametrize("language", SPOKEN)
def test_a_text_without_words_keeps_the_language_of_the_session(language: Spoken, text: str) -> None:
    assert language_of(text, language).code == language


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Hola, where is my order 12345? I have been waiting for two weeks now", "en"),
        ("Hi, wo ist meine Bestellung? Ich warte schon seit zwei Wochen darauf", "de"),
        ("Bonjour, ma commande order 12345 n'est pas arrivée, merci de votre aide", "fr"),
        ("My address is Gartenstraße 5, 80331 München, please send the parcel there", "en"),
    ],
)
def test_a_mixed_text_is_in_the_language_of_most_of_it(text: str, language: str) -> None:
    assert language_of(text).code == language


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("Gdzie jest moja paczka? Czekam już dwa tygodnie", "pl"), ("Dov'è il mio ordine? Non è ancora arrivato", "it"),
        ("Waar blijft mijn bestelling? Ik wacht al twee weken", "nl"), ("Где мой заказ? Я жду уже две недели", "ru"),
        ("Onde está a minha encomenda? Ainda não chegou", "pt"), ("我的订单在哪里", "zh"), ("أين طلبي؟", "ar"),
    ],
)  # fmt: skip
def test_a_language_that_we_do_not_speak_is_named(text: str, code: str) -> None:
    assert language_of(text).code == code
    assert understood(text).language == code
    assert not understood(text).clear


@pytest.mark.parametrize("language", ["de", "es", "fr"])
def test_a_bare_yes_or_no_keeps_the_language_and_is_one_in_english_too(language: Spoken) -> None:
    for word in (*YES[language], *NO[language]):
        assert language_of(word, "en").code == "en", word
    assert gloss({"de": "ja bitte", "es": "si, claro", "fr": "oui"}[language], language).startswith("yes")


@pytest.mark.parametrize(
    ("text", "signal"),
    [
        ("Ich schalte meinen Anwalt ein", "legal_threat"), ("Voy a llamar a mi abogado", "legal_threat"),
        ("Je vais contacter mon avocat", "legal_threat"), ("Das ist Betrug!", "fraud"), ("Esto es un fraude", "fraud"),
        ("C'est une vraie arnaque", "fraud"), ("Ich will nicht mehr, ich bringe mich um", "self_harm"),
        ("Quiero morir, ya no puedo más", "self_harm"), ("J'ai envie de mourir", "self_harm"),
        ("Die Lampe ist explodiert", "safety"), ("La lámpara explotó", "safety"), ("La lampe a explosé", "safety"),
        ("Ich veranlasse eine Rückbuchung bei meiner Bank", "chargeback"),
    ],
)  # fmt: skip
def test_an_alarm_is_heard_in_every_language(text: str, signal: Signal) -> None:
    assert signal in felt(in_english(text)).escalation_signals


@pytest.mark.parametrize(
    "text",
    ["Wo ist meine Bestellung?", "¿Dónde está mi pedido?", "Où est ma commande ?", "Keine Sorge, kein Anwalt nötig"],
)
def test_an_ordinary_text_raises_none(text: str) -> None:
    assert felt(in_english(text)).escalation_signals == ()


@pytest.mark.parametrize(
    ("text", "english"),
    [
        ("Bitte an Gartenstraße 5, 80331 München", "Gartenstraße 5, 80331 München"),
        ("livrez au 5 rue des Lilas, 75011 Paris", "5 rue des Lilas, 75011 Paris"),
        ("envíenlo a Calle Mayor 5, 28013 Madrid", "Calle Mayor 5, 28013 Madrid"),
        ("meine Mail ist jacke@rechnung.de", "jacke@rechnung.de"),
    ],
)
def test_an_address_is_not_put_into_english(text: str, english: str) -> None:
    assert in_english(text).endswith(english)
