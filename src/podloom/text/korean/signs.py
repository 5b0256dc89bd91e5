"""Signs, letters that stand alone and the Chinese characters of headlines, in Korean words."""

from __future__ import annotations

import re

from podloom.text.korean.hangul import jamo_name, topic
from podloom.text.korean.numbers import number, sino
from podloom.text.rules import Rule

_HEADLINE = {
    "美": "미국", "中": "중국", "日": "일본", "韓": "한국", "英": "영국", "佛": "프랑스", "獨": "독일",
    "北": "북한", "南": "남한",
    "與": "여당", "野": "야당", "檢": "검찰", "軍": "군", "法": "법원", "靑": "청와대", "前": "전",
    "現": "현", "新": "신",
    "故": "고", "對": "대", "大": "대", "小": "소", "外": "외", "內": "내", "男": "남", "女": "여",
    "發": "발", "行": "행",
    "株": "주", "銀": "은행", "车": "차", "車": "차", "火": "화", "水": "수", "木": "목", "金": "금",
    "土": "토", "月": "월",
}  # fmt: skip
_GREEK = {
    "α": "알파", "β": "베타", "γ": "감마", "δ": "델타", "ε": "엡실론", "θ": "세타", "λ": "람다", "μ": "뮤",
    "π": "파이",
    "ρ": "로", "σ": "시그마", "τ": "타우", "φ": "파이", "χ": "카이", "ψ": "프사이", "ω": "오메가",
    "η": "에타",
}  # fmt: skip
_LAUGHTER = {"ㅋ": "크크", "ㅎ": "흐흐"}
_OPERAND = r"([가-힣]+(?: 점 [가-힣]+)?)"
_NUMBER = r"\d+(?:,\d{3})*(?:\.\d+)?"


def _power(match: re.Match[str]) -> str:
    named = {"2": " 제곱", "3": " 세제곱"}
    return named.get(match[1], f"의 {sino(match[1])}제곱")


def _jamo(match: re.Match[str]) -> str:
    run = match[0]
    if len(run) > 1 and len(set(run)) == 1 and run[0] in _LAUGHTER:
        return _LAUGHTER[run[0]]
    return "".join(map(jamo_name, run))


def _compare(match: re.Match[str]) -> str:
    endings = {
        ">": "보다 크다",
        "<": "보다 작다",
        "≥": "보다 크거나 같다",
        "≤": "보다 작거나 같다",
        "≠": "와 다르다",
    }
    return f"{topic(match[1])} {match[3]}{endings[match[2]]}"


FIGURES: tuple[Rule, ...] = (
    (re.compile(r"(?<=[A-Za-z0-9])\^(\d+)"), _power),
    (re.compile(r"(?<=\d)\s?[x×*]\s?(?=\d)"), " 곱하기 "),
    (re.compile(r"(?<=\d)\s?÷\s?(?=\d)"), " 나누기 "),
    (re.compile(r"(?<=\d)\s?\+\s?(?=\d)"), " 더하기 "),
    (re.compile(r"(?<=\d)\s[-–]\s(?=\d)"), " 빼기 "),
    (re.compile(r"(?<=\d)\+(?!\w)"), " 이상"),
    (re.compile(r"(?<=[A-Za-z])-?(?=\d)"), " "),
    (re.compile(r"(?<=\d)-(?=[A-Za-z가-힣])"), " "),
    (re.compile(_NUMBER), lambda m: number(m[0])),
    (re.compile(r"\d+"), lambda m: sino(m[0])),
)
"""Signs between numbers, and then the numbers that no other rule has read."""

RULES: tuple[Rule, ...] = (
    (re.compile(r"\s*(?:->|=>|→|⇒)\s*"), ", "),
    (re.compile(r"<="), "≤"),
    (re.compile(r">="), "≥"),
    (re.compile(r"!="), "≠"),
    (re.compile(rf"{_OPERAND}\s*([<>≤≥≠])\s*{_OPERAND}"), _compare),
    (re.compile(r"([가-힣])\s*==?\s*(?=[가-힣])"), lambda m: topic(m[1]) + " "),
    (re.compile(r"(?<=[가-힣])\s*\+\s*(?=[가-힣])"), " 더하기 "),
    (re.compile(r"(?<=[가-힣])\s*×\s*(?=[가-힣])"), " 곱하기 "),
    (re.compile(r"\+(?!\w)"), " 플러스"),
    (re.compile(r"(?<=[가-힣])\s*&\s*(?=[가-힣])"), " 앤드 "),
    (re.compile(r"±"), " 플러스마이너스 "),
    (re.compile(r"(?<![가-힣])[≈~](?=\s?[가-힣])"), "약 "),
    (re.compile(r"(?<=[가-힣])\s?~\s?(?=[가-힣])"), "에서 "),
    (re.compile(r"√\s?"), "루트 "),
    (re.compile(r"∞"), "무한대"),
    (re.compile(r"°"), "도"),
    (re.compile(r"(?<=[가-힣])\s?%p?"), " 퍼센트"),
    (re.compile(r"(?<![가-힣])([가-힣])·(?=[가-힣](?:·|\s|[이가은는을를의]\s|$))"), r"\1"),
    (re.compile(r"·"), ", "),
    (re.compile(f"[{''.join(_GREEK)}{''.join(_GREEK).upper()}]"), lambda m: _GREEK[m[0].lower()]),
    (re.compile(r"(?<=[가-힣])\([\u4e00-\u9fff]+\)"), ""),
    (re.compile(f"[{''.join(_HEADLINE)}]"), lambda m: _HEADLINE[m[0]]),
    (re.compile(r"[\u3131-\u3163]+"), _jamo),
)
