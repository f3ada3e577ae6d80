"""Every setting of every process, read once from the environment and `.env` by an entry point."""

from pathlib import Path
from typing import Literal

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

Urgency = Literal["low", "medium", "high", "critical"]


class Settings(BaseSettings):
    """The environment variable of a field is its name in capitals. Durations are in seconds.

    Where an address is unset, `mesh up` starts that server itself on the port given here.
    """

    model_config = SettingsConfigDict(env_file=".env", extra="ignore", frozen=True, env_ignore_empty=True)

    mesh_data_dir: Path = Field(default=Path(".mesh"), description="Where the embedded servers keep data and logs.")
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = Field(
        default="INFO", description="Log lines at or above this level. Customer text appears only at DEBUG."
    )

    temporal_address: str | None = Field(default=None, description="host:port of a Temporal server to use.")
    temporal_namespace: str = Field(default="default", description="Temporal namespace.")
    temporal_port: int = Field(default=7233, description="Port of the embedded Temporal server.")
    temporal_ui_port: int = Field(default=8233, description="Port of the embedded Temporal Web UI.")

    nats_url: str | None = Field(default=None, description="nats:// address of a NATS server with JetStream to use.")
    nats_monitor_url: str | None = Field(
        default=None, description="http:// address of that server's monitoring port, for mesh doctor."
    )
    nats_port: int = Field(default=4222, description="Port of the embedded NATS server.")

    redis_url: str | None = Field(default=None, description="redis:// address of a Redis or Valkey server to use.")
    valkey_port: int = Field(default=6379, description="Port of the embedded Valkey server.")
    session_ttl: float = Field(default=86_400, gt=0, description="How long an idle session is kept.")
    cache_ttl: float = Field(default=30, gt=0, description="How long facts from the shop are cached.")

    database_url: str | None = Field(
        default=None, description="SQLAlchemy async address of the history; SQLite in the data folder when unset."
    )

    customers_url: str | None = Field(default=None, description="Address of the shop's customer API to use.")
    customers_port: int = Field(default=8001, description="Port of the mock customer API.")
    orders_url: str | None = Field(default=None, description="Address of the shop's order API to use.")
    orders_port: int = Field(default=8002, description="Port of the mock order API.")
    tracking_url: str | None = Field(default=None, description="Address of the shop's tracking API to use.")
    tracking_port: int = Field(default=8003, description="Port of the mock tracking API.")
    shop_timeout: float = Field(default=3, gt=0, description="Longest wait for one answer of a shop API.")

    gateway_host: str = Field(default="127.0.0.1", description="Address the gateway listens on.")
    gateway_port: int = Field(default=8000, description="Port of the gateway and the chat page.")
    chat_timeout: float = Field(
        default=20, gt=0, description="How long POST /api/chat waits for the reply before it answers 202."
    )

    intake_in_flight: int = Field(default=32, ge=1, description="Messages that intake starts at the same time.")
    actor_slots: int = Field(default=64, ge=1, description="Visits that one actor serves at the same time.")

    human_deadline_critical: float = Field(default=900, gt=0, description="How long a critical message waits.")
    human_deadline_high: float = Field(default=3_600, gt=0, description="How long a message of high urgency waits.")
    human_deadline_medium: float = Field(default=14_400, gt=0, description="How long one of medium urgency waits.")
    human_deadline_low: float = Field(default=86_400, gt=0, description="How long one of low urgency waits.")

    worker_build_id: str | None = Field(
        default=None, description="Version of this code for Temporal; messages finish on the one they started on."
    )

    llm_model: str | None = Field(default=None, description="Model as litellm names it; unset: rules answer.")
    llm_api_base: str | None = Field(default=None, description="Address of an OpenAI-compatible server.")
    llm_api_key: SecretStr | None = Field(default=None, description="Key for the model's provider.")
    llm_timeout: float = Field(default=8, gt=0, description="Longest wait for the model; then the rules answer.")

    @property
    def temporal_target(self) -> str:
        return self.temporal_address or f"127.0.0.1:{self.temporal_port}"

    @property
    def temporal_ui(self) -> str:
        return f"http://127.0.0.1:{self.temporal_ui_port}"

    @property
    def nats_target(self) -> str:
        return self.nats_url or f"nats://127.0.0.1:{self.nats_port}"

    @property
    def redis_target(self) -> str:
        return self.redis_url or f"redis://127.0.0.1:{self.valkey_port}/0"

    @property
    def database_target(self) -> str:
        return self.database_url or f"sqlite+aiosqlite:///{self.mesh_data_dir / 'history.db'}"

    @property
    def shop_targets(self) -> dict[Literal["customers", "orders", "tracking"], str]:
        return {
            "customers": self.customers_url or f"http://127.0.0.1:{self.customers_port}",
            "orders": self.orders_url or f"http://127.0.0.1:{self.orders_port}",
            "tracking": self.tracking_url or f"http://127.0.0.1:{self.tracking_port}",
        }

    @property
    def gateway_url(self) -> str:
        return f"http://{self.gateway_host}:{self.gateway_port}"

    def human_deadline(self, urgency: Urgency) -> float:
        """How long a message of this urgency waits for a person, in seconds."""
        return {
            "critical": self.human_deadline_critical,
            "high": self.human_deadline_high,
            "medium": self.human_deadline_medium,
            "low": self.human_deadline_low,
        }[urgency]
