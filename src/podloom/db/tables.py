"""The tables, the same on PostgreSQL and SQLite. Keys are natural, so that saving twice leaves one copy."""

from __future__ import annotations

from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    DateTime,
    Double,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
        "pk": "pk_%(table_name)s",
    }
)
Json = JSON().with_variant(JSONB(), "postgresql")
Moment = DateTime(timezone=True)
NOW = text("CURRENT_TIMESTAMP")

podcasts = Table(
    "podcasts",
    metadata,
    Column("title", String, primary_key=True),
    Column("created_at", Moment, nullable=False, server_default=NOW),
)

runs = Table(
    "runs",
    metadata,
    Column("id", String, primary_key=True),
    Column("state", String, nullable=False),
    Column("error", Text, nullable=False, server_default=""),
    Column("request", Json, nullable=False),
    Column("request_digest", String),
    Column("folder", Text, nullable=False),
    Column("episode_id", String),
    Column("started_at", Moment, nullable=False, server_default=NOW),
    Column("finished_at", Moment),
    # What it measured; null until it has ended.
    Column("error_class", String, nullable=False, server_default=""),
    Column("language", String),
    Column("engine", String),
    Column("writer", String),
    Column("seconds", Double),
    Column("segments", Integer),
    Column("audio_s", Double),
    Column("cost", Double),
    Column("memory_mb", Double),
    Column("queue_lines", Integer),
    Index(None, "state"),
    Index(None, "request_digest"),
    Index(None, "finished_at"),
)

episodes = Table(
    "episodes",
    metadata,
    Column("id", String, primary_key=True),
    Column("run_id", ForeignKey("runs.id"), nullable=False),
    Column("podcast", ForeignKey("podcasts.title"), nullable=False),
    Column("title", Text, nullable=False),
    Column("summary", Text, nullable=False),
    Column("language", String, nullable=False),
    Column("draft", Boolean, nullable=False),
    Column("folder", Text, nullable=False),
    Column("files", Json, nullable=False),
    Column("duration_s", Double, nullable=False),
    Column("asked_s", Double, nullable=False),
    Column("integrated_lufs", Double, nullable=False),
    Column("range_lu", Double, nullable=False),
    Column("true_peak_dbtp", Double, nullable=False),
    Column("marks", Json, nullable=False),
    Column("speakers", Json, nullable=False),
    Column("segments", Integer, nullable=False),
    Column("engine", String, nullable=False),
    Column("writer", String, nullable=False),
    Column("seconds", Double, nullable=False),
    Column("cache_hits", Json, nullable=False),
    Column("script_title", Text, nullable=False),
    Column("script_summary", Text, nullable=False),
    Column("script_speakers", Json, nullable=False, server_default="[]"),
    Column("published_at", String, nullable=False),
    Column("created_at", Moment, nullable=False, server_default=NOW),
    Index(None, "podcast", "published_at"),
)

chapters = Table(
    "chapters",
    metadata,
    Column("episode_id", ForeignKey("episodes.id", ondelete="CASCADE"), primary_key=True),
    Column("position", Integer, primary_key=True),
    Column("title", Text, nullable=False),
    Column("start_s", Double),
    Column("end_s", Double),
)

clips = Table(
    "clips",
    metadata,
    Column("sha256", String, primary_key=True),
    Column("path", Text, nullable=False),
    Column("duration_s", Double, nullable=False),
    Column("sample_rate", Integer, nullable=False),
)

segments = Table(
    "segments",
    metadata,
    Column("episode_id", ForeignKey("episodes.id", ondelete="CASCADE"), primary_key=True),
    Column("position", Integer, primary_key=True),
    Column("chapter", Integer, nullable=False),
    Column("line", Integer, nullable=False),
    Column("speaker", String, nullable=False),
    Column("text", Text, nullable=False),
    Column("delivery", Json, nullable=False, server_default="{}"),
    Column("clip", ForeignKey("clips.sha256"), nullable=False),
    Column("cached", Boolean, nullable=False),
    Column("start_s", Double, nullable=False),
    Column("end_s", Double, nullable=False),
    Index(None, "clip"),
)

sources = Table(
    "sources",
    metadata,
    Column("sha256", String, primary_key=True),
    Column("language", String, nullable=False),
    Column("words", Integer, nullable=False),
    Column("text", Text, nullable=False),
)

episode_sources = Table(
    "episode_sources",
    metadata,
    Column("episode_id", ForeignKey("episodes.id", ondelete="CASCADE"), primary_key=True),
    Column("position", Integer, primary_key=True),
    Column("sha256", ForeignKey("sources.sha256"), nullable=False),
    Column("kind", String, nullable=False),
    Column("origin", Text, nullable=False),
    Column("title", Text, nullable=False),
)

stage_timings = Table(
    "stage_timings",
    metadata,
    Column("run_id", ForeignKey("runs.id", ondelete="CASCADE"), primary_key=True),
    Column("position", Integer, primary_key=True),
    Column("name", String, nullable=False),
    Column("start_s", Double, nullable=False),
    Column("duration_s", Double, nullable=False),
)

counters = Table(
    "counters",
    metadata,
    Column("run_id", ForeignKey("runs.id", ondelete="CASCADE"), primary_key=True),
    Column("name", String, primary_key=True),
    Column("value", Double, nullable=False),
)

alerts = Table(
    "alerts",
    metadata,
    Column("name", String, primary_key=True),
    Column("active", Boolean, nullable=False),
    Column("value", Double, nullable=False),
    Column("threshold", Double, nullable=False),
    Column("message", Text, nullable=False),
    Column("changed_at", Moment, nullable=False),
)

benchmarks = Table(
    "benchmarks",
    metadata,
    Column("id", String, primary_key=True),
    Column("name", String, nullable=False),
    Column("machine", Text, nullable=False),
    Column("version", String, nullable=False),
    Column("made_at", Moment, nullable=False),
    Column("wall_s", Double, nullable=False),
    Column("floor_s", Double, nullable=False),
    Column("first_clip_s", Double, nullable=False),
    Column("cpu_s", Double, nullable=False),
    Column("load", Double, nullable=False),
    Index(None, "name", "made_at"),
)
