"""What a run was asked for, as a digest: the same request is found without comparing its text."""

from __future__ import annotations

import hashlib
import json

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

BATCH = 500


def upgrade() -> None:
    op.add_column("runs", sa.Column("request_digest", sa.String(), nullable=True))
    op.create_index(op.f("ix_runs_request_digest"), "runs", ["request_digest"])
    _take_over()


def downgrade() -> None:
    op.drop_index(op.f("ix_runs_request_digest"), table_name="runs")
    op.drop_column("runs", "request_digest")


def _take_over() -> None:
    """Of the runs that are there; a few at a time, for a request may hold a whole text."""
    runs = sa.table(
        "runs", sa.column("id"), sa.column("request", sa.JSON()), sa.column("request_digest", sa.String())
    )
    connection = op.get_bind()
    ids = list(connection.execute(sa.select(runs.c.id)).scalars())
    for start in range(0, len(ids), BATCH):
        some = sa.select(runs.c.id, runs.c.request).where(runs.c.id.in_(ids[start : start + BATCH]))
        for run_id, request in connection.execute(some).all():
            digest = hashlib.sha256(json.dumps(request, sort_keys=True).encode()).hexdigest()
            change = sa.update(runs).where(runs.c.id == run_id)
            connection.execute(change.values(request_digest=digest))
