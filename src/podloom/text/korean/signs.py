"""Signs, letters that stand alone and the Chinese characters of headlines, in Korean words."""

from __future__ import annotations

import re

from podloom.text.korean.hangul import jamo_name, with_particle
from podloom.text.korean.latin import LETTERS
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
    "土": "토", "月": "월", "比": "대비", "亞": "아시아", "露": "러시아", "印": "인도", "伊": "이탈리아",
    "反": "반", "親": "친", "脫": "탈", "無": "무", "高": "고", "低": "저", "最": "최", "超": "초",
    "急": "급",
}  # fmt: skip
_SOUNDS = dict(
    zip(
        "美中日韓英佛獨北南與野檢軍露印企大選總黨對反親脫外人",
        "미중일한영불독북남여야검군러인기대선총당대반친탈외인",
        strict=True,
    )
)
"""Two or more together are read by their sounds: 美中 is 미중, 與野 is 여야."""
_SURNAMES = dict(
    zip("李尹文朴金盧韓安洪趙曺秋崔鄭宋張姜吳", "이윤문박김노한안홍조조추최정송장강오", strict=True)
)
_OFFICES = "대통령|대표(?!팀|단)|총리|의원|장관|여사|후보|위원장|원내대표|시장|지사|실장|수석|회장"
_GREEK = {
    "α": "알파", "β": "베타", "γ": "감마", "δ": "델타", "ε": "엡실론", "θ": "세타", "λ": "람다", "μ": "뮤",
    "π": "파이",
    "ρ": "로", "σ": "시그마", "τ": "타우", "φ": "파이", "χ": "카이", "ψ": "프사이", "ω": "오메가",
    "η": "에타",
}  # fmt: skip
_BRACKETED = re.compile(
    r"\((?P<inner>[^().!?]{1,30}[가-힣])\)(?P<particle>(?:은|는|이|가|을|를|과|와|의|에|도|만|인|째|으로|로|에서|에게|부터|까지|보다"
    r"|이었다|였다|이라고|라고|이라는|라는|이며|이고|이다|다|입니다)(?:는|도|만|를)?)(?![가-힣])"
)
"""A particle follows the bracket, and is said with what stands in it."""
_LAUGHTER = {"ㅋ": "크크", "ㅎ": "흐흐"}
_COMPARED = {">": "크다", "<": "작다", "≥": "크거나 같다", "≤": "작거나 같다", "≠": "다르다"}
_OPERAND = r"([가-힣]+(?: 점 [가-힣]+)?)"
_NUMBER = r"\d+(?:,\d{3})*(?:\.\d+)?"


def _power(match: re.Match[str]) -> str:
    """십 제곱, 십의 육제곱, 십의 마이너스 삼제곱."""
    named = {"2": " 제곱", "3": " 세제곱"}
    sign, digits = ("마이너스 " if match[1] else ""), match[2]
    return named[digits] if not sign and digits in named else f"의 {sign}{sino(digits)}제곱"


def _jamo(match: re.Match[str]) -> str:
    run = match[0]
    if len(run) > 1 and len(set(run)) == 1 and run[0] in _LAUGHTER:
        return _LAUGHTER[run[0]]
    return "".join(map(jamo_name, run))


def _compared(first: str, sign: str, second: str) -> str:
    """오는 삼보다 크다, 오는 삼과 다르다."""
    than = with_particle(second, "와") if sign == "≠" else f"{second}보다"
    return f"{with_particle(first, '는')} {than} {_COMPARED[sign]}"


def _compare(match: re.Match[str]) -> str:
    """Of two signs: 십은 엑스보다 작고, 엑스는 이십보다 작다."""
    first, sign, middle, second, last = match.groups()
    if not last:
        return _compared(first, sign, middle)
    return f"{_compared(first, sign, middle).removesuffix('다')}고, {_compared(middle, second, last)}"


def _bounded(match: re.Match[str]) -> str:
    """p<0.05로: 피는 영 점 영오 미만으로."""
    first = LETTERS.get(match[1].upper()) or number(match[1])
    bound = {"<": "미만", ">": "초과", "≤": "이하", "≥": "이상"}[match[2]]
    return f"{with_particle(first, '는')} {match[3]} {with_particle(bound, match[4])}"


def _below(match: re.Match[str]) -> str:
    """A-, BBB-: marks and ratings."""
    return f"{match[1] or match[2]} 마이너스"


POWERS: tuple[Rule, ...] = ((re.compile(r"(?<=\d)\^(-?)(\d+)"), _power),)
"""Powers of numbers come before units: 10^8 m is no m of 8."""

FIGURES: tuple[Rule, ...] = (
    (
        re.compile(
            rf"(?<![A-Za-z\d])([A-Za-z]|{_NUMBER})\s?([<>≤≥])\s?({_NUMBER})"
            r"(로|으로|이면|면|인|이고|고|은|는|이|가|을|를|에서|에|의|과|와)(?![가-힣])"
        ),
        _bounded,
    ),
    (re.compile(r"(?<![A-Za-z])([A-Za-z])\(([a-z])\)"), r"\1 \2"),
    (re.compile(r"(?<=[A-Za-z])\^(-?)(\d+)"), _power),
    (re.compile(r"(?<=\d)\s?[x×*]\s?(?=\d)"), " 곱하기 "),
    (re.compile(r"(?<=\d)\s?÷\s?(?=\d)"), " 나누기 "),
    (re.compile(r"(?<=\d)\s?\+\s?(?=\d)"), " 더하기 "),
    (re.compile(r"(?<=\d)\s[-–]\s(?=\d)"), " 빼기 "),
    (re.compile(r"(?<=\d)\+(?!\w)"), " 이상"),
    (re.compile(r"(?<=[A-Za-z])\+(?=[A-Za-z])"), " 플러스 "),
    (re.compile(r"(?<=[A-Za-z])\+(?!\+)"), " 플러스"),
    (re.compile(r"(?<![A-Za-z])([A-D])-(?=\s|$)|(?<![A-Za-z])([A-D]{2,3})-(?![A-Za-z\d-])"), _below),
    (re.compile(r"(?<=[A-Za-z])-?(?=\d)"), " "),
    (re.compile(r"(?<=\d)-(?=[A-Za-z가-힣])"), " "),
    (re.compile(_NUMBER), lambda m: number(m[0])),
    (re.compile(r"\d+"), lambda m: sino(m[0])),
)
"""Signs between numbers, and then the numbers that no other rule has read."""

RULES: tuple[Rule, ...] = (
    (_BRACKETED, lambda m: f", {with_particle(m['inner'], m['particle'])}"),
    (re.compile(r"\b(원|엔|달러|위안|유로)·(원|엔|달러|위안|유로)\b"), r"\1 \2"),
    (re.compile(r"\s*(?:->|=>|→|⇒)\s*"), ", "),
    (re.compile(r"<="), "≤"),
    (re.compile(r">="), "≥"),
    (re.compile(r"!="), "≠"),
    (
        re.compile(rf"(?<![가-힣]){_OPERAND}\s*([<>≤≥≠])\s*{_OPERAND}(?:\s*([<>≤≥≠])\s*{_OPERAND})?"),
        _compare,
    ),
    (re.compile(r"([가-힣])\s*==?\s*(?=[가-힣])"), lambda m: with_particle(m[1], "는") + " "),
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
    (
        re.compile(r"(?<![가-힣·])[가-힣](?:·[가-힣]){1,4}(?=[^가-힣·]|$|[이가은는을를의]\s)"),
        lambda m: m[0].replace("·", ""),
    ),
    (re.compile(r"·"), ", "),
    (re.compile(f"[{''.join(_GREEK)}{''.join(_GREEK).upper()}]"), lambda m: _GREEK[m[0].lower()]),
    (re.compile(r"(?<=[가-힣])\([\u4e00-\u9fff]+\)"), ""),
    (
        re.compile(
            rf"(?<![\w])([{''.join(_SURNAMES)}])(?=\s?(?:(?:전|前)\s)?(?:{_OFFICES}))|([文朴尹李])(?=\s?정부)"
        ),
        lambda m: _SURNAMES[m[1] or m[2]],
    ),
    (
        re.compile(rf"[{''.join(_SOUNDS)}]{{2,}}(?![\u4e00-\u9fff])"),
        lambda m: "".join(map(_SOUNDS.__getitem__, m[0])),
    ),
    (re.compile(f"[{''.join(_HEADLINE)}]"), lambda m: _HEADLINE[m[0]]),
    (re.compile(r"[\u3131-\u3163]+"), _jamo),
)
