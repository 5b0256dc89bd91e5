import pytest

from fixtures.briefs import brief
from podloom.script.frame import frame_lines


@pytest.mark.parametrize(
    ("names", "language", "style", "said"),
    [
        (("Alex", "Sam"), "en", "conversation", "The voices in this episode are synthetic."),
        (("Alex",), "en", "conversation", "The voice in this episode is synthetic."),
        (("Alex", "Sam"), "en", "narration", "The voice in this episode is synthetic."),
        (("민지", "준호"), "ko", "interview", "이 에피소드의 목소리는 모두 합성 음성입니다."),
        (("민지",), "ko", "narration", "이 에피소드의 목소리는 합성 음성입니다."),
    ],
)
def test_the_disclosure_is_spoken_in_the_episodes_language(names, language, style, said):
    given = brief(*names, language=language, format=style)
    first, written = frame_lines(given.request, given.speakers)
    assert first == said
    assert written


def test_nothing_is_said_if_the_request_wants_nothing():
    given = brief(disclosure=False)
    assert frame_lines(given.request, given.speakers) == ()
