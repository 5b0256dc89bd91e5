"""Templates of the HTML pages: what is filled in is escaped, and a value that is missing is an error."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from jinja2 import Template


@cache
def page_template(room: str, name: str) -> Template:
    """The file `name` that lies beside the modules of a room of podloom; compiled once a process."""
    # Loaded when there is something to render: it takes longer than the rest of this room together.
    from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape  # noqa: PLC0415

    environment = Environment(
        loader=PackageLoader("podloom", room),
        autoescape=select_autoescape(default=True),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template(name)
