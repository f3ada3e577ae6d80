"""What can be done to what, in English: the verbs, and the things that they are done to."""

from typing import Final

from activities._deeds import Deed

CURRENCY: Final = r"(?:[$€£]\s?\d|\b\d[\d.,]*\s?(?:[$€£]|eur|usd|gbp|euros?|dollars?|pounds?|cents?)\b)"
REFUND: Final = (
    r"\b(?:refunds?|reimbursements?|money|funds|cash|cents?|(?:full|whole|total|entire|this|the"
    r"|that)\s+(?:amount|sum)s?|amount|sum"
    r"|(?:duplicate|double|second|extra|wrong)\s+(?:charge|payment)|(?:charge|payment|difference|deposit))\b"
)
PRICE: Final = rf"(?:{REFUND}|{CURRENCY})"
ORDER: Final = (
    r"\b(?:orders?|purchases?|shipments?|items?|subscriptions?|memberships?|bookings?|the\s+rest|it|them|that|this)\b"
)
NEW: Final = (
    r"\b(?:replacements?|substitutes?|(?:brand[\s-]?)?new\s+(?!address|password|code|date|order\s+number)[\w-]+"
    r"|new\s+one|another\s+[\w-]+"
    r"|fresh\s+\w+|missing\s+\w+|spare\s+\w+|second\s+one|exchanges?|swaps?|right\s+(?:size|item|one"
    r"|colou?r))\b"
)
SIZE: Final = r"\b(?:sizes?|colou?rs?|items?|mug|it|them|one|pair)\b"
RETURN: Final = r"\breturns?\b(?!\s+(?:label|policy|address|shipping|postage))(?:\s+(?:request|process|shipment))?"
LABEL: Final = r"\b(?:labels?|return\s+slip|qr\s+code)\b"
ADDRESS: Final = r"\b(?:address(?:es)?|house\s+number|postcode|zip\s+code|street|destination)\b"
PARCEL: Final = r"\b(?:parcels?|packages?|shipments?|orders?|deliver(?:y|ies)|it|they|items?|box|goods|pack)\b"
PLACE: Final = r"\b(?:to|towards)\s+(?:the|your|a|another|an|that|this|her|his|their)\b"
CREDIT: Final = (
    r"\b(?:(?:store|shop|account|goodwill)\s+credits?|credits?|vouchers?|gift\s*cards?|coupons?|(?:bonus|reward"
    r"|loyalty)?\s*points"
    r"|compensation|goodwill)\b"
)
DISCOUNT: Final = (
    r"(?:\bdiscounts?\b|\bpercent\b|\d\s?%|\bpromo(?:tion)?s?\b|\bfree\s+(?:shipping|delivery|gift|returns?)\b"
    r"|\bprice\s+match\b)"
)
FEE: Final = r"\b(?:fees?|surcharges?|shipping|postage|costs?|(?:delivery|shipping)\s+charges?)\b"
CALL: Final = r"\b(?:call(?:s|\s*back)?|callbacks?|phone\s+call|ring|appointments?)\b"
CASE: Final = (
    r"\b(?:case|this|it|complaint|request|matter|issue|ticket|concerns?|message|conversation|chat|you|order"
    r"|feedback|report|inquiry"
    r"|details|problem)\b"
)
TO_STAFF: Final = (
    r"\b(?:to|with|by|over\s+to|on\s+to|onto|for)\s+(?:[\w']+\s+){0,4}?(?:team|colleague|agent|specialist"
    r"|manager|supervisor|advisor"
    r"|adviser|department|human|person|management|expert|representative|level|priority|boss|warehouse"
    r"|headquarters|someone|team\s+lead)\b"
)
MAIL: Final = (
    r"\b(?:e-?mails?|confirmations?|invoices?|receipts?|copy|copies|links?|text\s+messages?|sms|messages?"
    r"|instructions|details)\b"
)
ACCOUNT: Final = (
    r"\b(?:accounts?|passwords?|profile|phone\s+number|(?:e-?mail\s+)?address\s+on\s+file|newsletter|membership"
    r"|username|data|2fa)\b"
)

ANY: Final[tuple[Deed, ...]] = (
    "refund", "cancellation", "replacement", "return", "label", "address", "credit", "callback", "email",
    "expedite", "carrier", "account", "order_change", "note",
)  # fmt: skip
THING: Final = (
    r"\b(?:it|this|that|everything|(?:the|your|this|that)\s+(?:issue|problem|request|matter|case|situation|query"
    r"|concern|wish)s?)\b"
)

DOABLE: Final = (
    "process issue initiate make/made/making push release complete arrange trigger submit/submitted/submitting "
    "book "
    "start begin/began/beginning launch request approve authorise authorize confirm finalise finalize "
    "set_up/set_up/setting_up"
)
SEND: Final = (
    "send/sent/sending ship/shipped/shipping dispatch post mail e-?mail forward deliver post get/got/getting "
    "courier/couriered/couriering"
)
MOVE: Final = (
    "transfer/transferred/transferring return give/gave/giving give/given/giving pay/paid/paying credit reverse "
    "remove grant wire"
)
CHANGE: Final = (
    "change update modify/modified/modifying correct edit save set/set/setting replace switch amend fix adjust "
    "register add enter record"
)
GIVE: Final = (
    "add give/gave/giving give/given/giving offer apply/applied/applying credit grant issue send/sent/sending "
    "top_up/topped_up/topping_up"
    " take/took/taking take/taken/taking knock provide put/put/putting load book deposit gift "
    "transfer/transferred/transferring"
)

DONE_TO: Final[tuple[tuple[tuple[Deed, ...], str, str], ...]] = (
    (("refund",), "refund reimburse repay/repaid/repaying pay_back/paid_back/paying_back compensate", ""),
    (("refund",), f"{DOABLE} {MOVE} {SEND} accept", PRICE),
    (("cancellation",), (
        "cancel cancel/cancelled/cancelling call_off/called_off/calling_off annul/annulled/annulling void revoke"
    ), ""),
    (("cancellation",), (
        "stop/stopped/stopping halt end terminate withdraw/withdrew/withdrawing withdraw/withdrawn/withdrawing"
    ), ORDER),
    (("cancellation",), f"{DOABLE} put/put/putting accept", r"\b(?:cancellations?|stop\s+to|hold\s+on)\b"),
    (("replacement",), f"{SEND} {DOABLE} order give/gave/giving pack reserve provide prepare accept", NEW),
    (("replacement",), "exchange swap/swapped/swapping replace", SIZE),
    (("replacement", "return"), "exchange swap/swapped/swapping", ""),
    (("return",), f"{DOABLE} open accept register create log/logged/logging", RETURN),
    (("pickup",), (
        f"{DOABLE} schedule organise organize send/sent/sending"
    ), r"\b(?:pick-?\s?ups?|collections?|courier)\b"),
    (("pickup",), "collect pick_up/picked_up/picking_up", (
        r"\b(?:parcels?|packages?|items?|box|it|them|sofa|from\s+your)\b"
    )),
    (("label",), f"{SEND} {DOABLE} create generate attach prepare print/printed/printing upload", LABEL),
    (("address",), CHANGE, ADDRESS),
    (("address",), "redirect reroute re-route divert", ""),
    (("credit",), f"{GIVE} {DOABLE}", CREDIT),
    (("discount",), f"{GIVE} {DOABLE} match honour honor reduce lower cut/cut/cutting", DISCOUNT),
    (("discount",), "match honour honor reduce lower cut/cut/cutting", r"\bpric(?:e|es|ing)\b"),
    (("discount",), "waive", ""),
    (("discount",), "remove delete drop/dropped/dropping cover absorb take_off/took_off/taking_off cancel", FEE),
    (("callback",), f"{DOABLE} schedule give/gave/giving organise", CALL),
    (("callback",), "call phone ring/rang/ringing telephone", r"\b(?:you|your\s+\w+|back)\b"),
    (("follow_up", "callback", "handoff"), (
        "contact reach_out/reached_out/reaching_out get_back/got_back/getting_back"
    ), r"\byou\b"),
    (("handoff",), "escalate hand_over/handed_over/handing_over", ""),
    (("handoff",), (
        "transfer/transferred/transferring connect pass/passed/passing forward assign hand refer/referred/referring"
        " put_through/put_through/putting_through report send/sent/sending raise bring/brought/bringing alert "
        "flag/flagged/flagging"
    ), TO_STAFF),
    (("handoff",), "pass_on/passed_on/passing_on forward flag/flagged/flagging prioritise prioritize assign", CASE),
    (("handoff", "carrier"), (
        f"{DOABLE} open create file log/logged/logging raise"
    ), r"\b(?:tickets?|case|complaint|report)\b"),
    (("handoff",), "inform notify/notified/notifying alert brief", (
        r"\b(?:teams?|colleagues?|managers?|warehouse|supervisors?|department|case)\b"
    )),
    (("email", "label", "callback", "return"), f"{SEND} resend/resent/resending", MAIL),
    (("expedite",), (
        "expedite upgrade speed_up/sped_up/speeding_up prioritise prioritize rush"
    ), r"\b(?:orders?|shipping|delivery|parcel|it|shipment)\b"),
    (("shipping", "delivery", "replacement"), (
        "ship/shipped/shipping dispatch deliver hand hand_over/handed_over/handing_over"
    ), PARCEL),
    (("shipping", "delivery", "replacement", "email"), "send/sent/sending", (
        r"\b(?:parcels?|packages?|shipments?|orders?|items?|goods)\b"
    )),
    (("shipping", "delivery", "replacement"), "ship/shipped/shipping dispatch", ""),
    (("email",), f"{DOABLE} create generate", MAIL),
    (("carrier",), f"{DOABLE} open file raise lodge", (
        r"\b(?:investigations?|claims?|trace|search|inquir(?:y|ies)|enquir(?:y|ies))\b"
    )),
    (("carrier",), "contact ask instruct tell/told/telling inform notify/notified/notifying call alert",
     (
         r"\b(?:carriers?|couriers?|drivers?|dhl|ups|dpd|hermes|fedex|gls|post\s+office|delivery\s+(?:company"
         r"|service|partner))\b"
     )),
    (("account",), (
        f"{CHANGE} delete close reset/reset/resetting unlock unsubscribe deactivate activate remove erase upgrade "
        "create"
    ), ACCOUNT),
    (("account",), "unsubscribe unlock upgrade subscribe verify/verified/verifying", r"\byou(?:r\s+account)?\b"),
    (("order_change",), (
        "add remove take_off/took_off/taking_off reserve hold/held/holding"
    ), r"\b(?:to|from|in|for|off)\s+(?:your|the|you)\b"),
    (("order_change", "account"), "extend renew prolong", ""),
    (("order_change",), f"{CHANGE} {DOABLE} remove", (
        r"\b(?:sizes?|colou?rs?|quantit(?:y|ies)|items?|modifications?|payment\s+method|delivery\s+(?:date|slot"
        r"|time))\b"
    )),
    (("order_change",), "modify/modified/modifying adjust amend", r"\borders?\b"),
    (("order_change", "address", "note"), "update change", r"\borders?\b(?!\s+status)"),
    (("order_change", "account"), CHANGE, r"\b(?:name|phone|e-?mail)\b"),
    (("delivery",), "reschedule postpone attempt confirm schedule", (
        r"\b(?:deliver(?:y|ies)|packages?|parcels?|shipments?)\b"
    )),
    (("credit", "refund"), "credit", r"\b(?:accounts?|you|card)\b"),
    (("discount",), "adjust change update correct fix", r"\bprices?\b"),
    (("note", "carrier"), "leave/left/leaving", r"\bnotes?\b"),
    (ANY, "resolve fix solve sort sort_out handle settle process implement sort_out/sorted_out/sorting_out", THING),
    (("note",), (
        "note_down/noted_down/noting_down write_down/wrote_down/writing_down write_down/written_down/writing_down"
    ), ""),
)  # fmt: skip
STANDING: Final[tuple[tuple[tuple[Deed, ...], str], ...]] = (
    (("refund",), PRICE),
    (("cancellation",), r"\bcancell?ations?\b"),
    (("replacement",), NEW),
    (("return",), RETURN),
    (("pickup",), r"\b(?:pick-?\s?ups?|collections?)\b"),
    (("label",), LABEL),
    (("address",), r"\b(?:address\s+changes?|change\s+of\s+address|new\s+address|redirection)\b"),
    (("credit",), CREDIT),
    (("discount",), DISCOUNT),
    (("callback",), CALL),
    (("handoff", "follow_up"), r"\b(?:agent|colleague|person|supervisor|manager|escalation|hand-?over|transfer)\b"),
    (("email", "label", "callback", "return"), MAIL),
    (("carrier",), r"\b(?:investigations?|claims?)\b"),
)
