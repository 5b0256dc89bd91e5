"""English words no lexicon has, pronounced by their letters.

Rules in the manner of Elovitz, Johnson, McHugh and Shore, "Automatic translation of English text to phonetics
by means of letter-to-sound rules" (NRL Report 7948, 1976), written anew: the first rule that fits the letters
at hand, in the context of their neighbours, gives the sounds. Names that end in a, i, o or u get the vowels
of Italian instead. Sounds are Kokoro's symbols (A I O W Y are the diphthongs of day, my, go, now, boy).
"""

from __future__ import annotations

import re
from functools import cache

_RULES = r"""
^kn n | ^gn n | ^ps s | ^pn n | ^wr ɹ | ^chr kɹ | ^x z | ^mc mək | ^sch ʃ | qu(?=[aeio]) kw
tion(?=s?$) ʃən | ssion(?=s?$) ʃən | sion(?=s?$) ʒən | cian(?=s?$) ʃən | cious$ ʃəs | tious$ ʃəs
ture(?=s?$) ʧəɹ
ough(?=t) ɔ | ough O | augh ɔ | eigh A | igh I
eau O | eer ɪɹ | ear(?=s?$) ɪɹ | air ɛɹ | are(?=s?$) ɛɹ | ire(?=s?$) Iəɹ | ore(?=s?$) ɔɹ | ure(?=s?$) ʊɹ
our(?=s?$) Wəɹ
ism$ ɪzəm | able$ əbᵊl | ible$ əbᵊl | (?<=...)age$ ɪʤ | (?<=...)ous$ əs | ique$ ˈik | ould ʊd
ing(?=s?$) ɪŋ | (?<=[^aeiouy])le(?=s?$) ᵊl | (?<=[aeiouy][^aeiouy])el(?=s?$) ᵊl
(?<=[td])ed$ ᵻd | (?<=[pkfsxh])ed$ t | (?<=[aeiouy][^aeiouy])ed$ d | (?<=[aeiouy][^aeiouy][^aeiouy])ed$ d
(?<=[sxz])es$ ᵻz | (?<=ch)es$ ᵻz | (?<=sh)es$ ᵻz
au ɔ | aw ɔ | ay A | ai A | aa ɑ | ae i | oo(?=k) ʊ | oo u | ou W | ow(?=s?$) O | ow W | oi Y | oy Y
oa O | oe(?=s?$) O
ee i | ea i | ei A | ey(?=s?$) i | ey A | eu ju | ew u | ie(?=s?$) i | ie i | ui u | ue(?=s?$) u
er(?=$|[^aeiouy]) əɹ | (?<=[aeiouy][^aeiouy])or(?=s?$) əɹ | ir(?=$|[^aeiouy]) ɜɹ | ur(?=$|[^aeiouy]) ɜɹ
yr(?=$|[^aeiouy]) ɜɹ | ar(?=$|[^aeiouyr]) ɑɹ | or(?=$|[^aeiouyr]) ɔɹ | wor(?=[^aeiouy]) wɜɹ
all ɔl | al(?=k) ɔ | alm ɑm | old Old | ind$ Ind
a(?=[^aeiouywxr]e[sd]?$) A | e(?=[^aeiouywxr]e[sd]?$) i | i(?=[^aeiouywxr]e[sd]?$) I
o(?=[^aeiouywxr]e[sd]?$) O
u(?=[^aeiouywxr]e[sd]?$) u | y(?=[^aeiouywxr]e[sd]?$) I | a(?=[^aeiouy](?:ia|ie|io|iu)) A
(?<=[aeiouy][^aeiouy])e(?=s?$) _ | (?<=[aeiouy][^aeiouy][^aeiouy])e(?=s?$) _
(?<=[aeiouy][^aeiouy])e(?=ly|ment|ness|ful|less) _
(?<=...)an(?=s?$) ən | (?<=...)on(?=s?$) ən | (?<=...)en(?=s?$) ən | (?<=...)um(?=s?$) əm
(?<=...)us$ əs | (?<=...)al(?=s?$) əl
(?<=w)a(?=[^rxykg]) ɑ | a$ ə | a æ
^e(?=[^aeiouy][aeiouy]) ɪ | e$ i | e ɛ
i(?=[aou]) i | i$ i | i ɪ
o$ O | o(?=[^aeiouyx][aeiouy]) O | o ɑ
(?<=[qg])u(?=[aeiouy]) w | ^u(?=[^aeiouy][aeiouy]) ju | u$ u | u(?=[^aeiouyx][aeiouy]) u | u ʌ
^y(?=[aeiou]) j | (?<=[aeiou])y(?=[aeiou]) j | (?<=^[^aeiouy])y$ I | (?<=^[^aeiouy][^aeiouy])y$ I | y$ i | y ɪ
mb$ m | bb b | b b
cch k | tch ʧ | ch ʧ | ck k | ci(?=[aou]) ʃ | cc(?=[eiy]) ks | cc k | c(?=[eiy]) s | c k
dg(?=[eiy]) ʤ | dd d | d d | ff f | f f
gh(?=[aeiou]) ɡ | gh _ | gg ɡ | ge(?=s?$) ʤ | g(?=[eiy]) ʤ | g ɡ
h(?=[aeiouy]) h | h _ | j ʤ | kk k | k k | ll l | l l | mm m | m m
ng(?=[aeiouylr]) ŋɡ | ng ŋ | n(?=[kqx]) ŋ | n(?=c[^eiy]) ŋ | nn n | n n
ph f | pp p | p p | qu(?=e$) k | q k | rr ɹ | rh ɹ | r ɹ
sch sk | sh ʃ | ss s | (?<=[bdglmnrvw])s$ z | (?<=[aeiouy])s(?=[aeiou]) z | s(?=m$) z | s s
th θ | ti(?=[ao]) ʃ | tt t | t t | v v | wh w | w(?=[aeiouyh]) w | w _ | x ks | zz z | z z
"""
_ITALIAN = {"a": "ɑ", "e": "ɛ", "i": "i", "o": "O", "u": "u"}
_VOWEL_SOUND = re.compile(r"[æɑɔɛɪiʊuʌəAIOWYᵻᵊɜ]")
_FULL_VOWELS = "æɑɔɛɪiʊuʌAIOWYɜ"


@cache
def _rules() -> tuple[tuple[re.Pattern[str], str], ...]:
    entries = (entry.rsplit(maxsplit=1) for entry in re.split(r"\n|(?<=\S) \| ", _RULES.strip()))
    return tuple((re.compile(pattern), "" if sounds == "_" else sounds) for pattern, sounds in entries)


def is_pronounceable(word: str) -> bool:
    """Whether a word has a vowel to speak on; others are spelled."""
    return re.search("[aeiouy]", word.lower()) is not None


def by_letters(word: str) -> str:
    """Phonemes of a word in Latin letters, with one stressed vowel."""
    letters = re.sub("[^a-z]", "", word.lower())
    italian = re.fullmatch(r"(?:[^aeiou]*[aeiou]){2,}", letters) is not None and letters[-1] in "aiou"
    sounds, at = "", 0
    while at < len(letters):
        match, found = next((m, s) for rule, s in _rules() if (m := rule.match(letters, at)))
        alone = match.end() - match.start() == 1
        sounds += (
            _ITALIAN.get(letters[at], found) if italian and alone and match.end() < len(letters) else found
        )
        at = match.end()
    return sounds if "ˈ" in sounds else _stressed(sounds)


def _stressed(sounds: str) -> str:
    """Stress on the first vowel of short words, on the one before the last of words that end in a vowel."""
    vowels = [m.start() for m in _VOWEL_SOUND.finditer(sounds)]
    if not vowels:
        return sounds
    place = vowels[0]
    if len(vowels) > 2:
        place = (
            vowels[-2] if vowels[-1] == len(sounds) - 1 or "ʃən" in sounds or "ʒən" in sounds else vowels[-3]
        )
    if sounds[place] not in _FULL_VOWELS:
        place = next((v for v in vowels if sounds[v] in _FULL_VOWELS), place)
    return f"{sounds[:place]}ˈ{sounds[place:]}"
