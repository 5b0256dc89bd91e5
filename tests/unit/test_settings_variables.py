"""Every setting can be given as a variable, with each kind of value there is."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any, Literal, get_args, get_origin

import pytest
from pydantic import SecretStr, TypeAdapter, ValidationError
from pydantic.fields import FieldInfo

from podloom.errors import SettingsError
from podloom.settings import Group, Settings, load_settings

PAGE = Path(__file__).parents[2] / "docs" / "settings.md"
Setting = tuple[tuple[str, ...], FieldInfo]


def all_settings() -> Iterator[Setting]:
    """Path and field of each, in the page's order."""
    for name, field in Settings.model_fields.items():
        if isinstance(field.annotation, type) and issubclass(field.annotation, Group):
            yield from (((name, inner), each) for inner, each in field.annotation.model_fields.items())
        else:
            yield (name,), field


def variable(path: tuple[str, ...]) -> str:
    return "_".join(("PODLOOM", *path)).upper()


def candidates(field: FieldInfo) -> list[Any]:
    """Values of the field's type; some may be out of its bounds."""
    kind, default = field.annotation, field.get_default(call_default_factory=True)
    if get_origin(kind) is Literal:
        return list(get_args(kind))
    if kind is bool:
        return [not default]
    if kind is int:
        return [default + 1, default - 1]
    if kind in {float, float | None}:
        return [(default or 0.0) + 0.25, (default or 0.0) - 0.25]
    others = {Path: Path("/srv"), tuple[str, ...]: ("a", "b"), dict[str, str]: {"a": "b"}}
    return [others[kind]] if kind in others else [kind("https://host.example/v1")]


def valid(field: FieldInfo, value: Any) -> bool:
    try:
        TypeAdapter(Annotated[field.annotation, field]).validate_python(value)
    except ValidationError:
        return False
    return True


def as_text(value: Any) -> str:
    """As somebody would write it into the environment."""
    if isinstance(value, SecretStr):
        return value.get_secret_value()
    return json.dumps(value) if isinstance(value, bool | tuple | dict) else str(value)


def test_the_page_and_the_settings_have_the_same_names():
    told = re.findall(r"^\| `(PODLOOM_\w+)`", PAGE.read_text("utf-8"), re.MULTILINE)
    assert told == [variable(path) for path, _ in all_settings()]


@pytest.mark.parametrize("setting", tuple(all_settings()), ids=lambda setting: variable(setting[0]))
def test_each_can_be_set(monkeypatch, setting):
    path, field = setting
    default = field.get_default(call_default_factory=True)
    others = [value for value in candidates(field) if value != default and valid(field, value)]
    assert others
    for value in others:
        monkeypatch.setenv(variable(path), as_text(value))
        found: Any = load_settings()
        for name in path:
            found = getattr(found, name)
        assert found == value
        assert type(found) is type(value)


@pytest.mark.parametrize("value", ["100", "many", "128.5", ""])
def test_a_rate_that_is_none_is_refused_with_those_there_are(monkeypatch, value):
    monkeypatch.setenv("PODLOOM_AUDIO_MP3_KBPS", value)
    with pytest.raises(SettingsError, match=r"PODLOOM_AUDIO_MP3_KBPS: .* 64, 96, 128, 160 or 192"):
        load_settings()
