"""The settings of e-mail: the provider, our address there, and the secrets that both know."""

from pathlib import Path

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings


class MailSettings(BaseSettings):
    """A part of `mesh.settings.Settings`. What ends in `_file` is read again when the file changes."""

    agentmail_url: str | None = Field(
        default=None, description="Address of AgentMail's API to use: https://api.agentmail.to; the mock when unset."
    )
    agentmail_port: int = Field(default=8004, ge=1, le=65535, description="Port of the mock AgentMail.")
    agentmail_inbox: str = Field(
        default="support@shop.example.com", description="Our own address, which is the id of our inbox there."
    )
    agentmail_api_key: SecretStr | None = Field(
        default=None, description="Key of AgentMail's API; for the mock one is made in the data folder when unset."
    )
    agentmail_api_key_file: Path | None = Field(default=None, description="File with AGENTMAIL_API_KEY.")
    agentmail_timeout: float = Field(default=10, gt=0, description="Longest wait for one answer of AgentMail's API.")
    email_answers_per_hour: int = Field(
        default=10,
        ge=1,
        description="Mails of a thread answered within an hour; the next goes to a person, more are left alone.",
    )
    agentmail_webhook_secrets: SecretStr | None = Field(
        default=None,
        description="Secrets that sign webhooks, separated by blanks: all are valid. Made like the key when unset.",
    )
    agentmail_webhook_secrets_file: Path | None = Field(
        default=None, description="File with AGENTMAIL_WEBHOOK_SECRETS, one a line."
    )

    @property
    def agentmail_target(self) -> str:
        """Base address of the API: the provider's, or the mock's."""
        return (self.agentmail_url or f"http://127.0.0.1:{self.agentmail_port}").rstrip("/")
