"""Insights: facts and deeds taken from the history, and an index by which to find what is new in it."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0003"

TEXTS = {
    "session_id": 64, "customer": 64, "hour": 13, "intent": 64, "orders": 200, "language": 16, "sentiment": 16,
    "urgency": 16, "tier": 32, "ending": 16, "answered_by": 16, "person": 16,
}  # fmt: skip
INSTANTS = {"asked_at": False, "first_seconds": True, "last_seconds": True, "answered_at": True,
            "person_seconds": True, "newest": False}  # fmt: skip
INDEXES = {
    "ix_facts_asked": ["asked_at"],
    "ix_facts_newest": ["newest"],
    "ix_facts_matter": ["customer", "intent", "asked_at", "orders"],
    "ix_facts_session": ["session_id", "asked_at", "intent", "sentiment"],
}


def upgrade() -> None:
    op.create_index("ix_messages_timestamp", "messages", ["timestamp"])
    op.create_table(
        "facts",
        sa.Column("message_id", sa.String(64), primary_key=True),
        *(sa.Column(name, sa.String(length), nullable=False) for name, length in TEXTS.items()),
        *(sa.Column(name, sa.Float, nullable=optional) for name, optional in INSTANTS.items()),
        sa.Column("asks_back", sa.Boolean, nullable=False),
    )
    for name, columns in INDEXES.items():
        op.create_index(name, "facts", columns)
    op.create_table(
        "deeds",
        sa.Column("message_id", sa.String(64), primary_key=True),
        sa.Column("place", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("asked_at", sa.Float, nullable=False),
        sa.Column("hour", sa.String(13), nullable=False),
        sa.Column("name", sa.String(64), nullable=False),
        sa.Column("outcome", sa.String(16), nullable=False),
        sa.Column("amount", sa.Float, nullable=True),
    )
    op.create_index("ix_deeds_asked", "deeds", ["asked_at"])


def downgrade() -> None:
    op.drop_table("deeds")
    op.drop_table("facts")
    op.drop_index("ix_messages_timestamp", "messages")
