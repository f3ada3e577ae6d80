"""What a clause in another language wants: texts that nothing was trained on."""

import pytest

from activities._foreign import foreign_intent, parted
from activities.intent_analyzer import understood

UNSEEN = {
    "de": {
        "Wissen Sie, wo mein Päckchen gerade steckt?": "order_status",
        "Den Rucksack möchte ich gern zurückgeben": "return_request",
        "Schicken Sie mir bitte eine Rechnung über den Einkauf": "billing_invoice",
        "Ich will mein Geld wiederhaben": "refund_request",
        "Mein Kennwort habe ich leider vergessen": "account_access",
        "Kann man bei Ihnen mit Kreditkarte zahlen?": "payment_methods",
        "Die Lampe ist beschädigt bei mir angekommen": "product_issue",
    },
    "es": {
        "¿Sabe dónde se encuentra mi paquete ahora?": "order_status",
        "La mochila la quiero devolver": "return_request",
        "Mándeme por favor una factura de la compra": "billing_invoice",
        "Exijo que me reembolsen el dinero": "refund_request",
        "He perdido la contraseña y no puedo entrar": "account_access",
        "¿Se puede pagar con tarjeta de crédito?": "payment_methods",
        "La lámpara ha llegado rota": "product_issue",
    },
    "fr": {
        "Savez-vous où se trouve mon colis en ce moment ?": "order_status",
        "Je souhaite retourner le sac à dos": "return_request",
        "Pouvez-vous m'envoyer une facture pour mon achat ?": "billing_invoice",
        "Je demande à être remboursé": "refund_request",
        "J'ai perdu mon mot de passe": "account_access",
        "On peut régler par carte bancaire ?": "payment_methods",
        "La lampe est arrivée cassée": "product_issue",
    },
}


@pytest.mark.parametrize("language", UNSEEN)
def test_a_clause_is_understood_with_or_without_its_accents(language: str) -> None:
    right = [foreign_intent(text, language)[0] == name for text, name in UNSEEN[language].items()]
    assert sum(right) == len(right)
    plain = str.maketrans("áéíóúñâêîôûàèùçäöü", "aeiounaeiouaeucaou")
    same = [foreign_intent(text.translate(plain), language)[0] == name for text, name in UNSEEN[language].items()]
    assert sum(same) >= len(same) - 1


@pytest.mark.parametrize("language", UNSEEN)
def test_how_sure_all_intents_are_adds_up_to_one(language: str) -> None:
    name, sure, others = foreign_intent(next(iter(UNSEEN[language])), language)
    assert len(others) == 26
    assert name not in dict(others)
    assert sure >= others[0][1]
    assert sure + sum(part for _, part in others) == pytest.approx(1, abs=0.02)


def test_clauses_part_at_sentences_and_at_what_joins_two_wishes() -> None:
    assert parted("Ich will stornieren und ich brauche eine Rechnung", "de") == [
        "Ich will stornieren", "ich brauche eine Rechnung",
    ]  # fmt: skip
    assert parted("Quiero cancelar. También necesito la factura", "es")[0] == "Quiero cancelar."
    assert len(parted("Où est mon colis ? Et je veux une facture", "fr")) == 2


def test_what_is_not_of_a_shop_is_not_made_a_matter_of_orders() -> None:
    for text in ("Wie wird das Wetter in Hamburg?", "¿Qué tiempo hará en Madrid?", "Quel temps fera-t-il à Lyon ?"):
        assert understood(text).intent == "out_of_scope"
