"""What an English reply may claim in words that leave no other reading, whatever else stands beside them."""

from typing import Final

from activities._english_promises import Saying
from activities._verbs import PERFECT, WILL

ELSEWHERE: Final = (
    r"\b(?:to|at|with)\s+(?:your|the|an?)\s+(?:(?!return|old)[\w-]+\s+)?(?:office|work(?:place)?|(?:new|other)\s+address|neighbou?r\w*"
    r"|friend\w*|pick-?up\s+\w+|station|locker|corner|garage|porch|hotel|school)\b"
)
COMES: Final = rf"(?:{WILL}|{PERFECT}|\b(?:will|has|have|is|are)\s+(?:now\s+)?(?:be|been|being)\s+)"

SAYINGS: Final[tuple[Saying, ...]] = (
    Saying(("address",), (
        rf"{COMES}(?:send|sent|ship|shipped|deliver|delivered|change|changed|redirect|redirected|bring|leave|left)\b(?:\s[\w-]+){{0,4}}?\s{ELSEWHERE}"
    ), "ahead", ELSEWHERE),
    Saying(("follow_up", "callback", "handoff", "carrier"), (
        rf"{WILL}(?:send|give|provide)\s+you\s+(?:with\s+)?(?:an?|another|any|the|more|further)\s+(?:\w+\s+)?updates?\b"
    ), "ahead", r"\bupdates?\b"),
    Saying(("follow_up", "callback", "handoff", "carrier"), rf"{WILL}(?:inform|notify|update)\s+you\b", "ahead", "you"),
    Saying(("cancellation",), (
        rf"{WILL}confirm\s+that\s+nothing\s+will\s+be\s+(?:sent|shipped)\b"
    ), "ahead", "nothing", refusing=True),
)  # fmt: skip
"""An address is not shown by the parcel that goes there, nor a message by the exchange that it tells of."""
