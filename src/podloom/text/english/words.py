"""English words not written as they are spoken: abbreviations, initialisms, signs."""

from __future__ import annotations

import re

from podloom.text.abbreviations import ABBREVIATIONS, CLOSERS, STARTERS
from podloom.text.rules import Rule

_ACRONYMS = (
    "NASA NATO UNESCO UNICEF OPEC COVID AIDS LASER RADAR SONAR SCUBA GIF RAM ROM LAN WAN PIN SIM JPEG ASCII "
    "NASDAQ FIFA UEFA IKEA BLEU CUDA RAG BERT ZIP FOMO YOLO SWAT DARPA NAFTA ASEAN FEMA OSHA CERN JSON YAML "
    "REST CRUD CORS SOAP INTERPOL HIPAA TOML ERISA NIMBY SARS MERS ARPA CAPTCHA WYSIWYG GIMP BASIC COBOL "
    "FORTRAN UNIX LINUX AWOL SAAB LEGO VISA NIST MIDI WASM TED DOS PET ACID KERNEL MOMA POTUS SCOTUS LIDAR "
    "SaaS PaaS LoRA OK DALL BRICS OPSEC MAX DAX COP PEP JIT GIL ARM KOSPI SPAC"
)
ACRONYMS = frozenset(_ACRONYMS.split())
"""Written in capitals and read as a word; other words of up to five capitals are spelled."""

_CAPITALISED = (
    "A AND ARE ALL AS AT BAD BE BEST BIG BUT BY CAN DAY DID DO DONE DONT EVEN EVER EVERY FEEL FIRST FOR FROM "
    "GET GO "
    "GOOD GREAT HARD HAS HAVE HE HER HERE HIS HOW I IF IN INTO IS JUST KNOW LAST LESS LIFE LIKE LONG LOOK "
    "LOT LOVE "
    "MADE MAKE MANY ME MORE MOST MUCH MUST MY NEED NEVER NEW NEXT NO NOT NOTE NOW OF OFF OH ON ONE ONLY "
    "OPEN OR "
    "OTHER OUR OUT OVER OWN PART REAL REALLY RIGHT SAID SAME SAY SEE SHE SHOULD SO SOME STILL STOP SUCH "
    "TAKE TELL "
    "THAN THAT THE THEIR THEM THEN THERE THESE THEY THING THIS THREE TIME TO TODAY TOO TRUE TWO UP USE "
    "VERY WANT "
    "WAS WAY WE WELL WERE WHAT WHEN WHERE WHICH WHO WHY WILL WITH WORK WOW WRONG YEAR YES YET YOU YOUR "
    "ZERO WORLD "
    "WAR STAR END HUGE FREE HELP FACT SURE"
)
CAPITALISED = frozenset(_CAPITALISED.split()) - {"A", "I"}
"""Ordinary words that are sometimes written in capitals for stress."""

_NO_NOUNS = "AM AS AT BE BY DO HE IN IS IT ME MY OR SHE SO TO WE WHO"
NEVER_AFTER_ARTICLE = frozenset(_NO_NOUNS.split())
"""Of them, those that are letters behind an article: the WHO, an IT job."""
_ARTICLE = re.compile(r"\b(?:[Tt]he|[Aa]n?)\s$")

_SMALL = (
    "api apis html http https css sql pdf pdfs tv dvd usb vpn gpt llm llms cpu cpus gpu gpus url urls ssh "
    "ftp dns tcp "
    "udp xml rss csv svg png sdk cli ui ux mp ip npm gdp"
)
SMALL = frozenset(_SMALL.split())
"""Initialisms that are often written in small letters."""

NAMES: dict[str, str] = {
    "PostgreSQL": "Postgres Q L", "MySQL": "My S Q L", "SQLite": "S Q L lite", "NoSQL": "no S Q L",
    "LaTeX": "lah-tech", "iOS": "I O S", "macOS": "mac O S", "PhD": "P H D", "PhDs": "P H D's",
    "C++": "C plus plus", "C#": "C sharp", "F#": "F sharp", ".NET": "dot net", "AT&T": "A T and T",
    "R&D": "R and D", "Q&A": "Q and A", "M&A": "M and A", "P&L": "P and L",
    "w/o": "without", "c/o": "care of", "w/": "with ",
    "24/7": "twenty-four seven", "IoT": "I O T", "GmbH": "G M B H", "eSIM": "E SIM", "mRNA": "M R N A",
    "kubectl": "kube control", "nginx": "engine X", "Nginx": "engine X", "NGINX": "engine X",
    "CI/CD": "C I C D",
    "and/or": "and or", "a.k.a.": "A K A", "aka": "A K A", "Ph.D.": "P H D", "e.g.": "for example,",
    "eg.": "for example,", "i.e.": "that is,", "ie.": "that is,", "et al.": "and others", "p.a.": "per annum",
    "y/y": "year over year", "YoY": "year over year",
    "q/q": "quarter over quarter", "m/m": "month over month", "QoQ": "quarter over quarter",
    "MoM": "month over month", "FTSE": "footsie", "Rt. Hon.": "Right Honorable",
    "WWI": "World War One", "WWII": "World War Two", "WW1": "World War One", "WW2": "World War Two",
    "49ers": "forty-niners", "76ers": "seventy-sixers", "Utd": "United",
    "gov't": "government", "Gov't": "Government", "int'l": "international", "Int'l": "International",
    "nat'l": "national", "IPv4": "I P V four", "IPv6": "I P V six", "Ctrl": "Control", "VRAM": "V RAM",
    "DRAM": "D RAM",
    "LUFS": "L U F S", "dBTP": "D B T P",
}  # fmt: skip


def _abbreviation(match: re.Match[str]) -> str:
    word = match["word"]
    following = match.string[match.end() :]
    if word in ABBREVIATIONS:
        return ABBREVIATIONS[word] + ("" if following.strip("\"')") else ".")
    ends = not following.strip("\"')") or (
        following[:1].isspace() and following.lstrip(" \"'(")[:1].isupper()
    )
    if word in ("Co", "Inc", "Corp", "Ltd", "Jr", "Sr"):
        ends = not following.strip("\"')") or _opens_sentence(following)
    return CLOSERS[word] + ("." if ends else "")


def _opens_sentence(following: str) -> bool:
    word = re.match(r"\s+[\"'(]*([A-Z]\w*)", following)
    return bool(word) and (word[1] in STARTERS if word else False)


def _letters(match: re.Match[str]) -> str:
    """Letters of U.S. and the like; the last stop stays where a sentence ends."""
    following = match.string[match.end() :]
    ends = not following.strip("\"')") or _opens_sentence(following)
    return " ".join(c for c in match[0].upper() if c.isalpha()) + ("." if ends else "")


def _initial(match: re.Match[str]) -> str:
    return match[0] if _opens_sentence(match.string[match.end() - 1 :]) else match[1] + " "


def _initialism(match: re.Match[str]) -> str:
    word, ending = match["word"], match["ending"] or ""
    before = match.string[max(0, match.start() - 5) : match.start()]
    if word in NEVER_AFTER_ARTICLE and _ARTICLE.search(before):
        return f"{' '.join(word)}{ending}"
    if word in ACRONYMS or word in CAPITALISED or (len(word) > 5 and re.search("[AEIOUY]", word)):
        return match[0]
    if _shouted(match.string, match.start()):
        return match[0]
    return " ".join(word) + ("'s" if ending else "")


def _shouted(text: str, at: int) -> bool:
    """Whether the phrase around `at` is in capitals that mean nothing: words rather than initialisms."""
    start = max(map(text[:at].rfind, _STOPS)) + 1
    end = min(found for found in (*(text.find(stop, at) for stop in _STOPS), len(text)) if found >= 0)
    words = re.findall(r"[A-Za-z]{2,}", text[start:end])
    capitals = sum(map(str.isupper, words))
    return len(words) > 3 and capitals > 0.7 * len(words) and 2 * sum(map(_readable, words)) > len(words)


def _readable(word: str) -> bool:
    """Whether a word in capitals is more likely to be read than spelled."""
    syllables = len(word) > 3 and _SYLLABLES.fullmatch(word) is not None
    return word in CAPITALISED or (syllables and word not in ACRONYMS)


def _small(match: re.Match[str]) -> str:
    word = match[0]
    stem = word.removesuffix("s") if word.endswith("s") and word.removesuffix("s") in SMALL else word
    return " ".join(stem.upper()) + ("'s" if stem != word else "")


def _mixed(match: re.Match[str]) -> str:
    """Capitals inside a name stand apart: "OpenAI" -> "Open AI", "FastAPI" -> "Fast API"."""
    return re.sub(r"(?<=[a-z])(?=[A-Z]{2})|(?<=[A-Z]{2})(?=[A-Z][a-z])", " ", match[0])


_SYLLABLES = re.compile(r"[^\WAEIOUY]{0,3}(?:[AEIOUY]{1,2}[^\WAEIOUY]{1,3})*[AEIOUY]{0,2}")
_STOPS = (".", "!", "?", ";", ":")
_STOPPED = "|".join(sorted((*ABBREVIATIONS, *CLOSERS), key=len, reverse=True))

FIRST_RULES: tuple[Rule, ...] = (
    (
        re.compile(rf"(?<![\w.])(?:{'|'.join(sorted(map(re.escape, NAMES), key=len, reverse=True))})(?!\w)"),
        lambda m: NAMES[m[0]],
    ),
    (re.compile(rf"\b({_STOPPED})\.(?=\d)"), r"\1. "),
)
"""Names with signs in them, before the signs are read."""

RULES: tuple[Rule, ...] = (
    (re.compile(rf"\b(?P<word>{_STOPPED})\.(?!\w)"), _abbreviation),
    (re.compile(r"(?<=[\w.]) v\.? (?=[A-Z])"), " versus "),
    (re.compile(r"\bvs\b"), "versus"),
    (re.compile(r"\byrs\b"), "years"),
    (re.compile(r"\betc\b"), "et cetera"),
    (re.compile(r"\b(?:[A-Za-z]\.){2,}"), _letters),
    (re.compile(r"\b([A-Z])\.\s(?=[A-Z])"), _initial),
    (re.compile(r"\b([A-Z])\.(?=\s[a-z]{2})"), r"\1"),
    (re.compile(r"\b[a-z]+[A-Z]{2,}\w*|\b[A-Z][a-z]+[A-Z]{2,}\w*|\b[A-Z]{3,}[a-z]{2,}\w*"), _mixed),
    (re.compile(r"(?<![\w'])(?P<word>[A-Z]{2,})(?P<ending>'?s)?(?![\w])"), _initialism),
    (re.compile(rf"(?<![\w'])(?:{'|'.join(sorted(SMALL, key=len, reverse=True))})(?![\w'])"), _small),
    (re.compile(r"(?<=\w)\.(?=[A-Za-z])"), ". "),
)

SIGNS: tuple[Rule, ...] = (
    (re.compile(r"(?:^|(?<=[\s(]))>(?=[\w$€£])"), "more than "),
    (re.compile(r"\b(degrees?) ([CF])\b"), lambda m: f"{m[1]} {'Celsius' if m[2] == 'C' else 'Fahrenheit'}"),
    (re.compile(r"\s*(?:->|=>|→|⇒|⟶)\s*"), ", "),
    (re.compile(r"\s*(?:<=|≤)\s*"), " less than or equal to "),
    (re.compile(r"\s*(?:>=|≥)\s*"), " greater than or equal to "),
    (re.compile(r"\s*(?:!=|≠)\s*"), " not equal to "),
    (re.compile(r"\s*==?\s*"), " equals "),
    (re.compile(r"(?<=\w)\s*×\s*(?=\w)|(?<=\w) \* (?=\w)|(?<=\d)\*(?=\d)"), " times "),
    (re.compile(r"(?<=\w)\s*÷\s*(?=\w)"), " divided by "),
    (re.compile(r"\s*<\s*(?=[\w$€£.-])"), " less than "),
    (re.compile(r"\s*>\s*(?=[\w$€£.-])"), " greater than "),
    (re.compile(r"(?<=\w)\s*±\s*(?=\w)"), " plus or minus "),
    (re.compile(r"(?<=\w)\s*≈\s*(?=\w)"), " is about "),
    (re.compile(r"√\s*"), " square root of "),
    (re.compile(r"∞"), " infinity "),
    (re.compile(r"\bπ\b|(?<=\d)π"), " pi "),
    (re.compile(r"\s*&\s*"), " and "),
    (re.compile(r"(?<=\w)\s*\+\s*(?=\w)|(?<=\b[A-Z])\+|(?<=\w)\+(?=\s|$)"), " plus "),
    (re.compile(r"(?:(?<=\w)\s+|^)@\s+(?=\w)|(?<=[a-z])@(?=[a-z])"), " at "),
    (re.compile(r"°"), " degrees "),
    (re.compile(r"(?<=\w)\s*%"), " percent"),
)
