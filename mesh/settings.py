"""Every setting of every process, read once from the environment and `.env` by an entry point."""

from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

Port = Annotated[int, Field(ge=1, le=65535)]
Urgency = Literal["low", "medium", "high", "critical"]
Limits = dict[str, dict[str, Annotated[float, Field(ge=0)]]]


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
    temporal_port: Port = Field(default=7233, description="Port of the embedded Temporal server.")
    temporal_ui_port: Port = Field(default=8233, description="Port of the embedded Temporal Web UI.")

    nats_url: str | None = Field(default=None, description="nats:// address of a NATS server with JetStream to use.")
    nats_monitor_url: str | None = Field(
        default=None, description="http:// address of that server's monitoring port, for mesh doctor."
    )
    nats_port: Port = Field(default=4222, description="Port of the embedded NATS server.")

    redis_url: str | None = Field(default=None, description="redis:// address of a Redis or Valkey server to use.")
    valkey_port: Port = Field(default=6379, description="Port of the embedded Valkey server.")
    session_ttl: float = Field(default=86_400, gt=0, description="How long an idle session is kept.")
    confirmation_ttl: float = Field(
        default=1_800, gt=0, description="How long after our question a yes counts; later we ask again."
    )
    cache_ttl: float = Field(default=30, gt=0, description="How long facts from the shop are cached.")

    database_url: str | None = Field(
        default=None, description="SQLAlchemy async address of the history; SQLite in the data folder when unset."
    )

    customers_url: str | None = Field(default=None, description="Address of the shop's customer API to use.")
    customers_port: Port = Field(default=8001, description="Port of the mock customer API.")
    orders_url: str | None = Field(default=None, description="Address of the shop's order API to use.")
    orders_port: Port = Field(default=8002, description="Port of the mock order API.")
    tracking_url: str | None = Field(default=None, description="Address of the shop's tracking API to use.")
    tracking_port: Port = Field(default=8003, description="Port of the mock tracking API.")
    shop_timeout: float = Field(default=3, gt=0, description="Longest wait for one answer of a shop API.")

    gateway_host: str = Field(default="127.0.0.1", description="Address the gateway listens on.")
    gateway_port: Port = Field(default=8000, description="Port of the gateway and the chat page.")
    chat_timeout: float = Field(
        default=20, gt=0, description="How long POST /api/chat waits for the reply before it answers 202."
    )

    intake_in_flight: int = Field(default=32, ge=1, description="Messages that intake starts at the same time.")
    dead_sweep: float = Field(
        default=30, gt=0, description="Pause between two looks for messages that ended without a dead letter."
    )
    actor_slots: int = Field(default=64, ge=1, description="Visits that one actor serves at the same time.")

    human_deadline_critical: float = Field(default=900, gt=0, description="How long a critical message waits.")
    human_deadline_high: float = Field(default=3_600, gt=0, description="How long a message of high urgency waits.")
    human_deadline_medium: float = Field(default=14_400, gt=0, description="How long one of medium urgency waits.")
    human_deadline_low: float = Field(default=86_400, gt=0, description="How long one of low urgency waits.")

    approval_refund_limit: float = Field(
        default=100, ge=0, description="Refunds and store credit above this sum, in one plan, wait for approval."
    )
    approval_limits: Limits = Field(
        default={}, description='Other limits by tier ("*" for all) and action: {"vip": {"process_refund": 500}}.'
    )
    human_deadline_tier_factors: dict[str, Annotated[float, Field(gt=0)]] = Field(
        default={"vip": 0.5}, description="What the tier of the customer multiplies these deadlines by, as JSON."
    )
    human_reminder_share: float = Field(
        default=0.75, gt=0, lt=1, description="Share of a deadline after which the desk is reminded."
    )
    desk_lease: float = Field(
        default=60, ge=1, description="How long a claim at the desk outlives the last heartbeat of the person."
    )
    worker_build_id: str | None = Field(
        default=None, description="Version of this code for Temporal; messages finish on the one they started on."
    )

    llm_model: str | None = Field(default=None, description="Model as litellm names it; unset: rules answer.")
    llm_api_base: str | None = Field(default=None, description="Address of an OpenAI-compatible server.")
    llm_api_key: SecretStr | None = Field(default=None, description="Key for the model's provider.")
    llm_timeout: float = Field(
        default=8, gt=0, le=8, description="Longest wait for the model, 8 at most; then the rules answer."
    )

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

    def approval_limit(self, tier: str, action: str) -> float | None:
        """The sum above which this action waits for approval; None when it never does."""
        for name in (tier, "*"):
            if action in self.approval_limits.get(name, {}):
                return self.approval_limits[name][action]
        return self.approval_refund_limit if action in {"process_refund", "issue_store_credit"} else None

    def human_deadline(self, urgency: Urgency, tier: str | None = None) -> float:
        """How long a message of this urgency, of a customer of this tier, waits for a person, in seconds."""
        factor = self.human_deadline_tier_factors.get(tier or "", 1.0)
        return (
            factor
            * {
                "critical": self.human_deadline_critical,
                "high": self.human_deadline_high,
                "medium": self.human_deadline_medium,
                "low": self.human_deadline_low,
            }[urgency]
        )
