import codecs

import pytest

from podloom.errors import SourceError
from podloom.sources.decode import decode

KOREAN = "바람이 밤새 날개를 돌렸습니다. Kubernetes 서버도 꺼지지 않았습니다."
GERMAN = "Die Flügel drehen sich über die ganze Nacht, aber größer sind sie nicht – sagt Müller."
FRENCH = "L’éolienne a tourné toute la nuit, même très près du château où l’été a été chaud."
JAPANESE = "風が一晩中羽根を回しました。電力は十分に足りていたと、発電所の職員は話しています。"


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        (GERMAN, "utf-8"),
        (KOREAN, "utf-8-sig"),
        (KOREAN, "utf-16"),
        (GERMAN, "utf-32"),
        (KOREAN, "euc-kr"),
        (KOREAN + " 똠방각하 펲시", "cp949"),
        (GERMAN, "cp1252"),
        (FRENCH, "cp1252"),
        (JAPANESE * 3, "shift_jis"),
        (JAPANESE * 3, "euc-jp"),
    ],
)
def test_encodings_are_told_from_the_bytes(text, encoding):
    assert decode(text.encode(encoding), "a.txt") == text


@pytest.mark.parametrize(
    ("text", "encoding", "charset"),
    [
        (JAPANESE, "iso-2022-jp", "ISO-2022-JP"),
        (JAPANESE, "shift_jis", "shift_jis"),
        (FRENCH, "cp1252", "iso-8859-1"),
        (KOREAN, "utf-8", "iso-8859-1"),
        (KOREAN, "euc-kr", "no-such-charset"),
    ],
)
def test_a_declared_charset_is_believed_when_it_fits(text, encoding, charset):
    assert decode(text.encode(encoding), "a.txt", charset) == text


@pytest.mark.parametrize(
    "head",
    [
        '<meta charset="big5">',
        "<meta http-equiv='x' content='text/html; charset=big5'>",
        "<?xml encoding='big5'?>",
    ],
)
def test_a_page_may_declare_its_charset(head):
    text = f"<html>{head}<p>風力發電機整夜轉動。</p>"
    assert decode(text.encode("big5"), "a.html") == text


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"PK\x03\x04\x00\x00 a zip file", "'a.bin' is no text .*NUL"),
        (bytes(range(1, 32)) * 20, "'a.bin' is no text .*control"),
        (bytes((7 * n * n + 131 * n) % 255 + 1 for n in range(4000)), "'a.bin' is no text"),
        (codecs.BOM_UTF16_LE + b"a\0b", "begins as utf-16 and breaks at byte"),
        (codecs.BOM_UTF8 + b"a\xff\xfe", "begins as utf-8-sig and breaks at byte"),
    ],
)
def test_what_is_no_text_is_refused(content, message):
    with pytest.raises(SourceError, match=message):
        decode(content, "a.bin")


@pytest.mark.parametrize(
    ("content", "charset", "text"),
    [
        (KOREAN.encode()[:30] + b"\xec" + KOREAN.encode()[30:], "utf-8", KOREAN),
        (KOREAN.encode() + "끝".encode()[:-1], "", KOREAN),
        (FRENCH.encode("cp1252"), "latin1", FRENCH),
    ],
)
def test_a_broken_byte_or_a_charset_by_another_name_costs_no_page(content, charset, text):
    assert decode(content, "a.html", charset) == text
