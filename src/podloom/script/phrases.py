"""What must not be said at the wrong place, per language: greetings, farewells, directions to actors."""

from __future__ import annotations

import re

from podloom.domain import Language

_WE = r"(?:^|[.!?]\s+)(?:(?:네|자|여러분|잠시 [후쉬]\S*|저희[가는]?|저[는도]?)[,!]?\s+)*"
"""Where the speakers come back themselves, and not the salmon or the heat."""

GREETINGS: dict[Language, re.Pattern[str]] = {
    "en": re.compile(
        r"^(?:hello|hi|hey|good (?:morning|afternoon|evening))[,!]?\s+(?:and welcome|everyone|everybody|folks"
        r"|all|there|listeners)\b|\bwelcome (?:back|to (?:the (?:show|podcast|program)"
        r"|(?:this|another|today's) episode))\b|\b(?:I'm|I am) your host\b",
        re.IGNORECASE,
    ),
    "ko": re.compile(
        r"^(?:여러분[,!]?\s*)?안녕하세요|안녕하십니까|(?:^|여러분[을,!]* |것을 )환영합니다|어서 오세요"
        rf"|{_WE}(?:다시|또) (?:돌아왔|찾아왔|찾아뵙)"
    ),
}
"""Opens an episode; a later chapter that begins so sounds like another show."""

RETURNS: dict[Language, re.Pattern[str]] = {
    "en": re.compile(r"\bwelcome back\b", re.IGNORECASE),
    "ko": re.compile(rf"{_WE}다시 (?:돌아왔습니다|돌아왔어요)|다시 오신 것을"),
}
"""Nobody has been away, not even in the first chapter."""

FAREWELLS: dict[Language, re.Pattern[str]] = {
    "en": re.compile(
        # "Thanks for joining us, Dr. Lee" greets a guest.
        r"\b(?:thanks|thank you)(?: so much| very much| all)? for"
        r" (?:listening|tuning in|joining(?! (?:me|us)(?: today| here)?,))"
        r"|\b(?:see|catch|talk to) you (?:next|soon|in the next|tomorrow)|\buntil next (?:time|week|episode)"
        r"|\bthat(?:'s| is) (?:all|it) for (?:today|now|this (?:episode|week))|\bsigning off(?! on\b)"
        r"|\bthat wraps (?:up|things up|it up)\b|^(?:good)?bye(?:[,!.]|$)",
        re.IGNORECASE,
    ),
    "ko": re.compile(
        r"(?:들어|청취해|함께해) ?(?:주셔서|주신)[^.!?]*(?:감사|고맙)"
        r"|다음 (?:시간|회|편|에피소드)에[^.!?]*(?:만나|뵙|뵐|봬|찾아)"
        r"|다음 주에 (?:(?:또|다시) )?(?:만나요|뵙|뵐|봬|찾아)"
        r"|다음에 또 (?:만나|뵙|봬)"
        r"|(?:오늘은|오늘 방송은|이번 방송은) 여기까지|안녕히 계세요"
        r"|여기서 (?:인사(?:를|드)|마(?:치겠|치도록|치죠|칠게|칩니다|쳐요))"
    ),
}
"""Ends an episode; before the last chapter it sends listeners away."""

INTRODUCTIONS: dict[Language, str] = {
    "en": r"\b(?:I'm|I am|my name is) {name}\b",
    "ko": r"(?:저는|제 이름은|진행자) {name}(?:입니다|이에요|예요|이고|고요|이라고)",
}
"""Patterns with the place of a speaker's name."""

STAGE_WORDS = re.compile(
    r"\b(?:laugh\w*|chuckl\w*|giggl\w*|sigh\w*|gasp\w*|paus\w*|beat|silence|music|applause|jingle|intro"
    r"|outro|sound effects?|sfx|whisper\w*|smil\w*|nod\w*|clears? (?:his |her |their )?throat|fade\w*"
    r"|excited(?:ly)?|sarcastic(?:ally)?|thoughtful(?:ly)?|softly)\b|웃음|웃으며|웃는|박수|음악|한숨|침묵"
    r"|잠시 (?:멈|쉬|정적)|효과음|속삭이|끄덕|인트로|아웃트로|감탄",
    re.IGNORECASE,
)
"""In brackets these are directions, not words to speak."""

ABOUT_ITSELF: dict[Language, re.Pattern[str]] = {
    "en": re.compile(r"\bas an? (?:AI|artificial intelligence|language model)\b", re.IGNORECASE),
    "ko": re.compile(
        r"(?:AI|인공지능|언어) ?모델로서|저는 (?:AI|인공지능)(?: 언어 모델)?(?:이라|라서|입니다)"
    ),
}
"""The model talks about itself instead of the matter."""

LINE_WORDS: dict[Language, int] = {"en": 120, "ko": 90}
"""Longest line; above it nobody waits for the other's answer."""
