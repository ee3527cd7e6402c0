"""Small readers of FHIR R4 JSON values: dates, money, references. They answer None or nothing, never raise."""

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


def currencies_in(value: Any) -> set[str]:
    """Every currency named anywhere inside a resource."""
    if isinstance(value, Mapping):
        here = {value["currency"]} if isinstance(value.get("currency"), str) else set()
        return here.union(*(currencies_in(v) for v in value.values()))
    if isinstance(value, list):
        return set().union(*(currencies_in(v) for v in value))
    return set()


def currency_of(resource: Json, default: str) -> str:
    named = sorted(c for c in currencies_in(resource) if len(c) == 3 and c.isupper())
    return named[0] if named else default


def amount_of(money: Any) -> Decimal | None:
    value = money.get("value") if isinstance(money, Mapping) else None
    if isinstance(value, int) and not isinstance(value, bool):
        return Decimal(value)
    return value if isinstance(value, Decimal) and value.is_finite() else None


def first_of(items: Any) -> Json:
    return items[0] if isinstance(items, list) and items and isinstance(items[0], Mapping) else {}


def start_of(period: Any) -> Any:
    return period.get("start") if isinstance(period, Mapping) else None


def references_in(value: Any) -> Iterator[str]:
    reference = value.get("reference") if isinstance(value, Mapping) else None
    if isinstance(reference, str) and reference and not reference.startswith("#"):
        yield reference
