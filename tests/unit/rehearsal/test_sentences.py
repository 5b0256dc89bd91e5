from itertools import pairwise
from math import gcd

import pytest

from podloom.domain import count_words
from podloom.rehearsal.sentences import lines, sentence, title
from podloom.rehearsal.words import VOCABULARIES
from podloom.script.lines import LineCheck
from podloom.text.detect import detect_language

LANGUAGES = ["en", "ko"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_lengths_of_the_lists_share_no_factor(language):
    words = VOCABULARIES[language]
    lengths = sorted([len(words.sentences), *map(len, words.slots.values())])
    assert all(gcd(one, other) == 1 for one, other in pairwise(lengths))
    assert all(len(set(phrases)) == len(phrases) for phrases in words.slots.values())


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_eight_words_come_twice_in_1500_sentences(language):
    seen = set()
    for number in range(1500):
        words = sentence(number, language).casefold().split()
        runs = {tuple(words[at : at + 8]) for at in range(max(1, len(words) - 7))}
        assert not runs & seen
        seen |= runs


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("budget", [12, 24, 60])
def test_lines_meet_their_budgets(language, budget):
    made = lines(0, language, [budget] * 10)
    total = sum(map(count_words, made))
    assert len(made) == 10
    assert total == pytest.approx(10 * budget, abs=8)


@pytest.mark.parametrize("language", LANGUAGES)
def test_lines_pass_the_writers_checks_in_the_middle_of_an_episode(language):
    check = LineCheck(language, ("Alex", "Jamie"), first=False, last=False)
    for text in lines(4000, language, [30] * 60):
        assert check.read(f'{{"speaker": "Alex", "text": "{text}"}}') == ("Alex", text)


@pytest.mark.parametrize("language", LANGUAGES)
def test_sentences_are_in_their_language(language):
    assert detect_language(" ".join(sentence(number, language) for number in range(40))) == language


@pytest.mark.parametrize("language", LANGUAGES)
def test_neighbouring_titles_differ(language):
    assert len({title(number, language) for number in range(100)}) == 100


def test_korean_particles_follow_the_last_sound():
    said = " ".join(sentence(number, "ko") for number in range(400))
    assert "편지를 " in said
    assert "신호를 " in said
    assert "터널을 " in said
    assert "터널를" not in said
