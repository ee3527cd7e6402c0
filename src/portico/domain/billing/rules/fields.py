"""Small readers of FHIR R4 JSON values: dates, money, references."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

Json = Mapping[str, Any]


def day_of(value: Any) -> date | None:
    """The day of a FHIR date or dateTime, as its source wrote it. A month or year means its first day."""
    if not isinstance(value, str) or len(value) < 4:
        return None
    text = value[:10]
    try:
        return date.fromisoformat(text + "-01-01"[len(text) - 4 :] if len(text) < 10 else text)
    except ValueError:
        return None


def currencies_in(resource: Json) -> list[str]:
    """Every currency that the money of a claim, explanation or invoice names, in alphabetical order."""
    found: set[str] = set()
    for key in _MONEY_KEYS & resource.keys():
        _collect(resource[key], found)
    return sorted(found)


# Only where money stands: a claim has hundreds of other values.
_MONEY_KEYS = frozenset(
    (
        "item",
        "addItem",
        "total",
        "adjudication",
        "lineItem",
        "totalNet",
        "totalGross",
        "priceOverride",
    )
)


def _collect(value: Any, found: set[str]) -> None:
    if isinstance(value, dict):
        currency = value.get("currency")
        if isinstance(currency, str) and len(currency) == 3 and currency.isupper():
            found.add(currency)
        for inner in value.values():
            if isinstance(inner, (dict, list)):
                _collect(inner, found)
    elif isinstance(value, list):
        for inner in value:
            _collect(inner, found)


def amount_of(money: Any) -> Decimal | None:
    """The number of a Money or Quantity; None when there is none."""
    value = money.get("value") if isinstance(money, Mapping) else None
    if isinstance(value, int) and not isinstance(value, bool):
        value = Decimal(value)
    if not isinstance(value, Decimal) or not value.is_finite():
        return None
    if abs(value) >= _BEYOND_REASON:
        raise ValueError(f"{value} is no amount of a bill")
    return value


# No bill is in the thousands of billions, in any currency; what claims to be would not fit the database.
_BEYOND_REASON = Decimal(10) ** 12


def first_of(items: Any) -> Json:
    """The first object of a list; an empty one when there is none."""
    return items[0] if isinstance(items, list) and items and isinstance(items[0], Mapping) else {}


def start_of(period: Any) -> Any:
    """Where a Period starts, as written."""
    return period.get("start") if isinstance(period, Mapping) else None


def references_in(value: Any) -> Iterator[str]:
    """The reference a Reference holds, if it names another resource."""
    reference = value.get("reference") if isinstance(value, Mapping) else None
    if isinstance(reference, str) and reference and not reference.startswith("#"):
        yield reference
