"""Options that several commands have."""

from __future__ import annotations

from typing import Annotated

import typer

from podloom.domain.base import Orchestration

Sources = Annotated[
    list[str] | None,
    typer.Argument(help="Addresses, files or texts; - reads standard input.", show_default=False),
]
Title = Annotated[str, typer.Option(help="Else from the sources or the writer.")]
Podcast = Annotated[str, typer.Option(help="The show this episode belongs to.")]
Chapters = Annotated[int, typer.Option(help="How many; 0: as many as suit.")]
Speakers = Annotated[str, typer.Option(help="NAME[:ROLE][=VOICE][ (TONE)], by commas; up to four.")]
Instructions = Annotated[str, typer.Option(help="For the writer: audience, tone, stress.")]
Pronounce = Annotated[
    list[str] | None, typer.Option(help="WORD=RESPELLING, or WORD=/IPA/; may be given often.")
]
Engine = Annotated[str, typer.Option(help="auto, or one that `podloom voices` lists.")]
Deadline = Annotated[str, typer.Option(help="A time with its zone, or minutes from now.")]
Formats = Annotated[str, typer.Option(help="mp3, m4a, opus; separated by commas.")]
FlowRun = Annotated[Orchestration | None, typer.Option(help="Whether it is a flow run.")]
