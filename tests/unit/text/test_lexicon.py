"""A show's pronunciations: respellings for all engines, sounds for those that take them."""

import pytest

from podloom.text.lexicon import read_lexicon, sounds_of, spoken, words_only

LEXICON = read_lexicon(["nginx=/ˈɛndʒɪn ˈɛks/", "Kubernetes = koo ber net eez", "a=b=c"])


def test_entries_are_words_and_spellings():
    assert LEXICON == {"nginx": "/ˈɛndʒɪn ˈɛks/", "Kubernetes": "koo ber net eez", "a": "b=c"}


@pytest.mark.parametrize(
    ("spelling", "sounds"),
    [
        ("/ˈɛn.dʒɪn ˈɛks/", "ˈɛndʒɪnˈɛks"),
        ("/ɡɪt/", "ɡɪt"),
        ("/git/", "ɡit"),
        ("and/or", ""),
        ("//", ""),
        ("x", ""),
    ],
)
def test_sounds_stand_between_slashes(spelling, sounds):
    assert sounds_of(spelling) == sounds


@pytest.mark.parametrize(
    ("text", "language", "ipa", "said"),
    [
        ("Use nginx, 3 times.", "en", True, "Use [nginx](/ˈɛndʒɪnˈɛks/), three times."),
        ("Use nginx, 3 times.", "en", False, "Use engine X, three times."),
        ("nginx's parts", "en", True, "[nginx](/ˈɛndʒɪnˈɛks/)'s parts"),
        ("Kubernetes (or NGINX)", "en", True, "koo ber net eez, or [nginx](/ˈɛndʒɪnˈɛks/)"),
        ("nginx는 3개를 씁니다.", "ko", True, "[nginx](/ˈɛndʒɪnˈɛks/)는 세 개를 씁니다."),
        ("ꀀ and nginx", "en", True, "ꀀ and [nginx](/ˈɛndʒɪnˈɛks/)"),
        ("nothing of it", "en", True, "nothing of it"),
    ],
)
def test_words_with_sounds(text, language, ipa, said):
    assert spoken(text, language, LEXICON, ipa=ipa) == said


def test_without_the_sounds_the_words_are_left():
    assert words_only(spoken("Use nginx now.", "en", LEXICON, ipa=True)) == "Use nginx now."
