"""Whose sessions are, as far as this gateway knows; and the secrets of those that belong to nobody known."""

import hashlib
import hmac
from collections import OrderedDict
from typing import Final

from mesh.secret import Secret

REMEMBERED: Final = 50_000


class Owners:
    def __init__(self, key: Secret) -> None:
        self._key = key
        self._known: OrderedDict[str, str] = OrderedDict()

    def known(self, session_id: str) -> str | None:
        return self._known.get(session_id)

    def remember(self, session_id: str, mark: str) -> str:
        """Who came first stays."""
        owner = self._known.setdefault(session_id, mark)
        self._known.move_to_end(session_id)
        while len(self._known) > REMEMBERED:
            self._known.popitem(last=False)
        return owner

    def secret(self, session_id: str) -> str:
        """What opens an anonymous session; it is computed, so that nothing of it can be lost or stolen here."""
        return hmac.new(self._key.read().encode(), f"session:{session_id}".encode(), hashlib.sha256).hexdigest()
