"""What every ended run measured, the alerts that stand, and the history of benchmarks."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)
MEASURES: dict[str, sa.types.TypeEngine[Any]] = {
    "language": sa.String(),
    "engine": sa.String(),
    "writer": sa.String(),
    "seconds": sa.Double(),
    "segments": sa.Integer(),
    "audio_s": sa.Double(),
    "cost": sa.Double(),
    "memory_mb": sa.Double(),
    "queue_lines": sa.Integer(),
}
KNOWN = {name: name for name in ("language", "engine", "writer", "seconds", "segments")} | {
    "audio_s": "duration_s"
}
"""What the episodes of earlier runs tell about them."""


def upgrade() -> None:
    op.add_column("runs", sa.Column("error_class", sa.String(), server_default="", nullable=False))
    for name, kind in MEASURES.items():
        op.add_column("runs", sa.Column(name, kind, nullable=True))
    op.create_index(op.f("ix_runs_finished_at"), "runs", ["finished_at"])
    _take_over()
    _make_alerts()
    _make_benchmarks()


def downgrade() -> None:
    op.drop_index(op.f("ix_benchmarks_name_made_at"), table_name="benchmarks")
    op.drop_table("benchmarks")
    op.drop_table("alerts")
    op.drop_index(op.f("ix_runs_finished_at"), table_name="runs")
    for name in reversed(MEASURES):
        op.drop_column("runs", name)
    op.drop_column("runs", "error_class")


def _take_over() -> None:
    runs = sa.table("runs", *map(sa.column, ("id", "state", *KNOWN)))
    episodes = sa.table("episodes", *map(sa.column, ("run_id", *KNOWN.values())))
    of_run = sa.select(episodes).where(episodes.c.run_id == runs.c.id).limit(1)
    values = {
        name: of_run.with_only_columns(episodes.c[known]).scalar_subquery() for name, known in KNOWN.items()
    }
    op.execute(sa.update(runs).where(runs.c.state == "done").values(values))


def _make_alerts() -> None:
    op.create_table(
        "alerts",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("value", sa.Double(), nullable=False),
        sa.Column("threshold", sa.Double(), nullable=False),
        sa.Column("message", sa.Text(), nullable=False),
        sa.Column("changed_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_alerts")),
    )


def _make_benchmarks() -> None:
    op.create_table(
        "benchmarks",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("machine", sa.Text(), nullable=False),
        sa.Column("version", sa.String(), nullable=False),
        sa.Column("made_at", MOMENT, nullable=False),
        sa.Column("wall_s", sa.Double(), nullable=False),
        sa.Column("floor_s", sa.Double(), nullable=False),
        sa.Column("first_clip_s", sa.Double(), nullable=False),
        sa.Column("cpu_s", sa.Double(), nullable=False),
        sa.Column("load", sa.Double(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_benchmarks")),
    )
    op.create_index(op.f("ix_benchmarks_name_made_at"), "benchmarks", ["name", "made_at"])
