"""Who vouches for the e-mail address in a message, and therefore what may be read and done for it."""

from typing import Final, Literal

from mesh.errors import MeshError
from mesh.protocol import JsonValue, Message
from mesh.settings import Settings

Kind = Literal["signed", "mail", "demo", "anonymous"]
"""signed: the shop, by a token. mail: whoever received the mail, by its proof of the sender. demo: nobody, but the shop
is a mock. anonymous: there is no address to vouch for."""

IDENTITY: Final = "identity"
"""The field of a message's metadata that says so. The gateway fills it; who publishes on NATS is trusted to."""


def vouched(message: Message, settings: Settings) -> bool:
    """Whether the customer of this message is who the message says, so that their data may be read and changed.

    A message that says nothing of it, from before there were identities or from another channel, counts as demo.
    """
    kind: JsonValue = message.metadata.get(IDENTITY, "demo")
    if not message.payload.customer_email:
        return False
    return kind in {"signed", "mail"} or (kind == "demo" and settings.identity_mode == "demo")


def demand_sound(settings: Settings) -> None:
    """Refuse to serve real customers without proof of who they are.

    Raises:
        MeshError: the e-mail would be trusted with a shop that is not the mock one, or no token could be checked.
    """
    if settings.identity_mode == "signed":
        if not (settings.identity_keys or settings.identity_keys_file):
            raise MeshError("IDENTITY_MODE=signed needs IDENTITY_KEYS or IDENTITY_KEYS_FILE")
        return
    real = [name for name, (url, port) in _given(settings).items() if url and url.rstrip("/") not in _mock(port)]
    if real:
        raise MeshError(
            f"demo mode trusts any e-mail, so it works with the mock shop only, and {', '.join(real)} names another: "
            "set IDENTITY_MODE=signed and IDENTITY_KEYS"
        )


def _given(settings: Settings) -> dict[str, tuple[str | None, int]]:
    return {
        "CUSTOMERS_URL": (settings.customers_url, settings.customers_port),
        "ORDERS_URL": (settings.orders_url, settings.orders_port),
        "TRACKING_URL": (settings.tracking_url, settings.tracking_port),
    }


def _mock(port: int) -> tuple[str, ...]:
    """Where `mesh up` puts the mock shop."""
    return f"http://127.0.0.1:{port}", f"http://localhost:{port}"
