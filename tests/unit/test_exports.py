"""What `import podloom` gives, and what it costs."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

import podloom


def test_every_public_name_is_listed_and_importable():
    assert sorted(podloom.__all__) == podloom.__all__
    for name in podloom.__all__:
        assert getattr(podloom, name).__name__ == name


def test_type_checkers_see_every_public_name():
    tree = ast.parse(Path(podloom.__file__).read_text("utf-8"))
    typed = next(node for node in tree.body if isinstance(node, ast.If))
    assert sorted(alias.name for node in typed.body for alias in node.names) == podloom.__all__


def test_unknown_names_are_attribute_errors():
    with pytest.raises(AttributeError, match="no_such_name"):
        podloom.no_such_name  # noqa: B018


HEAVY = {"prefect", "openai", "sqlalchemy", "redis", "scipy", "onnxruntime", "trafilatura", "pydub"}
HEAVY |= {"numpy", "httpx", "PIL", "fastapi", "torch", "rich", "pydantic", "pydantic_settings"}


@pytest.mark.parametrize("name", ["generate_podcast", "start_podcast", "submit_podcast"])
def test_importing_the_package_and_the_api_loads_no_heavy_library(name):
    code = f"import sys; from podloom import {name}; print(*{{m.split('.')[0] for m in sys.modules}})"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert not HEAVY & set(done.stdout.split())
