"""Words the sentences of a rehearsal are made of.

The lengths of a language's lists are different primes: counting through all of them at once repeats a
combination of three lists only after some ten thousand sentences.
"""

from __future__ import annotations

from dataclasses import dataclass

from podloom.domain import Language


@dataclass(frozen=True)
class Vocabulary:
    """Lists by slot, and sentences with their slots in braces."""

    slots: dict[str, tuple[str, ...]]
    sentences: tuple[str, ...]
    titles: tuple[str, ...]


def _listed(text: str) -> tuple[str, ...]:
    return tuple(phrase.strip() for phrase in text.split(","))


_ENGLISH = Vocabulary(
    slots={
        "adj": _listed(
            "careful, patient, small, distant, curious, stubborn, practical, quiet, busy, ambitious, frugal,"
            " seasoned, younger, cautious, rural, municipal, independent, skilled, weary, inventive, modest,"
            " reliable, scattered"
        ),
        "people": _listed(
            "engineers, gardeners, librarians, sailors, nurses, teachers, farmers, printers, painters,"
            " bakers, surveyors, editors, carpenters, pilots, chemists, drivers, weavers, masons, brewers,"
            " archivists, plumbers, miners, tailors, foresters, welders, cooks, divers, potters, couriers,"
            " planners, roofers"
        ),
        "do": _listed(
            "measure, sketch, compare, rebuild, question, protect, borrow, publish, repair, collect, test,"
            " trace, simplify, postpone, share, weigh, sort, rewrite, inspect, reuse, record, defend, trim,"
            " describe, predict, combine, count, reject, order"
        ),
        "kind": _listed(
            "narrow, hidden, costly, seasonal, shared, fragile, ancient, familiar, uneven, local, early,"
            " missing, heavy, public, delicate, doubtful, rapid, written, circular"
        ),
        "things": _listed(
            "bridges, ledgers, signals, maps, budgets, harvests, engines, letters, tunnels, recipes, filters,"
            " habits, queues, samples, archives, contracts, routes, lenses, schedules, forecasts, ceilings,"
            " pumps, promises, margins, catalogues, valves, borders, orchards, rumours, ladders, batteries,"
            " mirrors, manuals, rivers, sensors, tariffs, windows"
        ),
        "when": _listed(
            "before sunrise, after long storms, during dry summers, near crowded harbours,"
            " inside cold workshops, between two deadlines, without much fuss, across whole valleys,"
            " under steady pressure, beyond city limits, against good advice, within three seasons,"
            " behind closed doors, along busy roads, beside old mills, despite rising prices,"
            " through thick fog"
        ),
    },
    sentences=(
        "The {adj} {people} {do} their {kind} {things} {when}.",
        "{When}, all {adj} {people} {do} the {kind} {things}.",
        "Most of the {adj} {people} {do} {kind} {things} {when}.",
        "There {adj} {people} will {do} the {kind} {things} {when}.",
        "{Kind} {things} matter when {adj} {people} {do} them {when}.",
        "What if {adj} {people} {do} those {kind} {things} {when}?",
        "{Adj} {people} who {do} {kind} {things} have to work {when}.",
    ),
    titles=(
        "Why {adj} {people} {do} {things}",
        "{Kind} {things} {when}",
        "How {people} {do} {kind} {things}",
    ),
)

_KOREAN = Vocabulary(
    slots={
        "adj": _listed(
            "신중한, 끈기 있는, 작은, 부지런한, 호기심 많은, 고집스러운, 실용적인, 조용한, 바쁜, 야심 찬,"
            " 알뜰한, 노련한, 젊은, 조심스러운, 지방의, 도시의, 독립적인, 숙련된, 지친, 재치 있는, 겸손한,"
            " 믿음직한, 흩어진"
        ),
        "people": _listed(
            "기술자, 정원사, 사서, 선원, 간호사, 교사, 농부, 인쇄공, 화가, 제빵사, 측량사, 편집자, 목수,"
            " 조종사, 화학자, 운전사, 직공, 석공, 양조사, 기록자, 배관공, 광부, 재단사, 삼림관, 용접공,"
            " 요리사, 잠수부, 도예가, 배달원, 설계자, 지붕공"
        ),
        "do": _listed(
            "측정합니다, 그려 봅니다, 비교합니다, 다시 짓습니다, 의심합니다, 보호합니다, 빌립니다,"
            " 펴냅니다, 고칩니다, 모읍니다, 시험합니다, 추적합니다, 단순하게 만듭니다, 미룹니다, 나눕니다,"
            " 저울질합니다, 정리합니다, 고쳐 씁니다, 점검합니다, 다시 씁니다, 기록합니다, 지킵니다,"
            " 다듬습니다, 설명합니다, 예측합니다, 합칩니다, 헤아립니다, 거절합니다, 주문합니다"
        ),
        "kind": _listed(
            "좁은, 숨은, 비싼, 계절마다 바뀌는, 함께 쓰는, 깨지기 쉬운, 오래된, 익숙한, 고르지 않은, 동네의,"
            " 이른, 빠진, 무거운, 공공의, 섬세한, 의심스러운, 빠른, 손으로 쓴, 둥근"
        ),
        "things": _listed(
            "다리, 장부, 신호, 지도, 예산, 수확, 엔진, 편지, 터널, 조리법, 거름망, 습관, 대기열, 표본,"
            " 문서고, 계약, 경로, 렌즈, 일정, 예보, 천장, 펌프, 약속, 여백, 목록, 밸브, 경계, 과수원, 소문,"
            " 사다리, 전지, 거울, 설명서, 물길, 감지기, 요금, 창문"
        ),
        "when": _listed(
            "해가 뜨기 전에, 긴 폭풍 뒤에, 마른 여름 동안, 붐비는 항구에서, 추운 작업장에서, 두 마감 사이에,"
            " 별다른 소란 없이, 온 골짜기에서, 꾸준한 압박 속에, 도시 밖에서, 좋은 충고를 뒤로하고,"
            " 세 계절 안에, 닫힌 문 뒤에서, 붐비는 길가에서, 오랜 방앗간 옆에서, 값이 오르는데도,"
            " 짙은 안개 속에서"
        ),
    },
    sentences=(
        "{adj} {people}들은 {when} {kind} {things:을} {do}.",
        "{when} {adj} {people}들은 {kind} {things:을} {do}.",
        "많은 {adj} {people}들이 {when} {kind} {things:을} {do}.",
        "{adj} {people}들은 늘 {kind} {things:을} {when} {do}.",
        "요즘은 {adj} {people}들도 {when} {kind} {things:을} {do}.",
        "여기서는 {kind} {things:을} {adj} {people}들이 {when} {do}.",
        "{when} {kind} {things:을} 가장 {adj} {people}들이 {do}.",
    ),
    titles=(
        "{kind} {things:과} {adj} {people}들",
        "{adj} {people}들의 {things}",
        "{when} 만난 {kind} {things}",
    ),
)

VOCABULARIES: dict[Language, Vocabulary] = {"en": _ENGLISH, "ko": _KOREAN}
