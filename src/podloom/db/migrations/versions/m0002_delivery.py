"""How a line is said, and the cast that a script names."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")


def upgrade() -> None:
    op.add_column("segments", sa.Column("delivery", JSON, server_default="{}", nullable=False))
    op.add_column("episodes", sa.Column("script_speakers", JSON, server_default="[]", nullable=False))


def downgrade() -> None:
    op.drop_column("episodes", "script_speakers")
    op.drop_column("segments", "delivery")
