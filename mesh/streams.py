"""The streams of NATS JetStream and the subjects of everything that travels on NATS."""

from nats.js.api import AckPolicy, ConsumerConfig, RetentionPolicy, StorageType, StreamConfig

from mesh.registers import FENCE

MESSAGES = "ECOMMERCE_SUPPORT"
REPLIES = "ECOMMERCE_SUPPORT_REPLIES"
DEAD = "ECOMMERCE_SUPPORT_DEAD"
INTAKE = "intake"
ENTRANCE = "ecommerce.support.*"
DAY = 86_400.0
ACK_WAIT = 4.0
"""Seconds until a message that nobody works at is delivered again: how long a killed intake delays it."""
MAX_MESSAGE_BYTES = 4 * 1024 * 1024
"""Largest message the stream takes: larger than any valid one, so that an invalid one is kept as a dead letter."""

STREAMS = (
    StreamConfig(
        name=MESSAGES,
        # With headers added, a dead letter of it must still fit below the server's limit.
        max_msg_size=MAX_MESSAGE_BYTES,
        subjects=[ENTRANCE],
        retention=RetentionPolicy.WORK_QUEUE,
        storage=StorageType.FILE,
        duplicate_window=120,
    ),
    StreamConfig(
        name=REPLIES,
        subjects=["ecommerce.support.gateway.response.*", FENCE],
        retention=RetentionPolicy.LIMITS,
        storage=StorageType.FILE,
        max_age=7 * DAY,
        duplicate_window=120,
        allow_direct=True,
    ),
    StreamConfig(
        name=DEAD,
        subjects=["ecommerce.support.dead.*"],
        retention=RetentionPolicy.LIMITS,
        storage=StorageType.FILE,
        max_age=90 * DAY,
        duplicate_window=120,
        allow_direct=True,
    ),
)
# No max_deliver: a message waits as long as Temporal is down, and is never given up for it.
INTAKE_CONSUMER = ConsumerConfig(
    durable_name=INTAKE, filter_subject=ENTRANCE, ack_policy=AckPolicy.EXPLICIT, ack_wait=ACK_WAIT, max_ack_pending=1000
)


def response_subject(session_id: str) -> str:
    return f"ecommerce.support.gateway.response.{session_id}"


def events_subject(session_id: str) -> str:
    return f"ecommerce.support.events.{session_id}"
