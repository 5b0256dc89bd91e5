"""What wants an answer, with a question mark or without, and what only looks like it."""

import pytest

from podloom.domain import Language
from podloom.text.questions import asks


@pytest.mark.parametrize(
    ("sentence", "language"),
    [
        ("Where to?", "en"),
        ('"Where to?!" she asked.', "en"),
        ("Could you take us through that.", "en"),
        ("Maybe you want me to go first, so tell us, Ben.", "en"),
        ("I'd like you to explain it.", "en"),
        ("Help me understand the second one.", "en"),
        ("Let\u2019s hear it.", "en"),
        ("어디로 갑니까?", "ko"),
        ("하나씩 짚어 주시면 좋겠습니다.", "ko"),
        ("한번 말씀해 보시죠.", "ko"),
        ("알려줘요!", "ko"),
    ],
)
def test_what_asks(sentence: str, language: Language) -> None:
    assert asks(sentence, language)


@pytest.mark.parametrize(
    ("sentence", "language"),
    [
        ("Studies tell us that trees drink.", "en"),
        ("They described the roots and explained the rest.", "en"),
        ("As you explain it, it is easy.", "en"),
        ("Let me tell you about roots.", "en"),
        ("I wanted to go.", "en"),
        ("교수님이 자세히 설명해 주셨습니다.", "ko"),
        ("알려 줘서 고맙습니다.", "ko"),
        ("비가 오니까 나무가 자랍니다.", "ko"),
        ("뿌리는 물을 마십니다.", "ko"),
    ],
)
def test_what_does_not(sentence: str, language: Language) -> None:
    assert not asks(sentence, language)
