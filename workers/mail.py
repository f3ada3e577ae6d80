"""The mock AgentMail as a program of `mesh up`: with our key, our inbox, and our webhook in its books."""

import sys
from pathlib import Path
from typing import Final

from mesh.secret import agentmail_key, agentmail_secrets
from mesh.settings import Settings
from workers.servers import Port, Program

WEBHOOK: Final = "/webhook/agentmail"


def agentmail(settings: Settings) -> Program:
    """AgentMail on its port.

    Raises:
        MeshError: the data folder cannot be written.
    """
    data = settings.mesh_data_dir / "agentmail"
    data.mkdir(parents=True, exist_ok=True)
    command = (
        sys.executable, "-m", "mock_services.agentmail",
        "--port", str(settings.agentmail_port),
        "--data", str(data),
        "--inbox", settings.agentmail_inbox,
        "--key-file", _told(data / "key", agentmail_key(settings).read()),
        "--secret-file", _told(data / "secrets", agentmail_secrets(settings).read()),
        *(part for url in settings.gateway_urls for part in ("--webhook-url", f"{url}{WEBHOOK}")),
    )  # fmt: skip
    return Program("agentmail", command, (Port(settings.agentmail_port, "AGENTMAIL_PORT"),))


def _told(file: Path, secret: str) -> str:
    """The name of a file with the secret: on a command line everybody of the machine could read it."""
    file.touch(0o600)
    file.write_text(secret)
    return str(file)
