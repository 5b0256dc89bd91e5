import pytest

from podloom.script.particles import with_particle

CASES = [
    ("물", "은/는", "물은"),
    ("나무", "은/는", "나무는"),
    ("책", "이/가", "책이"),
    ("지도", "이/가", "지도가"),
    ("숲", "을/를", "숲을"),
    ("바다", "을/를", "바다를"),
    ("산호", "과/와", "산호와"),
    ("수심", "과/와", "수심과"),
    ("서울", "으로/로", "서울로"),
    ("부산", "으로/로", "부산으로"),
    ("제주", "으로/로", "제주로"),
    ("민준", "이에요/예요", "민준이에요"),
    ("민지", "이에요/예요", "민지예요"),
    ("‘느티나무책방’", "은/는", "‘느티나무책방’은"),
    ("2016", "은/는", "2016은"),
    ("2012", "은/는", "2012는"),
    ("XML", "은/는", "XML은"),
    ("GPU", "은/는", "GPU는"),
    ("Podloom", "을/를", "Podloom을"),
    ("email", "으로/로", "email로"),
    ("Bing", "이/가", "Bing이"),
    ("server", "은/는", "server는"),
    ("Ω", "은/는", "Ω는"),
    ("", "은/는", "는"),
]


@pytest.mark.parametrize(("word", "pair", "expected"), CASES)
def test_the_particle_fits_the_sound_before_it(word, pair, expected):
    assert with_particle(word, pair) == expected
