"""One conversation in each language, through the real actors."""

import pytest

from activities.intent_analyzer import understood
from tests.activities.cases import DELIVERED, PREPARED, TRAVELLING
from tests.activities.talk import Talk

WHERE = {
    "de": ("Guten Tag, wo ist meine Bestellung {order}?", "ist unterwegs", "Sendungsnummer"),
    "es": ("Hola, ¿dónde está mi pedido {order}?", "está en camino", "número de seguimiento"),
    "fr": ("Bonjour, où est ma commande {order} ?", "est en route", "numéro de suivi"),
}
CANCEL = {
    "de": (
        "Bitte stornieren Sie meine Bestellung {order}",
        "Soll ich die Bestellung {order} stornieren",
        "ja bitte",
        "nein",
    ),
    "es": (
        "Por favor cancelen mi pedido {order}",
        "¿Quiere que cancele el pedido {order}",
        "sí, por favor",
        "no gracias",
    ),
    "fr": (
        "Annulez ma commande {order} s'il vous plaît",
        "Voulez-vous que j'annule la commande {order}",
        "oui",
        "non merci",
    ),
}
BACK = {
    "de": "Die Jacke aus Bestellung {order} ist mir zu klein, ich möchte sie zurückschicken",
    "es": "La chaqueta del pedido {order} me queda pequeña, quiero devolverla",
    "fr": "La veste de la commande {order} est trop petite, je veux la renvoyer",
}


@pytest.mark.parametrize("language", WHERE)
async def test_the_whereabouts_of_an_order_are_told_in_the_language_of_the_question(language: str) -> None:
    asked, status, number = WHERE[language]
    heard = await Talk().say(asked.format(order=TRAVELLING.order_id))
    assert heard.intent.intent == "order_status"
    assert all(part in heard.text for part in (TRAVELLING.order_id, status, number, str(TRAVELLING.tracking_number)))


@pytest.mark.parametrize("language", CANCEL)
async def test_a_yes_in_their_language_does_what_was_asked_about(language: str) -> None:
    asked, question, yes, _ = CANCEL[language]
    talk = Talk()
    first = await talk.say(asked.format(order=PREPARED.order_id))
    assert question.format(order=PREPARED.order_id) in first.text
    assert first.deeds == []
    assert (await talk.say(yes)).deeds == [f"cancel_order {PREPARED.order_id}"]


@pytest.mark.parametrize("language", CANCEL)
async def test_a_no_in_their_language_does_nothing(language: str) -> None:
    asked, _, _, no = CANCEL[language]
    talk = Talk()
    refused = await talk.say(asked.format(order=PREPARED.order_id), no)
    assert refused.deeds == []
    assert refused.asks is None


@pytest.mark.parametrize("no", ["No", "no.", "No, déjalo así"])
async def test_a_bare_no_in_spanish_is_no_verb_that_is_denied(no: str) -> None:
    talk = Talk()
    refused = await talk.say(CANCEL["es"][0].format(order=PREPARED.order_id), no)
    assert (refused.deeds, refused.asks) == ([], None)


@pytest.mark.parametrize("language", BACK)
async def test_the_reason_for_a_return_is_understood(language: str) -> None:
    heard = await Talk().say(BACK[language].format(order=DELIVERED.order_id))
    assert [(action.name, action.reason) for action in heard.plan][:1] == [("process_return", "does not fit")]


@pytest.mark.parametrize("language", WHERE)
async def test_a_bare_number_is_answered_in_the_language_of_the_session(language: str) -> None:
    asked, status, _ = WHERE[language]
    talk = Talk()
    heard = await talk.say(asked.format(order=PREPARED.order_id), TRAVELLING.order_id)
    assert TRAVELLING.order_id in heard.text
    assert status in heard.text


async def test_the_language_may_change_within_a_session() -> None:
    talk = Talk()
    await talk.say(WHERE["de"][0].format(order=TRAVELLING.order_id))
    heard = await talk.say(f"Sorry, in English please: where is my order {TRAVELLING.order_id}?")
    assert "is on its way" in heard.text


async def test_a_language_that_we_do_not_speak_gets_a_person() -> None:
    heard = await Talk().say("Dzień dobry, gdzie jest moja paczka? Czekam już dwa tygodnie.")
    assert heard.intent.language == "pl"
    assert heard.escalated


@pytest.mark.parametrize(
    ("text", "order"),
    [
        ("Wo bleibt Bestellung 12345?", "ORD-00012345"),
        ("¿Qué pasa con el pedido 12345?", "ORD-00012345"),
        ("Où en est la commande n° 12345 ?", "ORD-00012345"),
        ("Was ist mit ORD-00012345", "ORD-00012345"),
    ],
)
def test_an_order_number_is_found_in_every_language(text: str, order: str) -> None:
    assert understood(text).entities.order_ids == (order,)


def test_a_sentence_with_two_wishes_has_two_matters() -> None:
    found = understood(
        "Ich möchte die Bestellung 12345 stornieren. Und ich brauche eine Rechnung für Bestellung 54321."
    )
    assert set(found.wanted) == {"cancel_order", "billing_invoice"}
