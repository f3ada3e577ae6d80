"""Who sent a webhook: its signature over the raw body. By svix."""

from collections.abc import Iterable, Mapping

from mesh.errors import MeshError
from mesh.secret import Secret


class Unsigned(MeshError):  # noqa: N818 - reads as the verdict it is
    """Nothing proves that the provider sent this."""


class Signatures:
    """Checks deliveries against every secret that is valid now; without one nothing passes."""

    def __init__(self, secret: Secret | None = None) -> None:
        self._secret = secret or Secret()

    def check(self, body: bytes, headers: Mapping[str, str]) -> str:
        """The id of a delivery: the same when the provider tries it again.

        Args:
            body: the bytes as they came.
            headers: with names in lower case.

        Raises:
            Unsigned: it is forged, changed, unsigned or older than five minutes; never says which.
        """
        signed = {name: headers.get(name, "") for name in ("svix-id", "svix-timestamp", "svix-signature")}
        if not any(_signs(secret, body, signed) for secret in _apart(self._secret.read())):
            raise Unsigned("the delivery is not signed by a secret of ours")
        return signed["svix-id"]


def _apart(text: str) -> Iterable[str]:
    return text.split()


def _signs(secret: str, body: bytes, headers: dict[str, str]) -> bool:
    # It brings a whole client along, 25 MB that only mails need.
    from svix.webhooks import Webhook  # noqa: PLC0415

    try:
        Webhook(secret).verify(body, headers)
    # The library lets errors of base64, of text and of numbers through; whatever it is, nothing was proven.
    except Exception:  # noqa: BLE001
        return False
    return True
