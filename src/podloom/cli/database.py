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
    before, revision = run_async(_upgrade())
    if as_json:
        print_json({"revision": revision, "before": before})
    elif before == revision:
        console().print(f"the schema is at revision {revision}, as it was")
    else:
        console().print(f"the schema is at revision {revision} now; before: {before or 'none'}")


async def _upgrade() -> tuple[str, str]:
    from podloom.db.upgrade import HEAD  # noqa: PLC0415 - SQLAlchemy: 0.7 s
    from podloom.db.upgrade import upgrade as apply  # noqa: PLC0415 - as above

    return await apply(load_settings()), HEAD
