"""What is measured of the runs, and what of it is worth an alert."""

from __future__ import annotations

from pydantic import Field

from podloom.settings.group import Group


class MetricsSettings(Group):
    """Where a long-lived process (`podloom serve`, the speech server) shows its metrics."""

    port: int = Field(
        default=0, ge=0, le=65535, description="`podloom serve` answers at this port, /metrics; 0: not."
    )
    host: str = Field(default="127.0.0.1", description="Interface of that port; 0.0.0.0 in a container.")


class AlertSettings(Group):
    """What is worth an alert, looked at when a run ends; see docs/metrics.md. A threshold of 0 is off."""

    runs: int = Field(default=20, ge=1, description="So many of the latest runs are looked at.")
    least_runs: int = Field(default=5, ge=1, description="With fewer there is no alert.")
    mean_s: float = Field(default=1800.0, ge=0, description="Average time of the episodes that were made.")
    error_rate: float = Field(default=0.2, ge=0, le=1, description="Share of the runs that failed.")
    queue_lines: float = Field(default=500.0, ge=0, description="Average of lines that waited for a voice.")
    memory_mb: float = Field(default=4096.0, ge=0, description="Most memory that a process held.")
    benchmark_slower: float = Field(
        default=0.15, ge=0, description="The daily benchmark against the median of those before."
    )
    benchmark_days: int = Field(default=7, ge=1, description="So many benchmarks are the median's.")
