"""The settings of NATS: where it is, how many servers it has, how often each keeps what; and of the second gateway."""

from typing import Annotated, Literal

from pydantic import Field, field_validator
from pydantic_settings import BaseSettings, NoDecode

Port = Annotated[int, Field(ge=1, le=65535)]
Ports = Annotated[tuple[Port, ...], NoDecode]


class NodeSettings(BaseSettings):
    """A part of `mesh.settings.Settings`."""

    nats_url: str | None = Field(
        default=None, description="nats:// address of a NATS server with JetStream to use; several with commas between."
    )
    nats_monitor_url: str | None = Field(
        default=None, description="http:// address of that server's monitoring port, for mesh doctor."
    )
    nats_port: Port = Field(default=4222, description="Port of the embedded NATS server.")
    nats_nodes: Literal[1, 3] = Field(
        default=1, description="NATS servers that mesh up starts: 1, or 3 with two of each process; see --nats-nodes."
    )
    nats_replicas: int | None = Field(
        default=None,
        ge=1,
        le=5,
        description="How many NATS servers keep each stream; unset: NATS_NODES, and with NATS_URL as it is there.",
    )
    nats_more_ports: Ports = Field(
        default=(4223, 4224), min_length=2, description="Ports of the second and third embedded NATS server."
    )
    nats_route_ports: Ports = Field(
        default=(6222, 6223, 6224), min_length=3, description="Ports on which the three find each other."
    )
    second_gateway_port: Port = Field(default=8010, description="Port of the second gateway, with three NATS servers.")

    @field_validator("nats_nodes", mode="before")
    @classmethod
    def _number(cls, found: object) -> object:
        return int(found) if isinstance(found, str) and found.isdigit() else found

    @field_validator("nats_more_ports", "nats_route_ports", mode="before")
    @classmethod
    def _listed(cls, found: object) -> object:
        return [one.strip() for one in found.split(",") if one.strip()] if isinstance(found, str) else found

    @property
    def nats_target(self) -> str:
        """The address of NATS; those of all its nodes with commas between."""
        return self.nats_url or ",".join(f"nats://127.0.0.1:{port}" for port in self.nats_ports)

    @property
    def nats_targets(self) -> list[str]:
        return [one.strip() for one in self.nats_target.split(",") if one.strip()]

    @property
    def nats_ports(self) -> tuple[int, ...]:
        """The ports of the embedded NATS servers."""
        return (self.nats_port, *self.nats_more_ports)[: self.nats_nodes]

    @property
    def stream_replicas(self) -> int | None:
        """How many servers keep each stream; None: as many as do now."""
        if self.nats_replicas is not None or self.nats_url is not None:
            return self.nats_replicas
        return self.nats_nodes if self.nats_nodes > 1 else None
