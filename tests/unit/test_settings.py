"""Settings come from the environment, once, and keep their secrets."""

import importlib.machinery
import importlib.util
import re
from pathlib import Path

import pytest

from podloom.errors import SettingsError
from podloom.settings import load_settings

ROOT = Path(__file__).parents[2]


def test_groups_are_read_from_variables(monkeypatch):
    monkeypatch.setenv("PODLOOM_LLM_BASE_URL", "http://localhost:1/v1")
    monkeypatch.setenv("PODLOOM_SPEECH_VOICES", '["ann", "ben"]')
    monkeypatch.setenv("PODLOOM_DATABASE_PGBOUNCER", "true")
    settings = load_settings()
    assert settings.llm.base_url == "http://localhost:1/v1"
    assert settings.speech.voices == ("ann", "ben")
    assert settings.database_pgbouncer is True


def test_a_key_is_never_shown(monkeypatch):
    monkeypatch.setenv("PODLOOM_LLM_API_KEY", "sk-very-secret")
    settings = load_settings()
    assert "very-secret" not in repr(settings) + str(settings) + settings.model_dump_json()
    assert settings.llm_key == "sk-very-secret"


def test_the_common_key_serves_both_servers(monkeypatch):
    monkeypatch.setenv("OPENAI_API_KEY", "sk-common")
    settings = load_settings()
    assert (settings.llm_key, settings.speech_key) == ("sk-common", "sk-common")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PODLOOM_LLM_TIMEOUT_S", "never"),
        ("PODLOOM_LLM_CONCURRENCY", "0"),
        ("PODLOOM_ORCHESTRATION", "airflow"),
        ("PODLOOM_SPEECH_API_KEYS", "sk-typo"),
    ],
)
def test_a_wrong_variable_is_named_and_its_value_is_not_shown(monkeypatch, name, value):
    monkeypatch.setenv(name, value)
    with pytest.raises(SettingsError, match=name) as caught:
        load_settings()
    assert "sk-typo" not in str(caught.value)


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("PODLOOM_LLM_CONCURRENCY", "many", "not 'many'"),
        ("PODLOOM_ORCHESTRATION", "airflow", "not 'airflow'"),
        ("PODLOOM_LLM_MODLE", "x", "is no setting; did you mean PODLOOM_LLM_MODEL?"),
        ("PODLOOM_LLM_BASE_URL", "localhost:8000/v1", "begins with http:// or https://"),
        ("PODLOOM_SPEECH_BASE_URL", "localhost:8000/v1", "begins with http:// or https://"),
        ("PODLOOM_SPEECH_BASE_URL", "http://host:abc/v1", "a number as its port"),
        ("PODLOOM_LLM_BASE_URL", "http://[::1/v1", "has a host"),
    ],
)
def test_a_wrong_variable_says_what_to_do(monkeypatch, name, value, said):
    monkeypatch.setenv(name, value)
    with pytest.raises(SettingsError, match=re.escape(said)):
        load_settings()


def test_a_text_is_never_shown(monkeypatch):
    monkeypatch.setenv("PODLOOM_LLM_BASE_URL", "user:secret@host/v1")
    with pytest.raises(SettingsError) as caught:
        load_settings()
    assert "secret" not in str(caught.value)


def test_the_settings_page_shows_all_settings():
    loader = importlib.machinery.SourceFileLoader("settings_page", str(ROOT / "scripts" / "settings-page"))
    spec = importlib.util.spec_from_loader("settings_page", loader)
    module = importlib.util.module_from_spec(spec)
    loader.exec_module(module)
    assert (ROOT / "docs" / "settings.md").read_text("utf-8") == module.page()
