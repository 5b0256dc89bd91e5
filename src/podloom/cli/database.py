"""`podloom db`: the record's schema."""

from __future__ import annotations

import typer

from podloom.cli.output import Json, console, print_json
from podloom.cli.running import run_async
from podloom.settings import load_settings

app = typer.Typer(name="db", help="The database.", no_args_is_help=True, rich_markup_mode=None)


@app.callback()
def group() -> None:
    """The database."""


@app.command()
def upgrade(as_json: Json = False) -> None:
    """Bring the schema up to date; safe when several do it at once. First use does it too."""
    revision = run_async(_upgrade())
    if as_json:
        print_json({"revision": revision})
    else:
        console().print(f"the schema is at revision {revision}")


async def _upgrade() -> str:
    from podloom.db.upgrade import upgrade as apply  # noqa: PLC0415 - SQLAlchemy: 0.7 s

    return await apply(load_settings())
