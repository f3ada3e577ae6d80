"""The history table."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    op.create_table(
        "messages",
        sa.Column("row_id", sa.String(160), primary_key=True),
        sa.Column("message_id", sa.String(64), nullable=False),
        sa.Column("session_id", sa.String(64), nullable=False),
        sa.Column("timestamp", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sender", sa.String(16), nullable=False),
        sa.Column("content", sa.Text, nullable=False),
        sa.Column("status", sa.String(16), nullable=False),
        sa.Column("route_trace", sa.JSON, nullable=True),
        sa.Column("payload", sa.JSON, nullable=True),
    )
    op.create_index("ix_messages_session_timestamp", "messages", ["session_id", "timestamp"])
    op.create_index("ix_messages_message", "messages", ["message_id"])


def downgrade() -> None:
    op.drop_table("messages")
