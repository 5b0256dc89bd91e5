"""A page to listen on while the episode is being made: one HTML file beside the stream."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Literal

from podloom.domain import Frozen, Language
from podloom.publish.templates import page_template
from podloom.publish.wrapping import plain

LIVE_PAGE_NAME, STATE_NAME = "index.html", "state.js"
Stage = Literal["growing", "complete", "stopped"]
WORDS: Mapping[Language, Mapping[str, str]] = MappingProxyType(
    {
        "en": {
            "growing": "This episode is being made. It can be heard as far as it is ready.",
            "waiting": "That is all there is so far; it goes on by itself.",
            "complete": "The episode is complete.",
            "stopped": "The episode was stopped here.",
            "episode": "The finished episode",
            "players": "For players",
        },
        "ko": {
            "growing": "이 에피소드는 만드는 중입니다. 완성된 부분까지 들을 수 있습니다.",
            "waiting": "여기까지 만들어졌습니다. 이어지는 부분은 자동으로 재생됩니다.",
            "complete": "에피소드가 완성되었습니다.",
            "stopped": "에피소드 제작이 여기서 중단되었습니다.",
            "episode": "완성된 에피소드",
            "players": "플레이어용",
        },
    }
)


class LiveState(Frozen):
    """How far a stream is: what its page looks up again and again."""

    title: str
    podcast: str
    state: Stage = "growing"
    episode: str = ""
    """Where the finished episode's page lies, from the stream's folder."""

    def script(self) -> str:
        """A script, because a page on a disk may load one but may not fetch."""
        return f"live({self.model_dump_json()});\n"

    @classmethod
    def from_script(cls, script: str) -> LiveState:
        """What `script` made.

        Raises:
            ValueError: Somebody else made it.
        """
        return cls.model_validate_json(script.removeprefix("live(").removesuffix(");\n"))


def live_page(title: str, podcast: str, language: Language, *, page: str, sound: str) -> str:
    """The whole page; it works from a disk and from a server.

    Args:
        title: Of the episode.
        podcast: Its show.
        language: Of the page's own words.
        page: Where the finished episode's page will lie, from the stream's folder.
        sound: Likewise its MP3 file: the page goes on there when the stream is taken away.
    """
    return page_template("publish", "live.html").render(
        title=plain(title),
        podcast=plain(podcast),
        language=language,
        words=WORDS[language],
        page=page,
        sound=sound,
    )
