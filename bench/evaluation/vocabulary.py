"""The words by which facts are recognised in a reply."""

from typing import Final

from bench.evaluation.scenario import Language


def _split(words: str) -> tuple[str, ...]:
    return tuple(words.split())


MONTHS: Final[dict[Language, tuple[str, ...]]] = {
    "en": _split("January February March April May June July August September October November December"),
    "de": _split("Januar Februar März April Mai Juni Juli August September Oktober November Dezember"),
    "es": _split("enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre"),
    "fr": _split("janvier février mars avril mai juin juillet août septembre octobre novembre décembre"),
}

FUNCTION_WORDS: Final[dict[Language, frozenset[str]]] = {
    "en": frozenset(_split("the and you your is are was it i of for with have this that what will can please from to")),
    "de": frozenset(
        _split("der die das und ist sie ihr ihre ihnen wir ich nicht mit für den dem ein eine wurde wird zu")
    ),
    "es": frozenset(_split("el los las su se está usted por para con que del una un ha ser puede le y en si")),
    "fr": frozenset(_split("le les vous votre est et pour avec je nous dans une un que pas sur ce cette du des vos")),
}

WORDS: Final[dict[str, dict[Language, tuple[str, ...]]]] = {
    "moving": {
        "en": ("on its way", "in transit", "travels", "under way"),
        "de": ("unterwegs", "auf dem weg", "auf dem transport"),
        "es": ("en camino", "en tránsito", "de camino"),
        "fr": ("en route", "en chemin", "en cours d'acheminement", "en transit"),
    },
    "delayed": {
        "en": ("delayed", "late", "delay"),
        "de": ("verspätet", "verspätung", "verzögert", "verzögerung", "verspätet sich", "verzögert sich"),
        "es": ("retrasad*", "retraso", "demora*"),
        "fr": ("retard", "en retard", "retardé*"),
    },
    "preparing": {
        "en": ("being prepared", "processing", "prepared", "preparing"),
        "de": ("vorbereitet", "bearbeitet", "bearbeitung", "zusammengestellt"),
        "es": ("preparando", "preparación", "prepara*", "procesando"),
        "fr": ("préparation", "préparée", "en cours de préparation", "prépar*"),
    },
    "delivered": {
        "en": ("delivered",),
        "de": ("zugestellt", "geliefert", "ausgeliefert"),
        "es": ("entregad*",),
        "fr": ("livrée", "livré", "livrés", "livrées"),
    },
    "lost": {
        "en": ("lost",),
        "de": ("verloren", "verloren gegangen", "verlorengegangen"),
        "es": ("perdid*", "extraviad*", "perdió", "extravió"),
        "fr": ("perdu", "perdue", "égaré*"),
    },
    "cancelled": {
        "en": ("cancelled", "canceled", "cancellation"),
        "de": ("storniert", "stornierung"),
        "es": ("cancelad*", "anulad*", "cancelación"),
        "fr": ("annulée", "annulé", "annulation"),
    },
    "shall_i": {
        "en": ("shall i", "should i", "do you want", "would you like", "reply yes", "yes or no"),
        "de": ("soll ich", "möchten sie", "wollen sie", "ja oder nein"),
        "es": ("quiere que", "desea que", "desea", "quiere", "sí o no"),
        "fr": ("dois-je", "souhaitez-vous", "voulez-vous", "oui ou non"),
    },
    "which": {
        "en": ("which", "order number", "what do you mean", "what is meant", "what you mean"),
        "de": ("welche", "welcher", "welches", "bestellnummer", "um welche"),
        "es": ("qué pedido", "cuál", "número de pedido", "qué artículo", "de qué"),
        "fr": ("quelle commande", "laquelle", "numéro de commande", "de quelle", "quel", "quelle"),
    },
    "person": {
        "en": ("colleague", "person", "somebody", "someone", "human", "team"),
        "de": ("kollege", "kollegin", "kollegen", "mitarbeiter*", "person", "mensch"),
        "es": ("compañer*", "persona", "agente", "colega"),
        "fr": ("collègue", "personne", "conseiller", "conseillère"),
    },
    "not_found": {
        "en": ("do not find", "don't find", "cannot find", "not find", "no order", "do not see", "check the number"),
        "de": ("nicht finden", "finde ich nicht", "finde", "keine bestellung", "nummer prüfen", "prüfen sie"),
        "es": ("no encuentro", "no encontramos", "no figura", "no veo", "compruebe"),
        "fr": ("ne trouve pas", "ne trouve", "introuvable", "ne vois", "vérifi*"),
    },
    "label": {
        "en": ("label",),
        "de": ("rücksendeetikett", "retourenetikett", "etikett", "versandetikett", "retourenlabel", "label"),
        "es": ("etiqueta",),
        "fr": ("étiquette",),
    },
    "refund": {
        "en": ("refund", "refunded", "refunds", "go back to you", "money back"),
        "de": ("erstattung", "rückerstattung", "erstattet", "zurückerstattet", "rückzahlung", "zurück"),
        "es": ("reembolso", "reembols*", "devolución", "devuelv*"),
        "fr": ("remboursement", "rembours*"),
    },
    "return": {
        "en": ("return", "returned", "returns", "send back", "sent back", "send it back"),
        "de": ("rücksendung", "retoure", "zurücksenden", "zurückgesendet", "rückgabe", "zurückgeschickt"),
        "es": ("devolución", "devolver", "devuelt*"),
        "fr": ("retour", "retourner", "renvoyer", "retourné*"),
    },
    "carrier": {
        "en": ("asked the carrier", "contacted", "asked UPS", "asked DHL", "asked FedEx", "carrier"),
        "de": ("zusteller", "paketdienst", "versanddienst*", "transporteur", "spediteur"),
        "es": ("transportista", "mensajería", "transporte"),
        "fr": ("transporteur",),
    },
    "sorry": {
        "en": ("sorry", "apologise", "apologize"),
        "de": ("entschuldig*", "tut mir leid", "bedauer*", "leid"),
        "es": ("siento", "lamento", "disculp*", "perdón", "lamentamos"),
        "fr": ("désolé", "désolée", "regrett*", "excuse*", "pardon"),
    },
}
"""Words of a kind; a `*` stands for the rest of a word."""
