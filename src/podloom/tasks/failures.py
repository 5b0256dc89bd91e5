"""How a flow run failed, in its state's message: "VoiceError: there is no voice ...". No Prefect in here.

The message is all of an error that a server keeps, and it comes with the state: whoever follows a run from
elsewhere raises what the run failed with.
"""

from __future__ import annotations

from podloom.errors import PodloomError, error_class, public_name

BASE = PodloomError.__name__


def failure_message(error: PodloomError) -> str:
    """The sentence, after the name of its class where that says more than the base's."""
    name = public_name(error)
    return str(error) if name == BASE else f"{name}: {error}"


def read_failure(message: str) -> tuple[str, str]:
    """Name of the class and the sentence; the base's and the whole message where it names none of ours."""
    name, colon, sentence = message.partition(": ")
    return (name, sentence) if colon and error_class(name) else (BASE, message)
