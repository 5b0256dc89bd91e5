"""Whether a sentence wants an answer: a question, or somebody is asked to tell."""

from __future__ import annotations

import re

from podloom.domain import Language

_MARK = re.compile("[?\uff1f\u2047-\u2049\u203d]")
"""Anywhere in it: quotes, brackets, other marks or "she asked" may follow."""
_TO_US = r"(?:me|us|(?:our|the) (?:listeners|audience)|every(?:one|body))"
_TELL = (
    rf"(?:(?:tell|teach|show|remind|give) {_TO_US}|(?:walk|talk|take|guide|lead|run) {_TO_US} through"
    rf"|help {_TO_US} (?:to )?(?:understand|see)|explain|describe|elaborate|say more)\b"
)
_REQUESTS: dict[Language, re.Pattern[str]] = {
    "en": re.compile(
        # An imperative comes first, after a comma and the like, or after a word that leads up to it.
        rf"(?:^\W*|[,;:\u2013\u2014] *|\b(?:please|so|now|then|well|just|do|okay) )(?:please )?{_TELL}"
        rf"|\b(?:can|could|will|would) you (?:please )?{_TELL}|\b(?:want|like|love|ask) you to {_TELL}"
        r"|\bI(?:['\u2019]d| would)? (?:like|love|want) to (?:hear|know|understand)\b"
        r"|\bI(?:['\u2019]m| am)? (?:curious|wonder|wondering)\b|\blet['\u2019]s hear\b|\bdo tell\b",
        re.IGNORECASE,
    ),
    "ko": re.compile(
        # "설명해 주세요", "들려주시죠", "말해 줘", "말씀해 보시죠"; "궁금합니다", "부탁드립니다".
        r"[주보](?:세요|셔요|시죠|시지요|십시오|시겠|시면|시기|실래)|(?:[주보]실\s?수|줄래)|줘요?\W*$"
        r"|부탁(?:드립|드려|합|해)|궁금(?:합|해|했|하네|하군|한데)|(?:[습입합됩]니까|까요|나요)\W*$"
    ),
}


def asks(sentence: str, language: Language) -> bool:
    """Whether it is a question or a request to tell something; in doubt it is one."""
    return bool(_MARK.search(sentence) or _REQUESTS[language].search(sentence))
