"""Ratings: what customers thought of a conversation when it had ended."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    op.create_table(
        "ratings",
        sa.Column("session_id", sa.String(64), primary_key=True),
        sa.Column("message_id", sa.String(64), primary_key=True),
        sa.Column("stars", sa.Integer, nullable=False),
        sa.Column("words", sa.Text, nullable=True),
        sa.Column("timestamp", sa.DateTime(timezone=True), nullable=False),
    )
    op.create_index("ix_ratings_timestamp", "ratings", ["timestamp"])


def downgrade() -> None:
    op.drop_table("ratings")
