"""What Korean counts with native numbers (한, 두, 세), what with Sino-Korean ones, and how context tells.

Which counters take native numbers is usage, not orthography: the standard accepts 쉰 명 and 오십 명 alike.
The rule here: 살 and 번째 take native numbers up to 99, 시 up to 12; other native counters up to 29, where
speakers change to Sino-Korean (서른 명, but more often 삼십오 명, 오십 명).
"""

from __future__ import annotations

import re

_NATIVE = (
    "마리 명 개 권 잔 번 병 그릇 켤레 벌 장 송이 그루 채 척 통 곳 가지 사람 쌍 줄 줄기 군데 차례 판 봉지 "
    "상자 조각 자루 방울 끼 편 건 팀 곡 컵 스푼 티스푼 큰술 작은술 숟갈 숟가락 접시 바퀴 걸음 발짝 발자국 "
    "가구 골 해 모금 꼭지 움큼 캔 박스 세트 묶음 포기 다발 계단 종류 단어 문장 글자 과목 시즌 작품 토막 덩이 "
    "덩어리 꼬집 뿌리 꾸러미 두름 꼬치 바가지 사발 공기 국자 갈래 겹 개비 뼘 마디 구절 정거장 정류장 블록 "
    "식구 나라 도시 회사 업체 자녀 학급 봉우리 포대 바구니 가닥 무더기 필지"
)
_AT_WORD_END = "알 근 모 말 돈 칸 톳 되 섬 냥 푼 홉 팩 톨 줌 돌 표 석 갑 발 손 게임 경기 트럭 문제"
_UP_TO_NINETEEN = "배 대 자리 자릿수 석 표 돌"
STRICT = frozenset(_AT_WORD_END.split())
"""Native counters that many other words begin with: they count at the end of a word only."""
NATIVE_LIMITS: dict[str, int] = {
    **dict.fromkeys(_NATIVE.split(), 29), **dict.fromkeys(_AT_WORD_END.split(), 29),
    **dict.fromkeys(_UP_TO_NINETEEN.split(), 19), "번째": 99, "살": 99, "시": 12, "시간": 20, "달": 12,
}  # fmt: skip
"""Counters that take native numbers, and the largest number that does."""

_THREE_AND_FOUR = {"돈": "서너", "말": "서너", "푼": "서너", "냥": "석넉", "되": "석넉", "섬": "석넉"}
"""Old measures have forms of three and four of their own (표준어 규정 제17항)."""

NO_NATIVE = re.compile(
    r"개(?:월|국|년|소|사|교|각|입(?!니)|발|인|통)|시간대|시(?:장|그마|리즈)|장(?:조|관|에서)|해(?:상도|리)"
    r"|배(?:럴|수|출|송|당|분|터리)|곳간|명제|권(?:역|한)|판(?:결|매)|통(?:계|신|합)|건물|편(?:성|집)|달(?:러|성)"
    r"|채(?:널|권)|팀장|잔(?:고|여)|병(?:동|원|상|사|역)|벌(?:금|점|타)|골(?:드|프|격)|살(?:인|해)|척(?:추|도)|곡선"
    r"|세트(?:에|는|도|부터|까지|만에| 초반| 중반| 후반| 들어|를 (?:내|따|가져|잡|이|먼저|빼)| ?스코어"
    r"|를? [영일이삼사오육칠팔구십]+ 대)"
    r"|번(?:지|출구|가|대|선|홀|길|방|마|부터|타자|버스|국도|차로|시드|환자|레인|트랙|창구|아이언|염색체)"
    r"|번 (?:출구|버스|문제|문항|트랙|선수|채널|국도|고속도로|타자|게이트|타석|환자|버튼|시드|항목|창구|레인"
    r"|도로|코스|카메라|교향곡|아이언|우드|척추|요추|경추|염색체|참가자|후보|학생"
    r"|(?:방|키|답|마|홀|카드|보기|구간)(?![가-힣]{2}))"
    r"|번을 (?:고르|골|선택|찍|누르|눌|클릭|뽑|택)"
)
"""Words that begin like a native counter and are none, and names with a number: 3번 출구, 2세트에서."""

_NUMBERED = re.compile(
    r"(?:기호|보기|정답|답|문제|문항|국도|지방도|번호|교향곡|협주곡|소나타|선택지|게이트|트랙|채널|탑승구|승강장"
    r"|버스|요추|경추|염색체|질문|안건|출구|플랫폼|객관식|번부터)(?:[은는이가])? ?$"
)
"""What has a number as its name, before 번."""

_MAJOR = re.compile(
    r"대 ?(?:과제|원칙|은행|그룹|강국|요소|도시|핵심|문제|기업|영양소|재벌|공약|뉴스|종교|보험|광역시|명산"
    r"|축제|시장|업체|브랜드|메이커|제조사|요인|수출국|주주|사업|전략|분야|가족|대통령|국회|의회|회장|총장|왕|임금|교황)"
    r"|대(?:강|째|손|조|에 걸[쳐친]|가 (?:함께|한집|한 집|모여|같이))"
)
_NOUN_FOLLOWS = re.compile(
    r"대 (?!모두|중|가운데|이상|이하|미만|가량|정도|더|다|씩|또는|추가|주차|충돌|추돌|규모|투입|출동|동원"
    r"|배치|도입|구매|구입|판매|보유|운영|설치|증차|있|없|남|넘|분량|값)"
    r"(?![가-힣]*(?:[다요며]|지만|는데)(?:[^가-힣]|$))(?![가-힣]*[했됐였았었왔갔렸졌쳤켰])[가-힣]"
)
_MACHINE = re.compile(
    r"(?:차|차량|자동차|버스|트럭|택시|오토바이|자전거|킥보드|비행기|여객기|전투기|수송기|항공기|헬기|헬리콥터"
    r"|드론|로봇|기계|컴퓨터|PC|TV|티비|텔레비전|서버|카메라|폰|노트북|태블릿|피아노|에어컨|냉장고|세탁기|건조기"
    r"|청소기|정수기|복사기|프린터|장비|발전기|엘리베이터|승강기|세단|크레인|굴착기|트랙터|열차|전차|장갑차|유모차"
    r"|휠체어|GPU|담배|주사|대파|쪽파|모터|충전기|키오스크|자판기)"
    r"(?:[은는이가을를도의])? ?(?:약|총|모두|각각|단|겨우|무려|최소|최대|또)? ?$"
)

_THINGS = {
    "점": "작품|그림|유물|회화|조각|의류|옷|사진|도자기|가구|미술품|문화재|유화|판화|소장품|자료",
    "쪽": "마늘|생강|사과|귤|배|참외|수박",
    "단": "파|대파|쪽파|시금치|미나리|부추|열무|총각무|쑥갓|얼갈이|상추|깻잎|쑥|냉이|달래|아욱|근대|장작",
    "기": "원전|원자로|위성|인공위성|미사일|발사대|엔진|크레인|무덤|고분|고인돌|발전기|헬기|전투기",
    "정": "알약|약|소총|권총|총|보트",
    "문": "대포|화포|자주포",
    "량": "객차|화차|전동차|열차",
}
_THING_BEFORE = {
    counter: re.compile(rf"(?:{things})(?:[은는이가을를도])? ?(?:약|총|모두|각각|단)? ?$")
    for counter, things in _THINGS.items()
}
"""Counters that are Sino-Korean but for these things: 오 점 and 그림 다섯 점, 삼 쪽 and 마늘 세 쪽."""

_SINO = (
    "초 원 도 점 회 층 위 퍼센트 미터 킬로 그램 톤 리터 평 달러 유로 엔 위안 파운드 개월 개국 주 주일 쪽 "
    "페이지 포인트 마일 인치 피트 센티 밀리 와트 볼트 기가 메가 테라 헥타르 배럴 종 주년 광년 칼로리 데시벨 "
    "헤르츠 바이트 비트 픽셀 프레임 캐럿 온스 기압 제곱미터 평방미터 거래일 영업일 단계 등급 분 구"
)
SPACED = sorted({*NATIVE_LIMITS, *_SINO.split(), *_THINGS}, key=len, reverse=True)
"""Counters that stand apart from their number, longest first."""

RANKS = (
    "월|위|차|심|호기|호선|호|학년|학기|분기|급|층|세대|세|년|일|회|등|부|군|공장|터미널|라운드|쿼터|코스|관|공구|"
    "지구|인|캠퍼스|루"
)
"""What a number names rather than counts; most are written together with it."""

_PARTICLES = (
    "을|를|이|가|은|는|의|에|도|로|으로|만|와|과|까지|부터|보다|씩|째|당|정도|이상|이하|미만|가량|쯤|들|꼴|였|입니|"
    "짜리|안|뒤|후|전|간|라|란|면|나|마다|밖에|뿐|여|분|하고|랑|인|처럼|만큼|어치|남짓|내외|반|중"
)
WORD_END = rf"(?=[^가-힣]|$|(?:{_PARTICLES}))"
"""After a counter that stands apart: the end of the word or a particle, so that 2 배출 is no 두 배."""
_OTHER_WORDS = {"분": "(?!기)", "도": "(?!루|움|전)", "주": "(?!택|식|문)"}


def _counter(word: str) -> str:
    strict = word in STRICT or word == "구" or (word in _THINGS and word not in _SINO.split())
    return word + (WORD_END if strict else _OTHER_WORDS.get(word, ""))


COUNTER = "|".join(map(_counter, SPACED))


def native_limit(counter: str, value: str, before: str, rest: str) -> int:
    """The largest native number here, 0 for none; `rest` is the text from the counter on."""
    if counter in _THING_BEFORE:
        return 29 if _THING_BEFORE[counter].search(before) else 0
    if NO_NATIVE.match(rest) or (counter == "번" and _NUMBERED.search(before)):
        return 0
    if counter == "대" and not _counts_machines(value, before, rest):
        return 0
    return NATIVE_LIMITS.get(counter, 0)


def _counts_machines(value: str, before: str, rest: str) -> bool:
    """차 세 대, 세 대를, but 삼 대 은행 (three major ones), 이 대 회장 (the second), 십 대 (teenagers)."""
    if _MAJOR.match(rest):
        return False
    return bool(_MACHINE.search(before)) or not (value.endswith("0") or _NOUN_FOLLOWS.match(rest))


def old_form(value: int, counter: str) -> str:
    """서 돈, 너 말, 석 냥; "" where there is no form of its own."""
    return _THREE_AND_FOUR[counter][value - 3] if counter in _THREE_AND_FOUR and value in {3, 4} else ""
