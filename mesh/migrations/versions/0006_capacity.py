"""Which languages people speak, and how many conversations they may have at the same time."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    with op.batch_alter_table("people") as people:
        people.add_column(sa.Column("languages", sa.JSON, nullable=False, server_default="[]"))
        people.add_column(sa.Column("capacity", sa.Integer))


def downgrade() -> None:
    with op.batch_alter_table("people") as people:
        people.drop_column("capacity")
        people.drop_column("languages")
