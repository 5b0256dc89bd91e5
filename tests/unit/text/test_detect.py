import pytest

from podloom.text.detect import detect_language, share_in_language

TEXTS = {
    "en": "The wind was strong enough to turn the blades, but it did not last for more than an hour.",
    "de": "Der Wind war stark genug, um die Flügel zu drehen, aber er hielt nicht länger als eine Stunde an.",
    "fr": "Le vent était assez fort pour faire tourner les pales, mais il n'a pas duré plus d'une heure.",
    "es": "El viento era lo bastante fuerte para mover las palas, pero no duró más de una hora.",
    "it": "Il vento era abbastanza forte da far girare le pale, ma non è durato più di un'ora.",
    "pt": "O vento era forte o bastante para girar as pás, mas não durou mais de uma hora.",
    "nl": "De wind was sterk genoeg om de wieken te draaien, maar het duurde niet langer dan een uur.",
    "ko": "바람은 날개를 돌리기에 충분히 강했지만 한 시간 넘게 이어지지는 않았습니다.",
    "ja": "風は羽根を回すのに十分な強さでしたが、一時間以上は続きませんでした。",
    "zh": "风力足以转动叶片，但持续不到一个小时。",
    "ru": "Ветер был достаточно сильным, чтобы вращать лопасти, но он длился не более часа.",
    "uk": "Вітер був досить сильним, щоб обертати лопаті, але тривав не більше години.",
    "el": "Ο άνεμος ήταν αρκετά δυνατός.",
    "ar": "كانت الرياح قوية بما يكفي.",
    "he": "הרוח הייתה חזקה מספיק.",
    "th": "ลมแรงพอที่จะหมุนใบพัด",
    "hi": "हवा काफी तेज थी।",
}


@pytest.mark.parametrize("language", TEXTS)
def test_one_sentence_is_enough(language):
    assert detect_language(TEXTS[language]) == language


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("", "und"),
        ("42 %, 3.5 — 7!", "und"),
        ("Kubernetes PostgreSQL Redis Prefect Coqui", "und"),
        ("Ћирилица је писмо", "und"),
        ("ⴰⵣⵓⵍ ⴼⵍⵍⴰⵡⵏ", "und"),
        ("우리 팀은 Kubernetes와 PostgreSQL 위에서 Prefect를 씁니다.", "ko"),
        ("The Korean word 바람 means wind, and it is also the name of the game.", "en"),
        ("Ana ana@mail.com\nRui rui@mail.com\nEva eva@mail.com\nIda ida@mail.com", "und"),
        ("Index o API o " * 5, "und"),
        ("韓国語の論文を読みました。", "ja"),
        ("# Wind\n\nThe blades of the turbine are made of wood and steel, which is cheap.", "en"),
    ],
)
def test_mixed_and_unclear_texts(text, language):
    assert detect_language(text) == language


@pytest.mark.parametrize(
    ("text", "language", "share"),
    [
        ("An English line.", "ko", 0.0),
        ("한국어 문장입니다.", "en", 0.0),
        ("한국어 문장입니다.", "ko", 1.0),
        ("Ein schöner Tag.", "de", 1.0),
        ("서버는 Linux", "ko", 7 / 12),
        ("서버는 Linux", "en", 5 / 12),
        ("東京タワー", "ja", 1.0),
        ("1984!", "ko", 1.0),
        ("anything", "und", 1.0),
    ],
)
def test_share_of_letters_in_the_languages_own_script(text, language, share):
    assert share_in_language(text, language) == pytest.approx(share)
