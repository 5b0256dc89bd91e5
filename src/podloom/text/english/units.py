"""English units of measure: symbols, names, and expressions of several such as m/s²."""

from __future__ import annotations

import re

UNITS: dict[str, tuple[str, str]] = {
    # length, area, volume
    "″": ("inch", "inches"),
    "km": ("kilometer", "s"), "kms": ("kilometer", "s"), "KM": ("kilometer", "s"),
    "m": ("meter", "s"), "cm": ("centimeter", "s"), "mm": ("millimeter", "s"),
    "µm": ("micrometer", "s"), "μm": ("micrometer", "s"), "nm": ("nanometer", "s"), "mi": ("mile", "s"),
    "ft": ("foot", "feet"), "yd": ("yard", "s"), "yds": ("yard", "s"), "ly": ("light-year", "s"),
    "AU": ("astronomical unit", "s"), "kpc": ("kiloparsec", "s"), "Mpc": ("megaparsec", "s"),
    "ha": ("hectare", "s"),
    "km^2": ("square kilometer", "s"), "m^2": ("square meter", "s"), "cm^2": ("square centimeter", "s"),
    "mm^2": ("square millimeter", "s"), "ft^2": ("square foot", "square feet"),
    "sq ft": ("square foot", "square feet"), "sq. ft.": ("square foot", "square feet"),
    "sq km": ("square kilometer", "s"), "sq mi": ("square mile", "s"), "sq m": ("square meter", "s"),
    "m^3": ("cubic meter", "s"), "cm^3": ("cubic centimeter", "s"), "km^3": ("cubic kilometer", "s"),
    "ft^3": ("cubic foot", "cubic feet"), "cu ft": ("cubic foot", "cubic feet"), "cc": ("C C", ""),
    "L": ("liter", "s"), "l": ("liter", "s"), "ml": ("milliliter", "s"), "mL": ("milliliter", "s"),
    "dL": ("deciliter", "s"), "dl": ("deciliter", "s"), "cl": ("centiliter", "s"), "µL": ("microliter", "s"),
    "gal": ("gallon", "s"), "qt": ("quart", "s"), "fl oz": ("fluid ounce", "s"),
    "fl. oz.": ("fluid ounce", "s"), "tbsp": ("tablespoon", "s"), "Tbsp": ("tablespoon", "s"),
    "tsp": ("teaspoon", "s"), "cp": ("cup", "s"),
    "bbl": ("barrel", "s"), "bpd": ("barrel per day", "barrels per day"),
    # mass, force, pressure, energy, power
    "kg": ("kilogram", "s"), "kgs": ("kilogram", "s"), "KG": ("kilogram", "s"),
    "g": ("gram", "s"), "mg": ("milligram", "s"), "µg": ("microgram", "s"),
    "μg": ("microgram", "s"), "mcg": ("microgram", "s"), "lb": ("pound", "s"), "lbs": ("pound", "s"),
    "oz": ("ounce", "s"), "Gt": ("gigaton", "s"), "Mt": ("megaton", "s"), "kDa": ("kilodalton", "s"),
    "mol": ("mole", "s"), "mmol": ("millimole", "s"), "N": ("newton", "s"), "kN": ("kilonewton", "s"),
    "Nm": ("newton meter", "s"), "lb-ft": ("pound foot", "pound feet"), "hp": ("horsepower", "horsepower"),
    "Pa": ("pascal", "s"), "hPa": ("hectopascal", "s"), "kPa": ("kilopascal", "s"),
    "MPa": ("megapascal", "s"), "psi": ("P S I", ""),
    "atm": ("atmosphere", "s"), "mmHg": ("millimeter of mercury", "millimeters of mercury"),
    "J": ("joule", "s"), "kJ": ("kilojoule", "s"), "MJ": ("megajoule", "s"), "cal": ("calorie", "s"),
    "kcal": ("kilocalorie", "s"), "eV": ("electronvolt", "s"), "keV": ("kiloelectronvolt", "s"),
    "MeV": ("megaelectronvolt", "s"), "GeV": ("gigaelectronvolt", "s"), "TeV": ("teraelectronvolt", "s"),
    "W": ("watt", "s"), "mW": ("milliwatt", "s"), "kW": ("kilowatt", "s"), "MW": ("megawatt", "s"),
    "GW": ("gigawatt", "s"), "TW": ("terawatt", "s"), "Wh": ("watt-hour", "s"), "kWh": ("kilowatt-hour", "s"),
    "MWh": ("megawatt-hour", "s"), "GWh": ("gigawatt-hour", "s"), "TWh": ("terawatt-hour", "s"),
    "BTU": ("B T U", ""), "V": ("volt", "s"), "kV": ("kilovolt", "s"), "mV": ("millivolt", "s"),
    "mA": ("milliamp", "s"), "mAh": ("milliamp-hour", "s"), "Ah": ("amp-hour", "s"), "Ω": ("ohm", "s"),
    "kΩ": ("kilohm", "s"), "mSv": ("millisievert", "s"), "lm": ("lumen", "s"),
    # speed, frequency, rates
    "kph": ("kilometer per hour", "kilometers per hour"),
    "kmh": ("kilometer per hour", "kilometers per hour"),
    "mph": ("mile per hour", "miles per hour"), "mpg": ("mile per gallon", "miles per gallon"),
    "rpm": ("revolution per minute", "revolutions per minute"),
    "fps": ("frame per second", "frames per second"), "bpm": ("beat per minute", "beats per minute"),
    "Hz": ("hertz", ""), "kHz": ("kilohertz", ""), "MHz": ("megahertz", ""), "GHz": ("gigahertz", ""),
    "THz": ("terahertz", ""), "dB": ("decibel", "s"), "dBA": ("decibel", "s"),
    "ppm": ("part per million", "parts per million"), "ppb": ("part per billion", "parts per billion"),
    "bp": ("basis point", "s"), "bps": ("basis point", "s"), "pp": ("percentage point", "s"),
    "ppts": ("percentage point", "s"), "pts": ("point", "s"),
    # data
    "kB": ("kilobyte", "s"), "KB": ("kilobyte", "s"), "MB": ("megabyte", "s"), "GB": ("gigabyte", "s"),
    "TB": ("terabyte", "s"), "PB": ("petabyte", "s"), "EB": ("exabyte", "s"), "KiB": ("kibibyte", "s"),
    "MiB": ("mebibyte", "s"), "GiB": ("gibibyte", "s"), "TiB": ("tebibyte", "s"), "Mb": ("megabit", "s"),
    "Gb": ("gigabit", "s"), "kbit": ("kilobit", "s"), "Mbit": ("megabit", "s"), "Gbit": ("gigabit", "s"),
    "Tbit": ("terabit", "s"), "kbps": ("kilobit per second", "kilobits per second"),
    "Mbps": ("megabit per second", "megabits per second"),
    "Gbps": ("gigabit per second", "gigabits per second"), "Tbps": ("terabit per second",
    "terabits per second"), "req": ("request", "s"), "qps": ("query per second", "queries per second"),
    "px": ("pixel", "s"), "MP": ("megapixel", "s"), "dpi": ("dot per inch", "dots per inch"),
    "ppi": ("pixel per inch", "pixels per inch"),
    # time, angle, temperature
    "ns": ("nanosecond", "s"), "µs": ("microsecond", "s"), "μs": ("microsecond", "s"),
    "ms": ("millisecond", "s"), "s": ("second", "s"), "sec": ("second", "s"), "secs": ("second", "s"),
    "min": ("minute", "s"), "mins": ("minute", "s"), "h": ("hour", "s"), "hr": ("hour", "s"),
    "hrs": ("hour", "s"), "wk": ("week", "s"), "wks": ("week", "s"), "mos": ("month", "s"),
    "yr": ("year", "s"), "yrs": ("year", "s"), "°": ("degree", "s"),
    "°C": ("degree Celsius", "degrees Celsius"), "°F": ("degree Fahrenheit", "degrees Fahrenheit"),
}  # fmt: skip
"""Symbol to its singular and to the ending, or the whole, of its plural."""

_SHORT = {"d": "day", "mo": "month", "y": "year", "w": "week", "t": "ton", "sqft": "square foot",
    "day": "day", "week": "week", "month": "month", "year": "year", "hour": "hour", "minute": "minute",
    "second": "second", "serving": "serving", "person": "person",
}  # fmt: skip
"""Short only behind "per"."""
_POWERS = {"2": " squared", "3": " cubed"}

UNIT = "|".join(sorted(map(re.escape, UNITS), key=len, reverse=True))
PER = "|".join(sorted(map(re.escape, {**UNITS, **_SHORT}), key=len, reverse=True))
EXPRESSION = (
    rf"(?P<unit>{UNIT})(?:·(?P<times>{UNIT}))?(?:\.?/(?P<per>{PER})(?:\^(?P<power>[23]))?(?:/(?P<and>{PER}))?)?"
    r"(?![\w^']|\.[a-z]\.)(?:\.(?=\s[a-z(\d]))?"
)
"""A unit, perhaps with another one that it is multiplied with, or divided by."""


def per(symbol: str) -> str:
    """What follows "per": its singular."""
    return _SHORT[symbol] if symbol in _SHORT else UNITS[symbol][0]


def unit_words(match: re.Match[str], *, one: bool) -> str:
    """Words of a matched EXPRESSION."""
    unit = match["unit"]
    first = f"{UNITS[unit][0]} " if match["times"] else ""
    below = f" per {per(match['per'])}{_POWERS.get(match['power'] or '', '')}" if match["per"] else ""
    below += f" per {per(match['and'])}" if match["and"] else ""
    return first + _named(match["times"] or unit, one=one) + below


def _named(symbol: str, *, one: bool) -> str:
    singular, ending = UNITS[symbol]
    plural = ending if len(ending) > 1 else singular + ending
    return singular if one else plural
