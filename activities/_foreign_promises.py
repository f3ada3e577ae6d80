"""What a German, Spanish or French reply may claim: the main forms."""

from collections.abc import Iterator
from typing import Final

from activities._deeds import Deed
from activities._english_deeds import ANY
from activities._english_promises import Saying
from activities._verbs import Tense

GAP: Final = r"[^.!?;]{0,70}?"

# Each row: what is claimed, the participles (past), the verbs to come, and the things that may stand or come.
Row = tuple[tuple[Deed, ...], str, str, str]

SEND_DE: Final = r"(?:geschickt|gesendet|gesandt|zugeschickt|zugesandt|versendet|verschickt|gemailt|\u00fcbermittelt)"
TO_SEND_DE: Final = r"(?:schicke\w*|sende\w*|verschicke\w*|versende\w*|zuschicken|zusenden|zukommen)"
GERMAN: Final[tuple[Row, ...]] = (
    (("refund",), (
        r"(?:r\u00fcck)?(?:erstattet|\u00fcberwiesen|ausgezahlt|zur\u00fcckgezahlt|zur\u00fcck\u00fcberwiesen"
        r"|gutgeschrieben|zur\u00fcckgebucht)"
    ),
     r"(?:r\u00fcck)?(?:erstatte[nt]?|\u00fcberweise[nt]?|zur\u00fcckzahle[nt]?|zur\u00fcckerstatte[nt]?)",
     r"(?:(?:r\u00fcck)?erstattung|geld|betrag|r\u00fcckzahlung|kaufpreis|summe)"),
    (("cancellation",), (
        r"(?:storniert|gek\u00fcndigt|abbestellt|gestoppt)"
    ), r"(?:storniere[nt]?|k\u00fcndige[nt]?|stoppe[nt]?)", r"(?:stornierung|k\u00fcndigung)"),
    (("replacement",), r"(?:ersetzt|umgetauscht|ausgetauscht)", r"(?:ersetze[nt]?|umtausche[nt]?|austausche[nt]?)",
     r"(?:ersatz\w*|umtausch|austausch|neue[nrs]?\s+(?!adresse)\w+)"),
    (("address",), r"umgeleitet", r"umleite[nt]?", r"(?:(?:liefer)?adresse|anschrift|hausnummer)"),
    (("label",), r"\b\B", r"\b\B", r"(?:\w*etikett|\w*label|versandschein|r\u00fccksendeschein)"),
    (("return",), r"\b\B", r"\b\B", r"(?:r\u00fccksendung|retoure|r\u00fcckgabe)"),
    (("pickup",), r"abgeholt", r"abhole[nt]?", r"abholung"),
    (("credit",), r"\b\B", r"\b\B", r"(?:gutschrift|gutscheine?|guthaben|entsch\u00e4digung|bonuspunkte)"),
    (("discount",), r"(?:erlassen|rabattiert)", r"(?:erlasse[nt]?|schenke[nt]?)", (
        r"(?:rabatt\w*|preisnachlass|nachlass|\d\s?%)"
    )),
    (("callback",), r"angerufen", r"(?:anrufe[nt]?|zur\u00fcckrufe[nt]?)", r"(?:r\u00fcckruf|anruf)"),
    (("handoff", "follow_up"), r"(?:weitergeleitet|\u00fcbergeben|weitergegeben|eskaliert|informiert)",
     (
         r"(?:weiterleite[nt]?|\u00fcbergebe[nt]?|eskaliere[nt]?|weitergebe[nt]?|verbinde[nt]?)"
     ), r"(?:kolleg\w+|vorgesetzte\w*|mitarbeiter\w*)"),
    (("email", "label"), r"(?:gemailt|zugemailt)", r"\b\B", r"(?:e-?mails?|rechnung|best\u00e4tigung|nachricht)"),
    (("expedite",), r"(?:beschleunigt|hochgestuft)", r"beschleunige[nt]?", r"expressversand"),
    (("account",), (
        r"(?:zur\u00fcckgesetzt|entsperrt|gel\u00f6scht|abgemeldet)"
    ), r"(?:zur\u00fccksetze[nt]?|l\u00f6sche[nt]?)", r"(?:konto|passwort)"),
)  # fmt: skip
DOABLE_DE: Final = (
    r"(?:veranlasst|eingeleitet|durchgef\u00fchrt|ausgel\u00f6st|angesto\u00dfen|genehmigt|best\u00e4tigt"
    r"|erledigt|bearbeitet|angelegt|erstellt|ge\u00e4ndert"
    r"|aktualisiert|angepasst|hinterlegt|eingerichtet|bestellt|vereinbart|organisiert|hinzugef\u00fcgt"
    r"|gew\u00e4hrt|beauftragt|abgeschlossen|freigegeben"
    rf"|angek\u00fcndigt|angemeldet|registriert|reserviert|gestrichen|{SEND_DE})"
)
TO_DO_DE: Final = (
    r"(?:veranlasse[nt]?|leite[nt]?|\u00e4nder[en]\w*|aktualisiere[nt]?|gew\u00e4hre[nt]?|schenke[nt]?"
    rf"|erstelle[nt]?|bestelle[nt]?|bearbeite[nt]?|gebe[nt]?|{TO_SEND_DE})"
)
SPANISH: Final[tuple[Row, ...]] = (
    (("refund",), r"(?:reembolsad[oa]s?|devuelto|abonado|reintegrado)", r"(?:reembols|devolver|abonar|reintegr)\w*", (
        r"(?:reembolso|dinero|importe|devoluci\u00f3n\s+del\s+dinero)"
    )),
    (("cancellation",), r"(?:cancelad[oa]s?|anulad[oa]s?)", r"(?:cancel|anul)\w*", (
        r"(?:cancelaci\u00f3n|anulaci\u00f3n)"
    )),
    (("replacement",), r"(?:reemplazad[oa]|cambiado\s+el\s+(?:art\u00edculo|producto))", r"(?:reemplaz|sustitu)\w*",
     r"(?:reemplazo|sustituto|cambio|(?:art\u00edculo|producto|par)\s+nuevo|nuev[oa]\s+(?!direcci)\w+)"),
    (("address",), r"redirigido", r"redirig\w*", r"direcci\u00f3n"),
    (("label",), r"\b\B", r"\b\B", r"etiqueta"),
    (("return",), r"\b\B", r"\b\B", r"devoluci\u00f3n"),
    (("pickup",), r"recogido", r"recog(?:er\w*)", r"recogida"),
    (("credit",), r"compensado", r"compensar\w*", (
        r"(?:vale|cup\u00f3n|cr\u00e9dito|saldo|tarjeta\s+regalo|compensaci\u00f3n|puntos)"
    )),
    (("discount",), r"\b\B", r"\b\B", r"(?:descuento|rebaja|\d\s?%|env\u00edo\s+gratis)"),
    (("callback",), r"llamado", r"llamar\w*", r"llamada"),
    (("handoff", "follow_up"), (
        r"(?:escalad[oa]|transferid[oa]|derivad[oa]|pasado|informado)"
    ), r"(?:escalar|transferir|derivar|pasar)\w*", r"(?:compa\u00f1ero|supervisor|agente)"),
    (("email", "label"), r"\b\B", r"\b\B", r"(?:correo|factura|confirmaci\u00f3n|enlace|mensaje|e-?mail)"),
    (("carrier",), r"\b\B", r"\b\B", r"(?:investigaci\u00f3n|reclamaci\u00f3n)"),
    (("account",), (
        r"(?:restablecid[oa]|eliminad[oa]|desbloquead[oa])"
    ), r"(?:restablecer|eliminar|desbloquear)\w*", r"(?:cuenta|contrase\u00f1a)"),
)  # fmt: skip
DOABLE_ES: Final = (
    r"(?:procesad[oa]s?|tramitad[oa]s?|realizad[oa]s?|iniciad[oa]s?|emitid[oa]s?|aprobad[oa]s?|confirmad[oa]s?"
    r"|cambiad[oa]s?|modificad[oa]s?"
    r"|actualizad[oa]s?|enviad[oa]s?|mandad[oa]s?|a\u00f1adid[oa]s?|aplicad[oa]s?|generad[oa]s?|cread[oa]s?"
    r"|programad[oa]s?|solicitad[oa]s?|hecho|abierto|gestionad[oa]s?)"
)
TO_DO_ES: Final = (
    r"(?:enviar|mandar|dar|hacer|tramitar|procesar|cambiar|modificar|actualizar|a\u00f1adir|aplicar|ofrecer|emitir"
    r"|crear|gestionar|regalar)\w*"
)
FRENCH: Final[tuple[Row, ...]] = (
    (("refund",), (
        r"(?:rembours\u00e9\w*|recr\u00e9dit\u00e9\w*|revers\u00e9\w*)"
    ), r"(?:rembours|recr\u00e9dit)\w*", r"(?:remboursement|argent|montant|somme|totalit\u00e9)"),
    (("cancellation",), r"annul\u00e9\w*", r"annul\w*", r"annulation"),
    (("replacement",), r"(?:remplac\u00e9\w*|\u00e9chang\u00e9\w*)", r"(?:remplac|\u00e9chang)\w*", (
        r"(?:remplacement|\u00e9change|(?:nouvel|nouvelle|nouveau)\s+(?!adresse)\w+)"
    )),
    (("address",), r"(?:redirig\u00e9\w*|r\u00e9achemin\u00e9\w*)", r"redirig\w*", r"adresse"),
    (("label",), r"\b\B", r"\b\B", r"(?:\u00e9tiquette|bon\s+de\s+retour)"),
    (("return",), r"\b\B", r"\b\B", r"retour"),
    (("pickup",), r"r\u00e9cup\u00e9r\u00e9\w*", (
        r"(?:r\u00e9cup\u00e9rer|enl\u00e8v)\w*"
    ), r"(?:enl\u00e8vement|collecte)"),
    (("credit",), r"(?:d\u00e9dommag\u00e9\w*|indemnis\u00e9\w*)", r"(?:d\u00e9dommag|indemnis)\w*", (
        r"(?:bon\s+d'achat|avoir|cr\u00e9dit|carte\s+cadeau|geste\s+commercial|points)"
    )),
    (("discount",), r"\b\B", r"\b\B", r"(?:remise|r\u00e9duction|rabais|\d\s?%|code\s+promo)"),
    (("callback",), r"(?:rappel\u00e9\w*|appel\u00e9\w*)", r"(?:r?appel)\w*", r"(?:appel|rappel)"),
    (("handoff", "follow_up"), (
        r"(?:transmis\w*|transf\u00e9r\u00e9\w*|inform\u00e9\w*|escalad\u00e9\w*)"
    ), r"(?:transmett|transf[\u00e9\u00e8]r|escalad)\w*", r"(?:coll\u00e8gue|conseiller|responsable)"),
    (("email", "label"), r"\b\B", r"\b\B", r"(?:e-?mail|courriel|facture|confirmation|lien|message)"),
    (("carrier",), r"\b\B", r"\b\B", r"(?:enqu\u00eate|r\u00e9clamation)"),
    (("account",), (
        r"(?:r\u00e9initialis\u00e9\w*|supprim\u00e9\w*|d\u00e9bloqu\u00e9\w*)"
    ), r"(?:r\u00e9initialis|supprim|d\u00e9bloqu)\w*", r"(?:compte|mot\s+de\s+passe)"),
)  # fmt: skip
DOABLE_FR: Final = (
    r"(?:trait\u00e9\w*|effectu\u00e9\w*|lanc\u00e9\w*|initi\u00e9\w*|\u00e9mis\w*|approuv\u00e9\w*"
    r"|confirm\u00e9\w*|modifi\u00e9\w*|chang\u00e9\w*|mis\w*\s+\u00e0\s+jour|envoy\u00e9\w*"
    r"|exp\u00e9di\u00e9\w*|ajout\u00e9\w*|appliqu\u00e9\w*|cr\u00e9\u00e9\w*|accord\u00e9\w*|offert\w*"
    r"|programm\u00e9\w*|planifi\u00e9\w*|ouvert\w*|valid\u00e9\w*|fait\w*)"
)
TO_DO_FR: Final = (
    r"(?:envo|enverr|exp\u00e9di|offr|accord|modifi|chang|mett|ajout|appliqu|cr\u00e9|trait|effectu|lanc|vers)\w*"
)

GERMAN_OTHERS: Final[tuple[Saying, ...]] = (
    Saying(ANY, (
        r"\b(?:alles|das|es)\s+(?:habe\s+ich|haben\s+wir|ist)\b"
    ) + GAP + r"\b(?:erledigt|geregelt|gekl\u00e4rt)\b", "done"),
    Saying(("callback",), (
        r"\b(?:ruft|rufe|rufen)\s+(?:ich\s+|wir\s+)?sie\b"
    ) + GAP + r"\b(?:an|zur\u00fcck)\b", "ahead"),
    Saying(("handoff", "callback", "follow_up"), r"\b(?:meldet|melden)\s+(?:wir\s+)?(?:sich|uns)\b" + GAP + (
        r"\bbei\s+ihnen\b|\b\u00fcbernimmt\s+(?:ihren|das|nun|jetzt)\b"
    ), "ahead"),
    Saying(("delivery",), (
        r"\b(?:paket|bestellung|lieferung|sendung|ware|es|sie)\s+(?:kommt|trifft|erreicht)\b"
    ) + GAP + r"\b(?:an|ein|sie|ihnen)\b", "ahead"),
    Saying(("delivery",), r"\b(?:paket|bestellung|lieferung|sendung|ware)\b" + GAP + r"\bwird\b" + GAP + (
        r"\b(?:geliefert|zugestellt|ankommen|eintreffen)\b"
    ), "ahead"),
    Saying(ANY, r"\bk\u00fcmmer[en]\s+(?:ich\s+)?(?:mich|uns)\b|\b(?:ich|wir)\s+k\u00fcmmer[en]\b", "ahead"),
    Saying(("handoff",), r"\b(?:leite|gebe|leiten|geben)\b" + GAP + r"\bweiter\b", "ahead"),
    Saying(("refund",), r"\b(?:geld|betrag|erstattung)\b" + GAP + r"\bauf\s+ihrem\s+(?:konto|bankkonto)\b", "ahead"),
    Saying(("pickup",), r"\b(?:holt|holen)\b" + GAP + r"\bab\b", "ahead"),
)  # fmt: skip
SPANISH_OTHERS: Final[tuple[Saying, ...]] = (
    Saying(ANY, (
        r"\b(?:ya\s+)?est\u00e1\s+(?:todo\s+)?(?:arreglado|solucionado|resuelto|hecho|listo)\b"
        r"|\bdelo?\s+por\s+hecho\b"
    ), "done"),
    Saying(("callback",), r"\b(?:le|te)\s+(?:llamar[\u00e1\u00e9e]\w*|llamamos)", "ahead"),
    Saying(("callback", "handoff", "follow_up"), (
        r"\b(?:le|te)\s+contactar[\u00e1\u00e9e]\w*|\bse\s+pondr\u00e1\w*\s+en\s+contacto\b"
    ), "ahead"),
    Saying(("delivery",), (
        r"\b(?:llegar\u00e1|se\s+entregar\u00e1|ser\u00e1\s+entregado|estar\u00e1\s+en\s+su)\b"
    ), "ahead"),
)  # fmt: skip
FRENCH_OTHERS: Final[tuple[Saying, ...]] = (
    Saying(ANY, (
        r"\b(?:c'est|tout\s+est)\s+(?:fait|r\u00e9gl\u00e9|arrang\u00e9)\b|\bj'ai\s+tout\s+r\u00e9gl\u00e9\b"
    ), "done"),
    Saying(("callback",), r"\b(?:va|vont)\s+vous\s+r?appeler\b|\bvous\s+r?appeller\w+", "ahead"),
    Saying(("callback", "handoff", "follow_up"), (
        r"\b(?:va|vont)\s+vous\s+(?:re)?contacter\b|\bvous\s+(?:re)?contacter(?:a|ai|ons|ont)\b"
    ), "ahead"),
    Saying(("delivery",), r"\b(?:arrivera|(?:sera|serez)\s+livr\u00e9\w*)\b", "ahead"),
)  # fmt: skip


TONGUES: Final = (
    (r"\b(?:ich|wir|sie|ihnen|ihre?[nrms]?|das|der|die|ein|eine[nr]?|wird|wurde)\b", GERMAN, GERMAN_OTHERS),
    (r"\b(?:su|sus|le|les|el|la|los|las|hemos|se|ya|usted|est\u00e1|todo|recibir\u00e1)\b", SPANISH, SPANISH_OTHERS),
    (r"\b(?:je|j'ai|nous|vous|votre|vos|le|la|les|c'est|un|une|tout|l'\w+)\b", FRENCH, FRENCH_OTHERS),
)
"""How to tell a language by its smallest words, and what is claimed in it."""


def sayings() -> Iterator[Saying]:
    for (gate, rows, others), forms in zip(TONGUES, (_german, _spanish, _french), strict=True):
        yield from (saying._replace(gate=gate) for saying in others)
        for deeds, past, coming, thing in rows:
            for pattern, tense in forms(past, coming, thing).items():
                yield Saying(deeds, pattern, tense, gate)


def _german(past: str, coming: str, thing: str) -> dict[str, Tense]:
    done = rf"(?:{past}|(?<=\s){DOABLE_DE})"
    who = r"\b(?:ich|wir|kolleg\w+|mitarbeiter\w*|team)"
    return {
        rf"\bhaben?\b{GAP}\b{past}\b": "done",
        rf"\bhaben?\b{GAP}\b{thing}\b{GAP}\b{DOABLE_DE}\b": "done",
        rf"\b(?:wurden?|ist|sind)\b{GAP}\b{past}\b": "done",
        rf"\b{thing}\b{GAP}\b(?:wurden?|ist|sind)\b{GAP}\b{done}\b": "done",
        rf"\b{thing}\b{GAP}\b(?:ist|sind)\b{GAP}\b(?:unterwegs|auf\s+dem\s+weg|fertig)\b": "done",
        rf"\b(?:wird|werden?)\b{GAP}\b(?:{past}|{coming})\b(?!\s+k\u00f6nn)": "ahead",
        rf"\b{thing}\b{GAP}\b(?:wird|werden)\b{GAP}\b{DOABLE_DE}\b": "ahead",
        rf"\bwerden?\b{GAP}\b{thing}\b{GAP}\b{TO_DO_DE}\b": "ahead",
        rf"{who}\s+{coming}\b": "ahead",
        rf"{who}\s+{TO_DO_DE}\b{GAP}\b{thing}\b": "ahead",
        rf"\bsie\s+(?:erhalten|bekommen|kriegen|sehen)\b{GAP}\b{thing}\b": "ahead",
    }


def _spanish(past: str, coming: str, thing: str) -> dict[str, Tense]:
    return {
        rf"\b(?:he|hemos|ha|han)\s+(?:\w+\s+)?{past}\b": "done",
        rf"\b(?:he|hemos|ha|han)\s+(?:\w+\s+)?{DOABLE_ES}\b{GAP}\b{thing}\b": "done",
        rf"\b(?:sido|fue|fueron|est\u00e1|est\u00e1n|queda)\s+(?:ya\s+)?{past}\b": "done",
        (
            rf"\b{thing}\b{GAP}\b(?:sido|fue|fueron|est\u00e1|queda)\s+(?:ya\s+)?(?:{DOABLE_ES}|en\s+camino"
            r"|en\s+curso|list[oa]|aprobad[oa])\b"
        ): "done",
        rf"\b(?:voy|vamos|va|van)\s+a\s+{coming}": "ahead",
        rf"\b(?:voy|vamos|va|van)\s+a\s+{TO_DO_ES}{GAP}\b{thing}\b": "ahead",
        rf"\b(?:le|les|te|lo|se\s+lo)\s+{coming}": "ahead",
        rf"\b(?={coming})\w+(?:r\u00e9|remos|r\u00e1|r\u00e1n)\b": "ahead",
        rf"\b(?:ser\u00e1n?|estamos|estoy)\s+{past}\b|\b(?:estamos|estoy)\s+(?={coming})\w+ndo\b": "ahead",
        (
            rf"\b(?:le\s+)?(?:enviar|mandar|dar|har|ofrecer|emitir)(?:\u00e9|emos|\u00e1|\u00e1n)\b{GAP}\b{thing}\b"
        ): "ahead",
        (
            r"\ble\s+(?:env\u00edo|enviamos|doy|damos|regalo|regalamos|ofrecemos|ofrezco|mando"
            rf"|mandamos)\b{GAP}\b{thing}\b"
        ): "ahead",
        rf"\baqu\u00ed\s+tienes?\s+(?:\w+\s+){{0,2}}{thing}\b": "done",
        rf"\b(?:recibir|tendr|ver|obtendr)\u00e1n?\b{GAP}\b{thing}\b": "ahead",
    }


def _french(past: str, coming: str, thing: str) -> dict[str, Tense]:
    have = r"(?:j'ai|nous\s+(?:vous\s+)?avons|je\s+vous\s+ai|je\s+l'ai|a|ont)"
    return {
        rf"\b{have}\s+(?:\w+\s+)?{past}\b": "done",
        rf"\b{have}\s+(?:\w+\s+)?{DOABLE_FR}\b{GAP}\b{thing}\b": "done",
        rf"\b(?:\u00e9t\u00e9|est|sont)\s+(?:\w+\s+)?{past}(?!\w)": "done",
        (
            rf"\b{thing}\b{GAP}\b(?:\u00e9t\u00e9|est|sont)\s+(?:\w+\s+)?(?:{DOABLE_FR}|en\s+cours|en\s+route"
            r"|en\s+chemin|pr\u00eate?)(?!\w)"
        ): "done",
        rf"\b(?:vais|allons|va|vont)\s+(?:vous\s+)?{coming}": "ahead",
        rf"\b(?:vais|allons|va|vont)\s+(?:vous\s+)?{TO_DO_FR}{GAP}\b{thing}\b": "ahead",
        rf"\b(?:je|nous)\s+(?:vous\s+)?{coming}": "ahead",
        rf"\b(?:je|nous)\s+vous\s+{TO_DO_FR}{GAP}\b{thing}\b": "ahead",
        rf"\b(?:sera|seront|serez)\s+(?:\w+\s+)?{past}(?!\w)": "ahead",
        rf"\bvous\s+(?:recevrez|aurez|verrez|obtiendrez|retrouverez|b\u00e9n\u00e9ficiez)\b{GAP}\b{thing}\b": "ahead",
    }
