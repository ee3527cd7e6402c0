"""Who is who. Pure: two people are never made one by a guess."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

_WORD = re.compile(r"[^\W_]+")


@dataclass(frozen=True, slots=True)
class Demographics:
    """What tells people apart: the words of all their names, and the birth date as written."""

    names: frozenset[str]
    birth_date: str


@dataclass(frozen=True, slots=True)
class Decision:
    """`person_id` is set when a newcomer surely is that person; else they are new, and `doubts` names who
    they might be, for a person to compare.
    """

    person_id: UUID | None
    doubts: tuple[tuple[UUID, str], ...] = ()


def demographics_of(patient: Mapping[str, Any]) -> Demographics:
    """The demographics of a decoded Patient resource."""
    words: set[str] = set()
    for name in patient.get("name") or ():
        parts = [name.get("text"), name.get("family"), *(name.get("given") or ())]
        for part in parts:
            words |= words_of(part) if isinstance(part, str) else set()
    return Demographics(frozenset(words), str(patient.get("birthDate") or ""))


def words_of(name: str) -> set[str]:
    """The words of a name without case, accents and punctuation, so that the order does not matter."""
    plain = unicodedata.normalize("NFKD", name).casefold()
    return set(_WORD.findall("".join(c for c in plain if not unicodedata.combining(c))))


def is_contradicted(one: Demographics, other: Demographics) -> bool:
    """Whether two sets of demographics cannot be one person: no name word in common, or another birth date.

    A year agrees with a whole date of that year; what is not known contradicts nothing.
    """
    born = one.birth_date and other.birth_date
    other_birth = bool(born) and not (
        one.birth_date.startswith(other.birth_date) or other.birth_date.startswith(one.birth_date)
    )
    other_name = bool(one.names and other.names) and one.names.isdisjoint(other.names)
    return other_birth or other_name


def is_another_person(one: Demographics, other: Demographics) -> bool:
    """Whether an id was surely given to somebody else: neither a name word nor the birth date agrees."""
    other_name = bool(one.names and other.names) and one.names.isdisjoint(other.names)
    return other_name and one.birth_date != other.birth_date


def is_alike(one: Demographics, other: Demographics) -> bool:
    """Whether two people have the very same name words and a whole birth date in common."""
    return (
        bool(one.names)
        and one.names == other.names
        and len(one.birth_date) == 10
        and one.birth_date == other.birth_date
    )


def decide_person(
    newcomer: Demographics,
    by_number: Iterable[UUID],
    known: Mapping[UUID, Iterable[Demographics]],
    born_alike: Iterable[UUID],
) -> Decision:
    """Who a newcomer is. `by_number` carry one of their identifiers; `born_alike` share their birth date.

    One person by number whose demographics do not contradict is them. Everything else is a new person; where
    number or demographics point at somebody, that is a doubt.
    """
    numbered = sorted(set(by_number))
    if len(numbered) == 1:
        contradicted = any(is_contradicted(newcomer, d) for d in known.get(numbered[0], ()))
        if not contradicted:
            return Decision(numbered[0])
        return Decision(None, ((numbered[0], "same-number"),))
    if numbered:
        return Decision(None, tuple((person, "many-numbers") for person in numbered))
    alike = [
        p for p in sorted(set(born_alike)) if any(is_alike(newcomer, d) for d in known.get(p, ()))
    ]
    return Decision(None, tuple((person, "same-name-and-birth") for person in alike))
