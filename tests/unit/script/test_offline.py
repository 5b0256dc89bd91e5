import re
from collections import Counter
from itertools import product
from pathlib import Path

import pytest

from fixtures.briefs import REEF, brief, document, planned
from podloom.domain import ChapterPlan, count_words
from podloom.errors import ScriptError, SourceError
from podloom.script.frame import frame_lines
from podloom.script.offline import OfflineWriter
from podloom.script.talk import Talk
from podloom.telemetry import Telemetry
from podloom.text.sentences import split_sentences

EXAMPLES = Path(__file__).parents[3] / "examples"
KOREAN = """산호초는 어떻게 되살아나는가

1998년 인도양의 수온이 크게 올라 세이셸 주변의 산호 대부분이 죽었다. 연구진은 수온이 회복의 차이를 \
설명할 것이라고 예상했다. 그러나 그렇지 않았다. 중요한 것은 산호초의 깊이였다.

깊은 곳의 산호초는 12년 안에 회복되었다. 깊은 물이 어린 산호를 강한 햇빛에서 가려 주었기 때문이다. 얕은 \
곳의 산호초는 대신 해조류로 뒤덮였다.

앞으로의 과제

연구진은 조심스럽다. 조사는 한 나라의 산호초 21곳만 다루었고, 2016년에 다시 고수온이 찾아왔다.

지역 어민들도 조사에 참여하고 있다. 어민들은 물고기를 잡지 않는 구역을 스스로 정했다.
"""


def article(paragraphs=40):
    """Long and varied: every third paragraph has one of the two traps in it."""
    topics = ["reefs", "corals", "fish", "algae", "storms", "divers", "islands"]
    parts = ["The long article"]
    for n in range(paragraphs):
        topic, other = topics[n % 7], topics[(n * 3 + 1) % 7]
        parts.append(
            f"Survey {n} looked at {topic} near site {n} and compared them with {other} from site {n + 1}."
        )
        if n % 3 == 0:
            parts[-1] += (
                f" The researchers of site {n} expected {other} to explain the difference. It did not."
            )
        if n % 3 == 1:
            parts[-1] += (
                f" The authors are careful. Their work at site {n} covers {topic} in one season only."
            )
        parts[-1] += f" At site {n} the {topic} changed by {n + 3} percent within {n + 2} years."
        if n % 10 == 5:
            parts.append(f"Site group {n}")
    return "\n\n".join(parts)


async def write(chosen, documents, telemetry=None):
    writer = OfflineWriter(telemetry)
    outline, _ = await planned(writer, chosen, documents)
    lines = []
    for chapter in outline.chapters:
        async for segment in writer.write_chapter(chosen, documents, outline, chapter):
            lines.append(segment)  # noqa: PERF401 - two loops read better
    return outline, lines


def spoken(lines):
    return " ".join(segment.text for segment in lines)


async def test_a_short_text_is_read_completely_and_in_order():
    _, lines = await write(brief(words=400), [document()])
    text = spoken(lines)
    places = [text.index(sentence) for sentence in split_sentences(REEF, "en")[1:] if " " in sentence]
    assert places == sorted(places)


@pytest.mark.parametrize("wanted", [1, 2, 5, 8])
async def test_as_many_chapters_as_asked_for(wanted):
    telemetry = Telemetry()
    outline, _ = await write(brief(words=900, chapters=wanted), [document(article())], telemetry)
    assert len(outline.chapters) == wanted
    assert not [note for note in telemetry.notes if "chapters" in note]


async def test_fewer_chapters_where_the_sources_have_no_more_paragraphs():
    telemetry = Telemetry()
    outline, _ = await write(brief(words=900, chapters=12), [document()], telemetry)
    assert 1 < len(outline.chapters) < 12
    assert f"The draft has {len(outline.chapters)} chapters of 12 asked for" in "".join(telemetry.notes)


@pytest.mark.parametrize("words", [150, 300, 600])
async def test_a_denied_expectation_is_never_read_without_its_denial(words):
    _, lines = await write(brief(words=words), [document(article())])
    text = spoken(lines)
    assert text.count("expected") == text.count("It did not.")
    assert not re.search(r"to explain the difference\.(?! It did not\.)", text)


@pytest.mark.parametrize("words", [300, 600, 900])
async def test_an_announcement_is_never_read_without_what_it_announces(words):
    _, lines = await write(brief(words=words), [document(article())])
    text = spoken(lines)
    assert "The authors are careful." in text
    assert not re.search(r"The authors are careful\.(?! Their work)", text)


async def test_a_long_text_is_cut_by_whole_blocks_near_the_word_budget():
    telemetry = Telemetry()
    _, lines = await write(brief(words=600), [document(article())], telemetry)
    words = sum(len(segment.text.split()) for segment in lines)
    assert 450 <= words <= 690
    paragraphs = article().split("\n\n")
    read = [paragraph for paragraph in paragraphs if paragraph in re.sub(r"\s+", " ", spoken(lines))]
    assert read
    assert "The draft reads" in telemetry.notes[0]


@pytest.mark.parametrize("style", ["conversation", "interview", "narration"])
@pytest.mark.parametrize(
    ("article", "language", "words"),
    [
        *(("city-trees.md", "en", 300), ("city-trees.md", "en", 790)),
        *(("ko-bookshops.md", "ko", 245), ("ko-bookshops.md", "ko", 420)),
    ],
)
async def test_a_draft_is_as_long_as_was_asked_for(article, language, words, style):
    names = ("민지", "준호") if language == "ko" else ()
    chosen = brief(*names, language=language, format=style, words=words)
    source = document((EXAMPLES / article).read_text("utf-8"), language=language)
    _, lines = await write(chosen, [source])
    said = [segment.text for segment in lines] + list(frame_lines(chosen.request, chosen.speakers))
    assert sum(map(count_words, said)) == pytest.approx(words, rel=0.1)


async def test_short_sources_are_not_padded():
    telemetry = Telemetry()
    _, lines = await write(brief(words=5000), [document()], telemetry)
    assert sum(len(segment.text.split()) for segment in lines) < 300
    assert telemetry.notes == []


@pytest.mark.parametrize("seed", [1, 2, 3])
async def test_the_same_seed_gives_the_same_script(seed):
    once, again = [await write(brief(words=500, seed=seed), [document(article())]) for _ in range(2)]
    assert once == again


async def test_another_seed_changes_only_what_is_said_in_between():
    texts = [spoken((await write(brief(words=900, seed=seed), [document(article())]))[1]) for seed in (1, 2)]
    assert texts[0] != texts[1]


@pytest.mark.parametrize(
    ("style", "language", "voices"),
    list(product(["conversation", "interview", "narration"], ["en", "ko"], [1, 2, 3, 4])),
)
async def test_every_format_language_and_cast_is_written(style, language, voices):
    names = (
        ("민지", "준호", "서연", "도윤")[:voices]
        if language == "ko"
        else ("Alex", "Sam", "Kim", "Bo")[:voices]
    )
    source = document(KOREAN, "산호초", "ko") if language == "ko" else document(article(9))
    outline, lines = await write(brief(*names, language=language, format=style, words=500), [source])
    assert {segment.speaker for segment in lines} == set(names[:1] if style == "narration" else names)
    assert len(outline.chapters) >= 3
    for chapter in outline.chapters:
        own = [segment for segment in lines if segment.chapter == chapter.index]
        assert [segment.index for segment in own] == list(range(len(own)))


async def test_a_narration_asks_nobody():
    _, lines = await write(brief("Alex", format="narration", words=500), [document(article(9))])
    assert "?" not in spoken(lines)


@pytest.mark.parametrize("language", ["en", "ko"])
async def test_nothing_of_ours_is_said_twice(language):
    source = document(KOREAN, "산호초", "ko") if language == "ko" else document(article(60))
    names = ("민지", "준호") if language == "ko" else ()
    _, lines = await write(brief(*names, language=language, words=4000), [source])
    ours = Counter(segment.text for segment in lines if segment.text not in re.sub(r"\s+", " ", source.text))
    assert [text for text, count in ours.items() if count > 1] == []


FITTING = [
    ("en", "Streets stay cool because leaves catch the sun.", "Why is that?"),
    ("en", "However, the next summer was wet.", "Is it really that simple?"),
    ("en", "The cause is not yet known.", "How sure can we be about that?"),
    ("en", "Prices rose by 12 percent.", "Can you put a number on it?"),
    ("en", "The council will plant more trees.", "So what happens next?"),
    ("ko", "잎이 햇빛을 가려 주기 때문이다.", "왜 그런 걸까요?"),
    ("ko", "그러나 이듬해 여름은 달랐다.", "정말 그렇게 단순할까요?"),
    ("ko", "시는 내년에 나무를 더 심을 계획이다.", "앞으로는 어떻게 되나요?"),
]


@pytest.mark.parametrize(("language", "answer", "question"), FITTING)
def test_a_question_fits_the_answer_that_follows(language, answer, question):
    request = brief(language=language).request
    talk = Talk(request=request, names=("A", "B"), title="T", recap="", whole=answer)
    assert next(talk._offers(answer)) == question


async def test_the_opening_names_show_speakers_and_topic():
    _, lines = await write(brief(podcast="Tide", words=400), [document()])
    assert lines[0].text == "Hello, and welcome to Tide. I'm Alex."
    assert lines[1].text == "And I'm Sam. Today's topic: Reefs after the heat."
    assert lines[-1].text.startswith("Thanks for listening to Tide.")


async def test_korean_particles_fit_the_names():
    _, lines = await write(brief("민준", "서아", language="ko", words=300), [document(KOREAN, "산호", "ko")])
    assert lines[0].text == "안녕하세요, Podloom입니다. 저는 민준이에요."
    assert lines[1].text.startswith("저는 서아예요.")


async def test_headings_become_chapter_titles():
    outline, _ = await write(brief(words=400), [document()])
    assert outline.chapters[-1].title == "What comes next"
    assert outline.title == "Reefs after the heat"


async def test_titles_are_never_the_same():
    outline, _ = await write(brief(words=1500), [document(article(60))])
    titles = [chapter.title for chapter in outline.chapters]
    assert len(set(titles)) == len(titles) >= 3


async def test_the_summary_is_short_and_from_the_sources():
    outline, _ = await write(brief(words=400), [document()])
    assert outline.summary.startswith("In 1998 a heat wave killed")
    assert len(outline.summary.split()) <= 75


async def test_citations_are_left_out_and_other_brackets_kept():
    text = (
        "Reefs (the deep ones) recovered [3]. Fish helped (Graham et al., 2015) a lot in every single place."
    )
    _, lines = await write(brief(words=300), [document(text)])
    assert "Reefs (the deep ones) recovered. Fish helped a lot in every single place." in spoken(lines)


async def test_items_of_a_list_are_sentences():
    text = "What they need is this:\n\n- clean water\n- room for the roots\n- patience in the first years"
    _, lines = await write(brief("Alex", format="narration", words=300), [document(text, "Trees")])
    assert "What they need is this: clean water. room for the roots. patience in the first years." in spoken(
        lines
    )


@pytest.mark.parametrize("words", [90, 130, 170])
async def test_a_question_is_never_read_without_its_answer(words):
    questions = [
        f"What did the {topic} of the bay do in the year after the heat had gone? They {verb} within months,"
        f" and nobody has seen them since in such numbers."
        for topic, verb in [("corals", "died"), ("fish", "left"), ("algae", "spread"), ("crabs", "hid")]
    ]
    text = "\n\n".join(part.replace("? ", "?\n\n") for part in questions)
    _, lines = await write(brief(words=words), [document(text, "What became of the bay?")])
    said = spoken(lines)
    assert "?." not in said
    for question in questions:
        asked, answer = question.split("? ")
        assert (f"{asked}?" in said) <= (answer in said)


async def test_one_sentence_is_enough():
    _, lines = await write(brief(words=300), [document("Reefs recover.", "Reefs")])
    assert any(segment.text == "Reefs recover." for segment in lines)


@pytest.mark.parametrize("text", ["", "Only a heading"])
async def test_sources_without_sentences_are_refused(text):
    with pytest.raises(SourceError, match="no sentences"):
        await planned(OfflineWriter(), brief(), [document(text)])


async def test_sources_in_another_language_are_refused():
    with pytest.raises(SourceError, match="cannot translate"):
        await planned(OfflineWriter(), brief(), [document(KOREAN, "산호", "ko")])


async def test_an_edited_outline_is_followed():
    documents, chosen = [document()], brief(words=400)
    writer = OfflineWriter()
    outline, _ = await planned(writer, chosen, documents)
    fewer = outline.model_copy(update={"chapters": outline.chapters[1:]})
    lines = [s async for s in writer.write_chapter(chosen, documents, fewer, fewer.chapters[0])]
    assert lines[0].text.startswith("Hello")
    assert "Reefs below 6.6 meters" in spoken(lines)


@pytest.mark.parametrize(("sources", "reason"), [((99,), "belongs to other sources"), ((), "has no sources")])
async def test_an_outline_of_other_sources_is_refused(sources, reason):
    documents, chosen = [document()], brief(words=400)
    writer = OfflineWriter()
    outline, _ = await planned(writer, chosen, documents)
    wrong = ChapterPlan(index=0, title="X", key_points=("Y",), words=50, sources=sources)
    with pytest.raises(ScriptError, match=reason):
        await anext(
            writer.write_chapter(chosen, documents, outline.model_copy(update={"chapters": (wrong,)}), wrong)
        )
