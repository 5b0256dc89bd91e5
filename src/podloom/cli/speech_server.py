"""`podloom speech-server`: voices for many workers, as a server of its own."""

from __future__ import annotations

from typing import Annotated

import typer

from podloom.cli.output import console
from podloom.domain import EpisodeRequest
from podloom.settings import load_settings
from podloom.tts.casting import choose_engine


def speech_server(
    engine: Annotated[str, typer.Option(help="Engine to speak with; auto: as for an episode.")] = "auto",
    host: Annotated[str, typer.Option(help="Interface to listen at; 0.0.0.0: all.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65535, help="0: a free one, which is printed.")] = 8880,
) -> None:
    """Serve an engine's voices as OpenAI's /v1/audio/speech, until Ctrl-C.

    Workers use it with PODLOOM_SPEECH_BASE_URL. SIGTERM lets what is being spoken end.
    """
    settings = load_settings()
    if engine == "auto":
        engine = choose_engine(EpisodeRequest(engine="auto"), settings).name
    from podloom.serving.speech_running import serve  # noqa: PLC0415 - imports the server

    serve(engine, host, port, settings, lambda text: console().print(text, soft_wrap=True))
