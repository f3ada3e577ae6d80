"""What becomes of mail that was sent: delivered, unless another fate was set for the address."""

import json
from collections.abc import Sequence
from typing import Final, Literal

from mock_services.agentmail.courier import Courier
from mock_services.agentmail.models import Fate, Message, Refused, now
from mock_services.agentmail.store import Store

ANYBODY: Final = "*"
REASON: Final = "Invalid recipient address"


def decree(store: Store, fate: Fate) -> None:
    """Set a fate; `deliver` also takes the address off the list of those that are sent nothing any more."""
    with store.together():
        if fate.fate != "deliver":
            store.put(fate, fate.address.lower(), now())
            return
        store.forget(Fate, fate.address.lower())
        for refused in store.all(Refused):
            if fate.address in (ANYBODY, refused.address):
                store.forget(Refused, refused.address)


def meet(store: Store, courier: Courier, message: Message, addresses: Sequence[str]) -> None:
    """Let a message meet the fates of its addresses, and tell the webhooks."""
    found = {address: _taken(store, address) for address in addresses}
    rejected, bounced, complaining = (
        [address for address in addresses if found[address] == fate] for fate in ("reject", "bounce", "complain")
    )
    if rejected:
        _refuse(store, rejected, "rejected")
        _tell(courier, message, "message.rejected", "reject", reason=REASON)
        return
    _tell(courier, message, "message.sent", "send", recipients=list(addresses))
    if arrived := [address for address in addresses if address not in bounced]:
        _tell(courier, message, "message.delivered", "delivery", recipients=arrived)
    if bounced:
        _refuse(store, bounced, "bounced")
        each = [{"address": address, "status": "bounced"} for address in bounced]
        _tell(courier, message, "message.bounced", "bounce", type="Permanent", sub_type="General", recipients=each)
    if complaining:
        _refuse(store, complaining, "complained")
        _tell(
            courier, message, "message.complained", "complaint", type="abuse", sub_type="spam", recipients=complaining
        )


def _taken(store: Store, address: str) -> str:
    """The fate of an address, used up by one."""
    fate = store.get(Fate, address) or store.get(Fate, ANYBODY)
    if fate is None:
        return "deliver"
    if fate.times == 1:
        store.forget(Fate, fate.address.lower())
    elif fate.times:
        store.put(fate.model_copy(update={"times": fate.times - 1}), fate.address.lower(), now())
    return fate.fate


def _refuse(store: Store, addresses: Sequence[str], reason: Literal["bounced", "complained", "rejected"]) -> None:
    for address in addresses:
        store.put(Refused(address=address, reason=reason), address, now())


def _tell(courier: Courier, message: Message, event_type: str, slot: str, **more: object) -> None:
    at = message.timestamp.isoformat().replace("+00:00", "Z")
    ids = {"inbox_id": message.inbox_id, "thread_id": message.thread_id, "message_id": message.message_id}
    told = json.dumps({**ids, "timestamp": at, **more})
    courier.tell(event_type, message.inbox_id, message.message_id, **{slot: told})
