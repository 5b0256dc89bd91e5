"""Alerts as Prefect events, for automations to act on."""

from __future__ import annotations

from prefect.events import emit_event

from podloom.domain import Alert

RAISED = "podloom.alert.raised"
CLEARED = "podloom.alert.cleared"


def tell_alert(alert: Alert) -> None:
    """Emit the event; Prefect sends it in the background."""
    emit_event(
        RAISED if alert.active else CLEARED,
        resource={
            "prefect.resource.id": f"podloom.alert.{alert.name}",
            "prefect.resource.name": f"Podloom: {alert.name}",
        },
        payload={"value": alert.value, "limit": alert.limit, "message": alert.message},
    )
