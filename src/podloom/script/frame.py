"""Fixed lines that Podloom adds itself, because a model must not forget or reword them."""

from __future__ import annotations

from collections.abc import Sequence

from podloom.domain import EpisodeRequest, Language, Speaker

DISCLOSURES: dict[Language, tuple[str, str, str]] = {
    "en": (
        "The voice in this episode is synthetic.",
        "The voices in this episode are synthetic.",
        "The script was written by software from the sources in the show notes.",
    ),
    "ko": (
        "이 에피소드의 목소리는 합성 음성입니다.",
        "이 에피소드의 목소리는 모두 합성 음성입니다.",
        "대본은 에피소드 설명에 적힌 자료를 바탕으로 소프트웨어가 작성했습니다.",
    ),
}
"""For one voice, for several, and how the script came about."""


def frame_lines(request: EpisodeRequest, speakers: Sequence[Speaker]) -> tuple[str, ...]:
    """What is spoken before the writer's first line: the disclosure, or nothing if the request wants none.

    A sentence a line: the episode can be heard as soon as its first line is voiced.
    """
    if not request.disclosure:
        return ()
    one, several, written = DISCLOSURES[request.language]
    alone = len(speakers) == 1 or request.format == "narration"
    return (one if alone else several, written)
