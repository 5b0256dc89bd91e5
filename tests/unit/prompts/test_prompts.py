import re
from typing import get_args

import pytest
from jinja2 import UndefinedError

from podloom.domain import Language
from podloom.prompts import PromptName, prompt_hash, render

NAMES = get_args(PromptName)
LANGUAGES = get_args(Language)


def test_every_prompt_has_its_own_hash():
    hashes = {prompt_hash(name, language) for name in NAMES for language in LANGUAGES}
    assert len(hashes) == len(NAMES) * len(LANGUAGES)


def test_a_hash_is_that_of_the_template():
    assert re.fullmatch("[0-9a-f]{64}", prompt_hash("outline", "en"))
    assert prompt_hash("outline", "en") == prompt_hash("outline", "en")


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", NAMES)
def test_a_missing_value_is_an_error(name, language):
    with pytest.raises(UndefinedError):
        render(name, language)


def test_values_are_not_escaped():
    assert "A & B <c>" in render("condense", "en", words=10, title="A & B <c>", text="x", fault="")


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_wishes_of_the_request_are_passed_on(language):
    values = {"show": "S", "format": "conversation", "speakers": [], "rejections": ()}
    assert "Be brief." in render("system", language, **values, instructions="Be brief.")
    assert len(render("system", language, **values, instructions="")) < len(
        render("system", language, **values, instructions="x")
    )
