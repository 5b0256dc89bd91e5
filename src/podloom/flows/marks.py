"""Keys beside a run on the server, by which finders of lost runs agree who does what. No Prefect in here."""

from __future__ import annotations

LOSS = "podloom-loss-"
"""And the id of a state, and a number: who calls the run crashed that is silent in that state."""
STOP = "podloom-stop-"
"""Likewise: who ends the run that was to be cancelled."""
END = "podloom-end-"
"""Likewise: who tells of the run that ended in that state where nobody was."""
RESUMPTION = "podloom-resumption-"
"""And a number: who starts a crashed run again, for the so manieth time."""
TOLD = f"{RESUMPTION}told"
"""The run is given up, and the world knows it."""
