"""Every setting of every process, read once from the environment and `.env` by an entry point."""

import json
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, SecretStr, field_validator
from pydantic_settings import NoDecode, SettingsConfigDict

from mesh.gate_settings import GateSettings
from mesh.mail_settings import MailSettings
from mesh.node_settings import NodeSettings

Port = Annotated[int, Field(ge=1, le=65535)]
Urgency = Literal["low", "medium", "high", "critical"]
Limits = dict[str, dict[str, Annotated[float, Field(ge=0)]]]


class LanguageModel(BaseModel):
    """A model, where it is and what it costs. Prices are US dollars for a million tokens; unset: as litellm knows them.

    Attributes:
        model: as litellm names it.
        name: what traces call it, when two entries are the same model at two addresses.
        structured: how it is told the shape of an answer. A local server is best told the `json_schema`.
        thinking_tokens: what it may think before an answer, where the provider counts that as part of the answer.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    model: str
    name: str | None = None
    api_base: str | None = None
    api_key: SecretStr | None = None
    input_price: float | None = Field(default=None, ge=0)
    output_price: float | None = Field(default=None, ge=0)
    structured: Literal["json_object", "json_schema", "text"] = "json_object"
    thinking_tokens: int = Field(default=0, ge=0)

    @property
    def known_as(self) -> str:
        return self.name or self.model


Listed = Annotated[LanguageModel, BeforeValidator(lambda found: {"model": found} if isinstance(found, str) else found)]


class Settings(MailSettings, GateSettings, NodeSettings):
    """The environment variable of a field is its name in capitals. Durations are in seconds.

    Where an address is unset, `mesh up` starts that server itself on the port given here.
    """

    model_config = SettingsConfigDict(env_file=".env", extra="ignore", frozen=True, env_ignore_empty=True)

    mesh_data_dir: Path = Field(default=Path(".mesh"), description="Where the embedded servers keep data and logs.")
    knowledge_dir: Path = Field(default=Path("knowledge"), description="Folder of the shop's articles.")
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = Field(
        default="INFO", description="Log lines at or above this level. Customer text appears only at DEBUG."
    )

    temporal_address: str | None = Field(default=None, description="host:port of a Temporal server to use.")
    temporal_namespace: str = Field(default="default", description="Temporal namespace.")
    temporal_port: Port = Field(default=7233, description="Port of the embedded Temporal server.")
    temporal_ui_port: Port = Field(default=8233, description="Port of the embedded Temporal Web UI.")

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

    attachment_days: float = Field(default=30, gt=0, description="After how many days files of customers are removed.")
    insights_every: float = Field(
        default=30, gt=0, description="Pause between two looks for what is new in the history, for the insights."
    )
    intake_in_flight: int = Field(default=32, ge=1, description="Messages that intake starts at the same time.")
    dead_sweep: float = Field(
        default=30, gt=0, description="Pause between two looks for messages that ended without a dead letter."
    )
    actor_slots: int = Field(default=64, ge=1, description="Visits that one actor serves at the same time.")
    mesh_riding: bool = Field(
        default=False,
        description="Visits that only read and think ride along in that of another; decision 0024 says how.",
    )

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
    temporal_ui_url: str | None = Field(
        default=None, description="Where a browser finds the Temporal Web UI; the embedded one when unset."
    )
    worker_build_id: str | None = Field(
        default=None, description="Version of this code for Temporal; messages finish on the one they started on."
    )

    llm_models: Annotated[tuple[Listed, ...], NoDecode] = Field(
        default=(),
        description='Models to ask in this order: a,b or as JSON ["a", {"model": "b", "api_base": "...", ...}].',
    )
    llm_model: str | None = Field(default=None, description="A list of one: as litellm names it; unset: rules answer.")
    llm_api_base: str | None = Field(default=None, description="Address of an OpenAI-compatible server, for LLM_MODEL.")
    llm_api_key: SecretStr | None = Field(default=None, description="Key for the provider of LLM_MODEL.")
    llm_timeout: float = Field(
        default=5, gt=0, le=8, description="Longest wait for one answer of a model, 8 at most; then the next is asked."
    )
    llm_message_limit: float = Field(
        default=8,
        gt=0,
        le=9,
        description="What one message may wait for models in all, 9 at most; then the rules answer.",
    )
    llm_cool_down: float = Field(
        default=30, gt=0, description="How long a model that failed is left alone; doubles with each failure in a row."
    )
    llm_max_tokens: int = Field(default=800, ge=16, description="Longest answer of a model, in tokens.")
    llm_session_tokens: int = Field(default=100_000, ge=0, description="Tokens that a session may use; 0: no limit.")
    llm_day_tokens: int = Field(default=10_000_000, ge=0, description="Tokens that all may use in a day; 0: no limit.")
    llm_session_cost: float = Field(default=0.5, ge=0, description="US dollars a session may cost; 0: no limit.")
    llm_day_cost: float = Field(default=25, ge=0, description="US dollars that all may cost in a day; 0: no limit.")
    llm_cache_ttl: float = Field(
        default=3_600, ge=0, description="How long an answer serves for the same question again; 0: not at all."
    )
    llm_temperature: float = Field(
        default=2, ge=1, description="How far to distrust what a model says of its own sureness; 1: not at all."
    )

    @field_validator("llm_models", mode="before")
    @classmethod
    def _from_text(cls, found: object) -> object:
        if not isinstance(found, str):
            return found
        if found.lstrip().startswith("["):
            return json.loads(found)
        return [name.strip() for name in found.split(",") if name.strip()]

    @field_validator("llm_models")
    @classmethod
    def _known_apart(cls, found: tuple[LanguageModel, ...]) -> tuple[LanguageModel, ...]:
        if len({model.known_as for model in found}) < len(found):
            raise ValueError("two models bear one name: give one of them a `name` of its own")
        return found

    @property
    def language_models(self) -> tuple[LanguageModel, ...]:
        """The models to ask, in this order; none: the rules answer."""
        if self.llm_models or self.llm_model is None:
            return self.llm_models
        return (LanguageModel(model=self.llm_model, api_base=self.llm_api_base, api_key=self.llm_api_key),)

    @property
    def rides(self) -> bool:
        """Whether messages are carried on. Not with a model: who asks one must not wait behind a neighbour who does."""
        return self.mesh_riding and not self.language_models

    @property
    def temporal_target(self) -> str:
        return self.temporal_address or f"127.0.0.1:{self.temporal_port}"

    @property
    def temporal_ui(self) -> str:
        return f"http://127.0.0.1:{self.temporal_ui_port}"

    def workflow_page(self, message_id: str) -> str:
        """Where the Temporal Web UI shows the workflow of a message."""
        address = (self.temporal_ui_url or self.temporal_ui).rstrip("/")
        return f"{address}/namespaces/{self.temporal_namespace}/workflows/{message_id}"

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

    @property
    def gateway_urls(self) -> tuple[str, ...]:
        """The addresses of all gateways that `mesh up` starts."""
        second = f"http://{self.gateway_host}:{self.second_gateway_port}"
        return (self.gateway_url, second) if self.nats_nodes > 1 else (self.gateway_url,)

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
