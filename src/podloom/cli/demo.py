"""`podloom demo`: an episode from an article of our own, as a Prefect flow run."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import typer

from podloom.api import build_request
from podloom.cli.make import make_and_watch, show_episode
from podloom.cli.output import Json
from podloom.domain import Language
from podloom.errors import SourceError

ARTICLES: dict[Language, str] = {"en": "city-trees.md", "ko": "ko-bookshops.md"}


def demo(
    out: Annotated[Path, typer.Option(help="Output folder.")] = Path("out/demo"),
    language: Annotated[Language, typer.Option(help="en or ko.")] = "en",
    orchestration: Annotated[
        Literal["auto", "prefect", "inline"], typer.Option(help="prefect shows a real flow run.")
    ] = "prefect",
    as_json: Json = False,
) -> None:
    """Make the demo episode: no key, no server, no download."""
    request = build_request(
        str(article(language)), out=str(out), language=language, minutes=5, engine="kokoro", writer="offline"
    )
    show_episode(make_and_watch(request, orchestration, quiet=as_json), as_json=as_json)


def article(language: Language) -> Path:
    """The demo's article; it lies in the repository, not in the installed package.

    Raises:
        SourceError: Podloom was not started from a clone.
    """
    path = Path(__file__).parents[3] / "examples" / ARTICLES[language]
    if not path.is_file():
        raise SourceError(f"the demo's article {str(path)!r} is not there; run the demo from a clone")
    return path
