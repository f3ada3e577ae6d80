"""What this gateway did, for Prometheus. One registry for each app, so that several can live in one process."""

import time
from collections.abc import Iterator
from contextlib import contextmanager

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.process_collector import ProcessCollector
from starlette.types import ASGIApp, Message, Receive, Scope, Send

SECONDS = (0.01, 0.025, 0.05, 0.075, 0.1, 0.15, 0.25, 0.5, 1, 2.5, 5, 10, 20, 30)

ADMISSION = {
    "messages_in_hand": "Messages of the whole mesh that are neither answered nor with a person.",
    "message_places": "How many messages may be in hand before some are refused.",
    "oldest_message_seconds": "How long the oldest of them has been in hand.",
    "queueing_seconds": "How much longer answers take than they did with next to nothing in hand.",
    "answers_per_second": "Answers of the whole mesh a second, measured while it was busy.",
    "messages_expected": "Messages that were told to come back, will likely do so, and whose time has not come.",
}


class Metrics:
    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        ProcessCollector(registry=self.registry)
        self.requests = Counter(
            "mesh_gateway_requests", "HTTP requests.", ("method", "path", "status"), registry=self.registry
        )
        self.chat_seconds = Histogram(
            "mesh_gateway_chat_seconds",
            "How long POST /api/chat took.",
            ("status",),
            buckets=SECONDS,
            registry=self.registry,
        )
        self.replies = Counter(
            "mesh_gateway_replies", "Replies of the whole mesh, as seen here.", ("status",), registry=self.registry
        )
        self.sockets = Gauge("mesh_gateway_open_sockets", "Open WebSockets.", registry=self.registry)
        self.active = Gauge(
            "active_conversations_total",
            "Conversations at the desk: waiting, offered, or in hands.",
            registry=self.registry,
        )
        self.assignments = Counter(
            "agent_assignments",
            "Offers that this gateway made.",
            ("agent_id", "specialization"),
            registry=self.registry,
        )
        self.consensus = Counter(
            "consensus_operations",
            "Comparisons in NATS: won, lost, or not answered.",
            ("operation", "result"),
            registry=self.registry,
        )
        self.healthy = Gauge(
            "system_health_status", "1 while a part answers, 0 while it does not.", ("part",), registry=self.registry
        )
        self.waiting = Gauge("mesh_gateway_waiting_chats", "Chats that wait for a reply.", registry=self.registry)

        self.refused = Counter(
            "mesh_gateway_refused_messages",
            "Messages that were told to come back, by who sent them.",
            ("why",),
            registry=self.registry,
        )
        self.in_hand, self.places, self.oldest, self.delay, self.answers, self.outside = (
            Gauge(f"mesh_gateway_{name}", told, registry=self.registry) for name, told in ADMISSION.items()
        )

        self.webhooks = Counter(
            "webhook_requests", "Events of e-mail, and what became of them.", ("event_type", "status"),
            registry=self.registry,
        )  # fmt: skip
        self.webhook_seconds = Histogram(
            "webhook_processing_duration_seconds",
            "How long an event of e-mail took, until it was on disk.",
            buckets=SECONDS,
            registry=self.registry,
        )

    def note_comparison(self, operation: str, result: str) -> None:
        self.consensus.labels(operation, result).inc()

    def exposition(self) -> bytes:
        return generate_latest(self.registry)


class Counted:
    """Counts every HTTP request by the template of its path, so that ids in paths do not become labels."""

    def __init__(self, app: ASGIApp, metrics: Metrics) -> None:
        self._app = app
        self._metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        status = "500"

        async def noted(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = str(message["status"])
            await send(message)

        with self._timed(scope) as done:
            await self._app(scope, receive, noted)
            done.append(status)

    @contextmanager
    def _timed(self, scope: Scope) -> Iterator[list[str]]:
        done: list[str] = []
        started = time.perf_counter()
        try:
            yield done
        finally:
            path, status = _template(scope), done[0] if done else "500"
            self._metrics.requests.labels(scope["method"], path, status).inc()
            if (scope["method"], path) == ("POST", "/api/chat"):
                self._metrics.chat_seconds.labels(status).observe(time.perf_counter() - started)


def _template(scope: Scope) -> str:
    return str(getattr(scope.get("route"), "path", None) or "other")
