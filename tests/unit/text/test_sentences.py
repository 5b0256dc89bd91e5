"""Sentences and their pieces, in any language."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from podloom.text.sentences import split_long, split_sentences

ENGLISH = [
    "One.| Two!| Three?",
    "Dr. Smith met Mr. Jones.| They spoke.",
    "J. R. R. Tolkien wrote it.| It sold well.",
    "It cost 3.5 dollars.| Yes.",
    "He came at 9 p.m.| She left.",
    "The U.S. Army came.| It stayed.",
    "He lives in the U.S.| She does not.",
    "Cats, dogs, etc.| We like them.",
    "Fruit, e.g. apples, i.e. the round ones.",
    "It has apples, pears, etc. and more.",
    "See No. 5 first.| No.| Five is enough.",
    '"Really?" she asked.| "Yes."| He left.',
    "\u201cStop!\u201d he cried.| \u201cNow.\u201d",
    "He paused… and went on.| Well…| The end.",
    "Wait... what?",
    "Go to example.com now.| Then rest.",
    "Plan B.| Then we win.",
    "Smith et al.| They agree.",
    "Acme Inc.| It grew.",
    "(It rained.)| We stayed.",
    "What?!| No!!",
    "1. First point.| 2. Second point.",
    "no capitals.| none at all.",
    "Line one\nstill one.| Two.",
]
ABBREVIATED = [
    "It began on Dec. 5 in Ohio.| It ended.",
    "It was found in Sept. 2020.| He met Sen. Smith on Mon. Jan. 3.",
    "He left in Dec.| The snow fell.",
    "He left in Oct.| Apple grew.",
    "Ask Jane Doe, Ph.D. Smith knows her.",
    "She has a Ph.D.| She teaches.",
    "He has an M.Sc. in maths.| It helps.",
    "The vote is at 9 a.m. Monday.| It is open.",
    "It starts at 8 p.m. ET.| Doors open at 7 p.m.| Come early.",
    "Acme Inc. Chairman Smith spoke.| Acme Inc.| It grew.",
    "Martin Luther King Jr. Boulevard is long.",
    "Smith et al. (2020) found it.| Smith et al.| They agree.",
    "He lives on Main St.| The house is red.| He is near St. Paul.",
    "It is in the U.S.| This is known.| His Ph.D.| As it is.",
    "He saw it.| iPhone sales rose.| eBay fell.",
    "A. The first plan.| B. The second plan.",
    "In Springfield, Ill., it rained.| In Portland, Ore.| The sun shone.",
    "It was Pvt. Ryan and Atty. Gen. Bondi.",
    "The case is Roe v. Wade.| It ended in 2022.",
]
NO_CAPITALS = [
    "i went home.| then i slept.",
    "is it so?| yes!| really.",
    "we saw it, e.g. at 5 p.m. in the park, approx. 3 times.| then we left.",
    "so... maybe not.| ok.",
    "see example.com or v2.5.| done.",
]
LANGUAGES = {
    "zh": [
        "风很大。|我们回家了。|真的吗？|是的！",
        "他说：“走吧。”|然后走了。|“走吧。”他说。",
        "“走吧。”|大家都同意了这个很好的计划。",
        "温度是3.5度。|网站是example.com。",
        "我们……走吧。|好。",
        "他是谁?|我不知道.|好!",
        "（他走了。）|我们也走了。",
    ],
    "ja": [
        "風が強い。|家に帰った。|本当？|はい！",
        "「行く。」と彼は言った。|雨が降った。",
        "「行く。」|彼は立った。",
        "価格は3.5万円。|続く。",
    ],
    "hi": [
        "मैं घर गया।| फिर सो गया।| क्या यह सच है?| हाँ!",
        "मैं घर गया।|फिर सो गया।",
        "कीमत 3.5 रुपये है।| ठीक है।",
    ],
    "bn": ["আমি বাড়ি গেলাম।| তারপর ঘুমালাম।"],
    "ar": [
        "ذهبت إلى البيت.| ثم نمت.| هل هذا صحيح؟| نعم!",
        "السعر 3.5 دولار.| شكرا.",
        "قال: «نعم.»| ثم ذهب.",
    ],
    "fa": ["به خانه رفتم.| آیا درست است؟| بله."],
    "ur": ["میں گھر گیا۔| پھر سو گیا۔| کیا یہ سچ ہے؟"],
    "he": ["הלכתי הביתה.| אחר כך ישנתי.| באמת?| כן."],
    "ka": ["სახლში წავედი.| მერე დავიძინე.| მართლა?| კი."],
    "hy": ["Ես տուն գնացի։| Հետո քնեցի։"],
    "am": ["ወደ ቤት ሄድኩ።| ከዚያ ተኛሁ።"],
    "km": ["ខ្ញុំទៅផ្ទះ។| បន្ទាប់មកគេង។"],
    "my": ["အိမ်ပြန်တယ်။| ပြီးတော့အိပ်တယ်။"],
    "th": ["ฉันกลับบ้าน"],
    "ru": ["Я пошёл домой.| Потом спал.| И т. д. Правда?| Да!", "А. С. Пушкин писал.| Он жил в Москве."],
    "el": ["Πήγα σπίτι.| Μετά κοιμήθηκα.| Ναι!"],
    "de": [
        "Am 5. Mai war es kalt.| Dr. Müller kam z. B. nie.| Das war 2020.| Gut.",
        "„Komm.“| Er ging.| »Nein.«| Er blieb.| »Gut«, rief sie.",
    ],
    "fr": ["M. Dupont est là.| Il part.", "« Viens. »| Il part.| Vraiment ?| Oui !"],
    "es": ["¿Qué?| ¡No!| Me fui.| ¿Y tú?"],
}
KOREAN = [
    "안녕하세요.| 반갑습니다.| 네!",
    "정말요?| 그래요.",
    "기온은 3.5도였다.| 추웠다.",
    "2026. 11. 21. 발표했다.| 끝.",
    "1. 제목을 쓴다.| 2. 본문을 쓴다.",
    "했다.|그리고 갔다.",
    '"안녕하세요."라고 말했다.| 끝.',
    '"정말요?" 하고 물었다.| 네.',
    '"갑니다."| 그가 떠났다.',
    "음… 그래요…| 네.",
    "J. K. 롤링이 썼다.| 좋다.",
    "A vs. B를 본다.| 끝.",
    "openai.com에서 봤다.| 끝.",
    "마침표가 없다",
    "U.S. 정부가 말했다.| 끝.",
    "그날 No. 5 곡이 나왔다.| 끝.",
    "St. Louis에 갔다.| 끝.",
    "Apple Inc. 주가가 올랐다.| 끝.",
    "9 p.m. 이후에 왔다.| 끝.",
    "쓴 말은 Python.| 다음은 Rust.",
    "정말?|그래.| 응.",
    "갔음.|좋음.",
    "갔음.|좋음.|끝남.",
    "왜?라는 물음이 남았다.| 끝.",
    "야후!의 주가가 올랐다.| 끝.",
    "꿈.희망.도전을 말했다.| 끝.",
    "가자!|이제 됐다.",
]


def parts(marked: str) -> list[str]:
    return [" ".join(part.split()) for part in marked.split("|")]


@pytest.mark.parametrize("marked", ENGLISH)
def test_english(marked: str):
    assert split_sentences(marked.replace("|", ""), "en") == parts(marked)


@pytest.mark.parametrize("marked", ABBREVIATED)
def test_abbreviations_end_few_sentences(marked: str):
    assert split_sentences(marked.replace("|", ""), "en") == parts(marked)


@pytest.mark.parametrize("marked", NO_CAPITALS)
def test_english_without_capitals(marked: str):
    assert split_sentences(marked.replace("|", ""), "en") == parts(marked)


@pytest.mark.parametrize(
    ("language", "marked"), [(code, row) for code in LANGUAGES for row in LANGUAGES[code]]
)
def test_other_languages(language: str, marked: str):
    assert split_sentences(marked.replace("|", ""), language) == parts(marked)


@pytest.mark.parametrize("language", ["en", "ko", "und"])
def test_the_text_tells_its_script_whatever_the_language(language: str):
    assert split_sentences("風が強い。家に帰った。", language) == ["風が強い。", "家に帰った。"]
    assert split_sentences("ذهبت؟ نعم.", language) == ["ذهبت؟", "نعم."]


@pytest.mark.parametrize("marked", KOREAN)
def test_korean(marked: str):
    assert split_sentences(marked.replace("|", ""), "ko") == parts(marked)


def test_an_empty_line_ends_a_sentence():
    assert split_sentences("A title\n\nThe text.", "en") == ["A title", "The text."]


@pytest.mark.parametrize("text", ["", " \n\n ", "\t"])
def test_nothing_has_no_sentences(text: str):
    assert split_sentences(text, "en") == []


@pytest.mark.parametrize(
    ("sentence", "max_chars", "pieces"),
    [
        ("short", 10, ["short"]),
        ("one two, three four", 12, ["one two,", "three four"]),
        ("one two; three, four", 14, ["one two;", "three, four"]),
        ("we ran home because it rained", 20, ["we ran home", "because it rained"]),
        ("비가 왔지만 우리는 밖에 나갔다", 12, ["비가 왔지만", "우리는 밖에 나갔다"]),
        ("alpha beta gamma delta", 12, ["alpha beta", "gamma delta"]),
        ("abcdefghij", 4, ["abcd", "efgh", "ij"]),
        ("it costs 1,000,000 now", 12, ["it costs", "1,000,000", "now"]),
        ("", 5, []),
    ],
)
def test_long_sentences_are_cut_at_the_best_place(sentence: str, max_chars: int, pieces: list[str]):
    assert split_long(sentence, max_chars) == pieces


def test_a_piece_has_at_least_one_character():
    with pytest.raises(ValueError, match="max_chars is 0"):
        split_long("text", 0)


@settings(deadline=None, max_examples=200, derandomize=True)
@given(st.text(alphabet="ab ,;.!?…가나다 \n", max_size=120), st.integers(1, 40))
def test_no_letter_is_lost(text: str, max_chars: int):
    pieces = split_long(text, max_chars)
    assert all(0 < len(piece) <= max_chars for piece in pieces)
    assert "".join("".join(pieces).split()) == "".join(text.split())


@settings(deadline=None, max_examples=200, derandomize=True)
@given(st.text(max_size=200), st.sampled_from(["en", "ko", "ja", "de"]))
def test_sentences_keep_every_character_but_white_space(text: str, language):
    assert "".join("".join(split_sentences(text, language)).split()) == "".join(text.split())
