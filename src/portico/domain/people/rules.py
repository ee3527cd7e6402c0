"""When two names, two birth dates or two contacts mean the same person. Pure."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from datetime import date, timedelta

LETTER_LASTS = timedelta(days=30)
LETTER_OPEN_FOR = timedelta(minutes=20)
CODE_LENGTH = 9
# A birth year has about a hundred values: five tries leave a thief of a letter one chance in twenty.
MOST_TRIES_OF_A_CODE = 5
MOST_TRIES_OF_A_SOURCE = 20
MOST_TRIES_OF_ALL = 300
TRIES_COUNT_FOR = timedelta(hours=1)

_ALIKE = str.maketrans(
    {"ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ı": "i"}
    | {"أ": "ا", "إ": "ا", "آ": "ا", "ى": "ي", "ة": "ه", "ـ": ""}
)


@dataclass(frozen=True, slots=True)
class Birth:
    """A birth date as far as it is known: a year, a month of a year, or a day."""

    year: int
    month: int | None = None
    day: int | None = None

    @property
    def precision(self) -> str:
        """ "day", "month" or "year"."""
        if self.month is None:
            return "year"
        return "day" if self.day is not None else "month"

    @property
    def first_day(self) -> date:
        """The earliest day it can mean. ValueError when there is no such day."""
        return date(self.year, self.month or 1, self.day or 1)


def read_birth(text: str) -> Birth | None:
    """A FHIR birthDate: 1980, 1980-05 or 1980-05-12. None for anything else."""
    if not re.fullmatch(r"\d{4}(-\d\d(-\d\d)?)?", text):
        return None
    birth = Birth(*(int(part) for part in text.split("-")))
    try:
        birth.first_day  # noqa: B018 - asks whether the day exists
    except ValueError:
        return None
    return birth


def is_second_fact(known: date | None, precision: str, typed: Birth) -> bool:
    """Does a typed birth date agree with the known one, in everything that is known?"""
    if known is None:
        return False
    pairs = [(known.year, typed.year), (known.month, typed.month), (known.day, typed.day)]
    asked = {"year": 1, "month": 2, "day": 3}[precision]
    return all(ours == theirs for ours, theirs in pairs[:asked])


def fold_name(name: str) -> str:
    """A name for comparing: small letters, no accents, its parts in alphabetical order."""
    bare = unicodedata.normalize("NFKD", name.casefold().translate(_ALIKE))
    bare = "".join(c for c in bare if not unicodedata.combining(c)).translate(_ALIKE)
    bare = re.sub(r"['’ʼ`]", "", bare)
    return " ".join(sorted(re.findall(r"\w+", bare)))


def is_same_name(one: str, other: str) -> bool:
    """The same parts in any order; or one leaves some of the other's out, but keeps at least two."""
    ours, theirs = set(fold_name(one).split()), set(fold_name(other).split())
    if not ours or not theirs:
        return False
    fewer, more = sorted((ours, theirs), key=len)
    return ours == theirs or (len(fewer) >= 2 and fewer <= more)
