"""Is this FHIR R4? Elements, cardinality, types, choices, codes and dates, from the table `r4.json`.

A pure pass over decoded values, told in words that a front desk can send on to whoever made the file. Values
are never repeated in a reason: they may be a patient's.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

Checker = Callable[[Any], int]

_PRIMITIVES = frozenset(
    "base64Binary boolean canonical code date dateTime decimal id instant integer markdown oid positiveInt "
    "string time unsignedInt uri url uuid xhtml".split()
)
_MOST_DIGITS = 60
_LARGEST_EXPONENT = 400  # R4's own examples reach 1e-245
_ID = re.compile(r"[A-Za-z0-9\-.]{1,64}")
_CODE = re.compile(r"\S+(?:\s\S+)*")
_NO_SPACE = re.compile(r"\S+")
_BASE64 = re.compile(r"[0-9A-Za-z+/=\s]+")
_DAY = r"\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])"
_CLOCK = r"(?:[01]\d|2[0-3]):[0-5]\d:(?:[0-5]\d|60)(?:\.\d+)?"
_ZONE = r"(?:Z|[+-](?:(?:0\d|1[0-3]):[0-5]\d|14:00))"
_DATE = re.compile(rf"\d{{4}}(?:-(?:0[1-9]|1[0-2]))?|{_DAY}")
_DATE_TIME = re.compile(rf"\d{{4}}(?:-(?:0[1-9]|1[0-2]))?|{_DAY}(?:T{_CLOCK}{_ZONE})?")
_INSTANT = re.compile(rf"{_DAY}T{_CLOCK}{_ZONE}")
_TIME = re.compile(_CLOCK)


class Wrong(Exception):
    """Something is not R4. `where` leads to it from the resource down; `reason` says what, without its value."""

    def __init__(self, reason: str, *where: str) -> None:
        super().__init__(reason)
        self.reason = reason
        self.where = list(where)

    def below(self, step: str) -> Wrong:
        self.where.insert(0, step)
        return self

    @property
    def path(self) -> str:
        return "".join(s if s.startswith("[") else f".{s}" for s in self.where).lstrip(".")


def check(resource: Any) -> int:
    """Check a resource and what it contains. Answers how many members it has, all levels; raises `Wrong`."""
    return _resource(resource)


@cache
def _table() -> dict[str, Any]:
    table: dict[str, Any] = json.loads((Path(__file__).parent / "r4.json").read_text("utf-8"))
    table["resources"] = frozenset(table["resources"])
    table["codes"] = {name: frozenset(codes) for name, codes in table["codes"].items()}
    return table


def _resource(value: Any) -> int:
    if type(value) is not dict:
        raise Wrong("This should be a resource: an object in braces.")
    name = value.get("resourceType")
    if type(name) is not str:
        raise Wrong("This does not say what it is.", "resourceType")
    if name not in _table()["resources"]:
        raise Wrong("This is not a FHIR R4 resource that Portico takes.", "resourceType")
    return _complex(name)(value)


@cache
def _complex(name: str) -> Checker:
    """The check of one resource, datatype or backbone element."""
    rules = _table()["types"][name]
    elements: dict[str, tuple[Checker, str]] = {}
    needed: list[tuple[str, frozenset[str]]] = []
    for element, rule in rules.items():
        names = _add(elements, element, rule, owner=name)
        if rule.split(" ")[1].startswith("1"):
            needed.append((element.removesuffix("[x]"), names))
    if name in _table()["resources"]:
        elements["resourceType"] = (_string, "")

    def run(value: Any) -> int:
        if type(value) is not dict:
            raise Wrong("This should be an object in braces.")
        if not value:
            raise Wrong("This is empty.")
        members = len(value)
        chosen: dict[str, str] = {}
        for key, inner in value.items():
            rule = elements.get(key)
            if rule is None:
                raise Wrong(f"{name} has no such element in FHIR R4.", _printable(key))
            try:
                members += rule[0](inner)
            except Wrong as wrong:
                raise wrong.below(key) from None
            if group := rule[1]:
                plain = key.lstrip("_")
                if chosen.setdefault(group, plain) != plain:
                    raise Wrong(f"Only one kind of {group} may be given.", key)
        for element, names in needed:
            if names.isdisjoint(value):
                raise Wrong(f"{name} needs this, and it is missing.", element)
        return members

    return run


def _add(
    elements: dict[str, tuple[Checker, str]], element: str, rule: str, *, owner: str
) -> frozenset[str]:
    """Add the checks of one element, all its kinds, and say which names satisfy it."""
    kinds, span, *codes = rule.split(" ")
    many = not span.endswith("..1")
    group = element.removesuffix("[x]") if element.endswith("[x]") else ""
    names = set()
    for kind in kinds.split("|"):
        name = group + kind[0].upper() + kind[1:] if group else element
        names.add(name)
        checker = _kind(kind, owner, element, codes)
        primitive = kind in _PRIMITIVES
        elements[name] = (_list_of(checker, primitive) if many else checker, group)
        if primitive:
            beside = _lazy("Element")
            elements["_" + name] = (_list_of(beside, True) if many else beside, group)
            names.add("_" + name)
    return frozenset(names)


def _kind(kind: str, owner: str, element: str, codes: list[str]) -> Checker:
    if codes:
        return _one_of(_table()["codes"][codes[0].removeprefix("=")])
    if kind == "Resource":
        return _resource
    if owner == "Reference" and element == "reference":
        return _reference
    if owner in _table()["resources"] and element == "id":
        return _id
    return _CHECKERS[kind] if kind in _PRIMITIVES else _lazy(kind)


def _lazy(name: str) -> Checker:
    """Types refer to each other in circles: look the check up when it is first needed."""
    found: list[Checker] = []

    def run(value: Any) -> int:
        if not found:
            found.append(_complex(name))
        return found[0](value)

    return run


def _list_of(checker: Checker, gaps: bool) -> Checker:
    def run(value: Any) -> int:
        if type(value) is not list:
            raise Wrong("This should be a list in square brackets.")
        if not value:
            raise Wrong("This list is empty.")
        members = 0
        for index, item in enumerate(value):
            if item is None and gaps:
                continue
            try:
                members += checker(item)
            except Wrong as wrong:
                raise wrong.below(f"[{index}]") from None
        return members

    return run


def _string(value: Any) -> int:
    if type(value) is not str:
        raise Wrong("This should be text in quotes.")
    if not value:
        raise Wrong("This text is empty.")
    return 0


def _matching(pattern: re.Pattern[str], reason: str) -> Checker:
    matches = pattern.fullmatch

    def run(value: Any) -> int:
        if type(value) is not str:
            raise Wrong("This should be text in quotes.")
        if not matches(value):
            raise Wrong(reason)
        return 0

    return run


def _dated(pattern: re.Pattern[str], reason: str) -> Checker:
    matches = pattern.fullmatch

    def run(value: Any) -> int:
        if type(value) is not str:
            raise Wrong("This should be text in quotes.")
        if not matches(value):
            raise Wrong(reason)
        try:
            date.fromisoformat(value[:10] if len(value) >= 10 else f"{value[:4]}-01-01")
        except ValueError:
            raise Wrong("There is no such day in the calendar.") from None
        return 0

    return run


def _boolean(value: Any) -> int:
    if type(value) is not bool:
        raise Wrong("This should be true or false, without quotes.")
    return 0


def _decimal(value: Any) -> int:
    if type(value) is not Decimal and type(value) is not int:
        raise Wrong("This should be a number, without quotes.")
    number = Decimal(value)
    if abs(number.adjusted()) > _LARGEST_EXPONENT or len(number.as_tuple().digits) > _MOST_DIGITS:
        raise Wrong("This number has too many digits.")
    return 0


def _whole(least: int) -> Checker:
    def run(value: Any) -> int:
        if type(value) is not int:
            raise Wrong("This should be a whole number, without quotes.")
        if not least <= value < 2**31:
            raise Wrong("This whole number is too small or too large.")
        return 0

    return run


def _one_of(codes: frozenset[str]) -> Checker:
    def run(value: Any) -> int:
        if type(value) is not str:
            raise Wrong("This should be text in quotes.")
        if value not in codes:
            raise Wrong("This is not one of the codes that FHIR R4 allows here.")
        return 0

    return run


def _markup(value: Any) -> int:
    if type(value) is not str or not value.lstrip().startswith("<div"):
        raise Wrong("This should be XHTML that begins with a div element.")
    return 0


def _printable(key: str) -> str:
    return "".join(c for c in key[:60] if c.isalnum() or c in "_-") or "?"


_uri = _matching(_NO_SPACE, "An address has no spaces and is not empty.")
_reference = _matching(_NO_SPACE, "A reference has no spaces and is not empty.")
_id = _matching(_ID, "An id has 1 to 64 letters, digits, hyphens and points.")
_CHECKERS: dict[str, Checker] = {
    **dict.fromkeys(("canonical", "oid", "uri", "url", "uuid"), _uri),
    **dict.fromkeys(("string", "markdown"), _string),
    "base64Binary": _matching(_BASE64, "This should be Base64 text."),
    "boolean": _boolean,
    "code": _matching(_CODE, "A code has no space at its ends and is not empty."),
    "date": _dated(_DATE, "A date is written 2024, 2024-05 or 2024-05-31."),
    "dateTime": _dated(
        _DATE_TIME,
        "A date is written 2024, 2024-05, 2024-05-31 or 2024-05-31T13:28:17-05:00.",
    ),
    "decimal": _decimal,
    "id": _id,
    "instant": _dated(_INSTANT, "A moment is written 2024-05-31T13:28:17-05:00."),
    "integer": _whole(-(2**31)),
    "positiveInt": _whole(1),
    "time": _matching(_TIME, "A time is written 13:28:17."),
    "unsignedInt": _whole(0),
    "xhtml": _markup,
}
