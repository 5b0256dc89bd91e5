"""English abbreviations that end in a full stop, and the words that tell whether a sentence ended there."""

from __future__ import annotations

ABBREVIATIONS: dict[str, str] = {
    "Dr": "Doctor", "Mr": "Mister", "Mrs": "Missus", "Ms": "Ms", "Prof": "Professor", "Gen": "General",
    "Lt": "Lieutenant", "Col": "Colonel", "Sgt": "Sergeant", "Capt": "Captain", "Cmdr": "Commander",
    "Adm": "Admiral", "Maj": "Major", "Rev": "Reverend", "Hon": "Honorable", "Sen": "Senator",
    "Rep": "Representative", "Gov": "Governor", "Pres": "President", "Mt": "Mount", "Ft": "Fort",
    "Messrs": "Messieurs", "Supt": "Superintendent", "Drs": "Doctors", "Profs": "Professors",
    "Sens": "Senators", "Reps": "Representatives", "Govs": "Governors", "Pvt": "Private", "Cpl": "Corporal",
    "Atty": "Attorney", "Insp": "Inspector", "Msgr": "Monsignor", "Amb": "Ambassador", "Hwy": "Highway",
    "Rte": "Route", "Apt": "Apartment",
    "Fig": "figure", "Figs": "figures", "fig": "figure", "figs": "figures", "Eq": "equation",
    "eq": "equation", "Ch": "chapter", "ch": "chapter", "Sec": "section", "Vol": "volume", "vol": "volume",
    "Nos": "numbers", "pp": "pages", "p": "page", "cf": "compare", "ca": "circa", "viz": "namely",
    "vs": "versus", "approx": "approximately", "esp": "especially", "incl": "including",
    "excl": "excluding", "tel": "telephone", "ext": "extension", "dept": "department",
    "Dept": "Department", "govt": "government", "Govt": "Government", "Univ": "University",
    "Assn": "Association", "Bros": "Brothers", "pct": "percent", "doz": "dozen",
    "Esq": "Esquire", "Assoc": "Associates", "temp": "temperature",
}  # fmt: skip
"""Read as a word wherever they stand; a sentence does not end after them."""

CLOSERS: dict[str, str] = {
    "etc": "et cetera", "Inc": "Incorporated", "Corp": "Corporation", "Ltd": "Limited", "Co": "Company",
    "Jr": "Junior", "Sr": "Senior", "Ave": "Avenue", "Blvd": "Boulevard", "Rd": "Road",
    "misc": "miscellaneous", "avg": "average", "max": "maximum", "est": "estimated", "al": "al",
}  # fmt: skip
"""Read as a word; a sentence may well end after them."""

_SHORT_DAYS = "Jan Feb Mar Apr Jun Jul Aug Sep Sept Oct Nov Dec Mon Tue Tues Wed Thu Thur Thurs Fri Sat Sun"
SHORT_DAYS = frozenset(_SHORT_DAYS.split())
"""Months and weekdays; a sentence may well end after them, but not before a day or a month."""

_DAYS = (
    "January February March April May June July August September October November December "
    "Monday Tuesday Wednesday Thursday Friday Saturday Sunday"
)
DAYS = frozenset(_DAYS.split()) | SHORT_DAYS
_ZONES = "ET EST EDT CT CST CDT MT MST PT PST PDT GMT UTC BST CET CEST IST JST KST Eastern Central Pacific"
GO_ON_WITH_A_TIME = DAYS | frozenset(_ZONES.split())
"""Behind "9 a.m." no sentence begins with them."""

_STARTERS = (
    "The A An It Its He She We You They I This That These Those There Here But And Or So Then Now In On At "
    "By For From With After Before When While If As Because Although What Why How Who Where Which Our His "
    "Her Their My Your Some Most Many Each Every No Not Yes However Meanwhile Still Yet Today Tomorrow "
    "Later Finally First Second Next Let Is Are Was Were Do Does Did Can Could Will Would Should "
    "Since Despite During About Both Several Nearly More Just Only Even According Among Until "
    "Instead Perhaps Maybe Such Once To Between Also Within Without Against Unlike Officials Critics "
    "Analysts Researchers Scientists Experts People Others Neither Either Nor"
)
STARTERS = frozenset(_STARTERS.split())
"""Capitalised words that open a sentence rather than continue a name."""
