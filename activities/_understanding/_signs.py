"""Turns of phrase by which people try to steer an assistant, in several languages."""

import re
from typing import Final

LEAVE: Final = (
    r"(?:ignor\w*|disregard\w*|forget\w*|overlook|override|discard|drop|skip|bypass|never\s+mind|pay\s+no\s+attention|"
    r"set\s+aside|leave\s+(?:aside|behind)|put\s+(?:aside|out)|stop\s+following|cancel|abweich\w+|entgegen|vergiss|vergessen|"
    r"missacht\w+|nicht\s+beacht\w+|streich\w*|lass\w*|olvid\w+|descart\w+|oubli\w+|dimentic\w+|esque\w+|negeer|vergeet|"
    r"zignoruj|zapomnij|zaborav\w+|zanemari|\u0437\u0430\u0431\u0443\u0434\w+|\u0438\u0433\u043d\u043e\u0440\w+|"
    r"\u5ffd\u7565|\u65e0\u89c6|\u5fd8\u8bb0|\u5fd8\u6389|\u7121\u8996|unut|abaikan|lupakan|1gn0r\w+)"
)
ORDERS: Final = (
    r"(?:instruc\w*|instruk\w*|istruzion\w*|rules?|guideline\w*|directive\w*|directions|orders?\s+(?:you|from|above)|"
    r"(?:previous|prior|preceding|former|earlier|all|any|your)\s+orders|prompts?|assignments?|tasks?|policy|policies|"
    r"restrictions|programming|training|context|documents?|articles?|sources|above|earlier|previous\w*|prior|"
    r"before\s+(?:this|that)|everything|all\s+(?:of\s+)?(?:what|that|we|you)|anweisung\w*|vorgab\w*|regeln?|befehl\w*|"
    r"auftr\w+|aufgaben|angaben|obig\w*|oberen|vorherig\w*|bisherig\w*|vorig\w*|davor|alles|artikel|dokument\w*|"
    r"\u00f3rdenes|reglas|todo|tout\w*|consignes|r\u00e8gles|regole|regras|regels|polecenia|sve|naredb\w*|"
    r"\u0432\u0441\u0435|\u0432\u0441\u0451|\u043f\u0440\u0430\u0432\u0438\u043b\u0430|"
    r"\u6307\u4ee4|\u6307\u793a|\u89c4\u5219|\u63d0\u793a|talimat\w*|instruksi|perintah)"
)
UNBOUND: Final = (
    r"(?:unfiltered|uncensored|amoral|non-?moral|immoral|unethical|unrestricted|unbound|unchained|jail\s?br[eo]\w+|"
    r"no\s+(?:\w+\s+){0,3}(?:limits?|limitations?|restrictions?|filters?|rules|morals?|ethics|censorship|boundaries|guidelines)|"
    r"without\s+(?:\w+\s+){0,3}(?:limit\w*|restrict\w*|filter\w*|ethic\w*|moral\w*|censor\w*|rules|consequences|hesitat\w+)|"
    r"(?:free|broken\s+free|not\s+bound|devoid)\s+(?:of|from|by)\b|do\s+anything|disregard\w*\s+(?:all\s+)?(?:laws?|morals?|ethics))"
)
ACT: Final = (
    r"(?:you\s+are\s+(?:now|about\s+to|going\s+to|to\s+act)|you(?:'re|\u2019re)\s+(?:now|going\s+to|about\s+to)|"
    r"(?:act|behave|respond|reply|answer|speak|talk)\s+(?:as|like)\b|"
    r"pretend|im\s?personate|role-?\s?play\w*|simulate|play\s+(?:the\s+role|a\s+character|as)|take\s+on\s+the\s+role|"
    r"persona\b|in\s+character|your\s+(?:new\s+)?(?:name|role|character)\s+(?:is|will)|"
    r"(?:jetzt|nun|ab\s+jetzt)\s+bist\s+du|du\s+bist\s+(?:jetzt|nun|ab)|stell\s+dir\s+vor|versetze?\s+dich|auftr(?:eten|itt)|"
    r"fungier\w+|eres\s+|desde\s+ahora|d\u00e9sormais|\u4f60\u662f|\u626e\u6f14)"
)

SIGNS: Final = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        rf"\b{LEAVE}\b.{{0,60}}?\b{ORDERS}\b|(?:\u5ffd\u7565|\u65e0\u89c6|\u5fd8\u8bb0).{{0,12}}(?:\u6307\u4ee4|\u89c4\u5219|\u63d0\u793a)",
        rf"\b{ORDERS}\b.{{0,40}}?\b{LEAVE}\b",
        r"\b(?:vergiss|forget|olvid\w+|oubli\w+|ignore)\s+(?:alles|everything|it\s+all|all|todo|tout)\b",
        (r"\b(?:new|next|another|other|further|neue[rns]?|n\u00e4chste[rns]?|weitere|nueva|nouvelle)\s+"
        r"(?:\w+\s+)?(?:tasks?|assignments?|instructions?|directives?|orders|prompts?|jobs?|challenge|test|aufgaben?|"
        r"auftr\w+|anweisung\w*|regeln|tarea|t\u00e2che)\b"),
        (r"^\W*(?:well\s+done|great|superb\w*|excellent|very\s+good|good\s+job|fine|man,|congratulations|perfect|"
        r"sehr\s+(?:gut|sch\u00f6n)|super|toll|prima|ausgezeichnet\w*|klasse|bestens|gl\u00fcckwunsch|herzlichen|wunderbar|"
        r"mensch,|einfach\s+gro\u00dfartig).{0,80}\b(?:now|next|but|task|test|still|nun|jetzt|aufgabe\w*|doch)\b"),
        rf"\b{ACT}",
        rf"\b{UNBOUND}\b",
        rf"\b{ACT}.{{0,300}}\b{UNBOUND}",
        (r"\b(?:never|not|don'?t|do\s+not|cannot|must\s+not|no)\b.{0,30}\b(?:refus\w+|apologi[sz]\w+|warn\w*|disclaimers?|"
        r"break\s+character|decline|say\s+no|moral\w*|mention\w*\s+(?:that|ethic\w*|rules|polic\w*))"),
        (r"\bas\s+an\s+(?:ai|language)|"
        r"\bi(?:'m|\u2019m| am)\s+sorry\b.{0,20}\b(?:but|i\s+can)|\bi\s+can(?:'t|not|\u2019t)\b\W"),
        (r"\b(?:chat\s?gpt|open\s?ai|gpt-?\d?|language\s+model|llm|chat\s?bot|ai\s+(?:model|assistant|language|bot)|artificial\s+"
        r"intelligence|an\s+ai|k\u00fcnstliche\s+intelligenz|b\u00f6se\s+ki|\u4eba\u5de5\u667a\u80fd)\b"),
        (r"\b(?:system|initial|hidden|original|secret|full|entire)\s+(?:prompt|instructions?|message|rules)\b|\bsystem-?prompt|"
        r"\bprompt-?text|\byour\s+(?:\w+\s+)?(?:prompt|instructions|directives|guidelines|rules|programming|embeddings|weights|"
        r"developers?)\b|\b(?:deine|deiner|deinen)\s+(?:\w+\s+)?(?:anweisung\w*|instruktion\w*|prompt\w*|regeln|auftrag)|"
        r"\u7cfb\u7edf\u63d0\u793a"),
        (r"\b(?:text|words?|lines?|written|said|stands?|stand|was)\b.{0,25}\b(?:above|before|beginning|top|oben|davor|anfang|"
        r"obigen)\b|\b(?:above|previous|obige[nrs]?|preceding)\s+(?:text|prompt|words|instructions|lines?|aufforderung)"),
        (r"\b(?:say|print|output|write|repeat|reply|answer|respond|respondes|shout|schreibe?|sag\w*|antworte|gib|drucke|dis|dites|"
        r"di|dices|dime|reci|\u0441\u043a\u0430\u0436\w+|\u043d\u0430\u043f\u0438\u0448\w+)\b\s*(?:\w+\s+){0,3}?[\"'\u201c\u2018:\u201e\u00ab]"),
        (r"\b(?:only|just|nur|solo|nothing\s+(?:else|but)|instead|stattdessen)\b.{0,25}\b(?:say|print|output|write|answer|reply|"
        r"respond|sag\w*|schreib\w*|antwort\w*|di|dices?|ausgeben)\b|"
        r"\b(?:say|print|output|write|answer|reply|respond|sag|schreibe?|antworte)\b.{0,15}\b(?:only|just|nur|instead|solo)\b"),
        (r"\b(?:pass\s?words?|pass\s?code|passwor[td]\w*|kennwort|secret\s+(?:key|code|word|string)|access\s+code|contrase\u00f1a|"
        r"mot\s+de\s+passe|lozink\w+|has\u0142o|\u043f\u0430\u0440\u043e\u043b\w+|\u5bc6\u7801|credentials|geheim\w+)\b"),
        (r"\b(?:tell|give|share|confirm|reveal|show|disclose|provide|what(?:'s|\s+is)?|say)\b.{0,25}\b(?:the|your|our|this|system)\s+"
        r"(?:\w+\s+)?(?:password|pass\s?code|secret|key|credentials|code\s+word)\b"),
        (r"\b(?:user|users|customers?|caller|client|neighbour|stranger|[A-Z][a-z]+)(?:'s|\u2019s|s')\s+(?:\w+\s+){0,2}(?:birth\w*|"
        r"address|initials?|e-?mail|phone|name|age|social|ssn|location|residence|city|orders?|data|colou?r|card)\b"),
        r"\b(?:where|what)\b.{0,20}\b(?:the\s+user|users)\b|\byour\s+(?:database|memory|records|config\w*)\b|\bdatabase\b",
        (r"\[/?INST\]|<\|\w+\|>|</?\s*(?:system|user|assistant|context|admin|god|root)[^>]*>|^\W{0,4}(?:system|admin)\s*:|"
        r"={4,}|\bEND\b\W|\"role\"\s*:|#{2,}\s*\w+|%%%|\$\w+:|```"),
        r"(?:\b[01]{7,8}\b\s*){2,}|(?:[.\-]{1,6}[ /]+){6,}|\b[A-Za-z0-9+/]{24,}={0,2}|\b(?:[0-9a-f]{2}\s?){10,}\b",
        (r"\b(?:decode|decrypt|decipher|base64|rot13|caesar|cipher|morse|binary\s+string|hex|reverse[ds]?|backwards|encoded?|"
        r"concatenate|emojis?)\b"),
        r"\b(?:\w[\s.]){5,}\w\b|\b\w*[a-z][013457]\w*[a-z]\w*\s+\w*[a-z][013457]\w*[a-z]",
        (r"\b(?:developer|debug|god|admin|maintenance|dan|jailbreak|test|system|emergency)\s+(?:mode|override)\b|\bsudo\b|"
        r"\bmode\b.{0,20}\b(?:enabled|activated|on)\b|\b(?:DAN|STAN|DUDE|AIM)\b"),
        (r"\b(?:bombs?|explosives?|meth|drugs?|cocaine|napalm|poison|weapons?|kill\w*|murder\w*|suicide|hack\w*|malware|ransomware|"
        r"virus|phishing|steal\w*|rob|launder\w*|racist\w*|rassis\w*|antisemit\w*|hitler|nazi\w*|genocide|torture|terror\w*|porn\w*|"
        r"erotic\w*|slurs?|counterfeit|forg(?:e|ing)\b|drogen|t\u00f6te\w*|hass\w*|hate[sd]?)\b"),
        (r"\b(?:profan\w*|swear\w*|curs(?:e|es|ing)|vulgar|slang|insult\w*|obscene|sarcas\w+|dirty|evil|fuck\w*|shit\w*|sexual\w*|"
        r"scheisse|scheiße)\b"),
        (r"\b(?:illegal\w*|unethical|immoral|laws?|ethic\w*|moral\w*|legality|policy|policies|guidelines|inappropriate|harmful|"
        r"consent|censor\w*)\b"),
        r"\b(?:fiction\w*|hypothetical\w*|imagine|imaginary|suppose|scenario|story|game|play|novel|scene|film|actors?)\b",
        r"\b(?:you|assistant|it|he|she|they)\s+(?:must|will|shall|should|can|are\s+to|have\s+to|need\s+to|may)\b",
        (r"\b(?:from\s+now\s+on|from\s+this\s+point|going\s+forward|for\s+the\s+rest\s+of|in\s+(?:all|every|each)\s+(?:your\s+)?"
        r"(?:future\s+)?(?:repl|respons|answer|messag)\w*|ab\s+jetzt|ab\s+sofort|a\s+partir\s+de\s+ahora)\b"),
        (r"\b(?:two|both|2)\s+(?:\w+\s+){0,2}(?:responses?|answers?|outputs?|paragraphs?|ways|styles|replies)\b|"
        r"\[(?:GPT|DAN|NORMAL|JAILBREAK|\W*Classic|\W*Jailbreak)\]|\b(?:prefix|tag|label)\w*\b"),
        r"\b(?:respond|reply|answer|start|begin|end)\b.{0,30}\b(?:with|by|in)\b.{0,15}[\"'\u201c\u2018\[]",
        r"\b(?:sql|shell|terminal|linux|interpreter|console|konsole|command|befehl\w*|execute|rm\s+-rf|drop\s+table)\b",
        (r"\b(?:trump|biden|merkel|putin|president|minister|party|partei|spd|cdu|gr\u00fcne\w*|manifest\w*|democracy|politic\w*|"
        r"propaganda|chancellor|kanzler\w*)\b.{0,60}[!:\"]|\b(?:best|beste|superior|hate|stupid)\b"),
        (r"\b(?:i(?:'m|\s+am)|as)\s+(?:your|the|a)\s+(?:\w+\s+)?(?:developer|creator|admin\w*|owner|god|police|boss|ceo|scientist|"
        r"programmer|expert)\b"),
        (r"\b(?:orders?|parcel|package|deliver\w*|shipp\w*|refund\w*|return(?:ed|ing|s)?|exchange|invoice|bill|payment|paid|"
        r"account|purchase\w*|bought|item|product|size|bestell\w*|paket|pedido|commande|stock|price|cancel\w*|customer\s+"
        r"(?:service|support)|subscri\w*)\b"),
        r"\b(?:my|me|mine|mein\w*|mi|mon|ma)\b",
        r"\?\s*$",
        r"\b(?:explain|discuss|describe|how\s+(?:do|does|can|to)|what\s+(?:is|are|does)|why\s+(?:do|does|is|did)|please|bitte)\b",
        r"[\u4e00-\u9fff]",
        r"\b(?:der|die|das|und|ist|nicht|ein|eine|wie|ich)\b",
    )
)  # fmt: skip
"""Each alone means little: what they weigh together, with the meaning of the text, is learnt."""
