"""Secrets from the settings or from files. A file is looked at again, so that a new key needs no restart."""

import base64
import hashlib
import logging
import os
import secrets
import time
from pathlib import Path
from typing import Final

from pydantic import SecretStr

from mesh.errors import MeshError
from mesh.settings import Settings

log = logging.getLogger(__name__)

LOOK_AGAIN: Final = 1.0
"""Seconds between two looks at a file."""


class Secret:
    """A value of the settings, or what a file says now."""

    def __init__(self, value: SecretStr | None = None, file: Path | None = None) -> None:
        self._value = value.get_secret_value() if value else ""
        self._file = file
        self._looked = 0.0
        self._stamp: tuple[int, int, int] | None = None

    def read(self) -> str:
        """The secret; empty when there is none. When its file is away for a moment, what it said last."""
        now = time.monotonic()
        if self._file is None or (self._looked and now - self._looked < LOOK_AGAIN):
            return self._value
        self._looked = now
        try:
            found = self._file.stat()
            stamp = (found.st_mtime_ns, found.st_size, found.st_ino)
            if stamp != self._stamp:
                self._value, self._stamp = self._file.read_text().strip(), stamp
        except OSError as error:
            log.warning("the secret's file %s cannot be read: %s", self._file, type(error).__name__)
        return self._value


def session_key(settings: Settings) -> Secret:
    """What the gateway signs with. Without a setting it is made once, in the data folder.

    Raises:
        MeshError: the data folder cannot be written.
    """
    if settings.session_key or settings.session_key_file:
        return Secret(settings.session_key, settings.session_key_file)
    return _kept(settings.mesh_data_dir / "session.key", secrets.token_hex(32))


def agentmail_key(settings: Settings) -> Secret:
    """What we show to AgentMail. For the mock it is made once, in the data folder.

    Raises:
        MeshError: the data folder cannot be written.
    """
    found = Secret(settings.agentmail_api_key, settings.agentmail_api_key_file)
    if settings.agentmail_url or settings.agentmail_api_key or settings.agentmail_api_key_file:
        return found
    return _kept(settings.mesh_data_dir / "agentmail.key", f"am_{secrets.token_hex(32)}")


def agentmail_secrets(settings: Settings) -> Secret:
    """What AgentMail signs webhooks with, one or more, separated by blanks. Made like the key.

    Raises:
        MeshError: the data folder cannot be written.
    """
    found = Secret(settings.agentmail_webhook_secrets, settings.agentmail_webhook_secrets_file)
    if settings.agentmail_url or settings.agentmail_webhook_secrets or settings.agentmail_webhook_secrets_file:
        return found
    signing = base64.b64encode(secrets.token_bytes(24)).decode()
    return _kept(settings.mesh_data_dir / "agentmail.secrets", f"whsec_{signing}")


def _kept(file: Path, first: str) -> Secret:
    """What the file says; made with what `first` says when there is none."""
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        fresh = file.with_name(f".{secrets.token_hex(8)}{file.suffix}")
        fresh.touch(0o600)
        fresh.write_text(first)
        try:
            # Linked, not renamed: of several processes that start together one wins, and its file is whole.
            os.link(fresh, file)
        except FileExistsError:
            pass
        finally:
            fresh.unlink()
    except OSError as error:
        raise MeshError(f"no key can be kept in {file.parent}: {type(error).__name__}") from error
    return Secret(file=file)


def fingerprint(text: str) -> str:
    """A name for something secret that does not tell it."""
    return hashlib.sha256(text.encode()).hexdigest()[:32]
