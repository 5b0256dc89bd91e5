"""Numbers before Korean counters, ranks, and numbers with 만, 억, 조 written out.

Which counters take native numbers is usage, not orthography: the standard accepts 쉰 명 and 오십 명 alike.
The rule here: 살 and 번째 take native numbers up to 99, 시 up to 12; other native counters up to 29, where
speakers change to Sino-Korean (서른 명, but more often 삼십오 명, 오십 명). A space stands before the counter
(한글 맞춤법 제43항), except where the number names a rank or date (이십일세기, 삼학년).
"""

from __future__ import annotations

import re

from podloom.text.korean.numbers import APPROXIMATE, native, number, sino
from podloom.text.rules import Rule

NUMBER = r"(?:\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?)"

_NATIVE_COUNTERS = (
    "마리 명 개 권 잔 번 병 그릇 켤레 벌 장 송이 그루 채 척 통 곳 가지 사람 쌍 줄 군데 차례 판 봉지 상자 "
    "조각 자루 방울 끼 편 건 팀 곡 컵 스푼 숟갈 접시 바퀴 걸음 가구 골 해 모금 꼭지 움큼"
)
_NATIVE_LIMITS: dict[str, int] = dict.fromkeys(_NATIVE_COUNTERS.split(), 29) | {
    "번째": 99, "살": 99, "시": 12, "시간": 20, "달": 12, "배": 19, "대": 19,
}  # fmt: skip
_NO_NATIVE = re.compile(
    r"개(?:월|국|년|소|사|교|각|입(?!니)|발|인|통)|번(?:지|출구|가|대|선|홀)|시간대|장조|단조|해상도|배럴|배수|곳간"
    r"|번 (?:출구|버스|문제|트랙|선수|채널|국도|홀|타자|게이트|타석)"
    r"|대강|대 (?:과제|원칙|은행|그룹|강국|요소|도시|핵심|문제|기업|영양소|재벌|공약|뉴스|종교)"
    r"|명제|장관|권역|판결|통계|통신|건물|편성|달러|대대|대중|대비|채널|팀장|해리|줄기|잔고|병동|병원|벌금"
)
"""Words that begin like a native counter and are none."""
_SINO_SPACED = (
    "분", "초", "원", "도", "점", "회", "층", "위", "퍼센트", "미터", "킬로", "그램", "톤", "리터", "평",
    "달러", "유로", "엔",
    "위안", "파운드", "개월", "개국", "주", "주일", "쪽", "페이지", "포인트", "마일", "인치", "피트", "센티",
    "밀리", "명", "개",
    "와트", "볼트", "기가", "메가", "테라", "헥타르", "배럴", "건", "배", "대", "마리", "권", "곳", "가지",
    "사람", "장", "편", "팀",
    "시간", "시", "살", "잔", "병", "곡", "가구", "종", "번", "번째", "줄", "판", "벌", "채", "척", "통",
    "광년", "칼로리", "데시벨",
    "헤르츠", "바이트", "비트", "픽셀", "프레임", "캐럿", "온스", "기압", "제곱미터", "평방미터", "주년",
    "거래일", "영업일", "자리",
)  # fmt: skip
_SPACED = sorted({*_NATIVE_LIMITS, *_SINO_SPACED}, key=len, reverse=True)
_COUNTER = "|".join("분(?!기)" if counter == "분" else counter for counter in _SPACED)
_WORD_ENDS = (
    r"(?=[^가-힣]|$|(?:을|를|이|가|은|는|의|에|도|로|으로|만|와|과|까지|부터|보다|씩|째|당|정도|이상|이하|미만|가량|"
    r"쯤|들|꼴|였|입니|짜리|안|뒤|후|전|간))"
)
"""After a counter that stands apart: the end of the word or a particle, so that 2 배출 is no 두 배."""
_SCALE = r"(?:[십백천]?[만억조경]|[백천])"
_MIXED = rf"{NUMBER}\s?{_SCALE}(?:\s?{NUMBER}\s?{_SCALE})*(?:\s?\d[\d,]*(?![\d.,]*\d|\s?[년월일시분]))?"


def _counted(match: re.Match[str]) -> str:
    """A number and its counter."""
    value, counter = match["number"], match["counter"] or match["apart"]
    rest = counter + match.string[match.end() :]
    if value == "1" and counter == "번째":
        return "첫 번째"
    return f"{count(value, counter, rest)} {counter}"


def count(value: str, counter: str, rest: str) -> str:
    """The words of `value` before `counter`; `rest` is the text from the counter on."""
    limit = _NATIVE_LIMITS.get(counter, 0)
    decade = counter == "대" and value.endswith("0")
    if not value.isdigit() or value.startswith("0") or decade or _NO_NATIVE.match(rest):
        return number(value)
    return native(int(value)) if len(value) < 3 and 1 <= int(value) <= limit else number(value)


def _range(match: re.Match[str]) -> str:
    """두세 명, 십에서 이십 명."""
    first, last, counter = match["first"], match["last"], match["counter"]
    rest = counter + match.string[match.end() :]
    if counter in _NATIVE_LIMITS and (first, last) in APPROXIMATE and not _NO_NATIVE.match(rest):
        return f"{APPROXIMATE[first, last]} {counter}"
    if counter in ("시", "살", "번째", "시간"):
        return f"{count(first, counter, rest)}에서 {count(last, counter, rest)} {counter}"
    return f"{number(first)}에서 {number(last)} {counter}"


def mixed(text: str) -> str:
    """Words of 3만 5천, 1조 2천억, 3.5억."""
    pieces = re.findall(rf"({NUMBER})\s?({_SCALE})?", text)
    words = ""
    for value, scale in pieces:
        head = "" if value == "1" and scale in ("백", "천", "만", "십만", "백만", "천만") else number(value)
        words += head + scale + (" " if scale and scale[-1] in "만억조경" else "")
    return words.strip()


def _mixed(match: re.Match[str]) -> str:
    unit = match["counter"] or ""
    return mixed(match["number"]) + (f" {unit}" if unit else match["gap"])


RULES: tuple[Rule, ...] = (
    (re.compile(r"(\d+)\s?분의\s?(\d+)"), lambda m: f"{sino(m[1])}분의 {sino(m[2])}"),
    (re.compile(r"(?<![\d.,])(\d+)\s?대\s?(\d+)(?![\d.,])"), lambda m: f"{sino(m[1])} 대 {sino(m[2])}"),
    (re.compile(r"제\s?(\d+)(?:\s(?=[가-힣]))?"), lambda m: f"제{sino(m[1])}"),
    (re.compile(rf"(?P<number>{_MIXED})(?P<gap>\s?)(?P<counter>{_COUNTER})?"), _mixed),
    (re.compile(rf"(?<![\d.,])(?P<first>\d+)\s?에서 (?P<last>\d+)\s?(?P<counter>{_COUNTER})"), _range),
    (
        re.compile(rf"(?P<number>{NUMBER})(?:(?P<counter>{_COUNTER})|\s(?P<apart>{_COUNTER}){_WORD_ENDS})"),
        _counted,
    ),
)
