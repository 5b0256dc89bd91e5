import pytest

from podloom.errors import SettingsError
from podloom.settings import Settings
from podloom.stt.transcriber import TRANSCRIBERS, HeardSegment, Transcription, build_transcriber, paragraphs


def heard(*rows: tuple[str, float, float]) -> list[HeardSegment]:
    return [HeardSegment(text=text, start_s=start_s, end_s=end_s) for text, start_s, end_s in rows]


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        ([], []),
        ([(" One. ", 0, 1), ("Two.", 1, 2)], ["One. Two."]),
        ([("One.", 0, 1), ("Two.", 3, 4)], ["One.", "Two."]),
        ([("One and", 0, 1), ("two.", 3, 4)], ["One and two."]),
        ([("w " * 120 + "end.", 0, 50), ("Next.", 50, 51)], ["w " * 120 + "end.", "Next."]),
    ],
)
def test_paragraphs_end_at_pauses_and_when_long(rows, expected):
    assert list(paragraphs(heard(*rows))) == expected


def test_a_transcription_survives_a_cache():
    whole = Transcription(text="One.", language="en", segments=tuple(heard(("One.", 0, 1))), duration_s=1.5)
    assert Transcription.model_validate_json(whole.model_dump_json()) == whole


def test_an_unknown_transcriber_names_those_there_are(tmp_path):
    with pytest.raises(SettingsError, match="no transcriber 'parrot'; choose one of whisper"):
        build_transcriber(Settings(home=tmp_path), "parrot")


def test_what_is_no_transcriber_is_refused(tmp_path, monkeypatch):
    monkeypatch.setitem(TRANSCRIBERS, "text", "builtins:str")
    with pytest.raises(TypeError, match="does not follow Transcriber"):
        build_transcriber(Settings(home=tmp_path), "text")
