"""What `import podloom` gives, and what it costs."""

import subprocess
import sys

import pytest

import podloom


def test_every_public_name_is_listed_and_importable():
    assert sorted(podloom.__all__) == podloom.__all__
    assert set(podloom.__all__) == set(podloom._HOME)
    for name in podloom.__all__:
        assert getattr(podloom, name).__name__ == name


def test_unknown_names_are_attribute_errors():
    with pytest.raises(AttributeError, match="no_such_name"):
        podloom.no_such_name  # noqa: B018


def test_importing_the_package_and_the_api_loads_no_heavy_library():
    heavy = {"prefect", "openai", "sqlalchemy", "redis", "scipy", "onnxruntime", "trafilatura", "pydub"}
    code = (
        "import sys, podloom; podloom.generate_podcast; print(*sorted(m.split('.')[0] for m in sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert not heavy & set(done.stdout.split())
