"""What makes a key another key."""

import hashlib

import pytest

from podloom.cache import keys
from podloom.cache.keys import cache_key

BASE = {"text": "안녕", "voice": "a", "seed": 1, "request": {"a": 1, "b": [2, 3]}}


def test_a_key_is_the_same_everywhere():
    canonical = '[1,"tts",{"seed":1,"text":"안녕"}]'
    assert cache_key("tts", text="안녕", seed=1) == hashlib.sha256(canonical.encode()).hexdigest()


def test_order_does_not_matter():
    turned = {"request": {"b": [2, 3], "a": 1}, "seed": 1, "voice": "a", "text": "안녕"}
    assert cache_key("tts", **BASE) == cache_key("tts", **turned)


@pytest.mark.parametrize(
    "change",
    [
        {"text": "안녕 "},
        {"seed": 1.0},
        {"seed": "1"},
        {"seed": True},
        {"request": {"a": 1, "b": [3, 2]}},
        {"more": None},
    ],
)
def test_every_part_matters(change):
    assert cache_key("tts", **BASE) != cache_key("tts", **{**BASE, **change})


def test_the_kind_and_the_schema_matter(monkeypatch):
    before = cache_key("tts", **BASE)
    assert cache_key("script", **BASE) != before
    monkeypatch.setattr(keys, "SCHEMA_VERSION", 2)
    assert cache_key("tts", **BASE) != before


@pytest.mark.parametrize("part", [b"bytes", object(), {1, 2}, float("nan")])
def test_what_has_no_canonical_form_is_refused(part):
    with pytest.raises((TypeError, ValueError)):
        cache_key("tts", part=part)


def test_half_a_character_is_a_text_too():
    assert len(cache_key("tts", text="\ud800")) == 64
