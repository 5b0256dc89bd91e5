import json

import pytest

from podloom.script.lines import LineCheck, LineFaultError

NAMES = ("Alex", "Sam")


def check(language="en", *, first=False, last=False):
    return LineCheck(language, NAMES, first=first, last=last)


def line(text, speaker="Alex"):
    return json.dumps({"speaker": speaker, "text": text})


GOOD = [
    ("en", "That's about 12% (a small share) of 41 lakes."),
    ("en", "In nineteen ninety-eight, the sea got warm."),
    ("en", "Hi was all he wrote."),
    ("en", "He thanked them for the data: a list of 40 names."),
    ("en", "The price fell from $5.50 to $3 -- in a year."),
    ("en", "Goodbye stripes, the report says."),
    ("en", "Ça va?"),
    ("ko", "GPU 가격이 왜 이렇게 올랐을까요?"),
    ("ko", "네."),
    ("ko", "OpenAI."),
    ("ko", "그분들이 감사 인사를 전했어요."),
    ("en", "Thanks for joining us, Dr. Lee."),
    ("en", "The council is signing off on the plan."),
    ("ko", "그해 가을 연어가 다시 돌아왔어요."),
    ("ko", "이듬해 고수온이 다시 찾아왔습니다."),
    ("ko", "어민들은 이 결정을 환영합니다."),
    ("ko", "다음 주에 환경부와 어민들이 다시 만나 둑 문제를 논의한대요."),
    ("ko", "물고기는 여기서 마치 벽을 만난 것처럼 멈춰요."),
]


@pytest.mark.parametrize(("language", "text"), GOOD)
def test_lines_that_can_be_spoken_pass(language, text):
    assert check(language).read(line(text)) == ("Alex", text)


BAD = [
    ("en", "", "empty"),
    ("en", "...", "empty"),
    ("en", "(laughs) That is funny.", "stage direction"),
    ("en", "That is funny. [music fades]", "stage direction"),
    ("en", "*sighs* All right.", "stage direction"),
    ("en", "So (long pause) it goes.", "stage direction"),
    ("en", "This is **very** important.", "markup"),
    ("en", "# A heading", "markup"),
    ("en", "- A point", "markup"),
    ("en", "1. A point", "markup"),
    ("en", "It says <b>no</b>.", "markup"),
    ("en", "Call `main` first.", "markup"),
    ("en", "See https://example.com for more.", "web address"),
    ("en", "Great! \U0001f600", "emoji"),
    ("en", "Alex: I think so.", "label"),
    ("en", "SAM: I think so.", "label"),
    ("en", "Host: I think so.", "label"),
    ("en", "word " * 121, "121 words"),
    (
        "en",
        "Die Forscher haben das Riff untersucht und es war nicht die Temperatur, sondern die Tiefe.",
        "English",
    ),
    ("en", "산호초가 왜 살아났을까요?", "not in English"),
    ("en", "Welcome back to the show.", "welcomed back"),
    ("en", "Hello everyone, this is about reefs.", "no greeting"),
    ("en", "I'm Sam, by the way.", "no introduction"),
    ("en", "Thanks so much for listening.", "no goodbye"),
    ("en", "See you next time.", "no goodbye"),
    ("en", "As an AI language model, I cannot say.", "the writer"),
    ("ko", "(웃음) 재미있네요.", "stage direction"),
    ("ko", "[음악] 시작할게요.", "stage direction"),
    ("ko", "진행자: 그렇죠.", "label"),
    ("ko", "안녕하세요, 여러분.", "no greeting"),
    ("ko", "저는 Alex예요.", "no introduction"),
    ("ko", "오늘도 들어 주셔서 감사합니다.", "no goodbye"),
    ("ko", "다음 시간에 또 만나요.", "no goodbye"),
    ("ko", "다시 돌아왔습니다.", "welcomed back"),
    ("ko", "네, 저희가 다시 돌아왔어요.", "welcomed back"),
    ("ko", "청취자 여러분, 환영합니다.", "no greeting"),
    ("ko", "팟캐스트에 오신 것을 환영합니다.", "no greeting"),
    ("ko", "다음 주에 또 만나요.", "no goodbye"),
    ("ko", "그럼 여기서 마칠게요.", "no goodbye"),
    ("en", "Thanks for joining us today.", "no goodbye"),
    ("ko", "Reefs recover when the water is deep.", "not in Korean"),
    ("ko", "단어 " * 91, "91 words"),
]


@pytest.mark.parametrize(("language", "text", "reason"), BAD)
def test_lines_that_cannot_be_spoken_are_named(language, text, reason):
    with pytest.raises(LineFaultError, match=reason):
        check(language).read(line(text))


@pytest.mark.parametrize("text", ["Hello everyone, welcome to the show.", "I'm Alex."])
def test_the_first_chapter_may_greet(text):
    assert check(first=True).read(line(text))[1] == text


def test_the_last_chapter_may_say_goodbye():
    assert check(last=True).read(line("Thanks for listening."))


def test_nobody_is_welcomed_back_even_at_the_start():
    with pytest.raises(LineFaultError, match="welcomed back"):
        check(first=True).read(line("Welcome back to Podloom."))


def test_a_speakers_name_takes_the_form_of_the_cast():
    assert check().read(line("Yes.", speaker=" ALEX "))[0] == "Alex"


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        (line("Yes.", speaker="Bob"), "'Bob' is not one of the speakers; they are: Alex, Sam"),
        ('{"speaker": "Alex", "text": }', "not valid JSON"),
        ('{"speaker": "Alex"}', 'needs "speaker" and "text"'),
        ('{"speaker": "Alex", "text": 5}', 'needs "speaker" and "text"'),
    ],
)
def test_other_faults_are_named(raw, reason):
    with pytest.raises(LineFaultError, match=reason):
        check().read(raw)


def test_a_repeated_line_is_a_fault():
    checking = check()
    checking.read(line("Deep reefs recovered within twelve years, and shallow ones did not."))
    with pytest.raises(LineFaultError, match="repeats an earlier one"):
        checking.read(line("So deep reefs recovered within twelve years; and shallow ones did not!", "Sam"))


def test_short_reactions_may_come_back():
    checking = check()
    assert checking.read(line("Really?")) == checking.read(line("Really?"))


def test_white_space_is_tidied():
    assert check().read(line(" So\n it  goes. "))[1] == "So it goes."
